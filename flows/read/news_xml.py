"""Read the XML formats of news agencies: NITF (IPTC, 3.x) and NewsML-G2 (IPTC, 2.x)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from copydesk.flows.read import markup
from copydesk.flows.read.field_values import address
from copydesk.flows.read.formats.format import Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Kind, Record, Reject
from copydesk.transforms.article import Given

_BLOCKS = frozenset(
    {"p", "hl2", "h1", "h2", "h3", "h4", "h5", "h6", "li", "bq", "blockquote", "pre"}
)
# Elements of NITF that are printed next to a story but are not part of it.
_ASIDE = frozenset({"media", "note", "table", "fn", "figure", "script", "style", "tagline"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def local(node: etree._Element) -> str:
    """An element's name without its namespace or prefix; "" for a node that is not an element."""
    tag = node.tag
    return re.split("[}:]", tag)[-1] if isinstance(tag, str) else ""


def text_of(node: etree._Element | None) -> str:
    """All text of an element, with runs of white space collapsed."""
    return "" if node is None else " ".join("".join(node.itertext()).split())


def page(title: str | None, content: str) -> str:
    """Build a page around the markup of one article."""
    shown = html.escape(title or "")
    heading = f"<h1>{shown}</h1>" if title else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{shown}</title></head>'
        f"<body><article>{heading}{content}</article></body></html>"
    )


def nitf(
    node: etree._Element, opened: Opened, number: int, feed: str | None, limits: Limits
) -> Record | Reject:
    """Read a document of NITF."""
    return _record(opened, None, _nitf_text(node), _nitf_given(node), None)


def news_item(
    node: etree._Element, opened: Opened, number: int, feed: str | None, limits: Limits
) -> Record | Reject:
    """Read a text item of NewsML-G2. An item without text, such as a picture, is a `Reject`."""
    content = _first(node, "contentSet")
    inline = _first(content, "inlineXML")
    given = _news_item_given(node)
    if inline is None or not len(inline):
        text = _inline_data_text(content)
    elif local(inline[0]) == "nitf":
        given = _completed(given, _nitf_given(inline[0]))
        text = _nitf_text(inline[0])
    else:
        text = "\n\n".join(_paragraphs(_first(inline[0], "body", deep=True), inline[0]))
    link = _first(_first(node, "itemMeta"), "link[@href]")
    url = address(link.get("href")) if link is not None else None
    return _record(opened, number, text, given, url)


def _news_item_given(node: etree._Element) -> Given:
    """What the head of a NewsML-G2 item says about its document."""
    meta = _first(node, "contentMeta")
    item_meta = _first(node, "itemMeta")
    language = _first(meta, "language")
    return Given(
        title=text_of(_first(meta, "headline")) or text_of(_first(item_meta, "title")) or None,
        authors=tuple(_creators(meta)),
        published=text_of(_first(meta, "contentCreated"))
        or text_of(_first(item_meta, "firstCreated"))
        or text_of(_first(item_meta, "versionCreated"))
        or None,
        outlet=text_of(_first(_first(item_meta, "provider"), "name")) or None,
        language=(language.get("tag") if language is not None else None) or node.get(_LANGUAGE),
        section=text_of(_first(_first(meta, "subject"), "name")) or None,
    )


def _completed(given: Given, of_text: Given) -> Given:
    """The fields of an item, with those of the NITF document inside it where the item has none."""
    return replace(
        given,
        title=given.title or of_text.title,
        authors=given.authors or of_text.authors,
        published=given.published or of_text.published,
    )


def _inline_data_text(content: etree._Element | None) -> str:
    """The plain text of an item, each line as a paragraph."""
    return "\n\n".join(
        line
        for data in _all(content, "inlineData")
        for line in "".join(data.itertext()).strip().splitlines()
        if line.strip()
    )


def _record(
    opened: Opened, number: int | None, text: str, given: Given, url: str | None
) -> Record | Reject:
    if not text.strip():
        return Reject(opened.source_uri, number, url, "read", "empty", "the item has no text")
    body = text.encode("utf-8", "replace")
    kind: Kind = "text"
    if markup.is_markup(body):  # `inlineData` may contain escaped HTML.
        body, kind = markup.whole_page(body), "page"
    return Record(opened.source_uri, number, body, kind, "utf-8", url, opened.file_time, given)


def _nitf_given(node: etree._Element) -> Given:
    head = _first(node, "body.head", deep=True)
    byline = _first(head, "byline", deep=True)
    people = [text_of(person) for person in _all(byline, "person", deep=True)]
    issued = _first(node, "date.issue", deep=True)
    title = _first(head, "hl1", deep=True)
    if title is None:
        title = _first(_first(node, "head"), "title")
    published = issued.get("norm") if issued is not None else None
    return Given(
        title=text_of(title) or None,
        authors=tuple(people) or tuple(filter(None, [text_of(byline)])),
        published=_nitf_date(published),
        language=node.get(_LANGUAGE),
    )


def _nitf_date(norm: str | None) -> str | None:
    """Read an NITF date such as 20261109T100000Z, the basic form of ISO 8601."""
    return norm.strip() or None if norm else None


def _nitf_text(node: etree._Element) -> str:
    paragraphs = list(_paragraphs(_first(node, "body.content", deep=True), None))
    dateline = text_of(_first(node, "dateline", deep=True))
    if dateline and paragraphs and not paragraphs[0].startswith(dateline[:20]):
        mark = "" if dateline.rstrip().endswith(("-", "\u2013", "\u2014", ":")) else " \u2014"
        paragraphs[0] = f"{dateline}{mark} {paragraphs[0]}"
    return "\n\n".join(paragraphs)


def _paragraphs(node: etree._Element | None, otherwise: etree._Element | None) -> Iterator[str]:
    """Yield the text of each innermost block, in order."""
    node = otherwise if node is None else node
    if node is None:
        return
    found = False
    for child in node:
        if local(child) in _ASIDE or not local(child):
            continue
        inner = list(_paragraphs(child, None)) if len(child) else []
        if inner:
            found = True
            yield from inner
        elif local(child) in _BLOCKS and text_of(child):
            found = True
            yield text_of(child)
    if not found and local(node) in _BLOCKS | {"block", "body", "body.content"} and text_of(node):
        yield text_of(node)


def _creators(meta: etree._Element | None) -> Iterator[str]:
    for tag in ("creator", "by"):
        names = [
            text_of(_first(node, "name")) or (text_of(node) if tag == "by" else "")
            for node in _all(meta, tag)
        ]
        if any(names):
            yield from (name for name in names if name)
            return


def _first(node: etree._Element | None, name: str, *, deep: bool = False) -> etree._Element | None:
    return next(_all(node, name, deep=deep), None)


def _all(node: etree._Element | None, name: str, *, deep: bool = False) -> Iterator[etree._Element]:
    """Children with this name in any namespace; with `deep`, all descendants."""
    if node is None:
        return
    wanted, _, attribute = name.partition("[@")
    for child in node.iter() if deep else node:
        if local(child) == wanted and (not attribute or child.get(attribute.rstrip("]"))):
            yield child
