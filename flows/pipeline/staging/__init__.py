"""Rows of a run on disk, between the steps."""
