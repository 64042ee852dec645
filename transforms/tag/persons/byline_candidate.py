"""A candidate for the byline: its names, its source, and how sure it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons.person_names import Name


@dataclass(frozen=True, slots=True)
class Candidate:
    """The names from one source, as printed, with the signs that support them."""

    names: tuple[Name, ...]
    raw: str
    source: str
    certain: bool = False  # Printed right under the headline, with a word for "by".
    strong: bool = False  # Full names that are explicitly marked as authors.

    @property
    def has_people(self) -> bool:
        """Whether one of the names is a person's."""
        return not all([name.is_org for name in self.names])  # noqa: C419  # faster than a generator


def without_site(found: list[Name], site: frozenset[str]) -> tuple[Name, ...]:
    """Return the names without repeats, companies and the site's own name.

    The site's name is left out beside a person or if it is written as an account.
    """
    people = any(not name.is_org for name in found)
    return tuple(
        dict.fromkeys(
            n
            for n in found
            if not (
                n.is_org
                and (
                    _COMPANY.search(n.text)
                    or (gazetteers.key(n.text) in site and (people or is_login(n.text)))
                )
            )
        )
    )


_COMPANY = re.compile(
    r"\b(?:inc|llc|ltd|gmbh|corp|corporation|limited|pty|s\.?r\.?l|co\. kg)\b\.?$", re.I
)


def names_site(name: str, site: frozenset[str]) -> bool:
    """Tell whether a name contains the site's name.

    Examples are "Kong" at konghq.com and "Example Labs" at example.com.
    """
    words = [gazetteers.key(word) for word in name.split()]
    return any(len(word) > 4 and word in site for word in words) or (
        len(words) == 1 and any(len(words[0]) > 3 and key.startswith(words[0]) for key in site)
    )


def is_login(text: str) -> bool:
    """Tell whether a site's name is written as the account that posts for it.

    Such a name is one word in lower case and not a domain.
    """
    return text.isascii() and text.isalpha() and text.islower() and gazetteers.agency(text) is None


def in_order(value: str) -> str:
    """Return a list of names with the given name first, if each of them has its family name first.

    >>> in_order("Ruiz, Ana; Li, Bo"), in_order("Ana Ruiz, Bo Li; Cy Young")
    ('Ana Ruiz; Bo Li', 'Ana Ruiz, Bo Li; Cy Young')
    """
    parts = [part.strip().split(", ") for part in value.split(";") if part.strip()]
    if len(parts) < 2 or any(len(part) != 2 for part in parts):
        return value
    return "; ".join(f"{given} {family}" for family, given in parts)
