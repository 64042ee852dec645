"""Imports point one way, and each vendor is used in one place.

Nothing in the repository points outside it. Each test checks every file and reports all faults.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "schemas": {"schemas"},
    "transforms": {"schemas", "transforms"},
    "flows": {"schemas", "transforms", "flows"},
}
# The packages of flows/ from the lowest layer to the highest: a package imports only from layers
# below its own. docs/architecture.md shows the same order.
LAYERS = (
    {"support"},
    {"remote"},
    {"warehouse", "read"},
    {"index"},
    {"recipe"},
    {"engines"},
    {"pipeline"},
    {"report", "export", "query"},
    {"maintenance", "browse"},
    {"orchestration"},
    {"ingest", "library", "evaluation"},
    {"cli"},
)
LAYER_OF = {package: layer for layer, packages in enumerate(LAYERS) for package in packages}
MODULES_AT_THE_TOP_OF_FLOWS = 8
FILES_IN_A_FOLDER = 15  # not counting `__init__`
# Rule tables and commands have one file for each language or command.
LARGE_FOLDERS = {"transforms/clean/rules", "flows/cli"}
LINES_IN_A_MODULE = 400
# Each vendor is used in one place, and its quirks stay there.
AT_HOME = {
    "trafilatura": "transforms/extract/",
    "py3langid": "transforms/tag/",
    "publicsuffixlist": "transforms/tag/",
    "prefect": "flows/",
    "fastwarc": "flows/read/",
    "click": "flows/cli/",
    "numba": (
        "transforms/dedup/",
        "transforms/stories/",
        "transforms/extract/",
        "transforms/forest/",
        "transforms/numba_cache.py",
        "transforms/intrinsics.py",
    ),
}
# A transform knows no clock, disk, network or environment. It loads package data with
# `importlib.resources`.
NOT_IN_TRANSFORMS = {
    "os",
    "time",
    "socket",
    "urllib.request",
    "requests",
    "httpx",
    "subprocess",
    "shutil",
    "tempfile",
    "pathlib",
    "random",
    "pickle",
}
CODE = sorted(path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py"))


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return the syntax tree of a file as a list."""
    return list(ast.walk(ast.parse(source(path))))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the dotted names that a file imports. `from a import b` gives `a.b` and `a`."""
    names: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{path}: relative imports break `python -m flows...`; import from copydesk"
            )
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_point_from_flows_to_transforms_to_schemas() -> None:
    faults = []
    for path in CODE:
        folder = path.relative_to(ROOT).parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "copydesk" and len(parts) > 1 and parts[1] in MAY_IMPORT:
                if parts[1] not in MAY_IMPORT[folder]:
                    faults.append(f"{relative(path)} imports {name}")
            elif parts[0] in MAY_IMPORT:
                faults.append(f"{relative(path)} imports {name}; write copydesk.{name}")
    assert not faults, "\n".join(faults)


FLOWS = [path for path in CODE if relative(path).startswith("flows/")]


def package_of(dotted: str) -> str | None:
    """Return the package or top module of flows/ that a dotted import names.

    >>> package_of("copydesk.flows.read.fields"), package_of("copydesk.flows"), package_of("re")
    ('read', None, None)
    """
    parts = dotted.split(".")
    return parts[2] if parts[:2] == ["copydesk", "flows"] and len(parts) > 2 else None


def test_a_package_of_flows_imports_only_from_lower_layers() -> None:
    """Imports inside functions and under TYPE_CHECKING count as well."""
    faults = []
    for path in FLOWS:
        home = path.relative_to(ROOT / "flows").parts[0].removesuffix(".py")
        packages = {name: package_of(name) for name in imports(path)}
        if home == "__init__":
            faults += [f"{path} imports a package" for other in packages.values() if other]
            continue
        assert home in LAYER_OF, f"{home} has no place in LAYERS"
        faults += [
            f"{relative(path)} imports {name}"
            for name, other in packages.items()
            if other is not None and other != home and LAYER_OF[other] >= LAYER_OF[home]
        ]
    assert not faults, "\n".join(faults)


def test_flows_has_few_modules_at_its_top() -> None:
    top = sorted(path.name for path in (ROOT / "flows").glob("*.py"))
    assert len(top) <= MODULES_AT_THE_TOP_OF_FLOWS, top


def test_no_folder_has_too_many_files() -> None:
    counts = Counter(relative(path.parent) for path in CODE if path.stem != "__init__")
    too_many = {
        folder: n
        for folder, n in counts.items()
        if n > FILES_IN_A_FOLDER and folder not in LARGE_FOLDERS
    }
    assert not too_many


def test_no_two_modules_have_the_same_name() -> None:
    """`__init__` and `options` may repeat. A command may share the name of what it calls."""
    names = Counter(
        path.stem
        for path in CODE
        if path.stem not in {"__init__", "__main__", "options"}
        and relative(path.parent) not in {"flows/cli", "transforms/clean/rules"}
    )
    assert not {name for name, n in names.items() if n > 1}


def test_a_module_is_short() -> None:
    counts = {
        relative(path): len(source(path).splitlines())
        for path in (*CODE, *ROOT.glob("benchmarks/*.py"), *ROOT.glob("training/*.py"))
        if relative(path.parent) != "transforms/clean/rules"
    }
    faults = [
        f"{name} has {n} lines: split it by purpose"
        for name, n in counts.items()
        if n > LINES_IN_A_MODULE
    ]
    assert not faults, "\n".join(faults)


def test_a_vendor_is_known_in_one_place() -> None:
    faults = []
    for path in CODE:
        for name in imports(path):
            home = AT_HOME.get(name.split(".")[0])
            if home and not relative(path).startswith(home):
                faults.append(f"{relative(path)} imports {name}, which belongs in {home}")
    assert not faults, "\n".join(faults)


def test_a_transform_reaches_for_nothing_outside_its_arguments() -> None:
    faults = []
    for path in CODE:
        if not relative(path).startswith("transforms/"):
            continue
        for name in imports(path) & NOT_IN_TRANSFORMS:
            faults.append(f"{relative(path)} imports {name}")
        called = {
            node.func.id
            for node in nodes(path)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        for name in called & {"open", "input", "eval", "exec", "breakpoint"}:
            faults.append(f"{relative(path)} calls {name}")
        if re.search(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(", source(path)):
            faults.append(f"{relative(path)} asks the clock")
    assert not faults, "\n".join(faults)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [
        ROOT / name.decode()
        for name in listed.split(b"\0")
        if name and (ROOT / name.decode()).is_file()
    ]


def test_nothing_in_the_repository_points_outside_it() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    outside = re.compile(r"(?<![\w/])\.\./shared|(?<![\w.])/root/")
    for path in tracked():
        assert not path.is_symlink(), f"{path} is a link"
        if (
            path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".service", ".timer"}
            and path.name != Path(__file__).name
        ):
            found = outside.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{relative(path)} names {found.group()!r}" if found else ""


def test_no_committed_file_names_a_package_index() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    for path in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in path.read_text(encoding="utf-8"), f"{path.name} names a host"
    assert not (ROOT / "uv.lock").exists()
