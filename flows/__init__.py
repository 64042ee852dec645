"""Everything that opens files, knows Prefect, or talks to a person."""
