"""The kicker that opens a heading: "Local news" above "Mill burns down", in one `h1`."""

from __future__ import annotations

import re

from copydesk.transforms.extract.page_elements import Elements
from copydesk.transforms.tag.page import element_names
from copydesk.transforms.tag.page.visible_text import VisibleText

#: Names of the elements of kickers, in lower case.
_KICKER = re.compile(
    r"kicker|over-?line|top-?line|roof-?line|(?:super|top)-?title|title-?header|eyebrow|dachzeile"
    r"|sub-?heading|h1-?small|(?:^|[\s_-])(?:topic|label|section|date|rubrik)(?:$|[\s_-])"
)
_COLONS = frozenset(":：-–—|")
#: Inner elements of a heading among which its kicker may be, and characters of the headline
#: (arbitrary).
_FIRST_ELEMENTS, _LEAST_CHARS = 5, 10


def without_kicker(elements: Elements, visible: VisibleText, heading: int, text: str) -> str:
    """Return the text of a heading without the kicker that opens it.

    The kicker has an element of its own that is named for it. If a colon or a dash joins it to the
    rest, it stays, because most papers then print it in their lists as well. Of 29 headings with a
    known headline, 9 of 9 with such a mark keep the kicker at news sites of today, and 11 of 12
    without one leave it out.
    """
    for inner in range(heading + 1, min(elements.end.item(heading), heading + _FIRST_ELEMENTS)):
        if not _KICKER.search(element_names.names(elements.attributes_of(inner))):
            continue
        kicker = visible.of(inner)
        rest = text[len(kicker) :].lstrip()
        is_apart = kicker[-1:] not in _COLONS and rest[:1] not in _COLONS
        if kicker and text.startswith(kicker) and is_apart and len(rest) >= _LEAST_CHARS:
            return rest
    return text
