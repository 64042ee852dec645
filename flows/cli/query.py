"""`copydesk query`: query the corpus in SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from copydesk.flows.cli._warehouse import current_of, open_warehouse
from copydesk.flows.cli.options import counted, printable, warehouse_option

_FORMATS = ("table", "csv", "json", "jsonl", "parquet")


@click.command()
@click.argument("sql", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default=None,
    help="Format of the answer.  [default: by the ending of --to, or else table]",
)
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write the answer to a .csv, .json, .jsonl or .parquet file.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--snapshot", metavar="ID", default=None, help="A snapshot other than the current one."
)
@warehouse_option
def command(
    *,
    sql: str | None,
    form: str | None,
    target: Path | None,
    as_json: bool,
    snapshot: str | None,
    warehouse: Path | str,
) -> None:
    """Answer a question in SQL (DuckDB) from the tables of the warehouse.

    \b
        copydesk query "SELECT outlet, count(*) AS n FROM documents GROUP BY outlet ORDER BY n DESC"
        copydesk query --to stories.csv "SELECT title, n_outlets FROM stories"
        copydesk query - < question.sql

    Every table is a view: articles, duplicates, pairs, removed, rejects, quarantined, stories,
    templates, tombstones, runs. The view documents contains articles and duplicates together, with
    the columns kept_doc_id, the article that says the same, and is_kept. In the view stories,
    n_outlets and n_documents count copies too. Without SQL, the views and their columns are listed.
    """
    form = _form(form, target, as_json=as_json)
    if target is not None and not target.parent.is_dir():
        raise click.UsageError(f"the folder {target.parent} of --to {target} does not exist")
    if sql is None:
        _list_views()
        return
    if Path(sql).suffix.lower() == ".sql":
        raise click.UsageError(
            f"{printable(sql)} is the name of a file; `copydesk query - < {printable(sql)}` reads it"
        )
    question = sys.stdin.read() if sql == "-" else sql
    with open_warehouse(warehouse) as found:
        from copydesk.flows.query import QueryError, answer, connect, sql_views

        connection = connect(current_of(found, snapshot))
        try:
            if target is not None and form == "parquet":
                n = answer.write_parquet(connection, question, target)
                click.echo(f"{counted(n, 'row')} written to {target}.", err=True)
                return
            result = sql_views.run(connection, question)
        except QueryError as error:
            raise click.UsageError(printable(str(error), keep_newlines=True)) from error
        if target is None:
            answer.write(result, sys.stdout, form)
            return
        with target.open("w", encoding="utf-8", newline="") as file:
            answer.write(result, file, form)


def _form(form: str | None, target: Path | None, *, as_json: bool) -> str:
    """The requested format, from an option or from the name of the file."""
    if as_json:
        if form not in {None, "json"}:
            raise click.UsageError(f"--json cannot be used with --format {form}; leave out one")
        return "json"
    if form is None and target is not None:
        form = target.suffix.lower().removeprefix(".")
        if form not in _FORMATS[1:]:
            raise click.UsageError(
                f"{target} does not end in .csv, .json, .jsonl or .parquet; rename it or add --format"
            )
    if form == "parquet" and target is None:
        raise click.UsageError("Parquet can only be written to a file; add --to answer.parquet")
    return form or "table"


def _list_views() -> None:
    from copydesk.flows.query import column_meanings

    for view, columns in column_meanings().items():
        click.echo(view)
        width = max(len(name) for name in columns)
        for name, meaning in columns.items():
            click.echo(f"  {name:<{width}}  {meaning}")
        click.echo()
