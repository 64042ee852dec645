"""What the rules match: phrases and patterns, and the table in which a line is looked up."""
