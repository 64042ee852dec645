"""Inputs on an S3 server are read like those of a folder."""

from __future__ import annotations

import gzip
import io
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from copydesk.flows.read import InputError, Record, find, read
from copydesk.flows.read.sources import InputFile

PAGE = b"<html><head><title>Ferry stops</title></head><body><p>The ferry stopped at noon.</p></body></html>"
WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: https://news.example/1\r\n"
    b"WARC-Date: 2026-11-02T10:00:00Z\r\nContent-Type: application/http;msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
)
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE


def parquet(texts: list[str]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        pa.table({"text": texts, "url": [f"https://news.example/{i}" for i in range(len(texts))]}),
        sink,
    )
    return sink.getvalue()


FILES = {
    "in/a.txt": b"Rain in the north.\nIt rained.\n",
    "in/deeper/b.html": PAGE,
    "in/c.jsonl.zst": zstandard.compress(b'{"text": "One."}\n{"text": "Two."}\n'),
    "in/d.parquet": parquet(["Three.", "Four."]),
    "in/e.warc.gz": gzip.compress(WARC % (len(RESPONSE), RESPONSE)),
}


@pytest.fixture
def filled(s3: Any, bucket: str) -> str:
    for name, content in FILES.items():
        s3.put_object(Bucket=bucket, Key=name, Body=content)
    return bucket


def described(items: Iterator[Any]) -> list[tuple[str, bytes, str]]:
    found = list(items)
    assert all(isinstance(item, Record) for item in found), found
    return sorted((item.source_uri, item.body, item.url or "") for item in found)


def test_every_format_is_read_from_a_bucket_as_from_a_folder(filled: str, tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    remote = described(read([f"s3://{filled}/in"]))
    assert remote == described(read([str(tmp_path / "in")]))
    assert len(remote) == 7


def test_a_pattern_and_a_single_object_are_inputs_too(filled: str) -> None:
    assert [file.source_uri for file in found([f"s3://{filled}/in/*.txt"])] == ["a.txt"]
    assert [file.source_uri for file in found([f"s3://{filled}/in/a.txt"])] == ["a.txt"]
    assert len(found([f"s3://{filled}/in/**/*.html"])) == 1
    assert len(found([f"s3://{filled}/in/d.parquet", f"s3://{filled}/in/"])) == len(FILES)


def found(inputs: list[str]) -> list[InputFile]:
    return [file for file in find(inputs) if isinstance(file, InputFile)]


def test_hidden_names_and_markers_of_empty_folders_are_not_inputs(filled: str, s3: Any) -> None:
    for name in ("in/.DS_Store", "in/.git/config", "in/empty/"):
        s3.put_object(Bucket=filled, Key=name, Body=b"")
    assert len(found([f"s3://{filled}/in"])) == len(FILES)


def test_size_time_and_version_are_those_of_the_store_so_a_changed_object_is_another_input(
    filled: str, s3: Any
) -> None:
    (before,) = found([f"s3://{filled}/in/a.txt"])
    assert before.size_bytes == len(FILES["in/a.txt"])
    assert before.file_time is not None
    s3.put_object(Bucket=filled, Key="in/a.txt", Body=b"Rain in the south.\nIt rained.\n")
    (after,) = found([f"s3://{filled}/in/a.txt"])
    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("s3://no-such-bucket-here/in", "does not exist|no such bucket"),
        ("s3://{bucket}/none", "does not exist or is empty"),
        ("s3://{bucket}/in/*.docx", "matches nothing"),
        ("carrier-pigeon://{bucket}/in", "carrier-pigeon"),
    ],
)
def test_an_input_that_is_not_there_is_an_error_that_names_it(
    filled: str, name: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        find([name.format(bucket=filled)])


def test_refused_credentials_are_an_error_that_says_so(filled: str, server: str) -> None:
    def check_credentials_after(n_requests: str) -> None:
        urllib.request.urlopen(
            urllib.request.Request(
                f"{server}/moto-api/reset-auth",
                n_requests.encode(),
                {"Content-Type": "text/plain"},
                method="POST",
            )
        )

    check_credentials_after("0")
    try:
        with pytest.raises(InputError, match="check the credentials"):
            find([f"s3://{filled}/in/a.txt"])
    finally:
        check_credentials_after("inf")


def test_missing_credentials_are_an_error_that_says_which_variables(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(InputError, match="AWS_ACCESS_KEY_ID"):
            find([f"s3://{filled}/in/a.txt"])
    finally:
        s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.parametrize("package", ["fsspec", "s3fs"])
def test_without_the_extra_the_error_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.registry import _registry as loaded

    monkeypatch.delitem(loaded, "s3", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"pip install 'copydesk\[remote\]'"):
        find(["s3://bucket/news"])


def test_an_object_that_goes_while_a_run_reads_is_a_reject_not_a_crash(
    filled: str, s3: Any
) -> None:
    items = read([f"s3://{filled}/in/a.txt", f"s3://{filled}/in/c.jsonl.zst"])
    assert isinstance(next(items), Record)
    s3.delete_object(Bucket=filled, Key="in/c.jsonl.zst")
    (fault,) = items
    assert (fault.reason, fault.source_uri) == ("unreadable", "c.jsonl.zst")
