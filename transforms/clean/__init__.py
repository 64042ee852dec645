"""Boilerplate rules for already-extracted text, and what they cut."""

from copydesk.transforms.clean.clean import RULES, Options, clean, corrections, rules_sha256
from copydesk.transforms.clean.rule import CATEGORIES, Rule

__all__ = ["CATEGORIES", "RULES", "Options", "Rule", "clean", "corrections", "rules_sha256"]
