from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from copydesk.flows.pipeline.deduplicate import Copies
from copydesk.flows.pipeline.staging.shard_files import ShardFiles, StagedRows
from copydesk.flows.pipeline.staging.workplace import Workplace
from copydesk.flows.pipeline.stories import shard_counts
from copydesk.flows.pipeline.stories.stage import Stories, group
from copydesk.flows.support import arrow_file
from copydesk.schemas import tables
from copydesk.schemas.column import TIMESTAMP
from copydesk.transforms.stories import Options
from tests.stories.newsroom import agreement, newsroom

ARTICLES = pa.schema(
    [
        ("doc_id", pa.string()),
        ("published_at", TIMESTAMP),
        ("outlet_id", pa.string()),
        ("n_words", pa.int32()),
        ("title", pa.string()),
        ("text", pa.large_string()),
        ("story_id", pa.string()),
        ("story_rank", pa.int32()),
        ("story_similarity", pa.float32()),
        ("run_id", pa.string()),
    ]
)
DUPLICATES = pa.schema(
    [
        ("doc_id", pa.string()),
        ("kept_doc_id", pa.string()),
        ("outlet_id", pa.string()),
        ("story_id", pa.string()),
    ]
)


def copies(**duplicates: dict[str, str]) -> Copies:
    """Return what the copies step found.

    `duplicates`, `displaced` and `reassigned` map a copy to its kept document.
    """
    tables_of = {
        name: pa.table(
            {
                "doc_id": pa.array(duplicates.get(name, {}), pa.string()),
                "kept_doc_id": pa.array(duplicates.get(name, {}).values(), pa.string()),
            }
        )
        for name in ("duplicates", "displaced", "reassigned")
    }
    nothing = pa.table({})
    return Copies(pairs=nothing, sizes=nothing, new_index_files=(), index_files=(), **tables_of)


class Shelf:
    """A warehouse in memory.

    It has what the step reads from a snapshot, and publishes the result of the step.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.articles, self.stories, self.names, self.n_runs = folder, {}, {}, (), 0
        self.duplicates: dict[str, dict[str, Any]] = {}

    def rows(self, table: str) -> int:
        return len(getattr(self, table))

    def index_files(self) -> dict[str, Path]:
        return {name: self.folder / name for name in self.names}

    def table(self, table: str, columns: list[str] | None = None, where: Any = None) -> pa.Table:
        schema = {"articles": ARTICLES, "duplicates": DUPLICATES, "stories": tables.STORIES}[table]
        rows = pa.Table.from_pylist(list(getattr(self, table).values()), schema=schema)
        rows = rows if where is None else rows.filter(where)
        return rows if columns is None else rows.select(columns)

    def documents(self, table: str, ids: Any, columns: list[str] | None = None) -> pa.Table:
        key = "story_id" if table == "stories" else "doc_id"
        return self.table(
            table, columns, pc.field(key).isin(pa.array(sorted(set(ids)), pa.string()))
        )

    def ingest(
        self,
        rows: list[dict[str, Any]],
        displaced: dict[str, str] | None = None,
        duplicates: dict[str, str] | None = None,
        reassigned: dict[str, str] | None = None,
        n_shards: int = 2,
        is_counted: bool = False,
        **options: Any,
    ) -> Stories:
        self.n_runs += 1
        run_id = f"run {self.n_runs:03}"
        shards = []
        for number in range(n_shards):
            files = ShardFiles(self.folder, 100 * self.n_runs + number)
            part = [{**row, "run_id": run_id} for row in rows[number::n_shards]]
            arrow_file.write(
                pa.Table.from_pylist(part, schema=ARTICLES).drop_columns(
                    ["story_id", "story_rank", "story_similarity"]
                ),
                files.articles,
            )
            if is_counted:
                shard_counts.write(arrow_file.read(files.articles), files.counts)
            counts = files.counts if is_counted else None
            shards.append(StagedRows(files.number, files.articles, counts=counts))
        displaced, duplicates, reassigned = displaced or {}, duplicates or {}, reassigned or {}
        found = group(
            shards,
            copies=copies(duplicates=duplicates, displaced=displaced, reassigned=reassigned),
            parent=self if self.n_runs > 1 else None,
            options=Options(**options),
            run_id=run_id,
            place=Workplace(self.folder, threads=2),
        )
        for doc, kept in displaced.items():
            self.duplicates[doc] = {**self.articles.pop(doc), "kept_doc_id": kept}
        for row in rows:
            table = self.duplicates if row["doc_id"] in duplicates else self.articles
            table[row["doc_id"]] = {**row, "run_id": run_id}
        for doc, kept in {**duplicates, **reassigned}.items():
            self.duplicates[doc]["kept_doc_id"] = kept
        assert sorted(found.assignments["doc_id"].to_pylist()) == sorted(
            row["doc_id"] for row in rows if row["doc_id"] not in duplicates
        )
        for changed in (*found.assignments.to_pylist(), *found.updates.to_pylist()):
            self.articles[changed["doc_id"]] |= changed
        for copy in self.duplicates.values():
            copy["story_id"] = self.articles[copy["kept_doc_id"]]["story_id"]
        for row in found.row_updates.to_pylist():
            assert row["story_id"] in self.stories
        assert not set(found.rows["story_id"].to_pylist()) & set(self.stories)
        self.stories |= {
            row["story_id"]: row
            for row in (*found.rows.to_pylist(), *found.row_updates.to_pylist())
        }
        self.names = found.index_files
        self.check()
        return found

    def check(self) -> None:
        """Check that ranks run from 1 in every story, and that `stories` counts the articles."""
        members = defaultdict(list)
        for row in self.articles.values():
            members[row["story_id"]].append(row)
        outlets = defaultdict(set)
        for row in (*self.articles.values(), *self.duplicates.values()):
            outlets[row["story_id"]].add(row["outlet_id"])
        for story, rows in members.items():
            assert self.stories[story]["n_outlets"] == len(outlets[story] - {None})
            assert sorted(row["story_rank"] for row in rows) == list(range(1, len(rows) + 1))
            assert self.stories[story]["n_articles"] == len(rows)
            assert self.stories[story]["merged_into"] is None
            assert (
                self.stories[story]["doc_id"]
                == min(rows, key=lambda row: row["story_rank"])["doc_id"]
            )
        for story, row in self.stories.items():
            if story not in members:
                assert row["n_articles"] == 0

    def groups(self) -> set[frozenset[str]]:
        members = defaultdict(set)
        for doc, row in self.articles.items():
            members[row["story_id"]].add(doc)
        return {frozenset(docs) for docs in members.values()}


def articles(dated: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "doc_id": f"{number:032x}",
            "published_at": row["published_at"] if dated else None,
            "outlet_id": f"outlet {number % 5}",
            "n_words": len(str(row["text"]).split()),
            "title": row["title"],
            "text": row["text"],
            "event": row["event"],
        }
        for number, row in enumerate(newsroom(n_events=10, told=3, n_notices=60))
    ]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_shards_in_any_order_and_number_give_the_same_stories(tmp_path: Path, dated: bool):
    rows = articles(dated)
    results = []
    for number, n_shards in enumerate((1, 3)):
        folder = tmp_path / str(number)
        folder.mkdir()
        random.Random(number).shuffle(rows)
        found = Shelf(folder).ingest(rows, n_shards=n_shards)
        results.append((found.assignments, found.rows, found.index_files))
    assert results[0] == results[1]


def test_words_that_a_worker_has_counted_give_the_same_stories(tmp_path: Path):
    rows = articles()
    results = []
    for is_counted in (True, False):
        folder = tmp_path / str(is_counted)
        folder.mkdir()
        found = Shelf(folder).ingest(rows, is_counted=is_counted)
        results.append((found.assignments, found.rows, found.index_files))
    assert results[0] == results[1]


@pytest.mark.parametrize("dated", [True, False], ids=["dated", "undated"])
def test_many_small_ingests_agree_with_one(tmp_path: Path, dated: bool):
    rows = articles(dated)
    (tmp_path / "one").mkdir()
    once, often = Shelf(tmp_path / "one"), Shelf(tmp_path)
    once.ingest(rows)
    random.Random(5).shuffle(rows)
    for first in range(0, len(rows), 9):
        often.ingest(rows[first : first + 9])
    ids = sorted(once.articles)
    assert (
        agreement(
            [once.articles[doc]["story_id"] for doc in ids],
            [often.articles[doc]["story_id"] for doc in ids],
        )
        > 0.9
    )


def test_lost_state_files_change_nothing_within_an_epoch(tmp_path: Path):
    rows = articles()
    (tmp_path / "kept").mkdir()
    (tmp_path / "lost").mkdir()
    kept, lost = Shelf(tmp_path / "kept"), Shelf(tmp_path / "lost")
    for shelf in (kept, lost):
        shelf.ingest(rows[:70])
        if shelf is lost:
            shelf.names = tuple(name for name in shelf.names if "window" not in name)
        shelf.ingest(rows[70:80])
    assert kept.groups() == lost.groups()


def test_a_state_without_any_file_starts_a_new_epoch(tmp_path: Path):
    rows = articles()
    shelf = Shelf(tmp_path)
    shelf.ingest(rows[:60])
    shelf.names = ()
    shelf.ingest(rows[60:64])
    assert {row["idf_epoch"] for row in shelf.stories.values()} == {1, 2}


def test_a_story_that_grows_keeps_its_id_and_its_first_rank(tmp_path: Path):
    rows = [row for row in articles() if row["event"] == 2]
    shelf = Shelf(tmp_path)
    shelf.ingest(rows[:2])
    (story,) = {row["story_id"] for row in shelf.articles.values()}
    first = shelf.stories[story]["doc_id"]
    found = shelf.ingest(rows[2:])
    assert {row["story_id"] for row in shelf.articles.values()} == {story}
    assert shelf.stories[story]["doc_id"] == first
    assert found.updates.num_rows == 0


def test_a_merger_is_on_record_and_the_older_id_stays(tmp_path: Path):
    rows = sorted(
        (row for row in articles() if row["event"] == 2), key=lambda row: row["published_at"]
    )
    bridge = {
        **rows[2],
        "title": f"{rows[0]['title']} {rows[1]['title']}",
        "text": f"{rows[0]['text']}\n{rows[1]['text']}",
    }
    rows[0]["text"], rows[1]["text"] = (
        rows[0]["text"].split("\n")[0],
        rows[1]["text"].split("\n")[0],
    )
    shelf = Shelf(tmp_path)
    strict = 0.28
    shelf.ingest(rows[:2], threshold=0.9)
    before = {row["story_id"] for row in shelf.articles.values()}
    assert len(before) == 2
    shelf.ingest([bridge], threshold=min(strict, 0.05))
    (story,) = {row["story_id"] for row in shelf.articles.values()}
    assert story == rows[0]["doc_id"]
    (taken,) = before - {story}
    assert shelf.stories[taken]["merged_into"] == story


def test_an_article_that_a_published_one_folds_into_takes_its_story(tmp_path: Path):
    rows = [row for row in articles() if row["event"] in {2, 4}]
    old = rows[0]
    shelf = Shelf(tmp_path)
    shelf.ingest(rows)
    story = shelf.articles[old["doc_id"]]["story_id"]
    shelf.ingest([{**old, "doc_id": "f" * 32}], displaced={old["doc_id"]: "f" * 32})
    assert shelf.articles["f" * 32]["story_id"] == story


def test_a_late_article_finds_a_story_that_left_the_window_long_ago(tmp_path: Path):
    rows = sorted(
        (row for row in articles() if row["event"] == 1), key=lambda row: row["published_at"]
    )
    others = [row for row in articles() if row["event"] is None]
    shelf = Shelf(tmp_path)
    shelf.ingest(rows[:2], undated_window=5)
    shelf.ingest(others, undated_window=5)
    shelf.ingest(rows[2:], undated_window=5)
    assert len({shelf.articles[row["doc_id"]]["story_id"] for row in rows}) == 1


def doc(number: int, event: dict[str, Any], outlet: str | None) -> dict[str, Any]:
    """Return an article or a copy of an outlet, with the words of an event."""
    return {**event, "doc_id": f"{number:032x}", "outlet_id": outlet}


def test_the_outlets_of_copies_count_for_the_story(tmp_path: Path):
    event, other = articles()[0], articles()[1]
    shelf = Shelf(tmp_path)
    first, second = doc(1, event, "a"), doc(2, other, "a")
    own = [doc(10, event, "b"), doc(11, event, "a"), doc(12, other, None)]
    kept = [first["doc_id"], first["doc_id"], second["doc_id"]]
    shelf.ingest(
        [first, second, *own],
        duplicates={row["doc_id"]: of for row, of in zip(own, kept, strict=True)},
    )
    assert shelf.stories[shelf.articles[first["doc_id"]]["story_id"]]["n_outlets"] == 2
    assert shelf.stories[shelf.articles[second["doc_id"]]["story_id"]]["n_outlets"] == 1


def test_a_copy_that_comes_later_adds_its_outlet_and_nothing_else_changes(tmp_path: Path):
    event = articles()[0]
    shelf = Shelf(tmp_path)
    first, late, again = doc(1, event, "a"), doc(2, event, "b"), doc(3, event, "b")
    shelf.ingest([first])
    found = shelf.ingest([late], duplicates={late["doc_id"]: first["doc_id"]})
    (row,) = found.row_updates.to_pylist()
    assert (row["n_articles"], row["n_outlets"], row["run_id"]) == (1, 2, "run 002")
    found = shelf.ingest([again], duplicates={again["doc_id"]: first["doc_id"]})
    assert found.row_updates.num_rows == 0


def test_copies_follow_a_published_article_that_is_replaced(tmp_path: Path):
    event = articles()[0]
    shelf = Shelf(tmp_path)
    first, copy, better = doc(1, event, "a"), doc(2, event, "b"), doc(3, event, "c")
    shelf.ingest([first, copy], duplicates={copy["doc_id"]: first["doc_id"]})
    shelf.ingest(
        [better],
        displaced={first["doc_id"]: better["doc_id"]},
        reassigned={copy["doc_id"]: better["doc_id"]},
    )
    (row,) = [row for row in shelf.stories.values() if row["n_articles"]]
    assert (row["n_articles"], row["n_outlets"]) == (1, 3)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_of_copies_leaves_the_counts_that_the_rows_give(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    rows = articles()
    dice.shuffle(rows)
    shelf = Shelf(tmp_path)
    number = 10**6
    for first in range(0, 60, 12):
        new = rows[first : first + 12]
        duplicates, displaced, reassigned = {}, {}, {}
        for old in dice.sample(sorted(shelf.articles), min(2, len(shelf.articles))):
            displaced[old] = dice.choice(new)["doc_id"]
        for copy, row in shelf.duplicates.items():
            if row["kept_doc_id"] in displaced:
                reassigned[copy] = displaced[row["kept_doc_id"]]
        kept = [*(row["doc_id"] for row in new), *(set(shelf.articles) - set(displaced))]
        copied = []
        for of in dice.choices(sorted(kept), k=8):
            number += 1
            outlet = dice.choice([None, "outlet 1", f"outlet {number % 40}"])
            copied.append(doc(number, dice.choice(rows), outlet))
            duplicates[copied[-1]["doc_id"]] = of
        shelf.ingest(
            [*new, *copied], displaced=displaced, duplicates=duplicates, reassigned=reassigned
        )
