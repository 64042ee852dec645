"""Datelines: places, agencies and their printed forms."""
