"""Call functions on a cluster, with a bounded number of calls at a time and results in order."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from secrets import token_hex
from typing import Any

from distributed import Client, Future, KilledWorker
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError

from copydesk.flows.engines.dask import EngineError

AHEAD = 2  # calls in progress for each thread of the cluster: one running, one waiting
# How often a call that raised is tried again, on any free worker. A disk may have failed briefly.
RETRIES = 2
_LOOK = 30  # seconds between two checks whether there is a worker
_PATIENCE = 30 * 60  # seconds without a worker: a batch system may be slow, but a night is too long


class Submitter:
    """Runs a function of `worker_tasks` once for each call of a list."""

    def __init__(self, client: Client, note: Callable[[str], None]) -> None:
        self._client, self._note = client, note

    @property
    def n_threads(self) -> int:
        """The number of threads of the cluster, at least one."""
        return max(1, int(sum(self._client.nthreads().values())))

    def in_order(
        self, name: str, function: Callable[..., Any], calls: Iterable[tuple[Any, ...]]
    ) -> Iterator[Any]:
        """Yield the results in the order of the calls. The dashboard shows them under `name`.

        A call starts when a worker is free. If its worker is lost, the call runs again on another
        one. If it raises, it is tried again. Raises the error of the last try, or EngineError if
        several workers died during one call, no worker appears, or the scheduler is gone.
        """
        waiting: deque[Future] = deque()
        todo, is_more = iter(calls), True
        try:
            while is_more or waiting:
                most = AHEAD * self.n_threads
                while is_more and len(waiting) < most:
                    call = next(todo, None)
                    if call is None:
                        is_more = False
                        break
                    waiting.append(
                        self._client.submit(
                            function,
                            *call,
                            key=f"{name}-{token_hex(8)}",
                            pure=False,
                            retries=RETRIES,
                        )
                    )
                if waiting:
                    yield self._result(waiting[0], name)
                    waiting.popleft().release()
        finally:
            if waiting:
                with contextlib.suppress(CommClosedError, OSError):
                    self._client.cancel(list(waiting), force=True)

    def everywhere(self, function: Callable[..., Any], *arguments: object) -> None:
        """Run a function on every connected worker. Errors of lost workers are ignored."""
        with contextlib.suppress(CommClosedError, OSError, RuntimeError):
            self._client.run(function, *arguments, on_error="ignore")

    def _result(self, future: Future, name: str) -> Any:
        last_seen, ended = time.monotonic(), threading.Event()
        future.add_done_callback(lambda _: ended.set())
        try:
            while not ended.wait(_LOOK):
                if self._client.nthreads():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > _PATIENCE:
                    raise EngineError(
                        f"no Dask worker was connected for {_PATIENCE // 60} minutes. Start one and run the same "
                        "command again; finished shards are kept"
                    )
                else:
                    self._note(
                        f"no Dask worker is connected; waiting up to {_PATIENCE // 60} minutes for one"
                    )
            return future.result()
        except KilledWorker as error:
            raise EngineError(
                f"{error.allowed_failures + 1} Dask workers died one after another "
                f"while they ran the same task ({name}). Their logs say why. If they ran out of memory, "
                "give each worker more memory or fewer threads"
            ) from error
        except (FutureCancelledError, CommClosedError) as error:
            raise EngineError(
                f"the connection to the Dask scheduler was lost ({error}). Run the same command again; finished shards are kept"
            ) from error
