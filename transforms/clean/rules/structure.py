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
        name="separator",
        category="layout",
        languages=("*",),
        place="context",
        drops=("___", "-----", "|", "•"),
        keeps=("5", "?", "…", "* * *"),
    ),
    Rule(
        name="leading_menu",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        version=3,
        drops=(
            "Skip to content\nMenu\n[[World]]\n[[Harbour]]\nLog in\nSubscribe\nMill Town lock closes as the river rises\nThe river rose again at noon, and the lock at Mill Town was closed.",
        ),
        keeps=("Storm\nHarbour\nThe river rose again at noon, and the lock at Mill Town was closed.",),
    ),
    Rule(
        name="trailing_list",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        version=3,
        drops=(
            "The river rose again at noon, and the lock at Mill Town was closed.\nRelated Articles\n[[Ten bridges to see this summer]]\n[[Why the ferries are late again]]\nPrivacy Policy",
        ),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed.\nLock City 61\nMill Town 58",),
    ),
    Rule(
        name="line_model",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        version=4,
        drops=(),
        keeps=("Ten ships left the harbour before the storm.",),
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
