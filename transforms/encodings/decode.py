"""Decodes bytes to text: by the declared encoding, or as UTF-8, or by a guess.

Labels are read as browsers read them (WHATWG Encoding Standard), so `latin1` means windows-1252 and
`gb2312` means gb18030. A declaration that does not fit the bytes is ignored.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copydesk.transforms.article import Refused
from copydesk.transforms.encodings.encoding_labels import (
    BOMS,
    CODECS,
    LABELS,
    MAGIC,
    WIDE,
    kind_of_file,
)
from copydesk.transforms.encodings.guess import guess


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, its encoding, and how that was chosen: bom, declared, utf-8, repaired or guessed."""

    text: str
    encoding: str
    how: str

    @property
    def evidence(self) -> str:
        """The encoding, with a remark if it was not certain.

        >>> Decoded("", "windows-1251", "guessed").evidence
        'windows-1251 (guessed)'
        """
        return (
            f"{self.encoding} ({self.how})"
            if self.how in {"guessed", "repaired"}
            else self.encoding
        )


# ESC switches alphabets in iso-2022-jp.
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x1b"})
_UNPRINTED = _CONTROLS + b"\x1b"
_MARKS = (*(mark for mark, _, _ in BOMS), *(magic for magic, _ in MAGIC))
_ASCII = bytes(range(0x80))
# Share of all bytes. Text has almost none. The lowest share among 40 kinds of binary files was 4 %.
_MOST_CONTROLS = 0.01
_FEW = 4  # Arbitrary. In a short text a share says little.
# Share of all letters. The Western language with the most accents, except Vietnamese, has less than
# one in six. Other scripts have more than nine in ten.
_MOST_ACCENTS = 0.4
# Share of all characters. With one in a hundred, every twentieth word is damaged, and the text is
# no longer what was written.
_MOST_REPLACED = 0.01
# Bytes. Browsers promise 1,024, but pages that begin with long comments and scripts need more.
_META_SPAN = 4096
_SCRIPT_SPAN = 2**19  # Characters of a page that show its script. Arbitrary.
_COMMENT = re.compile(rb"<!--.{0,4096}?(?:-->|\Z)", re.DOTALL)
_META = re.compile(
    rb"<meta[\s/][^>]{0,1000}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.\-]{2,40})", re.IGNORECASE
)
_XML = re.compile(
    rb"\s{0,99}<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w:.\-]{2,40})", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_REPLACED = "\ufffd"
_ASCII_LETTER = re.compile("[A-Za-z]")
_OTHER_LETTER = re.compile("[\x80-\xff\u0152-\u0192\u2013-\u2122]")


def decode(raw: bytes, *, declared: str | None, html: bool) -> Decoded:
    """Decode the bytes of a document.

    `declared` is the encoding that the container stated, such as the charset of the HTTP header. A
    byte order mark takes precedence over it. If `html` is true, `<meta charset>` and `<?xml
    encoding>` are tried after it. A one-byte or East Asian declaration is ignored if the bytes are
    UTF-8 beyond chance. Up to one character in a hundred may be lost to U+FFFD (`how` is then
    "repaired"). NUL characters are dropped, as HTML parsers do. Raises `Refused` with step
    "decode": empty, binary or misencoded.

    >>> decode("Café à Zürich, naïve".encode(), declared="latin1", html=False)
    Decoded(text='Café à Zürich, naïve', encoding='utf-8', how='utf-8')
    >>> decode(b"Caf\\xe9 \\x93open\\x94", declared="iso-8859-1", html=False)
    Decoded(text='Café “open”', encoding='windows-1252', how='declared')
    """
    if not raw.strip(b" \t\r\n\v\f\x00"):
        raise Refused("decode", "empty", "only white space" if raw else "no bytes")
    decoded = _plain_utf8(raw, declared, html=html) or next(
        _attempts(raw, declared, html=html), None
    )
    if decoded is None:
        raise Refused(
            "decode",
            "misencoded",
            f"no encoding fits the {len(raw):,} bytes; declared: {declared or 'none'}",
        )
    text = decoded.text.replace("\x00", "")
    if not text.strip():
        raise Refused("decode", "empty", f"only white space in {decoded.encoding}")
    if _is_damaged(text, html=html):
        raise Refused(
            "decode",
            "misencoded",
            f"more than 1 in {1 / _MOST_REPLACED:.0f} characters were already lost (U+FFFD)",
        )
    return Decoded(text, decoded.encoding, decoded.how)


def warm() -> None:
    """Import every codec that `decode` may need. Python opens a codec's module at its first use."""
    for codec in (*CODECS.values(), *(codec for _, _, codec in BOMS)):
        codecs.lookup(codec)
    for sample in ("Les élèves déçus".encode("cp1252") * 9, "今天上午。".encode("gb18030") * 9):
        guess(sample, html=False)


def _plain_utf8(raw: bytes, declared: str | None, *, html: bool) -> Decoded | None:
    """Decode what is surely UTF-8, as almost every document is, else return None.

    That is valid UTF-8 without marks and control characters, if nothing declares another encoding.
    `_attempts` would yield the same first, after five more looks at the bytes.
    """
    # A page without a declaration from outside may have one itself.
    is_other = declared != "utf-8" and (html or declared is not None)
    if is_other or raw.startswith(_MARKS) or len(raw.translate(None, _UNPRINTED)) != len(raw):
        return None
    try:
        return Decoded(raw.decode("utf-8"), "utf-8", "declared" if declared else "utf-8")
    except UnicodeDecodeError:
        return None


def _attempts(raw: bytes, declared: str | None, *, html: bool) -> Iterator[Decoded]:
    """Yield the decodings that fit, the best first. Raises `Refused` for binary data."""
    mark, marked = _marked(raw)
    if marked is not None:
        yield marked
    raw = raw[len(mark) :]
    names = _declared_names(raw, declared, html=html)
    is_from_outside = names[:1] == _known([declared])
    if names[:1] and names[0] in WIDE and is_from_outside and not _is_utf8_without_zeros(raw):
        yield from _lenient(raw, names[0], "declared")
    yield from _wide_by_look(raw)
    _refuse_binary(raw)
    # If the markup could be read to find its declaration, the bytes are not UTF-16.
    names = [name for name in names if name not in WIDE]
    if b"\x1b$" in raw and raw.isascii():
        yield from _strict(raw, "iso-2022-jp", "declared" if "iso-2022-jp" in names else "guessed")
    utf8 = _Utf8(raw)
    yield from _as_utf8(raw, utf8, names)
    for name in names:
        yield from _in_one_script(_strict(raw, name, "declared"))
    if utf8.text is not None:
        yield Decoded(utf8.text, "utf-8", "utf-8")
    for name in names:
        # iso-2022-jp reads any 8-bit text as a few characters and damage.
        if name not in {"utf-8", "iso-2022-jp"}:
            yield from _in_one_script(_lenient(raw, name, "repaired"))
    for name in guess(raw, html=html):
        yield from _lenient(raw, name, "guessed")


def _declared_names(raw: bytes, declared: str | None, *, html: bool) -> list[str]:
    """The encodings that are declared from outside and in the markup, in this order."""
    return _known([declared, *(_in_markup(raw) if html else ())])


def _known(labels: Iterable[str | None]) -> list[str]:
    """The names of the encodings with these labels. Unknown labels are left out."""
    stripped = (label.strip().lower() for label in labels if label)
    return [LABELS[label] for label in stripped if label in LABELS]


def _as_utf8(raw: bytes, utf8: _Utf8, names: Sequence[str]) -> Iterator[Decoded]:
    """Yield the UTF-8 text if the bytes and the declared `names` speak for UTF-8."""
    is_declared = names[:1] == ["utf-8"]
    if utf8.text is None:
        if utf8.is_almost:
            yield from _lenient(raw, "utf-8", "repaired")
    elif utf8.is_sure or is_declared or not names:
        yield Decoded(utf8.text, "utf-8", "declared" if is_declared else "utf-8")
    elif "utf-8" in names and utf8.has_wide:
        # The page says UTF-8, the header says something else, and the bytes are UTF-8.
        yield Decoded(utf8.text, "utf-8", "declared")


def _in_one_script(attempts: Iterable[Decoded]) -> Iterator[Decoded]:
    """The decodings that do not look like text of another script."""
    return (found for found in attempts if not _is_another_script(found))


class _Utf8:
    """Whether bytes are UTF-8: the text if they are, and whether that may be chance."""

    def __init__(self, raw: bytes) -> None:
        try:
            self.text: str | None = raw.decode("utf-8")
        except UnicodeDecodeError:
            self.text = None
        lenient = self.text if self.text is not None else raw.decode("utf-8", "replace")
        n_ascii = len(raw) - len(raw.translate(None, _ASCII))
        n_lost = (
            0 if self.text is not None else lenient.count(_REPLACED) - raw.count(b"\xef\xbf\xbd")
        )
        n_wide = len(lenient) - n_ascii - n_lost
        # A pair of letters in a one-byte or East Asian encoding is valid UTF-8 about once in ten
        # times. Three in a row are not chance.
        self.is_sure = self.text is not None and n_wide >= 3
        self.has_wide = n_wide > 0
        # The bytes were cut at the end, or joined from two encodings.
        self.is_almost = n_wide >= 3 and 0 < n_lost <= max(1, n_wide // 2)


def _marked(raw: bytes) -> tuple[bytes, Decoded | None]:
    """Return the decoding that a byte order mark demands, if the rest of the bytes agrees.

    Also return the bytes without the mark.
    """
    for mark, name, codec in BOMS:
        if raw.startswith(mark):
            rest = raw[len(mark) :]
            text = rest.decode(codec, "replace")
            lies = (
                _is_damaged(text, html=False)
                or _looks_binary(text)
                or (name in WIDE and _is_utf8_without_zeros(rest))
            )
            return mark, None if lies else Decoded(text, name, "bom")
    return b"", None


def _strict(raw: bytes, name: str, how: str) -> Iterator[Decoded]:
    try:
        yield Decoded(raw.decode(CODECS[name], _errors(name)), name, how)
    except UnicodeDecodeError:
        return


def _lenient(raw: bytes, name: str, how: str) -> Iterator[Decoded]:
    """Decode with U+FFFD for what does not fit.

    Yield nothing if that is too much or the result is not text.
    """
    text = raw.decode(CODECS[name], "replace" if name in WIDE else _lenient_errors(name))
    if not _is_damaged(text, html=False) and not _looks_binary(text):
        yield Decoded(text, name, how)


def _errors(name: str) -> str:
    # The standard maps the bytes that are undefined in windows code pages to the C1 controls with
    # the same number.
    return "copydesk-c1" if name.startswith("windows-") else "strict"


def _lenient_errors(name: str) -> str:
    return "copydesk-c1" if name.startswith("windows-") else "replace"


def _c1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(
        chr(b) if b < 0xA0 else _REPLACED for b in error.object[error.start : error.end]
    ), error.end


codecs.register_error("copydesk-c1", _c1)


def _in_markup(raw: bytes) -> Iterator[str]:
    """Yield the labels declared at the beginning of a page: XML declaration, then first meta."""
    head = raw[:_META_SPAN]
    if declared := _XML.match(head):
        yield declared[1].decode("ascii", "replace")
    if declared := _META.search(_COMMENT.sub(b"", head)):
        yield declared[1].decode("ascii", "replace")


def _wide_by_look(raw: bytes) -> Iterator[Decoded]:
    """Guess UTF-16 without a byte order mark: Latin text has a zero in every other byte."""
    head = raw[: 2**16]
    half = max(1, len(head) // 2)
    odd, even = head[1::2].count(0) / half, head[0::2].count(0) / half
    if max(odd, even) > 0.4 and min(odd, even) < 0.05:
        yield from _lenient(raw, "utf-16le" if odd > even else "utf-16be", "guessed")


def _refuse_binary(raw: bytes) -> None:
    if kind := kind_of_file(raw):
        raise Refused("decode", "binary", f"begins like {kind}")
    head = raw[: 2**16]
    n_controls = len(head) - len(head.translate(None, _CONTROLS))
    if n_controls > max(_FEW, len(head) * _MOST_CONTROLS):
        raise Refused(
            "decode",
            "binary",
            f"{n_controls / len(head):.0%} of the first {len(head):,} bytes are control characters",
        )


def _looks_binary(text: str) -> bool:
    """Tell whether the text has more control characters or unassigned code points than real text."""
    head = text[: 2**16]
    n_odd = sum(
        1
        for c in head
        if (c < " " and c not in "\t\n\v\f\r\x1b")
        or "\x7f" <= c < "\xa0"
        or "\ue000" <= c < "\uf900"
    )
    return n_odd > max(_FEW, len(head) * _MOST_CONTROLS)


def _is_damaged(text: str, *, html: bool) -> bool:
    n_replaced = text.count(_REPLACED)
    if not n_replaced:
        return False
    shown = _TAG.sub("", text) if html else text
    n_replaced = shown.count(_REPLACED)
    return n_replaced > max(1, len(shown) * _MOST_REPLACED) or 2 * n_replaced > len(shown)


def _is_utf8_without_zeros(raw: bytes) -> bool:
    """Tell whether the bytes cannot be UTF-16.

    Latin text in UTF-16 has zeros, and other scripts in UTF-16 are not valid UTF-8.
    """
    if 0 in raw:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_another_script(decoded: Decoded) -> bool:
    """Tell whether a Western reading has accents everywhere, as bytes of another script give.

    Such scripts are Cyrillic, Greek and Chinese.
    """
    if decoded.encoding not in {"windows-1252", "windows-1254", "iso-8859-15"}:
        return False
    head = _TAG.sub("", decoded.text[:_SCRIPT_SPAN])
    n_plain = len(_ASCII_LETTER.findall(head))
    n_others = len(_OTHER_LETTER.findall(head))
    return n_others > max(20, _MOST_ACCENTS * (n_plain + n_others))
