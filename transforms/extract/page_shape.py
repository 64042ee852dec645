"""The blocks and elements of a page as arrays, and how they are nested."""

from __future__ import annotations

from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms import numba_cache
from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column, Lines
from copydesk.transforms.extract.model.vocabulary import ATTRIBUTE_GROUPS, CLASS_GROUPS

Index = npt.NDArray[np.int64]

TAGS = {
    tag: i
    for i, tag in enumerate(
        (
            "p",
            "blockquote",
            "li",
            "dd",
            "dt",
            "pre",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
            "td",
            "th",
            "caption",
            "figcaption",
            "figure",
            "br",
            "div",
            "section",
            "article",
            "main",
            "body",
            "header",
            "aside",
            "nav",
            "footer",
            "form",
            "button",
            "address",
            "summary",
            "details",
            "ul",
            "ol",
            "center",
            "hr",
            "legend",
            "fieldset",
            "table",
            "tbody",
        )
    )
}
_OTHER_TAG = 45
#: Ancestors whose distance is a feature.
NEAR_TAGS = {
    tag: i
    for i, tag in enumerate(
        (
            "a",
            "article",
            "main",
            "aside",
            "nav",
            "header",
            "footer",
            "figure",
            "figcaption",
            "ul",
            "ol",
            "table",
            "form",
            "section",
            "blockquote",
            "button",
            "details",
            "dl",
            "h1",
            "h2",
            "h3",
            "p",
            "em",
            "i",
            "strong",
            "b",
            "span",
            "small",
            "label",
            "time",
            "cite",
            "address",
        )
    )
}
NEAR_NAMES = (
    [f"near_{t}" for t in NEAR_TAGS]
    + [f"class_{g}" for g, _ in CLASS_GROUPS]
    + [f"class_{g}" for g in ATTRIBUTE_GROUPS]
)
#: The number of a block's ancestors that are described, including the block itself.
LEVELS = 6
#: A distance of this many steps or more, or no such ancestor.
_FAR = 15


class Shape:
    """The columns of a page's blocks and elements, and intermediate results for several features."""

    def __init__(self, page: Page, lines: Lines) -> None:
        self.page, self.lines = page, lines
        self.n = len(page.text)
        self.at = np.arange(self.n)
        self.size = np.array([len(t) for t in page.text], dtype=np.float64)
        self.links = np.minimum(self.size, page.link_chars.astype(np.float64))
        self.density = self.links / self.size
        self.ends = lines.column("sentence_ends")
        # A block of prose has some length, few links and a sentence end. The lengths are those of
        # readability.
        self.prose = np.where(
            (self.size >= 80) & (self.density < 0.4) & (self.ends >= 1),
            self.size * (1 - self.density),
            0.0,
        )
        self.is_prose = (self.prose > 0).astype(np.float64)
        self.where_prose = np.flatnonzero(self.is_prose)
        self.total, self.total_prose = float(self.size.sum()), max(1.0, float(self.prose.sum()))

        self.parent = np.maximum(page.parent, 0)
        self.depth = page.depth
        self.first = page.first_block
        self.last = page.last_block
        self.signature = page.signature
        self.element = page.block_element
        self.inner = page.inner_element
        self.tag = np.array([TAGS.get(t, _OTHER_TAG) for t in page.tag], dtype=np.float64)
        self.block_tag = self.tag[self.element]
        self.up1 = self.parent[self.element]
        self.up2 = self.parent[self.up1]

        self.element_size, self.element_links, self.element_prose = (
            self.inside(self.size),
            self.inside(self.links),
            self.inside(self.prose),
        )
        self.element_blocks = (self.last - self.first).astype(np.float64)

    def inside(self, column: Column) -> Column:
        """Return the sum of a block column over each element."""
        sums = running_sums(column)
        return sums[self.last] - sums[self.first]

    @cached_property
    def levels(self) -> Index:
        """The block-level element of each block, then its parent and so on, in `LEVELS` rows."""
        levels = [self.element]
        while len(levels) < LEVELS:
            levels.append(self.parent[levels[-1]])
        return np.stack(levels)

    @cached_property
    def distances(self) -> npt.NDArray[np.uint8]:
        """For each element, the steps up to the nearest element of each tag and class group."""
        page = self.page
        named = np.fromiter(
            map(NEAR_TAGS.get, page.tag, repeat(-1)), dtype=np.int64, count=len(page.tag)
        )
        return _nearest(self.parent, named, page.classes, len(NEAR_TAGS), len(NEAR_NAMES))

    @cached_property
    def title(self) -> int:
        """The block of the headline, or -1.

        It is an h1 that is like the title, or a block that is the title, or an h1.
        """
        is_h1 = self.distances[self.inner, NEAR_TAGS["h1"]] < _FAR
        for candidates in (
            is_h1 & (self.lines.column("title_share") > 0.5),
            self.lines.column("headline_exact") > 0,
            is_h1,
        ):
            found = np.flatnonzero(candidates)
            if len(found):
                return int(found[0])
        return -1

    @cached_property
    def opening(self) -> int:
        """The first block of prose after the headline, or else the first of all, or -1."""
        after = self.where_prose[self.where_prose > self.title]
        found = after if len(after) else self.where_prose
        return int(found[0]) if len(found) else -1

    @cached_property
    def markup(self) -> Index:
        """A number for each kind of markup: tag and class of the block and of its parent."""
        pairs = self.signature[self.element] * (self.signature.max() + 1) + self.signature[self.up1]
        return np.asarray(np.unique(pairs, return_inverse=True)[1], dtype=np.int64)

    def covered(self, anchor: int, steps: int, far: float) -> Column:
        """Return for each block the steps from `anchor` up to the element that contains both."""
        found = np.full(self.n, far)
        element = anchor
        for k in range(steps):
            part = found[self.first[element] : self.last[element]]
            part[part > k] = k
            if element == 0:
                break
            element = int(self.parent[element])
        return found


def _steps_to_nearest(
    parent: Index, named: Index, classes: Index, first_class: int, n_names: int
) -> npt.NDArray[np.uint8]:
    """Return for each element the steps up to the nearest one of each name, at most `_FAR`.

    `named` is the name of each element itself or -1. `classes` are the bits of its names from
    `first_class` on.
    """
    steps = np.full((len(parent), n_names), _FAR, np.uint8)
    for element in range(len(parent)):
        if element > 0:
            for name in range(n_names):
                above = steps[parent[element], name]
                steps[element, name] = above + 1 if above < _FAR else _FAR
        if named[element] >= 0:
            steps[element, named[element]] = 0
        for bit in range(n_names - first_class):
            if (classes[element] >> bit) & 1:
                steps[element, first_class + bit] = 0
    return steps


_nearest = numba_cache.either(_steps_to_nearest, _steps_to_nearest)


def running_sums(column: Column) -> Column:
    """Return the sums before each position and of all values: one more than the column has."""
    return np.concatenate(([0.0], np.cumsum(column)))


def ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Column:
    """Return `part / whole`, where a whole below one counts as one."""
    return np.asarray(part / np.maximum(whole, 1.0))
