"""`copydesk export`: write the articles as a file or a folder."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli._warehouse import current_of, open_warehouse
from copydesk.flows.cli.options import counted, echo_json, json_option, warehouse_option

if TYPE_CHECKING:
    from copydesk.flows.warehouse import Snapshot

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option(
    "--to",
    "target",
    required=True,
    metavar="PATH",
    type=click.Path(path_type=Path, allow_dash=True),
    help="corpus.jsonl, .jsonl.gz, .jsonl.zst, .parquet, a folder for Hugging Face datasets, or - for JSON Lines on standard output.",
)
@click.option(
    "--chunks",
    type=click.IntRange(min=1),
    default=None,
    metavar="WORDS",
    help="Write a row for each passage of at most this many words, with its offsets in the text.",
)
@click.option(
    "--markdown", is_flag=True, help="Write the text as Markdown, with the title as a heading."
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    help="Only this language; can be repeated.",
)
@click.option(
    "--since", type=_DAY, default=None, metavar="DAY", help="Published on this day or later."
)
@click.option(
    "--until", type=_DAY, default=None, metavar="DAY", help="Published on this day or earlier."
)
@click.option(
    "--free", "free_only", is_flag=True, help="Only articles that are free to read (is_free)."
)
@click.option(
    "--minable",
    "minable_only",
    is_flag=True,
    help="Leave out articles whose page reserves text and data mining (tdm_reserved).",
)
@click.option("--one-per-story", is_flag=True, help="Only the latest article of each story.")
@click.option(
    "--first", is_flag=True, help="With --one-per-story: the best-ranked article instead."
)
@click.option(
    "--where", metavar="CONDITION", default=None, help="Only articles that meet this condition."
)
@click.option(
    "--columns",
    metavar="A,B,...",
    default=None,
    help="Only these columns, in this order.  [default: all]",
)
@click.option(
    "--snapshot", metavar="ID", default=None, help="A snapshot other than the current one."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing file or folder.")
@warehouse_option
@json_option
def command(
    *,
    target: Path,
    chunks: int | None,
    markdown: bool,
    languages: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    free_only: bool,
    minable_only: bool,
    one_per_story: bool,
    first: bool,
    where: str | None,
    columns: str | None,
    snapshot: str | None,
    overwrite: bool,
    warehouse: Path | str,
    as_json: bool,
) -> None:
    """Write the articles as one file or a folder, and a data card next to it.

    \b
        copydesk export --to corpus.jsonl.zst --one-per-story
        copydesk export --to corpus.parquet --where "language = 'en' and published_date >= 2026-01-01"
        copydesk export --to passages.parquet --chunks 512 --language en
        copydesk export --to - --markdown --since 2026-01-01 | head -1

    A condition may use = != < <= > >=, in ('en', 'de'), like 'A%', is null, is not null, and, or,
    not, and brackets. The folder contains Parquet shards that `datasets.load_dataset` reads.
    """
    if chunks is not None and (markdown or columns):
        raise click.UsageError(
            "--chunks writes its own columns; leave out --markdown and --columns"
        )
    if first and not one_per_story:
        raise click.UsageError("--first works only with --one-per-story; add it")
    if since and until and since > until:
        raise click.UsageError("--since is after --until, so no article can be between them")
    with open_warehouse(warehouse) as found:
        from copydesk.flows.export.corpus_export import Selection, UnknownEnding, export, stream

        chosen = tuple(name.strip() for name in columns.split(",")) if columns else ()
        selection = Selection(
            one_per_story=one_per_story,
            first=first,
            where=where,
            columns=chosen,
            languages=languages,
            since=since.date() if since else None,
            until=until.date() if until else None,
            free_only=free_only,
            minable_only=minable_only,
            passages=chunks,
            is_markdown=markdown,
        )
        state = current_of(found, snapshot)
        if str(target) == "-":
            if as_json:
                raise click.UsageError(
                    "--to - writes the articles to standard output; leave out --json"
                )
            stream(state, sys.stdout.buffer, selection)
            return
        _warn_of_languages(state, languages)
        try:
            number, card = export(state, target, selection, overwrite=overwrite)
        except UnknownEnding as error:
            raise click.UsageError(str(error)) from error
    what = "passages" if chunks else "articles"
    written = counted(number, what.removesuffix("s"))
    if as_json:
        echo_json({"snapshot": state.id, "to": target, "card": card, what: number})
    else:
        click.echo(
            f"{written} of snapshot {state.id} written to {target}; the data card is {card}."
        )


def _warn_of_languages(snapshot: Snapshot, wanted: tuple[str, ...]) -> None:
    """Print a warning for each language that no article of the snapshot has."""
    if not wanted:
        return
    present = set(snapshot.table("articles", ["language"])["language"].unique().to_pylist())
    present.discard(None)
    for language in wanted:
        if language not in present:
            click.echo(
                f"no article has the language {language!r}; the articles have "
                + (", ".join(sorted(present)) or "none"),
                err=True,
            )
