"""Faults of real pages, each with the columns that must come out."""

from __future__ import annotations

import datetime as dt

import pytest

from copydesk.transforms.edit import clean_page
from copydesk.transforms.tag import section
from copydesk.transforms.tag.persons.person_names import split

BODY = "".join(
    f"<p>Paragraph {n} tells what the council said about the harbour wall on Tuesday morning.</p>"
    for n in range(6)
)


def test_the_date_next_to_the_headline_beats_the_date_of_a_card() -> None:
    card = '<section class="related"><a href="/b"><h3>Crane</h3><time datetime="2026-03-05">Mar 5, 2026</time></a></section>'
    made = clean_page(
        f"<title>The wall</title><main><span>May 22, 2026</span><h1>The wall</h1>{BODY}</main>{card}",
        url="https://port.example.org/wall",
    )
    assert made.published_date == dt.date(2026, 5, 22)


@pytest.mark.parametrize(
    "card",
    [
        '<a href="/b"><h3>Un phare</h3><time datetime="2026-01-15">15 janvier</time></a>',
        '<a href="/b"><span>風見鶏のなぞ</span><time datetime="2026-01-15">1月15日</time></a>',
    ],
)
def test_the_date_of_a_link_to_another_story_is_not_the_publication(card: str) -> None:
    body = f"<div><h1>The wall</h1><span>May 22, 2026</span></div>{BODY[:80]}</p><div>{card}</div>"
    made = clean_page(f"<title>The wall</title>{body}{BODY}", url="https://port.example.org/wall")
    assert made.published_date == dt.date(2026, 5, 22)


def test_the_date_of_a_link_to_the_page_itself_is_the_publication() -> None:
    link = '<a href="/wall" rel="bookmark"><time datetime="2026-05-22">May 22, 2026</time></a>'
    made = clean_page(
        f"<title>The wall</title><h1>The wall</h1>{link}{BODY}", url="https://port.example.org/wall"
    )
    assert made.published_date == dt.date(2026, 5, 22)


def test_a_feed_user_of_the_cms_is_not_an_author() -> None:
    assert split("Watermark feed", sure=True) == ()


def test_an_outlet_with_its_agency_is_two_organisations() -> None:
    names = split("Le Monde du Port avec AFP", site=frozenset({"lemondeduport"}), sure=True)
    assert [(name.text, name.is_org) for name in names] == [
        ("Le Monde du Port", True),
        ("AFP", True),
    ]


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Par Le Courrier avec Reuters", [("Le Courrier", True), ("Reuters", True)]),
        ("La Voz de Almenara con EFE", [("La Voz de Almenara", True), ("EFE", True)]),
        ("Ouest-Port avec AFP", [("Ouest-Port", True), ("AFP", True)]),
        ("Ana Ruiz avec AFP", [("Ana Ruiz", False), ("AFP", True)]),
        ("di Ana Ruiz e ANSA", [("Ana Ruiz", False), ("ANSA", True)]),
        ("Por Ana Ruiz y EFE", [("Ana Ruiz", False), ("EFE", True)]),
        ("By Ana Ruiz, with Reuters", [("Ana Ruiz", False), ("Reuters", True)]),
        ("By Con Ruiz and Met Li", [("Con Ruiz", False), ("Met Li", False)]),
    ],
)
def test_an_agency_beside_an_author_is_an_organisation(
    printed: str, names: list[tuple[str, bool]]
) -> None:
    assert [(name.text, name.is_org) for name in split(printed, sure=True)] == names


@pytest.mark.parametrize("printed", ["Elena Soto / Valdeorna", "ELENA SOTO | Valdeorna"])
def test_a_place_behind_a_name_and_a_slash_is_no_author(printed: str) -> None:
    made = clean_page(
        f'<title>The wall</title><meta name="author" content="admin"><h1>The wall</h1><div class="firma">{printed}</div>{BODY}',
        url="https://port.example.org/wall",
    )
    assert [name.title() for name in made.byline] == ["Elena Soto"]


def test_the_reporters_in_brackets_behind_the_last_sentence_are_the_byline() -> None:
    made = clean_page(
        f"<title>The wall</title><h1>The wall</h1>{BODY}<p>(By Ana Ruiz and Bo Linden)</p>",
        url="https://port.example.org/wall",
    )
    assert made.byline == ("Ana Ruiz", "Bo Linden")


def test_the_author_of_the_next_article_stays_out() -> None:
    first = f'<article><h1>The wall</h1><p class="author">by Ana Ruiz</p>{BODY}</article>'
    following = '<article><h1>A goat</h1><p class="author">by Bo Linden</p></article>'
    made = clean_page(f"<title>The wall</title>{first}{following}", url="https://port.example.org/")
    assert made.byline == ("Ana Ruiz",)


def test_a_name_alone_next_to_its_date_is_the_byline() -> None:
    made = clean_page(
        f"<title>The wall gave way</title><article><h1>The wall gave way</h1><p>Ana Ruiz</p><p>23.07.2025</p>{BODY}</article>",
        url="https://port.example.org/wall",
    )
    assert made.byline == ("Ana Ruiz",)
    assert made.byline_roles == ()


def test_a_site_under_a_portal_has_its_own_name() -> None:
    head = '<title>The wall</title><meta property="og:site_name" content="Band">'
    made = clean_page(f"{head}<h1>The wall</h1>{BODY}", url="https://www.band.uol.com.br/wall")
    assert made.outlet == "Band"


@pytest.mark.parametrize(
    ("title", "host", "outlet"),
    [
        ("The wall – Notes by the Sea", "notesbythesea.test", "Notes by the Sea"),
        ("The wall | Ruiz on walls", "port.example.org", "example.org"),
    ],
)
def test_the_end_of_the_title_names_the_site_if_the_address_confirms_it(
    title: str, host: str, outlet: str
) -> None:
    assert clean_page(f"<title>{title}</title>{BODY}", url=f"https://{host}/a").outlet == outlet


def test_a_site_name_as_main_heading_is_not_a_headline() -> None:
    made = clean_page(
        f"<title>Lessons Learned: How the harbour wall gave way</title><h1>Lessons Learned</h1>{BODY}",
        url="https://lessonslearned.test/2020/wall",
    )
    assert made.title == "How the harbour wall gave way"


def test_a_label_inside_the_heading_is_not_part_of_the_headline() -> None:
    made = clean_page(
        f"<title>How to grow beans - The Post</title><h1><div>Gardening</div><div>How to grow beans</div></h1>{BODY}",
        url="https://thepost.test/beans",
    )
    assert made.title == "How to grow beans"


def test_a_section_is_printed_as_a_reader_would_print_it() -> None:
    assert [section.tidy(name) for name in ("news_news", "sport", "Sport", "UK")] == [
        "News",
        "Sport",
        "Sport",
        "UK",
    ]


@pytest.mark.parametrize(
    ("head", "body", "people"),
    [
        pytest.param(
            '<meta name="author" content="HP">',
            f"<h1>The wall gave way</h1>{BODY}<p><em>Von Cosima Künzel</em></p>",
            ["Cosima Künzel"],
            id="a person on the last line of a page that states letters of its name",
        ),
        pytest.param(
            "",
            f"<h1>Kann die Mauer halten?</h1>{BODY}<p>Autorin: Uta Sand, Projektleiterin in Kiel.</p>",
            ["Uta Sand"],
            id="an author with her title on the last line",
        ),
        pytest.param(
            "",
            "<h1>The wall gave way</h1><div><h5>Datum: </h5>03.11.2021<br><h5>Autor: </h5>Peter Sand/SP<br>"
            f"<h5>Lesezeit: </h5>5 min<br></div>{BODY}",
            ["Peter Sand"],
            id="a name after an element with the label",
        ),
        pytest.param(
            "",
            f"<h1>The wall gave way</h1><div><div>Written by</div><div>Jack Sand</div></div>{BODY}",
            ["Jack Sand"],
            id="a name next to an element with the label",
        ),
        pytest.param(
            '<meta name="author" content="Die FURT"><meta property="og:site_name" content="Die FURT">',
            f"<h1>The wall gave way</h1><a rel='author' class='author' href='/autor/u'>Ursula Sand</a>{BODY}",
            ["Ursula Sand"],
            id="a paper whose name begins with an article",
        ),
        pytest.param(
            "",
            f"<div class='related'><div>The wall gave way</div><p>Text von Chris Sand &nbsp; Illustration von Bo Li</p>{BODY}</div>",
            ["Chris Sand"],
            id="a wrapper around the whole page that is named as a list",
        ),
        pytest.param(
            "",
            f"<h1>The wall gave way</h1><span class='author'>Zuletzt geändert am</span>{BODY}",
            [],
            id="a label of the last change in the place of the author",
        ),
        pytest.param(
            "",
            f"<h1>The wall gave way</h1><span class='author'>Artikel von: Jessie Sand</span>{BODY}",
            ["Jessie Sand"],
            id="article by",
        ),
    ],
)
def test_the_person_who_wrote_the_page_is_found(head: str, body: str, people: list[str]) -> None:
    html = f"<html lang='de'><head><title>The wall gave way</title>{head}</head><body>{body}</body></html>"
    assert list(clean_page(html, url="https://www.furt.example.org/wall").byline) == people


@pytest.mark.parametrize(
    ("label", "people"),
    [("Written by", ["Ana Ruiz"]), ("Verfasst von", ["Ana Ruiz"]), ("Price", [])],
)
def test_a_card_for_twitter_names_the_author_under_its_label(label: str, people: list[str]) -> None:
    head = f'<meta name="twitter:label1" content="{label}"><meta name="twitter:data1" content="Ana Ruiz">'
    html = f"<html><head><title>The wall gave way</title>{head}</head><body><h1>The wall gave way</h1>{BODY}</body></html>"
    assert list(clean_page(html, url="https://port.example.org/wall").byline) == people


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ('<span class="topline">Harbour</span> The wall gave way', "The wall gave way"),
        (
            '<a href="/w"><span class="label">Storm</span> The wall gave way</a>',
            "The wall gave way",
        ),
        ('<span class="kicker">Harbour</span>: The wall gave way', "Harbour: The wall gave way"),
    ],
)
def test_a_kicker_in_the_heading_is_not_part_of_the_headline_unless_a_colon_joins_it(
    heading: str, title: str
) -> None:
    head = f"<title>{title} | The Port</title>"
    made = clean_page(f"{head}<h1>{heading}</h1>{BODY}", url="https://port.example.org/wall")
    assert made.title == title
    assert "The wall gave way" not in made.text


def test_a_site_on_a_subdomain_is_named_by_the_first_part_of_the_title() -> None:
    made = clean_page(
        f"<title>Island Courier - The wall gave way</title><h2>The wall gave way</h2>{BODY}",
        url="https://www.islandcourier.example.com/wall",
    )
    assert (made.title, made.outlet) == ("The wall gave way", "Island Courier")


def test_a_role_of_several_words_is_not_a_person() -> None:
    names = split("Ana Ruiz, Senior Maritime Correspondent")
    assert [(name.text, name.role) for name in names] == [("Ana Ruiz", "writer")]


def test_the_authors_of_cards_for_other_articles_stay_out() -> None:
    cards = "".join(
        f'<div class="card"><a href="/{n}"><h4>Crane {n}</h4></a><span class="author">By {name}</span></div>'
        for n, name in enumerate(("Bo Linden", "Cy Young"))
    )
    made = clean_page(
        f"<title>The wall gave way</title><h1>The wall gave way</h1>{BODY}<section class='related'>{cards}</section>",
        url="https://port.example.org/wall",
    )
    assert made.byline == ()


@pytest.mark.parametrize(
    "line",
    [
        "Updated 17 April 2026 08:00 | Published 16 April 2026 21:15",
        "Zuletzt aktualisiert: 17.04.2026, veröffentlicht am 16.04.2026",
    ],
)
def test_the_publication_counts_even_if_an_update_is_printed_before_it(line: str) -> None:
    made = clean_page(
        f"<title>The wall</title><h1>The wall</h1><p>{line}</p>{BODY}",
        url="https://port.example.org/wall",
    )
    assert made.published_date == dt.date(2026, 4, 16)


def test_an_update_under_the_headline_is_nearer_than_the_day_of_a_card() -> None:
    card = (
        '<div class="teaser"><time datetime="2026-03-01">1.3.2026</time><a href="/x">Tug</a></div>'
    )
    made = clean_page(
        f'<html lang="de"><title>Die Mauer</title><h1>Die Mauer</h1><p>Stand: 16.04.2026</p>{BODY}{card}',
        url="https://port.example.org/mauer",
    )
    assert made.published_date == dt.date(2026, 4, 16)


@pytest.mark.parametrize(
    ("box", "byline"),
    [
        ("<h2>Article by</h2><div>Ana Ruiz</div>", ("Ana Ruiz",)),
        ("<h2>Article written by:</h2><div><h3>Ana Ruiz</h3></div>", ("Ana Ruiz",)),
        (
            "<h6>Author(s)</h6><ul><li>Ana Ruiz</li><li>Bo Linden</li></ul>",
            ("Ana Ruiz", "Bo Linden"),
        ),
    ],
)
def test_the_names_below_a_heading_for_the_authors_are_the_byline(
    box: str, byline: tuple[str, ...]
) -> None:
    made = clean_page(
        f"<title>The wall gave way</title><h1>The wall gave way</h1>{BODY}<div>{box}</div>",
        url="https://port.example.org/wall",
    )
    assert made.byline == byline


def test_a_dateline_in_an_element_of_its_own_is_not_a_credit_of_a_caption() -> None:
    made = clean_page(
        f"<title>The wall gave way</title><h1>The wall gave way</h1><span>OSLO, Norway</span> <span>(AP)</span>{BODY}",
        url="https://port.example.org/wall",
    )
    assert (made.dateline_place, made.dateline_agency) == ("OSLO", "Associated Press")


def test_a_hyphen_in_the_address_of_a_site_below_a_portal_is_not_part_of_its_name() -> None:
    made = clean_page(
        f"<title>The wall – Sea Post</title><h1>Sea Post</h1><h2>The wall</h2>{BODY}",
        url="https://www.sea-post.example.de/wall",
    )
    assert made.outlet == "Sea Post"
