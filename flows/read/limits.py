"""How much one document may cost before it becomes a row of `rejects`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The recipe's `[limits]`: per document, each above what real news needs.

    Limits of tree depth and node count are in `[extract]`, where the tree is built.
    """

    document_bytes: int = 20 * 2**20
    """The largest of 1,054 saved news pages had 1.9 MB; Common Crawl cuts at 5 MB; a live blog reaches 10."""
    line_bytes: int = 64 * 2**20
    """A line of JSONL: the document, its escapes (\u00e9 is six bytes) and what else the record carries."""
    expansion: int = 250
    """Decompressed to compressed, once 64 MB are out. News text in gzip or zstd stays below 20, logs of one repeated line below 200; a bomb has 1,000 (gzip's maximum) or 30,000 (zstd)."""
    json_depth: int = 100
    """Levels of brackets in a line of JSONL. Records of crawlers have three or four; Python's parser dies at a thousand."""
    parquet_columns: int = 2_000
    """Columns of a Parquet file. The widest published news set has about 80."""
    seconds: int = 20
    """Seconds of CPU for one document; a page takes 0.03 at the median, the slowest of 1,054 took 3."""
    memory_bytes: int = 1536 * 2**20
    """Memory one worker may take on top of what it needs to start. A 20 MB page takes about 600 MB as a tree."""

    def __post_init__(self) -> None:
        for name in (
            "document_bytes",
            "line_bytes",
            "expansion",
            "json_depth",
            "parquet_columns",
            "seconds",
            "memory_bytes",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)!r}")
