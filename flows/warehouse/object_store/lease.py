"""The lease of the one writer on an object store: a lock object that its holder renews.

When the holder stops renewing it, another writer may take it over. The lease saves writers from work
that cannot be published. It is the conditional put of the switch that protects the data. If a writer
stalls until its lease has ended and then continues, that put fails.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from copydesk.flows.remote import client
from copydesk.flows.remote.objects import Changed, Found, Objects
from copydesk.flows.warehouse.errors import Locked

NAME = "lock"
# A lease that was not renewed for this long is stale, since five renewals were lost. This is short
# compared with the interval of a schedule.
SECONDS = 120.0
_RENEWALS = 5  # how often a lease is renewed in that time
_POLL_SECONDS = 1.0


class Lease:
    """The right to write. A thread renews it until it is released. `is_held` says if it is valid."""

    def __init__(
        self, objects: Objects, etag: str, signature: dict[str, object], seconds: float
    ) -> None:
        self._objects, self._etag, self._signature = objects, etag, signature
        self._seconds = seconds
        self._renewed = time.monotonic()
        self._end = threading.Event()
        self._lost = False
        self._n = 0
        self._thread = threading.Thread(target=self._renew, name="copydesk-lease", daemon=True)
        self._thread.start()

    @property
    def is_held(self) -> bool:
        """Whether no other writer took it over, and the store has answered within the lease's time."""
        return not self._lost and time.monotonic() - self._renewed < self._seconds

    def release(self) -> None:
        """End the lease, so that the next writer does not have to wait."""
        self._end.set()
        self._thread.join()
        if not self._lost:
            # If it was taken over or the store does not answer, the lease becomes stale by itself.
            with suppress(Changed, client.RemoteError):
                self._objects.write(
                    NAME, json.dumps({"released": True}).encode(), replaces=self._etag
                )

    def _renew(self) -> None:
        while not self._lost and not self._end.wait(self._seconds / _RENEWALS):
            self._renew_once()

    def _renew_once(self) -> None:
        self._n += 1
        requested_at = time.monotonic()
        try:
            self._etag = self._put(_text({**self._signature, "renewals": self._n}))
            self._renewed = requested_at
        except Changed:
            self._lost = True
        except client.RemoteError:
            pass  # The store did not answer. `is_held` measures how long that lasts.

    def _put(self, content: bytes) -> str:
        try:
            return self._objects.write(NAME, content, replaces=self._etag)
        except Changed:
            # If the answer to a put is lost, the client sends it again and finds its own content.
            found = self._objects.read(NAME)
            if found is None or found.content != content:
                raise
            return found.etag


@contextmanager
def hold(
    objects: Objects, mirror_id: str, *, wait_seconds: float = 0.0, seconds: float = SECONDS
) -> Iterator[Lease]:
    """Hold the lease during the block.

    `mirror_id` names the mirror that the caller has locked. So if that mirror has a lease, the
    process of the lease has ended. If another writer still has the lease after `wait_seconds`, raises
    Locked with its name.
    """
    signature = _signature(mirror_id)
    deadline = time.monotonic() + wait_seconds
    while True:
        etag = _take(objects, signature, seconds)
        if isinstance(etag, str):
            break
        if time.monotonic() >= deadline:
            raise Locked(
                f"another process is writing to the warehouse {objects.uri}: {_who(etag)}. Wait for it to end and run again; commands "
                f"that take --wait SECONDS wait by themselves. If it died, its lock is free {seconds:.0f} seconds after its last renewal."
            )
        time.sleep(_POLL_SECONDS)
    objects.check_conditions(NAME)
    lease = Lease(objects, etag, signature, seconds)
    try:
        yield lease
    finally:
        lease.release()


def _take(objects: Objects, signature: dict[str, object], seconds: float) -> str | Found:
    """Take the lease. Return its ETag, or the lease of another writer."""
    found = objects.read(NAME)
    if found is not None and not _is_free(found, signature, seconds):
        return found
    try:
        return objects.write(
            NAME, _text(signature), replaces=found.etag if found else None, is_new=found is None
        )
    except Changed:
        found = objects.read(NAME)
        if found is not None and _read(found).get("token") == signature["token"]:
            return found.etag  # The answer to our put was lost, and the client sent it again.
        return found or _take(objects, signature, seconds)


def _is_free(found: Found, signature: dict[str, object], seconds: float) -> bool:
    content = _read(found)
    if content.get("released") or content.get("mirror") == signature["mirror"]:
        return True
    # Both times are from the server, so the clocks of the writers do not matter.
    return (found.now - found.modified).total_seconds() > seconds


def _signature(mirror_id: str) -> dict[str, object]:
    words = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else []
    return {
        "token": secrets.token_hex(8),
        "mirror": mirror_id,
        "pid": os.getpid(),
        "host": os.uname().nodename,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(words)[:200],
    }


def _text(signature: dict[str, object]) -> bytes:
    return json.dumps(signature, indent=1).encode() + b"\n"


def _read(found: Found) -> dict[str, object]:
    try:
        content = json.loads(found.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _who(found: Found) -> str:
    content = _read(found)
    if "pid" not in content:
        return "it has not written its process id to the lock object"
    return f"pid {content['pid']} on {content['host']}, since {content['started_at']} ({content['command']})"
