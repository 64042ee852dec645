"""A page as a list of text blocks, and the elements around them.

A block is a run of text that no block-level element interrupts: a paragraph, a heading, a list item, a caption,
the line before a `<br>`. A row of a table whose cells are short is one block.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from copydesk.transforms.article import Refused
from copydesk.transforms.extract.model import vocabulary
from copydesk.transforms.extract.options import Options

#: Elements that hold no text of the page. `select` and `textarea` hold what the reader may enter.
_EMPTY_OF_TEXT = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "select",
    "textarea",
    "datalist",
    "canvas",
    "audio",
    "video",
    "map",
    "math",
    "applet",
    "head",
    "frameset",
    "noframes",
    "rp",
    "rt",
)

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "picture",
        "q",
        "ruby",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "amp-img",
        "image",
        "link",
        "meta",
        "param",
        "track",
        "center-inline",
        "o:p",
        "st1:place",
        "st1:city",
    ]
)
_EMPHASIS = frozenset(("b", "strong", "em", "i", "big", "u"))

# Everything Unicode calls white space, but for the no-break spaces (U+00A0, U+202F, U+2007), which stay.
_SPACES = re.compile(
    "[ \t\n\r\x0b\x0c\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+"
)
_BLANK = " \t\n\r\x0b\x0c\xa0\u200b\u3000\ufeff"

#: A table row stays one line up to this many characters (arbitrary; longer cells are paragraphs in a layout table).
_ROW_CHARS = 300


@dataclass(slots=True)
class Page:
    """The blocks of a page in document order, column by column, and its elements in document order.

    `first_block[e]:last_block[e]` are the blocks inside element `e`; `block_element[b]` is the innermost block-level
    element around block `b`, `inner_element[b]` the innermost element around its first text.
    """

    text: list[str] = field(default_factory=list)
    link_chars: list[int] = field(default_factory=list)
    link_count: list[int] = field(default_factory=list)
    bold_chars: list[int] = field(default_factory=list)
    block_element: list[int] = field(default_factory=list)
    inner_element: list[int] = field(default_factory=list)
    after_break: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)

    parent: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    signature: list[int] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)
    first_block: list[int] = field(default_factory=list)
    last_block: list[int] = field(default_factory=list)


def read_blocks(body: HtmlElement, options: Options) -> Page:
    """The blocks of a tree; raises `Refused` beyond the limits. Elements without text are taken out of the tree."""
    etree.strip_elements(body, *_EMPTY_OF_TEXT, with_tail=False)
    page = Page()
    texts, parents, tags, depths, signatures, classes = (
        page.text,
        page.parent,
        page.tag,
        page.depth,
        page.signature,
        page.classes,
    )
    firsts, lasts = page.first_block, page.last_block
    max_elements, max_depth = options.max_elements, options.max_depth
    signature_ids: dict[tuple[str, str], int] = {}
    pieces: list[str] = []
    link_chars = bold_chars = links = in_link = in_bold = inner = broke = preformatted = 0
    element, block_stack, stack = -1, [0], []
    class_groups = vocabulary.class_groups

    def flush() -> None:
        nonlocal link_chars, bold_chars, links
        text = "".join(pieces)
        pieces.clear()
        text = text.strip("\n") if preformatted else _SPACES.sub(" ", text).strip(" ")
        if text.strip(_BLANK):
            texts.append(text if text.isascii() else unicodedata.normalize("NFC", text))
            page.link_chars.append(link_chars)
            page.link_count.append(links)
            page.bold_chars.append(bold_chars)
            page.block_element.append(block_stack[-1])
            page.inner_element.append(inner)
            page.after_break.append(broke)
            page.cells.append(1)
        link_chars = bold_chars = links = 0

    for event, node in etree.iterwalk(body, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if not isinstance(tag, str):
                tag = "span"
            label = ""
            groups = 0
            for name, value in node.items():
                if name == "class" or name == "id":
                    label = label + " " + value if label else value
                    groups |= class_groups(value[:200])
                elif name in _TELLING:
                    groups |= vocabulary.attribute_groups(name, value)
            key = (tag, label)
            up = element
            element = len(tags)
            if element >= max_elements:
                raise Refused("extract", "too_many_elements", f"more than {max_elements} elements")
            stack.append(element)
            if len(stack) > max_depth:
                raise Refused("extract", "too_deep", f"elements nested deeper than {max_depth}")
            parents.append(up)
            tags.append(tag)
            depths.append(len(stack))
            signatures.append(signature_ids.setdefault(key, len(signature_ids)))
            classes.append(groups)
            text = node.text
            if tag in _INLINE:
                if tag == "a":
                    in_link += 1
                    links += 1
                elif tag in _EMPHASIS:
                    in_bold += 1
            else:
                if pieces:
                    flush()
                block_stack.append(element)
                broke = 0
                if tag == "br" or tag == "hr":
                    broke = 1
                elif tag == "pre":
                    preformatted += 1
            firsts.append(len(texts))
            lasts.append(0)
        else:
            if tag in _INLINE:
                if tag == "a":
                    in_link -= 1
                elif tag in _EMPHASIS:
                    in_bold -= 1
            elif isinstance(tag, str):
                if pieces:
                    flush()
                block_stack.pop()
                broke = 1 if tag == "br" else 0
                if tag == "pre":
                    preformatted -= 1
                elif tag == "tr":
                    _join_row(page, firsts[element], element)
            lasts[element] = len(texts)
            stack.pop()
            element = stack[-1] if stack else -1
            text = node.tail if stack else None
        if text:
            if not pieces:
                inner = element
                if text.isspace() and not preformatted:
                    continue
            pieces.append(text)
            if in_link:
                link_chars += len(text)
            if in_bold:
                bold_chars += len(text)
    if pieces:
        flush()
    if lasts:
        lasts[0] = len(texts)
    return page


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


def _join_row(page: Page, start: int, row: int) -> None:
    """One block of the blocks of a table row, where they are short."""
    count = len(page.text) - start
    if count < 2 or sum(len(t) for t in page.text[start:]) > _ROW_CHARS:
        return
    page.text[start:] = ["\t".join(page.text[start:])]
    for column in (page.link_chars, page.link_count, page.bold_chars):
        column[start:] = [sum(column[start:])]
    page.block_element[start:] = [row]
    page.inner_element[start:] = [row]
    page.after_break[start:] = [0]
    page.cells[start:] = [count]
    for inner in range(row + 1, len(page.tag)):
        page.first_block[inner] = start
        page.last_block[inner] = start + 1
