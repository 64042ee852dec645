"""The engine dask: shards and partitions of keys as tasks of a Dask cluster.

What is large goes through files of the staging folder, which workers and the process that started the run share, or
have carried between them (`carrying`); between scheduler, workers and client pass names and counts.
"""


class EngineError(RuntimeError):
    """An engine cannot be had, or was lost; the sentence says what to do."""
