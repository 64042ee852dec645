"""Checks of a warehouse: its files against its manifests, and its tables against each other."""
