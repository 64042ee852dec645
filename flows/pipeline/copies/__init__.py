"""What happens to the copies of documents that a run replaces."""
