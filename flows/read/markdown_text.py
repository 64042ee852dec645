"""Convert Markdown to plain text with markdown-it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

_HEAD = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)


def parts(text: str) -> tuple[Mapping[str, object], str]:
    """Split a text into the fields of its front matter, with lower-case names, and the rest.

    The front matter is YAML between lines of `---`, or TOML between lines of `+++`. Line ends
    become line feeds.

    >>> parts("---\\ntitle: Rain\\nauthors:\\n  - Ana Ruiz\\n---\\nIt rained.")
    ({'title': 'Rain', 'authors': ['Ana Ruiz']}, 'It rained.')
    """
    text = text.replace("\r\n", "\n")
    head = _HEAD.match(text)
    if head is None:
        return {}, text
    try:
        row = yaml.safe_load(head[2]) if head[1] == "---" else tomllib.loads(head[2])
    except (yaml.YAMLError, ValueError, RecursionError):  # An error in TOML is a ValueError.
        return {}, text
    if not isinstance(row, dict):
        return {}, text
    return {str(name).lower(): value for name, value in row.items()}, text[head.end() :]


def plain(markdown: str) -> str:
    """Convert Markdown to text with one block a line, without markup, link addresses or images.

    >>> plain("# Rain\\n\\nIt **rained** in [Harwick](https://h.example).\\n\\n- One\\n- Two")
    'Rain\\nIt rained in Harwick.\\nOne\\nTwo'
    """
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    return "\n".join(block for block in _blocks(tokens) if block)


def _blocks(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _inline(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n")


def _inline(tokens: list[Token]) -> str:
    out = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            out.append("\n" if token.type == "hardbreak" else " ")
        elif token.type in ("text", "code_inline"):
            out.append(token.content)
    return "".join(out).strip()
