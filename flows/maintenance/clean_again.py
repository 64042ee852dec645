"""Clean published documents again in workers. Text and ledger rebuild the extracted text for this.

The documents of a shard are rows of one table of a snapshot. They are stored next to the shard's
records as `rows.arrow`, with their ledgers in `cuts.arrow`. The body of a record is the id of
its row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.engines.worker_pool import Job
from copydesk.flows.pipeline import clean_shards
from copydesk.flows.pipeline.clean_shards import STAGED_REJECTS, warm_up
from copydesk.flows.pipeline.staging.shard_files import ShardFiles
from copydesk.flows.read import Record, reject, shards
from copydesk.flows.read.shards import Shard
from copydesk.flows.support import arrow_file
from copydesk.schemas import document_columns
from copydesk.transforms import edit, extract, ledger, tabulate, tag
from copydesk.transforms.article import Article, Given, Source

TASK = f"{__name__}:clean_shard_again"

# The identity and origin of a document do not change, whatever the stages find now.
_IDENTITY = (
    "doc_id",
    "canonical_url",
    "source_uri",
    "record_number",
    "source_kind",
    "url",
    "fetched_at",
    "extracted_sha256",
    *(field.name for field in document_columns.HISTORY),
)
# Evidence of these kinds can be found again without the page.
_OF_TEXT = ("text", "dateline", "url", "domain", "gazetteer", "model")
_TAG_RULES = frozenset(name for name, *_ in tag.RULES)
_PAGE_RULES = frozenset(name for name, *_ in extract.RULES)


def write_shard(rows: pa.Table, cuts: pa.Table, folder: Path, number: int) -> Shard:
    """Write rows of a snapshot and their ledgers as a shard under `folder`. Raises OSError."""
    names = ["doc_id", "source_uri", "record_number", "source_kind", "url"]
    records = (
        Record(
            source_uri=row["source_uri"],
            record_number=row["record_number"],
            body=row["doc_id"].encode(),
            kind=row["source_kind"],
            url=row["url"],
        )
        for row in rows.select(names).to_pylist()
    )
    (shard,) = shards.write(
        records, folder, documents=rows.num_rows, n_bytes=rows.nbytes, first=number
    )
    arrow_file.write(rows, Path(shard.folder, "rows.arrow"))
    arrow_file.write(cuts, Path(shard.folder, "cuts.arrow"))
    return shard


def clean_shard_again(job: Job, options: Mapping[str, Any]) -> dict[str, Any]:
    """The task of a worker: clean the rows of a shard again from the stage `options["stage"]` on.

    Writes three files into `options["folder"]`: the rows, the ledgers of their cuts, and the
    rejects. Rejects are documents without any text left, and documents that killed a worker.
    """
    chosen = clean_shards.edit_options(options["recipe"], options["templates"])
    warm_up()
    rows = arrow_file.read(Path(job.shard.folder, "rows.arrow"))
    by_id = {row["doc_id"]: row for row in rows.to_pylist()}
    cuts = tabulate.removals(arrow_file.read(Path(job.shard.folder, "cuts.arrow")))
    articles: dict[str, Article] = {}
    rejects = []
    for _, record in job.documents():
        doc_id = record.body.decode()
        article = again(by_id[doc_id], cuts.get(doc_id, ()), chosen, options["stage"])
        if article.refused is None:
            articles[doc_id] = article
        else:
            rejects.append(reject(record, article.refused))
    rejects += job.rejects()
    left = pc.is_in(rows["doc_id"], value_set=pa.array(sorted(articles), pa.string()))
    cleaned = list(articles.values())
    # The body of a record is an id here, so the size of the original document is unknown.
    rejected = [asdict(replace(one, size_bytes=None)) for one in rejects]
    files = ShardFiles(Path(options["folder"]), job.shard.number)
    written = [
        arrow_file.write(_with_new_values(rows.filter(left), cleaned), files.articles),
        arrow_file.write(tabulate.removed(cleaned), files.removed),
        arrow_file.write(pa.Table.from_pylist(rejected, schema=STAGED_REJECTS), files.rejects),
    ]
    return {"files": [str(path) for path in written]}


def again(
    row: Mapping[str, Any],
    cuts: Sequence[ledger.Removal],
    options: edit.Options,
    stage: str = "clean",
) -> Article:
    """Clean a published document again. It keeps its id.

    Cuts that were decided on the tree of the page are kept, because the tree is not stored. If
    `stage` is "tag", the cuts of the clean stage are kept as well.
    """
    extracted = ledger.rebuild(row["text"], cuts)
    kept_cuts = [
        cut
        for cut in cuts
        if cut.rule in _PAGE_RULES or (stage == "tag" and cut.rule not in _TAG_RULES)
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
    article = edit.again(extracted, tuple(sorted(kept_cuts)), source, row["source_kind"], options)
    stated = _stated_by_page(row)
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


def _stated_by_page(row: Mapping[str, Any]) -> dict[str, str]:
    """Columns that come from the page's own data, with their evidence.

    They are kept, because the page is not stored.
    """
    if row["source_kind"] != "page":
        return {}
    return {
        name: origin
        for name, origin in (row["evidence"] or {}).items()
        if origin is not None
        and name in row
        and name not in _IDENTITY
        and name != "text"
        and not origin.startswith(_OF_TEXT)
    }


def _given(row: Mapping[str, Any]) -> Given:
    """The metadata from the document's container or page, without what was read from its text."""
    evidence = {
        name: origin for name, origin in (row["evidence"] or {}).items() if origin is not None
    }

    def said(*names: str) -> bool:
        origins = [evidence.get(name, "") for name in names]
        if row["source_kind"] == "page":
            return any(origin and not origin.startswith(_OF_TEXT) for origin in origins)
        return any(origin.startswith("given") for origin in origins)

    has_byline = said("byline", "byline_orgs", "byline_raw")
    return Given(
        title=(row["title_raw"] or row["title"]) if said("title", "title_raw") else None,
        authors=(*row["byline"], *row["byline_orgs"]) if has_byline else (),
        published=_as_printed(row) if said("published_at", "published_date") else None,
        outlet=row["outlet"] if said("outlet") else None,
        language=row["language"] if said("language") else None,
        section=row["section"] if said("section") else None,
    )


def _as_printed(row: Mapping[str, Any]) -> str | None:
    """The date as its source gave it: a day, or a time with its UTC offset."""
    if row["published_at"] is None or row["published_precision"] == "day":
        return row["published_date"].isoformat() if row["published_date"] else None
    minutes = row["published_utc_offset_minutes"]
    if minutes is None:
        return str(row["published_at"].astimezone(UTC).replace(tzinfo=None).isoformat())
    return str(row["published_at"].astimezone(timezone(timedelta(minutes=minutes))).isoformat())


def _with_new_values(rows: pa.Table, cleaned: Sequence[Article]) -> pa.Table:
    """The rows with new values from the articles, in the same order. Identity columns are kept."""
    new = tabulate.articles(cleaned)
    for name in new.column_names:
        if name not in _IDENTITY:
            field = rows.schema.field(name)
            position = rows.schema.get_field_index(name)
            rows = rows.set_column(position, field, new[name].cast(field.type))
    return rows
