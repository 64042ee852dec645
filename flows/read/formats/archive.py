"""Read `.zip`, `.tar` and `.wacz`: archives with files of any other format."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import chosen, unknown
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import FREE_BYTES, BrokenError, Inflated, buffered, unpacked

_CHUNK = 2**20
_OFFICE = "[Content_Types].xml"  # in every file of Office Open XML (ECMA-376, part 2)
# The errors for incomplete compressed data, a password, a compression method that Python does not
# support, and a damaged directory.
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


def zipped(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the documents of each file of a ZIP archive, in the order of its directory."""
    with _opened_zip(opened, "ZIP", limits) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.filename == _OFFICE for entry in entries):
            detail = "a document of an office program, such as Word; save it as text or HTML"
            raise BrokenError("unknown_format", detail)
        visible = [entry for entry in entries if not _is_hidden(entry.filename)]
        yield from _zip_members(opened, archive, visible, fields, limits)


def web_archive(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the documents of the WARC files in the folder `archive/` of a WACZ package."""
    with _opened_zip(opened, "WACZ", limits) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        stored = [entry for entry in entries if entry.filename.startswith("archive/")]
        if not stored:
            raise BrokenError("corrupt", "the WACZ package has no folder archive/")
        by_name = sorted(stored, key=lambda entry: entry.filename)
        yield from _zip_members(opened, archive, by_name, fields, limits)


@contextmanager
def _opened_zip(opened: Opened, name: str, limits: Limits) -> Iterator[zipfile.ZipFile]:
    with unpacked(opened.stream, limits) as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
            if isinstance(error, BrokenError):
                raise
            raise BrokenError("corrupt", f"{name}: {error}"[:300]) from error
        with archive:
            yield archive


def _zip_members(
    opened: Opened,
    archive: zipfile.ZipFile,
    entries: Iterable[zipfile.ZipInfo],
    fields: Fields,
    limits: Limits,
) -> Iterator[Record | Reject]:
    """Yield the documents of some files of a ZIP archive.

    A damaged file becomes a `Reject`, and the others are read.
    """
    budget = _Budget(opened.size_bytes, limits)
    for entry in entries:
        try:
            with archive.open(entry) as packed:
                stream = budget.counted(cast(BinaryIO, packed))
                yield from _member(opened, entry.filename, stream, fields, limits)
        except _FAULTS as error:
            if isinstance(error, BrokenError) and error.reason == "too_large":
                raise
            yield _fault(opened, entry.filename, error)


def tarred(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the documents of each file of a tar archive, in order.

    Links, devices and folders are skipped.
    """
    source = _UntilFault(Inflated(opened.stream, limits))
    n_members = 0
    try:
        with tarfile.open(fileobj=buffered(source), mode="r|", errorlevel=0) as archive:
            for entry in archive:
                n_members += 1
                archive.members = []  # type: ignore[attr-defined]  # it would keep every header
                packed = archive.extractfile(entry) if entry.isreg() else None
                if packed is not None and not _is_hidden(entry.name):
                    member = cast(BinaryIO, packed)
                    yield from _member(opened, entry.name, member, fields, limits)
    except tarfile.TarError as error:
        if source.fault is not None:
            raise source.fault from error
        raise BrokenError("truncated" if n_members else "corrupt", f"tar: {error}"[:300]) from error
    if source.fault is not None:  # The archive is cut off between two members.
        raise source.fault


def _member(
    opened: Opened, name: str, stream: BinaryIO, fields: Fields, limits: Limits
) -> Iterator[Record | Reject]:
    """Yield the documents of one file of an archive.

    Their source combines the names of the archive and the file.
    """
    uri = f"{opened.source_uri}/{_safe_name(name)}"
    format_, head = chosen(name, stream)
    if format_ is None:
        yield Reject(uri, None, None, "read", "unknown_format", unknown(head))
        return
    if format_ in FORMATS:
        detail = "archives inside an archive are not read; unpack the outer archive first"
        yield Reject(uri, None, None, "read", "nested_archive", detail)
        return
    inner = Opened(
        uri,
        buffered(_Prefixed(head, stream)),
        file_time=opened.file_time,
        skipped=opened.skipped,
        unread=opened.unread,
        on_row=opened.on_row,
    )
    try:
        if format_.needs_seek:
            yield from _from_copy(inner, format_, fields, limits)
        else:
            yield from format_.records(inner, fields, limits)
    except BrokenError as fault:
        if fault.reason == "too_large" and fault.detail.startswith("the archive"):
            raise
        yield Reject(uri, None, None, "read", fault.reason, fault.detail)


def _from_copy(
    inner: Opened, format_: Format, fields: Fields, limits: Limits
) -> Iterator[Record | Reject]:
    """Copy a member to a temporary file and read it there, for a format that seeks in its file.

    If the archive has a fault, the bytes before it are read, and then the fault is raised.
    """
    fault: Exception | None = None
    with closing(tempfile.TemporaryFile()) as copy:
        try:
            while chunk := inner.stream.read(_CHUNK):
                copy.write(chunk)
        except (*_FAULTS, tarfile.TarError) as error:
            if isinstance(error, BrokenError) and error.reason == "too_large":
                raise
            fault = error
        inner.size_bytes = copy.tell()
        copy.seek(0)
        inner.stream = cast(BinaryIO, copy)
        yield from format_.records(inner, fields, limits)
    if fault is not None:
        raise fault


class _Budget:
    """Limits the total unpacked size of the files of an archive."""

    def __init__(self, size_bytes: int | None, limits: Limits) -> None:
        self._most = max(FREE_BYTES, (size_bytes or 0) * limits.expansion)
        self._n_packed, self._expansion, self._n = size_bytes, limits.expansion, 0

    def counted(self, stream: BinaryIO) -> BinaryIO:
        """Wrap a stream so that its bytes are counted."""
        return buffered(_CountingStream(stream, self))

    def take(self, n: int) -> None:
        """Count bytes. Raises `BrokenError` beyond the limit."""
        self._n += n
        if self._n > self._most:
            detail = f"the unpacked archive has more than {self._n:,} bytes; [limits] expansion is {self._expansion}"
            raise BrokenError("too_large", detail)


class _CountingStream(io.RawIOBase):
    def __init__(self, source: BinaryIO, budget: _Budget) -> None:
        super().__init__()
        self._source, self._budget = source, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        found = self._source.read(len(view))
        self._budget.take(len(found))
        view[: len(found)] = found
        return len(found)


class _UntilFault(io.RawIOBase):
    """A stream that ends at a fault in its compression, so that all bytes before it are read.

    If the fault were raised, a buffer around this stream would lose the bytes that it holds.
    """

    def __init__(self, source: io.RawIOBase) -> None:
        super().__init__()
        self._source = source
        self.fault: BrokenError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if self.fault is None:
            try:
                return self._source.readinto(buffer) or 0  # type: ignore[arg-type]
            except BrokenError as fault:
                self.fault = fault
        return 0


class _Prefixed(io.RawIOBase):
    """A stream whose first bytes were already read. They come again, and then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        found = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(view) :]
        view[: len(found)] = found
        return len(found)


def _is_hidden(name: str) -> bool:
    """Whether the name of a file, or of a folder above it, starts with a dot, or is macOS's own.

    >>> _is_hidden("a/.DS_Store"), _is_hidden("__MACOSX/._a.html"), _is_hidden("../a.html")
    (True, True, False)
    """
    return any(
        part.startswith((".", "__MACOSX"))
        for part in PurePosixPath(name).parts
        if part not in (".", "..")
    )


def _safe_name(name: str) -> str:
    """A member's name as a path below the archive, with characters that any table can store."""
    text = name.encode("utf-8", "backslashreplace").decode().replace("\x00", "")
    return "/".join(part for part in text.split("/") if part not in ("", ".", ".."))[:1000]


def _fault(opened: Opened, name: str, error: Exception) -> Reject:
    reason = error.reason if isinstance(error, BrokenError) else "corrupt"
    detail = f"ZIP: {error}"[:300]
    if "password" in str(error).lower() or "encrypted" in str(error).lower():
        reason, detail = "encrypted", "a password protects the file; unpack the archive first"
    uri = f"{opened.source_uri}/{_safe_name(name)}"
    return Reject(uri, None, None, "read", reason, detail)


ZIP = Format("zip", (".zip",), zipped, lambda head: head.startswith(b"PK\x03\x04"))
TAR = Format(
    "tar", (".tar", ".tgz", ".tbz2", ".txz"), tarred, lambda head: head[257:262] == b"ustar"
)
WACZ = Format("wacz", (".wacz",), web_archive)
FORMATS = (WACZ, ZIP, TAR)
