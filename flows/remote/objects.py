"""The objects below one prefix of a bucket: whole objects, lists, and the conditional put that a switch needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar

from copydesk.flows.remote import client

_SCHEMES = ("s3", "s3a")
_AT_ONCE = 8  # requests on their way: enough for a link of 1 Gbit/s with objects of some MB
_PER_DELETE = 1000  # DeleteObjects takes no more

_CHANGED = frozenset(
    {"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404"}
)

_Item = TypeVar("_Item")


class Changed(Exception):
    """The object is no longer what the condition of a put says."""


class NoConditions(client.RemoteError):
    """A store without conditional puts: two writers would overwrite each other there."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it was read; `now` is the server's clock at that moment."""

    content: bytes
    etag: str
    modified: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a list."""

    size: int
    etag: str
    modified: datetime


class Objects:
    """The objects of `s3://bucket/prefix`, by their names below the prefix. Safe to use from several threads.

    Raises RemoteError for a store that cannot be reached, NoConditions for a kind of store that is not
    known to have conditional puts.
    """

    def __init__(self, uri: str) -> None:
        scheme = uri.split("://", 1)[0].lower()
        if scheme not in _SCHEMES:
            raise NoConditions(
                f"a warehouse cannot stand at {uri}: publishing there needs a conditional put, which copydesk has for s3:// and servers "
                "that speak S3. Ingest into a folder and copy a snapshot out, or use such a server; inputs may come from any of them"
            )
        # Without a cache of listings, or a long-lived process would see yesterday's; without read-ahead,
        # which in s3fs is 50 MB, or a footer of a few kB would cost the whole file.
        self.uri = uri.rstrip("/")
        self._files = client.filesystem(uri, use_listings_cache=False, default_cache_type="none")
        self.bucket, _, self._prefix = self.uri.split("://", 1)[1].partition("/")
        self._prefix = f"{self._prefix}/" if self._prefix else ""

    def read(self, name: str) -> Found | None:
        """An object, None where there is none. Raises RemoteError for a bucket that does not exist."""
        try:
            got = self._call("get_object", Key=self._prefix + name)
        except client.RemoteError as error:
            if _code(error) in ("NoSuchKey", "404"):
                return None
            raise
        with client.told(self.address(name)):
            content = self._body(got)
        headers = got["ResponseMetadata"]["HTTPHeaders"]
        return Found(
            content, got["ETag"], got["LastModified"], parsedate_to_datetime(headers["date"])
        )

    def write(
        self, name: str, content: bytes, *, replaces: str | None = None, is_new: bool = False
    ) -> str:
        """Put an object and return its ETag; `replaces` is the ETag of the one it replaces, `is_new`: there is none.

        Raises Changed where the condition does not hold.
        """
        condition = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"} if is_new else {}
        kind = (
            "text/html; charset=utf-8"
            if name.endswith(".html")
            else "application/json"
            if name.endswith(".json")
            else "text/plain; charset=utf-8"
        )
        try:
            put = self._call(
                "put_object", Key=self._prefix + name, Body=content, ContentType=kind, **condition
            )
        except client.RemoteError as error:
            if condition and _code(error) in _CHANGED:
                raise Changed(self.address(name)) from error
            raise
        return str(put["ETag"])

    def upload(self, path: Path, name: str) -> None:
        """Put a file; it is there as a whole or not at all."""
        with client.told(self.address(name)):
            self._files.put_file(str(path), self._path(name))

    def download(self, name: str, path: Path) -> None:
        """Get an object into a file."""
        with client.told(self.address(name)):
            self._files.get_file(self._path(name), str(path))

    def names(self, folder: str = "") -> dict[str, Listed]:
        """Every object below a folder, by name."""
        return {name: listed for page, _ in self._pages(folder) for name, listed in page.items()}

    def top(self) -> list[str]:
        """Names and folders directly below the prefix, of the first thousand objects."""
        page, folders = next(self._pages("", Delimiter="/"))
        return sorted([*page, *folders])

    def remove(self, names: Iterable[str]) -> None:
        """Delete objects; absent ones are fine."""
        names = sorted(names)
        for first in range(0, len(names), _PER_DELETE):
            keys = [{"Key": self._prefix + name} for name in names[first : first + _PER_DELETE]]
            done = self._call("delete_objects", Delete={"Objects": keys, "Quiet": True})
            if refused := done.get("Errors"):
                raise client.RemoteError(
                    f"{self.uri}: {len(refused)} objects were not deleted, such as {refused[0]['Key']}: {refused[0].get('Message')}"
                )

    def arrow(self) -> Any:
        """The store as a file system of pyarrow's; `key` gives paths in it."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        return PyFileSystem(FSSpecHandler(self._files))

    def key(self, name: str) -> str:
        """Bucket and key of an object, as pyarrow and fsspec name it."""
        return self._path(name)

    def address(self, name: str) -> str:
        """The URI of an object."""
        return f"{self.uri}/{name}"

    def check_conditions(self, name: str, etag: str) -> None:
        """Raise NoConditions if the server takes a put whose condition does not hold; the object `name` has that ETag."""
        found = self.read(name)
        for condition in ({"is_new": True}, {"replaces": '"00000000000000000000000000000000"'}):
            try:
                self.write(name, found.content if found else b"", **condition)
            except Changed:
                continue
            raise NoConditions(
                f"the server of {self.uri} ignores the condition of a put (If-Match, If-None-Match), so that two writers would overwrite "
                "each other; publish to a folder, or update the server or botocore (1.36 or later)"
            )

    def _pages(self, folder: str, **options: Any) -> Iterator[tuple[dict[str, Listed], list[str]]]:
        options |= {"Prefix": self._prefix + folder}
        while True:
            out = self._call("list_objects_v2", **options)
            start = len(self._prefix)
            yield (
                {
                    item["Key"][start:]: Listed(item["Size"], item["ETag"], item["LastModified"])
                    for item in out.get("Contents", ())
                },
                [item["Prefix"][start:] for item in out.get("CommonPrefixes", ())],
            )
            if not out.get("IsTruncated"):
                return
            options["ContinuationToken"] = out["NextContinuationToken"]

    def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        with client.told(
            self.address(arguments.get("Key", "").removeprefix(self._prefix))
            if "Key" in arguments
            else self.uri
        ):
            done: Mapping[str, Any] = self._files.call_s3(method, Bucket=self.bucket, **arguments)
            return done

    def _body(self, got: Mapping[str, Any]) -> bytes:
        from fsspec.asyn import sync

        content: bytes = sync(self._files.loop, got["Body"].read)
        return content

    def _path(self, name: str) -> str:
        return f"{self.bucket}/{self._prefix}{name}"


def at_once(work: Callable[[_Item], object], items: Iterable[_Item]) -> None:
    """Do the work on every item, several at a time; after an error nothing more is begun."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            for done in [pool.submit(work, item) for item in items]:
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _code(error: BaseException) -> str | None:
    """The code with which the server refused, such as `NoSuchKey`."""
    cause: BaseException | None = error
    while cause is not None:
        response = getattr(cause, "response", None)
        if isinstance(response, dict) and "Error" in response:
            return str(response["Error"].get("Code"))
        cause = cause.__cause__
    return None
