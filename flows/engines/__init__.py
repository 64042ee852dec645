"""Process the shards of a run in worker processes of this machine or on a Dask cluster."""
