"""Finds the leaves of a forest for many rows at once."""
