"""How articles are shown and handed on: plain values, HTML, Markdown, passages."""
