"""Loops compiled by numba; apart because numba takes half a second to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function, *, boundscheck: bool | None = None) -> Function:
    """Compile at the first call; kept on disk beside the function's module, else in the user's cache, else nowhere.

    numba looks for the first writable of those places (NUMBA_CACHE_DIR names another) and raises
    where there is none, as in a read-only container: then the function is compiled per process.
    `boundscheck` is numba's.
    """
    try:
        kernel: Any = numba.njit(cache=True, nogil=True, boundscheck=boundscheck)(function)
    except RuntimeError:
        kernel = numba.njit(nogil=True, boundscheck=boundscheck)(function)
    return kernel  # type: ignore[no-any-return]
