"""Every command of the README and of the pages for users runs as it is written, in a fresh shell.

A page is one shell in a folder of its own that holds what the page speaks of: `seeds/`, `dump/`,
`pages/`, `crawl/`, `scraped.jsonl`, `page.html`. Commands that cannot run here are named below with
the reason.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "docs/index.md",
    "docs/tutorial.md",
    "docs/installing.md",
    "docs/browse.md",
    "docs/media-monitoring.md",
    "docs/training-corpus.md",
    "docs/data-engineering.md",
    "docs/how-to/pages.md",
    "docs/how-to/json-lines.md",
    "docs/how-to/warc.md",
    "docs/how-to/daily.md",
    "docs/how-to/training.md",
)
#: How a command begins that is not run, and why.
NOT_RUN = {
    "make ": "sets up an environment, which tests/test_packaging.py and `make wheel` try",
    ". .venv/bin/activate": "the environment of the tests is on the path already",
    "python -m build": "`make wheel` builds and installs the wheel",
    "python -m venv": "`make wheel` builds and installs the wheel",
    "~/copydesk/bin/pip": "`make wheel` builds and installs the wheel",
    "pip install": "needs a package index",
    "copydesk schedule": "serves until Ctrl-C; tests/flow/test_schedule.py runs it",
    "copydesk browse": "serves until Ctrl-C; tests/hand/test_browse.py runs it",
    "duckdb ": "the command line of DuckDB is a program of its own",
}
#: Pages that begin with a warehouse: the name it has there, made from dump/.
STARTS_WITH = {
    "docs/how-to/training.md": "news",
    "docs/media-monitoring.md": "warehouse",
    "docs/training-corpus.md": "warehouse",
    "docs/data-engineering.md": "warehouse",
}
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_STORY = "".join(
    f"<p>The ferry left the harbour at {n} in the morning, and the crew said that the sea was calm.</p>"
    for n in range(4, 12)
)
PAGE = (
    "<!doctype html><html lang=en><head><title>Ferry sails again</title>"
    '<link rel="canonical" href="https://harbour.example/ferry"></head>'
    f"<body><article><h1>Ferry sails again</h1>{_STORY}</article></body></html>"
)


def commands(page: str) -> list[str]:
    """The commands of a page that are run, continued lines joined."""
    found = []
    for block in _BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip() and not line.startswith(tuple(NOT_RUN)):
                found.append(line)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the pages speak of."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    for name in ("dump", "pages", "crawl"):
        (tmp_path / name).mkdir()
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "pages" / "ferry.html").write_text(PAGE)
    (tmp_path / "dump" / "ferry.html").write_text(PAGE)
    shutil.copy(next((ROOT / "seeds").glob("004*.txt")), tmp_path / "dump")
    record = {
        "link": "https://harbour.example/ferry",
        "headline": "Ferry sails again",
        "body": re.sub(r"<[^>]+>", "\n", _STORY),
        "posted": "2026-03-02T06:00:00Z",
    }
    (tmp_path / "scraped.jsonl").write_text(json.dumps(record) + "\n{broken\n")
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        "WARC-Target-URI: https://harbour.example/ferry\r\nWARC-Date: 2026-03-02T06:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    packed = gzip.compress(head.encode() + body + b"\r\n\r\n")
    (tmp_path / "crawl" / "first.warc.gz").write_bytes(packed)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs_as_written(page: str, folder: Path) -> None:
    lines = commands(page)
    if not lines:
        return
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    program = bin_folder / "copydesk"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m copydesk.flows.cli "$@"\n')
    program.chmod(0o755)
    if name := STARTS_WITH.get(page):
        lines.insert(0, f"copydesk ingest --direct --quiet dump/ --warehouse {name}")
    script = "set -e -o pipefail\n" + "\n".join(lines)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={
            "PATH": f"{bin_folder}:/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(folder / "prefect"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert "Traceback" not in done.stderr


def test_every_page_for_users_is_tried() -> None:
    how_to = {f"docs/how-to/{path.name}" for path in (ROOT / "docs" / "how-to").glob("*.md")}
    assert how_to <= set(PAGES)
