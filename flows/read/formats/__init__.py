"""The input formats. A format is one module of this folder that holds a `FORMAT`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from copydesk.flows.read.formats.format import Format


@cache
def formats() -> tuple[Format, ...]:
    """Every format, by name of its module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(module.FORMAT for module in modules if hasattr(module, "FORMAT"))


def by_name(name: str) -> Format | None:
    """The format that accepts files of that name; a final .gz or .zst does not count.

    >>> by_name("dump.jsonl.zst").name, by_name("picture.png")
    ('jsonl', None)
    """
    plain = name.lower().removesuffix(".gz").removesuffix(".zst")
    return next((f for f in formats() if plain.endswith(f.suffixes)), None)


def by_content(head: bytes) -> Format | None:
    """The format that recognises its first bytes, for names that say nothing."""
    return next((f for f in formats() if f.recognises(head)), None)
