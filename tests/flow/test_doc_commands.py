"""Every command of the README and of the documentation runs as it is written, in a fresh shell.

All commands of a page run in one shell, in a folder of its own. The folder has what the page
mentions: `seeds/`, `dump/`, `pages/`, `crawl/`, `scraped.jsonl`, `page.html`, and every file that
the page itself shows with its name. A command that serves is started, waited for, and stopped. The
tables below name the commands that cannot run here, and the words that must be different here, with
the reason.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.flow import warm_programs

ROOT = Path(__file__).resolve().parents[2]
#: Pages without commands for a reader to run.
GENERATED = {"docs/cli.md", "docs/rules.md", "docs/recipe.md", "docs/data-dictionary.md"}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w-]+\.(?:toml|yaml))\n")
#: Pages whose programs are new interpreters, as for a user. The programs of all other pages are forks
#: of a process that has imported everything, see `warm_programs.py`.
AS_INSTALLED = {"README.md"}
#: The beginnings of commands that are not run, and the reasons.
NOT_RUN = {
    "make ": "sets up an environment, which tests/test_packaging.py and `make wheel` try",
    ". .venv/bin/activate": "the environment of the tests is on the path already",
    ".venv/bin/python -m pytest": "the tests run already",
    "python -m build": "`make wheel` builds and installs the wheel",
    "python -m venv": "`make wheel` builds and installs the wheel",
    "~/copydesk/bin/pip": "`make wheel` builds and installs the wheel",
    "pip install": "needs a package index; a test below looks the extra up",
    "duckdb ": "the command line of DuckDB is a program of its own",
    "useradd ": "needs the rights of root, and leaves a user behind",
    "cp deploy/": "writes to /etc",
    "systemctl ": "needs systemd",
    "copydesk quarantine release": "nothing waits here; tests/flow/test_redesign.py releases an outlet",
    "prefect deployment run copydesk-ingest/default --param engine=dask": (
        "needs a deployment beside the cluster; `copydesk ingest` starts the same flow with them"
    ),
}
#: The beginnings of commands that serve until Ctrl-C, and what they say once they are ready.
SERVES = {
    "copydesk schedule": "Ctrl-C",
    "copydesk browse": "Ctrl-C",
    "PREFECT_SERVER_ANALYTICS_ENABLED=false prefect server start": "dashboard",
    "prefect worker start": "started!",
}


#: Pages whose ingests ask one Prefect server of the tests. On all other pages every ingest starts a
#: server of its own, which takes five seconds of CPU, unless the page starts one.
WITH_SERVER = {
    "docs/cc-news.md",
    "docs/cluster.md",
    "docs/how-to/json-lines.md",
    "docs/how-to/pages.md",
    "docs/inputs.md",
    "docs/object-stores.md",
}


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Page:
    """What must exist before the first command of a page."""

    before: str = ""
    """Commands that must have run before."""
    waits: Mapping[str, str] = field(default_factory=dict)
    """The beginnings of commands that must wait for earlier ones, and what to wait for."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Words of the page that must be different here."""
    fixture: str | None = None
    """The server that runs at the same time."""


def corpus(name: str, inputs: str = "dump/") -> str:
    return f"copydesk ingest --direct --quiet {inputs} --warehouse {name}"


_PORT, _OTHER_PORT = free_port(), free_port()
#: A port may be in use on the machine of the tests.
_PORTS = {
    "4200": _PORT,
    "8642": _OTHER_PORT,
    "prefect server start": f"prefect server start --port {_PORT}",
    "copydesk schedule": f"copydesk schedule --port {_OTHER_PORT}",
}
#: A command that ends as soon as the server has recorded the run of the page as completed.
_COMPLETED = f"""{sys.executable} -c '
import json, time, urllib.request
body = json.dumps({{"flow_runs": {{"state": {{"type": {{"any_": ["COMPLETED"]}}}}}}}}).encode()
asked = urllib.request.Request("http://127.0.0.1:{_PORT}/api/flow_runs/count", body, {{"Content-Type": "application/json"}})
while json.load(urllib.request.urlopen(asked)) == 0: time.sleep(1)
'"""
_SERVER = "PREFECT_SERVER_ANALYTICS_ENABLED=false prefect server start --host 127.0.0.1"
NEEDS = {
    "docs/browse.md": Page(before=corpus("warehouse"), words=_PORTS),
    "docs/how-to/daily.md": Page(words=_PORTS),
    "docs/how-to/training.md": Page(before=corpus("news")),
    "docs/media-monitoring.md": Page(before=corpus("warehouse")),
    "docs/training-corpus.md": Page(before=corpus("warehouse")),
    "docs/data-engineering.md": Page(before=corpus("warehouse")),
    "docs/warehouse.md": Page(before=corpus("warehouse")),
    "docs/cleaning.md": Page(before=corpus("warehouse", "seeds/")),
    "docs/copies.md": Page(before=corpus("warehouse", "seeds/")),
    "docs/report.md": Page(
        before=f"{corpus('warehouse')}\n{_SERVER}\n"
        "export PREFECT_API_URL=http://127.0.0.1:4200/api",
        words=_PORTS,
    ),
    "docs/scheduling.md": Page(
        before="mkdir dump/2026-11 && cp page.html dump/2026-11/",
        words=_PORTS,
        waits={"copydesk ingest --quiet": _COMPLETED},
    ),
    "docs/cluster.md": Page(
        words={"--workers 8": "--workers 1", "/shared/": "shared/"}, fixture="dask"
    ),
    "docs/object-stores.md": Page(fixture="s3"),
    "docs/cc-news.md": Page(fixture="s3"),
}
_STORY = "".join(
    f"<p>The ferry left the harbour at {n} in the morning, and the crew said that the sea was calm.</p>"
    for n in range(4, 12)
)
PAGE = (
    "<!doctype html><html lang=en><head><title>Ferry sails again</title>"
    '<link rel="canonical" href="https://harbour.example/ferry"></head>'
    f"<body><article><h1>Ferry sails again</h1>{_STORY}</article></body></html>"
)


def blocks(page: str) -> list[tuple[str, str]]:
    """Yield the code blocks of a page with their language."""
    return _BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


def commands(page: str) -> list[str]:
    """Return the commands of a page. Continued lines are joined."""
    return [
        line
        for language, block in blocks(page)
        if language == "sh"
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


PAGES = [
    page
    for page in (
        "README.md",
        "CONTRIBUTING.md",
        *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
    )
    if page not in GENERATED and any(not line.startswith(tuple(NOT_RUN)) for line in commands(page))
]


def warc() -> bytes:
    """Return a packed WARC file with one page."""
    body = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        "WARC-Target-URI: https://harbour.example/ferry\r\nWARC-Date: 2026-03-02T06:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + body + b"\r\n\r\n")


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """Start the process whose forks are the programs of most pages. It works only on Linux."""
    if sys.platform != "linux":
        yield None
        return
    home = tmp_path_factory.mktemp("warm")
    numba = {"NUMBA_CACHE_DIR": cache} if (cache := os.environ.get("NUMBA_CACHE_DIR")) else {}
    private = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    alone = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PREFECT_HOME": str(home)}
    with warm_programs.running({**alone, **numba, **private}) as server:
        yield server


@pytest.fixture(scope="module")
def prefect_server(
    warm: Path | None, prefect_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Run a Prefect server; yield the address of its API."""
    home, port = tmp_path_factory.mktemp("server"), free_port()
    shutil.copy(prefect_database, home)
    warm_programs.write_programs(home, warm, prefect="prefect")
    private = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [home / "prefect", "server", "start", "--host", "127.0.0.1", "--port", port],
            env={"PATH": "/usr/bin:/bin", "HOME": str(home), "PREFECT_HOME": str(home), **private},
            stdout=log,
            stderr=log,
            process_group=0,
        )
    while not answers(f"http://127.0.0.1:{port}/api/health"):
        assert process.poll() is None, (home / "log").read_text()
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}/api"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@pytest.fixture
def folder(tmp_path: Path, prefect_database: Path) -> Path:
    """Return a folder with the files that the pages mention."""
    (tmp_path / "prefect").mkdir()
    shutil.copy(prefect_database, tmp_path / "prefect")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    for name in ("dump", "pages", "crawl", "shared"):
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
    (tmp_path / "dump.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    (tmp_path / "crawl" / "first.warc.gz").write_bytes(warc())
    for name in ("prefect.yaml", "flows", "transforms", "schemas"):  # the checkout
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "bin").mkdir()
    return tmp_path


@pytest.fixture
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """Start an S3 server with the buckets of the pages; yield the environment that names it."""
    server = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    boto3 = pytest.importorskip("boto3", reason="the extra `remote` is not installed")
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "reader",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "COPYDESK_CACHE": str(folder / "cache"),
    }
    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="reader",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    for bucket in ("dump", "news", "commoncrawl"):
        client.create_bucket(Bucket=bucket)
    client.put_object(Bucket="dump", Key="2026-11-22/ferry.html", Body=PAGE.encode())
    key = "crawl-data/CC-NEWS/2026/11/CC-NEWS-20261109081501-00042.warc.gz"
    client.put_object(Bucket="commoncrawl", Key=key, Body=warc())
    yield environment
    running.stop()


@pytest.fixture
def dask(folder: Path) -> Iterator[dict[str, str]]:
    """Start a scheduler with one worker, at the address of the page."""
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    address = f"tcp://127.0.0.1:{free_port()}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "dask"]
    started = [
        subprocess.Popen([*program, *words], env=environment, cwd=folder, stderr=subprocess.DEVNULL)
        for words in (
            ["scheduler", "--host", address, "--no-dashboard"],
            ["worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"],
        )
    ]
    yield {"ADDRESS": address}
    for process in reversed(started):
        process.terminate()
        process.wait(60)


def script(page: str, words: Mapping[str, str]) -> str:
    """Return the commands of a page as one script.

    The script waits for a server. If the server is one of ours, it is then stopped with Ctrl-C.
    """
    lines = [
        "set -emo pipefail",
        "trap 'for pid in $(jobs -p | tac); do kill -KILL -- -$pid || :; done' EXIT",
    ]
    n_served = 0
    needs = NEEDS.get(page, Page())
    for line in [*needs.before.splitlines(), *commands(page)]:
        if line.startswith(tuple(NOT_RUN)):
            continue
        ready = [said for begins, said in SERVES.items() if line.startswith(begins)]
        here = re.sub(r" +#.*$", "", line) if ready else line
        for word, other in words.items():
            here = here.replace(word, other)
        lines += [wait for begins, wait in needs.waits.items() if line.startswith(begins)]
        if not ready:
            lines.append(here)
            continue
        number = n_served
        log = f"{'copydesk' if line.startswith('copydesk') else 'prefect'}.{number}.log"
        lines += [
            f"{here} >{log} 2>&1 & pid{number}=$!",
            f"until grep -q '{ready[0]}' {log}; do kill -0 $pid{number}; sleep .3; done",
        ]
        if "prefect server" in line:  # it says so before it listens
            lines.append(
                f"until (exec 3<>/dev/tcp/127.0.0.1/{_PORT}) 2>/dev/null; do sleep .3; done"
            )
        n_served += 1
        if line.startswith("copydesk"):  # Prefect's own commands end with the shell
            lines.append(f"kill -INT $pid{number}; wait $pid{number} || [ $? = 130 ]")
    return "\n".join(lines)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs_as_written(
    page: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    needs = NEEDS.get(page, Page())
    environment: dict[str, str] = request.getfixturevalue(needs.fixture) if needs.fixture else {}
    words = dict(needs.words)
    if address := environment.pop("ADDRESS", None):
        words["tcp://10.0.0.5:8786"] = address
    if page in WITH_SERVER:
        environment["PREFECT_API_URL"] = request.getfixturevalue("prefect_server")
    is_warm = page not in AS_INSTALLED
    warm_programs.write_programs(
        folder / "bin",
        request.getfixturevalue("warm") if is_warm else None,
        copydesk="copydesk.flows.cli",
        prefect="prefect",
    )
    for _, block in blocks(page):
        if named := _NAMED.match(block):
            (folder / named[1]).write_text(block)
    done = subprocess.run(
        ["bash", "-c", script(page, words)],
        cwd=folder,
        env={
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "600",
            **({"NUMBA_CACHE_DIR": cache} if (cache := os.environ.get("NUMBA_CACHE_DIR")) else {}),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=1_800,
    )
    served = "".join(path.read_text() for path in sorted(folder.glob("*.log")))
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}\n{served[-2000:]}"
    ours = "".join(path.read_text() for path in folder.glob("copydesk.*.log"))
    assert "Traceback" not in done.stderr + ours


def test_extras_and_targets_that_the_docs_name_exist() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    makefile = (ROOT / "Makefile").read_text()
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    for extra in set(re.findall(r"copydesk\[(\w+)\]", text)):
        assert extra in project["optional-dependencies"], extra
    for target in set(re.findall(r"^make ([\w-]+)(?: +#.*)?$|`make ([\w-]+)[^`]*`", text, re.M)):
        name = "".join(target)
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), f"make {name}"


def test_every_stated_reason_belongs_to_a_command_of_a_page() -> None:
    found = [line for path in (ROOT / "docs").rglob("*.md") for line in commands(str(path))]
    found += commands("README.md") + commands("CONTRIBUTING.md")
    for begins in (*NOT_RUN, *SERVES):
        assert any(line.startswith(begins) for line in found), begins


def test_a_fork_prints_and_exits_like_an_interpreter_of_its_own(
    warm: Path | None, tmp_path: Path
) -> None:
    ends = []
    for server in (warm, None):
        folder = tmp_path / str(server is None)
        folder.mkdir()
        warm_programs.write_programs(folder, server, copydesk="copydesk.flows.cli")
        command = "copydesk --version | tr a-z A-Z; copydesk ingest missing; echo $?; copydesk"
        done = subprocess.run(
            ["bash", "-c", f"{command} clean - <<<'Rain fell on the harbour all day long.'"],
            cwd=tmp_path,
            env={"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        ends.append((done.returncode, done.stdout, done.stderr))
    assert "COPYDESK" in ends[0][1]
    assert ends[0] == ends[1]
