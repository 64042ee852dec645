"""Questions to a snapshot in SQL: DuckDB over views of all tables and of all documents together."""

from copydesk.flows.query.views import QueryError, connect, described, run

__all__ = ["QueryError", "connect", "described", "run"]
