"""The engine `dask`: shards of a run as tasks of a Dask cluster.

Large data passes through files in the staging folder. Workers share that folder with the process
that started the run, or transfer its files through an object store (`transfer`). Only names and
counts pass between scheduler, workers and client.
"""


class EngineError(RuntimeError):
    """An engine is unavailable or was lost. The message says what to do."""
