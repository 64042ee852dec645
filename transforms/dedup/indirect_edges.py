"""Decisions on copies that follow the report they are a copy of.

A newspaper puts a line above an agency's report and a copyright below it, or prints half of the
report between such lines. The next version of the report has the text of the report but not those
lines, and some sentences are rewritten. By its score alone the newspaper's copy would stay,
although the report itself is dropped for the next version.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.leader_clustering import Edges
from copydesk.transforms.dedup.verification import Pairs

# The constants were chosen on the chains of updates and the pairs read by hand that docs/copies.md
# names, scored by models that had not seen them. Values nearby give the same figures.
SURE = 0.7
"""Lowest score with which the report may be dropped for a whole copy and for the fuller version."""
MOST_MISSING = 4
"""Rare words, names and numbers of the report that a whole copy may lack: copies exchange words."""
LEAST_HELD = 0.7
"""Least share of a whole copy's distinctive wording in the report. The rest are its own lines."""
SURE_OF_PART = 0.95
"""Lowest score with which a copy of a part may be dropped for the report."""
LEAST_HELD_OF_PART = 0.85
"""Least share of the distinctive wording of a copy of a part in the report."""
LEAST_LENGTH = 0.9
"""Least length of the fuller version, as a share of the copy's length."""


def indirect_edges(
    pairs: Pairs,
    may_follow: NDArray[np.bool_],
    edges: Edges,
    leader: NDArray[np.int64],
    n_words: NDArray[np.int32],
) -> Edges:
    """Return which kept copies may go for which kept fuller versions, because their report may.

    A copy has the whole report with lines of its own, or a part of the report with few such lines.
    `may_follow` says for each pair whether the recipe lets it drop a document in this way. It must
    be true for the pair of the copy and the report, and for that of the copy and the fuller
    version. `leader` gives the row that is kept for each row by the `edges` alone. Any other edge
    is preferred to the new ones. Pairs are in order of (a, b).
    """

    def both(one: str, other: str) -> NDArray[Any]:
        return np.concatenate([getattr(pairs, one), getattr(pairs, other)])

    is_kept = leader == np.arange(len(leader))
    held = both("a_distinctive_in_b", "b_distinctive_in_a")
    is_whole = (
        (both("b_may_go", "a_may_go") >= np.float32(SURE))
        & (both("b_facts_not_in_a", "a_facts_not_in_b") <= MOST_MISSING)
        & (held >= np.float32(LEAST_HELD))
    )
    is_part = (both("a_may_go", "b_may_go") >= np.float32(SURE_OF_PART)) & (
        held >= np.float32(LEAST_HELD_OF_PART)
    )
    is_copy = np.tile(may_follow, 2) & is_kept[both("a", "b")] & (is_whole | is_part)
    copy, report = both("a", "b")[is_copy], both("b", "a")[is_copy]
    sure = np.flatnonzero((edges.score >= np.float32(SURE)) & is_kept[edges.kept])
    sure = sure[np.argsort(edges.dropped[sure], kind="stable")]
    dropped, kept = edges.dropped[sure], edges.kept[sure]
    begin, end = (np.searchsorted(dropped, report, side) for side in ("left", "right"))
    n_targets = end - begin
    copy = np.repeat(copy, n_targets)
    within = np.arange(len(copy)) - np.repeat(np.cumsum(n_targets) - n_targets, n_targets)
    fuller = kept[np.repeat(begin, n_targets) + within]
    pair = pairs.find(copy, fuller)  # -1 if the fuller version is the copy itself.
    follows = (
        (pair >= 0)
        & np.append(may_follow, False)[pair]
        & (n_words[fuller] >= LEAST_LENGTH * n_words[copy])
    )
    n_edges = int(follows.sum())
    return Edges(copy[follows], fuller[follows], np.zeros(n_edges), np.full(n_edges, -1.0))
