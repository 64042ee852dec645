"""Only a damaged WARC record is lost, and its row of `rejects` says where it is."""

from __future__ import annotations

import gzip
import io
import re
from collections import Counter

import brotli
import pytest
import zstandard

from copydesk.flows.read import Fields, Limits, Record, Reject
from copydesk.flows.read.formats import warc
from copydesk.flows.read.formats.format import Opened

ZSTD = zstandard.ZstdCompressor(write_checksum=True)
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def page(number: int) -> bytes:
    words = " ".join(f"word{number}{i * 7919 % 1000}" for i in range(300))
    return f"<!doctype html><html><body><p>{words}</p></body></html>".encode()


def record(
    number: int,
    block: bytes | None = None,
    *,
    kind: str = "response",
    media: str = "application/http; msgtype=response",
    off_by: int = 0,
) -> bytes:
    block = f"{HEAD}\r\n".encode() + page(number) if block is None else block
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://h.example/{number}\r\n"
        f"WARC-Date: 2026-11-09T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(block) + off_by}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read(content: bytes) -> tuple[dict[str | None, bytes], list[Reject], Counter[str]]:
    opened = Opened("a.warc", io.BytesIO(content))
    items = list(warc.records(opened, Fields(), Limits()))
    pages = {item.url: item.body for item in items if isinstance(item, Record)}
    return pages, [item for item in items if isinstance(item, Reject)], opened.skipped


def urls(*numbers: int) -> list[str]:
    return [f"https://h.example/{number}" for number in numbers]


@pytest.mark.parametrize("pack", [gzip.compress, ZSTD.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("at", [0, 4, 40, 300])
def test_records_after_a_damaged_member_are_read(pack: object, at: int) -> None:
    members = [pack(record(number)) for number in range(5)]  # type: ignore[operator]
    damaged = bytearray(members[2])
    damaged[at : at + 8] = bytes(byte ^ 0xFF for byte in damaged[at : at + 8])
    found, refused, _ = read(b"".join([*members[:2], bytes(damaged), *members[3:]]))
    assert list(found) == urls(0, 1, 3, 4)
    offset = len(members[0]) + len(members[1])
    assert [(r.reason, r.record_number) for r in refused] == [("corrupt", 2)]
    assert f"record at byte offset {offset}" in str(refused[0].detail)


def test_records_before_the_damage_are_read_from_a_file_packed_as_one_member() -> None:
    packed = bytearray(gzip.compress(b"".join(record(number) for number in range(6))))
    packed[len(packed) * 2 // 3] ^= 0xFF
    found, refused, _ = read(bytes(packed))
    assert list(found)[:2] == urls(0, 1)
    assert [r.reason for r in refused] == ["corrupt"]


@pytest.mark.parametrize("off_by", [-60, -2, 6, 90, 4000, 10**9])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_wrong_length_costs_no_document(pack: object, off_by: int) -> None:
    parts = [record(n, off_by=off_by if n == 1 else 0) for n in range(4)]
    found, refused, _ = read(b"".join(pack(part) for part in parts))  # type: ignore[operator]
    assert found == dict(zip(urls(0, 1, 2, 3), map(page, range(4)), strict=True))
    assert [(r.reason, r.record_number) for r in refused] == [("corrupt", 1)]
    assert "Content-Length is" in str(refused[0].detail)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_each_of_many_damaged_records_costs_only_itself(pack: object) -> None:
    wrong = {1: -2, 4: -7, 5: 90, 9: 5000}
    parts = [record(n, off_by=wrong.get(n, 0)) for n in range(12)]
    packed = [pack(part) for part in parts]  # type: ignore[operator]
    found, refused, _ = read(b"".join(packed))
    assert list(found) == urls(*range(12))
    offsets = [f"byte offset {sum(map(len, packed[:n]))}" for n in wrong]
    assert [r.record_number for r in refused] == list(wrong)
    assert all(at in str(r.detail) for at, r in zip(offsets, refused, strict=True))


def test_a_long_file_with_damaged_members_loses_nothing_else() -> None:
    """Records beyond the reader's buffer are found as well."""
    filler = [f"{HEAD}\r\n".encode() + page(n) * 40 for n in range(60)]
    members = [bytearray(gzip.compress(record(n, block))) for n, block in enumerate(filler)]
    damaged = [7, 8, 23, 41]
    for number in damaged:
        members[number][len(members[number]) // 2] ^= 0xFF
    found, refused, _ = read(b"".join(members))
    assert list(found) == urls(*(n for n in range(60) if n not in damaged))
    assert [r.record_number for r in refused] == damaged


def test_a_damaged_header_costs_its_record() -> None:
    broken = record(1).replace(b"WARC/1.0", b"WARX/1.0")
    found, refused, _ = read(record(0) + broken + record(2))
    assert list(found) == urls(0, 2)
    assert f"record at byte offset {len(record(0))}" in str(refused[0].detail)


def test_a_record_after_zeros_is_found() -> None:
    found, refused, _ = read(record(0) + bytes(500) + record(2))
    assert list(found) == urls(0, 2)
    assert f"record at byte offset {len(record(0))}" in str(refused[0].detail)


def test_resources_and_conversions_are_documents_by_their_type() -> None:
    content = (
        record(0, page(0), kind="resource", media="text/html; charset=utf-8")
        + record(1, b"It rained.", kind="resource", media="text/plain")
        + record(2, b"It rained again.", kind="conversion", media="text/plain")
        + record(3, b"\x89PNG", kind="resource", media="image/png")
    )
    items = list(warc.records(Opened("a.warc", io.BytesIO(content)), Fields(), Limits()))
    assert [(i.kind, i.url) for i in items if isinstance(i, Record)] == [
        ("page", "https://h.example/0"),
        ("text", "https://h.example/1"),
        ("text", "https://h.example/2"),
    ]


def test_a_head_with_bare_line_feeds_is_read() -> None:
    block = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + page(0)
    assert read(record(0, block))[0] == {"https://h.example/0": page(0)}


def test_a_long_page_is_read_below_a_head_that_has_no_end() -> None:
    long = page(0) + b"<p>It rained.</p>\n" * 9_999
    for head in (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n", b""):
        assert read(record(0, head + long))[:2] == ({"https://h.example/0": long}, [])
    _, refused, _ = read(record(0, b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000))
    assert [r.reason for r in refused] == ["corrupt"]


def test_brotli_is_unpacked() -> None:
    block = f"{HEAD}Content-Encoding: br\r\n\r\n".encode() + brotli.compress(page(0))
    assert read(record(0, block))[0] == {"https://h.example/0": page(0)}


def test_what_is_not_a_document_is_counted_by_its_reason() -> None:
    image = b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\nGIF89a"
    robots = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *"
    content = (
        record(0, b"software: x", kind="warcinfo", media="application/warc-fields")
        + record(1, b"GET / HTTP/1.1\r\n\r\n", kind="request")
        + record(2, image)
        + record(3, robots).replace(b"h.example/3", b"h.example/robots.txt")
        + record(4, b"", kind="revisit")
        + record(5)
    )
    found, refused, skipped = read(content)
    assert (list(found), refused) == (urls(5), [])
    assert skipped == {"warcinfo": 1, "request": 1, "not_html": 1, "robots": 1, "revisit": 1}


@pytest.mark.parametrize("off_by", [2, 3, 4])
@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_length_that_covers_the_line_ends_has_a_row(pack: object, at: int, off_by: int) -> None:
    parts = [record(n, off_by=off_by if n == at else 0) for n in range(4)]
    found, refused, _ = read(b"".join(pack(part) for part in parts))  # type: ignore[operator]
    assert list(found) == urls(0, 1, 2, 3)
    assert [(r.reason, r.record_number) for r in refused] == [("corrupt", at)]


@pytest.mark.parametrize("off_by", [-60, -2, 90, 10**6])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_wrong_length_of_the_last_record_costs_no_document(pack: object, off_by: int) -> None:
    found, refused, _ = read(pack(record(0)) + pack(record(1, off_by=off_by)))  # type: ignore[operator]
    assert found == {"https://h.example/0": page(0), "https://h.example/1": page(1)}
    assert [(r.reason, r.record_number) for r in refused] == [("corrupt", 1)]


def test_a_length_that_leaves_out_a_line_end_has_a_row() -> None:
    block = f"{HEAD}\r\n".encode() + page(1) + b"\r\n"
    for off_by in (-1, -2):
        found, refused, _ = read(record(0) + record(1, block, off_by=off_by) + record(2))
        assert list(found) == urls(0, 1, 2)
        assert [(r.reason, r.record_number) for r in refused] == [("corrupt", 1)]


def test_a_file_that_ends_in_a_header_has_a_row_for_it() -> None:
    found, refused, _ = read(record(0) + record(1)[:50])
    assert list(found) == urls(0)
    assert [(r.reason, r.record_number) for r in refused] == [("truncated", 1)]
    assert f"byte offset {len(record(0))}" in str(refused[0].detail)


@pytest.mark.parametrize("old", [b"\r\n", b"WARC-Type"], ids=["bare line feeds", "lower case"])
def test_a_header_in_another_spelling_is_not_damage(old: bytes) -> None:
    whole = []
    for number in range(3):
        head, _, rest = record(number).partition(b"\r\n\r\n")
        if old == b"\r\n":
            head = head.replace(b"\r\n", b"\n") + b"\n\n"
        else:
            version, _, names = head.partition(b"\r\n")
            head = version + b"\r\n" + names.lower() + b"\r\n\r\n"
        whole.append(head + rest)
    found, refused, _ = read(b"".join(whole))
    assert (list(found), refused) == (urls(0, 1, 2), [])


def test_records_of_the_draft_standard_are_found_after_damage() -> None:
    parts = [record(n, off_by=-3 if n == 1 else 0) for n in range(3)]
    found, refused, _ = read(b"".join(parts).replace(b"WARC/1.0", b"WARC/0.18"))
    assert list(found) == urls(0, 1, 2)
    assert [r.record_number for r in refused] == [1]


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\nA: b\r\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\nContent-Type: text/html\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: html\r\n\r\n",
        b"",
    ],
    ids=["mixed line ends", "one bare line feed", "vague type", "no type", "no head"],
)
def test_a_page_is_read_below_a_poor_head(head: bytes) -> None:
    found, refused, _ = read(record(0, head + page(0)) + record(1))
    assert (found, refused) == ({urls(n)[0]: page(n) for n in range(2)}, [])


def test_a_body_is_unpacked_by_all_its_encodings_or_by_its_first_bytes() -> None:
    twice = f"{HEAD}Content-Encoding: gzip, br\r\n\r\n".encode()
    undeclared = f"{HEAD}\r\n".encode()
    packed = gzip.compress(page(0))
    assert read(record(0, twice + brotli.compress(packed)))[0] == {urls(0)[0]: page(0)}
    assert read(record(0, undeclared + packed))[0] == {urls(0)[0]: page(0)}


def test_a_robots_txt_is_counted_whatever_its_type() -> None:
    rules = b"User-agent: *\nDisallow: /\n"
    content = record(0, f"{HEAD}\r\n".encode() + rules) + record(
        1, rules, kind="resource", media="text/plain"
    )
    content = content.replace(b"h.example/0", b"h.example/robots.txt")
    content = content.replace(b"h.example/1", b"h.example/robots.txt?x=1")
    assert read(content) == ({}, [], Counter(robots=2))


def test_a_record_before_damaged_data_is_not_searched_for_again() -> None:
    """Such a file was once read for ever, because its last record was found again and again."""
    bare_line_feeds = record(0).replace(b"\r\n", b"\n")
    cut_off = gzip.compress(bare_line_feeds + record(1)[:25] + record(2))[:-300]
    _, refused, _ = read(cut_off)
    assert [(row.record_number, row.reason) for row in refused] == [
        (0, "corrupt"),
        (1, "truncated"),
    ]


def test_each_damaged_member_has_its_own_row() -> None:
    members = [gzip.compress(record(number)) for number in range(6)]
    for number in (2, 3):
        members[number] = members[number][:60] + bytes(20) + members[number][80:]
    found, refused, _ = read(b"".join(members))
    assert list(found) == urls(0, 1, 4, 5)
    offset = sum(map(len, members[:3]))
    assert [(row.record_number, row.reason) for row in refused] == [(2, "corrupt"), (3, "corrupt")]
    assert f"record at byte offset {offset}" in str(refused[1].detail)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_damage_behind_the_known_part_of_a_file_has_its_offset_in_the_whole_file(
    pack: object,
) -> None:
    known, added = pack(record(0)), pack(record(1))[:-300]  # type: ignore[operator]
    stream = io.BytesIO(known + added)
    stream.seek(len(known))
    opened = Opened("a.warc", stream, first_number=1)
    found = list(warc.records(opened, Fields(), Limits()))
    assert [(item.record_number, type(item)) for item in found] == [(1, Reject)]
    if pack is not bytes:
        assert f"record at byte offset {len(known)}" in str(found[0].detail)  # type: ignore[union-attr]


def bare(content: bytes) -> bytes:
    """The record with bare line feeds everywhere, and with the length that it then has."""
    content = content.replace(b"\r\n", b"\n")
    block = content.split(b"\n\n", 1)[1].removesuffix(b"\n\n")
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(block), content, count=1)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("which", [(0, 1, 2, 3), (0, 2), (1,), (3,)])
def test_records_whose_lines_end_with_bare_line_feeds_are_read(pack: object, which: object) -> None:
    parts = [bare(record(n)) if n in which else record(n) for n in range(4)]  # type: ignore[operator]
    found, refused, skipped = read(b"".join(pack(part) for part in parts))  # type: ignore[operator]
    assert found == dict(zip(urls(0, 1, 2, 3), map(page, range(4)), strict=True))
    assert (refused, skipped) == ([], Counter())


def test_a_record_with_bare_line_feeds_that_is_cut_off_is_a_row() -> None:
    found, refused, _ = read(bare(record(0)) + bare(record(1))[:-400])
    assert list(found) == urls(0)
    assert [(row.record_number, row.reason) for row in refused] == [(1, "truncated")]


def test_a_gzip_body_without_its_trailer_is_whole() -> None:
    head = f"{HEAD}Content-Encoding: gzip\r\n\r\n".encode()
    assert read(record(0, head + gzip.compress(page(0))[:-8]))[0] == {urls(0)[0]: page(0)}
    cut_off = record(0, head + gzip.compress(page(0))[:-300])
    assert [row.reason for row in read(cut_off)[1]] == ["truncated"]
