"""Splits printed bylines into names of people and organisations, in order, with roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons import byline_forms, byline_lexicon, name_lexicon
from copydesk.transforms.tag.persons.name_shape import (
    has_given_name,
    is_evenly_cased,
    is_full_name,
    is_heading,
    is_organisation,
    is_person,
    outlet_with_agency,
    role_of,
    without_employer,
)

__all__ = [
    "Name",
    "has_given_name",
    "is_desk",
    "is_evenly_cased",
    "is_full_name",
    "is_heading",
    "is_label",
    "is_organisation",
    "is_person",
    "joined",
    "opened",
    "opened_role",
    "role_of",
    "split",
]

# Characters of a byline. The longest real one, of a paper with 40 authors, is longer, but the rest
# adds nothing that a column needs.
MAX_CHARS = 600
MAX_NAMES = 40
_COMMA = re.compile(r"\s*,\s*")
_LEADING_AND = re.compile(r"^(?:(?:and|und|et|och|og|y|e|&)|(?-i:with|avec|mit))\s+", re.I)
_IN_PLACE = re.compile(r"\s+(?:in|aus|à|en|a|w)\s+[A-ZÄÖÜ][\w. -]{2,30}$")
_PREPOSITION = re.compile(r"\s+(?:on|at|in|for|from)$")
_ABBREVIATION = re.compile(r"(?:\b\w|\b(?:jr|sr|dr|st|inc|co|ltd|ph\.d|m\.d|esq))\.$", re.I)
_DIGIT = re.compile(r"\d")
_OPEN_ENDS = frozenset({"and", "und", "et", "&", "of", "for", "at", "the", "or", "oder", "für"})


class Name(NamedTuple):
    """One author as printed."""

    text: str
    role: str = ""  # One of writer, photographer, editor, contributor, other, or empty.
    is_org: bool = False


def split(
    printed: str, *, site: frozenset[str] = frozenset(), sure: bool = False, strict: bool = False
) -> tuple[Name, ...]:
    """Return the authors in a printed byline, in order.

    `site` holds folded names of the site (`gazetteers.key`), which are organisations. `sure` says
    that the source is a field for authors, so a single word may be a name. `strict` says that a
    single word is not a name even after "By".

    >>> [name.text for name in split("By Ana Ruiz, Bo Li and Cy Young")]
    ['Ana Ruiz', 'Bo Li', 'Cy Young']
    >>> split("Von Jan van Aken, dpa")
    (Name(text='Jan van Aken', role='', is_org=False), Name(text='dpa', role='', is_org=True))
    >>> split("Ben Silverman Games Editor")
    (Name(text='Ben Silverman', role='editor', is_org=False),)
    >>> split("Staff Writer")
    ()
    """
    return _split(printed[:MAX_CHARS], site, sure, strict)


# Half of the 6,144 credits of a wire service repeat one before, and a page repeats its byline.
@lru_cache(maxsize=4096)
def _split(printed: str, site: frozenset[str], sure: bool, strict: bool) -> tuple[Name, ...]:
    found: list[Name] = []
    role = ""
    if whole := byline_forms.names_on(printed):
        return tuple(Name(name) for name in whole)
    for n, chunk in enumerate(
        byline_lexicon.HARD.split(printed)
        if byline_lexicon.HARD_MARK.search(printed)
        else (printed,)
    ):
        if not chunk.strip() or byline_lexicon.LABEL.match(chunk):
            continue
        if found and byline_lexicon.DATE.match(chunk):
            break  # "Ana Ruiz | Feb 6, 2025 | Business Tips": categories follow the day.
        says_by = byline_lexicon.opening(chunk)
        if says_by:
            role = says_by.lastgroup or ""
        elif n and not found:
            role = ""
        rest = chunk[says_by.end() :] if says_by else chunk
        if found and dateline_places.is_region(rest.strip()):
            continue  # "Ana Ruiz / São Paulo"
        # A single word after a full name is a place: "Ana Ruiz / Lisbon".
        is_sure = (sure and not any(" " in name.text for name in found)) or (
            bool(says_by) and not strict
        )
        new = _names_of_chunk(rest, site, is_sure, "" if role == "writer" else role)
        # "Ana Ruiz | Senior Writer"
        if not new and found and not found[-1].role and len(rest) < 60:
            found[-1] = found[-1]._replace(role=role_of(rest))
        found += new
        if len(found) >= MAX_NAMES:
            break
    return tuple({name.text.casefold(): name for name in reversed(found)}.values())[::-1]


def opened(text: str) -> bool:
    """Tell whether the text begins as a byline does: "By ...", "Von ...", "Written by ..."."""
    return bool(byline_lexicon.opening(text))


def opened_role(text: str) -> str:
    """Return the role that a byline's first words give, or an empty string.

    "Photos by" gives photographer, "Edited by" editor, and "By" writer.
    """
    match = byline_lexicon.opening(text)
    return (match.lastgroup or "") if match else ""


def is_desk(text: str) -> bool:
    """Tell whether a name is that of a desk or team."""
    return bool(name_lexicon.DESK.fullmatch(text))


def is_label(text: str) -> bool:
    """Tell whether a line holds only a word that announces or joins authors."""
    return bool(byline_lexicon.LABEL.match(text)) or not name_lexicon.LETTERS.search(text)


def _names_of_chunk(chunk: str, site: frozenset[str], sure: bool, role: str) -> list[Name]:
    """Return the names of one chunk. A role after a name is stored with that name."""
    if chunk.startswith("【") and chunk.endswith("】"):
        chunk = chunk[1:-1]  # Japanese papers print the whole byline in such brackets.
    inner = (
        [match[1] for match in byline_lexicon.PARENTHESIS.finditer(chunk)]
        if byline_lexicon.BRACKET.search(chunk)
        else []
    )
    text = _trimmed(byline_lexicon.PARENTHESIS.sub(" ", chunk) if inner else chunk)
    whole = _strip(text)
    if not whole:
        return []
    if gazetteers.key(whole) in site or (gazetteers.agency(whole) and len(whole) < 40):
        return [] if name_lexicon.NOBODY.fullmatch(whole) else [Name(whole, role, True)]
    outlet, text = outlet_with_agency(text)
    found = [Name(outlet, role, True)] if outlet else []
    found += _names_of_pieces(text, site, sure, role)
    for aside in inner:
        if gazetteers.agency(aside):
            found.append(Name(_strip(aside), "", True))
        elif found and not found[-1].role:
            found[-1] = found[-1]._replace(role=role_of(aside))
    return found


# "ByAna Ruiz": "By" has an element of its own and no space after it.
_GLUED_BY = re.compile(r"By(?=[A-Z][a-z]+ [A-Z])")


def _trimmed(chunk: str) -> str:
    """Return a chunk without a date before the name and without the part after the author."""
    chunk = _GLUED_BY.sub("", chunk, count=1) if chunk.startswith("By") else chunk
    dated = byline_lexicon.LEADING_DATE.match(chunk)
    text = chunk[dated.end() :] if dated else chunk
    ends = [
        found.start()
        for found in (
            byline_lexicon.TAIL.search(text),
            byline_lexicon.ADDRESS.search(text) if "@" in text else None,
        )
        if found
    ]
    if ends:
        text = text[: min(ends)].rstrip()
    return byline_lexicon.up_to_date(text) if _DIGIT.search(text) else text


def _names_of_pieces(text: str, site: frozenset[str], sure: bool, role: str) -> list[Name]:
    found: list[Name] = []
    pieces = _pieces(text)
    first_names = all(" " not in piece.strip() for piece in pieces)
    titled = False
    for piece in pieces:
        if found and dateline_places.is_region(piece.strip()):
            titled = True
            continue
        # One word is a name if it comes first. After a name it is a place, a desk or half a title.
        name = _name(
            piece,
            site,
            (sure and (first_names or not found)) or bool(name_lexicon.CJK.search(piece)),
        )
        if isinstance(name, Name):
            # This excludes the rest of a title: "Ana Ruiz, Head of Marketing and Community
            # Development".
            if (
                not titled
                or name.role
                or gazetteers.agency(name.text)
                or re.search(r",\s*(?:and |& )?" + re.escape(name.text), text)
            ):
                found.append(name if name.role or not role else name._replace(role=role))
                titled = False
        elif found and not found[-1].is_org and (name == "suffix" or _is_degree(piece, found[-1])):
            found[-1] = found[-1]._replace(text=f"{found[-1].text}, {piece.strip()}")
        elif name and name != "suffix":
            titled = True
            if found and not found[-1].role:
                found[-1] = found[-1]._replace(role=name)
    return found


_LETTERS_OF_DEGREE = re.compile(r"[A-Z]{2,6}")


def _is_degree(piece: str, before: Name) -> bool:
    """Tell whether a piece is a further abbreviation after a name: "Ana Ruiz, MD, FOMA"."""
    last = before.text.split()[-1]
    return bool(
        _LETTERS_OF_DEGREE.fullmatch(piece.strip())
        and _LETTERS_OF_DEGREE.fullmatch(last.rstrip("."))
        and not before.text.isupper()
        and not gazetteers.agency(piece.strip())
    )


def _pieces(chunk: str) -> list[str]:
    """Split a chunk at commas, joiners and soft joiners.

    Joiners inside one organisation or role do not split it.
    """
    pieces: list[str] = []
    for part in _COMMA.split(chunk):
        halves = (
            [half for half in byline_lexicon.JOIN.split(part) if half and half.strip()]
            if _may_join(part)
            else [part]
            if part.strip()
            else []
        )
        if (
            len(halves) > 1
            and (role_of(part) or not all(_could_be_name(half) for half in halves))
            and not all(_could_be_name(h) and len(h.split()) > 1 for h in halves)
        ):
            halves = [part]
        for half in halves:
            soft = byline_lexicon.soft_parts(half)
            pieces += soft if len(soft) > 1 and all(_is_name_or_agency(s) for s in soft) else [half]
    # The last part of a list begins with "and": "Ana Ruiz, Bo Li, and Cy Young".
    return [_LEADING_AND.sub("", piece) for piece in pieces if piece.strip()]


def _is_name_or_agency(text: str) -> bool:
    """Tell whether a text may be a whole name, or is that of an agency: "Ana Ruiz y EFE"."""
    return _could_be_name(text) and (" " in text.strip() or bool(gazetteers.agency(text)))


def _may_join(part: str) -> bool:
    """Tell whether `byline_lexicon.JOIN` can split the text. This is a cheap first test."""
    return (
        not part.isascii()
        or "&" in part
        or "+" in part
        or not byline_lexicon.JOINERS.isdisjoint(part.lower().split())
    )


def _could_be_name(text: str) -> bool:
    first = text.strip()[:1]
    return bool(first) and (
        first.isupper()
        or bool(name_lexicon.CJK.match(first))
        or (first.isalpha() and not first.islower())
        or bool(gazetteers.agency(text))
    )


@lru_cache(maxsize=4096)  # The reporters of a paper or an agency recur.
def _name(piece: str, site: frozenset[str], sure: bool) -> Name | str | None:
    """Return a name, "suffix", a role, or None if the piece is none of these."""
    text = _strip(piece)
    if not text or name_lexicon.SUFFIX.fullmatch(text):
        return "suffix" if text else None
    role = role_of(text)
    if name_lexicon.NOBODY.fullmatch(text) or (role and gazetteers.agency(text.split()[0])):
        return role or None  # "AP Sports Writer" names nobody.
    if (
        gazetteers.agency(text)
        or gazetteers.key(text) in site
        or name_lexicon.DESK.fullmatch(text)
        or (" " in text and gazetteers.outlet_named(text))
    ):
        return Name(text, "", True)
    if role:
        text, role = _without_role(text)
        if gazetteers.key(text) in site:
            return role  # "Sea Post Reporter" names nobody.
    text = without_employer(_IN_PLACE.sub("", text), site)
    text = _without_outlet(_PREPOSITION.sub("", text), site)
    if text and text.split()[-1].casefold() in _OPEN_ENDS:
        return role or None  # "Home and" is the rest of "Home and Garden Expert".
    is_org = is_organisation(text)
    return (
        Name(text, role, is_org)
        if text and (is_org or is_person(text, sure=sure))
        else role or None
    )


def _without_outlet(text: str, site: frozenset[str]) -> str:
    """Return a name without the outlet's name at its end: "Brian Truitt USA TODAY"."""
    words = text.split()
    for n in range(2, len(words)):
        tail = " ".join(words[n:])
        if gazetteers.key(tail) in site or gazetteers.agency(tail):
            return " ".join(words[:n])
    return text


_AFTER_ROLE = frozenset({"of", "for", "at", "in", "and", "&", "der", "des", "de"})
"""Words that join a role to its office: "Director of News"."""


def _without_role(text: str) -> tuple[str, str]:
    """Return a piece without the role words at its end or start, and the role.

    "Ana Ruiz, Senior Reporter" and "Reporter Ana Ruiz" give "Ana Ruiz" and the role of a reporter.
    The first part is "" if the piece names nobody.
    """
    words = text.split()
    folded = [word.strip(".,:;()'’").casefold() for word in words]
    roles = gazetteers.roles()
    first = next((i for i, word in enumerate(folded) if word in roles), None)
    if first is None:
        return "", role_of(text)
    is_title = [word in roles or word in gazetteers.role_modifiers() for word in folded]
    if folded[-1] in roles:
        return _before_last_title(words, folded, is_title), roles[folded[-1]]
    if all(is_title[:first]):
        return _after_title(words, folded, first), roles[folded[first]]
    end = _title_start(is_title, first)
    return (" ".join(words[:end]) if end >= 2 else ""), roles[folded[first]]


def _title_start(is_title: list[bool], at: int, least: int = 0) -> int:
    """Return where the title begins that goes on to the word at `at`, but not below `least`."""
    while at > least and is_title[at - 1]:
        at -= 1
    return at


def _before_last_title(words: list[str], folded: list[str], is_title: list[bool]) -> str:
    """Return the name before the title that ends a piece, or ""."""
    if folded[0] in gazetteers.role_modifiers() and folded[0] not in gazetteers.given_names():
        return ""  # "Senior Maritime Correspondent" names nobody.
    # Two words before a title are a name, even if the second one may also belong to a title.
    end = _title_start(is_title, len(words) - 1, least=0 if is_title[0] else 2)
    name = " ".join(words[:end])
    return name if end >= 2 or name_lexicon.CJK.search(name) else ""


def _after_title(words: list[str], folded: list[str], role: int) -> str:
    """Return the full name after the title that begins a piece and ends at `role`, or ""."""
    is_joined = not _AFTER_ROLE.isdisjoint(folded[role + 1 : role + 2])
    name = " ".join(words[role + 1 :])
    return name if not is_joined and " " in name and is_person(name) else ""


def _strip(text: str) -> str:
    """Return a piece without separators, brackets and quotes at its ends.

    A full stop stays after an initial or suffix.
    """
    text = unicodedata.normalize("NFC", text).strip(name_lexicon.EDGES)
    if text.endswith(".") and not _ABBREVIATION.search(text):
        text = text[:-1]
    return " ".join(text.split())


def joined(names: Iterable[Name]) -> str:
    """Return the names as one string, to compare bylines."""
    return "|".join(sorted(gazetteers.key(name.text) for name in names))
