"""Describe the task that workers run on each shard of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.flows.read.limits import Limits


@dataclass(frozen=True, slots=True)
class ShardTask:
    """A function that a worker calls for each shard, with options and limits for a document.

    `function` is the import path, "package.module:name". Its module has a function `warm_up` that
    loads what the task needs. `options` are plain JSON, except that a `Path` is a file or folder of
    the run. `key` is a hash of everything that the result depends on. If there is a stored result
    with the same key, it is not computed again.
    """

    function: str
    options: Mapping[str, object]
    limits: Limits
    key: str = ""

    @property
    def prepare(self) -> str:
        """The import path of the function that a worker calls before it gets a shard."""
        return f"{self.function.partition(':')[0]}:warm_up"

    def plain_options(self) -> dict[str, object]:
        """The options, with paths converted to text."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in self.options.items()
        }
