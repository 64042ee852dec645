"""The files of a run are carried between machines that share no folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.flows.engines.dask.transfer import RunTransfer
from copydesk.flows.remote.client import RemoteError
from copydesk.flows.remote.objects import Objects
from copydesk.flows.warehouse import Options, Warehouse
from copydesk.flows.warehouse.errors import WarehouseError, WriteFailed
from tests.remote.conftest import objects
from tests.remote.test_warehouse import Move, publish


@pytest.fixture
def here(bucket: str, tmp_path: Path) -> RunTransfer:
    """Return the side of the machine of the run."""
    staging = tmp_path / "run"
    (staging / "fold").mkdir(parents=True)
    (staging / "fold" / "a").write_text("A")
    return RunTransfer.through_store(f"s3://{bucket}/wh", staging)


def test_what_one_side_sends_another_fetches_once(
    here: RunTransfer, another_machine: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [here.upload(here.path("fold/a")), here.upload(here.path("fold"))]
    assert names == ["fold/a", "fold/"]
    another_machine()
    away = here.on_worker
    fetched: list[str] = []
    download = Objects.download
    monkeypatch.setattr(
        Objects,
        "download",
        lambda self, name, path: (fetched.append(name), download(self, name, path)),
    )
    for _ in range(2):
        file, folder = away.download_all(names)
        assert (file.read_text(), folder.is_dir(), file.parent == folder) == ("A", True, True)
    assert fetched == ["fold/a"]
    assert file != here.path("fold/a")


def test_a_shared_folder_has_one_name_on_all_sides_and_nothing_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copydesk.flows.engines.dask.transfer.run_concurrently", None)
    transfer = RunTransfer()
    name = transfer.upload(tmp_path / "a")
    assert transfer.on_worker.download(name) == tmp_path / "a"


@pytest.mark.parametrize("name", ["../../.bashrc", "fold/../../x", "/etc/passwd"])
def test_no_name_leads_out_of_the_folder(name: str, here: RunTransfer) -> None:
    with pytest.raises(WarehouseError, match="does not belong to the run"):
        here.on_worker.download(name)


def test_a_worker_deletes_files_of_earlier_runs_and_in_the_end_those_of_this_run(
    here: RunTransfer, another_machine: Move, tmp_path: Path
) -> None:
    before = RunTransfer.through_store(here.warehouse, tmp_path / "run")
    left_behind = [transfer.upload(transfer.path("fold/a")) for transfer in (before, here)]
    another_machine()
    old, new = (
        transfer.on_worker.download(name)
        for transfer, name in zip((before, here), left_behind, strict=True)
    )
    here.on_worker.clear_old_runs()
    assert (old.exists(), new.exists()) == (False, True)
    here.on_worker.clear_cache()
    assert not new.exists()


def test_a_worker_keeps_no_index_of_snapshots_that_are_gone(
    here: RunTransfer, another_machine: Move
) -> None:
    warehouse = Warehouse.open(
        here.warehouse, create=True, options=Options(keep_snapshots=1, grace_hours=0)
    )
    publish(warehouse, "one", 1)
    another_machine()
    mirror = Warehouse.open(here.warehouse).root
    (mirror / "index" / "docs-0.ndx").write_text("of long ago")
    here.on_worker.clear_cache()
    assert not list((mirror / "index").iterdir())


def test_the_store_is_empty_when_the_run_has_ended(here: RunTransfer, s3: Any, bucket: str) -> None:
    here.upload(here.path("fold/a"))
    assert list(objects(s3, bucket)) == [f"wh/staging/{here.session}/fold/a"]
    here.clear_store()
    assert not objects(s3, bucket)


def test_a_store_that_fails_ends_the_run_with_a_sentence_that_says_what_is_kept(
    here: RunTransfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RemoteError(None, "the server does not answer")

    monkeypatch.setattr(Objects, "upload", fail)
    with pytest.raises(
        WriteFailed,
        match=r"^the server does not answer; nothing was published. .* finished shards are kept$",
    ):
        here.upload(here.path("fold/a"))
