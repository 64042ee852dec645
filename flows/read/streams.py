"""Byte streams that stop at decompression bombs, truncated archives and endless lines."""

from __future__ import annotations

import bz2
import contextlib
import io
import lzma
import shutil
import tempfile
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import zstandard

from copydesk.flows.read.limits import Limits

GZIP, ZSTD, BZIP2, XZ = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00"
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # the skippable frame of zstd that contains a dictionary
# "BZh" alone may start a text, so the start of a block or the end of an empty stream must follow.
_BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
_MAGIC_BYTES = 16  # enough for `packing`
_SYSTEMS = {bytes([number]) for number in (*range(14), 255)}  # that a gzip head may name
_CHUNK = 2**16
# The ratio is not checked for small files, since a short page of one repeated line is not an attack.
FREE_BYTES = 64 * 2**20
_ZSTD_WINDOW = 2**27  # 128 MB: what `zstd -d` accepts without --long
_XZ_MEMORY = 2**28  # bytes; `xz -9` needs 65 MB to unpack, but a header can request 4 GB
_TRIED = 2**14  # how many bytes are unpacked to find out whether a candidate is a member
_MOST_MARKS = 100_000  # how many starts of members are remembered; arbitrary: 1.6 MB


class BrokenError(ValueError):
    """A stream that cannot be read any further, with the name of the reason and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


class Inflated(io.RawIOBase):
    """A readable stream over gzip, zstd, bzip2, xz (any number of members or frames) or plain bytes.

    The compression is detected from the first bytes, not from a name. At a fault, `BrokenError` is
    raised with the reason truncated, corrupt or too_large, after everything before it was read.
    Then `resume` continues at the next member that can be decompressed.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        super().__init__()
        self._source, self._limits = source, limits
        # Offset in the file of the next bytes from `_input`. Not every file is read from its start.
        self._n_raw = source.tell() if source.seekable() else 0
        # (byte unpacked, byte of the file)
        self._marks: list[tuple[int, int]] = [(0, self._n_raw)]
        self._pending = source.read(_CHUNK)
        self.packing = packing(self._pending)
        self._n_in, self._n_out = len(self._pending), 0
        self._chunks = self._unpacking()
        self._rest = memoryview(b"")
        self.passed_over: list[int] = []

    def _unpacking(self) -> Iterator[bytes]:
        unpack: dict[str | None, Callable[[], Iterator[bytes]]] = {
            "gzip": self._gunzip,
            "zstd": self._unzstd,
            "bzip2": self._unbz2,
            "xz": self._unxz,
            None: self._plain,
        }
        return unpack[self.packing]()

    def offset(self, position: int) -> int:
        """The offset in the file of the member that a position in the stream belongs to.

        In plain bytes it is the offset of the byte itself.
        """
        if self.packing is None:
            return self._marks[0][1] + position
        return self._marks[bisect_right(self._marks, (position, 1 << 62)) - 1][1]

    @property
    def member(self) -> int:
        """The position in the stream at which the current gzip member or zstd frame starts."""
        return self._marks[-1][0]

    def resume(self, opening: bytes) -> bool:
        """After a fault, continue at the next member whose content starts with `opening`.

        Returns False if there is none. Needs a seekable file; only gzip members and zstd frames can
        be found again. `passed_over` then has the offset in the file of each member on the way whose
        beginning is damaged.
        """
        self.passed_over = []
        magic = {"gzip": GZIP + b"\x08", "zstd": ZSTD}.get(self.packing or "")
        if magic is None or not self._source.seekable():
            return False
        at = self._marks[-1][1] + 1
        self._source.seek(at)
        kept, is_over = b"", False
        while not is_over:
            chunk = self._source.read(_CHUNK)
            kept, is_over = kept + chunk, not chunk
            found = kept.find(magic)
            # A candidate is tested together with the bytes after it, so near the end of a chunk it
            # waits for the next chunk.
            while found >= 0 and (is_over or found + _TRIED <= len(kept)):
                candidate = kept[found : found + _TRIED]
                begins = _begins_with(candidate, self.packing, opening)
                if begins:
                    self._restart(at + found)
                    return True
                if begins is None and _has_usual_head(candidate):
                    self.passed_over.append(at + found)
                found = kept.find(magic, found + 1)
            n_passed = found if found >= 0 else max(0, len(kept) - len(magic) + 1)
            kept, at = kept[n_passed:], at + n_passed
        return False

    def _restart(self, offset: int) -> None:
        self._source.seek(offset)
        here = self._n_out - len(self._rest)
        self._pending, self._rest, self._n_out = b"", memoryview(b""), here
        self._n_raw = offset
        self._mark(here, offset)
        self._chunks = self._unpacking()

    def _mark(self, position: int, offset: int) -> None:
        if self._marks[-1][0] == position:
            self._marks[-1] = (position, offset)
        else:
            self._marks.append((position, offset))
        if len(self._marks) > _MOST_MARKS:
            del self._marks[: _MOST_MARKS // 2]

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with the next decompressed bytes."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
            self._n_out += len(self._rest)
            if self._n_out > max(FREE_BYTES, self._n_in * self._limits.expansion):
                raise BrokenError(
                    "too_large",
                    f"{self._n_in:,} bytes grew to more than {self._n_out:,}; [limits] expansion is {self._limits.expansion}",
                )
        n = min(len(view), len(self._rest))
        view[:n], self._rest = self._rest[:n], self._rest[n:]
        return n

    def seekable(self) -> bool:
        """True, so that readers can call `tell`; `seek` accepts only the current position."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """The position in the stream."""
        here = self._n_out - len(self._rest)
        if (whence, offset) not in {(io.SEEK_CUR, 0), (io.SEEK_SET, here)}:
            raise io.UnsupportedOperation(f"seek({offset}, {whence})")
        return here

    def _input(self) -> bytes:
        if self._pending:  # These bytes were counted when they were read.
            chunk, self._pending = self._pending, b""
        else:
            chunk = self._source.read(_CHUNK)
            self._n_in += len(chunk)
        self._n_raw += len(chunk)
        return chunk

    def _plain(self) -> Iterator[bytes]:
        while chunk := self._input():
            yield chunk

    def _gunzip(self) -> Iterator[bytes]:
        member = zlib.decompressobj(wbits=31)
        chunk = self._input()
        while chunk:
            before = member.copy()
            try:
                out = member.decompress(chunk, _CHUNK)
            except zlib.error as error:
                yield from _salvaged(before, chunk)
                raise BrokenError("corrupt", f"gzip data is damaged: {error}") from error
            if out:
                yield out
            if member.eof:
                # Tape and tar writers pad with zeros.
                chunk = (member.unused_data or self._input()).lstrip(b"\x00")
                if not chunk:
                    return
                self._mark(self._n_out, self._n_raw - len(chunk))
                if not chunk.startswith(GZIP[: len(chunk)]):
                    raise BrokenError("corrupt", "other bytes follow the gzip data")
                member = zlib.decompressobj(wbits=31)
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
                # The object unpacks all of its input at once, so it gets little: 1 kB contains at
                # most 256 blocks of 128 kB.
                out = frame.decompress(chunk[:1024])
            except zstandard.ZstdError as error:
                raise BrokenError("corrupt", f"zstd data is damaged: {error}") from error
            chunk, is_begun = chunk[1024:], True
            if out:
                yield out
            if frame.eof:
                chunk, frame, is_begun = frame.unused_data + chunk, context.decompressobj(), False
                self._mark(self._n_out, self._n_raw - len(chunk))
        if is_begun:
            raise BrokenError("truncated", "zstd data ends in the middle")

    def _unbz2(self) -> Iterator[bytes]:
        yield from self._members(bz2.BZ2Decompressor, BZIP2, "bzip2")

    def _unxz(self) -> Iterator[bytes]:
        yield from self._members(
            lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), XZ, "xz"
        )

    def _members(
        self,
        made: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor],
        magic: bytes,
        name: str,
    ) -> Iterator[bytes]:
        """Decompress streams of one kind that follow one another."""
        chunk = self._input()
        while chunk:
            if not chunk.startswith(magic[: len(chunk)]):
                raise BrokenError("corrupt", f"bytes that are not {name} follow the {name} data")
            member = made()
            while not member.eof:
                if member.needs_input and not chunk:
                    raise BrokenError("truncated", f"{name} data ends in the middle")
                try:
                    out = member.decompress(chunk, _CHUNK)
                except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
                    raise BrokenError("corrupt", f"{name} data is damaged: {error}") from error
                if out:
                    yield out
                chunk = self._input() if member.needs_input and not member.eof else b""
            # A stream of xz may be padded with zeros.
            chunk = (member.unused_data or self._input()).lstrip(b"\x00")

    def _dictionary(self, head: bytes) -> zstandard.ZstdCompressionDict | None:
        """Read the dictionary at the start of a zstd WARC file, if it has one.

        See IIPC, "Use of Zstandard in WARC", 2021.
        """
        if not head.startswith(_DICTIONARY):
            return None
        size = int.from_bytes(head[4:8], "little")
        if size > self._limits.document_bytes:
            raise BrokenError("too_large", f"a zstd dictionary of {size:,} bytes")
        while len(head) < 8 + size and (more := self._source.read(_CHUNK)):
            self._pending += more  # the frame itself is skipped later
            head += more
        packed = head[8 : 8 + size]
        try:
            return zstandard.ZstdCompressionDict(
                self._unpacked(packed) if packing(packed) else packed
            )
        except zstandard.ZstdError as error:
            raise BrokenError("corrupt", f"the zstd dictionary is damaged: {error}") from error

    def _unpacked(self, packed: bytes) -> bytes:
        """Decompress a dictionary in small pieces.

        Its frame may declare a false size, and memory of that size would be allocated at once.
        """
        most = self._limits.document_bytes
        with zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(
            packed
        ) as reader:
            plain = reader.read(most + 1)
        if len(plain) > most:
            raise BrokenError("too_large", f"a zstd dictionary of more than {most:,} bytes")
        return plain


def buffered(stream: io.RawIOBase) -> io.BufferedReader[Any]:
    """Buffer a stream, so that `readline` and small reads are cheap."""
    return io.BufferedReader(stream, _CHUNK)


@contextlib.contextmanager
def unpacked(stream: BinaryIO, limits: Limits) -> Iterator[BinaryIO]:
    """A stream for formats that seek: the stream itself, or if it is compressed, an unpacked copy.

    The copy is a temporary file. Raises `BrokenError`, as `Inflated` does.
    """
    head = stream.read(_MAGIC_BYTES)
    stream.seek(0)
    if packing(head) is None:
        yield stream
        return
    with contextlib.closing(tempfile.TemporaryFile()) as copy:
        shutil.copyfileobj(Inflated(stream, limits), copy, _CHUNK)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def packing(head: bytes) -> str | None:
    """The compression of some data by its first bytes: gzip, zstd, bzip2, xz or None."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    if head.startswith(BZIP2) and head[3:4].isdigit() and head[4:10] in _BZIP2_BLOCKS:
        return "bzip2"
    if head.startswith(XZ):
        return "xz"
    return None


def _salvaged(member: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """Yield what can be decompressed before a fault.

    The library returns nothing from a chunk that has a fault, so smaller and smaller chunks are
    tried.
    """
    with contextlib.suppress(zlib.error):
        while chunk and not member.eof:
            yield member.decompress(chunk, _TRIED)
            chunk = member.unconsumed_tail


def _begins_with(raw: bytes, packing: str | None, opening: bytes) -> bool | None:
    """Whether the content of a member starts with `opening`; None if it cannot be decompressed."""
    try:
        if packing == "gzip":
            return zlib.decompressobj(wbits=31).decompress(raw, 64).startswith(opening)
        frame, out = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj(), b""
        for i in range(0, len(raw), 1024):
            if out := frame.decompress(raw[i : i + 1024]):
                break
        # A block may be longer than the bytes that are tested.
        return not out or out.startswith(opening)
    except (zlib.error, zstandard.ZstdError):
        return None


def _has_usual_head(raw: bytes) -> bool:
    """Whether bytes are the head of a zstd frame, or a gzip head as programs write it (RFC 1952).

    Three bytes alone are also found by chance, once in 16 MB of compressed data.
    """
    if raw.startswith(ZSTD):
        return True
    flags, level, system = raw[3:4], raw[8:9], raw[9:10]
    return flags <= b"\x1f" and level in (b"\x00", b"\x02", b"\x04") and system in _SYSTEMS


def whole(stream: io.RawIOBase, most: int) -> bytes:
    """Read all of a stream. Raises `BrokenError` for more than `most` bytes."""
    content = buffered(stream).read(most + 1)
    if len(content) > most:
        raise BrokenError("too_large", f"more than {most:,} bytes ([limits] document_bytes)")
    return content
