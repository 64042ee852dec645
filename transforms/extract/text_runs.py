"""The running text of a page: runs that no block-level element interrupts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.page_elements import Attributes, Elements, Index, Marks, names

#: Elements without text of the page. `select` and `textarea` contain what the reader may enter.
EMPTY_OF_TEXT = names(
    """
    script style noscript template svg iframe object embed select textarea datalist canvas
    audio video map math applet head frameset noframes rp rt
    """
)
INLINE = names(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label
    mark nobr picture q ruby s samp small source span strike strong sub sup time tt u var
    wbr amp-img image link meta param track center-inline o:p st1:place st1:city
    """
)
#: Class names of the explanation. "tooltip" alone often names the word that is explained as well.
_TOOLTIP = re.compile(r"\b(?:tooltip|popover)[-_]{0,2}(?:text|content|inner|body)\b")
_EMPHASIS = frozenset(("b", "strong", "em", "i", "big", "u"))


#: A link around this many printed bytes is not a card (arbitrary). 18 of 1,270 pages have such a
#: link.
_LONG_LINK_BYTES = 600


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of text of a page that are not blank, in document order.

    Elements and tags are given by number. White space is folded in a run that is not preformatted,
    and characters are composed. No-break spaces stay. `end_tag` is the block-level tag that ends a
    run, `around` the innermost block-level element around it, and `inner` the innermost element
    around its first text. Links are counted from the end of the previous run.
    """

    text: list[str]
    #: Which elements may contain text of the page: they are not in `EMPTY_OF_TEXT` or inside one of
    #: these.
    is_left: Marks
    link_chars: Index
    link_count: Index
    bold_chars: Index
    end_tag: Index
    around: Index
    inner: Index
    after_break: Index


def read(elements: Elements) -> Runs:
    """Return the runs of text in the elements that may contain text."""
    of_name = _flags()
    distinct, number = elements.distinct_names
    flags = np.array([of_name.get(name, 0) for name in distinct], dtype=np.int64)[number]
    if b"tooltip" in elements.start_tags or b"popover" in elements.start_tags:
        for kind, name in enumerate(elements.names):
            if name == "span" and _is_tooltip(elements.attributes_of_kind(kind)):
                flags[elements.kind == kind] = of_name["template"]
    flags[_long_links(elements)] &= ~of_name["a"]
    codes, starts, columns, is_left = _walk()(
        np.frombuffer(elements.content, dtype=np.uint8),
        elements.tag_starts,
        elements.tag_ends,
        elements.of_tag(),
        np.stack((elements.parent, elements.opened, elements.closed)),
        flags,
    )
    text = codes.tobytes().decode("utf-32-le")
    places = starts.tolist()
    runs = [text[start:end] for start, end in pairwise(places)]
    if not text.isascii():
        runs = [run if run.isascii() else unicodedata.normalize("NFC", run) for run in runs]
    return Runs(runs, is_left, *columns)


def _is_tooltip(attributes: Attributes) -> bool:
    """Tell whether an element shows its text only while a reader points at a word.

    Such an element is inside the sentence that it explains: the population of a town, the
    meaning of a term.
    """
    named = attributes.get("class", "")
    return attributes.get("role") == "tooltip" or _TOOLTIP.search(named) is not None


def _long_links(elements: Elements) -> Index:
    """Return the links around more text than a card has.

    A link that is never closed, or that contains the whole article, says nothing about its text.
    """
    links = np.flatnonzero(elements.are(("a",)))
    between = np.concatenate(([0], np.cumsum(elements.tag_starts[1:] - elements.tag_ends[:-1])))
    with_spaces = between[elements.closed[links]] - between[elements.opened[links]]
    long = [
        link
        for link in links[with_spaces >= _LONG_LINK_BYTES].tolist()
        if _printed_bytes(elements, link) >= _LONG_LINK_BYTES
    ]
    return np.array(long, dtype=np.int64)


def _printed_bytes(elements: Elements, element: int) -> int:
    """Return the size of an element's text without spaces."""
    tags = range(elements.opened[element], elements.closed[element])
    texts = (elements.content[elements.tag_ends[k] : elements.tag_starts[k + 1]] for k in tags)
    return sum(len(word) for text in texts for word in text.split())


@cache
def _walk() -> Any:
    from copydesk.transforms.extract import text_walk  # numba takes half a second to import

    return numba_cache.either(text_walk.walk, text_walk.walk_in_python)


@cache
def _flags() -> dict[str, int]:
    """Return what the name of an element says, in bits of `text_walk`."""
    from copydesk.transforms.extract import text_walk

    flags: dict[str, int] = {}
    for flag, tags in (
        (text_walk.LINK, ("a",)),
        (text_walk.BOLD, _EMPHASIS),
        (text_walk.PRE, ("pre",)),
        (text_walk.EMPTY, EMPTY_OF_TEXT),
        (text_walk.INLINE, INLINE),
        (text_walk.BREAK, ("br",)),
        (text_walk.RULE, ("hr",)),
    ):
        for tag in tags:
            flags[tag] = flags.get(tag, 0) | flag
    return flags
