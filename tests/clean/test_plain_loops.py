"""`copydesk clean` runs some loops without a compiler. They give the same as the compiled ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copydesk.transforms import clean
from copydesk.transforms.clean.fold_text import folded
from copydesk.transforms.clean.lines import (
    line_columns,
    line_context_columns,
    line_context_features,
    line_features,
    line_model,
    line_properties,
)
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.extract.model import block_model
from copydesk.transforms.forest import boosted_trees
from copydesk.transforms.numba_cache import compiled, survive_old_entries
from copydesk.transforms.tag import language
from copydesk.transforms.tag.lookup import language_model

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))


def test_the_language_of_a_text_has_the_same_probability_without_a_compiler() -> None:
    tables = language.model().tables
    texts = [path.read_bytes()[:600] for path in SEEDS]
    for text in (*texts, b"", "Скоро пойдёт дождь, говорят синоптики.".encode()):
        array = np.frombuffer(text, np.uint8)

        by_numba = language_model._compiled_probabilities(array, tables)
        in_numpy = language_model._probabilities_in_numpy(array, tables)
        assert by_numba.best == in_numpy.best
        assert by_numba.share == pytest.approx(in_numpy.share, abs=1e-12)
        # The column has only four digits.
        assert np.abs(by_numba.shares - in_numpy.shares).max() < 1e-12


def test_trees_are_built_alike_without_a_compiler() -> None:
    features = block_model.stored()["first_features"].astype(np.int16)
    by_numba = compiled(boosted_trees._growth)(features)
    in_python = boosted_trees._growth_in_python(features)
    for one, other in zip(by_numba, in_python, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_rows_fall_into_the_same_leaves_without_a_compiler() -> None:
    for forest in (block_model.forests()[0], line_model.model().second):
        rows = np.random.default_rng(7).normal(0, 5, (300, 400)).astype(np.float32)
        rows[3, :9] = np.nan
        for n in (1, 8, 300):
            in_numpy = forest.sums_in_numpy(rows[:n], forest.roots)
            assert np.array_equal(forest.sums(rows[:n]), in_numpy)


ODD_LINES = (
    "  • 3 hours ago | by Ana Ruiz",
    "Published: 12:45, 5 May 2024 (updated)",
    "Ǆ titlecase ǅ, roman Ⅷ, ² and ١٢:٣٤",
    "READ MORE: HTTPS://HARBOUR.EXAMPLE/?a=1",
    "e-mail: li@harbour.example http://harbour.example",
    "第三の橋は五月に開通する。",
    "“Boats, ropes, tea,” she said.”)",
    "\u2003\u00a0- one two_three 1999 2001a",
    "\ud800 a lone half of a pair, x\x00y",
    "word " * 61 + "end.",
    "A" * 399 + " Ruiz 7 Li",
    "?",
)


def test_a_line_has_the_same_properties_without_a_compiler() -> None:
    known = line_model.model().words
    for texts in (ODD_LINES, *(path.read_text(encoding="utf-8").split("\n") for path in SEEDS)):
        lines = [Line(text, folded(text), "") for text in (*texts, *texts[:3]) if text.strip()]
        by_numba = line_properties.compiled_properties(lines, known)
        in_python = line_properties.properties_in_python(lines, known)
        for name, one, other in zip(by_numba._fields, by_numba, in_python, strict=True):
            for a, b in zip(one, other, strict=True):
                assert np.array_equal(a, b), name


def test_lines_have_the_same_columns_without_a_compiler() -> None:
    known = line_model.model()
    a_rule = next(iter(known.rules))
    for path in SEEDS:
        texts = [text for text in path.read_text(encoding="utf-8").split("\n") if text.strip()]
        lines = [Line(text, folded(text), "") for text in (*texts, *ODD_LINES)]
        lines[2] = lines[2]._replace(category="share", rule=a_rule, blank_above=2)
        seen = line_features.features(lines, known.words, known.rules)
        properties = line_properties.line_properties(lines, known.words)
        odds = np.linspace(-7, 7, len(lines)).astype(np.float32)
        others = [
            np.array([value if n == 2 else none for n in range(len(lines))])
            for value, none in ((1.0, 0.0), (known.rules[a_rule], 0.0), (2, 0), (0, -1))
        ]
        assert np.allclose(line_columns.columns(properties, *others), seen.rows, rtol=1e-6)
        by_numba = line_context_features.context(odds, seen)
        in_python = line_context_columns.context_rows(odds, seen.n_words, seen.words, seen.names)
        assert np.allclose(by_numba, in_python, rtol=1e-6)


def test_a_warm_process_has_compiled_every_loop_of_the_line_model() -> None:
    # On a slow machine compiling takes longer than the time limit of a document.
    loops = (line_properties._kernel, line_features._columns, line_context_features._loop)
    for loop in loops:
        loop.cache_clear()
    clean.warm()
    assert [loop.cache_info().currsize for loop in loops] == [1, 1, 1]


class _OldCache:
    """A cache of numba with an entry for a module that no longer exists."""

    n_flushed = 0

    def load_overload(self, signature: str, target: str) -> None:
        if not self.n_flushed:
            raise ModuleNotFoundError(f"No module named 'gone' for {signature} on {target}")

    def flush(self) -> None:
        self.n_flushed += 1


def test_a_cache_of_an_older_version_is_made_again() -> None:
    cache = _OldCache()
    survive_old_entries(cache)
    assert cache.load_overload("(int64,)", "cpu") is None
    assert cache.load_overload("(int64,)", "cpu") is None
    assert cache.n_flushed == 1
