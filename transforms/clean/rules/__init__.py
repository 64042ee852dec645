"""The rule tables, one file for each language. `ALL` has every rule in the order of use."""

from __future__ import annotations

from dataclasses import replace

from copydesk.transforms.clean.fold_text import plain
from copydesk.transforms.clean.rule import Rule
from copydesk.transforms.clean.rules import (
    any_language,
    ar,
    bg,
    bn,
    ca,
    cs,
    da,
    de,
    el,
    en,
    es,
    fa,
    fi,
    fr,
    he,
    hi,
    hr,
    hu,
    id,
    it,
    ja,
    ko,
    nl,
    no,
    pl,
    pt,
    ro,
    ru,
    sk,
    structure,
    sv,
    th,
    tr,
    uk,
    vi,
    western,
    zh,
)


def _in_plain_form(rule: Rule) -> Rule:
    """Return a rule for whole lines with its patterns in the form in which lines are compared."""
    if rule.place not in {"line", "form"}:
        return rule
    return replace(
        rule,
        patterns=tuple(map(plain, rule.patterns)),
        sentences=tuple(map(plain, rule.sentences)),
    )


_TABLES = (
    any_language.RULES,
    en.RULES,
    de.RULES,
    fr.RULES,
    es.RULES,
    pt.RULES,
    it.RULES,
    nl.RULES,
    da.RULES,
    no.RULES,
    sv.RULES,
    pl.RULES,
    ar.RULES,
    bg.RULES,
    bn.RULES,
    ca.RULES,
    cs.RULES,
    el.RULES,
    fa.RULES,
    fi.RULES,
    he.RULES,
    hi.RULES,
    hr.RULES,
    hu.RULES,
    id.RULES,
    ja.RULES,
    ko.RULES,
    ro.RULES,
    ru.RULES,
    sk.RULES,
    th.RULES,
    tr.RULES,
    uk.RULES,
    vi.RULES,
    zh.RULES,
    western.RULES,
    structure.RULES,
)
ALL: tuple[Rule, ...] = tuple(_in_plain_form(rule) for table in _TABLES for rule in table)
