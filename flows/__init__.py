"""Everything that opens files, uses Prefect, or talks to a person."""
