"""The encodings that pages use: their labels, Python codecs and byte order marks.

The module also has the first bytes of other kinds of files.
"""

from __future__ import annotations

import codecs

# WHATWG name, Python codec, labels (https://encoding.spec.whatwg.org/#names-and-labels). Some are
# left out and never used, whatever a page declares: utf-7 and the "replacement" encodings, which
# hide markup, and every Python codec that is not a character encoding (zip, rot13, unicode_escape,
# ...).
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
CODECS = {name: codec for name, codec, _ in _ROWS}
LABELS = {label: name for name, _, labels in _ROWS for label in (name, *labels.split())}
WIDE = frozenset({"utf-16le", "utf-16be"})
# The encodings that may be guessed, the commonest on the web first. Of readings with the same score
# the first wins. The rest of the table is left out: on short texts the detector prefers it, and no
# news site has served it undeclared for years.
ALPHABETIC = (
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
EAST_ASIAN = ("gb18030", "shift_jis", "euc-kr", "big5", "euc-jp")
NAMES = {codecs.lookup(CODECS[name]).name: name for name in (*ALPHABETIC, *EAST_ASIAN)}

BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "utf-8"),
    # This must come before UTF-16, because it begins with the mark of UTF-16.
    (b"\xff\xfe\x00\x00", "utf-32le", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32be", "utf-32-be"),
    (b"\xff\xfe", "utf-16le", "utf-16-le"),
    (b"\xfe\xff", "utf-16be", "utf-16-be"),
)
MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"{\\rtf1", "an RTF file"),
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


def kind_of_file(raw: bytes) -> str | None:
    """What the first bytes show a file to be, if it is no text.

    >>> kind_of_file(b"%PDF-1.7"), kind_of_file(b"Rain fell.")
    ('a PDF file', None)
    """
    return next((what for magic, what in MAGIC if raw.startswith(magic)), None)
