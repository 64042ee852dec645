"""Which blocks are the article, given how sure the model is of each; and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.block_features import Column
from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.vocabulary import CLASS_GROUPS

#: A block at least this likely is the article's. Lower thresholds by the page's expected F1 won .002 on guides and lost
#: .003 to .007 on news (cross-validation, training/README.md).
KEPT = 0.5
#: Subheads, ingredients, lines of a poem: shorter blocks are kept from a little less. It won as much as it lost on the
#: labelled pages, and a missing subhead is the worse fault to a reader.
SHORT_KEPT, SHORT_WORDS = 0.45, 10
#: Blocks this likely are candidates: they stand in the extracted text, and in the ledger if they are cut.
CANDIDATE = 0.05

_VERSION = 1
_MEANINGS = {
    "page_headline": "The headline, printed again in the body.",
    "page_links": "Mostly link text: titles of other stories, navigation, tag lists.",
    "page_caption": "The caption or credit of a picture, video or gallery.",
    "page_furniture": "Inside an element made for navigation, comments, sharing, promotion, forms or dialogs.",
    "page_other": "Judged no part of the article by the line model, from its form, place and neighbours.",
}
#: (rule, version, what it means) of every removal this step writes.
RULES: tuple[tuple[str, int, str], ...] = tuple(
    (rule, _VERSION, meaning) for rule, meaning in _MEANINGS.items()
)


@dataclass(frozen=True, slots=True)
class Choice:
    """For each block whether it is a candidate, and whether it is kept."""

    candidate: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_]


def choose(probability: Column, words: Column) -> Choice:
    """The likely blocks; where none is, those that together promise the best F1 against the article.

    With p the probability that a block is of the article, keeping the k most probable blocks promises
    F1 = 2 sum(p w) over the kept / (sum(w) over the kept + sum(p w) over all) (Lipton, Elkan and Narayanaswamy 2014).
    """
    kept = probability >= np.where(words < SHORT_WORDS, SHORT_KEPT, KEPT)
    if not kept.any():
        weight = np.maximum(words, 0.5)
        order = np.argsort(-probability, kind="stable")
        gained, spent = np.cumsum((probability * weight)[order]), np.cumsum(weight[order])
        best = int(np.argmax(2 * gained / (spent + max(float(gained[-1]), 1e-9))))
        kept = probability >= float(probability[order[best]])
    candidate = kept | (probability >= CANDIDATE)
    places = np.flatnonzero(kept)
    candidate[places[0] : places[-1] + 1] = True
    return Choice(candidate, kept)


_NAMES = [name for name, _ in CLASS_GROUPS]
_FURNITURE_CLASSES = sum(
    1 << _NAMES.index(name)
    for name in (
        "comment",
        "related",
        "share",
        "ad",
        "footer",
        "nav",
        "newsletter",
        "cookie",
        "form",
    )
)
_CAPTION_CLASSES = sum(1 << _NAMES.index(name) for name in ("caption", "gallery", "credit"))
_FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "form", "button", "label", "dialog"))
_CAPTION_TAGS = frozenset(("figure", "figcaption", "caption"))
#: Elements further out than this name regions of the page, not the block (arbitrary: a caption's wrappers are two or three).
_STEPS = 5


def reason(page: Page, block: int, is_headline: bool) -> str:
    """The rule under which a block that is not kept is cut: what a reader can see of it."""
    if is_headline:
        return "page_headline"
    if 2 * page.link_chars[block] >= len(page.text[block]):
        return "page_links"
    element = page.inner_element[block]
    for _ in range(_STEPS):
        tag, classes = page.tag[element], page.classes[element]
        if tag in _CAPTION_TAGS or classes & _CAPTION_CLASSES:
            return "page_caption"
        if tag in _FURNITURE_TAGS or classes & _FURNITURE_CLASSES:
            return "page_furniture"
        element = page.parent[element]
        if element <= 0:
            break
    return "page_other"
