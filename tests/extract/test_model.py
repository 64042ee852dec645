"""The packaged model and its features."""

import json
from importlib import resources

import numpy as np
import pytest

from copydesk.transforms import extract
from copydesk.transforms.extract import extraction
from copydesk.transforms.extract.blocks import read_blocks
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.model import block_features, block_model, thresholds
from copydesk.transforms.extract.options import Options
from copydesk.transforms.forest.boosted_trees import Forest
from copydesk.transforms.ledger import apply
from training import line_model as training

_PAGE = """<html><head><title>A roof for the school</title></head><body>
<nav><ul><li><a href=/a>News</a></li><li><a href=/b>Sport</a></li></ul></nav>
<article><h1>A roof for the school</h1>
<p>The council of Vargo met on Monday evening and voted, after a long debate, for a new roof on the old school.</p>
<figure><img src=x><figcaption>The old school in winter. Photo: Jon Vik</figcaption></figure>
<p>Work is to begin in May, when the pupils move to the gymnasium, and to end before the first frost, the mayor said.</p>
<div class="related"><a href=/c>Why the gymnasium leaks</a></div></article></body></html>"""


def test_the_trees_were_trained_on_the_columns_they_are_fed() -> None:
    tree = extract.parse(_PAGE)
    hints = read_hints(tree)
    names, rows, words = block_features.build(read_blocks(tree, Options()), hints)
    assert names == block_model.feature_names()
    assert rows.shape == (len(words), len(names))


def test_every_cut_names_a_documented_rule() -> None:
    found = extract.extract(extract.parse(_PAGE))
    rules = {rule: version for rule, version, _ in extract.RULES}
    assert {(cut.rule, cut.rule_version) for cut in found.removed} <= set(rules.items())
    kept = apply(found.text, found.removed).split("\n")
    assert kept[-2:] == [
        "The council of Vargo met on Monday evening and voted, after a long debate, for a new roof on the old school.",
        "Work is to begin in May, when the pupils move to the gymnasium, and to end before the first frost, the mayor said.",
    ]


def test_cuts_between_kept_lines_are_in_the_ledger() -> None:
    found = extract.extract(extract.parse(_PAGE))
    assert "The old school in winter. Photo: Jon Vik\n" in [cut.text for cut in found.removed]


def test_likely_blocks_are_kept_and_those_between_them_are_candidates() -> None:
    chosen = thresholds.choose(np.array([0.01, 0.97, 0.02, 0.4, 0.6, 0.01]), np.full(6, 40.0))
    assert chosen.kept.tolist() == [False, True, False, False, True, False]
    assert chosen.candidate.tolist() == [False, True, True, True, True, False]


def test_trafilatura_decides_if_the_model_finds_nothing_likely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing, no_child = np.zeros(0, np.float32), np.zeros(0, np.int32)
    never = Forest(
        np.array([-1], np.int32),
        np.zeros(0, np.int16),
        nothing,
        no_child,
        no_child,
        np.array([-6], np.float32),
    )
    monkeypatch.setattr(block_model, "forests", lambda: (never, never, never))
    found = extract.extract(extract.parse("<body><p>Rain.</p><p>Wind.</p></body>"))
    assert apply(found.text, found.removed) == "Rain.\nWind."


def test_a_short_line_is_kept_from_a_little_less() -> None:
    assert thresholds.choose(
        np.array([0.9, 0.46, 0.46]), np.array([40.0, 2.0, 40.0])
    ).kept.tolist() == [True, True, False]


def test_a_page_of_which_nothing_is_likely_still_gives_its_best_blocks() -> None:
    assert thresholds.choose(np.array([0.2, 0.01]), np.array([30.0, 30.0])).kept.tolist() == [
        True,
        False,
    ]


def test_a_forest_adds_the_leaves_its_rows_fall_into() -> None:
    stump = {
        "tree_structure": {
            "split_feature": 0,
            "threshold": 0.5,
            "left_child": {"leaf_value": -1.0},
            "right_child": {"leaf_value": 2.0},
        }
    }
    forest = Forest.from_lightgbm([stump, stump])
    rows = np.array([[0.5], [0.6]], dtype=np.float32)
    assert forest.probabilities(rows) == pytest.approx(
        [1 / (1 + np.exp(2.0)), 1 / (1 + np.exp(-4.0))]
    )
    assert Forest.mean([forest, forest]).probabilities(rows) == pytest.approx(
        forest.probabilities(rows)
    )


def test_a_stored_forest_gives_what_it_gave_before() -> None:
    leaf, other = {"leaf_value": 0.25}, {"leaf_value": -1.5}
    inner = {"split_feature": 1, "threshold": 2.0, "left_child": other, "right_child": leaf}
    trees = [
        {
            "tree_structure": {
                "split_feature": 0,
                "threshold": 0.5,
                "left_child": leaf,
                "right_child": inner,
            }
        },
        {
            "tree_structure": {
                "split_feature": 0,
                "threshold": 0.1,
                "left_child": inner,
                "right_child": leaf,
            }
        },
        {"tree_structure": leaf},
    ]
    forest = Forest.from_lightgbm(trees)
    rows = np.array([[0.0, 1.0], [0.3, 3.0], [0.7, 1.0], [0.7, 3.0]], dtype=np.float32)
    stored = forest.arrays("any")
    assert stored["any_features"].tolist() == [0, -1, 1, -1, -1, 0, 1, -1, -1, -1, -1]
    assert (
        Forest.of(stored, "any").probabilities(rows).tolist() == forest.probabilities(rows).tolist()
    )


def test_the_packaged_model_was_made_by_the_present_training_script() -> None:
    """The record of the model names the code that labels and trains.

    After a change there, run `python -m training.line_model --out`.
    """
    about = json.loads(block_model.about())
    assert about["script"] == training.script_version()
    assert set(about) == {
        "gold",
        "members",
        "pages",
        "rounds",
        "script",
        "seed",
        "sites",
        "spliced",
        "versions",
    }


def test_features_are_computed_as_they_were_in_training() -> None:
    assert training.probe() == pytest.approx(block_model.probe(), abs=1e-3)


def test_the_model_is_small_enough_to_ship_and_holds_no_text_of_a_page() -> None:
    arrays = block_model.stored()
    words = [name for name, array in arrays.items() if array.dtype.kind in "US"]
    assert sorted(words) == ["about", "names"]
    file = resources.files("copydesk.transforms.extract").joinpath("data", block_model.FILE)
    assert len(file.read_bytes()) < 400_000


def test_unlikely_links_are_not_taken_from_trafilatura() -> None:
    words = np.array([30.0, 8.0, 8.0, 30.0])
    links = np.array([0.0, 1.0, 1.0, 0.0])
    found = np.array([0.2, 0.01, 0.3, 0.2])  # The model finds little, and trafilatura keeps all.
    joined = extraction._joined(found, np.ones(4), words, links)
    assert (joined >= thresholds.KEPT).tolist() == [True, False, True, True]
