"""The stream of bytes from which a WARC file is read. It keeps the bytes of the current record."""

from __future__ import annotations

import io
import re
from collections import deque

from copydesk.flows.read.limits import Limits
from copydesk.flows.read.streams import BrokenError, Inflated

_PIECE = 2**16


class Tape:
    """A stream that keeps the bytes it returned since the last `forget`, so reading can go back.

    It ends at a fault in the compression (`fault`), so that everything before it can be parsed.
    Positions count the uncompressed bytes of the file from 0. At most `most` bytes are kept.
    """

    def __init__(self, source: Inflated, *, most: int) -> None:
        self._source, self._most = source, most
        self._pieces: deque[bytes] = deque()
        self._first = 0  # position of the first byte that is kept
        self.position = 0  # position of the next byte to return
        self.end = 0  # position after the last byte read from the file
        self.fault: BrokenError | None = None
        self.is_over = False  # whether the file has no more bytes, or no more that can be unpacked

    @classmethod
    def of(cls, content: bytes) -> Tape:
        """A tape of bytes in memory."""
        return cls(Inflated(io.BytesIO(content), Limits()), most=len(content) + _PIECE)

    @property
    def is_packed(self) -> bool:
        """Whether the file is compressed."""
        return self._source.packing is not None

    @property
    def member(self) -> int:
        """The position at which the current gzip member starts."""
        return self._source.member

    def take_passed_over(self) -> list[int]:
        """The offsets of the damaged members that `resume` passed over, given once."""
        found, self._source.passed_over = self._source.passed_over, []
        return found

    def offset(self, position: int) -> int:
        """The offset in the file of a position in the stream."""
        return self._source.offset(position)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, or b"" at the end or at a fault."""
        if self.position < self.end:
            found = self.between(self.position, min(self.end, self.position + _PIECE))
            if 0 <= size < len(found):
                found = found[:size]
        else:
            found = self._more(size)
        self.position += len(found)
        return found

    def forget(self, position: int) -> None:
        """Discard the chunks before a position. A chunk that extends past it is kept."""
        while self._pieces and self._first + len(self._pieces[0]) <= position:
            self._first += len(self._pieces.popleft())

    def between(self, start: int, end: int) -> bytes:
        """Return the kept bytes between two positions."""
        found, at = [], self._first
        for piece in self._pieces:
            if at + len(piece) > start and at < end:
                found.append(piece[max(0, start - at) : end - at])
            at += len(piece)
            if at >= end:
                break
        return b"".join(found)

    def find(self, pattern: re.Pattern[bytes], *, after: int) -> int | None:
        """The position of the first match in the kept bytes, or None."""
        begin = max(0, max(after, self._first) - 1)  # the line feed before the match
        match = pattern.search(self.between(begin, self.end))
        return None if match is None else begin + match.start()

    def seek_next(self, pattern: re.Pattern[bytes], *, after: int) -> bool:
        """Move to the first match after a position, and read on if the kept bytes have none."""
        while True:
            found = self.find(pattern, after=after)
            if found is not None:
                self.position = found
                self.is_over = self.fault is not None
                return True
            after = max(after, self.end - _PIECE)
            self.forget(after - 1)
            self.position = self.end
            if not self._more(_PIECE):
                return False

    def look_ahead(self) -> bool:
        """Read one more chunk without moving the position; return whether there was one."""
        return bool(self._more(_PIECE))

    def resume(self, opening: bytes) -> bool:
        """After a fault, continue at the next member whose content starts with `opening`.

        Returns False if there is none.
        """
        if not self._source.resume(opening):
            return False
        self._pieces.clear()
        self._first = self.position = self.end
        self.fault, self.is_over = None, False
        return True

    def _more(self, size: int) -> bytes:
        if self.is_over:
            return b""
        try:
            found = self._source.read(size) or b""
        except BrokenError as fault:
            self.fault, found = fault, b""
        if not found:
            self.is_over = True
            return b""
        self._pieces.append(found)
        self.end += len(found)
        while self.end - self._first > self._most + _PIECE and len(self._pieces) > 1:
            self._first += len(self._pieces.popleft())
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Return the position. The WARC library calls `seek` only to ask for it."""
        return self.position

    def tell(self) -> int:
        """The position in the stream."""
        return self.position

    def seekable(self) -> bool:
        """True, because the WARC library requires it."""
        return True

    def readable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Do nothing: the code that opened the file closes it."""
