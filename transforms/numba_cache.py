"""Loops compiled by numba, which is imported late because that takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_plain_loops = False


def use_plain_loops() -> None:
    """Make `either` use its plain form from now on, for a process that cleans a document or two."""
    global _plain_loops  # noqa: PLW0603  # One choice for each process, made before its first document.
    _plain_loops = True


def uses_plain_loops() -> bool:
    """Tell whether `use_plain_loops` was called.

    Needed if the two forms take different arguments.
    """
    return _plain_loops


def either(loop: Function, plain: Callable[..., Any]) -> Function:
    """Return a compiled loop that is replaced by `plain` after `use_plain_loops`.

    `plain` computes the same in numpy. numba is imported at the first call that needs it. A test
    checks that both forms give the same result. Only Python can call the returned function,
    compiled loops cannot.
    """
    kernel: Any = None

    def call(*arguments: Any) -> Any:
        nonlocal kernel
        if kernel is None:
            kernel = plain if _plain_loops else compiled(loop)
        return kernel(*arguments)

    return call  # type: ignore[return-value]


def part(function: Function) -> Function:
    """Compile a function for the compiled loops of the same module. In Python it stays as it is.

    This imports numba, so import such a module only when its loop is first needed.
    """
    if _plain_loops:
        return function
    from numba.extending import register_jitable

    made: Any = register_jitable(nogil=True, boundscheck=False)(function)
    return made  # type: ignore[no-any-return]


def load() -> None:
    """Import numba and the modules that it would import at its first kernel."""
    import numba.np.arraymath  # noqa: F401
    from numba.core.registry import cpu_target

    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


def compiled(function: Function, *, boundscheck: bool | None = None) -> Function:
    """Compile at the first call, and cache the result on disk.

    The cache is beside the function's module, or else in the user's cache. numba looks for the
    first writable of those places (NUMBA_CACHE_DIR names another). It raises if there is none, as
    in a read-only container. Then the function is compiled in each process. `boundscheck` is
    numba's option.

    A loop that assigns an array to a slice of another, as in `a[:n] = b`, takes 3 seconds more to
    compile, because numba then compiles what formats the message about different shapes. Assign the
    elements one by one.
    """
    import numba

    try:
        kernel: Any = numba.njit(cache=True, nogil=True, boundscheck=boundscheck)(function)
    except RuntimeError:
        kernel = numba.njit(nogil=True, boundscheck=boundscheck)(function)
    else:
        survive_old_entries(kernel._cache)
    return kernel  # type: ignore[no-any-return]


def survive_old_entries(cache: Any) -> None:
    """Make a cache of numba forget entries that it cannot read, instead of raising.

    An entry names the classes of a loop's arguments. After an upgrade of this package a class may
    be in another module, and numba raises if it meets the old name.
    """
    load = cache.load_overload

    def load_or_forget(*arguments: Any) -> Any:
        try:
            return load(*arguments)
        except (ImportError, AttributeError):
            cache.flush()
            return None

    cache.load_overload = load_or_forget
