"""Support for compiled kernels: their names in numba's cache, and memory access that Python lacks."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic as numba_intrinsic

from copydesk.transforms import numba_cache
from copydesk.transforms.numba_cache import Function

_KERNELS = (
    "intrinsics.py",
    "unicode_tables.py",
    "forest/leaf_bits_kernel.py",
    "dedup/minhash_kernel.py",
    "dedup/similarity_kernel.py",
    "dedup/candidates.py",
    "dedup/leader_clustering.py",
    "dedup/decision/comparison.py",
    "dedup/decision/hash_set.py",
    "dedup/decision/weighted_words.py",
    "stories/quickselect.py",
    "stories/term_counts.py",
)


def compiled(function: Function) -> Function:
    """Compile without bounds checks (see `numba_cache.compiled`).

    numba compiles a kernel again when the kernel's own file changes. A kernel also contains parts
    and constants of other files, so its name in the cache has a digest of all of them.
    """
    function.__qualname__ = f"{function.__qualname__}-{_sources()}"
    return numba_cache.compiled(function, boundscheck=False)


@cache
def _sources() -> str:
    folder = resources.files("copydesk.transforms")
    digest = sha256(b"".join(folder.joinpath(name).read_bytes() for name in _KERNELS))
    return digest.hexdigest()[:12]


def kernel_part(function: Function) -> Function:
    """Compile a function that kernels call. LLVM decides whether to inline it."""
    kernel: Any = numba.njit(nogil=True, boundscheck=False)(function)
    return kernel  # type: ignore[no-any-return]


def intrinsic(function: Function) -> Function:
    """Declare a function that is written as LLVM instructions."""
    made: Any = numba_intrinsic(function)
    return made  # type: ignore[no-any-return]


@intrinsic
def load64(typingctx: Any, address: Any = None) -> Any:
    """Return eight bytes at any address, little-endian."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        pointer = builder.inttoptr(args[0], ir.PointerType(word))
        return builder.load(pointer, align=1)

    return types.uint64(types.int64), codegen


@intrinsic
def load8(typingctx: Any, address: Any = None) -> Any:
    """Return one byte at any address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.PointerType(ir.IntType(8)))
        return builder.load(pointer, align=1)

    return types.uint8(types.int64), codegen


@intrinsic
def load32(typingctx: Any, address: Any = None) -> Any:
    """Return a 32-bit integer at any address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.PointerType(ir.IntType(32)))
        return builder.load(pointer, align=1)

    return types.int32(types.int64), codegen


@intrinsic
def store64(typingctx: Any, address: Any, value: Any = None) -> Any:
    """Write a 64-bit integer at any address."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], ir.PointerType(ir.IntType(64)))
        builder.store(args[1], pointer, align=8)
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(types.int64, types.uint64), codegen


@intrinsic
def word_mask(typingctx: Any, address: Any = None) -> Any:
    """Return one bit for each of 64 bytes.

    It is set for an ASCII letter or digit and for a part of a longer character.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte = ir.IntType(8)
        vector = ir.VectorType(byte, 64)
        pointer = builder.inttoptr(args[0], ir.PointerType(vector))
        block = builder.load(pointer, align=1)

        def every(value: int) -> Any:
            return ir.Constant(vector, [value] * 64)

        is_digit = builder.icmp_unsigned("<", builder.sub(block, every(ord("0"))), every(10))
        lower = builder.or_(block, every(0x20))
        is_letter = builder.icmp_unsigned("<", builder.sub(lower, every(ord("a"))), every(26))
        is_long = builder.icmp_signed("<", block, every(0))
        mask = builder.or_(builder.or_(is_digit, is_letter), is_long)
        return builder.bitcast(mask, ir.IntType(64))

    return types.uint64(types.int64), codegen


@intrinsic
def trailing_zeros(typingctx: Any, value: Any = None) -> Any:
    """Return the index of the lowest set bit of a 64-bit value that is not 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), codegen
