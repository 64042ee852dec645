"""Export the corpus as one file or a folder, with a data card about its origin."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import zstandard

from copydesk.flows.export import data_card, shapes, story_choice
from copydesk.flows.export.row_filter import columns_of, condition
from copydesk.flows.support import atomic_write
from copydesk.flows.warehouse.errors import WarehouseError
from copydesk.flows.warehouse.snapshot import Snapshot

# How many rows are in memory at a time, and in a row group of an exported Parquet file.
_BATCH = 5_000
# How many rows one file of an exported folder has. That is about 200 MB of articles. Hugging Face
# calls such a file a shard.
_SHARD = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rows of `articles` are exported, and in what shape.

    With `passages`, there is one row for each passage of at most that many words. With
    `is_markdown`, the text is Markdown.
    """

    one_per_story: bool = False
    """The latest article of each story, or with `first` the best-ranked one."""
    first: bool = False
    where: str | None = None
    columns: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    free_only: bool = False
    minable_only: bool = False
    passages: int | None = None
    is_markdown: bool = False

    def expression(self, schema: pa.Schema) -> pc.Expression | None:
        """The condition on rows, or None for all rows. Raises WarehouseError for an unknown column."""
        parts: list[pc.Expression] = []
        if self.where:
            parts.append(condition(self.where, schema))
        if self.one_per_story and self.first:
            # A document without a story counts as a story of its own.
            parts.append((pc.field("story_rank") == 1) | pc.field("story_rank").is_null())
        if self.languages:
            parts.append(pc.field("language").isin(list(self.languages)))
        if self.since:
            parts.append(pc.field("published_date") >= self.since)
        if self.until:
            parts.append(pc.field("published_date") <= self.until)
        if self.free_only:
            parts.append(_column(schema, "is_free") == pa.scalar(True))
        if self.minable_only:
            reserved = _column(schema, "tdm_reserved")
            parts.append((reserved == pa.scalar(False)) | reserved.is_null())
        found: pc.Expression | None = None
        for part in parts:
            found = part if found is None else found & part
        return found

    def sentences(self) -> list[str]:
        """Each filter as a sentence for the data card; an empty list if all articles are exported."""
        sentences = []
        if self.one_per_story:
            which = "the best-ranked one" if self.first else "the latest one"
            sentences.append(f"One article of each story, {which}.")
        if self.languages:
            sentences.append(f"Language: {', '.join(self.languages)}.")
        if self.since:
            sentences.append(
                f"Published on or after {self.since}; articles without a date are left out."
            )
        if self.until:
            sentences.append(
                f"Published on or before {self.until}; articles without a date are left out."
            )
        if self.free_only:
            sentences.append(
                "Only articles whose page says that they are free to read (`is_free`)."
            )
        if self.minable_only:
            sentences.append(
                "No articles whose page reserves text and data mining (`tdm_reserved`)."
            )
        return sentences


def _column(schema: pa.Schema, name: str) -> pc.Expression:
    if name not in schema.names:
        raise WarehouseError(
            f"the articles of this warehouse have no column {name!r}; "
            "if an older copydesk wrote it, run `copydesk migrate` and `copydesk reprocess`"
        )
    return pc.field(name)


def export(
    snapshot: Snapshot, target: Path, selection: Selection, *, overwrite: bool = False
) -> tuple[int, Path]:
    """Write the selected articles and a data card. Return the number of rows and the path of the card.

    The name of `target` decides the format: `.jsonl`, `.jsonl.gz`, `.jsonl.zst`, `.parquet`, or a
    folder of Parquet shards that Hugging Face `datasets` loads. It appears when it is complete.

    Raises WarehouseError if the target contains something else or is inside the warehouse.
    """
    write = _writer(target)
    _check_target(snapshot, target, overwrite=overwrite)
    rows = _Rows(snapshot, selection)
    temporary = target.with_name(f".{target.name}.new")
    atomic_write.remove_tree(temporary)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        write(rows.batches(), rows.schema, temporary)
        card = (
            target / "README.md"
            if temporary.is_dir()
            else target.with_name(f"{target.name}.card.md")
        )
        text = data_card.write(
            snapshot,
            rows.tally,
            selection=selection,
            schema=rows.schema,
            is_folder=temporary.is_dir(),
        )
        if temporary.is_dir():
            (temporary / "README.md").write_text(text, encoding="utf-8")
        if target.is_dir():
            atomic_write.remove_tree(target)
        temporary.replace(target)
        if not target.is_dir():
            atomic_write.write_text(card, text)
    finally:
        atomic_write.remove_tree(temporary)
    return rows.n_written, card


def stream(snapshot: Snapshot, out: IO[bytes], selection: Selection) -> int:
    """Write the selected articles as JSON lines without a data card. Return the number of rows."""
    rows = _Rows(snapshot, selection)
    _write_lines(rows.batches(), out)
    return rows.n_written


class _Rows:
    """The rows of an export, their schema, and counts over the articles."""

    def __init__(self, snapshot: Snapshot, selection: Selection) -> None:
        self._snapshot = snapshot
        articles = snapshot.dataset("articles").schema
        self._where = selection.expression(articles)
        if selection.one_per_story and not selection.first:
            chosen = pc.field("doc_id").isin(story_choice.latest(snapshot, self._where))
            self._where = chosen if self._where is None else self._where & chosen
        self.tally = data_card.Tally()
        self.n_written = 0
        columns = columns_of(selection.columns, articles) if selection.columns else articles.names
        if selection.passages is not None:
            self.schema = shapes.passage_schema(articles)
            self._shape = shapes.in_passages(selection.passages, self.schema)
            columns = [*shapes.FROM_ARTICLE, "text"]
        elif selection.is_markdown:
            if "text" not in columns:
                raise WarehouseError("--markdown needs the column `text`; add it to --columns")
            self.schema = shapes.markdown_schema(articles, columns)
            self._shape = shapes.as_markdown(self.schema)
        else:
            fields = [articles.field(name) for name in columns]
            self.schema = pa.schema(fields, metadata=articles.metadata)
            self._shape = lambda batch: batch.select(self.schema.names)
        self._wanted = list(dict.fromkeys([*columns, "title", *data_card.COUNTED]))

    def batches(self) -> _Batches:
        """The rows in their shape. Each batch of articles is counted as it is read."""
        for batch in self._snapshot.batches("articles", self._wanted, self._where):
            shaped = self._shape(self.tally.count(batch))
            self.n_written += shaped.num_rows
            yield shaped


def _check_target(snapshot: Snapshot, target: Path, *, overwrite: bool) -> None:
    """Raise WarehouseError unless the target is absent, empty, or an export that may be replaced."""
    if target.resolve().is_relative_to(snapshot.root.resolve()):
        raise WarehouseError(
            f"{target} is inside the warehouse {snapshot.root} and could be mistaken for a part of it; "
            "choose another path"
        )
    if not (target.exists() or target.is_symlink()) or _is_empty_folder(target):
        return
    if not overwrite:
        raise WarehouseError(f"{target} already exists; choose another name or add --overwrite")
    if target.is_dir() and not _is_export(target):
        raise WarehouseError(
            f"{target} is a folder that contains more than an export (data/ and README.md), "
            "so it is not replaced; choose another name"
        )


def _is_export(folder: Path) -> bool:
    names = {path.name for path in folder.iterdir()}
    return names == {"data", "README.md"} and data_card.TITLE in (folder / "README.md").read_text(
        encoding="utf-8", errors="replace"
    )


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


class UnknownEnding(WarehouseError):
    """The name of a file to export to has an ending that belongs to no format."""


_Batches = Iterator[pa.RecordBatch]
_Write = Callable[[_Batches, pa.Schema, Path], None]


def _writer(target: Path) -> _Write:
    name = target.name
    for suffix, write in _WRITERS.items():
        if name.endswith(suffix):
            return write
    if target.suffix and not target.is_dir():
        raise UnknownEnding(
            f"the ending of {target} is unknown; use {', '.join(_WRITERS)}, or a name without a dot for a folder"
        )
    return _folder


def _jsonl(batches: _Batches, schema: pa.Schema, path: Path) -> None:
    with path.open("wb") as raw:
        _write_lines(batches, raw)


def _jsonl_gz(batches: _Batches, schema: pa.Schema, path: Path) -> None:
    # The gzip header gets no time and no name, so that the same export gives the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        _write_lines(batches, packed)


def _jsonl_zst(batches: _Batches, schema: pa.Schema, path: Path) -> None:
    with path.open("wb") as raw, zstandard.ZstdCompressor(level=3).stream_writer(raw) as packed:
        _write_lines(batches, packed)


def _write_lines(batches: _Batches, out: IO[bytes] | Any) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n", write_through=True)
    for batch in batches:
        lines = [
            json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False)
            for row in batch.to_pylist()
        ]
        if lines:
            # Some readers treat U+2028 and U+2029 as line ends, so they are escaped. The JSON means
            # the same.
            text.write(
                ("\n".join(lines) + "\n").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
            )
    text.flush()
    text.detach()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if item is not None}
    return value


def _parquet(batches: _Batches, schema: pa.Schema, path: Path) -> None:
    with _parquet_file(path, schema) as writer:
        for table in _regrouped(batches, schema):
            writer.write_table(table, row_group_size=_BATCH)


@contextmanager
def _parquet_file(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=["outlet_id", "outlet", "language"],
    ) as writer:
        yield writer


def _regrouped(batches: _Batches, schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in tables of one row group each. Otherwise many small files give tiny row groups."""
    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for batch in batches:
        waiting.append(batch)
        n_waiting += batch.num_rows
        if n_waiting >= _BATCH:
            table = pa.Table.from_batches(waiting).cast(schema)
            full = n_waiting - n_waiting % _BATCH
            yield table.slice(0, full)
            waiting, n_waiting = table.slice(full).combine_chunks().to_batches(), n_waiting - full
    if n_waiting:
        yield pa.Table.from_batches(waiting).cast(schema)


def _folder(batches: _Batches, schema: pa.Schema, path: Path) -> None:
    """Write shards that `datasets.load_dataset(folder)` reads: data/train-00000-of-00003.parquet.

    `datasets` has no type for a map, so a map becomes a list of keys and values here.
    """
    listed = _without_maps(schema)
    (path / "data").mkdir(parents=True)
    parts: list[Path] = []
    writer, n_rows = None, _SHARD
    try:
        for table in _regrouped(batches, schema):
            if n_rows >= _SHARD or writer is None:
                if writer is not None:
                    writer.close()
                parts.append(path / "data" / f"part-{len(parts)}")
                writer, n_rows = (
                    pq.ParquetWriter(
                        parts[-1],
                        listed,
                        compression="zstd",
                        compression_level=3,
                        use_dictionary=False,
                    ),
                    0,
                )
            writer.write_table(table.cast(listed), row_group_size=_BATCH)
            n_rows += table.num_rows
    finally:
        if writer is not None:
            writer.close()
    if not parts:
        parts.append(path / "data" / "part-0")
        pq.write_table(listed.empty_table(), parts[0])
    for number, part in enumerate(parts):
        part.rename(part.with_name(f"train-{number:05d}-of-{len(parts):05d}.parquet"))


def _without_maps(schema: pa.Schema) -> pa.Schema:
    """The schema with a list of keys and values instead of each map.

    >>> _without_maps(pa.schema([("extra", pa.map_(pa.string(), pa.string()))])).field("extra").type
    ListType(list<item: struct<key: string not null, value: string>>)
    """
    for number, column in enumerate(schema):
        if pa.types.is_map(column.type):
            key = pa.field("key", column.type.key_type, nullable=False)
            pairs = pa.list_(pa.struct([key, pa.field("value", column.type.item_type)]))
            schema = schema.set(number, column.with_type(pairs))
    return schema


_WRITERS: dict[str, _Write] = {
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl_gz,
    ".jsonl.zst": _jsonl_zst,
    ".parquet": _parquet,
}
