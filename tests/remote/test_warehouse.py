"""Publishing to a warehouse on an object store, and reading from it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows.maintenance import maintenance_run
from copydesk.flows.maintenance.forget import forget
from copydesk.flows.maintenance.forget_request import Request
from copydesk.flows.remote.client import RemoteError
from copydesk.flows.remote.objects import Objects
from copydesk.flows.warehouse import Change, Options, Snapshot, Warehouse
from copydesk.flows.warehouse.checks.verify import faults
from copydesk.flows.warehouse.errors import (
    Locked,
    NotAWarehouse,
    Outdated,
    UnknownSnapshot,
    WarehouseError,
    WriteFailed,
)
from copydesk.flows.warehouse.object_store.object_names import GUARD
from tests.remote.conftest import objects
from tests.warehouse import rows

OCTOBER, NOVEMBER = dt.date(2026, 10, 5), dt.date(2026, 11, 5)
OPTIONS = Options(keep_snapshots=2, grace_hours=0)

Move = Callable[[], None]


@pytest.fixture
def uri(bucket: str) -> str:
    return f"s3://{bucket}/wh"


def opened(uri: str, **options: Any) -> Warehouse:
    return Warehouse.open(uri, create=True, options=options.pop("options", OPTIONS), **options)


def change(warehouse: Warehouse, run_id: str, articles: list[dict[str, object]]) -> Change:
    base = warehouse.current()
    numbers = [int(str(article["source_uri"]).split("/")[1].split(".")[0]) for article in articles]
    inserts = {
        "articles": [rows.table("articles", articles)],
        "removed": [rows.table("removed", [rows.cut(n) for n in numbers])],
        "stories": [rows.table("stories", [rows.story(n) for n in numbers])],
    }
    return Change(
        parent=base.id if base else None,
        run=rows.run(run_id, n_articles=len(articles)),
        inserts=inserts,
    )


def publish(warehouse: Warehouse, run_id: str, *numbers: int, date: dt.date = NOVEMBER) -> Snapshot:
    with warehouse.lock():
        return warehouse.publish(
            change(warehouse, run_id, [rows.article(number, date=date) for number in numbers])
        )


def ids(snapshot: Snapshot | None) -> list[str]:
    assert snapshot is not None
    return sorted(snapshot.table("articles", ["doc_id"])["doc_id"].to_pylist())


def pointer(s3: Any, bucket: str) -> str:
    return str(s3.get_object(Bucket=bucket, Key="wh/LATEST")["Body"].read().decode().strip())


def test_what_one_machine_publishes_another_reads(
    uri: str, another_machine: Move, s3: Any, bucket: str
) -> None:
    first = publish(opened(uri), "one", 1, 2)
    second = publish(opened(uri), "two", 3)
    assert pointer(s3, bucket) == second.id
    another_machine()
    warehouse = Warehouse.open(uri)
    assert [kept.id for kept in warehouse.snapshots()] == [second.id, first.id]
    assert ids(warehouse.current()) == sorted(map(rows.doc_id, (1, 2, 3)))
    assert ids(warehouse.snapshot(first.id)) == sorted(map(rows.doc_id, (1, 2)))


def test_snapshots_have_the_ids_they_would_have_in_a_folder(uri: str, tmp_path: Any) -> None:
    folder = Warehouse.open(tmp_path / "wh", create=True)
    for warehouse in (opened(uri), folder):
        publish(warehouse, "one", 1, 2, date=OCTOBER)
        publish(warehouse, "two", 3)
    assert [kept.id for kept in opened(uri).snapshots()] == [kept.id for kept in folder.snapshots()]


def test_a_run_fetches_the_files_it_touches_and_no_others(
    uri: str, another_machine: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(opened(uri), "one", *range(20), date=OCTOBER)
    publish(opened(uri), "two", 20, 21)
    another_machine()
    fetched: list[str] = []
    download = Objects.download
    monkeypatch.setattr(
        Objects,
        "download",
        lambda self, name, path: (fetched.append(name), download(self, name, path)),
    )
    publish(opened(uri), "three", 22)
    folders = [name.split("/")[:2] for name in fetched if name.endswith(".parquet")]
    assert ["tables", "articles"] in folders  # the small file of November, which is merged
    assert not [name for name in fetched if "2026-10" in name and name.startswith("tables/")]
    assert [name for name in fetched if "2026-10" in name and name.startswith("keys/articles")]


def test_columns_of_a_large_file_are_read_by_ranges(
    uri: str, another_machine: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(opened(uri), "one", 1, 2, 3)
    another_machine()
    monkeypatch.setattr("copydesk.flows.warehouse.object_store.mirror._SMALL_FILE_BYTES", 0)
    snapshot = Warehouse.open(uri).snapshot("current")
    assert ids(snapshot) == sorted(map(rows.doc_id, (1, 2, 3)))
    found = snapshot.documents("articles", [rows.doc_id(2)], ["doc_id", "text"])
    assert found["text"].to_pylist() == [rows.text_of(2)]
    assert not (snapshot.path / "articles").exists()
    assert snapshot.table("articles").num_rows == 3
    assert (snapshot.path / "articles").exists()


def test_the_loser_of_a_race_gets_an_error_and_harms_nothing(
    uri: str, another_machine: Move
) -> None:
    publish(opened(uri), "one", 1)
    slow = opened(uri)
    late = change(slow, "slow", [rows.article(2)])
    another_machine()
    winner = publish(opened(uri), "quick", 3)
    with pytest.raises(Outdated, match=winner.id):
        slow.publish(late)  # as if its lease had been taken over
    assert Warehouse.open(uri).current_id() == winner.id
    assert {fault.kind for fault in faults(Warehouse.open(uri))} <= {"orphan"}


def test_one_of_two_first_runs_loses(uri: str, another_machine: Move) -> None:
    slow = opened(uri)
    late = change(slow, "slow", [rows.article(2)])
    another_machine()
    winner = publish(opened(uri), "quick", 3)
    with pytest.raises(Outdated, match=winner.id):
        slow.publish(late)


def test_a_switch_whose_answer_was_lost_is_not_a_lost_race(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Objects.write

    def twice(self: Objects, name: str, content: bytes, **condition: Any) -> str:
        if name == "LATEST":
            write(self, name, content, **condition)  # the answer to this write never arrives
        return write(self, name, content, **condition)

    monkeypatch.setattr(Objects, "write", twice)
    warehouse = opened(uri)
    assert publish(warehouse, "one", 1).id == warehouse.current_id()


@pytest.mark.parametrize("step", ["manifest written", "uploaded"])
def test_a_run_that_dies_before_the_switch_has_published_nothing_and_the_next_one_clears_up(
    step: str, uri: str, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish(opened(uri), "one", 1)

    class Killed(BaseException):
        pass

    def die(at: str) -> None:
        if at == step:
            raise Killed

    with monkeypatch.context() as patch:
        if step == "uploaded":
            patch.setattr(
                "copydesk.flows.warehouse.object_store.mirror.Mirror._switch",
                lambda *_: die("uploaded"),
            )
        with pytest.raises(Killed):
            publish(opened(uri, checkpoint=die), "dead", 2, 3, date=OCTOBER)
    assert pointer(s3, bucket) == before.id
    assert bool(_october(s3, bucket)) == (step == "uploaded")
    backdate(s3, bucket, "wh/tables/articles/2026-10")
    after = publish(opened(uri), "two", 4)
    # What was uploaded in the same second as a switch is deleted with the next switch.
    publish(opened(uri), "three", 5)
    assert not _october(s3, bucket)
    assert not [fault for fault in faults(Warehouse.open(uri)) if fault.kind != "orphan"]
    assert ids(after) == sorted(map(rows.doc_id, (1, 4)))


def _october(s3: Any, bucket: str) -> list[str]:
    return [name for name in objects(s3, bucket, "wh/tables/articles") if "2026-10" in name]


def backdate(s3: Any, bucket: str, prefix: str) -> None:
    """Make objects an hour old. The server keeps times in its memory, which this process has."""
    from moto.s3.models import s3_backends

    for backend in s3_backends.values():
        for region in backend.values():
            if bucket in region.buckets:
                for name in objects(s3, bucket, prefix):
                    region.buckets[bucket].keys[name].last_modified -= dt.timedelta(hours=1)


def test_the_next_writer_deletes_what_a_killed_run_left_for_its_workers(
    uri: str, s3: Any, bucket: str
) -> None:
    s3.put_object(Bucket=bucket, Key="wh/staging/dead-1234/fold/x", Body=b"x")
    with opened(uri).lock():
        assert not objects(s3, bucket, "wh/staging/")


def test_a_pointer_that_leads_elsewhere_is_an_error(uri: str, s3: Any, bucket: str) -> None:
    publish(opened(uri), "one", 1)
    s3.put_object(Bucket=bucket, Key="wh/manifests/../../x.json", Body=b"{}")
    s3.put_object(Bucket=bucket, Key="wh/LATEST", Body=b"../../x")
    with pytest.raises(WarehouseError, match="no manifest"):
        opened(uri)


def test_a_second_writer_gets_the_name_of_the_first(uri: str, another_machine: Move) -> None:
    first = opened(uri)
    with first.lock():
        another_machine()
        with pytest.raises(Locked, match=r"pid \d+ on .*, since 20"), opened(uri).lock():
            pass
    with opened(uri).lock():  # the lock was given back
        pass


def test_a_lock_whose_holder_died_is_free_at_once_here_and_after_its_time_elsewhere(
    uri: str, another_machine: Move, s3: Any, bucket: str
) -> None:
    publish(opened(uri), "one", 1)
    state = json.loads((opened(uri).root / ".mirror.json").read_text())
    left = {
        "token": "x",
        "mirror": state["id"],
        "pid": 1,
        "host": "h",
        "started_at": "2026-11-02",
        "command": "copydesk",
    }
    s3.put_object(Bucket=bucket, Key="wh/lock", Body=json.dumps(left).encode())
    # We have the lock of this mirror, so its recorded holder must have ended.
    with opened(uri).lock():
        pass
    s3.put_object(Bucket=bucket, Key="wh/lock", Body=json.dumps(left).encode())
    another_machine()
    with pytest.raises(Locked), opened(uri).lock():
        pass
    backdate(s3, bucket, "wh/lock")
    with opened(uri).lock():
        pass


def test_a_writer_that_lost_the_lease_does_not_switch(uri: str, s3: Any, bucket: str) -> None:
    warehouse = opened(uri)
    with warehouse.lock():
        assert warehouse.mirror is not None
        assert warehouse.mirror.lease is not None
        s3.put_object(
            Bucket=bucket, Key="wh/lock", Body=json.dumps({"token": "another's"}).encode()
        )
        warehouse.mirror.lease._renew_once()
        with pytest.raises(Outdated, match="taken over"):
            warehouse.publish(change(warehouse, "one", [rows.article(1)]))
    assert "wh/LATEST" not in objects(s3, bucket)


def test_a_server_that_ignores_conditions_is_refused(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Objects.write
    monkeypatch.setattr(
        Objects, "write", lambda self, name, content, **_: write(self, name, content)
    )
    with pytest.raises(WriteFailed, match="ignores the condition"), opened(uri).lock():
        pass


@pytest.mark.parametrize(
    "place", ["gs://bucket/wh", "memory://wh", "az://container/wh", "https://example.org/wh"]
)
def test_a_store_without_a_known_conditional_put_is_refused(place: str) -> None:
    with pytest.raises(WarehouseError, match="conditional put"):
        Warehouse.open(place, create=True)


def test_a_place_without_a_warehouse_is_an_error_that_says_what_to_do(
    uri: str, bucket: str, s3: Any
) -> None:
    with pytest.raises(NotAWarehouse, match="copydesk ingest INPUT --warehouse s3://"):
        Warehouse.open(uri)
    with pytest.raises(WriteFailed, match="no such bucket"):
        opened("s3://no-such-bucket-here/wh")
    s3.put_object(Bucket=bucket, Key="wh/thesis.docx", Body=b"x")
    with pytest.raises(NotAWarehouse, match=r"thesis\.docx"):
        opened(uri)


def test_superseded_snapshots_leave_the_store_with_their_files(
    uri: str, s3: Any, bucket: str
) -> None:
    for number in range(3):
        publish(opened(uri), f"run{number}", number)
    held = objects(s3, bucket, "wh/")
    assert len([name for name in held if name.startswith("wh/manifests/0")]) == 2
    kept = opened(uri).snapshots()
    named = {
        f"wh/tables/articles/{entry.object_name}"
        for one in kept
        for entry in one.manifest.tables["articles"]
    }
    assert {
        name for name in held if name.startswith("wh/tables/articles/") and not name.endswith(GUARD)
    } == named
    with pytest.raises(UnknownSnapshot):
        opened(uri).snapshot("1")


def test_rollback_publishes_the_older_state_again(uri: str, another_machine: Move) -> None:
    first = publish(opened(uri), "one", 1)
    publish(opened(uri), "two", 2)
    another_machine()
    warehouse = opened(uri)
    with warehouse.lock():
        back = maintenance_run.rollback(warehouse, first.id)
    assert ids(back) == ids(first)
    assert not list(faults(Warehouse.open(uri)))


class NoReelection:
    def elect(self, members: Any) -> Any:
        raise AssertionError(members)

    def sizes(self, members: Any) -> dict[str, int]:
        return {"cluster_size": 1, "n_outlets": 1, "n_origins": 1}


def test_a_forgotten_document_is_in_no_object_and_in_no_mirror(
    uri: str, another_machine: Move, s3: Any, bucket: str
) -> None:
    publish(opened(uri), "one", 1, 2)
    publish(opened(uri), "two", 3)
    elsewhere = opened(uri)
    assert ids(elsewhere.current())  # the mirror of this machine has the files
    another_machine()
    warehouse = opened(uri)
    with warehouse.lock():
        receipt = forget(
            warehouse, Request(docs=(rows.doc_id(2),)), reelection_rules=NoReelection()
        )
    for name in objects(s3, bucket, "wh/tables/"):
        content = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
        if name.startswith(("wh/tables/articles/", "wh/tables/removed/")) and not name.endswith(
            GUARD
        ):
            assert (
                rows.doc_id(2) not in pq.read_table(pa.BufferReader(content))["doc_id"].to_pylist()
            )
    assert f"wh/receipts/{receipt['receipt_id']}.json" in objects(s3, bucket)
    assert not [fault for fault in faults(warehouse) if fault.kind != "orphan"]
    with elsewhere.lock():
        elsewhere.sweep()
    left = [
        pq.read_table(path)["doc_id"].to_pylist()
        for path in (elsewhere.root / "snapshots").rglob("articles/*.parquet")
    ]
    assert all(rows.doc_id(2) not in some for some in left)


def test_verify_names_missing_changed_and_foreign_objects(uri: str, s3: Any, bucket: str) -> None:
    snapshot = publish(opened(uri), "one", 1)
    assert not list(faults(opened(uri)))
    (entry,) = snapshot.manifest.tables["articles"]
    name = f"wh/tables/articles/{entry.object_name}"
    content = s3.get_object(Bucket=bucket, Key=name)["Body"].read()
    s3.put_object(Bucket=bucket, Key=name, Body=content[:-1] + b"x")
    assert [(fault.kind, fault.where) for fault in faults(opened(uri))] == [
        ("changed", name.removeprefix("wh/"))
    ]
    assert not list(faults(opened(uri), quick=True))  # the size is the same
    s3.put_object(Bucket=bucket, Key=name, Body=content[:-1])
    assert [fault.kind for fault in faults(opened(uri), quick=True)] == ["changed"]
    s3.delete_object(Bucket=bucket, Key=name)
    s3.put_object(Bucket=bucket, Key="wh/tables/articles/copy.parquet", Body=b"x")
    s3.delete_object(Bucket=bucket, Key=f"wh/tables/runs/{GUARD}")
    assert sorted(fault.kind for fault in faults(opened(uri), quick=True)) == [
        "guard",
        "missing",
        "orphan",
    ]


def test_a_damaged_object_is_not_read(
    uri: str, another_machine: Move, s3: Any, bucket: str
) -> None:
    (entry,) = publish(opened(uri), "one", 1).manifest.tables["articles"]
    s3.put_object(
        Bucket=bucket, Key=f"wh/tables/articles/{entry.object_name}", Body=b"PAR1 no more PAR1"
    )
    another_machine()
    with pytest.raises(WarehouseError, match="SHA-256 differs"):
        Warehouse.open(uri).snapshot("current").table("articles")


def test_reports_are_shared_and_a_deleted_one_is_deleted_everywhere(
    uri: str, another_machine: Move, s3: Any, bucket: str
) -> None:
    here = opened(uri)
    (here.root / "reports" / "one.json").write_text("{}")
    here.share()
    another_machine()
    there = opened(uri)
    with there.lock():
        assert (there.root / "reports" / "one.json").read_text() == "{}"
        (there.root / "reports" / "one.json").unlink()
    assert "wh/reports/one.json" not in objects(s3, bucket)
    with here.lock():
        assert not (here.root / "reports" / "one.json").exists()


def test_an_outage_is_an_error_that_says_what_is_kept(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = opened(uri)

    def away(*_: Any) -> None:
        raise RemoteError("the server does not answer")

    with warehouse.lock():
        monkeypatch.setattr(Objects, "upload", away)
        with pytest.raises(WriteFailed, match="does not answer"):
            warehouse.publish(change(warehouse, "one", [rows.article(1)]))
        monkeypatch.undo()
    assert opened(uri).current() is None
