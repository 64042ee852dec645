"""Decode bytes to text: by the declared encoding, else as UTF-8, else by a guess.

Labels are read as browsers read them (WHATWG Encoding Standard), so `latin1` means windows-1252 and
`gb2312` means gb18030. A declaration that does not fit the bytes is ignored.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import charset_normalizer

from copydesk.transforms.article import Refused


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


# WHATWG name, Python codec, labels (https://encoding.spec.whatwg.org/#names-and-labels). Left out, so
# never used whatever a page declares: utf-7 and the "replacement" encodings, which hide markup, and
# every Python codec that is no character encoding (zip, rot13, unicode_escape, ...).
_TABLE = """
utf-8|utf-8|unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf8 x-unicode20utf8
utf-16le|utf-16-le|utf-16 csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff
utf-16be|utf-16-be|unicodefffe
ibm866|cp866|866 cp866 csibm866
iso-8859-2|iso8859-2|csisolatin2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso-8859-3|iso8859-3|csisolatin3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso-8859-4|iso8859-4|csisolatin4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso-8859-5|iso8859-5|csisolatincyrillic cyrillic iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso-8859-6|iso8859-6|arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso-8859-7|iso8859-7|csisolatingreek ecma-118 elot_928 greek greek8 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek
iso-8859-8|iso8859-8|csisolatinhebrew hebrew iso-8859-8-e iso-8859-8-i csiso88598i logical iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual
iso-8859-10|iso8859-10|csisolatin6 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso-8859-13|iso8859-13|iso8859-13 iso885913
iso-8859-14|iso8859-14|iso8859-14 iso885914
iso-8859-15|iso8859-15|csisolatin9 iso8859-15 iso885915 iso_8859-15 l9
iso-8859-16|iso8859-16|
koi8-r|koi8-r|cskoi8r koi koi8 koi8_r
koi8-u|koi8-u|koi8-ru
macintosh|mac-roman|csmacintosh mac x-mac-roman
windows-874|cp874|dos-874 iso-8859-11 iso8859-11 iso885911 tis-620
windows-1250|cp1250|cp1250 x-cp1250
windows-1251|cp1251|cp1251 x-cp1251
windows-1252|cp1252|ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii x-cp1252 x-user-defined
windows-1253|cp1253|cp1253 x-cp1253
windows-1254|cp1254|cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 x-cp1254
windows-1255|cp1255|cp1255 x-cp1255
windows-1256|cp1256|cp1256 x-cp1256
windows-1257|cp1257|cp1257 x-cp1257
windows-1258|cp1258|cp1258 x-cp1258
x-mac-cyrillic|mac-cyrillic|x-mac-ukrainian
gb18030|gb18030|chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk
big5|big5hkscs|big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp|euc-jp|cseucpkdfmtjapanese x-euc-jp
iso-2022-jp|iso-2022-jp|csiso2022jp
shift_jis|cp932|csshiftjis ms932 ms_kanji shift-jis sjis windows-31j x-sjis
euc-kr|cp949|cseuckr csksc56011987 iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
"""
_ROWS = [line.split("|") for line in _TABLE.split("\n") if line]
_CODECS = {name: codec for name, codec, _ in _ROWS}
_LABELS = {label: name for name, _, labels in _ROWS for label in (name, *labels.split())}
_WIDE = frozenset({"utf-16le", "utf-16be"})
# What a guess may answer, commonest on the web first: of readings that score alike the first wins. The rest of
# the table is left out: on short texts the detector prefers it, and no news site has served it undeclared for years.
_ALPHABETIC = (
    "windows-1252",
    "windows-1251",
    "windows-1250",
    "iso-8859-2",
    "windows-1254",
    "windows-1256",
    "windows-1253",
    "windows-1255",
    "windows-874",
    "windows-1257",
    "koi8-r",
)
_EAST_ASIAN = ("gb18030", "shift_jis", "euc-kr", "big5", "euc-jp")
_NAMES = {codecs.lookup(_CODECS[name]).name: name for name in (*_ALPHABETIC, *_EAST_ASIAN)}

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32le", "utf-32-le"),  # before UTF-16, whose mark begins it
    (b"\x00\x00\xfe\xff", "utf-32be", "utf-32-be"),
    (b"\xff\xfe", "utf-16le", "utf-16-le"),
    (b"\xfe\xff", "utf-16be", "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG\r\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"RIFF", "a RIFF media file"),
    (b"ID3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"\xd0\xcf\x11\xe0", "an Office file"),
    (b"wOF2", "a font"),
    (b"wOFF", "a font"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet file"),
    (b"\x00asm", "a program"),
)
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x1b"})  # ESC is how iso-2022-jp shifts
_ASCII = bytes(range(0x80))
# Of all bytes. Text has next to none; the rarest share among 40 kinds of binary files looked at was 4 %.
_MOST_CONTROLS = 0.01
_FEW = 4  # arbitrary; in a short text a share says little
# Of all letters: the most accented Western language, Vietnamese aside, stays below one in six; other scripts are above nine in ten.
_MOST_ACCENTS = 0.4
# Of all characters: at one in a hundred every twentieth word is damaged, and the text is no longer what was written.
_MOST_REPLACED = 0.01
_META_SPAN = (
    4096  # browsers promise 1,024; pages that open with long comments and scripts need more
)
_GUESS_SPAN = 2**17  # the detector's time grows with the input, its certainty does not
_COMMENT = re.compile(rb"<!--.{0,4096}?(?:-->|\Z)", re.DOTALL)
_META = re.compile(
    rb"<meta[\s/][^>]{0,1000}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w:.\-]{2,40})", re.IGNORECASE
)
_XML = re.compile(
    rb"\s{0,99}<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w:.\-]{2,40})", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_RAW_TAG = re.compile(rb"<[^<>]*>")
_REPLACED = "\ufffd"
_ASCII_LETTER = re.compile("[A-Za-z]")
_OTHER_LETTER = re.compile("[\x80-\xff\u0152-\u0192\u2013-\u2122]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def decode(raw: bytes, *, declared: str | None, html: bool) -> Decoded:
    """Decode the bytes of a document.

    `declared` is what its container said, such as the charset of the HTTP header; a byte order mark
    goes before it, `<meta charset>` and `<?xml encoding>` (where `html`) come after it. A one-byte or
    East Asian declaration loses against bytes that are UTF-8 beyond chance. Up to one character in a
    hundred may be lost to U+FFFD (`how` is then "repaired"). NUL characters are dropped, as HTML
    parsers do. Raises `Refused` with step "decode": empty, binary or misencoded.

    >>> decode("Café à Zürich, naïve".encode(), declared="latin1", html=False)
    Decoded(text='Café à Zürich, naïve', encoding='utf-8', how='utf-8')
    >>> decode(b"Caf\\xe9 \\x93open\\x94", declared="iso-8859-1", html=False)
    Decoded(text='Café “open”', encoding='windows-1252', how='declared')
    """
    if not raw.strip(b" \t\r\n\v\f\x00"):
        raise Refused("decode", "empty", "no byte but white space" if raw else "no byte")
    decoded = next(_attempts(raw, declared, html=html), None)
    if decoded is None:
        raise Refused(
            "decode",
            "misencoded",
            f"no encoding fits the {len(raw):,} bytes; declared: {declared or 'none'}",
        )
    text = decoded.text.replace("\x00", "")
    if not text.strip():
        raise Refused("decode", "empty", f"nothing but white space in {decoded.encoding}")
    if _is_damaged(text, html=html):
        raise Refused(
            "decode",
            "misencoded",
            f"more than 1 in {1 / _MOST_REPLACED:.0f} characters was already lost (U+FFFD)",
        )
    return Decoded(text, decoded.encoding, decoded.how)


def warm() -> None:
    """Import every codec that `decode` may need: Python opens a codec's module at its first use."""
    for codec in (*_CODECS.values(), *(codec for _, _, codec in _BOMS)):
        codecs.lookup(codec)
    for sample in ("Les élèves déçus".encode("cp1252") * 9, "今天上午。".encode("gb18030") * 9):
        _guess(sample, html=False)


def _attempts(raw: bytes, declared: str | None, *, html: bool) -> Iterator[Decoded]:
    """Yield the decodings that fit, the best first. Raises `Refused` for binary data."""
    mark, marked = _marked(raw)
    if marked is not None:
        yield marked
    raw = raw[len(mark) :]
    labels = [declared, *(_in_markup(raw) if html else ())]
    names = [
        _LABELS[label]
        for label in (label.strip().lower() for label in labels if label)
        if label in _LABELS
    ]
    if (
        names[:1]
        and names[0] in _WIDE
        and names[0] == _LABELS.get((declared or "").strip().lower())
        and not _is_utf8_without_zeros(raw)
    ):
        yield from _lenient(raw, names[0], "declared")
    yield from _wide_by_look(raw)
    _refuse_binary(raw)
    names = [
        name for name in names if name not in _WIDE
    ]  # in markup that could be read, UTF-16 cannot be true
    if b"\x1b$" in raw and raw.isascii():
        yield from _strict(raw, "iso-2022-jp", "declared" if "iso-2022-jp" in names else "guessed")
    utf8 = _Utf8(raw)
    if utf8.text is not None and (utf8.is_sure or (names[:1] or ["utf-8"])[0] == "utf-8"):
        yield Decoded(utf8.text, "utf-8", "declared" if names[:1] == ["utf-8"] else "utf-8")
    elif utf8.text is not None and "utf-8" in names and utf8.has_wide:
        # The page says UTF-8, the header something else, and the bytes are UTF-8.
        yield Decoded(utf8.text, "utf-8", "declared")
    elif utf8.is_almost:
        yield from _lenient(raw, "utf-8", "repaired")
    for name in names:
        yield from (
            found for found in _strict(raw, name, "declared") if not _is_another_script(found)
        )
    if utf8.text is not None:
        yield Decoded(utf8.text, "utf-8", "utf-8")
    for name in names:
        if name not in {
            "utf-8",
            "iso-2022-jp",
        }:  # iso-2022-jp reads any 8-bit text as a few characters and damage
            yield from (
                found for found in _lenient(raw, name, "repaired") if not _is_another_script(found)
            )
    for name in _guess(raw, html=html):
        yield from _lenient(raw, name, "guessed")


class _Utf8:
    """Whether bytes are UTF-8: the text if they are, and whether that could be chance."""

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
        # A pair of letters in a one-byte or East Asian encoding is valid UTF-8 about once in ten times; three in a row are no chance.
        self.is_sure = self.text is not None and n_wide >= 3
        self.has_wide = n_wide > 0
        # Cut at the end, or pasted together from two encodings.
        self.is_almost = n_wide >= 3 and 0 < n_lost <= max(1, n_wide // 2)


def _marked(raw: bytes) -> tuple[bytes, Decoded | None]:
    """Return the decoding that a byte order mark asks for, if the rest of the bytes agrees."""
    for mark, name, codec in _BOMS:
        if raw.startswith(mark):
            rest = raw[len(mark) :]
            text = rest.decode(codec, "replace")
            lies = (
                _is_damaged(text, html=False)
                or _looks_binary(text)
                or (name in _WIDE and _is_utf8_without_zeros(rest))
            )
            return mark, None if lies else Decoded(text, name, "bom")
    return b"", None


def _strict(raw: bytes, name: str, how: str) -> Iterator[Decoded]:
    try:
        yield Decoded(raw.decode(_CODECS[name], _errors(name)), name, how)
    except UnicodeDecodeError:
        return


def _lenient(raw: bytes, name: str, how: str) -> Iterator[Decoded]:
    """Decode with U+FFFD for what does not fit, unless that is too much or the result is not text."""
    text = raw.decode(_CODECS[name], "replace" if name in _WIDE else _lenient_errors(name))
    if not _is_damaged(text, html=False) and not _looks_binary(text):
        yield Decoded(text, name, how)


def _errors(name: str) -> str:
    # The standard maps the bytes that windows code pages leave undefined to the C1 controls of the same number.
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
    """Return the labels declared at the beginning of a page: XML declaration, then first meta."""
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
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise Refused("decode", "binary", f"begins like {what}")
    head = raw[: 2**16]
    n_controls = len(head) - len(head.translate(None, _CONTROLS))
    if n_controls > max(_FEW, len(head) * _MOST_CONTROLS):
        raise Refused(
            "decode",
            "binary",
            f"{n_controls / len(head):.0%} of the first {len(head):,} bytes are control characters",
        )


def _looks_binary(text: str) -> bool:
    """Whether the text has more control characters or unassigned code points than real text."""
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
    """What no UTF-16 is: Latin text in it has zeros, other scripts in it are no UTF-8."""
    if 0 in raw:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_another_script(decoded: Decoded) -> bool:
    """Whether a Western reading shows what Cyrillic, Greek, Chinese, ... bytes look like: accents everywhere."""
    if decoded.encoding not in {"windows-1252", "windows-1254", "iso-8859-15"}:
        return False
    head = _TAG.sub("", decoded.text[: 4 * _GUESS_SPAN])
    n_plain = len(_ASCII_LETTER.findall(head))
    n_others = len(_OTHER_LETTER.findall(head))
    return n_others > max(20, _MOST_ACCENTS * (n_plain + n_others))


def _guess(raw: bytes, *, html: bool) -> list[str]:
    """Return the encodings that a statistical detector finds likely, the best first."""
    sample = _RAW_TAG.sub(b" ", raw[: 4 * _GUESS_SPAN])[:_GUESS_SPAN] if html else raw[:_GUESS_SPAN]
    if sample.isascii():
        sample = raw[: 4 * _GUESS_SPAN]
    runs = _HIGH_RUN.findall(sample)
    # Two bytes a character make runs of even length; eight of them in an alphabet are one chance in 250.
    is_paired = len(runs) >= 8 and sum(len(run) % 2 for run in runs) <= len(runs) // 10
    # Comma and full stop of GB 2312, whose text may be one run from end to end.
    is_paired = is_paired or (
        b"\xa3\xac" in sample and b"\xa1\xa3" in sample and sum(len(run) % 2 for run in runs) == 0
    )
    for names in (_EAST_ASIAN, _ALPHABETIC) if is_paired else (_ALPHABETIC + _EAST_ASIAN,):
        found = _ranked(sample, names)
        if found:
            return found
    return []


def _ranked(sample: bytes, names: tuple[str, ...]) -> list[str]:
    isolated = [_CODECS[name] for name in names]
    found = charset_normalizer.from_bytes(
        sample, cp_isolation=isolated, preemptive_behaviour=False, enable_fallback=False
    )
    scores: dict[str, tuple[float, float]] = {}
    for match in found:
        for encoding in (
            match.encoding,
            *match.could_be_from_charset,
        ):  # the latter read the sample alike
            name = _NAMES.get(codecs.lookup(encoding).name)
            if name in names:
                scores.setdefault(name, (round(match.chaos, 1), -round(match.coherence, 1)))
    return sorted(scores, key=lambda name: (scores[name], names.index(name)))
