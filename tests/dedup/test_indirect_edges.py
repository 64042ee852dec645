"""A copy of a report leaves with the report, if what it adds is little or nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copydesk.transforms.dedup import verification
from copydesk.transforms.dedup.decision import drop_conditions
from copydesk.transforms.dedup.indirect_edges import indirect_edges
from copydesk.transforms.dedup.leader_clustering import Edges
from copydesk.transforms.dedup.options import Options

REPORT, COPY, FULLER = range(3)
N_WORDS = np.array([250, 200, 300], np.int32)


def follows(
    *,
    score: float = 0.97,
    held: float = 0.93,
    passage: int = 60,
    folds: tuple[str, ...] = ("overlap",),
) -> bool:
    """Tell whether a copy of a part may go for the fuller version, for which its report may go.

    `score` is that of the copy's drop for the report, and `held` the share of its wording that the
    report has. `passage` is the longest passage that the copy and the fuller version share.
    """
    # Pairs are (copy, report), (fuller, report) and (fuller, copy).
    a, b = np.array([COPY, FULLER, FULLER]), np.array([REPORT, REPORT, COPY])
    pairs = replace(
        verification.equal(a, b, N_WORDS),
        jaccard=np.array([0.6, 0.3, 0.08], np.float32),
        a_in_b=np.array([0.9, 0.4, 0.1], np.float32),
        b_in_a=np.array([0.7, 0.5, 0.3], np.float32),
        longest=np.array([170, 60, passage], np.int32),
        a_distinctive_in_b=np.array([held, 0.5, 0.4], np.float32),
        b_facts_not_in_a=np.array([9, 9, 9], np.int32),
        a_may_go=np.array([score, 0.1, 0.1], np.float32),
        b_may_go=np.array([0.3, 0.9, 0.4], np.float32),
    )
    relations = np.full(3, verification.OVERLAP, np.int8)
    may_follow = drop_conditions.may_follow(pairs, relations, N_WORDS, Options(folds=folds))
    edges = Edges(np.array([REPORT]), np.array([FULLER]), np.array([0.9]), np.array([0.5]))
    found = indirect_edges(pairs, may_follow, edges, np.array([FULLER, COPY, FULLER]), N_WORDS)
    assert set(zip(found.dropped.tolist(), found.kept.tolist(), strict=True)) <= {(COPY, FULLER)}
    return len(found) > 0


def test_a_copy_of_a_part_goes_for_the_fuller_version_that_its_report_goes_for() -> None:
    assert follows()


@pytest.mark.parametrize(("score", "held"), [(0.9, 0.93), (0.97, 0.8)])
def test_a_text_that_says_more_than_the_report_stays(score: float, held: float) -> None:
    assert not follows(score=score, held=held)


def test_a_copy_that_shares_no_passage_with_the_fuller_version_stays() -> None:
    assert not follows(passage=9)


def test_a_copy_stays_if_the_recipe_folds_no_such_pair() -> None:
    assert not follows(folds=("near",))
