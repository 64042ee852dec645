"""The shape of a text: a person's name, an organisation's name, or a heading."""

from __future__ import annotations

import re

from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons import name_lexicon

_DIGIT = re.compile(r"\d")


def is_organisation(text: str) -> bool:
    """Tell whether a name has a word that organisations have in their names and people do not."""
    if text.isascii() and "." not in text and "[" not in text:
        found = not name_lexicon.ORG_WORDS.isdisjoint(name_lexicon.WORD.findall(text.lower()))
    else:
        found = name_lexicon.ORG.search(text) is not None
    return found and len(text.split()) <= 8 and not name_lexicon.NOT_A_NAME.search(text)


def is_person(text: str, *, sure: bool = False) -> bool:
    """Tell whether the text can be a person's name.

    Such a name has a few capitalised words, particles or initials, or is in another script.

    >>> is_person("Ludwig van Beethoven"), is_person("J. R. R. Tolkien"), is_person("王小明"), is_person("Follow the money")
    (True, True, True, False)
    """
    if (
        not 2 <= len(text) <= 60
        or name_lexicon.NOT_A_NAME.search(text)
        or not name_lexicon.LETTERS.search(text)
        or _DIGIT.search(text)
    ):
        return False
    if name_lexicon.CJK.search(text):
        return len(text.replace(" ", "")) <= 14
    words = text.split()
    if name_lexicon.UNCASED.search(text):
        return _is_uncased_name(words, sure=sure)
    if len(words) == 1:
        return sure and len(text) <= 30 and not name_lexicon.HANDLE.search(text)
    if (
        len(words) > 6
        or words[0] in {"A", "An", "The", "Die", "Der", "Das"}
        or (
            (not sure or len(words) > 3)
            and not name_lexicon.VERBS.isdisjoint(name_lexicon.WORD.findall(text))
        )
    ):
        return False
    weak = len(
        [
            word
            for word in words
            if word[0].islower()
            and word.casefold() not in name_lexicon.PARTICLES
            and "'" not in word
            and "’" not in word
        ]
    )
    return weak == 0 or (sure and weak <= len(words) and len(words) <= 3)


def is_evenly_cased(name: str) -> bool:
    """Tell whether all words of a name, except particles, begin with a capital, or none does.

    >>> is_evenly_cased("Ana van Dam"), is_evenly_cased("ana ruiz"), is_evenly_cased("Rain till noon")
    (True, True, False)
    """
    words = [word for word in name.split() if word.casefold() not in name_lexicon.PARTICLES]
    return len({word[0].islower() for word in words if "'" not in word and "’" not in word}) < 2


def is_heading(name: str) -> bool:
    """Tell whether a name has only common words of headings: "Business Tips", "Neueste Artikel"."""
    return all(word.casefold() in name_lexicon.NOT_NAMES for word in name.split())


def is_full_name(name: str) -> bool:
    """Tell whether each word begins with a capital and none is a common word of headings.

    >>> is_full_name("Ana Ruiz"), is_full_name("Business Tips"), is_full_name("Amanda")
    (True, False, False)
    """
    words = [word for word in name.split() if word.casefold() not in name_lexicon.PARTICLES]
    return (
        len(words) > 1
        and all(word[0].isupper() and not (word.isupper() and len(word) > 3) for word in words)
        and name_lexicon.NOT_NAMES.isdisjoint(word.casefold() for word in words)
        and not role_of(name)
    )


def has_given_name(name: str) -> bool:
    """Tell whether a name begins with a frequent given name.

    Names in a script or form that the table does not cover count as well.

    >>> has_given_name("Ana Ruiz"), has_given_name("Other Sports"), has_given_name("A. G. Ruiz"), has_given_name("王小明")
    (True, False, True, True)
    """
    first = name.split(maxsplit=1)[0]
    return (
        first.casefold().split("-")[0] in gazetteers.given_names()
        or (first.endswith(".") and len(first) == 2)
        or not first[0].isascii()
    )


_MAX_UNCASED_CHARS = 16  # Characters of one part of a name in a script without capitals, at most.


def _is_uncased_name(words: list[str], *, sure: bool) -> bool:
    """Tell whether words of a script without capitals can be a name.

    A name has two to five short words, and none is a function word.
    """
    return (1 if sure else 2) <= len(words) <= 5 and all(
        len(word) <= _MAX_UNCASED_CHARS and word not in name_lexicon.FUNCTION_WORDS
        for word in words
    )


def role_of(text: str) -> str:
    """Return the role that a phrase names, or an empty string.

    Roles are writer, editor, photographer, contributor and other.
    """
    roles = gazetteers.roles()
    for printed in reversed(text.split()):
        word = printed.strip(".,:;()'’").casefold()
        if role := roles.get(word) or roles.get(word.removesuffix("s")):
            return role
    return ""


#: An agency after "with", and the words that the names of papers begin with.
_WITH_AGENCY = re.compile(r"\s+(?:avec|con|com|mit|with|med|met)\s+(?=(?P<agency>[^\W_]+))")
_ARTICLES = name_lexicon.words("the le la les el los las il lo i der die das de het o os as")


def outlet_with_agency(text: str) -> tuple[str, str]:
    """Return the paper that signs together with an agency, and the rest of the text.

    The name of a paper begins with an article or is one word, which a person's is not.

    >>> outlet_with_agency("Le Courrier avec Reuters"), outlet_with_agency("Ana Ruiz avec AFP")
    (('Le Courrier', 'Reuters'), ('', 'Ana Ruiz avec AFP'))
    """
    found = _WITH_AGENCY.search(text)
    if found is None or not gazetteers.agency(found["agency"]):
        return "", text
    signed = text[: found.start()].strip(name_lexicon.EDGES)
    words = signed.split()
    is_paper = len(words) == 1 or (
        len(words) > 1 and words[0].casefold() in _ARTICLES and not has_given_name(signed)
    )
    return (signed, text[found.end() :]) if is_paper else ("", text)


#: "Ana Ruiz For The Sea Post"; names of organisations have "for" as well.
_FOR = re.compile(r"\s+for\s+(?=\S)", re.IGNORECASE)


def without_employer(text: str, site: frozenset[str] = frozenset()) -> str:
    """Return a person's name without the outlet that it was written for.

    The name begins with a known given name, or the outlet with the words of the site's name.

    >>> without_employer("Ana Ruiz For Sea Post Australia"), without_employer("Friends for Life")
    ('Ana Ruiz', 'Friends for Life')
    >>> without_employer("Levi Parr for Sea Post Online", frozenset({"seapost"}))
    'Levi Parr'
    """
    before, *rest = _FOR.split(text, maxsplit=1)
    if not rest or not is_full_name(before) or not is_person(before) or is_organisation(before):
        return text
    outlet = gazetteers.key(" ".join(rest[0].split()[:2]))
    is_outlet = bool(outlet) and any(name.startswith(outlet) for name in site)
    return before if is_outlet or has_given_name(before) else text
