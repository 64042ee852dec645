"""Convert Markdown to plain text with markdown-it."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator, Mapping

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from copydesk.flows.read import markup

_HEAD = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([\w-]{1,60})[ \t]{0,9}[:=](?:[ \t]+(.*))?$")
# Raw HTML inside Markdown. A comment and the content of a script or style are not text.
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.I)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)


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
        row = _by_lines(head[2])
    if not isinstance(row, dict) or not row:
        return {}, text
    return {str(name).lower(): value for name, value in row.items()}, text[head.end() :]


def _by_lines(head: str) -> dict[str, object]:
    """The fields of front matter that is not valid, from its lines; {} if it does not look like one.

    People write a colon in a title without quotes, which YAML does not allow.

    >>> _by_lines("title: Rain: a flood\\ntags:\\n  - weather")
    {'title': 'Rain: a flood', 'tags': ''}
    """
    lines = [line for line in head.splitlines() if line.strip() and not line.startswith("#")]
    fields = [match for line in lines if (match := _FIELD.match(line))]
    is_front_matter = fields and all(_FIELD.match(line) or line[0] in " \t-" for line in lines)
    return {m[1]: (m[2] or "").strip().strip("\"'") for m in fields} if is_front_matter else {}


def plain(markdown: str) -> str:
    """Convert Markdown to text with one block a line, without markup, link addresses or images.

    Of HTML in it, the text between the tags stays.

    >>> plain("# Rain\\n\\nIt **rained** in [Harwick](https://h.example).\\n\\n- One\\n- Two")
    'Rain\\nIt rained in Harwick.\\nOne\\nTwo'
    """
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    return "\n".join(block for block in _blocks(tokens) if block)


def _blocks(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield _inline(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n")
        elif token.type == "html_block":
            shown = markup.without_tags(_BREAK.sub("\n", _UNSEEN.sub("", token.content)))
            yield html.unescape(shown).strip()


def _inline(tokens: list[Token]) -> str:
    out = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            out.append("\n" if token.type == "hardbreak" else " ")
        elif token.type in ("text", "code_inline"):
            out.append(token.content)
        elif token.type == "html_inline" and _BREAK.fullmatch(token.content):
            out.append("\n")
    return "".join(out).strip()
