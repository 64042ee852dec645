"""Extraction returns a text or a named refusal, whatever a page contains."""

import random

import pytest

from copydesk.transforms import extract
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode
from copydesk.transforms.extract import Options
from copydesk.transforms.ledger import apply, rebuild

_PARAGRAPH = "<p>The council of Vargo met on Monday evening and voted, after a long debate, for a new roof.</p>"


def _answer(page: str | bytes, options: Options | None = None) -> str:
    try:
        if isinstance(page, bytes):
            page = decode.decode(page, declared=None, html=True).text
        found = extract.extract(extract.parse(page, options=options), options=options)
    except Refused as refused:
        return f"refused: {refused.reason}"
    assert rebuild(apply(found.text, found.removed), found.removed) == found.text
    found.text.encode("utf-8")
    return apply(found.text, found.removed)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        (b"", "empty"),
        ("<!-- nothing -->", "empty"),
        ("<html><body></body></html>", "no_text"),
        ("<script>var a = 1</script>", "no_article"),
        ("<div>" * 1500 + "deep" + "</div>" * 1500, "too_deep"),
    ],
)
def test_a_page_without_text_or_beyond_the_limits_is_refused_with_the_reason(
    page: str | bytes, reason: str
) -> None:
    assert _answer(page) == f"refused: {reason}"


def test_a_page_larger_than_the_options_allow_is_refused() -> None:
    assert _answer(_PARAGRAPH * 50, Options(max_chars=1000)) == "refused: too_large"
    assert _answer(_PARAGRAPH * 50, Options(max_elements=10)) == "refused: too_many_elements"


def test_options_that_cannot_be_meant_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="max_depth is 0; it must be at least 1"):
        Options(max_depth=0)


@pytest.mark.parametrize(
    "page",
    [
        "plain words without any markup, a sentence or two long, as some servers send them.",
        "<p>unclosed <b>bold <i>nested <p>again <table><tr><td>cell",
        "<frameset><frame src=a></frameset>",
        "<svg><text>picture</text></svg><p>Text beside a picture is kept.</p>",
        "<p>A &#55296; reference to half a character, and \ud800 one as it is.</p>",
        "<p>NUL \x00 and other \x01 controls</p>",
        '<?xml version="1.0" encoding="utf-16"?><html><body><p>A declaration that is not true.</p></body></html>',
        b"\xff\xfe\x00<\x00p\x00>",
        b"<p>caf\xe9 au lait, served daily from seven.</p>",
        "<table>" * 150 + "<tr><td>nested tables</td></tr>" + "</table>" * 150,
        "<a href='x'>" * 300 + "links in links",
        "<pre>\n\n\n</pre><pre>one\n  two</pre>",
        "<p>\u202e right to left \u200b\ufeff</p>",
        "<html><head><title>t</title><body><body><html><p>Two bodies.</p>",
        '<script type="application/ld+json">{"articleBody": ["not", "text"]}</script><p>Data of the wrong shape.</p>',
        '<script type="application/ld+json">'
        + "[" * 3000
        + '"articleBody"</script><p>Deep data.</p>',
    ],
)
def test_broken_markup_is_answered(page: str | bytes) -> None:
    assert isinstance(_answer(page), str)


def test_a_page_of_which_every_line_is_cut_has_each_of_them_once_in_the_ledger() -> None:
    found = extract.extract(extract.parse("<p>01.05.2026</p><p>02.05.2026</p><p>10:30</p>"))
    assert apply(found.text, found.removed) == ""
    assert [removal[:3] for removal in found.removed] == [
        (0, 10, "01.05.2026"),
        (10, 21, "\n02.05.2026"),
        (21, 27, "\n10:30"),
    ]


def test_references_to_control_characters_vanish_and_others_stay() -> None:
    script = "<script>color = '#1'; a = '&#x26;' # &#a;</script>"
    text = "The &#34;old&#34; mill&#x1; and &#0000127;its # wheel&#31 turned all day."
    assert _answer(f"#{script}<p>{text}</p>") == '#\nThe "old" mill and its # wheel turned all day.'


def test_half_characters_become_replacement_characters() -> None:
    assert (
        _answer("<p>half \ud800 a character in a sentence about rain.</p>")
        == "half \ufffd a character in a sentence about rain."
    )


def test_random_tag_soup_never_fails() -> None:
    rng = random.Random(5)
    parts = [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<li>",
        "<ul>",
        "</ul>",
        "<a href=x>",
        "</a>",
        "<br>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<h1>",
    ]
    parts += [
        "Rain fell on the town. ",
        "word ",
        "\xa0",
        "雨が降る。",
        "<!-- c -->",
        "<b>",
        "</b>",
        "<pre>",
        "</pre>",
        "<body class=a>",
        "<",
    ]
    for _ in range(150):
        _answer("".join(rng.choices(parts, k=rng.randint(1, 80))))


def test_a_page_gives_the_same_text_whatever_was_read_before() -> None:
    page = f"<article><h1>A roof</h1>{_PARAGRAPH}<p>Short.</p></article>"
    first = _answer(page)
    for _ in range(6):
        _answer(page.replace("roof", "door"))
    assert _answer(page) == first


def test_comparisons_in_a_script_are_not_tags() -> None:
    script = "for(var c=0;c<r;)" + "x = y + z; " * 9000
    assert extract.parse(f"<body><script>{script}</script><p>Rain.</p>").findtext(".//p") == "Rain."
    with pytest.raises(Refused, match="too_many_attributes"):
        extract.parse(f"<body><script {'a ' * 20_000}></script><p>Rain.</p>")


@pytest.mark.parametrize(
    "title",
    [
        "<title>Rain in Vargo</tit",
        "<title>Rain in Vargo\n",
        "<title>Rain in Vargo<script src='/a.js'></script>",
    ],
)
def test_a_title_that_is_not_closed_does_not_swallow_the_page(title: str) -> None:
    page = f"<html><head>{title}<div><h1>Rain in Vargo</h1>{_PARAGRAPH * 3}</div></body></html>"
    assert "voted, after a long debate" in _answer(page)
