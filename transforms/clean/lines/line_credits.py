"""Finds the photo credit at the end of a caption, or of a paragraph to which a caption is attached."""

from __future__ import annotations

import re
from collections.abc import Iterable

from copydesk.transforms.clean.news_sentence import kind_of_sentence
from copydesk.transforms.clean.patterns.photo_agencies import has_credit_word
from copydesk.transforms.clean.rule import SENTENCE, RuleEntry

_MAX_CREDIT = 110  # Characters of a credit with its label.
# An agency that is named after a sentence wrote it. The credit of a caption may also name a
# photographer or an archive.
_SIGN_OFF = re.compile(
    r" ?\((?:ap|afp|agi|ani|anp|ansa|apa|associated press|belga|dpa|efe|epd|kna|lusa|ntb|pti|reuters|sid|tass|tt|xinhua)(?:[/,-] ?[\w-]{1,12}){0,3}\)"
)
# The beginning of a credit, behind the last sentence of a paragraph, if the rule matches only the
# end of the credit: "(Photo: Ana Ruiz" before "/Reuters)".
_LABEL_OF_CREDIT = re.compile(
    r"(?:(?<=[.!?…])|(?<=[.!?…][\"'”’»)])) ?[(\[]?[^\W\d_]{2,16}\.?(?: [^\W\d_]{2,16}){0,2} ?[:/©] ?[^.!?:]{0,70}$"
)
# A label behind a sentence for where the text comes from. It is also printed below pictures.
_SOURCE = re.compile(
    r"(?<=[.!?…\"'”’»)]) [(\[]?(?:source|quelle|fuente|fonte|bron|källa|kilde|źródło|zdroj|forrás|sursa|lähde|izvor|источник|джерело|πηγή|kaynak|sumber|nguồn)s? ?[:：]"
)
_SOURCE_CHARS = 16  # Characters of such a label and the space before it, at most.
SENTENCE_END = frozenset(".!?…。\"'”’»)]")
# A credit ends in a name or a bracket. A sentence ends in one of these.
_NO_CREDIT = frozenset(".!?:;,\"'”’»")


def at_end(
    low: str, start: int, end: int, endings: Iterable[tuple[re.Pattern[str], RuleEntry]]
) -> tuple[RuleEntry, int] | None:
    """Return the rule that matches a credit at the end of a folded line, and where the credit begins.

    The line is `low[start:end]`. `endings` are the patterns of credits and their rules. White space
    before the credit belongs to it.
    """
    first = max(start, end - _MAX_CREDIT)
    tail = low[first:end].rstrip()
    if not tail or tail[-1] in _NO_CREDIT or not has_credit_word(tail):
        return None
    for pattern, rule in endings:
        if (found := pattern.search(tail)) is None or (
            kind_of_sentence(tail[found.start() :]) == SENTENCE
        ):
            continue
        if not (
            _SIGN_OFF.fullmatch(tail, found.start())
            and tail[: found.start()].rstrip()[-1:] in SENTENCE_END
        ):
            label = _LABEL_OF_CREDIT.search(tail, 0, found.start())
            begin = found.start() if label is None else label.start()
            return rule, first + len(tail[:begin].rstrip().rstrip("([").rstrip())
    return None


def source_of_text(low: str, credit: int) -> int | None:
    """Return where the source of a paragraph begins if the credit at `credit` of a folded line is one.

    >>> line = "the river rose to four metres at noon. source: afp"
    >>> source_of_text(line, line.index(": afp"))
    38
    >>> source_of_text("the river at noon. source: afp", 25)
    """
    found = _SOURCE.search(low, max(0, credit - _SOURCE_CHARS), credit + _SOURCE_CHARS)
    if found is None or kind_of_sentence(low[: found.start()]) != SENTENCE:
        return None
    return found.start()
