"""Commands with inputs and a warehouse on a server.

They say the same and give the same rows as with the same warehouse in a folder.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import pytest
from click.testing import CliRunner

from copydesk.flows.browse.corpus import Corpus, Filters
from copydesk.flows.cli import main
from copydesk.flows.remote.client import RemoteError
from copydesk.flows.remote.objects import Objects
from copydesk.flows.warehouse import Snapshot, Warehouse
from tests.dedup.newsroom import Newsroom

OUTLET = "harbour.example"
NOTICE = "The ferries of the harbour burn the oil of the old mill"
RECIPE = """
[limits]
document_bytes = 4_000
[templates]
min_outlet_documents = 5
candidate_documents = 2
[drift]
quarantine = true
min_runs = 1
min_documents = 5
"""
# What differs between two runs of the same command: ids of runs and snapshots, times, and
# measurements of the run.
DIFFERENT = {
    r"\b\d{6}-[0-9a-f]{12}\b": "SNAPSHOT",
    r"\b([a-z]+-)?\d{8}T\d{6,12}(-[a-z]+)?-?[0-9a-f]*": "RUN",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00)?": "TIME",
    r'"bytes": \d+': '"bytes": N',
}
BUCKET = "commands"


def deliveries() -> list[list[dict[str, Any]]]:
    """Return two deliveries of one outlet.

    They have copies and stories, a notice under half of the articles, an empty document and one
    that is too large. Nobody is named in the second delivery.
    """
    room = Newsroom(3, stories=5, singles=5, copies=2, days=6)
    order = sorted(range(len(room.texts)), key=lambda row: (room.times[row], room.texts[row]))
    documents = [
        {
            "url": f"https://www.{OUTLET}/{number}",
            "title": f"Ferry {number} leaves",
            "author": "Ana Ruiz",
            "text": room.texts[row] + (f"\n{NOTICE}" if number % 2 else ""),
            "published_at": room.times[row].isoformat(),
            "fetched_at": "2026-04-01T00:00:00+00:00",
        }
        for number, row in enumerate(order)
    ]
    broken = [
        {"url": f"https://www.{OUTLET}/empty", "text": ""},
        {"url": f"https://www.{OUTLET}/long", "text": "The sea rose and fell all day. " * 200},
    ]
    return [documents[:12] + broken, [{**document, "author": None} for document in documents[9:]]]


@dataclass(frozen=True)
class Place:
    """A warehouse on the server or in a folder."""

    warehouse: str

    def run(self, *arguments: str) -> tuple[int, str]:
        """Return exit code and output of a command. No command may end with an exception."""
        done = CliRunner().invoke(main, [*arguments, "--warehouse", self.warehouse])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise AssertionError(arguments) from done.exception
        return done.exit_code, done.output

    def said(self, *arguments: str) -> tuple[int, str]:
        """Return the same without what differs from place to place and from run to run."""
        code, output = self.run(*arguments)
        for root in (str(Warehouse.open(self.warehouse).root), self.warehouse):
            output = output.replace(root, "WAREHOUSE")
        for pattern, name in DIFFERENT.items():
            output = re.sub(pattern, name, output)
        return code, output

    def current(self) -> Snapshot:
        return Warehouse.open(self.warehouse).snapshot("current")

    def rows(self) -> dict[str, list[str]]:
        """The rows of each table in a fixed order, without the names of runs."""
        now = self.current()
        return {
            table: sorted(repr({**row, "run_id": None}) for row in now.table(table).to_pylist())
            for table in set(now.tables) - {"runs", "tombstones"}
        }


@dataclass(frozen=True)
class Twins:
    """A warehouse in two places, and documents in it."""

    store: Place
    folder: Place
    copy: str
    kept: str
    template: str

    def filled(self, arguments: str) -> list[str]:
        """Words of a command, with ids for COPY, KEPT and TEMPLATE."""
        return [
            {"COPY": self.copy, "KEPT": self.kept, "TEMPLATE": self.template}.get(word, word)
            for word in arguments.split()
        ]


@pytest.fixture(scope="module")
def twins(server: str, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Ingest on the server, with inputs from the server, and copy the warehouse to a folder.

    The second ingest survives an outage.
    """
    import boto3

    folder = tmp_path_factory.mktemp("twins")
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE)
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for number, documents in enumerate(deliveries()):
        client.put_object(
            Bucket=BUCKET,
            Key=f"dump/{number}/news.jsonl",
            Body="".join(json.dumps(document) + "\n" for document in documents).encode(),
        )
    store = Place(f"s3://{BUCKET}/wh")
    ingest = ("ingest", "--direct", "--workers", "1", "--recipe", str(recipe))
    code, said = store.run(*ingest, f"s3://{BUCKET}/dump/0/")
    assert code == 0, said
    assert f"copydesk path articles --warehouse {store.warehouse}" in said
    first = store.current().id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Objects, "upload", _away)
        code, said = store.run(*ingest, f"s3://{BUCKET}/dump/1/")
    assert (code, store.current().id) == (1, first)
    assert "does not answer; nothing was published" in said
    code, said = store.run(*ingest, f"s3://{BUCKET}/dump/1/")
    assert code == 0, said
    assert "continuing run" in said
    shutil.copytree(
        Warehouse.open(store.warehouse).root,
        folder / "wh",
        symlinks=True,
        ignore=shutil.ignore_patterns(".mirror.json", "lock"),
    )
    copy = (
        store.current()
        .table("duplicates", ["doc_id", "kept_doc_id"])
        .sort_by("doc_id")
        .to_pylist()[0]
    )
    (line,) = json.loads(store.run("templates", "list", "--json")[1])
    return Twins(store, Place(str(folder / "wh")), copy["doc_id"], copy["kept_doc_id"], line["id"])


def _away(*_: Any) -> None:
    raise RemoteError("the server does not answer")


READING = [
    "status",
    "snapshots",
    "rejects",
    "rejects --reason too_large --snapshot 1",
    "diff 1",
    "diff 1 2",
    "explain COPY",
    "explain KEPT",
    "explain COPY KEPT",
    "show KEPT",
    f"show https://www.{OUTLET}/3",
    "rules --rule photo_credit",
    "quarantine list",
    "templates list",
    "index status",
    "verify",
    "verify --quick",
]


@pytest.mark.parametrize(
    "command",
    [*READING, *(f"{command} --json" for command in READING), "templates export", "report"],
)
def test_a_command_that_reads_says_the_same_about_a_store_and_a_folder(
    command: str, twins: Twins, another_machine: Callable[[], None]
) -> None:
    another_machine()
    here = twins.folder.said(*twins.filled(command))
    assert here[0] == 0, here
    assert twins.store.said(*twins.filled(command)) == here


def test_a_query_and_the_site_answer_the_same_about_a_store_and_a_folder(
    twins: Twins, another_machine: Callable[[], None]
) -> None:
    another_machine()
    question = "SELECT doc_id, title, kept_doc_id FROM documents ORDER BY doc_id"
    here = twins.folder.said("query", "--json", question)
    assert json.loads(here[1])
    assert twins.store.said("query", "--json", question) == here
    pages = [
        [row["doc_id"] for row in Corpus(place.current()).documents(Filters(words="ferry"))[0]]
        for place in (twins.store, twins.folder)
    ]
    assert pages[0] == pages[1] != []


@pytest.mark.parametrize(
    "command",
    [
        "show nothing",
        "diff 99",
        "rollback 99",
        "explain nothing --json",
        "path articles --snapshot 99",
        "path nothing",
    ],
)
def test_a_command_refuses_the_same_for_a_store_and_a_folder(command: str, twins: Twins) -> None:
    here = twins.folder.said(*command.split())
    assert here[0] in (1, 2)
    assert twins.store.said(*command.split()) == here


def test_files_are_named_and_exported_and_the_lines_that_read_them_are_shown(
    twins: Twins, another_machine: Callable[[], None], tmp_path: Path
) -> None:
    another_machine()
    paths = twins.store.run("path", "articles")[1].split()
    assert all(path.startswith(f"{twins.store.warehouse}/tables/articles/") for path in paths)
    assert "copydesk path articles --warehouse s3://" in twins.store.run("demo")[1]
    for place, name in ((twins.store, "store.jsonl"), (twins.folder, "folder.jsonl")):
        assert place.run("export", "--to", str(tmp_path / name))[0] == 0
    lines = (tmp_path / "store.jsonl").read_text().splitlines()
    assert lines == (tmp_path / "folder.jsonl").read_text().splitlines()
    assert len(lines) == twins.store.current().rows("articles")
    assert "://" not in json.loads(lines[0])["source_uri"]


# The order matters: what is forgotten early is rewritten in few snapshots.
WRITING = [
    "templates approve TEMPLATE",
    "forget --doc KEPT --yes --json",
    "quarantine release --all",
    "rethreshold --jaccard-low 0.3 --dry-run",
    "rethreshold --jaccard-low 0.3 --json",
    "reprocess --stage dedup --workers 1 --json",
    "index rebuild",
    "migrate",
    "rollback 2 --json",
    "verify",
]


def test_commands_that_write_do_to_a_store_what_they_do_to_a_folder(
    twins: Twins, another_machine: Callable[[], None]
) -> None:
    for command in WRITING:
        another_machine()
        here = twins.folder.said(*twins.filled(command))
        assert here[0] == 0, (command, here)
        assert twins.store.said(*twins.filled(command)) == here, command
        assert twins.store.rows() == twins.folder.rows(), command
    assert twins.store.current().rows("tombstones") == 1


def test_known_inputs_bring_nothing_new_and_refused_ones_are_read_again(
    twins: Twins, tmp_path: Path
) -> None:
    recipe = tmp_path / "larger.toml"
    recipe.write_text(RECIPE.replace("4_000", "400_000"))
    said = json.loads(
        twins.store.run("replay", "--workers", "1", "--recipe", str(recipe), "--json")[1]
    )
    assert (said["rejects_before"], said["rejects_after"], said["articles"]) == (2, 1, 1)
    code, output = twins.store.run("ingest", "--direct", "--workers", "1", f"s3://{BUCKET}/dump/1/")
    assert code == 0
    assert "nothing new" in output


@pytest.mark.parametrize(
    "command",
    [
        "status",
        "verify",
        "migrate",
        "forget --doc 0 --yes",
        "path articles",
        "ingest --direct dump",
    ],
)
def test_a_bucket_that_is_not_there_is_named(
    command: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dump").mkdir()
    (tmp_path / "dump" / "a.txt").write_text("It rained in Oslo all day.")
    code, said = Place("s3://no-such-bucket-here/wh").run(*command.split())
    assert code == 1
    assert "Error: s3://no-such-bucket-here/wh: there is no such bucket or object" in said


def test_a_server_that_refuses_the_credentials_is_named(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto import settings
    from moto.core.responses import ActionAuthenticatorMixin

    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
    monkeypatch.setattr(ActionAuthenticatorMixin, "request_count", 0)
    for command in (["status"], ["ingest", "--direct", f"s3://{BUCKET}/dump/0/"]):
        code, said = twins.store.run(*command)
        assert code in (1, 2)
        assert "check the credentials" in said
    monkeypatch.undo()
    assert fsspec.filesystem("s3").exists(f"{BUCKET}/wh/LATEST")
