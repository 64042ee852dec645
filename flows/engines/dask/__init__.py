"""The engine `dask`: shards of a run as tasks of a Dask cluster.

Large data passes through files of the staging folder. Workers share that folder with the process
that started the run, or transfer its files through an object store (`transfer`). Between scheduler,
workers and client only names and counts are sent.
"""


class EngineError(RuntimeError):
    """An engine is not available or was lost. The message says what to do."""
