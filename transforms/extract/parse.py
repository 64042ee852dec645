"""Parses HTML into an lxml tree, within limits."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np
from lxml import etree
from lxml.html import HtmlElement

from copydesk.transforms.article import Refused
from copydesk.transforms.extract import page_elements
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_elements import Elements

# lxml.html calls a Python function for the class of each element. One class for all elements saves
# a tenth of the time.
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
# Half of a surrogate pair is not a character and has no UTF-8.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
# Control characters, plain and as references. `normalise` drops them from a plain text too. Line
# ends are kept.
_CONTROL = bytes((*range(1, 9), *range(14, 32), 127))
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:[xX]0{0,9}(?:[1-8b-cB-Ce-fE-F]|1[0-9a-fA-F]|7[fF])|0{0,9}(?:[1-8]|1[1245-9]|2[0-9]|3[01]|127))(?:;|(?![0-9a-fA-F;]))",
)
#: References that a page escapes twice, such as `&amp;amp;quot;`. `&amp;lt;` is left, because a text
#: about markup shows it. So are all of a page with elements that show text as it is written.
_TWICE = re.compile(rb"&amp;(?:#|amp;|quot;|nbsp;)")
_ESCAPED_TWICE = re.compile(
    rb"&amp;(?:amp;)*(?=#(?:\d{2,5}|[xX][0-9a-fA-F]{2,5});|(?:amp|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip);)"
)
_LITERAL = (b"<code", b"<pre", b"<kbd", b"<samp", b"<textarea")
_TAG = re.compile(rb"<[a-zA-Z](?:[^>\"']+|\"[^\"]*\"|'[^']*')*")
_ATTRIBUTE = re.compile(rb"[^\s\"'>/=]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?")
#: A title without an end, up to a tag that a title cannot contain.
_OPEN_TITLE = re.compile(
    rb"<title[^<>]*>[^<]{0,300}(?=<(?:script|style|meta|link|body|div)\b)", re.IGNORECASE
)
#: The start of a title, up to the end of its line.
_TITLE_LINE = re.compile(rb"<title[^<>]*>[^<\n]{0,300}", re.IGNORECASE)
_TITLE_END = re.compile(rb"</title", re.IGNORECASE)
_NO_FRAMES = re.compile(rb"<noframes\b", re.IGNORECASE)
#: The tags of frames, without which their page is one like others.
_FRAME_TAG = re.compile(rb"</?(?:frameset|frame|noframes)\b[^<>]*>", re.IGNORECASE)
_OF_HEAD = frozenset(("title", "meta", "link", "script", "style", "base", "noscript", "template"))
#: An element with more attributes than this is checked again. The most on 250 news pages and guides
#: is 26.
_CROWD = 80
_CROWDED = etree.XPath(f"boolean(descendant::*/@*[{_CROWD + 1}])")
#: Bytes of a serialised attribute at least: ` a=""`.
_LEAST_ATTRIBUTE = 5
_MOST_REPAIRS = 10
_SEPARATORS = b" \t\n\r\x0b\x0c\"'/="
#: Bytes of the end of a script, with some white space, which contain no attributes that matter.
_END_OF_SCRIPT = 20
#: Bytes in which the start tag of a script is looked for (arbitrary).
_SCRIPT_TAG = 1_000


def parse(text: str, *, options: Options | None = None) -> HtmlElement:
    """Return the element tree of a page, without comments and processing instructions.

    `decode` turns bytes into the text of a page. Raises `Refused` if the page is empty or larger
    than the options allow.

    >>> parse("<p>Rain fell.").findtext(".//p")
    'Rain fell.'
    """
    return parse_with_elements(text, options=options)[1]()


def parse_with_elements(
    text: str, *, options: Options | None = None
) -> tuple[Elements, Callable[[], HtmlElement]]:
    """Return the elements of a page, and a function that returns its tree.

    Most pages do not need the tree again. To free it while the processor's cache still has it takes
    a quarter of the time, so the function parses the page again.
    """
    content = _checked(text, options or Options())
    tree = _opened(content)
    elements = page_elements.read(tree)
    first = tree
    if _has_paragraph_in_address(elements) and _ADDRESS_WITH_PARAGRAPH.search(content):
        tree = _tree(_with_short_addresses(content))
        elements = page_elements.read(tree)
    if _may_be_crowded(elements) and _CROWDED(tree):
        tree = _tree(_requoted(content, _CROWD))
        elements = page_elements.read(tree)
    if tree.find("body") is None:
        tree = _with_body(content, tree)
        elements = page_elements.read(tree)
    return elements, partial(_opened, content) if tree is first else lambda: tree


def _opened(content: bytes) -> HtmlElement:
    """Return the tree of a page, in which boxes show what a browser shows."""
    tree = _tree(content)
    tree.getroottree().docinfo.clear()
    _open_shadows(tree)
    _open_noscripts(tree)
    return tree


def _open_shadows(tree: HtmlElement) -> None:
    """Make a box of each template that a browser shows in place of an element's own content."""
    for template in list(tree.iter("template")):
        if template.get("shadowrootmode") == "open" or template.get("shadowroot") == "open":
            template.tag = "div"


def _open_noscripts(tree: HtmlElement) -> None:
    """Make a box of what a browser without scripts shows, if the article is only there.

    It is there if an element has most of the characters in paragraphs of the page.
    """
    for noscript in tree.iter("noscript"):
        inside = [len(_text(node)) for node in noscript.iter("p")]
        if len(inside) < _NOSCRIPT_PARAGRAPHS or sum(inside) < _NOSCRIPT_CHARS:
            continue
        everywhere = sum(len(_text(node)) for node in tree.iter("p"))
        if 2 * sum(inside) > everywhere:
            noscript.tag = "div"


#: Paragraphs and characters of an article in a `noscript` at least (arbitrary).
_NOSCRIPT_PARAGRAPHS, _NOSCRIPT_CHARS = 3, 200


def _text(node: HtmlElement) -> str:
    return "".join(node.itertext())


#: The end of a paragraph in the serialised value of an attribute.
_PARAGRAPH_IN_VALUE = b"&lt;/p&gt;"
#: An address that has no closing quotation mark and continues over paragraphs.
_ADDRESS_WITH_PARAGRAPH = re.compile(rb"href=\"[^\"]*</p>")


def _has_paragraph_in_address(elements: Elements) -> bool:
    """Tell whether an address contains the end of a paragraph."""
    long = np.flatnonzero(elements.address_end - elements.address > len(_PARAGRAPH_IN_VALUE))
    ranges = zip(elements.address[long].tolist(), elements.address_end[long].tolist(), strict=True)
    content = elements.content
    return _PARAGRAPH_IN_VALUE in b"\n".join([content[start:end] for start, end in ranges])


def _with_short_addresses(content: bytes) -> bytes:
    """Return a page in which tags with such an address end at their first ">"."""
    for _ in range(_MOST_REPAIRS):
        found = _ADDRESS_WITH_PARAGRAPH.search(content)
        if found is None:
            break
        content = _ended(content, content.rfind(b"<", 0, found.start()))
    return content


def _ended(content: bytes, start: int) -> bytes:
    """Return a page in which a tag has no quotation marks and ends at its first ">"."""
    end = content.find(b">", start)
    opened = content[start + 1 : end].translate(None, b"\"'<")
    return b"".join((content[: start + 1], opened, content[end:]))


def _may_be_crowded(elements: Elements) -> bool:
    """Tell whether a tag of the serialised page may have more than `_CROWD` attributes.

    A value that ends in an equals sign counts as one more.
    """
    sizes = elements.tag_ends - elements.tag_starts
    long = np.flatnonzero(sizes > _CROWD * _LEAST_ATTRIBUTE)
    ranges = zip(elements.tag_starts[long].tolist(), elements.tag_ends[long].tolist(), strict=True)
    return any(elements.content.count(b'="', start, end) > _CROWD for start, end in ranges)


def _checked(text: str, options: Options) -> bytes:
    """Return a page in UTF-8 without control characters. Raises `Refused` beyond the limits."""
    if len(text) > options.max_chars:
        raise Refused(
            "extract", "too_large", f"{len(text)} characters, more than {options.max_chars}"
        )
    if not text or (len(text) < 1000 and not text.strip("\ufeff \t\r\n\x00")):
        raise Refused("extract", "empty", "the document has no content")
    # Every element needs a "<", so this bounds the tree before it is built.
    most = 4 * options.max_elements
    if len(text) > most and text.count("<") > most:
        raise Refused("extract", "too_many_elements", f"more than {most} tags")
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        content = _HALF_CHARACTER.sub("\ufffd", text).encode("utf-8")
    if b"\x00" in content:
        content = content.replace(b"\x00", "\ufffd".encode())
    if _has_control(content):
        content = content.translate(None, _CONTROL)
    if _has_control_reference(content):
        # The second pass removes references that the first pass made by joining their parts.
        content = _CONTROL_REFERENCE.sub(b" ", _CONTROL_REFERENCE.sub(b"", content))
    if _TWICE.search(content) and not any(tag in content for tag in _LITERAL):
        content = _ESCAPED_TWICE.sub(b"&", content)
    if _has_more_attributes(content, options.max_attributes):
        content = _requoted(content, options.max_attributes)
        if _has_more_attributes(content, options.max_attributes):
            raise Refused(
                "extract",
                "too_many_attributes",
                f"a tag with more than {options.max_attributes} attributes",
            )
    return content


def _has_control(content: bytes) -> bool:
    """Tell whether a page has a control character other than 9 to 13.

    Counting takes a quarter of the time of `translate`.
    """
    codes = np.frombuffer(content, dtype=np.uint8)
    below_32, below_14, below_9 = (int(np.count_nonzero(codes < code)) for code in (32, 14, 9))
    return below_9 > 0 or below_32 > below_14 or b"\x7f" in content


def _has_control_reference(content: bytes) -> bool:
    """Tell whether a page has a reference to a control character.

    A script may have thousands of number signs. The few behind an ampersand are found first.
    """
    codes = np.frombuffer(content, dtype=np.uint8)
    references = np.flatnonzero((codes[1:] == ord("#")) & (codes[:-1] == ord("&")))
    return any(_CONTROL_REFERENCE.match(content, at) for at in references.tolist())


def _tree(content: bytes) -> HtmlElement:
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        collect_ids=False,  # No element is looked up by its id.
    )
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree: HtmlElement | None = etree.fromstring(content, parser=parser)
    except etree.ParserError as error:
        raise Refused("extract", "empty", str(error)) from error
    except etree.XMLSyntaxError as error:
        raise Refused("extract", "broken", str(error)) from error
    if tree is None:
        raise Refused("extract", "empty", "the document has no element")
    return tree


def _requoted(content: bytes, most: int) -> bytes:
    """Return a page without the quotation marks of tags that continue over other tags.

    If a closing quotation mark is missing, a parser takes text for attributes and attributes for
    text. Such a tag has more attributes than `most`, and end tags among them. It is ended at its
    first ">".
    """
    for _ in range(_MOST_REPAIRS):
        for tag in _TAG.finditer(content):
            if (
                tag.end() - tag.start() > 2 * most
                and b"</" in tag[0]
                and sum(1 for _ in _ATTRIBUTE.finditer(tag[0])) > most
            ):
                content = _ended(content, tag.start())
                break
        else:
            return content
    return content


def _with_body(content: bytes, tree: HtmlElement) -> HtmlElement:
    """Return the tree of a page with a body, if its head swallowed the body.

    Reasons are a title that is not closed, or an unknown element in the head. A page of frames has a
    body for browsers that show none.
    """
    if tree.find("frameset") is not None and _NO_FRAMES.search(content):
        return _tree(_FRAME_TAG.sub(b"", content))
    opened = _OPEN_TITLE.search(content) or _TITLE_LINE.search(content)
    if opened and (opened.re is _OPEN_TITLE or not _TITLE_END.search(content, opened.end())):
        at = opened.end()
        closed = _tree(content[:at] + b"</title>" + content[at:])
        if closed.find("body") is not None:
            return closed
    head = tree.find("head")
    inside = [] if head is None else [node for node in head if node.tag not in _OF_HEAD]
    if inside:
        body = etree.SubElement(tree, "body")
        body.extend(inside)
    return tree


def _has_more_attributes(content: bytes, most: int) -> bool:
    """Tell whether a tag has more attributes, each at least a letter and a space.

    Only long stretches without a ">" are searched.
    """
    if not _has_stretch(content, 2 * most):
        return False
    markup = _without_scripts(content)
    return _has_stretch(markup, 2 * most) and any(
        tag.end() - tag.start() > 2 * most and sum(1 for _ in _ATTRIBUTE.finditer(tag[0])) > most
        for tag in _TAG.finditer(markup)
    )


def _has_stretch(content: bytes, length: int) -> bool:
    """Tell whether this many bytes in a row have no ">" but many attributes, outside of scripts.

    There is a separator before each attribute. Separators for a quarter of `length` are many: a tag
    of that many attributes may go on after a ">" in quotation marks.
    """
    at = 0
    while at + length <= len(content):
        end = content.rfind(b">", at, at + length)
        if end < 0:
            end = content.find(b">", at + length)
            stop = end if end >= 0 else len(content)
            # Most stretches are scripts, and it costs less to see that of them first.
            if (
                not (_follows_script_tag(content, at) and _is_in_script(content, at, stop))
                and _separators(content[at:stop]) >= length // 4
                and not _is_in_script(content, at, stop)
            ):
                return True
            if end < 0:
                return False
        at = end + 1
    return False


def _follows_script_tag(content: bytes, at: int) -> bool:
    """Tell whether the last tag before a position opens a script or a style. A False may be wrong."""
    opened = content.rfind(b"<", max(0, at - _SCRIPT_TAG), at)
    return content.startswith((b"<script", b"<style"), opened)


def _separators(stretch: bytes) -> int:
    """Return the number of bytes that may be between two attributes."""
    return len(stretch) - len(stretch.translate(None, _SEPARATORS))


def _is_in_script(content: bytes, start: int, end: int) -> bool:
    """Tell whether a stretch is in a script or a style that opens before it. A False may be wrong."""
    return _is_inside(content, b"script", start, end) or (
        _is_inside(content, b"style", start, end)
        # A script may write a style. Then it must not have ended before the stretch.
        and content.find(b"</script", content.rfind(b"<style", 0, start), end) < 0
    )


def _is_inside(content: bytes, name: bytes, start: int, end: int) -> bool:
    opened = content.rfind(b"<" + name, 0, start)
    if opened < 0 or content.find(b">", opened, start) < 0:
        return False
    first = content.find(b"</", opened, end)  # Most scripts have no such mark before their end.
    if first < 0 or end - first < _END_OF_SCRIPT:
        return True
    closed = content[first:end].lower().find(b"</" + name)
    return closed < 0 or end - first - closed < _END_OF_SCRIPT


def _without_scripts(content: bytes) -> bytes:
    """Return a page without scripts and styles, where a comparison can look like a tag.

    A script that is not closed goes on to the end.
    """
    for name in (b"script", b"style"):
        lower, kept, at = content.lower(), [], 0
        while (start := lower.find(b"<" + name, at)) >= 0 and (
            inside := lower.find(b">", start)
        ) >= 0:
            kept.append(content[at : inside + 1])
            at = lower.find(b"</" + name, inside)
            if at < 0:
                at = len(content)
        content = b"".join((*kept, content[at:]))
    return content
