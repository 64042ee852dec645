"""Delete documents from a snapshot, and repair the clusters and stories that lose them."""
