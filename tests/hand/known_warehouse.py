"""A small warehouse with known answers: two stories, a wire text with copies, and a revision."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from copydesk.flows.warehouse import Change, Snapshot, Warehouse
from tests.warehouse import rows

FERRY, STRIKE, RAIN = (rows.doc_id(n) for n in (1, 3, 6))


def at(day: int, hour: int) -> dt.datetime:
    """Return a time in November 2026, in UTC."""
    return dt.datetime(2026, 11, day, hour, tzinfo=dt.UTC)


def document(number: int, outlet: str, when: dt.datetime, **values: Any) -> dict[str, Any]:
    """Return an article of an outlet at a time, or with `kept` a duplicate of that document."""
    kept = values.pop("kept", None)
    added = (
        {}
        if kept is None
        else {
            "table": "duplicates",
            "kept_doc_id": rows.doc_id(kept),
            "relation": "near",
            "jaccard": 0.9,
            "jaccard_estimated": 0.9,
            "containment_in_kept": 0.95,
            "containment_of_kept": 0.94,
            "longest_shared_words": 60,
            "keep_reason": "earliest: published first",
            "story_rank": None,
            "cluster_size": None,
        }
    )
    return rows.article(
        number,
        date=when.date(),
        **{
            "outlet": outlet.title(),
            "outlet_id": f"{outlet}.example",
            "url": f"https://{outlet}.example/{number}",
            "canonical_url": f"https://{outlet}.example/{number}",
            "published_at": when,
            "published_precision": "minute",
            "run_id": "first",
            **added,
            **values,
        },
    )


def make(folder: Path) -> Snapshot:
    """Publish the known documents as one snapshot."""
    ferry = {"story_id": FERRY, "wire_source": "Associated Press"}
    articles = [
        document(
            1,
            "wire",
            at(2, 6),
            title="Ferry sails again",
            is_free=True,
            extra=[("desk", "harbour")],
            cluster_size=4,
            n_outlets=4,
            n_origins=1,
            **ferry,
        ),
        document(
            2,
            "harbour",
            at(2, 15),
            title="Passengers return",
            story_id=FERRY,
            story_rank=2,
            sources_cited=["Associated Press"],
            is_free=False,
            tdm_reserved=False,
        ),
        document(
            3,
            "valley",
            at(3, 7),
            title="Strike closes the port",
            story_id=STRIKE,
            is_free=True,
            tdm_reserved=True,
        ),
        document(
            4,
            "north",
            at(3, 9),
            title="Port workers strike",
            story_id=STRIKE,
            story_rank=2,
            revision=2,
            supersedes=rows.doc_id(5),
            changed=["title", "body"],
        ),
        document(6, "north", at(10, 8), title="Rain, and more rain", language="no"),
    ]
    copies = [
        document(11, "valley", at(2, 8), kept=1, text=rows.text_of(1), title="Ferry back", **ferry),
        document(12, "north", at(2, 9), kept=1, text=rows.text_of(1), **ferry),
        document(13, "south", at(2, 7), kept=1, text=rows.text_of(1), **ferry),
    ]
    stories = [
        {
            **rows.story(number),
            "title": title,
            "n_articles": n,
            "n_outlets": n_outlets,
            "first_published_at": first,
            "last_published_at": last,
        }
        for number, title, n, n_outlets, first, last in (
            (1, "Ferry sails again", 2, 5, at(2, 6), at(2, 15)),
            (3, "Strike closes the port", 2, 2, at(3, 7), at(3, 9)),
            (6, "Rain, and more rain", 1, 1, at(10, 8), at(10, 8)),
        )
    ]
    refused = rows.row(
        "rejects",
        source_uri="in/broken.html",
        url="https://south.example/broken",
        step="extract",
        reason="no_text",
        detail="no text was found on the page",
        run_id="first",
    )
    return Warehouse.open(folder, create=True).publish(
        Change(
            parent=None,
            run=rows.run("first", at=at(11, 1), n_articles=5, n_duplicates=3, n_rejected=1),
            inserts={
                "articles": [rows.table("articles", articles)],
                "duplicates": [rows.table("duplicates", copies)],
                "stories": [rows.table("stories", stories)],
                "rejects": [rows.table("rejects", [refused])],
                "removed": [rows.table("removed", [rows.cut(n) for n in (1, 2, 3, 4, 6)])],
            },
        )
    )
