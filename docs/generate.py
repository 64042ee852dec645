"""Write the pages that follow from the code: `python -m docs.generate`. A test checks that they are current."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from copydesk.flows.cli import main as copydesk
from copydesk.flows.recipe import sections
from copydesk.schemas.tables import DECLARED, SCHEMA_VERSION
from copydesk.transforms.clean.rules_page import markdown as rules_of_text
from copydesk.transforms.extract import cut_reasons
from copydesk.transforms.snapshot_schemas import TABLES

DOCS = Path(__file__).parent
_SHOWN_AS: dict[str, Any] = {
    "terminal_width": 100,
    "max_content_width": 100,
    "help_option_names": ["-h", "--help"],
}


def rules() -> str:
    """The rules that cut text, and the reasons for which blocks of a page are cut."""
    parts = [
        rules_of_text().rstrip(),
        "",
        "## Reasons of pages",
        "",
        "Why a block of a web page is not of its article; `docs/pages.md` says how the article is found.",
        "",
        "| rule | version | what it means | a sample |",
        "|---|---|---|---|",
    ]
    parts += [
        f"| `{rule}` | {version} | {meaning} | {cut_reasons.SAMPLES[rule]} |"
        for rule, version, meaning in cut_reasons.RULES
    ]
    return "\n".join(parts) + "\n"


def cli() -> str:
    """The command line reference: what `--help` prints, for every command."""
    parts = [
        "# Command line",
        "",
        "Written by `python -m docs.generate` from what `--help` prints.",
        "",
    ]
    with click.Context(copydesk, info_name="copydesk", **_SHOWN_AS) as context:
        parts += _help(copydesk, context, level=2)
    return "\n".join(parts).rstrip() + "\n"


def _help(command: click.Command, context: click.Context, level: int) -> list[str]:
    parts = [
        f"{'#' * min(level, 4)} {context.command_path}",
        "",
        "```text",
        command.get_help(context),
        "```",
        "",
    ]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                with click.Context(child, parent=context, info_name=name, **_SHOWN_AS) as inner:
                    parts += _help(child, inner, level + 1)
    return parts


def data_dictionary() -> str:
    """Every table and column with its sentence."""
    parts = [
        "# Data dictionary",
        "",
        f"Schema version {SCHEMA_VERSION}. Written by `python -m docs.generate` from the declarations in `schemas/` and in the taggers; "
        "each sentence is also in the Parquet field metadata under `meaning`. An unknown value is null, an unknown list empty.",
        "",
    ]
    for name, schema in TABLES.items():
        parts += [f"## {name}", "", DECLARED[name].meaning, ""]
        shown = schema
        if DECLARED[name].holds_documents and name != "articles":
            articles = TABLES["articles"]
            shown = pa.schema([field for field in schema if field.name not in articles.names])
            parts += ["All columns of `articles`, and:", ""]
        parts += ["| column | type | null | meaning |", "|---|---|---|---|"]
        parts += [
            f"| `{f.name}` | {_type(f.type)} | {'yes' if f.nullable else 'no'} | {_cell(f.metadata[b'meaning'].decode())} |"
            for f in shown
        ]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    if pa.types.is_map(kind):
        return f"map of {_type(kind.key_type)} to {_type(kind.item_type)}"
    if pa.types.is_struct(kind):
        return "struct of " + ", ".join(f"`{kind.field(i).name}`" for i in range(kind.num_fields))
    names = {
        "large_string": "string",
        "date32[day]": "date",
        "timestamp[us, tz=UTC]": "timestamp, UTC",
    }
    return names.get(str(kind), str(kind))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def recipe() -> str:
    """Every choice of the recipe with its default, and the reason for it."""
    parts = [
        "# Recipe",
        "",
        "A recipe is a TOML file that holds what differs from the defaults: `copydesk ingest --recipe site.toml ...`. Unknown keys "
        "are errors that name the nearest right one. The whole recipe of a run is in the table `runs`. Written by "
        "`python -m docs.generate` from the declarations.",
        "",
    ]
    for name, section in sections().items():
        parts += [
            f"## {name}",
            "",
            inspect.cleandoc(section.__doc__ or ""),
            "",
            "| key | default | why |",
            "|---|---|---|",
        ]
        reasons = _reasons(section)
        for item in dataclasses.fields(section):
            default = (
                item.default if item.default is not dataclasses.MISSING else item.default_factory()
            )  # type: ignore[misc]
            parts.append(
                f"| `{item.name}` | `{_default(default)}` | {_cell(reasons.get(item.name, ''))} |"
            )
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _default(value: object) -> str:
    """The default as TOML would have it; long tables by their size.

    >>> _default(("a", "b")), _default(True), _default(None)
    ('["a", "b"]', 'true', 'none')
    """
    if isinstance(value, Mapping | tuple) and len(value) > 8:
        return f"{len(value)} entries"
    if isinstance(value, Mapping):
        value = dict(value)
    return "none" if value is None else json.dumps(value, ensure_ascii=False).replace("|", "\\|")


def _reasons(section: type) -> dict[str, str]:
    """Map each field of an options class to the docstring below it."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(section))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in pairwise(body.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found


PAGES = {
    "cli.md": cli,
    "data-dictionary.md": data_dictionary,
    "recipe.md": recipe,
    "rules.md": rules,
}


if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")
        print(DOCS / name, file=sys.stderr)
