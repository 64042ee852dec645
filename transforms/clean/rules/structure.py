"""Rules for boilerplate that the lines around it show.

The code is in `link_lists.py`, `line_model.py`, `wording_model.py` and `clean.py`.
"""

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
        drops=("___", "-----", "|", "•", "×"),
        keeps=("5", "?", "…", "* * *", "|---|---|"),
    ),
    Rule(
        name="leading_menu",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        version=4,
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
            "The river rose again at noon, and the lock at Mill Town was closed.\nSubscribe\n[[Ten bridges to see this summer]]\n[[Why the ferries are late again]]\nPrivacy Policy",
        ),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed.\nLock City 61\nMill Town 58",),
    ),
    Rule(
        name="link_list",
        category="related",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=(
            "The river rose again at noon, and the lock at Mill Town was closed.\nRead also\n[[Why the ferries of the lower river are late again]]\nThe council meets on Monday to vote on the dam, the mayor said.",
            "The river rose again at noon, and the lock at Mill Town was closed.\nLatest news\n[[Ten bridges to see this summer]]\n[[Council votes on the dam]]\n[[Mill]]",
        ),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed.\nRead also\nThe dam\nThe council meets on Monday to vote on the dam, the mayor said.",),
    ),
    Rule(
        name="trailing_menu",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=("The river rose again at noon, and the lock at Mill Town was closed.\n* Privacy Policy\n[[* The harbour]]\n[[* Our ferries]]",),
        keeps=("Bring to the harbour, the council said on Monday:\n* Boots\n* Rope\n* Tea",),
    ),
    Rule(
        name="edge_menu",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=(
            "[[The harbour]]\n[[Our ferries]]\n[[Upper lock]]\n[[Lower lock]]\n[[The dam]]\n[[The mill]]\nMill Town lock closes as the river rises again\nThe river rose again at noon, and the lock at Mill Town was closed.\nThe council meets on Monday to vote on the dam, the mayor said.",
        ),
        keeps=(
            "The river rose again at noon, and the lock at Mill Town was closed.\nThe results of the six races of the day, in the order of the start:\nLock City\nMill Town\nUpper Dam\nLower Dam\nHarbour\nThe Weir",
        ),
    ),
    Rule(
        name="time_line",
        category="counters",
        languages=("*",),
        place="context",
        drops=("La resclosa tanca perquè el riu torna a créixer\n[[5 de gener de 2024]]\nEl riu va tornar a créixer al migdia, i la resclosa del poble va quedar tancada fins al vespre.",),
        keeps=("El riu va tornar a créixer al migdia, i la resclosa del poble va quedar tancada fins al vespre.\n5 de gener de 2024\nEl consell es reuneix dilluns per votar sobre la presa, va dir l'alcalde.",),
    ),
    Rule(
        name="initials",
        category="author",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=("The river rose again at noon, and the lock at Mill Town was closed.\n[[(jh)]]",),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed.\n(Mill Town)",),
    ),
    Rule(
        name="lone_heading",
        category="related",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=("The river rose again at noon, and the lock at Mill Town was closed.\n[[For those who want to know it all:]]\nRead more: The dam",),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed:\nA list of the ships follows.",),
    ),
    Rule(
        name="reader_comments",
        category="comments",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=("The river rose again at noon, and the lock at Mill Town was closed.\nComments (2)\n[[Bo K. 2 hours ago]]\n[[It was known for years.]]\n[[Reply]]\n[[Ann 5 hours ago]]\n[[And who will pay for it?]]\n[[Reply]]",),
        keeps=("The river rose again at noon, and the lock at Mill Town was closed.\nComments (1)\nThe council meets on Monday to vote on the dam, the mayor said.\nReply",),
    ),
    Rule(
        name="lost_post",
        category="share",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=("The river rose again at noon, and the lock at Mill Town was closed.\n\n[[— Harbour Post (@harbourpost) May 3, 2021]]\nThe council meets on Monday to vote on the dam, the mayor said.",),
        keeps=("The lock is closed, ask at the pier #milltown\n— Harbour Post (@harbourpost) May 3, 2021\nThe council meets on Monday to vote on the dam, the mayor said.",),
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
        name="wording_model",
        category="learned",
        languages=("*",),
        place="context",
        on_pages=False,
        drops=(),
        keeps=("The newsletter that she wrote for years made her known in the whole town.",),
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
