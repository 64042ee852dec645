"""Which agency wrote the document, and which outlets it reports from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms.tag import gazetteers
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column(
        "wire_source",
        pa.string(),
        "News agency that wrote the text for the outlet that published it.",
    ),
    column(
        "sources_cited",
        STRINGS,
        "Outlets and agencies the text reports from, in order of first mention.",
        required=True,
    ),
)

# An agency's own credit at the foot: "(dpa)", "Quelle: dpa", "© AFP", "Copyright 2024 The Associated Press".
_FOOT = re.compile(
    r"(?:\((?P<a>[^()\n]{2,40})\)|(?:source|quelle|fuente|fonte|bron|kilde|källa|via)\s*:\s*(?P<b>[^\n.;]{2,40})|(?:©|\(c\)|copyright)\s*(?:\d{4}\s*)?(?P<c>[A-Z][^\n.,;|]{1,40})|"
    r"(?:^|\n|[.!?]\s?)(?:[-–—/]{1,2}\s?)?(?P<d>[^\W\d_][\w./-]{1,15}))\.?\s*$",
    re.I,
)
# A dateline behind a note or a byline on one line: "(Corrects the year) By Ana Ruiz LIMA (Reuters) - Rain fell."
_SIGNED = re.compile(r"\(([^()\d]{2,40})\)[*_]{0,3}\s?(?:[–—―]|-{1,2})\s")
_OPENING_LINES, _OPENING_CHARS = (
    6,
    700,
)  # the longest note before a dateline seen has 340 characters
# Words beside a name that say the text reports from it: what to look for (a first letter that may be a
# capital is left off), then what the name follows and what it precedes.
_ENGLISH = (
    "report",
    "told ",
    "ccording to",
    "speaking to",
    "spoke to",
    "cited",
    "citing",
    "quoted",
    "interview with",
    "statement to",
    "seen by",
)
_OTHERS = (
    "aut ",
    "sagte de",
    "gegenüber",
    "berichtet",
    "meldet",
    "zitiert",
    "elon ",
    "déclaré à",
    "rapport",
    "indiqué",
    "egún ",
    "dijo a",
    "informó",
    "declaró a",
    "agencia",
    "disse à",
    "egundo ",
    "econdo ",
    "detto a",
    "olgens ",
    "nligt ",
    "følge ",
    "wg ",
    "podaje",
    "по данным",
    "сообщ",
    "передает",
    "cita",
)
_FOLLOWS = re.compile(
    r"(?:report(?:ed|s)? (?:by|from|in)|told|tells|ccording to|spoke (?:to|with)|speaking (?:to|with|on)|cited by|citing|quoted by|quoting|interview with|statement to|obtained by|"
    r"seen by|published (?:by|in)|aut|sagte de[rm]|gegenüber|berichtet(?:e)?|meldet(?:e)?|elon|déclaré à|egún|dijo a|declaró a|agencia|disse à|egundo|econdo|detto a|olgens|"
    r"nligt|følge|wg|podaje|по данным|сообщ\w+|передает)(?:\s|:)"
)
_PRECEDES = re.compile(
    r"report(?:s|ed|ing)?\b(?! (?:by|from|in) )|cited\b(?! by)|citing\b|quoted\b(?! by)|reveal(?:s|ed)\b|wrote\b|learned\b|news agency|berichtet(?:e)?\b|meldet(?:e)?\b|zitiert(?:e)?\b|rapport(?:e|ait)\b|"
    r"indiqué|informó|сообщ\w+|передает|cita\b"
)
_LOWER = frozenset({"dpa", "taz", "epd", "nd"})
_BETWEEN = frozenset({"of", "de", "and", "&", "des", "la", "le", "do", "da", "für"})
_SKIPPED = frozenset(
    {
        "that",
        "a",
        "la",
        "le",
        "el",
        "il",
        "die",
        "der",
        "das",
        "dem",
        "den",
        "newspaper",
        "agency",
        "news",
        "broadcaster",
        "website",
        "magazine",
        "zeitung",
        "has",
        "have",
        "had",
        "first",
        "also",
        "earlier",
    }
)
# Names of outlets that are everyday words; they count only with "the" before them, or never.
_COMMON = frozenset(
    [
        "time",
        "metro",
        "people",
        "focus",
        "science",
        "nature",
        "mirror",
        "express",
        "star",
        "sun",
        "sport",
        "sports",
        "open",
        "index",
        "as",
        "stern",
        "heute",
        "welt",
        "bild",
        "zeit",
        "capital",
        "fortune",
        "reason",
        "slate",
        "salon",
        "spectator",
        "observer",
        "guardian",
        "independent",
        "times",
        "post",
        "herald",
        "standard",
        "citizen",
        "record",
        "sky",
        "pictures",
        "today",
        "mint",
        "quartz",
        "vice",
        "wired",
        "space",
        "patch",
        "politico",
        "insider",
        "newsday",
        "abc",
        "now",
        "ara",
        "profil",
        "express",
        "msn",
        "yahoo",
        "ap",
        "pa",
        "cp",
        "uni",
        "map",
        "tap",
        "sta",
        "ani",
        "red",
        "ep",
        "cns",
        "app",
        "news",
        "today",
        "nation",
        "entrepreneur",
        "blick",
        "haaretz",
        "terra",
        "forbes",
        "ad",
        "delo",
        "novinky",
        "blic",
        "danas",
        "expresso",
        "telex",
        "bta",
        "hina",
        "petra",
        "antara",
    ]
)


def find(view: View) -> Found:
    """The agency that wrote the text, by dateline, byline or credit; and the outlets the text cites."""
    own = {
        gazetteers.key(str(name))
        for name in (view.values.get("outlet"), view.values.get("dateline_agency"))
        if name
    }
    cited = _cited(view, own)
    agency, source = _agency(view)
    values: dict[str, object] = {"sources_cited": tuple(name for name in cited if name != agency)}
    evidence = {"sources_cited": "text"} if values["sources_cited"] else {}
    if agency:
        values["wire_source"] = agency
        evidence["wire_source"] = source
    return Found(values, evidence)


def _agency(view: View) -> tuple[str | None, str]:
    spoken = view.values.get("dateline_agency")
    if spoken and (name := gazetteers.agency(spoken)):
        return name, "dateline"
    head = "\n".join(view.lines[:_OPENING_LINES])[:_OPENING_CHARS]
    for match in _SIGNED.finditer(head):
        if name := gazetteers.agency(match[1].strip()):
            return name, "dateline"
    for org in view.values.get("byline_orgs") or ():
        if name := gazetteers.agency(org):
            return name, "byline"
    tail = view.document.extracted[-200:].rstrip()
    for text in dict.fromkeys((tail, "\n".join(view.lines[-3:])[-200:].rstrip())):
        foot = _FOOT.search(text[-80:])
        said = next((group for group in foot.groups() if group), None) if foot else None
        if said and (
            name := gazetteers.agency(said.strip())
            or gazetteers.agency(re.split(r"[/,]", said)[0].strip())
        ):
            return name, "text"
    return None, ""


def _cited(view: View, own: set[str]) -> tuple[str, ...]:
    """Names beside a citing word, as the tables know them, in order of first mention."""
    text = "\n".join(view.lines)
    found: dict[str, int] = {}
    for name, at in _named(text):
        known_as = _known(name)
        if known_as and gazetteers.key(known_as) not in own and gazetteers.key(name) not in own:
            found[known_as] = min(at, found.get(known_as, at))
    return tuple(sorted(found, key=lambda name: found[name]))


def _named(text: str) -> Iterator[tuple[str, int]]:
    """Capitalised phrases beside a citing word, with where they stand."""
    for cue in _ENGLISH if " the " in text else (*_ENGLISH, *_OTHERS):
        at = text.find(cue)
        n = 0
        while at >= 0 and n < 30:
            n += 1
            if (match := _FOLLOWS.match(text, at)) and (
                phrase := _phrase(text[match.end() : match.end() + 70].split())
            ):
                yield phrase, match.end()
            if _PRECEDES.match(text, at):
                left = text[max(0, at - 70) : at].split()
                if phrase := _phrase(left, backwards=True):
                    yield phrase, max(0, at - 70)
            at = text.find(cue, at + len(cue))


def _phrase(words: list[str], *, backwards: bool = False) -> str:
    """The run of capitalised words next to the cue, up to five."""
    found: list[str] = []
    article = ""
    for word in reversed(words) if backwards else words:
        ends = word[-1] in ',;:.)"”' and not word[-2:-1].isupper()
        if backwards and ends:
            break
        bare = word.strip("(\"“”'‘’,.;:)")
        if bare[:1].isupper() or bare in _LOWER or (bare in _BETWEEN and found):
            found.append(bare)
        elif bare == "the":
            article = "the"
            if backwards:
                break
        elif found or bare.lower() not in _SKIPPED:
            break
        if len(found) >= 6 or (ends and found):
            break
    phrase = " ".join(reversed(found) if backwards else found)
    return f"{article} {phrase}" if article and phrase and not phrase.startswith("The ") else phrase


def _known(phrase: str) -> str | None:
    """The agency or outlet a phrase begins or ends with; the longest that is known.

    A name that is also an everyday word counts only as its outlet prints it, with its "The".
    """
    with_the = phrase[:4].lower() == "the "
    words = phrase[4 if with_the else 0 :].split()
    for n in range(len(words), 0, -1):
        for part in dict.fromkeys((" ".join(words[:n]), " ".join(words[-n:]))):
            name = part.strip(".,'’")
            name = name[:-2] if name.endswith(("'s", "’s")) else name
            outlet = gazetteers.outlet_named(name)
            if len(gazetteers.key(name)) < 2 or (
                gazetteers.key(name) in _COMMON
                and not (name.isupper() or (with_the and outlet and outlet[1].startswith("The ")))
            ):
                continue
            found = gazetteers.agency(name) or (outlet[1] if outlet else None)
            if found:
                return found
    return None


TAGGER = Tagger("wire", COLUMNS, find)
