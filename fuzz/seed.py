"""The first inputs of a fuzzer: hostile and ordinary inputs of the tests, cut to its size."""

from __future__ import annotations

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from tests.hostile.documents import PAGES, TEXTS
from tests.hostile.inputs import HOSTILE, PAGE, STORY, _warc

_MOST = 8192
_FOLDERS = {
    "text": ("txt", "gz", "zst"),
    "html": ("html",),
    "jsonl": ("jsonl",),
    "parquet": ("parquet",),
    "warc": ("warc",),
    "decode": ("txt",),
    "clean_page": ("html",),
}


def seeds(target: str) -> list[bytes]:
    """Return the first inputs of a target."""
    found = [
        raw
        for hostile in HOSTILE
        if hostile.name.split("/")[0] in _FOLDERS.get(target, ())
        and len(raw := hostile.make()) <= _MOST
    ]
    if target in {"clean_page", "html", "decode"}:
        found += [
            page.encode("utf-8", "replace") if isinstance(page, str) else page for page in PAGES
        ]
    if target in {"clean_text", "text", "copies"}:
        found += [text.encode() for text in TEXTS] + [b"\x1f".join(text.encode() for text in TEXTS)]
    if target == "jsonl":
        found.append(
            b"\n".join(
                json.dumps(
                    {"text": STORY, "url": "u", "title": "t", "authors": ["a"], "date": 1}
                ).encode()
                for _ in range(3)
            )
        )
    if target == "parquet":
        sink = io.BytesIO()
        pq.write_table(
            pa.table({"text": [STORY, "b"], "url": ["u", None], "date": [1, 2]}),
            sink,
            compression="none",
        )
        found.append(sink.getvalue())
    if target == "warc":
        found += [
            _warc(PAGE.encode()),
            gzip.compress(_warc(b"<p>a", headers="Transfer-Encoding: chunked\r\n")),
        ]
    return [raw[:_MOST] for raw in found]
