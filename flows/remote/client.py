"""File systems by URI through fsspec.

Only this module knows the errors of the packages it loads.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import asyncio

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# If a store does not answer or denies access, these packages raise errors of these classes. They
# are not OSErrors.
_FOREIGN = (
    ("botocore.exceptions", "BotoCoreError"),
    ("botocore.exceptions", "ClientError"),
    ("aiohttp", "ClientError"),
    ("fsspec.exceptions", "FSTimeoutError"),
)
_ADVICE = {
    FileNotFoundError: "there is no such bucket or object",
    PermissionError: "the server denies access; check the credentials and what they allow",
}


class RemoteError(OSError):
    """A store does not answer or denies access. The message names it and says what may help."""


class ExtraMissing(RemoteError):
    """The package that reads this kind of URI is not installed."""


def is_uri(name: str | Path) -> bool:
    """Whether a name is a URI, such as `s3://bucket/folder`.

    >>> is_uri("s3://bucket/news"), is_uri("news/a.txt"), is_uri(Path("s3://bucket"))
    (True, False, False)
    """
    return isinstance(name, str) and _URI.match(name) is not None


def absolute_location(name: str | Path) -> str | Path:
    """A location that does not depend on the working folder: a URI, or an absolute path."""
    return str(name).rstrip("/") if is_uri(name) else Path(name).absolute()


def filesystem(uri: str, **options: Any) -> Any:
    """The fsspec file system of a URI. Raises ExtraMissing or RemoteError."""
    try:
        import fsspec

        with as_remote_error(uri):
            found = cast(Callable[..., Any], fsspec.core.url_to_fs)(uri, **options)[0]
    except ImportError as error:
        raise ExtraMissing(
            f"{uri!r} needs another package: pip install 'copydesk[remote]' ({error})"
        ) from error
    except ValueError as error:
        raise RemoteError(f"{uri!r}: {error}") from error
    if getattr(found, "async_impl", False):
        found.loop.set_exception_handler(_leave_to_the_caller)
    return found


def _leave_to_the_caller(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print nothing about a broken connection, because the request that used it raises the error."""
    if not isinstance(context.get("exception"), (OSError, *_foreign())):
        loop.default_exception_handler(context)


@contextmanager
def as_remote_error(uri: str) -> Iterator[None]:
    """Turn the errors of a store's packages into a RemoteError that names the URI."""
    try:
        yield
    except RemoteError:
        raise
    except OSError as error:
        raise RemoteError(error.errno, f"{uri}: {_sentence(error)}") from error
    except Exception as error:
        if not isinstance(error, _foreign()):
            raise
        raise RemoteError(None, f"{uri}: {_sentence(error)}") from error


def _foreign() -> tuple[type[Exception], ...]:
    """The error classes of modules that are imported. Other modules cannot have raised an error."""
    return tuple(
        getattr(sys.modules[module], name) for module, name in _FOREIGN if module in sys.modules
    )


def _sentence(error: Exception) -> str:
    text = str(error) or type(error).__name__
    advice = next((advice for kind, advice in _ADVICE.items() if isinstance(error, kind)), None)
    if type(error).__name__ == "NoCredentialsError":
        advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    if type(error).__name__ in ("EndpointConnectionError", "ConnectTimeoutError"):
        advice = "check the address (AWS_ENDPOINT_URL), and whether the server answers"
    return f"{advice} ({text})" if advice else text
