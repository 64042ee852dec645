"""The site of `copydesk browse`: its views, their headers, and addresses that do not exist."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from copydesk.flows.browse import server
from copydesk.flows.browse.corpus import Corpus, Filters
from copydesk.flows.browse.server import application
from copydesk.flows.cli import main
from copydesk.flows.warehouse import Change, Warehouse
from tests.hand import known_warehouse as known
from tests.warehouse import rows

COPY = rows.doc_id(12)
ATTACK = "<script>document.title='attacked'</script>"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    root = tmp_path_factory.mktemp("browse") / "wh"
    known.make(root)
    return Warehouse.open(root)


#: As for a reader, one application answers all requests.
site = functools.cache(application)


def get(warehouse: Warehouse, path: str, host: str = "127.0.0.1") -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(site(warehouse))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(call())


def words(response: httpx.Response) -> str:
    """Return the visible text of the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.text.split("<main", 1)[1]).split())


class Here:
    """The origin of a mirror that has all files already, as if they were downloaded."""

    def __getattr__(self, name: str) -> object:
        return lambda *arguments: arguments[0]


def test_the_site_reads_a_mirror_of_an_object_store(warehouse: Warehouse) -> None:
    here = Corpus(warehouse.snapshot("current"))
    store = Corpus(replace(here.snapshot, origin=Here()))  # type: ignore[arg-type]
    found = store.documents(Filters(copies=True))
    assert found[1] == 8
    assert found == here.documents(Filters(copies=True))
    assert store.stories(1) == here.stories(1)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/", "5 documents"),
        ("/?copies=1", "8 documents"),
        ("/?outlet=north.example&copies=1", "3 documents"),
        ("/?language=no", "1 document"),
        ("/?from=2026-11-03&to=2026-11-03", "2 documents"),
        ("/?q=port+WORKERS", "1 document"),
        ("/?q=nowhere", "No document meets these filters."),
        (f"/article/{known.FERRY}", "share_bar Share this story"),
        (f"/article/{COPY}", "This document is a copy"),
        (f"/article/{rows.doc_id(4)}", "Port workers strike"),
        (f"/compare/{COPY}/{known.FERRY}", "The first is a copy of the other"),
        ("/stories", "5 documents, 2 of them different texts"),
        (f"/story/{known.FERRY}", "5 documents of 5 outlets"),
        (f"/story/{known.FERRY}", "9 h later"),
        ("/outlets", "5 outlets"),
        ("/dropped", "3 copies at 3 outlets; the most frequent relation is “near”"),
        ("/rule/share_bar", "Share this story"),
        ("/rejects", "extract: no_text"),
        ("/rejects?step=read&reason=binary", "No document was rejected."),
        ("/runs", "first"),
    ],
)
def test_a_view_shows_what_the_snapshot_holds(warehouse: Warehouse, path: str, found: str) -> None:
    response = get(warehouse, path)
    assert response.status_code == 200
    assert found in words(response)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/article/" + "0" * 32, 404),
        ("/article/x' OR 1=1", 400),
        ("/story/" + "0" * 32, 404),
        ("/?from=yesterday", 400),
        ("/?page=zero", 200),
        ("/?page=999999999", 200),
        ("/runs/..%2f..%2fLATEST", 404),
        ("/runs/nothing", 404),
        ("/nothing", 404),
    ],
)
def test_an_address_that_leads_nowhere_is_a_sentence(
    warehouse: Warehouse, path: str, status: int
) -> None:
    response = get(warehouse, path)
    assert response.status_code == status
    assert "Traceback" not in response.text


def test_a_run_that_does_not_exist_is_not_one_without_a_report(warehouse: Warehouse) -> None:
    assert "There is no run with this id." in words(get(warehouse, "/runs/nothing"))


def test_ids_in_the_report_of_a_run_are_links(warehouse: Warehouse) -> None:
    assert CliRunner().invoke(main, ["report", "--warehouse", str(warehouse.root)]).exit_code == 0
    assert f'<a href="/article/{known.FERRY}">' in get(warehouse, "/runs/first").text
    (warehouse.root / "reports" / "first.html").unlink()


def test_every_link_of_every_view_leads_to_a_page(warehouse: Warehouse) -> None:
    seen, waiting = set[str](), ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 250:
            continue
        seen.add(path)
        response = get(warehouse, path)
        assert response.status_code == 200, path
        waiting += [
            link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)"', response.text)
        ]
    assert {"/stories", "/outlets", "/dropped", "/rejects", "/runs"} <= seen


def test_a_page_allows_no_script_and_nothing_from_elsewhere(warehouse: Warehouse) -> None:
    for path in ("/", f"/article/{known.FERRY}", "/nothing-here", "/runs"):
        response = get(warehouse, path)
        assert "<script" not in response.text
        if response.status_code == 200:
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert response.headers["x-content-type-options"] == "nosniff"


def test_another_host_name_is_refused(warehouse: Warehouse) -> None:
    assert get(warehouse, "/", host="attacker.example").status_code == 400


def test_text_of_a_document_is_shown_and_never_run(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path / "wh", create=True)
    hostile = rows.article(
        1,
        title=ATTACK,
        outlet=ATTACK,
        outlet_id=ATTACK,
        language="en",
        url="javascript:alert(1)",
        text=f"{ATTACK} \u202eevil \x00 {{{{ 7 * 7 }}}}",
        byline=[ATTACK],
        evidence={"title": ATTACK},
    )
    cut = rows.row("removed", doc_id=rows.doc_id(1), start=0, end=4, text="<b>x", rule=ATTACK)
    warehouse.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=1),
            inserts={
                "articles": [rows.table("articles", [hostile])],
                "removed": [rows.table("removed", [cut])],
                "stories": [rows.table("stories", [rows.story(1)])],
            },
        )
    )
    doc_id = rows.doc_id(1)
    for path in ("/", f"/article/{doc_id}", f"/story/{doc_id}", "/outlets", "/dropped", "/?q=<b>"):
        text = get(warehouse, path).text
        assert "<script" not in text, path
        assert "javascript:" not in re.findall(r'href="([^"]*)', text), path
        assert "\u202e" not in text
    assert "{{ 7 * 7 }}" in get(warehouse, f"/article/{doc_id}").text


def test_a_snapshot_published_meanwhile_is_shown(tmp_path: Path) -> None:
    root = tmp_path / "wh"
    first = known.make(root)
    warehouse = Warehouse.open(root)
    assert "5 documents" in words(get(warehouse, "/"))
    warehouse.publish(
        Change(
            parent=first.id,
            run=rows.run("second", n_articles=1),
            inserts={"articles": [rows.table("articles", [rows.article(50)])]},
        )
    )
    assert "6 documents" in words(get(warehouse, "/"))


def test_the_command_serves_on_loopback_until_it_is_stopped(warehouse: Warehouse) -> None:
    words = ["-m", "copydesk.flows.cli", "browse", "--port", "0", "--warehouse"]
    process = subprocess.Popen(
        [sys.executable, *words, str(warehouse.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    address = process.stdout.readline().split(" ", 1)[0]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
    with httpx.Client(trust_env=False) as client:  # The server listens when the address is printed.
        assert "5 documents" in client.get(address).text
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert errors == ""


def test_ctrl_c_stops_the_command_as_soon_as_it_has_said_that_it_serves(
    warehouse: Warehouse,
) -> None:
    def stop(port: int) -> None:
        signal.raise_signal(signal.SIGINT)

    server.serve(warehouse, port=0, ready=stop)  # does not return if the signal is lost


def test_without_a_snapshot_the_command_ends_with_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["browse", "--warehouse", str(tmp_path / "wh")])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
