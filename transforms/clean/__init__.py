"""Boilerplate rules for already-extracted text, and what they cut."""
