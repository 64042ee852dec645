"""Train the model of `transforms/extract/page_level/page_kind.py`: does a page have an article?

    python -m training.page_kind_model --articles DIR --others FILE --out transforms/extract/data/page_kind_model.npz

DIR holds `*.jsonl.gz` files of pages with an article. FILE has pages without one (`html`, `url`).
Section fronts and briefs made from the articles (`made_pages.py`) are added at half their weight.

The script prints how many pages without an article are detected, how many articles are refused for
that, and the addresses of these articles. The models behind the figures saw no page of the site;
with `--check collections` they saw no page of the collection.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.flows import evaluation
from copydesk.transforms.article import Refused
from copydesk.transforms.extract import extraction
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_level.page_kind import is_asked, limits
from copydesk.transforms.extract.page_level.page_kind_features import NAMES, features
from copydesk.transforms.extract.parse import parse
from copydesk.transforms.forest.boosted_trees import Forest
from training import made_pages
from training.labels import site
from training.reproducible import REPRODUCIBLE

FOLDS, SEED, FORESTS, ROUNDS = 5, 3, 3, 200
#: The most pages that are used of one collection of articles.
MOST_PAGES = 400
#: How many section fronts are made from a collection (and as many briefs), and the fewest teasers
#: in one language for a front.
_MADE, _LEAST_TEASERS = 45, 6
PARAMETERS: dict[str, Any] = {
    **REPRODUCIBLE,
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 5,
    "min_data_in_leaf": 12,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
}
#: There are few real pages without an article, so they count twice. Made pages can have any number.
_WEIGHTS = {"article": 1.0, "other": 2.0, "front": 0.5, "brief": 0.5}
_OF_ADDRESS = [i for i, name in enumerate(NAMES) if name.startswith("address_")]
_LANGUAGE = re.compile(r"<html[^>]*\blang=[\"']?(\w\w)", re.IGNORECASE)

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a page, its kind (`article`, `brief`, `other`, `front`) and collection."""

    row: npt.NDArray[np.float32]
    kind: str
    collection: str
    site: str
    url: str
    is_asked: bool


def examples(pages: Sequence[dict[str, Any]], kind: str, collection: str) -> list[Example]:
    """Return the example of each page that has blocks."""
    found = []
    for page in pages:
        url = page.get("url")
        try:
            reading, hints = extraction.read(parse(page["html"]), url, Options())
        except Refused:
            continue
        if reading is not None:
            name = site(url, page["html"], str(page.get("id")))
            row = features(reading, hints, url)[0]
            found.append(
                Example(row, kind, collection, name, url or str(page.get("id")), is_asked(reading))
            )
    return found


def fronts(pages: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """Section fronts of a collection, each with teasers in the language of its page."""
    teasers: dict[str, list[made_pages.Teaser]] = defaultdict(list)
    for page in pages:
        found = made_pages.teaser(page)
        if found is not None:
            teasers[_language(page)].append(found)
    usable = [
        page
        for page in pages
        if page.get("gold_text") and len(teasers[_language(page)]) >= _LEAST_TEASERS
    ]
    drawn = rng.sample(usable, min(len(usable), _MADE))
    made = (made_pages.front(page, teasers[_language(page)], rng) for page in drawn)
    return [page for page in made if page is not None]


def briefs(pages: Sequence[dict[str, Any]], rng: random.Random) -> list[dict[str, Any]]:
    """Articles of a collection that end after a paragraph or two."""
    usable = [page for page in pages if page.get("gold_text")]
    drawn = rng.sample(usable, min(len(usable), _MADE))
    return [page for page in (made_pages.brief(p, rng) for p in drawn) if page is not None]


def _language(page: dict[str, Any]) -> str:
    said = _LANGUAGE.search(page["html"][:3000])
    return str(page.get("lang") or (said[1].lower() if said else "en"))


def fit(found: Sequence[Example]) -> Forest:
    """Train a few forests on each page with its address and without; return their mean."""
    import lightgbm

    rows = np.array([example.row for example in found])
    labels = np.array([float(example.kind in ("other", "front")) for example in found])
    weights = np.array([_WEIGHTS[example.kind] for example in found])
    both = np.concatenate([rows, without_address(rows)])
    table = lightgbm.Dataset(both, np.tile(labels, 2), weight=np.tile(weights, 2))
    forests = []
    for number in range(FORESTS):
        booster = lightgbm.train(PARAMETERS | {"seed": SEED + number}, table, ROUNDS)
        forests.append(Forest.from_lightgbm(booster.dump_model()["tree_info"]))
    return Forest.mean(forests)


def without_address(rows: Rows) -> Rows:
    """Return the rows as they would be without the addresses of the pages."""
    bare = rows.copy()
    bare[:, _OF_ADDRESS] = -1.0
    return bare


def main(arguments: Sequence[str] | None = None) -> None:
    """Print held-out figures, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m training.page_kind_model",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--articles",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of pages with an article",
    )
    parser.add_argument(
        "--others",
        type=Path,
        required=True,
        metavar="FILE.jsonl.gz",
        help="pages without an article",
    )
    parser.add_argument(
        "--check",
        choices=("sites", "collections"),
        default="sites",
        help="what the models never saw: the site or the collection",
    )
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="file to write the model to")
    chosen = parser.parse_args(arguments)
    rng = random.Random(SEED)
    found = examples(list(evaluation.read(chosen.others)), "other", "others")
    for path in sorted(chosen.articles.glob("*.jsonl*")):
        if path.resolve() != chosen.others.resolve():
            pages = list(evaluation.read(path))
            pages = rng.sample(pages, min(len(pages), MOST_PAGES))
            found += examples(pages, "article", path.name.split(".")[0])
            found += examples(fronts(pages, rng), "front", path.name.split(".")[0])
            found += examples(briefs(pages, rng), "brief", path.name.split(".")[0])
    report(found, by_collection=chosen.check == "collections")
    if chosen.out:
        np.savez_compressed(chosen.out, names=np.array(NAMES), **fit(found).arrays("kind"))


def report(found: Sequence[Example], *, by_collection: bool) -> None:
    """Print how many pages are detected at several limits, with and without their addresses.

    Also print the articles that the limit in use refuses.
    """
    groups = np.array([e.collection if by_collection else str(_fold(e.site)) for e in found])
    odds = np.full((2, len(found)), -np.inf)
    for group in sorted(set(groups) - {"others"}):
        asked = groups == group
        sites = {e.site for e, is_in in zip(found, asked, strict=True) if is_in}
        forest = fit(
            [e for e, is_in in zip(found, asked, strict=True) if not is_in and e.site not in sites]
        )
        own = np.array([e.row for e, is_in in zip(found, asked, strict=True) if is_in])
        odds[0, asked], odds[1, asked] = forest.sums(own), forest.sums(without_address(own))
    odds[:, [not e.is_asked for e in found]] = -np.inf
    kinds = np.array([e.kind for e in found])
    rows = np.array([e.row for e in found])
    in_use = np.array([limits(rows), limits(without_address(rows))])
    # Labelled pages without an article are one collection, and no model is made without them.
    reported = ("front", "brief") if by_collection else ("other", "front", "brief")
    for limit in (0.5, 1.0, 1.5, 2.0, None):
        is_detected = odds >= (in_use if limit is None else limit)
        for name, own in zip(("with address", "without"), is_detected, strict=True):
            detected = ", ".join(f"{k} {own[kinds == k].mean():.3f}" for k in reported)
            n, of = own[kinds == "article"].sum(), (kinds == "article").sum()
            print(
                f"log odds {limit or 'in use'} {name}: detected {detected}; refused {n} of {of} articles"
            )
    for example, value, limit in zip(found, odds[0], in_use[0], strict=True):
        if example.kind == "article" and value >= limit:
            print(f"refused: {value:.2f} {example.collection} {example.url}")


def _fold(name: str) -> int:
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


if __name__ == "__main__":
    main()
