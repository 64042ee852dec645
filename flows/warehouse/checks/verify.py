"""Check that a warehouse is what its manifests say, and that its tables agree with each other.

Nothing is repaired here: each fault names the file or document in which it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from copydesk.flows.warehouse.checks import (
    file_checks,
    forgotten_documents,
    object_checks,
    row_checks,
)
from copydesk.flows.warehouse.checks.fault import Fault
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.snapshot import Snapshot
from copydesk.flows.warehouse.store import Warehouse

# Compares the index files of a snapshot with its documents, and gives a sentence for each fault.
IndexCheck = Callable[[Snapshot], Iterable[str]]


def faults(
    warehouse: Warehouse, *, quick: bool = False, check_index: IndexCheck | None = None
) -> Iterator[Fault]:
    """Yield every fault of the kept snapshots. `quick` leaves out the checks that read rows.

    Files are hashed once, even if several snapshots share them. Rows are checked in the current
    snapshot only.
    """
    yield from file_checks.root_faults(warehouse)
    line: list[Snapshot] = []
    try:
        line = warehouse.snapshots()
    except WarehouseError as error:
        yield Fault("manifest", "manifests", str(error))
    if not line:
        if warehouse.current_id() is not None:
            yield Fault(
                "missing",
                "manifests",
                f"the current snapshot {warehouse.current_id()} has no manifest",
            )
        return
    if warehouse.mirror is None:
        yield from file_checks.unreferenced_files(warehouse, line)
        checks = file_checks.FileChecks(warehouse)
        for snapshot in line:
            yield from checks.table_faults(snapshot)
            yield from checks.other_faults(snapshot)
        found = list(checks.table_faults(line[0]))
    else:
        found = list(object_checks.object_faults(warehouse.mirror, line, quick=quick))
        yield from found
    is_whole = not any(fault.kind in ("missing", "changed") for fault in found)
    if is_whole and not quick:
        yield from row_checks.row_faults(line[0])
        forgotten = set(line[0].table("tombstones", ["doc_id"])["doc_id"].to_pylist())
        yield from forgotten_documents.traces(warehouse, forgotten)
        if check_index is not None:
            yield from (Fault("index", line[0].id, sentence) for sentence in check_index(line[0]))
