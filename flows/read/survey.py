"""Inspect a sample of the inputs to find their fields, how often each is filled, and examples."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from copydesk.flows.read.field_names import LOOKALIKES
from copydesk.flows.read.fields import Fields, Utf8, longest_text
from copydesk.flows.read.formats import by_name
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.reading import Listener, read_file
from copydesk.flows.read.record import Reject
from copydesk.flows.read.sources import InputFile, find
from copydesk.transforms.tag.dates.date_formats import is_date_alone

_MOST_FILES, _MOST_ROWS = 50, 1_000  # arbitrary; this takes a second or two
_EXAMPLE = 60  # characters
_DEPTH = 3
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)")
_URL = re.compile(r"https?://[^\s/]+\.[^\s/]+/\S")
# Fields with the address of something other than the article.
_OF_A_FILE = re.compile(r"image|img|photo|picture|thumb|logo|icon|avatar|video|audio|media", re.I)
# Fields with the time of something other than the publication.
_OF_A_CHANGE = re.compile(r"modif|updat|chang|edit|crawl|fetch|scrap|retriev|index", re.IGNORECASE)


@dataclass(slots=True)
class Survey:
    """A sample of the inputs.

    `filled` and `examples` map a field name, which may be dotted, to its count and to an example.
    They cover `n_rows` rows.
    """

    formats: Counter[str] = field(default_factory=Counter)
    n_files: int = 0
    n_records: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    n_rows: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)  # rows whose longest text is there
    dates: Counter[str] = field(default_factory=Counter)  # rows in which the field is a date
    urls: Counter[str] = field(default_factory=Counter)  # rows in which the field is an address

    def see(self, row: Mapping[str, object]) -> None:
        """Count the fields of a row."""
        self.n_rows += 1
        for name, stored in _leaves(row):
            value = stored.body.decode() if isinstance(stored, Utf8) else stored
            self.filled[name] += 1
            self.examples.setdefault(name, _shown(value))
            self.dates[name] += _is_date(value)
            self.urls[name] += isinstance(value, str) and bool(_URL.match(value))
        if (longest := longest_text(row)) is not None:
            self.texts[longest] += 1


def survey(inputs: Sequence[str], *, limits: Limits | None = None) -> Survey:
    """Inspect the first records of up to 50 files spread over the inputs. Raises `InputError`."""
    found, limits = Survey(), limits or Limits()
    files = [file for file in find(inputs) if isinstance(file, InputFile)]
    found.n_files = len(files)
    listener = Listener(on_row=found.see)
    step = max(1, -(-len(files) // _MOST_FILES))
    sample = files[::step]
    for file in sample:
        before = found.n_rows
        format_ = by_name(file.source_uri)
        found.formats[format_.name if format_ else "other"] += 1
        columns = Fields()
        if format_ is not None and format_.name == "parquet":
            columns = _all_columns(file)
        has_other_names = not set(columns.text) & set(Fields().text)
        if has_other_names:  # Without a recipe the whole file is one reject.
            found.rejected["no_text_field"] += 1
        for n, item in enumerate(read_file(file, fields=columns, limits=limits, listener=listener)):
            if has_other_names:
                pass
            elif isinstance(item, Reject):
                found.rejected[item.reason] += 1
            else:
                found.n_records += 1
            if max(n, found.n_rows - before) >= _MOST_ROWS // len(sample):
                break
    return found


def chosen_fields(found: Survey) -> dict[str, tuple[str, ...]]:
    """The fields for each key of `[inputs]`; those that are filled more often come first."""
    default = Fields()
    wanted: dict[str, list[str]] = {}
    for item in fields(default):
        names = getattr(default, item.name)
        if isinstance(names, tuple) and item.name not in ("keep", "encoding"):
            wanted[item.name] = [name for name in names if found.filled[name]]
    for name, n in found.filled.most_common():
        last = name.rsplit(".", 1)[-1]
        key = LOOKALIKES.get(last) or next(
            (key for key in wanted if "." in name and last in getattr(default, key)), None
        )
        if key and 2 * found.dates[name] > n:  # `pub` is a publication or its day.
            key = "fetched_at" if key == "fetched_at" else "date"
        if key and name not in wanted[key] and n * 10 >= found.n_rows:
            wanted[key].append(name)
    _add_texts(found, wanted["text"], wanted["html"])
    for key, counts, other in (
        ("date", found.dates, _OF_A_CHANGE),
        ("url", found.urls, _OF_A_FILE),
    ):
        if not wanted[key]:
            read = {name for names in wanted.values() for name in names}
            usual = (n for n, rows in counts.most_common() if 2 * rows > found.n_rows)
            wanted[key] = [n for n in usual if n not in read and not other.search(n)][:1]
    return {key: tuple(names) for key, names in wanted.items() if names}


def _add_texts(found: Survey, text: list[str], html: list[str]) -> None:
    """Add the fields with the longest text if more than a tenth of the rows lack the known names.

    Files from several sources may each use another field.
    """
    if 10 * sum(found.filled[name] for name in (*text, *html)) >= 9 * found.n_rows:
        return
    for name, n in found.texts.most_common():
        if 10 * n >= found.n_rows and name not in text and name not in html:
            is_page = found.examples.get(name, "").lstrip('"').startswith("<")
            (html if is_page else text).append(name)


def _is_date(value: object) -> bool:
    """Whether a value is a day or a time, or a text that is a date as people or ISO 8601 write it.

    >>> _is_date("2026-03-02T06:00:00Z"), _is_date("2 March 2026"), _is_date("2026")
    (True, True, False)
    """
    if not isinstance(value, str):
        return isinstance(value, date)
    return bool(_ISO.match(value)) or (len(value) <= _EXAMPLE and is_date_alone(value))


def _leaves(
    row: Mapping[str, object], prefix: str = "", depth: int = _DEPTH
) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        full = f"{prefix}{name}"
        if value in (None, "", b"", [], {}):
            continue
        if isinstance(value, Mapping) and depth:
            yield from _leaves(value, f"{full}.", depth - 1)
        else:
            yield full, value


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, datetime | date):
        value = value.isoformat()
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _EXAMPLE else text[: _EXAMPLE - 3] + "..."


def _all_columns(file: InputFile) -> Fields:
    """Return the `Fields` that make the Parquet reader read every column, so that all can be shown.

    The reader refuses a file without a column for the text. If none has a usual name, every column
    of text is one.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from copydesk.flows.read.formats.parquet import column_types, is_text

    try:
        with file.open() as stream:
            schema = pq.ParquetFile(stream).schema_arrow
    except (OSError, pa.ArrowException, ValueError):
        return Fields()
    usual = Fields(keep=tuple(schema.names))
    if {*usual.html, *usual.text} & set(schema.names):
        return usual
    texts = tuple(name for name, type_ in column_types(schema) if is_text(type_))
    return replace(usual, text=texts) if texts else usual
