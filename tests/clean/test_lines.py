"""Rules and line model decide together. The odds of the model are given."""

from __future__ import annotations

import numpy as np

from copydesk.transforms.clean.lines import (
    line_context_columns,
    line_context_features,
    line_features,
    line_model,
)
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.lines.line_model import Decision, Model
from copydesk.transforms.clean.lines.line_properties import word_weights
from copydesk.transforms.clean.lines.word_bag import WordBag

PROSE = "The river rose again at noon, and the lock at Mill Town was closed until the evening."
KNOWN = Model(
    {},
    {},
    None,
    None,
    threshold=4.0,
    short_threshold=5.0,
    rule_threshold=3.0,
)  # type: ignore[arg-type]


def line(text: str, category: str = "", rule: str = "") -> Line:
    return Line(text, text.lower(), category, rule)


def test_the_model_cuts_other_lines_only_if_the_rules_cut_three() -> None:
    taken = [
        line("Leave a Comment", "comments", "comment_prompt"),
        line("Subscribe", "newsletter", "newsletter_prompt"),
        line("Share", "share", "share_line"),
    ]
    text = [line(PROSE), line("Ten bridges to see this summer"), line(PROSE)]
    odds = [-5.0, 4.5, -5.0]
    assert line_model.decide([*taken[:2], *text], [9.0, 9.0, *odds], KNOWN) == Decision((), (), ())
    assert line_model.decide([*taken, *text], [9.0, 9.0, 9.0, *odds], KNOWN).unlikely == (4,)


def seen(*texts: str) -> line_features.Features:
    return line_features.features([line(text) for text in texts], word_weights({}), {})


def context(odds: list[float], n_words: list[int], *words: list[str]) -> np.ndarray:
    """Return the features that the second pass gets for lines with these odds and words."""
    nothing = np.zeros((len(odds), 0), np.float32)
    bag, no_names = WordBag.of(words or [[] for _ in odds]), WordBag.of([[] for _ in odds])
    known = line_features.Features(nothing, np.array(n_words), bag, no_names)
    return line_context_features.context(np.array(odds, np.float32), known)


def shared_words(odds: list[float], *words: list[str]) -> np.ndarray:
    """Return the three numbers about the words of each line."""
    first = line_context_columns.N_AROUND
    return context(odds, [3] * len(odds), *words)[
        :, first : first + line_context_columns.N_SHARED_WORDS
    ]


def test_the_second_pass_reads_each_line_among_its_neighbours() -> None:
    rows = context([-5.0, 4.0, 5.0], [20, 3, 3])
    assert rows.shape[0] == 3
    assert rows[1, 2] == -5.0  # the line before
    assert rows[1, 3] == 5.0  # the line after
    assert rows[2, 3] == line_context_columns.OUTSIDE
    assert context([0.0], [1]).shape == (1, rows.shape[1])


def test_the_second_pass_knows_which_lines_share_the_words_of_a_line() -> None:
    words = [["river", "lock"], ["river"], ["bridges", "summer"], ["bridges"]]
    article, among, apart = shared_words([-6.0, 0.0, 0.0, 6.0], *words).T
    assert article[1] > 0.6  # its word is in the article
    assert article[3] < article[1]
    assert among[1] > among[3]
    assert apart[2] > apart[1]


def test_a_line_without_words_shares_words_with_no_line() -> None:
    assert shared_words([1.0, 1.0], [], ["river"]).tolist()[0] == [0.0, 0.0, 0.0]
    assert shared_words([1.0], []).shape == (1, 3)


def test_the_more_of_a_text_is_boilerplate_the_surer_the_model_must_be() -> None:
    good, bad = np.array([-6.0, -6.0], np.float32), np.array([-6.0, 6.0], np.float32)
    assert line_context_features.caution(good, np.array([10, 10])) < 0.01
    assert (
        abs(
            line_context_features.caution(bad, np.array([10, 10]))
            - line_context_features.CAUTION / 2
        )
        < 0.01
    )
    assert line_context_features.caution(bad, np.array([30, 10])) < line_context_features.caution(
        bad, np.array([10, 30])
    )


def test_blank_lines_tell_a_list_from_paragraphs() -> None:
    text = [
        line(PROSE),
        line(PROSE)._replace(blank_above=1),
        line("Ten bridges")._replace(blank_above=1),
        line("Nine locks"),
        line("Six ferries"),
    ]
    rows = np.array(line_features.features(text, word_weights({}), {}).rows)
    without = np.array(
        line_features.features(
            [one._replace(blank_above=0) for one in text], word_weights({}), {}
        ).rows
    )
    assert (rows[3] != without[3]).any()
    assert rows.shape == without.shape
    assert (
        without == np.array(seen(PROSE, PROSE, "Ten bridges", "Nine locks", "Six ferries").rows)
    ).all()


def test_names_and_words_of_a_line_are_known() -> None:
    found = seen("The dam at Mill Town", "Ana Ruiz said Mill Town was dry")
    assert found.n_words.tolist() == [5, 7]
    assert found.words.size.tolist() == [2, 4]  # only words of four letters or more
    assert found.names.size.tolist() == [2, 3]  # the first word is not a name
    assert found.names.at.tolist() == [0, 1, 2, 0, 1]  # "Mill" and "Town" are repeated


def test_a_text_of_any_length_has_one_row_per_line() -> None:
    shapes = {
        line_features.features(
            [line(PROSE), line("Ten bridges"), line("-"), line(PROSE)][:n], word_weights({}), {}
        ).rows.shape
        for n in (1, 2, 3, 4)
    }
    assert shapes == {(n, seen(PROSE).rows.shape[1]) for n in (1, 2, 3, 4)}


def test_words_keep_the_order_of_the_text_so_that_no_sum_depends_on_the_seed_of_a_process() -> None:
    bag = WordBag.of([["bridge", "of", "the", "river", "the", "lock", "a"], ["lock"]])
    assert bag.n_letters.tolist() == [6, 2, 3, 5, 4, 1]
    assert bag.at.tolist() == [0, 1, 2, 3, 4, 5, 4]
