from __future__ import annotations

import json

import lxml.html
import pytest

from copydesk.transforms import tag
from copydesk.transforms.extract import page_elements
from copydesk.transforms.tag.page import json_ld
from copydesk.transforms.tag.page.visible_text import MOST_CHARS, VisibleText
from tests.tag.pages import article, ld


def test_reading_a_page_does_not_change_it() -> None:
    tree = lxml.html.document_fromstring(
        article(
            ld('{"@type":"Article"}'),
            "<h1>Rain</h1><p class='byline'>By <a rel='author'>Ana Ruiz</a></p>",
        )
    )
    before = lxml.html.tostring(tree)
    tag.read_page(tree, url=None)
    assert lxml.html.tostring(tree) == before


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Rain",}',
        '{"@context":"x","@graph":[{"@type":"WebSite","name":"Post"},{"@type":["NewsArticle"],"headline":"Rain"}]}',
        '[[{"@type":"http://schema.org/NewsArticle","headline":"Rain"}]]',
        '<!-- {"@type":"NewsArticle","headline":"Rain"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Rain"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Ra\nin"}'.replace("Ra\nin", "Rain\n"),
        "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Rain&quot;}",
        '{"@type":"NewsArticle","headline":"Rain"};',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":["Rain","Regen"]}}',
    ],
)
def test_json_ld_is_read_as_pages_carry_it(script: str) -> None:
    assert next(d.headline for d in json_ld.read([script]).documents if d.headline) == "Rain"


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}" * 10,
        "[" * 100_000,
        '{"@type":{"a":1}}',
        '{"@type":"NewsArticle","author":[[[[["x"]]]]],"headline":{"@value":3}}',
        "\x00",
    ],
)
def test_json_ld_that_cannot_be_read_is_left_out(script: str) -> None:
    assert json_ld.read([script]).documents in ((), json_ld.read([script]).documents)


def test_other_documents_of_a_graph_are_not_the_document() -> None:
    script = '{"@graph":[{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"Other"}]},{"@type":"NewsArticle","headline":"Rain"}]}'
    assert json_ld.read([script]).documents[0].headline == "Rain"


def test_authors_by_reference_are_looked_up() -> None:
    script = '{"@graph":[{"@type":"NewsArticle","author":{"@id":"#p"}},{"@type":"Person","@id":"#p","name":"Ana &amp; Ruiz"}]}'
    assert json_ld.read([script]).documents[0].authors[0].name == "Ana & Ruiz"


@pytest.mark.parametrize(
    "inside",
    [
        "<b>Ana</b><b>Ruiz</b>, <i>Oslo</i>",
        "<p>One\nline</p>Another <br>and a third<ul><li>A<li>B &amp; C</ul>",
        "Before <svg><svg><text>inner</text></svg><text>outer</text></svg>behind <script>1 < 2</script>all",
        "<span><img></span>" * 3,
        "  <em> spaced </em>  &#13; &nbsp; out  ",
        "<script>hidden</script>",
        "a <x-y>strange</x-y> <blockquoted>name</blockquoted><bdi>b</bdi>",
    ],
)
def test_a_mark_that_reaches_no_limit_has_the_same_text_as_one_that_does(inside: str) -> None:
    elements = page_elements.read(lxml.html.document_fromstring(f"<body><div>{inside}</div>"))
    visible = VisibleText(elements)
    for element in range(1, len(elements)):
        if (short := visible.of(element)) != "":
            assert visible._short(element, MOST_CHARS) is not None
        visible.deepest = 1_000  # As if a limit were near.
        assert visible.of(element) == short
        visible.deepest = 5


def test_words_separated_only_by_style_are_separated() -> None:
    tree = lxml.html.document_fromstring(
        "<p class='byline'><a>Ana Ruiz</a><span>Staff Writer</span></p>"
    )
    assert tag.read_page(tree, url=None).authors[0].text == "Ana Ruiz\nStaff Writer"


def test_the_article_with_the_headline_of_the_title_is_the_page_s_own() -> None:
    said = [
        {"@type": "NewsArticle", "headline": "A goat on the roof", "author": {"name": "Bo Lindt"}},
        {"@type": "NewsArticle", "headline": "The wall gave way", "author": {"name": "Ana Ruiz"}},
    ]
    statements = json_ld.read([json.dumps(said)])
    own = statements.about("The wall gave way | Harbour Post").documents
    assert [(d.headline, d.elsewhere) for d in own] == [
        ("The wall gave way", False),
        ("A goat on the roof", True),
    ]
    assert statements.about("Front page | Harbour Post") is statements
