"""The rows of a run, which are on disk between its steps."""
