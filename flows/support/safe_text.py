"""What a person reads: text of documents made harmless for a terminal, durations."""

from __future__ import annotations

import json
import unicodedata


def printable(text: str, *, keep_newlines: bool = False) -> str:
    r"""The text with every character that could steer a terminal written out.

    Control characters (ANSI sequences begin with one), bidirectional overrides, zero-width and
    unassigned characters and lone surrogates become `\x1b` or `\u202e`; letters of all scripts
    stay. Use it for everything that came out of a document.

    >>> printable("\x1b[31mred\x1b[0m caf\u00e9 \u202efdp.exe")
    '\\x1b[31mred\\x1b[0m café \\u202efdp.exe'
    >>> printable("one\ntwo\t3", keep_newlines=True)
    'one\ntwo\t3'
    """
    kept = "\n\t" if keep_newlines else ""
    return "".join(c if c in kept or _is_plain(c) else _escape(c) for c in text)


def harmless_json(text: str) -> str:
    r"""JSON that means the same, with every character that could steer a terminal as an escape of JSON.

    >>> harmless_json('{"title": "\u202efdp \u00e9"}') == '{"title": "\\u202efdp \u00e9"}'
    True
    """
    return "".join(c if c == "\n" or _is_plain(c) else json.dumps(c)[1:-1] for c in text)


def duration(seconds: float) -> str:
    """A duration for a person.

    >>> duration(3.21), duration(75), duration(7265)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _is_plain(character: str) -> bool:
    # Joiners are part of how Persian, Hindi and emoji are written; all other format characters steer.
    return (
        unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or character in "\u200c\u200d"
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
