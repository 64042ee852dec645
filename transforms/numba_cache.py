"""Loops compiled by numba; apart because numba takes half a second to import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_plain_loops = False


def use_plain_loops() -> None:
    """From here on `either` runs its plain form: for a process that edits a document or two."""
    global _plain_loops  # noqa: PLW0603  # one choice a process, made before its first document
    _plain_loops = True


def uses_plain_loops() -> bool:
    """Whether `use_plain_loops` was called, for a caller whose two forms take different arguments."""
    return _plain_loops


def either(loop: Function, plain: Callable[..., Any]) -> Function:
    """A compiled loop, or `plain`, which computes the same in numpy, after `use_plain_loops`.

    numba is imported at the first call that needs it. A test holds both forms to the same
    result. Compiled loops cannot call the result: it is for callers in Python.
    """
    kernel: Any = None

    def call(*arguments: Any) -> Any:
        nonlocal kernel
        if kernel is None:
            kernel = plain if _plain_loops else compiled(loop)
        return kernel(*arguments)

    return call  # type: ignore[return-value]


def part(function: Function) -> Function:
    """A function of the same module as the compiled loops that call it; in Python it stays what it is.

    Such a module is to be imported when its loop is first needed: this imports numba.
    """
    if _plain_loops:
        return function
    from numba.extending import register_jitable

    made: Any = register_jitable(nogil=True, boundscheck=False)(function)
    return made  # type: ignore[no-any-return]


def load() -> None:
    """Import numba, and fill its tables of functions and types as it would at its first kernel.

    A process that forks calls this first: the tables take .15 s, and its children inherit them.
    """
    import numba.np.arraymath  # noqa: F401
    from numba.core.registry import cpu_target

    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


def compiled(function: Function, *, boundscheck: bool | None = None) -> Function:
    """Compile at the first call; kept on disk beside the function's module, else in the user's cache, else nowhere.

    numba looks for the first writable of those places (NUMBA_CACHE_DIR names another) and raises
    where there is none, as in a read-only container: then the function is compiled per process.
    `boundscheck` is numba's.
    """
    import numba

    try:
        kernel: Any = numba.njit(cache=True, nogil=True, boundscheck=boundscheck)(function)
    except RuntimeError:
        kernel = numba.njit(nogil=True, boundscheck=boundscheck)(function)
    return kernel  # type: ignore[no-any-return]
