"""`copydesk demo`: show the result of a first run, and how to read it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from copydesk.flows.cli._warehouse import aligned, opened
from copydesk.flows.cli.options import counted, printable, warehouse_option
from copydesk.flows.remote.client import is_uri


@click.command()
@warehouse_option
def command(*, warehouse: Path | str) -> None:
    """Print what the warehouse contains after a first small run, and how to read it.

    \b
        copydesk ingest seeds/
        copydesk demo
    """
    from copydesk.transforms.ledger import BLANK_LINE

    with opened(warehouse) as found:
        snapshot = found.snapshot("current")
        rows = snapshot.table(
            "articles", ["doc_id", "title", "byline", "outlet", "n_words", "story_id"]
        ).to_pylist()
        rules = Counter(
            rule
            for rule in snapshot.table("removed", ["rule"])["rule"].to_pylist()
            if rule != BLANK_LINE
        )
        stories = snapshot.table("stories", ["title", "n_articles", "merged_into"]).to_pylist()
    names = {
        story: f"{i}" for i, story in enumerate(dict.fromkeys(row["story_id"] for row in rows), 1)
    }
    click.echo(counted(len(rows), "article"))
    table = [
        [
            row["doc_id"][:8],
            row["title"] or "",
            ", ".join(row["byline"]),
            row["outlet"] or "",
            row["n_words"],
            names[row["story_id"]],
        ]
        for row in sorted(rows, key=lambda row: (row["story_id"] or "", row["doc_id"]))[:20]
    ]
    click.echo(
        aligned(
            ["doc_id", "title", "byline", "outlet", "words", "story"],
            [[_cut(cell) for cell in line] for line in table],
        )
    )
    click.echo()
    click.echo(
        "Removed    "
        + (", ".join(f"{printable(rule)} {n}" for rule, n in rules.most_common()) or "nothing")
    )
    several = [
        story for story in stories if story["n_articles"] > 1 and story["merged_into"] is None
    ]
    click.echo(f"Stories    {len(stories)}, {len(several)} of them with several articles")
    click.echo(
        "Parquet    "
        + (
            f"copydesk path articles --warehouse {warehouse}"
            if is_uri(warehouse)
            else f"{warehouse}/current/articles/"
        )
    )
    click.echo()
    click.echo("Read it with any of these (install polars or pandas first with pip)")
    for line in _ON_A_STORE if is_uri(warehouse) else _IN_A_FOLDER:
        click.echo(line.format(warehouse=warehouse))


_IN_A_FOLDER = (
    """  copydesk query --warehouse {warehouse} "SELECT title, n_words FROM articles\"""",
    """  python -c "import duckdb; print(duckdb.sql(\\"SELECT title, n_words FROM '{warehouse}/current/articles/*.parquet'\\"))\"""",
    """  python -c "import polars; print(polars.read_parquet('{warehouse}/current/articles/').select('title', 'n_words'))\"""",
    """  python -c "import pandas; print(pandas.read_parquet('{warehouse}/current/articles/')[['title', 'n_words']])\"""",
)
_ON_A_STORE = (
    """  copydesk path articles --warehouse {warehouse} | xargs python -c "from sys import argv; import polars; print(polars.read_parquet(argv[1:]).select('title', 'n_words'))\"""",
    """  copydesk path articles --warehouse {warehouse} | xargs python -c "from sys import argv; import pandas; print(pandas.concat(map(pandas.read_parquet, argv[1:]))[['title', 'n_words']])\"""",
)


def _cut(cell: object) -> object:
    return cell if not isinstance(cell, str) or len(cell) <= 48 else cell[:47] + "…"
