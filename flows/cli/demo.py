"""`copydesk demo`: show the result of a first run, and how to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from copydesk.flows.cli._warehouse import aligned, open_warehouse
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

    with open_warehouse(warehouse) as found:
        snapshot = found.snapshot("current")
        articles = snapshot.table(
            "articles", ["doc_id", "title", "byline", "outlet", "n_words", "story_id"]
        ).to_pylist()
        rules = Counter(
            rule
            for rule in snapshot.table("removed", ["rule"])["rule"].to_pylist()
            if rule != BLANK_LINE
        )
        stories = snapshot.table("stories", ["title", "n_articles", "merged_into"]).to_pylist()
    click.echo(counted(len(articles), "article"))
    click.echo(_table(articles))
    click.echo()
    removed = ", ".join(f"{printable(rule)} {n}" for rule, n in rules.most_common())
    click.echo(f"Removed    {removed or 'nothing'}")
    n_several = sum(story["n_articles"] > 1 and story["merged_into"] is None for story in stories)
    click.echo(f"Stories    {len(stories)}, {n_several} of them with several articles")
    where, examples = (
        (f"copydesk path articles --warehouse {warehouse}", _ON_A_STORE)
        if is_uri(warehouse)
        else (f"{warehouse}/current/articles/", _IN_A_FOLDER)
    )
    click.echo(f"Parquet    {where}")
    click.echo()
    click.echo("Read it with any of these (install polars or pandas first with pip)")
    for line in examples:
        click.echo(line.format(warehouse=warehouse))


def _table(articles: Sequence[Mapping[str, Any]]) -> str:
    """The first twenty articles, ordered by story. Stories are numbered from 1."""
    ids = dict.fromkeys(row["story_id"] for row in articles)
    numbers = {story_id: str(number) for number, story_id in enumerate(ids, 1)}
    rows = [
        [
            row["doc_id"][:8],
            row["title"] or "",
            ", ".join(row["byline"]),
            row["outlet"] or "",
            row["n_words"],
            numbers[row["story_id"]],
        ]
        for row in sorted(articles, key=lambda row: (row["story_id"] or "", row["doc_id"]))[:20]
    ]
    headings = ["doc_id", "title", "byline", "outlet", "words", "story"]
    return aligned(headings, [[_cut(cell) for cell in row] for row in rows])


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
