"""Text files as bytes in UTF-8, and their lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from copydesk.flows.read.limits import Limits
from copydesk.flows.read.streams import Inflated, buffered

_CHUNK = 2**16


def text_bytes(stream: BinaryIO, limits: Limits) -> io.BufferedReader[Any]:
    """Unpack text. UTF-16 with a byte order mark becomes UTF-8; other bytes do not change."""
    plain = buffered(Inflated(stream, limits))
    if plain.peek(2)[:2] not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return plain
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    return buffered(Converted(plain, lambda raw: decoder.decode(raw).encode()))


def with_line_feeds(stream: io.BufferedReader[Any]) -> io.BufferedReader[Any]:
    """Replace the carriage returns of a file that has no other line ends."""
    head = stream.peek()
    if b"\r" not in head or b"\n" in head:
        return stream
    return buffered(Converted(stream, lambda raw: raw.replace(b"\r", b"\n")))


def is_recoded(stream: io.BufferedReader[Any]) -> bool:
    """Whether the stream differs from the bytes of the file in encoding or line ends."""
    return isinstance(stream.raw, Converted)


class Converted(io.RawIOBase):
    """A stream whose bytes pass through a function, a chunk at a time."""

    def __init__(self, source: io.BufferedReader[Any], convert: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._source, self._convert = source, convert
        self._rest = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with the next converted bytes."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest and (chunk := self._source.read1(_CHUNK)):
            self._rest = self._convert(chunk)
        n = min(len(view), len(self._rest))
        view[:n], self._rest = self._rest[:n], self._rest[n:]
        return n


def lines(stream: BinaryIO, most: int) -> Iterator[bytes | int]:
    """Yield lines without their line ends.

    For a line of more than `most` bytes, only its length is yielded, so that it takes no memory.
    """
    while True:
        line = stream.readline(most + 2)
        if not line:
            return
        if line.endswith(b"\n") or len(line) <= most:
            yield line.rstrip(b"\r\n")
            continue
        length = len(line)
        while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
            length += len(rest)
        yield length + len(rest)
