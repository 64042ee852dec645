"""Measure how many boilerplate lines the text rules remove from extracted text, and their cost.

    python benchmarks/clean_text.py --gold GOLD_DIR --lost lost.tsv --cache lines.jsonl.gz

GOLD_DIR holds `*.jsonl.gz` files with `html`, `gold_text` and, for some pages, `gold_text_alt`.
Plain extractors (jusText, Resiliparse) extract the pages. If an extractor found less than half of a
page's gold text, the page is left out for that extractor.

A line is good if at least half of its 4-token shingles are in the gold text or in one of its
alternatives; otherwise it is bad. A line of fewer than four tokens is good if the gold text has
these tokens in a row. Such short lines are counted separately. A line that is cut in part counts as
removed if less than half of its characters are left.

Every document is also cleaned twice and rebuilt from its ledger, as a check.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from copydesk.flows.evaluation import is_cjk, tokens

_STOPLISTS = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "nl": "Dutch",
    "da": "Danish",
    "sv": "Swedish",
    "no": "Norwegian_Bokmal",
    "nb": "Norwegian_Bokmal",
    "fi": "Finnish",
    "pl": "Polish",
    "tr": "Turkish",
}
SHORT = 4  # tokens; shorter lines are labelled by another rule


class Line(NamedTuple):
    """A line of an extracted text and what the gold says about it."""

    text: str
    tokens: int
    good: bool


class Page(NamedTuple):
    """One page as one extractor gave it."""

    dataset: str
    id: str
    extractor: str
    lines: tuple[Line, ...]


def shingles(words: list[str]) -> list[tuple[str, ...]]:
    """Return all runs of four tokens, or the whole list if it is shorter."""
    return [tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))] if words else []


def justext(html: str) -> str:
    """Return the paragraphs that jusText finds.

    It uses the stop words of the page's declared language.
    """
    import justext as vendor

    declared = re.search(r"<html[^>]{0,500}\blang=[\"']?([a-zA-Z]{2})", html)
    stoplist = vendor.get_stoplist(
        _STOPLISTS.get(declared[1].lower() if declared else "en", "English")
    )
    return "\n".join(
        p.text
        for p in vendor.justext(html.encode("utf-8", "replace"), stoplist, encoding="utf-8")
        if not p.is_boilerplate
    )


def resiliparse_main(html: str) -> str:
    """Return Resiliparse's main content, with its other settings at their defaults."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(html, main_content=True))


def resiliparse_full(html: str) -> str:
    """Return all visible text of the page by Resiliparse, with menus, lists and footers."""
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(html, main_content=False))


EXTRACTORS: dict[str, Callable[[str], str]] = {
    "justext": justext,
    "resiliparse_main": resiliparse_main,
    "resiliparse_full": resiliparse_full,
}


def labelled(row: dict[str, Any], text: str) -> tuple[Line, ...] | None:
    """Return the labelled lines, or None if less than half of every gold text was found."""
    golds = [g for g in (row["gold_text"], *(row.get("gold_text_alt") or ())) if g]
    cjk = is_cjk(golds[0])
    gold_words = [tokens(g, cjk=cjk) for g in golds]
    found = set(shingles(tokens(text, cjk=cjk)))
    recalls = [
        sum(s in found for s in shingles(words)) / max(1, len(shingles(words)))
        for words in gold_words
    ]
    if max(recalls) < 0.5:
        return None
    gold_shingles = [set(shingles(words)) for words in gold_words]
    joined = [f" {' '.join(words)} " for words in gold_words]
    lines = []
    for line in text.split("\n"):
        words = tokens(line, cjk=cjk)
        if not words:
            good = False
        elif len(words) < SHORT:
            good = any(f" {' '.join(words)} " in gold for gold in joined)
        else:
            own = shingles(words)
            good = any(sum(s in gold for s in own) >= 0.5 * len(own) for gold in gold_shingles)
        lines.append(Line(line, len(words), good))
    return tuple(lines)


def pages(gold: Path, names: Iterable[str]) -> Iterator[Page]:
    """Yield every gold page as each extractor gives it, in order of file and row."""
    from copydesk.transforms import normalise

    for path in sorted(gold.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                if not row.get("gold_text"):
                    continue
                for name in names:
                    lines = labelled(row, normalise.text(EXTRACTORS[name](row["html"])))
                    if lines is not None:
                        yield Page(path.name.split(".")[0], row["id"], name, lines)


def cached(cache: Path | None, gold: Path, names: list[str]) -> list[Page]:
    """Return the pages from the cache file, which is written if it does not exist."""
    if cache is not None and cache.exists():
        with gzip.open(cache, "rt", encoding="utf-8") as rows:
            loaded = [json.loads(row) for row in rows]
        return [
            Page(d, i, x, tuple(Line(*line) for line in lines))
            for d, i, x, lines in loaded
            if x in names
        ]
    made = list(pages(gold, names))
    if cache is not None:
        with gzip.open(cache, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(page) + "\n" for page in made)
    return made


def sites(gold: Path) -> dict[tuple[str, str], str]:
    """Return the registrable part of each page's host, or the id of a page without an address.

    This is precise enough for splitting.
    """
    found = {}
    for path in sorted(gold.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for row in map(json.loads, rows):
                host = (urlsplit(row.get("url") or "").hostname or row["id"]).removeprefix("www.")
                parts = host.split(".")
                short_suffix = len(parts) > 2 and len(parts[-2]) <= 3 and len(parts[-1]) == 2
                found[path.name.split(".")[0], row["id"]] = ".".join(
                    parts[-3:] if short_suffix else parts[-2:]
                )
    return found


class Verdict(NamedTuple):
    """What cleaning did with one line."""

    line: Line
    removed: bool
    rules: tuple[str, ...]
    became_column: bool


# Cut, but kept as a column, so they are reported separately.
COLUMN_RULES = frozenset({"headline", "byline"})


def verdicts(page: Page, tagged: bool) -> list[Verdict]:
    """Return what `clean` made of each line of the page.

    With `tagged`, return what `clean_text` made of it.
    """
    from copydesk.transforms import clean

    text = "\n".join(line.text for line in page.lines)
    if tagged:
        import copydesk

        article = copydesk.clean_text(text)
        if article.extracted != text:
            raise SystemExit(
                f"{page.id}: clean_text changed the text it was given before cleaning it"
            )
        removed = article.removed
    else:
        removed = clean.clean(text)
    out, start, ordered, first = [], 0, sorted(removed), 0
    for line in page.lines:
        end = start + len(line.text)
        while first < len(ordered) and ordered[first].end <= start:
            first += 1
        hits, i = [], first
        while i < len(ordered) and ordered[i].start < end:
            hits.append((ordered[i].rule, min(end, ordered[i].end) - max(start, ordered[i].start)))
            i += 1
        cut = sum(n for _, n in hits) * 2 > len(line.text)
        rules = tuple(rule for rule, n in hits if n > 0)
        out.append(Verdict(line, cut, rules, cut and not COLUMN_RULES.isdisjoint(rules)))
        start = end + 1
    return out


def check(page: Page) -> None:
    """Check that the ledger rebuilds the input, and that cleaning again changes nothing.

    Raises AssertionError.
    """
    from copydesk.transforms import clean, ledger

    text = "\n".join(line.text for line in page.lines)
    removed = clean.clean(text)
    left = ledger.apply(text, removed)
    assert ledger.rebuild(left, removed) == text, page.id
    assert clean.clean(left) == (), page.id


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--gold",
        type=Path,
        default=os.environ.get("COPYDESK_GOLD"),
        help="folder of *.jsonl.gz (default: $COPYDESK_GOLD)",
    )
    parser.add_argument(
        "--extractors", default=",".join(EXTRACTORS), help=f"any of {', '.join(EXTRACTORS)}"
    )
    parser.add_argument(
        "--cache", type=Path, help="file that keeps the labelled lines between runs"
    )
    parser.add_argument(
        "--lost",
        type=Path,
        help="write each good line that was removed to this file, with its rule",
    )
    parser.add_argument("--missed", type=Path, help="write each bad line that stayed to this file")
    parser.add_argument(
        "--tags",
        action="store_true",
        help="score copydesk.clean_text: the rules, and the headline and byline that taggers cut",
    )
    args = parser.parse_args()
    if args.gold is None:
        parser.error("name a folder with --gold, or set COPYDESK_GOLD")
    report(
        cached(args.cache, Path(args.gold), args.extractors.split(",")),
        args.tags,
        args.lost,
        args.missed,
    )


def report(found: list[Page], tagged: bool, lost: Path | None, missed: Path | None) -> None:
    """Print the counts by extractor and by rule; write the lists."""
    counts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(
        collections.Counter
    )
    by_rule: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    lost_rows, missed_rows, characters, seconds = [], [], 0, 0.0
    for page in found:
        began = time.process_time()
        judged = verdicts(page, tagged)
        seconds += time.process_time() - began
        check(page)
        characters += sum(len(line.text) + 1 for line in page.lines)
        for verdict in judged:
            line = verdict.line
            if not line.tokens:
                continue
            size = "long" if line.tokens >= SHORT else "short"
            label = "good" if line.good else "bad"
            state = "column" if verdict.became_column else "removed" if verdict.removed else "kept"
            for key in ((page.extractor, page.dataset), (page.extractor, "all"), ("all", "all")):
                counts[key][f"{size}_{label}"] += 1
                counts[key][f"{size}_{label}_{state}"] += 1
            for rule in verdict.rules if verdict.removed else ():
                by_rule[rule][f"{size}_{label}"] += 1
            where = f"{page.dataset}\t{page.id}\t{page.extractor}\t{size}"
            if line.good and state == "removed":
                lost_rows.append(f"{','.join(verdict.rules)}\t{where}\t{line.text}")
            elif not line.good and state == "kept":
                missed_rows.append(f"{where}\t{line.text}")
    print(
        f"{'extractor':18s}{'set':18s}{'bad':>8s}{'removed':>9s}{'good':>8s}{'lost':>6s}{'lost/1000':>10s} | under {SHORT} tokens: bad, removed, good, lost | columns: bad, good"
    )
    for (extractor, dataset), c in counts.items():
        print(
            f"{extractor:18s}{dataset:18s}{c['long_bad']:8d}{(c['long_bad_removed'] + c['long_bad_column']) / max(1, c['long_bad']):9.1%}"
            f"{c['long_good']:8d}{c['long_good_removed']:6d}{1000 * c['long_good_removed'] / max(1, c['long_good']):10.2f}"
            f" | {c['short_bad']:6d}{(c['short_bad_removed'] + c['short_bad_column']) / max(1, c['short_bad']):8.1%}{c['short_good']:7d}{c['short_good_removed']:5d}"
            f" | {c['long_bad_column'] + c['short_bad_column']:5d}{c['long_good_column'] + c['short_good_column']:5d}"
        )
    print(f"\n{'rule':28s}{'bad':>7s}{'good':>6s}{'short bad':>11s}{'short good':>11s}")
    for rule, c in sorted(by_rule.items(), key=lambda item: -item[1]["long_bad"]):
        print(
            f"{rule:28s}{c['long_bad']:7d}{c['long_good']:6d}{c['short_bad']:11d}{c['short_good']:11d}"
        )
    print(
        f"\n{len(found)} documents, {characters / len(found):.0f} characters each: {characters / 3000 / seconds:.0f} documents of 3 kB per second and core"
    )
    for path, rows in ((lost, lost_rows), (missed, missed_rows)):
        if path is not None:
            path.write_text("\n".join(sorted(rows)) + "\n", encoding="utf-8")
            print(f"{len(rows)} lines in {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
