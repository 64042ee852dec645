"""Boilerplate rules for already-extracted text, and what they cut."""

from copydesk.transforms.clean.clean import RULES, Kind, Options, clean, corrections, warm
from copydesk.transforms.clean.rule import CATEGORIES, Rule

__all__ = ["CATEGORIES", "RULES", "Kind", "Options", "Rule", "clean", "corrections", "warm"]
