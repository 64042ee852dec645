"""Which documents of a run are already known, and which revise an earlier text at the same address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from copydesk.transforms import same_address

_WORD = re.compile(r"\w+")
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the decision needs to know of one cleaned document."""

    doc_id: str
    canonical_url: str | None
    content_sha256: str
    fetched_at: datetime | None
    source_uri: str
    record_number: int | None
    url: str | None = None
    title: str | None = None

    @property
    def address(self) -> str | None:
        """What its address is known by, in whichever spelling."""
        return same_address.key(self.canonical_url, self.url, self.source_uri, self.record_number)

    @property
    def is_twin(self) -> bool:
        """Was it fetched as the AMP or mobile twin of a page?"""
        return same_address.is_twin_spelling(self.url or self.canonical_url)


@dataclass(frozen=True, slots=True)
class Version:
    """The newest text known at an address, and what else was seen there."""

    doc_id: str
    revision: int
    """The highest number given at the address."""
    contents: frozenset[tuple[str, str]]
    """Of every text seen at the address: `content_sha256`, and the headline as `headline` gives it."""
    fetched_at: datetime | None = None
    """When the newest was fetched."""
    is_twin: bool = False
    """Was the newest fetched as the AMP or mobile twin of a page?"""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one arrival is: known already, or new, and then perhaps a revision of another document."""

    is_known: bool
    revision: int = 1
    supersedes: str | None = None
    superseded_by: str | None = None
    """The newer text at the address, where this one was fetched before it but arrives after it."""
    doc_id: str | None = None
    """Its own id where only the headline differs from a known document, so that both would have one."""


def headline(title: str | None) -> str:
    """A headline as it is compared: without regard to case and white space, empty for none.

    >>> headline("  Rain   falls ") == headline("RAIN FALLS")
    True
    """
    return " ".join((title or "").casefold().split())


def doc_id_with(doc_id: str, title: str) -> str:
    """The id of a revision that has the text of `doc_id` under another headline."""
    return sha256(f"{doc_id}\n{headline(title)}".encode()).hexdigest()[:32]


def newest(before: Version | None, later: Version) -> Version:
    """The newest of two texts of one address, of which `later` arrived later.

    The time of fetching decides where both have one, else the order of arrival.
    """
    if before is None:
        return later
    is_older = bool(before.fetched_at and later.fetched_at and later.fetched_at < before.fetched_at)
    kept = before if is_older else later
    return replace(
        kept,
        revision=max(before.revision, later.revision),
        contents=before.contents | later.contents,
    )


def resolve(
    arrivals: Sequence[Arrival],
    known: Mapping[str, str | None] | Collection[str],
    latest: Mapping[str, Version],
    *,
    alike: Callable[[str, str], Likeness] | None = None,
) -> list[Resolution]:
    """Say of every arrival whether it is known, new or a revision, in the order given.

    `known` holds the ids (of those that arrive) that the warehouse holds or has forgotten, as a mapping
    with their headlines (None: no headline, or forgotten); `latest` the newest version at each address
    (`same_address.key`). Arrivals of one run are taken by fetch time, then by source and record, so
    the order in which they were read does not matter. `alike` compares the texts of two documents by
    id; without it no text is taken for a twin, and a file that was edited is a revision of itself.

    A document whose address is known with the very same clean text and headline is no revision: only
    what was cut differs, and the copies step finds it an exact duplicate. Neither is the AMP or
    mobile twin of a page, which says the same: it is a duplicate, too. A file that has nothing in common with
    the one that was read from the same path before is a document of its own.
    """
    titles: dict[str, str | None] = (
        dict(known) if isinstance(known, Mapping) else dict.fromkeys(known)
    )
    versions = dict(latest)
    resolutions: list[Resolution] = [Resolution(True)] * len(arrivals)
    for i in sorted(range(len(arrivals)), key=lambda i: _order(arrivals[i])):
        arrival, address = arrivals[i], arrivals[i].address
        identifier, renamed = _identified(arrival, address, titles)
        if identifier is None:
            continue
        titles[identifier] = arrival.title
        before = versions.get(address) if address is not None else None
        own = Version(
            identifier,
            1,
            frozenset({(arrival.content_sha256, headline(arrival.title))}),
            arrival.fetched_at,
            arrival.is_twin,
        )
        if before is None:
            resolutions[i] = Resolution(False, doc_id=renamed)
        elif own.contents <= before.contents or _is_separate(arrival, before, alike):
            resolutions[i] = Resolution(False, doc_id=renamed)
            continue
        else:
            own = replace(own, revision=before.revision + 1)
            is_newest = newest(before, own).doc_id == identifier
            resolutions[i] = Resolution(
                False,
                own.revision,
                before.doc_id if is_newest else None,
                None if is_newest else before.doc_id,
                renamed,
            )
        if address is not None:
            versions[address] = newest(before, own)
    return resolutions


def _identified(
    arrival: Arrival, address: str | None, titles: Mapping[str, str | None]
) -> tuple[str | None, str | None]:
    """The id of an arrival, and the same where it is not the document's first; (None, None) for a known one."""
    if arrival.doc_id not in titles:
        return arrival.doc_id, None
    before = titles[arrival.doc_id]
    if not before or not arrival.title or address is None:
        return None, None
    if headline(before) == headline(arrival.title):
        return None, None
    renamed = doc_id_with(arrival.doc_id, arrival.title)
    return (None, None) if renamed in titles else (renamed, renamed)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts have in common."""

    words: float
    """Share of the words of the one that holds more of its own which the other has, too."""
    passages: float
    """Share of the shorter one's word 3-grams which the other has."""
    same_figures: bool
    """Does one of them hold every figure of the other?"""


TWIN = 0.93  # share of words: "Read the full story on our site" is 6 % of a short report
EDITED = 0.1  # share of 3-grams: unrelated reports share less than .02


def likeness(text: str, other: str) -> Likeness:
    """Compare two texts by their words, each as often as it occurs.

    >>> likeness("Rain fell on 3 towns.", "Rain fell on 3 towns today.")
    Likeness(words=0.8333333333333334, passages=1.0, same_figures=True)
    """
    one, two = (_WORD.findall(t.casefold()) for t in (text, other))
    shared = (Counter(one) & Counter(two)).total()
    passages, others = (
        set(zip(words, words[1:], words[2:], strict=False)) or set(words) for words in (one, two)
    )
    figures, other_figures = (
        {word for word in words if any(c.isdigit() for c in word)} for words in (one, two)
    )
    return Likeness(
        shared / max(1, len(one), len(two)),
        len(passages & others) / max(1, min(len(passages), len(others))),
        figures <= other_figures or other_figures <= figures,
    )


def _is_separate(
    arrival: Arrival, before: Version, alike: Callable[[str, str], Likeness] | None
) -> bool:
    """Is the arrival no version of what is known at its address: a twin of it, or another file?"""
    is_twin = arrival.is_twin != before.is_twin
    is_file = same_address.is_file(arrival.address or "")
    if alike is None or not (is_twin or is_file):
        return False
    found = alike(arrival.doc_id, before.doc_id)
    if is_twin:
        return found.words >= TWIN and found.same_figures
    return found.passages < EDITED


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """What a revision changed, of title, body and correction.

    >>> changed({"title": "Rain", "text": "a", "corrections": []}, {"title": "Rain", "text": "b", "corrections": []})
    ['body']
    """
    columns = {"title": "title", "body": "text", "correction": "corrections"}
    return [name for name, column in columns.items() if before[column] != after[column]]


def _order(arrival: Arrival) -> tuple[datetime, str, int, str]:
    number = -1 if arrival.record_number is None else arrival.record_number
    return arrival.fetched_at or _NEVER, arrival.source_uri, number, arrival.doc_id
