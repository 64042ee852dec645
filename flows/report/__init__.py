"""The report of a run: one HTML file without scripts in `warehouse/reports/`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.flows.pipeline.summary import Facts, record_path, replace_text
from copydesk.flows.report.data import Data

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

__all__ = ["Data", "Facts", "page_path", "report", "write"]


def report(data: Data) -> str:
    """The page as HTML. It depends only on the data."""
    from copydesk.flows.report import page

    return page.render(data)


def write(root: Path, snapshot: Snapshot, facts: Facts) -> Path:
    """Write the page of a run from a snapshot that has the run, and return its path."""
    from copydesk.flows.report.collect import collect

    path = page_path(root, facts.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    return replace_text(path, report(collect(snapshot, facts)))


def page_path(root: Path, run_id: str) -> Path:
    """Path of the page of a run. Raises KeyError for an id that is not a file name."""
    return record_path(root, run_id, "html")
