"""Computes signatures and keys of texts: the numpy side of the kernel in `minhash_kernel`."""

from __future__ import annotations

import ctypes
import hashlib
import sys
from dataclasses import dataclass, fields
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from copydesk.transforms import unicode_tables
from copydesk.transforms.dedup import minhash_kernel, shingle_definition, similarity_kernel
from copydesk.transforms.dedup.options import Options

# Keys of a text: one shingle in 2**KEY_RATE_BITS, between KEYS_LEAST and KEYS_MOST. Measured on
# clean / noisy wire copies with two shared keys: one in 8 with 16 to 48 keys lets .993 / .968 of
# the copies reach their leader, with .7 pairs to verify for each document. 16 bands of two rows on
# 128 permutations take twice the bytes and reach .96 with .9 pairs, and their cost is quadratic in
# the window.
KEY_RATE_BITS, KEYS_LEAST, KEYS_MOST = 3, 16, 48
SCHEME = "affine32"
PADDING = 80  # Bytes that the kernel may read beyond a text.


@dataclass(frozen=True, slots=True)
class Sketches:
    """Signatures and keys, one row for each text."""

    signatures: NDArray[np.uint32]
    """Hash values of datasketch, of shape (texts, num_perm)."""
    keys: NDArray[np.uint64]
    """Sampled shingle hashes in ascending order, of shape (texts, KEYS_MOST). Only the first `n_keys` of a row are set."""
    n_keys: NDArray[np.int32]
    n_words: NDArray[np.int32]
    sequence: NDArray[np.uint64]
    """Hash of the whole word sequence, or of the bytes of a text without words."""

    def __len__(self) -> int:
        return len(self.n_keys)

    def take(self, rows: NDArray[np.int64]) -> Sketches:
        """Return the rows in the given order."""
        return Sketches(
            self.signatures[rows],
            self.keys[rows],
            self.n_keys[rows],
            self.n_words[rows],
            self.sequence[rows],
        )


def joined(parts: list[Sketches]) -> Sketches:
    """Return the rows of all parts, in order."""
    return Sketches(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Sketches))
    )


def as_texts(texts: Any) -> pa.LargeStringArray:
    """Return texts as they are compared: one contiguous large_string array without nulls.

    `texts` are a list, Array or ChunkedArray. HTML escapes that were left in a text become
    characters.
    """
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        try:
            texts = pa.array(texts, pa.large_string())
        # A careless decoder may leave lone surrogates.
        except (pa.ArrowInvalid, UnicodeEncodeError):
            texts = pa.array(
                [t and t.encode("utf-8", "replace").decode() for t in texts], pa.large_string()
            )
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks() if texts.num_chunks != 1 else texts.chunk(0)
    if isinstance(
        texts, pa.ChunkedArray
    ):  # With no chunks, `combine_chunks` returns no plain array.
        texts = pa.array([], pa.large_string())
    if texts.type != pa.large_string():
        texts = texts.cast(pa.large_string())
    return _unescaped(pc.fill_null(texts, "") if texts.null_count else texts)


def _unescaped(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    found = np.flatnonzero(pc.match_substring_regex(texts, shingle_definition.ESCAPE.pattern))
    if not len(found):
        return texts
    plain = [shingle_definition.unescaped(texts[int(row)].as_py()) for row in found]
    is_found = np.zeros(len(texts), np.bool_)
    is_found[found] = True
    replaced: pa.LargeStringArray = pc.replace_with_mask(
        texts, pa.array(is_found), pa.array(plain, pa.large_string())
    )
    return replaced


def permutations(options: Options) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return datasketch's own multipliers and additions."""
    a, b = (
        _datasketch()
        .MinHash(num_perm=options.num_perm, scheme=SCHEME, seed=options.seed)
        .permutations
    )
    return np.ascontiguousarray(a, np.uint32), np.ascontiguousarray(b, np.uint32)


def _datasketch() -> ModuleType:
    """Return the library without `scipy.integrate`, which takes 42 MB and a third of a second.

    Only its LSH needs that module, to choose bands. Code that calls it there imports it at that
    moment, so the library stays complete for everybody else.
    """
    name = "scipy.integrate"
    if "datasketch" in sys.modules or name in sys.modules:
        return import_module("datasketch")
    stand_in = ModuleType(name)
    stand_in.quad = lambda *given, **named: import_module(name).quad(*given, **named)  # type: ignore[attr-defined]
    sys.modules[name] = stand_in
    try:
        return import_module("datasketch")
    finally:
        del sys.modules[name]


def sketch(texts: pa.LargeStringArray, options: Options) -> Sketches:
    """Return signature, keys, number of words and sequence hash of every text."""
    n = len(texts)
    out = Sketches(
        np.empty((n, options.num_perm), np.uint32),
        np.zeros((n, KEYS_MOST), np.uint64),
        np.zeros(n, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint64),
    )
    for part in _in_memory(texts):
        _sign_into(part, out, options)
    wordless = np.flatnonzero(out.n_words == 0)
    for row in wordless:  # "!!!" is a copy of "!!!", but nothing is a copy of an empty text.
        raw = texts[int(row)].as_py().encode()
        out.sequence[row] = hash_of_bytes(raw) if raw else np.uint64(0)
    return out


def words_of(
    texts: pa.LargeStringArray, rows: NDArray[np.int64], n_words: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the word hashes of the texts in the given ascending rows, and where each text begins.

    `n_words` are their numbers of words, as `sketch` counted them.
    """
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(n_words, out=offsets[1:])
    words = np.empty(int(offsets[-1]) + 1, np.uint64)
    for part in _in_memory(texts):
        low, high = np.searchsorted(rows, [part.rows[0], part.rows[-1] + 1])
        chosen = np.arange(low, high)
        redo = _words_into(part, rows[low:high], offsets[chosen], words)
        if len(redo):
            normal = _normalised(part, rows[low:high][redo])
            _words_into(normal, normal.rows, offsets[chosen[redo]], words)
    return words, offsets


def _words_into(
    part: _Part, rows: NDArray[np.int64], places: NDArray[np.int64], words: NDArray[np.uint64]
) -> NDArray[np.int64]:
    at = np.searchsorted(part.rows, rows)
    starts, ends = part.offsets[at], part.offsets[at + 1]
    found = np.empty(int((ends - starts).max(initial=0)) + 16, np.uint64)
    return np.asarray(
        similarity_kernel.words_of(
            part.address,
            starts,
            ends,
            part.is_normal,
            unicode_tables.addresses(),
            places,
            found,
            words,
        )
    )


def hash_of_bytes(raw: bytes) -> np.uint64:
    """Return a 64-bit hash of a text without words."""
    return np.uint64(int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "little"))


@dataclass(frozen=True, slots=True)
class _Part:
    """Texts in one buffer with readable bytes after the last one."""

    address: int
    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    is_normal: bool
    owner: object


def _in_memory(texts: pa.LargeStringArray) -> list[_Part]:
    """Return the texts in their own buffer. Those too near its end are copied."""
    if not len(texts):
        return []
    _, offset_buffer, bytes_buffer = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if bytes_buffer is None:
        return [_copied([b""] * len(texts), np.arange(len(texts)), is_normal=False)]
    safe = int(np.searchsorted(offsets, bytes_buffer.size - PADDING, side="right")) - 1
    safe = max(0, min(safe, len(texts)))
    parts = []
    if safe:
        parts.append(
            _Part(bytes_buffer.address, offsets[: safe + 1], np.arange(safe), False, texts)
        )
    if safe < len(texts):
        rest = [text.encode() for text in texts.slice(safe).to_pylist()]
        parts.append(_copied(rest, np.arange(safe, len(texts)), is_normal=False))
    return parts


def _normalised(part: _Part, rows: NDArray[np.int64]) -> _Part:
    """Return the chosen texts of a part, normalised, in a buffer of their own."""
    starts = part.offsets[rows - part.rows[0]]
    ends = part.offsets[rows - part.rows[0] + 1]
    raw = (
        ctypes.string_at(part.address + int(s), int(e - s))
        for s, e in zip(starts, ends, strict=True)
    )
    return _copied(
        [unicode_tables.normalise(r.decode()).encode() for r in raw], rows, is_normal=True
    )


def _copied(raw: list[bytes], rows: NDArray[np.int64], *, is_normal: bool) -> _Part:
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum([len(r) for r in raw], out=offsets[1:])
    memory = np.frombuffer(b"".join([*raw, bytes(PADDING)]), np.uint8)
    return _Part(memory.ctypes.data, offsets, rows, is_normal, memory)


def _sign_into(part: _Part, out: Sketches, options: Options) -> None:
    multipliers, additions = permutations(options)
    longest = int(np.diff(part.offsets).max(initial=0)) + 16
    scratch = (
        np.empty(longest, np.uint64),
        np.empty(longest, np.uint64),
        np.empty(longest, np.uint32),
    )
    redo = minhash_kernel.sign(
        part.address,
        part.offsets,
        part.rows,
        part.is_normal,
        unicode_tables.addresses(),
        multipliers,
        additions,
        options.ngram,
        KEY_RATE_BITS,
        KEYS_LEAST,
        KEYS_MOST,
        *scratch,
        out.signatures,
        out.keys,
        out.n_keys,
        out.n_words,
        out.sequence,
    )
    if len(redo):
        _sign_into(_normalised(part, redo), out, options)
