"""Read `.rss`, `.atom` and `.xml`: items of feeds, and the XML that news agencies deliver.

lxml parses without the entities that a document defines and without the network, and it limits
depth and size. So an entity bomb or a deep tree costs no more than its bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import BinaryIO, cast
from urllib.parse import urljoin

from lxml import etree

from copydesk.flows.read import markup, news_xml
from copydesk.flows.read.field_values import address
from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import html as html_format
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.formats.xml_references import Repaired
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.news_xml import local, text_of
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, Inflated, buffered
from copydesk.transforms.article import Given

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_PROLOGUE = (
    rb"(?:\xef\xbb\xbf)?\s{0,999}"
    rb"(?:<\?[^>]{0,999}\?>\s{0,99}|<!--.{0,9999}?-->\s{0,99}|<![^>]{0,999}>\s{0,99}){0,9}"
)
_ROOT = re.compile(
    _PROLOGUE
    + rb"<(?:\w{1,20}:)?(rss|feed|entry|RDF|nitf|newsItem|newsMessage|urlset|sitemapindex)[\s>]",
    re.DOTALL,
)
_PAGE = re.compile(_PROLOGUE + rb"<html[\s>]", re.DOTALL | re.IGNORECASE)
_BLANK = b" \t\r\n"
_END_OF_ITEM = re.compile(rb"</(?:\w{1,20}:)?(?:item|entry|nitf|newsItem)\s{0,9}>")
_TAIL = 64  # bytes; longer than the end tag of an item
# The end of a teaser: an ellipsis, perhaps in brackets, or a link to the rest.
_GOES_ON = re.compile(
    r"(?:\.\.\.|\u2026|\[(?:\.\.\.|\u2026)\]|(?:read|continue)[ -](?:more|reading|the full \w+)\W{0,9})\s*$",
    re.IGNORECASE,
)
# A description with at least this many characters counts as full text. Feeds cut summaries at 150
# to 500 characters (WordPress at 55 words), and a news item has at least about 100 words. A wide
# character counts as three.
_FULL = 600


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the items of a feed (RSS 1.0 and 2.0, Atom), or the items of NITF and NewsML-G2.

    An item is a document if the feed has its full text. Otherwise it is a row of `rejects` with the
    reason `summary`. A sitemap is rejected. If the XML is not well formed, every item that the
    parser finds is read, and a row of `rejects` states the fault.
    """
    stream = buffered(Inflated(opened.stream, limits))
    head = stream.peek()
    if _PAGE.match(head):
        yield from html_format.records(replace(opened, stream=stream), fields, limits)
        return
    # XML must not have a blank before its declaration.
    stream.read(len(head) - len(head.lstrip(_BLANK)))
    source = _EndTags(Repaired(stream))
    events = _events(source)
    about = _About()
    n_items = 0
    last: Record | Reject | None = None  # held back until it is known to be whole
    try:
        for item in _items(events, about, opened, limits):
            if last is not None:
                yield last
            last = item
            n_items += 1
    except etree.XMLSyntaxError as error:
        if last is not None:
            yield last
        reason = "truncated" if n_items else "corrupt"
        raise BrokenError(reason, f"XML: {error}"[:300]) from error
    faults = [fault for fault in events.error_log if fault.level >= etree.ErrorLevels.FATAL]
    # If the file ends inside an item, the parser closes the item.
    is_cut_off = bool(faults) and source.n_items < n_items
    if last is not None and not is_cut_off:
        yield last
    if faults:
        raise BrokenError("truncated" if is_cut_off else "corrupt", f"XML: {faults[0]}"[:300])
    if not n_items:
        raise BrokenError("no_items", f"the {about.root or 'file'} has no items")


def _items(
    events: Iterable[tuple[str, etree._Element]], about: _About, opened: Opened, limits: Limits
) -> Iterator[Record | Reject]:
    """Yield each item when its end tag is read, and let `about` see the elements of the feed."""
    n_items = 0
    for event, node in events:
        name = local(node)
        if event == "start":
            if not about.root:
                about.root = name
                _check_root(name, opened)
        elif (reader := _READERS.get((about.root, name))) is not None:
            item = _bounded(reader(node, opened, n_items, about.title, limits), limits)
            yield about.completed(item)
            n_items += 1
            _drop(node)
        elif _is_of_feed(node):
            about.see(name, node)


class _About:
    """What the feed says about itself, before its items."""

    def __init__(self) -> None:
        self.root = ""
        self.title: str | None = None
        self._link = self._self_link = ""
        self._authors: list[str] = []

    def see(self, name: str, node: etree._Element) -> None:
        """Read an element of the feed."""
        if name == "title" and self.title is None:
            self.title = text_of(node) or None
        elif name == "link" and not self._link and node.get("rel", "alternate") == "alternate":
            self._link = (text_of(node) or node.get("href") or "").strip()
        elif name == "author":
            self._authors += _names(node)
        elif name == "link" and node.get("rel") == "self":
            self._self_link = (node.get("href") or "").strip()

    def completed(self, item: Record | Reject) -> Record | Reject:
        """Complete an item with what the feed says.

        A relative address gets that of the site, or else of the feed. An entry of Atom without an
        author has those of its feed (RFC 4287, section 4.2.1).
        """
        if isinstance(item, Record) and not item.given.authors and self._authors:
            item = replace(item, given=replace(item.given, authors=_authors(self._authors)))
        base = self._link if "://" in self._link else self._self_link
        if not item.url or "://" in item.url or "://" not in base:
            return item
        try:
            return replace(item, url=address(urljoin(base, item.url)))
        except ValueError:
            return item


def _events(source: _EndTags) -> etree.iterparse[tuple[str, etree._Element]]:
    return etree.iterparse(
        cast(BinaryIO, source),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )


class _EndTags:
    """A stream that counts the end tags of items as they are read."""

    def __init__(self, source: Repaired) -> None:
        self._source, self._tail = source, b""
        self.n_items = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        chunk = self._source.read(size)
        joined = self._tail + chunk
        self.n_items += len(_END_OF_ITEM.findall(joined)) - len(_END_OF_ITEM.findall(self._tail))
        self._tail = joined[-_TAIL:]
        return chunk


def _check_root(root: str, opened: Opened) -> None:
    if root in ("urlset", "sitemapindex"):
        raise BrokenError("sitemap", "a sitemap is a list of addresses, not an article")
    if root not in {known for known, _ in _READERS}:
        raise BrokenError(
            "unknown_format",
            f"the root of the XML is {root[:40]!r}; the known roots are {', '.join(_ROOTS)}",
        )


def _is_of_feed(node: etree._Element) -> bool:
    parent = node.getparent()
    return parent is not None and local(parent) in ("channel", "feed")


def _drop(node: etree._Element) -> None:
    """Free an item that was read, and the empty nodes it leaves in the tree."""
    node.clear()
    parent = node.getparent()
    while parent is not None and node.getprevious() is not None:
        del parent[0]


def _child(node: etree._Element, *names: str) -> str | None:
    """The text of the first child with one of these names; earlier names take precedence.

    A child in the namespace of the item comes before one of an extension: `title` before
    `media:title`.
    """
    for name in names:
        found = [child for child in node if name in (child.tag, local(child)) and text_of(child)]
        found.sort(key=lambda child: _prefix(child) != _prefix(node))
        if found:
            return text_of(found[0])
    return None


def _prefix(node: etree._Element) -> str:
    """The namespace of an element, or its prefix if the feed does not declare it."""
    return str(node.tag).removesuffix(local(node))


def _rss_item(
    node: etree._Element, opened: Opened, number: int, feed: str | None, limits: Limits
) -> Record | Reject:
    """Read an item of RSS 2.0 or 1.0."""
    body = _child(node, _CONTENT, "encoded", "fulltext") or _xhtml_body(node)
    summary = _child(node, "description", "summary")
    guid = next((c for c in node if local(c) == "guid"), None)
    link = _child(node, "link")
    if link is None and guid is not None and guid.get("isPermaLink", "true") == "true":
        link = text_of(guid)
    given = Given(
        title=_plain(_child(node, "title")),
        authors=_authors([text_of(c) for c in node if local(c) in ("creator", "author")]),
        published=_date(_child(node, "pubDate", "date", "published")),
        outlet=feed,
        section=_child(node, "category"),
    )
    return _document(opened, number, link, given, body or None, summary)


def _xhtml_body(node: etree._Element) -> str | None:
    """The markup of an element `body` of XHTML, which some feeds of RSS 2.0 have."""
    body = next((c for c in node if c.tag in (f"{_XHTML}body", f"{_XHTML}div")), None)
    return None if body is None else _markup(body)


def _atom_entry(
    node: etree._Element, opened: Opened, number: int, feed: str | None, limits: Limits
) -> Record | Reject:
    """Read an entry of Atom (RFC 4287)."""
    links = [c for c in node if local(c) == "link" and c.get("href")]
    link = next((c for c in links if c.get("rel", "alternate") == "alternate"), None)
    names = [name for person in node if local(person) == "author" for name in _names(person)]
    given = Given(
        title=_plain(_child(node, "title")),
        authors=_authors(names),
        published=_child(node, "published", "updated", "issued"),
        outlet=feed,
    )
    content = next((c for c in node if local(c) == "content"), None)
    body = None if content is None else _markup(content)
    summary = next((c for c in node if local(c) == "summary"), None)
    url = None if link is None else _with_base(link, link.get("href") or "")
    return _document(
        opened, number, url, given, body or None, None if summary is None else _markup(summary)
    )


def _names(person: etree._Element) -> list[str]:
    return [text_of(name) for name in person if local(name) == "name"]


def _with_base(node: etree._Element, link: str) -> str:
    """Complete an address with the `xml:base` of its element or of an element around it."""
    try:
        return urljoin(node.base or "", link)
    except ValueError:
        return link


def _markup(node: etree._Element) -> str:
    """Return an Atom text construct as HTML.

    It contains escaped HTML, XHTML elements or plain text.
    """
    if node.get("type") == "xhtml" or len(node):
        return "".join(
            etree.tostring(child, encoding="unicode", with_tail=True) for child in node
        ) or text_of(node)
    return text_of(node)


def _document(
    opened: Opened,
    number: int,
    link: str | None,
    given: Given,
    body: str | None,
    summary: str | None,
) -> Record | Reject:
    url = address(link)
    if body is None or _is_teaser(body, least=0):
        if summary is None and body is None:
            return Reject(opened.source_uri, number, url, "read", "empty", "the item has no text")
        if summary is None or _is_teaser(summary, least=_FULL):
            detail = "the feed has only a summary of this item, not its text; fetch the page"
            size = len((body or summary or "").encode())
            return Reject(opened.source_uri, number, url, "read", "summary", detail, size)
        body = summary
    is_page = markup.has_tag(body)
    if not is_page:
        body = html.unescape(body)
        is_page = markup.is_markup(body.encode("utf-8", "replace"))  # It was escaped twice.
    content = news_xml.page(given.title, body) if is_page else body
    return Record(
        opened.source_uri,
        number,
        content.encode("utf-8", "replace"),
        "page" if is_page else "text",
        "utf-8",
        url,
        opened.file_time,
        given,
    )


def _is_teaser(body: str, *, least: int) -> bool:
    """Whether a text only announces the article: it is short or ends in "read more"."""
    text = html.unescape(markup.without_tags(body, " ")).strip()
    n_chars = sum(3 if ord(c) >= 0x2E80 else 1 for c in text[:_FULL])
    return n_chars < least or _GOES_ON.search(text[-60:]) is not None


def _plain(printed: str | None) -> str | None:
    return None if printed is None else html.unescape(markup.without_tags(printed)).strip() or None


def _authors(printed: list[str]) -> tuple[str, ...]:
    """Names without the mail address that RSS 2.0 requires, as in "jo@example.org (Jo Bell)"."""
    found = (re.sub(r"^\S+@\S+ \((.+)\)$", r"\1", name) for name in printed)
    return tuple(name for name in found if name and "@" not in name)


def _date(printed: str | None) -> str | None:
    """Convert an RFC 822 date to ISO 8601; other forms are returned unchanged."""
    if printed is None or printed[:4].isdecimal():  # ISO 8601 begins with the year.
        return printed
    try:
        return parsedate_to_datetime(printed).isoformat()
    except (ValueError, TypeError, IndexError):
        return printed


def _bounded(item: Record | Reject, limits: Limits) -> Record | Reject:
    if isinstance(item, Record) and len(item.body) > limits.document_bytes:
        detail = f"{len(item.body):,} bytes; [limits] document_bytes is {limits.document_bytes:,}"
        return Reject(
            item.source_uri,
            item.record_number,
            item.url,
            "read",
            "too_large",
            detail,
            len(item.body),
        )
    return item


_Reader = Callable[[etree._Element, Opened, int, str | None, Limits], Record | Reject]
_READERS: dict[tuple[str, str], _Reader] = {
    ("rss", "item"): _rss_item,
    ("RDF", "item"): _rss_item,
    ("feed", "entry"): _atom_entry,
    ("entry", "entry"): _atom_entry,
    ("nitf", "nitf"): news_xml.nitf,
    ("newsItem", "newsItem"): news_xml.news_item,
    ("newsMessage", "newsItem"): news_xml.news_item,
}
_ROOTS = ("rss", "rdf:RDF", "feed", "entry", "nitf", "newsItem", "newsMessage")

FORMAT = Format(
    "xml", (".rss", ".atom", ".rdf", ".xml"), records, lambda head: _ROOT.match(head) is not None
)
