"""Inputs that the warehouse has already read are not read again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.pipeline import known_inputs, run
from copydesk.flows.read import InputFile, find
from copydesk.flows.read.tally import Tally
from copydesk.flows.recipe import Recipe, from_toml
from copydesk.flows.warehouse import Warehouse

READING = "r" * 64


def line(number: int) -> str:
    words = " ".join(
        f"{word}{number}" for word in ["council", "road", "harbour", "plan", "vote", "debate"]
    )
    text = (
        f"The {words} in Harwick passed on Monday after a long debate about number {number}. " * 3
    )
    return json.dumps({"url": f"https://h.example/{number}", "text": text}) + "\n"


def record(files: list[Any], **counts: int) -> pa.Table:
    """Return the record after a run that read the files, with ten documents each."""
    sifted, tally = known_inputs.unknown(files), Tally()
    for number in range(len(files)):
        tally.records[number] = counts.get("records", 10)
        tally.next_numbers[number] = counts.get("records", 10)
    empty = known_inputs.INPUTS.empty_table()
    return known_inputs.recorded(empty, sifted, tally, reading=READING, version="1", run_id="run-1")


def sift(path: Path, known: pa.Table, **options: Any) -> known_inputs.Sifted:
    return known_inputs.sift(find([str(path)]), known, **{"reading": READING, **options})


def test_an_unchanged_file_is_not_opened_and_its_documents_count_as_known(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    known = record(find([str(path)]))
    path.chmod(0)
    found = sift(path, known)
    assert (found.files, found.n_known_files, found.n_known_documents) == ((), 1, 10)


def test_a_file_with_another_time_and_the_same_content_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    known = record(find([str(path)]))
    os.utime(path, (1, 1))
    assert sift(path, known).files == ()


def test_a_file_with_the_same_size_and_another_content_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    known = record(find([str(path)]))
    path.write_text("Snow.")
    os.utime(path, (1, 1))
    assert len(sift(path, known).files) == 1


def test_a_file_read_with_another_recipe_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    assert len(sift(path, record(find([str(path)])), reading="other").files) == 1


def test_reread_reads_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    assert len(sift(path, record(find([str(path)])), reread=True).files) == 1


def test_a_grown_file_is_read_from_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line(0) + line(1))
    known, size = record(find([str(path)]), records=2), path.stat().st_size
    with path.open("a") as more:
        more.write(line(2))
    (grown,) = sift(path, known).files
    assert isinstance(grown, InputFile)
    assert (grown.offset, grown.first_number) == (size, 2)
    assert sift(path, known).n_known_documents == 2


@pytest.mark.parametrize("change", ["beginning", "half a line"])
def test_a_grown_file_is_read_whole_if_its_beginning_changed(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(line(0).rstrip("\n") if change == "half a line" else line(0))
    known = record(find([str(path)]), records=1)
    content = path.read_text()
    path.write_text((content if change == "half a line" else line(7)) + "\n" + line(2))
    (found,) = sift(path, known).files
    assert isinstance(found, InputFile)
    assert found.offset == 0


def test_a_file_that_is_gone_at_the_end_of_a_run_gets_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Rain.")
    sifted = known_inputs.unknown(find([str(path)]))
    path.unlink()
    empty = known_inputs.INPUTS.empty_table()
    found = known_inputs.recorded(
        empty, sifted, Tally(), reading=READING, version="1", run_id="run-1"
    )
    assert found.num_rows == 0


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the input `dump/a.jsonl` and a warehouse that has read it.

    The input has four documents.
    """
    folder = tmp_path_factory.mktemp("known")
    (folder / "dump").mkdir()
    (folder / "dump" / "a.jsonl").write_text("".join(map(line, range(4))), encoding="utf-8")
    run.run([str(folder / "dump")], warehouse=folder / "wh", workers=1)
    return folder


@pytest.fixture
def copied(ingested: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of that folder whose input has the recorded path and time."""
    dump = ingested / "dump" / "a.jsonl"
    kept = dump.read_bytes(), dump.stat().st_mtime_ns
    shutil.copytree(ingested / "wh", tmp_path / "wh", symlinks=True)
    (tmp_path / "dump").symlink_to(ingested / "dump")
    yield tmp_path
    for other in (ingested / "dump").iterdir():
        other.unlink()
    dump.write_bytes(kept[0])
    os.utime(dump, ns=(kept[1], kept[1]))


def ingest(folder: Path, **options: Any) -> run.Summary:
    dump = os.path.realpath(folder / "dump")
    return run.run([dump], warehouse=folder / "wh", workers=1, **options)


def snapshots(folder: Path) -> list[str]:
    return [snapshot.id for snapshot in Warehouse.open(folder / "wh").snapshots()]


def test_a_run_over_known_inputs_publishes_nothing_and_balances(copied: Path) -> None:
    before = snapshots(copied)
    facts = ingest(copied).facts
    assert (facts.n_read, facts.n_known, facts.n_known_files) == (4, 4, 1)
    assert facts.known_since
    assert snapshots(copied) == before


def test_the_command_says_since_when_nothing_is_new_and_starts_no_server(copied: Path) -> None:
    dump = os.path.realpath(copied / "dump")
    result = CliRunner().invoke(main, ["ingest", dump, "--warehouse", str(copied / "wh")])
    assert result.exit_code == 0, result.output
    assert "nothing new since" in result.output


def test_one_new_line_costs_that_line_and_the_balance_counts_the_others(copied: Path) -> None:
    with (copied / "dump" / "a.jsonl").open("a", encoding="utf-8") as more:
        more.write(line(9))
    facts = ingest(copied).facts
    assert (facts.n_read, facts.n_known, facts.n_articles + facts.n_duplicates) == (5, 4, 1)
    rows = Warehouse.open(copied / "wh").snapshot("current").table("runs").to_pylist()
    assert rows[-1]["n_read"] == 5


def test_a_changed_recipe_reads_again_and_known_documents_stay_known(copied: Path) -> None:
    before = snapshots(copied)
    facts = ingest(copied, recipe=from_toml('[inputs]\nkeep = ["id"]\n')).facts
    assert (facts.n_known_files, facts.n_known) == (0, 4)
    assert snapshots(copied) == before


def test_a_recipe_that_differs_in_dedup_reads_nothing_again(copied: Path) -> None:
    other = from_toml("[run]\nshard_documents = 7\n")
    assert known_inputs.reading_sha256(other) == known_inputs.reading_sha256(Recipe())


def test_a_forgotten_document_does_not_come_back_with_its_file(copied: Path) -> None:
    address = "https://h.example/0"
    command = ["forget", "--url", address, "--yes", "--warehouse", str(copied / "wh")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    for reread in (False, True):
        facts = ingest(copied, reread=reread).facts
        assert (facts.n_read, facts.n_known, facts.n_known_files) == (4, 4, int(not reread))
        assert address not in articles(copied)


def test_replay_reads_a_known_file_again_for_its_refused_documents(copied: Path) -> None:
    (copied / "dump" / "b.jsonl").write_text('{"words": "no field that is known"}\n')
    facts = ingest(copied).facts
    assert (facts.n_rejected, facts.n_known) == (1, 4)
    assert ingest(copied).facts.n_known == 5
    from copydesk.flows.maintenance.replay import replay

    warehouse = Warehouse.open(copied / "wh")
    recipe = from_toml('[inputs]\ntext = ["text", "words"]\n')
    summary = replay(warehouse, recipe=recipe)
    assert summary is not None
    assert summary.facts.n_articles + summary.facts.n_rejected == 1
    assert ingest(copied).facts.n_known_files == 1  # the other file was read with another recipe


def command(folder: Path, *words: str) -> None:
    result = CliRunner().invoke(main, [*words, "--warehouse", str(folder / "wh")])
    assert result.exit_code == 0, result.output


def articles(folder: Path) -> dict[str, str]:
    """Return the texts of the articles and their copies, by address."""
    snapshot = Warehouse.open(folder / "wh").snapshot("current")
    tables = [snapshot.table(name, ["url", "text"]) for name in ("articles", "duplicates")]
    return {row["url"]: row["text"] for table in tables for row in table.to_pylist()}


@pytest.mark.parametrize("stage", ["clean", "stories"])
def test_reprocess_leaves_the_record_of_inputs_as_it_is(copied: Path, stage: str) -> None:
    command(copied, "reprocess", "--stage", stage)
    before = snapshots(copied)
    facts = ingest(copied).facts
    assert (facts.n_known_files, facts.n_known) == (1, 4)
    assert snapshots(copied) == before


def test_a_changed_recipe_acts_on_known_documents_only_with_reprocess(
    copied: Path, tmp_path: Path
) -> None:
    address = "https://h.example/40"
    row = json.loads(line(40))
    row["text"] += "\nShare this story"
    (copied / "dump" / "b.jsonl").write_text(json.dumps(row) + "\n")
    ingest(copied)
    recipe = tmp_path / "changed.toml"
    recipe.write_text('[clean]\ndisabled = ["share"]\nline_model = false\n')
    changed = from_toml(recipe.read_text())
    facts = ingest(copied, recipe=changed).facts
    assert (facts.n_known_files, facts.n_known) == (0, 5)
    assert "Share this story" not in articles(copied)[address]
    command(copied, "reprocess", "--recipe", str(recipe))
    assert articles(copied)[address].endswith("Share this story")
    assert ingest(copied, recipe=changed).facts.n_known == 5
    assert ingest(copied, recipe=changed).facts.n_known_files == 2


def test_a_rollback_takes_back_the_record_with_the_documents(copied: Path) -> None:
    first, address = snapshots(copied)[-1], "https://h.example/41"
    (copied / "dump" / "b.jsonl").write_text(line(41))
    ingest(copied)
    assert address in articles(copied)
    command(copied, "rollback", first)
    assert address not in articles(copied)
    facts = ingest(copied).facts
    assert (facts.n_known_files, facts.n_known, facts.n_read) == (1, 4, 5)
    assert address in articles(copied)


def test_a_dangling_link_and_a_file_without_permission_are_rejects_and_the_rest_is_published(
    copied: Path,
) -> None:
    dump = copied / "dump"
    (dump / "gone.jsonl").symlink_to(dump / "nowhere.jsonl")
    (dump / "new.jsonl").write_text(line(30))
    facts = ingest(copied).facts
    assert (facts.n_rejected, facts.n_articles + facts.n_duplicates) == (1, 1)
    rejects = Warehouse.open(copied / "wh").snapshot("current").table("rejects").to_pylist()
    assert [(row["source_uri"], row["reason"]) for row in rejects] == [("gone.jsonl", "unreadable")]


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_a_run_that_can_read_nothing_says_so_and_fails(tmp_path: Path, quiet: list[str]) -> None:
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    command = ["ingest", "--direct", "--workers", "1", str(tmp_path / "dump"), *quiet]
    result = CliRunner().invoke(main, [*command, "--warehouse", str(tmp_path / "wh")])
    assert result.exit_code == 1
    assert "nothing could be read: 1 document rejected (unknown_format 1)" in result.output


def test_standard_input_is_read_by_the_format_that_is_named(tmp_path: Path) -> None:
    command = ["ingest", "-", "--format", "jsonl", "--direct", "--workers", "1"]
    result = CliRunner().invoke(
        main, [*command, "--warehouse", str(tmp_path / "wh")], input="".join(map(line, range(3)))
    )
    assert result.exit_code == 0, result.output
    counts = Warehouse.open(tmp_path / "wh").snapshot("current").counts
    assert counts["articles"] + counts["duplicates"] == 3
    shown = CliRunner().invoke(main, ["status", "--warehouse", str(tmp_path / "wh")]).output
    assert "A run now  name its inputs to see" in shown  # its copy is gone


def test_standard_input_needs_its_format(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["ingest", "-", "--warehouse", str(tmp_path / "wh")])
    assert (result.exit_code, "--format jsonl" in result.output) == (2, True)
