"""The SQL views that `copydesk query`, `copydesk browse` and the library read.

This is the only module that configures DuckDB. Every table of a snapshot is a view of the same
name. `documents` holds articles and their copies. `stories` has the additional column
`n_documents`, and its `n_outlets` is counted again, because tables that older versions wrote count
only articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from copydesk.transforms.snapshot_schemas import DUPLICATES, TABLES

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

#: Columns that `documents` adds to those of `duplicates`, with what each means.
ADDED = {
    "is_kept": "Whether the document is in `articles`; false for a copy.",
}
KEPT_DOC_ID = "For a copy, the `doc_id` of the article that says the same. For an article, its own."
STORY_COLUMNS = {
    "n_documents": "Documents in the story, copies included.",
    "n_outlets": "Distinct outlets in the story, including outlets that printed only a copy.",
}
_STORIES = """
CREATE VIEW stories AS
SELECT s.* REPLACE (CAST(coalesce(c.n_outlets, s.n_outlets) AS INTEGER) AS n_outlets),
       CAST(coalesce(c.n_documents, s.n_articles) AS INTEGER) AS n_documents
FROM stories_table AS s
LEFT JOIN (
  SELECT story_id, count(*) AS n_documents, count(DISTINCT outlet_id) AS n_outlets
  FROM (SELECT story_id, outlet_id FROM articles UNION ALL SELECT story_id, outlet_id FROM duplicates)
  GROUP BY story_id
) AS c USING (story_id)
"""


class QueryError(ValueError):
    """A query that DuckDB cannot answer. The message is that of DuckDB."""


def connect(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """Return a connection to a database in memory whose views read one snapshot.

    It writes nothing to disk. It works as long as the warehouse keeps the snapshot. Times are shown
    in UTC, and DuckDB installs no extension by itself.
    """
    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    connection.execute("SET TimeZone = 'UTC'")
    by_arrow = arrow_views(snapshot)
    for name in TABLES:
        if name in snapshot.tables and _view_of(name) not in by_arrow:
            _read_files(connection, snapshot, name)
    register(connection, by_arrow)
    _documents(connection)
    connection.execute(_STORIES)
    return connection


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Run one or several statements, and return the answer to the last one. Raises `QueryError`."""
    try:
        answer: duckdb.DuckDBPyConnection | None = connection.execute(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if answer is None or answer.description is None:
        raise QueryError("there is no question in the SQL; begin it with SELECT")
    return answer


def relation(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyRelation:
    """The answer to one query as a relation, which DuckDB computes when it is read.

    Raises `QueryError`.
    """
    try:
        found: duckdb.DuckDBPyRelation | None = connection.sql(sql)
    except duckdb.Error as error:
        raise QueryError(str(error)) from error
    if found is None:
        raise QueryError("there is no question in the SQL; begin it with SELECT")
    return found


def column_meanings() -> dict[str, dict[str, str]]:
    """A sentence about every column of every view, in the order of the columns."""
    views = {
        name: {field.name: _meaning(field) for field in schema} for name, schema in TABLES.items()
    }
    views["stories"] |= STORY_COLUMNS
    documents = {field.name: _meaning(field) for field in DUPLICATES}
    return {"documents": documents | {"kept_doc_id": KEPT_DOC_ID} | ADDED, **views}


def _meaning(field: pa.Field) -> str:
    return str((field.metadata or {}).get(b"meaning", b""), "utf-8")


def arrow_views(snapshot: Snapshot) -> dict[str, Any]:
    """The tables that DuckDB reads through pyarrow, by the names of their views.

    From an object store pyarrow downloads only the requested columns. Tables without files are empty.
    """
    return {
        _view_of(name): snapshot.dataset(name) if entries else TABLES[name].empty_table()
        for name, entries in snapshot.manifest.tables.items()
        if name in TABLES and (snapshot.origin is not None or not entries)
    }


def register(connection: duckdb.DuckDBPyConnection, by_arrow: Mapping[str, Any]) -> None:
    """Let a connection or a cursor read these tables. A new cursor does not know those of others."""
    for view, rows in by_arrow.items():
        connection.register(view, rows)


def _view_of(table: str) -> str:
    return "stories_table" if table == "stories" else table


def _read_files(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, table: str) -> None:
    files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in snapshot.files(table))
    connection.execute(f'CREATE VIEW "{_view_of(table)}" AS SELECT * FROM read_parquet([{files}])')


def _documents(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `documents` with the columns of both tables. Columns of copies are null for an article."""
    names = {
        table: [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
        for table in ("articles", "duplicates")
    }
    columns = [name for name in names["duplicates"] if name != "kept_doc_id"]

    def column_list(table: str) -> str:
        return ", ".join(
            f'"{name}"' if name in names[table] else f'NULL AS "{name}"' for name in columns
        )

    connection.execute(
        f"CREATE VIEW documents AS "
        f"SELECT {column_list('articles')}, doc_id AS kept_doc_id, true AS is_kept FROM articles "
        f"UNION ALL BY NAME "
        f"SELECT {column_list('duplicates')}, kept_doc_id, false AS is_kept FROM duplicates"
    )
