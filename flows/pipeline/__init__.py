"""The steps of a run, from the inputs to a published snapshot. They need no Prefect and no terminal."""
