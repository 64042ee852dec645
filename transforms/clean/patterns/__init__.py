"""The phrases and patterns of the rules, and the table in which a line is looked up."""
