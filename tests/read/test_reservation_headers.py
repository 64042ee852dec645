"""The headers of a WARC response say whether the text may be mined."""

from __future__ import annotations

import io

import pytest

from copydesk.flows.read import Fields, Limits, Record
from copydesk.flows.read.formats import warc
from copydesk.flows.read.formats.format import Opened

_PAGE = "<!doctype html><html><body><p>Rain fell on the town all day.</p></body></html>"


def _reserved(headers: str) -> bool | None:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n{_PAGE}"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://h.example/a\r\n"
        "WARC-Date: 2026-11-09T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    opened = Opened("a.warc", io.BytesIO(f"{head}{block}\r\n\r\n".encode()))
    (record,) = warc.records(opened, Fields(), Limits())
    assert isinstance(record, Record)
    return record.given.tdm_reserved


@pytest.mark.parametrize(
    ("headers", "reserved"),
    [
        ("", None),
        ("tdm-reservation: 1\r\n", True),
        ("TDM-Reservation: 0\r\nX-Robots-Tag: noai\r\n", False),
        ("X-Robots-Tag: noindex, noai\r\n", True),
        ("X-Robots-Tag: noindex\r\nX-Robots-Tag: somebot: noml\r\n", True),
        ("X-Robots-Tag: max-image-preview: large\r\n", None),
    ],
)
def test_the_headers_of_a_response_reserve_its_text(headers: str, reserved: bool | None) -> None:
    assert _reserved(headers) is reserved
