"""The features of each block of a page, one row of numbers for the line model."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.model import text_features
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.page_shape import (
    LEVELS,
    NEAR_NAMES,
    TAGS,
    Index,
    Shape,
    ratio,
    running_sums,
)

__all__ = ["Column", "Index", "Matrix", "build"]

Matrix = npt.NDArray[np.float32]

_WINDOW = (-3, -2, -1, 1, 2, 3)
_HEADING_WORDS = ("related", "subscribe", "comment", "share", "ad", "tags", "stop")
_NEXT_WORDS = ("share", "subscribe", "related", "credit", "byline", "date")


class _Columns:
    """Columns by name, in the order in which they were added, as the rows of one array."""

    def __init__(self, n: int) -> None:
        self.names: list[str] = []
        self._rows = np.empty((_MAX_COLUMNS, n), dtype=np.float32)

    def add(self, name: str, column: npt.ArrayLike) -> None:
        """Write a column, or one value for all blocks."""
        self._rows[len(self.names)] = column
        self.names.append(name)

    def rows(self) -> Matrix:
        """Return the columns so far, one in each row."""
        return self._rows[: len(self.names)]


#: More columns than are ever added.
_MAX_COLUMNS = 256


def build(page: Page, hints: Hints) -> tuple[list[str], Matrix, Column]:
    """Return feature names, one row for each block, and the number of words of each block."""
    lines = text_features.read(page, hints)
    shape = Shape(page, lines)
    out = _Columns(shape.n)
    for part in (
        _form,
        _ancestors,
        _same_markup,
        _densest,
        _headline,
        _items,
        _run_of_prose,
        _section,
        _position,
        _neighbours,
    ):
        part(out, shape)
    topic, opening = _topics(shape)
    _topic(out, shape, "topic", topic)
    _topic(out, shape, "opening_topic", opening)
    _whole_page(out, shape, hints)
    own, near = len(text_features.NAMES), len(NEAR_NAMES)
    matrix = np.empty((shape.n, own + near + len(out.names)), dtype=np.float32)
    matrix[:, :own] = lines.rows
    matrix[:, own : own + near] = shape.distances[shape.inner]
    matrix[:, own + near :] = out.rows().T
    return [*text_features.NAMES, *NEAR_NAMES, *out.names], matrix, lines.words


def _form(out: _Columns, s: Shape) -> None:
    out.add("tag", s.block_tag)
    out.add("depth", s.depth[s.element])
    out.add("inner_depth", s.depth[s.inner] - s.depth[s.element])
    out.add("inner_is_block", s.inner == s.element)


def _ancestors(out: _Columns, s: Shape) -> None:
    """Add the ancestors of a block: their content, and the number of similar ones on the page."""
    paragraphs = s.inside(s.is_prose)
    same = np.bincount(s.signature)
    sizes, links, prose = (
        np.bincount(s.signature, weights=column)
        for column in (s.element_size, s.element_links, s.element_prose)
    )
    levels = s.levels
    alike, size, blocks = s.signature[levels], s.element_size[levels], s.element_blocks[levels]
    columns = {
        "size": np.log1p(size),
        "links": ratio(s.element_links[levels], size),
        "prose": s.element_prose[levels] / s.total_prose,
        "blocks": np.log1p(blocks),
        "paragraphs": ratio(paragraphs[levels], blocks),
        "same": np.log1p(same[alike]),
        "same_links": ratio(links[alike], sizes[alike]),
        "same_size": np.log1p(sizes[alike] / same[alike]),
        "same_prose": np.minimum(1.0, prose[alike] / s.total_prose),
    }
    above = {
        "tag": s.tag[levels],
        "at": ratio((s.at - s.first[levels]).astype(np.float64), blocks),
    }
    for k in range(LEVELS):
        for name, column in (columns | above if k else columns).items():
            out.add(f"up{k}_{name}", column[k])


def _same_markup(out: _Columns, s: Shape) -> None:
    """Add the blocks with the same markup."""
    count, size = np.bincount(s.markup), np.bincount(s.markup, weights=s.size)
    out.add("made_count", np.log1p(count[s.markup]))
    out.add("made_size", np.log1p(size[s.markup] / count[s.markup]))
    out.add("made_links", ratio(np.bincount(s.markup, weights=s.links)[s.markup], size[s.markup]))
    out.add("made_prose", np.bincount(s.markup, weights=s.prose)[s.markup] / s.total_prose)
    out.add("made_ends", np.bincount(s.markup, weights=s.ends)[s.markup] / count[s.markup])


def _densest(out: _Columns, s: Shape) -> None:
    """Add the densest element of the page.

    Prose counts for its parent and half for the grandparent, minus their links (as in readability).
    """
    weight = s.is_prose * (
        1 + s.lines.column("commas") * s.lines.words + np.minimum(s.size / 100, 3)
    )
    elements = len(s.parent)
    score = np.bincount(s.up1, weights=weight, minlength=elements) + np.bincount(
        s.up2, weights=weight / 2, minlength=elements
    )
    best = int(np.argmax(score * (1 - ratio(s.element_links, s.element_size))))
    low, high = int(s.first[best]), int(s.last[best])
    out.add("best_steps", s.covered(best, 9, 9.0))
    out.add("best_prose", s.element_prose[best] / s.total_prose)
    out.add("best_at", np.clip((s.at - low) / max(1, high - low), -2, 3))
    out.add("best_from", _signed_log(s.at - low))
    out.add("best_to", _signed_log(high - 1 - s.at))


def _headline(out: _Columns, s: Shape) -> None:
    """Add the distance to headline and opening paragraph, in blocks and in the tree."""
    for name, anchor in (("title", s.title), ("opening", s.opening)):
        is_found = anchor >= 0
        out.add(
            f"{name}_steps",
            s.covered(int(s.element[anchor]), 20, 20.0) if is_found else np.full(s.n, 20.0),
        )
        out.add(f"from_{name}", _signed_log(s.at - anchor) if is_found else np.full(s.n, 99.0))
    steps, level = np.full(s.n, 20.0), s.element
    is_open = np.full(s.n, s.opening >= 0)
    for k in range(20):
        if not is_open.any():
            break
        found = is_open & (s.first[level] <= s.opening) & (s.opening < s.last[level])
        steps[found] = k
        is_open &= ~found
        level = s.parent[level]
    out.add("opening_own_steps", steps)


def _items(out: _Columns, s: Shape) -> None:
    """Add the items: elements that repeat under one parent."""
    under = np.unique(s.signature + (s.signature.max() + 1) * s.parent, return_inverse=True)[1]
    siblings, prose = np.bincount(under), np.bincount(under, weights=s.element_prose)
    alike = under[s.levels]
    counts, shares = np.log1p(siblings[alike]), prose[alike] / s.total_prose
    for k in range(LEVELS):
        out.add(f"up{k}_siblings", counts[k])
        out.add(f"up{k}_siblings_prose", shares[k])


def _run_of_prose(out: _Columns, s: Shape) -> None:
    """Add the distance to the nearest paragraphs, and the amount of prose and links around."""
    where, n = s.where_prose, s.n
    following, before = np.full(n, n + 20), np.full(n, -20)
    if len(where):
        k = np.searchsorted(where, s.at, side="left")
        following = np.where(k < len(where), where[np.minimum(k, len(where) - 1)], n + 20)
        k = np.searchsorted(where, s.at, side="right") - 1
        before = np.where(k >= 0, where[np.maximum(k, 0)], -20)
    out.add("prose_next", np.log1p(np.clip(following - s.at, 0, 60)))
    out.add("prose_last", np.log1p(np.clip(s.at - before, 0, 60)))
    prose, sizes, densities = running_sums(s.prose), running_sums(s.size), running_sums(s.density)
    out.add("prose_before", prose[:-1] / s.total_prose)
    for radius in (3, 8, 20):
        low, high = np.maximum(s.at - radius, 0), np.minimum(s.at + radius + 1, n)
        out.add(f"prose_share_{radius}", ratio(prose[high] - prose[low], sizes[high] - sizes[low]))
        out.add(f"links_around_{radius}", (densities[high] - densities[low]) / (high - low))
    elements = len(s.parent)
    out.add(
        "parent_prose",
        np.bincount(s.up1, weights=s.prose, minlength=elements)[s.up1] / s.total_prose,
    )
    out.add(
        "grandparent_prose",
        np.bincount(s.up2, weights=s.prose, minlength=elements)[s.up2] / s.total_prose,
    )


def _section(out: _Columns, s: Shape) -> None:
    """Add the heading above a block: its distance, its level and its words."""
    heads = np.flatnonzero((s.block_tag >= TAGS["h1"]) & (s.block_tag <= TAGS["h6"]))
    k = np.searchsorted(heads, s.at, side="right") - 1
    has = k >= 0
    head = heads[np.maximum(k, 0)] if len(heads) else np.zeros(s.n, dtype=np.int64)
    out.add("from_heading", np.where(has, np.minimum(s.at - head, 30), 40))
    out.add("heading_level", np.where(has, s.block_tag[head], 40))
    for group in _HEADING_WORDS:
        out.add(f"heading_{group}", np.where(has, s.lines.column(f"word_{group}")[head], -1))
    out.add("heading_links", np.where(has, s.density[head], -1))
    out.add("heading_title", np.where(has, s.lines.column("title_share")[head], -1))


def _position(out: _Columns, s: Shape) -> None:
    out.add("at", s.at / s.n)
    out.add("from_start", np.log1p(s.at))
    out.add("from_end", np.log1p(s.n - 1 - s.at))
    out.add("size_before", running_sums(s.size)[:-1] / s.total)


def _neighbours(out: _Columns, s: Shape) -> None:
    """Add the blocks before and after."""
    column = s.lines.column
    whole = {
        "size": column("chars"),
        "links": s.density,
        "tag": s.block_tag,
        "ends": column("ends_sentence"),
        "stop": column("word_stop"),
    }
    near = {group: column(f"word_{group}") for group in _NEXT_WORDS}
    padded = {name: _padded(values) for name, values in (whole | near).items()}
    for by in _WINDOW:
        here = slice(_REACH + by, _REACH + by + s.n)
        for name in whole:
            out.add(f"next{by}_{name}", padded[name][here])
        if abs(by) == 1:
            for group in _NEXT_WORDS:
                out.add(f"next{by}_{group}", padded[group][here])
            other = _shift(s.element, by, 0)
            out.add(f"next{by}_made", _shift(s.markup, by, -1) == s.markup)
            out.add(f"next{by}_sibling", s.parent[other] == s.up1)
            out.add(f"next{by}_depth", s.depth[other] - s.depth[s.element])


_REACH = max(_WINDOW)


def _padded(column: Column) -> Column:
    """Return a column with -1 beyond its ends, once for each neighbour."""
    beyond = np.full(_REACH, -1.0)
    return np.concatenate((beyond, column, beyond))


def _topics(s: Shape) -> tuple[Column, Column]:
    """Return the shares of each block's distinctive words in other parts of the page.

    These are headline and description, and the opening paragraphs. A word counts less if more
    blocks of the page have it.
    """
    words, is_cjk, is_long = s.lines.vocabulary, s.lines.is_cjk, s.lines.vocabulary.size > 3
    tells = is_cjk[words.block] | is_long[words.word]
    word, block = words.word[tells], words.block[tells]
    tells = is_cjk[words.pair_block] | is_long[words.pair_word]
    spread = np.bincount(words.pair_word[tells], minlength=len(words.size))
    rarity = 1.0 / np.maximum(spread, 1)
    openings = s.where_prose[s.where_prose >= s.opening][:3] if s.opening >= 0 else s.at[:0]
    used = words.are(word[np.isin(block, openings)])
    named = words.are(np.concatenate((*words.titles, words.description)))
    weight = np.bincount(block, rarity[word], minlength=s.n)
    topic, opening = (
        np.bincount(block, (rarity * among)[word], minlength=s.n) / np.where(weight, weight, 1.0)
        for among in (named, used)
    )
    return topic, opening


def _topic(out: _Columns, s: Shape, name: str, share: Column) -> None:
    """Add a topic share: of the block, of the blocks around it, of the elements around it."""
    weighted = share * s.size
    sums, sizes = running_sums(weighted), running_sums(s.size)
    out.add(name, share)
    for radius in (4, 12):
        low, high = np.maximum(s.at - radius, 0), np.minimum(s.at + radius + 1, s.n)
        out.add(f"{name}_{radius}", (sums[high] - sums[low]) / (sizes[high] - sizes[low]))
    elements, levels = s.inside(weighted), s.levels
    shares = ratio(elements[levels], s.element_size[levels])
    for k in range(1, LEVELS):
        out.add(f"up{k}_{name}", shares[k])


def _whole_page(out: _Columns, s: Shape, hints: Hints) -> None:
    for name, value in (
        ("page_blocks", math.log1p(s.n)),
        ("page_size", math.log1p(s.total)),
        ("page_prose", float(s.prose.sum()) / s.total),
        ("page_paragraphs", math.log1p(len(s.where_prose))),
        ("page_links", float(s.links.sum()) / s.total),
        ("page_articles", float(s.page.tag.count("article"))),
        ("page_has_body", float(bool(hints.body))),
        ("page_cjk", float(s.lines.column("cjk").mean())),
    ):
        out.add(name, value)


def _shift(column: Index, by: int, fill: int) -> Index:
    """Return the column of the blocks `by` positions further, with `fill` beyond the ends."""
    moved = np.full_like(column, fill)
    if by > 0:
        moved[:-by] = column[by:]
    else:
        moved[-by:] = column[:by]
    return moved


def _signed_log(steps: npt.NDArray[Any]) -> Column:
    return np.asarray(np.sign(steps) * np.log1p(np.abs(steps)))
