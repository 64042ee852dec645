"""Measure the line model on pages that it did not see, beside trafilatura."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from copydesk.flows import evaluation
from copydesk.transforms import edit
from copydesk.transforms.extract import cut_reasons
from copydesk.transforms.extract.model import block_model as packaged
from copydesk.transforms.ledger import apply
from training.line_model_passes import Forests, each
from training.page_samples import Sample, labelled_rows


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
        for name, row in labelled_rows(gold)
        if (key := (name, str(row.get("id")))) in known
    ]

    def part(number: int) -> list[PageResult]:
        return [_measured(sample, row, forests[k]) for sample, k, row in rows[number::jobs]]

    return [result for found in each(part, jobs, jobs) for result in found]


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
    """Yield a line for each collection, then the gain or loss of each rule.

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
