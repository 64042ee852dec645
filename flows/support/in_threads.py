"""Call a function for many items in threads, with the results in order.

This pays for functions that spend their time in Arrow, numpy and compiled loops, which let other
threads run. It gives the same results as a loop, whatever the number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_END: Final = object()


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


def one_ahead(items: Iterable[_Item], *, threads: int) -> Iterator[_Item]:
    """Yield the items, while another thread makes the one after the item that the caller has.

    Use it for an iterator that does work, if making the next item does not depend on what the caller
    does with this one. An error in the iterator is raised at its item. With one thread, each item is
    made when the caller asks for it.

    >>> list(one_ahead(iter("abc"), threads=2))
    ['a', 'b', 'c']
    """
    if threads < 2:
        yield from items
        return
    remaining = iter(items)
    with ThreadPoolExecutor(1) as pool:
        following: Future[Any] = pool.submit(next, remaining, _END)
        while (item := following.result()) is not _END:
            following = pool.submit(next, remaining, _END)
            yield cast(_Item, item)
