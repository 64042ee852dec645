"""Finds the headline and bylines of a plain text in its first and last lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.headlines import prose_lines, title_wording
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.lookup.condition import Condition
from copydesk.transforms.tag.persons import (
    byline_forms,
    byline_lexicon,
    person_names,
    signature,
)
from copydesk.transforms.tag.persons.person_names import Name

_LABELLED = re.compile(r"\s*(?:title|headline|titre|titel|título|titolo)\s*:\s+\S", re.I)
_ABBREVIATED = re.compile(
    r"(?:\b[A-Z]\.){2,}$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|St|No|vs|Gov|Sen|Rep|Dr|Mr)\.$"
)
_NO_HEADLINE = re.compile(
    r"\s*(?:[-•*–—>#|(\[]|\d+[.)]\s|(?:credit|photo|image|source|read more|also read|read next|related|share|advertisement|copyright|©|updated|published|posted|by)\b)",
    re.I,
)
_INITIAL = re.compile(r"(?:\b\w|Jr|Sr|Dr)\.$")
_TWO_SENTENCES = re.compile(r"[.!?]['\"’”]?\s+[A-Z\"“]\w+\s+\w+")
_PARTS = re.compile(r", | \| ")
_ABOUT = re.compile(r"\W*about\b", re.I)
_LEAST, _LEAST_CJK = 8, 6  # Characters of a headline.
# The rules of `clean` ask about all lines of a text again after each cut, and the taggers do
# afterwards. The pages of a site repeat its labels.
_KNOWN_LABELS = 16_384


@dataclass(frozen=True, slots=True)
class Opening:
    """Line numbers of a plain text's headline and bylines.

    `leaves` is true if the headline can be cut. `labels` are the lines above it that name a section
    or hold an address.
    """

    headline: int | None = None
    leaves: bool = False
    bylines: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()


def read(lines: Sequence[str], *, max_headline_chars: int) -> Opening:
    """Return the headline and byline lines of a plain text.

    A headline is a first line that reads like one and has prose below it. It can be cut only if the
    next line does not read like a headline itself. So cleaning a text twice gives the same as
    cleaning it once. Bylines are the runs of byline lines at the very top, under the headline, and
    at the very end. The text always keeps a line.

    >>> prose = "It rained in Oslo all day, and the river rose by a metre before noon."
    >>> read(["Rain in Oslo", "By Ana Ruiz", prose], max_headline_chars=200)
    Opening(headline=0, leaves=True, bylines=(1,), labels=())
    >>> read(["Weather", "Rain in Oslo all day", prose], max_headline_chars=200).labels
    (0,)
    >>> read([prose, prose], max_headline_chars=200)
    Opening(headline=None, leaves=False, bylines=(), labels=())
    """
    full = [i for i, line in enumerate(lines) if line and not line.isspace()]
    end = len(full)
    while end > 1 and is_byline(lines[full[end - 1]]):
        end -= 1
    body, last = full[:end], tuple(full[end:])
    first = _bylines_from(0, body, lines)
    lead = _labels_from(first, body, lines, max_headline_chars)
    labels = tuple(body[first:lead])
    if lead >= len(body) or not reads_like_headline(lines[body[lead]], max_headline_chars):
        return Opening(bylines=tuple(body[:first]) + last)
    below = _bylines_from(lead + 1, body, lines)
    below += is_signed([lines[i] for i in (body[lead], *body[below : below + 5])])
    headline, follows = lines[body[lead]], [lines[i] for i in body[below : below + 5]]
    if not _is_above_prose(headline, follows) or signature.is_signature(headline, follows):
        return Opening(bylines=tuple(body[:first]) + last)
    # What would be the headline of the text that remains.
    second = _labels_from(below, body, lines, max_headline_chars)
    follows = [lines[i] for i in body[_bylines_from(second + 1, body, lines) :][:5]]
    again = (
        second < len(body)
        and reads_like_headline(lines[body[second]], max_headline_chars)
        and _is_above_prose(lines[body[second]], follows)
    )
    bylines = tuple(body[:first] + body[lead + 1 : below]) + last
    return Opening(body[lead], not again, bylines, labels)


def _is_above_prose(headline: str, follows: Sequence[str]) -> bool:
    """Tell whether there is prose in the lines below a headline, of which it is no part itself."""
    has_prose = any(map(prose_lines.may_be_lead, follows[:3]))
    if not follows or not (has_prose or prose_lines.is_broken_prose(follows)):
        return False
    goes_on = prose_lines.goes_on(headline.rstrip(), follows[0]) and not _has_capitals(headline)
    return not goes_on and not prose_lines.may_be_paragraph(headline, follows[:3])


def _has_capitals(line: str) -> bool:
    """Tell whether most words of a line begin with a capital, as in English headlines."""
    words = line.split()
    return 2 * sum(word[0].isupper() for word in words) > len(words)


_MOST_LABELS, _LABEL_WORDS, _LONGEST_LABEL = 3, 3, 30
_ADDRESS = re.compile(r"https?://\S+|www\.\S+", re.I)


def _labels_from(start: int, body: Sequence[int], lines: Sequence[str], max_chars: int) -> int:
    """Return the end of the run of labels that begins at `start` and has a longer headline below it.

    Return `start` if there is no headline below it.
    """
    at = start
    while at < min(start + _MOST_LABELS, len(body) - 1) and _is_label(lines[body[at]], max_chars):
        at += 1
    headline = lines[body[at]] if at < len(body) else ""
    longest = max((len(lines[i]) for i in body[start:at] if not _is_address(lines[i])), default=0)
    is_headline = reads_like_headline(headline, max_chars) and len(headline) > longest
    return at if is_headline else start


def _is_address(line: str) -> bool:
    return _ADDRESS.fullmatch(line.strip()) is not None


def _is_label(line: str, max_chars: int) -> bool:
    """Tell whether a line above a headline is an address, or a word or two that name a section."""
    text = line.strip()
    if _is_address(text) or title_wording.is_section(text):
        return True
    is_short = len(text) <= _LONGEST_LABEL and len(text.split()) <= _LABEL_WORDS
    return (
        is_short
        and any(char.isalpha() for char in text)
        and not prose_lines.ENDS_SENTENCE.search(text)
        and not reads_like_headline(text, max_chars)
    )


def _bylines_from(start: int, body: Sequence[int], lines: Sequence[str]) -> int:
    """Return the end of the run of byline lines that begins at `start`.

    The last line of all is never part of it.
    """
    at = start
    while at < len(body) - 1 and is_byline(lines[body[at]]):
        at += 1
    return at


def is_signed(opening: Sequence[str]) -> bool:
    """Tell whether the line below a headline is the full name of its author and nothing else.

    `opening` are the headline and the lines below it.

    The name begins with a frequent given name and has prose below it. The opening does not repeat the
    surname, as it does if the name is the subject of the article. Several names with a word between
    them are read in the same way, and the day of publication may follow.

    >>> prose = "It rained in Oslo all day, and the river rose by a metre before noon."
    >>> is_signed(["Rain in Oslo", "Ana Ruiz", prose]), is_signed(["Rain in Oslo", "Old Town", prose])
    (True, False)
    >>> is_signed(["Rain in Oslo", "Ana Ruiz and Anna Berger", prose]), is_signed(["Rain in Oslo", "Ana Ruiz, 14 mai", prose])
    (True, True)
    """
    if len(opening) < 3 or not (
        prose_lines.is_prose(opening[2]) or prose_lines.is_broken_prose(opening[2:])
    ):
        return False
    return signature.is_signature(opening[1], (opening[0], *opening[2:]))


class _Reading(NamedTuple):
    """A line that may be a byline, and the names on it."""

    text: str
    opened: bool
    names: tuple[Name, ...]

    @property
    def people(self) -> list[Name]:
        return [name for name in self.names if not name.is_org]


_OPENING_CHARS = 12  # Characters of opening words and a place.
# "By Ana Ruiz for the Harbour Post"
_EMPLOYER = re.compile(
    r",? (?:for|für|para|pour|per|voor|dla|special to)(?: the| die| o| a| le| la| il| de| het)? (?=[A-ZÀ-Ž])[^.!?:;,]{3,40}$"
)


def _names_are_most_of_it(line: _Reading) -> bool:
    """Tell whether there is room besides the names for only the opening words and a place."""
    opening = byline_lexicon.opening(line.text) if line.opened else None
    if opening is None:
        return False
    room = max(_OPENING_CHARS, opening.end())
    employer = _EMPLOYER.search(line.text)
    n_chars = employer.start() if employer else len(line.text)
    return sum(len(name.text) for name in line.names) * 2 >= n_chars - room


def _has_agency_or_job(line: _Reading) -> bool:
    return (
        not line.opened
        and bool(line.people)
        and len(line.text) <= 80
        and any(name.role or (name.is_org and gazetteers.agency(name.text)) for name in line.names)
    )


#: A line is a byline if one of these conditions is true.
BYLINE_CONDITIONS: tuple[Condition[_Reading], ...] = (
    Condition(
        "opened_and_little_but_names",
        _names_are_most_of_it,
        (
            "By Ana Ruiz",
            "Von Jan van Aken, dpa",
            "Автор: Анна Петрова",
            "Door onze verslaggever Jan Maas",
            "By Ana Ruiz for the Harbour Post",
            "By Ana Ruiz | March 3, 2024 | 5 min read",
            "Redacción: Ana Ruiz",
            "Da redação, por Ana Souza",
            "Dal nostro inviato Marco Bianchi",
            "Napisał: Jan Kowalski",
        ),
        (
            "By Monday the river had risen",
            "Redacción: el río creció el lunes",
            "Texto: qué dice la ley del agua",
            "By Ana Ruiz the mayor was seen as a friend of the poor",
        ),
    ),
    Condition(
        "person_with_agency_or_job",
        _has_agency_or_job,
        ("Ana Ruiz, Staff Writer", "Ana Ruiz, AP", "Bo Li | Senior Reporter"),
        ("Ana Ruiz, Bo Li", "Rain, storm and flood"),
    ),
)


def is_byline(line: str) -> bool:
    """Tell whether a line holds a byline and nothing else.

    It has one of the forms, or fulfils one of `BYLINE_CONDITIONS`.

    >>> is_byline("By Shella Abdulhalim"), is_byline("By Monday the river had risen"), is_byline("Ana Ruiz, Staff Writer")
    (True, False, True)
    >>> is_byline("記者王小明／台北報導"), is_byline("记者从水利部门获悉")
    (True, False)
    """
    text = line.strip()
    return 3 <= len(text) <= 120 and _is_byline(text)


@lru_cache(maxsize=_KNOWN_LABELS)
def _is_byline(text: str) -> bool:
    if byline_forms.names_on(text):
        return True
    text = byline_forms.behind_day(text)
    first = text[0]
    is_cjk = not first.isascii() and prose_lines.CJK.match(first)
    if len(text) < 5 or is_cjk or not (first.isalpha() or first == "("):
        return False
    opened = byline_lexicon.opens(text) and not _ABOUT.match(text)
    if not opened and not _titled(text):
        return False
    if opened:
        text = byline_lexicon.without_tail(byline_forms.without_day(text))
    if prose_lines.ENDS_SENTENCE.search(text) and not _INITIAL.search(text):
        return False
    reading = _Reading(text, opened, person_names.split(text, sure=False, strict=True))
    if not reading.names or any(
        " " not in person.text and not prose_lines.CJK.search(person.text)
        for person in reading.people
    ):
        return False
    return any(condition.holds(reading) for condition in BYLINE_CONDITIONS)


def _titled(text: str) -> bool:
    """Tell whether a line ends with an agency or job: "Ana Ruiz, Staff Writer".

    A comma or bar must be before it.
    """
    if len(text) > 80 or not ("," in text or "|" in text):
        return False
    tails = _PARTS.split(text)[1:]
    return any(
        gazetteers.agency(tail) or (len(tail) < 50 and person_names.role_of(tail)) for tail in tails
    )


def reads_like_headline(line: str, max_chars: int) -> bool:
    """Tell whether a line has the shape of a headline and at most `max_chars` characters.

    >>> reads_like_headline("Rain in Oslo", 200), reads_like_headline("It rained in Oslo all day.", 200)
    (True, False)
    """
    text = bare_heading(line)
    return len(text) <= max_chars + _LABEL_CHARS and _reads_like_headline(text, max_chars)


_MARKDOWN = re.compile(r"#{1,2} +(?=\S)|\*\*(?=[^\s*].*\*\*$)")


def bare_heading(line: str) -> str:
    """Return a line without white space and the marks of a heading in Markdown.

    >>> bare_heading("# Rain in Oslo"), bare_heading("**Rain in Oslo**"), bare_heading("#rain")
    ('Rain in Oslo', 'Rain in Oslo', '#rain')
    """
    text = line.strip()
    if text[:1] not in "#*" or not (marks := _MARKDOWN.match(text)):
        return text
    return text[marks.end() :].removesuffix("**").rstrip(" #")


_LABEL_CHARS = 10  # "Headline: ", which does not count.


@lru_cache(maxsize=_KNOWN_LABELS)
def _reads_like_headline(text: str, max_chars: int) -> bool:
    if _LABELLED.match(text):
        return True
    least = _LEAST_CJK if prose_lines.CJK.match(text) else _LEAST
    is_sized = least <= len(text) <= max_chars
    if not is_sized or _NO_HEADLINE.match(text) or text[-1] in ",;:–—-" or "://" in text:
        return False
    words = text.split()
    begins = text[0].isupper() or not text[0].islower() or any(char.isupper() for char in words[0])
    sized = bool(prose_lines.CJK.search(text)) or 2 <= len(words) <= 30
    if prose_lines.UNSPACED.search(text):
        sized = len(text) < prose_lines.UNSPACED_PROSE
    return begins and sized and not _is_something_else(text)


def _is_something_else(text: str) -> bool:
    """Tell whether a short line is one sentence or two, a date, a dateline or a byline."""
    ends = (
        prose_lines.ENDS_SENTENCE.search(text)
        and text.rstrip("'\"’”»)")[-1] in ".…。।۔"
        and not _ABBREVIATED.search(text)
    )
    two = len(text) > 100 and _TWO_SENTENCES.search(text)
    dated = len(text) < 60 and date_formats.DIGIT.search(text) and date_formats.is_date_alone(text)
    return bool(ends or two or dated or dateline_parser.parse(text).end or is_byline(text))
