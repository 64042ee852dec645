"""Finds documents that are already known, and documents that revise an earlier one.

A revision is a newer text at the same address.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from copydesk.transforms import same_address
from copydesk.transforms.revisions.likeness import EDITED, NOTE, TWIN, Likeness
from copydesk.transforms.revisions.version import (
    Version,
    content,
    headline,
    joined,
    newest,
    side_by_side,
)

_NUMBER = re.compile(r"([0-9]+)")
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The properties of a cleaned document that the decision needs."""

    doc_id: str
    canonical_url: str | None
    content_sha256: str
    fetched_at: datetime | None
    source_uri: str
    record_number: int | None
    url: str | None = None
    title: str | None = None
    corrections: Sequence[str] = ()

    @property
    def content(self) -> tuple[str, str]:
        """What makes two texts of one address different (see `content`)."""
        return content(self.content_sha256, self.title, self.corrections)

    @property
    def address(self) -> str | None:
        """The key of its address, which is the same for all spellings."""
        return same_address.key(self.canonical_url, self.url, self.source_uri, self.record_number)

    @property
    def is_twin(self) -> bool:
        """Whether it was fetched as the AMP, mobile or printer version of a page."""
        return same_address.is_twin_spelling(self.url or self.canonical_url)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The decision about one arrival: it is known, or new, or a revision of another document."""

    is_known: bool
    revision: int = 1
    supersedes: str | None = None
    superseded_by: str | None = None
    """The newer text at the address, if this one was fetched earlier but arrives later."""
    doc_id: str | None = None
    """Its own id if a known document has the same text at this address.

    The two differ in the headline or in time. Otherwise both would have the same id.
    """
    supersedes_too: tuple[str, ...] = ()
    """Documents that were beside the superseded one (see `Version.beside`)."""
    confirms: str | None = None
    """The newest version at the address, if this one says the same and was fetched later."""


def doc_id_again(doc_id: str, title: str | None, since: datetime | str) -> str:
    """Return the id of a version that says again what an older version at the address said.

    `since` is the time of its fetch, or the id of the version that it follows.
    """
    moment = since if isinstance(since, str) else since.isoformat()
    return sha256(f"{doc_id}\n{headline(title)}\n{moment}".encode()).hexdigest()[:32]


def doc_id_with(doc_id: str, title: str) -> str:
    """Return the id of a revision that has the text of `doc_id` and another headline."""
    return sha256(f"{doc_id}\n{headline(title)}".encode()).hexdigest()[:32]


def resolve(
    arrivals: Sequence[Arrival],
    known: Mapping[str, str | None] | Collection[str],
    latest: Mapping[str, Version],
    *,
    alike: Callable[[str, str], Likeness] | None = None,
) -> list[Resolution]:
    """Decide for every arrival, in the given order, whether it is known, new or a revision.

    `known` has those of the arriving ids that are in the warehouse or were forgotten, as a mapping
    to their headlines (None: no headline, or forgotten). `latest` has the newest version at each
    address (`same_address.key`). Arrivals of one run are sorted by fetch time, then by source and
    record, so the order in which they were read does not matter. `alike` compares the texts of two
    documents by id. Without it no text counts as a twin, and an edited file is a revision of
    itself.

    A text that an address had before, and has again, is a revision too: an editor took a change
    back. A record that was read from the same input before tells nothing new about that.

    Some documents at a known address are not revisions. If clean text, headline and corrections are
    the same, only the cut parts differ, and the copies step finds an exact duplicate. The AMP, mobile
    or printer version of a page says the same and is a duplicate, too. A later version replaces all
    of these. A file that has nothing in common with the file that was read from the same path before
    is a document of its own.
    """
    titles: dict[str, str | None] = (
        dict(known) if isinstance(known, Mapping) else dict.fromkeys(known)
    )
    versions = dict(latest)
    resolutions: list[Resolution] = [Resolution(True)] * len(arrivals)
    order = _in_order(arrivals)
    last = {arrivals[i].address: i for i in order}
    read_as: dict[
        str, str
    ] = {}  # The ids under which `alike` knows versions with an id of their own.
    n_of_source = Counter((arrival.address, arrival.source_uri) for arrival in arrivals)
    for i in order:
        arrival, address = arrivals[i], arrivals[i].address
        identifier, renamed = _identified(arrival, address, titles)
        before = versions.get(address) if address is not None else None
        is_newest_text = before is not None and arrival.content in before.newest_contents
        if identifier is None and before is not None and is_newest_text:
            resolutions[i], versions[str(address)] = _confirmed(arrival, before)
            continue
        if identifier is None and before is not None:
            # If two files have one path, in two folders, nobody knows which is newer.
            is_alone = arrival.record_number is not None or (
                n_of_source[address, arrival.source_uri] == 1
            )
            is_last = last[address] == i and is_alone
            identifier = renamed = _id_if_returned(arrival, before, titles, is_last=is_last)
            if identifier is None:
                continue
            resolutions[i], newer = _revised(_version(arrival, identifier), before, renamed)
        elif identifier is None:
            continue
        elif before is None:
            resolutions[i], newer = Resolution(False, doc_id=renamed), _version(arrival, identifier)
        elif is_newest_text or _is_separate(arrival, before, alike, read_as.get(before.doc_id)):
            own, newer = _version(arrival, identifier), before
            if is_newest_text or arrival.is_twin != before.is_twin:
                own = replace(own, revision=before.revision)
                newer = side_by_side(before, own)
            resolutions[i] = Resolution(False, own.revision, doc_id=renamed)
        else:
            resolutions[i], newer = _revised(_version(arrival, identifier), before, renamed)
        titles[identifier] = arrival.title
        read_as[identifier] = arrival.doc_id
        if address is not None:
            versions[address] = newer
    return resolutions


def _in_order(arrivals: Sequence[Arrival]) -> list[int]:
    """Return the positions of the arrivals in the order in which they count as arriving.

    If a document at an address has no time, the places of all documents there in the inputs decide.
    """
    undated = {arrival.address for arrival in arrivals if arrival.fetched_at is None}
    return sorted(
        range(len(arrivals)), key=lambda i: _order(arrivals[i], arrivals[i].address not in undated)
    )


def _version(arrival: Arrival, doc_id: str) -> Version:
    return Version(
        doc_id,
        1,
        frozenset({arrival.content}),
        arrival.fetched_at,
        arrival.is_twin,
        arrival.content,
        arrival.source_uri,
        read_from=frozenset({(arrival.content, arrival.source_uri)}),
    )


def _confirmed(arrival: Arrival, before: Version) -> tuple[Resolution, Version]:
    """Resolve a known document that says what the newest version says."""
    is_later = arrival.fetched_at is not None and (
        before.fetched_at is None or arrival.fetched_at > before.fetched_at
    )
    own = _version(arrival, before.doc_id)
    return Resolution(True, confirms=before.doc_id if is_later else None), joined(before, own)


def _id_if_returned(
    arrival: Arrival, before: Version, titles: Mapping[str, str | None], *, is_last: bool
) -> str | None:
    """Return a new id if the address has an older text again, and None if the document is known.

    `before` is the newest version there. `is_last` says that nothing arrives at the address after
    this one. If the times do not decide, only the last arrival counts, since a file that has all
    versions is often read again. A record counts as new unless its input had it before, and the
    newest version came from another input.
    """
    if arrival.content not in before.contents:
        return None
    if arrival.fetched_at and before.fetched_at:
        if arrival.fetched_at <= before.fetched_at:
            return None
    elif not is_last or (
        (arrival.content, arrival.source_uri) in before.read_from
        and arrival.source_uri != before.source_uri
    ):
        return None
    since = arrival.fetched_at or before.doc_id
    found = doc_id_again(arrival.doc_id, arrival.title, since)
    return None if found in titles else found


def _revised(own: Version, before: Version, renamed: str | None) -> tuple[Resolution, Version]:
    """Resolve another text at the address of `before`: the newer of the two supersedes the other."""
    own = replace(own, revision=before.revision + 1)
    newer = newest(before, own)
    is_newest = newer.doc_id == own.doc_id
    resolution = Resolution(
        False,
        own.revision,
        supersedes=before.doc_id if is_newest else None,
        superseded_by=None if is_newest else before.doc_id,
        doc_id=renamed,
        supersedes_too=tuple(sorted(before.beside)) if is_newest else (),
    )
    return resolution, newer


def _identified(
    arrival: Arrival, address: str | None, titles: Mapping[str, str | None]
) -> tuple[str | None, str | None]:
    """Return the id of an arrival, and the same id again if it is a new one.

    A document whose id is known with another headline gets a new id. For other documents the second
    value is None. Return (None, None) for a known document.
    """
    if arrival.doc_id not in titles:
        return arrival.doc_id, None
    before = titles[arrival.doc_id]
    if not before or not arrival.title or address is None:
        return None, None
    if headline(before) == headline(arrival.title):
        return None, None
    renamed = doc_id_with(arrival.doc_id, arrival.title)
    return (None, None) if renamed in titles else (renamed, renamed)


def _is_separate(
    arrival: Arrival,
    before: Version,
    alike: Callable[[str, str], Likeness] | None,
    before_id: str | None,
) -> bool:
    """Tell whether the arrival is not a version of what is known at its address.

    It may be a twin of it, or another file. A twin adds at most a note to the text.
    """
    is_twin = arrival.is_twin != before.is_twin
    is_file = same_address.is_file(arrival.address or "")
    if alike is None or not (is_twin or is_file):
        return False
    found = alike(arrival.doc_id, before_id or before.doc_id)
    if is_twin:
        return found.words >= TWIN and found.same_figures and found.n_added < NOTE
    return found.passages < EDITED


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return what a revision changed: any of title, body and correction.

    >>> changed({"title": "Rain", "text": "a", "corrections": []}, {"title": "Rain", "text": "b", "corrections": []})
    ['body']
    """
    columns = {"title": "title", "body": "text", "correction": "corrections"}
    return [name for name, column in columns.items() if before[column] != after[column]]


def _order(
    arrival: Arrival, by_time: bool
) -> tuple[datetime, list[tuple[bool, int, str]], int, str]:
    number = -1 if arrival.record_number is None else arrival.record_number
    time = arrival.fetched_at if by_time else None
    return time or _NEVER, _natural(arrival.source_uri), number, arrival.doc_id


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts names with their numbers by value.

    >>> sorted(["day10.jsonl", "day9.jsonl"], key=_natural)
    ['day9.jsonl', 'day10.jsonl']
    """
    return [
        (not part.isdecimal(), len(part.lstrip("0")) if part.isdecimal() else 0, part)
        for part in _NUMBER.split(name)
    ]
