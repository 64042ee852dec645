"""Which of several days is the day of publication, and on which day a moment in UTC was local."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.tag.pages import PROSE, article, ld, page_tags

IN_UTC = ld('{"@type":"NewsArticle","datePublished":"2024-01-06T02:11:03Z"}')
LATE_IN_UTC = ld('{"@type":"NewsArticle","datePublished":"2024-01-05T23:11:03Z"}')


@pytest.mark.parametrize(
    ("head", "body", "url", "day"),
    [
        pytest.param(
            IN_UTC,
            "<h1>Rain in Rome</h1><p class='date'>January 5, 2024</p>",
            "https://www.example.com/a/rain",
            date(2024, 1, 5),
            id="the evening before, printed",
        ),
        pytest.param(
            IN_UTC,
            "<h1>Rain in Rome</h1>",
            "https://www.example.com/2024/01/05/rain",
            date(2024, 1, 5),
            id="the evening before, in the address",
        ),
        pytest.param(
            LATE_IN_UTC,
            "<h1>Rain in Rome</h1><p class='date'>6 January 2024</p>",
            "https://www.example.com/a/rain",
            date(2024, 1, 6),
            id="the next morning",
        ),
        pytest.param(
            IN_UTC,
            "<h1>Rain in Rome</h1><p class='date'>January 4, 2024</p>",
            "https://www.example.com/a/rain",
            date(2024, 1, 6),
            id="two days are no time zone",
        ),
        pytest.param(
            IN_UTC,
            "<h1>Rain in Rome</h1><p class='date'>January 7, 2024</p>",
            "https://www.example.com/a/rain",
            date(2024, 1, 6),
            id="at two in the morning nobody has the next day",
        ),
        pytest.param(
            IN_UTC,
            "<h1>Rain in Rome</h1><p>Updated January 5, 2024</p>",
            "https://www.example.com/a/rain",
            date(2024, 1, 6),
            id="an update names no local day",
        ),
    ],
)
def test_a_moment_stated_in_utc_has_the_day_that_readers_saw(
    head: str, body: str, url: str, day: date
) -> None:
    assert page_tags(article(head, body), url=url).values["published_date"] == day


def test_the_local_day_changes_no_moment_and_has_its_own_evidence() -> None:
    tags = page_tags(article(IN_UTC, "<h1>Rain in Rome</h1><p class='date'>January 5, 2024</p>"))
    assert tags.values["published_at"] == datetime(2024, 1, 6, 2, 11, 3, tzinfo=UTC)
    assert tags.values["published_utc_offset_minutes"] == 0
    assert (tags.evidence["published_at"], tags.evidence["published_date"]) == ("json-ld", "markup")


def test_a_statement_long_after_the_day_in_the_address_is_one_of_a_new_edition() -> None:
    head = ld('{"@type":"BlogPosting","datePublished":"2021-06-17T18:28:00+02:00"}')
    tags = page_tags(article(head), url="https://example.com/home/2019/7/12/rain")
    assert (tags.values["published_date"], tags.evidence["published_date"]) == (
        date(2019, 7, 12),
        "url",
    )


@pytest.mark.parametrize(
    "url", ["https://example.com/2020/12/rain", "https://example.com/1944/6/6/rain"]
)
def test_a_month_or_a_day_of_history_in_the_address_is_no_publication(url: str) -> None:
    head = ld('{"@type":"BlogPosting","datePublished":"2021-06-17"}')
    assert page_tags(article(head), url=url).values["published_date"] == date(2021, 6, 17)


LONG = (
    "a" * 20
    + " is one of the words that make this line longer than a line of data about an article, "
)
FAR = "".join(f'<span class="icon-{n}"></span>' for n in range(200))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "<h1>Rain in Rome</h1><div class='footer'><p>Dieser Artikel wurde am 5. Januar 2024 um 14:48 "
            f"von <a href='/a'>Ann Sand</a> geschrieben. {LONG * 2}</p></div>",
            id="a sentence about the article below it",
        ),
        pytest.param(
            f"<h1>Rain in Rome</h1><div class='teaser-text'><p>Press release of 5 January 2024 | Rome<b> </b> {LONG * 2}</p></div>",
            id="a press release that opens with its day",
        ),
        pytest.param(
            "<h1>Rain in Rome</h1><h4>Published on:</h4><h2>05.01.2024</h2>"
            "<div class='author-info'>Zuletzt geändert am:<ul class='timestamp'><li>09.01.2024</li></ul></div>",
            id="the day of a change, in a box with a class",
        ),
        pytest.param(
            "<figure><div class='info'><span class='date'>05.01.2024</span></div><h1>Rain in Rome</h1></figure>",
            id="a headline and its day over a picture",
        ),
        pytest.param(
            f"<h1>Rain in Rome</h1>{FAR}<div class='author-share'><span class='date'>2024-01-05 14:27:02</span></div>",
            id="the only day alone in an element named for it",
        ),
        pytest.param(
            "<div class='related'><div class='date'>-</div><h5>05.01.2024</h5></div>"
            "<div class='date'>no day</div>",
            id="a page without a heading in a box with a list's name",
        ),
        pytest.param(
            "<div id='navwrap'><span class='mod_datetime'><time datetime='2024-01-09T13:56'>Tuesday, 9 January 2024"
            "</time></span></div><p><span class='text_datum'>5 January 2024.</span> Rain fell.</p>",
            id="the clock of the bar above the page",
        ),
        pytest.param(
            "<div class='top'><span class='date'>Tue, 9 Jan 2024</span></div>"
            + "<p>x</p>" * 150
            + "<p>x</p>" * 30
            + "<h2>Rain falls on the old town of Rome</h2><p>Our paper<br>5 Jan 2024, 22:11 GMT+10</p>",
            id="the day below the lower heading that prints the title",
        ),
    ],
)
def test_the_day_of_the_article_is_found_among_others(body: str) -> None:
    html = article("<title>Rain falls on the old town of Rome</title>", body, lang="de")
    assert page_tags(html).values["published_date"] == date(2024, 1, 5)


def test_the_day_in_brackets_that_opens_the_text_is_taken_if_the_page_has_no_other() -> None:
    text = f"(05.01.2024) {PROSE}"
    html = f"<html lang='de'><body><h1>Rain in Rome</h1><p>{text}</p></body></html>"
    assert page_tags(html, text=text).values["published_date"] == date(2024, 1, 5)


def test_a_day_in_brackets_within_a_sentence_is_not_taken() -> None:
    text = f"The storm (05.01.2024) was long. {PROSE}"
    html = f"<html lang='de'><body><h1>Rain in Rome</h1><p>{text}</p></body></html>"
    assert page_tags(html, text=text).values["published_date"] is None


def test_days_of_several_classes_far_from_the_headline_are_no_publication() -> None:
    body = (
        f"<h1>Rain in Rome</h1>{FAR}<span class='date'>5 January 2024</span>"
        "<span class='date'>7 January 2024</span>"
    )
    assert page_tags(article("", body)).values["published_date"] is None


@pytest.mark.parametrize(
    ("clock", "line"),
    [
        ("onsdag den 11. marts 2026", "Udgivet: fredag den 5. januar 2024, 14:19"),
        ("Τετάρτη 4 Μαρτίου 2026", "Δημοσιεύτηκε: 5 Ιαν 2024, 09:06"),
        ("السبت، 21 مارس 2026", "نشر في: 05\u200f/01\u200f/2024, 10:08"),
        ("יום שני, 16 במרץ 2026", "פורסם: 5 בינואר 2024, 20:11"),
        ("sexta-feira, 6 de março de 2026", "Publicado em 5 de janeiro de 2024"),
        ("venerdì 6 marzo 2026", "Pubblicato: 5 gennaio 2024, 10:08"),
    ],
)
def test_the_line_that_names_publication_counts_more_than_the_clock_of_the_page(
    clock: str, line: str
) -> None:
    menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(9))
    body = f"<div class='topbar'>{clock}</div><nav><ul>{menu}</ul></nav><div>"
    body += f"<h2>Rain in Rome</h2><div class='dt'>{line}</div><p>{PROSE}</p></div>"
    made = page_tags(f"<html lang='de'><title>Rain in Rome</title><body>{body}</body></html>")
    assert made.values["published_date"] == date(2024, 1, 5)


@pytest.mark.parametrize("label", ["Atualizado em", "Aktualizováno", "Frissítve", "تحديث", "עודכן"])
def test_a_day_that_is_said_to_be_an_update_is_not_the_day_of_publication(label: str) -> None:
    body = f"<h1>Rain in Rome</h1><p class='date'>{label} 07.01.2024</p><p>{PROSE}</p>"
    made = page_tags(f"<html lang='pt'><title>Rain in Rome</title><body>{body}</body></html>")
    assert made.evidence["published_date"] == "markup; printed as an update"
