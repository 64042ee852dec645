"""A local web site for reading the corpus: read-only, without scripts, for this machine only."""
