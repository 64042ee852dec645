"""What workers do with each shard of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.flows.read.limits import Limits


@dataclass(frozen=True, slots=True)
class ShardTask:
    """A function that is called in a worker for each shard, with its options and the limits of a document.

    `function` is its import path, "package.module:name". Its module has a function `warm_up` that
    loads what it needs. `options` are plain JSON but for a `Path`, which is a file or folder of the
    run. `key` is a hash of everything that the result depends on: a result that is kept under the
    same key is not worked out again.
    """

    function: str
    options: Mapping[str, object]
    limits: Limits
    key: str = ""

    @property
    def prepare(self) -> str:
        """The import path of what a worker runs before it gets a shard."""
        return f"{self.function.partition(':')[0]}:warm_up"

    def plain_options(self) -> dict[str, object]:
        """The options with paths as text."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in self.options.items()
        }
