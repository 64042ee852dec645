"""The files of the index. Each has a JSON header with the options it was made with, then flat arrays.

`docs-*.ndx` files have one row for each document (id, time, signature, ...). `keys-*.ndx` files are
segments: they have sorted postings, each a key with a document number. Both kinds are written once,
synced, renamed to their final name, and never changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.flows.index import blockwise_arrays
from copydesk.flows.support import atomic_write
from copydesk.transforms.dedup import sketches
from copydesk.transforms.dedup.options import NORMALISER_VERSION, Options

FORMAT = 1
SUFFIX = ".ndx"
HEADER_BYTES = 4096
_OF_THE_VERSION = ("format", "scheme", "normaliser", "keys")  # No recipe sets these.
REBUILD = "run `copydesk index rebuild` to rebuild it from the published articles"
# Type and number of dimensions of each array. They are fixed here, because a file may come from an
# untrusted source. If the file could choose the type of an array, it could choose Python objects,
# and then its bytes would be used as addresses in memory.
_ARRAYS: dict[str, dict[str, tuple[str, int]]] = {
    "docs": {
        "doc_id": ("|u1", 2),
        "time": ("<i8", 1),
        "n_words": ("<i4", 1),
        "sequence": ("<u8", 1),
        "signature": ("<u4", 2),
    },
    "keys": {"days": ("<i8", 2), "near": ("<u8", 1), "far": ("<u8", 1)},
}


class IndexRefused(ValueError):
    """The index cannot be used: it is damaged, incomplete, or made with other options."""


def made_as(options: Options) -> dict[str, Any]:
    """The settings that must be equal for signatures and keys to be comparable."""
    return {
        "format": FORMAT,
        "scheme": sketches.SCHEME,
        "seed": options.seed,
        "num_perm": options.num_perm,
        "shingling": f"{options.ngram} words",
        "normaliser": NORMALISER_VERSION,
        "keys": f"{sketches.KEYS_LEAST}-{sketches.KEYS_MOST} at 1/{2**sketches.KEY_RATE_BITS}",
    }


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A written file: its header, and its arrays mapped from disk."""

    path: Path
    header: dict[str, Any]

    @property
    def name(self) -> str:
        """File name, unique by content."""
        return self.path.name

    @property
    def first(self) -> int:
        """Number of the first document in the file."""
        return int(self.header["first"])

    @property
    def count(self) -> int:
        """Number of documents in the file."""
        return int(self.header["count"])

    def length(self, name: str) -> int:
        """Number of rows of one of its arrays, as the header says."""
        return int(self.header["arrays"][name]["shape"][0])

    def array(self, name: str) -> NDArray[Any]:
        """One of its arrays as a memory map, whose parts are read from disk when they are used."""
        entry = self.header["arrays"][name]
        shape = tuple(entry["shape"])
        if 0 in shape:
            return np.empty(shape, np.dtype(entry["type"]))
        return np.memmap(
            self.path, np.dtype(entry["type"]), "r", offset=entry["offset"], shape=shape
        )


def write(
    folder: Path,
    kind: str,
    header: Mapping[str, Any],
    arrays: Mapping[str, blockwise_arrays.Blocks],
) -> IndexFile:
    """Write a file of the index into the folder, with the hash of its content in the name."""
    described, offset = {}, HEADER_BYTES
    for name, values in arrays.items():
        described[name] = {"type": values.dtype.str, "shape": list(values.shape), "offset": offset}
        offset += -(-values.nbytes // 64) * 64
    full = {"kind": kind, **header, "arrays": described, "bytes": offset}
    encoded = json.dumps(full, sort_keys=True).encode()
    if len(encoded) >= HEADER_BYTES:
        raise ValueError(f"the index header has {len(encoded)} bytes; at most {HEADER_BYTES} fit")
    folder.mkdir(parents=True, exist_ok=True)
    # The final name contains the hash, which is known only when the file is complete.
    temporary = atomic_write.temporary_path(folder / kind)
    digest = hashlib.sha256()
    with temporary.open("wb") as file:
        _put(file, digest, encoded.ljust(HEADER_BYTES, b"\n"))
        for values in arrays.values():
            for block in blockwise_arrays.blocks(values):
                _put(file, digest, np.ascontiguousarray(block).tobytes())
            _put(file, digest, bytes(-values.nbytes % 64))
        file.flush()
        os.fsync(file.fileno())
    path = folder / f"{kind}-{digest.hexdigest()[:32]}{SUFFIX}"
    temporary.replace(path)
    return IndexFile(path, full)


def _put(file: Any, digest: Any, raw: bytes) -> None:
    file.write(raw)
    digest.update(raw)


def read(path: Path) -> IndexFile:
    """Open a file of the index.

    Raises IndexRefused if it is missing or cut short, or if it is not a file of an index.
    """
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(HEADER_BYTES))
            size = os.fstat(file.fileno()).st_size
    except (OSError, ValueError, RecursionError) as error:
        raise IndexRefused(f"index file {path} cannot be read ({error}); {REBUILD}") from error
    if not isinstance(header, dict):
        raise IndexRefused(f"index file {path} has no header; {REBUILD}")
    if size != header.get("bytes"):
        raise IndexRefused(
            f"index file {path} has {size} bytes but should have {header.get('bytes')}; {REBUILD}"
        )
    if not _is_sound(header):
        raise IndexRefused(
            f"index file {path} has a header that does not describe an index; {REBUILD}"
        )
    return IndexFile(path, header)


def _is_sound(header: dict[str, Any]) -> bool:
    """Whether the arrays are those of an index, are within the file, and have the stated rows."""
    kind, arrays = header.get("kind"), header.get("arrays")
    if kind not in _ARRAYS or not _are_sizes(header.get("first"), header.get("count")):
        return False
    if not isinstance(arrays, dict) or set(arrays) != set(_ARRAYS[kind]):
        return False
    rows = header["count"]
    sizes = {
        "doc_id": [rows, 16],
        "time": [rows],
        "n_words": [rows],
        "sequence": [rows],
        "signature": [rows, header.get("num_perm")],
    }
    return (
        all(
            _lies_within(header["bytes"], arrays[name], *expected)
            for name, expected in _ARRAYS[kind].items()
        )
        and all(
            name not in sizes or entry["shape"] == sizes[name] for name, entry in arrays.items()
        )
        and (kind == "docs" or arrays["days"]["shape"][1] == 2)
    )


def _lies_within(n_bytes: int, entry: object, type_: str, n_dimensions: int) -> bool:
    if (
        not isinstance(entry, dict)
        or entry.get("type") != type_
        or not isinstance(shape := entry.get("shape"), list)
    ):
        return False
    if len(shape) != n_dimensions or not _are_sizes(*shape, entry.get("offset")):
        return False
    return bool(HEADER_BYTES <= entry["offset"] <= n_bytes - prod(shape) * np.dtype(type_).itemsize)


def _are_sizes(*values: object) -> bool:
    return all(isinstance(value, int) and 0 <= value < 1 << 48 for value in values)


def check(file: IndexFile, options: Options) -> None:
    """Raise IndexRefused if a file's keys and signatures cannot be compared with those of `options`."""
    for name, value in made_as(options).items():
        made_with = file.header.get(name)
        if made_with == value:
            continue
        if name in _OF_THE_VERSION:
            raise IndexRefused(
                f"the index was made by another version of copydesk ({name} {made_with!r}, now {value!r}); "
                "run `copydesk index rebuild` once, which computes every signature again"
            )
        raise IndexRefused(
            f"index file {file.name} was made with {name} {made_with!r}, but this run uses {value!r}; "
            "use a recipe with the value of the index, or run `copydesk index rebuild --recipe FILE` with the "
            "recipe of this run, which computes every signature again"
        )
