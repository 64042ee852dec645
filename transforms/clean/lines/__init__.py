"""Recognises boilerplate lines by their position and shape: the features and the model."""
