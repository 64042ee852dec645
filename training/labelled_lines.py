"""Lines of real pages that people read and labelled as article or as a category of boilerplate.

    python -m training.labelled_lines --gold DIR              # the share of each kind that is cut
    python -m training.labelled_lines --gold DIR --lost FILE  # and all lost article lines
    python -m training.labelled_lines --gold DIR --part held_out

The pages belong to their publishers, so the repository has only hashes and labels. They are in
`labelled_lines.tsv` and, for other sites, in `held_out_lines.tsv`. No model was trained on a
collection with held-out pages, and the rules were measured on them before anybody read what the
rules leave.

This script rebuilds the lines from a folder of pages (`*.jsonl.gz` with `html`), with three plain
extractors: trafilatura, jusText with every paragraph, and the text of the tree, one block per line.
A label is `article` or a category of the rules (`transforms.clean.CATEGORIES`). A line that is
`title`, `byline` or `dateline` is neither, because taggers read it.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import lxml.html

PARTS = {
    "development": Path(__file__).with_name("labelled_lines.tsv"),
    "held_out": Path(__file__).with_name("held_out_lines.tsv"),
    "final": Path(__file__).with_name("final_lines.tsv"),
}
FINAL = "final"
EXTRACTORS = ("trafilatura", "justext", "tree")
NEITHER = frozenset({"title", "byline", "dateline"})
# How many pages are taken. Most pages of the sets are in these languages.
PER_LANGUAGE = {
    "en": 18,
    "de": 8,
    "fr": 5,
    "es": 5,
}
OTHERS = 4  # pages in each other language
HEAD, MIDDLE, TAIL = 12, 8, 18  # lines of a page that are labelled: most boilerplate is at the ends
MOST_CHARS = 400_000  # the longest page that is read
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "button",
        "label",
    ]
)
_UNSEEN = frozenset(
    [
        "head",
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "object",
        "select",
        "textarea",
    ]
)


class Labelled(NamedTuple):
    """One page as one extractor gave it, with the labels of some of its lines by number."""

    dataset: str
    page: str
    extractor: str
    language: str
    site: str
    lines: list[str]
    labels: dict[int, str]


def tree_text(html: str) -> list[str]:
    """Return the text of all blocks of a page, one on each line."""
    try:
        root = lxml.html.document_fromstring(
            html.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8")
        )
    except (lxml.etree.ParserError, ValueError):
        return []
    parts: list[str] = []
    for event, element in lxml.etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            parts.append(element.tail or "")
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                parts.append("\n")
            if tag not in _UNSEEN and not _hidden(element):
                parts.append(element.text or "")
        else:
            if tag in _BLOCKS:
                parts.append("\n")
            if element.getparent() is None or not _hidden(element.getparent()):
                parts.append(element.tail or "")
    return [line for raw in "".join(parts).split("\n") if (line := " ".join(raw.split()))]


def _hidden(element: lxml.html.HtmlElement) -> bool:
    return any(a.tag in _UNSEEN for a in (element, *element.iterancestors()))


def lines_of(html: str, extractor: str, language: str) -> list[str]:
    """Return the lines that one extractor gives for a page."""
    if extractor == "trafilatura":
        import trafilatura

        return [
            x
            for x in (
                trafilatura.extract(
                    html, include_comments=True, include_tables=True, favor_recall=True
                )
                or ""
            ).split("\n")
            if x.strip()
        ]
    if extractor == "justext":
        import justext

        try:
            found = justext.justext(html.encode(), frozenset(), encoding="utf-8")
        except Exception:  # jusText raises whatever its parser raises
            return []
        return [" ".join(p.text.split()) for p in found if p.text.strip()]
    return tree_text(html)


def digest(line: str) -> str:
    """Return the first 12 hex digits of a line's SHA-256."""
    return sha256(line.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def pages(gold: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every page of a folder of gold files, with the name of its file."""
    for path in sorted(gold.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in file:
                yield path.name.split(".")[0], json.loads(row)


def site(row: dict[str, str]) -> str:
    """Return the registrable part of a page's host, or the id of a page without an address.

    This is precise enough for splitting.
    """
    parts = (urlsplit(row.get("url") or "").hostname or row["id"]).removeprefix("www.").split(".")
    short = len(parts) > 2 and len(parts[-2]) <= 3 and len(parts[-1]) == 2
    return ".".join(parts[-3:] if short else parts[-2:])


def chosen(gold: Path) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Yield the pages of the part `development`: one per site, spread over the sets.

    A row has the name of the set, the page, its language and the extractor.
    """
    from copydesk.transforms.tag.language import classify

    found: dict[str, list[tuple[int, str, dict[str, str]]]] = collections.defaultdict(list)
    seen: set[str] = set()
    for dataset, row in pages(gold):
        if dataset == "page_types" or len(row["html"]) > MOST_CHARS or site(row) in seen:
            continue
        seen.add(site(row))
        lines = tree_text(row["html"])
        prose = " ".join(line for line in lines if len(line) > 80)[:2_000]
        if len(prose) < 800:
            continue
        code = classify(prose)[0]
        found[code].append((zlib.crc32(f"{dataset} {row['id']}".encode()), dataset, row))
    for code in sorted(found):
        for n, (_, dataset, row) in enumerate(
            sorted(found[code], key=lambda item: item[0])[: PER_LANGUAGE.get(code, OTHERS)]
        ):
            yield dataset, row, code, EXTRACTORS[(n + len(code) + ord(code[0])) % 3]


def shown(lines: list[str]) -> list[int]:
    """Return the numbers of the labelled lines of a page: first, some of the middle, last."""
    n = len(lines)
    if n <= HEAD + MIDDLE + TAIL:
        return list(range(n))
    middle = (n - MIDDLE) // 2
    return sorted({*range(HEAD), *range(middle, middle + MIDDLE), *range(n - TAIL, n)})


def labelled(gold: Path, part: str = "development") -> Iterator[Labelled]:
    """Rebuild the labelled pages of a part from the gold files.

    Raises ValueError if a labelled line of a page has changed.
    """
    wanted: dict[tuple[str, str], list[list[str]]] = collections.defaultdict(list)
    for row in PARTS[part].read_text(encoding="utf-8").splitlines():
        dataset, page, *rest = row.split("\t")
        wanted[dataset, page].append(rest)
    for dataset, row in pages(gold):
        rows = wanted.get((dataset, row["id"]))
        if not rows:
            continue
        extractor, language = rows[0][:2]
        lines = lines_of(row["html"], extractor, language)
        for _, _, number, hashed, _ in rows:
            if int(number) >= len(lines) or digest(lines[int(number)]) != hashed:
                raise ValueError(f"line {number} of {row['id']} is not the one that was labelled")
        labels = {int(number): label for _, _, number, _, label in rows}
        yield Labelled(dataset, row["id"], extractor, language, site(row), lines, labels)


def main() -> None:
    """Print what is cut and what is lost, by category, extractor and language."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--gold", type=Path, required=True, help="folder of gold files with the pages"
    )
    parser.add_argument(
        "--part", choices=PARTS, default="development", help="the part of the labelled pages"
    )
    parser.add_argument(
        "--lost", type=Path, help="write each article line that is cut to this file"
    )
    args = parser.parse_args()
    from copydesk.transforms import clean, normalise
    from copydesk.transforms.ledger import kept_lines

    gone: dict[tuple[str, str], list[int]] = collections.defaultdict(lambda: [0, 0])
    lost = []
    for page in labelled(args.gold, args.part):
        text = normalise.text("\n".join(page.lines))
        starts, at = [], 0
        lines = text.split("\n")
        for line in lines:
            starts.append(at)
            at += len(line) + 1
        removed = clean.clean(text)
        kept = {start for start, _ in kept_lines(text, removed)}
        whole = (
            {
                n
                for n, start in enumerate(starts)
                if not any(start <= k <= start + len(lines[n]) for k in kept)
            }
            if len(lines) == len(page.lines)
            else None
        )
        if whole is None:
            raise ValueError(f"{page.page}: normalising changes the number of lines")
        for number, label in page.labels.items():
            if label in NEITHER:
                continue
            kind = "article" if label == "article" else "boilerplate"
            for name in ("all", page.extractor, page.language, label):
                tally = gone[name, kind]
                tally[0] += number in whole
                tally[1] += 1
            if kind == "article" and number in whole:
                lost.append(f"{page.dataset}\t{page.page}\t{number}\t{lines[number]}\n")
    for (name, kind), (away, n) in sorted(gone.items()):
        print(f"{name:14s} {kind:12s} {away:5d} of {n:5d} cut ({100 * away / n:.1f} %)")
    if args.lost is not None:
        args.lost.write_text("".join(lost), encoding="utf-8")


if __name__ == "__main__":
    main()
