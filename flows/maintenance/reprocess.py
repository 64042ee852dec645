"""Run the stages again on published documents, without their sources.

The sources are not needed, because text and ledger rebuild the extracted text.

The stages are clean, tag, dedup and stories. Each stage includes those after it. `clean` and `tag`
process the chosen documents again. Copies and stories are then computed over the whole corpus, as
if one ingest had brought it. A document keeps its id. The previous snapshot is kept, so `rollback`
undoes this.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.engines.shard_task import ShardTask
from copydesk.flows.export.row_filter import condition
from copydesk.flows.maintenance import clean_again
from copydesk.flows.maintenance.maintenance_run import maintenance_row
from copydesk.flows.pipeline import clean_shards, known_inputs, learn_templates, publish
from copydesk.flows.pipeline import run as pipeline
from copydesk.flows.pipeline.known_versions import superseded_in
from copydesk.flows.pipeline.staging.decided_rows import Decided, decided_rows
from copydesk.flows.pipeline.staging.shard_files import ShardFiles, StagedRows
from copydesk.flows.read.shards import Shard
from copydesk.flows.recipe import Recipe, from_toml
from copydesk.flows.support import arrow_file, versions
from copydesk.flows.warehouse import EVERYTHING, Change, Deletion, Snapshot, Warehouse
from copydesk.flows.warehouse.diff import Diff, compare
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.schemas import document_columns
from copydesk.schemas import tables as base
from copydesk.transforms.snapshot_schemas import ARTICLES, conform

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories
    from copydesk.flows.warehouse.table_rewrite.staged_rows import Staged

STAGES = ("clean", "tag", "dedup", "stories")

_GROUPS = tuple(field.name for field in document_columns.GROUPS)
_FOLD = tuple(field.name for field in document_columns.DUPLICATION)
_AT_ONCE = 2_000  # documents of a shard: a few seconds of work, and about 10 MB of text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result: the new snapshot, its differences, and the number of cleaned documents."""

    snapshot: Snapshot
    diff: Diff
    n_edited: int
    n_refused: int


def reprocess(
    warehouse: Warehouse,
    *,
    stage: str = "clean",
    where: str | None = None,
    recipe: Recipe | None = None,
    workers: int = 1,
    progress: pipeline.Progress | None = None,
) -> Outcome:
    """Run `stage` and the stages after it again, and publish one snapshot.

    If no document satisfies `where`, nothing is published, and the outcome has the current snapshot.

    The caller must hold the lock of the warehouse.

    `where` selects the documents to clean by their columns (clean and tag only). Without `recipe`
    the recipe of the last run is used.
    """
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)}, not {stage!r}")
    if where is not None and stage not in ("clean", "tag"):
        raise ValueError(
            "copies and stories are computed over all documents; use a condition with stage clean or tag"
        )
    snapshot = warehouse.snapshot("current")
    row = maintenance_row("reprocess", snapshot)
    context = pipeline.Context(
        inputs=(),
        sifted=known_inputs.unknown(()),
        kind="reprocess",
        parent=None,  # Copies and stories are found as in a first ingest.
        warehouse=warehouse,
        recipe=recipe or from_toml(row["recipe"]),
        workers=workers,
        progress=progress,
        run_id=row["run_id"],
        started_at=row["started_at"],
    )
    staged = _Staged.of(context, snapshot, stage, where)
    if where is not None and not staged.n_edited and not staged.rejects:
        warehouse.discard_staging(context.run_id)
        return Outcome(snapshot=snapshot, diff=compare(snapshot, snapshot), n_edited=0, n_refused=0)
    n_rows = sum(shard.n_rows for shard in staged.shards)
    arrivals = pipeline.Arrivals(
        shards=tuple(staged.shards), superseded=_superseded(snapshot, staged), n_new=n_rows
    )
    copies = pipeline.deduplicate(context, arrivals)
    stories = pipeline.group(context, arrivals, copies)
    made = _publish(context, snapshot, staged, copies, stories)
    warehouse.discard_staging(context.run_id)
    return Outcome(
        snapshot=made,
        diff=compare(snapshot, made),
        n_edited=staged.n_edited,
        n_refused=len(staged.rejects),
    )


def _superseded(snapshot: Snapshot, staged: _Staged) -> dict[str, str]:
    """Map the id of each older revision to that of the newest one. Refused documents do not count."""
    found = superseded_in(snapshot.table("duplicates", ["doc_id", "kept_doc_id", "keep_reason"]))
    if not found:
        return found
    here = {
        name for shard in staged.shards for name in shard.read(["doc_id"])["doc_id"].to_pylist()
    }
    return {old: new for old, new in found.items() if old in here and new in here}


@dataclass(slots=True)
class _Staged:
    """The documents of the corpus as shards. Some are cleaned again, and the others unchanged."""

    shards: list[StagedRows] = field(default_factory=list)
    quarantined: list[Path] = field(default_factory=list)
    ledgers: list[Path] = field(default_factory=list)
    edited_ids: list[str] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    @property
    def n_edited(self) -> int:
        """The number of documents that were cleaned again."""
        return len(self.edited_ids)

    @classmethod
    def of(
        cls, context: pipeline.Context, snapshot: Snapshot, stage: str, where: str | None
    ) -> _Staged:
        """Stage all documents of the snapshot.

        Those that `where` selects are cleaned again if the stage is clean or tag.
        """
        staged = cls()
        chosen = None
        if stage in ("clean", "tag"):
            chosen = condition(where, ARTICLES) if where else pc.scalar(True)
        folder = context.folder("reconcile")
        context.progress.step(
            "read" if chosen is None else "clean",
            sum(snapshot.rows(table) for table in DOCUMENT_TABLES),
        )
        pieces = _pieces(snapshot, chosen)
        for number, piece in enumerate(_cleaned(pieces, context, snapshot, stage)):
            staged._add(piece, number, folder, context.run_id)
            context.progress.advance((number + 1) * _AT_ONCE)
        return staged

    def _add(self, piece: _Piece, number: int, folder: Path, run_id: str) -> None:
        path = folder / f"{number:06d}.articles.arrow"
        rows = piece.rows.drop_columns([name for name in _FOLD if name in piece.rows.column_names])
        if piece.cuts is not None:
            self.ledgers.append(piece.cuts)
            self.edited_ids += piece.edited_ids
            rows = _under_run(rows, piece.edited_ids, run_id)
        self.rejects += [{**reject, "run_id": run_id} for reject in piece.rejects]
        if piece.table == "quarantined":
            arrow_file.write(rows, path)
            self.quarantined.append(path)
        elif rows.num_rows:
            arrow_file.write(rows.drop_columns(list(_GROUPS)), path)
            self.shards.append(StagedRows(number, path))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows of one table, the ids of those to clean again, and later the results."""

    table: str
    rows: pa.Table
    edited_ids: tuple[str, ...]
    cuts: Path | None = None
    rejects: tuple[dict[str, Any], ...] = ()


def _pieces(snapshot: Snapshot, chosen: pc.Expression | None) -> Iterator[_Piece]:
    for table in DOCUMENT_TABLES:
        for path in snapshot.files(table):
            whole = pq.read_table(path)
            for start in range(0, whole.num_rows, _AT_ONCE):
                rows = whole.slice(start, _AT_ONCE)
                ids = rows.filter(chosen)["doc_id"].to_pylist() if chosen is not None else []
                yield _Piece(table, rows, tuple(sorted(ids)))


def _cleaned(
    pieces: Iterator[_Piece], context: pipeline.Context, snapshot: Snapshot, stage: str
) -> Iterator[_Piece]:
    """Yield the pieces in order after the engine has cleaned them, with the limits of an ingest."""
    waiting: deque[_Piece] = deque()

    def shards() -> Iterator[Shard]:
        for number, piece in enumerate(pieces):
            waiting.append(piece)
            if piece.edited_ids:
                cuts = snapshot.documents("removed", list(piece.edited_ids))
                yield clean_again.write_shard(
                    piece.rows.filter(_is_one_of(piece.rows, piece.edited_ids)),
                    cuts,
                    context.folder("read"),
                    number,
                )

    options = clean_shards.write_edit_options(
        context.folder("clean"), context.recipe, learn_templates.templates_in_force(snapshot)
    )
    results = context.engine.run_shards(
        shards(),
        ShardTask(
            clean_again.TASK, {**options, "stage": stage}, context.recipe.limits, context.run_id
        ),
        on_progress=lambda n: None,  # The caller counts pieces that need no cleaning as well.
        early=0,
    )
    for shard, _ in results:
        while not waiting[0].edited_ids:
            yield waiting.popleft()
        yield _joined(waiting.popleft(), ShardFiles(options["folder"], shard.number))
    yield from waiting


def _joined(piece: _Piece, files: ShardFiles) -> _Piece:
    """The piece with its cleaned rows, without those that have no text left."""
    others = piece.rows.filter(pc.invert(_is_one_of(piece.rows, piece.edited_ids)))
    both = pa.concat_tables([others, arrow_file.read(files.articles).cast(others.schema)])
    order = pc.index_in(both["doc_id"], value_set=piece.rows["doc_id"].combine_chunks())
    return replace(
        piece,
        rows=both.take(pc.sort_indices(order)),
        cuts=files.removed,
        rejects=tuple(arrow_file.read(files.rejects).to_pylist()),
    )


def _is_one_of(rows: pa.Table, ids: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(rows["doc_id"], value_set=pa.array(ids, pa.string()))


def _under_run(rows: pa.Table, ids: Sequence[str], run_id: str) -> pa.Table:
    mine = _is_one_of(rows, ids)
    column = rows.schema.get_field_index("run_id")
    return rows.set_column(
        column, rows.schema.field("run_id"), pc.if_else(mine, run_id, rows["run_id"])
    )


def _publish(
    context: pipeline.Context,
    before: Snapshot,
    staged: _Staged,
    copies: Copies,
    stories: Stories,
) -> Snapshot:
    """Publish one snapshot with the documents of each table, and the new copies and stories."""
    decided = Decided.of(copies, stories, stories.assignments)
    articles, duplicates = decided_rows(staged.shards, decided)
    inserts: dict[str, list[Staged]] = {
        "articles": [*articles],
        "duplicates": [*duplicates],
        "pairs": [copies.pairs],
        "stories": [stories.rows],
    }
    deletes: dict[str, Deletion] = dict.fromkeys(
        ("articles", "duplicates", "pairs", "stories"), EVERYTHING
    )
    if staged.n_edited:
        inserts |= {"quarantined": list(staged.quarantined), "removed": list(staged.ledgers)}
        deletes |= {"quarantined": EVERYTHING, "removed": staged.edited_ids}
        inserts["rejects"] = [
            conform(pa.Table.from_pylist(staged.rejects, schema=base.REJECTS), "rejects")
        ]
    was_copy = set(before.table("duplicates", ["doc_id"])["doc_id"].to_pylist())
    is_copy_now = set(copies.duplicates["doc_id"].to_pylist())
    n_moved = len(was_copy ^ is_copy_now) + len(staged.rejects)
    new_index = {path.name: path for path in (*copies.new_index_files, *stories.new_index_files)}
    return context.warehouse.publish(
        Change(
            parent=before.id,
            run=publish.run_row(context, {"n_moved": n_moved}),
            inserts=inserts,
            deletes=deletes,
            index_files=new_index,
            index_keep=[],
            extras={
                "versions": versions.versions(),
                "options": {
                    name: asdict(getattr(context.recipe, name)) for name in ("dedup", "stories")
                },
            },
        )
    )
