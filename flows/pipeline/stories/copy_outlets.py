"""The outlets of the copies of a story. A copy belongs to the story of its kept document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories.incremental_clustering import IncrementalClustering
from copydesk.flows.pipeline.stories.story_numbers import NONE

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot


@dataclass(frozen=True, slots=True)
class CopyOutlets:
    """Outlets of copies by story. New copies are columns; published copies are looked up by id."""

    clustering: IncrementalClustering
    new: NDArray[np.int64]
    """The story of each new copy, in the order of `New.copy_of`; NONE for a copy without one."""
    reassigned: Mapping[str, str]
    """Maps published copies to their new kept documents."""
    stories: frozenset[int]
    """Stories that gain or lose a copy in this run."""
    with_moved: frozenset[int]
    """The stories among them that gain a document that was already published."""

    @classmethod
    def of(
        cls,
        clustering: IncrementalClustering,
        story: NDArray[np.int32],
        moved: Mapping[str, int],
        reassigned: Mapping[str, str],
    ) -> CopyOutlets:
        """Find the copies of a run.

        `story` gives the story of each new article, `moved` that of each published article that
        moved.
        """
        new = _stories_of(clustering, story, moved, clustering.new.copy_of)
        kept = pa.array([*reassigned.values(), *clustering.displaced.values()], pa.string())
        into = _stories_of(clustering, story, moved, kept)
        left: list[int] = []
        if clustering.parent is not None and reassigned:
            rows = clustering.parent.documents(
                "duplicates", reassigned, ["doc_id", "story_id"]
            ).to_pylist()
            names = [row["story_id"] for row in rows if row["story_id"] is not None]
            left = [clustering.numbers.root(number) for number in clustering.numbers.of_ids(names)]
        gained = frozenset(into.tolist()) - {NONE}
        return cls(
            clustering,
            new,
            reassigned,
            (frozenset([*new.tolist(), *left]) | gained) - {NONE},
            gained,
        )

    def of_new(self, stories: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the new copies in these stories (numbers in ascending order).

        Returns, for each of them, the position of its story in `stories`, and its outlet.
        """
        if not len(stories) or not len(self.new):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(stories, self.new), len(stories) - 1)
        here = stories[at] == self.new
        return at[here], self.clustering.new.copy_outlets[here].astype(np.int64)

    def of_known(
        self, stories: Collection[int], published: Sequence[Mapping[str, Any]]
    ) -> dict[int, set[str]]:
        """Outlets of all copies in these stories.

        `published` lists the published articles of the stories.
        """
        found: dict[int, set[str]] = defaultdict(set)
        positions, codes = self.of_new(np.array(sorted(stories), np.int64))
        ordered = sorted(stories)
        names = self.clustering.new.outlet_ids
        for position, code in zip(positions.tolist(), codes.tolist(), strict=True):
            if code >= 0:
                found[ordered[position]].add(names[code].as_py())
        if self.clustering.parent is None:
            return found
        story_of = {row["doc_id"]: int(row["story"]) for row in published}
        copies = [
            *_published_copies(
                self.clustering.parent, story_of, self.reassigned, self.clustering.displaced
            )
        ]
        new = sorted({kept for kept, _ in copies} - story_of.keys())
        rows = dict(zip(new, self.clustering.new.rows_of(new).tolist(), strict=True))
        for kept, outlet in copies:
            story = story_of.get(kept, NONE)
            if rows.get(kept, NONE) != NONE:
                story = self.clustering.numbers.root(int(self.clustering.story[rows[kept]]))
            if story != NONE and outlet is not None:
                found[story].add(outlet)
        return found


def _published_copies(
    parent: Snapshot,
    kept: Iterable[str],
    reassigned: Mapping[str, str],
    displaced: Mapping[str, str],
) -> Iterator[tuple[str, str | None]]:
    """Yield the current kept document and the outlet of each published copy."""
    wanted = pc.field("kept_doc_id").isin(pa.array(sorted(kept), pa.string()))
    wanted |= pc.field("doc_id").isin(pa.array(sorted(reassigned), pa.string()))
    columns = ["doc_id", "kept_doc_id", "outlet_id"]
    for row in parent.table("duplicates", columns, wanted).to_pylist():
        yield reassigned.get(row["doc_id"], row["kept_doc_id"]), row["outlet_id"]
    for row in parent.documents("articles", displaced, ["doc_id", "outlet_id"]).to_pylist():
        yield displaced[row["doc_id"]], row["outlet_id"]


def _stories_of(
    clustering: IncrementalClustering,
    story: NDArray[np.int32],
    moved: Mapping[str, int],
    ids: pa.Array,
) -> NDArray[np.int64]:
    """The story of each of these kept documents, new or published; NONE for one without a story."""
    found = np.full(len(ids), NONE, np.int64)
    rows = clustering.new.ids.row_numbers(ids)
    found[rows >= 0] = story[rows[rows >= 0]]
    others = np.flatnonzero(rows < 0)
    if clustering.parent is None or not len(others):
        return found
    names = ids.take(pa.array(others)).to_pylist()
    table = clustering.parent.documents("articles", names, ["doc_id", "story_id"])
    now: dict[str, int] = {}
    rows_with_story = [row for row in table.to_pylist() if row["story_id"] is not None]
    numbers = clustering.numbers.of_ids([row["story_id"] for row in rows_with_story])
    for row, number in zip(rows_with_story, numbers, strict=True):
        now[row["doc_id"]] = moved.get(row["doc_id"], clustering.numbers.root(number))
    found[others] = [now.get(name, NONE) for name in names]
    return found
