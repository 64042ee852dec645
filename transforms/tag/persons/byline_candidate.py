"""A byline before it is chosen: its names, its source, and how sure it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons.person_names import Name


@dataclass(frozen=True, slots=True)
class Candidate:
    """The names of one source, as printed, and what speaks for them."""

    names: tuple[Name, ...]
    raw: str
    source: str
    certain: bool = False  # printed right under the headline, with a word for "by"
    strong: bool = False  # full names, marked as author explicitly

    @property
    def has_people(self) -> bool:
        """Whether a name is a person's."""
        return any(not name.is_org for name in self.names)


def without_site(found: list[Name], site: frozenset[str]) -> tuple[Name, ...]:
    """The names once each, without companies, and without the site's own name next to a person or as an account."""
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
    """Whether a name holds the site's: "Kong" at konghq.com, "Example Labs" at example.com."""
    words = [gazetteers.key(word) for word in name.split()]
    return any(len(word) > 4 and word in site for word in words) or (
        len(words) == 1 and any(len(words[0]) > 3 and key.startswith(words[0]) for key in site)
    )


def is_login(text: str) -> bool:
    """Whether a site's name is written as the account that posts for it: one word, lower case, no domain."""
    return text.isascii() and text.isalpha() and text.islower() and gazetteers.agency(text) is None
