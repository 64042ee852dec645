"""Pages without an article are refused with the reason. Short articles and live blogs stay."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import copydesk
from copydesk.transforms import edit, extract
from copydesk.transforms.article import Source
from copydesk.transforms.extract.page_level import page_kind, page_kind_features
from copydesk.transforms.extract.page_level.page_kind_features import NAMES

_MENU = "".join(
    f'<li><a href="/{n}">{n}</a></li>' for n in ("News", "Sport", "Business", "Weather")
)
_FRAME = (
    '<html lang="en"><head><title>{title}</title><meta property="og:type" content="{kind}"></head><body>'
    f"<header><nav><ul>{_MENU}</ul></nav></header><main>{{main}}</main>"
    '<footer><p><a href="/about">About us</a> <a href="/privacy">Privacy</a></p></footer></body></html>'
)
_HEADLINES = (
    "Harbour wall gives way after storm",
    "Ferry timetable changes from Sunday",
    "School roof repaired before winter",
    "Choir wins the regional prize",
    "Council sets an age limit for itself",
    "Two bridges close for repairs",
    "Farmers ask for more rain",
    "New library opens its doors",
    "Museum finds a lost painting",
    "Old mill becomes a hotel",
    "Swimmers return to the bay",
    "Bus drivers end their strike",
)
_SAID = "What the council decided on Tuesday, and what it means for the town this winter."


def _page(main: str, *, title: str = "Region | Harbour Post", kind: str = "website") -> str:
    return _FRAME.format(title=title, kind=kind, main=main)


def _cards(tag: str, heading: str, with_text: bool) -> str:
    return "".join(
        f'<{tag} class="card"><a href="/2026/story-{n}"><img src="/{n}.jpg" alt=""><{heading}>{headline}</{heading}></a>'
        + (f"<p>{_SAID}</p>" if with_text else "")
        + f"<span>{n + 1} March 2026</span></{tag}>"
        for n, headline in enumerate(_HEADLINES)
    )


_FRONTS = {
    "section front": (_page(f"<h1>Region</h1>{_cards('div', 'h2', True)}"), "/region"),
    "front of articles": (_page(f"<h1>Region</h1>{_cards('article', 'h3', True)}"), "/region"),
    "tag page": (_page(f"<h1>Harbour</h1><ul>{_cards('li', 'h3', False)}</ul>"), "/tag/harbour"),
    "search page": (
        _page(f"<h1>Results for storm</h1><ol>{_cards('li', 'h3', True)}</ol>"),
        "/search?q=storm",
    ),
    "front page": (_page(_cards("article", "h2", True), title="Harbour Post"), "/"),
}


@pytest.mark.parametrize("name", sorted(_FRONTS))
def test_a_list_of_other_pages_is_refused_and_says_what_gave_it_away(name: str) -> None:
    html, path = _FRONTS[name]
    article = copydesk.clean_page(html, url=f"https://www.harbourpost.example.com{path}")
    assert article.refused is not None
    assert article.refused.reason == "no_article"
    assert "boxes made alike" in article.refused.detail
    assert article.text == ""


@pytest.mark.parametrize(
    ("title", "main", "detail"),
    [
        ("404 Not Found | Harbour Post", "<h1>Sorry</h1><p>We could not find it.</p>", "error"),
        ("Page not found - Harbour Post", "<p>Try the search.</p>", "error page"),
        ("Stranica nije pronađena - Luka", "<p>Pokušajte pretragu.</p>", "error page"),
        ("Puslapis nerastas | Uostas", "<p>Bandykite paiešką.</p>", "error page"),
        ("example.com | 522: Connection timed out", "<h2>What happened?</h2>", "error page"),
        ("Seite nicht gefunden", "<p>Bitte nutzen Sie die Suche.</p>", "error page"),
        (
            "Log in | Harbour Post",
            "<form><label>Name</label><input></form><p>Forgot it?</p>",
            "wall",
        ),
        ("Just a moment...", "<p>Checking your browser before you go on.</p>", "robot wall"),
        (
            "Harbour Post",
            "<h1>Welcome</h1><p>We and our partners store and access data on your device.</p>"
            "<p>We use technologies such as cookies to show advertisements.</p><button>Accept all</button>",
            "consent wall",
        ),
        ("Il Porto - Contenuto riservato", "<p>Abbonati a 1 euro al mese e leggi.</p>", "wall"),
        ("Toestemming | Havenpost", "<h1>Uw keuze</h1><p>U kunt dit wijzigen.</p>", "wall"),
        ("Subscribe | Harbour Post", "<h1>Choose your plan</h1><p>$4 a month</p>", "wall"),
        (
            "Harbour Post",
            "<h1>Sorry</h1><p>Our content is not available in your region.</p>",
            "other countries",
        ),
        (
            "Portowa Gazeta",
            "<h1>Sorry</h1><p>Ta strona nie jest dostępna w Twoim kraju.</p>",
            "other countries",
        ),
        (
            "The bridge | Harbour Post",
            "".join(
                f"<figure><img src='{n}.jpg'><figcaption>Picture {n} of 9. Photo: Bo Li</figcaption></figure>"
                for n in range(1, 10)
            ),
            "gallery without text",
        ),
    ],
)
def test_error_pages_and_walls_are_refused(title: str, main: str, detail: str) -> None:
    refused = copydesk.clean_page(_page(main, title=title)).refused
    assert refused is not None
    assert refused.reason == "no_article"
    assert detail in refused.detail


@pytest.mark.parametrize(
    ("language", "said", "button"),
    [
        (
            "it",
            "Noi e i nostri 731 partner archiviamo informazioni, per annunci personalizzati.",
            "Accetta",
        ),
        (
            "es",
            "Nosotros y nuestros 842 socios almacenamos datos, para anuncios personalizados.",
            "Aceptar",
        ),
        (
            "nl",
            "Wij en onze partners gebruiken cookies, voor gepersonaliseerde advertenties.",
            "Akkoord",
        ),
        (
            "pt",
            "Nós e os nossos parceiros armazenamos dados, para anúncios personalizados.",
            "Aceitar",
        ),
        (
            "sv",
            "Vi och våra partner lagrar information. Läs vidare utan annonser för nio kronor.",
            "Godkänn",
        ),
        ("de", "Weiter mit Werbung: Wir und unsere Partner speichern Informationen.", "Weiter"),
        (
            "fr",
            "Nous et nos partenaires utilisons vos données. Vous consentez à ces traitements.",
            "Oui",
        ),
        (
            "pl",
            "My i nasi partnerzy przetwarzamy dane w celu dopasowania reklam. Możesz wyrazić zgodę.",
            "Tak",
        ),
    ],
)
def test_consent_walls_are_refused_in_each_language(language: str, said: str, button: str) -> None:
    html = f"<html lang='{language}'><title>Post</title><body><p>{said}</p><button>{button}</button></body></html>"
    refused = copydesk.clean_page(html).refused
    assert refused is not None
    assert "consent wall" in refused.detail


def test_a_report_about_walls_is_an_article() -> None:
    main = (
        "<h1>Court limits cookie banners</h1><p>A site may not store cookies before its readers accept, the court said, "
        "and a button to reject all must be as large as the one to accept all.</p>"
        "<p>The paper's 842 partners process personal data for personalised advertising, the judges found.</p>"
    )
    assert copydesk.clean_page(_page(main, title="Court limits cookie banners")).refused is None


def test_the_opening_of_an_article_for_subscribers_stays() -> None:
    main = "<h1>La digue du vieux port a cédé</h1><p>La digue a cédé lundi soir après trois jours de pluie, dit la mairie.</p>"
    title = "La digue du vieux port a cédé - Réservé aux abonnés - Le Port"
    assert copydesk.clean_page(_page(main, title=title)).refused is None


def test_a_report_about_a_page_that_a_country_blocks_is_an_article() -> None:
    main = (
        "<h1>Court orders a site to open again</h1><p>The site was not available in the region for three weeks, "
        "and its owner has asked the court for money, a clerk said on Monday.</p>"
    )
    assert (
        copydesk.clean_page(_page(main, title="Court orders a site to open again")).refused is None
    )


@pytest.mark.parametrize(
    "said", ["Wird geladen …", "Chargement en cours…", "Cargando...", "読み込み中"]
)
def test_a_page_that_only_says_that_it_loads_is_a_script_shell(said: str) -> None:
    refused = copydesk.clean_page(
        f"<title>Post</title><div id='app'>{said}</div><script src='/main.js'></script>"
    ).refused
    assert refused is not None
    assert refused.detail.startswith("a script shell")


@pytest.mark.parametrize(
    "body",
    [
        '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>',
        '<div id="root">Loading…</div>',
        "<p>Please enable JavaScript to read this page.</p>",
    ],
)
def test_a_script_shell_is_refused(body: str) -> None:
    refused = copydesk.clean_page(
        f"<html><head><title>Post</title></head><body>{body}<script src='/app.js'></script>"
        "<script>start()</script></body></html>"
    ).refused
    assert refused is not None
    assert (refused.reason, refused.detail[:14]) == ("no_article", "a script shell")


_BRIEF = (
    "<h1>Ferry late</h1><p>The ferry to the islands left an hour late on Monday because of fog.</p>"
)
_LIVE = "<h1>Storm: what we know</h1>" + "".join(
    f'<article class="entry"><time>1{n}:00</time><h3>{headline}</h3><p>{_SAID} {_SAID} Nobody was hurt, the fire '
    "brigade said, and the road along the harbour stays closed until the evening.</p></article>"
    for n, headline in enumerate(_HEADLINES[:8])
)
_TEN = "<h1>Ten bridges to see</h1>" + "".join(
    f"<h2>{n}. The bridge of {name}</h2><p>It was built by hand in {1700 + n}, and {_SAID.lower()} Visitors come in May.</p>"
    for n, name in enumerate(
        ("Oslo", "Bergen", "Bath", "York", "Ghent", "Porto", "Turin", "Graz"), 1
    )
)


@pytest.mark.parametrize("main", [_BRIEF, _LIVE, _TEN], ids=["brief", "live blog", "list"])
def test_briefs_live_blogs_and_lists_that_are_articles_stay(main: str) -> None:
    url = "https://www.harbourpost.example.com/2026/03/10/what-we-know-of-the-storm-48213"
    article = copydesk.clean_page(_page(main, title="Storm", kind="article"), url=url)
    assert article.refused is None
    assert article.text


def test_a_brief_below_a_headline_without_markup_stays_among_the_leads_of_other_stories() -> None:
    brief = "시 의회는 화요일 강 위에 새 다리를 놓는 계획을 통과시켰다. 사업비는 사십억 원으로 예상된다. 회의는 다섯 시간 동안 이어졌다."
    leads = "".join(
        f'<li class="item"><span>{n + 1}.05.2026 1{n % 10}:05</span><h4><a href="/a/{n}">강변읍 {n}번 국도 폭우로 통제</a></h4>'
        f'<p class="lead">다친 사람은 없었지만 피해가 크다. 주민들은 설명도 듣지 못했다고 말한다.</p></li>'
        for n in range(18)
    )
    page = (
        '<html lang="ko"><title>새 다리 오월에 개통 | Harbour Post</title><body>'
        '<div><a href="/">홈</a> &gt; <a href="/news">뉴스</a></div><div class="view_tit">새 다리 오월에 개통</div>'
        f'<div>03.05.2026 이도현</div><div class="view_con">{brief}</div><ul>{leads}</ul></body></html>'
    )
    article = copydesk.clean_page(page)
    assert (article.refused, article.text) == (None, brief)


_LEADS = "".join(
    f'<dt><a href="/{n}">{headline}</a></dt><dd>The {n}. report says what it means for the town.</dd>'
    for n, headline in enumerate(_HEADLINES)
)


def test_a_page_that_keeps_only_the_leads_of_other_pages_is_refused() -> None:
    refused = copydesk.clean_page(f"<title>Region</title><body><dl>{_LEADS}</dl></body>").refused
    assert refused is not None
    assert refused.detail == "a list of teasers: each of 12 sentences is below a link"


def test_a_digest_with_a_headline_or_an_opening_of_its_own_stays() -> None:
    for title, opening in (
        ("What to know this morning", ""),
        ("Morning", "<p>Good morning. It rained all night, and the ferry is late, so here is</p>"),
    ):
        page = f"<title>{title}</title><body><h1>{title}</h1>{opening}<dl>{_LEADS}</dl></body>"
        assert copydesk.clean_page(page).refused is None


def test_the_page_of_an_index_file_is_the_front_of_its_site() -> None:
    def is_front(path: str) -> bool:
        address = page_kind_features._of_address("https://harbourpost.example.com" + path)
        return address["address_is_root"] == 1

    assert is_front("/")
    assert is_front("/index.php")
    assert not is_front("/index.php?id=48213")
    assert not is_front("/news/index.html")


def test_a_headline_that_names_an_error_is_not_an_error_page() -> None:
    text = (
        "<p>The council said on Monday that the page had been read by four thousand people.</p>"
        * 12
    )
    article = copydesk.clean_page(
        _page(f"<h1>404 Not Found: a history</h1>{text}", title="404 Not Found")
    )
    assert article.refused is None


def test_the_switch_turns_refusals_off() -> None:
    html, path = _FRONTS["section front"]
    options = edit.Options(extract=extract.Options(refuse_no_article=False))
    article = edit.page(html, Source(url=f"https://www.harbourpost.example.com{path}"), options)
    assert article.refused is None


def test_a_page_whose_data_says_that_it_is_an_article_needs_more_evidence() -> None:
    def limit(**values: float) -> float:
        row = np.array([[values.get(name, 0.0) for name in NAMES]], dtype=np.float32)
        return float(page_kind.limits(row)[0])

    assert limit(address_is_list=1) < limit() < limit(says_article=1)
    assert limit(says_article=1, address_is_list=1) == limit(says_article=1)
    assert limit(says_article=1, address_is_root=1) == limit(address_is_root=1)


# On a busy machine, labels are made slowly at first.
_LABELS = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@_LABELS
@given(st.from_regex(page_kind_features._PAGINATION, fullmatch=True))
def test_every_label_of_pages_begins_with_a_listed_character(label: str) -> None:
    assert label[0].isdigit() or label[0].lower() in page_kind_features._PAGINATION_STARTS


@_LABELS
@given(
    st.from_regex(
        page_kind_features._FILTER, fullmatch=True, alphabet=st.characters(codec="latin-1")
    )
)
def test_every_label_of_filters_has_a_digit_or_begins_with_a_listed_character(label: str) -> None:
    has_digit = any(character.isdigit() for character in label)
    assert has_digit or label[0].lower() in page_kind_features._FILTER_STARTS


@pytest.mark.parametrize(
    "data",
    [
        "iVBORw0KGgoAAAANSUhEUgAAB" * 40,
        "\n".join(
            ["c2VhbCBwdXAgaW4gdGhlIGhhcmJvdXIgYmFrZXJ5IG9uIFR1ZXNkYXkgZXZlbmluZyBhZ2Fpbi4u"] * 20
        ),
        "(function(){var a=1;window.b=function(c){return a+c;};})();" * 20,
        '{"status": "error", "code": 500, "message": "Internal error"}',
    ],
    ids=["bytes in letters", "lines of such bytes", "a script", "an answer in JSON"],
)
def test_data_in_place_of_a_page_is_refused(data: str) -> None:
    refused = copydesk.clean_page(data, url="https://www.harbourpost.example.com/news/1").refused
    assert refused is not None
    assert "data in place of a page" in refused.detail


def test_a_text_about_code_is_not_data() -> None:
    said = 'The function f(x) = [1, 2] is called with {"a": 1} when it rains in the harbour.'
    assert copydesk.clean_page(f"<p>{said}</p>").text == said


def test_markup_that_a_page_shows_as_it_is_written_stays() -> None:
    said = "<p>Write <code>&amp;amp;</code> in place of the sign, the handbook of the harbour says.</p>"
    assert "&amp;" in copydesk.clean_page(said).text


_LINKS = "".join(
    f"<li><a href='/2026/story-{n}'>{headline}</a></li>" for n, headline in enumerate(_HEADLINES)
)
_MORE = "".join(
    f"<div><h2>{headline}</h2><p>{n}. {_SAID}</p><a href='/2026/story-{n}'>Read more</a></div>"
    for n, headline in enumerate(_HEADLINES)
)
_LEAD = f"<section><h2><a href='/2026/story-0'>{_HEADLINES[0]}</a></h2><p>{_SAID}</p></section>"


@pytest.mark.parametrize("url", [None, "https://harbourpost.test/region"])
@pytest.mark.parametrize(
    "main",
    [f"<h1>Region</h1><ul>{_LINKS}</ul>", f"<h1>Region</h1>{_MORE}", f"{_LEAD}<ul>{_LINKS}</ul>"],
    ids=["links", "boxes that end with the same link", "a lead and links"],
)
def test_a_front_is_refused_even_if_its_address_is_not_known(main: str, url: str | None) -> None:
    refused = copydesk.clean_page(_page(main).encode(), url=url).refused
    assert refused is not None
    assert refused.reason == "no_article"


def test_a_short_article_whose_headline_is_a_link_to_itself_stays_above_other_headlines() -> None:
    own = f"<h1><a href='/2026/wall'>A wall for the harbour</a></h1><p>{_SAID}</p>"
    page = _page(f"{own}<ul>{_LINKS}</ul>", title="Harbour Post")
    assert copydesk.clean_page(page.encode()).refused is None


def test_a_list_with_a_headline_of_its_own_stays_if_its_links_are_alike() -> None:
    title = "Twelve walks along the harbour"
    page = _page(f"<h1>{title}</h1>{_MORE}", title=title, kind="article")
    assert copydesk.clean_page(page.encode()).refused is None
