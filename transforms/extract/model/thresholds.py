"""Choose the blocks of the article from the probability of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.model.block_features import Column

#: A block with at least this probability is part of the article. Thresholds that were lowered by
#: the page's expected F1 won .002 on guides and lost .003 to .007 on news (cross-validation,
#: training/README.md).
KEPT = 0.5
#: Shorter blocks, such as subheads, ingredients and lines of a poem, are kept from a slightly lower
#: probability. On the labelled pages this won as much as it lost, and a missing subhead is the
#: worse fault for a reader.
SHORT_KEPT, SHORT_WORDS = 0.45, 10
#: From this share of link text on, a block is a menu or a list of titles. From this many words on,
#: a block without links is a paragraph (the density is that of readability, the length is
#: arbitrary).
LINKED, PARAGRAPH_WORDS = 0.5, 25
#: Blocks with this probability are candidates: they are in the extracted text, and in the ledger if
#: they are cut.
CANDIDATE = 0.05


@dataclass(frozen=True, slots=True)
class Choice:
    """For each block whether it is a candidate, and whether it is kept."""

    candidate: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_]


def choose(probability: Column, words: Column, links: Column | None = None) -> Choice:
    """Return the likely blocks, or the blocks with the best expected F1 if none is likely.

    `links` is the share of each block that is link text. If no block is likely and the page has a
    paragraph, menus do not count in the expected F1, because a hundred of them would outweigh the
    paragraph.

    With p the probability that a block is part of the article, the expected score of the k most
    probable blocks is F1 = 2 sum(p w) over the kept / (sum(w) over the kept + sum(p w) over all)
    (Lipton, Elkan and Narayanaswamy 2014).
    """
    kept = probability >= np.where(words < SHORT_WORDS, SHORT_KEPT, KEPT)
    if not kept.any():
        weight = np.maximum(words, 0.5)
        if links is not None and ((links < LINKED) & (words >= PARAGRAPH_WORDS)).any():
            probability = np.where(links < LINKED, probability, 0.0)
        order = np.argsort(-probability, kind="stable")
        gained, spent = np.cumsum((probability * weight)[order]), np.cumsum(weight[order])
        best = int(np.argmax(2 * gained / (spent + max(float(gained[-1]), 1e-9))))
        kept = probability >= float(probability[order[best]])
    candidate = kept | (probability >= CANDIDATE)
    places = np.flatnonzero(kept)
    candidate[places[0] : places[-1] + 1] = True
    return Choice(candidate, kept)
