"""Byte streams that stop a decompression bomb, a cut-off archive or an endless line where it begins to hurt."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import zstandard

from copydesk.flows.read.limits import Limits

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # the skippable frame of zstd that holds a dictionary
_CHUNK = 2**16
_FREE = (
    64 * 2**20
)  # a ratio says nothing about small files: a short page of one repeated line is no attack
_ZSTD_WINDOW = 2**27  # 128 MB: what `zstd -d` accepts without --long


class BrokenError(ValueError):
    """A stream that cannot be read on: the reason by name, and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class Inflated(io.RawIOBase):
    """A readable stream over gzip (any number of members), zstd (any number of frames) or plain bytes.

    Which it is shows in the first bytes, not in a name. Raises `BrokenError` with truncated, corrupt or
    too_large; everything before the fault can be read.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        super().__init__()
        self._source, self._limits = source, limits
        self._pending = source.read(_CHUNK)
        self.packing = packing(self._pending)
        self._n_in, self._n_out = len(self._pending), 0
        self._chunks = {"gzip": self._gunzip, "zstd": self._unzstd, None: self._plain}[
            self.packing
        ]()
        self._rest = b""

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with the next decompressed bytes."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self._n_out += len(self._rest)
            if self._n_out > max(_FREE, self._n_in * self._limits.expansion):
                raise BrokenError(
                    "too_large",
                    f"{self._n_in:,} bytes grew to more than {self._n_out:,}; [limits] expansion is {self._limits.expansion}",
                )
        n = min(len(view), len(self._rest))
        view[:n], self._rest = self._rest[:n], self._rest[n:]
        return n

    def seekable(self) -> bool:
        """True, so that readers may ask where they are; only the place where the stream stands can be sought."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Where the stream stands."""
        here = self._n_out - len(self._rest)
        if (whence, offset) not in {(io.SEEK_CUR, 0), (io.SEEK_SET, here)}:
            raise io.UnsupportedOperation(f"seek({offset}, {whence})")
        return here

    def _input(self) -> bytes:
        chunk, self._pending = self._pending or self._source.read(_CHUNK), b""
        self._n_in += len(chunk)
        return chunk

    def _plain(self) -> Iterator[bytes]:
        while chunk := self._input():
            yield chunk

    def _gunzip(self) -> Iterator[bytes]:
        member = zlib.decompressobj(wbits=31)
        chunk = self._input()
        while chunk:
            try:
                out = member.decompress(chunk, _CHUNK)
            except zlib.error as error:
                raise BrokenError("corrupt", f"gzip data is damaged: {error}") from error
            if out:
                yield out
            if member.eof:
                chunk = (member.unused_data or self._input()).lstrip(
                    b"\x00"
                )  # tape and tar writers pad with zeros
                if chunk and not chunk.startswith(GZIP[: len(chunk)]):
                    raise BrokenError("corrupt", "bytes that are no gzip follow the gzip data")
                member = zlib.decompressobj(wbits=31)
                if not chunk:
                    return
            else:
                chunk = member.unconsumed_tail or self._input()
        while out := member.decompress(b"", _CHUNK):
            yield out
        if not member.eof:
            raise BrokenError("truncated", "gzip data ends in the middle")

    def _unzstd(self) -> Iterator[bytes]:
        chunk = self._input()
        context = zstandard.ZstdDecompressor(
            dict_data=self._dictionary(chunk), max_window_size=_ZSTD_WINDOW
        )
        frame, is_begun = context.decompressobj(), False
        while chunk := chunk or self._input():
            try:
                # The object hands out whatever its input holds: 1 kB is at most 256 blocks of 128 kB.
                out = frame.decompress(chunk[:1024])
            except zstandard.ZstdError as error:
                raise BrokenError("corrupt", f"zstd data is damaged: {error}") from error
            chunk, is_begun = chunk[1024:], True
            if out:
                yield out
            if frame.eof:
                chunk, frame, is_begun = frame.unused_data + chunk, context.decompressobj(), False
        if is_begun:
            raise BrokenError("truncated", "zstd data ends in the middle")

    def _dictionary(self, head: bytes) -> zstandard.ZstdCompressionDict | None:
        """The dictionary that a WARC file in zstd may begin with (IIPC "Use of Zstandard in WARC", 2021)."""
        if not head.startswith(_DICTIONARY):
            return None
        size = int.from_bytes(head[4:8], "little")
        if size > self._limits.document_bytes:
            raise BrokenError("too_large", f"a zstd dictionary of {size:,} bytes")
        while len(head) < 8 + size and (more := self._source.read(_CHUNK)):
            self._pending += more  # the frame is skipped over when its turn comes
            head += more
        packed = head[8 : 8 + size]
        try:
            return zstandard.ZstdCompressionDict(
                self._unpacked(packed) if packing(packed) else packed
            )
        except zstandard.ZstdError as error:
            raise BrokenError("corrupt", f"the zstd dictionary is damaged: {error}") from error

    def _unpacked(self, packed: bytes) -> bytes:
        """A packed dictionary unpacked piece by piece: the size that its frame declares may be a lie, and would be allocated."""
        most = self._limits.document_bytes
        with zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(
            packed
        ) as reader:
            plain = reader.read(most + 1)
        if len(plain) > most:
            raise BrokenError("too_large", f"a zstd dictionary of more than {most:,} bytes")
        return plain


def buffered(stream: io.RawIOBase) -> BinaryIO:
    """The stream with `readline` and small reads made cheap."""
    return cast(BinaryIO, io.BufferedReader(stream, _CHUNK))


def packing(head: bytes) -> str | None:
    """gzip, zstd or None, by the first bytes."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    return None


def whole(stream: io.RawIOBase, most: int) -> bytes:
    """All of a stream. Raises `BrokenError` beyond `most` bytes."""
    content = buffered(stream).read(most + 1)
    if len(content) > most:
        raise BrokenError("too_large", f"more than {most:,} bytes; [limits] document_bytes")
    return content


def lines(stream: BinaryIO, most: int) -> Iterator[bytes | int]:
    """Lines without their end; for a line of more than `most` bytes, its length, and nothing of it is held."""
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
