"""`copydesk index`: show the near-duplicate index, or rebuild it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli._warehouse import megabytes, open_warehouse
from copydesk.flows.cli.options import (
    echo_json,
    json_option,
    recipe_option,
    wait_option,
    warehouse_option,
)

if TYPE_CHECKING:
    from copydesk.flows.recipe import Recipe


@click.group()
def command() -> None:
    """Show the near-duplicate index, or rebuild it.

    \b
        copydesk index status
        copydesk index rebuild
    """


@command.command()
@warehouse_option
@json_option
def status(*, warehouse: Path | str, as_json: bool) -> None:
    """Show the size and settings of the index, and whether it can be used.

    \b
        copydesk index status
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.index import IndexRefused
        from copydesk.flows.pipeline.deduplicate import open_index
        from copydesk.flows.recipe import recipe_of_last_run

        snapshot = found.snapshot("current")
        options = recipe_of_last_run(snapshot).dedup
        try:
            index = open_index(snapshot, options)
        except IndexRefused as error:
            raise click.ClickException(str(error)) from error
        n_documents = snapshot.rows("articles") + snapshot.rows("duplicates")
        if index is None:
            raise click.ClickException(
                f"snapshot {snapshot.id} has no index; run `copydesk index rebuild`"
            )
        files = [*index.docs, *index.segments]
        size = sum(file.path.stat().st_size for file in files)
        made = (
            {
                k: v
                for k, v in files[0].header.items()
                if k in ("scheme", "seed", "num_perm", "shingling", "normaliser")
            }
            if files
            else {}
        )
    if as_json:
        echo_json(
            {
                "documents": index.n_documents,
                "published": n_documents,
                "files": len(files),
                "bytes": size,
                **made,
            }
        )
        return
    each = f", {size / index.n_documents:,.0f} bytes a document" if index.n_documents else ""
    click.echo(
        f"{index.n_documents:,} of {n_documents:,} documents have a signature; {len(files)} files, {megabytes(size)}{each}."
    )
    click.echo("  ".join(f"{name} {value}" for name, value in made.items()))


@command.command()
@wait_option
@recipe_option
@warehouse_option
@json_option
def rebuild(
    *, wait_seconds: float, recipe: Path | None, warehouse: Path | str, as_json: bool
) -> None:
    """Compute the signatures of all published documents again and publish the new index.

    \b
        copydesk index rebuild
        copydesk index rebuild --recipe site.toml

    Use this if the index is damaged, or before you run with a recipe that has another num_perm,
    ngram or seed. In that case, name the new recipe here. No row of a table changes.
    """
    with open_warehouse(warehouse) as found:
        from copydesk.flows.index import rebuild as rebuilding
        from copydesk.flows.recipe import load, recipe_of_last_run
        from copydesk.flows.support import versions

        with found.lock(wait_seconds=wait_seconds):
            started = datetime.now(UTC)
            snapshot = found.snapshot("current")
            chosen = recipe_of_last_run(snapshot)
            if recipe is not None:
                chosen = _signed_as(chosen, load(recipe))
            run_id = f"reindex-{started:%Y%m%dT%H%M%S%f}"
            written = rebuilding.rebuild(snapshot, chosen.dedup, found.staging(run_id))
            run = {
                "run_id": run_id,
                "kind": "reindex",
                "started_at": started,
                "finished_at": datetime.now(UTC),
                "recipe": chosen.to_toml(),
                "recipe_sha256": chosen.sha256(),
                "rules_sha256": versions.rules_sha256(),
                "versions": versions.versions_json(),
            }
            published = found.publish(rebuilding.change(snapshot, written, run))
            found.discard_staging(run_id)
    if as_json:
        echo_json({"snapshot": published.id, "files": list(written.names)})
    else:
        click.echo(f"Published snapshot {published.id} with {len(written.names)} index files.")


def _signed_as(recipe: Recipe, other: Recipe) -> Recipe:
    """The recipe, with the options that determine signatures taken from the other recipe."""
    from dataclasses import replace

    from copydesk.flows.recipe import Recipe

    names = ("seed", "num_perm", "ngram")
    changed = {name: getattr(other.dedup, name) for name in names}
    return Recipe({**recipe.values, "dedup": replace(recipe.dedup, **changed)})
