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

_WORD = re.compile(r"\w+")
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
class Version:
    """The newest text known at an address, and what else was seen there."""

    doc_id: str
    revision: int
    """The highest revision number at the address."""
    contents: frozenset[tuple[str, str]]
    """What every text seen at the address says (see `content`)."""
    fetched_at: datetime | None = None
    """The time when the newest text was fetched."""
    is_twin: bool = False
    """Whether the newest text was fetched as the AMP, mobile or printer version of a page."""
    content: tuple[str, str] | None = None
    """What the newest text says."""
    source_uri: str | None = None
    """The input from which the newest text came."""


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


def headline(title: str | None) -> str:
    """Return a headline as it is compared: without case and white space, and "" for None.

    >>> headline("  Rain   falls ") == headline("RAIN FALLS")
    True
    """
    return " ".join((title or "").casefold().split())


def content(
    content_sha256: str, title: str | None, corrections: Sequence[str] | None
) -> tuple[str, str]:
    """Return what a version says: its clean text with its printed corrections, and its headline.

    >>> content("5f1c", "Rain  falls", ["Correction: it snowed."]) == content("5f1c", "Rain falls", ())
    False
    """
    printed = "".join(f"\n{correction}" for correction in corrections or ())
    return f"{content_sha256}{printed}", headline(title)


def doc_id_again(doc_id: str, title: str | None, since: datetime | str) -> str:
    """Return the id of a version that says again what an older version at the address said.

    `since` is the time of its fetch, or the id of the version that it follows.
    """
    moment = since if isinstance(since, str) else since.isoformat()
    return sha256(f"{doc_id}\n{headline(title)}\n{moment}".encode()).hexdigest()[:32]


def doc_id_with(doc_id: str, title: str) -> str:
    """Return the id of a revision that has the text of `doc_id` and another headline."""
    return sha256(f"{doc_id}\n{headline(title)}".encode()).hexdigest()[:32]


def newest(before: Version | None, later: Version) -> Version:
    """Return the newest of two texts of one address, of which `later` arrived later.

    The time of fetching decides if both have one, or else the order of arrival.
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
    """Decide for every arrival, in the given order, whether it is known, new or a revision.

    `known` has those of the arriving ids that are in the warehouse or were forgotten, as a mapping
    to their headlines (None: no headline, or forgotten). `latest` has the newest version at each
    address (`same_address.key`). Arrivals of one run are sorted by fetch time, then by source and
    record, so the order in which they were read does not matter. `alike` compares the texts of two
    documents by id. Without it no text counts as a twin, and an edited file is a revision of
    itself.

    A text that an address had before, and has again, is a revision too: an editor took a change
    back. This needs the times of both fetches, or a file that is read again from the same path.

    Some documents at a known address are not revisions. If clean text, headline and corrections are
    the same, only the cut parts differ, and the copies step finds an exact duplicate. The AMP, mobile
    or printer version of a page says the same and is a duplicate, too. A file that has nothing in common with
    the file that was read from the same path before is a document of its own.
    """
    titles: dict[str, str | None] = (
        dict(known) if isinstance(known, Mapping) else dict.fromkeys(known)
    )
    versions = dict(latest)
    n_arrivals = Counter(arrival.address for arrival in arrivals)
    resolutions: list[Resolution] = [Resolution(True)] * len(arrivals)
    for i in sorted(range(len(arrivals)), key=lambda i: _order(arrivals[i])):
        arrival, address = arrivals[i], arrivals[i].address
        identifier, renamed = _identified(arrival, address, titles)
        before = versions.get(address) if address is not None else None
        has_returned = False
        if identifier is None and before is not None:
            is_only_one = n_arrivals[address] == 1
            identifier = renamed = _id_if_returned(arrival, before, titles, is_only_one=is_only_one)
            has_returned = identifier is not None
        if identifier is None:
            continue
        titles[identifier] = arrival.title
        own = _version(arrival, identifier)
        if before is None:
            resolutions[i] = Resolution(False, doc_id=renamed)
        elif not has_returned and (
            own.contents <= before.contents or _is_separate(arrival, before, alike)
        ):
            resolutions[i] = Resolution(False, doc_id=renamed)
            continue
        else:
            own = replace(own, revision=before.revision + 1)
            resolutions[i] = _revision(own, before, renamed)
        if address is not None:
            versions[address] = newest(before, own)
    return resolutions


def _version(arrival: Arrival, doc_id: str) -> Version:
    return Version(
        doc_id,
        1,
        frozenset({arrival.content}),
        arrival.fetched_at,
        arrival.is_twin,
        arrival.content,
        arrival.source_uri,
    )


def _id_if_returned(
    arrival: Arrival, before: Version, titles: Mapping[str, str | None], *, is_only_one: bool
) -> str | None:
    """Return a new id if the address has an older text again, and None if the document is known.

    `before` is the newest version there. `is_only_one` says that nothing else arrived at the
    address. If two files have one path, in two folders, nobody knows which is newer.
    """
    if arrival.content == before.content or arrival.content not in before.contents:
        return None
    since: datetime | str
    if arrival.fetched_at and before.fetched_at:
        if arrival.fetched_at <= before.fetched_at:
            return None
        since = arrival.fetched_at
    elif arrival.record_number is None and arrival.source_uri == before.source_uri and is_only_one:
        since = before.doc_id
    else:
        return None
    found = doc_id_again(arrival.doc_id, arrival.title, since)
    return None if found in titles else found


def _revision(own: Version, before: Version, renamed: str | None) -> Resolution:
    """Resolve a new text at the address of `before`: the newer of the two supersedes the other."""
    is_newest = newest(before, own).doc_id == own.doc_id
    return Resolution(
        False,
        own.revision,
        supersedes=before.doc_id if is_newest else None,
        superseded_by=None if is_newest else before.doc_id,
        doc_id=renamed,
    )


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


@dataclass(frozen=True, slots=True)
class Likeness:
    """The similarity of two texts."""

    words: float
    """Share of the words of one text that the other has, for the text with more words of its own."""
    passages: float
    """Share of the shorter text's word 3-grams that the other has."""
    same_figures: bool
    """Whether one of them has every number of the other."""
    n_added: int
    """Words of the first text that the second does not have."""


TWIN = 0.93  # Share of words. "Read the full story on our site" is 6 % of a short report.
NOTE = 12  # Words. A note such as "Read the full story on our site" is shorter than a sentence of news.
EDITED = 0.1  # Share of 3-grams. Unrelated reports share less than .02.


def likeness(text: str, other: str) -> Likeness:
    """Compare two texts by their words. A repeated word counts each time.

    >>> likeness("Rain fell on 3 towns.", "Rain fell on 3 towns today.")
    Likeness(words=0.8333333333333334, passages=1.0, same_figures=True, n_added=0)
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
        len(one) - shared,
    )


def _is_separate(
    arrival: Arrival, before: Version, alike: Callable[[str, str], Likeness] | None
) -> bool:
    """Tell whether the arrival is not a version of what is known at its address.

    It may be a twin of it, or another file. A twin adds at most a note to the text.
    """
    is_twin = arrival.is_twin != before.is_twin
    is_file = same_address.is_file(arrival.address or "")
    if alike is None or not (is_twin or is_file):
        return False
    found = alike(arrival.doc_id, before.doc_id)
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


def _order(arrival: Arrival) -> tuple[datetime, str, int, str]:
    number = -1 if arrival.record_number is None else arrival.record_number
    return arrival.fetched_at or _NEVER, arrival.source_uri, number, arrival.doc_id
