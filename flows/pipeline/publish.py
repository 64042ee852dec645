"""The last step of a run, which turns staged shards and decisions into rows of the next snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.pipeline import known_inputs, learn_templates, refetched
from copydesk.flows.pipeline.context import Context
from copydesk.flows.pipeline.results import Arrivals, Cleaned, Published, Results, counts_of
from copydesk.flows.pipeline.staging.decided_rows import (
    DUPLICATION,
    STORY,
    Decided,
    append_columns,
    decided_rows,
    with_cluster_columns,
    with_kept_document,
)
from copydesk.flows.pipeline.staging.shard_files import ROW, ShardFiles, StagedRows
from copydesk.flows.support import arrow_file, id_index, versions
from copydesk.flows.warehouse import EVERYTHING, Change, Deletion, Snapshot
from copydesk.flows.warehouse.change import COUNTS
from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged
from copydesk.schemas import document_columns
from copydesk.schemas import tables as base

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories

_SIZES = document_columns.CLUSTER
_REJECT_KEY = ("source_uri", "record_number", "step", "reason")


def publish(context: Context, results: Results, deletes: Mapping[str, Deletion]) -> Published:
    """Publish the results of a run as one snapshot. `deletes` are rows to delete from other tables."""
    copies, stories, arrivals = results.copies, results.stories, results.arrivals
    if copies is None or stories is None:
        raise ValueError("a run publishes after it has compared and grouped its documents")
    parent = context.parent
    decided = Decided.of(copies, stories, _stories_of(copies, stories, parent))
    articles, duplicates = decided_rows(arrivals.shards, decided)
    cuts, removed_by_rule = _cuts(context, results)
    inserts: dict[str, list[Staged]] = {
        "articles": [*articles, *_restored_rows(parent, copies, stories, decided)],
        "duplicates": [_moved_rows(parent, copies, decided), *duplicates],
        "quarantined": [*arrivals.quarantined],
        "pairs": [copies.pairs],
        "removed": [*cuts],
        "rejects": [_new_rejects(context, results.cleaned)],
        "stories": [stories.rows, stories.row_updates],
    }
    # The file of a story's row depends on its first publication. So the row of a story that changes
    # is deleted and written again.
    gone: dict[str, Deletion] = {
        "articles": copies.displaced["doc_id"].to_pylist(),
        "duplicates": copies.restored,
        "stories": stories.row_updates["story_id"].to_pylist(),
        **deletes,
    }
    templates = learn_templates.learned(
        articles,
        parent,
        run_id=context.run_id,
        options=context.recipe.templates,
        staging=context.folder("publish"),
    )
    if templates is not None:
        inserts["templates"], gone["templates"] = [templates], EVERYTHING
    counts = _counts(context, results, deletes)
    in_force = learn_templates.templates_in_force(parent)
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
        inputs=input_record(context, results.cleaned),
        refetched=refetched_record(context, results),
        extras={
            "templates_in_force": {outlet: len(in_force[outlet]) for outlet in sorted(in_force)}
        },
    )
    snapshot = context.warehouse.publish(change)
    return Published(snapshot=snapshot, counts=counts, removed_by_rule=removed_by_rule)


def _cuts(context: Context, results: Results) -> tuple[list[StagedRows], Counter[str]]:
    """The rows of the ledger of the published documents, by shard, and their number by rule."""
    cuts: list[StagedRows] = []
    n_by_rule: Counter[str] = Counter()
    n_done = 0
    for shard, staying in _ledgers(results):
        rows = _staying_cuts(shard, staying, context.folder("publish"), results.arrivals.renamed)
        cuts.append(rows)
        n_by_rule.update(_counted(rows.read(["rule"])["rule"]))
        n_done += sum(documents.n_rows for documents in staying)
        context.progress.advance(n_done)
    return cuts, n_by_rule


def _counts(context: Context, results: Results, deletes: Mapping[str, Deletion]) -> dict[str, int]:
    """The counts of the run. A run that only moves rows between tables has read nothing."""
    if results.copies is None:
        raise ValueError("a run counts its documents after it has compared them")
    released = deletes.get("quarantined", ())
    n_released = len(released) if isinstance(released, Sized) else 0
    n_moved = results.copies.displaced.num_rows + len(results.copies.restored) + n_released
    if context.kind == "release":
        return {**dict.fromkeys(COUNTS, 0), "n_moved": n_moved}
    return {**counts_of(results.cleaned, results.arrivals, results.copies), "n_moved": n_moved}


def input_record(context: Context, cleaned: Cleaned) -> pa.Table:
    """The record of inputs after this run."""
    return known_inputs.recorded(
        known_inputs.record_of(context.warehouse.root, context.parent),
        context.sifted,
        cleaned.tally,
        reading=known_inputs.reading_sha256(context.recipe),
        version=versions.versions()["copydesk"],
        run_id=context.run_id,
    )


def refetched_record(context: Context, results: Results) -> pa.Table | None:
    """The record of documents that were fetched again without a change, or None if there are none."""
    before = refetched.record_of(context.parent)
    record = refetched.merged(before, results.arrivals.refetched)
    return record if record.num_rows else None


def run_row(context: Context, counts: Mapping[str, int]) -> dict[str, Any]:
    """The row of `runs`, with the counts."""
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


def _moved_rows(parent: Snapshot | None, copies: Copies, decided: Decided) -> pa.Table:
    """Published articles that a new document replaces by the keep policy, as rows of `duplicates`."""
    if parent is None or not copies.displaced.num_rows:
        return pa.table({"doc_id": pa.array([], pa.string())})
    rows = parent.documents("articles", copies.displaced["doc_id"].to_pylist())
    rows = rows.drop_columns([*_SIZES, *STORY])
    return with_kept_document(rows, id_index.Table(copies.displaced), decided)


def _restored_rows(
    parent: Snapshot | None, copies: Copies, stories: Stories, decided: Decided
) -> list[pa.Table]:
    """Published copies that become articles again, as rows of `articles`."""
    if parent is None or not copies.restored:
        return []
    rows = parent.documents("duplicates", copies.restored).drop_columns([*DUPLICATION, "story_id"])
    rows = with_cluster_columns(rows, rows, decided.sizes)
    ranks = id_index.Table(stories.updates).columns(rows["doc_id"], STORY)
    return [append_columns(rows, ranks)]


def _stories_of(copies: Copies, stories: Stories, parent: Snapshot | None) -> pa.Table:
    """`doc_id` and `story_id` of each kept document, new or published, whose copies change."""
    changed = (copies.duplicates, copies.displaced, copies.reassigned)
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
    """New values of published rows, by table, each with the id of its document."""
    if parent is None:
        return {}
    updates: dict[str, pa.Table] = {}
    if copies.reassigned.num_rows or stories.updates.num_rows:
        updates["duplicates"] = _changed_copies(parent, copies.reassigned, stories.updates, decided)
    # A document of this run that has copies got its story in this run. So one without such a story
    # was published before.
    is_new = id_index.Keyed(stories.assignments["doc_id"]).holds(copies.sizes["doc_id"])
    was_article = ~pc.field("doc_id").isin(pa.array(copies.restored, pa.string()))
    sizes = copies.sizes.filter(pa.array(~is_new)).filter(was_article)
    moves = stories.updates.filter(was_article)
    if sizes.num_rows or moves.num_rows:
        updates["articles"] = _changed_articles(parent, sizes, moves)
    return {name: rows for name, rows in updates.items() if rows.num_rows}


def _changed_articles(parent: Snapshot, sizes: pa.Table, stories: pa.Table) -> pa.Table:
    """Published articles whose cluster grew or whose story changes, with the columns of both."""
    ids = {*sizes["doc_id"].to_pylist(), *stories["doc_id"].to_pylist()}
    rows = parent.documents("articles", ids, ["doc_id", *_SIZES, *STORY]).sort_by("doc_id")
    return _with_changes(_with_changes(rows, sizes, _SIZES), stories, STORY)


def _changed_copies(
    parent: Snapshot, reassigned: pa.Table, moves: pa.Table, decided: Decided
) -> pa.Table:
    """Published copies that get another kept document, or whose kept document moves to another story."""
    is_reassigned = pc.field("doc_id").isin(id_index.whole(reassigned["doc_id"]))
    may_move = pc.field("kept_doc_id").isin(id_index.whole(moves["doc_id"]))
    columns = ["doc_id", "story_id", *DUPLICATION]
    rows = parent.table("duplicates", columns, is_reassigned | may_move).sort_by("doc_id")
    changed = _with_changes(rows, reassigned, DUPLICATION)
    (story,) = decided.stories_of_kept.columns(changed["kept_doc_id"], ("story_id",)).values()
    story = pc.coalesce(story, rows["story_id"])
    changed = changed.set_column(changed.column_names.index("story_id"), "story_id", story)
    is_changed = pc.or_(
        pa.array(id_index.Keyed(reassigned["doc_id"]).holds(rows["doc_id"])),
        pc.fill_null(pc.not_equal(story, rows["story_id"]), True),
    )
    return changed.filter(is_changed)


def _with_changes(rows: pa.Table, changes: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows, with the columns `names` of `changes` for each document that `changes` has."""
    found = id_index.Table(changes)
    is_changed = pa.array(found.holds(rows["doc_id"]))
    for name, new in found.columns(rows["doc_id"], tuple(names)).items():
        values = pc.if_else(is_changed, new.cast(rows[name].type), rows[name])
        rows = rows.set_column(rows.column_names.index(name), name, values)
    return rows


def _ledgers(results: Results) -> list[tuple[ShardFiles, list[StagedRows]]]:
    """The shards of which documents are published, each with those documents."""
    stay: dict[int, list[StagedRows]] = {}
    for documents in (*results.arrivals.shards, *results.arrivals.quarantined):
        stay.setdefault(documents.number, []).append(documents)
    return [(shard, stay[shard.number]) for shard in results.cleaned.shards if shard.number in stay]


def _staying_cuts(
    shard: ShardFiles,
    staying: Sequence[StagedRows],
    folder: Path,
    renamed: Mapping[str, str],
) -> StagedRows:
    """The rows of the ledger of the documents that are published.

    The text of a document in `renamed` was cleaned only once, under another headline. So it gets the
    same cuts under its own id.
    """
    ids = [id_index.whole(documents.read(["doc_id"])["doc_id"]) for documents in staying]
    stay = pa.concat_arrays(ids)
    of_cuts = id_index.whole(arrow_file.read(shard.removed, ["doc_id"])["doc_id"])
    rows = [np.flatnonzero(pc.is_in(of_cuts, value_set=stay))]
    names = [of_cuts.take(pa.array(rows[0]))]
    for doc_id in stay.to_pylist() if renamed else ():
        if doc_id in renamed:
            rows.append(np.flatnonzero(pc.equal(of_cuts, renamed[doc_id])))
            names.append(pa.array([doc_id] * len(rows[-1]), of_cuts.type))
    decisions = pa.table({ROW: np.concatenate(rows), "doc_id": pa.concat_arrays(names)})
    path = arrow_file.write(decisions, folder / f"{shard.number:06d}.cuts.arrow")
    return StagedRows(shard.number, shard.removed, path)


def _counted(rules: pa.ChunkedArray) -> dict[str, int]:
    return {str(row["values"]): row["counts"] for row in rules.value_counts().to_pylist()}


def _new_rejects(context: Context, cleaned: Cleaned) -> pa.Table:
    """The rejects of this run that no earlier run recorded."""
    rows = [row for shard in cleaned.shards for row in arrow_file.read(shard.rejects).to_pylist()]
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
    """Whether a snapshot would show no difference: no new document, and no new reject."""
    if context.parent is None or context.kind != "ingest":
        return False
    if arrivals.shards or arrivals.quarantined:
        return False
    return not _new_rejects(context, cleaned).num_rows
