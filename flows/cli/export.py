"""`copydesk export`."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli._warehouse import current_of, opened
from copydesk.flows.cli.options import echo_json, json_option, warehouse_option


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="corpus.jsonl, .jsonl.gz, .jsonl.zst, .parquet, or a folder for Hugging Face datasets.",
)
@click.option("--one-per-story", is_flag=True, help="Only the first-ranked article of each story.")
@click.option(
    "--where", metavar="CONDITION", default=None, help="Rows that meet a condition on columns."
)
@click.option(
    "--columns",
    metavar="A,B,...",
    default=None,
    help="These columns, in this order.  [default: all]",
)
@click.option(
    "--snapshot", metavar="ID", default=None, help="Another snapshot than the current one."
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@warehouse_option
@json_option
def command(
    *,
    target: Path,
    one_per_story: bool,
    where: str | None,
    columns: str | None,
    snapshot: str | None,
    overwrite: bool,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """Write the articles as one file or a folder, with a data card beside it.

    \b
        copydesk export --to corpus.jsonl.zst --one-per-story
        copydesk export --to corpus.parquet --where "language = 'en' and published_date >= 2026-01-01"
        copydesk export --to corpus/ --columns doc_id,title,text

    A condition knows = != < <= > >=, in ('en', 'de'), like 'A%', is null, is not null, and, or,
    not, and brackets. The folder holds Parquet shards that `datasets.load_dataset` reads.
    """
    with opened(warehouse) as found:
        from copydesk.flows.export.corpus_export import Selection, export

        chosen = tuple(name.strip() for name in columns.split(",")) if columns else ()
        selection = Selection(one_per_story=one_per_story, where=where, columns=chosen)
        state = current_of(found, snapshot)
        number, card = export(state, target, selection, overwrite=overwrite)
    if as_json:
        echo_json({"snapshot": state.id, "to": target, "card": card, "articles": number})
    else:
        click.echo(
            f"{number:,} articles of snapshot {state.id} are in {target}; the data card is {card}."
        )
