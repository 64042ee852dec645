"""The errors of a warehouse. Their texts are shown to the user."""

from __future__ import annotations


class WarehouseError(Exception):
    """The base of every error of this package. Its text says what is wrong and what to do."""


class NotAWarehouse(WarehouseError):
    """The folder is missing or contains something else."""


class UnknownSnapshot(WarehouseError):
    """No kept snapshot has that id."""


class SchemaMismatch(WarehouseError):
    """The warehouse has another schema version than this copydesk."""


class Locked(WarehouseError):
    """Another process is writing to the warehouse."""


class Outdated(WarehouseError):
    """A change was computed from a snapshot that is no longer the current one."""


class InvalidChange(WarehouseError):
    """The change would make the tables contradict themselves. Nothing was published."""


class WriteFailed(WarehouseError):
    """The disk is full, the folder is read-only, or permission is missing. Nothing was published."""
