"""Where the shards of a run are processed: worker processes of this machine, or a Dask cluster."""
