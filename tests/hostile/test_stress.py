"""Runs on machines in trouble.

Each run succeeds, or ends with a sentence about the cause and exit code 1.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from click.testing import CliRunner, Result

from copydesk.flows.cli import main as cli
from copydesk.flows.pipeline import run
from tests.hostile import inputs
from tests.hostile.inputs import STORY

ROOT = Path(__file__).resolve().parents[2]


def ingest(
    *arguments: str | Path,
    warehouse: Path,
    environment: dict[str, str] | None = None,
    limit: Callable[[], None] | None = None,
    prefix: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    command = [
        *prefix,
        sys.executable,
        "-m",
        "copydesk.flows.cli",
        "ingest",
        "--direct",
        "--workers",
        "1",
        "--warehouse",
        str(warehouse),
        *map(str, arguments),
    ]
    known = (
        {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": os.environ.get("HOME", "/")}
        if environment is None
        else {**environment, "PYTHONPATH": str(ROOT)}
    )
    # Under a limit on file sizes, the bytecode that Python stores would be cut short.
    known["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=known,
        preexec_fn=limit,
        timeout=300,
        check=False,
        errors="replace",
    )


def ingest_here(*arguments: str | Path, warehouse: Path) -> Result:
    """Run the same command in this process, so that only its own work is limited."""
    command = ["ingest", "--direct", "--workers", "1", "--warehouse", str(warehouse)]
    return CliRunner().invoke(cli, [*command, *map(str, arguments)])


def corpus(folder: Path, n: int = 4) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n):
        (folder / f"{number}.txt").write_text(
            f"Harbour number {number} opens\n{STORY} Berth {number} was {'very ' * number}busy.",
            encoding="utf-8",
        )
    return folder


def rows(warehouse: Path, table: str = "articles") -> list[dict[str, object]]:
    return sorted(
        ds.dataset(warehouse.resolve() / "current" / table)
        .to_table()
        .drop_columns(["run_id"])
        .to_pylist(),
        key=str,
    )


def fails_with_a_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert any(word in done.stderr for word in words), done.stderr


def test_a_full_disk_is_named_and_the_next_run_goes_through(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small disk needs user namespaces; the next test does not need them")
    corpus(tmp_path / "in", 40)
    place = tmp_path / "disk"
    place.mkdir()
    script = f"mount -t tmpfs -o size=150k none '{place}' && \"$@\"; code=$?; ls '{place}/wh/snapshots' 2>/dev/null; exit $code"
    done = ingest(
        tmp_path / "in",
        warehouse=place / "wh",
        prefix=("unshare", "-Urm", "sh", "-c", script, "sh"),
    )
    fails_with_a_sentence(done, "disk is full", "No space left")
    assert ingest_here(tmp_path / "in", warehouse=place / "wh").exit_code == 0


class FullDisk:
    """A disk that is full from the n-th fsync on.

    A file system that writes late reports a full disk at an fsync.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: float) -> None:
        self.n, self.room, self._fsync = 0, room, os.fsync
        monkeypatch.setattr(os, "fsync", self.fsync)

    def fsync(self, descriptor: int) -> None:
        self.n += 1
        if self.n > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._fsync(descriptor)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Return a folder, and how many fsyncs the input `b` took.

    The folder has the inputs `a` and `b`, a warehouse `wh` of `a`, and its `twin` that also has
    `b`.
    """
    folder = tmp_path_factory.mktemp("undisturbed")
    run.run([str(corpus(folder / "a", 3))], warehouse=folder / "wh")
    shutil.copytree(folder / "wh", folder / "twin", symlinks=True)
    with pytest.MonkeyPatch.context() as patched:
        counted = FullDisk(patched, float("inf"))
        run.run([str(corpus(folder / "b", 5))], warehouse=folder / "twin")
    return folder, counted.n


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_a_disk_that_fills_up_at_any_time_leaves_the_snapshot_before(
    share: float, undisturbed: tuple[Path, int], tmp_path: Path
) -> None:
    folder, n_synced = undisturbed
    warehouse, second = tmp_path / "wh", folder / "b"
    shutil.copytree(folder / "wh", warehouse, symlinks=True)
    before = os.readlink(warehouse / "current")
    with pytest.MonkeyPatch.context() as patched:
        FullDisk(patched, int(n_synced * share))
        done = ingest_here("--quiet", second, warehouse=warehouse)
    assert done.exit_code == 1
    assert "disk is full" in done.output
    assert os.readlink(warehouse / "current") == before
    if share > 0.5:
        run.run([str(second)], warehouse=warehouse)
        assert rows(warehouse) == rows(folder / "twin")


def test_a_file_that_may_not_grow_is_named(tmp_path: Path) -> None:
    done = ingest(
        corpus(tmp_path / "in"),
        warehouse=tmp_path / "wh",
        limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
    )
    fails_with_a_sentence(done, "File too large")
    assert not (tmp_path / "wh" / "current").exists()


def test_too_few_file_handles_are_named(tmp_path: Path) -> None:
    done = ingest(
        corpus(tmp_path / "in"),
        warehouse=tmp_path / "wh",
        limit=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)),
    )
    fails_with_a_sentence(done, "Too many")


def test_locale_c_and_no_home_change_nothing(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in")
    (source / "møte i går.txt").write_text(STORY + " Møtet var i går.", encoding="utf-8")
    assert ingest_here(source, warehouse=tmp_path / "usual").exit_code == 0
    bare = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
    }
    done = ingest(source, warehouse=tmp_path / "bare", environment=bare)
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "bare") == rows(tmp_path / "usual")


def test_a_clock_set_back_neither_stops_nor_changes_a_run(tmp_path: Path) -> None:
    source, warehouse = corpus(tmp_path / "in"), tmp_path / "wh"
    first = run.run(
        [str(source)], warehouse=warehouse, clock=lambda: datetime(2030, 1, 1, tzinfo=UTC)
    )
    corpus(source, 6)
    second = run.run(
        [str(source)], warehouse=warehouse, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)
    )
    assert (first.facts.n_articles + first.facts.n_duplicates, second.facts.n_known) == (4, 4)
    assert len(rows(warehouse)) + len(rows(warehouse, "duplicates")) == 6


def test_an_input_folder_is_left_as_it_was_and_may_be_read_only(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in")
    source.chmod(0o555)
    before = [
        (path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(source.iterdir())
    ]
    done = ingest_here(source, warehouse=tmp_path / "wh")
    assert done.exit_code == 0, done.output
    assert [
        (path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in sorted(source.iterdir())
    ] == before


def test_any_name_of_an_input_folder_and_a_warehouse_works(tmp_path: Path) -> None:
    odd = "with space/two\nlines/-rf/\x1b[31mred/quo'te\"$HOME`x`;"
    source = corpus(Path(os.fsdecode(os.fsencode(tmp_path / odd) + b"/caf\xe9")))
    warehouse = tmp_path / odd / "warehouse à la carte"
    done = ingest(source, warehouse=warehouse)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert len(rows(warehouse)) + len(rows(warehouse, "duplicates")) == 4


def test_a_warehouse_whose_path_is_not_utf8_is_wrong_usage(tmp_path: Path) -> None:
    done = ingest(
        corpus(tmp_path / "in", 1), warehouse=Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    )
    assert done.returncode == 2
    assert "must be UTF-8" in done.stderr


def test_no_input_chooses_where_anything_is_written(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    lines = [
        {"text": f"{STORY} {i}", "url": url, "outlet": outlet, "title": outlet}
        for i, (url, outlet) in enumerate(
            [
                ("../../../evil", "../../evil"),
                ("file:///etc/passwd", "/etc/passwd"),
                ("https://../..//evil", "..\\..\\evil"),
                ("https://evil.example/%2e%2e/%2e%2e/x", "a\x00b/../../c"),
            ]
        )
    ]
    (source / "a.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    before = set(tmp_path.rglob("*"))
    assert ingest_here(source, warehouse=tmp_path / "wh").exit_code == 0
    new = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before}
    assert new == {"wh"}
    assert not [
        path
        for path in (tmp_path / "wh").rglob("*")
        if "evil" in path.name or "passwd" in path.name
    ]


def test_a_missing_input_is_wrong_usage_and_names_it(tmp_path: Path) -> None:
    done = ingest_here(tmp_path / "missing", warehouse=tmp_path / "wh")
    assert done.exit_code == 2
    assert "missing" in done.output


def test_hostile_inputs_in_a_run_change_no_row_of_the_good_ones(
    tmp_path: Path, hostile_folder: Path
) -> None:
    good = corpus(tmp_path / "good", 12)
    recipe = tmp_path / "recipe.toml"
    limits = inputs.LIMITS
    recipe.write_text(
        f"[limits]\ndocument_bytes = {limits.document_bytes}\nline_bytes = {limits.line_bytes}\nexpansion = {limits.expansion}\nseconds = {limits.seconds}\n"
        f"memory_bytes = {limits.memory_bytes}\n[run]\nshard_documents = 40\n",
        encoding="utf-8",
    )
    hostile = tmp_path / "hostile"
    # All these files repeat the same stories, so a story that is in a good document must not come
    # again as its copy.
    shutil.copytree(hostile_folder, hostile, copy_function=os.link)
    (hostile / "good").mkdir()
    for path in good.iterdir():
        shutil.copy(path, hostile / "good" / path.name)
    alone = ingest_here(hostile / "good", "--recipe", recipe, warehouse=tmp_path / "alone")
    mixed = ingest_here(hostile, "--recipe", recipe, warehouse=tmp_path / "mixed")
    assert alone.exit_code == 0, alone.output
    assert mixed.exit_code == 0, mixed.output
    texts = {
        row["title"]: row["text"]
        for row in rows(tmp_path / "alone") + rows(tmp_path / "alone", "duplicates")
    }
    among = {
        row["title"]: row["text"]
        for row in rows(tmp_path / "mixed") + rows(tmp_path / "mixed", "duplicates")
        if str(row["source_uri"]).startswith("good/")
    }
    assert among == texts
