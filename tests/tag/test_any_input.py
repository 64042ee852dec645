"""What holds for every input.

Tagging raises nothing, values are as the schema declares, and the ledger rebuilds the text.
"""

from __future__ import annotations

from datetime import UTC, datetime

import lxml.html
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.transforms import tag
from copydesk.transforms.article import Document, Given, Tags
from copydesk.transforms.ledger import apply, rebuild
from tests.tag.pages import PROSE

LINES = st.sampled_from(
    [
        "Rain in Rome",
        "Title: Rain in Rome",
        "By Ana Ruiz",
        "By Ana Ruiz and Bo Li",
        "Ana Ruiz, AP",
        PROSE,
        "It rained.",
        "",
        " ",
        "January 5, 2024",
        "LONDON (Reuters) - " + PROSE,
        "WASHINGTON — Rain",
        "Trains stop all over the city",
        "Von Anna Berg",
        "(Reporting by Ana Ruiz; Editing by Bo Li)",
        "Opinion | Rain",
        "雨が降った",
        "文／田中花子",
        "\u00a0",
        "By",
        "By The",
        "Quelle: dpa",
    ]
)
TEXTS = st.lists(LINES | st.text(max_size=60), max_size=9).map("\n".join)
WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "Ana Ruiz",
        "2024-01-05",
        "By",
        "https://example.com/a",
        "Example Post | Rain",
        "9999-12-31T23:59:59-15:00",
        "0001-01-01",
        "[",
        "&amp;",
    ]
)


def check(document: Document, tags: Tags) -> None:
    assert set(tags.values) == {field.name for field in tag.COLUMNS} | {"canonical_url", "authors"}
    pa.table(
        {field.name: pa.array([tags.values[field.name]], field.type) for field in tag.COLUMNS},
        schema=pa.schema(list(tag.COLUMNS)),
    ).validate(full=True)
    assert all(tags.values[field.name] is not None for field in tag.COLUMNS if not field.nullable)
    assert len(tags.values["byline_roles"]) in (0, len(tags.values["byline"]))  # type: ignore[arg-type]
    assert set(tags.evidence) <= {field.name for field in tag.COLUMNS} | {"canonical_url"}
    removed = (*document.removed, *tags.removed)
    assert rebuild(apply(document.extracted, removed), removed) == document.extracted


@given(
    TEXTS,
    st.none()
    | st.sampled_from(
        ["https://www.bbc.co.uk/2024/01/05/a", "x", "http://[", "https://例え.jp/あ"]
    ),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_any_text_can_be_tagged(text: str, url: str | None, cut: bool) -> None:
    document = Document(text, url=url, fetched_at=datetime(2024, 1, 6, tzinfo=UTC) if cut else None)
    check(document, tag.tag(document, options=tag.Options(cut_dateline=cut)))


@given(TEXTS)
@settings(max_examples=120, deadline=None)
def test_a_text_tagged_twice_is_the_text_tagged_once(text: str) -> None:
    once = apply(text, tag.tag(Document(text)).removed)
    assert apply(once, tag.tag(Document(once)).removed) == once


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_a_text_is_never_left_without_a_line(text: str) -> None:
    assert apply(text, tag.tag(Document(text)).removed).strip() or not text.strip()


@given(st.builds(Given, WORDS, st.lists(WORDS, max_size=3).map(tuple), WORDS, WORDS, WORDS, WORDS))
@settings(max_examples=60, deadline=None)
def test_any_given_fields_can_be_tagged(fields: Given) -> None:
    document = Document(PROSE, given=fields)
    check(document, tag.tag(document))


@given(st.lists(WORDS, min_size=6, max_size=6), TEXTS)
@settings(max_examples=50, deadline=None)
def test_any_page_can_be_tagged(words: list[str], text: str) -> None:
    a, b, c, d, e, f = (word.replace("\x00", "") for word in words)
    html = (
        f"<html lang='en'><title>{a}</title><meta name='author' content=\"{b}\"><meta property='og:title' content=\"{a}\"><meta name=date content=\"{c}\">"
        f'<script type="application/ld+json">{{"@type":"NewsArticle","author":"{d}","datePublished":"{c}","headline":"{a}"}}</script>'
        f'<h1>{a}</h1><p class=byline>By {b}<a rel=author href="{e}">{d}</a></p><time datetime="{c}">{f}</time><link rel=canonical href="{e}"><p>{text}</p>'
    )
    tree = lxml.html.document_fromstring(html.encode("utf-8", "replace"))
    document = Document(
        text, url="https://example.com/a", page=tag.read_page(tree, url="https://example.com/a")
    )
    check(document, tag.tag(document))


def test_long_lines_can_be_tagged() -> None:
    for unit in (
        "By A ",
        "A, ",
        "and ",
        "(",
        "LONDON, ",
        "1/",
        "told The ",
        "- ",
        "| a ",
        "Reuters reported ",
        "A.B",
    ):
        text = unit * (60_000 // len(unit))
        between = f"Rain in Rome\n{text}\n{PROSE}\n{text}"
        for document in (
            Document(text),
            Document(between, url="https://example.com/" + "a/" * 500),
        ):
            check(document, tag.tag(document))


def test_hostile_pages_can_be_tagged() -> None:
    pages = (
        "<div class=byline>" + "<span class=author>Ana Ruiz</span>" * 20_000 + "</div>",
        "<div class=author>" * 400 + "Ana Ruiz" + "</div>" * 400,
        f"<title>{'a - ' * 50_000}</title><h1>{'b | ' * 50_000}</h1>",
        '<script type="application/ld+json">{"a":"' + " " * 300_000 + '"x}</script>',
        '<script type="application/ld+json">' + "{" * 100_000 + "</script>",
        '<script type="application/ld+json">' + ", " * 200_000 + "</script>",
        "<meta name=author content='" + "Ana Ruiz and " * 20_000 + "'>",
        "".join(f"<meta name=m{i} content=x>" for i in range(5_000)),
        "<p class=date>" + "1/" * 100_000 + "</p>",
    )
    for html in pages:
        data = tag.read_page(lxml.html.document_fromstring(f"<html><body>{html}"), url=None)
        document = Document(PROSE, page=data)
        check(document, tag.tag(document))


def test_after_warming_up_nothing_is_opened(monkeypatch: object) -> None:
    tag.warm()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("opened something")

    import builtins
    import io
    import socket

    for module, name in ((builtins, "open"), (io, "open"), (socket, "socket")):
        monkeypatch.setattr(module, name, refuse)  # type: ignore[attr-defined]
    check(Document(PROSE), tag.tag(Document(PROSE, url="https://www.bbc.co.uk/2024/01/05/a")))
