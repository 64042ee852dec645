"""Packaged tables of outlets, agencies and roles. Each is loaded once, by `warm` or at first use."""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files


@cache
def text(name: str) -> str:
    """Return the content of a packaged file."""
    return (files("copydesk.transforms.tag") / "data" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=8192)
def key(name: str) -> str:
    """Return the form of a name that is compared with others.

    It holds only letters and digits, in compatibility form and folded case, without "the" and
    "www".

    >>> key("The New York Times"), key("www.Foo-Bar.com")
    ('newyorktimes', 'foobarcom')
    """
    if name.isascii():
        joined = name.lower().encode().translate(None, _NOT_ALNUM).decode()
    else:
        joined = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))
    if joined.startswith("www"):
        joined = joined[3:]
    return joined[3:] if joined.startswith("the") and len(joined) > 5 else joined


_NOT_ALNUM = bytes(code for code in range(128) if not chr(code).isalnum())


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a packaged table."""
    lines = (line for line in text(name).splitlines() if line and not line.startswith("#"))
    return tuple(tuple(line.split("\t")) for line in lines)


@cache
def agencies() -> dict[str, str]:
    """Return the name of each agency by all its names, folded.

    Abbreviations keep their case elsewhere: see `_exact_agencies`.
    """
    found: dict[str, str] = {}
    for name, _, *others in rows("agencies.tsv"):
        for alias in (name, *"".join(others).split("|")):
            if alias:
                found.setdefault(key(alias), name)
    return found


@cache
def _exact_agencies() -> frozenset[str]:
    """Return the names of agencies as printed. Short ones need their own case: "TT", not "tt"."""
    return frozenset(
        alias
        for name, _, *others in rows("agencies.tsv")
        for alias in (name, *"".join(others).split("|"))
        if alias
    )


def agency(text: str) -> str | None:
    """Return the agency if the text names it and nothing else.

    >>> agency("The Associated Press"), agency("AP"), agency("ap"), agency("AP reporter")
    ('Associated Press', 'Associated Press', None, None)
    """
    text = text.strip(" .,:;()[]-–—")
    name = agencies().get(key(text)) if text else None
    return name if name and (len(text) > 4 or text in _exact_agencies()) else None


@cache
def roles() -> dict[str, str]:
    """Return the role that each folded role noun names."""
    table = json.loads(text("roles.json"))
    return {
        word: role
        for role in ("other", "contributor", "photographer", "editor", "writer")
        for word in table[role]
    }


@cache
def role_modifiers() -> frozenset[str]:
    """Return the words that belong to a role noun after them: "senior politics editor"."""
    return frozenset(json.loads(text("roles.json"))["modifiers"])


@cache
def _outlets_by_host() -> dict[str, str]:
    return {domain: name for domain, name, *_ in rows("outlets.tsv")}


@cache
def _outlets_by_name() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for domain, name, *others in rows("outlets.tsv"):
        for alias in (name, *"".join(others).split("|")):
            if alias:
                found.setdefault(key(alias), (domain, name))
    return found


def outlet_at(host: str) -> str | None:
    """Return the display name of the outlet at a host, or at the nearest known domain above it.

    >>> outlet_at("edition.cnn.com"), outlet_at("money.cnn.com"), outlet_at("example.com")
    ('CNN', 'CNNMoney', None)
    """
    table, labels = _outlets_by_host(), host.split(".")
    return next(
        (table[name] for i in range(len(labels) - 1) if (name := ".".join(labels[i:])) in table),
        None,
    )


@cache
def _names_by_host() -> dict[str, tuple[str, ...]]:
    return {
        domain: (name, *(alias for alias in "".join(others).split("|") if alias))
        for domain, name, *others in rows("outlets.tsv")
    }


def names_at(host: str) -> tuple[str, ...]:
    """Return every name of the outlet at a host."""
    table, labels = _names_by_host(), host.split(".")
    return next(
        (table[name] for i in range(len(labels) - 1) if (name := ".".join(labels[i:])) in table), ()
    )


def outlet_named(name: str) -> tuple[str, str] | None:
    """Return the domain and the display name of the outlet with this name.

    >>> outlet_named("the new york times")
    ('nytimes.com', 'The New York Times')
    """
    return _outlets_by_name().get(key(name))


@cache
def given_names() -> frozenset[str]:
    """Return frequent first names, folded. In Vietnam these are family names."""
    return _names_of_rows(is_behind=False)


@cache
def given_names_behind() -> frozenset[str]:
    """Return frequent given names that follow the family name, folded."""
    return _names_of_rows(is_behind=True)


def _names_of_rows(*, is_behind: bool) -> frozenset[str]:
    return frozenset(
        name.casefold()
        for names, *behind in rows("given_names.txt")
        for name in names.split()
        if bool(behind) == is_behind
    )


def warm() -> None:
    """Read every table."""
    for load in (
        agencies,
        _exact_agencies,
        roles,
        role_modifiers,
        given_names,
        given_names_behind,
        _outlets_by_host,
        _outlets_by_name,
        _names_by_host,
    ):
        load()
