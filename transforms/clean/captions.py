"""Tells the captions of pictures from paragraphs to which scrapers attached a photo credit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from copydesk.transforms.clean.lines.line_credits import SENTENCE_END
from copydesk.transforms.clean.rule_set import RuleSet
from copydesk.transforms.clean.wording_model import pieces_of_words
from copydesk.transforms.ledger import BLANK_LINE, Cut
from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.headlines import prose_lines

#: The captions of a photo essay, at least (arbitrary).
_LEAST_CAPTIONS = 5
_CAPTION = "caption_with_credit"
#: A sentence and four words of the next. Unlike in `news_sentence`, a sentence may end with "!", "?" or
#: a quotation mark here, because a lead may be a quotation and a credit is not.
_SECOND_SENTENCE = re.compile(r"\w{3}[.!?]['\"’”»)]? \S+ \S+ \S+ \S")


def without_photo_essay(left: Sequence[str], cuts: list[Cut]) -> list[Cut]:
    """Return the cuts without those of captions if they have more words than the other lines.

    The captions of a photo essay are its text.
    """
    captions = {c.line for c in cuts if c.rule == _CAPTION}
    if len(captions) < _LEAST_CAPTIONS:
        return cuts
    gone = {n for c in cuts if c.start is None for n in c.lines()}
    others = sum(len(line.split()) for n, line in enumerate(left) if n not in gone)
    if sum(len(left[n].split()) for n in captions) <= others:
        return cuts
    return [c for c in cuts if c.line not in captions]


def without_lead(
    left: Sequence[str], low: Sequence[str], cuts: list[Cut], acting: RuleSet
) -> list[Cut]:
    """Return the cuts, of which the one of a lead with a photo credit takes only the credit.

    `low` are the folded lines. Below a headline a caption and a lead look the same. It is the lead
    if it has more words of the headline than the next paragraph, and if there is no other.
    """
    if not any([c.rule == _CAPTION for c in cuts]):  # noqa: C419  # faster than a generator
        return cuts
    whole = {c.line: c for c in cuts if c.start is None and c.rule != BLANK_LINE}
    number = _first_prose(left, 0, {n: c for n, c in whole.items() if c.rule != _CAPTION})
    if number is None or number not in whole:
        return cuts
    credit = acting.credit(low[number])
    if credit is None or not _is_lead(left, low, number, credit[1], whole):
        return cuts
    made = whole[number]._replace(start=credit[1], end=len(left[number]))
    return [made if c.line == number else c for c in cuts]


def _first_prose(left: Sequence[str], first: int, gone: Mapping[int, Cut]) -> int | None:
    """Return the number of the first paragraph from `first` on that is not `gone`."""
    for number in range(first, len(left)):
        if number not in gone and prose_lines.is_prose(left[number]):
            return number
    return None


def _is_lead(
    left: Sequence[str], low: Sequence[str], number: int, end: int, gone: Mapping[int, Cut]
) -> bool:
    """Tell whether the paragraph that ends at `end` of a line is the lead and no caption."""
    own = left[number][:end]
    if own[-1] not in SENTENCE_END or not prose_lines.is_prose(own):
        return False
    below = _first_prose(left, number + 1, gone)
    if below is None:
        return True
    if dateline_parser.opens_prose(left[below]):
        return False
    above = [low[n] for n in range(number) if n not in gone and left[n].strip()]
    if not above:
        return _SECOND_SENTENCE.search(own) is not None
    words = pieces_of_words(" ".join(above))
    return _n_in(words, low[number][:end]) > _n_in(words, low[below])


def _n_in(words: set[str], paragraph: str) -> int:
    return sum(word in paragraph for word in words)
