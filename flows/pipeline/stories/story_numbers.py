"""Number the stories of a run, and record which ones were published, created or merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.support.id_index import Keyed, whole
from copydesk.transforms.stories.cosine import UNDATED
from copydesk.transforms.stories.stories_in_memory import microseconds

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

NONE = -1


class StoryNumbers:
    """Numbers stories, and records which stories the run created or merged.

    A story that a new article started has the number of that article. Known stories are those that
    were published before, and those that a published article started. Their numbers follow those of
    all new articles.

    `merged_into` maps each story to the one that it was merged into. `created` gives the position
    of each story in the order of creation. Both are NONE for all other stories.
    """

    def __init__(self, articles: Keyed, parent: Snapshot | None) -> None:
        self._articles, self._parent = articles, parent
        self._n_new = len(articles.ids)
        self._names: list[str] = []  # of the known stories
        self._numbers: dict[str, int] = {}
        self._n_created = 0
        self._first_published: dict[int, int] = {}  # of published stories, in microseconds
        self._n_articles: dict[int, int] = {}  # of published stories
        self.merged_into = np.full(self._n_new, NONE, np.int32)
        self.created = np.full(self._n_new, NONE, np.int32)

    def __len__(self) -> int:
        return len(self.merged_into)

    def of_ids(self, ids: Sequence[str]) -> list[int]:
        """Return the numbers of stories. A story that has no number yet gets the next one."""
        unknown = pa.array(sorted(set(ids) - self._numbers.keys()), pa.string())
        rows = self._articles.row_numbers(unknown).tolist()
        for name, row in zip(unknown.to_pylist(), rows, strict=True):
            self._numbers[name] = row if row >= 0 else self._n_new + len(self._names)
            if row < 0:
                self._names.append(name)
        if more := self._n_new + len(self._names) - len(self):
            none = np.full(more, NONE, np.int32)
            self.merged_into = np.concatenate([self.merged_into, none])
            self.created = np.concatenate([self.created, none])
        return [self._numbers[name] for name in ids]

    def ids(self, stories: NDArray[np.int64]) -> pa.Array:
        """The ids of stories, as a column."""
        is_known = stories >= self._n_new
        ids = self._articles.ids.take(pa.array(np.where(is_known, 0, stories), mask=is_known))
        if not is_known.any():
            return ids
        known = pa.array(self._names, pa.string()).take(
            pa.array(np.where(is_known, stories - self._n_new, 0), mask=~is_known)
        )
        return pc.coalesce(ids, known)

    def roots(self, stories: NDArray[np.int32]) -> NDArray[np.int32]:
        """The root of each story: the last one it was merged into, or itself. NONE gives NONE."""
        found = stories.copy()
        while True:
            into = np.where(found == NONE, NONE, self.merged_into[found])
            if (into == NONE).all():
                return found
            found = np.where(into == NONE, found, into).astype(np.int32)

    def root(self, story: int) -> int:
        """The root of a story: the last one it was merged into, or itself."""
        while self.merged_into[story] != NONE:
            story = int(self.merged_into[story])
        return story

    @property
    def known(self) -> set[int]:
        """Stories that were published before, or that a published article started."""
        return {*self._numbers.values(), *range(self._n_new, len(self))}

    @property
    def are_created(self) -> NDArray[np.bool_]:
        """For each story, whether the run created it and did not merge it afterwards."""
        are_created: NDArray[np.bool_] = (self.created != NONE) & (self.merged_into == NONE)
        return are_created

    def record(self, created: Sequence[int], merged: Mapping[int, int]) -> None:
        """Record the created stories, in their order, and the merged ones with their roots."""
        before = self._n_created
        for position, story in enumerate(created):
            self._n_created += self.created[story] == NONE
            self.created[story] = before + position
            self.merged_into[story] = NONE  # A merged story may be split off again.
        for story, into in merged.items():
            self.merged_into[story] = into

    def load(self, stories: Collection[int]) -> None:
        """Read the first publication and the number of articles of these stories."""
        unknown = sorted(set(stories) - self._first_published.keys())
        if self._parent is None or not unknown:
            return
        names = self.ids(np.array(unknown, np.int64)).to_pylist()
        columns = ["story_id", "first_published_at", "n_articles"]
        rows = self._parent.documents("stories", names, columns)
        numbers = self.of_ids(rows["story_id"].to_pylist())
        times = microseconds(whole(rows["first_published_at"])).tolist()
        self._n_articles |= dict(zip(numbers, rows["n_articles"].to_pylist(), strict=True))
        self._first_published |= dict(zip(numbers, times, strict=True))

    def n_articles(self, stories: Sequence[int]) -> NDArray[np.int64]:
        """The number of published articles of each story, or 0 for a story that was not loaded."""
        return np.array([self._n_articles.get(story, 0) for story in stories], np.int64)

    def ages(self, stories: Sequence[int]) -> list[tuple[int, int, int, str]]:
        """Return a sort key of each story that puts older stories first.

        Published stories sort by first publication, then others by creation.
        """
        names = self.ids(np.array(stories, np.int64)).to_pylist()
        found: list[tuple[int, int, int, str]] = []
        for story, name in zip(stories, names, strict=True):
            at = self._first_published.get(story)
            if at is None:
                found.append((1, 0, max(0, int(self.created[story])), name))
            else:
                found.append((0, int(at == UNDATED), at, name))
        return found

    def by_age(self, stories: Sequence[int]) -> list[int]:
        """Sort stories, the older ones first."""
        return [story for _, story in sorted(zip(self.ages(stories), stories, strict=True))]
