"""The wheel has the whole package and nothing else. An editable install uses the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_installs_one_package_and_no_loose_folder(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"copydesk"}


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"copydesk/{path.relative_to(ROOT).as_posix()}"
        for folder in ("flows", "schemas", "transforms")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted | {"copydesk/__init__.py", "copydesk/py.typed"} <= held


def test_the_wheel_holds_no_compiled_files(wheel: Path) -> None:
    assert not [
        name
        for name in zipfile.ZipFile(wheel).namelist()
        if name.endswith((".pyc", ".nbi", ".nbc"))
    ]


def test_an_editable_install_copies_nothing(tmp_path: Path) -> None:
    build = f"from hatchling.build import build_editable; print(build_editable({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True)
    held = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert [name for name in held if ".dist-info/" not in name] == ["_copydesk.pth"]


def test_importing_the_package_changes_no_setting_of_the_process() -> None:
    code = (
        "import os, gc; before = dict(os.environ), gc.get_threshold()\n"
        "import copydesk, copydesk.flows.library, copydesk.flows.pipeline.run\n"
        "assert before == (dict(os.environ), gc.get_threshold())\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def locked(name: str) -> set[tuple[str, str]]:
    """Return the packages of a lock, each with its version and its hashes."""
    lock = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^(\S+==\S+).*\n((?:    --hash.*\n)+)", lock, re.MULTILINE))


def test_the_tests_run_with_the_same_files_of_packages_that_a_user_installs() -> None:
    """So `make wheel` may link these files into its environment, instead of installing them."""
    assert len(locked("run.txt")) > 100
    assert locked("run.txt") <= locked("dev.txt")
