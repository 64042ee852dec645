"""Mutations that leave a page a page, and words that the parser of each target looks for.

A fuzzer that only flips bytes seldom finds either.
"""

from __future__ import annotations

import random
import re

_TOKEN = re.compile(rb"<[^<>]{0,400}>|[^<]+|<")
_PIECES = (
    b"<p>", b"</p>", b"<div>", b"</div>", b"<br>", b"<article>", b"</article>", b"<h1>", b"</h1>", b"<h2>", b"<ul><li>", b"<li>", b"</ul>", b"<table><tr><td>", b"<td>", b"<tr>", b"</table>",
    b"<a href=/x>", b"<a href='javascript:x'>", b"</a>", b"<figure><figcaption>", b"<blockquote>", b"<pre>", b"<template>", b"<svg>", b"<math>", b"<iframe srcdoc='<p>'>", b"<noscript>",
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml version='1.0'?>", b"<script type='application/ld+json'>", b"</script>", b"<time datetime='2024-03-01T10:00:00Z'>", b"<time>",
    b"<p class=byline>By Ana Ruiz</p>", b"<meta name=author content='Ana Ruiz'>", b"<meta property='og:title' content='Harbour'>", b"<meta property='article:published_time' content='2024-03-01'>",
    b"<link rel=canonical href='https://www.example.org/b'>", b"<meta charset=utf-16>", b"<base href='//x'>", b"<title>Rain</title>", b"&#0;", b"&#x202e;", b"&nbsp;", b"&lt;p&gt;", b"&#xd800;",
    "\u00a0".encode(), "\u200b".encode(), "\u2028".encode(), "\u00ad".encode(), b"\r", b"\n", b"\t", b"\x00", b"Read more: ", b"Photo: AP", b"OSLO (Reuters) - ", b"1 March 2024 ", b"Share",
    b'{"@type":"NewsArticle","headline":"Rain","author":{"name":"Bo Li"},"articleBody":"It rained."}', b'{"@graph":[', b"By Ana Ruiz and Bo Li, Staff",
)  # fmt: skip

WORDS: dict[str, tuple[bytes, ...]] = {
    "clean_page": _PIECES,
    "html": _PIECES,
    "clean_text": (b"By ", b" and ", b"(Reuters) - ", b"OSLO, ", b"Read more: ", b"Photo: ", b"Share this", b"Leave a Comment", b"1 March 2024", b"\xc2\xa9 2024 ", b"\n\n", b"Updated ", b" | ", b"\xe2\x80\x94", b"http://a.b/"),
    "decode": (b"<meta charset=", b"utf-8", b"utf-16", b"windows-1252", b"gb18030", b"shift_jis", b"iso-2022-jp", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1b$B", b"<?xml encoding="),
    "jsonl": (b'{"text":"', b'"url":"', b'"html":"', b'"date":', b'"authors":[', b'"title":null', b"\\ud800", b"\\u0000", b"[[[[", b"1e999", b"NaN", b"-0", b"\r\n", b"\x1e", b"\xef\xbb\xbf"),
    "warc": (
        b"WARC/1.0\r\n", b"WARC/1.1\r\n", b"WARC-Type: response\r\n", b"WARC-Type: revisit\r\n", b"Content-Length: 0\r\n", b"Content-Length: -1\r\n", b"WARC-Date: 2024-03-01T10:00:00Z\r\n",
        b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n", b"Content-Type: text/html; charset=x\r\n", b"\r\n\r\n", b"\x1f\x8b\x08", b"(\xb5/\xfd",
    ),
    "parquet": (b"PAR1", b"text", b"url", b"\x15\x00", b"\x19\x1c", b"\xff\xff\xff\xff\x0f"),
    "text": (b"\x1f\x8b\x08\x00", b"(\xb5/\xfd", b"BZh9", b"\xfd7zXZ\x00", b"\xff\xfe"),
    "copies": (b"\x1f", b"It rained in Oslo. ", b"\xe6\xb8\xaf", b"\xe0\xb8\x97", b"\n"),
}  # fmt: skip


def pages(raw: bytes, seed: int) -> bytes:
    """Leave out, double, move or insert a few tags and texts of a page.

    >>> pages(b"<p>a</p>", 3) == pages(b"<p>a</p>", 3)
    True
    """
    chance = random.Random(seed)
    tokens = _TOKEN.findall(raw) or [b""]
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, other = chance.randrange(len(tokens) + 1), chance.randrange(len(tokens) + 1)
        first, last = min(at, other), min(max(at, other), min(at, other) + 20)
        match chance.randrange(6):
            case 0:
                del tokens[first:last]
            case 1:
                tokens[at:at] = tokens[first:last]
            case 2:
                tokens[at:at] = [chance.choice(_PIECES)] * chance.choice((1, 1, 2, 50))
            case 3:
                moved = tokens[first:last]
                del tokens[first:last]
                tokens[at:at] = moved
            case 4:
                tokens[first:last] = reversed(tokens[first:last])
            case _:
                tokens[at : at + 1] = [chance.choice(_PIECES)]
        tokens = tokens or [b""]
    return b"".join(tokens)
