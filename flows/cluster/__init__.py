"""The engine dask: shards and partitions of keys as tasks of a Dask cluster.

Workers and the process that started the run share the warehouse's folder. What is large goes through
files of the staging folder; between scheduler, workers and client pass paths, names and counts.
"""

from copydesk.flows.cluster.engine import opened

__all__ = ["opened"]
