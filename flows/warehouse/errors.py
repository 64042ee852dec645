"""What can go wrong with a warehouse, each with the sentence a person is shown."""

from __future__ import annotations


class WarehouseError(Exception):
    """The base of every error of this package; its text says what is wrong and what to do."""


class NotAWarehouse(WarehouseError):  # noqa: N818 - reads as the sentence it is
    """The folder is missing, or holds something else."""


class UnknownSnapshot(WarehouseError):  # noqa: N818
    """No kept snapshot has that id."""


class SchemaMismatch(WarehouseError):  # noqa: N818
    """The warehouse was written under another schema version."""


class Locked(WarehouseError):  # noqa: N818
    """Another process is writing to the warehouse."""


class Outdated(WarehouseError):  # noqa: N818
    """A change was made against a snapshot that is no longer the current one."""


class InvalidChange(WarehouseError):  # noqa: N818
    """A change that would break an invariant of the tables; nothing was published."""


class WriteFailed(WarehouseError):  # noqa: N818
    """The file system refused: disk full, read-only folder, no permission; nothing was published."""
