"""The loops that `copydesk clean` runs without a compiler give what the compiled ones give."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copydesk.transforms import boosted_trees
from copydesk.transforms.extract import block_model
from copydesk.transforms.numba_cache import compiled
from copydesk.transforms.tag import language, language_model

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))


def test_the_language_of_a_text_has_the_same_probability_without_a_compiler() -> None:
    model = language.model()
    texts = [path.read_bytes()[:600] for path in SEEDS]
    for text in (*texts, b"", "Скоро пойдёт дождь, говорят синоптики.".encode()):
        array = np.frombuffer(text, np.uint8)

        by_numba, _ = compiled(language_model._probabilities)(array, *model[:5])
        in_numpy, _ = language_model._probabilities_in_numpy(array, *model[:5])
        assert by_numba.argmax() == in_numpy.argmax()
        assert np.abs(by_numba - in_numpy).max() < 1e-12  # the column keeps four digits


def test_trees_are_built_alike_without_a_compiler() -> None:
    features = block_model.stored()["first_features"].astype(np.int16)
    by_numba = compiled(boosted_trees._growth)(features)
    in_python = boosted_trees._growth_in_python(features)
    for one, other in zip(by_numba, in_python, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_rows_fall_into_the_same_leaves_without_a_compiler() -> None:
    forest = block_model.forests()[0]
    rows = np.random.default_rng(7).normal(0, 5, (300, 400)).astype(np.float32)
    arguments = (
        rows,
        forest.roots,
        forest._nodes,
        forest._nodes.view(np.float32),
        forest.leaf,
    )
    by_numba = compiled(boosted_trees._walk_loop)(*arguments)
    assert np.array_equal(by_numba, boosted_trees._walk_in_numpy(*arguments))
