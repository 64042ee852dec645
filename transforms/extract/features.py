"""What is known of each block of a page, as one row of numbers for the line model."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.vocabulary import ATTRIBUTE_GROUPS, CLASS_GROUPS, GROUPS_OF_WORD, WORD_GROUPS

Matrix = npt.NDArray[np.float32]
Column = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

#: Words; a character of a script without spaces is a word of its own.
WORD = re.compile(r"[぀-ヿ㐀-䶿一-鿿]|[^\W぀-ヿ㐀-䶿一-鿿]+")
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)]?(?=\s|$)|[。！？]")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω]")
_DIGITS = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_DATE = re.compile(r"(?<!\d)\d{1,4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,4}")
_BAR = re.compile(r"[|•·»›→▶/]")
_TAGS = {tag: i for i, tag in enumerate((
    "p", "blockquote", "li", "dd", "dt", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "caption", "figcaption",
    "figure", "br", "div", "section", "article", "main", "body", "header", "aside", "nav", "footer", "form", "button", "address",
    "summary", "details", "ul", "ol", "center", "hr", "legend", "fieldset", "table", "tbody",
))}  # fmt: skip
#: Ancestors whose distance is a feature.
_NEAR_TAGS = {tag: i for i, tag in enumerate((
    "a", "article", "main", "aside", "nav", "header", "footer", "figure", "figcaption", "ul", "ol", "table", "form", "section",
    "blockquote", "button", "details", "dl", "h1", "h2", "h3", "p", "em", "i", "strong", "b", "span", "small", "label", "time", "cite", "address",
))}  # fmt: skip
_FAR = 15
_LEVELS = 6
_WINDOW = (-3, -2, -1, 1, 2, 3)

_TEXT_NAMES = (
    "chars", "words", "link_density", "links", "bold", "word_length", "commas", "sentence_ends", "ends_sentence", "ends_colon",
    "ends_ellipsis", "ends_question", "starts_lower", "starts_symbol", "starts_digit", "starts_quote", "upper_per_word", "digit_share",
    "quotes", "at", "hash", "bar", "copyright", "url", "year", "time", "date", "cjk", "title_share", "title_cover", "description_share",
    "repeats", "cells", "after_break", "no_ascii", "body_share", "headline_exact",
    *(f"word_{name}" for name, _ in WORD_GROUPS), *(f"first_{name}" for name, _ in WORD_GROUPS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hints:
    """What the head of the page says of its article."""

    titles: tuple[str, ...] = ()
    description: str = ""
    body: str = ""


def _text_rows(page: Page, hints: Hints) -> tuple[Column, Column, list[list[str]]]:
    """The features of each block's own text, its number of words, and its longer words."""
    titles = [set(WORD.findall(t.lower())) for t in hints.titles]
    flat_titles = {"".join(WORD.findall(t.lower())) for t in hints.titles}
    description = set(WORD.findall(hints.description.lower()))
    body_words = WORD.findall(hints.body.lower())
    body = set(zip(body_words, body_words[1:], body_words[2:], strict=False)) if body_words else set()
    seen: dict[str, int] = {}
    for text in page.text:
        seen[text] = seen.get(text, 0) + 1
    groups_of = GROUPS_OF_WORD.get
    group_count = len(WORD_GROUPS)
    rows = []
    word_counts = []
    telling: list[list[str]] = []
    for i, text in enumerate(page.text):
        lower = text.lower()
        words = WORD.findall(lower)
        n = len(words)
        size = len(text)
        per = 1.0 / (n or 1)
        counts = [0.0] * group_count
        firsts = [0.0] * group_count
        for word in words:
            found = groups_of(word)
            if found:
                for g in found:
                    counts[g] += per
        for k, word in enumerate(words[:3]):
            found = groups_of(word)
            if found:
                for g in found:
                    if not firsts[g]:
                        firsts[g] = 3.0 - k
        first, last = text[0], text[-1]
        title_share = title_cover = 0.0
        exact = 0.0
        if n and n < 60:
            own = set(words)
            for title in titles:
                if title:
                    common = len(own & title)
                    title_share = max(title_share, common / len(own))
                    title_cover = max(title_cover, common / len(title))
            if title_cover > 0.5 and "".join(words) in flat_titles:
                exact = 1.0
            description_share = len(own & description) / len(own) if description else -1.0
        else:
            description_share = 0.0
        if not body:
            body_share = -1.0
        elif n < 3:
            body_share = 0.0
        else:
            body_share = sum(t in body for t in zip(words, words[1:], words[2:], strict=False)) / (n - 2)
        links = page.link_chars[i]
        letters = sum(map(len, words))
        rows.append((
            math.log1p(size), math.log1p(n), min(1.0, links / size), page.link_count[i], min(1.0, page.bold_chars[i] / size),
            letters * per, text.count(",") * per, len(_SENTENCE_END.findall(text)), last in ".!?。！？\"”’»)", last in ":：",
            last in "…" or text.endswith("..."), last in "?？", first.islower(), not first.isalnum(), first.isdigit(), first in "\"'“‘«„「『",
            len(_UPPER.findall(text)) * per, len(_DIGITS.findall(text)) / size, sum(map(text.count, "\"“”„«»「")) * per,
            "@" in text, "#" in text, len(_BAR.findall(text)) * per, "©" in text or "(c)" in lower, "http" in lower or "www." in lower or ".com" in lower,
            _YEAR.search(text) is not None, _TIME.search(text) is not None, _DATE.search(text) is not None, n > 0 and letters < 1.5 * n and not text.isascii(),
            title_share, title_cover, description_share, seen[text], page.cells[i], page.after_break[i], not text.isascii(), body_share, exact,
            *counts, *firsts,
        ))  # fmt: skip
        word_counts.append(n)
        telling.append([w for w in words if len(w) > 3] if not 0 < letters < 1.5 * n else words)
    return np.array(rows, dtype=np.float64), np.array(word_counts, dtype=np.float64), telling


def _distances(page: Page) -> npt.NDArray[np.uint8]:
    """For each element, how many steps up the nearest element of each telling tag and class group is."""
    n = len(page.tag)
    groups = len(CLASS_GROUPS) + len(ATTRIBUTE_GROUPS)
    near = len(_NEAR_TAGS)
    bits = np.array(page.classes, dtype=np.int64)
    table = np.empty((n, near + groups), dtype=np.uint8)
    table[:, :near] = _FAR
    table[:, near:] = np.where((bits[:, None] >> np.arange(groups)) & 1, 0, _FAR)
    for e, tag in enumerate(page.tag):
        column = _NEAR_TAGS.get(tag)
        if column is not None:
            table[e, column] = 0
    parent = np.array(page.parent, dtype=np.int64)
    depth = np.array(page.depth, dtype=np.int64)
    order = np.argsort(depth, kind="stable")
    cuts = np.searchsorted(depth[order], np.arange(2, int(depth.max()) + 2))
    for start, end in zip(cuts[:-1], cuts[1:], strict=True):
        level = order[start:end]
        table[level] = np.minimum(table[level], np.minimum(table[parent[level]], _FAR - 1) + (table[parent[level]] < _FAR))
    return table


def _shift(column: Column, by: int, fill: float) -> Column:
    out = np.full_like(column, fill)
    if by > 0:
        out[:-by] = column[by:]
    elif by < 0:
        out[-by:] = column[:by]
    return out


def _ratio(a: Column, b: Column) -> Column:
    return a / np.maximum(b, 1.0)


def _own_steps(at: Index, block_element: Index, parent: Index, first: Index, last: Index, opening: int) -> Column:
    """For each block, how many steps up its own chain the element is that also holds the opening paragraph."""
    steps = np.full(len(at), 20.0)
    if opening < 0:
        return steps
    level = block_element
    for k in range(20):
        found = (first[level] <= opening) & (opening < last[level]) & (steps == 20.0)
        steps[found] = k
        level = parent[level]
    return steps


def _topics(telling: list[list[str]], hints: Hints, prose: Column, opening: int) -> tuple[Column, Column]:
    """The share of each block's longer words that headline and description use; that the opening paragraphs use."""
    named = set(WORD.findall(" ".join((*hints.titles, hints.description)).lower()))
    used: set[str] = set()
    if opening >= 0:
        taken = 0
        for i in range(opening, len(telling)):
            if prose[i] > 0:
                used.update(telling[i])
                taken += 1
                if taken == 3:
                    break
    spread: dict[str, int] = {}
    for words in telling:
        for word in set(words):
            spread[word] = spread.get(word, 0) + 1
    topic, opened = [], []
    for words in telling:
        weight = both = lead = 0.0
        for word in words:
            rare = 1.0 / spread[word]
            weight += rare
            if word in named:
                both += rare
            if word in used:
                lead += rare
        topic.append(both / weight if weight else 0.0)
        opened.append(lead / weight if weight else 0.0)
    return np.array(topic), np.array(opened)


def build(page: Page, hints: Hints) -> tuple[list[str], Matrix, Column]:
    """Feature names, one row per block, and the number of words of each block."""
    own, words, telling = _text_rows(page, hints)
    names = list(_TEXT_NAMES)
    columns: list[Column] = []

    def add(name: str, column: Column) -> None:
        names.append(name)
        columns.append(np.asarray(column, dtype=np.float64))

    n = len(words)
    at = np.arange(n)
    size = np.array([len(t) for t in page.text], dtype=np.float64)
    links = np.minimum(size, np.array(page.link_chars, dtype=np.float64))
    density = links / size
    ends = own[:, _TEXT_NAMES.index("sentence_ends")]
    # A block of prose: some length, few links, a sentence end. Lengths as in readability (25 characters count, 80 are sure).
    prose = np.where((size >= 80) & (density < 0.4) & (ends >= 1), size * (1 - density), 0.0)
    is_prose = (prose > 0).astype(np.float64)
    total, total_prose = size.sum(), max(1.0, prose.sum())
    where_prose = np.flatnonzero(is_prose)

    parent = np.array(page.parent, dtype=np.int64)
    parent[0] = 0
    depth = np.array(page.depth, dtype=np.int64)
    first = np.array(page.first_block, dtype=np.int64)
    last = np.array(page.last_block, dtype=np.int64)
    signature = np.array(page.signature, dtype=np.int64)
    block_element = np.array(page.block_element, dtype=np.int64)
    inner_element = np.array(page.inner_element, dtype=np.int64)
    tag_number = np.array([_TAGS.get(t, 45) for t in page.tag], dtype=np.float64)

    def inside(column: Column) -> Column:
        sums = np.concatenate(([0.0], np.cumsum(column)))
        return sums[last] - sums[first]

    element_size, element_links, element_prose = inside(size), inside(links), inside(prose)
    element_blocks = (last - first).astype(np.float64)
    element_paragraphs = inside(is_prose)
    same = np.bincount(signature)
    sig_size = np.bincount(signature, weights=element_size)
    sig_links = np.bincount(signature, weights=element_links)
    sig_prose = np.bincount(signature, weights=element_prose)

    add("tag", tag_number[block_element])
    add("depth", depth[block_element])
    add("inner_depth", depth[inner_element] - depth[block_element])
    add("inner_is_block", inner_element == block_element)
    distances = _distances(page)
    near = distances[inner_element].astype(np.float64)
    near_names = [f"near_{t}" for t in _NEAR_TAGS] + [f"class_{g}" for g, _ in CLASS_GROUPS] + [f"class_{g}" for g in ATTRIBUTE_GROUPS]

    # The chain of ancestors.
    level = block_element
    for k in range(_LEVELS):
        add(f"up{k}_size", np.log1p(element_size[level]))
        add(f"up{k}_links", _ratio(element_links[level], element_size[level]))
        add(f"up{k}_prose", element_prose[level] / total_prose)
        add(f"up{k}_blocks", np.log1p(element_blocks[level]))
        add(f"up{k}_paragraphs", _ratio(element_paragraphs[level], element_blocks[level]))
        s = signature[level]
        add(f"up{k}_same", np.log1p(same[s]))
        add(f"up{k}_same_links", _ratio(sig_links[s], sig_size[s]))
        add(f"up{k}_same_size", np.log1p(sig_size[s] / same[s]))
        add(f"up{k}_same_prose", np.minimum(1.0, sig_prose[s] / total_prose))
        if k:
            add(f"up{k}_tag", tag_number[level])
            add(f"up{k}_at", _ratio((at - first[level]).astype(np.float64), element_blocks[level]))
        level = parent[level]

    # Blocks made the same way: own tag and class, and those of the parent.
    made = signature[block_element] * (signature.max() + 1) + signature[parent[block_element]]
    _, made = np.unique(made, return_inverse=True)
    made_count = np.bincount(made)
    made_size = np.bincount(made, weights=size)
    add("made_count", np.log1p(made_count[made]))
    add("made_size", np.log1p(made_size[made] / made_count[made]))
    add("made_links", _ratio(np.bincount(made, weights=links)[made], made_size[made]))
    add("made_prose", np.bincount(made, weights=prose)[made] / total_prose)
    add("made_ends", np.bincount(made, weights=ends)[made] / made_count[made])

    # The densest element: prose counts for its parent, half for the grandparent (as in readability), less its links.
    up1, up2 = parent[block_element], parent[parent[block_element]]
    weight = is_prose * (1 + own[:, _TEXT_NAMES.index("commas")] * words + np.minimum(size / 100, 3))
    score = np.bincount(up1, weights=weight, minlength=len(parent)) + np.bincount(up2, weights=weight / 2, minlength=len(parent))
    score *= 1 - _ratio(element_links, element_size)
    best = int(np.argmax(score))
    steps = np.full(n, 9.0)
    for k in range(9):
        covered = (at >= first[best]) & (at < last[best])
        steps[covered] = np.minimum(steps[covered], k)
        if k == 0:
            best_prose, low, high = element_prose[best] / total_prose, first[best], last[best]
        best = int(parent[best])
    add("best_steps", steps)
    add("best_prose", np.full(n, best_prose))
    add("best_at", np.clip((at - low) / max(1, high - low), -2, 3))
    add("best_from", np.sign(at - low) * np.log1p(np.abs(at - low)))
    add("best_to", np.sign(high - 1 - at) * np.log1p(np.abs(high - 1 - at)))

    # How the headline and the description are near in the tree, and in topic.
    title_share = own[:, _TEXT_NAMES.index("title_share")]
    h1 = np.flatnonzero((distances[inner_element, _NEAR_TAGS["h1"]] < _FAR) & (title_share > 0.5))
    if not len(h1):
        h1 = np.flatnonzero(own[:, _TEXT_NAMES.index("headline_exact")] > 0)
    if not len(h1):
        h1 = np.flatnonzero(distances[inner_element, _NEAR_TAGS["h1"]] < _FAR)
    start = int(h1[0]) if len(h1) else -1
    after_title = where_prose[where_prose > start]
    opening = int(after_title[0]) if len(after_title) else (int(where_prose[0]) if len(where_prose) else -1)
    for name, anchor in (("title", start), ("opening", opening)):
        steps = np.full(n, 20.0)
        if anchor >= 0:
            e = int(block_element[anchor])
            for k in range(20):
                steps[first[e] : last[e]] = np.minimum(steps[first[e] : last[e]], k)
                if e == 0:
                    break
                e = int(parent[e])
        add(f"{name}_steps", steps)
        add(f"from_{name}", np.sign(at - anchor) * np.log1p(np.abs(at - anchor)) if anchor >= 0 else np.full(n, 99.0))
    own_steps = _own_steps(at, block_element, parent, first, last, opening)
    add("opening_own_steps", own_steps)
    topic, opening_topic = _topics(telling, hints, prose, opening)
    for name, share in (("topic", topic), ("opening_topic", opening_topic)):
        add(name, share)
        for radius in (4, 12):
            sums = np.concatenate(([0.0], np.cumsum(share * size)))
            sizes = np.concatenate(([0.0], np.cumsum(size)))
            low_at, high_at = np.maximum(at - radius, 0), np.minimum(at + radius + 1, n)
            add(f"{name}_{radius}", (sums[high_at] - sums[low_at]) / (sizes[high_at] - sizes[low_at]))

    # Items: elements that repeat under one parent.
    under = signature + (signature.max() + 1) * parent
    _, under = np.unique(under, return_inverse=True)
    siblings = np.bincount(under)
    level = block_element
    for k in range(_LEVELS):
        u = under[level]
        add(f"up{k}_siblings", np.log1p(siblings[u]))
        add(f"up{k}_siblings_prose", np.bincount(under, weights=element_prose)[u] / total_prose)
        level = parent[level]

    # The run of prose: the first and last paragraphs, and how far it is to the nearest ones.
    where = where_prose
    if len(where):
        k = np.searchsorted(where, at, side="left")
        following = np.where(k < len(where), where[np.minimum(k, len(where) - 1)], n + 20)
        k = np.searchsorted(where, at, side="right") - 1
        before = np.where(k >= 0, where[np.maximum(k, 0)], -20)
    else:
        following, before = np.full(n, n + 20), np.full(n, -20)
    prose_sum = np.cumsum(prose)
    add("prose_next", np.log1p(np.clip(following - at, 0, 60)))
    add("prose_last", np.log1p(np.clip(at - before, 0, 60)))
    add("prose_before", (prose_sum - prose) / total_prose)
    for radius in (3, 8, 20):
        low_at, high_at = np.maximum(at - radius, 0), np.minimum(at + radius, n - 1)
        add(f"prose_share_{radius}", _ratio(prose_sum[high_at] - prose_sum[low_at] + prose[low_at], (np.cumsum(size)[high_at] - np.cumsum(size)[low_at] + size[low_at])))
        prefix = np.cumsum(density)
        add(f"links_around_{radius}", (prefix[high_at] - prefix[low_at] + density[low_at]) / (high_at - low_at + 1))
    same_parent = np.bincount(up1, weights=prose, minlength=len(parent))
    add("parent_prose", same_parent[up1] / total_prose)
    add("grandparent_prose", np.bincount(up2, weights=prose, minlength=len(parent))[up2] / total_prose)

    # Headings.
    heading = (tag_number[block_element] >= _TAGS["h1"]) & (tag_number[block_element] <= _TAGS["h6"])
    heads = np.flatnonzero(heading)
    if len(heads):
        k = np.searchsorted(heads, at, side="right") - 1
        head = np.where(k >= 0, heads[np.maximum(k, 0)], -1)
        add("from_heading", np.where(head >= 0, np.minimum(at - head, 30), 40))
        add("heading_level", np.where(head >= 0, tag_number[block_element][head], 40))
        for group in ("related", "subscribe", "comment", "share", "ad", "tags", "stop"):
            add(f"heading_{group}", np.where(head >= 0, own[head, _TEXT_NAMES.index(f"word_{group}")], -1))
        add("heading_links", np.where(head >= 0, density[head], -1))
        add("heading_title", np.where(head >= 0, own[head, _TEXT_NAMES.index("title_share")], -1))
    else:
        add("from_heading", np.full(n, 40.0))
        add("heading_level", np.full(n, 40.0))
        for group in ("related", "subscribe", "comment", "share", "ad", "tags", "stop"):
            add(f"heading_{group}", np.full(n, -1.0))
        add("heading_links", np.full(n, -1.0))
        add("heading_title", np.full(n, -1.0))

    # Position.
    add("at", at / n)
    add("from_start", np.log1p(at))
    add("from_end", np.log1p(n - 1 - at))
    add("size_before", (np.cumsum(size) - size) / total)

    # Neighbours.
    for by in _WINDOW:
        add(f"next{by}_size", _shift(own[:, 0], by, -1))
        add(f"next{by}_links", _shift(density, by, -1))
        add(f"next{by}_tag", _shift(tag_number[block_element], by, -1))
        add(f"next{by}_ends", _shift(own[:, _TEXT_NAMES.index("ends_sentence")], by, -1))
        add(f"next{by}_stop", _shift(own[:, _TEXT_NAMES.index("word_stop")], by, -1))
        if abs(by) == 1:
            for group in ("share", "subscribe", "related", "credit", "byline", "date"):
                add(f"next{by}_{group}", _shift(own[:, _TEXT_NAMES.index(f"word_{group}")], by, -1))
            add(f"next{by}_made", _shift(made.astype(np.float64), by, -1) == made)
            other = _shift(block_element.astype(np.float64), by, 0).astype(np.int64)
            add(f"next{by}_sibling", parent[other] == up1)
            add(f"next{by}_depth", depth[other] - depth[block_element])

    # The page.
    add("page_blocks", np.full(n, math.log1p(n)))
    add("page_size", np.full(n, math.log1p(total)))
    add("page_prose", np.full(n, prose.sum() / total))
    add("page_paragraphs", np.full(n, math.log1p(is_prose.sum())))
    add("page_links", np.full(n, links.sum() / total))
    add("page_articles", np.full(n, sum(t == "article" for t in page.tag)))
    add("page_has_body", np.full(n, bool(hints.body)))
    add("page_cjk", np.full(n, own[:, _TEXT_NAMES.index("cjk")].mean()))
    matrix = np.concatenate([own, near, np.stack(columns, axis=1)], axis=1).astype(np.float32)
    return names[: len(_TEXT_NAMES)] + near_names + names[len(_TEXT_NAMES) :], matrix, words
