"""Read, write and list the objects below a prefix of a bucket, with conditional puts."""

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
_CONCURRENT = 8  # requests at a time; enough for a link of 1 Gbit/s with objects of a few MB
_PER_DELETE = 1000  # the limit of DeleteObjects

_CHANGED = frozenset(
    {"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404"}
)

_Item = TypeVar("_Item")


class Changed(Exception):
    """The condition of a put is not met: the object has changed, exists or is absent."""


class NoConditions(client.RemoteError):
    """The store has no conditional puts, so two writers would overwrite each other."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as it was read. `now` is the time of the answer by the server's clock."""

    content: bytes
    etag: str
    modified: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a listing."""

    size: int
    etag: str
    modified: datetime


class Objects:
    """The objects of `s3://bucket/prefix`, by their names below the prefix. Thread-safe.

    Raises RemoteError if the store does not answer, and NoConditions if this kind of store has no
    conditional puts.
    """

    def __init__(self, uri: str) -> None:
        scheme = uri.split("://", 1)[0].lower()
        if scheme not in _SCHEMES:
            raise NoConditions(
                f"a warehouse cannot be at {uri}: publishing there needs a conditional put, which copydesk supports "
                "for s3:// and servers that speak S3. Use such a server, or ingest into a folder and copy a "
                "snapshot from there; inputs may be in any kind of store"
            )
        # Listings are not cached, because a long-running process would see old ones. There is no
        # read-ahead, which is 50 MB in s3fs, so reading a footer of a few kB would read the whole
        # file.
        self.uri = uri.rstrip("/")
        self._files = client.filesystem(uri, use_listings_cache=False, default_cache_type="none")
        self.bucket, _, self._prefix = self.uri.split("://", 1)[1].partition("/")
        self._prefix = f"{self._prefix}/" if self._prefix else ""

    def read(self, name: str) -> Found | None:
        """Read an object. Return None if it is absent.

        Raises RemoteError for a bucket that does not exist.
        """
        try:
            got = self._call("get_object", Key=self._prefix + name)
        except client.RemoteError as error:
            if _code(error) in ("NoSuchKey", "404"):
                return None
            raise
        with client.as_remote_error(self.address(name)):
            content = self._body(got)
        headers = got["ResponseMetadata"]["HTTPHeaders"]
        return Found(
            content, got["ETag"], got["LastModified"], parsedate_to_datetime(headers["date"])
        )

    def write(
        self, name: str, content: bytes, *, replaces: str | None = None, is_new: bool = False
    ) -> str:
        """Put an object, and return its new ETag.

        `replaces` is the ETag that the object must have before. With `is_new` the object must not
        exist. Raises Changed if this condition is not met.
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
        """Put a file. Readers see the object only when it is complete."""
        with client.as_remote_error(self.address(name)):
            self._files.put_file(str(path), self._path(name))

    def download(self, name: str, path: Path) -> None:
        """Download an object to a file."""
        with client.as_remote_error(self.address(name)):
            self._files.get_file(self._path(name), str(path))

    def names(self, folder: str = "") -> dict[str, Listed]:
        """Every object below a folder, by name."""
        return {name: listed for page, _ in self._pages(folder) for name, listed in page.items()}

    def top(self) -> list[str]:
        """The names and folders directly below the prefix, from the first thousand objects."""
        page, folders = next(self._pages("", Delimiter="/"))
        return sorted([*page, *folders])

    def remove(self, names: Iterable[str]) -> None:
        """Delete objects. It is not an error if some are absent."""
        names = sorted(names)
        for first in range(0, len(names), _PER_DELETE):
            keys = [{"Key": self._prefix + name} for name in names[first : first + _PER_DELETE]]
            done = self._call("delete_objects", Delete={"Objects": keys, "Quiet": True})
            if refused := done.get("Errors"):
                raise client.RemoteError(
                    f"{self.uri}: {len(refused)} objects were not deleted, such as {refused[0]['Key']}: {refused[0].get('Message')}"
                )

    def arrow(self) -> Any:
        """The store as a pyarrow file system, in which `key` gives the path of an object."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        return PyFileSystem(FSSpecHandler(self._files))

    def key(self, name: str) -> str:
        """The path of an object in pyarrow and fsspec: bucket and key."""
        return self._path(name)

    def address(self, name: str) -> str:
        """The URI of an object."""
        return f"{self.uri}/{name}"

    def check_conditions(self, name: str) -> None:
        """Raise NoConditions if the server accepts a put whose condition is false.

        `name` is an existing object. It is not changed.
        """
        found = self.read(name)
        for condition in ({"is_new": True}, {"replaces": '"00000000000000000000000000000000"'}):
            try:
                self.write(name, found.content if found else b"", **condition)
            except Changed:
                continue
            raise NoConditions(
                f"the server of {self.uri} ignores the condition of a put (If-Match, If-None-Match), so two writers "
                "would overwrite each other; publish to a folder, or update the server or botocore (1.36 or later)"
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
        with client.as_remote_error(
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


def run_concurrently(work: Callable[[_Item], object], items: Iterable[_Item]) -> None:
    """Call `work` with every item, several at a time. After an error no further call is started."""
    with ThreadPoolExecutor(_CONCURRENT) as pool:
        try:
            for done in [pool.submit(work, item) for item in items]:
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _code(error: BaseException) -> str | None:
    """The error code of the server, such as `NoSuchKey`."""
    cause: BaseException | None = error
    while cause is not None:
        response = getattr(cause, "response", None)
        if isinstance(response, dict) and "Error" in response:
            return str(response["Error"].get("Code"))
        cause = cause.__cause__
    return None
