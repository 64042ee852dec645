"""The complete schemas of a snapshot: the base columns of `schemas` and those of each tagger."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas import document_columns, tables
from copydesk.schemas.column import STRINGS, column
from copydesk.transforms import tag

_EVIDENCE = column(
    "evidence",
    pa.struct(
        [
            pa.field(name, pa.string())
            for name in (
                "encoding",
                "url",
                "canonical_url",
                *(f.name for f in tag.COLUMNS),
                "text",
                "extra",
            )
        ]
    ),
    "Where each field came from (given, json-ld, meta, markup, text, url, domain or dateline), and which other sources disagreed.",
    required=True,
)
_CORRECTIONS = column(
    "corrections", STRINGS, "Correction notices printed with the document.", required=True
)

ARTICLES = pa.schema(
    [
        *document_columns.IDENTITY,
        *tag.TEXT_COLUMNS,
        _CORRECTIONS,
        *document_columns.TEXT,
        *document_columns.GROUPS,
        *tag.PAGE_COLUMNS,
        document_columns.EXTRA,
        *document_columns.HISTORY[:-1],
        _EVIDENCE,
        document_columns.HISTORY[-1],
    ]
)


def _schema(name: str, declared: tables.Declared) -> pa.Schema:
    if name == "articles":
        return ARTICLES
    return pa.schema([*(ARTICLES if declared.holds_documents else ()), *declared.columns])


TABLES: dict[str, pa.Schema] = {
    name: _schema(name, declared) for name, declared in tables.DECLARED.items()
}
DUPLICATES, QUARANTINED = TABLES["duplicates"], TABLES["quarantined"]


def conform(table: pa.Table, name: str) -> pa.Table:
    """Return the table with exactly the columns of `TABLES[name]`, in order.

    Missing columns are null (lists: empty). Raises ValueError with the name of the column if the
    schema does not have it, if its type cannot be cast, or if a required column has a null. Arrow
    itself checks nulls only when it writes Parquet.
    """
    schema = TABLES[name]
    given = dict(zip(table.column_names, table.columns, strict=True))
    unknown = given.keys() - set(schema.names)
    if unknown:
        raise ValueError(
            f"table {name!r} has no column {min(unknown)!r}; its columns are {', '.join(schema.names)}"
        )
    columns = [
        _conform_column(given.get(field.name), table.num_rows, field, name) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _conform_column(
    values: pa.ChunkedArray | None, n_rows: int, field: pa.Field, name: str
) -> pa.ChunkedArray:
    if values is None:
        values = pa.chunked_array([pa.nulls(n_rows, field.type)])
    if values.null_count and _may_be_empty(field.type):
        values = pa.chunked_array(
            [_empty_for_null(chunk.cast(field.type)) for chunk in values.chunks], type=field.type
        )
    try:
        values = values if values.type.equals(field.type) else values.cast(field.type)
    except pa.ArrowInvalid as error:
        raise ValueError(
            f"column {field.name!r} of {name!r} is {values.type}, not {field.type}: {error}"
        ) from error
    if not field.nullable and values.null_count:
        raise ValueError(
            f"column {field.name!r} of {name!r} has {values.null_count} nulls; it must not have any"
        )
    return values


def _may_be_empty(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_map(kind))


def _empty_for_null(lists: pa.ListArray) -> pa.ListArray:
    return pa.array([[] if item is None else item for item in lists.to_pylist()], type=lists.type)
