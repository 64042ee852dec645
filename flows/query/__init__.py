"""Query a snapshot in SQL: DuckDB over views of every table, and of all documents together."""

from copydesk.flows.query.sql_views import QueryError, column_meanings, connect, run

__all__ = ["QueryError", "column_meanings", "connect", "run"]
