"""The result of the stories step: ranks within each story, and new and changed rows of `stories`.

New articles are ranked in columns, all at once. Stories with published articles are handled one by
one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.flows.pipeline.stories.copy_outlets import CopyOutlets
from copydesk.flows.pipeline.stories.incremental_clustering import IncrementalClustering
from copydesk.flows.pipeline.stories.story_numbers import NONE
from copydesk.flows.pipeline.stories.story_ranks import LAST, ArticleRanks, ranked
from copydesk.schemas import document_columns, tables
from copydesk.schemas.column import column
from copydesk.transforms.stories.cosine import UNDATED

ASSIGNMENTS = pa.schema(
    [
        column("doc_id", pa.string(), "Article.", required=True),
        *(
            f
            for f in document_columns.GROUPS
            if f.name in {"story_id", "story_rank", "story_similarity"}
        ),
    ]
)
_MEMBER = (
    "doc_id",
    "story_id",
    "story_rank",
    "story_similarity",
    "outlet_id",
    "published_at",
    "title",
)
_NO_RANK = 2**30  # Behind every article that has a rank.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


def changes(
    clustering: IncrementalClustering,
    *,
    reassigned: Mapping[str, str],
    restored: Collection[str] = (),
    run_id: str,
    epoch: int,
) -> dict[str, pa.Table]:
    """Return `assignments`, `updates`, `rows` and `row_updates` of the step's result.

    `reassigned` maps published copies to their new kept documents. `restored` are published copies
    that become articles again. They stay in their story, behind its other published articles.
    """
    story = clustering.numbers.roots(clustering.story)
    moved = {doc: clustering.numbers.root(now) for doc, now in clustering.current_story.items()}
    moved = {doc: now for doc, now in moved.items() if now != clustering.published_story[doc]}
    copies = CopyOutlets.of(clustering, story, moved, reassigned)
    regrouped = _touched(clustering, moved)
    touched = regrouped | (copies.stories & clustering.numbers.known)
    published = ranked(clustering, _published_members(clustering, touched, moved, restored))
    # The number of published articles of each story, which come before the new ones.
    before = np.zeros(len(clustering.numbers), np.int64)
    for row in published:
        before[row["story"]] += 1
    ranks = ArticleRanks(clustering, story, before)
    assignments = pa.table(
        {
            "doc_id": clustering.new.ids.ids,
            "story_id": clustering.numbers.ids(story.astype(np.int64)),
            "story_rank": ranks.of_article,
            "story_similarity": clustering.similarity,
        }
    ).cast(ASSIGNMENTS)
    updates = [
        {name: row[name] for name in ASSIGNMENTS.names}
        for row in published
        if (row["story_id"], row["story_rank"]) != (row["was_in"], row["was_ranked"])
    ]
    holds_published = {row["story"] for row in published} | copies.with_moved
    rows = _Rows(
        clustering=clustering,
        ranks=ranks,
        copies=copies,
        run_id=run_id,
        epoch=epoch,
        mixed=clustering.numbers.known | holds_published,
        changed=frozenset(
            regrouped | {row["story"] for row in published if row["was"] != row["story"]}
        ),
    )
    added, changed = rows.of_known(touched | holds_published, published)
    return {
        "assignments": assignments.sort_by("doc_id"),
        "updates": _sorted(updates, ASSIGNMENTS),
        "rows": pa.concat_tables([rows.of_new(), _sorted(added, tables.STORIES)])
        .sort_by("story_id")
        .combine_chunks(),
        "row_updates": _sorted(changed, tables.STORIES),
    }


def _touched(clustering: IncrementalClustering, moved: Mapping[str, int]) -> set[int]:
    """Known stories that this run may change."""
    known = clustering.numbers.known
    if not known:
        return known
    of_new = set(np.unique(clustering.numbers.roots(clustering.story)).tolist())
    taken = np.flatnonzero(clustering.numbers.merged_into != NONE)
    left: list[str] = []
    if clustering.parent is not None and clustering.displaced:
        left = [
            name
            for name in clustering.parent.documents("articles", clustering.displaced, ["story_id"])[
                "story_id"
            ].to_pylist()
            if name is not None
        ]
    created = np.flatnonzero(clustering.numbers.created != NONE)
    found = {
        *of_new,
        *clustering.numbers.of_ids(left),
        *taken.tolist(),
        *clustering.numbers.merged_into[taken].tolist(),
        *moved.values(),
        *(clustering.published_story[doc] for doc in moved),
        *created.tolist(),
    }
    return found & clustering.numbers.known


def _published_members(
    clustering: IncrementalClustering,
    touched: set[int],
    moved: Mapping[str, int],
    restored: Collection[str],
) -> list[Row]:
    """Published articles of these stories, each with the number of its current story."""
    if clustering.parent is None or not touched:
        return []
    wanted = clustering.numbers.ids(np.array(sorted(touched), np.int64))
    rows = clustering.parent.table(
        "articles", list(_MEMBER), pc.field("story_id").isin(wanted)
    ).to_pylist()
    rows = [row for row in rows if row["doc_id"] not in clustering.displaced]
    columns = [name for name in _MEMBER if name not in {"story_rank", "story_similarity"}]
    if restored:
        back = clustering.parent.documents("duplicates", restored, columns).to_pylist()
        rows += [{**row, "story_rank": _NO_RANK, "story_similarity": None} for row in back]
    for row, was_in in zip(
        rows, clustering.numbers.of_ids([row["story_id"] for row in rows]), strict=True
    ):
        now = moved.get(row["doc_id"])
        row |= {"was_in": row["story_id"], "was_ranked": row["story_rank"], "was": was_in}
        row["story"] = clustering.numbers.root(was_in) if now is None else now
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Builds the rows of `stories`."""

    clustering: IncrementalClustering
    ranks: ArticleRanks
    copies: CopyOutlets
    run_id: str
    epoch: int
    mixed: Collection[int]
    """Stories that may have published documents."""
    changed: Collection[int]
    """Known stories whose articles may change; in the others only copies change."""

    def of_new(self) -> pa.Table:
        """Return the rows of stories that new articles started, without any published article."""
        clustering, ranks = self.clustering, self.ranks
        # A story that was created and merged within one run was never published.
        is_mine = clustering.numbers.are_created.copy()
        is_mine[len(clustering.new) :] = False
        is_mine[np.array(sorted(self.mixed), np.int64)] = False
        stories = np.flatnonzero(is_mine)
        at = np.minimum(np.searchsorted(ranks.stories, stories), max(0, len(ranks.stories) - 1))
        has = (
            ranks.stories[at] == stories if len(ranks.stories) else np.zeros(len(stories), np.bool_)
        )
        count = np.where(has, ranks.count[at], 0) if len(at) else np.zeros(0, np.int64)
        # For each row of `order`, the position of its story in `stories`, or -1 if it is not there.
        numbered = np.full(len(ranks.stories), -1, np.int64)
        numbered[at[has]] = np.flatnonzero(has)
        of_row = np.repeat(numbered, ranks.count)
        mine = of_row >= 0
        of_row, articles = of_row[mine], ranks.order[mine]
        lead = np.full(len(stories), -1, np.int64)
        lead[has] = ranks.order[ranks.first[at[has]]]
        has_lead = lead >= 0
        copied_in, copy_outlets = self.copies.of_new(stories)
        outlets = np.concatenate([clustering.new.outlets[articles].astype(np.int64), copy_outlets])
        of_document = np.concatenate([of_row, copied_in])
        width = int(outlets.max(initial=0)) + 1
        n_outlets = np.bincount(
            np.unique((of_document * width + outlets)[outlets >= 0]) // width,
            minlength=len(stories),
        )
        first, last = _ends(of_row, clustering.new.published[articles], len(stories))
        titles = (
            pa.array([], pa.string()) if not len(lead) else clustering.new.titles(lead[has_lead])
        )
        position = np.cumsum(has_lead) - 1
        return (
            pa.table(
                {
                    "story_id": clustering.new.ids.ids.take(pa.array(stories)),
                    "title": titles.take(pa.array(position, mask=~has_lead))
                    if len(titles)
                    else pa.nulls(len(stories), pa.string()),
                    "doc_id": clustering.new.ids.ids.take(pa.array(lead, mask=~has_lead)),
                    "n_articles": count,
                    "n_outlets": n_outlets,
                    "first_published_at": first,
                    "last_published_at": last,
                    "merged_into": pa.nulls(len(stories), pa.string()),
                    "idf_epoch": np.full(len(stories), self.epoch),
                    "run_id": pa.array([self.run_id]).take(
                        pa.array(np.zeros(len(stories), np.int64))
                    ),
                }
            )
            .select(tables.STORIES.names)
            .cast(tables.STORIES)
        )

    def of_known(self, touched: set[int], published: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Return the new and the changed rows of the other stories."""
        clustering = self.clustering
        if not touched:
            return [], []
        members: dict[int, list[Row]] = defaultdict(list)
        for row in published:
            members[row["story"]].append(row)
        names = dict(
            zip(
                sorted(touched),
                clustering.numbers.ids(np.array(sorted(touched), np.int64)).to_pylist(),
                strict=True,
            )
        )
        before = (
            clustering.parent.documents("stories", names.values()).to_pylist()
            if clustering.parent is not None
            else []
        )
        stored = {row["story_id"]: row for row in before if row["story_id"] in set(names.values())}
        for story, row in self._new_members(touched):
            members[story].append(row)
        outlets = self.copies.of_known(touched, published)
        added, changed = [], []
        for story, name in names.items():
            into = int(clustering.numbers.merged_into[story])
            row = {
                "idf_epoch": self.epoch,
                **stored.get(name, {}),
                "story_id": name,
                "run_id": self.run_id,
                "merged_into": None
                if into == NONE
                else clustering.numbers.ids(np.array([clustering.numbers.root(into)], np.int64))[
                    0
                ].as_py(),
                **_counted(members[story], outlets.get(story, set()), stored.get(name)),
            }
            if name in stored:
                if story in self.changed or row["n_outlets"] != stored[name]["n_outlets"]:
                    changed.append(row)
            elif into == NONE:
                added.append(row)
        return added, changed

    def _new_members(self, stories: set[int]) -> list[tuple[int, Row]]:
        """New articles of these stories, each with its story's number."""
        new = self.clustering.new
        of = {row: story for story in stories for row in self.ranks.articles(story).tolist()}
        articles = np.array(list(of), np.int64)
        if not len(articles):
            return []
        outlets = new.outlet_ids.take(
            pa.array(new.outlets[articles], mask=new.outlets[articles] < 0)
        )
        values = zip(
            articles.tolist(),
            *(c.to_pylist() for c in (new.id_of(articles), new.titles(articles), outlets)),
            strict=True,
        )
        return [
            (
                of[row],
                {
                    "doc_id": doc,
                    "title": title,
                    "story_rank": int(self.ranks.of_article[row]),
                    "outlet_id": outlet,
                    "published_at": _moment(int(new.published[row])),
                },
            )
            for row, doc, title, outlet in values
        ]


def _moment(at: int) -> datetime | None:
    return None if at == UNDATED else _EPOCH + timedelta(microseconds=at)


def _ends(
    of_row: NDArray[np.int64], published: NDArray[np.int64], n: int
) -> tuple[pa.Array, pa.Array]:
    """The first and the last publication in each of `n` stories; null for stories without dates."""
    dated = published != UNDATED
    of_row, published = of_row[dated], published[dated]
    first, last = np.full(n, LAST, np.int64), np.full(n, UNDATED, np.int64)
    np.minimum.at(first, of_row, published)
    np.maximum.at(last, of_row, published)
    none = last == UNDATED
    return tuple(
        pa.array(ends, mask=none).cast(pa.timestamp("us", tz="UTC")) for ends in (first, last)
    )


def _counted(members: Sequence[Row], of_copies: Set[str], before: Row | None) -> Row:
    """The columns of a `stories` row that are computed from its articles and copies.

    A story without articles keeps the dates that it had.
    """
    if not members:
        return {
            "n_articles": 0,
            "n_outlets": 0,
            **({} if before else {"first_published_at": None, "last_published_at": None}),
        }
    lead = min(members, key=lambda row: row["story_rank"])
    times = sorted(row["published_at"] for row in members if row["published_at"] is not None)
    return {
        "title": lead["title"],
        "doc_id": lead["doc_id"],
        "n_articles": len(members),
        "n_outlets": len(({row["outlet_id"] for row in members} | of_copies) - {None}),
        "first_published_at": times[0] if times else None,
        "last_published_at": times[-1] if times else None,
    }


def _sorted(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(
        sorted(rows, key=lambda row: str(row[schema.names[0]])), schema=schema
    )
