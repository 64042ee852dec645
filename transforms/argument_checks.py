"""Checks of options and of the arguments of public functions, with messages that say what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyarrow as pa

# A path or address that was passed instead of a page: one short word without a tag.
_PATH = re.compile(
    r"(?:https?://\S{1,2000}|[^\s<>]{0,999}\w\.(?:html?|xhtml|txt|md)(?:\.gz|\.zst)?)",
    re.IGNORECASE,
)
_SHOWN = 80


def check_at_least(options: object, least: int, *names: str) -> None:
    """Raise ValueError for a field of the options that is below a limit.

    >>> check_at_least(slice(0, 5), 1, "stop", "start")
    Traceback (most recent call last):
    ...
    ValueError: start is 0; it must be at least 1
    """
    for name in names:
        if getattr(options, name) < least:
            raise ValueError(f"{name} is {getattr(options, name)}; it must be at least {least}")


def check_document(body: object, accepted: tuple[type, ...], *, function: str) -> None:
    """Raise TypeError for a value that is not a document, such as a path or an address.

    >>> check_document("page.html", (str, bytes), function="clean_page")
    Traceback (most recent call last):
    ...
    TypeError: clean_page takes the document itself, and 'page.html' names one; read it first, as in clean_page(Path('page.html').read_bytes())
    """
    if not isinstance(body, accepted):
        wanted = " or ".join(kind.__name__ for kind in accepted)
        hint = ""
        if hasattr(body, "__fspath__"):
            read = "read_bytes" if bytes in accepted else "read_text"
            hint = f"; read the file first, as in {function}(path.{read}())"
        raise TypeError(f"{function} takes {wanted}, not {type(body).__name__}{hint}")
    if isinstance(body, str) and len(body) < 2_000 and _PATH.fullmatch(body.strip()):
        named = body.strip()
        read = "read_bytes()" if bytes in accepted else "read_text()"
        how = (
            "download it first"
            if named.lower().startswith("http")
            else f"read it first, as in {function}(Path({named[:_SHOWN]!r}).{read})"
        )
        raise TypeError(
            f"{function} takes the document itself, and {named[:_SHOWN]!r} names one; {how}"
        )


def check_source(url: object, fetched_at: object) -> None:
    """Raise TypeError for an address that is not a str, and for a time that is not a datetime.

    >>> check_source(None, "2026-01-01")
    Traceback (most recent call last):
    ...
    TypeError: fetched_at must be a datetime with a time zone, not str; datetime.fromisoformat reads '2026-01-01'
    """
    if url is not None and not isinstance(url, str):
        raise TypeError(f"url must be a str, not {type(url).__name__}")
    if fetched_at is not None and not isinstance(fetched_at, datetime):
        hint = (
            f"; datetime.fromisoformat reads {fetched_at[:_SHOWN]!r}"
            if isinstance(fetched_at, str)
            else ""
        )
        raise TypeError(
            f"fetched_at must be a datetime with a time zone, not {type(fetched_at).__name__}{hint}"
        )


def check_texts(texts: Any, *, name: str) -> None:
    """Raise TypeError for a value that is not a sequence of texts.

    Such a sequence is a list of str and None, or an Arrow column of strings.

    >>> check_texts("abc", name="texts")
    Traceback (most recent call last):
    ...
    TypeError: texts must be several texts, and one str was given; put it in a list: ['abc']
    """
    if isinstance(texts, (pa.Array, pa.ChunkedArray)):
        kind = texts.type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or _is_null(kind)):
            raise TypeError(f"{name} must be a column of strings, not of {kind}")
        return
    if isinstance(texts, (str, bytes)):
        raise TypeError(
            f"{name} must be several texts, and one {type(texts).__name__} was given; put it in a list: [{texts[:20]!r}]"
        )
    _check_items(texts, (str,), name=name, wanted="str or None")


def check_times(times: Any, *, name: str = "published_at") -> None:
    """Raise TypeError for a value that is not a sequence of times.

    Such a sequence is a list of datetimes and None, or an Arrow column of timestamps or dates.

    >>> check_times([1, 2])
    Traceback (most recent call last):
    ...
    TypeError: published_at[0] must be datetime or None, not int
    """
    if times is None:
        return
    if isinstance(times, (pa.Array, pa.ChunkedArray)):
        kind = times.type
        if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or _is_null(kind)):
            raise TypeError(f"{name} must be a column of timestamps, not of {kind}")
        return
    if isinstance(times, (str, bytes, datetime)):
        raise TypeError(
            f"{name} must be several times, one for each text, and one {type(times).__name__} was given"
        )
    _check_items(times, (datetime,), name=name, wanted="datetime or None")


def _check_items(values: Any, accepted: tuple[type, ...], *, name: str, wanted: str) -> None:
    if not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list of {wanted}, not {type(values).__name__}")
    if not hasattr(values, "__len__"):
        raise TypeError(
            f"{name} must be a list of {wanted}, and {type(values).__name__} can be read only once; use list(...)"
        )
    for i, value in enumerate(values):
        if value is not None and not isinstance(value, accepted) and value == value:  # noqa: PLR0124  # a missing value of pandas is not equal to itself
            raise TypeError(f"{name}[{i}] must be {wanted}, not {type(value).__name__}")


def _is_null(kind: pa.DataType) -> bool:
    return bool(pa.types.is_null(kind))
