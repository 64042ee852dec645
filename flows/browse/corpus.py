"""The queries behind the pages of the site. Each returns at most one page of rows, or counts of groups.

Values from an address go to DuckDB as parameters, never as SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from copydesk.transforms.ledger import Removal, rebuild

if TYPE_CHECKING:
    import duckdb

    from copydesk.flows.warehouse import Snapshot

PAGE = 50  # documents on a page
#: The most documents whose texts are searched. This takes half a second. Of more documents, only the
#: titles are searched.
MOST_TEXTS = 20_000
_LISTED = (
    "doc_id, title, outlet, outlet_id, published_at, published_date, language, n_words, "
    "is_kept, relation, cluster_size, story_id"
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of a list of documents."""

    words: str = ""
    outlet: str = ""
    language: str = ""
    day_from: date | None = None
    day_to: date | None = None
    copies: bool = False
    page: int = 1

    def condition(self, *, with_words: str | None = None) -> tuple[str, list[object]]:
        """The SQL condition and its parameters.

        The words are searched in the title if `with_words` is "title", in title and text if it is
        "text", and not at all if it is None.
        """
        parts: list[str] = []
        values: list[object] = []
        for column, value in (("outlet_id", self.outlet), ("language", self.language)):
            if value == "-":
                parts.append(f"{column} IS NULL")
            elif value:
                parts.append(f"{column} = ?")
                values.append(value)
        for sign, day in ((">=", self.day_from), ("<=", self.day_to)):
            if day is not None:
                parts.append(f"published_date {sign} ?")
                values.append(day)
        if with_words is not None:
            searched = {"title": "title", "text": "concat_ws(' ', title, text)"}[with_words]
            for word in self.words.split()[:8]:
                parts.append(f"contains(lower({searched}), ?)")
                values.append(word.lower())
        return " AND ".join(parts) or "true", values


class Corpus:
    """The queries of the site, answered from one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        from copydesk.flows.query import sql_views

        self.snapshot = snapshot
        self._connection = sql_views.connect(snapshot)
        self._register = partial(sql_views.register, by_arrow=sql_views.arrow_views(snapshot))
        self.facets = lru_cache(maxsize=64)(self._facets)
        self.count = lru_cache(maxsize=256)(self._count)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The rows of an answer.

        Each call uses a new cursor, so that requests can run at the same time.
        """
        cursor: duckdb.DuckDBPyConnection = self._connection.cursor()
        self._register(cursor)
        answer = cursor.execute(sql, list(values))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def _count(self, filters: Filters, column: str | None) -> int:
        condition, values = filters.condition(with_words=column)
        view = "documents" if filters.copies else "articles"
        found = self.rows(f"SELECT count(*) AS n FROM {view} WHERE {condition}", values)
        return int(found[0]["n"])

    def documents(self, filters: Filters) -> tuple[list[Row], int, str]:
        """A page of documents, newest first; the number of all that match; where words were searched."""
        column: str | None = None
        if filters.words.strip():
            within = self.count(replace(filters, words="", page=1), None)
            column = "text" if within <= MOST_TEXTS else "title"
        condition, values = filters.condition(with_words=column)
        view = "documents" if filters.copies else "articles"
        listed = _LISTED
        if view == "articles":
            listed = listed.replace("is_kept, relation", "true AS is_kept, NULL AS relation")
        rows = self.rows(
            f"SELECT {listed} FROM {view} WHERE {condition} "
            f"ORDER BY published_date DESC NULLS LAST, published_at DESC NULLS LAST, doc_id "
            f"LIMIT {PAGE} OFFSET {PAGE * (filters.page - 1)}",
            values,
        )
        return rows, self.count(replace(filters, page=1), column), column or ""

    def _facets(self, filters: Filters) -> Mapping[str, list[Row]]:
        """Counts by date, outlet and language of the documents that the filters select.

        The words of the search are ignored.
        """
        condition, values = filters.condition()
        view = "documents" if filters.copies else "articles"
        day = "published_date"
        span = self.rows(
            f"SELECT date_diff('day', min({day}), max({day})) AS days FROM {view} WHERE {condition}",
            values,
        )[0]["days"]
        unit = "day" if (span or 0) <= 62 else "month" if span <= 62 * 30 else "year"
        dates = self.rows(
            f"SELECT CAST(date_trunc('{unit}', {day}) AS DATE) AS day, count(*) AS n FROM {view} "
            f"WHERE {condition} AND {day} IS NOT NULL GROUP BY 1 ORDER BY 1",
            values,
        )
        grouped = {
            name: self.rows(
                f"SELECT {name} AS name, count(*) AS n FROM {view} WHERE {condition} "
                f"GROUP BY 1 ORDER BY n DESC, 1 NULLS LAST LIMIT 12",
                values,
            )
            for name in ("outlet_id", "language")
        }
        for row in dates:
            row["unit"] = unit
        return {"dates": dates, **grouped}

    def document(self, doc_id: str) -> Row | None:
        """All columns of a document, and its table, or None if there is no such document."""
        for table in ("articles", "duplicates", "quarantined"):
            for row in self.snapshot.documents(table, [doc_id]).to_pylist():
                return {**row, "table": table, "is_kept": table == "articles"}
        return None

    def cuts(self, doc_id: str, text: str) -> tuple[str, tuple[Removal, ...]]:
        """The extracted text of a document, and its ledger."""
        found = self.snapshot.documents("removed", [doc_id]).to_pylist()
        cuts = tuple(sorted(Removal(**{name: r[name] for name in Removal._fields}) for r in found))
        return rebuild(text, cuts), cuts

    def copies(self, kept: str) -> list[Row]:
        """The copies of a kept document, the most similar first."""
        return self.rows(
            "SELECT doc_id, title, outlet, outlet_id, published_at, published_date, relation, jaccard, "
            "containment_in_kept, longest_shared_words, keep_reason FROM duplicates "
            "WHERE kept_doc_id = ? ORDER BY jaccard DESC, doc_id LIMIT 500",
            [kept],
        )

    def pair(self, one: str, other: str) -> Row | None:
        """The recorded similarity of two documents, in either order; None if there is none."""
        found = self.rows(
            "SELECT * FROM pairs WHERE (doc_a = ? AND doc_b = ?) OR (doc_a = ? AND doc_b = ?)",
            [one, other, other, one],
        )
        return found[0] if found else None

    def revisions(self, row: Row) -> list[Row]:
        """The other revisions of a document."""
        if not row.get("canonical_url") or row["revision"] is None:
            return []
        return self.rows(
            "SELECT doc_id, revision, title, changed FROM documents "
            "WHERE canonical_url = ? AND doc_id <> ? ORDER BY revision LIMIT 50",
            [row["canonical_url"], row["doc_id"]],
        )

    def stories(self, page: int) -> list[Row]:
        """Stories of several documents, the largest first.

        Outlets are counted only for the stories of the page: counting them for all stories takes
        seconds with a million articles.
        """
        both = "(SELECT {0} FROM articles UNION ALL SELECT {0} FROM duplicates)"
        return self.rows(
            "WITH top AS (SELECT story_id, count(*) AS n_documents "
            f"FROM {both.format('story_id')} WHERE story_id IS NOT NULL GROUP BY story_id "
            "HAVING count(*) > 1 ORDER BY n_documents DESC, story_id "
            f"LIMIT {PAGE} OFFSET {PAGE * (page - 1)}), "
            "carried AS (SELECT story_id, count(DISTINCT outlet_id) AS n_outlets "
            f"FROM {both.format('story_id, outlet_id')} SEMI JOIN top USING (story_id) GROUP BY story_id) "
            "SELECT s.story_id, s.title, s.n_articles, t.n_documents, c.n_outlets, "
            "s.first_published_at, s.last_published_at FROM stories_table AS s "
            "JOIN top AS t USING (story_id) JOIN carried AS c USING (story_id) "
            "ORDER BY t.n_documents DESC, s.story_id"
        )

    def story(self, story_id: str) -> tuple[Row | None, list[Row]]:
        """A story, and its documents by time."""
        found = self.rows("SELECT * FROM stories_table WHERE story_id = ?", [story_id])
        members = self.rows(
            f"SELECT {_LISTED}, kept_doc_id FROM documents WHERE story_id = ? "
            "ORDER BY published_at NULLS LAST, doc_id LIMIT 1000",
            [story_id],
        )
        return (found[0] if found else None), members

    @cached_property
    def outlets(self) -> list[Row]:
        """Every outlet with its documents, copies and median length, the largest first."""
        return self.rows(
            "SELECT outlet_id, any_value(outlet) AS outlet, count(*) AS n, "
            "count(*) FILTER (WHERE NOT is_kept) AS n_copies, "
            "CAST(median(n_words) AS INTEGER) AS n_words, min(published_date) AS first, "
            "max(published_date) AS last FROM documents GROUP BY outlet_id ORDER BY n DESC, outlet_id"
        )

    @cached_property
    def largest_clusters(self) -> list[Row]:
        """The largest clusters of copies, each with its kept document."""
        return self.rows(
            "SELECT c.kept_doc_id, c.n, c.n_outlets, c.relation, c.keep_reason, a.title, a.outlet "
            "FROM (SELECT kept_doc_id, count(*) AS n, count(DISTINCT outlet_id) AS n_outlets, "
            "mode(relation) AS relation, mode(keep_reason) AS keep_reason FROM duplicates "
            "GROUP BY kept_doc_id ORDER BY n DESC, kept_doc_id LIMIT 50) AS c "
            "JOIN articles AS a ON a.doc_id = c.kept_doc_id ORDER BY c.n DESC, c.kept_doc_id"
        )

    @cached_property
    def relations(self) -> list[Row]:
        """Counts of dropped documents by relation and reason."""
        return self.rows(
            "SELECT relation, keep_reason, count(*) AS n FROM duplicates GROUP BY ALL ORDER BY n DESC LIMIT 50"
        )

    @cached_property
    def rules(self) -> list[Row]:
        """Number and length of the cuts of each rule."""
        return self.rows(
            'SELECT rule, count(*) AS n, sum("end" - "start") AS n_chars FROM removed '
            "WHERE rule <> 'blank_line' GROUP BY rule ORDER BY n DESC, rule"
        )

    def cuts_of(self, rule: str) -> list[Row]:
        """Some passages that a rule cut, each with the id of its document."""
        return self.rows("SELECT doc_id, text FROM removed WHERE rule = ? LIMIT 100", [rule])

    @cached_property
    def reasons(self) -> list[Row]:
        """Counts of rejected documents by step and reason."""
        return self.rows(
            "SELECT step, reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, step, reason"
        )

    def rejects(self, step: str, reason: str, page: int) -> list[Row]:
        """A page of rejected documents. An empty step or reason means all of them."""
        parts, values = [], []
        for column, value in (("step", step), ("reason", reason)):
            if value:
                parts.append(f"{column} = ?")
                values.append(value)
        where = " AND ".join(parts) or "true"
        return self.rows(
            f"SELECT source_uri, record_number, url, step, reason, detail, run_id FROM rejects WHERE {where} "
            f"ORDER BY source_uri, record_number LIMIT {PAGE} OFFSET {PAGE * (page - 1)}",
            values,
        )

    @cached_property
    def runs(self) -> list[Row]:
        """Every run, the newest first."""
        return self.rows(
            "SELECT run_id, kind, started_at, finished_at, n_read, n_articles, n_duplicates, n_rejected, "
            "n_quarantined, n_known FROM runs ORDER BY finished_at DESC, run_id DESC"
        )
