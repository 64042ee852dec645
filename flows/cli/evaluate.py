"""`copydesk evaluate`: score extraction on your own pages, whose right answers you know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copydesk.flows.cli.options import echo_json, json_option, printable

if TYPE_CHECKING:
    from copydesk.flows.evaluation import SetScore


@click.command()
@click.argument(
    "gold",
    nargs=-1,
    required=True,
    metavar="GOLD.jsonl.gz...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--worst",
    default=5,
    show_default=True,
    metavar="N",
    type=click.IntRange(min=0),
    help="For each file, list this many of the pages with the lowest text F1.",
)
@json_option
def command(*, gold: tuple[Path, ...], worst: int, as_json: bool) -> None:
    """Score extraction and tags on labelled pages.

    \b
        copydesk evaluate my-pages.jsonl.gz
        copydesk evaluate *.jsonl.gz --worst 20 --json

    Each line of GOLD is a JSON object for one page. It has `html`, `url`, and the right answers:
    `gold_text`, `gold_text_alt` (a list of other acceptable texts), `gold_title`, `gold_author`,
    `gold_date`, `gold_sitename`. An empty value means that the page has no such field. The text is
    compared in runs of four words, as in Zyte's article extraction benchmark. The score is the mean
    precision and recall over the pages, and their F1.
    """
    from copydesk.flows import evaluation
    from copydesk.transforms import edit

    edit.warm_up()
    found: dict[str, Any] = {}
    for path in gold:
        try:
            scores = evaluation.evaluate(
                path.name, evaluation.read(path), evaluation.copydesk_answer
            )
        except (ValueError, EOFError, OSError) as error:
            fault = str(error) if str(path) in str(error) else f"{path} cannot be read: {error}"
            raise click.ClickException(
                printable(f"{fault}. Each line must be one JSON object with at least `html`.")
            ) from error
        if not scores.pages:
            raise click.ClickException(
                f"{path} has no pages. Each page is one line: a JSON object with at least `html`."
            )
        if as_json:
            found[scores.name] = _as_json(scores, worst)
        else:
            _print(scores, worst)
    if as_json:
        echo_json(found)


def _as_json(scores: SetScore, worst: int) -> dict[str, Any]:
    from copydesk.flows.evaluation import FIELDS

    return {
        "pages": len(scores.pages),
        "errors": [{"id": page.id, "error": page.error} for page in scores.pages if page.error],
        "text": scores.text(),
        **{name: score for name in FIELDS if (score := scores.field(name))},
        "worst": [
            {
                "id": page.id,
                "url": page.url,
                "f1": page.text.f1,
                "precision": page.text.precision,
                "recall": page.text.recall,
            }
            for page in scores.worst(worst)
            if page.text is not None
        ],
    }


def _print(scores: SetScore, worst: int) -> None:
    from copydesk.flows.evaluation import FIELDS

    click.echo(printable(f"{scores.name}: {len(scores.pages)} pages"))
    for name, score in (("text", scores.text()), *((name, scores.field(name)) for name in FIELDS)):
        if score:
            without = (
                f"   invented on {score['spurious']:.0f} of {score['without']:.0f} pages that have none"
                if score.get("without")
                else ""
            )
            click.echo(
                f"  {name:<9} F1 {score['f1']:.4f}   precision {score['precision']:.4f}   recall {score['recall']:.4f}   pages {score['pages']:.0f}{without}"
            )
    for page in scores.pages:
        if page.error:
            click.echo(printable(f"  failed    {page.id}: {page.error}"))
    for page in scores.worst(worst):
        if page.text is not None:
            click.echo(
                printable(
                    f"  worst     F1 {page.text.f1:.3f}   precision {page.text.precision:.3f}   recall {page.text.recall:.3f}   {page.id}  {page.url or ''}".rstrip()
                )
            )
