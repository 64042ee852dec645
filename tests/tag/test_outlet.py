from __future__ import annotations

import pytest

from copydesk.transforms import tag
from copydesk.transforms.article import Document, Given
from copydesk.transforms.tag.address import normalised, registrable
from tests.tag.pages import PROSE, article, ld, page_tags, text_tags


@pytest.mark.parametrize(
    ("url", "id_", "name"),
    [
        ("https://www.nytimes.com/2024/01/05/rain.html", "nytimes.com", "The New York Times"),
        ("https://news.bbc.co.uk/1", "bbc.co.uk", "BBC"),
        ("https://timesofindia.indiatimes.com/a", "indiatimes.com", "The Times of India"),
        ("https://river.blogspot.com/a", "river.blogspot.com", "river.blogspot.com"),
        ("https://www.example.com/a", "example.com", "example.com"),
    ],
)
def test_the_address_gives_the_id_and_the_table_the_name(url: str, id_: str, name: str) -> None:
    tags = text_tags(PROSE, url=url)
    assert (tags.values["outlet_id"], tags.values["outlet"]) == (id_, name)


def test_the_pages_own_name_is_used_if_the_table_has_none() -> None:
    tags = page_tags(
        article(
            "<meta property='og:site_name' content='Example Post - News, weather and sport from everywhere'>"
        )
    )
    assert (tags.values["outlet"], tags.evidence["outlet"]) == ("Example Post", "meta")


def test_a_company_is_not_the_display_name_if_a_brand_is_next_to_it() -> None:
    head = "<meta property='og:site_name' content='Example Media GmbH'>" + ld(
        '{"@type":"WebSite","name":"Example Post"}'
    )
    assert page_tags(article(head)).values["outlet"] == "Example Post"


def test_a_dateline_names_the_outlet_if_nothing_else_does() -> None:
    tags = text_tags(f"OSLO, Norway (Fjord Press) – {PROSE}")
    assert (tags.values["outlet"], tags.values["outlet_id"], tags.evidence["outlet"]) == (
        "Fjord Press",
        "fjord-press",
        "dateline",
    )
    assert tags.values["wire_source"] is None


def test_a_syndicating_agency_in_a_dateline_is_the_wire_and_not_the_outlet() -> None:
    tags = text_tags(f"OSLO, Norway (AP) – {PROSE}")
    assert (tags.values["outlet"], tags.values["dateline_agency"], tags.values["wire_source"]) == (
        None,
        "Associated Press",
        "Associated Press",
    )


def test_the_outlet_that_published_is_not_the_agency_that_wrote() -> None:
    tags = text_tags(f"OSLO (Reuters) – {PROSE}", url="https://www.nytimes.com/a")
    assert (tags.values["outlet"], tags.values["wire_source"]) == ("The New York Times", "Reuters")


def test_a_given_outlet_wins_and_the_difference_is_on_record() -> None:
    tags = page_tags(
        article("<meta property='og:site_name' content='Example Post'>"),
        given=Given(outlet="Example Evening Post"),
    )
    assert (tags.values["outlet"], tags.evidence["outlet"]) == (
        "Example Evening Post",
        "given; meta differs",
    )


def test_the_recipe_extends_the_table() -> None:
    tags = tag.tag(
        Document(PROSE, url="https://example.com/a"),
        options=tag.Options(outlets={"example.com": "The Example"}),
    )
    assert (tags.values["outlet"], tags.evidence["outlet"]) == ("The Example", "recipe")


def test_a_canonical_address_counts_only_on_its_own_site() -> None:
    own, other = "https://example.com/rain", "https://elsewhere.org/rain"
    assert (
        page_tags(
            article(f"<link rel='canonical' href='{own}?utm_source=x'>"), url=own + "?amp"
        ).values["canonical_url"]
        == own
    )
    assert (
        page_tags(article(f"<link rel='canonical' href='{other}'>"), url=own).values[
            "canonical_url"
        ]
        == own
    )
    assert (
        page_tags(article("<link rel='canonical' href='https://example.com/'>"), url=own).values[
            "canonical_url"
        ]
        == own
    )


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("http://a.b:99999/", None),
        ("javascript:alert(1)", None),
        ("https://[::1", None),
        ("", None),
        ("https://例え.jp/あ", "https://例え.jp/%E3%81%82"),
    ],
)
def test_what_is_not_an_address_becomes_null(url: str, clean: str | None) -> None:
    assert normalised(url) == clean


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.co.uk", "b.co.uk"),
        ("co.uk", None),
        ("127.0.0.1", None),
        ("localhost", None),
        ("", None),
    ],
)
def test_registrable_domains(host: str, domain: str | None) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("title", "url", "outlet"),
    [
        ("Rain in Rome › Seapost", "https://www.seapost.test/a", "Seapost"),
        ("Rain in Rome | Grüne Woche", "https://www.gruene-woche.test/a", "Grüne Woche"),
        ("Rain: Harbour Town Daily Paper", "https://www.htdp.test/a", "Harbour Town Daily Paper"),
        ("Seapost Blog: Rain in Rome", "https://www.seapost.test/a", "Seapost Blog"),
        ("Seapost - Notices - Seapost opens a new office", "https://www.seapost.test/a", "Seapost"),
    ],
)
def test_the_end_of_the_title_that_the_address_confirms_names_the_site(
    title: str, url: str, outlet: str
) -> None:
    page = article(f"<title>{title}</title>", "<h1>Rain in Rome</h1>")
    assert page_tags(page, url=url).values["outlet"] == outlet


def test_a_headline_at_the_end_of_the_title_is_not_a_site() -> None:
    page = article(
        "<title>Customs - Notices - A new tobacco tax act</title>",
        "<h1>Notices</h1><h1>A new tobacco tax act</h1>",
    )
    assert page_tags(page, url="https://zoll.test/a").values["outlet"] == "zoll.test"


def test_the_main_heading_that_ends_the_title_is_the_site_if_a_lower_one_prints_the_headline() -> (
    None
):
    body = "<h1>Words by the Sea</h1><h2>Nine days of rain in Rome</h2>"
    for border in ("–", "|", "::"):
        head = f"<title>Nine days of rain in Rome {border} Words by the Sea</title>"
        assert page_tags(article(head, body)).values["outlet"] == "Words by the Sea"


def test_a_site_under_a_portal_has_its_own_name_with_accents() -> None:
    head = "<meta property='og:site_name' content='Rádio Maré'>"
    made = page_tags(article(head), url="https://radiomare.uol.com.br/a/1")
    assert made.values["outlet"] == "Rádio Maré"


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("Rain in Rome | Union of Sailors e.V.", "Union of Sailors e.V."),
        ("Rain in Rome - OSV", "OSV"),
        ("Rain in Rome - Cronaca - Union of Sailors", "Union of Sailors"),
        ("Rain in Rome - The Blog - A walk a day", "example.com"),  # a slogan
        ("Rain in Rome – Politik", "example.com"),
        ("Rain in Rome - Seite 34", "example.com"),
        ("Rain in Rome: a diary", "example.com"),
        ("Snow in Rome | Union of Sailors", "example.com"),  # not the headline
    ],
)
def test_what_follows_the_headline_in_the_title_is_the_site(title: str, outlet: str) -> None:
    made = page_tags(article(f"<title>{title}</title>", "<h1>Rain in Rome</h1>"))
    assert made.values["outlet"] == outlet


@pytest.mark.parametrize(
    ("headline", "outlet"),
    [
        ("国家队点球大战晋级决赛", "海港日报"),
        ("長浜の古い銭湯、二年ぶりに営業再開", "港新聞"),
        ("העירייה קונה מעבורת", "עיתון הנמל"),
        ("ตลาดเก่าน่านเปิดอีกครั้งหลังซ่อม", "ข่าวท่าเรือ"),
        ("कलविक नगर ने नाव खरीदी", "बंदरगाह समाचार"),
    ],
)
def test_a_name_without_capitals_follows_the_headline_as_well(headline: str, outlet: str) -> None:
    made = page_tags(article(f"<title>{headline} | {outlet}</title>", f"<h1>{headline}</h1>"))
    assert made.values["outlet"] == outlet


@pytest.mark.parametrize(
    ("rights", "outlet"),
    [
        ("© 2024 The Sea Post Ltd. All rights reserved.", "The Sea Post"),
        ("Copyright &copy; 2019-2024 <a href='/'>Sea Post</a> | Imprint", "Sea Post"),
        ("© Sea Post GmbH & Co. KG", "Sea Post"),
        ("© 2024 Harbour Media Group", "seapost.net"),  # the address does not confirm it
        ("© 2024 seapost", "seapost.net"),
    ],
)
def test_the_owner_in_the_footer_is_the_site_if_its_address_confirms_it(
    rights: str, outlet: str
) -> None:
    html = article("<title>Rain in Rome</title>", "<h1>Rain in Rome</h1>").replace(
        "</body>", f"<footer>{rights}</footer></body>"
    )
    made = page_tags(html, url="https://www.seapost.net/a/1")
    assert made.values["outlet"] == outlet
