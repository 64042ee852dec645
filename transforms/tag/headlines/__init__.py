"""Headlines at the beginning of a text."""
