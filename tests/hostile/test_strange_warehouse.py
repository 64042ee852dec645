"""A warehouse from a stranger does no harm.

Nothing in it is executed, leads out of its folder, or makes a command fail without a message.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main as cli
from copydesk.flows.index import IndexRefused, index_files
from copydesk.flows.pipeline.stories import state, state_checks
from copydesk.flows.warehouse import Warehouse
from copydesk.transforms.dedup.options import Options
from tests.warehouse import crash_worker


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("honest") / "wh"
    warehouse = Warehouse.open(root, create=True)
    for step in range(2):
        warehouse.publish(crash_worker._change(warehouse, step))
    warehouse.sweep()
    return root


@pytest.fixture
def strange(honest: Path, tmp_path: Path) -> Path:
    shutil.copytree(honest, tmp_path / "wh", symlinks=True)
    return tmp_path / "wh"


COMMANDS = (
    ["status"],
    ["snapshots"],
    ["verify"],
    ["rejects"],
    ["path", "articles"],
    ["show", "0" * 32],
    ["explain", "0" * 32],
    ["templates", "list"],
    ["diff", "1"],
    ["quarantine", "list"],
    ["rollback", "1"],
    ["forget", "--doc", "0" * 32, "--yes"],
    ["migrate"],
)


def what_commands_say(strange: Path, *commands: list[str]) -> str:
    """Return what the commands say. Each must end with an exit code, and none with an exception."""
    said = ""
    for words in commands:
        done = CliRunner().invoke(cli, [*words, "--warehouse", str(strange)])
        assert done.exception is None or isinstance(done.exception, SystemExit), (
            words,
            done.exception,
        )
        assert done.exit_code in (0, 1, 2), words
        said += done.output
    return said


def change_manifest(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = root / "manifests" / f"{Warehouse(root).current_id()}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    path.write_text(json.dumps(told), encoding="utf-8")


LIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a file above": lambda told: told["tables"]["articles"][0].update(
        name="../../../../etc/passwd"
    ),
    "an absolute file": lambda told: told["tables"]["articles"][0].update(name="/etc/passwd"),
    "a hidden file": lambda told: told["index"].append({**told["tables"]["runs"][0], "name": ".."}),
    "a table above": lambda told: told["tables"].update({"../../x": []}),
    "inputs above": lambda told: told.update(
        inputs={**told["tables"]["runs"][0], "name": "../../x.parquet"}
    ),
    "a receipt above": lambda told: told.update(receipts=["../../x"]),
    "a parent above": lambda told: told.update(parent="../../x"),
    "a name that is a number": lambda told: told["tables"]["articles"][0].update(name=5),
    "another id": lambda told: told.update(id="000009-000000000000"),
    "a sequence of text": lambda told: told.update(sequence="9" * 5000),
    "rows that are text": lambda told: told["tables"]["articles"][0].update(rows="many"),
    "an unknown key": lambda told: told.update(execute="x"),
    "a list of tables": lambda told: told.update(tables=[]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_manifest_that_names_what_is_elsewhere_is_refused(lie: str, strange: Path) -> None:
    change_manifest(strange, LIES[lie])
    before = sorted(strange.parent.rglob("*"))
    said = what_commands_say(strange, ["status"], ["path", "articles"], ["verify"])
    assert "the manifest" in said
    assert sorted(strange.parent.rglob("*")) == before


def test_manifests_that_name_each_other_do_not_keep_a_command_for_ever(strange: Path) -> None:
    first, second = sorted(Warehouse(strange)._manifests())
    told = json.loads(first.read_text(encoding="utf-8"))
    first.write_text(json.dumps({**told, "parent": second.stem}), encoding="utf-8")
    assert "verify" in what_commands_say(strange, ["snapshots"], ["verify"])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[" * 100_000,
        "{}",
        "null",
        '{"format": 1, "tables": ' + "9" * 5000 + "}",
        "\x00",
        '{"format": 99}',
    ],
)
def test_a_file_that_is_not_a_manifest_is_named(content: str, strange: Path) -> None:
    current = f"{Warehouse(strange).current_id()}.json"
    (strange / "manifests" / current).write_text(content, encoding="utf-8")
    assert current in what_commands_say(strange, ["status"])


@pytest.mark.parametrize(
    "folder",
    [
        "staging",
        "index",
        "keys",
        "receipts",
        "reports",
        "manifests",
        "snapshots",
        "keys/articles",
        "staging/run",
    ],
)
def test_a_folder_that_is_a_link_to_somewhere_else_is_refused_before_anything_is_cleared(
    folder: str, strange: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    target = strange / folder
    if target.is_dir():
        shutil.move(target, mine)
    mine.mkdir(exist_ok=True)
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    target.symlink_to(mine)
    before = sorted(mine.rglob("*"))
    source = tmp_path / "in"
    source.mkdir()
    said = what_commands_say(
        strange,
        ["ingest", "--direct", str(source)],
        ["forget", "--doc", "0" * 32, "--yes"],
        ["status"],
    )
    assert said.count("is a symbolic link") == 3
    assert sorted(mine.rglob("*")) == before


def test_a_lock_that_is_a_link_overwrites_nothing(strange: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    (strange / "lock").unlink(missing_ok=True)
    (strange / "lock").symlink_to(tmp_path / "letter.txt")
    what_commands_say(strange, ["rollback", "1"])
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"


def _not_utf8() -> pa.Table:
    raw = pa.py_buffer(b"\xff\xfe\xfd")
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 3], np.int32).tobytes()), raw]
    )
    return pa.table({"doc_id": text, "text": text})


TABLES: dict[str, Callable[[Path], object]] = {
    "rubbish": lambda path: path.write_bytes(b"PAR1" + b"\xff" * 500 + b"PAR1"),
    "empty": lambda path: path.write_bytes(b""),
    "other columns": lambda path: pa.parquet.write_table(pa.table({"x": [1]}), path),
    "no UTF-8": lambda path: pa.parquet.write_table(_not_utf8(), path),
    "missing": lambda path: path.unlink(),
}


@pytest.mark.parametrize("how", TABLES)
def test_files_that_are_not_tables_end_every_command_with_a_sentence(
    how: str, strange: Path
) -> None:
    for table in ("articles", "runs", "rejects", "quarantined"):
        for path in (strange / "current" / table).iterdir():
            path.unlink()  # this is a hard link, so the older snapshot keeps its own
            path.touch()
            TABLES[how](path)
    shutil.rmtree(strange / "keys")
    what_commands_say(strange, *COMMANDS)


class Evil:
    """A value that makes a file when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.place,))


def test_a_pickle_among_the_keys_is_not_run(strange: Path, tmp_path: Path) -> None:
    for path in (strange / "keys" / "articles").iterdir():
        np.save(path, np.array([Evil(tmp_path / "ran")], object), allow_pickle=True)
    current = Warehouse.open(strange).current()
    assert current is not None
    assert current.known(
        [row["doc_id"] for row in current.table("articles", ["doc_id"]).to_pylist()]
    )
    assert "does not match its table" in what_commands_say(strange, ["verify"])
    assert not (tmp_path / "ran").exists()


HEADERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "Python objects": lambda header: header["arrays"]["time"].update(type="|O"),
    "beyond the end": lambda header: header["arrays"]["time"].update(offset=10**9),
    "before the beginning": lambda header: header["arrays"]["time"].update(offset=-8),
    "a length below nothing": lambda header: header["arrays"]["time"].update(shape=[-3]),
    "another length": lambda header: header["arrays"]["time"].update(shape=[2]),
    "too few permutations": lambda header: header["arrays"]["signature"].update(shape=[3, 8]),
    "a count of text": lambda header: header.update(count="3"),
    "an array less": lambda header: header["arrays"].pop("n_words"),
    "an array that is a list": lambda header: header["arrays"].update(time=[]),
    "arrays without end": lambda header: header.update(arrays=[]),
    "another kind": lambda header: header.update(kind="../x"),
}


def index_file(folder: Path) -> Path:
    options = Options()
    arrays = {
        "doc_id": np.zeros((3, 16), np.uint8),
        "time": np.zeros(3, np.int64),
        "n_words": np.zeros(3, np.int32),
        "sequence": np.zeros(3, np.uint64),
        "signature": np.zeros((3, options.num_perm), np.uint32),
    }
    return index_files.write(
        folder, "docs", index_files.made_as(options) | {"first": 0, "count": 3}, arrays
    ).path


@pytest.mark.parametrize("lie", HEADERS)
def test_an_index_file_whose_header_lies_is_refused(lie: str, tmp_path: Path) -> None:
    path = index_file(tmp_path)
    raw = path.read_bytes()
    assert index_files.read(path).array("time").tolist() == [0, 0, 0]
    header = json.loads(raw[: index_files.HEADER_BYTES])
    HEADERS[lie](header)
    path.write_bytes(
        json.dumps(header).encode().ljust(index_files.HEADER_BYTES)
        + raw[index_files.HEADER_BYTES :]
    )
    with pytest.raises(IndexRefused, match="index rebuild"):
        index_files.read(path)


@pytest.mark.parametrize("content", [b"", b"[" * 5000, b"null", b"{}", b"\xff" * 5000])
def test_a_file_that_is_not_an_index_is_refused(content: bytes, tmp_path: Path) -> None:
    path = index_file(tmp_path)
    path.write_bytes(content)
    with pytest.raises(IndexRefused, match="index rebuild"):
        index_files.read(path)


def window(**columns: object) -> pa.Table:
    honest = {
        "doc_id": ["a", "b"],
        "slots": [[1], [2, 3]],
        "weights": [[1], [2, 3]],
        "twin": [0, 1],
        "near": [[], [0]],
        "similarity": [[], [9]],
    }
    return pa.table({**honest, **columns}, schema=state_checks.WINDOW)


WINDOWS = {
    "a slot beyond the features": {"slots": [[1], [2, 2**31 - 1]]},
    "a slot below nothing": {"slots": [[-1], [2, 3]]},
    "fewer weights": {"weights": [[1], [2]]},
    "a twin elsewhere": {"twin": [0, 2]},
    "a neighbour elsewhere": {"near": [[], [2]]},
    "a document twice": {"doc_id": ["a", "a"]},
    "nothing": {"slots": [None, [2, 3]]},
    "nothing within": {"slots": [[None], [2, 3]]},
    "a similarity beyond one": {"similarity": [[], [2**30]]},
}


@pytest.mark.parametrize("lie", WINDOWS)
def test_a_state_file_of_the_stories_that_lies_counts_as_lost(lie: str) -> None:
    assert state_checks.is_window(window())
    assert not state_checks.is_window(window(**WINDOWS[lie]))


def test_an_epoch_of_the_stories_that_lies_counts_as_lost() -> None:
    epoch = pa.table({"step": [5, 2**30], "frequency": [1, 1]}, schema=state_checks.EPOCH)
    facts = {"format": state.FORMAT, "number": "1", "n_documents": "2", "n_articles": "2"}
    assert state_checks.is_epoch(epoch.slice(0, 1).replace_schema_metadata(facts))
    assert not state_checks.is_epoch(epoch.replace_schema_metadata(facts))
    assert not state_checks.is_epoch(epoch.slice(0, 1))
