"""The loops over the bytes of a page and the characters of its texts, compiled and in Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from copydesk.transforms import numba_cache
from copydesk.transforms.extract import (
    blocks,
    kind_names,
    page_elements,
    page_shape,
    tag_walk,
    text_runs,
    text_walk,
)
from copydesk.transforms.extract.blocks import read_blocks
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.model import (
    block_context_features,
    block_features,
    block_walk,
    character_columns,
    context_walk,
    name_walk,
    neighbour_walk,
    word_walk,
)
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.parse import parse

PAGES = sorted((Path(__file__).parents[1] / "pages").glob("*/page.html"))
ODD_PAGE = (
    "<body class='a &amp; b'><p id=x>5 &lt; 6 &amp; 7 &gt; 3<br/>caf\u00e9 \u4e2d\u6587 \U0001d4d0</p>"
    "<pre>\n one\n  two\n</pre><script>if (a < b) {}</script> tail <b> <a href='/authors/x?a=1&b=2'>By</a></b>"
    "<svg><title>no</title></svg><hr>by &nbsp; 2024/05/01<p>  </p></body>"
)
TEXTS = (
    "It rained on 5.12.2024 at 12:45, (c) www.example.com.",
    "",
    "\u4e2d\u6587\u3002 Caf\u00e9 \U0001d4d0\U0001d4d1 \u0130stanbul \u0661\u0662\u0663\u0664",
    "1999 was \u201cgood.\u201d Or 20245? 12h30 99:999 http",
    "2024\u5e745\u67082\u65e5 #one @two, three | four",
)


def _same(found: Any, expected: Any) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Return the arguments that a function passes to the loop of its module."""

    def recorded(module: Any, loop: Callable[..., Any], call: Callable[[], object]) -> list[Any]:
        passed: list[Any] = []

        def record(*given: Any) -> Any:
            passed.extend(given)
            return loop(*given)

        monkeypatch.setattr(module, "_walk", lambda: record)
        call()
        return passed

    return recorded


@pytest.mark.parametrize("html", [ODD_PAGE, *(path.read_text() for path in PAGES[:6])])
def test_the_tags_and_texts_of_a_page_are_the_same_without_a_compiler(
    html: str, arguments: Callable[..., list[Any]]
) -> None:
    tree = parse(html)
    of_tags = arguments(page_elements, tag_walk.walk_in_python, lambda: page_elements.read(tree))
    _same(numba_cache.compiled(tag_walk.walk)(*of_tags), tag_walk.walk_in_python(*of_tags))
    elements = page_elements.read(tree)
    of_text = arguments(text_runs, text_walk.walk_in_python, lambda: text_runs.read(elements))
    _same(numba_cache.compiled(text_walk.walk)(*of_text), text_walk.walk_in_python(*of_text))
    of_names = arguments(kind_names, name_walk.walk_in_python, lambda: blocks._names(elements))
    _same(numba_cache.compiled(name_walk.walk)(*of_names), name_walk.walk_in_python(*of_names))


def test_the_words_of_texts_are_the_same_without_a_compiler(
    arguments: Callable[..., list[Any]],
) -> None:
    passed = arguments(
        character_columns, word_walk.walk_in_python, lambda: character_columns.read(TEXTS)
    )
    _same(numba_cache.compiled(word_walk.walk)(*passed), word_walk.walk_in_python(*passed))


@pytest.mark.parametrize("html", [ODD_PAGE, *(path.read_text() for path in PAGES[:2])])
def test_the_features_of_blocks_are_the_same_without_a_compiler(
    html: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = parse(html)
    page, hints = read_blocks(tree, Options()), read_hints(tree)
    _, compiled, words = block_features.build(page, hints)
    monkeypatch.setattr(block_features, "_walks", lambda: (block_walk.walk, neighbour_walk.walk))
    assert np.allclose(block_features.build(page, hints)[1], compiled, rtol=1e-6)
    scores = np.linspace(0.9, 0.1, len(words))
    by_numba = block_context_features.build(page, scores, words, 1 - scores)
    monkeypatch.setattr(block_context_features, "_walk", lambda: context_walk.walk)
    in_python = block_context_features.build(page, scores, words, 1 - scores)
    assert np.allclose(in_python, by_numba, rtol=1e-6)


def test_the_loops_know_the_numbers_of_names() -> None:
    assert page_shape.NEAR_TAGS["h1"] == block_walk.H1
    assert len(page_shape.NEAR_TAGS) == block_walk.FIRST_CLASS


def test_facts_of_texts_are_those_that_patterns_find() -> None:
    found = character_columns.read(TEXTS)

    def facts(name: str) -> list[float]:
        return found.facts[name].tolist()

    assert facts("sentence_ends") == [1, 0, 1, 2, 0]
    assert facts("year") == [1, 0, 0, 1, 1]
    assert facts("time") == [1, 0, 0, 1, 0]
    assert facts("date") == [1, 0, 0, 0, 1]
    assert facts("copyright") == [1, 0, 0, 0, 0]
    assert facts("url") == [1, 0, 0, 1, 0]
    n_words = [len(character_columns.WORD.findall(text.lower())) for text in TEXTS]
    assert np.diff(found.first_word).tolist() == n_words


def test_many_words_find_their_places() -> None:
    every = "".join(map(chr, range(0x4E00, 0x9FFF)))
    found = character_columns.read((every, every))
    assert len(found.hashes) == len(every)
    assert found.is_first.all()
