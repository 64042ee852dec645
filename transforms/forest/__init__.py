"""The leaves of a forest that rows fall into, found by all rows together."""
