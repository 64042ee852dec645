"""Labelled pages as training data of the line model: parsed, with features, labels and weights."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml.html import HtmlElement

from copydesk.flows import evaluation
from copydesk.transforms.article import Refused
from copydesk.transforms.extract import trafilatura_baseline as baseline
from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.model import block_features
from copydesk.transforms.extract.model.block_features import Column, Matrix
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.parse import parse
from training import splicing
from training.labels import Labels, label, site

FOLDS = 5
SEED = 7
#: The number of spliced pages relative to the pages of each collection.
_SPLICED_SHARE = {"wcxb_article": 0.35, "l3s_gn1": 0.3, "daniel": 0.25, "dragnet": 0.3}
_SPLICED_SHARE_ELSE = 0.7


@dataclass(slots=True)
class Sample:
    """A labelled page after parsing."""

    collection: str
    id: str
    site: str
    golds: list[str]
    page: Page
    own: Matrix
    words: Column
    baseline: Column
    labels: Labels
    names: list[str]
    is_spliced: bool = False


def samples(folder: Path) -> list[Sample]:
    """Return every page of the folder that has a gold text and a block, in order of file and line.

    The spliced pages come after them.
    """
    rows = labelled_rows(folder)
    plain = [_sample(name, row, parse(row["html"])) for name, row in rows]
    pages = [s for s in (*plain, *_spliced(rows)) if s is not None]
    return pages


def labelled_rows(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows of the folder that have a gold text, each with the name of its collection."""
    return [
        (path.name.split(".")[0], row)
        for path in sorted(folder.glob("*.jsonl*"))
        for row in evaluation.read(path)
        if row.get("gold_text")
    ]


def _spliced(rows: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[Sample | None]:
    """Yield pages with text of other sites of the same fold beside their article."""
    rng = random.Random(SEED)
    sites = [site_of(row) for _, row in rows]
    folds = defaultdict(list)
    for i, name in enumerate(sites):
        folds[fold(name)].append(i)
    for i, (collection, row) in enumerate(rows):
        if rng.random() > _SPLICED_SHARE.get(collection, _SPLICED_SHARE_ELSE):
            continue
        tree = parse(row["html"])
        place = splicing.article_element(tree, row["gold_text"])
        peers = folds[fold(sites[i])]
        others = [j for j in rng.sample(peers, min(8, len(peers))) if sites[j] != sites[i]][:5]
        articles = [
            a
            for j in others
            if (a := splicing.article_element(parse(rows[j][1]["html"]), rows[j][1]["gold_text"]))
            is not None
        ]
        if place is not None and len(articles) > 1 and splicing.splice(place, articles, rng):
            yield _sample(collection, row, tree, is_spliced=True)


def site_of(row: dict[str, Any]) -> str:
    """Return the site of a labelled page."""
    return site(row.get("url"), row["html"], str(row.get("id")))


def _sample(
    collection: str, row: dict[str, Any], tree: HtmlElement, *, is_spliced: bool = False
) -> Sample | None:
    try:
        hints = read_hints(tree)
        page = read_blocks(tree, Options())
    except Refused:
        return None
    if not page.text:
        return None
    names, own, words = block_features.build(page, hints)
    golds = [gold for gold in (row["gold_text"], *(row.get("gold_text_alt") or ())) if gold]
    kept = baseline.share_kept(page.text, tree, url=row.get("url"))
    return Sample(
        collection,
        str(row.get("id")),
        site_of(row),
        golds,
        page,
        own,
        words,
        kept,
        label(page.text, golds),
        names,
        is_spliced,
    )


def fold(name: str) -> int:
    """Return the fold of a site, from a hash that is the same in every run."""
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS
