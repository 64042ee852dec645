"""Incremental clustering: the new articles of a run join or create stories, span by span.

Memory use is about thirty bytes for each new article, plus the id and the stories of each published
article in the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories import published_window
from copydesk.flows.pipeline.stories import state as story_state
from copydesk.flows.pipeline.stories.arrivals import New
from copydesk.flows.pipeline.stories.story_numbers import NONE, StoryNumbers
from copydesk.flows.support.in_threads import one_ahead
from copydesk.transforms.stories import day_blocks
from copydesk.transforms.stories.cosine import UNDATED

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot
    from copydesk.transforms.stories import Options


class IncrementalClustering:
    """The stories of a run, to which new articles are added in spans.

    `displaced` maps published articles that become copies to their new kept documents. With several
    threads, one compares the articles of the next day while another one clusters those of this day.
    """

    def __init__(
        self,
        new: New,
        displaced: dict[str, str],
        parent: Snapshot | None,
        options: Options,
        state: story_state.State,
        threads: int = 1,
    ) -> None:
        self.new, self.displaced, self.parent = new, displaced, parent
        self.options, self.state = options, state
        self._ahead = partial(one_ahead, threads=threads)
        self.numbers = StoryNumbers(new.ids, parent)
        self.compared = state.compared.only(state.compared.ids)
        self._arrived: list[str] = state.compared.ids
        if not self._arrived and parent is not None:
            last = published_window.latest(parent, options.undated_window)
            self._arrived = last["doc_id"].to_pylist()
        # These have a value for each new article, which is NONE or NaN until it is added.
        self.story = np.full(len(new), NONE, np.int32)
        self.similarity = np.full(len(new), np.nan, np.float32)
        # These have, for each published article in the window, its story before and after this run.
        self.published_story: dict[str, int] = {}
        self.current_story: dict[str, int] = {}

    def inherit_stories(self) -> None:
        """Give each new article that displaces a published one the story of that article."""
        if self.parent is None or not self.displaced:
            return
        rows = self.parent.documents("articles", self.displaced, ["doc_id", "story_id"])
        pairs = [
            (story, self.displaced[doc])
            for doc, story in zip(
                rows["doc_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True
            )
            if story
        ]
        pairs.sort()
        stories = self.numbers.of_ids([story for story, _ in pairs])
        self.numbers.load(set(stories))
        successors = self.new.rows_of([kept for _, kept in pairs]).tolist()
        rank = {story: n for n, story in enumerate(self.numbers.by_age(sorted(set(stories))))}
        for story, row in sorted(
            zip(stories, successors, strict=True),
            key=lambda pair: rank[pair[0]],
            reverse=True,
        ):
            if row >= 0:
                self.story[row] = story

    def add(self, first: int, end: int, spill: story_state.VectorSpill) -> None:
        """Cluster one span of the new articles with the window before it."""
        window = self._window(first, end)
        n_window = window.num_rows
        rows = np.concatenate([window["row"].to_numpy(), np.arange(first, end)])
        ids = [*window["doc_id"].to_pylist(), *self.new.ids_between(first, end)]
        known = np.concatenate([window["story"].to_numpy(), self.story[first:end]])
        here = np.unique(known[known != NONE]).tolist()
        self.numbers.load({story for story in here if self.numbers.created[story] == NONE})
        numbered = self.numbers.by_age(here)
        by_story = np.array(numbered, np.int64)
        order = np.argsort(by_story)
        stories = np.full(len(known), day_blocks.NO_STORY, np.int32)
        stories[known != NONE] = order[
            np.searchsorted(by_story, known[known != NONE], sorter=order)
        ]
        positions = {doc: position for position, doc in enumerate(ids)}
        compared, originals = self.compared.among(ids[:n_window]) or (None, None)
        found = day_blocks.group_blocks(
            day_blocks.Documents(
                vectors=story_state.vectors_of(ids, rows, spill, self.state, self.parent),
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
                        for name in self.numbers.ids(by_story).to_pylist()
                    ],
                    np.int64,
                ),
                is_whole=self._are_whole(by_story, known),
            ),
            self.options,
            ahead=self._ahead,
        )
        self.compared.add(
            ids, found.edges, found.originals, n_known=0 if compared is None else n_window
        )
        del compared
        self.compared = self.compared.only(self.latest(end, self._n_compared(end)))
        self._record(found, numbered, ids, rows, n_window)

    def _record(
        self,
        found: day_blocks.Grouping,
        numbered: Sequence[int],
        ids: Sequence[str],
        rows: NDArray[np.int64],
        n_window: int,
    ) -> None:
        """Record the story of each document, and which stories were created and merged."""
        published = [row for row in found.roots if rows[row] < 0]
        of_ids = self.numbers.of_ids([ids[row] for row in published])
        by_row = dict(zip(published, of_ids, strict=True))
        created = [by_row[row] if row in by_row else int(rows[row]) for row in found.roots]
        stories = np.array([*numbered, *created], np.int32)
        merged = {int(stories[story]): int(stories[into]) for story, into in found.merged.items()}
        self.numbers.record(created, merged)
        now = stories[found.stories] if len(stories) else found.stories
        is_new = rows >= 0
        self.story[rows[is_new]] = now[is_new]
        self.similarity[rows[n_window:]] = found.similarity[n_window:]
        for position in np.flatnonzero(~is_new).tolist():
            self.current_story[ids[position]] = int(now[position])

    def latest(self, end: int, n: int) -> list[str]:
        """The ids of the last `n` articles that arrived before the new article `end`."""
        most = n + len(self.displaced)
        mine = self.new.ids_between(max(0, end - most), end)
        before = self._arrived[-(most - len(mine)) :] if most > len(mine) else []
        return [doc for doc in [*before, *mine] if doc not in self.displaced][-n:]

    def _n_compared(self, end: int) -> int:
        """The number of latest articles to keep for the next span.

        These are the articles in the window of the latest dated one: at least `undated_window`, and
        at most twice that, to bound the memory. Older articles are compared again when they are
        needed.
        """
        times = self.new.published[:end]
        dated = times[times != UNDATED]  # Dated articles come first, in order of time.
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

    def _window(self, first: int, end: int) -> pa.Table:
        """Published articles and earlier new ones to compare the span with, in canonical order.

        `row` is the number of a new article, or -1 for a published one. `story` is the number of
        its story.
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
                    "story": self.numbers.roots(self.story[near]),
                }
            ).cast(_WINDOW)
        )
        rows = pa.concat_tables(parts)
        rows = rows.append_column("is_undated", pc.equal(rows["time"], UNDATED))
        return rows.sort_by(
            [("is_undated", "ascending"), ("time", "ascending"), ("doc_id", "ascending")]
        ).drop_columns(["is_undated"])

    def _published(self, articles: pa.Table) -> pa.Table:
        """Published articles of the window, without those that become copies."""
        articles = articles.filter(
            pc.invert(
                pc.is_in(
                    articles["doc_id"], value_set=pa.array(sorted(self.displaced), pa.string())
                )
            )
        )
        docs, names = articles["doc_id"].to_pylist(), articles["story_id"].to_pylist()
        numbers = self._numbers_or_none(names)
        self.published_story |= dict(zip(docs, numbers, strict=True))
        now = np.array(
            [self.current_story.get(doc, story) for doc, story in zip(docs, numbers, strict=True)],
            np.int32,
        )
        return pa.table(
            {
                "doc_id": articles["doc_id"],
                "time": articles["time"],
                "arrival": articles["arrival"],
                "row": np.full(len(docs), -1),
                "story": self.numbers.roots(now),
            }
        ).cast(_WINDOW)

    def _numbers_or_none(self, names: Iterable[str | None]) -> list[int]:
        listed = list(names)
        known = [name for name in listed if name is not None]
        by_name = dict(zip(known, self.numbers.of_ids(known), strict=True))
        return [NONE if name is None else by_name[name] for name in listed]

    def _are_whole(self, stories: NDArray[np.int64], known: NDArray[np.int32]) -> NDArray[np.bool_]:
        """For each story, whether all its articles are in the window.

        `known` is the story of each article in the window.
        """
        n = len(self.numbers)
        here = np.bincount(known[known != NONE], minlength=n)
        everywhere = np.bincount(self.numbers.roots(self.story[self.story != NONE]), minlength=n)
        published = self.numbers.n_articles(stories.tolist())
        return np.asarray(here[stories] >= published + everywhere[stories])


_WINDOW = pa.schema(
    [
        ("doc_id", pa.string()),
        ("time", pa.int64()),
        ("arrival", pa.int64()),
        ("row", pa.int64()),
        ("story", pa.int32()),
    ]
)
