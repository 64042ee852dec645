"""What the workers of one fold need to know, in one file of the staging folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

from copydesk.flows.engines.dask import signed_shards as signed
from copydesk.flows.engines.dask.signed_shards import SignedTexts
from copydesk.flows.engines.dask.transfer import SHARED, Place
from copydesk.flows.index import Index
from copydesk.flows.index.index_files import IndexFile
from copydesk.flows.pipeline.deduplicate import PublishedSnapshot
from copydesk.transforms.dedup.options import Options


@dataclass(frozen=True)
class Plan:
    """Names and counts. New documents are rows in order of time; in the index they follow the published ones."""

    options: Options
    folder: str
    """Where the files of the fold go."""
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
    queries: tuple[str, ...] = ()
    """For each slab the keys to be looked up beyond the window."""
    index: tuple[str, ...] = ()
    """The index with all rows, but for those of its files that are published and not shared."""
    published_index: tuple[str, ...] = ()
    """Those: each side has them from the snapshot."""
    extents: tuple[tuple[tuple[int, int], ...], ...] = ()
    """The runs of the index before each slab was added: first and last document."""
    partitions: tuple[str, ...] = ()
    """What was found under each part of the keys."""
    place: Place = SHARED
    """Where the names lead, on the side that has loaded the plan."""

    def save(self, **more: Any) -> str:
        """Write the plan, with what has become known, for all sides; its name."""
        fields = asdict(replace(self, **more))
        del fields["place"]
        path = self.at(f"plan-{token_hex(8)}.json")
        path.write_text(json.dumps(fields), encoding="utf-8")
        return self.place.sent(path)

    def at(self, name: str = "") -> Path:
        """A file of the fold on this side, or the folder."""
        return self.place.path(self.folder) / name

    @cached_property
    def texts(self) -> SignedTexts:
        """The documents in the order in which they were read."""
        return SignedTexts(self.place, self.signed, self.counts)

    @cached_property
    def row_file(self) -> IndexFile:
        """`rows`, opened."""
        return signed.opened(self.place.fetched(self.rows))

    @cached_property
    def whole_index(self) -> Index:
        """`index`, opened."""
        published = (
            self.snapshot.snapshot.index_files(self.published_index)
            if self.snapshot and self.published_index
            else {}
        )
        return Index([*self.place.all_fetched(self.index), *published.values()], self.options)

    def index_before(self, slab: int) -> Index:
        """The index as it was before the slab."""
        return self.whole_index.as_of(self.extents[slab])

    def slab(self, number: int) -> IndexFile:
        """The sketches of a slab."""
        return signed.opened(self.place.fetched(self.sketches[number]))

    @cached_property
    def snapshot(self) -> PublishedSnapshot | None:
        """The snapshot before the run."""
        if self.published is None:
            return None
        from copydesk.flows.warehouse import Warehouse

        address, identifier = self.published
        return PublishedSnapshot(Warehouse.open(address).snapshot(identifier))


@lru_cache(maxsize=4)
def load(place: Place, name: str) -> Plan:
    """A saved plan."""
    fields: dict[str, Any] = json.loads(
        place.fetched(name).read_text(encoding="utf-8"), object_hook=_with_tuples
    )
    return Plan(**{**fields, "options": Options(**fields["options"]), "place": place})


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in fields.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
