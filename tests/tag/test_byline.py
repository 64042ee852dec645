from __future__ import annotations

import pytest

import copydesk
from copydesk.transforms import ledger
from copydesk.transforms.article import Article, Given
from copydesk.transforms.ledger import apply
from copydesk.transforms.tag.headlines.text_header import is_byline
from tests.tag.pages import PROSE, article, ld, page_tags, text_tags

AUTHORS = '{"@type":"NewsArticle","headline":"Rain","author":[{"@type":"Person","name":"Ana Ruiz"},{"@type":"Organization","name":"dpa"}]}'


def test_people_and_organisations_have_columns_of_their_own_and_a_common_one_in_printed_order() -> (
    None
):
    tags = page_tags(article(ld(AUTHORS)))
    assert tags.values["byline"] == ("Ana Ruiz",)
    assert tags.values["byline_orgs"] == ("dpa",)
    assert tags.values["authors"] == ("Ana Ruiz", "dpa")
    assert tags.evidence["byline"] == "json-ld"


def test_roles_run_parallel_to_people() -> None:
    tags = page_tags(article("<meta name='author' content='Ana Ruiz, Staff Writer; Bo Li'>"))
    assert tags.values["byline"] == ("Ana Ruiz", "Bo Li")
    assert tags.values["byline_roles"] == ("writer", "")
    assert tags.values["byline_raw"] == "Ana Ruiz, Staff Writer; Bo Li"


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='byline'>By <a href='/author/ana-ruiz'>Ana Ruiz</a></div>",
        "<a rel='author' href='/a'>Ana Ruiz</a>",
        "<span itemprop='author'><span itemprop='name'>Ana Ruiz</span></span>",
        "<p>By Ana Ruiz</p>",
        "<div class='post-meta'>by <b>Ana Ruiz</b></div>",
        "<div><span>By</span><span>Ana Ruiz</span></div>",
        "<div class='date-and-author'>Dec 17, 2025<br>Ana Ruiz</div>",
        "<aside><div class='author-box'>Ana Ruiz<p>Author</p></div></aside>",
        "<div class='author-line'>Written By: <span class='author-name'>Ana Ruiz</span> <span class='author-title'>Master Gardener</span></div>",
        "<div class='post-meta'><span class='author vcard'>Ana Ruiz</span> <time>5 January 2024</time></div>",
    ],
)
def test_a_byline_in_the_markup_is_found(markup: str) -> None:
    tags = page_tags(article("<title>Rain</title>", f"<h1>Rain in Rome</h1>{markup}"))
    assert tags.values["authors"] == ("Ana Ruiz",)
    assert tags.evidence["byline"] == "markup"


@pytest.mark.parametrize(
    "markup",
    [
        "<nav><a href='/author/ana-ruiz'>Ana Ruiz</a></nav>",
        "<div id='comments'><span class='author'>Ana Ruiz</span></div>",
        "<figcaption class='photo-credit'>By Ana Ruiz</figcaption>",
        "<p>By Monday the river had risen.</p>",
        "<div class='byline'>Personal finance</div>",
        "<div class='byline'>Staff Writer</div>",
        "<div class='byline'>Wellness &amp; Prevention</div>",
        "<div class='byline'>Reviewed by Ana Ruiz</div>",
        "<aside><div class='author-box'>Business Tips</div></aside>",
    ],
)
def test_what_only_looks_like_a_byline_names_nobody(markup: str) -> None:
    assert (
        page_tags(article("<title>Rain</title>", f"<h1>Rain in Rome</h1>{markup}")).values[
            "authors"
        ]
        == ()
    )


def test_a_byline_under_the_headline_outweighs_a_statement_that_names_the_account() -> None:
    head = "<meta name='author' content='KatieS'>"
    assert page_tags(article(head, "<h1>Rain in Rome</h1><p>By Ana Ruiz</p>")).values["byline"] == (
        "Ana Ruiz",
    )


def test_the_sites_own_name_in_a_meta_tag_is_not_an_author() -> None:
    head = "<meta name='author' content='Example Post'><meta property='og:site_name' content='Example Post'>"
    assert page_tags(article(head)).values["authors"] == ()


@pytest.mark.parametrize(
    ("markup", "people"),
    [
        ("<div class='haber-yazar'>Haber: Ahmet Yılmaz / Ayvacık</div>", ("Ahmet Yılmaz",)),
        ("<div class='szerzo'>Szerző: Nagy Éva</div>", ("Nagy Éva",)),
        ("<div class='kirjoittaja'>Liisa Korhonen, teksti</div>", ("Liisa Korhonen",)),
        ("<div class='autor'>oprac. Anna Nowak</div>", ("Anna Nowak",)),
        ("<p class='author'>文=田中太郎</p>", ("田中太郎",)),
        ("<p class='byline'>【田中太郎】</p>", ("田中太郎",)),
        ("<p class='byline'>Ana Ruiz and Boris Lindqvist in Oslo, with files from The Canadian Press</p>", ("Ana Ruiz", "Boris Lindqvist")),
        ("<p class='byline'>Words: Ana Ruiz. Photographs: Bo Li</p>", ("Ana Ruiz",)),
    ],
)  # fmt: skip
def test_bylines_in_elements_and_words_of_other_languages(
    markup: str, people: tuple[str, ...]
) -> None:
    assert page_tags(article("", f"<h1>Rain in Rome</h1>{markup}")).values["byline"] == people


def test_the_sites_name_with_a_role_names_nobody() -> None:
    head = (
        "<meta name='author' content='Sea Post Reporter'>"
        "<meta property='og:site_name' content='The Sea Post'>"
    )
    assert page_tags(article(head)).values["authors"] == ()


def test_the_printed_byline_outweighs_a_site_whose_name_looks_like_a_person() -> None:
    head = "<meta name='author' content='Anna Sands'><meta property='og:site_name' content='Anna Sands'>"
    body = "<h1>Rain in Rome</h1><p class='byline'>By Ana Ruiz</p>"
    assert page_tags(article(head, body)).values["byline"] == ("Ana Ruiz",)
    assert page_tags(article(head)).values["byline"] == ("Anna Sands",)


def test_a_site_and_an_agency_that_a_page_states_as_a_person_are_organisations() -> None:
    head = "<meta property='og:site_name' content='Diario del Cabo'>" + ld(
        '{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Diario del Cabo / EFE"}}'
    )
    values = page_tags(article(head)).values
    assert (values["byline"], values["byline_orgs"]) == ((), ("Diario del Cabo", "EFE"))


def test_authors_in_an_ordered_list_of_json_ld_are_read() -> None:
    people = '{"@type": "Person", "name": "Ana Ruiz"}, {"@type": "Person", "givenName": "Bo", "familyName": "Li"}'
    head = ld(f'{{"@type": "NewsArticle", "author": {{"@list": [{people}]}}}}')
    assert page_tags(article(head)).values["byline"] == ("Ana Ruiz", "Bo Li")


@pytest.mark.parametrize(
    "name", ["Example Media GmbH", "Example Holdings Inc.", "admin", "examplepost"]
)
def test_companies_and_accounts_are_not_authors(name: str) -> None:
    head = (
        ld(
            '{"@type":"NewsArticle","author":{"@type":"Organization","name":"NAME"}}'.replace(
                "NAME", name
            )
        )
        + "<meta property='og:site_name' content='Example Post'>"
    )
    assert page_tags(article(head)).values["authors"] == ()


def test_byline_lines_of_a_plain_text_are_cut() -> None:
    text = f"Rain in Rome\nBy Ana Ruiz\n{PROSE}\n{PROSE}\nBy Bo Li"
    tags = text_tags(text)
    assert tags.values["byline"] == ("Ana Ruiz", "Bo Li")
    assert apply(text, tags.removed) == f"{PROSE}\n{PROSE}"


def test_a_byline_may_be_above_the_headline() -> None:
    text = f"By Ana Ruiz\nRain in Rome\n{PROSE}"
    assert apply(text, text_tags(text).removed) == PROSE


def test_a_byline_between_paragraphs_stays() -> None:
    text = f"{PROSE}\nBy Ana Ruiz\n{PROSE}"
    tags = text_tags(text)
    assert (tags.values["byline"], tags.removed) == ((), ())


def test_a_byline_on_a_line_that_was_cut_is_that_of_the_text() -> None:
    text = f"{PROSE}\n{PROSE}\nBy Ana Ruiz, Harbour Post"
    cut = ledger.cut(text, (), [ledger.Cut(2, "author_line", 1)])
    assert text_tags(text, removed=cut).values["byline"] == ("Ana Ruiz",)


def test_the_beginning_of_a_paragraph_is_no_byline() -> None:
    # The paragraph begins shortly before the end of what was read as the head of a text.
    above = "\n".join([PROSE] * 30)[:1969]
    text = (
        f"\n{above}\nAna Ruiz, head of the port, said on Monday that the ferry would stay.\n{PROSE}"
    )
    cut = ledger.cut(text, (), [ledger.Cut(0)])
    assert text_tags(text, removed=cut).values["byline"] == ()


def test_reporters_credited_at_the_foot_are_the_byline() -> None:
    tags = text_tags(
        f"LONDON (Reuters) - {PROSE} (Reporting by Ana Ruiz in London and Bo Li; Editing by Cy Young)"
    )
    assert tags.values["byline"] == ("Ana Ruiz", "Bo Li")


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        ("(Reporting by Ana B. Ruiz in Oslo and Bo Li)", ("Ana B. Ruiz", "Bo Li")),
        ("(Reporting by Ana Ruiz. Editing by Cy Young)", ("Ana Ruiz",)),
        ("(Reporting by Ana Ruiz, editing by Cy D. Young, Di Ek and Ed Foy)", ("Ana Ruiz",)),
        ("(Reporting by Ana Ruiz and additional reporting by Bo Li, Cy Young)", ("Ana Ruiz",)),
        ("(Reporting by Ana Ruiz in Durham, North Carolina)", ("Ana Ruiz",)),
        (
            "(Reporting by Ana Ruiz in Buenos Aires, Bo Li and Cy Young in San Francisco, "
            "Di Ek and Ed Foy in Rio de Janeiro, Flo Gray in Kuala Lumpur and Hugo Ibsen in Oslo)",
            ("Ana Ruiz", "Bo Li", "Cy Young", "Di Ek", "Ed Foy", "Flo Gray", "Hugo Ibsen"),
        ),
    ],
)
def test_a_credit_at_the_foot_names_all_reporters_and_nobody_else(
    credit: str, names: tuple[str, ...]
) -> None:
    tags = text_tags(f"LONDON (Reuters) - {PROSE} {credit}")
    assert tags.values["byline"] == names


def test_given_authors_win_and_the_difference_is_on_record() -> None:
    tags = text_tags(f"Rain in Rome\nBy Ana Ruiz\n{PROSE}", given=Given(authors=("Bo Li",)))
    assert tags.values["byline"] == ("Bo Li",)
    assert tags.evidence["byline"] == "given; text differs"


@pytest.mark.parametrize(
    "line",
    [
        "By Ana Ruiz",
        "By Ana Ruiz and Bo Li",
        "By Ana Ruiz, AP",
        "Von Anna Berg, dpa",
        "Par Zoé Martin",
        "Ana Ruiz, Staff Writer",
        "By The Associated Press",
    ],
)
def test_byline_lines(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "By the river",
        "By Monday",
        "By 2030, seas will rise",
        "By contrast, Rome stayed dry.",
        "By land and sea",
        "Rome, Italy",
        "Read more, Ana",
        "By",
        "Bye Ana Ruiz",
    ],
)
def test_lines_that_are_not_bylines(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "By Ana Ruiz | March 3, 2024 | 5 min read",
        "Publié par Ana Ruiz le 3 mars 2024 à 10h45",
        "Publié par Ana Ruiz le mardi 14 mai 2024",
        "Por Ana Ruiz, G1 — São Paulo",
        "By Ana Ruiz for the Harbour Post",
        "Da redação, por Ana Ruiz",
        "Reported by: Ana Ruiz",
        "March 3, 2024 | By Ana Ruiz",
        "Published March 3, 2024 by Ana Ruiz",
        "Published by Ana Ruiz on March 3, 2024",
        "Door Ana Ruiz op 3 maart 2024",
        "By Ana Ruiz and agencies",
        "Par Ana Ruiz, envoyée spéciale à Lyon",
        "Texte : Ana Ruiz",
        "A column by Ana Ruiz",
    ],
)
def test_a_date_a_place_or_an_outlet_behind_a_name_is_no_author(line: str) -> None:
    found = text_tags(f"Rain in the valley\n{line}\n{PROSE}\n{PROSE}")
    assert found.values["byline"] == ("Ana Ruiz",)
    assert line not in found.text


def test_the_owner_of_a_personal_site_is_its_author() -> None:
    head = "<meta property='og:site_name' content='Maria Becker'>"
    own = page_tags(article(head), url="https://mariabecker.example.com/rain")
    assert own.values["byline"] == ("Maria Becker",)
    assert own.evidence["byline"] == "meta"
    other = page_tags(article(head), url="https://www.example.com/rain")
    assert other.values["byline"] == ()
    by = page_tags(
        article(head, "<h1>Rain</h1><p class='byline'>By Ana Ruiz</p>"),
        url="https://mariabecker.example.com/rain",
    )
    assert by.values["byline"] == ("Ana Ruiz",)


@pytest.mark.parametrize(
    "line",
    [
        "Ana Ruiz",
        "Ana Ruiz, 14 mai",
        "Ana Ruiz | May 14, 2024",
        "Ana Ruiz · 14/05/2024",
        "Ana Ruiz in Paris",
        "Ana Ruiz, à Lyon",
        "Ana Ruiz - Political editor",
        "Ana Ruiz / Madrid",
        "Ana Ruiz @anaruiz",
        "Ana Ruiz, especial para o Porto",
    ],
)
def test_a_full_name_alone_below_the_headline_of_a_text_is_its_author(line: str) -> None:
    found = text_tags(f"Rain in the valley\n{line}\n{PROSE}\n{PROSE}")
    assert found.values["byline"] == ("Ana Ruiz",)
    assert found.values["title"] == "Rain in the valley"
    assert line not in found.text


@pytest.mark.parametrize(
    "name",
    ["Matti Virtanen", "Nagy Péter", "Ion Popescu", "Иван Петров", "Budi Santoso", "דוד כהן"],
)
def test_a_full_name_alone_is_read_in_other_languages(name: str) -> None:
    found = text_tags(f"Rain in the valley\n{name}\n{PROSE}\n{PROSE}")
    assert found.values["byline"] == (name,)


@pytest.mark.parametrize(
    "heading", ["Hurricane Maria", "The Old Town", "What We Know", "Fort Wayne: the day after"]
)
def test_a_heading_below_the_headline_names_nobody(heading: str) -> None:
    found = text_tags(f"Rain in the valley\n{heading}\n{PROSE}\n{PROSE}")
    assert found.values["byline"] == ()
    assert heading in found.text


def test_a_name_that_the_text_repeats_is_its_subject_and_no_author() -> None:
    found = text_tags(f"Rain in the valley\nAna Ruiz\nRuiz saw the river rise all night. {PROSE}")
    assert found.values["byline"] == ()


def _page_with(below: str) -> Article:
    """Return what is found on a page with something between its headline and its text."""
    body = f"<h1>Rain in the valley</h1>{below}<p>{PROSE}</p><p>{PROSE}</p>"
    page = f"<html><head><title>Rain in the valley</title></head><body>{body}</body></html>"
    return copydesk.clean_page(page.encode())


@pytest.mark.parametrize(
    "line", ["Ana Ruiz", "Ana Ruiz in Paris", "Articolo di Ana Ruiz", "Skrevet af Ana Ruiz"]
)
def test_a_line_without_marks_below_the_headline_of_a_page_is_its_byline(line: str) -> None:
    found = _page_with(f"<div>{line}</div>")
    assert found.byline == ("Ana Ruiz",)
    assert line not in found.text


def test_a_heading_without_marks_below_the_headline_of_a_page_names_nobody() -> None:
    assert _page_with("<div>Hurricane Maria</div>").byline == ()


@pytest.mark.parametrize("credit", ["Photo: Ana Ruiz", "Foto: Ana Ruiz", "Fot. Ana Ruiz"])
def test_the_credit_of_a_photo_below_the_headline_of_a_page_names_no_author(credit: str) -> None:
    figure = f"<figure><img src='/a.jpg'><figcaption>{credit}</figcaption></figure>"
    assert _page_with(figure).byline == ()


@pytest.mark.parametrize("date", ["5 January 2024", "Freitag, 5. Januar 2024", "5 ינו׳ 2024"])
def test_a_day_between_the_headline_and_the_lead_of_a_page_leaves_its_text(date: str) -> None:
    found = _page_with(f"<div>{date}</div>")
    assert found.text == f"{PROSE}\n{PROSE}"
    assert str(found.published_date) == "2024-01-05"


def _page_with_cards(byline: str, *, cards: tuple[str, ...]) -> bytes:
    """Return a page with a byline below its headline, and cards beside its text."""
    aside = "".join(
        f"<div class='item'><a href='/{n}'>Ferry is late again</a><span class='author'>{name}</span></div>"
        for n, name in enumerate(cards)
    )
    head = "<html><head><title>Rain in the valley</title></head><body>"
    body = f"<h2>Rain in the valley</h2>{byline}<p>{PROSE}</p><p>{PROSE}</p>"
    return f"{head}<main><div>{body}</div><aside>{aside}</aside></main></body></html>".encode()


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("", ()),
        ("<p>By Ana Ruiz</p>", ("Ana Ruiz",)),
        ("<div><b>Ana Ruiz</b><br><small>Reporter</small></div>", ("Ana Ruiz",)),
    ],
)
def test_the_authors_of_the_cards_beside_an_article_are_not_its_own(
    byline: str, people: tuple[str, ...]
) -> None:
    page = _page_with_cards(byline, cards=("Tom Bradley", "Harriet Lowe"))
    assert copydesk.clean_page(page).byline == people
