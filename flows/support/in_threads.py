"""Call a function for many items in threads, with the results in order.

This pays for functions that spend their time in Arrow, numpy and compiled loops, which let other
threads run. It gives the same results as a loop, whatever the number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_threads(
    function: Callable[[_Item], _Result], items: Iterable[_Item], *, threads: int
) -> Iterator[_Result]:
    """Yield the result for each item, in order. An error in the function is raised at its item.

    At most `threads` items are worked on at once, and at most one result waits for the caller. With
    one thread, everything is done in the caller's own.

    >>> list(in_threads(str.upper, ["a", "b", "c"], threads=2))
    ['A', 'B', 'C']
    """
    if threads < 2:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads) as pool:
        started: deque[Future[_Result]] = deque()
        for item in items:
            started.append(pool.submit(function, item))
            if len(started) > threads:
                yield started.popleft().result()
        while started:
            yield started.popleft().result()
