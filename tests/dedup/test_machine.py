"""Compiled kernels are stored in a cache."""

from __future__ import annotations

from typing import Any

import numba
import pytest

from copydesk.transforms import intrinsics


def double(x: int) -> int:
    return 2 * x


def test_a_kernel_without_a_place_for_its_cache_is_compiled_anyway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    njit = numba.njit

    def no_place(*args: Any, **options: Any) -> Any:
        if options.pop("cache", False):
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*args, **options)

    monkeypatch.setattr(numba, "njit", no_place)
    assert intrinsics.compiled(double)(21) == 42


def test_the_cached_kernel_is_named_by_the_sources_it_was_made_from() -> None:
    from copydesk.transforms.dedup import minhash_kernel

    assert minhash_kernel.sign.py_func.__qualname__ == f"sign-{intrinsics._sources()}"
