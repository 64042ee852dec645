"""The step of a run that groups kept articles into stories, and the state it keeps between runs."""
