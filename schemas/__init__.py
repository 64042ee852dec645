"""The columns of every table, declared once. Imports pyarrow only."""
