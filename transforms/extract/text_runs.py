"""The text of a page as it flows: runs that no block-level element interrupts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from copydesk.transforms.extract.page_elements import Elements, Index, Marks, decoded, names

#: Elements that hold no text of the page. `select` and `textarea` hold what the reader may enter.
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
_EMPHASIS = frozenset(("b", "strong", "em", "i", "big", "u"))

# Everything Unicode calls white space, but for the no-break spaces (U+00A0, U+202F, U+2007), which stay.
_SPACES = re.compile(
    "[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+"
)
_NO_BREAK = re.compile("[\xa0\u202f\u2007]")
_BLANK = " \t\n\r\x0b\x0c\xa0\u200b\u3000\ufeff"


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of text of a page that are not blank, in document order; elements and tags by number.

    `end_tag` is the block-level tag that ends a run, `around` the innermost block-level element around it, `inner` the
    innermost element around its first text. Links count from the end of the run before.
    """

    text: list[str]
    link_chars: Index
    link_count: Index
    bold_chars: Index
    end_tag: Index
    around: Index
    inner: Index
    after_break: Index


def read(elements: Elements, is_left: Marks) -> Runs:
    """The runs of text in the elements that `is_left` marks; with an element all elements around it are marked."""
    of_tag, parent = elements.of_tag(), elements.parent
    # The element whose text is behind each tag.
    owner = parent[of_tag]
    wide = elements.opened[elements.opened < elements.closed]
    owner[wide] = of_tag[wide]
    is_left_tag = is_left[of_tag]
    has_text = (is_left[owner] & (owner >= 0)).tolist()
    texts = [
        (decoded(text.decode()) if has and text else "")
        for text, has in zip(elements.behind, has_text, strict=True)
    ]
    n_chars = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    is_inline = elements.are(INLINE)
    is_inline[0] = False
    is_bound = is_left_tag & ~is_inline[of_tag]
    in_pre = elements.inside(elements.are(("pre",)))[owner]
    first, start, end, begin = _bounds(texts, is_left_tag, is_bound, in_pre)

    def chars_in(tags: Collection[str]) -> Index:
        inside = elements.inside(elements.are(tags))[owner]
        sums = np.concatenate(([0], np.cumsum(n_chars * inside)))
        return np.asarray(sums[end] - sums[start])

    is_link = np.zeros(len(texts) + 1, dtype=np.int64)
    is_link[elements.opened[elements.are(("a",)) & is_left] + 1] = 1
    links = np.diff(np.cumsum(is_link)[end], prepend=0)
    around = owner[begin]
    while is_inline[around].any():
        around = np.where(is_inline[around], parent[around], around)
    is_start = begin < elements.closed[of_tag[begin]]
    broke = elements.are(("br",))[of_tag[begin]] | (elements.are(("hr",))[of_tag[begin]] & is_start)
    runs = [
        _run(texts[a:b], is_pre)
        for a, b, is_pre in zip(start.tolist(), end.tolist(), in_pre[start].tolist(), strict=True)
    ]
    kept = np.array([bool(run.strip(_BLANK)) for run in runs], dtype=np.bool_)
    return Runs(
        [run for run, is_kept in zip(runs, kept.tolist(), strict=True) if is_kept],
        chars_in(("a",))[kept],
        links[kept],
        chars_in(_EMPHASIS)[kept],
        end[kept],
        around[kept],
        owner[first][kept],
        broke[kept].astype(np.int64),
    )


def _bounds(
    texts: list[str], is_left_tag: Marks, is_bound: Marks, in_pre: Marks
) -> tuple[Index, Index, Index, Index]:
    """For each run with text: the tags before its first text, before its first white space that counts, behind it, and the block-level tag before it."""
    is_any = np.fromiter(map(bool, texts), dtype=np.bool_, count=len(texts))
    is_blank = np.fromiter(map(str.isspace, texts), dtype=np.bool_, count=len(texts))
    is_text = is_any & (in_pre | ~is_blank)
    group, bounds = np.cumsum(is_bound), np.flatnonzero(is_bound)
    places = np.flatnonzero(is_text)
    groups = group[places]
    first = places[np.diff(groups, prepend=-1) > 0]
    start = np.maximum.accumulate(np.where(is_left_tag, np.arange(len(texts)), 0))[first]
    return first, start, bounds[group[first]], bounds[group[first] - 1]


def _run(parts: list[str], is_pre: bool) -> str:
    """The text of a run, its white space folded where it is not preformatted, its characters composed."""
    text = parts[0] if len(parts) == 1 else "".join(parts)
    if is_pre:
        text = text.strip("\n")
    elif text.isascii() or not _NO_BREAK.search(text):
        text = " ".join(text.split())
    else:
        text = _SPACES.sub(" ", text).strip(" ")
    return text if text.isascii() else unicodedata.normalize("NFC", text)
