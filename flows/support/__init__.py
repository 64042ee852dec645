"""General tools that any part of the pipeline may use, without any knowledge of news."""
