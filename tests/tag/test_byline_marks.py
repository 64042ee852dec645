"""Where a page prints who wrote it, and what only looks like that."""

from __future__ import annotations

import datetime as dt

import pytest

from copydesk.transforms.tag.persons import person_names
from tests.tag.pages import PROSE, article, page_tags

HEAD = "<title>The river rose</title>"
H1 = "<h1>The river rose</h1>"


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Eingestellt von Ana Ruiz", ["Ana Ruiz"]),
        ("Blog Beitrag von Ana Ruiz", ["Ana Ruiz"]),
        ("Von unserem Redaktionsmitglied Ana Ruiz", ["Ana Ruiz"]),
        ("Publicada por Ana Ruiz", ["Ana Ruiz"]),
        ("---- by Ana Ruiz", ["Ana Ruiz"]),
        ("Text und Fotos: Ana Ruiz", ["Ana Ruiz"]),
        ("Ana Ruiz im Gespräch mit Bo Linden", ["Ana Ruiz", "Bo Linden"]),
        ("By Ana Ruiz on 04-Aug-2021 5:11", ["Ana Ruiz"]),
        ("Ana Ruiz, MD, FOMA", ["Ana Ruiz, MD, FOMA"]),
        ("Ana Ruiz, CFP®", ["Ana Ruiz, CFP®"]),
        ("Ana Ruiz, AFP", ["Ana Ruiz", "AFP"]),
        ("By Harbour News 15/12/2011", ["Harbour News"]),
        ("联系本文记者 王小明", ["王小明"]),
        ("Learn More", []),
        ("Articles by Ana", []),
        ("Related items", []),
    ],
)
def test_a_printed_byline_names(printed: str, names: list[str]) -> None:
    assert [name.text for name in person_names.split(printed)] == names


@pytest.mark.parametrize(
    ("marked", "byline"),
    [
        ('<p>by <a href="/author/amanda/">Amanda</a> · Dec 20</p><p>Author: H. Parry</p>', "Amanda"),
        ('<p class="publish-date-author">Dec. 19, 2025 · Ana Ruiz on behalf of the team</p>', "Ana Ruiz"),
        ('<h4 class="author-box__name">Ana Ruiz (Content Manager)</h4>', "Ana Ruiz"),
        ('<nav><span itemprop="author">Ana Ruiz</span></nav>', "Ana Ruiz"),
        ("<div>Par Ana Ruiz - Publié le 13 novembre 2023 à 18h04, mis à jour le 14 novembre 2023 à 9h12</div>", "Ana Ruiz"),
        ("<div>2023年11月12日 08:30 来源：海报 作者：王小明</div>", "王小明"),
        ("<div>Publié le 13/11/2023 à 18:04, par Ana Ruiz</div>", "Ana Ruiz"),
        ('<div class="info">12 novembre 2023, 10:15 - di Ana Ruiz</div>', "Ana Ruiz"),
        ("<p>Propos recueillis par Ana Ruiz</p>", "Ana Ruiz"),
        ("<p>Tekst: Ana Ruiz Beeld: Bo Linden</p>", "Ana Ruiz"),
        ("<p>文・山田太郎</p>", "山田太郎"),
        ("<p>[항구일보 홍길동 기자]</p>", "홍길동"),
        ("<div>입력 2023.11.12 10:15 홍길동 기자</div>", "홍길동"),
        ("<div>홍길동 기자 입력 2023.11.12 10:15 수정 2023.11.12 11:00</div>", "홍길동"),
    ],
)  # fmt: skip
def test_a_mark_below_the_headline_names_the_author(marked: str, byline: str) -> None:
    assert page_tags(article(HEAD, H1 + marked)).values["byline"] == (byline,)


@pytest.mark.parametrize(
    "marked",
    [
        "<h3>Von Rabatten profitieren</h3>",
        "<p>Door No. 61, Anna Nagar East, Tamil Nadu - 600102</p>",
        '<li class="fn-12-1">Ana Ruiz, 1991</li>',
        '<td class="petition-signaturelist-name">Ana Ruiz</td>',
        "<p>Posted by Ana Ruiz, Oslo</p><p>Posted by Bo Linden, Rome</p><p>Posted by Cy Young, Bern</p>",
    ],
)
def test_a_line_that_opens_or_is_named_like_a_byline_may_not_be_one(marked: str) -> None:
    assert page_tags(article(HEAD, H1 + marked)).values["authors"] == ()


def test_a_team_under_the_headline_is_an_organisation_that_wrote() -> None:
    made = page_tags(article(HEAD, H1 + "<p>By the Harbour Lamp Team</p>"))
    assert made.values["byline_orgs"] == ("the Harbour Lamp Team",)


def test_a_name_in_full_beats_the_account_of_the_same_author() -> None:
    account = '<script type="application/ld+json">{"@type": "Article", "author": {"name": "anaruiz"}}</script>'
    head = f'{HEAD}{account}<meta name="author" content="Ana Ruiz">'
    assert page_tags(article(head, H1)).values["byline"] == ("Ana Ruiz",)


def test_the_one_person_of_links_to_an_author_page_is_the_author() -> None:
    foot = (
        f"<p>{PROSE}</p>" * 60
        + '<p>Filed <a href="https://example.com/author/ray/">Ana Ruiz</a></p>'
    )
    assert page_tags(article(HEAD, H1 + foot)).values["byline"] == ("Ana Ruiz",)


@pytest.mark.parametrize(
    ("lines", "byline"),
    [
        (("River", "Ana Ruiz", "23 July 2025", PROSE), ("Ana Ruiz",)),
        (("River", "Other Sports", "23 July 2025", PROSE), ()),
        (("River", "Photo: Ana Ruiz", "23 July 2025", PROSE), ()),
        (("River", "fot. Ana Ruiz", "23 July 2025", PROSE), ()),
        ((PROSE, "Ana Ruiz"), ("Ana Ruiz",)),
        ((PROSE, "(Ana Ruiz)"), ("Ana Ruiz",)),
        (("Mayor Ruiz spoke.", "Then Ruiz left.", PROSE, "Ana Ruiz"), ()),
        ((PROSE, "Related Links"), ()),
    ],
)  # fmt: skip
def test_a_name_alone_on_a_line_of_the_text(
    lines: tuple[str, ...], byline: tuple[str, ...]
) -> None:
    made = page_tags(article(HEAD, H1), text="\n".join(lines))
    assert made.values["byline"] == byline


def test_a_topic_next_to_the_date_is_not_a_name() -> None:
    text = "\n".join(("Emma Ferries 23.01.2020", PROSE))
    head = "<title>Ferries stay in port</title>"
    assert (
        page_tags(article(head, "<h1>Ferries stay in port</h1>"), text=text).values["byline"] == ()
    )


def test_a_printed_day_beats_the_day_when_the_page_was_made() -> None:
    head = f'{HEAD}<meta name="date" content="2021-12-20T11:02:44+01:00">'
    made = page_tags(article(head, f'{H1}<span class="date">27.01.2022</span>', lang="de"))
    assert made.values["published_date"] == dt.date(2022, 1, 27)


def test_the_day_when_the_page_was_made_counts_if_none_is_printed() -> None:
    made = page_tags(article(f'{HEAD}<meta name="date" content="2021-12-20">', H1))
    assert made.values["published_date"] == dt.date(2021, 12, 20)


def test_a_title_loses_the_name_of_the_blog_of_a_site() -> None:
    head = "<title>What is a ferry? | Ferry Blog</title>"
    made = page_tags(article(head), url="https://blog.ferry-line.org/what")
    assert made.values["title"] == "What is a ferry?"


def test_a_headline_that_the_data_cuts_at_its_limit_is_printed_in_full() -> None:
    words = "The river rose by a metre on Monday night and the ferry to the island stayed in port until noon, the crew said later on"
    said = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{words[:108]}"}}</script>'
    made = page_tags(article(f"<title>{words}</title>{said}", f"<h1>{words}</h1>"))
    assert made.values["title"] == words


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("本报记者 周雅宁", "周雅宁"),
        ("文／田中花子", "田中花子"),
        ("한지원 기자 jiwon@harbour.example", "한지원"),
        ("بقلم: سلمى الحداد", "سلمى الحداد"),
        ("Автор: Олена Гнатюк", "Олена Гнатюк"),
    ],
)
def test_a_byline_in_another_script_needs_no_class(line: str, name: str) -> None:
    assert page_tags(article(HEAD, f"{H1}<div><span>{line}</span></div>")).values["byline"] == (
        name,
    )


def test_the_line_of_the_next_article_is_no_part_of_the_byline() -> None:
    text = "".join(f"<div>Paragraph {n} of the first article.</div>" for n in range(7))
    body = f"{H1}<div>By Ana Ruiz</div>{text}<div>By Bo Linden</div>"
    assert page_tags(article(HEAD, body)).values["byline"] == ("Ana Ruiz",)
    both = f"{H1}<div>By Ana Ruiz</div><div>Oslo</div><div>By Bo Linden</div>{text}"
    assert page_tags(article(HEAD, both)).values["byline"] == ("Ana Ruiz", "Bo Linden")


def test_names_with_the_family_name_first_are_put_in_order() -> None:
    head = HEAD + '<meta name="author" content="Ruiz, Ana; Linden, Bo">'
    assert page_tags(article(head, H1)).values["byline"] == ("Ana Ruiz", "Bo Linden")


def test_words_about_an_author_inside_a_sentence_are_no_byline() -> None:
    body = H1 + "<p>2023年，作者在书中写到这条河</p><p>2023년 기자 회견이 오후에 열린다</p>"
    assert page_tags(article(HEAD, body)).values["byline"] == ()


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Haber: Deniz Kaya", ("Deniz Kaya",)),
        ("Penulis: Budi Santoso", ("Budi Santoso",)),
        ("نویسنده: مریم رضایی", ("مریم رضایی",)),
        ("About this week's guest: Ana Ruiz", ()),
    ],
)
def test_a_label_of_another_language_opens_a_byline_without_a_class(
    printed: str, names: tuple[str, ...]
) -> None:
    body = f"{H1}<p><span>{printed}</span></p>{PROSE}"
    assert page_tags(article(HEAD, body)).values["byline"] == names


def test_the_outlet_for_which_an_article_was_written_is_no_part_of_the_name() -> None:
    head = f'{HEAD}<meta name="author" content="Levi Parr For Sea Post Australia">'
    tags = page_tags(
        article(f'{head}<meta property="og:site_name" content="Sea Post Online">', f"{H1}{PROSE}")
    )
    assert tags.values["byline"] == ("Levi Parr",)
