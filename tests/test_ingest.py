"""Ingests end to end: documents go in, one snapshot comes out, and its counts balance."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest

from copydesk.flows.pipeline import run as pipeline
from copydesk.flows.pipeline.summary import Summary
from copydesk.flows.read import InputError
from copydesk.flows.recipe import from_toml
from copydesk.flows.warehouse import Snapshot, Warehouse
from copydesk.transforms import ledger
from copydesk.transforms.snapshot_schemas import TABLES

SEEDS = Path(__file__).parents[1] / "seeds"
STORY = (
    "The harbour of Port Ellin was closed on Monday after a crane fell across two moored ferries, the port authority said. "
    "Nobody was hurt, but both vessels took on water and were towed to the dry dock before noon. "
    "Inspectors found a cracked bolt in the foundation of the crane, which had been built in 1987 and last been checked in spring. "
    "Ferries to the outer islands will leave from the fishing quay until the wreck has been cut up, which may take two weeks."
)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    warehouse = tmp_path_factory.mktemp("seeded") / "warehouse"
    return warehouse, pipeline.run([str(SEEDS)], warehouse=warehouse)


def current(warehouse: Path) -> Snapshot:
    found = Warehouse.open(warehouse).current()
    assert found is not None
    return found


def jsonl(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_seeds_become_five_articles_and_four_of_them_one_story(
    seeded: tuple[Path, Summary],
) -> None:
    warehouse, summary = seeded
    assert (
        summary.facts.n_read,
        summary.facts.n_articles,
        summary.facts.n_duplicates,
        summary.facts.n_rejected,
    ) == (5, 5, 0, 0)
    articles = (
        current(warehouse)
        .table("articles", ["source_uri", "story_id", "story_similarity"])
        .sort_by("source_uri")
        .to_pylist()
    )
    assert len({row["story_id"] for row in articles[:4]}) == 1
    assert articles[4]["story_similarity"] is not None


def test_text_and_ledger_of_the_snapshot_rebuild_every_extracted_text(
    seeded: tuple[Path, Summary],
) -> None:
    from hashlib import sha256

    snapshot = current(seeded[0])
    cuts: dict[str, list[ledger.Removal]] = {}
    for row in snapshot.table("removed").to_pylist():
        cuts.setdefault(row.pop("doc_id"), []).append(ledger.Removal(**row))
    for row in snapshot.table("articles", ["doc_id", "text", "extracted_sha256"]).to_pylist():
        extracted = ledger.rebuild(row["text"], cuts.get(row["doc_id"], []))
        assert sha256(extracted.encode()).hexdigest() == row["extracted_sha256"]


def test_every_table_is_there_with_its_schema_and_its_sentences(
    seeded: tuple[Path, Summary],
) -> None:
    snapshot = current(seeded[0])
    for name, schema in TABLES.items():
        stored = snapshot.dataset(name).schema
        assert stored.remove_metadata().equals(schema.remove_metadata()), name
        assert all(field.metadata and field.metadata[b"meaning"] for field in stored), name


@pytest.mark.parametrize("table", ["articles", "removed", "runs", "duplicates"])
def test_duckdb_polars_pandas_and_arrow_read_the_same_rows(
    seeded: tuple[Path, Summary], table: str
) -> None:
    folder = seeded[0] / "current" / table
    n_arrow = ds.dataset(str(folder)).count_rows()
    assert n_arrow == current(seeded[0]).rows(table)
    assert duckdb.sql(f"SELECT count(*) FROM '{folder}/*.parquet'").fetchall() == [(n_arrow,)]
    assert (
        pl.scan_parquet(folder).collect().height
        == pl.scan_parquet(f"{folder}/*.parquet").collect().height
        == n_arrow
    )
    assert len(pd.read_parquet(folder)) == n_arrow


def test_a_second_run_over_the_same_inputs_adds_nothing(tmp_path: Path) -> None:
    pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    before = current(tmp_path / "w")
    summary = pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    after = current(tmp_path / "w")
    assert (summary.facts.n_read, summary.facts.n_known, summary.facts.n_articles) == (5, 5, 0)
    for table in set(TABLES) - {"runs"}:
        assert before.table(table).equals(after.table(table)), table


def test_a_changed_recipe_names_the_rows_under_the_old_one(tmp_path: Path) -> None:
    pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    changed = from_toml("[tag]\ncut_dateline = true\n")
    assert (
        pipeline.run([str(SEEDS)], warehouse=tmp_path / "w", recipe=changed).n_under_other_recipe
        == 5
    )
    other_fields = from_toml('[inputs]\ntitle = ["hed"]\n')
    summary = pipeline.run([str(SEEDS)], warehouse=tmp_path / "w", recipe=other_fields)
    assert summary.n_under_other_recipe == 0


def test_a_dry_run_counts_and_publishes_nothing(tmp_path: Path) -> None:
    summary = pipeline.run([str(SEEDS)], warehouse=tmp_path / "w", is_dry=True)
    assert (summary.facts.n_articles, summary.facts.snapshot_id) == (5, None)
    assert Warehouse.open(tmp_path / "w").current() is None


def test_worker_counts_and_shard_sizes_change_no_row(
    tmp_path: Path, seeded: tuple[Path, Summary]
) -> None:
    small = from_toml("[run]\nshard_documents = 1\n")
    pipeline.run([str(SEEDS)], warehouse=tmp_path / "w", recipe=small, workers=2)
    for table in set(TABLES) - {"runs"}:
        one, other = (current(w).table(table) for w in (seeded[0], tmp_path / "w"))
        assert without_run(one).equals(without_run(other)), table


def without_run(table: pa.Table) -> pa.Table:
    return table.drop_columns(["run_id"]) if "run_id" in table.column_names else table


def test_bad_documents_become_rejects_and_the_good_ones_come_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(SEEDS, folder)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "cut.jsonl").write_text('{"text": "half a rec', encoding="utf-8")
    summary = pipeline.run([str(folder)], warehouse=tmp_path / "w")
    assert (summary.facts.n_read, summary.facts.n_articles, summary.facts.n_rejected) == (8, 5, 3)
    rejects = current(tmp_path / "w").table("rejects").to_pylist()
    assert sorted(row["source_uri"] for row in rejects) == ["binary.txt", "cut.jsonl", "empty.txt"]
    assert all(row["step"] and row["reason"] for row in rejects)


def test_a_copy_is_folded_with_its_text_its_relation_and_the_reason(tmp_path: Path) -> None:
    rows = [
        {"text": STORY, "url": "https://alpha.example/1", "date": "2024-03-04T10:00:00Z"},
        {
            "text": STORY + " The authority has ordered an inquiry.",
            "url": "https://beta.example/2",
            "date": "2024-03-04T12:00:00Z",
        },
        {"text": STORY, "url": "https://gamma.example/3", "date": "2024-03-04T13:00:00Z"},
    ]
    summary = pipeline.run([str(jsonl(tmp_path / "in.jsonl", *rows))], warehouse=tmp_path / "w")
    assert (summary.facts.n_articles, summary.facts.n_duplicates) == (1, 2)
    snapshot = current(tmp_path / "w")
    (kept,) = snapshot.table("articles").to_pylist()
    folded = {row["url"]: row for row in snapshot.table("duplicates").to_pylist()}
    assert kept["url"] == "https://beta.example/2"  # the fullest
    assert (kept["cluster_size"], kept["n_outlets"]) == (3, 3)
    assert kept["first_published_at"].isoformat() == "2024-03-04T10:00:00+00:00"
    assert {row["relation"] for row in folded.values()} == {"near"}
    assert all(row["may_go"] >= 0.7 for row in folded.values())
    assert {row["kept_doc_id"] for row in folded.values()} == {kept["doc_id"]}
    assert all(row["keep_reason"] and row["text"] for row in folded.values())


def test_another_text_at_the_same_address_is_a_revision(tmp_path: Path) -> None:
    first = jsonl(
        tmp_path / "a.jsonl",
        {"text": STORY, "url": "https://alpha.example/1", "date": "2024-03-04"},
    )
    second = jsonl(
        tmp_path / "b.jsonl",
        {
            "text": STORY + " One man was slightly hurt.",
            "url": "https://alpha.example/1",
            "date": "2024-03-04",
        },
    )
    pipeline.run([str(first)], warehouse=tmp_path / "w")
    summary = pipeline.run([str(second)], warehouse=tmp_path / "w")
    assert (summary.facts.n_articles, summary.facts.n_revisions) == (1, 1)
    (new,) = current(tmp_path / "w").table("articles").to_pylist()
    (old,) = current(tmp_path / "w").table("duplicates").to_pylist()
    assert old["kept_doc_id"] == new["doc_id"]
    assert (new["revision"], new["supersedes"], new["changed"]) == (2, old["doc_id"], ["body"])


OTHER = (
    "A bakery in Vell won the county prize for its rye bread, which takes two days to rise. "
    "The jury tasted forty loaves and said that the crust of this one had no equal. "
    "Its owner, Mara Tveit, learned the recipe from a neighbour and has changed only the salt."
)


def _versions(folder: Path, *days: list[dict[str, object]]) -> Path:
    """Ingest some days, one after the other. Return the warehouse."""
    for number, records in enumerate(days):
        fetched = [{**record, "fetched_at": f"2024-03-0{number + 1}"} for record in records]
        pipeline.run([str(jsonl(folder / f"{number}.jsonl", *fetched))], warehouse=folder / "w")
    return folder / "w"


def test_a_text_that_an_editor_restored_is_the_newest_version(tmp_path: Path) -> None:
    first, second = (
        {"url": "https://alpha.example/1", "text": STORY + more}
        for more in ("", " One man was slightly hurt.\nLeave a Comment")
    )
    warehouse = _versions(tmp_path, [second], [first], [second])
    (newest,) = current(warehouse).table("articles").to_pylist()
    assert (newest["revision"], newest["text"][-14:]) == (3, "slightly hurt.")
    assert current(warehouse).rows("duplicates") == 2
    cuts = current(warehouse).table("removed", ["doc_id"], pc.field("doc_id") == newest["doc_id"])
    assert cuts.num_rows == 1
    again = pipeline.run([str(tmp_path)], warehouse=warehouse, reread=True)
    assert (again.facts.n_known, again.facts.n_articles) == (3, 0)


def test_a_copy_comes_back_when_the_kept_document_becomes_another_report(tmp_path: Path) -> None:
    copies = [{"url": f"https://{name}.example/1", "text": STORY} for name in "abc"]
    warehouse = _versions(tmp_path, copies)
    (kept,) = current(warehouse).table("articles").to_pylist()
    _versions(tmp_path, copies, [{"url": kept["url"], "text": OTHER}])
    articles = current(warehouse).table("articles").sort_by("story_rank").to_pylist()
    assert {row["text"] for row in articles} == {STORY, OTHER}
    copy = next(row for row in articles if row["text"] == STORY)
    assert (copy["cluster_size"], copy["n_outlets"]) == (2, 2)
    (story,) = current(warehouse).table("stories").to_pylist()
    assert (story["n_articles"], story["n_outlets"]) == (2, 3)
    relations = {
        row["url"]: row["kept_doc_id"] for row in current(warehouse).table("duplicates").to_pylist()
    }
    assert relations.pop(kept["url"]) != copy["doc_id"]
    assert list(relations.values()) == [copy["doc_id"]]


def test_the_first_of_three_versions_stays_out_of_the_corpus(tmp_path: Path) -> None:
    texts = (STORY, OTHER, "The council of Vell put off its vote on the quay. " * 6)
    warehouse = _versions(tmp_path, *([{"url": "https://a.example/1", "text": t}] for t in texts))
    reasons = current(warehouse).table("duplicates", ["keep_reason"])["keep_reason"].to_pylist()
    assert reasons == ["revision: a newer version at the same address"] * 2


def test_a_document_that_is_in_the_input_twice_counts_its_words_once(tmp_path: Path) -> None:
    story, other = (
        {"url": "https://a.example/1", "text": STORY},
        {"url": "https://a.example/2", "text": "Rain fell all night. " * 9},
    )
    indexes = []
    for name, rows in (("once", (story, other)), ("twice", (story, other, story))):
        (tmp_path / name).mkdir()
        pipeline.run(
            [str(jsonl(tmp_path / name / "a.jsonl", *rows))], warehouse=tmp_path / name / "wh"
        )
        indexes.append(
            [
                name
                for name in current(tmp_path / name / "wh").index_files()
                if name.startswith("stories-")
            ]
        )
    assert indexes[0] == indexes[1]


def test_a_missing_input_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        pipeline.run([str(tmp_path / "nowhere")], warehouse=tmp_path / "w")


def test_fixed_ids_and_times_give_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    fixed = {"run_id": "20240101T000000-abcdef", "clock": lambda: datetime(2024, 1, 1, tzinfo=UTC)}
    for name in ("one", "two"):
        pipeline.run([str(SEEDS)], warehouse=tmp_path / name, **fixed)
    names = [
        sorted(path.name for table in TABLES for path in current(tmp_path / name).files(table))
        for name in ("one", "two")
    ]
    assert names[0] == names[1]


def test_a_run_killed_after_its_switch_is_found_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(_store: Warehouse, _run_id: str) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(Warehouse, "discard_staging", die)
        with pytest.raises(Killed):
            pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    before = current(tmp_path / "w")
    summary = pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    assert current(tmp_path / "w").id == before.id
    assert (summary.facts.run_id, summary.facts.n_articles) == (before.manifest.run_id, 5)
    assert pipeline.run([str(SEEDS)], warehouse=tmp_path / "w").facts.n_known == 5


def test_a_run_stopped_between_steps_is_taken_up_under_its_own_id(tmp_path: Path) -> None:
    def edit_and_stop() -> None:
        with pipeline.started(
            [str(SEEDS)], warehouse=tmp_path / "w", options=pipeline.RunOptions()
        ) as context:
            stopped.append(context.run_id)
            pipeline.clean(context)
            raise KeyboardInterrupt

    stopped: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        edit_and_stop()
    summary = pipeline.run([str(SEEDS)], warehouse=tmp_path / "w")
    assert ([summary.facts.run_id], summary.facts.n_articles) == (stopped, 5)
