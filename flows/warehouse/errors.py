"""What can go wrong with a warehouse, each with the sentence a person is shown."""

from __future__ import annotations


class WarehouseError(Exception):
    """The base of every error of this package; its text says what is wrong and what to do."""


class NotAWarehouse(WarehouseError):
    """The folder is missing, or holds something else."""


class UnknownSnapshot(WarehouseError):
    """No kept snapshot has that id."""


class SchemaMismatch(WarehouseError):
    """The warehouse was written under another schema version."""


class Locked(WarehouseError):
    """Another process is writing to the warehouse."""


class Outdated(WarehouseError):
    """A change was made against a snapshot that is no longer the current one."""


class InvalidChange(WarehouseError):
    """A change that would break an invariant of the tables; nothing was published."""


class WriteFailed(WarehouseError):
    """The file system refused: disk full, read-only folder, no permission; nothing was published."""
