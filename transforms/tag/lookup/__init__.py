"""The tables in which taggers look things up."""
