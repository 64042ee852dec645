"""A warehouse in memory that applies the results of the copies step, as publishing does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.index import Index
from copydesk.flows.pipeline.deduplicate import FACTS, Copies, Versions, find_copies
from copydesk.flows.pipeline.staging.shard_files import StagedRows
from copydesk.flows.pipeline.staging.workplace import Workplace
from copydesk.transforms.dedup import Options


class Shelf:
    def __init__(self, folder: Path, options: Options | None = None, *, threads: int = 1) -> None:
        self.folder, self.options, self.threads = folder, options or Options(), threads
        self.rows: dict[str, dict[str, object]] = {}
        self.kept: dict[str, str] = {}  # doc_id of a copy -> kept doc_id
        self.duplicates: dict[str, dict[str, object]] = {}
        self.sizes: dict[str, tuple[int, int, int]] = {}
        self.pairs: list[dict[str, object]] = []
        self.index_files: tuple[str, ...] = ()
        self.runs = 0

    def index(self) -> Index | None:
        return (
            Index([self.folder / name for name in self.index_files], self.options)
            if self.index_files
            else None
        )

    def documents(self, doc_ids: Sequence[str]) -> pa.Table:
        return self._table([d for d in doc_ids if d in self.rows])

    def members(self, kept: Sequence[str]) -> pa.Table:
        return self._table([d for d, k in self.kept.items() if k in set(kept)])

    def _table(self, ids: Sequence[str]) -> pa.Table:
        rows = [self.rows[d] | {"kept_doc_id": self.kept.get(d), "keep_reason": None} for d in ids]
        if not rows:
            names = [*FACTS, "text", "kept_doc_id", "keep_reason"]
            return pa.table({name: pa.array([], pa.string()) for name in names})
        return pa.Table.from_pylist(rows)

    def ingest(self, table: pa.Table | Sequence[Path], *, pinned: Collection[str] = ()) -> Copies:
        self.runs += 1
        staging = self.folder / f"run{self.runs}"
        whole = isinstance(table, pa.Table)
        copies = find_copies(
            table if whole else [StagedRows(i, path) for i, path in enumerate(table)],
            index=self.index(),
            published=self,
            options=self.options,
            place=Workplace(staging, self.threads),
            versions=Versions(pinned=pinned),
        )
        for path in copies.new_index_files:
            path.rename(self.folder / path.name)
        self.index_files = copies.index_files
        if whole:
            self.rows |= {row["doc_id"]: row for row in table.to_pylist()}
        for changed in (copies.duplicates, copies.displaced, copies.reassigned):
            for row in changed.to_pylist():
                self.kept[row["doc_id"]] = row["kept_doc_id"]
                self.duplicates[row["doc_id"]] = row
        for row in copies.sizes.to_pylist():
            self.sizes[row["doc_id"]] = (row["cluster_size"], row["n_outlets"], row["n_origins"])
        self.pairs += copies.pairs.to_pylist()
        return copies

    def clusters(self) -> dict[str, str]:
        return {doc_id: self.kept.get(doc_id, doc_id) for doc_id in self.rows}


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    import random

    rows = list(range(table.num_rows))
    random.Random(seed).shuffle(rows)
    return table.take(pa.array(rows))


def only(table: pa.Table, ids: Collection[str]) -> pa.Table:
    return table.filter(pc.is_in(table["doc_id"], pa.array(sorted(ids))))
