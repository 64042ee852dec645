"""Which documents a change brings: their months, and that none of them stands twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from copydesk.flows.support.id_index import keys_of
from copydesk.flows.warehouse import table_file
from copydesk.flows.warehouse.errors import InvalidChange
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES, UNDATED, months
from copydesk.flows.warehouse.rewrite import Doomed, Everything, Staged
from copydesk.flows.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Inserted:
    """The documents of a change: sorted keys, and the month of each as a number in `labels`."""

    base: Snapshot | None
    keys: np.ndarray
    months: np.ndarray
    labels: tuple[str, ...]
    inserts: Mapping[str, Sequence[Staged]]

    @classmethod
    def of(cls, inserts: Mapping[str, Sequence[Staged]], base: Snapshot | None) -> Inserted:
        """Read ids and dates of the rows to insert into articles, duplicates and quarantined."""
        labels: dict[str, int] = {}
        all_keys, all_months = [np.empty(0, np.uint64)], [np.empty(0, np.int32)]
        for name in DOCUMENT_TABLES:
            for staged in inserts.get(name, ()):
                rows = _ids_and_dates(staged)
                if rows["doc_id"].null_count:
                    raise InvalidChange(
                        f"column 'doc_id' of {name!r} holds {rows['doc_id'].null_count} nulls and must hold none"
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
        keys, place = np.concatenate(all_keys), np.concatenate(all_months)
        order = np.argsort(keys, kind="stable")
        return cls(base, keys[order], place[order], tuple(labels), inserts)

    def months_of(self, ids: pa.ChunkedArray) -> pa.Array:
        """The month of each document, inserted or already stored; `undated` for an unknown one."""
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
                    numbers[here] = _number(labels, entry.month)
                    found[here] = True
        return pa.DictionaryArray.from_arrays(
            pa.array(numbers[back.ravel()]), pa.array(labels)
        ).cast(pa.string())

    def check_single(self, doomed: Mapping[str, Doomed | Everything | None]) -> None:
        """Raise InvalidChange, naming the document, where one would stand in the tables twice."""
        twice = self.keys[1:][self.keys[1:] == self.keys[:-1]] if len(self.keys) else self.keys
        if len(twice):
            raise InvalidChange(
                f"the change inserts document {self._name(twice[0])} more than once"
            )
        if self.base is None or not len(self.keys):
            return
        for table in DOCUMENT_TABLES:
            deletion = doomed.get(table)
            if isinstance(deletion, Everything):
                continue
            for entry in self.base.manifest.tables[table]:
                clash = self.keys[table_file.holds(self.base.keys(table, entry), self.keys)]
                if deletion is not None and len(clash):
                    clash = clash[~table_file.holds(deletion.keys, clash)]
                if len(clash):
                    raise InvalidChange(
                        f"the change inserts document {self._name(clash[0])}, which stands in {table!r} already and is not deleted"
                    )

    def _name(self, key: np.uint64) -> str:
        for name in DOCUMENT_TABLES:
            for staged in self.inserts.get(name, ()):
                ids = _ids_and_dates(staged)["doc_id"]
                hit = np.flatnonzero(keys_of(ids) == key)
                if len(hit):
                    return repr(ids[int(hit[0])].as_py())
        return f"with key {key:x}"


def _ids_and_dates(staged: Staged) -> pa.Table:
    table = (
        staged
        if isinstance(staged, pa.Table)
        else table_file.read(staged, ["doc_id", "published_date"])
    )
    if "published_date" not in table.column_names:
        table = table.append_column("published_date", pa.nulls(table.num_rows, pa.date32()))
    return table.select(["doc_id", "published_date"])


def _number(labels: list[str], month: str) -> int:
    if month not in labels:
        labels.append(month)
    return labels.index(month)
