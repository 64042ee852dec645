"""How rules and line model decide together, given what the model thinks."""

from __future__ import annotations

import numpy as np

from copydesk.transforms.clean import lines
from copydesk.transforms.clean.lines import Decision, Line, Model

PROSE = "The river rose again at noon, and the lock at Mill Town was closed until the evening."
KNOWN = Model({}, {}, frozenset({"caption_with_credit", "related_link"}), None, None, threshold=4.0, short_threshold=5.0, rule_threshold=3.0)  # type: ignore[arg-type]


def line(text: str, category: str = "", rule: str = "") -> Line:
    return Line(text, text.lower(), category, rule)


def stays(text: str, category: str, rule: str, odds: float) -> bool:
    return 1 in lines.decided([line(PROSE), line(text, category, rule)], [-5.0, odds], KNOWN).stay


def test_a_rule_that_labelled_pages_contradict_cuts_only_where_the_model_agrees() -> None:
    caption = ("Boats wait below the lock. Photo: Ana Ruiz", "photo", "caption_with_credit")
    assert stays(*caption, odds=2.9)
    assert not stays(*caption, odds=3.1)


def test_links_to_other_stories_need_less_consent() -> None:
    link = ("Read more: The dam above Mill Town", "related", "related_link")
    assert stays(*link, odds=0.9)
    assert not stays(*link, odds=1.1)


def test_sure_rules_short_lines_and_small_texts_need_none() -> None:
    assert not stays("Leave a comment below the line", "comments", "comment_prompt", odds=-5.0)
    assert not stays("Photo: Ana", "photo", "caption_with_credit", odds=-5.0)
    assert lines.decided([line(PROSE), line("Boats wait below the lock. Photo: Ana Ruiz", "photo", "caption_with_credit")], None, KNOWN).stay == frozenset()


def test_the_model_drops_lines_of_its_own_only_beside_three_that_rules_took() -> None:
    taken = [line("Leave a Comment", "comments", "comment_prompt"), line("Subscribe", "newsletter", "newsletter_prompt"), line("Share", "share", "share_line")]
    text = [line(PROSE), line("Ten bridges to see this summer"), line(PROSE)]
    odds = [-5.0, 4.5, -5.0]
    assert lines.decided([*taken[:2], *text], [9.0, 9.0, *odds], KNOWN) == Decision(frozenset(), (), (), ())
    assert lines.decided([*taken, *text], [9.0, 9.0, 9.0, *odds], KNOWN).unlikely == (4,)


def test_a_line_that_stays_is_no_evidence_of_residue() -> None:
    text = [line(PROSE), line("Read more: The dam above Mill Town", "related", "related_link"), line("Ten bridges to see this summer")]
    assert lines.decided(text, [-5.0, -1.0, 9.0], KNOWN) == Decision(frozenset({1}), (), (), ())


def test_the_second_look_reads_each_line_among_its_neighbours() -> None:
    rows = lines.around(np.array([-5.0, 4.0, 5.0], np.float32), np.array([20, 3, 3]))
    assert rows.shape[0] == 3
    assert rows[1, 2] == -5.0  # the line before
    assert rows[1, 3] == 5.0  # the line after
    assert rows[2, 3] == lines.OUTSIDE
    assert lines.around(np.array([0.0], np.float32), np.array([1])).shape == (1, rows.shape[1])
