"""Turn errors of an object store into errors of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from copydesk.flows.remote import client
from copydesk.flows.warehouse.errors import WriteFailed


@contextmanager
def as_warehouse_error(consequence: str = "") -> Iterator[None]:
    """Turn a RemoteError into a WriteFailed that also states the consequence for the warehouse."""
    try:
        yield
    except client.RemoteError as error:
        raise WriteFailed(f"{error.strerror or error}{consequence}") from error
