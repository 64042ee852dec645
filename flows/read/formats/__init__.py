"""The input formats. Each module of this folder defines one `FORMAT`, or several in `FORMATS`."""

from __future__ import annotations

import importlib
import io
import pkgutil
from functools import cache
from typing import BinaryIO

from copydesk.flows.read.formats.format import Format
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.streams import BrokenError, Inflated, packing
from copydesk.transforms.encodings.encoding_labels import kind_of_file

PACKINGS = (".gz", ".zst", ".bz2", ".xz")
_HEAD = 2**12
_PACKED_HEAD = 2**20  # A bzip2 block has up to 900 kB, and its content comes out only at its end.


@cache
def formats() -> tuple[Format, ...]:
    """All formats, sorted by module name."""
    found: list[Format] = []
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"{__name__}.{name}")
        found += getattr(module, "FORMATS", [])
        found += [module.FORMAT] if hasattr(module, "FORMAT") else []
    return tuple(found)


def by_name(name: str) -> Format | None:
    """The format of files with this name, or None. A final .gz, .zst, .bz2 or .xz is ignored.

    >>> by_name("dump.jsonl.zst").name, by_name("picture.png")
    ('jsonl', None)
    """
    plain = name.lower()
    for suffix in PACKINGS:
        plain = plain.removesuffix(suffix)
    return next((f for f in formats() if plain.endswith(f.suffixes)), None)


def by_content(head: bytes) -> Format | None:
    """The format that recognises the first bytes, for files whose names have no known extension."""
    return next((f for f in formats() if f.recognises(head)), None)


def chosen(name: str, stream: BinaryIO) -> tuple[Format | None, bytes]:
    """Choose the format of a file by its name, or else by its first bytes after decompression.

    Also returns the bytes that were read from the stream.
    """
    head = stream.read(_HEAD)
    found = by_name(name)
    if found is not None:
        return found, head
    if packing(head) is not None:
        head += stream.read(_PACKED_HEAD)
    try:
        plain = Inflated(io.BytesIO(head), Limits()).read(_HEAD) or b""
    except BrokenError:
        return None, head
    return by_content(plain), head


def known_names() -> str:
    """A clause for messages that lists the endings of file names that can be read."""
    suffixes = ", ".join(suffix for f in formats() for suffix in f.suffixes)
    return f"known are {suffixes}, each also as {', '.join(PACKINGS)}"


def unknown(head: bytes) -> str:
    """The message for a file whose format is unknown, by its first bytes if they show what it is.

    >>> unknown(b"%PDF-1.7")
    'a PDF file; save its text as text or HTML'
    """
    if kind := kind_of_file(head):
        return f"{kind}; save its text as text or HTML"
    return f"neither its name nor its first bytes are those of a known format; {known_names()}"
