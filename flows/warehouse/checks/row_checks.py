"""Check that the rows of a snapshot agree with each other, from counts to the texts themselves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import accounted_for
from copydesk.flows.warehouse.checks.fault import Fault
from copydesk.flows.warehouse.checks.file_checks import relative
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, PARTITIONS
from copydesk.flows.warehouse.schema import tables_now
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.transforms import ledger, tabulate

_OUTLETS = pa.schema([("story_id", pa.string()), ("outlet_id", pa.string())])


def row_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """Yield every fault in the rows of a snapshot. Its files must be undamaged."""
    yield from _unbalanced_runs(snapshot)
    yield from _nulls(snapshot)
    yield from _repeated_documents(snapshot)
    yield from _cluster_faults(snapshot)
    yield from _story_faults(snapshot)
    yield from _outlet_faults(snapshot)
    yield from _text_faults(snapshot)
    yield from _orphan_rows(snapshot)


def _unbalanced_runs(snapshot: Snapshot) -> Iterator[Fault]:
    """Runs whose documents do not all have an outcome."""
    for row in snapshot.table("runs").to_pylist():
        accounted = accounted_for(row)
        if row["n_read"] != accounted:
            yield Fault(
                "counts",
                f"runs {row['run_id']}",
                f"run {row['run_id']} read {row['n_read']} documents but accounts for {accounted}",
            )


def _nulls(snapshot: Snapshot) -> Iterator[Fault]:
    """Nulls in columns that allow none, found in the footers of the files."""
    for table in snapshot.tables:
        for path in snapshot.files(table):
            footer = pq.read_metadata(path)
            for column in tables_now()[table]:
                if column.nullable or pa.types.is_nested(column.type):
                    continue
                position = footer.schema.names.index(column.name)
                statistics = [
                    footer.row_group(group).column(position).statistics
                    for group in range(footer.num_row_groups)
                ]
                if any(
                    group is not None and group.has_null_count and group.null_count
                    for group in statistics
                ):
                    yield Fault(
                        "schema",
                        relative(snapshot, path),
                        f"{table}.{column.name} has nulls, but it must have a value in every row",
                    )


def _repeated_documents(snapshot: Snapshot) -> Iterator[Fault]:
    """Documents with more than one row in the tables of documents."""
    parts = [snapshot.table(table, ["doc_id"])["doc_id"] for table in DOCUMENT_TABLES]
    counted = pa.chunked_array(
        [chunk for part in parts for chunk in part.chunks], pa.string()
    ).value_counts()
    repeated = counted.filter(pc.greater(counted.field("counts"), 1))
    for identifier in repeated.field("values").to_pylist():
        yield Fault(
            "twice",
            identifier,
            f"document {identifier} is in more than one row of articles, duplicates and quarantined",
        )


def _cluster_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """Copies whose kept document is absent, and clusters with a wrong size."""
    articles = snapshot.table("articles", ["doc_id", "cluster_size"])
    copies = snapshot.table("duplicates", ["doc_id", "kept_doc_id"])
    ids = articles["doc_id"].combine_chunks()
    lost = copies.filter(pc.invert(pc.is_in(copies["kept_doc_id"], value_set=ids)))
    for row in lost.to_pylist():
        yield Fault(
            "cluster",
            row["doc_id"],
            f"{row['doc_id']} is a copy of {row['kept_doc_id']}, which is not in articles",
        )
    counted = copies["kept_doc_id"].value_counts()
    n_copies = dict(
        zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True)
    )
    sizes = articles.filter(pc.is_valid(articles["cluster_size"]))
    for identifier, size in zip(
        sizes["doc_id"].to_pylist(), sizes["cluster_size"].to_pylist(), strict=True
    ):
        if size != 1 + n_copies.get(identifier, 0):
            yield Fault(
                "cluster",
                identifier,
                f"{identifier} has cluster_size {size}, but the number of its copies is {n_copies.get(identifier, 0)}",
            )


def _story_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """Stories that are absent, or whose number of articles is wrong."""
    counted = Counter(snapshot.table("articles", ["story_id"])["story_id"].to_pylist())
    counted.pop(None, None)
    stated = {
        row["story_id"]: row["n_articles"]
        for row in snapshot.table("stories", ["story_id", "n_articles", "merged_into"]).to_pylist()
        if row["merged_into"] is None
    }
    for identifier, number in sorted(counted.items()):
        if identifier not in stated:
            yield Fault(
                "story",
                identifier,
                f"{number} articles are in story {identifier}, which is not in stories",
            )
        elif stated[identifier] != number:
            yield Fault(
                "story",
                identifier,
                f"story {identifier} should have {stated[identifier]} articles, but it has {number}",
            )
    for identifier in sorted(set(stated) - set(counted)):
        if stated[identifier]:
            yield Fault(
                "story",
                identifier,
                f"story {identifier} should have {stated[identifier]} articles, but it has none",
            )


def _outlet_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """Stories whose number of outlets is wrong. The outlets of copies count as well."""
    columns = ["story_id", "outlet_id"]
    documents = pa.concat_tables(
        [snapshot.table(table, columns).cast(_OUTLETS) for table in ("articles", "duplicates")]
    )
    counted = documents.group_by("story_id").aggregate([("outlet_id", "count_distinct")])
    n_outlets = dict(
        zip(
            counted["story_id"].to_pylist(),
            counted["outlet_id_count_distinct"].to_pylist(),
            strict=True,
        )
    )
    for row in snapshot.table("stories", ["story_id", "n_outlets"]).to_pylist():
        number = n_outlets.get(row["story_id"], 0)
        if row["n_outlets"] != number:
            yield Fault(
                "story",
                row["story_id"],
                f"story {row['story_id']} should have {row['n_outlets']} outlets, but it has {number}; "
                "run `copydesk reprocess --stage stories` to count them again",
            )


def _text_faults(snapshot: Snapshot) -> Iterator[Fault]:
    """Texts that differ from their hash, or that do not give the extracted text with the ledger."""
    columns = ["doc_id", "text", "content_sha256", "extracted_sha256"]
    for table in DOCUMENT_TABLES:
        for path in snapshot.files(table):
            documents = table_file.read(path, columns)
            removals = removals_by_document(snapshot, documents["doc_id"])
            for row in documents.to_pylist():
                if difference := _text_difference(row, removals.get(row["doc_id"], ())):
                    yield Fault("text", row["doc_id"], f"{table} {row['doc_id']}: {difference}")


def removals_by_document(
    snapshot: Snapshot, ids: Iterable[str] | pa.ChunkedArray
) -> dict[str, list[ledger.Removal]]:
    """The ledger of each of the documents that has one."""
    wanted = ids.to_pylist() if isinstance(ids, pa.ChunkedArray) else list(ids)
    return tabulate.removals(snapshot.documents("removed", wanted)) if wanted else {}


def _text_difference(row: dict[str, Any], removals: Sequence[ledger.Removal]) -> str | None:
    if hashlib.sha256(row["text"].encode()).hexdigest() != row["content_sha256"]:
        return "the text does not have the hash content_sha256"
    try:
        extracted = ledger.rebuild(row["text"], removals)
    except ValueError as error:
        return f"the ledger cannot be applied: {error}"
    if hashlib.sha256(extracted.encode()).hexdigest() != row["extracted_sha256"]:
        return "text and ledger do not rebuild the extracted text (extracted_sha256 differs)"
    return None


def _orphan_rows(snapshot: Snapshot) -> Iterator[Fault]:
    """Rows of `removed` and `pairs` about documents that are in no table."""
    known = np.unique(
        np.concatenate(
            [
                snapshot.keys(table, entry)
                for table in DOCUMENT_TABLES
                for entry in snapshot.manifest.tables[table]
            ]
            or [np.empty(0, np.uint64)]
        )
    )
    for table in ("removed", "pairs"):
        for entry in snapshot.manifest.tables[table]:
            path = snapshot.file(table, entry)
            keys = table_file.keys(path, table)
            unknown = keys[~table_file.holds(known, keys)]
            if len(unknown):
                columns = table_file.read(path, PARTITIONS[table].keys).columns
                ids = pa.chunked_array(
                    [chunk for column in columns for chunk in column.chunks], pa.string()
                )
                first = next(
                    identifier
                    for identifier in ids.to_pylist()
                    if keys_of(pa.array([identifier]))[0] in unknown
                )
                yield Fault(
                    "orphan",
                    first,
                    f"{table}/{entry.name} has rows of {len(unknown)} unknown documents, such as {first}",
                )
