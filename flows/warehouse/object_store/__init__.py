"""A warehouse on an object store: its mirror in a local folder, and the lease of its one writer."""
