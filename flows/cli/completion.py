"""`copydesk completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script that completes `copydesk` in a shell.

    \b
        copydesk completion bash > ~/.local/share/bash-completion/completions/copydesk
        copydesk completion zsh > ~/.zfunc/_copydesk
        copydesk completion fish > ~/.config/fish/completions/copydesk.fish
    """
    from click.shell_completion import get_completion_class

    from copydesk.flows.cli import main

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"There is no completion for {shell}; use bash, zsh or fish.")
    click.echo(completion(main, {}, "copydesk", "_COPYDESK_COMPLETE").source())
