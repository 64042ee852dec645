"""The places in datelines: cities with their countries, states, and words that look like places."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from copydesk.transforms.tag.lookup import gazetteers

# Words that are printed in capitals before a dash, as a place could be.
NOT_PLACES = re.compile(
    r"(?:update|updated|breaking|watch|live|opinion|exclusive|video|photos?|pictures|analysis|factbox|corrected|correction|clarification|editor'?s?.*|note|notes|read|more|"
    r"see|also|related|the|a|an|but|and|in|on|at|for|from|by|this|that|it|he|she|they|we|you|i|what|why|how|when|who|where|q|a|q&a|faq|new|news|sport|sports|business|world|"
    r"politics|interview|review|preview|recap|explainer|timeline|profile|obituary|commentary|column|comment|letter|letters|trending|alert|urgent|"
    r"advisory|summary|highlights?|key|facts?|background|source|sources|press|release|immediate|warning|spoiler|disclaimer|advertisement|"
    r"covid.*|nato|un|eu|us|uk|usa|nasa|fbi|cia|who|opec|imf|unicef|unesco|nba|nfl|mlb|nhl|fifa|uefa|ceo|gop|bbc|cnn|afp|ap|reuters|dpa|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december)",
    re.I,
)
_STATES = re.compile(
    r"(?:Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|N\.\s?[HJMYCD]|Okla|Ore|Pa|R\.\s?I|S\.\s?[CD]|Tenn|Tex|Vt|Va|Wash|W\.\s?Va|"
    r"Wis|Wyo|D\.\s?C|Ont|Que|B\.\s?C|Alta|Sask|Man|N\.\s?S|N\.\s?B|Alaska|Hawaii|Idaho|Iowa|Maine|Ohio|Texas|Utah|California|Florida|Georgia|Illinois|Michigan|Virginia|Washington|"
    r"Pennsylvania|Alabama|Arizona|Arkansas|Colorado|Connecticut|Delaware|Indiana|Kansas|Kentucky|Louisiana|Maryland|Massachusetts|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    r"New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Oklahoma|Oregon|Rhode Island|South Carolina|South Dakota|Tennessee|Vermont|West Virginia|Wisconsin|Wyoming)\.?"
)


@cache
def places() -> dict[str, str]:
    """Return the country of each city of the gazetteer, by the city's folded name."""
    return {fold(city): country for city, country in gazetteers.rows("places.tsv")}


@cache
def _countries() -> frozenset[str]:
    return frozenset(fold(country) for _, country in gazetteers.rows("places.tsv"))


def fold(name: str) -> str:
    """Return a place's name in lower case and without accents, which names in capitals often lack.

    >>> fold("ΑΘΗΝΑ") == fold("Αθήνα"), fold("İZMİR") == fold("İzmir")
    (True, True)
    """
    if name.isascii():
        return name.lower()
    apart = unicodedata.normalize("NFD", name.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("ı", "i")


def is_listed(place: str) -> bool:
    """Tell whether the gazetteer has the place, or each of several places separated by slashes."""
    return fold(place) in places() or (
        "/" in place and all(fold(part.strip()) in places() for part in place.split("/"))
    )


def is_region(region: str) -> bool:
    """Tell whether a name is that of a state, a country or a listed city."""
    if _STATES.fullmatch(region):
        return True
    folded = fold(region)
    return folded in _countries() or folded in places()


def country_of(place: str, region: str) -> str | None:
    """Return the country or state as printed, or the gazetteer's country of the first city."""
    if region and not any(char.isdigit() for char in region):
        return region
    return places().get(fold(place.split("/", maxsplit=1)[0].strip()))


#: Characters of a line that is a place and nothing else, at most (arbitrary).
PLACE_CHARS = 40
_ALONE = re.compile(
    r"(?P<place>[^\W\d_][^\d,:;()\[\]|/]+?)(?:,\s(?P<region>[^\d,:;()\[\]|/]+?))?\s?[-–—:.]{0,2}\s*"
)


def alone(line: str) -> tuple[str, str | None] | None:
    """Return the place and country of a line with a listed place in capitals and nothing else.

    Pages print the place in an element of its own.

    >>> alone("OSLO —"), alone("NAIROBI, Kenya —"), alone("UPDATE")
    (('OSLO', 'Norway'), ('NAIROBI', 'Kenya'), None)
    """
    match = _ALONE.fullmatch(line)
    if match is None or not match["place"].isupper() or not is_listed(match["place"]):
        return None
    region = match["region"] or ""
    if region and not is_region(region):
        return None
    return match["place"], country_of(match["place"], region)


def warm() -> None:
    """Read the gazetteer."""
    places()
    _countries()
