"""Read files, folders, patterns and URIs as a stream of records, one document at a time."""

from __future__ import annotations

from copydesk.flows.read.fields import Fields
from copydesk.flows.read.formats import formats
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.reading import read, read_file
from copydesk.flows.read.record import Record, Reject, reject
from copydesk.flows.read.sources import (
    STANDARD_INPUT,
    InputError,
    InputFile,
    escaped,
    find,
    is_standard_input,
    likely_bytes,
    unescaped,
)
from copydesk.flows.read.spool import spool

__all__ = [
    "STANDARD_INPUT",
    "Fields",
    "InputError",
    "InputFile",
    "Limits",
    "Record",
    "Reject",
    "escaped",
    "find",
    "formats",
    "is_standard_input",
    "likely_bytes",
    "read",
    "read_file",
    "reject",
    "spool",
    "unescaped",
]
