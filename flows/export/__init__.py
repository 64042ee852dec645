"""Copies of the corpus for downstream use, with a data card that says where they come from."""
