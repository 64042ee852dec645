"""`copydesk ingest`: raw documents in, one new snapshot out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli.options import (
    cores,
    echo_json,
    engine_options,
    json_option,
    recipe_option,
    wait_option,
    warehouse_option,
    workers_option,
)

if TYPE_CHECKING:
    from copydesk.flows.report.outcome import Outcome
    from copydesk.flows.support.progress import Bar, Lines, Quiet


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@warehouse_option
@recipe_option
@workers_option
@engine_options
@click.option(
    "--direct", is_flag=True, help="Without Prefect: begins at once and leaves no record there."
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Do everything but publish, and say what would come out. Implies --direct.",
)
@click.option("--quiet", is_flag=True, help="Print warnings and errors only, for cron.")
@wait_option
@json_option
def command(
    *,
    inputs: tuple[str, ...],
    warehouse: Path | str,
    recipe: Path | None,
    workers: int | None,
    engine: str,
    scheduler: str | None,
    direct: bool,
    dry_run: bool,
    quiet: bool,
    wait_seconds: float,
    as_json: bool,
) -> None:
    """Turn raw documents into rows of the corpus and publish them as one snapshot.

    \b
        copydesk ingest seeds/
        copydesk ingest --recipe site.toml "dump/*.warc.gz" extra.jsonl

    INPUT is a file, a folder or a pattern: .txt, .html, .jsonl, .parquet, .warc, also .gz and .zst.
    What the warehouse already holds is left out, so the same command can run every day.
    """
    import time

    from copydesk.flows.support import progress as terminal

    if engine == "local" and scheduler is not None:
        raise click.UsageError("--scheduler goes with --engine dask")
    began = time.monotonic()
    progress = terminal.chosen(quiet=quiet or as_json)
    try:
        if direct or dry_run:
            outcome = _directly(
                inputs,
                warehouse,
                recipe,
                workers or cores(),
                dry_run=dry_run,
                wait_seconds=wait_seconds,
                progress=progress,
                engine=engine,
                scheduler=scheduler,
            )
        else:
            outcome = _by_prefect(
                inputs,
                warehouse,
                recipe,
                workers,
                wait_seconds=wait_seconds,
                progress=progress,
                engine=engine,
                scheduler=scheduler,
            )
    except KeyboardInterrupt as error:
        raise click.ClickException(
            "stopped. The same command goes on where this run was."
        ) from error
    finally:
        progress.close()
    from copydesk.flows.report import outcome as finish

    if as_json:
        echo_json(finish.machine(outcome))
    elif not quiet:
        for line in finish.short(outcome, seconds=time.monotonic() - began):
            click.echo(line)


def _directly(
    inputs: tuple[str, ...],
    warehouse: Path | str,
    recipe: Path | None,
    workers: int,
    *,
    dry_run: bool,
    wait_seconds: float,
    progress: Quiet | Lines | Bar,
    engine: str,
    scheduler: str | None,
) -> Outcome:
    progress.stage("starting", None)
    from copydesk.flows import read
    from copydesk.flows.pipeline import run
    from copydesk.flows.recipe import load
    from copydesk.flows.remote.client import located
    from copydesk.flows.report import outcome as finish

    try:
        summary = run.run(
            inputs,
            warehouse=warehouse,
            recipe=load(recipe),
            workers=workers,
            progress=progress,
            is_dry=dry_run,
            wait_seconds=wait_seconds,
            engine=engine,
            scheduler=scheduler,
        )
    except read.InputError as error:
        raise click.UsageError(str(error)) from error
    if not dry_run:
        progress.stage("report", None)
    return finish.finish(summary, located(warehouse))


def _by_prefect(
    inputs: tuple[str, ...],
    warehouse: Path | str,
    recipe: Path | None,
    workers: int | None,
    *,
    wait_seconds: float,
    progress: Quiet | Lines | Bar,
    engine: str,
    scheduler: str | None,
) -> Outcome:
    progress.stage("starting Prefect", None)
    from copydesk.flows.engines import base
    from copydesk.flows.orchestration import prefect_settings

    base.check(engine, scheduler)  # before a server is started

    prefect_settings.prepare(quiet=True)

    from httpx import TransportError
    from prefect.exceptions import PrefectException

    from copydesk.flows import read
    from copydesk.flows.ingest import ingest
    from copydesk.flows.orchestration import crashed_runs, tasks

    with tasks.watched(progress) as watcher:
        try:
            with prefect_settings.connected() as client:
                if reaped := crashed_runs.reap(client):
                    progress.note(
                        f"{len(reaped)} earlier flow run{'s' if len(reaped) > 1 else ''} had died; marked as crashed"
                    )
                return ingest(
                    inputs=list(inputs),
                    warehouse=str(warehouse),
                    recipe=str(recipe) if recipe else None,
                    workers=workers,
                    wait_seconds=wait_seconds,
                    engine=engine,
                    scheduler=scheduler,
                )
        except read.InputError as error:
            raise click.UsageError(str(error)) from error
        except prefect_settings.NoPrefectError as error:
            raise click.ClickException(f"{error}.") from error
        except (TransportError, PrefectException) as error:
            if watcher.outcome is not None:
                progress.note(
                    "Prefect stopped answering before it could record the end of the run; the warehouse has it all"
                )
                return watcher.outcome
            raise click.ClickException(
                f"Prefect stopped answering in the middle of the run ({type(error).__name__}: {error}). What was published stands; "
                "run the same command again, it goes on where this one stopped. Or run without Prefect: `copydesk ingest --direct`"
            ) from error
