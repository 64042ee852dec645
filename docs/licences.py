"""The licence of everything that is installed with copydesk: `python -m docs.licences` writes docs/licences.md.

Read from the metadata of the installed packages, for the names in the run-time lock. `--check` fails
where the page is out of date, a package has no licence, or one is not on the list of those that an
Apache-2.0 program may stand on.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements" / "run.txt"
# Permissive, or copyleft by file or library: nothing that would reach over to the code that imports it.
ACCEPTED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Zlib|0BSD|CC0|LGPL|Public Domain|HPND|Historical|Artistic",
    re.IGNORECASE,
)
_NAMES = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
# Metadata that says nothing; read in the package itself.
_KNOWN: dict[str, str] = {}


def licences() -> dict[str, str]:
    """Name to licence of every locked package that is installed here; platform-only ones may be missing."""
    found = {}
    for name in sorted(set(_NAMES.findall(LOCK.read_text(encoding="utf-8"))), key=str.lower):
        try:
            found[name] = _licence(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def page(found: dict[str, str]) -> str:
    """The page: one row a package."""
    rows = "\n".join(f"| {name} | {licence} |" for name, licence in found.items())
    head = "# Licences\n\nWhat `pip install copydesk` brings with it; written by `python -m docs.licences` from the packages' own metadata.\n\n"
    return f"{head}| package | licence |\n|---|---|\n{rows}\n"


def _licence(name: str) -> str:
    if name.lower() in _KNOWN:
        return _KNOWN[name.lower()]
    about = metadata.metadata(name)
    classified = [
        line.rsplit(" :: ", 1)[1]
        for line in about.get_all("Classifier", [])
        if line.startswith("License ::") and line.count("::") > 1
    ]
    stated = (
        about.get("License-Expression")
        or "; ".join(classified)
        or (about.get("License") or "").strip().split("\n")[0]
    )
    return stated[:80] or "not stated"


def main() -> int:
    """Write the page, or check it; 1 where it does not hold."""
    found = licences()
    faults = [
        f"{name}: {licence}" for name, licence in found.items() if not ACCEPTED.search(licence)
    ]
    if "--check" not in sys.argv:
        PAGE.write_text(page(found), encoding="utf-8")
    for fault in faults:
        print(f"licence to look at: {fault}", file=sys.stderr)
    listed = set(re.findall(r"^\| ([^|]+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    missing = sorted(set(found) - listed)
    if missing:
        print(
            f"not in {PAGE.name}: {', '.join(missing)}; run python -m docs.licences",
            file=sys.stderr,
        )
    return int(bool(faults or missing))


if __name__ == "__main__":
    sys.exit(main())
