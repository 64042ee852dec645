"""The copies index loses a forgotten document and still finds the others.

It is checked against the tables.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from copydesk.flows.index import Index, rebuild
from copydesk.flows.maintenance import index_upkeep
from copydesk.flows.maintenance.forget import forget
from copydesk.flows.maintenance.forget_request import Request
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.maintenance.reelection import CopyRules
from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from copydesk.transforms.dedup.options import Options
from tests.warehouse import rows

OPTIONS = Options()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Four articles with an exact copy of the first, all signed."""
    made = Warehouse.open(tmp_path_factory.mktemp("untouched") / "wh", create=True)
    copy = rows.article(
        9,
        table="duplicates",
        kept_doc_id=rows.doc_id(0),
        relation="exact",
        text=rows.text_of(0),
        story_id=None,
    )
    first = made.publish(
        Change(
            parent=None,
            run=rows.run("one", n_articles=4, n_duplicates=1),
            inserts={
                "articles": [
                    rows.table(
                        "articles",
                        [
                            rows.article(n, cluster_size=2 if n == 0 else 1, story_id=None)
                            for n in range(4)
                        ],
                    )
                ],
                "duplicates": [rows.table("duplicates", [copy])],
            },
        )
    )
    sign(made, first)
    return made


@pytest.fixture
def warehouse(untouched: Warehouse, tmp_path: Path) -> Warehouse:
    return rows.copied(untouched, tmp_path / "wh")


def sign(warehouse: Warehouse, snapshot: Snapshot) -> None:
    run = maintenance_row("rethreshold", snapshot)
    written = rebuild.rebuild(snapshot, OPTIONS, warehouse.staging(run["run_id"]))
    warehouse.publish(rebuild.change(snapshot, written, run))
    warehouse.discard_staging(run["run_id"])


def signed(snapshot: Snapshot) -> set[str]:
    index = Index(snapshot.index_files().values(), OPTIONS)
    return set(index.doc_ids(np.arange(index.n_documents))) - {"0" * 32}


def test_an_index_made_from_the_tables_fits_them(warehouse: Warehouse) -> None:
    assert list(index_upkeep.faults(warehouse.snapshot("current"), OPTIONS)) == []


def test_documents_that_the_index_lacks_and_surplus_ones_are_named(warehouse: Warehouse) -> None:
    current = warehouse.snapshot("current")
    changed = warehouse.publish(
        Change(
            parent=current.id,
            run=rows.run("two", n_articles=1),
            inserts={"articles": [rows.table("articles", [rows.article(5)])]},
            deletes={"articles": [rows.doc_id(1)]},
        )
    )
    sentences = " ".join(index_upkeep.faults(changed, OPTIONS))
    assert rows.doc_id(5) in sentences
    assert rows.doc_id(1) in sentences


def test_forgetting_takes_the_signature_out_of_every_kept_snapshot(warehouse: Warehouse) -> None:
    with warehouse.lock():
        forget(
            warehouse,
            Request(docs=(rows.doc_id(2),)),
            reelection_rules=CopyRules(),
            index_without=index_upkeep.removal_from_index(OPTIONS),
        )
    for snapshot in warehouse.snapshots():
        assert list(index_upkeep.faults(snapshot, OPTIONS)) == []
    assert rows.doc_id(2) not in signed(warehouse.snapshot("current"))
    for path in (warehouse.root / "index").iterdir():
        assert bytes.fromhex(rows.doc_id(2)) not in path.read_bytes()


def test_an_equal_text_stays_signed_when_the_other_is_forgotten(warehouse: Warehouse) -> None:
    with warehouse.lock():
        forget(
            warehouse,
            Request(docs=(rows.doc_id(0),)),
            reelection_rules=CopyRules(),
            index_without=index_upkeep.removal_from_index(OPTIONS),
        )
    current = warehouse.snapshot("current")
    assert signed(current) == {rows.doc_id(n) for n in (1, 2, 3, 9)}
    assert list(index_upkeep.faults(current, OPTIONS)) == []
