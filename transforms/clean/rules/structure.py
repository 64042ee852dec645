"""Residue told by how lines stand together; the code is in `clean.py` and `lines.py`."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="blank_line",
        category="layout",
        languages=("*",),
        place="context",
        drops=("",),
        keeps=("Rain fell.",),
    ),
    Rule(
        name="template",
        category="learned",
        languages=("*",),
        place="context",
        drops=(),
        keeps=("Rain fell.",),
    ),
)
