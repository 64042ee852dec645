"""The step of a run that puts articles on one event into stories.

`group` reads the staged shards of a run and the window of the snapshot before it, and returns
values: the story of each new article, the published rows that change, the rows of `stories`, and
the state files to publish with the snapshot. State files save work and hold nothing of their own:
without them the window is read again from `articles`, and the word weights start a new epoch.

The rank within a story: articles of earlier runs keep theirs; those of one run follow by
publication, undated ones last, then the longer text first, then doc_id. Where stories merge, the
articles of the older one come first. A story is older when its first publication is earlier
(undated last; ties by story_id).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from copydesk.flows import story_state
from copydesk.schemas import tables
from copydesk.schemas.column import column
from copydesk.transforms.stories import blocks, weighing
from copydesk.transforms.stories.comparing import UNDATED
from copydesk.transforms.stories.counting import SPACE, count
from copydesk.transforms.stories.finding import microseconds

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot
    from copydesk.transforms.stories import Options

ASSIGNMENTS = pa.schema([
    column("doc_id", pa.string(), "Article.", required=True),
    *(f for f in tables.GROUPS if f.name in {"story_id", "story_rank", "story_similarity"}),
])
SPAN = 50_000  # documents of an ingest that are held at once, whole days: some 100 MB
SAMPLE = 20_000  # latest articles whose words are counted when an epoch opens
# An epoch lasts until the corpus has grown by a quarter: on WikiNews events in 50 random ingests 1.25
# agrees with one ingest by .94 (pair F1), 2 by .90; each new epoch weighs the window again.
GROWTH = 1.25
_FACTS = ("doc_id", "published_at", "outlet_id", "n_words", "title")
_MEMBER = ("doc_id", "story_id", "story_rank", "story_similarity", "outlet_id", "published_at", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """What the step found. Tables are sorted by their id."""

    assignments: pa.Table
    """ASSIGNMENTS: every new article."""
    updates: pa.Table
    """ASSIGNMENTS: published articles whose story or rank changes."""
    rows: pa.Table
    """STORIES: rows to add."""
    row_updates: pa.Table
    """STORIES: published rows as they are now; each takes the place of the row with its story_id."""
    new_index_files: tuple[Path, ...]
    """Files in the staging folder to move into `warehouse/index/` under their own names."""
    index_files: tuple[str, ...]
    """Names of all state files after the switch."""
    n_opened: int
    """Stories that the run opened and that still stand."""


def group(
    shards: Sequence[Path], *, folds: pa.Table, moved: pa.Table, parent: Snapshot | None, options: Options, run_id: str, staging: Path
) -> Stories:
    """Put the new articles of a run into stories.

    `shards` are Parquet files with the columns of `articles`, in any order; documents of `folds` are
    copies and left out. `moved` are published articles that become copies: they leave their story to
    the article they fold into. Nothing is written outside `staging`.
    """
    new = _New.read(shards, set(folds["doc_id"].to_pylist()))
    gone = dict(zip(moved["doc_id"].to_pylist(), moved["kept_doc_id"].to_pylist(), strict=True))
    state = story_state.load(parent)
    epoch = _epoch(new, parent, state)
    if epoch is not state.epoch:  # vectors of two epochs do not compare: the window is weighed again
        state = story_state.NOTHING
    grown = _Grown(new, gone, parent, options, state)
    grown.take_over()
    with story_state.Spool(staging, epoch) as spool:
        for texts, titles, ids in new.texts():
            spool.add(ids, weighing.vectors(count(texts, titles), epoch.weights))
        for first, end in _spans(new.published):
            grown.add(first, end, spool)
        files = story_state.write(spool, state, grown.near, grown.latest(len(new.published), options.undated_window), parent, staging)
    return grown.result(run_id, epoch.weights.number, files)


@dataclass(frozen=True, slots=True)
class _New:
    """The new articles in canonical order, without their texts."""

    facts: pa.Table
    published: NDArray[np.int64]
    shards: tuple[Path, ...]

    @classmethod
    def read(cls, shards: Sequence[Path], folded: Collection[str]) -> _New:
        parts = [pq.read_table(path, columns=list(_FACTS)) for path in shards]
        if not parts:
            return cls(pa.table({name: pa.array([], pa.string()) for name in _FACTS}), np.zeros(0, np.int64), ())
        facts = pa.concat_tables(parts)
        facts = facts.filter(pc.invert(pc.is_in(facts["doc_id"], value_set=pa.array(sorted(folded), pa.string()))))
        # Arrow sorts nulls last: dated ones by time, then undated ones, within that by id.
        facts = facts.sort_by([("published_at", "ascending"), ("doc_id", "ascending")]).combine_chunks()
        return cls(facts, microseconds(_whole(facts["published_at"])), tuple(shards))

    @property
    def doc_ids(self) -> pa.Array:
        return _whole(self.facts["doc_id"])

    def texts(self, only: Collection[str] | None = None) -> Iterator[tuple[list[str], list[str | None], list[str]]]:
        """Texts, titles and ids, shard by shard."""
        wanted = self.doc_ids if only is None else pa.array(sorted(only), pa.string())
        for path in self.shards:
            for batch in pq.ParquetFile(path).iter_batches(batch_size=2_000, columns=["doc_id", "title", "text"]):
                rows = batch.filter(pc.is_in(batch["doc_id"], value_set=wanted))
                if rows.num_rows:
                    yield rows["text"].to_pylist(), rows["title"].to_pylist(), rows["doc_id"].to_pylist()


def _epoch(new: _New, parent: Snapshot | None, state: story_state.State) -> story_state.Epoch:
    """The epoch of this run: the standing one, or the next where the corpus has grown by a quarter.

    An epoch counts the words of the latest articles, published and new.
    """
    n_articles = (parent.rows("articles") if parent else 0) + new.facts.num_rows
    if state.epoch is not None and n_articles < GROWTH * state.epoch.n_articles:
        return state.epoch
    frequencies = np.zeros(SPACE, np.int64)
    sample = new.doc_ids.to_pylist()[-SAMPLE:]
    sources = [new.texts(sample)]
    if parent is not None and len(sample) < SAMPLE:
        sources.append(_published_texts(parent, story_state.latest(parent, SAMPLE - len(sample))["doc_id"].to_pylist()))
    n = 0
    for texts, titles, ids in (batch for source in sources for batch in source):
        frequencies += np.bincount(count(texts, titles).slots, minlength=SPACE)
        n += len(ids)
    return story_state.Epoch(weighing.of_counts(_last_epoch(parent) + 1, n, frequencies), max(n_articles, 1), None)


def _last_epoch(parent: Snapshot | None) -> int:
    numbers = parent.table("stories", ["idf_epoch"])["idf_epoch"] if parent else pa.chunked_array([pa.array([], pa.int32())])
    return int(pc.max(numbers).as_py() or 0)


def _published_texts(parent: Snapshot, ids: Sequence[str]) -> Iterator[tuple[list[str], list[str | None], list[str]]]:
    for first in range(0, len(ids), 2_000):
        rows = parent.documents("articles", ids[first : first + 2_000], ["doc_id", "title", "text"])
        yield rows["text"].to_pylist(), rows["title"].to_pylist(), rows["doc_id"].to_pylist()


def _spans(published: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First and end of runs of whole blocks with at least SPAN documents, the last one excepted."""
    begin = end = 0
    for _, end in blocks.cut(published):
        if end - begin >= SPAN:
            yield begin, end
            begin = end
    if begin < end:
        yield begin, end


class _Grown:
    """The stories while the spans of a run come in."""

    def __init__(self, new: _New, gone: dict[str, str], parent: Snapshot | None, options: Options, state: story_state.State) -> None:
        self.new, self.gone, self.parent, self.options, self.state = new, gone, parent, options, state
        self.near = state.near
        self.arrived: list[str] = state.near.ids
        if not self.arrived and parent is not None:
            self.arrived = story_state.latest(parent, options.undated_window)["doc_id"].to_pylist()
        self.ids: list[str] = new.doc_ids.to_pylist()
        self.story: dict[str, str] = {}  # new article to story
        self.similarity: dict[str, float] = {}
        self.published_in: dict[str, str] = {}  # published article at hand to its published story
        self.moves: dict[str, str] = {}  # published article to the story it is in now
        self.merged: dict[str, str] = {}
        self.opened: dict[str, int] = {}  # new stories and the place at which they were opened
        self.first_published: dict[str, int] = {}  # of stories that were published before
        self.n_articles: dict[str, int] = {}  # of the same

    def take_over(self) -> None:
        """An article that a published one folds into starts in the story of that one."""
        if self.parent is None or not self.gone:
            return
        rows = self.parent.documents("articles", self.gone, ["doc_id", "story_id"])
        left = sorted((story, self.gone[doc]) for doc, story in zip(rows["doc_id"].to_pylist(), rows["story_id"].to_pylist(), strict=True) if story)
        self._learn_ages({story for story, _ in left})
        mine = set(self.ids)
        for story, kept in sorted(left, key=lambda pair: self._age(pair[0]), reverse=True):
            if kept in mine:
                self.story[kept] = story

    def add(self, first: int, end: int, spool: story_state.Spool) -> None:
        """Group one span of the new articles with the window before it."""
        window = self._window(first, end)
        span = pa.table({
            "doc_id": self.new.doc_ids.slice(first, end - first),
            "time": pa.array(self.new.published[first:end]),
            "arrival": pa.array(np.arange(first, end, dtype=np.int64)),
        })
        ids = [*window["doc_id"].to_pylist(), *span["doc_id"].to_pylist()]
        known = [*window["story_id"].to_pylist(), *(self.story.get(doc) for doc in span["doc_id"].to_pylist())]
        self._learn_ages({story for story in known if story} - set(self.opened))
        numbered = sorted({story for story in known if story}, key=self._age)
        places = {doc: place for place, doc in enumerate(ids)}
        numbers = {story: number for number, story in enumerate(numbered)}
        compared, twins = self.near.among(ids[: window.num_rows]) or (None, None)
        found = blocks.grouped(
            blocks.Documents(
                vectors=story_state.vectors_of(ids, spool, self.state, self.parent),
                published=np.concatenate([_int64(window["time"]), _int64(span["time"])]),
                arrival=np.concatenate([_int64(window["arrival"]), _int64(span["arrival"])]),
                stories=np.array([numbers[story] if story else blocks.NO_STORY for story in known], np.int32),
                n_published=window.num_rows, compared=compared, twins=twins,
                openers=np.array([places.get(story, blocks.ELSEWHERE) for story in numbered], np.int64),
                is_whole=self._are_whole(numbered, known),
            ),
            self.options,
        )
        near = self.near.only(self.near.ids)
        near.add(ids, found.edges, found.twins)
        # What a later span asks beyond these is compared again: memory stays bounded.
        self.near = near.only(self.latest(end, 2 * self.options.undated_window))
        opened = [ids[row] for row in found.openers]
        names = [*numbered, *opened]
        self.opened |= {story: len(self.opened) + place for place, story in enumerate(opened)}
        for story in opened:
            self.merged.pop(story, None)  # one that had been taken over stands on its own again
        for number, into in found.merged.items():
            self.merged[names[number]] = names[into]
        for doc, number in zip(ids[: window.num_rows], found.stories[: window.num_rows].tolist(), strict=True):
            if doc in self.similarity:
                self.story[doc] = names[number]
            else:
                self.moves[doc] = names[number]
        for doc, number, similarity in zip(
            ids[window.num_rows :], found.stories[window.num_rows :].tolist(), found.similarity[window.num_rows :].tolist(), strict=True
        ):
            self.story[doc], self.similarity[doc] = names[number], similarity

    def latest(self, end: int, n: int) -> list[str]:
        """The last `n` articles that arrived, up to the new one at `end`."""
        return [doc for doc in [*self.arrived, *self.ids[:end]] if doc not in self.gone][-n:]

    def result(self, run_id: str, epoch: int, files: story_state.Written) -> Stories:
        """Everything that changes, ranked and counted."""
        story_of = {doc: self._survivor(story) for doc, story in self.story.items()}
        left = self._stories_left()
        before = self.published_in
        moved = {doc: self._survivor(story) for doc, story in self.moves.items() if self._survivor(story) != before[doc]}
        touched = {*story_of.values(), *left, *self.merged, *self.merged.values(), *moved.values(), *(before[doc] for doc in moved)}
        members = self._members(touched)
        assignments, updates = [], []
        for doc, row in self._ranked(story_of, moved, members).items():
            changed = {name: row[name] for name in ASSIGNMENTS.names}
            if not row["is_published"]:
                assignments.append(changed)
            elif (row["story_id"], row["story_rank"]) != (row["was_in"], row["was_ranked"]):
                updates.append(changed)
            members[doc] = row
        rows = self._rows(members, touched, run_id, epoch)
        return Stories(
            assignments=_sorted(assignments, ASSIGNMENTS), updates=_sorted(updates, ASSIGNMENTS), **rows,
            new_index_files=files.new, index_files=files.names,
            n_opened=len({story for story in self.opened if story not in self.merged}),
        )

    def _window(self, first: int, end: int) -> pa.Table:
        """Published articles and earlier new ones that the span may be compared with, in canonical order."""
        times = self.new.published[first:end]
        reach = round(self.options.window_hours * blocks.HOUR)
        dated = times[times != UNDATED]
        low, high = (int(dated[0]) - reach, int(dated[-1]) + reach) if len(dated) else (0, -1)
        parts = []
        if self.parent is not None and self.parent.rows("articles"):
            at_hand = story_state.window(self.parent, low, high, self.options.undated_window, has_undated=len(dated) < len(times))
            self.published_in |= dict(zip(at_hand["doc_id"].to_pylist(), at_hand["story_id"].to_pylist(), strict=True))
            now = [self.moves.get(doc, story) for doc, story in zip(at_hand["doc_id"].to_pylist(), at_hand["story_id"].to_pylist(), strict=True)]
            parts.append(at_hand.set_column(1, "story_id", pa.array(now, pa.string())))
        mine = self.new.published[:first]
        near = np.flatnonzero(((mine >= low) & (mine <= high)) | (np.arange(first) >= first - self.options.undated_window))
        parts.append(pa.table({
            "doc_id": self.new.doc_ids.take(pa.array(near)),
            "story_id": pa.array([self._survivor(self.story[self.ids[row]]) for row in near], pa.string()),
            "time": pa.array(mine[near]),
            "arrival": pa.array(near.astype(np.int64)),
        }).cast(story_state.WINDOW))
        rows = pa.concat_tables(parts)
        rows = rows.filter(pc.invert(pc.is_in(rows["doc_id"], value_set=pa.array(sorted(self.gone), pa.string()))))
        rows = rows.set_column(1, "story_id", pa.array([story and self._survivor(story) for story in rows["story_id"].to_pylist()], pa.string()))
        is_undated = pc.equal(rows["time"], UNDATED)
        rows = rows.append_column("is_undated", is_undated)
        return rows.sort_by([("is_undated", "ascending"), ("time", "ascending"), ("doc_id", "ascending")]).drop_columns(["is_undated"])

    def _are_whole(self, stories: Sequence[str], known: Sequence[str | None]) -> NDArray[np.bool_]:
        """Which stories have all their articles among those at hand; `known` has the story of each."""
        here = Counter(known)
        everywhere = Counter(self._survivor(story) for story in self.story.values())
        return np.array([here[story] >= self.n_articles.get(story, 0) + everywhere[story] for story in stories], bool)

    def _learn_ages(self, stories: Collection[str]) -> None:
        unknown = sorted(set(stories) - set(self.first_published))
        if self.parent is None or not unknown:
            return
        rows = self.parent.documents("stories", unknown, ["story_id", "first_published_at", "n_articles"])
        self.n_articles |= dict(zip(rows["story_id"].to_pylist(), rows["n_articles"].to_pylist(), strict=True))
        self.first_published |= dict(zip(rows["story_id"].to_pylist(), microseconds(_whole(rows["first_published_at"])).tolist(), strict=True))

    def _age(self, story: str) -> tuple[int, int, int, str]:
        """Published stories before new ones; those by first publication, these in the order they were opened."""
        if story in self.first_published:
            at = self.first_published[story]
            return 0, int(at == UNDATED), at, story
        return 1, 0, self.opened.get(story, 0), story

    def _survivor(self, story: str) -> str:
        while story in self.merged:
            story = self.merged[story]
        return story

    def _stories_left(self) -> set[str]:
        if self.parent is None or not self.gone:
            return set()
        rows = self.parent.documents("articles", self.gone, ["story_id"])
        return set(rows["story_id"].to_pylist()) - {None}

    def _members(self, stories: Collection[str]) -> dict[str, dict[str, Any]]:
        """Published articles of these stories."""
        if self.parent is None or not stories:
            return {}
        wanted = pa.array(sorted(stories), pa.string())
        rows = self.parent.table("articles", list(_MEMBER), pc.field("story_id").isin(wanted)).to_pylist()
        return {row["doc_id"]: row for row in rows if row["doc_id"] not in self.gone}

    def _ranked(self, story_of: dict[str, str], moved: dict[str, str], members: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Every article of a touched story with its story and rank."""
        ordered: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = defaultdict(list)
        for doc, row in members.items():
            was_in = row["story_id"]
            story = moved.get(doc) or self._survivor(was_in)
            rank = row["story_rank"] or 0
            now = {**row, "story_id": story, "was_in": was_in, "was_ranked": row["story_rank"], "is_published": True}
            ordered[story].append(((0, int(was_in != story), *self._age(was_in), rank, doc), now))
        for place, facts in enumerate(self.new.facts.to_pylist()):
            doc = facts["doc_id"]
            row = {**facts, "story_id": story_of[doc], "story_similarity": self.similarity[doc], "is_published": False}
            is_undated = facts["published_at"] is None
            key = (1, 0, 0, int(is_undated), 0 if is_undated else int(self.new.published[place]), "", -(facts["n_words"] or 0), doc)
            ordered[story_of[doc]].append((key, row))
        ranked = {}
        for entries in ordered.values():
            for rank, (_, row) in enumerate(sorted(entries, key=lambda entry: entry[0]), start=1):
                ranked[row["doc_id"]] = {**row, "story_rank": rank}
        return ranked

    def _rows(self, members: dict[str, dict[str, Any]], touched: Collection[str], run_id: str, epoch: int) -> dict[str, Any]:
        """Rows of `stories` to add and to change."""
        of_story: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in members.values():
            of_story[row["story_id"]].append(row)
        stories = {*self.opened, *touched}
        before = self.parent.documents("stories", stories).to_pylist() if self.parent is not None and stories else []
        standing = {row["story_id"]: row for row in before if row["story_id"] in stories}
        added, updated = [], []
        for story in sorted(stories):
            row = {
                "idf_epoch": epoch, **standing.get(story, {}), "story_id": story, "run_id": run_id,
                "merged_into": self._survivor(story) if story in self.merged else None,
                **_counted(of_story[story], standing.get(story)),
            }
            if story in standing:
                updated.append(row)
            elif story not in self.merged:  # one that was opened and taken over within the run was never seen
                added.append(row)
        return {"rows": _sorted(added, tables.STORIES), "row_updates": _sorted(updated, tables.STORIES)}


def _counted(members: Sequence[dict[str, Any]], before: dict[str, Any] | None) -> dict[str, Any]:
    """What a row of `stories` says of its articles; a story without any keeps the dates it had."""
    if not members:
        return {"n_articles": 0, "n_outlets": 0, **({} if before else {"first_published_at": None, "last_published_at": None})}
    lead = min(members, key=lambda row: row["story_rank"])
    times = sorted(row["published_at"] for row in members if row["published_at"] is not None)
    return {
        "title": lead["title"], "doc_id": lead["doc_id"], "n_articles": len(members),
        "n_outlets": len({row["outlet_id"] for row in members} - {None}),
        "first_published_at": times[0] if times else None, "last_published_at": times[-1] if times else None,
    }


def _sorted(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row[schema.names[0]])), schema=schema)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _int64(values: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(values.to_numpy(), np.int64)
