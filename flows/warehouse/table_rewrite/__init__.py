"""The next files of a table, computed from its published files and a change."""
