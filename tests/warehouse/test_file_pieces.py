"""Pieces of a file, and rows that are staged in several parts, arrive in the requested order."""

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
from copydesk.flows.warehouse.table_rewrite import output_limits
from copydesk.flows.warehouse.table_rewrite.rewrite import (
    OutputFolders,
    TableChange,
    rewrite_table,
)
from tests.warehouse import rows


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


@pytest.mark.parametrize("spill_bytes", [1, 2_000, 2**20])
def test_a_file_is_the_same_whatever_the_parts_in_which_its_rows_are_staged(
    tmp_path: Path, spill_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = replace(table_file.PARTITIONS["rejects"], row_group=(9, 9))
    monkeypatch.setitem(table_file.PARTITIONS, "rejects", layout)
    monkeypatch.setattr(output_limits, "SPILL_BYTES", spill_bytes)
    rejects = rows.table("rejects", [rows.row("rejects", record_number=n) for n in range(40)])
    shuffled = rejects.take(pa.array(np.random.default_rng(0).permutation(40)))
    (entry,) = rewrite_table(
        "rejects",
        None,
        TableChange([shuffled.slice(first, 8) for first in range(0, 40, 8)]),
        folders=OutputFolders(tmp_path / "rejects"),
        month_of=lambda ids: ids,
    ).written
    path = tmp_path / "rejects" / entry.name
    assert pq.read_metadata(path).num_row_groups == 5
    assert pq.read_table(path)["record_number"].to_pylist() == list(range(40))
    assert [path.name for path in path.parent.iterdir()] == [entry.name]
