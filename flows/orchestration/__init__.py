"""Everything that knows Prefect: tasks, artifacts, the schedule and the settings."""
