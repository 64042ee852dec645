"""Everything that uses Prefect: tasks, artifacts, the schedule and the settings."""
