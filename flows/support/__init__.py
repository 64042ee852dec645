"""Tools that any part of the pipeline may use and that know nothing about news."""
