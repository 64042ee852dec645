"""Headlines at the head of a text."""
