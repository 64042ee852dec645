"""Regular expressions that are compiled in the package, because Python takes long to compile them.

A pattern of 5,000 characters takes 8 ms to compile and .2 ms to read. A page of news asks for some
three that it has not met before, and nearly all of them match nothing on it.

`python -m training.packed_rules` writes the file with the Python that runs it. The compiled form
belongs to a version of `re`. Another version compiles each pattern itself, and so does this one for
a pattern that the file does not have.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import import_module, resources
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

FILE = "stored_patterns.zip"
_ABOUT = "about"
_engine: Any = import_module("_sre")  # The part of `re` that is written in C.


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return `re.compile(pattern, flags)`.

    >>> compiled("a|b") == re.compile("a|b")
    True
    """
    stored = _packaged()
    name = name_of(pattern, flags)
    if name not in stored:
        return re.compile(pattern, flags)
    return unpacked(pattern, stored[name])


def name_of(pattern: str, flags: int) -> str:
    """Return the name of a pattern in the file."""
    return sha256(f"{flags}\n{pattern}".encode()).hexdigest()[:24]


def packed(patterns: Mapping[tuple[str, int], None]) -> bytes:
    """Return the content of the file for patterns with their flags."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        entries = {_ABOUT: json.dumps(_version()).encode()}
        entries |= {name_of(*key): _written(*key) for key in patterns}
        for name, content in sorted(entries.items()):
            entry = ZipInfo(name)  # Its date does not depend on the clock.
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return target.getvalue()


def _written(pattern: str, flags: int) -> bytes:
    """Return the compiled form of a pattern: a line of JSON, then its instructions."""
    compiler: Any = import_module("re._compiler")
    parsed = import_module("re._parser").parse(pattern, flags)
    groups = parsed.state.groupdict
    about = [flags | parsed.state.flags, parsed.state.groups - 1, groups]
    code = array("I", compiler._code(parsed, flags))
    return json.dumps(about).encode() + b"\n" + code.tobytes()


def unpacked(pattern: str, content: bytes) -> re.Pattern[str]:
    """Return a pattern from its content in the file.

    Raises RuntimeError for instructions that `re` could not have written.
    """
    about, _, code = content.partition(b"\n")
    flags, n_groups, groups = json.loads(about)
    index: list[str | None] = [None] * (n_groups + 1)
    for name, group in groups.items():
        index[group] = name
    instructions = array("I")
    instructions.frombytes(code)
    found: re.Pattern[str] = _engine.compile(
        pattern, flags, instructions.tolist(), n_groups, groups, tuple(index)
    )
    return found


class Stored(Mapping[str, bytes]):
    """The compiled patterns of a file by name, or none if another version of `re` wrote it."""

    def __init__(self, content: bytes) -> None:
        self._archive = ZipFile(BytesIO(content))
        self.names = frozenset(self._archive.namelist()) - {_ABOUT}
        """All names in the file, whichever version wrote it."""
        is_ours = json.loads(self._archive.read(_ABOUT)) == _version()
        self._usable = self.names if is_ours else frozenset[str]()

    @classmethod
    def of_package(cls) -> Stored:
        """Return the patterns that ship with the package."""
        return cls(resources.files("copydesk.transforms.regex").joinpath(FILE).read_bytes())

    def __getitem__(self, name: str) -> bytes:
        return self._archive.read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._usable)

    def __len__(self) -> int:
        return len(self._usable)

    def __contains__(self, name: object) -> bool:
        return name in self._usable


def _version() -> list[object]:
    """Return what the compiled form of a pattern depends on."""
    return [_engine.MAGIC, _engine.CODESIZE, _engine.MAXREPEAT, sys.byteorder, array("I").itemsize]


@cache
def _packaged() -> Stored:
    return Stored.of_package()


def warm() -> None:
    """Open the file, so that no pattern opens it afterwards."""
    _packaged()
