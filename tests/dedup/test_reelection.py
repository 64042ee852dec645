"""After the kept document of a cluster is forgotten, its copies are decided as by an ingest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from copydesk.flows.maintenance.reelection import CopyRules
from copydesk.transforms.dedup import find_duplicates
from copydesk.transforms.dedup.options import Options

STORY = (
    "The council in Harwick voted on Tuesday to close the old bridge over the river for two years. "
    "Mayor Ana Ruiz said that traffic will use the harbour road until the work is done. "
    "It will cost four million pounds, and the builders begin in May. "
    "Shops in the old town fear for their trade and ask for help."
)
FULLER = STORY + " Boats may still pass below the bridge at high tide."
CUT = STORY.partition("Shops in")[0] + "The Harbour Post reported this first on its front page."


def row(number: int, text: str) -> dict[str, Any]:
    return {
        "doc_id": f"{number:032x}",
        "url": f"https://h{number}.example/a",
        "published_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        "fetched_at": None,
        "outlet_id": f"h{number}.example",
        "outlet": f"Post {number}",
        "wire_source": None,
        "dateline_agency": None,
        "n_words": len(text.split()),
        "content_sha256": sha256(text.encode()).hexdigest(),
        "text": text,
    }


@pytest.mark.parametrize(
    "options",
    [
        Options(),
        Options(may_go=0.3),
        Options(may_go=0.3, jaccard_low=0.95, containment_low=0.95),
        Options(folds=("exact",)),
    ],
    ids=["default", "a low score", "a low score and high similarities", "equal texts only"],
)
def test_those_are_elected_that_an_ingest_of_the_members_would_keep(options: Options) -> None:
    members = [row(number, text) for number, text in enumerate((STORY, CUT, FULLER, STORY))]
    found = find_duplicates(
        [member["text"] for member in members],
        published_at=[member["published_at"] for member in members],
        options=options,
    )
    kept = found.clusters["cluster"].to_pylist()
    ids = [member["doc_id"] for member in members]
    elected, copies = CopyRules(options).elect(members)
    assert sorted(elected) == sorted({ids[at] for at in kept})
    assert {doc_id: columns["kept_doc_id"] for doc_id, columns in copies.items()} == {
        ids[at]: ids[target] for at, target in enumerate(kept) if target != at
    }


def test_the_fullest_is_elected_first_and_the_reason_names_the_forgotten_one() -> None:
    elected, copies = CopyRules().elect([row(1, STORY), row(2, FULLER)])
    assert elected == [f"{2:032x}"]
    reason = copies[f"{1:032x}"]["keep_reason"]
    assert reason == "fullest: 69 words, the copy 59; the one kept before was forgotten"
