"""Repairs the faults that the JSON in pages often has."""

from __future__ import annotations

import html
import re


def _as_it_is(body: str) -> str:
    return body


def _without_last_commas(body: str) -> str:
    return re.sub(r",\s*([}\]])", r"\1", body)


def _with_escaped_backslashes(body: str) -> str:
    return re.sub(r"\\(?![\"\\/bfnrtu])", r"\\\\", body)


#: A quote between two characters of a text: before it is no mark that opens a value, and behind it none
#: that closes one.
_QUOTE = re.compile(r'(?<!\\)"')
_OPENING, _CLOSING = "{[,:", ",:}]"
#: Characters around a quote among which the next one that is not white space is looked for (arbitrary).
_NEAR = 40


def _with_escaped_quotes(body: str) -> str:
    """Return the body with the quotes inside its texts escaped, and without last commas.

    >>> _with_escaped_quotes('{"headline": "The "best" rain", }')
    '{"headline": "The \\\\"best\\\\" rain"}'
    """

    def escaped(quote: re.Match[str]) -> str:
        before = body[max(0, quote.start() - _NEAR) : quote.start()].rstrip()[-1:]
        behind = body[quote.end() : quote.end() + _NEAR].lstrip()[:1]
        return '"' if before in _OPENING or behind in _CLOSING else '\\"'

    body = _without_last_commas(body)
    return _QUOTE.sub(escaped, body)


REPAIRS = (
    _as_it_is,
    _without_last_commas,
    _with_escaped_backslashes,
    html.unescape,
    _with_escaped_quotes,
)


def uncommented(body: str) -> str:
    """Return a script body without the comment and CDATA marks that old pages wrap it in."""
    for mark in ("/*", "//", "<!--", "<![CDATA[", "*/", "//"):
        body = body.removeprefix(mark).lstrip()
    for mark in (";", "*/", "-->", "]]>", "//", "/*"):
        body = body.removesuffix(mark).rstrip()
    return body
