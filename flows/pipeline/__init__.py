"""The run: its steps from inputs to a published snapshot, without Prefect and without a terminal."""
