"""The table that `python -m benchmarks.workers` prints."""

from __future__ import annotations

from benchmarks.workers import Timed, table


def test_the_table_has_a_line_for_each_round_and_one_for_all_of_them() -> None:
    rounds = [
        {1: Timed(100.0, 110.0, {"clean": 90.0}), 2: Timed(50.0, 110.0, {"clean": 45.0})},
        {1: Timed(120.0, 110.0, {"clean": 100.0}), 2: Timed(60.0, 121.0, {"clean": 50.0})},
    ]
    assert table(rounds).splitlines() == [
        "| round | 1 worker: s (CPU s), clean s | 2 workers: s (CPU s), clean s | gain | at equal CPU |",
        "|---|---:|---:|---:|---:|",
        "| 1 | 100.0 (110.0), 90.0 | 50.0 (110.0), 45.0 | 2.000 | 2.000 |",
        "| 2 | 120.0 (110.0), 100.0 | 60.0 (121.0), 50.0 | 2.000 | 2.200 |",
        "| all | 220.0 (220.0), 190.0 | 110.0 (231.0), 95.0 | 2.000 | 2.100 |",
    ]
