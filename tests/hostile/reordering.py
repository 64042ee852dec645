"""What a power cut may leave on a disk that does not write in the order of the calls.

`Recording` notes every change of the entries of a folder (create, rename, link, unlink, also for
folders) and every fsync while code runs. `crashes` then gives the trees that a power cut could
leave. What was synced is there. Of the other changes any part may have reached the disk, in any
order. A file that was never synced may be empty or cut short.

The model is that of ALICE (Pillai et al., OSDI 2014). A rename happens or does not happen, but
never in part. An fsync of a file keeps its bytes, but not its name. An fsync of a folder keeps the
names in it, but not its own name.
"""

from __future__ import annotations

import os
import random
import shutil
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = 0
# Opens a link itself, on Linux and on macOS.
_HOLDS = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_SYMLINK", os.O_NOFOLLOW)
_ENTRIES = ("rename", "replace", "link", "symlink", "unlink", "remove", "mkdir", "rmdir")


@dataclass(frozen=True)
class Step:
    """A step: entries that changed together, or a node that was synced.

    An entry is (folder, name, node), and the node is None if the name is gone.
    """

    entries: tuple[tuple[int, str, int | None], ...] = ()
    synced: int | None = None
    mark: str | None = None


@dataclass
class Node:
    """A file, link or folder. `content` is its last content, `kept` what its last fsync kept."""

    folder: bool = False
    target: str | None = None
    content: bytes = b""
    kept: bytes | None = None


@dataclass
class Recording:
    """Notes what the code in a `with` block does below `root`.

    The state before the block counts as being on the disk.
    """

    root: Path
    nodes: list[Node] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    before: dict[int, dict[str, int]] = field(default_factory=dict)
    _of_inode: dict[int, int] = field(default_factory=dict)
    _seen: dict[int, dict[str, int]] = field(default_factory=dict)
    _stamps: dict[int, tuple[int, int]] = field(default_factory=dict)
    _real: dict[str, Any] = field(default_factory=dict)
    _handles: list[int] = field(default_factory=list)
    # Files are synced by several threads.
    _one_thread: threading.RLock = field(default_factory=threading.RLock)

    def __enter__(self) -> Recording:
        self._node(self.root)
        self._look()
        self.before, self.steps = {folder: dict(names) for folder, names in self._seen.items()}, []
        for node in self.nodes:
            node.kept = node.content
        self._real = {name: getattr(os, name) for name in (*_ENTRIES, "fsync")} | {
            "rmtree": shutil._use_fd_functions
        }
        shutil._use_fd_functions = False  # use whole paths, not names below an open folder
        for name in _ENTRIES:
            setattr(os, name, self._watched(self._real[name]))
        os.fsync = self._fsync
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in (*_ENTRIES, "fsync"):
            setattr(os, name, self._real[name])
        shutil._use_fd_functions = self._real["rmtree"]
        self._look()
        for handle in self._handles:
            os.close(handle)

    def mark(self, what: str) -> None:
        """Note that something is true from here on."""
        self._look()
        self.steps.append(Step(mark=what))

    def _watched(self, call: Any) -> Any:
        def watched(*arguments: Any, **options: Any) -> Any:
            with self._one_thread:
                self._look()
                answer = call(*arguments, **options)
                self._look()
            return answer

        return watched

    def _fsync(self, descriptor: int) -> None:
        with self._one_thread:
            self._look()
            self._real["fsync"](descriptor)
            number = self._of_inode.get(os.fstat(descriptor).st_ino)
            if number is not None:
                self.steps.append(Step(synced=number))
                if not self.nodes[number].folder:
                    self.nodes[number].kept = self.nodes[number].content

    def _node(self, path: Path) -> int:
        status = path.lstat()
        number = self._of_inode.get(status.st_ino)
        if number is None:
            number = self._of_inode[status.st_ino] = len(self.nodes)
            link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else None
            self.nodes.append(Node(folder=stat.S_ISDIR(status.st_mode), target=link))
            # While a file, link or folder is open, its inode number is not given to another one.
            self._handles.append(os.open(path, _HOLDS))
        stamp = (status.st_size, status.st_mtime_ns)
        if stat.S_ISREG(status.st_mode) and self._stamps.get(number) != stamp:
            self._stamps[number] = stamp
            self.nodes[number].content = path.read_bytes()
        return number

    def _look(self) -> None:
        """Compare the folder with what was seen last.

        This also finds files that Arrow and numpy make without a call of `os`.
        """
        now: dict[int, dict[str, int]] = {}
        folders = [self.root]
        while folders:
            folder = folders.pop()
            names = now[self._node(folder)] = {}
            for path in folder.iterdir():
                number = names[path.name] = self._node(path)
                if self.nodes[number].folder:
                    folders.append(path)
        changed: list[tuple[int, str, int | None]] = []
        for folder in self._seen.keys() | now.keys():
            was, is_ = self._seen.get(folder, {}), now.get(folder, {})
            changed += [
                (folder, name, is_.get(name))
                for name in was.keys() | is_.keys()
                if was.get(name) != is_.get(name)
            ]
        # The entries of a folder that was removed are gone with it. Changes in other folders count.
        changed = [entry for entry in changed if entry[0] in now]
        if changed:
            self.steps.append(Step(entries=tuple(sorted(changed, key=str))))
        self._seen = now


# From a path to the bytes of a file, the target of a link, or None for a folder.
Tree = Mapping[str, bytes | str | None]


def crashes(
    recording: Recording, *, aside: str, seed: int = 0, random_parts: int = 3
) -> Iterator[tuple[set[str], Tree]]:
    """Yield what a power cut after each step could leave, and the marks passed before it.

    Of the changes that nothing has synced yet, all are on the disk, or none, or all but one, or
    only one, or a few at random. Files that were never synced are whole, empty or cut in half. The
    folder `aside` is left out of the trees, because nobody reads it. Each state is given once.
    """
    chance = random.Random(seed)
    done: set[str] = set()
    known: set[int] = set()
    before = {node for names in recording.before.values() for node in names.values()}
    for length in range(len(recording.steps) + 1):
        if length and (mark := recording.steps[length - 1].mark):
            done = done | {mark}
        steps = recording.steps[:length]
        whole = {number for _, number in _walk(recording, steps, aside)}
        loose = [
            at
            for at, step in enumerate(steps)
            if any(folder in whole for folder, _, _ in step.entries) and not _is_kept(steps, at)
        ]
        parts = [set(loose), set(), *({at} for at in loose), *(set(loose) - {at} for at in loose)]
        parts += [
            {at for at in loose if chance.random() < 0.5}
            for _ in range(random_parts if len(loose) > 2 else 0)
        ]
        for part in parts:
            left = [step for at, step in enumerate(steps) if at in part or at not in loose]
            paths = list(_walk(recording, left, aside))
            lasting = before | {step.synced for step in steps}
            for unsynced in (1.0, 0.0, 0.5):
                tree = _tree(recording, paths, lasting, unsynced)
                key = hash((frozenset(done), frozenset(tree.items())))
                if key not in known:
                    known.add(key)
                    yield done, tree


def _is_kept(steps: list[Step], at: int) -> bool:
    folders = {folder for folder, _, _ in steps[at].entries}
    return any(step.synced in folders for step in steps[at + 1 :])


def _walk(recording: Recording, steps: list[Step], aside: str) -> Iterator[tuple[str, int]]:
    """Yield every path and its node after these steps."""
    folders = {folder: dict(names) for folder, names in recording.before.items()}
    for step in steps:
        for folder, name, node in step.entries:
            names = folders.setdefault(folder, {})
            if node is None:
                names.pop(name, None)
            else:
                names[name] = node
    ahead = [("", ROOT)]
    while ahead:
        path, number = ahead.pop()
        yield path, number
        ahead += [
            (f"{path}/{name}" if path else name, child)
            for name, child in folders.get(number, {}).items()
            if (path or name) != aside
        ]


def _tree(
    recording: Recording, paths: list[tuple[str, int]], lasting: set[int | None], unsynced: float
) -> dict[str, bytes | str | None]:
    """Return the tree of these paths. Of files that are not `lasting`, this share is left."""
    found: dict[str, bytes | str | None] = {}
    for path, number in paths:
        node = recording.nodes[number]
        if not path:
            continue
        if node.folder:
            found[path] = None
        elif node.target is not None:
            found[path] = node.target
        elif number in lasting:
            found[path] = node.content if node.kept is None else node.kept
        else:
            found[path] = node.content[: int(len(node.content) * unsynced)]
    return found


def lay_out(tree: Tree, root: Path) -> None:
    """Make the tree under `root`."""
    root.mkdir()
    for name in sorted(tree):
        path, content = root / name, tree[name]
        if content is None:
            path.mkdir()
        elif isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
