"""Files of every format are read into records."""

from __future__ import annotations

import gzip
import json
import os
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from copydesk.flows.read import (
    Fields,
    InputError,
    Limits,
    Record,
    Reject,
    escaped,
    find,
    read,
    unescaped,
)
from copydesk.transforms.article import Given
from tests.hostile.inputs import PAGE, _warc


def records(
    *inputs: Path | str, fields: Fields | None = None, limits: Limits | None = None
) -> list[Record]:
    found = list(read([str(i) for i in inputs], fields=fields, limits=limits))
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


def rejects(*inputs: Path | str, **options: Limits) -> list[str]:
    return [
        item.reason
        for item in read([str(i) for i in inputs], **options)
        if isinstance(item, Reject)
    ]


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_text_file_is_one_record_named_by_its_path_below_the_input(tmp_path: Path) -> None:
    write(tmp_path / "b" / "two.txt", "Two.")
    write(tmp_path / "one.txt", "One.")
    assert [(r.source_uri, r.record_number, r.body, r.kind) for r in records(tmp_path)] == [
        ("b/two.txt", None, b"Two.", "text"),
        ("one.txt", None, b"One.", "text"),
    ]


def test_a_page_saved_as_text_is_read_as_a_page(tmp_path: Path) -> None:
    assert records(write(tmp_path / "a.txt", PAGE))[0].kind == "page"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress, bytes])
@pytest.mark.parametrize("suffix", [".html", ".html.gz", ".htm.zst", ".xhtml"])
def test_compression_shows_in_the_bytes_not_in_the_name(
    tmp_path: Path, pack: type[bytes], suffix: str
) -> None:
    found = records(write(tmp_path / f"a{suffix}", pack(PAGE.encode())))
    assert (found[0].kind, found[0].body) == ("page", PAGE.encode())


def test_jsonl_fields_become_the_record_and_what_is_given(tmp_path: Path) -> None:
    line = {
        "text": "Rain fell.",
        "url": "https://example.org/a",
        "headline": "Rain",
        "authors": ["Ana Ruiz", {"name": "Bo Li"}],
        "date": "2024-03-01",
        "outlet": "The Example",
        "lang": "en",
        "fetched_at": "2024-03-02T10:00:00+02:00",
        "other": {"deep": [1]},
    }
    (record,) = records(write(tmp_path / "a.jsonl", json.dumps(line)))
    assert record == Record(
        "a.jsonl",
        0,
        b"Rain fell.",
        "text",
        "utf-8",
        "https://example.org/a",
        datetime(2024, 3, 2, 8, tzinfo=UTC),
        Given("Rain", ("Ana Ruiz", "Bo Li"), "2024-03-01", "The Example", "en"),
    )


def test_the_recipe_chooses_between_html_and_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({"text": "Rain.", "html": PAGE}))
    assert records(path)[0].kind == "page"
    assert records(path, fields=Fields(prefer="text"))[0].kind == "text"


def test_field_names_come_from_the_recipe(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ndjson", json.dumps({"artikel": "Regen.", "text": "no"}))
    assert records(path, fields=Fields(text=("artikel",)))[0].body == b"Regen."


def test_record_numbers_count_lines_blank_ones_included(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '\n{"text": "a"}\n\n\r\n{"text": "b"}')
    assert [r.record_number for r in records(path)] == [1, 4]


def test_a_bad_line_is_one_reject_among_good_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "a"}\nrubbish\n{"text": "b"}\n')
    assert [type(item).__name__ for item in read([str(path)])] == ["Record", "Reject", "Record"]


def test_parquet_rows_are_records_whatever_the_row_groups(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": [f"Story {i}" for i in range(200)],
            "date": pa.array([datetime(2024, 3, 1, 12)] * 200),
            "unused": [1] * 200,
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=30)
    found = records(tmp_path / "a.parquet")
    assert [r.record_number for r in found] == list(range(200))
    assert found[199].body == b"Story 199"
    assert found[0].given.published == "2024-03-01T12:00:00"


def test_warc_responses_that_are_pages_are_records_with_their_url_and_date(tmp_path: Path) -> None:
    raw = (
        _warc(PAGE.encode())
        + _warc(b"GIF89a", kind="image/gif")
        + _warc(PAGE.encode(), kind="text/html; charset=windows-1252")
    )
    for name in ("a.warc", "b.warc.gz"):
        found = records(write(tmp_path / name, gzip.compress(raw) if name.endswith("gz") else raw))
        assert [(r.record_number, r.url, r.fetched_at, r.declared_encoding) for r in found] == [
            (0, "https://example.org/a", datetime(2024, 3, 1, 10, tzinfo=UTC), None),
            (2, "https://example.org/a", datetime(2024, 3, 1, 10, tzinfo=UTC), "windows-1252"),
        ]


def test_warc_in_zstd_may_begin_with_a_dictionary(tmp_path: Path) -> None:
    raw = _warc(PAGE.encode())
    dictionary = zstandard.ZstdCompressionDict(PAGE.encode() * 3)
    frame = (
        b"\x5d\x2a\x4d\x18"
        + len(dictionary.as_bytes()).to_bytes(4, "little")
        + dictionary.as_bytes()
    )
    packed = zstandard.ZstdCompressor(dict_data=dictionary).compress(raw)
    assert records(write(tmp_path / "a.warc.zst", frame + packed * 2))[1].body == PAGE.encode()


def test_chunked_and_packed_responses_are_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(PAGE.encode())
    chunked = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (
        20,
        packed[:20],
        len(packed) - 20,
        packed[20:],
    )
    raw = _warc(chunked, headers="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
    assert records(write(tmp_path / "a.warc", raw))[0].body == PAGE.encode()


def test_the_file_time_is_fetched_at_only_if_the_recipe_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Rain.")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert records(path)[0].fetched_at is None
    assert records(path, fields=Fields(use_file_time=True))[0].fetched_at == datetime.fromtimestamp(
        1_700_000_000, UTC
    )


def test_any_order_of_the_inputs_gives_the_same_records(tmp_path: Path) -> None:
    for name in ("a/1.txt", "a/2.txt", "b/3.txt"):
        write(tmp_path / name, name)
    one, other = (
        [str(tmp_path / "a"), str(tmp_path / "b")],
        [str(tmp_path / "b"), str(tmp_path / "a"), str(tmp_path / "a" / "1.txt")],
    )
    assert list(read(one)) == list(read(other))


def test_a_pattern_keeps_the_folders_below_its_fixed_part(tmp_path: Path) -> None:
    write(tmp_path / "x" / "2024" / "a.txt", "A.")
    write(tmp_path / "x" / "2025" / "a.txt", "B.")
    assert [r.source_uri for r in records(f"{tmp_path}/x/*/a.txt")] == ["2024/a.txt", "2025/a.txt"]


@pytest.mark.parametrize("name", ["missing.txt", "no*match.txt"])
def test_an_input_that_is_not_there_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"missing\.txt|no\*match"):
        find([str(tmp_path / name)])


def test_no_input_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match="no input is named"):
        find([])


def test_a_folder_may_hold_a_pipe_and_reading_does_not_wait_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert rejects(tmp_path) == ["unreadable"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_reject(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x").chmod(0)
    assert rejects(tmp_path) == ["unreadable"]


def test_a_link_to_a_folder_is_not_followed_so_that_no_loop_is_endless(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "A.")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [r.source_uri for r in records(tmp_path)] == ["a.txt"]


def test_a_link_to_a_folder_outside_the_input_is_a_reject_and_one_inside_is_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "dump").mkdir()
    write(tmp_path / "other.txt", "B.")
    write(tmp_path / "dump" / "a.txt", "A.")
    (tmp_path / "dump" / "out").symlink_to(tmp_path)
    (tmp_path / "dump" / "in").symlink_to(tmp_path / "dump")
    found = list(read([str(tmp_path / "dump")]))
    assert sorted(item.source_uri for item in found) == ["a.txt", "out"]
    (reject,) = [item for item in found if isinstance(item, Reject)]
    assert reject.detail == "a link to a folder is not followed; name the folder as an input"


def test_a_path_that_is_not_utf8_has_a_name_that_leads_back_to_it(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \\ \n.txt")
    Path(path).write_text("Rain.", encoding="utf-8")
    (record,) = records(tmp_path)
    assert record.source_uri == "caf\\xe9 \\\\ \n.txt"
    assert unescaped(record.source_uri) == os.path.basename(path)
    assert unescaped(escaped(path)) == path


def test_a_document_beyond_the_limit_names_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "x" * 2000)
    (reject,) = read([str(path)], limits=Limits(document_bytes=1000))
    assert isinstance(reject, Reject)
    assert (reject.reason, reject.size_bytes) == ("too_large", 2000)
    assert "document_bytes" in str(reject.detail)


def test_a_remote_input_is_read_through_fsspec() -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://corpus/a.jsonl", "wb") as file:
        file.write(b'{"text": "Rain."}\n')
    (record,) = records("memory://corpus")
    assert (record.source_uri, record.body) == ("a.jsonl", b"Rain.")


def test_without_the_extra_a_remote_input_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"copydesk\[remote\]"):
        find(["s3://bucket/news"])


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds is 0; it must be at least 1"):
        Limits(seconds=0)


def test_reading_holds_a_few_documents_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb", 1) as file:
        for i in range(200):
            file.write(json.dumps({"text": f"{i} " + "x" * 200_000}).encode() + b"\n")
    tracemalloc.start()
    assert (
        sum(len(item.body) for item in read([str(path)]) if isinstance(item, Record)) > 40_000_000
    )
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


def a_warehouse(folder: Path) -> Path:
    for name in ("manifests", "snapshots", "staging", "reports"):
        (folder / name).mkdir(parents=True)
    (folder / "reports" / "run.html").write_text(PAGE)
    return folder


@pytest.mark.parametrize("name", [".", "*", "**/*.html", "{folder}"])
def test_a_warehouse_inside_the_input_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """`copydesk ingest .` writes to `./warehouse`. The next run once read its reports as pages."""
    a_warehouse(tmp_path / "warehouse")
    (tmp_path / "a.html").write_text(PAGE)
    monkeypatch.chdir(tmp_path)
    found = find([name.format(folder=tmp_path)])
    assert [getattr(file, "source_uri", None) for file in found] == ["a.html"]


def test_an_input_that_is_a_warehouse_is_refused_with_the_way_to_its_articles(
    tmp_path: Path,
) -> None:
    warehouse = a_warehouse(tmp_path / "warehouse")
    with pytest.raises(InputError, match="current/articles"):
        find([str(warehouse)])
