"""Pure functions: text to text up to `tables`, Arrow table to Arrow table after it."""
