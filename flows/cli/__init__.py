"""The command line. Each module of this folder has a click command named `command`.

These modules import only click and the standard library. The body of a command imports the code
that does the work, so every `--help` answers at once.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import sys
from typing import Any

import click

import copydesk
from copydesk.flows.cli.options import Group
from copydesk.flows.support.processes import own_process

_NOT_COMMANDS = {"options"}
#: The groups of `--help`. A command in no group comes last; a test requires a group for each one.
GROUPS: dict[str, tuple[str, ...]] = {
    "Run": ("clean", "init", "ingest", "schedule", "export", "demo"),
    "Look": ("browse", "query", "report", "status", "show", "explain", "rejects", "rules", "path"),
    "Change": (
        "reprocess",
        "rethreshold",
        "replay",
        "quarantine",
        "templates",
        "forget",
        "rollback",
    ),
    "Maintain": ("verify", "snapshots", "diff", "index", "migrate", "evaluate", "completion"),
}


class _Commands(Group):
    """Finds commands by the module names of this folder, and imports only the requested one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands. The module `module_name` is the command `module-name`."""
        found = (module.name for module in pkgutil.iter_modules(__path__))
        return sorted(
            name.replace("_", "-")
            for name in found
            if not name.startswith("_") and name not in _NOT_COMMANDS
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with that name, or None if no module has it."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(
                f"{module.__name__}.command is {type(command).__name__}, not a click command"
            )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in groups by purpose, each with the first sentence of its help."""
        known = self.list_commands(ctx)
        grouped = {name for names in GROUPS.values() for name in names}
        groups = {**GROUPS, "Other": tuple(name for name in known if name not in grouped)}
        width = max(map(len, known))
        for title, names in groups.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                if command is not None and not command.hidden:
                    rows.append((name.ljust(width), command.get_short_help_str(200)))
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def resolve_command(
        self,
        ctx: click.Context,
        args: list[str],
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command as click does; the error for an unknown name suggests similar names."""
        near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=2)
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if near and not ctx.resilient_parsing:
                raise click.UsageError(
                    f"No such command {args[0]!r}. Did you mean {' or '.join(near)}?", ctx
                ) from error
            raise

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line. Characters that the terminal cannot encode are escaped.

        Without arguments, it uses the arguments of the process and may change process settings.
        """
        is_own = not args and kwargs.get("args") is None
        if is_own:
            own_process.claim()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except SystemExit as ended:
            if is_own and (ended.code is None or isinstance(ended.code, int)):
                own_process.end(ended.code or 0)
            raise


@click.group(
    cls=_Commands, name="copydesk", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(copydesk.__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Turn raw news pages and text into a clean, deduplicated, tagged Parquet corpus.

    \b
        copydesk clean page.html
        copydesk ingest seeds/
        copydesk browse --open
    """
