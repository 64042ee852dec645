"""`copydesk init`: write a first recipe from a sample of the inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from copydesk.flows.cli.options import counted

if TYPE_CHECKING:
    from copydesk.flows.read.survey import Survey

_SHOWN = 40  # fields to list in the recipe; arbitrary


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("recipe.toml"),
    show_default=True,
    help="File to write the recipe to; - prints it.",
)
@click.option("--force", is_flag=True, help="Replace an existing recipe.")
def command(*, inputs: tuple[str, ...], output: Path, force: bool) -> None:
    """Inspect a sample of the inputs and write a commented recipe for them.

    \b
        copydesk init dump/
        copydesk ingest --recipe recipe.toml dump/

    The recipe lists the fields of the records, how often each is filled, and an example. It names
    the fields that contain the text, the address, the title and so on. Check it before the first
    ingest, and delete what you do not need.
    """
    from copydesk.flows import read
    from copydesk.flows.read import survey
    from copydesk.flows.recipe import from_toml

    if str(output) != "-" and output.exists() and not force:
        raise click.ClickException(f"{output} exists; choose another --output, or add --force")
    try:
        found = survey.survey(inputs)
    except read.InputError as error:
        raise click.UsageError(str(error)) from error
    if not found.n_files:
        raise click.ClickException(f"{', '.join(inputs)} holds no file; nothing was written")
    if not found.n_records and not found.n_rows:
        why = ", ".join(f"{reason} {n:,}" for reason, n in found.rejected.most_common(5))
        raise click.ClickException(
            f"no document in the sample of {', '.join(inputs)} could be read"
            + (f" ({why})" if why else "")
            + "; nothing was written"
        )
    text = recipe_text(inputs, found)
    from_toml(text)  # If the recipe cannot be read, that is a fault of this command.
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"Wrote {output}: {_formats(found)}; {counted(found.n_rows, 'row')} read.")
    if found.n_rows and not {"text", "html"} & survey.chosen_fields(found).keys():
        click.echo(
            "No field looks like the text of an article. Name the field in [inputs] before the first ingest."
        )
    click.echo(f"Next: copydesk ingest --recipe {output} {' '.join(inputs)}")


def recipe_text(inputs: tuple[str, ...], found: Survey) -> str:
    """The recipe as TOML, with the findings as comments."""
    from copydesk.flows.read import survey
    from copydesk.flows.recipe import toml_value

    chosen = survey.chosen_fields(found)
    lines = [
        f"# Recipe for {_line(', '.join(inputs))}, written by copydesk init.",
        f"# {_formats(found)}.",
        f"# Without a recipe the sample gives {counted(found.n_records, 'document')}"
        + (f" and {counted(sum(found.rejected.values()), 'reject')}:" if found.rejected else "."),
    ]
    for reason, n in found.rejected.most_common(5):
        lines.append(f"#   {reason} {n:,}")
    lines += ["", "[inputs]"]
    if not found.n_rows:
        lines.append(
            "# The inputs have no fields: each file is a document, or a container with metadata."
        )
    else:
        lines += [
            "# The fields to read. The first that is filled is used; a dotted name reaches into an object.",
            *(
                [
                    "# No field looks like the text of an article. Name the field that holds it:",
                    '# text = ["..."]',
                ]
                if not {"text", "html"} & chosen.keys()
                else []
            ),
            *(f"{key} = {toml_value(names)}" for key, names in chosen.items()),
            "",
            "# Other fields to copy to the column `extra`:",
            f"# keep = {toml_value(_others(found, chosen)[:3])}",
            "",
            f"# The fields of {counted(found.n_rows, 'row')}: how many have a value, the name, an example.",
        ]
        read = {name: key for key, names in chosen.items() for name in names}
        for name, n in found.filled.most_common(_SHOWN):
            use = f" -> {read[name]}" if name in read else ""
            lines.append(_line(f"#  {n / found.n_rows:>4.0%}  {name}{use}: {found.examples[name]}"))
        if len(found.filled) > _SHOWN:
            lines.append(f"#        and {len(found.filled) - _SHOWN} more")
    return "\n".join(lines) + "\n"


def _others(found: Survey, chosen: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    used = {name for names in chosen.values() for name in names}
    return tuple(name for name, _ in found.filled.most_common() if name not in used)


def _formats(found: Survey) -> str:
    kinds = ", ".join(f"{n:,} {name}" for name, n in found.formats.most_common())
    return f"{counted(found.n_files, 'file')} (sampled: {kinds})"


def _line(text: str) -> str:
    """Text for one line of a comment; control characters, forbidden there, are replaced."""
    return "".join(c if c.isprintable() else " " for c in text)
