"""Which copy of a cluster is kept, the reason in words, and the numbers of its outlets and origins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.schemas.column import TIMESTAMP
from copydesk.transforms.dedup.options import Options
from copydesk.transforms.same_address import is_twin_spelling

_NAME = pa.dictionary(pa.int32(), pa.string())
# The columns that decide which copy is kept and how clusters are counted, some 80 bytes for each
# document. `content` holds 64 bits of a hash of `content_sha256`, to compare documents that are
# alike. `is_twin` tells whether `url` is that of the AMP, mobile or printer version of a page.
FACTS = pa.schema(
    [
        ("doc_id", pa.string()),
        ("published_at", TIMESTAMP),
        ("fetched_at", TIMESTAMP),
        ("outlet_id", _NAME),
        ("outlet", _NAME),
        ("wire_source", _NAME),
        ("dateline_agency", _NAME),
        ("n_words", pa.int32()),
        ("content", pa.uint64()),
        ("is_twin", pa.bool_()),
    ]
)
NEWER_VERSION = "revision: a newer version at the same address"
"""The `keep_reason` of an older version."""
_LAST = np.iinfo(np.int64).max
# What every address has for which `is_twin_spelling` is true. Few others have it.
_MAY_BE_TWIN = r"(?i)[/.?&=@](?:amp|print|m\.|mobile\.)"
# An AMP, mobile or printer version has a line or two that the page has not, such as "Read the full story on
# our site". It counts one word less in twenty (arbitrary), so that the page itself is kept.
_TWIN_DISCOUNT = 20


def facts_of(table: pa.Table) -> pa.Table:
    """Return FACTS of the table's rows. A column that the table lacks is null."""
    columns = []
    for field in FACTS:
        if field.name == "content" and "content_sha256" in table.column_names:
            columns.append(pa.array(map(_content, table["content_sha256"].to_pylist()), field.type))
        elif field.name == "is_twin" and "url" in table.column_names:
            columns.append(_are_twins(table["url"].cast(pa.string())))
        elif field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
        elif field.type == _NAME:
            columns.append(table[field.name].cast(pa.string()).dictionary_encode())
        else:
            columns.append(table[field.name].cast(field.type))
    return pa.Table.from_arrays(columns, schema=FACTS)


def _content(sha256: str | None) -> int | None:
    """The first 64 bits of a hash that is written in hex digits."""
    return None if sha256 is None else int(sha256[:16], 16)


def _are_twins(urls: pa.ChunkedArray) -> pa.Array:
    found = np.zeros(len(urls), np.bool_)
    may_be = pc.fill_null(pc.match_substring_regex(urls, _MAY_BE_TWIN), False)
    for row in np.flatnonzero(np.asarray(may_be)).tolist():
        found[row] = is_twin_spelling(urls[row].as_py())
    return pa.array(found)


def order_in_time(facts: pa.Table) -> NDArray[np.int64]:
    """Return the rows sorted by published_at, then fetched_at (missing ones last), then doc_id."""
    return np.lexsort(tuple(_in_time(facts)))


def _in_time(facts: pa.Table) -> list[NDArray[Any]]:
    return [
        np.asarray(pc.rank(facts["doc_id"])),
        _moments(facts["fetched_at"]),
        _moments(facts["published_at"]),
    ]


def _moments(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), int(_LAST)))


def priority(
    facts: pa.Table,
    options: Options,
    *,
    n_new: int | None = None,
    settled: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Return the position of every row in the order in which the policy keeps documents.

    Ties are broken by the order of time, so the order is total and does not depend on the order of
    the input. Rows from `n_new` on are published: among documents that the policy ranks equally, a
    published one comes first. Among documents of the same length and time, one that is kept now
    (`settled`) comes first.
    """
    doc_id, fetched, published = _in_time(facts)
    is_new = np.arange(facts.num_rows) < (facts.num_rows if n_new is None else n_new)
    measure = rank_by_policy(facts, options)
    by_length = options.keep in ("fullest", "longest")
    keys: list[NDArray[Any]] = [doc_id, fetched]
    if settled is not None:
        keys.append(~settled)
    keys += [published, is_new] if by_length else [is_new, published]
    if measure is not None:
        keys.append(measure)
    order = np.lexsort(tuple(keys))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def rank_by_policy(facts: pa.Table, options: Options) -> NDArray[np.int64] | None:
    """Return the rank that the policy gives before time: lower is kept.

    Return None for `earliest`.
    """
    if options.keep in ("fullest", "longest"):
        n_words = np.asarray(pc.fill_null(facts["n_words"], 0)).astype(np.int64)
        is_twin = np.asarray(pc.fill_null(facts["is_twin"], False))
        return np.where(is_twin, n_words // _TWIN_DISCOUNT, 0) - n_words
    if options.keep == "outlet-rank":
        return np.array(
            [_rank(row, options) for row in facts.select(["outlet_id"]).to_pylist()], np.int64
        )
    if options.keep == "original":
        credits = facts.select(["outlet", "wire_source", "dateline_agency"]).to_pylist()
        return np.array([_rank(row, options) for row in credits], np.int64)
    return None


def originality(outlet: str | None, wire_source: str | None, dateline_agency: str | None) -> int:
    """Return 0 for an agency's own copy, 1 for a text that credits nobody, 2 for other credits.

    >>> originality("North Press", None, "North Press"), originality("The Gazette", None, None)
    (0, 1)
    >>> originality("The Gazette", "North Press", None)
    2
    """
    credited = {name.casefold() for name in (wire_source, dateline_agency) if name}
    if not credited:
        return 1
    return 0 if outlet and outlet.casefold() in credited else 2


def reason(
    kept: Mapping[str, Any], copy: Mapping[str, Any], options: Options, *, kept_was_published: bool
) -> str:
    """Return why `kept` is preferred to `copy`: the policy and the first rule that decides.

    >>> at = {"published_at": 1, "fetched_at": None, "n_words": 300, "doc_id": "0a"}
    >>> reason(at, at | {"published_at": 2}, Options(keep="earliest"), kept_was_published=False)
    'earliest: published first'
    >>> reason(at | {"n_words": 400}, at, Options(), kept_was_published=False)
    'fullest: 400 words, the copy 300'
    >>> reason(at, at | {"n_words": 305, "is_twin": True}, Options(), kept_was_published=False)
    'fullest: the page itself, the copy is its AMP, mobile or printer version'
    >>> reason(at, at | {"n_words": 310}, Options(), kept_was_published=False)
    'fullest: 300 words say what the copy says in 310'
    """
    policy = options.keep
    if policy in ("fullest", "longest"):
        n_kept, n_copy = kept["n_words"] or 0, copy["n_words"] or 0
        if n_kept > n_copy:
            return f"{policy}: {n_kept} words, the copy {n_copy}"
        if copy.get("is_twin") and not kept.get("is_twin"):
            return f"{policy}: the page itself, the copy is its AMP, mobile or printer version"
        if n_kept < n_copy and not kept_was_published:
            return f"{policy}: {n_kept} words say what the copy says in {n_copy}"
    elif policy in ("outlet-rank", "original"):
        mine, theirs = (_rank(row, options) for row in (kept, copy))
        if mine < theirs:
            return (
                "outlet-rank: outlet ranked higher"
                if policy == "outlet-rank"
                else f"original: {_ORIGINAL[mine]}"
            )
    return f"{policy}: {_by_time(kept, copy, kept_was_published=kept_was_published)}"


def _rank(document: Mapping[str, Any], options: Options) -> int:
    if options.keep == "original":
        return originality(
            document.get("outlet"), document.get("wire_source"), document.get("dateline_agency")
        )
    ranked = options.outlet_rank
    return (
        ranked.index(document["outlet_id"]) if document.get("outlet_id") in ranked else len(ranked)
    )


_ORIGINAL = ("the agency's own text", "credits nobody, the copy credits another")


def _by_time(kept: Mapping[str, Any], copy: Mapping[str, Any], *, kept_was_published: bool) -> str:
    for name, verb in (("published_at", "published"), ("fetched_at", "fetched")):
        mine, theirs = kept.get(name), copy.get(name)
        if mine != theirs:
            if theirs is None:
                return f"{verb} at a known time, the copy not"
            if mine is not None and mine < theirs:
                return f"{verb} first"
            break
    if kept_was_published:
        return "kept since an earlier run"
    return (
        "lower doc_id, all else equal"
        if kept.get("doc_id", "") < copy.get("doc_id", "")
        else "nearest of the kept documents"
    )


def counts(cluster: Iterable[Mapping[str, Any]]) -> tuple[int, int, int, Any]:
    """Return documents, known outlets, independent origins and first publication of a cluster.

    The origin of a text is the wire that it credits, or its outlet, or the text itself.

    >>> wire = {"outlet_id": "a.example", "wire_source": "North Press", "doc_id": "1"}
    >>> counts([wire, wire | {"outlet_id": "b.example"}, {"outlet_id": "c.example", "wire_source": None, "doc_id": "3"}])
    (3, 3, 2, None)
    """
    size, outlets, origins, first = 0, set(), set(), None
    for document in cluster:
        size += 1
        published = document.get("published_at")
        if published is not None and (first is None or published < first):
            first = published
        outlet, wire = document.get("outlet_id"), document.get("wire_source")
        if outlet:
            outlets.add(outlet)
        origins.add(
            ("wire", wire.casefold())
            if wire
            else ("outlet", outlet)
            if outlet
            else ("document", document["doc_id"])
        )
    return size, len(outlets), len(origins), first
