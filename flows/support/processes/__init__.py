"""Processes of a run: workers with limits, and the settings of a process of its own."""
