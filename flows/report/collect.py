"""Collect from a snapshot what the report of a run shows.

Columns without texts are read first, then the few texts that the page shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.report.clusters_and_stories import largest_clusters, largest_stories
from copydesk.flows.report.data import Data, Outlet
from copydesk.flows.report.removed_text import CutTotals, ledger_pieces, rules_with_samples
from copydesk.flows.report.table_values import Tables, column_rows, value_counts
from copydesk.flows.support.processes import allocator
from copydesk.transforms import drift

TOP_OUTLETS = 2_000  # the most rows of the table of outlets, about 300 bytes each; arbitrary

COVERAGE = ("title", "byline", "published_date", "section", "language", "dateline_place", "url")
_COUNTED_COLUMNS = (
    "doc_id",
    "outlet_id",
    "outlet",
    "title",
    "byline",
    "published_date",
    "section",
    "language",
    "dateline_place",
    "url",
    "n_words",
    "n_chars",
)


def collect(snapshot: Tables, facts: Facts) -> Data:
    """Collect what the run `facts.run_id` did, from a snapshot that has this run."""
    where = pc.field("run_id") == facts.run_id
    kept, copies, quarantined = (
        _counted_documents(snapshot, table, where)
        for table in ("articles", "duplicates", "quarantined")
    )
    allocator.trim()
    copy_pairs = snapshot.table(
        "duplicates", ("doc_id", "kept_doc_id", "relation", "jaccard", "keep_reason"), where
    )
    rejects = snapshot.table("rejects", ("url", "step", "reason"), where)
    documents = pa.concat_tables([kept, copies, quarantined]).unify_dictionaries()
    cuts = CutTotals(documents["doc_id"].combine_chunks())
    for table in ledger_pieces(snapshot, documents["doc_id"]):
        cuts.add(table)
    rules = rules_with_samples(snapshot, cuts, kept["doc_id"])
    allocator.trim()  # Texts were read, and more texts follow.
    clusters = largest_clusters(snapshot, copy_pairs)
    allocator.trim()
    return Data(
        facts=facts,
        rejected=_counts(
            f"{step}: {reason}" for step, reason in column_rows(rejects, "step", "reason")
        ),
        relations=_sorted_counts(value_counts(copy_pairs["relation"])),
        n_chars=(pc.sum(documents["n_chars"]).as_py() or 0) + sum(cuts.n_chars.values()),
        rules=rules,
        outlets=_outlets(
            documents.append_column("n_removed", pa.array(cuts.by_document)),
            _NotInCorpus(copies, quarantined, rejects),
            facts,
        ),
        n_outlets=len(pc.unique(documents["outlet_id"])),
        clusters=clusters,
        cluster_sizes=dict(
            sorted(
                Counter(
                    n + 1
                    for n in copy_pairs["kept_doc_id"].value_counts().field("counts").to_pylist()
                ).items()
            )
        ),
        stories=largest_stories(snapshot, where),
        languages=_sorted_counts(
            value_counts(pc.fill_null(documents["language"].cast(pa.string()), "unknown"))
        ),
        dates={
            str(day): n
            for day, n in sorted(value_counts(documents["published_date"].drop_null()).items())
        },
        n_undated=documents["published_date"].null_count,
    )


def _counted_documents(snapshot: Tables, table: str, where: pc.Expression) -> pa.Table:
    """The columns that are counted, for some documents of a table.

    To save memory, titles, addresses and the like only say whether a document has one.
    """
    parts = [_counted(pa.table({name: pa.array([], pa.string()) for name in _COUNTED_COLUMNS}))]
    parts += [
        _counted(pa.Table.from_batches([batch]))
        for batch in snapshot.batches(table, _COUNTED_COLUMNS, where)
        if batch.num_rows
    ]
    return pa.concat_tables(parts)


def _counted(rows: pa.Table) -> pa.Table:
    names = pa.dictionary(pa.int32(), pa.string())
    return pa.table(
        {
            "doc_id": rows["doc_id"].cast(pa.string()),
            "published_date": rows["published_date"].cast(pa.date32()),
            **{
                name: rows[name].cast(pa.string()).dictionary_encode().cast(names)
                for name in ("outlet_id", "outlet", "language")
            },
            **{name: rows[name].cast(pa.int32()) for name in ("n_words", "n_chars")},
            **{f"has_{name}": _has(rows[name]) for name in COVERAGE},
        }
    )


class _NotInCorpus(NamedTuple):
    """Documents of the run that did not become articles."""

    copies: pa.Table
    quarantined: pa.Table
    rejects: pa.Table


def _outlets(documents: pa.Table, others: _NotInCorpus, facts: Facts) -> tuple[Outlet, ...]:
    """The largest outlets of the run. Those with anomalies come first.

    Documents without an outlet are counted under "".
    """
    totals = _totals_by_outlet(documents)
    names = _outlet_names(documents)
    n_copies, n_quarantined = (
        Counter(value_counts(table["outlet_id"].cast(pa.string())))
        for table in (others.copies, others.quarantined)
    )
    n_rejected = Counter(drift.outlet_of(url, totals) for url in others.rejects["url"].to_pylist())
    anomalies = _anomalies_by_outlet(facts)
    largest = sorted(
        totals, key=lambda outlet: (outlet not in anomalies, -totals[outlet]["count_all"], outlet)
    )[:TOP_OUTLETS]
    return tuple(
        Outlet(
            outlet_id=outlet or "no outlet",
            name=names.get(outlet) or outlet or "no outlet",
            n_documents=n,
            n_duplicates=n_copies[outlet or None],
            n_quarantined=n_quarantined[outlet or None],
            n_rejected=n_rejected[outlet],
            mean_words=row["n_words_sum"] / n,
            share_removed=row["n_removed_sum"] / max(row["n_removed_sum"] + row["n_chars_sum"], 1),
            coverage={name: row[f"has_{name}_sum"] / n for name in COVERAGE},
            anomalies=tuple(anomalies.get(outlet, ())),
        )
        for outlet in largest
        for row, n in [(totals[outlet], totals[outlet]["count_all"])]
    )


def _totals_by_outlet(documents: pa.Table) -> dict[str, dict[str, Any]]:
    """The sums of each outlet's words, characters and filled fields, and its number of documents."""
    sums = ("n_words", "n_chars", "n_removed")
    flags = {f"has_{name}": pc.cast(documents[f"has_{name}"], pa.int64()) for name in COVERAGE}
    table = pa.table(
        {
            "outlet_id": pc.fill_null(documents["outlet_id"].cast(pa.string()), ""),
            **{name: documents[name] for name in sums},
            **flags,
        }
    )
    wanted = [*((name, "sum") for name in (*sums, *flags)), ([], "count_all")]
    totals = table.group_by("outlet_id").aggregate(wanted)
    return {row["outlet_id"]: row for row in totals.to_pylist()}


def _outlet_names(documents: pa.Table) -> dict[str, str]:
    """The name of each outlet, as its last document states it."""
    named = documents.select(["outlet_id", "outlet"]).drop_null()
    named = pa.table({name: named[name].cast(pa.string()) for name in named.column_names})
    named = named.group_by(["outlet_id"], use_threads=False).aggregate([("outlet", "last")])
    return dict(column_rows(named, "outlet_id", "outlet_last"))


def _anomalies_by_outlet(facts: Facts) -> dict[str, list[str]]:
    """The sentences about each outlet, without its name in front."""
    anomalies: dict[str, list[str]] = defaultdict(list)
    for anomaly in facts.anomalies:
        sentence = anomaly.sentence.removeprefix(f"{anomaly.outlet_id}: ")
        anomalies[anomaly.outlet_id].append(sentence)
    return anomalies


def _has(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True for each value that is neither null nor an empty list."""
    if pa.types.is_list(values.type):
        return pc.fill_null(pc.greater(pc.list_value_length(values), 0), False)
    return pc.is_valid(values)


def _counts(names: Iterable[str]) -> dict[str, int]:
    return _sorted_counts(Counter(names))


def _sorted_counts(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
