"""Time grows with the input, not faster: whole texts and pages made to provoke backtracking, tenfold and again tenfold."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable

import pytest

import copydesk
from copydesk.transforms.encodings.decode import decode
from tests.hostile.inputs import PAGE, STORY

# A step tenfold may take at most this many times as long: linear takes 10, n log n 13, quadratic 100.
_MOST = 40
_SMALL, _FREE = 1_000, 0.25  # characters; seconds below which a clock says nothing

UNITS = {
    "spaces": " ",
    "tabs": "\t",
    "letters": "a",
    "words": "word ",
    "by": "By Ana Ruiz, ",
    "and": " and ",
    "brackets": "(",
    "quotes": "\"'",
    "dashes": "- ",
    "dots": "...",
    "colons": "Read more: ",
    "credits": "Photo: AP ",
    "digits": "1",
    "dates": "1 March 2024 ",
    "times": "10:00 ",
    "urls": "see http://a.b/",
    "ats": "a@b.c ",
    "agencies": "(Reuters) - ",
    "capitals": "LINDESUND, ",
    "copyrights": "© 2024 ",
    "shares": "Share this on ",
    "pipes": "x | ",
    "no-break": "\u00a0",
    "combining": "a\u0301",
    "zero-width": "\u200b",
    "newlines": "\n",
    "lines": "x\n",
    "prompts": "Leave a Comment\n",
    "sentences": STORY + " ",
    "cjk": "港",
    "mixed": "By By By (AP) - – — | : ; 1/2/2024 ",
}
SHAPES: dict[str, Callable[[str], str]] = {
    "ends": lambda s: s + "!",
    "last": lambda s: STORY + "\n" + s,
}


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def grows_linearly(make: Callable[[int], Callable[[], object]]) -> None:
    """Tenfold and a hundredfold; the ratio counts once the time is long enough to be measured."""
    before = max(seconds(make(_SMALL)), seconds(make(_SMALL)))
    for size in (10 * _SMALL, 100 * _SMALL):
        took = seconds(make(size))
        if took > _FREE and took > _MOST * max(before, _FREE / 10):
            took = min(took, seconds(make(size)))  # a neighbour on the machine is not a pattern
            assert took <= _MOST * max(before, _FREE / 10), (
                f"{size:,} characters took {took:.2f} s, a tenth of them {before:.3f} s"
            )
        before = took


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    copydesk.warm_up()
    copydesk.clean_page(PAGE)
    copydesk.clean_text(STORY)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_of_one_unit_takes_time_in_proportion(unit: str, shape: str) -> None:
    def make(size: int) -> Callable[[], object]:
        text = SHAPES[shape](UNITS[unit] * (size // len(UNITS[unit])))
        return lambda: copydesk.clean_text(text)

    grows_linearly(make)


PAGE_UNITS = {
    "paragraphs": "<p>x</p>",
    "unclosed": "<p>x",
    "deep": "<div>",
    "inline": "<b>x</b>",
    "links": "<a href=/>x</a> ",
    "spaces": " ",
    "lists": "<li>x",
    "cells": "<td>x",
    "breaks": "x<br>",
    "comments": "<!-- x -->",
    "entities": "&amp;",
    "times": "<time datetime=2024-03-01>1 March</time>",
    "bylines": "<p class=byline>By Ana Ruiz</p>",
    "scripts": "<script>x</script>",
    "angle brackets": "<",
    "metas": "<meta name=author content='Ana Ruiz'>",
    "json-ld": "<script type='application/ld+json'>{}</script>",
    "headings": "<h2>Rain</h2>",
    "images": "<figure><img><figcaption>Photo: AP</figcaption></figure>",
    "text": STORY + " ",
}


@pytest.mark.parametrize("unit", PAGE_UNITS)
def test_a_page_of_one_unit_takes_time_in_proportion(unit: str) -> None:
    def make(size: int) -> Callable[[], object]:
        page = PAGE.replace(
            "</article>", PAGE_UNITS[unit] * (size // len(PAGE_UNITS[unit])) + "</article>"
        )
        return lambda: copydesk.clean_page(page)

    grows_linearly(make)


NUMBERED = {
    "titles and paragraphs": "<meta property=og:title content='Rain fell {i}'><p>Rain {i}</p>",
    "classes": "<div class=c{i}>word {i}</div>",
    "data": "<p data-{i}=1>x</p>",
    "links": "<li><a href=/{i}>Story number {i} of the rain</a>",
    "bylines": "<p class=author>By Ana R{i}</p>",
    "statements": '<script type="application/ld+json">{{"headline":"Rain {i}"}}</script><p>x',
}
NESTED = {
    "marks": "<div class=author>",
    "containers": "<div>",
    "times": "<time>",
    "lists": "<ul><li>x",
}


@pytest.mark.parametrize("unit", NUMBERED)
def test_a_page_of_ever_new_elements_takes_time_in_proportion(unit: str) -> None:
    def make(size: int) -> Callable[[], object]:
        n = size // len(NUMBERED[unit])
        page = PAGE.replace(
            "</article>", "".join(NUMBERED[unit].format(i=i) for i in range(n)) + "</article>"
        )
        return lambda: copydesk.clean_page(page)

    grows_linearly(make)


@pytest.mark.parametrize("unit", NESTED)
def test_a_page_nested_as_deep_as_allowed_takes_time_in_proportion_to_what_is_inside(
    unit: str,
) -> None:
    def make(size: int) -> Callable[[], object]:
        page = PAGE.replace(
            "</article>",
            NESTED[unit] * min(size // 100, 400) + "word " * (size // 5) + "</article>",
        )
        return lambda: copydesk.clean_page(page)

    grows_linearly(make)


@pytest.mark.parametrize(
    "unit",
    [
        b"<meta charset=",
        b"<!--",
        b"\xff",
        b"\xc3\xa9",
        b"\x81\x40",
        b"<?xml ",
        b" ",
        b"\x1b$B",
        b"\x00a",
        b"\xe2\x82",
    ],
)
def test_decoding_takes_time_in_proportion(unit: bytes) -> None:
    def decoded(raw: bytes) -> None:
        with contextlib.suppress(copydesk.Refused):
            decode(raw, declared=None, html=True)

    def make(size: int) -> Callable[[], object]:
        return lambda: decoded(unit * (size // len(unit)))

    grows_linearly(make)


@pytest.mark.parametrize("unit", ["a{i}=1 ", "a{i} ", "class=x "])
def test_a_tag_with_attributes_without_end_is_refused_at_once(unit: str) -> None:
    article = copydesk.clean_page(
        f"<div {''.join(unit.format(i=i) for i in range(20_000))}><p>{STORY}"
    )
    assert article.refused is not None
    assert article.refused.reason == "too_many_attributes"


@pytest.mark.parametrize(
    "inner",
    [
        f"<p data-state='{'a b ' * 20_000}'>{STORY}",
        f"<p>{'a b=c ' * 20_000}",
        f"<p a{' ' * 200_000}=x>{STORY}",
    ],
)
def test_long_values_and_texts_are_no_attributes(inner: str) -> None:
    assert copydesk.clean_page(PAGE.replace("</article>", inner + "</article>")).refused is None
