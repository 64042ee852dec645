"""General tools for any part of the pipeline. They know nothing about news."""
