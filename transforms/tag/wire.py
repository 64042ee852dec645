"""Which agency wrote the document, and which outlets it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons.name_lexicon import words
from copydesk.transforms.tag.tagger import Tagger, TagResult, View

COLUMNS = (
    column(
        "wire_source",
        pa.string(),
        "News agency that wrote the text for the outlet that published it.",
    ),
    column(
        "sources_cited",
        STRINGS,
        "Outlets and agencies that the text cites, in order of first mention.",
        required=True,
    ),
)

# The word for "source" before a colon, in all languages of the cleaner.
_SOURCE = (
    "source|quelle|fuente|fonte|bron|kilde|källa|via|źródło|font|zdroj|forrás|sursa|източник|джерело|"
    "источник|πηγή|kaynak|lähde|izvor|sumber|nguồn|ที่มา|来源|來源|出典|출처|المصدر|منبع|מקור|स्रोत|সূত্র"
)
# The credit of an agency at the end of a text: "(dpa)", "Quelle: dpa", "© AFP", "Copyright 2024 The
# Associated Press".
_FOOT = re.compile(
    rf"(?:\((?P<a>[^()\n]{{2,40}})\)|(?:{_SOURCE})\s*:\s*(?P<b>[^\n.;]{{2,40}})|(?:©|\(c\)|copyright)\s*(?:\d{{4}}\s*)?(?P<c>[A-Z][^\n.,;|]{{1,40}})|"
    r"(?:^|\n|[.!?]\s?)(?:[-–—/]{1,2}\s?)?(?P<d>[^\W\d_][\w./-]{1,15})|"
    r"(?:^|\n)[-–—/ ]{0,3}(?:theo )?(?P<e>[^\W\d_](?:[^\W\d]|[./ -]){2,30})|this report by (?P<f>[^.\n]{3,30}) was first published [^.\n]{3,30}|"
    r"(?P<g>dpa)(?:-infocom)?,? dpa:[\d/-]{6,30})\.?\s*$",
    re.I,
)
# A dateline after a note or a byline on the same line: "(Corrects the year) By Ana Ruiz LIMA
# (Reuters) - Rain fell."
_SIGNED = re.compile(r"\(([^()\d]{2,40})\)[*_]{0,3}\s?(?:[–—―]|-{1,2})\s")
# The opening in which a dateline is searched. The longest note seen before one has 340 characters.
_OPENING_LINES, _OPENING_CHARS = 6, 700
# Words beside a name that show that the text cites it. `_ENGLISH` and `_OTHERS` are what to search
# for; a first letter that may be a capital is left out. `_FOLLOWS` matches the words before the
# name, `_PRECEDES` the words after it.
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
    r"seen by|published (?:by|in)|aut|sagte de[rm]|gegenüber|berichtet(?:e)?|meldet(?:e)?|elon|déclaré à|egún|dijo a|informó|declaró a|agencia|disse à|egundo|econdo|detto a|olgens|"
    r"nligt|følge|wg|podaje|по данным|сообщ\w+|передает)(?:\s|:)"
)
_PRECEDES = re.compile(
    r"report(?:s|ed|ing)?\b(?! (?:by|from|in) )|cited\b(?! by)|citing\b|quoted\b(?! by)|reveal(?:s|ed)\b|wrote\b|learned\b|news agency|berichtet(?:e)?\b|meldet(?:e)?\b|zitiert(?:e)?\b|rapport(?:e|ait)\b|"
    r"indiqué|informó|сообщ\w+|передает|cita\b"
)
_LOWER = frozenset({"dpa", "taz", "epd", "nd"})
_BETWEEN = frozenset({"of", "de", "and", "&", "des", "la", "le", "do", "da", "für"})
_SKIPPED = words(
    """
    that a la le el il die der das dem den newspaper agency news broadcaster website magazine
    zeitung has have had first also earlier
    """
)
# Names of outlets that are also everyday words. They count only with "the" before them, or never.
_COMMON = words(
    """
    time metro people focus science nature mirror express star sun sport sports open index as
    stern heute welt bild zeit capital fortune reason slate salon spectator observer guardian
    independent times post herald standard citizen record sky pictures today mint quartz vice
    wired space patch politico insider newsday abc now ara profil msn yahoo ap pa cp uni map
    tap sta ani red ep cns app news nation entrepreneur blick haaretz terra forbes ad delo
    novinky blic danas expresso telex bta hina petra antara inc phoenix business
    """
)


def find(view: View) -> TagResult:
    """Return the agency that wrote the text, and the outlets that the text cites.

    The agency is named by the dateline, the byline or a credit.
    """
    own = {
        gazetteers.key(str(name))
        for name in (view.values.get("outlet"), view.values.get("dateline_agency"))
        if name
    }
    cited = _cited_outlets(view, own)
    agency, source = _agency(view)
    values: dict[str, object] = {"sources_cited": tuple(name for name in cited if name != agency)}
    evidence = {"sources_cited": "text"} if values["sources_cited"] else {}
    if agency:
        values["wire_source"] = agency
        evidence["wire_source"] = source
    return TagResult(values, evidence)


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
        end = text[-80:]
        if not end.isascii():
            end = unicodedata.normalize("NFKC", end)  # Brackets and colons of full width.
        foot = _FOOT.search(end) if _may_end_in_credit(end) else None
        said = next((group for group in foot.groups() if group), None) if foot else None
        if said and (
            name := gazetteers.agency(said.strip())
            or gazetteers.agency(re.split(r"[/,]", said)[0].strip())
        ):
            return name, "text"
    return None, ""


_SIGNS = (":", "©", "(c)", "copyr", "this report by")
_BRACKETED = range(4, 43)  # The characters of the brackets or the last line that `_FOOT` reads.


def _may_end_in_credit(text: str) -> bool:
    """Tell whether `_FOOT`, which takes ten times as long, may find something in a text.

    >>> _may_end_in_credit("The tram opens in May. AFP"), _may_end_in_credit("It opens in May (AFP)")
    (True, True)
    >>> _may_end_in_credit("The tram will open in May.")
    False
    """
    lower, end = text.lower(), text.removesuffix(".")
    if any(map(lower.__contains__, _SIGNS)):
        return True
    if end.endswith(")"):
        return len(end) - end.rfind("(") in _BRACKETED
    if "\n" in end and len(end) - end.rfind("\n") in _BRACKETED:
        return True
    before, _, last = end.rpartition(" ")
    return not (last.isalpha() and before[-1:].isalnum())


def _cited_outlets(view: View, own: set[str]) -> tuple[str, ...]:
    """Return the known names beside a citing word, in order of first mention."""
    text = view.text
    found: dict[str, int] = {}
    for phrase, at in _cited_phrases(text):
        name = _known_outlet(phrase)
        if name is None:
            continue
        if _SHORT.fullmatch(phrase):
            name = _full_name(phrase[4:], text) or name
        if gazetteers.key(name) not in own and gazetteers.key(phrase) not in own:
            found[name] = min(at, found.get(name, at))
    return tuple(sorted(found, key=lambda name: found[name]))


# Later mentions shorten the name of a paper: "the Journal" is The Wall Street Journal.
_SHORT = re.compile(
    r"[Tt]he (?:Journal|Times|Post|Telegraph|Herald|Tribune|Mail|Review|Globe|Sun|Star)"
)


def _full_name(word: str, text: str) -> str | None:
    """Return the outlet whose full name is in the text and ends in the word."""
    for printed in re.finditer(rf"((?:[A-Z][\w.&-]{{1,15}} ){{1,3}}){word}\b", text):
        before = printed[1].split()
        for n in range(len(before)):
            outlet = gazetteers.outlet_named(f"{' '.join(before[n:])} {word}")
            if outlet:
                return outlet[1]
    return None


_MOST_PLACES = 30  # Places of a citing word that are read. Arbitrary.


def _cited_phrases(text: str) -> Iterator[tuple[str, int]]:
    """Yield the capitalised phrases beside a citing word, each with its offset in the text."""
    for cue in _ENGLISH if " the " in text else (*_ENGLISH, *_OTHERS):
        at = text.find(cue)
        n = 0
        while at >= 0 and n < _MOST_PLACES:
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


_ABBREVIATED = re.compile(r"(?:[A-Z]\.){1,4}")  # "U.S.", "J."
_OPENING_QUOTES = frozenset("\"“‘'(")


def _phrase(words: list[str], *, backwards: bool = False) -> str:
    """Return the run of up to five capitalised words beside the citing word."""
    found: list[str] = []
    article = ""
    for word in reversed(words) if backwards else words:
        ends = word[-1] in ',;:.)"”' and not _ABBREVIATED.fullmatch(word)
        if found and not backwards and word[0] in _OPENING_QUOTES:
            break  # 'told CNBC "We are ready"'
        if backwards and ends:
            break
        bare = word.strip("(\"“”'‘’,.;:)")
        if bare[1:2] in "'’" and bare[2:3].isupper():
            bare = bare[2:]  # "selon l'AFP"
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


_BEHIND = words(
    """
    tv television radio news newspaper newspapers network magazine online website monday tuesday wednesday
    thursday friday saturday sunday agency newswire wire service channel the but and u.s
    """
)
_DEMONYM = re.compile(r"[A-Z]\w+(?:ese|ish|ian|can|man|ench|utch|aeli|ani|wiss|reek)")


@lru_cache(maxsize=1024)  # 70 % of the 7,978 phrases of a wire service repeat one before.
def _known_outlet(phrase: str) -> str | None:
    """Return the agency or outlet that a phrase names, by the longest known name in it.

    The rest of the phrase must be a country or owner before the name ("Japan's Kyodo"), or a word
    for the medium after it ("CNBC television"). A name that is also an everyday word counts only as
    its outlet prints it, with "The".

    >>> _known_outlet("Japan's Kyodo"), _known_outlet("Google Inc"), _known_outlet("the National Bureau of Statistics")
    ('Kyodo', None, None)
    """
    with_the = phrase[:4].lower() == "the "
    parts = phrase[4 if with_the else 0 :].split()
    for n in range(len(parts), 0, -1):
        if (n == len(parts) or _may_follow(parts, n)) and (
            name := _outlet(" ".join(parts[:n]), with_the=with_the)
        ):
            return name
        if n < len(parts) and (n > 2 or _may_precede(parts[len(parts) - n - 1])):
            name = _outlet(" ".join(parts[-n:]), with_the=with_the)
            if name:
                return name
    return None


def _may_follow(parts: list[str], n: int) -> bool:
    """Tell whether a name of `n` words can end there.

    It can if it has three words or more, is in the possessive, or is followed by a word for the
    medium.
    """
    behind = parts[n].strip(".,").lower().removesuffix("'s").removesuffix("’s")
    return n > 2 or parts[n - 1].endswith(("'s", "’s")) or behind in _BEHIND


_LEADING = words("a an earlier later daily newspaper and on in weekly the")
_POSSESSIVES = ("'s", "’s", "s'", "-language", "-owned", "-based")


def _may_precede(last: str) -> bool:
    """Tell whether the word before a name is an owner, a country or region, or a leading word."""
    return (
        last.endswith(_POSSESSIVES)
        or last.lower() in _LEADING
        or bool(_DEMONYM.fullmatch(last))
        or dateline_places.is_region(last)
    )


def _outlet(name: str, *, with_the: bool) -> str | None:
    """Return the agency or outlet of a name.

    Return None for an everyday word that is not printed as an outlet's name.
    """
    name = name.strip(".,'’")
    name = name[:-2] if name.endswith(("'s", "’s")) else name
    key = gazetteers.key(name)
    if len(key) < 2:
        return None
    outlet = gazetteers.outlet_named(name)
    if key in _COMMON:
        printed = with_the and outlet is not None and outlet[1].startswith("The ")
        if not (printed or (name.isupper() and len(name) > 1)):
            return None
    return gazetteers.agency(name) or (outlet[1] if outlet else None)


TAGGER = Tagger("wire", COLUMNS, find)
