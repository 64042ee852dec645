"""Check that the objects of a warehouse on a store are the ones that its manifests name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.flows.warehouse.checks.fault import Fault
from copydesk.flows.warehouse.checks.file_checks import footer_faults, manifest_faults
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.manifest import Manifest
from copydesk.flows.warehouse.object_store.object_names import (
    SNAPSHOT_FOLDERS,
    all_objects,
    guard_object,
    local_files,
    verified_objects,
)
from copydesk.flows.warehouse.object_store.store_errors import as_warehouse_error
from copydesk.flows.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from copydesk.flows.remote.objects import Listed
    from copydesk.flows.warehouse.object_store.mirror import Mirror


def object_faults(mirror: Mirror, line: Sequence[Snapshot], *, quick: bool) -> Iterator[Fault]:
    """Yield objects that are missing or unknown, or that have another size.

    If not `quick`, also yield objects with other bytes, and files whose footers are wrong.
    """
    manifests = [snapshot.manifest for snapshot in line]
    for snapshot in line:
        yield from manifest_faults(snapshot)
    yield from _listing_faults(mirror, manifests)
    if quick:
        return
    changed = list(_content_faults(mirror, manifests))
    yield from changed
    if not changed:
        for table, entries in line[0].manifest.tables.items():
            for entry in entries:
                yield from footer_faults(line[0], table, line[0].file(table, entry), entry)


def _listing_faults(mirror: Mirror, line: Sequence[Manifest]) -> Iterator[Fault]:
    """Objects that are missing or unknown, or have another size, as the listing of the store shows."""
    with as_warehouse_error():
        listed: dict[str, Listed] = {
            name: found
            for folder in SNAPSHOT_FOLDERS
            for name, found in mirror.objects.names(f"{folder}/").items()
        }
    sizes = {name: entry.bytes for kept in line for name, entry in verified_objects(kept).items()}
    wanted = set().union(*(all_objects(kept) for kept in line))
    guards = {guard_object(table) for table in line[0].tables} if line else set()
    for name in sorted((wanted | guards) - set(listed)):
        if name in guards:
            yield Fault(
                "guard",
                name,
                f"{name} is missing. Without it, a reader of the whole folder would mix the rows of several "
                "snapshots. The next run restores it",
            )
        else:
            yield Fault("missing", name, f"{name} is missing on the store")
    for name in sorted(set(listed) & set(sizes)):
        if listed[name].size != sizes[name]:
            yield Fault(
                "changed", name, f"{name} has {listed[name].size} bytes instead of {sizes[name]}"
            )
    for name in sorted(set(listed) - wanted - guards):
        yield Fault(
            "orphan",
            name,
            f"{name} belongs to no kept snapshot; the next run that publishes deletes it",
        )


def _content_faults(mirror: Mirror, line: Sequence[Manifest]) -> Iterator[Fault]:
    """Objects whose hash differs from their manifest. Every object is read from the store."""
    # Files of the current snapshot are downloaded into the mirror, since the checks of rows need them.
    local_paths = local_files(mirror.root, line[0]) if line else {}
    entries = {name: entry for kept in line for name, entry in verified_objects(kept).items()}
    with tempfile.TemporaryDirectory(dir=mirror.root / "staging", prefix="verify-") as folder:
        for name, entry in sorted(entries.items()):
            temporary = Path(folder, "object")
            path = local_paths.get(name, temporary)
            if path.is_file():  # A file that is already there would not be read from the store.
                path = temporary
                path.unlink(missing_ok=True)
            try:
                mirror.fetch(path, name, entry)
            except WarehouseError as error:
                yield Fault("changed", name, str(error))
