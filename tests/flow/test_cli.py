"""What the command line promises.

Help answers at once, commands have examples and exit codes, and errors say what to do.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main

ROOT = Path(__file__).resolve().parents[2]


def commands() -> dict[str, click.Command]:
    """Yield every command with its words on the command line."""
    found: dict[str, click.Command] = {}

    def collect(command: click.Command, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                collect(child, (*words, name))

    collect(main, ("copydesk",))
    return found


COMMANDS = commands()


@pytest.mark.parametrize("words", COMMANDS)
def test_every_help_is_a_sentence_and_a_runnable_example(words: str) -> None:
    result = CliRunner().invoke(main, [*words.split()[1:], "--help"], prog_name="copydesk")
    assert result.exit_code == 0
    text = COMMANDS[words].help or ""
    assert text.split("\n\n")[0].rstrip().endswith("."), "the first paragraph is a sentence"
    assert re.search(rf"^ +.*{re.escape(words)}", text, re.M), (
        f"no example that begins with {words!r}"
    )


def test_no_help_imports_the_packages_that_do_the_work() -> None:
    code = """
import sys
from click.testing import CliRunner
from copydesk.flows.cli import main
for words in sys.argv[1:]:
    assert CliRunner().invoke(main, [*words.split()[1:], "--help"]).exit_code == 0, words
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *COMMANDS],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    heavy = {"prefect", "pyarrow", "numpy", "numba", "scipy", "duckdb", "trafilatura", "rich"}
    assert heavy.isdisjoint(done.stdout.split())


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{words} {option.opts[0]}"
        for words, command in COMMANDS.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_a_mistyped_command_suggests_the_nearest_one() -> None:
    result = CliRunner().invoke(main, ["ingset"], prog_name="copydesk")
    assert result.exit_code == 2
    assert "Did you mean" in result.output
    assert "ingest" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["ingest"], ["ingest", "--workers", "0", "x"], ["schedule", "x"], ["completion", "cmd.exe"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_program(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert "_COPYDESK_COMPLETE" in result.output


def test_an_unknown_warehouse_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["status", "--warehouse", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_json_is_one_object_even_for_an_empty_warehouse(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["status", "--json", "--warehouse", str(tmp_path)])
    if result.exit_code == 0:
        assert json.loads(result.output)["snapshot"] is None
    else:
        assert result.output.startswith("Error: ")


@pytest.mark.parametrize(("words", "code"), [(("rules",), 0), (("path", "articles"), 1)])
def test_a_command_that_ends_its_process_keeps_exit_code_output_and_exit_functions(
    tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    program = (
        "import atexit; atexit.register(print, 'left'); "
        "from copydesk.flows.cli import main; main(prog_name='copydesk')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code
    assert ended.stdout.endswith("left\n")
    assert bool(ended.stderr) == bool(code)
