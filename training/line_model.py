"""Train the line model of `transforms/extract` from folders of labelled pages.

    python -m training.line_model --gold DIR --out transforms/extract/data/line_model.npz
    python -m training.line_model --gold DIR --check sites

DIR holds `*.jsonl.gz` files in the format of `copydesk evaluate`. The figures of `--check` come
from models that saw no page of the site in question. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import multiprocessing
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import numpy as np
import numpy.typing as npt
from lxml.html import HtmlElement

from copydesk.flows import evaluation
from copydesk.transforms import edit
from copydesk.transforms.article import Refused
from copydesk.transforms.extract import cut_reasons
from copydesk.transforms.extract import trafilatura_baseline as baseline
from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.model import block_context_features, block_features
from copydesk.transforms.extract.model import block_model as packaged
from copydesk.transforms.extract.model.block_features import Column, Matrix
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.parse import parse
from copydesk.transforms.forest.boosted_trees import Forest
from copydesk.transforms.ledger import apply
from training import splicing
from training.labels import Labels, label, site

T = TypeVar("T")

FOLDS = 5
SEED = 7
#: A few small trees: larger or more trees gained nothing across sites. Deterministic for one
#: LightGBM version.
PARAMETERS: dict[str, Any] = {
    "objective": "cross_entropy",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "max_bin": 63,
    "feature_fraction": 0.15,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
ROUNDS = 130
#: Each pass is the mean of forests with different training data: with or without the spliced pages,
#: and with collections weighted by the square root of their size or all alike.
MEMBERS = ((True, False), (False, False), (True, True), (False, True))
#: The two members whose held-out results train the later passes. They differ in both respects.
_OPINION_MEMBERS = (0, 3)
#: The share of easy blocks used in training: outside the article, and mostly links or hardly a
#: word.
_EASY_SHARE = 0.15
#: The weight of a spliced page relative to an unchanged one, and the number of spliced pages
#: relative to the pages of each collection.
_SPLICED_WEIGHT = 0.5
_SPLICED_SHARE = {"wcxb_article": 0.35, "l3s_gn1": 0.3, "daniel": 0.25, "dragnet": 0.3}
_SPLICED_SHARE_ELSE = 0.7
#: A page written for this purpose. Its features are stored, so that a test can compare them with
#: those that the code computes now.
PROBE = Path(__file__).parent / "probe.html"
_SOURCES = ("line_model.py", "labels.py", "splicing.py")


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
    rows = _rows(folder)
    plain = [_sample(name, row, parse(row["html"])) for name, row in rows]
    pages = [s for s in (*plain, *_spliced(rows)) if s is not None]
    return pages


def _rows(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.name.split(".")[0], row)
        for path in sorted(folder.glob("*.jsonl*"))
        for row in evaluation.read(path)
        if row.get("gold_text")
    ]


def _spliced(rows: Sequence[tuple[str, dict[str, Any]]]) -> Iterator[Sample | None]:
    """Return pages with text of other sites of the same fold beside their article."""
    rng = random.Random(SEED)
    sites = [_site(row) for _, row in rows]
    folds = defaultdict(list)
    for i, name in enumerate(sites):
        folds[_fold(name)].append(i)
    for i, (collection, row) in enumerate(rows):
        if rng.random() > _SPLICED_SHARE.get(collection, _SPLICED_SHARE_ELSE):
            continue
        tree = parse(row["html"])
        place = splicing.article_element(tree, row["gold_text"])
        peers = folds[_fold(sites[i])]
        others = [j for j in rng.sample(peers, min(8, len(peers))) if sites[j] != sites[i]][:5]
        articles = [
            a
            for j in others
            if (a := splicing.article_element(parse(rows[j][1]["html"]), rows[j][1]["gold_text"]))
            is not None
        ]
        if place is not None and len(articles) > 1 and splicing.splice(place, articles, rng):
            yield _sample(collection, row, tree, is_spliced=True)


def _site(row: dict[str, Any]) -> str:
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
        _site(row),
        golds,
        page,
        own,
        words,
        kept,
        label(page.text, golds),
        names,
        is_spliced,
    )


def _fold(name: str) -> int:
    """Return the fold of a site, from a hash that is the same in every run."""
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def weights(pages: Sequence[Sample], *, with_spliced: bool, all_alike: bool) -> list[Column]:
    """Return the weight of each block: its tokens relative to those of the article.

    Blocks of small collections weigh more.
    """
    size = Counter(s.collection for s in pages if not s.is_spliced)
    found = []
    for number, s in enumerate(pages):
        weight = np.minimum(
            s.labels.trust * (s.labels.tokens + 2) / (s.labels.article_tokens + 150) * 300, 200
        )
        weight *= (150 / size[s.collection]) ** (1.0 if all_alike else 0.5)
        if s.is_spliced:
            weight *= _SPLICED_WEIGHT if with_spliced else 0.0
        links = s.own[:, s.names.index("link_density")]
        easy = (s.labels.share < 0.5) & ((links > 0.7) | (s.words <= 4))
        drawn = np.random.default_rng([SEED, number]).random(len(weight)) < _EASY_SHARE
        found.append(np.where(easy, np.where(drawn, weight / _EASY_SHARE, 0.0), weight))
    return found


class Look:
    """The training data of one pass: rows and weights of all pages, by member of its ensemble."""

    def __init__(self, pages: Sequence[Sample], rows: Sequence[Matrix], seed: int) -> None:
        self.pages, self.rows, self.seed = pages, rows, seed
        self._weights = [
            weights(pages, with_spliced=spliced, all_alike=alike) for spliced, alike in MEMBERS
        ]

    def fit(
        self, among: Sequence[int], members: Sequence[int] = tuple(range(len(MEMBERS)))
    ) -> Forest:
        """Train a forest for each member on weighted blocks of some pages; return their mean."""
        return Forest.mean([self._member(m, among) for m in members])

    def _member(self, member: int, among: Sequence[int]) -> Forest:
        import lightgbm

        weight = self._weights[member]
        used = {i: weight[i] > 0 for i in among}
        table = lightgbm.Dataset(
            np.concatenate([self.rows[i][used[i]] for i in among]),
            np.concatenate([self.pages[i].labels.share[used[i]] for i in among]),
            weight=np.concatenate([weight[i][used[i]] for i in among]),
        )
        booster = lightgbm.train(PARAMETERS | {"seed": SEED + self.seed + member}, table, ROUNDS)
        return Forest.from_lightgbm(booster.dump_model()["tree_info"])


def each(task: Callable[[int], T], count: int, jobs: int) -> list[T]:
    """Run `task(0)` to `task(count - 1)` in processes that share the memory of this one."""
    if jobs == 1:
        return [task(number) for number in range(count)]
    _task.append(task)
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            return pool.map(_run, range(count), chunksize=1)
    finally:
        _task.pop()


_task: list[Callable[[int], Any]] = []


def _run(number: int) -> Any:
    return _task[-1](number)


def second_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """Return the features of the second pass.

    They are those of the first pass, and its results around the block.
    """
    return [
        np.concatenate([block_context_features.build(s.page, q, s.words), s.own], axis=1)
        for s, q in zip(pages, first, strict=True)
    ]


def third_rows(pages: Sequence[Sample], first: Sequence[Column]) -> list[Matrix]:
    """Return the features of the third pass.

    They are those of the second pass, and what the other extractor kept.
    """
    return [
        np.concatenate(
            [block_context_features.build(s.page, q, s.words, s.baseline), s.own], axis=1
        )
        for s, q in zip(pages, first, strict=True)
    ]


def held_out(
    look: Look,
    groups: Sequence[int],
    jobs: int,
    members: Sequence[int] = tuple(range(len(MEMBERS))),
) -> tuple[list[Forest], list[Column]]:
    """Return a forest for each group, trained without its pages, and its result for each page."""
    kinds = sorted(set(groups))
    forests = each(
        lambda k: look.fit([i for i, group in enumerate(groups) if group != kinds[k]], members),
        len(kinds),
        jobs,
    )
    return forests, [
        forests[kinds.index(group)].probabilities(rows)
        for group, rows in zip(groups, look.rows, strict=True)
    ]


Forests = tuple[Forest, Forest, Forest]


def train(pages: Sequence[Sample], jobs: int) -> Forests:
    """Train the three passes on all pages.

    Held-out results of the first pass train the later ones.
    """
    everything = range(len(pages))
    first = Look(pages, [s.own for s in pages], 0)
    _, before = held_out(first, [_fold(s.site) for s in pages], jobs, _OPINION_MEMBERS)
    looks = (
        first,
        Look(pages, second_rows(pages, before), 100),
        Look(pages, third_rows(pages, before), 200),
    )
    found = each(lambda k: looks[k].fit(everything), 3, jobs)
    return found[0], found[1], found[2]


def train_held_out(pages: Sequence[Sample], groups: Sequence[int], jobs: int) -> list[Forests]:
    """Train the three passes for each group of pages, without the pages of the group.

    The models are in the order of the groups. The results of the first pass that train the later
    ones are held out by the same groups.
    """
    first, before = held_out(Look(pages, [s.own for s in pages], 0), groups, jobs)
    second, _ = held_out(Look(pages, second_rows(pages, before), 100), groups, jobs)
    third, _ = held_out(Look(pages, third_rows(pages, before), 200), groups, jobs)
    return list(zip(first, second, third, strict=True))


def stored(pages: Sequence[Sample], forests: Forests, gold: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the model file: forests, their columns, a probe, and their origin."""
    arrays = {
        "names": np.array(pages[0].names),
        "probe": probe(),
        "about": np.array(json.dumps(about(pages, gold), sort_keys=True)),
    }
    for name, forest in zip(("first", "second", "third"), forests, strict=True):
        arrays |= forest.arrays(name)
    return arrays


def about(pages: Sequence[Sample], gold: Path) -> dict[str, Any]:
    """Return the origin of a model.

    It has the script, its seed, the versions of what it uses, and the count and fingerprint of the
    gold files.
    """
    plain = [s for s in pages if not s.is_spliced]
    return {
        "script": script_version(),
        "seed": SEED,
        "rounds": ROUNDS,
        "members": len(MEMBERS),
        "pages": dict(Counter(s.collection for s in plain)),
        "spliced": len(pages) - len(plain),
        "sites": len({s.site for s in pages}),
        "gold": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            for path in sorted(gold.glob("*.jsonl*"))
        },
        "versions": {
            name: metadata.version(name) for name in ("lightgbm", "lxml", "numpy", "trafilatura")
        },
    }


def script_version() -> str:
    """Return a fingerprint of the code that labels, splices and trains.

    Imports, docstrings and comment lines do not count, because they change when modules move.
    """
    digest = hashlib.sha256()
    for name in _SOURCES:
        source = (Path(__file__).parent / name).read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            left_out: ast.stmt | None = None
            if isinstance(node, ast.Import | ast.ImportFrom):
                left_out = node
            elif (
                isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and ast.get_docstring(node) is not None
            ):
                left_out = node.body[0]
            if left_out is not None:
                end = left_out.end_lineno or left_out.lineno
                lines[left_out.lineno - 1 : end] = [""] * (end - left_out.lineno + 1)
        code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        digest.update("\n".join(code).encode())
    return digest.hexdigest()[:16]


def probe() -> Matrix:
    """Return the features of the page written for this purpose."""
    tree = parse(PROBE.read_text(encoding="utf-8"))
    hints = read_hints(tree)
    return block_features.build(read_blocks(tree, Options()), hints)[1]


def measure(
    gold: Path,
    pages: Sequence[Sample],
    groups: Sequence[int],
    forests: Sequence[Forests],
    jobs: int,
) -> list[PageResult]:
    """Clean each page with `clean_page` and the forests of its group, and with trafilatura."""
    kinds = sorted(set(groups))
    known = {
        (s.collection, s.id): (s, kinds.index(group))
        for s, group in zip(pages, groups, strict=True)
        if not s.is_spliced
    }
    rows = [
        (*known[key], row)
        for name, row in _rows(gold)
        if (key := (name, str(row.get("id")))) in known
    ]

    def part(number: int) -> list[PageResult]:
        return [_measured(sample, row, forests[k]) for sample, k, row in rows[number::jobs]]

    return [result for found in each(part, jobs, jobs) for result in found]


@dataclass(frozen=True, slots=True)
class PageResult:
    """The scores of one page, and the sum of what each rule won.

    The scores are those of the blocks that the model keeps, of all of `clean_page`, and of
    trafilatura.
    """

    collection: str
    blocks: evaluation.TextScore
    whole: evaluation.TextScore
    trafilatura: evaluation.TextScore
    won: dict[str, float]


def _measured(sample: Sample, row: dict[str, Any], forests: Forests) -> PageResult:
    import trafilatura

    def best(text: str) -> evaluation.TextScore:
        return max(
            (evaluation.score_text(gold, text) for gold in sample.golds), key=lambda score: score.f1
        )

    with mock.patch.object(packaged, "forests", return_value=forests):
        article = edit.clean_page(row["html"], url=row.get("url"))
    of_blocks = {rule for rule, _, _ in cut_reasons.RULES}
    whole = best(article.text)
    rules = {cut.rule for cut in article.removed} - of_blocks
    won = {
        rule: whole.f1
        - best(apply(article.extracted, [cut for cut in article.removed if cut.rule != rule])).f1
        for rule in sorted(rules)
    }
    blocks = best(
        apply(article.extracted, [cut for cut in article.removed if cut.rule in of_blocks])
    )
    found = trafilatura.bare_extraction(
        row["html"], url=row.get("url"), with_metadata=True, include_comments=False
    )
    return PageResult(
        sample.collection,
        blocks,
        whole,
        best((getattr(found, "text", None) or "") if found is not None else ""),
        won,
    )


def report(results: Sequence[PageResult]) -> Iterator[str]:
    """Print a line for each collection, then the gain or loss of each rule.

    A line has the text F1 of trafilatura, of the blocks that the model keeps, and of `clean_page`.
    """
    by: dict[str, list[PageResult]] = defaultdict(list)
    for result in results:
        by[result.collection].append(result)
    yield f"{'':20} trafilatura  blocks  clean_page (precision / recall)"
    for name, found in by.items():
        scores = [
            evaluation.SetScore(
                name, [evaluation.PageScore("", None, getattr(r, kind), {}) for r in found]
            ).text()
            for kind in ("trafilatura", "blocks", "whole")
        ]
        theirs, blocks, whole = (score or {} for score in scores)
        yield f"{name:20} {theirs['f1']:.4f}       {blocks['f1']:.4f}  {whole['f1']:.4f} ({whole['precision']:.3f} / {whole['recall']:.3f})  {len(found)} pages"
    won: dict[str, list[float]] = defaultdict(list)
    for result in results:
        for rule, gain in result.won.items():
            won[rule].append(gain)
    for rule, gains in sorted(won.items(), key=lambda item: sum(item[1])):
        yield f"{rule:24} {sum(gains):+.3f} F1 in all, {sum(g < 0 for g in gains)} of {len(gains)} pages lose"


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the model, write it, or do both."""
    parser = argparse.ArgumentParser(
        prog="python -m training.line_model", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--gold", type=Path, required=True, metavar="DIR", help="folder of labelled pages"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="where to write the model")
    parser.add_argument(
        "--check",
        choices=("sites", "collections"),
        help="print the figures of pages whose site, or whose collection, the model never saw",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        help="processes that train at once (default: 1); the result is the same",
    )
    chosen = parser.parse_args(arguments)
    pages = samples(chosen.gold)
    if not pages:
        sys.exit(
            f"{chosen.gold} holds no labelled page; a page is a line of a *.jsonl.gz file with `html` and `gold_text`"
        )
    if chosen.check:
        names = sorted({s.collection for s in pages})
        groups = [
            _fold(s.site) if chosen.check == "sites" else names.index(s.collection) for s in pages
        ]
        forests = train_held_out(pages, groups, chosen.jobs)
        print(
            *report(measure(chosen.gold, pages, groups, forests, chosen.jobs)), sep="\n", flush=True
        )
    if chosen.out:
        np.savez_compressed(chosen.out, **stored(pages, train(pages, chosen.jobs), chosen.gold))  # type: ignore[arg-type]
        print(
            f"wrote {chosen.out}: {chosen.out.stat().st_size:,} bytes, from {len(pages)} pages of {len({s.site for s in pages})} sites"
        )


if __name__ == "__main__":
    main()
