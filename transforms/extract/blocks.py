"""Reads a page as a list of text blocks, with the elements around them.

A block is a run of text that no block-level element interrupts: a paragraph, a heading, a list
item, a caption, the line before a `<br>`. A row of a table whose cells are short is one block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase

import numpy as np
from lxml.html import HtmlElement

from copydesk.transforms.article import Refused
from copydesk.transforms.extract import kind_names, page_elements, text_runs
from copydesk.transforms.extract.model import vocabulary
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_elements import TELLING, Elements, Index, Marks

#: A table row stays one line up to this many characters (arbitrary; longer cells are paragraphs in
#: a layout table).
ROW_CHARS = 300
_TELLING = frozenset(
    (
        "itemprop",
        "role",
        "style",
        "hidden",
        "aria-hidden",
        "property",
        "rel",
        "data-testid",
        "data-component",
    )
)

_CLASS_CHARS = 200
_CLASS_NAMES = kind_names.Names(
    attributes=("class", "id"),
    patterns=vocabulary.CLASS_PATTERNS,
    symbols=ascii_lowercase,
    by_word=True,
    most_of_value=_CLASS_CHARS,
    most_of_kind=2 * (_CLASS_CHARS + 1),
)


@dataclass(slots=True)
class Page:
    """The blocks and the elements of a page in document order, as columns.

    `first_block[e]:last_block[e]` are the blocks inside element `e`. `block_element[b]` is the
    innermost block-level element around block `b`, and `inner_element[b]` the innermost element
    around its first text. `classes` are bits of `vocabulary.class_groups`. Elements with the same
    name, class and id share a `signature`. `place` is the position of an element among all elements
    of the tree, including those without text of the page.
    """

    text: list[str]
    link_chars: Index
    link_count: Index
    bold_chars: Index
    block_element: Index
    inner_element: Index
    after_break: Index
    cells: Index

    parent: Index
    tag: list[str]
    #: The different names of elements, and the number of each element's name among them.
    tag_names: list[str]
    tag_number: Index
    depth: Index
    signature: Index
    classes: Index
    first_block: Index
    last_block: Index
    place: Index
    #: The characters of each block.
    size: Index = field(init=False)

    def __post_init__(self) -> None:
        """Count the characters of the blocks."""
        self.count_characters()

    def count_characters(self) -> None:
        """Count the characters of the blocks again, after texts were joined."""
        self.size = np.fromiter(map(len, self.text), np.int64, len(self.text))

    def are(self, *names: str) -> Marks:
        """Return whether each element has one of these names."""
        return np.array([name in names for name in self.tag_names], dtype=np.bool_)[self.tag_number]

    def named(self, *names: str) -> Index:
        """Return the elements with one of these names, in order."""
        return np.flatnonzero(self.are(*names))

    def tag_of(self, block: int) -> str:
        """Return the name of the innermost block-level element around a block."""
        return self.tag[int(self.block_element[block])]

    def is_link(self, block: int) -> bool:
        """Tell whether more than half of a block is text of links."""
        return bool(2 * self.link_chars[block] > len(self.text[block]))

    def links(self) -> list[str]:
        """Return the texts of the blocks that are links."""
        return [text for block, text in enumerate(self.text) if self.is_link(block)]

    def elements_without(self, likely: Marks) -> Index:
        """Return the outermost elements that have blocks but no likely one.

        Return none if no block of the page is likely.
        """
        before = np.concatenate(([0], np.cumsum(likely)))
        has_blocks = self.last_block > self.first_block
        is_without = has_blocks & (before[self.last_block] == before[self.first_block])
        if is_without[0]:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(is_without & ~is_without[self.parent])


def read_blocks(tree: HtmlElement | Elements, options: Options) -> Page:
    """Return the blocks of a tree, or of its elements if they have been read already.

    Raises `Refused` if the page exceeds the limits.
    """
    elements = tree if isinstance(tree, Elements) else page_elements.read(tree)
    runs = text_runs.read(elements)
    is_left = runs.is_left
    left = np.flatnonzero(is_left)
    depth = elements.depth[left]
    if len(left) > options.max_elements:
        raise Refused("extract", "too_many_elements", f"more than {options.max_elements} elements")
    if int(depth.max()) > options.max_depth:
        raise Refused("extract", "too_deep", f"elements nested deeper than {options.max_depth}")
    number = np.concatenate(([0], np.cumsum(is_left)))
    parent = number[elements.parent[left]]
    parent[0] = -1
    signature, classes = _names(elements)
    tag_names, tag_number = elements.distinct_names
    tag_number = tag_number[left]
    page = Page(
        runs.text,
        runs.link_chars,
        runs.link_count,
        runs.bold_chars,
        number[runs.around],
        number[runs.inner],
        runs.after_break,
        np.ones(len(runs.text), dtype=np.int64),
        parent,
        np.array(tag_names, dtype=object)[tag_number].tolist(),
        tag_names,
        tag_number,
        depth,
        signature[elements.kind[left]],
        classes[elements.kind[left]],
        np.searchsorted(runs.end_tag, elements.opened[left], side="right"),
        np.searchsorted(runs.end_tag, elements.closed[left], side="right"),
        left,
    )
    rows = np.flatnonzero(elements.are(("tr",)) & is_left)
    rows = rows[
        np.argsort(elements.closed[rows])
    ]  # The rows of an inner table come before the row around it.
    _join_rows(page, number[rows], number[elements.end[rows]])
    _join_initials(page)
    return page


def _names(elements: Elements) -> tuple[Index, Index]:
    """Return for each kind of start tag a number for its name, class and id, and its groups."""
    found = _CLASS_NAMES.read(elements)
    classes = found.bits
    for kind in np.flatnonzero(found.is_unsure).tolist():
        attributes = elements.attributes_of_kind(kind)
        for name in _CLASS_NAMES.attributes:
            classes[kind] |= vocabulary.class_groups(attributes.get(name, "")[:_CLASS_CHARS])
    for row in kind_names.with_attributes(elements, _TELLING).tolist():
        value = elements.value(row)
        classes[row[0]] |= vocabulary.attribute_groups(TELLING[row[1]], value)
    numbers: dict[tuple[str, int], int] = {}
    pairs = zip(elements.names, found.hashes.tolist(), strict=True)
    signature = [numbers.setdefault(pair, len(numbers)) for pair in pairs]
    return np.array(signature, dtype=np.int64), classes


def _join_rows(page: Page, rows: Index, ends: Index) -> None:
    """Join the blocks of each table row if they are short.

    `ends` are the elements after the rows.
    """
    sizes = np.concatenate(([0], np.cumsum(page.size)))
    first, last = page.first_block[rows], page.last_block[rows]
    may_join = (last - first > 1) & (sizes[last] - sizes[first] <= ROW_CHARS)
    if not may_join.any():
        return
    # Whether the block is joined to the one before.
    is_joined = np.zeros(len(page.text), dtype=np.bool_)
    spans: list[tuple[int, int, int]] = []
    for row, end, low, high in np.stack((rows, ends, first, last), axis=1)[may_join].tolist():
        joined = int(is_joined[low + 1 : high].sum())
        count = high - low - joined
        is_short = sizes[high] - sizes[low] + joined <= ROW_CHARS
        if count > 1 and is_short and not _has_sentences(page, low, high):
            is_joined[low + 1 : high] = True
            page.block_element[low] = page.inner_element[low] = row
            page.after_break[low], page.cells[low] = 0, count
            spans.append((row, end, low))
    _join_texts(page, np.flatnonzero(~is_joined))
    number = _drop(page, ~is_joined)
    for row, end, low in spans:
        page.first_block[row + 1 : end] = number[low]
        page.last_block[row + 1 : end] = number[low] + 1


#: The ends of Chinese and Japanese sentences, and their number in a row of a layout table. Such
#: paragraphs have few characters (arbitrary).
_CJK_ENDS, _ROW_SENTENCES = ("。", "！", "？"), 3


def _has_sentences(page: Page, low: int, high: int) -> bool:
    """Tell whether a row holds Chinese or Japanese paragraphs and not the cells of a table."""
    return sum(page.text[block].endswith(_CJK_ENDS) for block in range(low, high)) >= _ROW_SENTENCES


#: A paragraph has at least this many characters behind its first letter (arbitrary).
_INITIAL_TEXT = 40
#: Letters that are also words: a large one may be followed by another word.
_WORDS_OF_A_LETTER = frozenset("AEIOUYÀÈÉÓÅÖАВИКОСУЯ")
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœаеёиоуыэюяіїєαεηιουωάέήίόύώ")
#: Two consonants that words begin with. Behind other pairs the first letter is missing.
_WORD_STARTS = page_elements.names(
    """
    bl br ch cl cr dr dw fl fr gh gl gn gr kl kn kr ll ph pl pr ps qu rh sc sh sk sl sm sn sp sq
    st sv sw sz th tj tr ts tw vl vr wh wr zh zw
    """
)


def _join_initials(page: Page) -> None:
    """Join a large first letter that has an element of its own to the paragraph below it."""
    may_be = (page.size[:-1] < 3) & (page.link_chars[:-1] == 0)
    initials = [
        block
        for block in np.flatnonzero(may_be).tolist()
        if _is_initial(page.text[block], page.text[block + 1])
    ]
    if not initials:
        return
    for block in initials:
        page.text[block + 1] = page.text[block] + page.text[block + 1]
    stays = np.ones(len(page.text), dtype=np.bool_)
    stays[initials] = False
    page.text = [page.text[block] for block in np.flatnonzero(stays).tolist()]
    page.count_characters()
    page.link_chars, page.link_count, page.bold_chars = (
        column[stays] for column in (page.link_chars, page.link_count, page.bold_chars)
    )
    _drop(page, stays)


def _is_initial(text: str, below: str) -> bool:
    """Tell whether a text is the first letter of the paragraph below it, perhaps behind a quote.

    >>> rest = " of the old wall, which fell on Monday after days of rain"
    >>> _is_initial("H", "alf" + rest), _is_initial("I", "nhabitants" + rest)
    (True, True)
    >>> _is_initial("A", "piece" + rest), _is_initial("1", "alf" + rest)
    (False, False)
    """
    letter = text[-1]
    if not (letter.isupper() and below[0].islower() and len(below) >= _INITIAL_TEXT):
        return False
    if len(text) > 1 and text[0].isalnum():
        return False
    if letter not in _WORDS_OF_A_LETTER:
        return True
    pair = below[:2]
    return not _VOWELS.intersection(pair) and pair not in _WORD_STARTS


def _join_texts(page: Page, starts: Index) -> None:
    """Join the texts and counts of the blocks from each start up to the next one."""
    ends = [*starts[1:].tolist(), len(page.text)]
    page.text = ["\t".join(page.text[a:b]) for a, b in zip(starts.tolist(), ends, strict=True)]
    page.count_characters()
    page.link_chars, page.link_count, page.bold_chars = (
        np.add.reduceat(column, starts)
        for column in (page.link_chars, page.link_count, page.bold_chars)
    )


def _drop(page: Page, stays: Marks) -> Index:
    """Drop all blocks but those of `stays`, whose texts and counts are joined already.

    Returns the new number of each block.
    """
    page.block_element, page.inner_element, page.after_break, page.cells = (
        column[stays]
        for column in (page.block_element, page.inner_element, page.after_break, page.cells)
    )
    number: Index = np.concatenate(([0], np.cumsum(stays)))
    page.first_block, page.last_block = number[page.first_block], number[page.last_block]
    return number
