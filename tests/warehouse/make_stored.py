"""Write the small warehouse of a released schema version.

    python -m tests.warehouse.make_stored

Run this once when a schema version is released, and commit the result. Never run it again for that
version.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from copydesk.flows.warehouse import Change, Warehouse
from copydesk.schemas.tables import SCHEMA_VERSION
from tests.warehouse import rows


def main() -> None:
    """Write two snapshots with three articles, a copy, their ledger and stories, and a reject."""
    root = Path(__file__).parent / "data" / f"schema-{SCHEMA_VERSION}"
    shutil.rmtree(root, ignore_errors=True)
    warehouse = Warehouse.open(root, create=True)
    warehouse.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=2, n_rejected=1),
            inserts={
                "articles": [
                    rows.table("articles", [rows.article(1, cluster_size=1), rows.article(2)])
                ],
                "removed": [rows.table("removed", [rows.cut(n) for n in (1, 2, 4)])],
                "stories": [rows.table("stories", [rows.story(1), rows.story(2)])],
                "rejects": [
                    rows.table(
                        "rejects",
                        [
                            rows.row(
                                "rejects", source_uri="in/empty.txt", step="read", reason="empty"
                            )
                        ],
                    )
                ],
            },
        )
    )
    copy = rows.article(
        4,
        table="duplicates",
        kept_doc_id=rows.doc_id(3),
        relation="near",
        keep_reason="earliest",
        story_id=None,
    )
    warehouse.publish(
        Change(
            parent=warehouse.current_id(),
            run=rows.run("two", n_articles=1, n_duplicates=1),
            inserts={
                "articles": [rows.table("articles", [rows.article(3, cluster_size=2)])],
                "duplicates": [rows.table("duplicates", [copy])],
                "removed": [rows.table("removed", [rows.cut(3)])],
                "stories": [rows.table("stories", [rows.story(3)])],
            },
        )
    )
    # One snapshot is enough. Files that can be rebuilt are left out, as are empty folders.
    for path in (*(s.path for s in warehouse.snapshots()[1:]), root / "keys", root / "staging"):
        shutil.rmtree(path)
    for snapshot in warehouse.snapshots()[1:]:
        (root / "manifests" / f"{snapshot.id}.json").unlink()
    (root / "lock").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
