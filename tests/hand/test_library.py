"""`copydesk.ingest` and `copydesk.open`.

Also tested are the messages of the public functions about wrong arguments.
"""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import copydesk
from copydesk.flows.query import QueryError
from tests.hand import known_warehouse as known
from tests.warehouse import rows

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> copydesk.Corpus:
    root = tmp_path_factory.mktemp("library") / "wh"
    known.make(root)
    return copydesk.open(root)


def test_an_ingest_from_python_is_the_ingest_of_the_shell(tmp_path: Path) -> None:
    outcome = copydesk.ingest(ROOT / "seeds", warehouse=tmp_path / "wh", workers=1)
    assert outcome.summary.facts.n_articles == 5
    assert outcome.page is not None
    corpus = copydesk.open(tmp_path / "wh")
    assert repr(corpus) == f"<Corpus {corpus.snapshot.id}: 5 articles, 0 copies>"
    for row in corpus.articles.to_table(["doc_id", "source_uri"]).to_pylist():
        stored = corpus.article(row["doc_id"])
        again = copydesk.clean_text((ROOT / "seeds" / row["source_uri"]).read_text())
        assert stored.text == again.text
        assert stored.extracted == again.extracted
        assert stored.authors == again.authors
        assert stored.removed == again.removed


def test_every_table_is_a_dataset_under_its_name(corpus: copydesk.Corpus) -> None:
    assert corpus.articles.count_rows() == 5
    assert set(corpus.tables) >= {"articles", "duplicates", "removed", "stories"}
    with pytest.raises(AttributeError, match="no table and no method 'nothing'"):
        _ = corpus.nothing


def test_sql_answers_over_the_views_of_the_command(corpus: copydesk.Corpus) -> None:
    assert corpus.sql("SELECT count(*) FROM documents").fetchall() == [(8,)]
    with pytest.raises(QueryError, match="nowhere"):
        corpus.sql("SELECT * FROM nowhere")


def test_copies_are_found_from_the_kept_document_and_from_a_copy(corpus: copydesk.Corpus) -> None:
    by_kept = corpus.copies(known.FERRY)
    assert by_kept.num_rows == 3
    assert corpus.copies(rows.doc_id(12)) == by_kept
    assert corpus.copies(known.RAIN).num_rows == 0


def test_a_story_is_in_the_order_of_time_with_its_copies(corpus: copydesk.Corpus) -> None:
    story = corpus.story(known.FERRY)
    assert story["outlet"].to_pylist() == ["Wire", "South", "Valley", "North", "Harbour"]


def test_cuts_and_text_rebuild_what_was_extracted(corpus: copydesk.Corpus) -> None:
    article = corpus.article(known.FERRY)
    assert [cut.rule for cut in corpus.cuts(known.FERRY)] == ["share_bar"]
    assert article.extracted == f"{article.text}\nShare this story\n"
    assert article.to_dict()["published_at"] == "2026-11-02T06:00:00+00:00"


def test_an_unknown_id_is_a_key_error_with_a_sentence(corpus: copydesk.Corpus) -> None:
    for call in (corpus.article, corpus.copies, corpus.story):
        with pytest.raises(KeyError, match="there is no"):
            call("0" * 32)
        with pytest.raises(KeyError, match="32 hex digits"):
            call("x' OR 1 = 1 --")
        with pytest.raises(TypeError, match="an id must be a str, not int"):
            call(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: copydesk.find_duplicates("abc"), r"put it in a list: \['abc'\]"),
        (lambda: copydesk.find_duplicates(["a"], published_at=[1]), r"published_at\[0\] must be"),
        (lambda: copydesk.find_duplicates([b"a"]), r"texts\[0\] must be str or None, not bytes"),
        (lambda: copydesk.find_duplicates(pa.array([1])), "a column of strings, not of int64"),
        (lambda: copydesk.group_stories("abc"), "several texts"),
        (lambda: copydesk.group_stories(["a"], titles="b"), "titles must be several texts"),
        (lambda: copydesk.group_stories(["a"], published_at=["2026"]), "datetime or None, not str"),
        (lambda: copydesk.clean_page("<p>a", url=5), "url must be a str, not int"),
        (lambda: copydesk.clean_page("<p>a", fetched_at="2026-01-01"), "must be a datetime"),
        (lambda: copydesk.clean_page("news/page.html"), "takes the document itself"),
        (lambda: copydesk.clean_page("https://news.example/a"), "download it first"),
        (lambda: copydesk.clean_page(Path("page.html")), r"clean_page\(path.read_bytes\(\)\)"),
        (lambda: copydesk.clean_text(b"abc"), "clean_text takes str, not bytes"),
        (lambda: copydesk.ingest(5, warehouse="wh"), "a path or a list of paths, not int"),
        (lambda: copydesk.ingest("in", warehouse=None), "warehouse must be a path"),
        (lambda: copydesk.ingest("in", warehouse="wh", workers="2"), "the number of processes"),
        (lambda: copydesk.open(5), "warehouse must be a path"),
    ],
)
def test_a_wrong_type_is_a_type_error_with_a_sentence(call: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        call()


def test_a_text_that_speaks_of_a_file_is_a_text() -> None:
    assert copydesk.clean_text("Open index.html, then read on.").text
    assert copydesk.find_duplicates(["a b c d", None, ""]).clusters.num_rows == 3
    dated = [datetime(2026, 1, 1, tzinfo=UTC), None]
    assert copydesk.group_stories(["Rain.", "Sun."], published_at=dated).num_rows == 2


def test_an_article_of_a_refused_page_comes_back_from_another_process() -> None:
    article = copydesk.clean_page("<title>Rain</title>")
    again = pickle.loads(pickle.dumps(article))
    assert again.refused is not None
    assert (again.refused.step, again.refused.reason) == ("extract", "no_text")
    assert str(again.refused) == str(article.refused)
