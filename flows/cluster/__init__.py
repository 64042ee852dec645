"""The engine dask: shards and partitions of keys as tasks of a Dask cluster.

Workers and the process that started the run share the warehouse's folder. What is large goes through
files of the staging folder; between scheduler, workers and client pass paths, names and counts.
"""


class EngineError(RuntimeError):
    """An engine cannot be had, or was lost; the sentence says what to do."""
