"""Files of the staging folder are complete or absent, and can be read by column."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from copydesk.flows.support import arrow_file

TABLE = pa.table({"doc_id": ["a", "b"], "text": ["Rain.", None], "n_words": [1, 0]})


def test_a_file_gives_back_its_table_or_some_of_its_columns(tmp_path: Path) -> None:
    path = arrow_file.write(TABLE, tmp_path / "rows.arrow")
    assert arrow_file.read(path) == TABLE
    assert arrow_file.read(path, ["n_words", "doc_id"]) == TABLE.select(["n_words", "doc_id"])


def test_the_footer_has_the_sizes_and_the_names_of_the_columns(tmp_path: Path) -> None:
    path = arrow_file.write(TABLE, tmp_path / "rows.arrow")
    assert (arrow_file.n_rows(path), arrow_file.n_bytes(path)) == (2, TABLE.nbytes)
    assert list(arrow_file.column_names(path)) == TABLE.column_names


def test_a_file_that_is_written_again_has_a_new_footer(tmp_path: Path) -> None:
    arrow_file.write(TABLE, tmp_path / "rows.arrow")
    assert arrow_file.n_rows(tmp_path / "rows.arrow") == 2
    arrow_file.write(TABLE.select(["text"]).slice(1), tmp_path / "rows.arrow")
    assert arrow_file.n_rows(tmp_path / "rows.arrow") == 1
    assert arrow_file.read(tmp_path / "rows.arrow", ["text"]).num_rows == 1


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    path = arrow_file.write(TABLE.slice(0, 0), tmp_path / "rows.arrow")
    assert arrow_file.read(path, ["text"]).schema == TABLE.select(["text"]).schema


def test_an_unknown_column_is_named(tmp_path: Path) -> None:
    path = arrow_file.write(TABLE, tmp_path / "rows.arrow")
    with pytest.raises(KeyError, match="no column 'title'"):
        arrow_file.read(path, ["doc_id", "title"])


def test_a_failed_write_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        arrow_file.write(TABLE, tmp_path / "absent" / "rows.arrow")
    assert list(tmp_path.iterdir()) == []
