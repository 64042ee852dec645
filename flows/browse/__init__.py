"""A local web site for reading the corpus: read-only, without scripts, for a browser on this machine."""
