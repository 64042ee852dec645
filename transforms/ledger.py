"""The ledger: what was cut from a document, where, and by which rule.

Cleaned text and ledger rebuild the extracted text exactly. Offsets count Unicode code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """One passage `extracted[start:end]` that a rule cut."""

    start: int
    end: int
    text: str
    rule: str
    rule_version: int


def apply(extracted: str, removals: Iterable[Removal]) -> str:
    """The extracted text less the removals; raises ValueError where they overlap or do not match.

    >>> apply("a\\nAd\\nb", [Removal(2, 5, "Ad\\n", "ad_marker", 1)])
    'a\\nb'
    """
    kept, position = [], 0
    for cut in sorted(removals):
        if cut.start < position or extracted[cut.start : cut.end] != cut.text:
            raise ValueError(f"removal by {cut.rule!r} at {cut.start}:{cut.end} overlaps another or differs from the text")
        kept.append(extracted[position : cut.start])
        position = cut.end
    kept.append(extracted[position:])
    return "".join(kept)


def rebuild(text: str, removals: Iterable[Removal]) -> str:
    """The extracted text, from the cleaned text and its removals.

    >>> rebuild("a\\nb", [Removal(2, 5, "Ad\\n", "ad_marker", 1)])
    'a\\nAd\\nb'
    """
    parts, taken, length = [], 0, 0
    for cut in sorted(removals):
        before = text[taken : taken + cut.start - length]
        parts += (before, cut.text)
        taken += len(before)
        length = cut.end
    parts.append(text[taken:])
    return "".join(parts)


def kept_lines(extracted: str, removals: Sequence[Removal]) -> list[tuple[int, int]]:
    """Spans (start, end without the newline) of the lines no removal touches, blank ones left out.

    >>> kept_lines("a\\nAd\\n\\nb", [Removal(2, 5, "Ad\\n", "ad_marker", 1)])
    [(0, 1), (6, 7)]
    """
    cuts, spans, start, i = sorted(removals), [], 0, 0
    for line in extracted.split("\n"):
        end = start + len(line)
        while i < len(cuts) and cuts[i].end <= start:
            i += 1
        if line.strip() and not (i < len(cuts) and cuts[i].start < end):
            spans.append((start, end))
        start = end + 1
    return spans


def cut_line(extracted: str, start: int, end: int, rule: str, rule_version: int) -> Removal:
    """The removal of a whole line with the newline after it (before it, for the last line).

    >>> cut_line("a\\nAd\\nb", 2, 4, "ad_marker", 1)
    Removal(start=2, end=5, text='Ad\\n', rule='ad_marker', rule_version=1)
    """
    if end < len(extracted):
        end += 1
    elif start > 0:
        start -= 1
    return Removal(start, end, extracted[start:end], rule, rule_version)
