"""Which documents of a run are already known, and which revise an earlier text at the same address."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the decision needs to know of one edited document."""

    doc_id: str
    canonical_url: str | None
    content_sha256: str
    fetched_at: datetime | None
    source_uri: str
    record_number: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """The latest text known at an address."""

    doc_id: str
    revision: int
    contents: frozenset[str]  # content_sha256 of every text seen at the address


@dataclass(frozen=True, slots=True)
class Place:
    """Where one arrival stands: known already, or new, then possibly the revision of another."""

    is_known: bool
    revision: int = 1
    supersedes: str | None = None


def place(
    arrivals: Sequence[Arrival], known: Collection[str], latest: Mapping[str, Version]
) -> list[Place]:
    """The place of every arrival, in the order given.

    `known` holds the ids (of those that arrive) that the warehouse holds or has forgotten, `latest`
    the newest version at each canonical URL. Arrivals of one run are taken by fetch time, then by
    source and record, so the order in which they were read does not matter. A document whose address
    is known with the very same clean text is no revision: only what was cut differs, and the copy
    step folds it as `exact`.
    """
    seen, versions = set(known), dict(latest)
    places: list[Place] = [Place(True)] * len(arrivals)
    for i in sorted(range(len(arrivals)), key=lambda i: _order(arrivals[i])):
        arrival = arrivals[i]
        if arrival.doc_id in seen:
            continue
        seen.add(arrival.doc_id)
        url = arrival.canonical_url
        before = versions.get(url) if url is not None else None
        if before is None or arrival.content_sha256 in before.contents:
            places[i] = Place(False)
        else:
            places[i] = Place(False, before.revision + 1, before.doc_id)
        if url is not None and (before is None or places[i].supersedes):
            contents = (before.contents if before else frozenset()) | {arrival.content_sha256}
            versions[url] = Version(arrival.doc_id, places[i].revision, contents)
    return places


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
