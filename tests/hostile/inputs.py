"""Hostile inputs as they come from the open web and from bad disks. A few lines make each of them.

Many are small, because the limits of the tests (see `LIMITS`) are low.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from copydesk.flows.read import Limits

LIMITS = Limits(
    document_bytes=2 * 2**20,
    line_bytes=6 * 2**20,
    expansion=100,
    seconds=10,
    memory_bytes=700 * 2**20,
)
STORY = (
    "The harbour of Lindesund reopened on Tuesday after a storm had closed it for three days, the port authority said. "
    "Eleven ships were waiting outside the breakwater when the first pilot boat left at dawn."
)
PAGE = f"<!DOCTYPE html><html><head><title>Harbour reopens</title></head><body><article><h1>Harbour reopens</h1><p>{STORY}</p></article></body></html>"
_MEGABYTE = 2**20


@dataclass(frozen=True)
class Hostile:
    """A file: its name, its bytes, and the reason why reading refuses all or a part of it."""

    name: str
    make: Callable[[], bytes]
    refused: str | None = None  # the reason of reading or decoding; None if documents come out
    yields: int = 0  # records that are read nevertheless


def write(folder: Path) -> None:
    """Write every hostile input into the folder."""
    for hostile in HOSTILE:
        path = folder / hostile.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(hostile.make())


def _page(inner: str) -> bytes:
    return PAGE.replace("</article>", inner + "</article>").encode("utf-8", "surrogatepass")


def _line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def _warc(
    *payloads: bytes,
    kind: str = "text/html",
    status: str = "200 OK",
    headers: str = "",
    length: int | None = None,
    uri: str = "https://example.org/a",
) -> bytes:
    out = b""
    for payload in payloads:
        http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + payload
        out += (
            (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {uri}\r\nWARC-Date: 2024-03-01T10:00:00Z\r\n"
                f"WARC-Record-ID: <urn:uuid:0>\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {length if length is not None else len(http)}\r\n\r\n"
            ).encode()
            + http
            + b"\r\n\r\n"
        )
    return out


def _parquet(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _good_parquet() -> bytes:
    return _parquet(
        pa.table({"text": [STORY] * 3, "url": [f"https://example.org/{i}" for i in range(3)]})
    )


def _flipped(raw: bytes, at: float, n: int = 8) -> bytes:
    """Return the bytes with a few of them inverted, the first at this share of the length."""
    start = int(len(raw) * at)
    return raw[:start] + bytes(b ^ 0xFF for b in raw[start : start + n]) + raw[start + n :]


def _zstd(raw: bytes, level: int = 3) -> bytes:
    return zstandard.ZstdCompressor(level=level).compress(raw)


def _zeros_gz(n_bytes: int) -> bytes:
    """Return the gzip of this many zeros, without holding them in memory."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return (
        b"".join(packer.compress(bytes(_MEGABYTE)) for _ in range(n_bytes // _MEGABYTE))
        + packer.flush()
    )


def _zeros_zst(n_bytes: int) -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return (
        b"".join(packer.compress(bytes(_MEGABYTE)) for _ in range(n_bytes // _MEGABYTE))
        + packer.flush()
    )


def _lying_window_zst() -> bytes:
    """Return a zstd frame whose header asks for a window of 2 GB."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + b"\x01\x00\x00" + b"x" * 10


def _quine_like_gz() -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(STORY.encode(), mtime=0), mtime=0), mtime=0)


def _bomb_parquet() -> bytes:
    table = pa.table({"text": pa.array(["a" * _MEGABYTE * 2] * 40, pa.large_string())})
    return _parquet(table, compression="zstd", use_dictionary=False)


def _dictionary_bomb_parquet() -> bytes:
    table = pa.table(
        {
            "text": pa.DictionaryArray.from_arrays(
                pa.array([0] * 20_000, pa.int32()), pa.array(["long " * 300_000])
            )
        }
    )
    return _parquet(table, compression="zstd")


def _wide_parquet() -> bytes:
    return _parquet(pa.table({f"c{i}": [1] for i in range(10_000)} | {"text": [STORY]}))


def _lying_statistics_parquet() -> bytes:
    raw = _good_parquet()
    # The footer gives a least value of the column that is larger than the greatest one.
    return (
        raw.replace(b"https://example.org/0", b"https://example.org/9")
        if raw.count(b"https://example.org/0")
        else raw
    )


def _footer_length_parquet(length: int) -> bytes:
    raw = _good_parquet()
    return raw[:-8] + struct.pack("<I", length) + b"PAR1"


def _invalid_utf8_parquet() -> bytes:
    raw = "Le café est fermé, hélas, a écrit l'élève.".encode("latin1")
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, len(raw))), pa.py_buffer(raw)]
    )
    return _parquet(pa.table({"text": bad}))


def _chunked_bomb_warc() -> bytes:
    packed = gzip.compress(bytes(16 * _MEGABYTE), mtime=0)
    return _warc(packed, headers="Content-Encoding: gzip\r\n")


HOSTILE: tuple[Hostile, ...] = (
    # Plain text, and bytes that are not text.
    Hostile("txt/empty.txt", lambda: b"", "empty"),
    Hostile("txt/blank.txt", lambda: b" \n\t\r\n \x00\x00", "empty"),
    Hostile("txt/nul-bytes.txt", lambda: STORY.encode().replace(b" ", b" \x00", 3), yields=1),
    Hostile("txt/only-nul.txt", lambda: bytes(5000), "empty"),
    Hostile(
        "txt/random.txt",
        lambda: b"".join(struct.pack("<Q", (i * 0x9E3779B97F4A7C15) % 2**64) for i in range(2000)),
        "binary",
    ),
    Hostile("txt/really-a-pdf.txt", lambda: b"%PDF-1.7\n" + STORY.encode(), "binary"),
    Hostile(
        "txt/really-a-png.html", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "binary"
    ),
    Hostile("txt/really-a-page.txt", PAGE.encode, yields=1),
    Hostile("txt/one-line-of-3-mb.txt", lambda: b"word " * 600_000, "too_large"),
    Hostile("txt/one-word-of-1-mb.txt", lambda: b"w" * _MEGABYTE, yields=1),
    Hostile(
        "txt/a-million-newlines.txt",
        lambda: STORY.encode() + b"\n" * 1_000_000 + STORY.encode(),
        yields=1,
    ),
    Hostile("txt/carriage-returns.txt", lambda: STORY.encode().replace(b". ", b".\r"), yields=1),
    Hostile(
        "txt/cut-in-a-character.txt",
        lambda: (STORY + " Übermut täte gut, sagte Jörg Müß").encode()[:-1],
        yields=1,
    ),
    Hostile("txt/overlong-utf8.txt", lambda: b"\xc0\xaf\xe0\x80\xaf" * 300, "misencoded"),
    Hostile(
        "txt/utf8-surrogates.txt",
        lambda: (STORY + "\ud800\udfff").encode("utf-8", "surrogatepass") * 3,
        None,
        1,
    ),
    Hostile("txt/only-replacement-characters.txt", lambda: "\ufffd".encode() * 400, "misencoded"),
    Hostile("txt/utf16-no-mark.txt", lambda: STORY.encode("utf-16-le"), yields=1),
    Hostile("txt/utf16-odd-length.txt", lambda: STORY.encode("utf-16")[:-1], yields=1),
    Hostile("txt/mark-that-lies.txt", lambda: b"\xff\xfe" + STORY.encode(), yields=1),
    Hostile("txt/three-marks.txt", lambda: b"\xef\xbb\xbf" * 3 + STORY.encode(), yields=1),
    Hostile(
        "txt/bidi-and-zero-width.txt",
        (STORY.replace(" ", "\u200b ") + "\u202e\u2066\u2069\u200d" * 500).encode,
        yields=1,
    ),
    Hostile("txt/combining-tower.txt", (STORY + "a" + "\u0301" * 100_000).encode, yields=1),
    Hostile(
        "txt/ansi-and-formulas.txt",
        ("=cmd|' /C calc'!A1\n\x1b]0;title\x07\x1b[2J" + STORY).encode,
        yields=1,
    ),
    Hostile(
        "txt/private-use-and-unassigned.txt",
        (STORY + "\ue000\uf8ff\U000e0041\ufffe" * 9).encode,
        yields=1,
    ),
    # Pages.
    Hostile("html/deep.html", lambda: b"<div>" * 100_000 + STORY.encode(), yields=1),
    Hostile(
        "html/deep-inline.html", lambda: b"<p>" + b"<b><i>" * 50_000 + STORY.encode(), yields=1
    ),
    Hostile("html/deep-lists.html", lambda: b"<ul><li>" * 30_000 + STORY.encode(), yields=1),
    Hostile(
        "html/deep-tables.html", lambda: b"<table><tr><td>" * 20_000 + STORY.encode(), yields=1
    ),
    Hostile("html/wide.html", lambda: b"<article>" + b"<p>x" * 200_000, yields=1),
    Hostile("html/wide-links.html", lambda: b"<article>" + b"<a href=/>x</a> " * 60_000, yields=1),
    Hostile(
        "html/giant-attribute.html",
        lambda: b'<div class="' + b"a " * 500_000 + b'">' + PAGE.encode(),
        yields=1,
    ),
    Hostile(
        "html/many-attributes.html",
        lambda: b"<div " + b" ".join(b"a%d=1" % i for i in range(60_000)) + b">" + PAGE.encode(),
        yields=1,
    ),
    Hostile(
        "html/same-attribute.html",
        lambda: b"<p " + b'class="x" ' * 90_000 + b">" + PAGE.encode(),
        yields=1,
    ),
    Hostile("html/entities.html", lambda: _page("<p>" + "&amp;" * 200_000), yields=1),
    Hostile(
        "html/billion-laughs.html",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
            + b"".join(
                b'<!ENTITY a%d "%s">' % (i, b"&a%s;" % (b"%d" % (i - 1) if i else b"") * 10)
                for i in range(12)
            )
            + b"]><html><p>&a11;"
            + STORY.encode()
        ),
        yields=1,
    ),
    Hostile(
        "html/external-entity.xhtml",
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>&x; '
            + STORY.encode()
        ),
        yields=1,
    ),
    Hostile(
        "html/character-references.html",
        lambda: _page("<p>&#0; &#xD800; &#x110000; &#99999999999999999999; &#128;</p>"),
        yields=1,
    ),
    Hostile(
        "html/nul-in-tags.html",
        lambda: PAGE.replace("<p>", "<p\x00 cl\x00ass=x>").encode(),
        yields=1,
    ),
    Hostile(
        "html/unclosed-comment.html", lambda: PAGE.encode() + b"<!-- " + b"-" * 300_000, yields=1
    ),
    Hostile(
        "html/unclosed-script.html",
        lambda: PAGE.encode() + b"<script>" + b"if (a < b) { " * 40_000,
        yields=1,
    ),
    Hostile("html/unclosed-tag.html", lambda: PAGE.encode() + b"<" * 300_000, yields=1),
    Hostile("html/cdata.html", lambda: _page("<![CDATA[" + "]]" * 100_000), yields=1),
    Hostile(
        "html/surrogate-references.html", lambda: _page("<p>\ud83d &#xD83D;&#xDE00;</p>"), yields=1
    ),
    Hostile(
        "html/lying-meta.html",
        lambda: PAGE.replace("<head>", "<head><meta charset=utf-16>").encode(),
        yields=1,
    ),
    Hostile(
        "html/codec-of-python.html",
        lambda: (
            PAGE.replace("<head>", "<head><meta charset=unicode_escape>").encode()
            + b"\\u003cscript\\u003e"
        ),
        yields=1,
    ),
    Hostile(
        "html/utf7.html",
        lambda: PAGE.replace("<head>", "<head><meta charset=utf-7>").encode() + b"+ADw-script+AD4-",
        yields=1,
    ),
    Hostile(
        "html/json-ld-deep.html",
        lambda: _page('<script type="application/ld+json">' + '{"a":[' * 50_000 + "</script>"),
        yields=1,
    ),
    Hostile(
        "html/json-ld-number.html",
        lambda: _page(
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":'
            + "9" * 20_000
            + "}</script>"
        ),
        yields=1,
    ),
    Hostile(
        "html/json-ld-cycle.html",
        lambda: _page(
            '<script type="application/ld+json">{"@id":"#a","@type":"NewsArticle","author":{"@id":"#a","author":{"@id":"#a"}}}</script>'
        ),
        yields=1,
    ),
    Hostile(
        "html/dates-beyond.html",
        lambda: _page(
            '<time datetime="99999-99-99T99:99:99+99:99"></time><meta property="article:published_time" content="-0001-00-00">'
        ),
        yields=1,
    ),
    Hostile(
        "html/bylines-without-end.html",
        lambda: _page("<p class=byline>By " + "Ana Ruiz and " * 60_000 + "</p>"),
        yields=1,
    ),
    Hostile(
        "html/url-without-end.html",
        lambda: _page("<link rel=canonical href='http://[::1" + "/a" * 90_000 + "'>"),
        yields=1,
    ),
    Hostile(
        "html/backtracking-spaces.html",
        lambda: _page("<p>By" + " " * 150_000 + "x</p><p>(Reuters" + " \t" * 60_000 + "</p>"),
        yields=1,
    ),
    Hostile(
        "html/svg-and-math.html",
        lambda: _page("<svg><foreignObject><math><mi>" * 300 + STORY),
        yields=1,
    ),
    Hostile(
        "html/frameset-only.html",
        lambda: b"<html><frameset><frame src=a></frameset></html>",
        yields=1,
    ),
    Hostile(
        "html/tags-of-xml.html",
        lambda: (
            b"<?xml version='1.0'?>" + b"<a:b xmlns:a='" + b"u" * 100_000 + b"'>" + PAGE.encode()
        ),
        yields=1,
    ),
    # gzip and zstd.
    Hostile("gz/bomb.txt.gz", lambda: _zeros_gz(70 * _MEGABYTE), "too_large"),
    Hostile("gz/bomb.html.gz", lambda: _zeros_gz(16 * _MEGABYTE), "too_large"),
    Hostile("gz/bomb.jsonl.gz", lambda: _zeros_gz(80 * _MEGABYTE), "too_large"),
    Hostile(
        "gz/bomb-of-lines.jsonl.gz",
        lambda: gzip.compress((b" " * 999 + b"\n") * 70_000, 6, mtime=0),
        "too_large",
    ),
    Hostile(
        "gz/truncated.txt.gz", lambda: gzip.compress(STORY.encode() * 50, mtime=0)[:-9], "truncated"
    ),
    Hostile(
        "gz/truncated.jsonl.gz",
        lambda: gzip.compress(
            b"".join(_line(text=STORY + str(i * 7919)) for i in range(2000)), mtime=0
        )[:-300],
        "truncated",
        1944,
    ),
    Hostile(
        "gz/damaged.html.gz",
        lambda: _flipped(gzip.compress(PAGE.encode() + bytes(range(256)) * 40, mtime=0), 0.5),
        "corrupt",
    ),
    Hostile(
        "gz/wrong-sum.txt.gz",
        lambda: _flipped(gzip.compress(STORY.encode(), mtime=0), 0.999, 1),
        "corrupt",
    ),
    Hostile("gz/not-gzip.txt.gz", STORY.encode, yields=1),
    Hostile("gz/packed-three-times.txt.gz", _quine_like_gz, "binary"),
    Hostile("gz/members.txt.gz", lambda: gzip.compress(STORY.encode(), mtime=0) * 3, yields=1),
    Hostile(
        "gz/rubbish-after.txt.gz",
        lambda: gzip.compress(STORY.encode(), mtime=0) + b"rubbish",
        "corrupt",
    ),
    Hostile(
        "gz/packed-html-without-a-name.html",
        lambda: gzip.compress(PAGE.encode(), mtime=0),
        yields=1,
    ),
    Hostile("zst/bomb.txt.zst", lambda: _zeros_zst(80 * _MEGABYTE), "too_large"),
    Hostile("zst/bomb.jsonl.zst", lambda: _zeros_zst(90 * _MEGABYTE), "too_large"),
    Hostile("zst/truncated.html.zst", lambda: _zstd(PAGE.encode() * 20)[:-20], "truncated"),
    Hostile("zst/damaged.txt.zst", lambda: b"\x28\xb5\x2f\xfd\x24\x05" + b"\xff" * 40, "corrupt"),
    Hostile("zst/window.txt.zst", _lying_window_zst, "corrupt"),
    Hostile("zst/frames.txt.zst", lambda: _zstd(STORY.encode()) * 2, yields=1),
    # JSON lines.
    Hostile(
        "jsonl/deep.jsonl",
        lambda: b'{"text": ' + b"[" * 200_000 + b"\n" + _line(text=STORY),
        "too_deep",
        1,
    ),
    Hostile(
        "jsonl/deep-closed.jsonl",
        lambda: b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n" + _line(text=STORY),
        "too_deep",
        1,
    ),
    Hostile(
        "jsonl/endless-line.jsonl",
        lambda: b'{"text": "' + b"a" * 7 * _MEGABYTE + b'"}\n' + _line(text=STORY),
        "too_large",
        1,
    ),
    Hostile(
        "jsonl/huge-text.jsonl",
        lambda: _line(text="a " * 2 * _MEGABYTE) + _line(text=STORY),
        "too_large",
        1,
    ),
    Hostile(
        "jsonl/cut-off.jsonl", lambda: _line(text=STORY) + _line(text=STORY)[:-20], "bad_json", 1
    ),
    Hostile(
        "jsonl/not-objects.jsonl",
        lambda: b'1\n"a"\n[1]\nnull\ntrue\n' + _line(text=STORY),
        "wrong_type",
        1,
    ),
    Hostile(
        "jsonl/not-json.jsonl", lambda: PAGE.encode() + b"\n" + _line(text=STORY), "bad_json", 1
    ),
    Hostile(
        "jsonl/latin1.jsonl",
        lambda: '{"text": "Caf\xe9 noir"}\n'.encode("latin1") + _line(text=STORY),
        "misencoded",
        1,
    ),
    Hostile(
        "jsonl/long-number.jsonl",
        lambda: b'{"text": "a", "n": ' + b"9" * 100_000 + b"}\n" + _line(text=STORY),
        "bad_json",
        1,
    ),
    Hostile(
        "jsonl/lone-surrogates.jsonl",
        lambda: (
            b'{"text": "\\ud800'
            + STORY.encode()
            + b'\\udc00 \\ud83d\\ude00", "title": "\\ud800", "url": "\\udfff"}\n'
        ),
        yields=1,
    ),
    Hostile(
        "jsonl/wrong-types.jsonl",
        lambda: (
            b"".join(_line(text=value) for value in (1, 2.5, ["a"], {"b": "c"}, True))
            + _line(
                text=STORY,
                title=[1],
                author={"name": 5},
                date={"x": 1},
                url=7,
                outlet=[],
                fetched_at=[2],
            )
        ),
        "wrong_type",
        1,
    ),
    Hostile(
        "jsonl/times-beyond.jsonl",
        lambda: (
            _line(text=STORY, fetched_at=10**40, date=-(10**40))
            + _line(text=STORY, fetched_at="99999-01-01", date=1e308)
            + b'{"text": "'
            + STORY.encode()
            + b'", "fetched_at": NaN, "date": Infinity}\n'
        ),
        yields=3,
    ),
    Hostile(
        "jsonl/no-text.jsonl",
        lambda: _line(headline="x") + _line(text=None) + _line(text=""),
        "no_text_field",
    ),
    Hostile(
        "jsonl/nul-lines.jsonl",
        lambda: b"\x00" * 100 + b"\n" + _line(text=STORY) + b"\x00\n",
        yields=1,
    ),
    Hostile("jsonl/mark-first.jsonl", lambda: b"\xef\xbb\xbf" + _line(text=STORY), yields=1),
    Hostile(
        "jsonl/concatenated.jsonl",
        lambda: _line(text=STORY).strip() + _line(text=STORY),
        "bad_json",
    ),
    Hostile(
        "jsonl/many-keys.jsonl",
        lambda: _line(**{f"k{i}": i for i in range(50_000)}, text=STORY),
        yields=1,
    ),
    Hostile(
        "jsonl/escape-in-a-path.jsonl",
        lambda: _line(
            text=STORY,
            url="../../../../etc/passwd",
            outlet="../../x\x00y",
            title="</script><script>alert(1)</script>",
        ),
        yields=1,
    ),
    # Parquet.
    Hostile("parquet/empty.parquet", lambda: b"", "corrupt"),
    Hostile("parquet/magic-only.parquet", lambda: b"PAR1PAR1", "corrupt"),
    Hostile("parquet/truncated.parquet", lambda: _good_parquet()[:-100], "corrupt"),
    Hostile(
        "parquet/damaged-pages.parquet", lambda: _flipped(_good_parquet(), 0.02, 60), "misencoded"
    ),
    Hostile(
        "parquet/damaged-footer.parquet", lambda: _flipped(_good_parquet(), 0.95, 30), "corrupt"
    ),
    Hostile("parquet/footer-of-4-gb.parquet", lambda: _footer_length_parquet(2**32 - 1), "corrupt"),
    Hostile("parquet/bomb.parquet", _bomb_parquet, "too_large"),
    Hostile("parquet/dictionary-bomb.parquet", _dictionary_bomb_parquet, "too_large", 44),
    Hostile("parquet/ten-thousand-columns.parquet", _wide_parquet, "too_large"),
    Hostile(
        "parquet/wrong-type.parquet", lambda: _parquet(pa.table({"text": [1, 2, 3]})), "wrong_type"
    ),
    Hostile(
        "parquet/no-text.parquet", lambda: _parquet(pa.table({"words": ["a"]})), "no_text_field"
    ),
    Hostile(
        "parquet/no-rows.parquet", lambda: _parquet(pa.table({"text": pa.array([], pa.string())}))
    ),
    Hostile(
        "parquet/nulls.parquet",
        lambda: _parquet(pa.table({"text": pa.array([None, STORY, ""], pa.string())})),
        "empty",
        1,
    ),
    Hostile("parquet/lying-statistics.parquet", _lying_statistics_parquet, None, 3),
    Hostile("parquet/no-utf8.parquet", _invalid_utf8_parquet, yields=1),
    Hostile(
        "parquet/nested.parquet",
        lambda: _parquet(
            pa.table({"text": [STORY], "author": [[{"name": "Ana Ruiz"}]], "date": [{"a": [1]}]})
        ),
        yields=1,
    ),
    Hostile(
        "parquet/times.parquet",
        lambda: _parquet(
            pa.table(
                {
                    "text": [STORY],
                    "fetched_at": pa.array([2**62], pa.timestamp("us")),
                    "date": pa.array([-(2**31) + 1], pa.date32()),
                }
            )
        ),
        yields=1,
    ),
    Hostile(
        "parquet/same-name-twice.parquet",
        lambda: _parquet(pa.table([[STORY], [STORY]], names=["text", "text"])),
        "corrupt",
    ),
    # WARC.
    Hostile("warc/empty.warc", lambda: b"", "corrupt"),
    Hostile("warc/not-a-warc.warc", lambda: PAGE.encode() * 3, "corrupt"),
    Hostile(
        "warc/truncated.warc", lambda: _warc(PAGE.encode(), PAGE.encode())[:-200], "truncated", 1
    ),
    Hostile(
        "warc/truncated.warc.gz",
        lambda: (
            gzip.compress(_warc(PAGE.encode()), mtime=0)
            + gzip.compress(_warc(PAGE.encode()), mtime=0)[:-30]
        ),
        "truncated",
        1,
    ),
    Hostile(
        "warc/members.warc.gz", lambda: gzip.compress(_warc(PAGE.encode()), mtime=0) * 2, yields=2
    ),
    Hostile("warc/zstd.warc.zst", lambda: _zstd(_warc(PAGE.encode())) * 2, yields=2),
    Hostile(
        "warc/bomb.warc.gz",
        lambda: gzip.compress(_warc(bytes(80 * _MEGABYTE)), mtime=0),
        "too_large",
    ),
    Hostile("warc/packed-bomb.warc", _chunked_bomb_warc, "too_large"),
    Hostile("warc/length-too-long.warc", lambda: _warc(PAGE.encode(), length=10**15), "corrupt", 1),
    Hostile("warc/length-negative.warc", lambda: _warc(PAGE.encode(), length=-5), "corrupt", 1),
    Hostile(
        "warc/length-too-short.warc",
        lambda: _warc(PAGE.encode(), PAGE.encode(), length=150),
        "corrupt",
        2,
    ),
    Hostile(
        "warc/header-without-end.warc",
        lambda: b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"a" * _MEGABYTE,
        "corrupt",
    ),
    Hostile(
        "warc/header-lines-without-end.warc",
        lambda: b"WARC/1.0\r\n" + b"X-A: b\r\n" * 200_000,
        "corrupt",
    ),
    Hostile("warc/image.warc", lambda: _warc(b"\x89PNG", kind="image/png")),
    Hostile(
        "warc/says-html-is-png.warc", lambda: _warc(b"\x89PNG\r\n\x1a\n" + bytes(900)), "binary"
    ),
    Hostile(
        "warc/not-found.warc", lambda: _warc(PAGE.encode(), status="404 Not Found"), "http_status"
    ),
    Hostile(
        "warc/status-of-rubbish.warc", lambda: _warc(PAGE.encode(), status="2x0 \xff OK"), yields=1
    ),
    Hostile(
        "warc/damaged-encoding.warc",
        lambda: _warc(PAGE.encode(), headers="Content-Encoding: gzip\r\n"),
        yields=1,
    ),
    Hostile(
        "warc/charset-of-rubbish.warc",
        lambda: _warc(PAGE.encode(), kind='text/html; charset="no-such\x00"'),
        yields=1,
    ),
    Hostile(
        "warc/uri-of-rubbish.warc",
        lambda: _warc(PAGE.encode(), uri="\x00\x1b[2J" + "a" * 20_000),
        yields=1,
    ),
    Hostile(
        "warc/brotli.warc",
        lambda: _warc(b"\x8b\x00\x80rain\x03", headers="Content-Encoding: br\r\n"),
        "corrupt",
    ),
    Hostile(
        "warc/cut-gzip-body.warc",
        lambda: _warc(
            gzip.compress(PAGE.encode(), mtime=0)[:-20], headers="Content-Encoding: gzip\r\n"
        ),
        "truncated",
    ),
    Hostile(
        "warc/chunks-of-rubbish.warc",
        lambda: _warc(b"10\r\n" + PAGE.encode(), headers="Transfer-Encoding: chunked\r\n"),
        "corrupt",
    ),
    # Names.
    Hostile("names/no-suffix", lambda: b"\x00\x01\x02", "unknown_format"),
    Hostile("names/archive.zip", lambda: b"PK\x03\x04" + bytes(100), "corrupt"),
    Hostile("names/page.php?id=1&x=2", PAGE.encode, yields=1),
    Hostile("names/-rf *.txt", STORY.encode, yields=1),
    Hostile("names/two\nlines.txt", STORY.encode, yields=1),
    Hostile("names/\x1b[31mred.txt", STORY.encode, yields=1),
    Hostile("names/" + "n" * 240 + ".txt", STORY.encode, yields=1),
)
