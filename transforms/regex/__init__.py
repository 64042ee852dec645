"""Regular expressions that ship compiled."""
