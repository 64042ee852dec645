"""`copydesk clean`: print the clean text of a page or of a plain text."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from copydesk.flows.cli.options import echo_json, printable
from copydesk.flows.support.safe_text import harmless_json

if TYPE_CHECKING:
    from copydesk.transforms.article import Article


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["page", "text"]),
    default=None,
    help="Read the input as a page or as text.  [default: by its content]",
)
@click.option(
    "--url",
    metavar="URL",
    default=None,
    help="Address of the document; outlet and date may come from it.",
)
@click.option(
    "--json", "form", flag_value="json", help="Print every column and every cut as one JSON object."
)
@click.option(
    "--markdown",
    "form",
    flag_value="markdown",
    help="Print Markdown, with the headings, lists, quotations and links of a page.",
)
@click.option(
    "--show", "form", flag_value="show", help="Print the text with every cut in place, in colour."
)
def command(*, files: tuple[str, ...], kind: str | None, url: str | None, form: str | None) -> None:
    """Print the clean text of a page or of a plain text.

    \b
        copydesk clean page.html
        copydesk clean - --as text < article.txt
        copydesk clean --json page.html
        copydesk clean --show page.html

    FILE is an HTML page or a plain text, also as .gz or .zst; - is standard input. If you name
    several files, each gives one line of JSON. This command writes nothing to a warehouse; use
    `copydesk ingest` for that, which also reads JSON Lines, Parquet and WARC. The exit code is 1
    if a document could not be read or has no text left.
    """
    if len(files) > 1:
        if form not in {None, "json"}:
            raise click.UsageError(
                f"--{form} works with one file only; several files are printed as JSON lines"
            )
        if url is not None:
            raise click.UsageError("--url works with one file only")
        gave_text = [_print_json_line(name, kind) for name in files]
        if not all(gave_text):
            raise click.ClickException(
                "some of the files gave no text; their lines of JSON say why"
            )
        return
    try:
        article = _article(files[0], kind, url)
    except _problems() as error:
        fault = error.strerror if isinstance(error, OSError) else None
        raise click.ClickException(printable(f"{_shown(files[0])}: {fault or error}")) from error
    _PRINT[form or "text"](article)
    if article.refused is not None:
        raise click.ClickException(
            printable(
                f"{_shown(files[0])} gave no text: {article.refused.reason}"
                + (f" ({article.refused.detail})" if article.refused.detail else "")
            )
        )


def _article(name: str, kind: str | None, url: str | None) -> Article:
    from copydesk.flows.read.markup import looks_like_page
    from copydesk.flows.support import startup_cache
    from copydesk.transforms import edit, numba_cache
    from copydesk.transforms.article import Source

    body = _body(name, kind)
    if kind is None:
        kind = "page" if looks_like_page(body) else "text"
    # The compiler takes half a second to load, which does not pay off for one document.
    numba_cache.use_plain_loops()
    startup_cache.prepare()
    options = edit.Options()
    if kind == "page":
        from dataclasses import replace

        article = edit.page(body, Source(source_uri=_shown(name), url=url), options)
        return replace(article, page=body)
    from copydesk.transforms.encodings import decode

    decoded = decode.decode(body, declared=None, html=False)
    source = Source(source_uri=_shown(name), url=url, encoding=decoded.evidence)
    return edit.plain(decoded.text, source, options)


def _is_page_or_text(name: str) -> bool:
    """Whether a file of this name may be one page or one text. An unknown ending may be both.

    >>> [_is_page_or_text(name) for name in ("a.html.gz", "a.php", "a.csv", "a.warc.gz")]
    [True, True, False, False]
    """
    endings = {suffix.lower() for suffix in Path(name).suffixes}
    if endings & {".html", ".htm", ".txt", ".md"}:  # The formats take a tenth of a second to load.
        return True
    from copydesk.flows.read.formats import by_name

    found = by_name(name)
    return found is None or found.name in ("html", "text", "markdown")


def _body(name: str, kind: str | None) -> bytes:
    """The decompressed bytes of a file or of standard input."""
    from copydesk.flows.read.limits import Limits
    from copydesk.flows.read.streams import Inflated, whole

    limits = Limits()
    if name == "-":
        return whole(Inflated(sys.stdin.buffer, limits), limits.document_bytes)
    path = Path(name)
    if path.is_dir() or (kind is None and not _is_page_or_text(name)):
        shown = printable(name)
        raise click.UsageError(
            f"{shown} is not one page or text; `copydesk ingest {shown}` reads it"
            + (
                ""
                if path.is_dir()
                else ", and --as text or --as page reads any file as one document"
            )
        )
    with path.open("rb") as stream:
        return whole(Inflated(stream, limits), limits.document_bytes)


def _problems() -> tuple[type[Exception], ...]:
    """The errors that a bad input raises on its way to an article."""
    from copydesk.flows.read.streams import BrokenError
    from copydesk.transforms.article import Refused

    return OSError, BrokenError, Refused


def _print_json_line(name: str, kind: str | None) -> bool:
    """Print the JSON line of a file, and return whether the file gave a text."""
    try:
        article = _article(name, kind, None)
    except _problems() as error:
        record: dict[str, Any] = {
            "file": _shown(name),
            "text": "",
            "refused": {
                "step": getattr(error, "step", "read"),
                "reason": getattr(error, "reason", "unreadable"),
                "detail": getattr(error, "detail", None) or str(error),
            },
        }
    else:
        record = {"file": _shown(name), **_record(article)}
    click.echo(harmless_json(json.dumps(record, ensure_ascii=False)))
    return record["refused"] is None


def _record(article: Article) -> dict[str, Any]:
    return {key: value for key, value in article.to_dict().items() if key != "source_uri"}


def _text(article: Article) -> None:
    click.echo(_for_output(article.text))


def _json(article: Article) -> None:
    echo_json(_record(article))


def _markdown(article: Article) -> None:
    click.echo(_for_output(article.markdown))


def _show(article: Article) -> None:
    from copydesk.flows.cli.show import print_with_cuts

    print_with_cuts(article.extracted, article.removed)


def _for_output(text: str) -> str:
    """Text unchanged for a file or a pipe; for a terminal, control characters are escaped."""
    return printable(text, keep_newlines=True) if sys.stdout.isatty() else text


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name


_PRINT: dict[str, Callable[[Article], None]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "show": _show,
}
