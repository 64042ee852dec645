"""The warehouse: snapshots of Parquet tables, which do not change while a run writes the next one."""

from copydesk.flows.warehouse.change import EVERYTHING, Change, Deletion
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.input_record import INPUTS
from copydesk.flows.warehouse.retention import Options
from copydesk.flows.warehouse.snapshot import DocumentLocation, Snapshot
from copydesk.flows.warehouse.store import Warehouse

__all__ = [
    "EVERYTHING",
    "INPUTS",
    "Change",
    "Deletion",
    "DocumentLocation",
    "Options",
    "Snapshot",
    "Warehouse",
    "WarehouseError",
]
