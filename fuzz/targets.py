"""The targets of fuzzing. Each takes any bytes, and raises only if a promise is broken."""

from __future__ import annotations

import io
from collections.abc import Callable

import copydesk
from copydesk.flows.read import Fields, Limits
from copydesk.flows.read.formats import formats
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.streams import BrokenError
from tests.hostile import promises

# Small limits, so that an input of a few kilobytes can exceed them.
LIMITS = Limits(
    document_bytes=2**18, line_bytes=2**17, expansion=20, json_depth=20, parquet_columns=50
)


def _reader(format_: Format) -> Callable[[bytes], None]:
    def read(raw: bytes) -> None:
        items = []
        try:
            for item in format_.records(
                Opened(f"a{format_.suffixes[0]}", io.BytesIO(raw), len(raw)), Fields(), LIMITS
            ):
                if getattr(item, "body", b"x"):  # an empty body becomes a reject one step later
                    items.append(item)
        except BrokenError as fault:
            promises.fault_has_a_name(fault.reason)
        promises.items_keep_their_promises(items, LIMITS)

    return read


def decode(raw: bytes) -> None:
    """Decode any bytes as a page and as a text. Their beginning chooses the declared encoding."""
    label = raw[:12].split(b";")[0].decode("latin1")
    promises.decoded_keeps_its_promises(raw, label, html=True)
    promises.decoded_keeps_its_promises(raw, None, html=False)


def clean_page(raw: bytes) -> None:
    """Clean any bytes as a page."""
    promises.page_keeps_its_promises(raw)


def clean_text(raw: bytes) -> None:
    """Clean any text."""
    promises.text_keeps_its_promises(raw.decode("utf-8", "surrogateescape"))


def copies(raw: bytes) -> None:
    """Give a few texts of any kind to `find_duplicates` and `group_stories`."""
    texts = raw.decode("utf-8", "replace").split("\x1f")[:20]
    found = copydesk.find_duplicates(texts)
    assert found.clusters.num_rows == len(texts)
    assert copydesk.group_stories(texts).num_rows == len(texts)


TARGETS: dict[str, Callable[[bytes], None]] = {
    **{format_.name: _reader(format_) for format_ in formats()},
    "decode": decode, "clean_page": clean_page, "clean_text": clean_text, "copies": copies,
}  # fmt: skip
