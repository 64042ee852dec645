"""`copydesk ingest`: read raw documents and publish one new snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli.options import (
    counted,
    echo_json,
    engine_options,
    json_option,
    recipe_option,
    wait_option,
    warehouse_option,
    workers_option,
)
from copydesk.flows.support.processes.cpu import cores

if TYPE_CHECKING:
    from copydesk.flows.pipeline.start import Ahead
    from copydesk.flows.pipeline.summary import Summary
    from copydesk.flows.recipe import Recipe
    from copydesk.flows.report.outcome import Outcome
    from copydesk.flows.support.progress import Bar, Lines, Quiet

_COMPILES = (
    "This first run on the machine compiles the inner loops, which takes about 40 seconds. "
    "Later runs use the result."
)


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@warehouse_option
@recipe_option
@workers_option
@engine_options
@click.option(
    "--direct",
    is_flag=True,
    help="Run without Prefect, which starts faster but records no flow run.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Do everything except publishing, and show the result. Implies --direct.",
)
@click.option(
    "--reread",
    is_flag=True,
    help="Read every input again, even those that have not changed since they were last read.",
)
@click.option(
    "--format",
    "format_name",
    metavar="SUFFIX",
    help="Format of standard input if INPUT is -, such as jsonl, csv or warc.gz.",
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
    reread: bool,
    format_name: str | None,
    quiet: bool,
    wait_seconds: float,
    as_json: bool,
) -> None:
    """Turn raw documents into rows of the corpus and publish them as one snapshot.

    \b
        copydesk ingest seeds/
        copydesk ingest --recipe site.toml "dump/*.warc.gz" extra.jsonl
        zcat dump.jsonl.gz | copydesk ingest - --format jsonl

    INPUT is a file, a folder, a pattern or a URI. It may contain pages, texts, JSONL, JSON, CSV,
    Parquet, WARC, feeds, NITF and NewsML, and archives of these, also as .gz, .zst, .bz2 and .xz.
    Files that have not changed since the last run are not opened again, so you can run the same
    command every day.
    """
    import time

    from copydesk.flows.recipe import load
    from copydesk.flows.support import progress as terminal
    from copydesk.flows.support import startup_cache

    if engine == "local" and scheduler is not None:
        raise click.UsageError("--scheduler works only with --engine dask; add it")
    began = time.monotonic()
    progress: Quiet | Lines | Bar = terminal.Quiet()
    chosen = load(recipe)
    stdin = _Stdin(inputs, format_name)
    run = _Run(
        inputs=stdin.inputs,
        warehouse=warehouse,
        recipe_path=recipe,
        recipe=chosen,
        workers=workers,
        wait_seconds=wait_seconds,
        engine=engine,
        scheduler=scheduler,
        reread=reread,
    )
    try:
        ahead = None if reread or dry_run else _look_ahead(run)
        if ahead is not None and ahead.unchanged is not None:
            outcome = _unchanged(ahead.unchanged, warehouse)
        else:
            if not (quiet or as_json or startup_cache.loops_are_compiled()):
                click.echo(_COMPILES, err=True)
            if engine == "local":
                _start_workers(run, n_bytes=0 if ahead is None else ahead.n_bytes)
            progress = terminal.chosen(quiet=quiet or as_json)
            outcome = (
                _directly(run, progress, dry_run=dry_run)
                if direct or dry_run
                else _by_prefect(run, progress)
            )
    except KeyboardInterrupt as error:
        raise click.ClickException("stopped. Run the same command again to continue.") from error
    finally:
        progress.close()
        stdin.close()
    from copydesk.flows.report import outcome as results

    if as_json:
        echo_json(results.as_json(outcome))
    elif not quiet:
        for line in results.summary_lines(outcome, seconds=time.monotonic() - began):
            click.echo(line)
    if (fault := results.nothing_readable(outcome)) is not None:
        raise click.ClickException(fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The options of the command from which the run is built."""

    inputs: tuple[str, ...]
    warehouse: Path | str
    recipe_path: Path | None
    recipe: Recipe
    workers: int | None
    wait_seconds: float
    engine: str
    scheduler: str | None
    reread: bool


class _Stdin:
    """Save standard input as a file, which the separate reading process of a run can open."""

    def __init__(self, inputs: tuple[str, ...], format_name: str | None) -> None:
        self._folder: str | None = None
        self.inputs = inputs
        if "-" not in inputs:
            if format_name is not None:
                raise click.UsageError("--format is for standard input; give - as INPUT")
            return
        if format_name is None:
            raise click.UsageError(
                "standard input has no file name that shows its format; add --format, such as --format jsonl"
            )
        from copydesk.flows.read.formats import by_name, known_names

        suffix = format_name.lower().lstrip(".")
        if by_name(f"stdin.{suffix}") is None:
            raise click.UsageError(f"--format {format_name} is unknown; {known_names()}")
        path = self._copied(suffix)
        self.inputs = tuple(path if name == "-" else name for name in inputs)

    def _copied(self, suffix: str) -> str:
        """Copy the input to a file named by its content, so that known documents are recognised."""
        import hashlib
        import os
        import sys
        import tempfile

        from copydesk.flows.read import STANDARD_INPUT

        self._folder = tempfile.mkdtemp(prefix=STANDARD_INPUT)
        digest, draft = hashlib.sha256(), os.path.join(self._folder, "draft")
        with open(draft, "wb") as copy:
            while chunk := sys.stdin.buffer.read(2**20):
                digest.update(chunk)
                copy.write(chunk)
        path = os.path.join(self._folder, f"stdin-{digest.hexdigest()[:16]}.{suffix}")
        os.rename(draft, path)
        return path

    def close(self) -> None:
        if self._folder is not None:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)


def _look_ahead(run: _Run) -> Ahead:
    """Find out before the run what it has to read. This needs no server and no worker."""
    from copydesk.flows import read
    from copydesk.flows.pipeline.start import look_ahead

    try:
        return look_ahead(run.inputs, warehouse=run.warehouse, recipe=run.recipe)
    except read.InputError as error:
        raise click.UsageError(str(error)) from error


def _unchanged(summary: Summary, warehouse: Path | str) -> Outcome:
    """The outcome of a run that is not started, because no input has changed since the last one."""
    from copydesk.flows.remote.client import absolute_location
    from copydesk.flows.report.outcome import Outcome

    return Outcome(summary, absolute_location(warehouse), page=None)


def _start_workers(run: _Run, *, n_bytes: int) -> None:
    """Start a reader and workers while this process imports the rest, before it has threads."""
    from copydesk.flows.pipeline import clean_shards

    clean_shards.start_ahead(run.recipe.limits, n_bytes=n_bytes, workers=run.workers or cores())


def _directly(run: _Run, progress: Quiet | Lines | Bar, *, dry_run: bool) -> Outcome:
    """Run without Prefect and return the outcome."""
    progress.step("starting", None)
    from copydesk.flows import read
    from copydesk.flows.pipeline.run import run as run_without_prefect
    from copydesk.flows.remote.client import absolute_location
    from copydesk.flows.report.outcome import report_run
    from copydesk.flows.support.processes.worker_loop import HiddenLibraries

    try:
        with HiddenLibraries.hidden("redis"):
            summary = run_without_prefect(
                run.inputs,
                warehouse=run.warehouse,
                recipe=run.recipe,
                workers=run.workers or cores(),
                progress=progress,
                is_dry=dry_run,
                wait_seconds=run.wait_seconds,
                engine=run.engine,
                scheduler=run.scheduler,
                reread=run.reread,
            )
    except read.InputError as error:
        raise click.UsageError(str(error)) from error
    if not dry_run:
        progress.step("report", None)
    return report_run(summary, absolute_location(run.warehouse))


def _by_prefect(run: _Run, progress: Quiet | Lines | Bar) -> Outcome:
    """Run as a flow that Prefect records, and return the outcome."""
    progress.step("starting Prefect", None)
    from copydesk.flows.engines import base
    from copydesk.flows.orchestration import embedded_server, prefect_settings

    base.check(run.engine, run.scheduler)  # before a server is started

    prefect_settings.prepare(quiet=True)
    try:
        server = embedded_server.start()
    except prefect_settings.NoPrefectError as error:
        raise click.ClickException(f"{error}.") from error

    from httpx import TransportError
    from prefect.exceptions import PrefectException

    from copydesk.flows import read
    from copydesk.flows.ingest import ingest
    from copydesk.flows.orchestration import crashed_runs, tasks

    with tasks.watched(progress, reread=run.reread) as watcher:
        try:
            with embedded_server.connected(server) as client:
                if reaped := crashed_runs.reap(client):
                    progress.note(
                        f"marked {counted(len(reaped), 'flow run')} as crashed that had died earlier"
                    )
                return ingest(
                    inputs=list(run.inputs),
                    warehouse=str(run.warehouse),
                    recipe=str(run.recipe_path) if run.recipe_path else None,
                    workers=run.workers,
                    wait_seconds=run.wait_seconds,
                    engine=run.engine,
                    scheduler=run.scheduler,
                )
        except read.InputError as error:
            raise click.UsageError(str(error)) from error
        except prefect_settings.NoPrefectError as error:
            raise click.ClickException(f"{error}.") from error
        except (TransportError, PrefectException) as error:
            if watcher.outcome is not None:
                progress.note(
                    "Prefect stopped answering before it could record the end of the run; everything is in the warehouse"
                )
                return watcher.outcome
            raise click.ClickException(
                f"Prefect stopped answering in the middle of the run ({type(error).__name__}: {error}). What was published stays. "
                "Run the same command again to continue, or run without Prefect: `copydesk ingest --direct`"
            ) from error
