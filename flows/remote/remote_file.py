"""A file on an object store or a web server as a stream of bytes."""

from __future__ import annotations

import io
from typing import Any

from copydesk.flows.remote import client


class RemoteFile(io.RawIOBase):
    """A remote file whose errors are OSErrors that name its URI."""

    def __init__(self, source: Any, uri: str) -> None:
        super().__init__()
        self._source, self._uri = source, uri

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """Whether the store lets a reader ask for ranges."""
        return bool(self._source.seekable())

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with the next bytes."""
        view = memoryview(buffer).cast("B")
        with client.as_remote_error(self._uri):
            content = self._source.read(len(view))
        view[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Seek to a position."""
        with client.as_remote_error(self._uri):
            return int(self._source.seek(offset, whence))

    def tell(self) -> int:
        """The current position."""
        return int(self._source.tell())

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._source.close()
        super().close()
