from __future__ import annotations

import pytest

import copydesk
from copydesk.transforms.article import Given
from copydesk.transforms.ledger import apply
from copydesk.transforms.tag.headlines.title_wording import cleaned
from tests.tag.pages import PROSE, article, ld, page_tags, text_tags


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Rain in Rome | Example Post", "Rain in Rome"),
        ("Rain in Rome - Europe - Example Post", "Rain in Rome"),
        ("Rain in Rome – Example Post", "Rain in Rome"),
        ("Example Post | Rain in Rome", "Rain in Rome"),
        ("Opinion | Rain in Rome", "Rain in Rome"),
        ("LIVE: Rain in Rome", "Rain in Rome"),
        ("Title: Rain in Rome", "Rain in Rome"),
        ("Rome: rain again", "Rome: rain again"),
        ("Rain - and no end", "Rain - and no end"),
        ("Live music is back", "Live music is back"),
        ("Example Post", "Example Post"),
        (
            "오슬로에 비가 내리고 기차가 멈췄다-정치ㅣExample Post",
            "오슬로에 비가 내리고 기차가 멈췄다",
        ),
    ],
)
def test_a_title_loses_what_the_site_puts_around_it(raw: str, title: str) -> None:
    assert cleaned(raw, frozenset({"examplepost"})) == title


def test_the_heading_that_prints_what_the_page_states_is_the_title() -> None:
    head = "<title>Rain in Rome | Example Post</title><meta property='og:title' content='Rain in Rome'><meta property='og:site_name' content='Example Post'>"
    tags = page_tags(article(head, "<h1>Example Post</h1><h1>Rain in <em>Rome</em></h1>"))
    assert tags.values["title"] == "Rain in Rome"
    assert tags.evidence["title"] == "markup"


def test_a_news_articles_own_statement_wins() -> None:
    head = (
        ld('{"@type":"NewsArticle","headline":"Rain in Rome stops trains"}')
        + "<title>Rain stops trains</title>"
    )
    assert (
        page_tags(article(head, "<h1>Rain stops trains in Rome</h1>")).values["title"]
        == "Rain in Rome stops trains"
    )


def test_what_was_cut_stays_on_record() -> None:
    tags = page_tags(
        article(
            "<title>Rain in Rome tonight - Example Post</title><meta property='og:site_name' content='Example Post'>"
        )
    )
    assert (tags.values["title"], tags.values["title_raw"]) == (
        "Rain in Rome tonight",
        "Rain in Rome tonight",
    )
    tags = page_tags(article("<meta property='og:title' content='Opinion | Rain in Rome'>"))
    assert (tags.values["title"], tags.values["title_raw"]) == (
        "Rain in Rome",
        "Opinion | Rain in Rome",
    )


def test_forms_and_prompts_are_not_titles() -> None:
    assert (
        page_tags(
            article(
                "<title>Rain in Rome tonight</title>", "<h1>Join the Discussion Cancel reply</h1>"
            )
        ).values["title"]
        == "Rain in Rome tonight"
    )


def test_the_title_is_cut_from_the_text_of_a_page() -> None:
    text = f"Rain in Rome\n{PROSE}"
    tags = page_tags(article("<meta property='og:title' content='Rain in Rome'>"), text=text)
    assert apply(text, tags.removed) == PROSE


def test_the_headline_of_a_plain_text_is_cut_and_becomes_the_title() -> None:
    text = f"Rain in Rome: trains stop\n\n{PROSE}"
    tags = text_tags(text)
    assert tags.values["title"] == "Rain in Rome: trains stop"
    assert apply(text, tags.removed) == PROSE
    assert {cut.rule for cut in tags.removed} == {"headline", "blank_line"}


@pytest.mark.parametrize(
    "first",
    [
        PROSE,
        "It rained.",
        "Credit: Example Pictures",
        "January 5, 2024",
        "LONDON (Reuters) - Rain fell on the city",
        "and then it rained",
    ],
)
def test_a_text_without_headline_has_no_title(first: str) -> None:
    tags = text_tags(f"{first}\n{PROSE}")
    assert tags.values["title"] is None
    assert tags.removed == ()


@pytest.mark.parametrize(
    "paragraphs",
    [
        (
            "सोमवार को नदी का पानी फिर बढ़ा और पुल बंद करना पड़ा।",
            "नदी पर पुल बंद है।",
            "नगर ने कहा कि पुल की मरम्मत में दो महीने लगेंगे और लोग नाव से जाएंगे।",
        ),
        (
            "แม่น้ำล้นตลิ่งเมื่อคืนวันจันทร์และเทศบาลต้องปิดสะพานเก่าเป็นเวลาสองเดือน",
            "นายกเทศมนตรีกล่าวว่าการซ่อมสะพานจะใช้เวลาสองเดือนและชาวบ้านต้องข้ามด้วยเรือแทนในช่วงนี้จนกว่างานจะเสร็จ",
        ),
    ],
)
def test_a_first_paragraph_in_another_script_is_no_headline(paragraphs: tuple[str, ...]) -> None:
    tags = text_tags("\n".join(paragraphs))
    assert tags.values["title"] is None
    assert tags.removed == ()


def test_a_chinese_headline_may_have_six_characters() -> None:
    tags = text_tags(
        "河水冲毁老桥\n周一夜里河水上涨，冲毁了镇上的老桥，四十户人家不得不离开家园，等待水退。"
    )
    assert tags.values["title"] == "河水冲毁老桥"


def test_of_two_lines_that_read_like_headlines_the_first_is_the_title_and_both_stay() -> None:
    text = f"Rain in Rome\nTrains stop all over the city\n{PROSE}"
    tags = text_tags(text)
    assert (tags.values["title"], tags.removed) == ("Rain in Rome", ())


def test_a_given_title_wins_and_the_difference_is_on_record() -> None:
    tags = text_tags(f"Rain in Rome\n{PROSE}", given=Given(title="Storm in Rome"))
    assert tags.values["title"] == "Storm in Rome"
    assert tags.evidence["title"] == "given; text differs"


def test_the_line_that_prints_a_given_title_is_cut() -> None:
    text = f"Rain in Rome\n{PROSE}"
    assert apply(text, text_tags(text, given=Given(title="Rain in Rome")).removed) == PROSE


def test_a_text_that_is_nothing_but_its_given_title_stays() -> None:
    flash = "Central bank raises key rate to 5.25 percent"
    tags = text_tags(flash, given=Given(title=flash))
    assert (tags.values["title"], tags.removed) == (flash, ())


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<title>Ferry stays in port - Post</title><meta property='og:title' content='Ferry stays in port'>",
            "<h1><span>Weather</span> <span>Ferry stays in port</span></h1>",
            "Ferry stays in port",
        ),
        (
            "<title>Ferry stays in port</title><meta property='og:title' content='Ferry stays in port'>",
            "<h1>Ferry stays in port Island waits for the mail</h1>",
            "Ferry stays in port",
        ),
        (
            "<title>Ferry stays in port all night and…</title>",
            "<h1>Ferry stays in port all night and the island waits</h1>",
            "Ferry stays in port all night and the island waits",
        ),
        (
            "<title>Small ferry tales | The Harbour Diary</title>",
            "<h1 class='site-title'>The Harbour Diary</h1><h1 class='entry-title'>Small ferry tales</h1>",
            "Small ferry tales",
        ),
        (
            "<title>Customs online - Notices - Announcement of the new tobacco tax act</title>",
            "<h1>Notices</h1><h1>Announcement of the new tobacco tax act</h1>",
            "Announcement of the new tobacco tax act",
        ),
        ("<title>23.01.2022 - Ferry stays in port</title>", "", "Ferry stays in port"),
    ],
)
def test_kickers_decks_sections_and_days_are_not_part_of_the_headline(
    head: str, body: str, title: str
) -> None:
    assert page_tags(article(head, body)).values["title"] == title


def test_a_subtitle_after_a_colon_stays() -> None:
    head = (
        "<title>Ferry stays in port</title><meta property='og:title' content='Ferry stays in port'>"
    )
    page = article(head, "<h1>Ferry stays in port: the island waits</h1>")
    assert page_tags(page).values["title"] == "Ferry stays in port: the island waits"


def test_a_tagline_above_the_page_that_begins_as_the_titles_end_is_not_a_headline() -> None:
    tags = page_tags(
        article(
            "<title>Cierran dos calles junto al agua: las obras duran hasta mayo - El Muelle</title>",
            "<nav><h1>El Muelle, el primer diario digital</h1></nav>",
        ),
        url="https://www.elmuelle.test/a",
    )
    assert tags.values["title"] == "Cierran dos calles junto al agua: las obras duran hasta mayo"


def test_a_kicker_that_only_json_ld_puts_before_the_headline_goes() -> None:
    tags = page_tags(
        article(
            ld('{"@type": "NewsArticle", "headline": "Kiel - So lief die Auktion der Schätze"}')
            + '<meta property="og:title" content="So lief die Auktion der Schätze">',
            "<h1>So lief die Auktion der Schätze</h1>",
        )
    )
    assert tags.values["title"] == "So lief die Auktion der Schätze"


@pytest.mark.parametrize(
    ("title", "heading", "url", "expected"),
    [
        (
            "Time for talks » Blog » More cinemas go digital",
            "Time for talks",
            "https://www.example.com/2013/more-cinemas-go-digital/",
            "More cinemas go digital",
        ),
        (
            "Groundwork basics : Bread recipes",
            "Bread recipes",
            "https://www.example.com/groundwork-basics.html",
            "Groundwork basics",
        ),
        (
            "Bread recipes | Ana's kitchen",
            "Bread recipes",
            "https://www.example.com/post/8841",
            "Bread recipes",
        ),
    ],
)
def test_the_part_of_the_title_that_the_address_names_is_the_headline(
    title: str, heading: str, url: str, expected: str
) -> None:
    page = article(f"<title>{title}</title>", f"<h1>{heading}</h1>")
    assert page_tags(page, url=url).values["title"] == expected


def test_a_heading_for_search_engines_gives_way_to_the_title_that_is_shared() -> None:
    head = "<title>Mayor plans tram line</title><meta property='og:title' content='The mayor wants a tram – and a park as well'>"
    for_machines = "<nav><h1 class='seo-title'>Mayor plans tram line</h1></nav>"
    printed = "<h1>Mayor plans tram line</h1>"
    assert (
        page_tags(article(head, for_machines)).values["title"]
        == "The mayor wants a tram – and a park as well"
    )
    assert page_tags(article(head, printed)).values["title"] == "Mayor plans tram line"


def test_a_heading_may_be_the_last_part_of_the_shared_title() -> None:
    head = "<title>The Rain Band – Night Trains Lyrics</title><meta property='og:title' content='The Rain Band – Night Trains'>"
    assert page_tags(article(head, "<h1>Night Trains</h1>")).values["title"] == "Night Trains"


def test_a_soft_hyphen_is_not_part_of_the_headline() -> None:
    assert cleaned("Heli\u00adkopter landet", frozenset()) == "Helikopter landet"


def test_the_slug_of_a_wire_service_above_the_headline_is_not_the_headline() -> None:
    text = "BC-FLOOD-3RDLD\nRiver rises again at Mill Town\nBy Ana Ruiz\n\nThe river rose again at noon on Monday, and the lock at Mill Town was closed, the port office said.\n"
    article = copydesk.clean_text(text)
    assert (article.title, article.byline) == ("River rises again at Mill Town", ("Ana Ruiz",))


def test_a_thai_headline_is_found_above_short_paragraphs() -> None:
    headline = "ตลาดเก่าริมท่าเรือเปิดอีกครั้งหลังซ่อมนานสองปี"
    lead = "ตลาดเก่าริมท่าเรือเปิดให้บริการอีกครั้งเมื่อวันเสาร์ หลังปิดซ่อมหลังคานานสองปี"
    assert text_tags(f"{headline}\n{lead}\nเทศบาลใช้งบประมาณในการซ่อมทั้งหมด 28 ล้านบาท").values["title"] == headline  # fmt: skip


HEADLINE = "Rain falls in Rome all week"


@pytest.mark.parametrize(
    "label",
    [
        "Politics",
        "WEATHER",
        "Domácí",
        "社会",
        "https://www.example.com/2024/rain",
        "World\n\nEurope",
    ],
)
def test_labels_above_the_headline_of_a_text_go_with_it(label: str) -> None:
    found = text_tags(f"{label}\n\n{HEADLINE}\nBy Ana Ruiz\n{PROSE}\n{PROSE}")
    assert found.values["title"] == HEADLINE
    assert found.values["byline"] == ("Ana Ruiz",)
    assert found.text == f"{PROSE}\n{PROSE}"
    assert {cut.rule for cut in found.removed} >= {"headline", "headline_label"}
    assert text_tags(found.text).text == found.text


def test_a_word_above_a_paragraph_is_no_label() -> None:
    found = text_tags(f"Politics\n{PROSE}\n{PROSE}")
    assert found.values["title"] is None
    assert found.text == f"Politics\n{PROSE}\n{PROSE}"


@pytest.mark.parametrize(
    "printed",
    [
        f"# {HEADLINE}",
        f"**{HEADLINE}**",
        f"{HEADLINE} | Mill & Harbour",
        f"{HEADLINE} - The Harbour Post",
        f"{HEADLINE} — Reuters",
    ],
)
def test_marks_and_outlets_around_the_headline_of_a_text_are_no_part_of_it(printed: str) -> None:
    found = text_tags(f"{printed}\n{PROSE}\n{PROSE}")
    assert found.values["title"] == HEADLINE
    assert found.text == f"{PROSE}\n{PROSE}"


@pytest.mark.parametrize("title", ["Rain falls in Rome - and in Oslo", "Rain falls: what we know"])
def test_the_last_part_of_a_headline_stays_if_it_names_no_outlet(title: str) -> None:
    assert text_tags(f"{title}\n{PROSE}\n{PROSE}").values["title"] == title
