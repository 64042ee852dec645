"""Read `.parquet`: one document in each row. Only the columns that the recipe needs are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.read.field_names import LOOKALIKES
from copydesk.flows.read.fields import Fields, RowReader, Utf8
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.record import Record, Reject
from copydesk.flows.read.streams import BrokenError, unpacked

_ROWS = 64  # rows decoded at a time: 64 pages of the usual 150 kB are about 10 MB
_FREE = 64 * 2**20  # up to this size the ratio is not checked, as for compressed streams
_FOOTER_BYTES = (
    64 * 2**20
    # The most megabytes that Thrift metadata may allocate. The footer of a file with 80 columns and
    # 1,000 row groups takes 8.
)

# Errors from C++ arrive as RuntimeError.
_FAULTS = (pa.ArrowException, ValueError, OverflowError, RuntimeError, IndexError, OSError)


def records(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    """Yield the document of each row.

    If a row group is damaged, its other rows become one row of `rejects`, and the next row group is
    read. The statistics in the file are not used, so wrong ones do no harm.
    """
    try:
        with unpacked(opened.stream, limits) as stream:
            yield from _rows(replace(opened, stream=stream), fields, limits)
    except _FAULTS as error:
        fault = _fault(error)
        if fault is error:
            raise
        raise fault from error


def _fault(error: Exception) -> BrokenError:
    """What an error of pyarrow says about the file. Raises an error of the disk again."""
    if isinstance(error, BrokenError):
        return error
    # pyarrow raises an OSError without a number for damaged pages.
    if isinstance(error, OSError) and error.errno is not None:
        raise error
    reason = "memory" if isinstance(error, pa.ArrowMemoryError) else "corrupt"
    return BrokenError(reason, f"Parquet: {_first_line(error)}")


def _rows(opened: Opened, fields: Fields, limits: Limits) -> Iterator[Record | Reject]:
    # The Thrift limits stop a footer that claims a huge size. `pre_buffer` would load whole row
    # groups.
    file = pq.ParquetFile(
        opened.stream,
        pre_buffer=False,
        buffer_size=2**16,
        thrift_string_size_limit=_FOOTER_BYTES,
        thrift_container_size_limit=1_000_000,
    )
    n_columns = len(file.schema_arrow.names)
    if n_columns > limits.parquet_columns:
        raise BrokenError(
            "too_large",
            f"{n_columns:,} columns; [limits] parquet_columns is {limits.parquet_columns:,}",
        )
    wanted = _columns(file.schema_arrow, fields)
    rows = RowReader.of(opened, fields, limits)
    # The values of a column that is not read cannot be counted, but few columns are empty.
    for name in LOOKALIKES.keys() & set(file.schema_arrow.names) - set(wanted):
        opened.unread[name] += file.metadata.num_rows
    most = _Most(opened.size_bytes, limits)
    number = 0
    for group in range(file.num_row_groups):
        if opened.size_bytes is not None:
            _check_group(file, group, opened.size_bytes, limits)
        end = number + max(0, file.metadata.row_group(group).num_rows)
        try:
            for row in _rows_of_group(file, group, wanted, {*fields.html, *fields.text}):
                found = rows.record(row, number)
                most.count(found)
                yield found
                number += 1
        except _FAULTS as error:
            fault = _fault(error)
            if fault.reason != "corrupt":
                raise fault from error
            detail = f"{fault.detail}; rows {number:,} to {end - 1:,} cannot be read"
            yield Reject(opened.source_uri, number, None, "read", "corrupt", detail)
            number = end


def _rows_of_group(
    file: pq.ParquetFile, group: int, wanted: list[str], bodies: Collection[str]
) -> Iterator[dict[str, object]]:
    for batch in file.iter_batches(
        batch_size=_ROWS, row_groups=[group], columns=wanted, use_threads=False
    ):
        yield from _python_rows(batch, bodies)


class _Most:
    """Limits the bytes of all documents of a file.

    If every row refers to one long text in the dictionary, the file is small but the rows are not.
    """

    def __init__(self, size_bytes: int | None, limits: Limits) -> None:
        self._size_bytes, self._limits, self._n = size_bytes, limits, 0

    def count(self, item: Record | Reject) -> None:
        """Count a document. Raises `BrokenError` beyond the limit."""
        size, expansion = self._size_bytes, self._limits.expansion
        self._n += len(item.body) if isinstance(item, Record) else item.size_bytes or 0
        if size is not None and self._n > max(_FREE, size * expansion):
            detail = f"Parquet: {size:,} bytes grew to more than {self._n:,}; [limits] expansion is {expansion}"
            raise BrokenError("too_large", detail)


def _columns(schema: pa.Schema, fields: Fields) -> list[str]:
    wanted = {*fields.names(), *fields.keep}
    # A dotted name that is not itself a column selects the struct column that contains the field.
    structs = {name.split(".")[0] for name in wanted if "." in name and name not in schema.names}
    names = [name for name in schema.names if name in wanted | structs]
    for name in set(names):
        if names.count(name) > 1:
            raise BrokenError("corrupt", f"Parquet: {names.count(name)} columns are named {name!r}")
    bodies = [name for name in names if name in (*fields.html, *fields.text)]
    of_body = {name.split(".")[0] for name in (*fields.html, *fields.text) if "." in name}
    if not bodies and structs & of_body & set(names):
        return names
    if not bodies:
        leaves = [name for name, _ in column_types(schema)]
        raise BrokenError(
            "no_text_field",
            f"there is no column {' or '.join((*fields.html, *fields.text))}; the file has {', '.join(leaves[:8])}",
        )
    usable = [name for name in bodies if is_text(schema.field(name).type)]
    if not usable:
        raise BrokenError(
            "wrong_type", f"column {bodies[0]!r} has type {schema.field(bodies[0]).type}, not text"
        )
    return [
        name
        for name in names
        if name in usable
        or name in structs
        or (name not in bodies and _is_plain(schema.field(name).type))
    ]


def column_types(schema: pa.Schema) -> Iterator[tuple[str, pa.DataType]]:
    """Yield the name and type of each column. A field of a struct has a dotted name, as in recipes."""
    for column in schema:
        yield from _leaf_types(column.name, column.type)


def _leaf_types(name: str, type_: pa.DataType) -> Iterator[tuple[str, pa.DataType]]:
    if not pa.types.is_struct(type_):
        yield name, type_
        return
    for field in type_:
        yield from _leaf_types(f"{name}.{field.name}", field.type)


def _check_group(file: pq.ParquetFile, group: int, size_bytes: int, limits: Limits) -> None:
    """Raise an error if the declared size of a row group is more than the file can expand to.

    Only the size of the whole row group is read. Reading the sizes of its columns aborts the
    process if the footer is damaged (pyarrow 26, an uncaught C++ exception).
    """
    plain = file.metadata.row_group(group).total_byte_size
    if plain < 0 or plain > max(_FREE, size_bytes * limits.expansion):
        raise BrokenError(
            "too_large",
            f"Parquet: {size_bytes:,} bytes grow to {plain:,}; [limits] expansion is {limits.expansion}",
        )


def _python_rows(batch: pa.RecordBatch, bodies: Collection[str]) -> Iterator[dict[str, object]]:
    columns = [
        (
            name,
            batch.column(j),
            _encoded if name in bodies and _is_utf8(batch.column(j)) else _value,
        )
        for j, name in enumerate(batch.schema.names)
    ]
    for i in range(batch.num_rows):
        yield {name: value(column[i]) for name, column, value in columns}


def _is_utf8(column: pa.Array) -> bool:
    """Whether a column is text and valid UTF-8. All its values are checked."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _encoded(scalar: pa.Scalar) -> Utf8 | None:
    buffer = scalar.as_buffer()
    return Utf8(buffer.to_pybytes()) if buffer else None


def _value(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:  # a string column that is not valid UTF-8
        return scalar.cast(pa.binary()).as_py()
    except (ValueError, OverflowError):  # a date that Python cannot represent
        return None


def is_text(type_: pa.DataType) -> bool:
    """Tell whether values of a type are text, or lists of paragraphs."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):  # of paragraphs
        type_ = type_.value_type
        if pa.types.is_struct(type_):  # that are objects
            return True
    return any(
        test(type_)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
        )
    )


def _is_plain(type_: pa.DataType) -> bool:
    """Whether values of a type are text, numbers, times, or lists of text or of named objects."""
    if pa.types.is_struct(type_):
        return True
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return is_text(type_.value_type) or pa.types.is_struct(type_.value_type)
    return (
        is_text(type_)
        or pa.types.is_integer(type_)
        or pa.types.is_floating(type_)
        or pa.types.is_temporal(type_)
        or pa.types.is_boolean(type_)
        or pa.types.is_decimal(type_)
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


FORMAT = Format(
    "parquet", (".parquet", ".pq"), records, lambda head: head.startswith(b"PAR1"), needs_seek=True
)
