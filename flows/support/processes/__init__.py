"""The processes of a run: workers with limits, and settings for copydesk's own processes."""
