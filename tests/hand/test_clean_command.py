"""`copydesk clean` turns one page or text into clean text, JSON, Markdown or coloured cuts."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import copydesk
from copydesk.flows.cli import main
from copydesk.transforms import numba_cache
from copydesk.transforms.views.markdown import escaped

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seeds" / "000_421c324feda043ed.txt"
GUIDE = ROOT / "tests" / "pages" / "guide-with-lists" / "page.html"
PAGE = """<!doctype html><html><head><title>Rain in Oslo</title></head><body><article>
<h1>Rain in Oslo</h1><p>It rained in Oslo all day, and the <a href="/parks">parks of the city</a> were
empty until the evening, when the first walkers came back.</p>
<blockquote>We have seen worse, but not in March, said the harbour master on Monday.</blockquote>
<ol><li>Bring an umbrella to every walk that you plan for the coming week.</li>
<li>Wear boots, because the paths along the river are under water now.</li></ol>
<p>The rain will end on Sunday, the weather service of Norway said in its forecast.</p>
</article></body></html>"""


@pytest.fixture(autouse=True)
def _private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(numba_cache, "use_plain_loops", lambda: None)


def run(*arguments: str, stdin: bytes | None = None) -> str:
    result = CliRunner().invoke(main, ["clean", *arguments], input=stdin, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_text_comes_out_clean_on_standard_output() -> None:
    assert run(str(SEED)) == copydesk.clean_text(SEED.read_text()).text + "\n"


def test_standard_input_is_read_by_its_content() -> None:
    page = run("-", "--json", stdin=PAGE.encode())
    text = run("-", "--json", stdin=b"It rained in Oslo all day, and nobody walked in the parks.")
    assert json.loads(page)["source_kind"] == "page"
    assert json.loads(text)["source_kind"] == "text"


def test_as_overrides_what_the_content_looks_like() -> None:
    assert (
        json.loads(run("-", "--as", "text", "--json", stdin=PAGE.encode()))["source_kind"] == "text"
    )


def test_json_has_every_column_and_every_cut() -> None:
    record = json.loads(run(str(SEED), "--json"))
    article = copydesk.clean_text(SEED.read_text())
    assert record["title"] == article.title
    assert record["removed"] == [cut._asdict() for cut in article.removed]
    assert record["published_date"] is None or isinstance(record["published_date"], str)


def test_markdown_keeps_headings_lists_quotations_and_links() -> None:
    markdown = run("-", "--markdown", "--url", "https://news.example/a", stdin=PAGE.encode())
    assert "# Rain in Oslo" in markdown
    assert "[parks of the city](https://news.example/parks)" in markdown
    assert "\n> We have seen worse" in markdown
    assert "\n1. Bring an umbrella" in markdown
    assert "\n2. Wear boots" in markdown


def test_show_puts_each_cut_in_its_place_with_its_rule() -> None:
    text = b"It rained in Oslo all day.\nLeave a Comment\nThe rain will end on Sunday.\n"
    shown = run("-", "--show", stdin=text)
    assert "all day.\n[comment_prompt: Leave a Comment]\nThe rain" in shown


def test_several_files_give_one_line_of_json_each(tmp_path: Path) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(GUIDE.read_bytes()))
    lines = [json.loads(line) for line in run(str(SEED), str(packed)).splitlines()]
    assert [line["file"] for line in lines] == [str(SEED), str(packed)]
    assert lines[1]["title"] == "How to prepare a garden for winter"


def test_a_file_without_text_ends_with_exit_code_1_and_a_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty.html"
    empty.write_text("<html><body></body></html>")
    result = CliRunner().invoke(main, ["clean", str(empty)])
    assert result.exit_code == 1
    assert "gave no text" in result.stderr
    missing = CliRunner().invoke(main, ["clean", str(tmp_path / "missing.html")])
    assert missing.exit_code == 1
    assert "missing.html" in missing.stderr


def test_one_bad_file_among_several_does_not_hide_the_others(tmp_path: Path) -> None:
    binary = tmp_path / "page.html"
    binary.write_bytes(b"%PDF-1.7 \x00\x01")
    result = CliRunner().invoke(main, ["clean", str(binary), str(SEED)])
    assert result.exit_code == 1
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["refused"]["reason"] == "binary"
    assert second["text"]


def test_a_file_of_many_documents_is_wrong_usage_that_names_ingest(tmp_path: Path) -> None:
    (tmp_path / "dump.jsonl").write_text("{}")
    result = CliRunner().invoke(main, ["clean", str(tmp_path / "dump.jsonl")])
    assert result.exit_code == 2
    assert "copydesk ingest" in result.stderr


@pytest.mark.parametrize(
    ("document", "not_imported"),
    [
        (SEED, {"prefect", "pyarrow.dataset", "scipy", "pandas", "duckdb", "rich", "trafilatura"}),
        (GUIDE, {"prefect", "pyarrow.dataset", "scipy", "pandas", "duckdb", "rich"}),
    ],
    ids=["text", "page"],
)
def test_a_document_is_cleaned_without_the_packages_of_a_run(
    tmp_path: Path, document: Path, not_imported: set[str]
) -> None:
    listed = tmp_path / "imported"
    code = (
        "import atexit, sys; from copydesk.flows.cli import main;"
        f"atexit.register(lambda: open({str(listed)!r}, 'w').write('\\n'.join(sys.modules)));"
        f"main(['clean', {str(document)!r}])"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True
    )
    assert not ended.stderr
    assert not_imported.isdisjoint(listed.read_text().splitlines())


def test_the_address_of_a_link_is_escaped_as_utf_8() -> None:
    page = PAGE.replace('href="/parks"', 'href="/parks\u2003of (Oslo)"')
    markdown = run("-", "--markdown", "--url", "https://news.example/a", stdin=page.encode())
    assert "(https://news.example/parks%E2%80%83of%20%28Oslo%29)" in markdown


def test_signs_of_markdown_in_a_text_are_escaped() -> None:
    assert escaped("- 2 * 3 [a]") == r"\- 2 \* 3 \[a\]"
    assert escaped("1. Rain") == r"1\. Rain"
    assert escaped("Rain - and 1. May") == "Rain - and 1. May"


def test_an_article_shows_itself_in_one_line_and_in_a_notebook() -> None:
    article = copydesk.clean_text("It rained in <b>Oslo</b> all day.\nLeave a Comment")
    assert repr(article) == (
        f"<Article {article.doc_id[:8]} 'It rained in <b>Oslo</b> all day.', 6 words, 1 cut>"
    )
    notebook = article._repr_html_()
    assert "&lt;b&gt;Oslo" in notebook
    assert '<del title="' in notebook
