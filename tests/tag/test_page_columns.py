"""Columns that the data of a page fills.

They are summary, type of article, access, licence and reservation.
"""

from __future__ import annotations

import pytest

from copydesk.transforms import edit
from copydesk.transforms.article import Article, Given, Source
from copydesk.transforms.edit import clean_page, clean_text
from tests.tag.pages import PROSE, text_tags

TEXT = "<article><h1>The wall gave way</h1>" + "".join(
    f"<p>Paragraph {n} tells what the council said about the harbour wall on Tuesday morning.</p>"
    for n in range(6)
)


def page(head: str = "", foot: str = "", url: str = "https://news.example.org/a/b") -> Article:
    html = f"<html><head><title>The wall gave way</title>{head}</head><body>{TEXT}{foot}</article></body></html>"
    return clean_page(html, url=url)


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def ld(body: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {body}}}</script>'


def test_the_description_is_the_fullest_form_of_the_standfirst() -> None:
    short = meta("description", "The harbour wall gave way after three days …")
    full = ld('"description": "The harbour wall gave way after three days of heavy rain."')
    made = page(short + full)
    assert made.description == "The harbour wall gave way after three days of heavy rain."
    assert made.evidence["description"] == "json-ld"


def test_a_description_that_repeats_the_title_is_not_used() -> None:
    assert page(meta("description", "The wall gave way")).description is None


def test_keywords_are_the_editors_each_once_and_no_marks_of_software() -> None:
    made = page(meta("news_keywords", "harbour, storm,harbour , post_id:17"))
    assert made.keywords == ("harbour", "storm")
    assert made.evidence["keywords"] == "meta"


def test_the_picture_is_an_absolute_address() -> None:
    assert page(meta("og:image", "/wall.jpg")).image_url == "https://news.example.org/wall.jpg"
    assert page(meta("og:image", "data:image/gif;base64,R0lG")).image_url is None


@pytest.mark.parametrize(
    ("head", "url", "kind", "evidence"),
    [
        (
            '<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>',
            "",
            "live_blog",
            "json-ld",
        ),
        (meta("article:section", "Opinion"), "", "opinion", "section"),
        ("", "https://news.example.org/opinion/wall", "opinion", "url"),
        (meta("og:type", "Review"), "", "review", "meta"),
        (ld('"headline": "The wall gave way"'), "", "news", "json-ld"),
        (meta("article:section", "Opinion polls"), "", None, None),
        ("", "", None, None),
    ],
)
def test_the_type_of_article_is_what_the_page_says(
    head: str, url: str, kind: str | None, evidence: str | None
) -> None:
    made = page(head, url=url or "https://news.example.org/a/b")
    assert (made.article_type, made.evidence.get("article_type")) == (kind, evidence)


def test_a_press_release_is_known_by_the_mark_of_its_agency() -> None:
    made = clean_text(
        "Acme opens a mill\n\nOSLO, March 3, 2026 /PRNewswire/ -- Acme opened a mill."
    )
    assert made.article_type == "press_release"


@pytest.mark.parametrize(
    ("head", "foot", "free"),
    [
        (ld('"isAccessibleForFree": "False"'), "", False),
        (ld('"isAccessibleForFree": true'), "", True),
        (
            ld(
                '"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": false, "cssSelector": ".p"}'
            ),
            "",
            False,
        ),
        (meta("article:content_tier", "locked"), "", False),
        ("", "<p>Subscribe to continue reading.</p>", False),
        ("", "<p>Subscribe to our newsletter.</p>", None),
        (meta("article:content_tier", "metered"), "", None),
    ],
)
def test_access_is_known_by_the_pages_data_or_by_a_wall(
    head: str, foot: str, free: bool | None
) -> None:
    assert page(head, foot).is_free is free


@pytest.mark.parametrize(
    "wall",
    [
        "Subscribe now to continue reading.",
        "SIGN UP to keep reading",
        "Log in to read the full story.",
        "Register to view this article.",
        "Join us to finish reading.",
        "This story is available for paying members.",
        "You’ve reached your monthly article limit",
        "Weiterlesen mit Hafen Plus",
        "Jetzt lesen mit dem Abo",
        "Dieser Artikel ist exklusiv für unsere Abonnenten",
        "Cet article est réservé à nos abonnés",
        "Il vous reste 70 % de cet article à lire",
        "Contenido exclusivo para suscriptores",
        "Suscríbete para seguir leyendo",
        "Questo articolo è riservato agli abbonati",
        "Dit artikel is alleen voor abonnees",
        "Artikkelen er kun for abonnenter",
        "Den här artikeln är exklusiv för prenumeranter",
        "Artiklen er for abonnenter",
    ],
)
def test_a_wall_at_the_end_of_a_text_says_that_it_is_not_free(wall: str) -> None:
    assert text_tags(f"{PROSE}\n{wall}").values["is_free"] is False


def test_a_creative_commons_link_becomes_its_identifier() -> None:
    link = '<link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/deed.de">'
    assert page(link).license == "CC-BY-SA-4.0"
    assert page().license is None


@pytest.mark.parametrize(
    ("head", "reserved"),
    [
        (meta("tdm-reservation", "1"), True),
        (meta("tdm-reservation", "0"), False),
        (meta("robots", "index, noai"), True),
        (meta("robots", "index, noimageai"), None),
        ("", None),
    ],
)
def test_reservation_from_mining_is_what_the_page_declares(
    head: str, reserved: bool | None
) -> None:
    assert page(head).tdm_reserved is reserved


@pytest.mark.parametrize(
    ("head", "reserved", "source"),
    [
        ("", True, "given"),
        (meta("robots", "index"), True, "given"),
        (meta("tdm-reservation", "0"), False, "meta"),
    ],
)
def test_the_headers_of_the_response_count_if_the_page_states_nothing_under_the_protocol(
    head: str, reserved: bool, source: str
) -> None:
    html = f"<html><head>{head}</head><body><p>Rain fell on the town all day.</p></body></html>"
    article = edit.page(html, Source(given=Given(tdm_reserved=True)), edit.Options())
    assert (article.tdm_reserved, article.evidence["tdm_reserved"]) == (reserved, source)


def test_a_saved_page_has_the_address_that_it_names() -> None:
    html = (
        f'<html><head><link rel="canonical" href="https://news.example.org/a">'
        f"</head><body>{TEXT}</article></body></html>"
    )
    made = clean_page(html)
    assert made.url == "https://news.example.org/a"
    assert made.evidence["url"] == "markup"
