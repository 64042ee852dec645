"""Measure how the time for one document grows with its length.

    python -m benchmarks.growth
    python -m benchmarks.growth --units spaces by
    python -m benchmarks.growth --rules share_line photo_credit_de

Each document repeats one short unit that provokes backtracking. It is cleaned at lengths of 1,000,
10,000 and 100,000 characters. Collections of similar texts are compared at 100, 1,000 and 10,000
texts. With `--rules` the units are the beginnings of what the named rules cut, with an end that
does not match: some thirty for each rule, at 1,000 and 10,000 characters. `--rules` without a name
takes all rules, and half an hour.

A line gives the CPU seconds at each length, and the larger of the two ratios between them. Linear
time gives 10, n log n gives 13, and quadratic time gives 100. The exit code is 1 if a ratio is
above 40.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import copydesk
from copydesk.transforms import clean
from copydesk.transforms.clean.rule import Rule

SIZES = (1_000, 10_000, 100_000)  # characters
MOST = 40
#: Seconds; shorter times count as this much. Texts made from rules are shorter, see below.
_MEASURABLE, _MEASURABLE_OF_RULES = 0.025, 0.0025

STORY = (
    "The harbour of Lindesund reopened on Tuesday after a storm had closed it for three days, the port authority said. "
    "Eleven ships were waiting outside the breakwater when the first pilot boat left at dawn."
)
_PAGE = (
    "<!DOCTYPE html><html><head><title>Harbour reopens</title></head><body><article>"
    f"<h1>Harbour reopens</h1><p>{STORY}</p>%s</article></body></html>"
)

TEXT_UNITS = {
    "spaces": " ",
    "tabs": "\t",
    "letters": "a",
    "words": "word ",
    "by": "By Ana Ruiz, ",
    "and": " and ",
    "brackets": "(",
    "quotes": "\"'",
    "dashes": "- ",
    "dots": "...",
    "colons": "Read more: ",
    "credits": "Photo: AP ",
    "digits": "1",
    "dates": "1 March 2024 ",
    "times": "10:00 ",
    "urls": "see http://a.b/",
    "ats": "a@b.c ",
    "agencies": "(Reuters) - ",
    "capitals": "LINDESUND, ",
    "copyrights": "© 2024 ",
    "shares": "Share this on ",
    "pipes": "x | ",
    "no-break": "\u00a0",
    "combining": "a\u0301",
    "zero-width": "\u200b",
    "newlines": "\n",
    "lines": "x\n",
    "prompts": "Leave a Comment\n",
    "sentences": STORY + " ",
    "cjk": "港",
    "mixed": "By By By (AP) - – — | : ; 1/2/2024 ",
    "told": "told The ",
    "bars": "| a ",
    "reported": "Reuters reported ",
    "initials": "A.B",
}
#: What follows the beginning of an example of a rule, so that its pattern almost matches.
_ALMOST = ("a", " a", "a.", "(", " - ", "read more: ", "1", ". Read more", "\u00a0", "é ", "share ")
_ALMOST += ("|", " | Harbour", "é\u0301")
PAGE_UNITS = {
    "paragraphs": "<p>x</p>",
    "unclosed": "<p>x",
    "deep": "<div>",
    "inline": "<b>x</b>",
    "links": "<a href=/>x</a> ",
    "spaces": " ",
    "lists": "<li>x",
    "cells": "<td>x",
    "line ends": "x<br>",
    "comments": "<!-- x -->",
    "entities": "&amp;",
    "times": "<time datetime=2024-03-01>1 March</time>",
    "bylines": "<p class=byline>By Ana Ruiz</p>",
    "scripts": "<script>x</script>",
    "angle brackets": "<",
    "metas": "<meta name=author content='Ana Ruiz'>",
    "json-ld": "<script type='application/ld+json'>{}</script>",
    "headings": "<h2>Rain</h2>",
    "images": "<figure><img><figcaption>Photo: AP</figcaption></figure>",
    "text": STORY + " ",
    "author marks": "<span class=author>Ana Ruiz</span>",
    "metas without a use": "<meta name=m{i} content=x>",
    "numbered titles": "<meta property=og:title content='Rain fell {i}'><p>Rain {i}</p>",
    "numbered classes": "<div class=c{i}>word {i}</div>",
    "numbered data": "<p data-{i}=1>x</p>",
    "numbered links": "<li><a href=/{i}>Story number {i} of the rain</a>",
    "numbered bylines": "<p class=author>By Ana R{i}</p>",
    "wrapped posts": "<li class=post><p>Rain fell on street {i} of the old town again, people said there.</p>",
    "numbered statements": '<script type="application/ld+json">{"headline":"Rain {i}"}</script><p>x',
}
#: A unit that is repeated within one element, between the two other strings.
_LONG_VALUES = {
    "authors": ("<meta name=author content='", "Ana Ruiz and ", "'>"),
    "a date": ("<p class=date>", "1/", "</p>"),
    "a title": ("<title>", "a - b | ", "</title>"),
    "braces": ("<script type='application/ld+json'>", "{", "</script>"),
    "commas": ("<script type='application/ld+json'>", ", ", "</script>"),
    "broken data": ('<script type=\'application/ld+json\'>{"a":"', " ", '"x}</script>'),
}
_NESTED_UNITS = {
    "marks": "<div class=author>",
    "containers": "<div>",
    "times": "<time>",
    "lists": "<ul><li>x",
}
_DEPTH = 400  # the limit of a page is higher; deeper pages are refused


@dataclass(frozen=True, slots=True)
class Repeated:
    """A document of any length that repeats one unit."""

    name: str
    kind: str  # "text", "page", or "rule" for a text made from a rule
    of_size: Callable[[int], str]

    def work(self, size: int) -> Callable[[], object]:
        """Clean the document of `size` characters."""
        document = self.of_size(size)
        if self.kind == "page":
            return lambda: copydesk.clean_page(document)
        return lambda: copydesk.clean_text(document)


@dataclass(frozen=True, slots=True)
class Collection:
    """Many similar texts, for the search for copies or for stories."""

    name: str
    kind: str  # "copies" or "stories"
    text: str  # `{i}` is the number of the text

    def work(self, size: int) -> Callable[[], object]:
        """Compare one text for every ten characters of `size`."""
        texts = [self.text.replace("{i}", str(i)) for i in range(size // 10)]
        find = copydesk.find_duplicates if self.kind == "copies" else copydesk.group_stories
        return lambda: find(texts)


def documents() -> Iterator[Repeated]:
    """Yield all documents: each unit before an end, after a story, and in a page."""
    for name, unit in TEXT_UNITS.items():
        yield Repeated(f"{name}, then an end", "text", lambda n, u=unit: _times(u, n) + "!")
        yield Repeated(
            f"{name} after a story", "text", lambda n, u=unit: f"{STORY}\n{_times(u, n)}"
        )
    for name, unit in PAGE_UNITS.items():
        yield Repeated(name, "page", lambda n, u=unit: _PAGE % _times(u, n))
    for name, (begin, unit, end) in _LONG_VALUES.items():
        yield Repeated(
            f"long {name}", "page", lambda n, b=begin, u=unit, e=end: _PAGE % (b + _times(u, n) + e)
        )
    for name, unit in _NESTED_UNITS.items():
        yield Repeated(
            f"nested {name}",
            "page",
            lambda n, u=unit: _PAGE % (u * min(n // 100, _DEPTH) + "word " * (n // 5)),
        )


def rule_documents(names: Sequence[str] = ()) -> Iterator[Repeated]:
    """Yield texts that almost match the rules whose names begin with one of `names`, or all rules."""
    for rule in clean.RULES:
        if names and not rule.name.startswith(tuple(names)):
            continue
        for unit in almost_matched(rule):
            for glue in ("", "\n"):
                name = f"{rule.name} {unit + glue!r}"
                yield Repeated(name, "rule", lambda n, u=unit + glue: _times(u, n))


def almost_matched(rule: Rule) -> list[str]:
    """Return beginnings of what a rule cuts, each with an end that does not match."""
    if rule.place == "context" or not rule.drops:
        return []
    begun = [example.replace("[[", "").replace("]]", "") for example in rule.drops]
    return [
        *(begun[0] + end for end in _ALMOST),
        *(f"{example[: len(example) // 2]} " for example in begun[:3]),
    ]


def collections() -> Iterator[Collection]:
    """Yield collections of equal texts, and of texts that differ in one word."""
    for kind in ("copies", "stories"):
        yield Collection("equal texts", kind, STORY)
        yield Collection("texts that differ in a word", kind, STORY + " Ship {i} waited.")


def _times(unit: str, size: int) -> str:
    n = size // len(unit)
    if "{i}" in unit:
        return "".join(unit.replace("{i}", str(i)) for i in range(n))
    return unit * n


def _named(
    found: Iterator[Repeated | Collection], beginnings: Sequence[str] | None
) -> Iterator[Repeated | Collection]:
    """Yield those whose names have one of the beginnings; all if there are none."""
    return (one for one in found if not beginnings or one.name.startswith(tuple(beginnings)))


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of the work, the shorter of two runs."""
    taken = []
    for _ in range(2):
        gc.collect()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each document; return 1 if one grows too fast."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--units", nargs="*", help="only documents whose name begins with one of these"
    )
    parser.add_argument(
        "--rules", nargs="*", metavar="NAME", help="only rules whose name begins with one of these"
    )
    asked = parser.parse_args(arguments)
    work = (
        chain(_named(documents(), asked.units), _named(collections(), asked.units))
        if asked.rules is None
        else rule_documents(asked.rules)
    )
    copydesk.warm_up()
    copydesk.clean_page(_PAGE % "")
    copydesk.clean_text(STORY)
    worst = 0.0
    measured = 0
    for document in work:
        measured += 1
        of_rule = document.kind == "rule"
        took = [seconds(document.work(size)) for size in (SIZES[:2] if of_rule else SIZES)]
        least = _MEASURABLE_OF_RULES if of_rule else _MEASURABLE
        counted = [max(s, least) for s in took]
        ratio = max(after / before for before, after in pairwise(counted))
        worst = max(worst, ratio)
        times = " ".join(f"{s:8.3f}" for s in took)
        print(f"{document.kind:7}  {document.name:32} {times}  x{ratio:.1f}", flush=True)
    if not measured:
        parser.error("no unit and no rule has a name that begins with these words")
    print(f"largest growth for ten times the length: {worst:.1f} (limit {MOST})")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
