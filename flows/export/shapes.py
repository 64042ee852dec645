"""Shapes of exported rows: an article with its text as Markdown, or one row for each passage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.views import markdown
from copydesk.transforms.views.passages import passages

#: Columns that a passage takes from its article.
FROM_ARTICLE = (
    "doc_id",
    "title",
    "outlet_id",
    "outlet",
    "language",
    "published_at",
    "published_date",
    "story_id",
    "url",
)
_OF_PASSAGE = (
    column("passage", pa.int32(), "Number of the passage in its article, from 0.", required=True),
    column(
        "start",
        pa.int32(),
        "First code point of the passage in `text` of the article.",
        required=True,
    ),
    column("end", pa.int32(), "Code point after the passage (half-open).", required=True),
    column("text", pa.large_string(), "The passage.", required=True),
    column("n_words", pa.int32(), "Words in the passage.", required=True),
    column("heading", pa.string(), "The heading above the passage, if there is one."),
)


def passage_schema(articles: pa.Schema) -> pa.Schema:
    """The columns of an export that has one row for each passage."""
    taken = [articles.field(name) for name in FROM_ARTICLE]
    return pa.schema([taken[0], *_OF_PASSAGE, *taken[1:]], metadata=articles.metadata)


def in_passages(most_words: int, schema: pa.Schema) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """Return a function that turns a batch of articles into a batch of their passages."""

    def shape(batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = [
            row
            for article in batch.select([*FROM_ARTICLE, "text"]).to_pylist()
            for row in _rows(article, most_words)
        ]
        return pa.RecordBatch.from_pylist(rows, schema=schema)

    return shape


def _rows(article: dict[str, Any], most_words: int) -> Iterator[dict[str, Any]]:
    text = article["text"]
    for number, found in enumerate(passages(text, most_words)):
        yield {
            **article,
            "passage": number,
            "start": found.start,
            "end": found.end,
            "text": text[found.start : found.end],
            "n_words": found.n_words,
            "heading": found.heading,
        }


def markdown_schema(schema: pa.Schema, columns: Sequence[str]) -> pa.Schema:
    """The columns of an export whose `text` is Markdown."""
    as_markdown = column(
        "text", pa.large_string(), "Title and clean text as Markdown.", required=True
    )
    fields = [as_markdown if name == "text" else schema.field(name) for name in columns]
    return pa.schema(fields, metadata=schema.metadata)


def as_markdown(schema: pa.Schema) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    """Return a function that replaces `text` by title and text as Markdown. Batches need `title`."""

    def shape(batch: pa.RecordBatch) -> pa.RecordBatch:
        pairs = zip(batch["title"].to_pylist(), batch["text"].to_pylist(), strict=True)
        texts = pa.array(
            [markdown.of_text(title, text) for title, text in pairs], pa.large_string()
        )
        columns = [texts if name == "text" else batch[name] for name in schema.names]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    return shape
