"""Find the input files, in a fixed order, from files, folders, globs and URIs."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, BinaryIO, cast

from copydesk.flows.read.record import Reject
from copydesk.flows.remote import client
from copydesk.flows.remote.remote_file import RemoteFile

# Bytes of a request: about 20 requests a second fill a link of 1 Gbit/s, and a reader has two in
# memory.
_BLOCK = 8 << 20

# The folders by which a warehouse is recognised. Its tables and reports are not raw documents.
_OF_WAREHOUSE = ("manifests", "snapshots", "staging")
# How the folder begins into which standard input is copied. The folder is deleted after the run.
STANDARD_INPUT = "copydesk-stdin-"


class InputError(ValueError):
    """An input cannot be read. The message says which one and what would be right."""


@dataclass(frozen=True, slots=True, order=True)
class InputFile:
    """One file to read.

    `source_uri` is the path relative to the input in which it was found, or the address of a web
    page.

    For a remote file, `n_bytes`, `version` (such as an ETag) and `modified` (ISO 8601) are what the
    store lists, if it does. If the warehouse already has the first records of a file, reading
    starts at byte `offset` with record `first_number`.
    """

    source_uri: str
    path: str
    is_remote: bool = False
    n_bytes: int | None = None
    version: str = ""
    modified: str = ""
    offset: int = 0
    first_number: int = 0

    @property
    def size_bytes(self) -> int | None:
        """The size of the file in bytes, if it is cheap to find out."""
        return self.n_bytes if self.is_remote else os.stat(self.path).st_size

    @property
    def likely_bytes(self) -> int:
        """The number of bytes to read; 0 if it is unknown."""
        try:
            return max(0, (self.size_bytes or 0) - self.offset)
        except OSError:  # The file was deleted after it was found. Reading it will report that.
            return 0

    @property
    def fingerprint(self) -> list[object]:
        """Return address, size, time and version. If the file changes, one of them changes too."""
        if self.is_remote:
            return [self.source_uri, self.path, self.n_bytes, self.version, self.modified]
        try:
            found = os.stat(self.path)
        except OSError:
            return [self.source_uri, self.path]
        return [self.source_uri, self.path, found.st_size, found.st_mtime_ns, self.offset]

    @property
    def file_time(self) -> datetime | None:
        """When the file was last modified."""
        if self.is_remote:
            return datetime.fromisoformat(self.modified) if self.modified else None
        return datetime.fromtimestamp(os.stat(self.path).st_mtime, UTC)

    def open(self) -> BinaryIO:
        """Open the file for reading bytes.

        Raises OSError, also for a pipe or device, which might never end.
        """
        if self.is_remote:
            files = client.filesystem(self.path)
            with client.as_remote_error(self.path):
                return cast(
                    BinaryIO, RemoteFile(files.open(self.path, "rb", block_size=_BLOCK), self.path)
                )
        # Without O_NONBLOCK, opening a pipe waits until another process writes to it.
        handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(None, "not a regular file")
        return os.fdopen(handle, "rb")


def find(inputs: Sequence[str]) -> list[InputFile | Reject]:
    """Find every file that the inputs name.

    The result is sorted and has each file once, whatever the order of the inputs. Folders are read
    recursively, except names that start with a dot, and except warehouses of copydesk: the default
    warehouse is often inside the input. Links to files are followed, but links to folders are not.
    A folder that cannot be listed, or a link to a folder outside the input, becomes a `Reject`.
    Raises `InputError` for an input that does not exist, a pattern that matches nothing, or if all
    inputs are warehouses.
    """
    check(inputs)
    found: dict[str, InputFile] = {}
    faults: list[Reject] = []
    for name in inputs:
        for file in _files(name, faults):
            known = found.get(file.path)
            # A file may be found through two inputs. The longer relative path is kept, which is the
            # one below the outer folder.
            if known is None or (-len(file.source_uri), file.source_uri) < (
                -len(known.source_uri),
                known.source_uri,
            ):
                found[file.path] = file
    if not found and not faults and all(_is_warehouse(name) for name in inputs):
        raise InputError(
            f"input {inputs[0]!r} is a warehouse of copydesk and has no raw documents; to read its "
            f"articles as documents, name {os.path.join(inputs[0], 'current', 'articles')!r}"
        )
    # This is the order of the class, but its own comparison takes ten times as long.
    files = sorted(found.values(), key=lambda file: (file.source_uri, file.path))
    return [*sorted(set(faults), key=lambda fault: fault.source_uri), *files]


def likely_bytes(files: Iterable[InputFile | Reject]) -> int:
    """The number of bytes to read of these files; a file of unknown size counts as empty."""
    return sum(file.likely_bytes for file in files if isinstance(file, InputFile))


def check(inputs: Sequence[str]) -> None:
    """Raise `InputError` if `find` would raise it, but without listing every file."""
    if not inputs:
        raise InputError(
            "no input is named; name files, folders or patterns such as 'news/*.jsonl.gz'"
        )
    for name in inputs:
        next(_files(name, []), None)


def is_standard_input(name: str) -> bool:
    """Whether an input of a run is the copy of its standard input."""
    return STANDARD_INPUT in name


def escaped(path: str) -> str:
    r"""Encode a path as valid UTF-8 text; `unescaped` reverses it.

    A byte that is not UTF-8 becomes `\xff`, a backslash becomes two, and separators become `/`.

    >>> print(escaped(os.fsdecode(b"caf\xe9/a.txt")))
    caf\xe9/a.txt
    """
    if path.isascii() and "\\" not in path:
        return path
    text = os.fsencode(path).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return text.replace(os.sep, "/") if os.sep != "\\" else text


def unescaped(source_uri: str) -> str:
    r"""The path that `escaped` wrote.

    >>> unescaped(escaped("a\\xff/b")) == "a\\xff/b"
    True
    """
    raw, i = bytearray(), 0
    while i < len(source_uri):
        if source_uri[i] == "\\" and source_uri[i + 1 : i + 2] == "x":
            raw.append(int(source_uri[i + 2 : i + 4], 16))
            i += 4
        else:
            i += 1 if source_uri[i] != "\\" else 2
            raw += source_uri[i - 1].encode()
    return os.fsdecode(bytes(raw))


def _files(name: str, faults: list[Reject]) -> Iterator[InputFile]:
    if "://" in name:
        yield from _remote(name)
    elif os.path.isdir(name):
        yield from _below(name, name, faults)
    elif os.path.lexists(name):
        yield _file(name, os.path.dirname(name))
    elif glob.has_magic(name):
        root = _fixed_part(name)
        matches = sorted(glob.glob(name, recursive=True))
        if not matches:
            raise InputError(
                f"no file matches {name!r}; check the folder, and quote the pattern in the shell"
            )
        is_warehouse = cache(_is_warehouse)
        for match in matches:
            if any(is_warehouse(folder) for folder in _folders_between(root, match)):
                continue
            if os.path.isdir(match):
                yield from _below(match, root, faults)
            else:
                yield _file(match, root)
    else:
        raise InputError(
            f"input {name!r} does not exist; name a file, a folder, a pattern or a URI such as s3://bucket/folder"
        )


def _below(folder: str, root: str, faults: list[Reject]) -> Iterator[InputFile]:
    def note(error: OSError) -> None:
        relative = os.path.relpath(str(error.filename or folder), root)
        faults.append(
            Reject(
                escaped(relative),
                None,
                None,
                "read",
                "unreadable",
                f"the folder cannot be listed: {error.strerror}",
            )
        )

    for parent, folders, names in os.walk(folder, onerror=note):
        if _is_warehouse(parent):
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        faults += _links_out([os.path.join(parent, name) for name in folders], root)
        # What all files of the folder share is found once, since a folder may have thousands.
        whole, relative = os.path.abspath(parent), os.path.relpath(parent, root)
        prefix = "" if relative == os.curdir else f"{escaped(relative)}/"
        for name in names:
            if not name.startswith("."):
                yield InputFile(f"{prefix}{escaped(name)}", os.path.join(whole, name))


def _is_warehouse(folder: str) -> bool:
    return all(os.path.isdir(os.path.join(folder, name)) for name in _OF_WAREHOUSE)


def _folders_between(root: str, path: str) -> Iterator[str]:
    """The folders below `root` that contain `path`, the innermost first.

    >>> list(_folders_between(".", "a/b/c.txt"))
    ['a/b', 'a']
    """
    root, folder = "" if root == "." else root, os.path.dirname(path)
    while len(folder) > len(root):
        yield folder
        folder = os.path.dirname(folder)


def _links_out(folders: Sequence[str], root: str) -> Iterator[Reject]:
    """Yield a reject for each link to a folder outside the input, which is not followed."""
    inside = os.path.join(os.path.realpath(root), "")
    for folder in folders:
        target = os.path.join(os.path.realpath(folder), "") if os.path.islink(folder) else inside
        if not target.startswith(inside):
            yield Reject(
                escaped(os.path.relpath(folder, root)),
                None,
                None,
                "read",
                "unreadable",
                "a link to a folder is not followed; name the folder as an input",
            )


def _file(path: str, root: str) -> InputFile:
    return InputFile(escaped(os.path.relpath(path, root or ".")), os.path.abspath(path))


def _fixed_part(pattern: str) -> str:
    parts = pattern.split(os.sep)
    n_fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return os.sep.join(parts[:n_fixed]) or (os.sep if pattern.startswith(os.sep) else ".")


def _remote(uri: str) -> Iterator[InputFile]:
    scheme = uri.split("://", 1)[0]
    # A question mark in the address of a page starts its query.
    is_pattern = "*" in uri if scheme in ("http", "https") else glob.has_magic(uri)
    try:
        files = client.filesystem(uri)
        with client.as_remote_error(uri):
            # Listings are cached; in a process that serves a schedule the cache may be a day old.
            files.invalidate_cache()
            found = dict(_listed(files, uri, is_pattern))
    except client.ExtraMissing as error:
        raise InputError(f"reading {error}") from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"input {uri!r} cannot be listed: {error.args[-1] if error.args else error}"
        ) from error
    if not found:
        what = "matches nothing" if is_pattern else "does not exist or is empty"
        raise InputError(f"input {uri!r} {what}")
    root = _root(uri, is_pattern, is_file=set(found) == {files._strip_protocol(uri)})
    for path, about in sorted(found.items()):
        address = _address(scheme, path)
        # The name is relative, as for a file on disk, so that a dump is recognised after it was
        # moved to a store. A web page has no other name than its address.
        is_web_page = scheme in ("http", "https")
        yield InputFile(
            source_uri=address if is_web_page else escaped(address.removeprefix(root)),
            path=address,
            is_remote=True,
            n_bytes=about.get("size"),
            version=_version(about),
            modified=_iso(about),
        )


def _address(scheme: str, path: str) -> str:
    """The whole address of a path that a store lists.

    >>> _address("s3", "bucket/a.html"), _address("file", "/a.html")
    ('s3://bucket/a.html', 'file:///a.html')
    """
    if "://" in path:
        return path
    return f"file://{path}" if scheme == "file" else f"{scheme}://{path.lstrip('/')}"


def _version(about: Mapping[str, Any]) -> str:
    """What the store says that changes with the content of a file, or "" if it says nothing."""
    names = ("ETag", "etag", "generation", "checksum")
    return next((str(about[name]) for name in names if about.get(name)), "")


def _root(uri: str, is_pattern: bool, *, is_file: bool) -> str:
    """The part of a remote address before the relative path of each file, with its last slash."""
    if is_pattern:
        uri = uri[: min(uri.index(mark) for mark in "*?[" if mark in uri)]
    return uri[: uri.rindex("/") + 1] if is_pattern or is_file else uri.rstrip("/") + "/"


def _listed(files: Any, uri: str, is_pattern: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The path of each file, with the metadata that the store lists.

    Names below the input that start with a dot are left out.
    """
    if is_pattern:
        named = files.glob(uri, detail=True)
        folders = [path for path, about in named.items() if about["type"] == "directory"]
    elif files.isfile(uri):
        named, folders = {files._strip_protocol(uri): files.info(uri)}, []
    else:
        named, folders = {}, [uri]
    for path, about in named.items():
        if about["type"] == "file":
            yield path, about
    for folder in folders:
        root = files._strip_protocol(folder).rstrip("/")
        for path, about in files.find(folder, detail=True).items():
            below = files._strip_protocol(path)[len(root) :]
            # A store lists an empty folder as an object of no bytes whose name ends with a slash.
            if about["type"] == "file" and not path.endswith("/") and "/." not in below:
                yield path, about


def _iso(about: Mapping[str, Any]) -> str:
    """When the file was last modified, if its store says so."""
    stated = (
        about.get("LastModified")
        or about.get("last_modified")
        or about.get("mtime")
        or about.get("created")
    )
    if isinstance(stated, int | float):
        stated = datetime.fromtimestamp(stated, UTC)
    if not isinstance(stated, datetime):
        return ""
    return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
