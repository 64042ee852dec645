"""The versions that a run used, of packages and of the rules."""

from __future__ import annotations

import json
import platform
from functools import cache
from hashlib import sha256
from importlib import metadata

import copydesk

# Packages whose change can change a row. The others only move or show rows.
_PACKAGES = (
    "charset-normalizer",
    "datasketch",
    "lxml",
    "numba",
    "numpy",
    "py3langid",
    "publicsuffixlist",
    "pyarrow",
    "trafilatura",
)


@cache
def versions() -> dict[str, str]:
    """The versions of copydesk, Python and the packages whose change can change a row."""
    found = {"copydesk": copydesk.__version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # It is a system package without metadata.
            found[name] = "unknown"
    return found


@cache
def rules_sha256() -> str:
    """The SHA-256 over name, version and patterns of every rule that can cut a line, in hex."""
    from copydesk.transforms import extract, tag
    from copydesk.transforms.clean.patterns import rule_table

    others = sorted(map(repr, (*extract.RULES, *tag.RULES)))
    return sha256("\n".join((rule_table.packaged().sha256, *others)).encode()).hexdigest()


def versions_json() -> str:
    """`versions` in the form of the `runs` table."""
    return json.dumps(versions(), sort_keys=True)
