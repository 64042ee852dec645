"""Decides whether a document may leave the corpus for another one, by evidence and a model."""
