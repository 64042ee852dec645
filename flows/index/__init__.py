"""The persistent near-duplicate index: immutable files named by the snapshot that uses them."""
