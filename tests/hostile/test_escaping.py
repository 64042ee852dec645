"""What pages contain is shown as text.

This holds for the terminal, JSON, the data card of an export, and the report.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows import report
from copydesk.flows.cli import main as cli
from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from tests.warehouse import rows

STEERS = "\x1b[31m\x1b]8;;http://evil.example/\x07link\x1b]8;;\x07\x9b2J\u202e\u2066\u200b\u2028"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>[click](javascript:alert(3))![i](http://evil.example/p.png)|`a`"
SIMILAR = {
    "jaccard_estimated": 0.9,
    "jaccard": 0.9,
    "containment_in_kept": 1.0,
    "containment_of_kept": 0.9,
    "longest_shared_words": 50,
}
EVIL = f"=cmd|' /C calc'!A1 {STEERS} {MARKUP}"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    root = tmp_path_factory.mktemp("evil") / "wh"
    warehouse = Warehouse.open(root, create=True)
    evil = {
        "title": EVIL,
        "outlet": EVIL,
        "outlet_id": EVIL,
        "byline": [EVIL],
        "byline_orgs": [EVIL],
        "byline_raw": EVIL,
        "section": EVIL,
        "language": EVIL,
        "url": f"javascript:alert(1)//{EVIL}",
        "canonical_url": f"data:text/html,{EVIL}",
        "source_uri": f"{EVIL}.html",
        "wire_source": EVIL,
        "dateline_place": EVIL,
    }
    kept = rows.article(0, **evil, text=f"{rows.text_of(0)} {EVIL}")
    copy = rows.article(
        1,
        table="duplicates",
        **evil,
        kept_doc_id=rows.doc_id(0),
        relation="near",
        keep_reason=EVIL,
        **SIMILAR,
        text=f"{rows.text_of(0)} {EVIL}!",
    )
    held = rows.article(2, table="quarantined", **evil, reason=EVIL)
    for row in (copy, held):
        row.update({name: None for name in ("cluster_size",) if name in row})
    change = Change(
        parent=None,
        run=rows.run("r", n_articles=1, n_duplicates=1, n_rejected=1, n_quarantined=1)
        | {"recipe": EVIL},
        inserts={
            "articles": [rows.table("articles", [kept])],
            "duplicates": [
                rows.table(
                    "duplicates",
                    [
                        {
                            name: value
                            for name, value in copy.items()
                            if name in rows.row("duplicates")
                        }
                    ],
                )
            ],
            "quarantined": [
                rows.table(
                    "quarantined",
                    [
                        {
                            name: value
                            for name, value in held.items()
                            if name in rows.row("quarantined")
                        }
                    ],
                )
            ],
            "removed": [
                rows.table(
                    "removed",
                    [
                        rows.row(
                            "removed",
                            doc_id=rows.doc_id(0),
                            start=3,
                            end=3 + len(EVIL),
                            text=EVIL,
                            rule=EVIL,
                        )
                    ],
                )
            ],
            "rejects": [
                rows.table(
                    "rejects",
                    [
                        rows.row(
                            "rejects",
                            source_uri=EVIL,
                            url=EVIL,
                            step=EVIL,
                            reason=EVIL,
                            detail=EVIL,
                        )
                    ],
                )
            ],
            "stories": [rows.table("stories", [{**rows.story(0), "title": EVIL}])],
            "templates": [
                rows.table(
                    "templates", [rows.row("templates", outlet_id=EVIL, line=EVIL, status="active")]
                )
            ],
        },
    )
    return warehouse.publish(change)


def steering(said: str) -> set[str]:
    """Return the characters that could control a terminal. Our own colours are left out."""
    said = re.sub(r"\x1b\[\d{1,2}m", "", said) if "\x1b[31m" not in said else said
    return {
        c
        for c in said
        if c not in "\n\t" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    }


COMMANDS = (
    ["status"],
    ["snapshots"],
    ["rejects"],
    ["show", rows.doc_id(0)],
    ["show", rows.doc_id(1)],
    ["explain", rows.doc_id(1)],
    ["explain", rows.doc_id(0)],
    ["templates", "list"],
    ["templates", "export"],
    ["quarantine", "list"],
    ["verify"],
    ["diff", "1", "1"],
    ["show", EVIL],
    ["rejects", "--reason", EVIL],
    ["explain", EVIL],
    ["templates", "approve", EVIL],
    ["forget", "--doc", EVIL, "--yes"],
    ["path", EVIL],
    ["rollback", EVIL],
    ["report", EVIL],
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words)[:18].split(" =")[0])
def test_no_command_prints_what_controls_a_terminal(words: list[str], snapshot: Snapshot) -> None:
    done = CliRunner().invoke(cli, [*words, "--warehouse", str(snapshot.root)], color=True)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert steering(done.output) == set()


@pytest.mark.parametrize(
    "words",
    [
        ["rejects"],
        ["show", rows.doc_id(0)],
        ["explain", rows.doc_id(1)],
        ["templates", "list"],
        ["quarantine", "list"],
        ["status"],
    ],
    ids=lambda words: words[0],
)
def test_json_on_a_terminal_controls_nothing_and_means_the_same(
    words: list[str], snapshot: Snapshot
) -> None:
    done = CliRunner().invoke(cli, [*words, "--json", "--warehouse", str(snapshot.root)])
    assert done.exit_code == 0, done.output
    assert steering(done.output) == set()
    if words[0] != "status":
        assert EVIL in str(json.loads(done.output)) or repr(EVIL)[1:-1] in str(
            json.loads(done.output)
        )


def test_a_data_card_shows_markup_as_text(snapshot: Snapshot, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli, ["export", "--to", str(tmp_path / "corpus.jsonl"), "--warehouse", str(snapshot.root)]
    )
    assert done.exit_code == 0, done.output
    (card,) = [path for path in tmp_path.iterdir() if path.suffix == ".md"]
    text = card.read_text(encoding="utf-8")
    fenced = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "<script" not in fenced
    assert not re.search(r"(?<!\\)\[(click|i\])", fenced)
    assert steering(text) == set()
    (line,) = (tmp_path / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["title"] == EVIL


def test_the_report_shows_markup_as_text(snapshot: Snapshot) -> None:
    facts = Facts(
        run_id="r",
        snapshot_id=snapshot.id,
        started_at="2026-11-02T12:00:00+00:00",
        finished_at="2026-11-02T12:00:00+00:00",
        warnings=(EVIL,),
        inputs=(EVIL,),
    )
    page = report.write(snapshot.root, snapshot, facts).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "onerror=alert(2)>" not in page
    assert not re.search(r"(href|src)\s*=\s*[\"']?\s*(javascript|data:text)", page, re.IGNORECASE)
    assert "\x1b" not in page
