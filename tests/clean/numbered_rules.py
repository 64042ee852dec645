"""A table of invented rules, one for each pattern."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.transforms.clean.patterns.rule_table import RuleTable, content_of
from copydesk.transforms.clean.rule import Rule


def table(patterns: Sequence[str], *, with_guards: bool = False) -> RuleTable:
    """Return the table of an English rule for each pattern, named by its number."""
    rules = [
        Rule(
            name=f"rule_{number}",
            category="related",
            languages=("en",),
            patterns=(pattern,),
            drops=(),
            keeps=(),
        )
        for number, pattern in enumerate(patterns)
    ]
    return RuleTable(content_of(rules, with_guards=with_guards))
