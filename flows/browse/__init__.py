"""A local site to look at the corpus: read-only, without scripts, for the browser of this machine."""
