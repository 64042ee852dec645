"""The documents that a change inserts: their months, and a check that none is stored twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.change import Everything
from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, UNDATED, months
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.table_rewrite.row_changes import DeleteFilter
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged, joined_rows


@dataclass(frozen=True)
class InsertedDocuments:
    """Sorted 64-bit keys of the inserted documents, and the month of each as a position in `labels`."""

    base: Snapshot | None
    keys: np.ndarray
    months: np.ndarray
    labels: tuple[str, ...]
    inserts: Mapping[str, Sequence[Staged]]

    @classmethod
    def of(
        cls, inserts: Mapping[str, Sequence[Staged]], base: Snapshot | None
    ) -> InsertedDocuments:
        """Read ids and dates of the rows for articles, duplicates and quarantined.

        Raises InvalidChange for a row without a doc_id.
        """
        labels: dict[str, int] = {}
        all_keys, all_months = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
        for name in DOCUMENT_TABLES:
            for staged in inserts.get(name, ()):
                rows = _ids_and_dates(staged)
                if rows["doc_id"].null_count:
                    raise InvalidChange(
                        f"column 'doc_id' of {name!r} holds {rows['doc_id'].null_count} nulls, but every document needs an id"
                    )
                encoded = months(rows["published_date"].cast(pa.date32())).dictionary_encode()
                numbers = np.asarray(
                    [labels.setdefault(x, len(labels)) for x in encoded.dictionary.to_pylist()],
                    np.int32,
                )
                all_keys.append(keys_of(rows["doc_id"]))
                all_months.append(
                    numbers[encoded.indices.to_numpy(zero_copy_only=False)]
                    if len(numbers)
                    else all_months[0]
                )
        keys, month_numbers = np.concatenate(all_keys), np.concatenate(all_months)
        order = np.argsort(keys, kind="stable")
        return cls(base, keys[order], month_numbers[order], tuple(labels), inserts)

    def months_of(self, ids: pa.ChunkedArray) -> pa.Array:
        """The month of each document, inserted or already stored, or `undated` if it is unknown."""
        keys, back = np.unique(keys_of(ids), return_inverse=True)
        labels = [*self.labels, UNDATED]
        numbers = np.full(len(keys), len(labels) - 1, np.int32)
        found = table_file.holds(self.keys, keys)
        numbers[found] = self.months[np.searchsorted(self.keys, keys[found])]
        if self.base is not None:
            for table in DOCUMENT_TABLES:
                for entry in self.base.manifest.tables[table]:
                    left = np.flatnonzero(~found)
                    if not len(left):
                        break
                    here = left[table_file.holds(self.base.keys(table, entry), keys[left])]
                    numbers[here] = _label_number(labels, entry.month)
                    found[here] = True
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers[back.ravel()]), pa.array(labels)
        ).cast(pa.string())

    def check_unique(self, deletes: Mapping[str, DeleteFilter | Everything | None]) -> None:
        """Raise InvalidChange, with the document's id, if a document would be in the tables twice."""
        repeated = self.keys[1:][self.keys[1:] == self.keys[:-1]] if len(self.keys) else self.keys
        if len(repeated):
            raise InvalidChange(
                f"the change inserts document {self._id_of(repeated[0])} more than once"
            )
        if self.base is None or not len(self.keys):
            return
        for table in DOCUMENT_TABLES:
            deletion = deletes.get(table)
            if isinstance(deletion, Everything):
                continue
            for entry in self.base.manifest.tables[table]:
                clash = self.keys[table_file.holds(self.base.keys(table, entry), self.keys)]
                if deletion is not None and len(clash):
                    clash = clash[~table_file.holds(deletion.keys, clash)]
                if len(clash):
                    raise InvalidChange(
                        f"the change inserts document {self._id_of(clash[0])}, which is in {table!r} "
                        "already and is not deleted"
                    )

    def _id_of(self, key: np.uint64) -> str:
        for name in DOCUMENT_TABLES:
            for staged in self.inserts.get(name, ()):
                ids = _ids_and_dates(staged)["doc_id"]
                hit = np.flatnonzero(keys_of(ids) == key)
                if len(hit):
                    return repr(ids[int(hit[0])].as_py())
        return f"with key {key:x}"


def _ids_and_dates(staged: Staged) -> pa.Table:
    rows = joined_rows(staged)
    if "published_date" in rows.column_names:
        return rows.read(["doc_id", "published_date"])
    table = rows.read(["doc_id"])
    return table.append_column("published_date", pa.nulls(table.num_rows, pa.date32()))


def _label_number(labels: list[str], month: str) -> int:
    if month not in labels:
        labels.append(month)
    return labels.index(month)
