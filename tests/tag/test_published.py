from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from copydesk.transforms.article import Given
from copydesk.transforms.edit import clean_page
from copydesk.transforms.tag.dates.date_formats import machine, printed
from tests.tag.pages import PROSE, article, ld, page_tags, text_tags


@pytest.mark.parametrize(
    ("text", "day", "precision", "offset"),
    [
        ("2024-12-02T10:56:35+01:00", date(2024, 12, 2), "second", 60),
        ("2024-12-02T10:56:00Z", date(2024, 12, 2), "minute", 0),
        ("2024-12-02 10:56", date(2024, 12, 2), "minute", None),
        ("2024-12-02", date(2024, 12, 2), "day", None),
        ("20241202", date(2024, 12, 2), "day", None),
        ("Mon, 02 Dec 2024 10:56:35 GMT", date(2024, 12, 2), "second", 0),
        ("Mon Dec 02 10:56:35 EST 2024", date(2024, 12, 2), "second", -300),
        ("1733137000", date(2024, 12, 2), "second", 0),
    ],
)
def test_machine_dates(text: str, day: date, precision: str, offset: int | None) -> None:
    stamp = machine(text)
    assert stamp is not None
    assert (stamp.day, stamp.precision, stamp.offset) == (day, precision, offset)


@pytest.mark.parametrize(
    "text",
    [
        "January 5, 2024",
        "Jan. 5, 2024",
        "5 January 2024",
        "5th Jan 2024",
        "5. Januar 2024",
        "5 de enero de 2024",
        "5 janvier 2024",
        "5 gennaio 2024",
        "5 januari 2024",
        "5. januar 2024",
        "5 stycznia 2024",
        "5 января 2024",
        "5 Ocak 2024",
        "2024年1月5日",
        "2024년 1월 5일",
        "05.01.2024",
        "2024/01/05",
        "Posted on January 5, 2024 at 10:30 am",
        "Friday, January 5, 2024",
    ],
)
def test_printed_dates(text: str) -> None:
    stamp = printed(text)
    assert stamp is not None
    assert stamp.day == date(2024, 1, 5)


def test_the_order_of_day_and_month_is_not_guessed() -> None:
    assert printed("05/01/2024") is None
    assert [printed("05/01/2024", day_first=first).day.month for first in (True, False)] == [1, 5]  # type: ignore[union-attr]
    assert printed("13/01/2024").day == date(2024, 1, 13)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "",
        "2024",
        "January 2024",
        "Jan 5",
        "yesterday",
        "0001-01-01",
        "1970-01-01T00:00:00Z",
        "2024-13-45",
        "99/99/9999",
        "1204-01-05",
    ],
)
def test_what_names_no_day_is_not_a_date(text: str) -> None:
    assert machine(text) is None


def test_the_day_is_as_printed_and_the_moment_in_utc() -> None:
    tags = page_tags(
        article(
            ld(
                '{"@type":"NewsArticle","datePublished":"2024-01-05T00:30:00+02:00","dateModified":"2024-01-06T00:00:00Z"}'
            )
        )
    )
    assert tags.values["published_date"] == date(2024, 1, 5)
    assert tags.values["published_at"] == datetime(2024, 1, 4, 22, 30, tzinfo=UTC)
    assert tags.values["published_utc_offset_minutes"] == 120
    assert tags.values["modified_at"] == datetime(2024, 1, 6, tzinfo=UTC)
    assert tags.evidence["published_at"] == "json-ld"


def test_a_day_after_the_fetch_is_refused() -> None:
    head = (
        ld('{"@type":"NewsArticle","datePublished":"2030-01-05"}')
        + "<meta property='article:published_time' content='2024-01-05'>"
    )
    tags = page_tags(article(head), fetched_at=datetime(2024, 1, 6, tzinfo=UTC))
    assert (tags.values["published_date"], tags.evidence["published_date"]) == (
        date(2024, 1, 5),
        "meta",
    )


def test_without_a_fetch_there_is_no_upper_bound() -> None:
    assert page_tags(
        article("<meta property='article:published_time' content='2330-01-05'>")
    ).values["published_date"] == date(2330, 1, 5)


@pytest.mark.parametrize(
    "markup",
    [
        "<time datetime='2024-01-05'>5 Jan</time>",
        "<span class='date'>January 5, 2024</span>",
        "<p>Posted on January 5, 2024</p>",
        "<p>By Ana Ruiz - Jan 5, 2024</p>",
        "<span class='date'>January 5, 2024</span><span class='updated'>January 9, 2024</span>",
    ],
)
def test_a_date_under_the_headline_is_found(markup: str) -> None:
    assert page_tags(article("<title>Rain</title>", f"<h1>Rain in Rome</h1>{markup}")).values[
        "published_date"
    ] == date(2024, 1, 5)


@pytest.mark.parametrize(
    "markup",
    [
        "<footer><p>Copyright January 5, 2024</p></footer>",
        "<aside class='related'>"
        + "<p>x</p>" * 50
        + "<time datetime='2024-01-05'>5 Jan</time></aside>",
        "<div id='comments'>" + "<p>x</p>" * 50 + "<time datetime='2024-01-05'>5 Jan</time></div>",
        "<p>In January 2024 it rained.</p>",
    ],
)
def test_dates_of_other_things_are_left_alone(markup: str) -> None:
    assert (
        page_tags(article("<title>Rain</title>", f"<h1>Rain in Rome</h1>{markup}")).values[
            "published_date"
        ]
        is None
    )


def test_a_day_printed_only_as_an_update_says_so() -> None:
    tags = page_tags(
        article("<title>Rain</title>", "<h1>Rain in Rome</h1><p>Last updated January 5, 2024</p>")
    )
    assert tags.evidence["published_date"] == "markup; printed as an update"


def test_the_address_is_weak_evidence_but_evidence() -> None:
    tags = page_tags(article(), url="https://example.com/2024/01/05/rain")
    assert (tags.values["published_date"], tags.evidence["published_date"]) == (
        date(2024, 1, 5),
        "url",
    )


def test_a_plain_text_gets_no_date_from_nowhere() -> None:
    assert text_tags(f"Rain in Rome\n{PROSE}").values["published_date"] is None


@pytest.mark.parametrize(
    "line",
    [
        "By Ana Ruiz | March 3, 2024 | 5 min read",
        "Par Ana Ruiz, 3 mars 2024",
        "03.03.2024. u 10:45",
        "03 Marzo 2024 alle 10:45",
        "Julkaistu 3.3.2024 klo 10.45",
        "Data publikacji: 03.03.2024, 10:45",
        "Minggu, 03 Mar 2024 10:45 WIB",
    ],
)
def test_a_line_below_the_headline_of_a_text_gives_its_day(line: str) -> None:
    tags = text_tags(f"Rain in Rome\n{line}\n{PROSE}\n{PROSE}")
    assert tags.values["published_date"] == date(2024, 3, 3)


def test_a_given_date_wins_and_the_difference_is_on_record() -> None:
    head = "<meta property='article:published_time' content='2024-01-05'>"
    tags = page_tags(article(head), given=Given(published="2024-02-05"))
    assert (tags.values["published_date"], tags.evidence["published_date"]) == (
        date(2024, 2, 5),
        "given; meta differs",
    )


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Rain in Rome</h1><p><b>Date:</b> 5 January 2024</p>",
        "<h1>Rain in Rome</h1><p><br>5 January 2024, Ana Ruiz</p>",
        "<h1>Rain in Rome</h1><footer><p>Posted on 5 January 2024 by Ana Ruiz</p></footer>",
        "<div class='widget Blog'><h2 class='date-header'>Friday, 5 January 2024</h2><h3>Rain</h3></div>",
    ],
)
def test_a_day_after_a_label_or_in_the_footer_of_an_article_is_found(body: str) -> None:
    assert page_tags(article("", body)).values["published_date"] == date(2024, 1, 5)


def test_a_day_inside_a_sentence_is_not_the_day_of_publication() -> None:
    body = "<h1>Rain in Rome</h1><p>The <b>river act</b> of 17 August 2021 has been printed.</p>"
    assert page_tags(article("", body)).values["published_date"] is None


FAR = "".join(f'<span class="icon-{n}"></span>' for n in range(400))


@pytest.mark.parametrize(
    ("body", "day"),
    [
        pytest.param(
            '<div class="related"><div class="head">The wall gave way</div><ul><li class="artikeldatum">'
            f'<time datetime="2024-03-05 16:11">5. March 2024</time></li></ul>{PROSE}</div>',
            "2024-03-05",
            id="a wrapper around the whole page that is named as a list",
        ),
        pytest.param(
            "<nav>"
            + "".join(f'<a href="/s/{y}">Season {y}</a>' for y in range(1700, 1950))
            + f'</nav><h1>The wall gave way</h1><span class="date">05.03.2024</span>{PROSE}',
            "2024-03-05",
            id="a menu with more years than marks are read",
        ),
        pytest.param(
            f'<h1>The wall gave way</h1>{FAR}<time datetime="2024-03-05T09:00:00Z">5 March</time>{PROSE}',
            "2024-03-05",
            id="the only time element, far from the headline",
        ),
        pytest.param(
            "<h1>The wall gave way</h1><div><span>Day:</span> <span>5 March 2024</span></div>"
            "<p>The gazette of 17 February 2024 "
            "<b>printed the law</b> by which the council may close the road along the harbour for as long as the "
            "engineers need, which the neighbours had asked for at every meeting of the last nine years.</p>"
            + PROSE,
            "2024-03-05",
            id="a day in the first paragraph, before the day of the page",
        ),
        pytest.param(
            f"<h1>The wall gave way</h1><p class='sub'>{' ' * 90}5 March 2024 // Ann Sand</p>{PROSE}",
            "2024-03-05",
            id="a line that is padded with spaces",
        ),
        pytest.param(
            f"<h1>The wall gave way</h1><article>{PROSE}<div class='footer'><time itemprop='datePublished' "
            "datetime='2024-03-05'>5 March</time></div></article>",
            "2024-03-05",
            id="the day of publication at the foot of the article",
        ),
    ],
)
def test_the_day_of_a_page_with_odd_markup_is_found(body: str, day: str) -> None:
    html = (
        f"<html lang='en'><head><title>The wall gave way</title></head><body>{body}</body></html>"
    )
    assert str(clean_page(html, url="https://news.example.org/wall").published_date) == day


def test_a_text_in_another_language_than_english_prints_the_day_first() -> None:
    french = (
        "Le conseil a voté lundi soir la réouverture de la piscine après de longs travaux. " * 4
    )
    english = "The council voted on Monday to open the pool again after four years of work. " * 4
    dated = "La piscine rouvre\nPublié le 10/03/2026 à 18h45\n\n"
    assert text_tags(dated + french).values["published_date"] == date(2026, 3, 10)
    assert text_tags("The pool opens\n10/03/2026\n\n" + english).values["published_date"] is None
