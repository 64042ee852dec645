"""The documentation is current: its generated pages, links, commands, queries and code."""

from __future__ import annotations

import contextlib
import copy
import itertools
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from copydesk.flows.cli import main
from docs import generate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(*kinds: str) -> list[object]:
    """Return the code blocks of these kinds on every page, each named by its page and place."""
    found = []
    for page in PAGES:
        # tests/remote/test_readers.py reads these from a server.
        if page.name == "object-stores.md" and kinds != ("sh",):
            continue
        for i, (kind, text) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8"))):
            if kind in kinds:
                found.append(pytest.param(text, id=f"{page.stem}-{i}"))
    return found


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages_are_current(name: str) -> None:
    on_disk = (DOCS / name).read_text(encoding="utf-8")
    assert generate.PAGES[name]() == on_disk, "run: python -m docs.generate"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path) if path else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked), f"{page.name}: {target}"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("text", blocks("sh"))
def test_every_command_in_the_docs_exists_with_its_options(text: str) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        for call in (line, *re.findall(r"\$\((copydesk [^)]*)\)", line)):
            words = tokens(call)
            while words and "=" in words[0]:
                words = words[1:]  # a variable set for this command
            if words and words[0] == "copydesk":
                parse(main, words[1:], "copydesk")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_a_sentence_names_exists_with_its_options(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for span in re.findall(r"`copydesk ([a-z][^`]*)`", text):
        words = tokens(span.replace("...", ""))
        if isinstance(main.get_command(click.Context(main), words[0]), click.Group):
            words.append("--help")
        with contextlib.suppress(click.MissingParameter):  # a sentence may omit the inputs
            parse(main, words, "copydesk")


def tokens(line: str) -> list[str]:
    """Return the words up to the first pipe, redirection or comment."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    return list(itertools.takewhile(lambda token: not set(token) <= set("();<>|&"), reader))


def parse(command: click.Command, words: list[str], name: str) -> None:
    """Parse the words as the command line would, without running anything."""
    if "--help" in words or "--version" in words:
        return
    if isinstance(command, click.Group):
        assert words, f"{name}: which command?"
        child = command.get_command(click.Context(command), words[0])
        assert child is not None, f"{name} {words[0]} does not exist"
        parse(child, words[1:], f"{name} {words[0]}")
        return
    copied = copy.copy(command)
    copied.params = [copy.copy(parameter) for parameter in command.params]
    for parameter in copied.params:
        if isinstance(parameter.type, click.Path):
            parameter.type = click.Path()  # the files of the page need not exist here
    copied.make_context(name, list(words))


@pytest.mark.parametrize("text", blocks("toml"))
def test_every_recipe_in_the_docs_is_one(text: str) -> None:
    from copydesk.flows.recipe import from_toml

    assert tomllib.loads(text)
    from_toml(text)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a `warehouse/` made from the seeds."""
    from copydesk.flows.pipeline import run

    folder = tmp_path_factory.mktemp("docs")
    run.run([str(ROOT / "seeds")], warehouse=folder / "warehouse")
    return folder


@pytest.mark.parametrize("text", blocks("sql"))
def test_every_query_runs(text: str, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.flows.query import connect, run
    from copydesk.flows.warehouse import Warehouse

    monkeypatch.chdir(corpus)
    connection = connect(Warehouse.open(corpus / "warehouse").snapshot("current"))
    for query in filter(str.strip, text.split(";")):
        run(connection, query).fetchall()


@pytest.mark.parametrize("text", blocks("python"))
def test_every_piece_of_python_runs(
    text: str, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in re.findall(r"^(?:from|import) (pyspark|datasets)", text, re.M):
        pytest.importorskip(package, reason="benchmarks/warehouse_frameworks.py uses it")
    monkeypatch.chdir(corpus)
    exec(compile(text, "docs", "exec"), {"__name__": "docs"})
