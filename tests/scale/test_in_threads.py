"""Items that are worked on in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from copydesk.flows.support.in_threads import in_threads, one_ahead


def slowest_first(n: int) -> int:
    time.sleep((5 - n) / 500)
    return n


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    assert list(in_threads(slowest_first, range(6), threads=threads)) == [0, 1, 2, 3, 4, 5]


def test_items_are_taken_as_results_are_used_so_that_memory_is_bounded() -> None:
    taken: list[int] = []
    results = in_threads(int, (taken.append(n) or n for n in range(100)), threads=2)
    assert next(results) == 0
    assert len(taken) <= 3


def test_an_error_is_raised_at_its_item() -> None:
    results = in_threads(lambda n: 6 // n, [2, 3, 0, 1], threads=2)
    assert next(results) == 3
    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_one_thread_means_the_thread_of_the_caller() -> None:
    assert list(in_threads(lambda _: threading.current_thread(), [1], threads=1)) == [
        threading.current_thread()
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_items_made_one_ahead_come_in_order(threads: int) -> None:
    assert list(one_ahead(map(slowest_first, range(5)), threads=threads)) == [0, 1, 2, 3, 4]


def test_the_next_item_is_made_while_the_caller_has_this_one() -> None:
    is_made = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        is_made.set()
        yield 1

    made = one_ahead(items(), threads=2)
    assert next(made) == 0
    assert is_made.wait(10)  # The caller has not asked for the second item.
    assert list(made) == [1]


def test_only_one_item_is_made_ahead_so_that_memory_is_bounded() -> None:
    begun: list[int] = []
    made = one_ahead((begun.append(n) or n for n in range(100)), threads=2)
    assert [next(made), next(made)] == [0, 1]
    assert len(begun) <= 3


def test_an_error_ahead_is_raised_at_its_item() -> None:
    made = one_ahead((6 // n for n in (3, 0)), threads=2)
    assert next(made) == 2
    with pytest.raises(ZeroDivisionError):
        next(made)
