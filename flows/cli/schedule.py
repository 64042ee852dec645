"""`copydesk schedule`: serve the flow on a cron schedule."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.flows.cli.options import recipe_option, warehouse_option, workers_option


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--cron",
    required=True,
    metavar='"M H D M W"',
    help='When, as in crontab: "0 6 * * *" is daily at six.',
)
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="Time zone of the schedule, such as Europe/Oslo.",
)
@click.option(
    "--name",
    default="default",
    show_default=True,
    help="Name of the deployment: copydesk-ingest/NAME.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=4200,
    show_default=True,
    help="Port of the Prefect server on this machine.",
)
@warehouse_option
@recipe_option
@workers_option
def command(
    *,
    inputs: tuple[str, ...],
    cron: str,
    timezone: str,
    name: str,
    port: int,
    warehouse: Path | str,
    recipe: Path | None,
    workers: int | None,
) -> None:
    """Ingest on a schedule, which Prefect runs until you stop this command with Ctrl-C.

    \b
        copydesk schedule --cron "0 6 * * *" --timezone Europe/Oslo incoming/

    The command uses the Prefect server that PREFECT_API_URL or the active profile names. If neither
    names one, it uses the server on 127.0.0.1 at --port, and starts it if necessary. To start a run
    by hand, type in another terminal

    \b
        PREFECT_API_URL=http://127.0.0.1:4200/api prefect deployment run copydesk-ingest/default

    Runs that you start by hand wait for one another. A scheduled run is skipped if another run is
    in progress when it is due.
    """
    from copydesk.flows.ingest import ingest
    from copydesk.flows.orchestration import prefect_settings

    prefect_settings.prepare(quiet=False)
    _check(cron, timezone, name)
    _check_inputs(inputs, recipe)

    from copydesk.flows.orchestration import schedule
    from copydesk.flows.remote.client import absolute_location

    parameters = {
        "inputs": [absolute(item) for item in inputs],
        "warehouse": str(absolute_location(warehouse)),
        "recipe": str(recipe.absolute()) if recipe else None,
        "workers": workers,
    }
    try:
        with schedule.server(port=port, tell=click.echo) as server:
            schedule.serve(
                schedule.Deployment(
                    flow=ingest, parameters=parameters, cron=cron, timezone=timezone, name=name
                ),
                api=server.url,
                ready=lambda: _greet(server.url, server.origin, cron, timezone, name),
            )
    except (prefect_settings.NoPrefectError, schedule.AlreadyServedError) as error:
        raise click.ClickException(f"{error}.") from error
    click.echo(
        "Stopped. The schedule is paused until you start it again; nothing is lost meanwhile."
    )


def absolute(item: str) -> str:
    """An input in the form that the flow needs: an absolute path, or an unchanged address.

    >>> absolute("s3://bucket/key")
    's3://bucket/key'
    """
    return item if "://" in item else str(Path(item).absolute())


def _check(cron: str, timezone: str, name: str) -> None:
    from zoneinfo import available_timezones

    from prefect.client.schemas.schedules import CronSchedule

    if timezone not in available_timezones():
        raise click.BadParameter(
            f"{timezone!r} is not a time zone; use a name such as UTC or Europe/Oslo.",
            param_hint="--timezone",
        )
    if len(cron.split()) == 6:
        raise click.BadParameter(
            f"{cron!r} has six fields, but a cron expression has five: minute, hour, day, month, weekday. "
            'There are no seconds; "0 6 * * *" is daily at six.',
            param_hint="--cron",
        )
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValueError as error:
        raise click.BadParameter(
            f'{cron!r} is not a cron expression; "0 6 * * *" is daily at six.', param_hint="--cron"
        ) from error
    if not _ever_fires(cron):
        raise click.BadParameter(
            f"{cron!r} never fires: there is no such day.", param_hint="--cron"
        )
    if not name.replace("-", "").replace("_", "").isalnum():
        raise click.BadParameter(
            f"{name!r} is not a valid name; use letters, digits, - and _.", param_hint="--name"
        )


def _ever_fires(cron: str) -> bool:
    """Whether a valid cron expression has a next time.

    >>> _ever_fires("0 0 29 2 *"), _ever_fires("0 0 30 2 *")
    (True, False)
    """
    from datetime import UTC, datetime

    from cronsim import CronSim, CronSimError

    if cron.startswith("@"):  # names such as @daily, which have no day field
        return True
    try:
        return next(CronSim(cron, datetime.now(UTC)), None) is not None
    except CronSimError:
        return False


def _check_inputs(inputs: tuple[str, ...], recipe: Path | None) -> None:
    """Report an error at once that would make every scheduled run fail."""
    from copydesk.flows.read import InputError, sources
    from copydesk.flows.recipe import load

    try:
        sources.check(inputs)
    except InputError as error:
        raise click.UsageError(str(error)) from error
    load(recipe)


def _greet(url: str, origin: str, cron: str, timezone: str, name: str) -> None:
    where = {
        "configured": "configured",
        "attached": "already running",
        "started": "started here, stops with this command",
    }
    click.echo(f"Prefect server   {url} ({where[origin]})")
    click.echo(f"In a browser     {url.removesuffix('/api')}")
    click.echo(f"Deployment       copydesk-ingest/{name}, {cron} {timezone}, one run at a time")
    click.echo(
        f"Run it now       PREFECT_API_URL={url} prefect deployment run copydesk-ingest/{name}"
    )
    click.echo("Stop             Ctrl-C")
