"""How the copies step of a run searches for copies, and what becomes of those that lose their kept document."""
