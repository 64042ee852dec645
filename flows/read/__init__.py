"""Read files, folders, patterns and URIs as a stream of records, one document at a time."""

from __future__ import annotations

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import formats
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.reading import read, read_file
from copydesk.flows.read.record import Record, Reject, reject
from copydesk.flows.read.sources import (
    InputError,
    InputFile,
    escaped,
    find,
    likely_bytes,
    unescaped,
)
from copydesk.flows.read.spool import spool

__all__ = [
    "Fields",
    "InputError",
    "InputFile",
    "Limits",
    "Record",
    "Reject",
    "escaped",
    "find",
    "formats",
    "likely_bytes",
    "read",
    "read_file",
    "reject",
    "spool",
    "unescaped",
]
