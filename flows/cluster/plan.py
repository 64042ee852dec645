"""What the workers of one fold need to know, in one file of the staging folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

from copydesk.flows.cluster import signed
from copydesk.flows.cluster.signed import SignedTexts
from copydesk.flows.copies import PublishedSnapshot
from copydesk.flows.index import Index
from copydesk.flows.index.files import IndexFile
from copydesk.transforms.dedup.options import Options


@dataclass(frozen=True)
class Plan:
    """Paths and counts. New documents are rows in order of time; in the index they follow the published ones."""

    options: Options
    folder: str
    signed: tuple[str, ...]
    """The signed shards, in the order in which their documents were read."""
    counts: tuple[int, ...]
    """Documents of each."""
    rows: str
    """File with `order` (which document read is the row), `time`, `n_words` and `first` (the first row with the same words)."""
    slabs: tuple[tuple[int, int], ...]
    """First row of each slab, and of the next."""
    n_published: int
    published: tuple[str, str] | None
    """Warehouse and id of the snapshot before the run."""
    sketches: tuple[str, ...] = ()
    """For each slab its sketches, in order of time."""
    index: tuple[str, ...] = ()
    """The index with all rows."""
    extents: tuple[tuple[tuple[int, int], ...], ...] = ()
    """The runs of the index before each slab was added: first and last document."""
    partitions: tuple[str, ...] = ()
    """What was found under each part of the keys."""

    def save(self, **more: Any) -> str:
        """Write the plan, with what has become known; its path."""
        path = Path(self.folder, f"plan-{token_hex(8)}.json")
        path.write_text(json.dumps(asdict(replace(self, **more))), encoding="utf-8")
        return str(path)

    @cached_property
    def texts(self) -> SignedTexts:
        """The documents in the order in which they were read."""
        return SignedTexts([Path(self.folder, name) for name in self.signed], self.counts)

    @cached_property
    def row_file(self) -> IndexFile:
        """`rows`, opened."""
        return signed.opened(Path(self.folder, self.rows))

    @cached_property
    def whole_index(self) -> Index:
        """`index`, opened."""
        return Index(map(Path, self.index), self.options)

    def index_before(self, slab: int) -> Index:
        """The index as it was before the slab."""
        return self.whole_index.as_of(self.extents[slab])

    def slab(self, number: int) -> IndexFile:
        """The sketches of a slab."""
        return signed.opened(Path(self.folder, self.sketches[number]))

    @cached_property
    def snapshot(self) -> PublishedSnapshot | None:
        """The snapshot before the run."""
        if self.published is None:
            return None
        from copydesk.flows.warehouse import Warehouse

        address, identifier = self.published
        return PublishedSnapshot(Warehouse.open(address).snapshot(identifier))


@lru_cache(maxsize=4)
def load(path: str) -> Plan:
    """A saved plan."""
    fields: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"), object_hook=_with_tuples)
    return Plan(**{**fields, "options": Options(**fields["options"])})


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in fields.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
