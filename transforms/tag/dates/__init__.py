"""Dates as pages and texts print them."""
