"""Query a snapshot in SQL: DuckDB over views of every table, and of all documents together."""

from copydesk.flows.query.sql_views import QueryError, connect, described, run

__all__ = ["QueryError", "connect", "described", "run"]
