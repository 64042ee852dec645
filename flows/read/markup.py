"""Recognise HTML in fields and files that should contain plain text, and take tags out of text."""

from __future__ import annotations

import re

# Signatures of HTML in the MIME Sniffing Standard (WHATWG), except tags that can also start a
# fragment of text.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,999}(?:<!--.{0,9999}?-->\s{0,999}){0,9}<(?:!doctype\s{1,9}html|html|head|\?xml)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
# The first element of an article's markup, with its attributes, and later an end tag.
_FRAGMENT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,999}(?:<!--.{0,999}?-->\s{0,99}){0,9}"
    rb"<(?:p|div|article|section|main|h[1-6]|ul|ol|blockquote|figure|table|span|strong|em|b|i|a|img|br)"
    rb"(?:\s[^<>]{0,2000})?/?>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_END_OF_BLOCK = re.compile(
    rb"</(?:p|div|article|section|h[1-6]|li|blockquote)\s{0,9}>", re.IGNORECASE
)


def looks_like_page(head: bytes) -> bool:
    """Whether bytes start like a page.

    >>> looks_like_page(b"  <!DOCTYPE html><title>x</title>"), looks_like_page(b"<p>A line of text")
    (True, False)
    """
    return _PAGE.match(head[: 2**14]) is not None


def has_tag(text: str) -> bool:
    """Whether a text contains a tag or a comment of HTML.

    >>> has_tag("Rain<br>Wind"), has_tag("5 < 6 and 7 > 6")
    (True, False)
    """
    return _TAG.search(text) is not None


def without_tags(text: str, between: str = "") -> str:
    """A text with `between` in place of each tag and comment of HTML.

    >>> without_tags("Rain &amp; <em>wind</em>")
    'Rain &amp; wind'
    """
    return _TAG.sub(between, text)


def is_markup(body: bytes) -> bool:
    """Whether a text is a page, or starts with an element of HTML and has blocks.

    >>> is_markup(b"<p>It rained.</p><p>It snowed.</p>"), is_markup(b"<3 rain. A line</p>")
    (True, False)
    """
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    is_fragment = _FRAGMENT.match(body) is not None and _END_OF_BLOCK.search(body) is not None
    return is_fragment or looks_like_page(body)


def whole_page(body: bytes) -> bytes:
    """Wrap a fragment of HTML in a page. A page is returned unchanged."""
    if looks_like_page(body):
        return body
    return b"<!doctype html><html><body><article>" + body + b"</article></body></html>"
