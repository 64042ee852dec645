"""After `warm_up` a transform opens no file, connection or process.

It reads no environment variable either.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# This runs in a process of its own, because an audit hook cannot be removed.
DENIED = """
import json, os, sys
sys.path.insert(0, {root!r})
import copydesk
from tests.hostile.documents import PAGES, TEXTS
copydesk.warm_up()

class Denied(dict):
    def _deny(self, *a, **k):
        # pyarrow looks for switches of its own in every conversion; they say nothing of the
        # machine.
        if a and str(a[0]).startswith(("ARROW_", "PYARROW_")):
            return real.get(*a)
        raise AssertionError("the environment was read" + repr(a))
    __getitem__ = get = __contains__ = __iter__ = keys = items = _deny

armed = False

def hook(event, arguments):
    if armed and event.split(".")[0] in ("open", "os", "socket", "subprocess", "shutil", "urllib", "http", "ftplib", "tempfile", "ctypes", "import", "pty", "webbrowser", "glob", "sqlite3", "mmap", "pathlib"):
        if event == "ctypes.string_at":  # memory, not the world outside
            return
        if event == "import" and arguments[1] is None and arguments[0] in sys.modules:
            return
        raise AssertionError("denied: " + event + " " + repr(arguments)[:300])

sys.addaudithook(hook)
real = os.environ
ends = {{}}
for name, (before, work) in {works!r}.items():
    exec(before)
    work = compile(work, name, "exec")
    try:
        os.environ = Denied()
        armed = True
        exec(work)
        ends[name] = "nothing left"
    except BaseException as error:
        ends[name] = repr(error)
    finally:
        armed = False
        os.environ = real
print(json.dumps(ends))
"""
GROUPS = "copydesk.find_duplicates(TEXTS); copydesk.group_stories(TEXTS)"
#: What is tried in this order, each with what must run before it.
WORKS = {
    "pages": (
        "",
        "[copydesk.clean_page(page, url='https://www.example.co.uk/a') for page in PAGES]",
    ),
    "texts": ("", "[copydesk.clean_text(text) for text in TEXTS]"),
    "groups": (GROUPS, GROUPS),
    "file": ("", "open('/etc/hostname')"),
    "connection": ("import socket", "__import__('socket').socket()"),
    "environment": ("", "os.getenv('HOME')"),
}


@pytest.fixture(scope="module")
def ends() -> dict[str, str]:
    """Return how each of `WORKS` ended in a process that denies everything outside of it."""
    done = subprocess.run(
        [sys.executable, "-c", DENIED.format(root=str(ROOT), works=WORKS)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_pages_and_texts_of_many_scripts_are_edited_without_opening_anything(
    ends: dict[str, str],
) -> None:
    assert ends["pages"] == "nothing left"
    assert ends["texts"] == "nothing left"


def test_copies_and_stories_are_found_without_opening_anything(ends: dict[str, str]) -> None:
    assert ends["groups"] == "nothing left"


def test_the_hook_itself_denies(ends: dict[str, str]) -> None:
    assert "denied: open" in ends["file"]
    assert "denied: socket" in ends["connection"]
    assert "the environment was read" in ends["environment"]


CODE = sorted(
    path
    for folder in ("flows", "schemas", "transforms", "fuzz", "training", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
RUNS_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def test_no_file_is_read_in_a_format_that_can_run_code() -> None:
    faults = [
        f"{path.relative_to(ROOT).as_posix()}:{fault}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for fault in ways_to_run_code(node)
    ]
    assert not faults, "\n".join(faults)


def ways_to_run_code(node: ast.AST) -> Iterator[str]:
    """Yield what part of a program could run code that it reads, after the number of its line."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = (
            [alias.name.split(".")[0] for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module).split(".")[0]]
        )
        if set(names) & RUNS_CODE:
            yield f"{node.lineno} imports {names}"
    if isinstance(node, ast.Call):
        called = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        keywords = {keyword.arg: getattr(keyword.value, "value", None) for keyword in node.keywords}
        if keywords.get("allow_pickle") is True:
            yield f"{node.lineno} allows pickle"
        if called in {"read_pickle", "to_pickle"} or (
            isinstance(node.func, ast.Name) and called in {"eval", "exec"}
        ):
            yield f"{node.lineno} calls {called}"


def test_no_packaged_data_is_a_pickle() -> None:
    # __pycache__ has what this installation compiled, also numba's kernels. Nothing there ships or
    # comes from an input.
    found = [
        path
        for folder in ("flows", "transforms", "schemas")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    data = [path for path in found if path.suffix != ".py" and "__pycache__" not in path.parts]
    assert not [
        path
        for path in data
        if path.suffix in {".pkl", ".pickle", ".joblib", ".npy", ".pt", ".bin"}
        or path.read_bytes()[:2] in {b"\x80\x04", b"\x80\x05"}
    ]
