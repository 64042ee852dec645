"""Five outlets report one event. Their texts have the boilerplate of real scrapes."""

from __future__ import annotations

from pathlib import Path

import pytest

import copydesk
from copydesk.transforms import ledger

SEEDS = {
    path.name[:3]: path.read_bytes().decode()
    for path in sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
}


@pytest.fixture(scope="module")
def articles() -> dict[str, copydesk.Article]:
    return {name: copydesk.clean_text(text) for name, text in SEEDS.items()}


def cut_lines(article: copydesk.Article) -> list[str]:
    """Return the lines that were cut, without headline, byline and blank lines.

    No-break spaces are shown as spaces.
    """
    return [
        cut.text.strip().replace("\xa0", " ")
        for cut in article.removed
        if cut.rule not in {"headline", "byline", "blank_line"} and cut.text.strip()
    ]


def kept_lines(article: copydesk.Article) -> list[str]:
    return [line.strip().replace("\xa0", " ") for line in article.text.split("\n")]


def seed_lines(name: str) -> list[str]:
    return [
        line.strip().replace("\xa0", " ")
        for line in SEEDS[name].replace("\r\n", "\n").split("\n")
        if line.strip()
    ]


@pytest.mark.parametrize("name", SEEDS)
def test_text_and_ledger_rebuild_every_seed(
    name: str, articles: dict[str, copydesk.Article]
) -> None:
    article = articles[name]
    assert ledger.rebuild(article.text, article.removed) == article.extracted


@pytest.mark.parametrize("name", SEEDS)
def test_a_cleaned_seed_is_not_cleaned_further(
    name: str, articles: dict[str, copydesk.Article]
) -> None:
    assert copydesk.clean_text(articles[name].text).text == articles[name].text


def test_000_headline_and_byline_are_cut_and_become_columns(
    articles: dict[str, copydesk.Article],
) -> None:
    article, lines = articles["000"], seed_lines("000")
    assert article.title == "US, Iraq to initiate talks on Coalition’s withdrawal from Iraq"
    assert article.byline == ("Shella Abdulhalim",)
    assert kept_lines(article) == lines[1:-1]


def test_000_dateline_stays_in_the_text_and_fills_its_columns(
    articles: dict[str, copydesk.Article],
) -> None:
    article = articles["000"]
    assert article.text.startswith("QAMISHLI, Syria (North Press) – The United States")
    assert (article.dateline_place, article.dateline_country) == ("QAMISHLI", "Syria")
    assert article.dateline_agency == article.outlet == "North Press"
    assert article.wire_source is None
    assert article.sources_cited == ("Reuters",)


def test_001_loses_its_credits_links_and_comment_prompt_and_nothing_else(
    articles: dict[str, copydesk.Article],
) -> None:
    article, lines = articles["001"], seed_lines("001")
    assert (
        article.title == "Negotiations Ahead: US and Iraq to Discuss Coalition Mission’s Conclusion"
    )
    boilerplate = [
        "Credit: DepositPhotos",
        "Read More: Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Also Read: Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Credit: DepositPhotos",
        "Read Next: Supreme Court Declines to Interfere in Michigan Redistricting Case",
        "Leave a Comment",
    ]
    assert cut_lines(article) == boilerplate
    assert kept_lines(article) == [line for line in lines[1:] if line not in boilerplate]


def test_002_title_loses_its_label_and_every_paragraph_stays(
    articles: dict[str, copydesk.Article],
) -> None:
    article, lines = articles["002"], seed_lines("002")
    assert article.title == "United States and Iraq Hold Talks to Wind Down Mission Against ISIS"
    assert kept_lines(article) == lines[1:]


def test_003_loses_the_link_the_form_the_notice_and_the_empty_headings(
    articles: dict[str, copydesk.Article],
) -> None:
    article, lines = articles["003"], seed_lines("003")
    assert (
        article.title
        == "US and Iraq Launch Official Discussions for US-Led Military Coalition Withdrawal"
    )
    boilerplate = [
        "Also Read:  Russian and Ukrainian Presidents Deliver New Year's Eve Messages to Their People",
        "Please enter your comment!",
        "Please enter your name here",
        "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        "Hot Topics",
        "Related Articles",
    ]
    assert cut_lines(article) == boilerplate
    assert kept_lines(article) == [line for line in lines[1:] if line not in boilerplate]


def test_004_has_no_headline_and_keeps_every_paragraph(
    articles: dict[str, copydesk.Article],
) -> None:
    article = articles["004"]
    assert article.title is None
    assert kept_lines(article) == seed_lines("004")
    assert "Reuters" in article.sources_cited


@pytest.mark.parametrize("name", ["001", "002", "003", "004"])
def test_a_seed_without_byline_and_outlet_gets_none(
    name: str, articles: dict[str, copydesk.Article]
) -> None:
    article = articles[name]
    assert (article.byline, article.byline_orgs, article.authors, article.outlet) == (
        (),
        (),
        (),
        None,
    )


def test_none_of_the_seeds_is_a_copy_of_another(articles: dict[str, copydesk.Article]) -> None:
    found = copydesk.find_duplicates([article.text for article in articles.values()])
    assert len(set(found.clusters["cluster"].to_pylist())) == len(SEEDS)


def test_the_first_four_seeds_are_one_story(articles: dict[str, copydesk.Article]) -> None:
    grouped = copydesk.group_stories(
        [a.text for a in articles.values()], titles=[a.title for a in articles.values()]
    )
    assert len(set(grouped["story"].to_pylist()[:4])) == 1
