"""Pieces of a file, and rows of a table in several batches, arrive in the requested order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows.support.file_pieces import read_pieces
from copydesk.flows.support.text_spill import SpilledTexts
from copydesk.flows.warehouse import table_file


def read(path: Path, pieces: list[tuple[int, int, int]], size: int) -> bytes:
    """Read pieces (start, length, position) of a file into an array of this size."""
    into = np.zeros(size, np.uint8)
    starts, lengths, positions = np.array(pieces, np.int64).reshape(-1, 3).T
    with path.open("rb") as file:
        read_pieces(file.fileno(), starts, lengths, into, positions)
    return into.tobytes()


def test_each_piece_goes_to_its_position(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    path.write_bytes(b"abcdefgh")
    assert read(path, [(6, 2, 0), (0, 3, 2), (3, 1, 5)], 6) == b"ghabcd"


def test_an_empty_piece_and_no_piece_read_nothing(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    path.write_bytes(b"abc")
    assert read(path, [(0, 1, 0), (1, 0, 1), (2, 1, 1)], 2) == b"ac"
    assert read(path, [(1, 0, 0)], 0) == b""
    assert read(path, [], 1) == b"\0"


def test_a_piece_behind_the_end_of_the_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "letters"
    path.write_bytes(b"abc")
    with pytest.raises(EOFError, match="ends at byte 3"):
        read(path, [(2, 2, 0)], 2)


def test_spilled_texts_come_back_in_the_requested_order(tmp_path: Path) -> None:
    with SpilledTexts(tmp_path) as texts:
        texts.append(pa.array(["a", "", "øl"], pa.large_string()))
        texts.append(pa.array(["last"], pa.large_string()))
        texts.close_writing()
        assert texts.take(np.array([3, 0, 2, 1])).to_pylist() == ["last", "a", "øl", ""]
        assert texts.take(np.array([1])).to_pylist() == [""]


@pytest.mark.parametrize("rows_per_batch", [1, 7, 40])
def test_a_file_is_the_same_whatever_the_batches_of_its_table(
    tmp_path: Path, rows_per_batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = replace(table_file.PARTITIONS["templates"], row_group=(9, 9))
    monkeypatch.setitem(table_file.PARTITIONS, "templates", layout)
    table = pa.table({"outlet_id": ["a", "b"] * 20, "line": [f"line {n:02}" for n in range(40)]})
    order = pa.array(np.random.default_rng(0).permutation(40), pa.uint64())  # as Arrow sorts
    parts = [table.slice(first, rows_per_batch) for first in range(0, 40, rows_per_batch)]
    split = pa.concat_tables([part.combine_chunks() for part in parts])
    entry = table_file.write(split, "templates", "undated", tmp_path, order=order)
    assert pq.read_metadata(tmp_path / entry.name).num_row_groups == 5
    assert pq.read_table(tmp_path / entry.name).equals(table.take(order))
