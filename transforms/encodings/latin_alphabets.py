"""Choose between the encodings of Latin letters by the alphabets of languages.

A statistical detector often takes Czech or Hungarian for windows-1252, because most letters have the
same byte there. But the other letters then become ones that no language has together.
"""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.transforms.encodings.encoding_labels import CODECS

_LATIN = ("windows-1252", "windows-1250", "iso-8859-2", "windows-1254", "windows-1257")
# Letters beyond A to Z, in lower case.
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "ąćęłńóśźż",  # Polish
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Serbian, Slovenian
        "ăâîșşțţ",  # Romanian
        "çëâ",  # Albanian
        "çğıöşüâîû",  # Turkish
        "ąčęėįšųūž",  # Lithuanian
        "āčēģīķļņšūž",  # Latvian
        "äõöüšž",  # Estonian
        "äöüßé",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíóúüñçàèòïªº·",  # Spanish, Catalan
        "àáâãçéêíóôõúüªº",  # Portuguese
        "àáèéìíîòóùú",  # Italian
        "åäöéàü",  # Swedish, Finnish
        "æøåéèêóòôäöü",  # Danish, Norwegian
        "áðéíóúýþæö",  # Icelandic
        "áéíóúàâêîôûŵŷäëïöüè",  # Irish, Welsh, Dutch, Afrikaans
    )
)
_QUOTES = frozenset("“”„‚‘’«»‹›–—…¿¡\u00a0\u00ad")
_SIGNS = frozenset("•·°§©®™€£¥¢½¼¾×´¨²³¹±µ†")  # Signs, unless a letter follows.
_SPAN = 2**14  # Bytes. Some thousand letters show the language.
_FEWEST = 3  # Letters beyond A to Z. Fewer show nothing. Arbitrary.
# The share of such letters that one alphabet must explain, and by how much more than the reading of
# the detector. Foreign names in a text have other letters. Both are arbitrary.
_LEAST, _MARGIN = 0.95, 0.05


def by_alphabet(sample: bytes, found: Sequence[str]) -> list[str]:
    """Return the encodings with the one first whose letters are those of a language.

    The order of `found` stays if its first encoding is not a Latin one, or reads the sample as well.

    >>> by_alphabet("Žádná změna, řekl mluvčí".encode("iso-8859-2"), ["windows-1252"])
    ['iso-8859-2', 'windows-1252']
    >>> by_alphabet("Elle a été à Genève, où ça".encode("cp1252"), ["windows-1252"])
    ['windows-1252']
    """
    if not found or found[0] not in _LATIN:
        return list(found)
    names = sorted(_LATIN, key=lambda name: found.index(name) if name in found else len(found))
    shares = {name: _share_of_one_alphabet(sample, name) for name in names}
    best = max(names, key=lambda name: shares[name])  # of equal ones the first
    if shares[best] < max(_LEAST, shares[found[0]] + _MARGIN):
        return list(found)
    return [best, *(name for name in found if name != best)]


def _share_of_one_alphabet(sample: bytes, name: str) -> float:
    """The largest share of the letters beyond A to Z that are in one alphabet."""
    text = sample[:_SPAN].decode(CODECS[name], "replace")
    letters = [
        c
        for c, following in zip(text, text[1:] + " ", strict=True)
        if not c.isascii() and c not in _QUOTES and (c not in _SIGNS or following.isalpha())
    ]
    if len(letters) < _FEWEST:
        return 0.0
    small = [c.lower() for c in letters]
    return max(sum(c in alphabet for c in small) for alphabet in _ALPHABETS) / len(small)
