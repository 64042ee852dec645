"""Text for people: escape characters that could control a terminal; write durations and counts."""

from __future__ import annotations

import json
import unicodedata


def printable(text: str, *, keep_newlines: bool = False) -> str:
    r"""Escape every character that could control a terminal.

    Control characters (with which ANSI sequences start), bidirectional overrides, zero-width and
    unassigned characters, and lone surrogates become escapes such as `\x1b` or `\u202e`. Letters of
    all scripts do not change. Use it for all text that comes from a document.

    >>> printable("\x1b[31mred\x1b[0m caf\u00e9 \u202efdp.exe")
    '\\x1b[31mred\\x1b[0m café \\u202efdp.exe'
    >>> printable("one\ntwo\t3", keep_newlines=True)
    'one\ntwo\t3'
    """
    kept = "\n\t" if keep_newlines else ""
    return "".join(c if c in kept or _is_plain(c) else _escape(c) for c in text)


def harmless_json(text: str) -> str:
    r"""Return equal JSON in which every character that could control a terminal is escaped.

    >>> harmless_json('{"title": "\u202efdp \u00e9"}') == '{"title": "\\u202efdp \u00e9"}'
    True
    """
    return "".join(c if c == "\n" or _is_plain(c) else json.dumps(c)[1:-1] for c in text)


def duration(seconds: float) -> str:
    """A duration as a person would write it.

    >>> duration(3.21), duration(75), duration(7265)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(n: int, noun: str) -> str:
    """A number with its (regular) noun, in the singular or plural.

    >>> counted(1, "copy"), counted(0, "story"), counted(1_200, "article")
    ('1 copy', '0 stories', '1,200 articles')
    """
    if n != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n:,} {noun}"


def _is_plain(character: str) -> bool:
    # Joiners are needed to write Persian, Hindi and emoji. All other format characters can control
    # a terminal.
    return (
        unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or character in "\u200c\u200d"
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
