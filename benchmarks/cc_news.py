"""Make a WARC file from your own pages, with the clutter of CC-NEWS, as in `docs/cc-news.md`.

    python -m benchmarks.cc_news --pages pages.jsonl.gz --records 20000 out.warc.gz

`--pages` names JSON Lines files whose records have `html` and `url`. Each record is a gzip member
of its own, as in CC-NEWS. About six records in ten are pages. The others are requests, images,
redirects, robots.txt, revisits, section fronts and damaged records.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

_DATE = "2026-11-09T10:00:00Z"
# Shares of the records in percent. The share of pages is about that of a CC-NEWS file; the others
# are arbitrary.
_KINDS = {
    "page": 60,
    "request": 12,
    "image": 6,
    "redirect": 6,
    "not_found": 3,
    "robots": 3,
    "revisit": 4,
    "front": 3,
    "damaged": 2,
    "wrong_length": 1,
}


def pages(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Return the address and the HTML of every page in JSON Lines files."""
    found = []
    for path in paths:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for line in lines:
                row = json.loads(line)
                if row.get("html"):
                    found.append((row.get("url") or "https://news.example/", row["html"].encode()))
    return found


def record(url: str, block: bytes, *, kind: str = "response", off_by: int = 0) -> bytes:
    """One WARC record."""
    media = "application/http; msgtype=" + ("request" if kind == "request" else "response")
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {_DATE}\r\n"
        f"WARC-Record-ID: <urn:uuid:{random.getrandbits(64):x}>\r\nContent-Type: {media}\r\n"
        f"Content-Length: {len(block) + off_by}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http(body: bytes, *, media: str = "text/html", status: str = "200 OK", more: str = "") -> bytes:
    """An HTTP response."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}\r\n".encode() + body


def members(found: Sequence[tuple[str, bytes]], n_records: int) -> Iterator[bytes]:
    """Yield the gzip members of the file."""
    chosen = random.choices(list(_KINDS), list(_KINDS.values()), k=n_records)
    for number, kind in enumerate(chosen):
        url, html = found[number % len(found)]
        # The number makes each text different, so that pages repeated from a small set are not
        # copies.
        url = f"{url}{'&' if '?' in url else '?'}n={number}"
        block = http(html.replace(b"</p>", f" {number}</p>".encode(), 3))
        yield damaged(kind, url, block)


def damaged(kind: str, url: str, page: bytes) -> bytes:
    """A member with a record of the kind."""
    host = "/".join(url.split("/")[:3])
    links = "".join(f'<li><a href="/{i}">Headline {i}</a></li>' for i in range(80)).encode()
    made = {
        "request": lambda: record(url, b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        "image": lambda: record(url, http(random.randbytes(4000), media="image/jpeg")),
        "redirect": lambda: record(
            url, http(b"", status="301 Moved", more=f"Location: {host}\r\n")
        ),
        "not_found": lambda: record(url, http(b"<html>gone</html>", status="404 Not Found")),
        "robots": lambda: record(
            f"{host}/robots.txt", http(b"User-agent: *\n", media="text/plain")
        ),
        "revisit": lambda: record(url, http(b""), kind="revisit"),
        "front": lambda: record(f"{host}/", http(b"<html><body><ul>" + links + b"</ul></body>")),
        "wrong_length": lambda: record(url, page, off_by=-2),
    }
    packed = bytearray(gzip.compress(made.get(kind, lambda: record(url, page))(), 6))
    if kind == "damaged":
        packed[len(packed) // 2] ^= 0xFF
    return bytes(packed)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--pages", type=Path, nargs="+", required=True, help="JSON Lines files with html and url"
    )
    parser.add_argument("--records", type=int, default=20_000, help="how many records to write")
    parser.add_argument("output", type=Path, help="the WARC file to write")
    chosen = parser.parse_args()
    random.seed(1)
    with chosen.output.open("wb") as out:
        for member in members(pages(chosen.pages), chosen.records):
            out.write(member)


if __name__ == "__main__":
    main()
