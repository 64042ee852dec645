"""The warehouse from Python: `copydesk.ingest` writes to it, `copydesk.open` reads it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.schemas.tables import DOCUMENT_TABLES
from copydesk.transforms.article import Article
from copydesk.transforms.ledger import Removal, rebuild

if TYPE_CHECKING:
    import duckdb
    import pyarrow.dataset as ds

    from copydesk.flows.report.outcome import Outcome
    from copydesk.flows.warehouse import Snapshot

_COPY_COLUMNS = (
    "doc_id",
    "kept_doc_id",
    "outlet",
    "title",
    "published_at",
    "url",
    "relation",
    "jaccard",
    "containment_in_kept",
    "containment_of_kept",
    "longest_shared_words",
    "keep_reason",
)
_STORY_COLUMNS = (
    "published_at",
    "doc_id",
    "kept_doc_id",
    "is_kept",
    "outlet",
    "title",
    "byline",
    "wire_source",
    "url",
    "n_words",
)


def ingest(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    warehouse: str | os.PathLike[str],
    recipe: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> Outcome:
    """Ingest what is new among the inputs and publish one snapshot, without Prefect.

    `inputs` are files, folders, patterns or `s3://` addresses, as for `copydesk ingest`.
    `warehouse` is a folder, which is created if it is absent, or `s3://bucket/prefix`. `recipe` is
    a TOML file. `workers` is the number of processes (default: the number of cores). The outcome
    has the counts of the run (`outcome.summary.facts`) and the path of its report (`outcome.page`).
    A run that finds nothing new publishes nothing. Raises TypeError for arguments of the wrong
    type, ValueError for inputs that do not exist and invalid recipes, and `WarehouseError` if the
    warehouse cannot be written.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "rain.txt").write_text("Rain in Oslo\\n\\nIt rained in Oslo all day on Monday.\\n")
    >>> outcome = ingest(folder / "rain.txt", warehouse=folder / "warehouse", workers=1)
    >>> outcome.summary.facts.n_articles
    1
    """
    from copydesk.flows.pipeline import run
    from copydesk.flows.recipe import load
    from copydesk.flows.remote.client import absolute_location
    from copydesk.flows.report.outcome import report_run
    from copydesk.flows.support.processes.cpu import cores

    given = [inputs] if isinstance(inputs, (str, os.PathLike)) else inputs
    if not isinstance(given, Sequence) or isinstance(given, (bytes, bytearray)):
        raise TypeError(f"inputs must be a path or a list of paths, not {type(inputs).__name__}")
    names = [_path(one, "an input") for one in given]
    location = _path(warehouse, "warehouse")
    chosen = load(None if recipe is None else Path(_path(recipe, "recipe")))
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, int)):
        raise TypeError(
            f"workers must be an int, the number of processes, not {type(workers).__name__}"
        )
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    root = absolute_location(location)
    summary = run.run(names, warehouse=root, recipe=chosen, workers=workers or cores())
    return report_run(summary, root)


def open(
    warehouse: str | os.PathLike[str], *, snapshot: str | None = None
) -> Corpus:  # `copydesk.open`
    """A snapshot of a warehouse for reading: the current one, or the one named by its id.

    Raises TypeError for a path of the wrong type, and `WarehouseError` if there is no warehouse or
    it has no snapshot yet.
    """
    from copydesk.flows.warehouse import Warehouse

    found = Warehouse.open(_path(warehouse, "warehouse"))
    return Corpus(found.snapshot(snapshot or "current"))


class Corpus:
    """One snapshot of a warehouse. It does not change while a run publishes another one.

    Every table is an attribute, a `pyarrow.dataset.Dataset`: `corpus.articles`,
    `corpus.duplicates`, `corpus.stories` and so on. `corpus.tables` maps the names to them.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "rain.txt").write_text("Rain in Oslo\\n\\nIt rained in Oslo all day on Monday.\\n")
    >>> _ = ingest(folder / "rain.txt", warehouse=folder / "warehouse", workers=1)
    >>> corpus = open(folder / "warehouse")
    >>> corpus.articles.count_rows()
    1
    >>> corpus.sql("SELECT title, n_words FROM documents").fetchall()
    [('Rain in Oslo', 8)]
    >>> doc_id = corpus.articles.to_table(["doc_id"])["doc_id"][0].as_py()
    >>> corpus.article(doc_id).title
    'Rain in Oslo'
    >>> corpus.cuts(doc_id)[0].rule
    'headline'
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __repr__(self) -> str:
        articles, copies = (self.snapshot.rows(name) for name in ("articles", "duplicates"))
        return f"<Corpus {self.snapshot.id}: {articles:,} articles, {copies:,} copies>"

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.snapshot.tables})

    def __getattr__(self, name: str) -> ds.Dataset:
        if name.startswith("_") or name == "snapshot" or name not in self.snapshot.tables:
            raise AttributeError(f"a corpus has no table and no method {name!r}")
        return self.snapshot.dataset(name)

    @property
    def tables(self) -> Mapping[str, ds.Dataset]:
        """The tables as Arrow datasets, by name."""
        return {name: self.snapshot.dataset(name) for name in self.snapshot.tables}

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        from copydesk.flows.query import connect

        return connect(self.snapshot)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """The answer to an SQL query over the views of `copydesk query`, as a DuckDB relation.

        `.fetchall()`, `.df()` (pandas), `.pl()` (polars) and `.to_arrow_table()` read it. Raises
        TypeError for anything but str and `copydesk.flows.query.QueryError` (a ValueError) for a
        question that cannot be answered.
        """
        from copydesk.flows.query.sql_views import relation

        if not isinstance(query, str):
            raise TypeError(f"a query must be a str of SQL, not {type(query).__name__}")
        return relation(self._connection, query)

    def article(self, doc_id: str) -> Article:
        """A document of `articles`, `duplicates` or `quarantined`, with its cuts and its extracted text.

        Raises TypeError for anything but str and KeyError for an unknown id.
        """
        row = self._row(doc_id)
        cuts = tuple(self.cuts(doc_id))
        authors = (*row.get("byline", ()), *row.get("byline_orgs", ()))
        values = {"authors": authors, **row, "removed": cuts}
        values["extracted"] = rebuild(row["text"], cuts)
        names = {field.name for field in dataclasses.fields(Article)}
        return Article(**{name: _frozen(value) for name, value in values.items() if name in names})

    def cuts(self, doc_id: str) -> list[Removal]:
        """The cuts of a document, in the order of its extracted text; empty if nothing was cut.

        Raises TypeError for anything but str.
        """
        rows = self.snapshot.documents("removed", [_id(doc_id)]).to_pylist()
        return sorted(Removal(**{name: row[name] for name in Removal._fields}) for row in rows)

    def copies(self, doc_id: str) -> pa.Table:
        """The copies of a kept document, sorted by similarity, then by id.

        For a copy, these are all copies of its kept document.

        Columns: doc_id, kept_doc_id, outlet, title, published_at, url, relation, jaccard,
        containment_in_kept, containment_of_kept, longest_shared_words and keep_reason. Raises
        TypeError for anything but str and KeyError for an unknown id.
        """
        kept = self._row(doc_id).get("kept_doc_id", doc_id)
        found = self.snapshot.table(
            "duplicates", list(_COPY_COLUMNS), pc.field("kept_doc_id") == kept
        )
        return found.sort_by([("jaccard", "descending"), ("doc_id", "ascending")])

    def story(self, story_id: str) -> pa.Table:
        """The documents of a story in order of time, with copies; undated ones come last.

        Columns: published_at, doc_id, kept_doc_id, is_kept, outlet, title, byline, wire_source, url
        and n_words. Raises TypeError for anything but str and KeyError for an unknown story.
        """
        columns = ", ".join(_STORY_COLUMNS)
        sql = (
            f"SELECT {columns} FROM documents WHERE story_id = '{_id(story_id)}' "
            "ORDER BY published_at NULLS LAST, doc_id"
        )
        found: pa.Table = self.sql(sql).to_arrow_table()
        if not found.num_rows:
            raise KeyError(f"there is no story {story_id!r} in snapshot {self.snapshot.id}")
        return found

    def _row(self, doc_id: str) -> dict[str, Any]:
        for table in DOCUMENT_TABLES:
            for row in self.snapshot.documents(table, [_id(doc_id)]).to_pylist():
                return dict(row)
        raise KeyError(f"there is no document {doc_id!r} in snapshot {self.snapshot.id}")


def _path(value: object, name: str) -> str:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, as str or Path, not {type(value).__name__}")
    return os.fsdecode(value)


def _id(value: object) -> str:
    """Check that the value has the form of an id, so that nothing else gets into a query."""
    if not isinstance(value, str):
        raise TypeError(f"an id must be a str, not {type(value).__name__}")
    if len(value) != 32 or not value.isalnum() or not value.isascii():
        raise KeyError(f"{value!r} is not an id; an id has 32 hex digits")
    return value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
