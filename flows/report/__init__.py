"""The report of a run: one HTML file without scripts, readable anywhere, under `warehouse/reports/`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.flows.report.data import Data, Facts

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot, Warehouse

__all__ = ["Data", "Facts", "facts_of", "keep", "page_path", "report", "write"]

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def report(data: Data) -> str:
    """The page, as HTML text. The same data give the same text."""
    from copydesk.flows.report import page

    return page.render(data)


def keep(root: Path, facts: Facts) -> Path:
    """Write `reports/<run_id>.json`: what only the run knew, for later reports and for drift.

    A run that is taken up after it had published knows no stages and less than its record, which then stands.
    """
    path = _path(root, facts.run_id, "json")
    if not facts.stages and path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    return _replace(path, facts.to_json())


def write(root: Path, snapshot: Snapshot, facts: Facts) -> Path:
    """Write the page of a run from a snapshot that holds it; returns its path."""
    from copydesk.flows.report.collect import collect

    path = page_path(root, facts.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    return _replace(path, report(collect(snapshot, facts)))


def page_path(root: Path, run_id: str) -> Path:
    """Where the page of a run stands."""
    return _path(root, run_id, "html")


def facts_of(warehouse: Warehouse, run_id: str) -> Facts:
    """What is known of a run: its own record, else its row of `runs`. Raises KeyError for an unknown run."""
    try:
        path = warehouse.record(run_id)
    except ValueError as error:  # no name of a file
        raise KeyError(run_id) from error
    if path.is_file():
        return Facts.from_json(path.read_text(encoding="utf-8"))
    snapshot = warehouse.current()
    rows = [] if snapshot is None else snapshot.table("runs").to_pylist()
    for row in rows:
        if row["run_id"] == run_id:
            counts = {
                name: row[name] for name in row if name.startswith("n_") and name != "n_moved"
            }
            return Facts(
                run_id=run_id,
                snapshot_id=None,
                started_at=row["started_at"].isoformat(),
                finished_at=row["finished_at"].isoformat(),
                recipe_sha256=row["recipe_sha256"],
                **counts,
            )
    raise KeyError(run_id)


def _path(root: Path, run_id: str, ending: str) -> Path:
    if not _RUN_ID.fullmatch(run_id):
        raise KeyError(run_id)  # nothing that could lead out of the folder
    return root / "reports" / f"{run_id}.{ending}"


def _replace(path: Path, text: str) -> Path:
    draft = path.with_suffix(path.suffix + ".part")
    draft.unlink(missing_ok=True)  # never through a link that stands there
    draft.write_text(
        text, encoding="utf-8", errors="backslashreplace"
    )  # inputs may have names that are no UTF-8
    draft.replace(path)
    return path
