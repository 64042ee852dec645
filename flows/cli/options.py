"""Options and output that commands share."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from copydesk.flows.support.safe_text import counted, harmless_json, printable

__all__ = [
    "Group",
    "counted",
    "echo_json",
    "engine_options",
    "json_option",
    "printable",
    "recipe_option",
    "wait_option",
    "warehouse_option",
    "workers_option",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_WHAT_TO_DO = {
    errno.ENOSPC: "The disk is full. Free some space and run the same command again: nothing was published.",
    errno.EROFS: "The folder is on a read-only file system. Choose another with --warehouse.",
    errno.EACCES: "Permission was denied. Check who owns the path, or choose another with --warehouse.",
    errno.EMFILE: "Too many files are open. Raise the limit (`ulimit -n 4096`) and run the same command again.",
}


# Errors whose message says what to do, by module and name.
_EXPECTED = (
    ("copydesk.flows.warehouse.errors", "WarehouseError"),
    ("copydesk.flows.index.index_files", "IndexRefused"),
    ("copydesk.flows.engines.dask", "EngineError"),
)


class Group(click.Group):
    """A group of commands that turns file system errors into a message and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        An error that the user can do something about becomes a message that says what to do.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # `copydesk ... | head` is not an error; click ends quietly
        except OSError as error:
            if error.errno is None and "arquet" in str(error):  # pyarrow's error for a damaged file
                raise _damaged_file(error) from error
            advice = _WHAT_TO_DO.get(error.errno or 0, "")
            raise click.ClickException(
                printable(f"{_without_number(error)}. {advice}".strip())
            ) from error
        except EOFError as error:  # click would only print "Aborted!"
            raise click.ClickException(printable(f"a file ended too early: {error}")) from error
        except Exception as error:
            of_files = (_known("pyarrow", "ArrowException"), _known("duckdb", "Error"))
            if isinstance(error, (UnicodeDecodeError, *of_files)):
                raise _damaged_file(error) from error
            if isinstance(error, _known("copydesk.flows.recipe", "RecipeError")):
                # Without the context, because `ctx` is that of the group, not of the command.
                raise click.UsageError(printable(str(error))) from error
            if isinstance(error, tuple(_known(*named) for named in _EXPECTED)):
                raise click.ClickException(printable(str(error))) from error
            raise


def _damaged_file(error: Exception) -> click.ClickException:
    """The message for a file of the warehouse that cannot be read, on one line."""
    why = " ".join(str(error).partition("\n\nLINE ")[0].split()).rstrip(". ")
    return click.ClickException(
        printable(f"a file cannot be read ({why}); run `copydesk verify` to see what is damaged")
    )


def _without_number(error: OSError) -> str:
    """The message of a file system error, with the path first and without its number.

    >>> _without_number(FileNotFoundError(2, "No such file or directory", "dump/a.csv"))
    'dump/a.csv: No such file or directory'
    """
    if error.strerror and error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def _known(module: str, name: str) -> type[Exception] | tuple[()]:
    """An error class of a module; `()` if the module is not imported and so cannot have raised it."""
    return getattr(sys.modules.get(module), name, ())


def warehouse_option(command: _Command) -> _Command:
    """`--warehouse DIR`, or else $COPYDESK_WAREHOUSE, or else ./warehouse.

    It is passed on as `warehouse`, a `Path` or the text of a URI.
    """
    return click.option(
        "--warehouse",
        envvar="COPYDESK_WAREHOUSE",
        default="warehouse",
        show_default=True,
        metavar="DIR",
        type=_LocationType(),
        callback=_utf8,
        help="Warehouse: a folder or s3://bucket/prefix; also $COPYDESK_WAREHOUSE.",
    )(command)


class _LocationType(click.Path):
    """A parameter that is a folder or a URI."""

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a folder to a `Path`; leave a URI as text."""
        from copydesk.flows.remote.client import is_uri

        return value if is_uri(value) else super().convert(value, param, ctx)


def _utf8(context: click.Context, parameter: click.Parameter, value: Path | str) -> Path | str:
    try:
        str(value).encode()
    except (
        UnicodeEncodeError
    ) as error:  # Inputs may have such names, but Arrow and DuckDB cannot open tables under one.
        raise click.UsageError(
            f"the path of a warehouse must be UTF-8, but {printable(str(value))!r} is not; choose another",
            context,
        ) from error
    return value


def json_option(command: _Command) -> _Command:
    """`--json`, passed on as a bool named `as_json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object, for programs."
    )(command)


def recipe_option(command: _Command) -> _Command:
    """`--recipe FILE.toml`, passed on as a `Path` or None named `recipe`."""
    return click.option(
        "--recipe",
        metavar="FILE.toml",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=None,
        help="TOML file with the options that differ from the defaults.",
    )(command)


def workers_option(command: _Command) -> _Command:
    """`--workers N`, passed on as an int or None named `workers`."""
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=None,
        metavar="N",
        help="Number of worker processes.  [default: the number of cores]",
    )(command)


def wait_option(command: _Command) -> _Command:
    """`--wait SECONDS`, passed on as a float named `wait_seconds`.

    With 0 the command fails at once and names the other writer.
    """
    return click.option(
        "--wait",
        "wait_seconds",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Seconds to wait for another writer to end.  [default: fail at once]",
    )(command)


def engine_options(command: _Command) -> _Command:
    """`--engine local|dask` and `--scheduler ADDRESS`, passed on as `engine` and `scheduler`."""
    command = click.option(
        "--scheduler",
        metavar="ADDRESS",
        default=None,
        help="Dask scheduler to use, such as tcp://10.0.0.5:8786; without it, --engine dask starts workers on this machine.",
    )(command)
    return click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help="Where to clean documents: in processes of this machine, or on a Dask cluster.",
    )(command)


def echo_json(value: object) -> None:
    """Print a value as JSON.

    Dates are ISO 8601, and paths are text. Letters that are not ASCII are not escaped, but
    characters that could control a terminal are.
    """
    click.echo(harmless_json(json.dumps(value, default=str, ensure_ascii=False, indent=2)))
