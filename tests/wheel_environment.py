"""Fill the environment of `make wheel` from what this checkout has already.

    python wheel_environment.py packages ENVIRONMENT LOCK    links the packages of a lock
    python wheel_environment.py loops ENVIRONMENT            copies the loops that are compiled here

The Python of the checkout runs this file.
Installing the packages once more would take half a minute of CPU, and compiling the loops once more
would take another minute.
"""

import os
import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def requirements(lock: Path) -> list[Requirement]:
    """Return the packages of a lock that belong on this machine."""
    lines = re.findall(r"^[\w.-]+==.*?(?= *\\?$)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    found = [Requirement(line) for line in lines]
    return [one for one in found if one.marker is None or one.marker.evaluate()]


def packages_of(environment: Path) -> Path:
    """Return the folder of an environment that has its packages."""
    return next(environment.glob("lib/python3.*/site-packages"))


def link_packages(environment: Path, lock: Path) -> None:
    """Link the files of the packages. pip checked their hashes when it installed them here."""
    for requirement in requirements(lock):
        package = distribution(requirement.name)
        assert package.version in requirement.specifier, f"{requirement} is not in this environment"
        for file in package.files or ():
            if ".." not in file.parts:  # programs and manuals are elsewhere
                link(Path(str(package.locate_file(file))), packages_of(environment) / file)


def link(source: Path, target: Path) -> None:
    """Link a file, or copy it if it is on another disk. Files that are gone are left out."""
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)


def copy_loops(environment: Path) -> None:
    """Copy the compiled loops beside the modules of the wheel.

    numba uses them if a module has the same size and time of change as here.
    """
    package = packages_of(environment) / "copydesk"
    for module in package.rglob("*.py"):
        source = ROOT / module.relative_to(package)
        loops = list((source.parent / "__pycache__").glob(f"{module.stem}.*.nb?"))
        if loops:
            assert source.read_bytes() == module.read_bytes(), f"{module} is not from this checkout"
            shutil.copystat(source, module)
            for loop in loops:
                shutil.copy2(loop, module.parent / "__pycache__")


if __name__ == "__main__":
    what, environment, *lock = sys.argv[1:]
    if what == "packages":
        link_packages(Path(environment), Path(lock[0]))
    else:
        copy_loops(Path(environment))
