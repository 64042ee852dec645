"""Judgements of a page as a whole: what kind it is, and which chosen blocks are copies or of something else."""
