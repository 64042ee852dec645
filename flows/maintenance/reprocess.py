"""Run the stages again over what is published, from the extracted text that text and ledger rebuild.

A stage brings those after it: clean, tag, dedup, stories. `clean` and `tag` edit the chosen documents
again; copies and stories are then worked out over the whole corpus as one ingest would have. A
document keeps its id. The state before stays a snapshot, so `rollback` undoes it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.export.row_filter import condition
from copydesk.flows.maintenance.maintenance_run import chore
from copydesk.flows.pipeline import known_inputs, publish, reconcile
from copydesk.flows.pipeline import run as pipeline
from copydesk.flows.pipeline.clean_shards import write_whole
from copydesk.flows.recipe import Recipe, from_toml
from copydesk.flows.support import versions
from copydesk.flows.warehouse import EVERYTHING, Change, Snapshot, Warehouse
from copydesk.flows.warehouse.diff import Diff, compare
from copydesk.flows.warehouse.partition import DOCUMENT_TABLES
from copydesk.flows.warehouse.verify import ledgers
from copydesk.schemas import tables as base
from copydesk.transforms import edit, extract, ledger, tabulate, tag
from copydesk.transforms.article import Article, Given, Refused, Source
from copydesk.transforms.snapshot_schemas import ARTICLES, conform

if TYPE_CHECKING:
    from copydesk.flows.pipeline.deduplicate import Copies
    from copydesk.flows.pipeline.stories.stage import Stories
    from copydesk.flows.warehouse.rewrite import Staged

STAGES = ("clean", "tag", "dedup", "stories")

_GROUPS = tuple(field.name for field in base.GROUPS)
_FOLD = tuple(field.name for field in base.FOLD)
# Who the document is and where it came from stays, whatever the stages find now.
_STAYS = (
    "doc_id",
    "canonical_url",
    "source_uri",
    "record_number",
    "source_kind",
    "url",
    "fetched_at",
    "extracted_sha256",
    *(field.name for field in base.HISTORY),
)
_OF_TEXT = (
    "text",
    "dateline",
    "url",
    "domain",
    "gazetteer",
    "model",
)  # evidence that can be had again without the page
_TAG_RULES = frozenset(name for name, *_ in tag.RULES)
_AT_ONCE = 2_000  # documents of one piece of work: a few seconds, and some 10 MB of text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reprocess came to: the new snapshot, how it differs, and how many documents were edited."""

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
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """Run the stages from `stage` on again and publish one snapshot. Needs the warehouse's lock.

    `where` chooses the documents to edit by their columns (clean and tag only). Without `recipe`
    that of the last run is followed.
    """
    if stage not in STAGES:
        raise ValueError(f"stage is one of {', '.join(STAGES)}, not {stage!r}")
    if where is not None and stage not in ("clean", "tag"):
        raise ValueError(
            "copies and stories are worked out over all documents: a condition goes with stage clean or tag"
        )
    snapshot = warehouse.snapshot("current")
    row = chore("reprocess", snapshot, now=clock())
    context = pipeline.Context(
        inputs=(),
        sifted=known_inputs.unknown(()),
        kind="reprocess",
        parent=None,  # copies and stories are found as in a first ingest
        warehouse=warehouse,
        recipe=recipe or from_toml(row["recipe"]),
        workers=workers,
        progress=progress,
        run_id=row["run_id"],
        started_at=row["started_at"],
        clock=clock,
    )
    staged = _Staged.of(context, snapshot, stage, where)
    shards = tuple(staged.shards)
    n_rows = sum(pq.read_metadata(path).num_rows for path in shards)
    arrivals = pipeline.Arrivals(shards=shards, n_new=n_rows)
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


@dataclass(slots=True)
class _Staged:
    """The documents of the corpus as shards: cleaned again, or as they are."""

    shards: list[Path]
    quarantined: list[Path]
    ledgers: list[Path]
    edited_ids: list[str]
    rejects: list[dict[str, Any]]
    n_edited: int = 0

    @classmethod
    def of(
        cls, context: pipeline.Context, snapshot: Snapshot, stage: str, where: str | None
    ) -> _Staged:
        made = cls([], [], [], [], [])
        expression = condition(where, ARTICLES) if where else pc.scalar(True)
        editing = stage in ("clean", "tag")
        options = context.recipe.edit_options(reconcile.templates_in_force(snapshot))
        folder = context.folder("place")
        jobs = _pieces(snapshot, expression if editing else None)
        context.progress.stage(
            "edit" if editing else "read", sum(snapshot.rows(table) for table in DOCUMENT_TABLES)
        )
        for number, piece in enumerate(_worked(jobs, options, stage, context.workers)):
            path = folder / f"{number:06d}.articles.parquet"
            rows = piece.rows.drop_columns(
                [name for name in _FOLD if name in piece.rows.column_names]
            )
            if piece.edited_ids:
                path_of_cuts = folder / f"{number:06d}.removed.parquet"
                write_whole(piece.cuts, path_of_cuts)
                made.ledgers.append(path_of_cuts)
                made.edited_ids += piece.edited_ids
                made.n_edited += len(piece.edited_ids)
                rows = _under_run(rows, piece.edited_ids, context.run_id)
            made.rejects += [{**reject, "run_id": context.run_id} for reject in piece.rejects]
            if piece.table == "quarantined":
                write_whole(rows, path)
                made.quarantined.append(path)
            elif rows.num_rows:
                write_whole(rows.drop_columns(list(_GROUPS)), path)
                made.shards.append(path)
            context.progress.advance((number + 1) * _AT_ONCE)
        return made


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows of one table, those to edit named, with their ledgers; afterwards the rows as edited."""

    table: str
    rows: pa.Table
    to_edit: frozenset[str]
    cuts_before: Mapping[str, list[ledger.Removal]]
    cuts: pa.Table | None = None
    edited_ids: tuple[str, ...] = ()
    rejects: tuple[dict[str, Any], ...] = ()


def _pieces(snapshot: Snapshot, chosen: pc.Expression | None) -> Iterator[_Piece]:
    for table in DOCUMENT_TABLES:
        for path in snapshot.files(table):
            whole = pq.read_table(path)
            for start in range(0, whole.num_rows, _AT_ONCE):
                rows = whole.slice(start, _AT_ONCE)
                ids = rows.filter(chosen)["doc_id"].to_pylist() if chosen is not None else []
                yield _Piece(table, rows, frozenset(ids), ledgers(snapshot, ids))


def _worked(
    pieces: Iterator[_Piece], options: edit.Options, stage: str, workers: int
) -> Iterator[_Piece]:
    """The pieces edited, in order; a few at a time in worker processes."""
    if workers == 1:
        edit.warm_up()
        for piece in pieces:
            yield _edited(piece, options, stage)
        return
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=edit.warm_up
    ) as pool:
        waiting = []
        for piece in pieces:
            waiting.append(pool.submit(_edited, piece, options, stage))
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).result()
        for job in waiting:
            yield job.result()


def _edited(piece: _Piece, options: edit.Options, stage: str) -> _Piece:
    """The piece with the chosen rows cleaned again; those of which nothing is left become rejects."""
    if not piece.to_edit:
        return piece
    articles: dict[str, Article] = {}
    rejects = []
    for row in piece.rows.filter(
        pc.is_in(piece.rows["doc_id"], value_set=pa.array(sorted(piece.to_edit), pa.string()))
    ).to_pylist():
        article = again(row, piece.cuts_before.get(row["doc_id"], ()), options, stage)
        if article.refused is not None:
            rejects.append(_reject(row, article.refused))
        else:
            articles[row["doc_id"]] = article
    gone = pa.array(sorted(piece.to_edit - set(articles)), pa.string())
    rows = piece.rows.filter(pc.invert(pc.is_in(piece.rows["doc_id"], value_set=gone)))
    edited = list(articles.values())
    return replace(
        piece,
        rows=_overlaid(rows, edited),
        cuts=tabulate.removed(edited),
        edited_ids=tuple(sorted(piece.to_edit)),
        rejects=tuple(rejects),
    )


def again(
    row: Mapping[str, Any],
    cuts: Sequence[ledger.Removal],
    options: edit.Options,
    stage: str = "clean",
) -> Article:
    """A published document cleaned again, under its own id."""
    extracted = ledger.rebuild(row["text"], cuts)
    # Cuts that only the page's tree could justify stand; with stage tag those of the clean stage, too.
    of_page = {name for name, *_ in extract.RULES}
    stands = [
        cut
        for cut in cuts
        if cut.rule in of_page or (stage == "tag" and cut.rule not in _TAG_RULES)
    ]
    source = Source(
        source_uri=row["source_uri"],
        record_number=row["record_number"],
        url=row["url"],
        fetched_at=row["fetched_at"],
        given=_given(row),
        encoding=(row["evidence"] or {}).get("encoding"),
        extra=tuple(row["extra"] or ()),
    )
    article = edit.again(extracted, tuple(sorted(stands)), source, row["source_kind"], options)
    stated = _stated(row)
    values: dict[str, Any] = {
        name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in stated
    }
    address = {
        name: origin
        for name, origin in (row["evidence"] or {}).items()
        if name in {"canonical_url", "url", "text"} and origin is not None
    }
    evidence = {**article.evidence, **stated, **address}
    return replace(
        article,
        **values,
        doc_id=row["doc_id"],
        canonical_url=row["canonical_url"],
        evidence=evidence,
    )


def _stated(row: Mapping[str, Any]) -> dict[str, str]:
    """Columns that the page's own data had stated, with where: the page is gone, so they stand."""
    if row["source_kind"] != "page":
        return {}
    return {
        name: origin
        for name, origin in (row["evidence"] or {}).items()
        if origin is not None
        and name in row
        and name not in _STAYS
        and name != "text"
        and not origin.startswith(_OF_TEXT)
    }


def _given(row: Mapping[str, Any]) -> Given:
    """What the document's container or page had said: for a page all but what was read from its text."""
    evidence = {
        name: origin for name, origin in (row["evidence"] or {}).items() if origin is not None
    }

    def said(*names: str) -> bool:
        origins = [evidence.get(name, "") for name in names]
        if row["source_kind"] == "page":
            return any(origin and not origin.startswith(_OF_TEXT) for origin in origins)
        return any(origin.startswith("given") for origin in origins)

    return Given(
        title=(row["title_raw"] or row["title"]) if said("title", "title_raw") else None,
        authors=(*row["byline"], *row["byline_orgs"])
        if said("byline", "byline_orgs", "byline_raw")
        else (),
        published=_as_printed(row) if said("published_at", "published_date") else None,
        outlet=row["outlet"] if said("outlet") else None,
        language=row["language"] if said("language") else None,
        section=row["section"] if said("section") else None,
    )


def _as_printed(row: Mapping[str, Any]) -> str | None:
    """The date as its source gave it: a day, or a moment with its offset."""
    if row["published_at"] is None or row["published_precision"] == "day":
        return row["published_date"].isoformat() if row["published_date"] else None
    minutes = row["published_utc_offset_minutes"]
    if minutes is None:
        return str(row["published_at"].astimezone(UTC).replace(tzinfo=None).isoformat())
    return str(row["published_at"].astimezone(timezone(timedelta(minutes=minutes))).isoformat())


def _reject(row: Mapping[str, Any], refused: Refused) -> dict[str, Any]:
    return {
        "source_uri": row["source_uri"],
        "record_number": row["record_number"],
        "url": row["url"],
        "step": refused.step,
        "reason": refused.reason,
        "detail": refused.detail or None,
        "size_bytes": None,
    }


def _overlaid(rows: pa.Table, edited: Sequence[Article]) -> pa.Table:
    """The rows with what the edit found now in place of what it found then."""
    new = tabulate.articles(edited)
    place = pc.index_in(rows["doc_id"], value_set=new["doc_id"].combine_chunks()).combine_chunks()
    order = pc.coalesce(
        pc.add(place.cast(pa.int64()), rows.num_rows), pa.array(range(rows.num_rows), pa.int64())
    )
    for name in new.column_names:
        if name not in _STAYS:
            field = rows.schema.field(name)
            both = pa.chunked_array(
                [*rows[name].chunks, *new[name].cast(field.type).chunks], type=field.type
            )
            rows = rows.set_column(rows.schema.get_field_index(name), field, both.take(order))
    return rows


def _under_run(rows: pa.Table, ids: Sequence[str], run_id: str) -> pa.Table:
    mine = pc.is_in(rows["doc_id"], value_set=pa.array(ids, pa.string()))
    place = rows.schema.get_field_index("run_id")
    return rows.set_column(
        place, rows.schema.field("run_id"), pc.if_else(mine, run_id, rows["run_id"])
    )


def _publish(
    context: pipeline.Context,
    before: Snapshot,
    staged: _Staged,
    copies: Copies,
    stories: Stories,
) -> Snapshot:
    """One snapshot: documents where fold put them, copies and stories as worked out now."""
    folder = context.folder("publish")
    decided = publish.Decided.of(copies, stories, stories.assignments)
    inserts: dict[str, list[Staged]] = {
        "articles": [],
        "duplicates": [],
        "pairs": [copies.pairs],
        "stories": [stories.rows],
    }
    for path in staged.shards:
        for table, part in publish.split(path, folder, decided):
            inserts[table].append(part)
    deletes: dict[str, object] = dict.fromkeys(
        ("articles", "duplicates", "pairs", "stories"), EVERYTHING
    )
    if staged.n_edited:
        inserts |= {"quarantined": list(staged.quarantined), "removed": list(staged.ledgers)}
        deletes |= {"quarantined": EVERYTHING, "removed": staged.edited_ids}
        inserts["rejects"] = [
            conform(pa.Table.from_pylist(staged.rejects, schema=base.REJECTS), "rejects")
        ]
    was_copy = set(before.table("duplicates", ["doc_id"])["doc_id"].to_pylist())
    is_copy_now = set(copies.folds["doc_id"].to_pylist())
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
