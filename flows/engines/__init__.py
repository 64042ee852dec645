"""Where the shards of a run are worked on: worker processes of this machine, or a Dask cluster."""
