"""Sentences that say why a document could leave or had to stay, and which outlets lost many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from copydesk.transforms.dedup.keep_policy import NEWER_VERSION

FEWEST = 3  # Documents of an outlet in a run. With fewer a share says nothing. Arbitrary.
MOST_OUTLETS = 5  # Outlets that are named in a run of many.


def why_dropped(row: Mapping[str, Any], may_go: float) -> str:
    """Say why the document of a row of `duplicates` could leave.

    >>> row = {"keep_reason": "fullest: 300 words, the copy 280", "jaccard": 0.8, "may_go": 0.93}
    >>> row |= {"distinctive_in_kept": 0.97, "facts_missing_in_kept": 2}
    >>> why_dropped(row, 0.5)
    'It could go: the kept document has 97 % of its distinctive wording and lacks 2 of its rare words, names and numbers (score 0.93; 0.5 is needed).'
    >>> why_dropped(row | {"may_go": 0.1}, 0.5).partition(";")[0]
    'It could go: it is a copy, with lines of its own, of a report that the kept document contains'
    """
    if row.get("keep_reason") == NEWER_VERSION:
        return "It could go: a newer version was found at the same address."
    if row["jaccard"] == 1:
        return "It could go: the kept document has the same words."
    if row.get("may_go") is None:
        return "It could go: it was dropped before the evidence was recorded."
    shared = f"the kept document {_shared_wording(row, 'in')}"
    if row["may_go"] < may_go:
        return (
            "It could go: it is a copy, with lines of its own, of a report that the kept document "
            f"contains; {shared}."
        )
    return f"It could go: {shared} (score {row['may_go']:.2f}; {may_go:g} is needed)."


def why_kept(pair: Mapping[str, Any], may_go: float) -> str:
    """Say why both documents of a row of `pairs` stay.

    `doc_a` is the later of the two.
    """
    if pair.get("may_go") is None or pair.get("kept_may_go") is None:
        return "Both stay."
    scores = (float(pair["may_go"]), float(pair["kept_may_go"]))
    text = (
        f"The earlier one {_shared_wording(pair, 'in')} (score {scores[0]:.2f}); "
        f"the later one {_shared_wording(pair, 'of')} (score {scores[1]:.2f})."
    )
    if max(scores) < may_go:
        return f"Neither may go for the other, as {may_go:g} is needed. {text}"
    return f"One could go for the other, but a better kept document was found or the recipe keeps both. {text}"


def _shared_wording(row: Mapping[str, Any], side: str) -> str:
    share, missing = row[f"distinctive_{side}_kept"], row[f"facts_missing_{side}_kept"]
    whose = "its" if side == "in" and "keep_reason" in row else "the other's"
    facts = f"lacks {missing} of" if missing else "all of"
    return (
        f"has {100 * share:.0f} % of {whose} distinctive wording and {facts} "
        f"{whose} rare words, names and numbers"
    )


def outlets_that_lost_many(
    arrived: Mapping[str, int], dropped: Iterable[tuple[str | None, str]]
) -> list[str]:
    """Say which outlets lost more than a third of the documents of a run to other documents.

    `arrived` counts the new documents of each outlet. `dropped` gives the outlet and the kept
    document for each document that left. The five outlets with the largest losses are named, and
    the last sentence counts the others.

    >>> outlets_that_lost_many({"a.example": 4, "b.example": 9}, [("a.example", "k1")] * 2)
    ["2 of 4 documents of a.example were dropped as copies of k1. See 'copydesk explain k1'."]
    """
    lost: dict[str, Counter[str]] = {}
    for outlet, kept in dropped:
        if outlet:
            lost.setdefault(outlet, Counter())[kept] += 1
    many = {
        outlet: families
        for outlet, families in lost.items()
        if (of := arrived.get(outlet, 0)) >= FEWEST and 3 * families.total() > of
    }
    largest = sorted(many, key=lambda outlet: (-many[outlet].total(), outlet))
    sentences = [
        _what_was_lost(outlet, many[outlet], arrived[outlet]) for outlet in largest[:MOST_OUTLETS]
    ]
    if others := largest[MOST_OUTLETS:]:
        n = sum(many[outlet].total() for outlet in others)
        sentences.append(
            f"{len(others):,} more outlets lost more than a third of their documents to copies, "
            f"{n:,} documents together. 'copydesk report' lists the copies of each outlet."
        )
    return sentences


def _what_was_lost(outlet: str, families: Counter[str], n_arrived: int) -> str:
    """Say how many documents of an outlet were dropped, and for which kept documents.

    >>> _what_was_lost("a.example", Counter({"k1": 2, "k2": 1}), 4)
    "3 of 4 documents of a.example were dropped as copies of 2 documents, 2 of them for k1. See 'copydesk explain k1'."
    """
    kept, count = min(families.items(), key=lambda family: (-family[1], family[0]))
    whose = kept
    if len(families) > 1:
        whose = f"{len(families):,} documents"
        whose += f", {count:,} of them for {kept}" if count > 1 else f", such as {kept}"
    return (
        f"{families.total()} of {n_arrived} documents of {outlet} were dropped as copies of {whose}. "
        f"See 'copydesk explain {kept}'."
    )
