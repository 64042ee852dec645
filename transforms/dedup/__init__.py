"""Finds near-duplicates and decides which copy is kept. datasketch can read the signatures."""

from copydesk.transforms.dedup.duplicates_in_memory import Duplicates, find_duplicates
from copydesk.transforms.dedup.options import POLICIES, RELATIONS, Options
from copydesk.transforms.dedup.shingle_definition import shingle_hash, shingles

__all__ = [
    "POLICIES",
    "RELATIONS",
    "Duplicates",
    "Options",
    "find_duplicates",
    "shingle_hash",
    "shingles",
]
