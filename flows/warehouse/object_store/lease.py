"""One writer at a time on an object store: a lock object that its holder renews, and anybody may take over when it goes stale.

A lease keeps writers from working in vain. What keeps them from harming each other is the condition
on the pointer: a holder that stalls past its lease and comes back loses there.
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
SECONDS = 120.0  # without renewal until others take it for dead: five lost renewals, and short against a wait for cron
_RENEWALS = 5  # in that time
_POLL_SECONDS = 1.0


class Lease:
    """The right to write, renewed by a thread until it is given back; `is_held` says whether it still stands."""

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
        """False once another writer took over, or the store was out of reach for longer than the lease."""
        return not self._lost and time.monotonic() - self._renewed < self._seconds

    def give_back(self) -> None:
        """End it, so that the next writer need not wait."""
        self._end.set()
        self._thread.join()
        if not self._lost:
            with suppress(
                Changed, client.RemoteError
            ):  # taken over, or out of reach: then it goes stale by itself
                self._objects.write(
                    NAME, json.dumps({"released": True}).encode(), replaces=self._etag
                )

    def _renew(self) -> None:
        while not self._lost and not self._end.wait(self._seconds / _RENEWALS):
            self._renew_once()

    def _renew_once(self) -> None:
        self._n += 1
        asked = time.monotonic()
        try:
            self._etag = self._put(_text({**self._signature, "renewals": self._n}))
            self._renewed = asked
        except Changed:
            self._lost = True
        except client.RemoteError:
            pass  # out of reach for a moment; `is_held` counts the time

    def _put(self, content: bytes) -> str:
        try:
            return self._objects.write(NAME, content, replaces=self._etag)
        except Changed:
            # A put whose answer was lost and that was sent again finds its own work.
            found = self._objects.read(NAME)
            if found is None or found.content != content:
                raise
            return found.etag


@contextmanager
def held(
    objects: Objects, mirror_id: str, *, wait_seconds: float = 0.0, seconds: float = SECONDS
) -> Iterator[Lease]:
    """Hold the lease for the time of the block.

    `mirror_id` names the mirror that the caller has locked: a lease of that mirror is a dead process's.
    Raises Locked with the holder after `wait_seconds`.
    """
    signature = _signature(mirror_id)
    deadline = time.monotonic() + wait_seconds
    while True:
        etag = _taken(objects, signature, seconds)
        if isinstance(etag, str):
            break
        if time.monotonic() >= deadline:
            raise Locked(
                f"another process is writing to the warehouse {objects.uri}: {_who(etag)}. Wait for it to end and run again; commands "
                f"that take --wait SECONDS wait by themselves. If it died, its lock is free {seconds:.0f} seconds after its last renewal."
            )
        time.sleep(_POLL_SECONDS)
    objects.check_conditions(NAME, etag)
    lease = Lease(objects, etag, signature, seconds)
    try:
        yield lease
    finally:
        lease.give_back()


def _taken(objects: Objects, signature: dict[str, object], seconds: float) -> str | Found:
    """The ETag of the lease now ours, or the lease of another."""
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
            return found.etag  # a put whose answer was lost, sent again
        return found or _taken(objects, signature, seconds)


def _is_free(found: Found, signature: dict[str, object], seconds: float) -> bool:
    said = _read(found)
    if said.get("released") or said.get("mirror") == signature["mirror"]:
        return True
    # Both times are the server's: no clock of a writer decides.
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
        said = json.loads(found.content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _who(found: Found) -> str:
    said = _read(found)
    if "pid" not in said:
        return "it has not said who it is"
    return f"pid {said['pid']} on {said['host']}, since {said['started_at']} ({said['command']})"
