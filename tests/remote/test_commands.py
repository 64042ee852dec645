"""The command line with inputs and a warehouse on a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.flows.warehouse import Warehouse

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def warehouse(server: str) -> str:
    """A warehouse on the server, made by one run over inputs on the server."""
    import boto3

    client = boto3.client("s3")
    client.create_bucket(Bucket="commands")
    for path in sorted(SEEDS.glob("*.txt")):
        client.upload_file(str(path), "commands", f"dump/{path.name}")
    run("ingest", "s3://commands/dump/", "--direct", "--workers", "1", "--warehouse", "s3://commands/wh")
    return "s3://commands/wh"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done.output


def test_what_was_ingested_is_read_by_every_command(warehouse: str, tmp_path: Path) -> None:
    status = json.loads(run("status", "--json", "--warehouse", warehouse))
    assert status["warehouse"] == warehouse
    assert status["rows"]["articles"] >= 1
    paths = run("path", "articles", "--warehouse", warehouse).split()
    assert all(path.startswith(f"{warehouse}/tables/articles/") for path in paths)
    assert run("verify", "--warehouse", warehouse).startswith("No fault")
    assert run("report", "--warehouse", warehouse).strip().endswith(".html")
    run("export", "--to", str(tmp_path / "corpus.jsonl"), "--warehouse", warehouse)
    lines = (tmp_path / "corpus.jsonl").read_text().splitlines()
    assert len(lines) == status["rows"]["articles"]
    assert "://" not in json.loads(lines[0])["source_uri"]


def test_the_same_inputs_bring_nothing_new(warehouse: str) -> None:
    said = run("ingest", "s3://commands/dump/", "--direct", "--workers", "1", "--warehouse", warehouse)
    assert "Nothing new" in said
    assert f"copydesk path articles --warehouse {warehouse}" in said


def test_forget_and_rollback_work_there_too(warehouse: str) -> None:
    first = Warehouse.open(warehouse).snapshots()[-1].id
    assert run("rollback", first, "--warehouse", warehouse).startswith("Snapshot ")
    before = json.loads(run("status", "--json", "--warehouse", warehouse))["rows"]
    doc = json.loads(run("show", "--json", _some_document(warehouse), "--warehouse", warehouse))
    receipt = json.loads(run("forget", "--doc", _some_document(warehouse), "--yes", "--json", "--warehouse", warehouse))
    assert [one["doc_id"] for one in receipt["documents"]] == [_id_of(doc)]
    after = json.loads(run("status", "--json", "--warehouse", warehouse))["rows"]
    assert after["tombstones"] == before["tombstones"] + 1
    assert run("verify", "--warehouse", warehouse).startswith("No fault")


_chosen: list[str] = []


def _some_document(warehouse: str) -> str:
    if not _chosen:
        import fsspec
        import pyarrow.parquet as pq

        path = run("path", "articles", "--warehouse", warehouse).split()[0]
        with fsspec.open(path, "rb") as file:
            _chosen.append(pq.read_table(file, columns=["doc_id"])["doc_id"][0].as_py())
    return _chosen[0]


def _id_of(doc: Any) -> str:
    return str(doc["doc_id"] if isinstance(doc, dict) and "doc_id" in doc else _chosen[0])
