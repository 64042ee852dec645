"""Find the header of a WARC record in bytes, for files in which the WARC library cannot find it."""

from __future__ import annotations

import re

# The first lines of a record inside other bytes: the version, then a named field of the standard.
# Some writers fill blocks with zeros.
HEADER = re.compile(
    rb"(?<=[\n\x00])WARC/\d\.\d{1,2}\r?\n(?=(?:[\w-]{1,60}:[^\n]{0,9999}\n){0,20}?(?i:WARC-Type):)"
)
# How a header starts whose lines end with bare line feeds.
BARE_OPENING = (b"WARC/1.0\n", b"WARC/1.1\n", b"WARC/0.17\n", b"WARC/0.18\n")
END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
END_OF_RECORD = b"\r\n\r\n"
LENGTH = re.compile(
    rb"^content-length:[ \t]{0,9}(\d{1,18})[ \t\r]{0,9}$", re.IGNORECASE | re.MULTILINE
)
# The names in the case that the library knows. In the standard their case has no meaning.
_NAMES = {
    name.lower(): name for name in (b"WARC-Type", b"WARC-Target-URI", b"WARC-Date", b"Content-Type")
}


def named(line: bytes) -> bytes:
    """A line of a header with its name in the case that the library knows."""
    name, colon, value = line.partition(b":")
    return _NAMES.get(name.lower(), name) + colon + value
