"""The last step of a run: decisions and staged shards become the rows of the next snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.pipeline import known_inputs, learn_templates
from copydesk.flows.pipeline.clean_shards import write_whole
from copydesk.flows.pipeline.context import Context
from copydesk.flows.pipeline.results import Arrivals, Cleaned, Published, Results, counts_of
from copydesk.flows.pipeline.staged import ShardFiles, StagedDocuments
from copydesk.flows.support import id_index, versions
from copydesk.flows.warehouse import EVERYTHING, Change, Snapshot
from copydesk.flows.warehouse.change import COUNTS
from copydesk.schemas import document_columns
from copydesk.schemas import tables as base
from copydesk.schemas.column import TIMESTAMP

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories

_FOLD = tuple(field.name for field in document_columns.DUPLICATION)
_SIZES = document_columns.CLUSTER
_STORY = ("story_id", "story_rank", "story_similarity")
_REJECT_KEY = ("source_uri", "record_number", "step", "reason")
_CHUNK = 1 << 20


def publish(context: Context, results: Results, deletes: Mapping[str, object]) -> Published:
    """Publish the results of a run as one snapshot. `deletes` are rows that leave other tables, by table."""
    copies, stories, arrivals = results.copies, results.stories, results.arrivals
    if copies is None or stories is None:
        raise ValueError("a run publishes after it has compared and grouped its documents")
    parent, folder = context.parent, context.folder("publish")
    inserts: dict[str, list[Path | pa.Table]] = {
        "articles": [],
        "duplicates": [],
        "quarantined": [],
        "pairs": [copies.pairs],
        "removed": [],
        "rejects": [],
        "stories": [stories.rows, stories.row_updates],
    }
    decided = Decided.of(copies, stories, _stories_of(copies, stories, parent))
    inserts["duplicates"].append(_moved_rows(parent, copies, decided))
    n_done = 0
    removed_by_rule: Counter[str] = Counter()
    with ThreadPoolExecutor(max_workers=context.workers) as pool:
        inputs = pool.submit(input_record, context, results.cleaned)
        for shard, parts in zip(
            arrivals.shards,
            pool.map(lambda shard: split(shard, folder, decided), arrivals.shards),
            strict=True,
        ):
            for table, part in parts:
                inserts[table].append(part)
            n_done += shard.n_rows
            context.progress.advance(n_done)
        inserts["quarantined"] = list(
            pool.map(
                lambda shard: write_whole(
                    shard.read(), folder / f"{shard.number:06d}.quarantined.parquet"
                ),
                arrivals.quarantined,
            )
        )
        for path, rules in pool.map(
            lambda ledger: _write_ledger(ledger[0], ledger[1], folder, arrivals.renamed),
            _ledgers(results),
        ):
            removed_by_rule.update(rules)
            inserts["removed"].append(path)
    inserts["rejects"] = [_new_rejects(context, results.cleaned)]
    # A story's first publication names the file of its row, so a story that changes is rewritten.
    gone: dict[str, object] = {
        "articles": copies.moved["doc_id"].to_pylist(),
        "stories": stories.row_updates["story_id"].to_pylist(),
        **deletes,
    }
    templates = learn_templates.learned(
        [path for path in inserts["articles"] if isinstance(path, Path)],
        parent,
        run_id=context.run_id,
        options=context.recipe.templates,
        staging=folder,
    )
    if templates is not None:
        inserts["templates"], gone["templates"] = [templates], EVERYTHING
    counts = _counts(context, results, deletes)
    change = Change(
        parent=parent.id if parent else None,
        run=run_row(context, counts),
        inserts=inserts,
        updates=_updates(copies, stories, parent, decided),
        deletes=gone,
        index_files={
            path.name: path for path in (*copies.new_index_files, *stories.new_index_files)
        },
        index_keep=_kept_index(parent, copies, stories),
        inputs=inputs.result(),
        extras={
            "templates_in_force": {
                k: len(v) for k, v in sorted(learn_templates.templates_in_force(parent).items())
            }
        },
    )
    snapshot = context.warehouse.publish(change)
    return Published(snapshot=snapshot, counts=counts, removed_by_rule=removed_by_rule)


def _counts(context: Context, results: Results, deletes: Mapping[str, object]) -> dict[str, int]:
    """The counts of the run; one that only moves rows between tables has read nothing."""
    if results.copies is None:
        raise ValueError("a run counts its documents after it has compared them")
    released = deletes.get("quarantined", ())
    n_released = len(released) if isinstance(released, Sized) else 0
    n_moved = results.copies.moved.num_rows + n_released
    if context.kind == "release":
        return {**dict.fromkeys(COUNTS, 0), "n_moved": n_moved}
    return {**counts_of(results.cleaned, results.arrivals, results.copies), "n_moved": n_moved}


def input_record(context: Context, cleaned: Cleaned) -> pa.Table:
    """The record of inputs as it is after this run."""
    return known_inputs.recorded(
        known_inputs.record_of(context.warehouse.root, context.parent),
        context.sifted,
        cleaned.tally,
        reading=known_inputs.reading_sha256(context.recipe),
        version=versions.versions()["copydesk"],
        run_id=context.run_id,
    )


def run_row(context: Context, counts: Mapping[str, int]) -> dict[str, Any]:
    """The row of `runs`, counts included."""
    return {
        "run_id": context.run_id,
        "kind": context.kind,
        "started_at": context.started_at,
        "finished_at": context.clock(),
        "recipe_sha256": context.recipe.sha256(),
        "recipe": context.recipe.to_toml(),
        "rules_sha256": versions.rules_sha256(),
        "versions": versions.versions_json(),
        **{name: counts.get(name, 0) for name in COUNTS},
    }


@dataclass(frozen=True, slots=True)
class Decided:
    """What the steps decided of each new document, to be looked up shard by shard."""

    folds: id_index.Table
    sizes: id_index.Table
    assignments: id_index.Table
    stories_of_kept: (
        id_index.Table
    )  # `doc_id` and `story_id` of every document whose copies are new or change

    @classmethod
    def of(cls, copies: Copies, stories: Stories, stories_of_kept: pa.Table) -> Decided:
        """Everything that the two steps found."""
        return cls(
            id_index.Table(copies.folds),
            id_index.Table(copies.sizes),
            id_index.Table(stories.assignments),
            id_index.Table(stories_of_kept),
        )


def split(shard: StagedDocuments, folder: Path, decided: Decided) -> list[tuple[str, Path]]:
    """Write a shard as its rows of `articles` and of `duplicates`; the tables that have some, with their files."""
    rows = shard.read()
    is_copy = decided.folds.holds(rows["doc_id"])
    kept = with_groups(rows.filter(pa.array(~is_copy)), decided)
    folded = with_fold(rows.filter(pa.array(is_copy)), decided)
    written = []
    for table, part in (("articles", kept), ("duplicates", folded)):
        if part.num_rows:
            path = write_whole(part, folder / f"{shard.number:06d}.{table}.parquet")
            written.append((table, path))
    return written


def with_cluster_columns(rows: pa.Table, facts: pa.Table, sizes: id_index.Table) -> pa.Table:
    """Return the rows with the columns `document_columns.CLUSTER`.

    `facts` holds `outlet_id` and `published_at` of the same rows, `sizes` the clusters of several
    documents. A document without copies is a cluster of one.
    """
    alone = {
        "cluster_size": 1,
        "n_outlets": facts["outlet_id"].is_valid().cast(pa.int32()),
        "n_origins": 1,
        "first_published_at": facts["published_at"].cast(TIMESTAMP),
    }
    kinds = {field.name: field.type for field in document_columns.GROUPS}
    for name, values in sizes.columns(rows["doc_id"], document_columns.CLUSTER).items():
        rows = rows.append_column(name, pc.coalesce(values, alone[name]).cast(kinds[name]))
    return rows


def with_groups(rows: pa.Table, decided: Decided) -> pa.Table:
    """Articles with the columns of their copy cluster and their story."""
    rows = with_cluster_columns(rows, rows, decided.sizes)
    return _append(rows, decided.assignments.columns(rows["doc_id"], _STORY))


def with_fold(rows: pa.Table, decided: Decided) -> pa.Table:
    """Duplicates with whose copy they are and why, and the story of the one that was kept."""
    rows = _append(rows, decided.folds.columns(rows["doc_id"], _FOLD))
    return _append(rows, decided.stories_of_kept.columns(rows["kept_doc_id"], ("story_id",)))


def _moved_rows(parent: Snapshot | None, copies: Copies, decided: Decided) -> pa.Table:
    """Published articles that the keep policy now folds into a new one, as rows of `duplicates`."""
    if parent is None or not copies.moved.num_rows:
        return pa.table({"doc_id": pa.array([], pa.string())})
    rows = parent.documents("articles", copies.moved["doc_id"].to_pylist())
    rows = rows.drop_columns([*_SIZES, *_STORY])
    rows = _append(rows, id_index.Table(copies.moved).columns(rows["doc_id"], _FOLD))
    return _append(rows, decided.stories_of_kept.columns(rows["kept_doc_id"], ("story_id",)))


def _stories_of(copies: Copies, stories: Stories, parent: Snapshot | None) -> pa.Table:
    """`doc_id` and `story_id` of every document whose copies are new or change: as this run has it, or the snapshot."""
    changed = (copies.folds, copies.moved, copies.refolded)
    kept = id_index.whole(
        pa.concat_tables([t.select(["kept_doc_id"]) for t in changed])["kept_doc_id"].unique()
    )
    found = [
        _among(stories.assignments.select(["doc_id", "story_id"]), kept),
        stories.updates.select(["doc_id", "story_id"]),
    ]
    if parent is not None and len(kept):
        now = pa.concat_tables(found)["doc_id"].combine_chunks()
        rows = _among(parent.documents("articles", kept.to_pylist(), ["doc_id", "story_id"]), kept)
        found.append(rows.filter(pc.invert(pc.is_in(rows["doc_id"], value_set=now))))
    return pa.concat_tables(found, promote_options="default")


def _among(rows: pa.Table, ids: pa.Array) -> pa.Table:
    return rows.filter(pc.is_in(rows["doc_id"], value_set=ids))


def _updates(
    copies: Copies, stories: Stories, parent: Snapshot | None, decided: Decided
) -> dict[str, pa.Table]:
    """New values of published rows: cluster sizes, stories, and whose copy a duplicate is."""
    updates: dict[str, pa.Table] = {}
    if parent is None:
        return updates
    # A document of this run that has copies is an article of this run: what has no story of it was published before.
    sizes = copies.sizes.filter(
        pa.array(~id_index.Keyed(stories.assignments["doc_id"]).holds(copies.sizes["doc_id"]))
    )
    if copies.refolded.num_rows or stories.updates.num_rows:
        changed = _changed_copies(parent, copies.refolded, stories.updates, decided)
        if changed.num_rows:
            updates["duplicates"] = changed
    if sizes.num_rows or stories.updates.num_rows:
        updates["articles"] = _merged(parent, sizes, stories.updates)
    return updates


def _changed_copies(
    parent: Snapshot, refolded: pa.Table, moves: pa.Table, decided: Decided
) -> pa.Table:
    """Changes to `duplicates`: copies that follow another document, and those of one that changes its story."""
    wanted = pc.field("doc_id").isin(id_index.whole(refolded["doc_id"]))
    wanted |= pc.field("kept_doc_id").isin(id_index.whole(moves["doc_id"]))
    rows = parent.table("duplicates", ["doc_id", "story_id", *_FOLD], wanted).sort_by("doc_id")
    index = pc.index_in(rows["doc_id"], value_set=id_index.whole(refolded["doc_id"]))
    columns = {"doc_id": rows["doc_id"]}
    for name in _FOLD:
        now = id_index.whole(refolded[name]).take(index).cast(rows[name].type)
        columns[name] = pc.if_else(index.is_valid(), now, rows[name])
    (story,) = decided.stories_of_kept.columns(columns["kept_doc_id"], ("story_id",)).values()
    columns["story_id"] = pc.coalesce(story, rows["story_id"])
    is_changed = pc.or_(index.is_valid(), pc.not_equal(columns["story_id"], rows["story_id"]))
    return pa.table(columns).filter(pc.fill_null(is_changed, True))


def _merged(parent: Snapshot, sizes: pa.Table, stories: pa.Table) -> pa.Table:
    """One table of changes to `articles`: where only one side changes a row, the other keeps its values."""
    ids = pa.array(
        sorted({*sizes["doc_id"].to_pylist(), *stories["doc_id"].to_pylist()}), pa.string()
    )
    rows = parent.documents("articles", ids.to_pylist(), ["doc_id", *_SIZES, *_STORY]).sort_by(
        "doc_id"
    )
    merged = rows.select(["doc_id"])
    for source, names in ((sizes, _SIZES), (stories, _STORY)):
        index = pc.index_in(rows["doc_id"], value_set=source["doc_id"].combine_chunks())
        for name in names:
            changed = source[name].combine_chunks().take(index).cast(rows[name].type)
            merged = merged.append_column(name, pc.if_else(index.is_valid(), changed, rows[name]))
    return merged


def _append(rows: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    for name, values in columns.items():
        rows = rows.append_column(name, values)
    return rows


def _ledgers(results: Results) -> list[tuple[ShardFiles, list[StagedDocuments]]]:
    """The shards of which something stays, each with the documents that do."""
    stay: dict[int, list[StagedDocuments]] = {}
    for documents in (*results.arrivals.shards, *results.arrivals.quarantined):
        stay.setdefault(documents.number, []).append(documents)
    return [(shard, stay[shard.number]) for shard in results.cleaned.shards if shard.number in stay]


def _write_ledger(
    shard: ShardFiles,
    staying: Sequence[StagedDocuments],
    folder: Path,
    renamed: Mapping[str, str],
) -> tuple[Path, dict[str, int]]:
    """Write the ledger's rows of the documents that stay; the file, and how often each rule cut."""
    cuts = pq.read_table(shard.removed)
    ids = pa.concat_arrays(
        [id_index.whole(documents.read(["doc_id"])["doc_id"]) for documents in staying]
    )
    parts = [cuts.filter(pc.is_in(cuts["doc_id"], value_set=ids))]
    for doc_id in ids.to_pylist() if renamed else ():
        if doc_id in renamed:  # the same text under another headline: the same cuts
            own = cuts.filter(pc.equal(cuts["doc_id"], renamed[doc_id]))
            at = own.column_names.index("doc_id")
            name = pa.array([doc_id] * own.num_rows, pa.string())
            parts.append(own.set_column(at, own.schema.field("doc_id"), name))
    cuts = pa.concat_tables(parts)
    target = write_whole(cuts, folder / f"{shard.number:06d}.removed.parquet")
    return target, {
        str(row["values"]): row["counts"] for row in cuts["rule"].value_counts().to_pylist()
    }


def _new_rejects(context: Context, cleaned: Cleaned) -> pa.Table:
    """The rejects of this run that are not on record from an earlier one."""
    rows = [row for shard in cleaned.shards for row in pq.read_table(shard.rejects).to_pylist()]
    if context.parent is not None and rows:
        on_record = context.parent.table("rejects", list(_REJECT_KEY)).to_pylist()
        known = {tuple(row.values()) for row in on_record}
        rows = [row for row in rows if tuple(row[name] for name in _REJECT_KEY) not in known]
    return pa.Table.from_pylist(
        [{**row, "run_id": context.run_id} for row in rows], schema=base.REJECTS
    )


def _kept_index(parent: Snapshot | None, copies: Copies, stories: Stories) -> list[str] | None:
    if parent is None:
        return None
    stay = {*copies.index_files, *stories.index_files}
    return sorted(stay & set(parent.index_files()))


def is_nothing_new(context: Context, cleaned: Cleaned, arrivals: Arrivals) -> bool:
    """Whether a run found nothing that a snapshot would show: no document, no refused one that is not on record."""
    if context.parent is None or context.kind != "ingest":
        return False
    if arrivals.shards or arrivals.quarantined:
        return False
    return not _new_rejects(context, cleaned).num_rows
