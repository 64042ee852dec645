"""The stories of a run while its articles come in, span by span.

A story is a number here: that of the new article which opened it, or one from `n` on for a story
that was published before or that a published article opened. Of a new article memory holds some
thirty bytes, of a published one in the window its id and its stories.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories import published_window
from copydesk.flows.pipeline.stories import state as story_state
from copydesk.flows.pipeline.stories.arrivals import New
from copydesk.flows.support.id_index import whole
from copydesk.transforms.stories import day_blocks
from copydesk.transforms.stories.cosine import UNDATED
from copydesk.transforms.stories.stories_in_memory import microseconds

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot
    from copydesk.transforms.stories import Options

NONE = -1


class Growth:
    """The stories while the spans of a run come in."""

    def __init__(
        self,
        new: New,
        gone: dict[str, str],
        parent: Snapshot | None,
        options: Options,
        state: story_state.State,
    ) -> None:
        self.new, self.gone, self.parent, self.options, self.state = (
            new,
            gone,
            parent,
            options,
            state,
        )
        self.near = state.near.only(state.near.ids)
        self._arrived: list[str] = state.near.ids
        if not self._arrived and parent is not None:
            self._arrived = published_window.latest(parent, options.undated_window)[
                "doc_id"
            ].to_pylist()
        n = len(new)
        self.story = np.full(n, NONE, np.int32)  # of each new article
        self.similarity = np.full(n, np.nan, np.float32)  # NaN until it came in
        self.merged = np.full(n, NONE, np.int32)  # by story: the one that took it over
        self.opened = np.full(
            n, NONE, np.int32
        )  # by story: the position in the order in which the run opened them
        self._n_opened = 0
        self.names: list[str] = []  # of the stories from n on
        self._numbers: dict[str, int] = {}
        self.published_in: dict[
            str, int
        ] = {}  # published article of the window to its published story
        self.moves: dict[str, int] = {}  # published article to the story it is in now
        self.first_published: dict[int, int] = {}  # of stories that were published before
        self.n_articles: dict[int, int] = {}  # of the same

    # Names and numbers

    def numbers_of(self, stories: Sequence[str]) -> list[int]:
        """Numbers of stories by id."""
        unknown = sorted({story for story in stories if story not in self._numbers})
        for story, row in zip(unknown, self.new.rows_of(unknown).tolist(), strict=True):
            self._numbers[story] = row if row >= 0 else len(self.new) + len(self.names)
            if row < 0:
                self.names.append(story)
        if more := len(self.new) + len(self.names) - len(self.merged):
            self.merged, self.opened = (
                np.concatenate([of, np.full(more, NONE, np.int32)])
                for of in (self.merged, self.opened)
            )
        return [self._numbers[story] for story in stories]

    def ids_of(self, stories: NDArray[np.int64]) -> pa.Array:
        """Ids of stories by number, as a column."""
        is_other = stories >= len(self.new)
        ids = self.new.ids.ids.take(pa.array(np.where(is_other, 0, stories), mask=is_other))
        if not is_other.any():
            return ids
        others = pa.array(self.names, pa.string()).take(
            pa.array(np.where(is_other, stories - len(self.new), 0), mask=~is_other)
        )
        return pc.coalesce(ids, others)

    def survivors(self, stories: NDArray[np.int32]) -> NDArray[np.int32]:
        """The stories that have taken these over, in the end; themselves where none has."""
        found = stories.copy()
        while True:
            into = np.where(found == NONE, NONE, self.merged[found])
            if (into == NONE).all():
                return found
            found = np.where(into == NONE, found, into).astype(np.int32)

    def survivor(self, story: int) -> int:
        """The story that has taken this one over, in the end; itself where none has."""
        while self.merged[story] != NONE:
            story = int(self.merged[story])
        return story

    @property
    def from_snapshot(self) -> set[int]:
        """Stories that were published before, or that a published article opened."""
        return {*self._numbers.values(), *range(len(self.new), len(self.new) + len(self.names))}

    def n_standing(self) -> int:
        """Stories that the run created and that were not merged since."""
        return int(((self.opened != NONE) & (self.merged == NONE)).sum())

    # Growth

    def take_over(self) -> None:
        """An article that a published one folds into starts in the story of that one."""
        if self.parent is None or not self.gone:
            return
        rows = self.parent.documents("articles", self.gone, ["doc_id", "story_id"])
        pairs = [
            (story, self.gone[doc])
            for doc, story in zip(
                rows["doc_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True
            )
            if story
        ]
        pairs.sort()
        stories = self.numbers_of([story for story, _ in pairs])
        self._learn_ages(set(stories))
        successors = self.new.rows_of([kept for _, kept in pairs]).tolist()
        for story, row in sorted(
            zip(stories, successors, strict=True),
            key=lambda pair: self.age(pair[0]),
            reverse=True,
        ):
            if row >= 0:
                self.story[row] = story

    def add(self, first: int, end: int, spool: story_state.Spool) -> None:
        """Group one span of the new articles with the window before it."""
        window = self._window(first, end)
        n_window = window.num_rows
        rows = np.concatenate([window["row"].to_numpy(), np.arange(first, end)])
        ids = [*window["doc_id"].to_pylist(), *self.new.named(first, end)]
        known = np.concatenate([window["story"].to_numpy(), self.story[first:end]])
        here = np.unique(known[known != NONE]).tolist()
        self._learn_ages({story for story in here if self.opened[story] == NONE})
        numbered = sorted(here, key=self.age)
        by_story = np.array(numbered, np.int64)
        order = np.argsort(by_story)
        stories = np.full(len(known), day_blocks.NO_STORY, np.int32)
        stories[known != NONE] = order[
            np.searchsorted(by_story, known[known != NONE], sorter=order)
        ]
        positions = {doc: position for position, doc in enumerate(ids)}
        compared, originals = self.near.among(ids[:n_window]) or (None, None)
        found = day_blocks.group_blocks(
            day_blocks.Documents(
                vectors=story_state.vectors_of(ids, rows, spool, self.state, self.parent),
                published=np.concatenate(
                    [window["time"].to_numpy(), self.new.published[first:end]]
                ),
                arrival=np.concatenate([window["arrival"].to_numpy(), np.arange(first, end)]),
                stories=stories,
                n_published=n_window,
                known_edges=compared,
                originals=originals,
                roots=np.array(
                    [
                        positions.get(name, day_blocks.OUTSIDE)
                        for name in self.ids_of(by_story).to_pylist()
                    ],
                    np.int64,
                ),
                is_whole=self._are_whole(by_story, known),
            ),
            self.options,
        )
        self.near.add(
            ids, found.edges, found.originals, n_known=0 if compared is None else n_window
        )
        del compared
        self.near = self.near.only(self.latest(end, self._n_near(end)))
        self._take_in(found, numbered, ids, rows, n_window)

    def _take_in(
        self,
        found: day_blocks.Grouping,
        numbered: Sequence[int],
        ids: Sequence[str],
        rows: NDArray[np.int64],
        n_window: int,
    ) -> None:
        """Note which story each document is in now, and which have opened and merged."""
        published = [row for row in found.roots if rows[row] < 0]
        by_row = dict(zip(published, self.numbers_of([ids[row] for row in published]), strict=True))
        opened = [by_row[row] if row in by_row else int(rows[row]) for row in found.roots]
        names = np.array([*numbered, *opened], np.int32)
        n_before = self._n_opened
        for position, story in enumerate(opened):
            self._n_opened += self.opened[story] == NONE
            self.opened[story] = n_before + position
            self.merged[story] = NONE  # one that had been merged is a story of its own again
        for number, into in found.merged.items():
            self.merged[names[number]] = names[into]
        now = names[found.stories] if len(names) else found.stories
        is_new = rows >= 0
        self.story[rows[is_new]] = now[is_new]
        self.similarity[rows[n_window:]] = found.similarity[n_window:]
        for position in np.flatnonzero(~is_new).tolist():
            self.moves[ids[position]] = int(now[position])

    def latest(self, end: int, n: int) -> list[str]:
        """The last `n` articles that arrived, up to the new one at `end`."""
        most = n + len(self.gone)
        mine = self.new.named(max(0, end - most), end)
        before = self._arrived[-(most - len(mine)) :] if most > len(mine) else []
        return [doc for doc in [*before, *mine] if doc not in self.gone][-n:]

    def _n_near(self, end: int) -> int:
        """How many of the last articles the next span will ask for: those within reach of the latest dated one.

        Holds at least the undated window and at most twice as many. Older ones are compared again when
        they are needed, so memory stays bounded.
        """
        times = self.new.published[:end]
        dated = times[times != UNDATED]  # these come first, by time
        n = (
            end
            - int(
                np.searchsorted(
                    dated, dated[-1] - round(self.options.window_hours * day_blocks.HOUR)
                )
            )
            if len(dated)
            else 0
        )
        return min(max(n, self.options.undated_window), 2 * self.options.undated_window)

    def age(self, story: int) -> tuple[int, int, int, str]:
        """Published stories before new ones; those by first publication, these in the order they were opened."""
        name = (
            self.names[story - len(self.new)]
            if story >= len(self.new)
            else str(self.new.ids.ids[story])
        )
        if story in self.first_published:
            at = self.first_published[story]
            return 0, int(at == UNDATED), at, name
        return 1, 0, max(0, int(self.opened[story])), name

    def _window(self, first: int, end: int) -> pa.Table:
        """Published articles and earlier new ones that the span may be compared with, in canonical order.

        `row` is the number of a new one, -1 for a published one; `story` the number of the story it is in.
        """
        times = self.new.published[first:end]
        reach = round(self.options.window_hours * day_blocks.HOUR)
        dated = times[times != UNDATED]
        low, high = (int(dated[0]) - reach, int(dated[-1]) + reach) if len(dated) else (0, -1)
        parts = [_WINDOW.empty_table()]
        if self.parent is not None and self.parent.rows("articles"):
            parts.append(
                self._published(
                    published_window.window(
                        self.parent,
                        low,
                        high,
                        self.options.undated_window,
                        has_undated=len(dated) < len(times),
                    )
                )
            )
        mine = self.new.published[:first]
        near = np.flatnonzero(
            ((mine >= low) & (mine <= high))
            | (np.arange(first) >= first - self.options.undated_window)
        )
        parts.append(
            pa.table(
                {
                    "doc_id": self.new.id_of(near),
                    "time": mine[near],
                    "arrival": near,
                    "row": near,
                    "story": self.survivors(self.story[near]),
                }
            ).cast(_WINDOW)
        )
        rows = pa.concat_tables(parts)
        rows = rows.append_column("is_undated", pc.equal(rows["time"], UNDATED))
        return rows.sort_by(
            [("is_undated", "ascending"), ("time", "ascending"), ("doc_id", "ascending")]
        ).drop_columns(["is_undated"])

    def _published(self, at_hand: pa.Table) -> pa.Table:
        """Published articles of the window, without those that are copies now."""
        at_hand = at_hand.filter(
            pc.invert(
                pc.is_in(at_hand["doc_id"], value_set=pa.array(sorted(self.gone), pa.string()))
            )
        )
        docs, names = at_hand["doc_id"].to_pylist(), at_hand["story_id"].to_pylist()
        numbers = self._numbers_or_none(names)
        self.published_in |= dict(zip(docs, numbers, strict=True))
        now = np.array(
            [self.moves.get(doc, story) for doc, story in zip(docs, numbers, strict=True)], np.int32
        )
        return pa.table(
            {
                "doc_id": at_hand["doc_id"],
                "time": at_hand["time"],
                "arrival": at_hand["arrival"],
                "row": np.full(len(docs), -1),
                "story": self.survivors(now),
            }
        ).cast(_WINDOW)

    def _numbers_or_none(self, names: Iterable[str | None]) -> list[int]:
        listed = list(names)
        known = [name for name in listed if name is not None]
        by_name = dict(zip(known, self.numbers_of(known), strict=True))
        return [NONE if name is None else by_name[name] for name in listed]

    def _are_whole(self, stories: NDArray[np.int64], known: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which stories have all their articles among those of the window; `known` has the story of each."""
        n = len(self.merged)
        here = np.bincount(known[known != NONE], minlength=n)
        everywhere = np.bincount(self.survivors(self.story[self.story != NONE]), minlength=n)
        published = np.array(
            [self.n_articles.get(story, 0) for story in stories.tolist()], np.int64
        )
        return np.asarray(here[stories] >= published + everywhere[stories])

    def _learn_ages(self, stories: Collection[int]) -> None:
        unknown = sorted(set(stories) - set(self.first_published))
        if self.parent is None or not unknown:
            return
        names = self.ids_of(np.array(unknown, np.int64)).to_pylist()
        rows = self.parent.documents(
            "stories", names, ["story_id", "first_published_at", "n_articles"]
        )
        numbers = self.numbers_of(rows["story_id"].to_pylist())
        self.n_articles |= dict(zip(numbers, rows["n_articles"].to_pylist(), strict=True))
        self.first_published |= dict(
            zip(numbers, microseconds(whole(rows["first_published_at"])).tolist(), strict=True)
        )


_WINDOW = pa.schema(
    [
        ("doc_id", pa.string()),
        ("time", pa.int64()),
        ("arrival", pa.int64()),
        ("row", pa.int64()),
        ("story", pa.int32()),
    ]
)
