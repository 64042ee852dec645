"""The ledger records what was cut from a document, where, and by which rule.

Cleaned text and ledger rebuild the extracted text exactly. Offsets count Unicode code points. A
stage reads the `lines` that earlier stages left and names its cuts by line number. `cut` turns them
into removals:

>>> extracted = "Advertisement\\nRain fell.  Read more\\n\\nBy Ana Ruiz\\n"
>>> removed = cut(extracted, (), [Cut(0, "ad_marker", 1), Cut(1, "read_more", 1, start=10), Cut(2), Cut(4)])
>>> lines(extracted, removed)
['Rain fell.', 'By Ana Ruiz']
>>> removed += cut(extracted, removed, [Cut(1, "byline", 1)])
>>> apply(extracted, removed)
'Rain fell.'
>>> rebuild("Rain fell.", removed) == extracted
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

BLANK_LINE = "blank_line"


class Removal(NamedTuple):
    """One passage `extracted[start:end]` that a rule cut."""

    start: int
    end: int
    text: str
    rule: str
    rule_version: int


class Cut(NamedTuple):
    """A request to cut line number `line` (from 0) of the remaining text, or its part `start:end`.

    With `n_lines` it and the lines below it are cut as one passage.
    """

    line: int
    rule: str = BLANK_LINE
    rule_version: int = 1
    start: int | None = None
    end: int | None = None
    n_lines: int = 1

    def lines(self) -> range:
        """Return the numbers of its lines."""
        return range(self.line, self.line + self.n_lines)


#: Make a removal or a cut from a tuple of all its fields. The constructor of a named tuple is a
#: function of Python, which takes three times as long, and a page has hundreds of cuts.
new_removal: Callable[[tuple[int, int, str, str, int]], Removal] = partial(tuple.__new__, Removal)
new_cut: Callable[[tuple[int, str, int, int | None, int | None, int]], Cut] = partial(
    tuple.__new__, Cut
)


def apply(extracted: str, removals: Iterable[Removal]) -> str:
    """Return the extracted text without the removals.

    Raises ValueError if removals overlap or do not match the text.

    >>> apply("a\\nAd\\nb", [Removal(2, 5, "Ad\\n", "ad_marker", 1)])
    'a\\nb'
    """
    ordered = sorted(removals)
    if not ordered:
        return extracted
    kept, position = [], 0
    for start, end, text, rule, _ in ordered:
        if start < position or extracted[start:end] != text:
            raise ValueError(
                f"removal by {rule!r} at {start}:{end} overlaps another or differs from the text"
            )
        kept.append(extracted[position:start])
        position = end
    kept.append(extracted[position:])
    return "".join(kept)


def rebuild(text: str, removals: Iterable[Removal]) -> str:
    """Return the extracted text, rebuilt from the cleaned text and its removals.

    >>> rebuild("a\\nb", [Removal(2, 5, "Ad\\n", "ad_marker", 1)])
    'a\\nAd\\nb'
    """
    parts: list[str] = []
    taken, length = 0, 0
    for cut in sorted(removals):
        before = text[taken : taken + cut.start - length]
        parts += (before, cut.text)
        taken += len(before)
        length = cut.end
    parts.append(text[taken:])
    return "".join(parts)


def lines(extracted: str, removed: Iterable[Removal] = ()) -> list[str]:
    """Return the remaining lines in order, including partially cut and blank ones.

    >>> lines("Photo: AP Rain fell.\\nAd\\nb", [Removal(0, 10, "Photo: AP ", "photo_credit", 1), Removal(21, 24, "Ad\\n", "ad_marker", 1)])
    ['Rain fell.', 'b']
    """
    return apply(extracted, removed).split("\n")


def cut(
    extracted: str,
    removed: Sequence[Removal],
    cuts: Iterable[Cut],
    left: Sequence[str] | None = None,
) -> tuple[Removal, ...]:
    """Return the removals for `cuts`, which count in `lines(extracted, removed)`.

    A whole line is cut with the newline after it. If no later line is kept, it is cut with the
    newline before it, so that no newline is missing or left over. A cut that spans an earlier
    removal becomes two. An empty cut gives nothing. Raises ValueError if cuts overlap. A caller who
    has `lines(extracted, removed)` already gives them as `left`.

    >>> cut("a\\n\\n\\nb", (), [Cut(1, n_lines=2)])
    (Removal(start=2, end=4, text='\\n\\n', rule='blank_line', rule_version=1),)
    >>> cut("a\\nAd", (), [Cut(1, "ad_marker", 1)])
    (Removal(start=1, end=4, text='\\nAd', rule='ad_marker', rule_version=1),)
    """
    ordered = sorted(cuts, key=itemgetter(0))
    if not ordered:
        return ()
    if any([first for _, _, _, first, _, _ in ordered]):  # noqa: C419  # faster than a generator
        ordered.sort(key=lambda c: (c.line, c.start or 0))
    spans = _spans(ordered, lines(extracted, removed) if left is None else left)
    if not removed:
        return tuple(
            new_removal((at, to, extracted[at:to], rule, version))
            for (_, rule, version, _, _, _), (at, to) in zip(ordered, spans, strict=True)
            if at < to
        )
    return tuple(
        new_removal((at, to, extracted[at:to], c.rule, c.rule_version))
        for c, pieces in zip(ordered, _pieces(removed, spans), strict=True)
        for at, to in pieces
    )


def _spans(ordered: Sequence[Cut], left: Sequence[str]) -> list[tuple[int, int]]:
    """Return the characters of each cut, counted in the remaining lines `left` joined by newlines.

    Raises ValueError if cuts overlap.
    """
    ends = list(accumulate([len(line) + 1 for line in left]))  # after the newline
    whole = _whole_lines(ordered)
    last_kept = len(left) - 1
    while last_kept in whole:
        last_kept -= 1
    spans, before = list[tuple[int, int]](), 0
    for line, rule, _, first, behind, n_lines in ordered:
        last = line + n_lines - 1
        start, end = ends[line] - len(left[line]) - 1, ends[last] - 1
        if line not in whole:
            start, end = start + (first or 0), (end if behind is None else min(end, start + behind))
        elif line > last_kept >= 0:
            start -= 1  # with the newline before it
        elif last < len(left) - 1:
            end += 1  # with the newline after it
        if start < before:
            by = ordered[len(spans) - 1].rule
            raise ValueError(f"cut by {rule!r} of line {line} overlaps one by {by!r}")
        spans.append((start, end))
        before = end
    return spans


def _whole_lines(cuts: Iterable[Cut]) -> set[int]:
    """Return the numbers of the lines that are cut as a whole."""
    whole = set[int]()
    for line, _, _, first, behind, n_lines in cuts:
        if first is None and behind is None:
            if n_lines == 1:
                whole.add(line)
            else:
                whole.update(range(line, line + n_lines))
    return whole


def kept_lines(extracted: str, removed: Sequence[Removal]) -> list[tuple[int, int]]:
    """Return the start and end of each remaining non-blank line in the extracted text.

    The span of a partially cut line runs from its first to its last kept character.

    >>> kept_lines("AP Rain fell.\\nAd\\n\\nb", [Removal(0, 3, "AP ", "wire", 1), Removal(14, 17, "Ad\\n", "ad_marker", 1)])
    [(3, 13), (18, 19)]
    """
    spans, position = [], 0
    for line in lines(extracted, removed):
        if line and not line.isspace():
            spans.append((position, position + len(line)))
        position += len(line) + 1
    return [(pieces[0][0], pieces[-1][1]) for pieces in _pieces(removed, spans)]


def _pieces(
    removed: Iterable[Removal], spans: Iterable[tuple[int, int]]
) -> Iterator[list[tuple[int, int]]]:
    """Yield each span of the remaining text as one or more spans of the extracted text.

    The spans must be in order.
    """
    cuts = sorted(removed)
    i, shift = 0, 0  # Number of removals passed so far, and their total length.
    for first, end in spans:
        pieces, start = [], first
        while start < end:
            while i < len(cuts) and cuts[i].start <= start + shift:
                shift += cuts[i].end - cuts[i].start
                i += 1
            stop = min(end, cuts[i].start - shift) if i < len(cuts) else end
            pieces.append((start + shift, stop + shift))
            start = stop
        yield pieces
