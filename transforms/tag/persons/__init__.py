"""Names of people: how bylines print them, and which words are not names."""
