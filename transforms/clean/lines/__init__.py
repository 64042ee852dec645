"""Lines recognised by their place and their shape: what is measured of them, and the model."""
