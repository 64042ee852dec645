"""Imports point one way, vendors stay in their modules, and nothing of the repository points outside it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAY_IMPORT = {
    "schemas": {"schemas"},
    "transforms": {"schemas", "transforms"},
    "flows": {"schemas", "transforms", "flows"},
}
# One vendor, one place: its quirks stop there.
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
        "transforms/numba_cache.py",
        "transforms/intrinsics.py",
    ),
}
# A transform knows no clock, disk, network or environment; `importlib.resources` is how package data is loaded.
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


def imports(path: Path) -> set[str]:
    """Dotted names a file imports, `from a import b` as `a.b` and `a`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{path}: relative imports break `python -m flows...`; import from copydesk"
            )
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_imports_point_from_flows_to_transforms_to_schemas(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "copydesk" and len(parts) > 1 and parts[1] in MAY_IMPORT:
            assert parts[1] in MAY_IMPORT[folder], f"{relative(path)} imports {name}"
        assert parts[0] not in MAY_IMPORT, f"{relative(path)} imports {name}; write copydesk.{name}"


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_a_vendor_is_known_in_one_place(path: Path) -> None:
    for name in imports(path):
        home = AT_HOME.get(name.split(".")[0])
        if home:
            assert relative(path).startswith(home), (
                f"{relative(path)} imports {name}, which belongs in {home}"
            )


@pytest.mark.parametrize(
    "path", [path for path in CODE if relative(path).startswith("transforms/")], ids=relative
)
def test_a_transform_reaches_for_nothing_outside_its_arguments(path: Path) -> None:
    for name in imports(path):
        assert name not in NOT_IN_TRANSFORMS, f"{relative(path)} imports {name}"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"open", "input", "eval", "exec", "breakpoint"}, (
        f"{relative(path)} calls {called}"
    )
    clocks = re.findall(
        r"\b(?:datetime|date)\.(?:now|today|utcnow)\(", path.read_text(encoding="utf-8")
    )
    assert not clocks, f"{relative(path)} asks the clock"


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
