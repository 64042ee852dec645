"""The text in the data of a page is used only if the elements show a teaser of it."""

import json
from urllib.parse import quote

import pytest

import copydesk
from copydesk.transforms.ledger import rebuild

_TITLE = "Seal pup found in the harbour bakery"
_PARAGRAPHS = (
    "A seal pup was found behind the oven of the harbour bakery on Monday morning, an hour before the shop opened.",
    "The baker, Runa Holt, heard a noise from the coal store and thought that a shelf had fallen from the wall.",
    "She gave the animal a herring and called the coast guard, which sent two officers with a blanket and a crate.",
    "The pup weighs eleven kilograms and is about five weeks old, the keeper of the sea station said on Tuesday.",
    "It will stay at the station until spring, when it is to be released on the sandbank north of the lighthouse.",
)
_OTHER = (
    "The town council of Vargo voted for a new roof of the gymnasium after a debate of four hours on Monday.",
    "The work is to begin in June, and pupils will use the hall of the rowing club until the autumn holidays.",
    "Opponents of the plan had asked for a second opinion on the beams, which the mayor called a waste of time.",
    "The roof costs two million crowns, of which the region pays a third and the lottery fund a tenth of the sum.",
)
_FRAME = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta property="og:type" content="article"><meta property="og:title" content="{title}">{head}</head>'
    '<body><header><nav><ul><li><a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>'
    "<main><article><h1>{title}</h1>{body}</article></main>{foot}</body></html>"
)


def _elements(paragraphs: tuple[str, ...]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _json_ld(title: str, paragraphs: tuple[str, ...]) -> str:
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "articleBody": "\n\n".join(paragraphs),
    }
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def _next_data(title: str, paragraphs: tuple[str, ...]) -> str:
    state = {
        "props": {
            "pageProps": {
                "menu": [{"label": "News"}, {"label": "Sport"}],
                "article": {"id": 41, "headline": title, "body": _elements(paragraphs)},
                "newsletter": {"text": "Our newsletter comes every morning. Sign up, it is free."},
            }
        },
        "page": "/[slug]",
    }
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'


def _next_blocks(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return the same page data with each paragraph as a value of its own in a list of blocks."""
    blocks = [{"type": "paragraph", "content": {"html": paragraph}} for paragraph in paragraphs]
    state = {"props": {"pageProps": {"post": {"title": title, "blocks": blocks}}}}
    return f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'


def _nuxt(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return a script that is not JSON: it calls a function with the values of the page."""
    body = json.dumps(_elements(paragraphs)).replace("<", "\\u003c")
    post = "{title:" + json.dumps(title) + ",body:" + body + ",open:b}"
    call = "(function(a,b){return {layout:a,data:[{post:" + post + '}],error:null}}("default",!0))'
    return f"<script>window.__NUXT__={call};</script>"


def _nuxt_with_short_values(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return a script whose first string is too short for a title."""
    post = "{headline:" + json.dumps(title) + ",body:" + json.dumps(_elements(paragraphs)) + "}"
    return (
        f'<script>window.__NUXT__={{layout:"page",data:[{{article:{post}}}],error:null}}</script>'
    )


def _initial_state(title: str, paragraphs: tuple[str, ...]) -> str:
    state = {"article": {"title": title, "text": _elements(paragraphs)}}
    return f"<script>window.__INITIAL_STATE__ = {json.dumps(state)};</script>"


def _pushed(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return a state that the scripts of the page take from a queue."""
    state = {"queries": [{"state": {"data": {"title": title, "text": _elements(paragraphs)}}}]}
    queue = 'window["__RQ_R_1_"]'
    return f"<script>{queue} = {queue} || [];{queue}.push({json.dumps(state)});</script>"


def _parsed(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return a state that the page writes as a string in double quotes and parses."""
    state = json.dumps({"article": {"title": title, "text": _elements(paragraphs)}})
    return f"<script>window.__INITIAL_STATE__ = JSON.parse({json.dumps(state)});</script>"


def _parsed_in_single_quotes(title: str, paragraphs: tuple[str, ...]) -> str:
    said = (*paragraphs[:-1], paragraphs[-1].replace("It", '"It" isn\'t lost. It'))
    state = json.dumps(
        {"article": {"title": title, "text": _elements(paragraphs), "said": said[-1]}}
    )
    literal = state.replace("\\", "\\\\").replace("'", "\\'")
    return f"<script>window.__INITIAL_STATE__=JSON.parse('{literal}')</script>"


def _encoded(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return a state in the encoding of addresses."""
    state = quote(json.dumps({"article": {"title": title, "text": _elements(paragraphs)}}))
    return f'<script>window.__APP_STATE__=JSON.parse(decodeURIComponent("{state}"))</script>'


def _json_in_json(title: str, paragraphs: tuple[str, ...]) -> str:
    state = json.dumps({"article": {"title": title, "text": _elements(paragraphs)}})
    data = json.dumps({"props": {"pageProps": {"data": state}}})
    return f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'


def _pieces(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return the state that Next.js pushes in pieces, one of which ends inside a string."""
    rows = json.dumps([title, *(["$", "p", None, {"children": text}] for text in paragraphs)])
    at = rows.index(paragraphs[0]) + 20
    pushed = (json.dumps([1, part]) for part in (f"1:{rows[:at]}", rows[at:]))
    return "".join(f"<script>self.__next_f.push({part})</script>" for part in pushed)


def _angular(title: str, paragraphs: tuple[str, ...]) -> str:
    """Return the state that Angular writes, in which it escapes the signs of markup."""
    state = json.dumps({"article": {"title": title, "text": _elements(paragraphs)}})
    for sign, letter in ("&", "a"), ("<", "l"), (">", "g"), ("'", "s"), ('"', "q"):
        state = state.replace(sign, f"&{letter};")
    return f'<script id="app-state" type="application/json">{state}</script>'


_WRITERS = {
    "angular": (_angular, "page-state"),
    "pieces": (_pieces, "page-state"),
    "parsed string": (_parsed, "page-state"),
    "parsed string in single quotes": (_parsed_in_single_quotes, "page-state"),
    "encoded string": (_encoded, "page-state"),
    "a string of JSON in JSON": (_json_in_json, "page-state"),
    "queue": (_pushed, "page-state"),
    "json-ld": (_json_ld, "json-ld"),
    "next data": (_next_data, "page-state"),
    "next data in blocks": (_next_blocks, "page-state"),
    "nuxt": (_nuxt, "page-state"),
    "nuxt with short values": (_nuxt_with_short_values, "page-state"),
    "initial state": (_initial_state, "page-state"),
}


def _page(shown: tuple[str, ...], data: str) -> copydesk.Article:
    return copydesk.clean_page(
        _FRAME.format(title=_TITLE, head="", body=_elements(shown), foot=data),
        url="https://www.example.org/news/seal-pup",
    )


@pytest.mark.parametrize("name", sorted(_WRITERS))
def test_the_whole_text_in_the_data_replaces_a_teaser_in_the_elements(name: str) -> None:
    write, source = _WRITERS[name]
    article = _page(_PARAGRAPHS[:1], write(_TITLE, _PARAGRAPHS))
    assert article.text.splitlines() == list(_PARAGRAPHS)
    assert article.evidence["text"] == source


@pytest.mark.parametrize("name", sorted(_WRITERS))
def test_the_teaser_that_the_elements_show_is_in_the_ledger(name: str) -> None:
    article = _page(_PARAGRAPHS[:1], _WRITERS[name][0](_TITLE, _PARAGRAPHS))
    opening = [cut for cut in article.removed if cut.rule == "page_opening_of_data"]
    assert [cut.text.strip() for cut in opening] == [_TITLE, _PARAGRAPHS[0]]
    assert rebuild(article.text, article.removed) == article.extracted


@pytest.mark.parametrize("name", sorted(_WRITERS))
def test_the_elements_are_kept_if_the_data_has_only_a_teaser(name: str) -> None:
    article = _page(_PARAGRAPHS, _WRITERS[name][0](_TITLE, _PARAGRAPHS[:1]))
    assert article.text.splitlines() == list(_PARAGRAPHS)
    assert "text" not in article.evidence


@pytest.mark.parametrize("name", sorted(_WRITERS))
def test_the_elements_are_kept_if_both_have_the_whole_text(name: str) -> None:
    article = _page(_PARAGRAPHS, _WRITERS[name][0](_TITLE, _PARAGRAPHS))
    assert article.text.splitlines() == list(_PARAGRAPHS)
    assert "text" not in article.evidence


@pytest.mark.parametrize("name", sorted(_WRITERS))
def test_data_of_another_article_is_not_used(name: str) -> None:
    article = _page(_PARAGRAPHS[:1], _WRITERS[name][0]("A new roof for the gymnasium", _OTHER))
    assert not any(paragraph in article.text for paragraph in _OTHER)


def test_the_article_of_the_page_is_used_if_the_state_has_two() -> None:
    """The other article is stored under a key for related ones."""
    state = {
        "article": {"title": _TITLE, "body": _elements(_PARAGRAPHS)},
        "related": [{"title": "A new roof for the gymnasium", "body": _elements(_OTHER * 2)}],
    }
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    article = _page(_PARAGRAPHS[:1], script)
    assert article.text.splitlines() == list(_PARAGRAPHS)


def test_broken_json_in_the_state_changes_nothing() -> None:
    broken = _next_data(_TITLE, _PARAGRAPHS)[:300] + "</script>"
    assert _page(_PARAGRAPHS, broken).text.splitlines() == list(_PARAGRAPHS)


def test_what_a_state_says_about_its_pictures_is_not_text() -> None:
    pictures = [
        {"src": f"/{n}.jpg", "altText": text} for n, text in enumerate(_PARAGRAPHS + _OTHER)
    ]
    slots = [{"image": picture} for picture in pictures]
    state = {"props": {"pageProps": {"title": _TITLE, "slots": slots}}}
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    html = _FRAME.format(title=_TITLE, head="", body="<p>A short note on Monday.</p>", foot=script)
    assert copydesk.clean_page(html).text == "A short note on Monday."


def test_the_stated_body_is_used_if_the_elements_have_only_a_standfirst_and_a_note_on_the_author() -> (
    None
):
    body = " ".join(
        f"In year {n} the keeper wrote down {n + 3} storms and {n + 9} ships." for n in range(40)
    )
    data = json.dumps(
        {"@type": "OpinionNewsArticle", "headline": "The keeper", "articleBody": body}
    )
    shown = "<p>The keeper counted what passed, and it tells of a changing sea.</p><p>Pia Holm writes about the coast and keeps two goats on a small farm.</p>"
    page = f'<title>The keeper</title><script type="application/ld+json">{data}</script><article><h1>The keeper</h1>{shown}</article>'
    made = copydesk.clean_page(page, url="https://coast.example.com/keeper")
    assert made.text == body
    assert made.evidence["text"] == "json-ld"


def test_a_stated_body_hardly_longer_than_other_words_on_the_page_is_not_used() -> None:
    body = " ".join(f"In year {n} the keeper wrote down {n + 3} storms." for n in range(9))
    data = json.dumps({"@type": "NewsArticle", "headline": "The keeper", "articleBody": body})
    shown = "".join(
        f"<p>On day {n} the ferry brought {n} letters, bread and coffee to the rock in the bay.</p>"
        for n in range(5)
    )
    page = f'<title>The keeper</title><script type="application/ld+json">{data}</script><article><h1>The keeper</h1>{shown}</article>'
    assert (
        "brought 4 letters"
        in copydesk.clean_page(page, url="https://coast.example.com/keeper").text
    )


def test_state_without_the_title_is_used_if_it_has_the_line_that_is_shown() -> None:
    state = json.dumps({"article": {"text": _elements(_PARAGRAPHS)}})
    data = f"<script>window.__INITIAL_STATE__ = {state};</script>"
    assert _page(_PARAGRAPHS[:1], data).text.endswith(_PARAGRAPHS[-1])
    other = tuple(text.replace("e", "a") for text in _PARAGRAPHS)
    assert _page(other[:1], data).text == other[0]
