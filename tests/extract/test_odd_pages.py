"""The text has all of the article once, even if the page hides, repeats or interrupts it."""

from __future__ import annotations

import pytest

import copydesk
from tests.extract import odd_pages

URL = "https://www.coastcourier.example.com/news/2026/lighthouse-keeper"


@pytest.mark.parametrize(
    ("html", "gone"),
    [found[1:] for found in odd_pages.PAGES],
    ids=[found[0] for found in odd_pages.PAGES],
)
def test_the_article_comes_out_whole_and_once(html: str, gone: tuple[str, ...]) -> None:
    article = copydesk.clean_page(html, url=URL)
    text = " ".join(article.text.split())
    assert {
        paragraph: text.count(paragraph) for paragraph in odd_pages.PARAGRAPHS
    } == dict.fromkeys(odd_pages.PARAGRAPHS, 1)
    assert [said for said in gone if said in text] == []
    assert article.title == odd_pages.TITLE
    assert "Pia Holm" not in article.byline
