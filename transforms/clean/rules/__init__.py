"""The rule tables, one file per language. `ALL` is every rule in the order in which they are tried."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule
from copydesk.transforms.clean.rules import (
    any_language,
    da,
    de,
    en,
    es,
    fr,
    it,
    nl,
    no,
    pl,
    pt,
    structure,
    sv,
)

ALL: tuple[Rule, ...] = (
    *any_language.RULES,
    *en.RULES,
    *de.RULES,
    *fr.RULES,
    *es.RULES,
    *pt.RULES,
    *it.RULES,
    *nl.RULES,
    *da.RULES,
    *no.RULES,
    *sv.RULES,
    *pl.RULES,
    *structure.RULES,
)
