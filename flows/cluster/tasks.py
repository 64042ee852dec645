"""What runs on the workers of the cluster.

Every task may run twice, also at the same time: it writes files named by their content under a name
of its own first, and returns paths, names and counts.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from copydesk.flows import provenance, work
from copydesk.flows.read.limits import Limits
from copydesk.flows.read.shards import from_json
from copydesk.transforms.dedup.options import Options

# Of each thread of a Dask worker the process beside it in which its shards run, by what that process works for.
_pools: dict[tuple[int, str], tuple[work.Pool, threading.Lock]] = {}


def versions() -> dict[str, str]:
    """See `provenance.versions`."""
    return provenance.versions()


def sees(path: str) -> bool:
    """Whether the file is there for this worker."""
    return os.path.exists(path)


def run_shard(shard: dict[str, Any], task: str, options: dict[str, Any], limits: dict[str, Any], key: str) -> dict[str, Any]:
    """`work.run_shards` for one shard: in a process of its own, which may hang, crash or eat memory without harm to the worker."""
    place = (threading.get_ident(), _purpose(task, options, limits, key))
    pool, lock = _pools.get(place) or (work.Pool(task, options, workers=1, limits=Limits(**limits), key=key), threading.Lock())
    _pools[place] = pool, lock
    with lock:
        try:
            ((_, result),) = pool.run(iter([from_json(shard)]))
        except BaseException:
            _pools.pop(place, None)
            pool.close()
            raise
    return result


def close_pools(task: str, options: dict[str, Any], limits: dict[str, Any], key: str) -> None:
    """End the processes that work for this and nothing else, when no shard is left or the run is stopped."""
    purpose = _purpose(task, options, limits, key)
    for place in [place for place in _pools if place[1] == purpose]:
        pool, lock = _pools.pop(place)
        pool.stop()
        with lock:  # a shard that is still at work ends within a tenth of a second
            pool.close()


def _purpose(task: str, options: dict[str, Any], limits: dict[str, Any], key: str) -> str:
    return json.dumps([task, options, limits, key], sort_keys=True)


def sign(path: str, options: Options, folder: str) -> tuple[str, int]:
    """Sign a placed shard; the name of the signed one and its number of documents."""
    from copydesk.flows.cluster import comparing

    return comparing.sign(Path(path), options, Path(folder))


def gather(plan: str, slab: int) -> str:
    """Bring the sketches of a slab together in order of time; the name of their file."""
    from copydesk.flows.cluster import comparing

    return comparing.gather(plan, slab)


def look_up(plan: str, part: int, n_parts: int) -> str:
    """Look one part of the keys up in the index; the name of the file with what was found."""
    from copydesk.flows.cluster import comparing

    return comparing.look_up(plan, part, n_parts)


def compare(plan: str, slab: int) -> str:
    """Compare a slab with itself and with all before it; the name of the file with its pairs."""
    from copydesk.flows.cluster import comparing

    return comparing.compare(plan, slab)


def decide(plan: str, name: str) -> str:
    """Choose leaders in a part of the components; the name of the part, whose tables stand in the folder."""
    from copydesk.flows.cluster import deciding

    return deciding.decide(plan, name)


def forget() -> None:
    """Let go of the files of a comparison: a folder on a network share can be deleted only then."""
    from copydesk.flows.cluster import plan, signed

    plan.load.cache_clear()
    signed.opened.cache_clear()
