"""Finds signatures of embedded posts whose text the extraction lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.transforms.clean.lines.line import Line

_POST_CHARS = 300  # Longer than any post of the service.
_SIGNATURE = re.compile(r"\s*[—–-] ?[^()]{1,60} \(@\w{1,30}\)(?: [\w., ]{4,40})?$")
_OF_A_POST = re.compile(r"https?:|pic\.twitter|t\.co/|[#@]\w")


def signatures_without_post(lines: Sequence[Line]) -> list[int]:
    """Return signatures of embedded posts without a post above them.

    For example "— Harbour Post (@harbourpost) May 3, 2021".
    """
    lost: list[int] = []
    for i, line in enumerate(lines):
        if line.category or "(@" not in line.text or not _SIGNATURE.match(line.text):
            continue
        above = lines[i - 1] if i else None
        if (
            above is None
            or above.category
            or len(above.text) > _POST_CHARS
            or (line.blank_above and not _OF_A_POST.search(above.text))
        ):
            lost.append(i)
    return lost
