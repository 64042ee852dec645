"""Invented lists, shells and walls are refused, and articles that look like them stay."""

from __future__ import annotations

import pytest

import copydesk
from tests.extract import invented_pages

SITE = "https://www.harbourpost.example.com"


@pytest.mark.parametrize("front", invented_pages.FRONTS, ids=lambda front: front[0])
def test_a_front_tag_or_search_page_is_not_an_article(front: invented_pages.Front) -> None:
    _, layout, teasers, language, heading, title, path = front
    html = invented_pages.front(layout, teasers, language, heading, title)
    refused = copydesk.clean_page(html, url=SITE + path).refused
    assert refused is not None
    assert refused.reason == "no_article"


@pytest.mark.parametrize(
    ("title", "main", "head"),
    [page[1:] for page in invented_pages.EMPTY],
    ids=[page[0] for page in invented_pages.EMPTY],
)
def test_a_shell_an_error_page_a_wall_and_a_gallery_without_text_are_not_articles(
    title: str, main: str, head: str
) -> None:
    html = invented_pages.frame(main, title=title, head=head)
    refused = copydesk.clean_page(html, url=f"{SITE}/news/48213").refused
    assert refused is not None
    assert refused.reason == "no_article"


@pytest.mark.parametrize("kind", ["article", None])
@pytest.mark.parametrize(
    ("title", "main", "path"),
    [page[1:] for page in invented_pages.ARTICLES],
    ids=[page[0] for page in invented_pages.ARTICLES],
)
def test_an_article_that_looks_like_a_list_stays(
    title: str, main: str, path: str, kind: str | None
) -> None:
    head = f'<meta property="og:type" content="{kind}">' if kind else ""
    html = invented_pages.frame(main, title=f"{title} | Harbour Post", head=head)
    article = copydesk.clean_page(html, url=SITE + path)
    assert article.refused is None
    assert article.text
