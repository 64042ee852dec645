"""Limits on the cost of one document. A document that exceeds them becomes a row of `rejects`."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.transforms.argument_checks import check_at_least


@dataclass(frozen=True, slots=True)
class Limits:
    """The recipe's `[limits]` for each document. Each limit is higher than real news needs.

    The limits on tree depth and node count are in `[extract]`, because that stage builds the tree.
    """

    document_bytes: int = 20 * 2**20
    """Bytes of one document. The largest of 1,054 saved news pages had 1.9 MB, Common Crawl cuts
    pages at 5 MB, and a live blog can reach 10 MB.
    """
    line_bytes: int = 64 * 2**20
    """Bytes of a JSONL line or of a CSV row. A line has the document with its escapes (\u00e9 takes
    six bytes) and the other fields of the record.
    """
    row_lines: int = 2_000
    """Lines of a CSV row.

    If a quote is never closed, the lines below it become part of its row. The row is rejected at
    this number of lines, and reading continues after its first line. The number is arbitrary: a
    live blog of 10 MB has fewer paragraphs.
    """
    expansion: int = 250
    """Ratio of decompressed to compressed bytes, checked after the first 64 MB.

    News text in gzip or zstd stays below 20, and logs of one repeated line below 200. A
    decompression bomb has 1,000 (the maximum of gzip) or 30,000 (zstd).
    """
    json_depth: int = 100
    """Levels of brackets in a JSONL line.

    Records of crawlers have three or four. Python's parser fails at a thousand.
    """
    parquet_columns: int = 2_000
    """Columns of a Parquet file. The widest published news set has about 80."""
    seconds: int = 20
    """Seconds of CPU for one document.

    The median page takes 0.03. The slowest of 1,054 took 3.
    """
    memory_bytes: int = 1536 * 2**20
    """Memory that a worker may use in addition to what it needs to start.

    A 20 MB page takes about 600 MB as a tree.
    """

    def __post_init__(self) -> None:
        check_at_least(
            self,
            1,
            "document_bytes",
            "line_bytes",
            "row_lines",
            "expansion",
            "json_depth",
            "parquet_columns",
            "seconds",
            "memory_bytes",
        )
