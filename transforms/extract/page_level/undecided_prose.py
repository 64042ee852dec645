"""Finds paragraphs of the article that the model was not sure about.

The model is unsure about a paragraph behind an advertisement, a video or the frame of a subscription,
and about the last sentence of an article, which is often short. Such a paragraph is prose, and its
markup is that of the paragraphs that were kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.page_level import fills
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS

#: Kept paragraphs with the markup of such a paragraph, its words, and the share of links in it.
#: (arbitrary)
_ALIKE, _WORDS, _LINKS = 3, 25, 0.3
#: The most blocks between it and the kept paragraph above, the same if a kept one follows as well,
#: and the words of a label. Only headings, links and labels may be there (arbitrary).
_MOST_ABOVE, _MOST_BETWEEN, _LABEL_WORDS = 10, 24, 12
#: The likelihood of a paragraph that has a kept one below it as well. On 276 pages of collections
#: that the model had not seen, 7 such paragraphs were of the article and none was not.
_BETWEEN = 0.15
#: The likelihood of a paragraph below the last kept one, and the mean of two or more of them. A
#: single one must be longer and nearly as likely as not.
_BELOW, _BELOW_MEAN, _ALONE, _ALONE_WORDS = 0.25, 0.3, 0.45, 40
#: Paragraphs directly below the last kept one, with nothing between them, are less likely the farther
#: they are from it. These are the likelihoods of the first and of all, and their words (arbitrary).
_NEXT_FIRST, _NEXT, _NEXT_WORDS = 0.3, 0.08, 15
#: Paragraphs of a list of teasers (arbitrary).
_TEASERS = 3
_PASSED = fills.SUBHEADINGS | fills.CAPTIONS


def find(page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column) -> list[int]:
    """Return the blocks that are not kept and belong to the article."""
    view = _View(page, kept, probability, words)
    unsure = ~kept & (probability >= _BETWEEN) & (words >= _WORDS)
    if not unsure.any():
        return []
    places = np.flatnonzero(kept & (words >= _NEXT_WORDS)).tolist()
    if len(places) < _ALIKE:
        return []
    found: list[int] = []
    for block in places:
        if block + 1 < len(kept) and not kept[block + 1]:
            found += view.below(block) or view.next_to(block)
    return found


#: The kept sentences of a parent and their words, their share of its sentences, and the likelihood
#: and the words of the others at least (arbitrary).
_SIBLINGS, _SIBLING_WORDS, _SIBLINGS_KEPT = 3, 5, 0.75
_SIBLING_LEAST, _SHORT_WORDS = 0.1, 3


def siblings(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> list[int]:
    """Return the sentences that are not kept beside three kept ones of the same parent and markup.

    Nearly all sentences of the parent are kept. None of them has a link.
    """
    unsure = ~kept & (probability >= _SIBLING_LEAST)
    others = _sentences(page, unsure, words, _SHORT_WORDS)
    if not others:
        return []
    known = _sentences(page, kept, words, _SIBLING_WORDS)
    found: list[int] = []
    for place, blocks in others.items():
        n_kept = len(known.get(place, ()))
        if n_kept >= _SIBLINGS and n_kept >= _SIBLINGS_KEPT * (n_kept + len(blocks)):
            found += blocks
    return found


def _sentences(
    page: Page, blocks: npt.NDArray[np.bool_], words: Column, least: int
) -> dict[tuple[int, int], list[int]]:
    """Return the sentences among blocks by the parent and the signature of their elements."""
    places: dict[tuple[int, int], list[int]] = {}
    for block in np.flatnonzero(blocks & (words >= least)).tolist():
        if fills.is_sentence(page, block, words, least):
            element = int(page.block_element[block])
            place = int(page.parent[element]), int(page.signature[element])
            places.setdefault(place, []).append(block)
    return places


@dataclass(frozen=True, slots=True)
class _View:
    page: Page
    kept: npt.NDArray[np.bool_]
    probability: Column
    words: Column

    def below(self, block: int) -> list[int]:
        """Return the unsure paragraphs below a kept one, up to the next kept block."""
        run: list[int] = []
        near: list[int] = []
        above = block
        for below in range(block + 1, len(self.kept)):
            if self.kept[below]:
                is_between = self._is_alike(below, block) and not self._are_teasers(block, run)
                return run if run and is_between and self._has_twins(block) else []
            is_prose = self._is_prose(below, _WORDS) or bool(
                run and self._continues(run[-1], below)
            )
            if is_prose and self._is_alike(below, block):
                if self.probability[below] < _BETWEEN:
                    break
                run.append(below)
                if len(near) + 1 == len(run) and below - above <= _MOST_ABOVE:
                    near.append(below)
                above = below
            elif below - above > _MOST_BETWEEN or not self._is_label(below):
                break
        run = [b for b in near if self.probability[b] >= _BELOW]
        if not run or self._are_teasers(block, near) or not self._has_twins(block):
            return []
        if len(run) > 1:
            return run if float(self.probability[run].mean()) >= _BELOW_MEAN else []
        is_long = self.words[run[0]] >= _ALONE_WORDS and self.probability[run[0]] >= _ALONE
        return run if is_long else []

    def _are_teasers(self, block: int, run: list[int]) -> bool:
        """Tell whether each of several paragraphs has a heading of its own, as in a list of news."""
        is_heading = [
            self.page.tag_of(b) in fills.SUBHEADINGS for b in range(block, max(run, default=0))
        ]
        return len(run) >= _TEASERS and all(
            any(is_heading[above + 1 - block : below - block])
            for above, below in pairwise((block, *run))
        )

    def next_to(self, block: int) -> list[int]:
        """Return the paragraphs directly below a kept one that have its markup."""
        run: list[int] = []
        for below in range(block + 1, len(self.kept)):
            if (
                self.kept[below]
                or self.probability[below] < _NEXT
                or not self._is_prose(below, _NEXT_WORDS)
                or not self._is_element_alike(below, block)
            ):
                break
            run.append(below)
        if len(run) < 2 or self.probability[run[0]] < _NEXT_FIRST:
            return []
        return run if self._has_twins(block, of_element=True) else []

    def _is_prose(self, block: int, least: int) -> bool:
        text = self.page.text[block]
        return bool(
            self.words[block] >= least
            and text[-1:] in SENTENCE_ENDS
            and self.page.link_chars[block] < _LINKS * len(text)
        )

    def _continues(self, above: int, block: int) -> bool:
        """Tell whether a block is a paragraph of the same parent, however it ends."""
        page = self.page
        one, two = (int(page.parent[page.block_element[b]]) for b in (above, block))
        is_long = self.words[block] >= _WORDS and not page.link_chars[block]
        return bool(one == two and is_long)

    def _is_label(self, block: int) -> bool:
        is_passed = self.page.tag_of(block) in _PASSED
        return is_passed or self.page.is_link(block) or bool(self.words[block] < _LABEL_WORDS)

    def _has_twins(self, block: int, *, of_element: bool = False) -> bool:
        """Tell whether enough kept paragraphs have the markup of this one."""
        is_alike = self._is_element_alike if of_element else self._is_alike
        n_alike = 0
        for other in np.flatnonzero(self.kept & (self.words >= _NEXT_WORDS)).tolist():
            n_alike += is_alike(other, block) and self._is_prose(other, _NEXT_WORDS)
            if n_alike >= _ALIKE:
                return True
        return False

    def _is_alike(self, block: int, other: int) -> bool:
        """Tell whether two blocks and the boxes around them have the same names."""
        page = self.page
        one, two = (int(page.parent[page.block_element[b]]) for b in (block, other))
        return self._is_element_alike(block, other) and bool(
            page.tag_number[one] == page.tag_number[two] and page.classes[one] == page.classes[two]
        )

    def _is_element_alike(self, block: int, other: int) -> bool:
        page = self.page
        one, two = int(page.block_element[block]), int(page.block_element[other])
        return bool(
            page.tag_number[one] == page.tag_number[two] and page.classes[one] == page.classes[two]
        )
