"""Lines are learned for an outlet.

What a site prints under its articles is cut, and what its articles quote stays.
"""

from __future__ import annotations

import random

import pyarrow as pa

from copydesk.schemas.tables import TEMPLATES
from copydesk.transforms import clean, ledger
from copydesk.transforms.clean import learned_templates

FOOTER = "Harbour Weekly is printed by volunteers since 1911"
PLEA = "Without the gifts of its readers this paper would not survive the year."
KICKER = "From the Harbour Desk"
QUOTE = "“We will rebuild the bridge before winter,” the mayor said."
UNMARKED = "Never again will this town build below the dam."
HEADING = "What happens next"


def site(n: int = 50, seed: int = 1, outlet: str | None = "harbour.example") -> pa.Table:
    """Return the pages of a made-up site.

    Each page has its own prose, the lines of the site, and lines that many articles share.
    """
    chance = random.Random(seed)
    rows = []
    for i in range(n):
        body = [
            f"Ship {i} passed the lock on day {i} with {chance.randint(10, 99)} tons of grain.",
            f"Its master was {i} years at sea.",
            f"The next tide is at {i}.",
        ]
        body += [f"A line of its own, number {i}-{j}." for j in range(chance.randint(2, 6))]
        for shared, share in ((QUOTE, 0.6), (UNMARKED, 0.5), (HEADING, 0.4)):
            if chance.random() < share:
                body.insert(chance.randint(2, len(body) - 1), shared)
        lines = [KICKER, *body, "Wind and water by the lock keeper's gauge", PLEA, FOOTER]
        rows.append(
            {
                "doc_id": f"{i:032x}",
                "outlet_id": outlet,
                "text": "\n".join(lines),
                "story_id": f"s{i}",
            }
        )
    return pa.Table.from_pylist(rows)


def statuses(table: pa.Table) -> dict[str, str]:
    return {row["line"]: row["status"] for row in table.to_pylist()}


def test_a_run_of_fifty_pages_finds_the_lines_of_the_site() -> None:
    found = statuses(learned_templates.learn(site(), run_id="r1"))
    assert {line for line, status in found.items() if status == "active"} == {
        KICKER,
        PLEA,
        FOOTER,
        "Wind and water by the lock keeper's gauge",
    }


def test_a_quotation_that_many_articles_share_survives() -> None:
    table = learned_templates.learn(site(), run_id="r1")
    active = learned_templates.active_lines(table)["harbour.example"]
    text = f"The river rose.\n{QUOTE}\n{UNMARKED}\n{FOOTER}"
    removed = clean.clean(text, templates=active)
    assert ledger.apply(text, removed) == f"The river rose.\n{QUOTE}\n{UNMARKED}"
    assert [r.rule for r in removed] == ["template"]


def test_a_quotation_stays_a_candidate_even_at_the_end_of_every_article() -> None:
    rows = [
        {"doc_id": str(i), "outlet_id": "a", "text": f"Ship {i} passed.\n{QUOTE}"}
        for i in range(50)
    ]
    assert statuses(learned_templates.learn(pa.Table.from_pylist(rows), run_id="r1")) == {
        QUOTE: "candidate"
    }


def test_a_recurring_sub_heading_waits_for_a_reviewer() -> None:
    assert statuses(learned_templates.learn(site(), run_id="r1"))[HEADING] == "candidate"


def test_copies_of_one_story_teach_nothing() -> None:
    rows = [
        {
            "doc_id": str(i),
            "outlet_id": "a",
            "text": f"Rain fell in town {i}.\n{FOOTER}",
            "story_id": "one",
        }
        for i in range(50)
    ]
    assert learned_templates.learn(pa.Table.from_pylist(rows), run_id="r1").num_rows == 0


def test_without_an_outlet_nothing_is_learned() -> None:
    assert learned_templates.learn(site(outlet=None), run_id="r1").num_rows == 0


def test_a_reviewer_is_never_overruled() -> None:
    first = learned_templates.learn(site(), run_id="r1").to_pylist()
    decided = [
        {**row, "status": {FOOTER: "rejected", HEADING: "approved"}.get(row["line"], row["status"])}
        for row in first
    ]
    again = learned_templates.learn(
        site(60, seed=2), pa.Table.from_pylist(decided, schema=TEMPLATES), run_id="r2"
    )
    assert statuses(again)[FOOTER] == "rejected"
    assert statuses(again)[HEADING] == "approved"
    assert FOOTER not in learned_templates.active_lines(again)["harbour.example"]
    assert HEADING in learned_templates.active_lines(again)["harbour.example"]


def test_a_line_that_acts_stays_active_though_cleaned_texts_no_longer_hold_it() -> None:
    first = learned_templates.learn(site(), run_id="r1")
    bare = pa.Table.from_pylist(
        [{**row, "text": row["text"].replace(f"\n{FOOTER}", "")} for row in site().to_pylist()]
    )
    assert statuses(learned_templates.learn(bare, first, run_id="r2"))[FOOTER] == "active"


def test_the_order_of_the_documents_does_not_matter() -> None:
    rows = site().to_pylist()
    random.Random(3).shuffle(rows)
    assert learned_templates.learn(pa.Table.from_pylist(rows), run_id="r1").equals(
        learned_templates.learn(site(), run_id="r1")
    )


def test_each_line_comes_with_its_evidence() -> None:
    row = next(
        row
        for row in learned_templates.learn(site(), run_id="r1").to_pylist()
        if row["line"] == FOOTER
    )
    assert (row["n_documents"], row["share"], row["version"], row["run_id"]) == (50, 1.0, 1, "r1")
    assert row["examples"] == [f"{i:032x}" for i in range(5)]


def test_what_is_learned_twice_changes_nothing() -> None:
    first = learned_templates.learn(site(), run_id="r1")
    assert learned_templates.learn(site(), first, run_id="r2").equals(first)
