"""Context features for the second pass, computed from the first-pass likelihoods of neighbouring blocks."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.block_features import Column, Matrix

_NO_BASELINE = np.zeros(0)


def build(page: Page, score: Column, words: Column, baseline: Column | None = None) -> Matrix:
    """Return one row for each block, with first scores of the block and those related to it.

    These are its own score and those of its neighbours, its containers and the blocks with the same
    markup. `baseline` is the share of each block that another extractor kept, if it was run.
    """
    weight = words + 1.0
    kept = score * weight
    witnessed = witness = 0.0
    if baseline is not None:
        witnessed, witness = float((baseline * kept).sum()), float((baseline * weight).sum())
    signature, element = page.signature, page.block_element
    above = signature[np.maximum(page.parent, 0)[element]]
    _, markup = np.unique(signature[element] * (signature.max() + 1) + above, return_inverse=True)
    doubt = float((score * (1 - score) * weight).sum())
    found: Matrix = _walk()(
        score,
        weight,
        _NO_BASELINE if baseline is None else baseline,
        np.stack((element, markup)),
        np.stack((page.parent, page.first_block, page.last_block, signature)),
        np.array([max(1e-9, float(kept.sum())), weight.sum(), doubt, witnessed, witness]),
    )
    return found


@cache
def _walk() -> Any:
    from copydesk.transforms.extract.model import (
        context_walk,
    )  # numba takes half a second to import

    return numba_cache.either(context_walk.walk, context_walk.walk)
