"""The forms in which articles are shown and exported: plain values, HTML, Markdown, passages."""
