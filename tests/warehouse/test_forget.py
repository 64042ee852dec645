"""What is forgotten is nowhere, the rest is whole, and a receipt says what happened."""

from __future__ import annotations

import datetime as dt
import json
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from copydesk.flows.maintenance import maintenance_run
from copydesk.flows.maintenance.forget import forget
from copydesk.flows.maintenance.forget_request import NothingToForget, Request
from copydesk.flows.maintenance.reelection import CopyRules
from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from tests.warehouse import rows

STORY = rows.doc_id(0)


def copied(number: int) -> str:
    """Return the text of a copy of document 0."""
    return f"{rows.text_of(0)} Seen by {number} people."


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse of two snapshots.

    The first has documents 0 to 4, and 0 to 2 are one story. The second adds 5 and 6, which are
    copies of 0, and 7, which is a revision of 1.
    """
    made = Warehouse.open(tmp_path_factory.mktemp("untouched") / "wh", create=True)
    in_story = [
        rows.article(n, story_id=STORY, story_rank=n + 1, title=f"A headline long enough {n}")
        for n in range(3)
    ]
    stories = [
        {**rows.story(0), "n_articles": 3, "title": "A headline long enough 0"},
        rows.story(3),
        rows.story(4),
    ]
    template = rows.row(
        "templates",
        outlet_id="o1.example",
        line="Share this story",
        examples=[rows.doc_id(0), rows.doc_id(1)],
    )
    reject = rows.row(
        "rejects",
        source_uri="in/bad.html",
        url="https://news.example/0",
        step="extract",
        reason="empty",
    )
    publish(
        made,
        "one",
        [*in_story, rows.article(3), rows.article(4)],
        range(5),
        n_rejected=1,
        inserts={
            "stories": [rows.table("stories", stories)],
            "templates": [rows.table("templates", [template])],
            "rejects": [rows.table("rejects", [reject])],
        },
        inputs=pa.table(
            {"source_uri": ["in/0.txt", "in/1.txt"], "sha256": ["a", "b"], "size_bytes": [1, 2]}
        ),
    )
    copies = [
        rows.article(
            n,
            table="duplicates",
            kept_doc_id=rows.doc_id(0),
            relation="near",
            keep_reason="earliest",
            story_id=STORY,
            story_rank=None,
            text=copied(n),
            published_at=dt.datetime(2026, 11, n, tzinfo=dt.UTC),
        )
        for n in (6, 5)
    ]
    revision = rows.article(
        7, revision=2, supersedes=rows.doc_id(1), canonical_url="https://news.example/1"
    )
    pairs = [
        rows.row("pairs", doc_a=rows.doc_id(n), doc_b=rows.doc_id(0), relation="near")
        for n in (5, 6)
    ]
    publish(
        made,
        "two",
        [revision],
        (5, 6, 7),
        n_duplicates=2,
        inserts={
            "duplicates": [rows.table("duplicates", copies)],
            "pairs": [rows.table("pairs", pairs)],
            "stories": [rows.table("stories", [rows.story(7)])],
        },
        updates={
            "articles": pa.table(
                {"doc_id": [rows.doc_id(0)], "cluster_size": [3], "n_outlets": [3]}
            ),
            "stories": pa.table({"story_id": [STORY], "n_outlets": [5]}),
        },
    )
    assert list(faults(made)) == []
    return made


@pytest.fixture
def warehouse(untouched: Warehouse, tmp_path: Path) -> Warehouse:
    return rows.copied(untouched, tmp_path / "wh")


def publish(
    warehouse: Warehouse,
    run_id: str,
    articles: list[dict[str, object]],
    cuts: object,
    **change: object,
) -> Snapshot:
    base = warehouse.current()
    counts = {name: change.pop(name) for name in list(change) if name.startswith("n_")}
    inserts = {
        "articles": [rows.table("articles", articles)],
        "removed": [
            rows.table(
                "removed", [rows.cut(n, text=copied(n) if n in (5, 6) else None) for n in cuts]
            )
        ],  # type: ignore[attr-defined]
        **change.pop("inserts", {}),  # type: ignore[dict-item]
    }
    run = rows.run(run_id, n_articles=len(articles), **counts)  # type: ignore[arg-type]
    return warehouse.publish(
        Change(parent=base.id if base else None, run=run, inserts=inserts, **change)
    )  # type: ignore[arg-type]


def forget_and_check(warehouse: Warehouse, request: Request) -> tuple[dict[str, object], Snapshot]:
    with warehouse.lock():
        receipt = forget(warehouse, request, reelection_rules=CopyRules())
    assert list(faults(warehouse)) == []
    current = warehouse.current()
    assert current is not None
    return receipt, current


def everything(root: Path) -> bytes:
    """Return all bytes under a folder and all values of its Parquet files."""
    import pyarrow.parquet as pq

    parts = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    parts += [
        repr(pq.read_table(path, partitioning=None).to_pylist()).encode()
        for path in root.rglob("*.parquet")
    ]
    return b"\n".join(parts)


def test_nothing_of_the_document_is_left_in_any_kept_snapshot(warehouse: Warehouse) -> None:
    before = [snapshot.id for snapshot in warehouse.snapshots()]
    receipt, current = forget_and_check(
        warehouse, Request(docs=(rows.doc_id(0),), with_copies=True)
    )
    left = everything(warehouse.root)
    assert rows.text_of(0)[:40].encode() not in left
    assert b"https://news.example/0" not in left
    assert b"in/0.txt" not in left
    assert b"in/bad.html" not in left
    for path in (warehouse.root / "snapshots").rglob("*.parquet"):
        if path.parent.name != "tombstones":
            assert rows.doc_id(0).encode() not in everything(path.parent)
    assert not {path.name for path in (warehouse.root / "snapshots").iterdir()} & set(before)
    assert set(receipt["rewritten"]) == set(before)  # type: ignore[call-overload]
    assert set(current.table("tombstones")["doc_id"].to_pylist()) == {
        rows.doc_id(n) for n in (0, 5, 6)
    }
    assert current.known([rows.doc_id(0)]) == {rows.doc_id(0)}


def test_the_next_best_copy_takes_the_place_and_the_story_of_the_kept_one(
    warehouse: Warehouse,
) -> None:
    receipt, current = forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    assert receipt["replaced"] == {rows.doc_id(0): rows.doc_id(5)}
    columns = ["doc_id", "story_rank", "cluster_size", "n_outlets", "story_id"]
    (elected,) = current.documents("articles", [rows.doc_id(5)], columns).to_pylist()
    new_story = receipt["stories_renamed"][STORY]  # type: ignore[index]
    assert elected == {
        "doc_id": rows.doc_id(5),
        "story_rank": 1,
        "cluster_size": 2,
        "n_outlets": 2,
        "story_id": new_story,
    }
    (other,) = current.table("duplicates", ["doc_id", "kept_doc_id", "story_id"]).to_pylist()
    assert other == {"doc_id": rows.doc_id(6), "kept_doc_id": rows.doc_id(5), "story_id": new_story}
    (story,) = current.documents("stories", [new_story], ["n_articles", "doc_id"]).to_pylist()
    assert story == {"n_articles": 3, "doc_id": rows.doc_id(5)}


def test_a_copy_of_the_forgotten_that_is_not_a_copy_of_the_elected_one_becomes_an_article(
    warehouse: Warehouse,
) -> None:
    other = rows.article(
        8,
        table="duplicates",
        kept_doc_id=rows.doc_id(0),
        relation="overlap",
        story_id=STORY,
        story_rank=None,
        published_at=dt.datetime(2026, 11, 7, tzinfo=dt.UTC),
    )
    publish(
        warehouse,
        "three",
        [],
        [8],
        n_duplicates=1,
        inserts={"duplicates": [rows.table("duplicates", [other])]},
        updates={"articles": pa.table({"doc_id": [rows.doc_id(0)], "cluster_size": [4]})},
    )
    receipt, current = forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    assert receipt["replaced"] == {rows.doc_id(0): rows.doc_id(5)}
    (row,) = current.documents(
        "articles", [rows.doc_id(8)], ["cluster_size", "story_rank", "story_id"]
    ).to_pylist()
    assert row == {
        "cluster_size": 1,
        "story_rank": 4,
        "story_id": receipt["stories_renamed"][STORY],
    }  # type: ignore[index]


def test_an_older_snapshot_without_a_copy_keeps_the_story_without_the_document(
    warehouse: Warehouse,
) -> None:
    forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    oldest = warehouse.snapshots()[-1]
    members = (
        oldest.table("articles", ["doc_id", "story_id", "story_rank"])
        .sort_by("story_rank")
        .to_pylist()
    )
    first = [row for row in members if row["doc_id"] in (rows.doc_id(1), rows.doc_id(2))]
    assert [row["story_rank"] for row in first] == [1, 2]
    assert len({row["story_id"] for row in first}) == 1
    assert oldest.manifest.rewrites is not None
    assert oldest.rows("articles") == 4


def test_a_copy_that_goes_leaves_the_kept_one_with_one_copy_less(warehouse: Warehouse) -> None:
    _, current = forget_and_check(warehouse, Request(docs=(rows.doc_id(6),)))
    (kept,) = current.documents(
        "articles", [rows.doc_id(0)], ["cluster_size", "n_outlets"]
    ).to_pylist()
    assert kept == {"cluster_size": 2, "n_outlets": 2}


def test_snapshots_before_the_document_stay_as_they_are(warehouse: Warehouse) -> None:
    newer, older = warehouse.snapshots()
    forget_and_check(warehouse, Request(docs=(rows.doc_id(6),)))
    assert [snapshot.id for snapshot in warehouse.snapshots()][-1] == older.id
    assert newer.id not in [snapshot.id for snapshot in warehouse.snapshots()]


def test_the_receipt_lists_others_with_its_text_and_holds_no_text(warehouse: Warehouse) -> None:
    receipt, current = forget_and_check(
        warehouse, Request(urls=("https://news.example/0#section",))
    )
    others = {row["doc_id"]: row["how"] for row in receipt["others_with_its_text"]}  # type: ignore[attr-defined]
    assert others == {rows.doc_id(5): "copy", rows.doc_id(6): "copy"}
    stored = json.loads((warehouse.root / "receipts" / current.manifest.receipts[-1]).read_text())
    assert stored == receipt
    assert "news.example" not in json.dumps(stored)
    assert stored["documents"][0]["content_sha256"] == sha256(rows.text_of(0).encode()).hexdigest()


def test_with_copies_takes_the_cluster_too(warehouse: Warehouse) -> None:
    receipt, current = forget_and_check(
        warehouse, Request(docs=(rows.doc_id(5),), with_copies=True)
    )
    assert {row["doc_id"] for row in receipt["documents"]} == {rows.doc_id(n) for n in (0, 5, 6)}  # type: ignore[attr-defined]
    assert current.rows("duplicates") == 0
    assert current.rows("pairs") == 0
    assert b"Seen by 6" not in everything(warehouse.root)


def test_an_address_takes_every_revision_and_says_so_in_the_tombstones(
    warehouse: Warehouse,
) -> None:
    _, current = forget_and_check(warehouse, Request(urls=("https://news.example/1",)))
    stones = current.table("tombstones").to_pylist()
    assert {(row["doc_id"], row["scope"]) for row in stones} == {
        (rows.doc_id(1), "url"),
        (rows.doc_id(7), "url"),
    }
    assert {row["url_sha256"] for row in stones} == {sha256(b"news.example/1").hexdigest()}


def test_an_address_is_forgotten_in_every_spelling(warehouse: Warehouse) -> None:
    _, current = forget_and_check(warehouse, Request(urls=("http://www.news.example/1/",)))
    assert set(current.table("tombstones")["doc_id"].to_pylist()) == {
        rows.doc_id(1),
        rows.doc_id(7),
    }


def test_a_revision_whose_predecessor_goes_supersedes_nothing(warehouse: Warehouse) -> None:
    receipt, current = forget_and_check(warehouse, Request(docs=(rows.doc_id(1),)))
    assert current.documents("articles", [rows.doc_id(7)], ["supersedes"])[
        "supersedes"
    ].to_pylist() == [None]
    assert {"doc_id": rows.doc_id(7), "how": "revision"} in receipt["others_with_its_text"]  # type: ignore[operator]


def test_an_outlet_goes_up_to_a_day(warehouse: Warehouse) -> None:
    late = rows.article(10, date=dt.date(2026, 12, 24))  # outlet 10 % 7 = 3
    publish(
        warehouse,
        "three",
        [late],
        [10],
        inserts={"stories": [rows.table("stories", [rows.story(10)])]},
    )
    request = Request(outlets=("OUTLET 3",), until=dt.date(2026, 11, 30))
    receipt, current = forget_and_check(warehouse, request)
    assert [row["doc_id"] for row in receipt["documents"]] == [rows.doc_id(3)]  # type: ignore[attr-defined]
    assert current.locate([rows.doc_id(10)])


def test_template_examples_and_report_pages_lose_it(warehouse: Warehouse) -> None:
    page = warehouse.root / "reports" / "one.html"
    other = warehouse.root / "reports" / "other.html"
    page.write_text("<td>A headline long enough 0</td>")
    other.write_text("<td>Another story altogether</td>")
    (warehouse.root / "reports" / "one.json").write_text(
        json.dumps({"inputs": ["in/0.txt", "in/1.txt"]})
    )
    receipt, current = forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    assert current.table("templates")["examples"].to_pylist() == [[rows.doc_id(1)]]
    assert not page.exists()
    assert other.exists()
    assert json.loads((warehouse.root / "reports" / "one.json").read_text()) == {
        "inputs": ["(forgotten)", "in/1.txt"]
    }
    assert receipt["reports_removed"] == ["one.html", "one.json"]


def test_what_was_forgotten_does_not_come_back_by_rollback(warehouse: Warehouse) -> None:
    forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    with warehouse.lock():
        back = maintenance_run.rollback(warehouse, warehouse.snapshots()[-1].id)
    assert back.known([rows.doc_id(0)]) == {rows.doc_id(0)}
    assert not back.locate([rows.doc_id(0)])
    warehouse.discard_staging(back.manifest.run_id)
    assert list(faults(warehouse)) == []


def test_a_document_nobody_knows_is_an_error_and_publishes_nothing(warehouse: Warehouse) -> None:
    before = warehouse.current_id()
    with pytest.raises(NothingToForget, match="no kept snapshot"):
        forget(warehouse, Request(docs=("0" * 32,)), reelection_rules=CopyRules())
    assert warehouse.current_id() == before


def test_forgetting_twice_names_the_first_receipt(warehouse: Warehouse) -> None:
    receipt, _ = forget_and_check(warehouse, Request(docs=(rows.doc_id(3),)))
    with pytest.raises(NothingToForget, match=str(receipt["receipt_id"])):
        forget(warehouse, Request(docs=(rows.doc_id(3),)), reelection_rules=CopyRules())


def test_a_reject_alone_is_forgotten_by_its_address(warehouse: Warehouse) -> None:
    reject = rows.row(
        "rejects",
        source_uri="in/w.warc",
        record_number=3,
        url="https://news.example/refused",
        step="extract",
        reason="empty",
    )
    publish(
        warehouse,
        "three",
        [],
        [],
        n_rejected=1,
        inserts={"rejects": [rows.table("rejects", [reject])]},
    )
    _, current = forget_and_check(warehouse, Request(urls=("https://news.example/refused",)))
    assert b"news.example/refused" not in everything(warehouse.root)
    assert current.rows("rejects") == 1


def test_a_forget_killed_before_its_switch_has_forgotten_nothing_and_runs_again(
    warehouse: Warehouse,
) -> None:
    class KilledError(Exception):
        pass

    def stop(step: str) -> None:
        if step == "before switch":
            raise KilledError

    before = warehouse.current_id()
    killed = Warehouse.open(warehouse.root, checkpoint=stop)
    with pytest.raises(KilledError):
        forget(killed, Request(docs=(rows.doc_id(0),)), reelection_rules=CopyRules())
    assert warehouse.current_id() == before
    forget_and_check(warehouse, Request(docs=(rows.doc_id(0),)))
    assert len(list((warehouse.root / "receipts").iterdir())) == 1
