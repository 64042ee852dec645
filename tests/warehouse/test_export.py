"""An export has what was asked for, in every format.

Its card says where it comes from.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from copydesk.flows.export.corpus_export import Selection, export
from copydesk.flows.export.data_card import escaped
from copydesk.flows.export.row_filter import ConditionError, condition
from copydesk.flows.warehouse import Change, Snapshot, Warehouse, WarehouseError
from copydesk.transforms.snapshot_schemas import ARTICLES
from tests.warehouse import rows

EVIL = "The <script>alert(1)</script> | [Post](javascript:x)"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    warehouse = Warehouse.open(tmp_path_factory.mktemp("wh") / "wh", create=True)
    articles = [
        rows.article(n, story_rank=1 + n % 2, byline=["Ana Ruiz"], evidence={"title": "text"})
        for n in range(9)
    ]
    articles.append(
        rows.article(
            9,
            outlet=EVIL,
            language=None,
            date=None,
            story_id=None,
            story_rank=None,
            text="line\u2028two",
        )
    )
    return warehouse.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=10),
            inserts={
                "articles": [rows.table("articles", articles)],
                "removed": [rows.table("removed", [rows.cut(1)])],
            },
        )
    )


def lines_of(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".zst":
        text = io.TextIOWrapper(
            zstandard.ZstdDecompressor().stream_reader(path.open("rb")), encoding="utf-8"
        ).read()
    elif path.suffix == ".gz":
        text = gzip.decompress(path.read_bytes()).decode()
    else:
        text = path.read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz", "corpus.jsonl.zst"])
def test_json_lines_have_every_article_on_a_line_of_its_own(
    snapshot: Snapshot, tmp_path: Path, name: str
) -> None:
    written, _ = export(snapshot, tmp_path / name, Selection())
    found = lines_of(tmp_path / name)
    assert written == len(found) == 10
    first = next(row for row in found if row["doc_id"] == rows.doc_id(1))
    assert first["published_date"] == "2026-11-02"
    assert first["byline"] == ["Ana Ruiz"]
    assert first["evidence"] == {"title": "text"}


def test_parquet_keeps_types_and_meanings(snapshot: Snapshot, tmp_path: Path) -> None:
    export(snapshot, tmp_path / "corpus.parquet", Selection())
    assert pq.read_schema(tmp_path / "corpus.parquet").equals(ARTICLES)
    assert pq.read_table(tmp_path / "corpus.parquet").num_rows == 10


def test_a_folder_holds_numbered_shards_and_its_card(snapshot: Snapshot, tmp_path: Path) -> None:
    export(snapshot, tmp_path / "corpus", Selection())
    assert sorted(
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    ) == [
        "corpus/README.md",
        "corpus/data/train-00000-of-00001.parquet",
    ]
    assert (
        (tmp_path / "corpus" / "README.md")
        .read_text()
        .startswith('---\nlicense: other\nlanguage:\n- "en"\n')
    )


def test_an_export_that_selects_nothing_is_still_readable(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    for name in ("none", "none.parquet", "none.jsonl"):
        assert export(snapshot, tmp_path / name, Selection(where="n_words < 0"))[0] == 0
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_one_per_story_takes_first_ranked_articles_and_those_in_no_story(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    written, _ = export(
        snapshot,
        tmp_path / "a.jsonl",
        Selection(one_per_story=True, first=True, columns=("doc_id", "story_rank")),
    )
    assert written == 6
    assert {row["story_rank"] for row in lines_of(tmp_path / "a.jsonl")} == {1, None}


def test_one_per_story_takes_the_latest_article_of_each_story(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    columns = ("doc_id", "story_id", "published_at")
    export(snapshot, tmp_path / "a.jsonl", Selection(one_per_story=True, columns=columns))
    export(snapshot, tmp_path / "all.jsonl", Selection(columns=columns))
    taken, everything = lines_of(tmp_path / "a.jsonl"), lines_of(tmp_path / "all.jsonl")
    for story in {row["story_id"] for row in everything} - {None}:
        of_story = [row for row in taken if row["story_id"] == story]
        latest = max(row["published_at"] or "" for row in everything if row["story_id"] == story)
        assert [row["published_at"] or "" for row in of_story] == [latest]


def test_columns_come_in_the_order_asked_for(snapshot: Snapshot, tmp_path: Path) -> None:
    export(snapshot, tmp_path / "a.jsonl", Selection(columns=("title", "doc_id")))
    assert list(lines_of(tmp_path / "a.jsonl")[0]) == ["title", "doc_id"]
    with pytest.raises(ConditionError, match="did you mean 'title'"):
        export(snapshot, tmp_path / "b.jsonl", Selection(columns=("titel",)))


def test_existing_files_are_not_replaced_without_overwrite(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    target = tmp_path / "a.jsonl"
    target.write_text("mine")
    with pytest.raises(WarehouseError, match="--overwrite"):
        export(snapshot, target, Selection())
    assert target.read_text() == "mine"
    assert export(snapshot, target, Selection(), overwrite=True)[0] == 10


def test_a_failed_export_leaves_nothing(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("copydesk.flows.export.data_card.write", full)
    with pytest.raises(OSError, match="No space"):
        export(snapshot, tmp_path / "a.jsonl", Selection())
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_is_refused_with_the_known_ones(
    snapshot: Snapshot, tmp_path: Path
) -> None:
    with pytest.raises(WarehouseError, match=r"\.jsonl\.zst"):
        export(snapshot, tmp_path / "corpus.csv", Selection())


def test_the_card_shows_names_from_pages_as_letters(snapshot: Snapshot, tmp_path: Path) -> None:
    _, card = export(snapshot, tmp_path / "a.jsonl", Selection())
    text = card.read_text()
    assert "<script>" not in text
    assert escaped(EVIL) in text
    assert "10 articles" in text
    assert "| share_bar | 1 |" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("language = 'en'", 9),
        ("language != 'en'", 0),
        ("language is null", 1),
        ("not (language is null)", 9),
        ("published_date >= 2026-11-02 and n_words > 0", 9),
        ("published_date < '2026-11-02'", 0),
        ("outlet in ('Outlet 1', \"Outlet 2\")", 3),
        ("outlet not in ('Outlet 1') and outlet is not null", 8),
        ("outlet like 'Outlet %'", 9),
        ("story_rank = 1 or story_rank is null", 6),
        ("cluster_size = 1 AND (language = 'en' OR language IS NULL)", 10),
        ("outlet = 'O''Neill'", 0),
    ],
)
def test_a_condition_selects_as_in_sql(snapshot: Snapshot, text: str, expected: int) -> None:
    assert snapshot.table("articles", ["doc_id"], condition(text, ARTICLES)).num_rows == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a column is missing"),
        ("languag = 'en'", "did you mean 'language'"),
        ("language", "a comparison"),
        ("language = ", "a value"),
        ("n_words = many", "has type int32"),
        ("published_date > 'last week'", "has type date32"),
        ("(language = 'en'", "not closed"),
        ("language = 'en' language", "not expected"),
        ("byline = 'Ana'", "is a list"),
        ("title = outlet", "in quotes"),
        ("language = 'en", "cannot be read"),
        ("(" * 4000, "too many brackets"),
    ],
)
def test_a_condition_that_cannot_be_read_says_where_and_why(text: str, why: str) -> None:
    with pytest.raises(ConditionError, match=why):
        condition(text, ARTICLES)


def test_only_an_export_is_replaced_and_only_on_demand(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    export(snapshot, tmp_path / "empty", Selection())
    with pytest.raises(WarehouseError, match="already"):
        export(snapshot, tmp_path / "empty", Selection())
    export(snapshot, tmp_path / "empty", Selection(where="n_words > 0"), overwrite=True)
    (tmp_path / "home" / "data").mkdir(parents=True)
    (tmp_path / "home" / "README.md").write_text("My thesis.")
    with pytest.raises(WarehouseError, match="contains more than an export"):
        export(snapshot, tmp_path / "home", Selection(), overwrite=True)
    assert (tmp_path / "home" / "README.md").read_text() == "My thesis."


def test_nothing_is_exported_into_the_warehouse_itself(snapshot: Snapshot) -> None:
    for place in ("corpus.parquet", "current/articles/corpus.parquet"):
        with pytest.raises(WarehouseError, match="inside the warehouse"):
            export(snapshot, snapshot.root / place, Selection())
