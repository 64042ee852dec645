"""Markdown of an article: the lines of its clean text, structured by the page's elements.

CommonMark 0.31 (https://spec.commonmark.org/0.31.2/), and tables as in GitHub's dialect.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from copydesk.transforms.article import Article

# Characters that are signs anywhere in a line, and those that are signs only at its beginning.
_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|=+\s*$|-+\s*$|(?=>))")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s)")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
# Characters that would end the address of a link, or change it.
_ENDS_ADDRESS = re.compile(r"[\s()<>\\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One block of a page: its plain text, its Markdown, and the sign before it."""

    plain: str
    markdown: str
    sign: str = ""  # "## ", "- ", "1. ", "> ", "```" or "|"


def of_article(article: Article) -> str:
    """Return the article's title as a heading, and its text with the structure of the page.

    A line of the text that is not the whole text of an element is a plain paragraph.
    """
    lines = [line for line in article.text.split("\n") if line.strip()]
    found: Sequence[Line] = ()
    if article.page is not None and lines:
        found = tuple(_page_lines(article.page, article.canonical_url or article.url))
    body = _joined(_aligned(lines, found))
    title = f"# {escaped(article.title)}" if article.title else ""
    return "\n\n".join(part for part in (title, body) if part)


def of_text(title: str | None, text: str) -> str:
    """Return a title and a text without markup as Markdown. Every non-blank line is a paragraph.

    >>> print(of_text("Rain", "It rained.\\n\\n1. Oslo"))
    # Rain
    <BLANKLINE>
    It rained.
    <BLANKLINE>
    1\\. Oslo
    """
    parts = [f"# {escaped(title)}"] if title else []
    return "\n\n".join([*parts, *(escaped(line) for line in text.split("\n") if line.strip())])


def escaped(text: str) -> str:
    """Return a line with every character escaped that is a sign in Markdown.

    >>> print(escaped("# 5 * 5 <b>"))
    \\# 5 \\* 5 \\<b\\>
    """
    line = _SIGNS.sub(r"\\\1", text)
    line = _AT_START.sub(lambda match: f"{match[1]}\\{match[2]}" if match[2] else match[0], line)
    return _NUMBERED.sub(r"\1\\\2", line)


def _aligned(lines: Sequence[str], found: Sequence[Line]) -> Iterator[Line]:
    """Yield the text's lines in order, each as the next block with the same text."""
    at = 0
    for line in lines:
        key = _key(line)
        match = next((i for i in range(at, len(found)) if found[i].plain == key), None)
        if match is None:
            yield Line(key, escaped(line))
        else:
            at = match + 1
            yield found[match]


def _joined(lines: Iterator[Line]) -> str:
    """Return the blocks with a blank line between them.

    There is none between items of one list or rows of one table.
    """
    parts: list[str] = []
    before = ""
    for line in lines:
        kind = "list" if line.sign[-2:] in {"- ", ". "} else line.sign
        if parts:
            parts.append("\n" if kind in {"list", "|"} and kind == before else "\n\n")
        if line.sign == "```":
            parts.append(f"```\n{line.markdown}\n```")
        elif line.sign == "|":
            parts.append(line.markdown)
            if before != "|":  # The dialect needs a head, so the first row becomes one.
                parts.append("\n|" + " --- |" * line.plain.count("\t") + " --- |")
        else:
            parts.append(line.sign + line.markdown)
        before = kind
    return "".join(parts)


def _page_lines(html: str | bytes, url: str | None) -> Iterator[Line]:
    from copydesk.transforms.article import Refused
    from copydesk.transforms.encodings import decode
    from copydesk.transforms.extract import parse

    try:
        if isinstance(html, bytes):
            html = decode.decode(html, declared=None, html=True).text
        tree = parse(html)
    except Refused:
        return
    from lxml import etree

    from copydesk.transforms.extract import text_runs

    etree.strip_elements(tree, *text_runs.EMPTY_OF_TEXT, with_tail=False)
    yield from _Walk(url).lines(tree)


class _Walk:
    """Collects the text of each block, once plain and once with its links."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.plain: list[str] = []
        self.marked: list[str] = []
        self.links: list[tuple[str, int]] = []  # Address, and the start of its text in `marked`.
        self.above: list[HtmlElement] = []

    def lines(self, tree: HtmlElement) -> Iterator[Line]:
        """Yield the blocks of the tree, in document order."""
        from lxml import etree

        from copydesk.transforms.extract.text_runs import INLINE

        rows: list[list[Line]] = []
        for event, node in etree.iterwalk(tree, events=("start", "end")):
            tag = node.tag if isinstance(node.tag, str) else "span"
            is_block = tag not in INLINE
            if is_block and (line := self.flush()):
                if rows:
                    rows[-1].append(line)
                else:
                    yield line
            if event == "start":
                self.above.append(node)
                if tag == "tr":
                    rows.append([])
                elif tag == "a":
                    self.links.append((str(node.get("href") or ""), len(self.marked)))
                self.add(node.text)
            else:
                self.above.pop()
                if tag == "a" and self.links:
                    self.close_link(*self.links.pop())
                elif tag == "tr" and rows:
                    yield from _row(rows.pop(), nested=rows)
                self.add(node.tail if self.above else None)
        if line := self.flush():
            yield line

    def add(self, text: str | None) -> None:
        """Add text to the open block."""
        if text:
            self.plain.append(text)
            self.marked.append(_SIGNS.sub(r"\\\1", text))

    def close_link(self, href: str, start: int) -> None:
        """Make a link of the text since `start`, if its address is a web address."""
        text = "".join(self.marked[start:])
        href = href.strip()
        try:
            address = urljoin(self.url, href) if self.url else href
        except ValueError:
            return
        if text.strip() and address.startswith(("http://", "https://")):
            address = _ENDS_ADDRESS.sub(lambda match: quote(match[0], safe=""), address)
            inner = text.strip()
            lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            self.marked[start:] = [f"{lead}[{inner}]({address}){tail}"]

    def flush(self) -> Line | None:
        """Return the open block as a line, or None if it has no text."""
        plain, marked = "".join(self.plain), "".join(self.marked)
        self.plain.clear()
        self.marked.clear()
        self.links = [(href, 0) for href, _ in self.links]
        if not plain.strip():
            return None
        sign = self.sign()
        if sign == "```":
            return Line(_flat(plain), plain.strip("\n").replace("```", "'''"), sign)
        text = _SPACES.sub(" ", marked).strip()
        text = text if sign else _NUMBERED.sub(r"\1\\\2", _AT_START.sub(r"\1\\\2", text))
        return Line(_flat(plain), text, sign)

    def sign(self) -> str:
        """Return the sign that the elements around the open block give it."""
        lists = 0
        sign = ""
        for node in self.above:
            tag = node.tag
            if tag in _HEADINGS:
                return "#" * _HEADINGS[tag] + " "
            if tag == "pre":
                return "```"
            if tag in {"ul", "ol"}:
                lists += 1
            elif tag == "li" and lists:
                sign = "  " * (lists - 1) + _item_sign(node)
            elif tag == "blockquote":
                sign = "> "
        return sign


def _item_sign(item: HtmlElement) -> str:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "- "
    return f"{1 + sum(1 for _ in item.itersiblings('li', preceding=True))}. "


def _row(cells: list[Line], *, nested: list[list[Line]]) -> Iterator[Line]:
    """Yield a row of short cells as one line, as the extraction joins them, or else as paragraphs."""
    from copydesk.transforms.extract.blocks import ROW_CHARS

    if len(cells) >= 2 and sum(len(cell.plain) for cell in cells) <= ROW_CHARS and not nested:
        row = "| " + " | ".join(cell.markdown.strip() for cell in cells) + " |"
        yield Line("\t".join(cell.plain for cell in cells), row, "|")
    elif nested:
        nested[-1].extend(cells)
    else:
        yield from cells


def _key(line: str) -> str:
    """Return a line of the text in the form in which blocks are compared.

    The cells of a row keep their tabs.
    """
    return "\t".join(_flat(cell) for cell in line.split("\t"))


def _flat(text: str) -> str:
    """Return the text in NFC with white space folded.

    >>> _flat(" Rain\\n  fell. ")
    'Rain fell.'
    """
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())
