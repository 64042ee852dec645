"""Run a fixed series of publishes in child processes that are killed.

A child is killed at a step or after a time. Each line of standard input is one order: `ROOT STEP N`
(kill when that step is passed for the N-th time), `ROOT after SECONDS` or `ROOT never`. The answer
is `killed` or `done`. One process takes all orders, because importing takes most of the time, and a
forked child has imported everything already.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.flows.warehouse import Change, Options, Warehouse
from tests.warehouse import rows

STEPS = 3
_DAY = dt.date(2026, 9, 28)


def publish_series(root: Path, checkpoint: Callable[[str], None]) -> None:
    """Continue the series of publishes from the current snapshot to its end."""
    warehouse = Warehouse.open(
        root, create=True, options=Options(keep_snapshots=1, grace_hours=0), checkpoint=checkpoint
    )
    with warehouse.lock(wait_seconds=30):
        warehouse.sweep()
        current = warehouse.current()
        for step in range(current.manifest.sequence if current else 0, STEPS):
            warehouse.publish(_change(warehouse, step))
        warehouse.sweep()


def _change(warehouse: Warehouse, step: int) -> Change:
    base = warehouse.current()
    numbers = range(step * 20, step * 20 + 20)
    articles = rows.table(
        "articles", [rows.article(n, date=_DAY + dt.timedelta(days=n % 9)) for n in numbers]
    )
    staging = warehouse.staging(f"run-{step}")
    pq.write_table(articles, staging / "shard.parquet")
    (staging / f"{step}.idx").write_text(f"index {step}")
    gone = [rows.doc_id(n) for n in (step * 20 - 1, step * 20 - 7)] if step else []
    return Change(
        parent=base.id if base else None,
        run=rows.run(f"run-{step}", n_articles=20),
        inserts={
            "articles": [staging / "shard.parquet"],
            "removed": [rows.table("removed", [rows.cut(n) for n in numbers])],
        },
        deletes={"articles": gone, "removed": gone},
        updates={
            "articles": pa.table({"doc_id": [rows.doc_id(step * 20 - 2)], "cluster_size": [step]})
        }
        if step
        else {},
        index_files={f"{step}.idx": staging / f"{step}.idx"},
        index_keep=[f"{step - 1}.idx"] if step else None,
    )


def _killer(how: str, count: str) -> Callable[[str], None]:
    left = int(count) if how not in ("after", "never") else 0

    def checkpoint(step: str) -> None:
        nonlocal left
        if step == how.replace("_", " "):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if how == "after":
        threading.Thread(target=_kill_after, args=(float(count),), daemon=True).start()
    return checkpoint


def _kill_after(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Take orders until standard input ends."""
    pa.array(np.zeros(1))  # let Arrow look for pandas here, and not in every child
    for line in sys.stdin:
        root, how, count = (*line.split(), "0")[:3]
        child = os.fork()
        if child == 0:
            publish_series(Path(root), _killer(how, count))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        answer = (
            "killed" if os.WIFSIGNALED(status) else "done" if status == 0 else f"failed {status}"
        )
        print(answer, flush=True)


if __name__ == "__main__":
    main()
