"""`copydesk explain`: show why a document is a copy, next to the kept one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copydesk.flows.cli._warehouse import find_document, open_warehouse
from copydesk.flows.cli.options import counted, echo_json, json_option, printable, warehouse_option

if TYPE_CHECKING:
    from copydesk.transforms.dedup import Options
    from copydesk.transforms.dedup.shared_passages import Passage

_NUMBERS = (
    "relation",
    "jaccard",
    "jaccard_estimated",
    "containment_in_kept",
    "containment_of_kept",
    "longest_shared_words",
    "distinctive_in_kept",
    "distinctive_of_kept",
    "facts_missing_in_kept",
    "facts_missing_of_kept",
    "may_go",
    "kept_may_go",
)


@click.command()
@click.argument("doc")
@click.argument("other", required=False)
@click.option(
    "--width",
    type=click.IntRange(min=40),
    default=None,
    metavar="COLUMNS",
    help="Width of the output.  [default: the width of the terminal]",
)
@warehouse_option
@json_option
def command(
    *, doc: str, other: str | None, width: int | None, warehouse: Path | str, as_json: bool
) -> None:
    """Show why a document is a copy, next to the kept document and with shared passages marked.

    \b
        copydesk explain 421c324feda043ed8c3e2d7b90a1f6e5
        copydesk explain 421c324feda043ed8c3e2d7b90a1f6e5 0d9b...

    DOC and OTHER are named as for `copydesk show`. If you name two documents, they are compared
    whether they are copies or not. If you name one kept document, its copies are listed.
    """
    from copydesk.flows.recipe import RecipeError, recipe_of_last_run
    from copydesk.transforms.dedup import Options

    with open_warehouse(warehouse) as found:
        snapshot = found.snapshot("current")
        ids = [
            find_document(snapshot, given)[1]["doc_id"]
            for given in (doc, other)
            if given is not None
        ]
        if len(ids) == 2 and ids[0] == ids[1]:
            raise click.UsageError(f"both arguments name document {ids[0]}; name two documents")
        rows = _rows(snapshot, ids)
        if other is None:
            kept = rows[ids[0]].get("kept_doc_id")
            if kept is None:
                _list_copies(snapshot, rows[ids[0]], as_json=as_json)
                return
            ids.append(kept)
            rows |= _rows(snapshot, [kept])
        one, two = rows[ids[0]], rows[ids[1]]
        measured = _pair(snapshot, ids[0], ids[1])
        try:
            options = recipe_of_last_run(snapshot).dedup
        except RecipeError:  # A warehouse from an untrusted source may have a malformed run record.
            options = Options()
    from copydesk.transforms.dedup.shared_passages import shared_passages

    passages = shared_passages(one["text"], two["text"])
    if as_json:
        echo_json(
            {
                "documents": [{k: v for k, v in row.items() if k != "text"} for row in (one, two)],
                "pair": measured,
                "passages": [_passage_record(p) for p in passages],
            }
        )
        return
    _print_decision(one, two, measured, options)
    _side_by_side(one["text"], two["text"], passages, width)


def _passage_record(passage: Passage) -> dict[str, int]:
    """The passage as a mapping."""
    return {
        name: getattr(passage, name)
        for name in ("start", "end", "other_start", "other_end", "n_words")
    }


def _rows(snapshot: Any, ids: list[str]) -> dict[str, dict[str, Any]]:
    columns = ["doc_id", "title", "outlet", "published_at", "url", "source_uri", "text"]
    copy_columns = ["kept_doc_id", *_NUMBERS, "keep_reason"]
    rows = {row["doc_id"]: row for row in snapshot.documents("articles", ids, columns).to_pylist()}
    rows |= {
        row["doc_id"]: row
        for row in snapshot.documents("duplicates", ids, [*columns, *copy_columns]).to_pylist()
    }
    for doc_id in ids:
        if doc_id not in rows:
            raise click.ClickException(
                f"document {doc_id} is quarantined, so it was not compared with others; "
                f"`copydesk show {doc_id}` shows it"
            )
    return rows


def _pair(snapshot: Any, one: str, two: str) -> dict[str, Any] | None:
    import pyarrow.compute as pc

    a, b = pc.field("doc_a"), pc.field("doc_b")
    found = snapshot.table(
        "pairs", None, ((a == one) & (b == two)) | ((a == two) & (b == one))
    ).to_pylist()
    return dict(found[0]) if found else None


def _list_copies(snapshot: Any, row: Mapping[str, Any], *, as_json: bool) -> None:
    import pyarrow.compute as pc

    columns = [
        "doc_id",
        "outlet",
        "published_at",
        "relation",
        "jaccard",
        "containment_in_kept",
        "keep_reason",
    ]
    copies = (
        snapshot.table("duplicates", columns, pc.field("kept_doc_id") == row["doc_id"])
        .sort_by("doc_id")
        .to_pylist()
    )
    if as_json:
        echo_json({"kept": row["doc_id"], "copies": copies})
        return
    if not copies:
        click.echo(f"{row['doc_id']} is kept and has no copy.")
        return
    click.echo(f"{row['doc_id']} is kept. {counted(len(copies), 'copy')}:")
    for copy in copies:
        click.echo(
            printable(
                f"  {copy['doc_id']}  {copy['relation']:<8} jaccard {copy['jaccard']:.2f}, {copy['containment_in_kept']:.0%} of it is in the kept one"
                f"  {copy['outlet'] or '-'}  ({copy['keep_reason']})"
            )
        )


def _print_decision(
    one: Mapping[str, Any],
    two: Mapping[str, Any],
    measured: Mapping[str, Any] | None,
    options: Options,
) -> None:
    from copydesk.transforms.dedup.decision import decision_sentences

    for row in (one, two):
        click.echo(
            printable(
                f"{row['doc_id']}  {row['published_at'] or 'undated'}  {row['outlet'] or '-'}  {row['url'] or row['source_uri']}"
            )
        )
    if one.get("kept_doc_id") == two["doc_id"]:
        click.echo(
            printable(
                f"The first is a copy of the second ({one['relation']}). Kept: {one['keep_reason']}."
            )
        )
        measured = one
        needed = options.score_needed(one["relation"])
        click.echo(printable(decision_sentences.why_dropped(one, needed)))
    elif measured is not None:
        needed = options.score_needed(measured["relation"])
        click.echo(printable(decision_sentences.why_kept(measured, needed)))
    if measured is None:
        click.echo(
            "No similarity is recorded: the two share too little text to be stored as a pair, or "
            "they were never compared."
        )
        return
    click.echo(
        f"{measured['relation']}: jaccard {measured['jaccard']:.3f} (estimated {measured['jaccard_estimated']:.3f}), "
        f"contained {measured['containment_in_kept']:.0%} and {measured['containment_of_kept']:.0%}, "
        f"longest shared passage {measured['longest_shared_words']} words"
    )


def _side_by_side(one: str, two: str, passages: list[Passage], width: int | None) -> None:
    from rich.console import Console
    from rich.table import Table

    left = _marked(one, [(p.start, p.end) for p in passages])
    right = _marked(two, [(p.other_start, p.other_end) for p in passages])
    console = Console(width=width, highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, expand=True)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    table.add_row(left, right)
    console.print(table)
    if not console.is_terminal:
        click.echo("Shared passages are in [[brackets]].")


def _marked(text: str, ranges: list[tuple[int, int]]) -> Any:
    import sys

    from rich.text import Text

    brackets = not sys.stdout.isatty()
    out, at = Text(), 0
    for start, end in sorted(ranges):
        if start < at:
            continue  # the same passage again
        out.append(printable(text[at:start], keep_newlines=True))
        shared = printable(text[start:end], keep_newlines=True)
        out.append(f"[[{shared}]]" if brackets else shared, style="reverse")
        at = end
    out.append(printable(text[at:], keep_newlines=True))
    return out
