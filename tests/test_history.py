"""Known, new or a revision: decided the same way whatever order documents were read in."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

from copydesk.transforms.history import Arrival, Place, Version, place


def arrival(
    doc_id: str,
    *,
    url: str | None = None,
    content: str = "",
    day: int | None = None,
    source: str = "a",
) -> Arrival:
    fetched_at = datetime(2024, 1, day, tzinfo=UTC) if day else None
    return Arrival(doc_id, url, content or doc_id, fetched_at, source, None)


def test_a_document_the_warehouse_holds_is_known() -> None:
    assert place([arrival("x")], {"x"}, {}) == [Place(True)]


def test_the_same_document_twice_in_one_run_is_known_the_second_time() -> None:
    twice = [arrival("x", source="b"), arrival("x", source="a")]
    assert place(twice, (), {}) == [Place(True), Place(False)]


def test_another_text_at_a_known_address_revises_the_latest_one() -> None:
    latest = {"u": Version("old", 3, frozenset({"old text"}))}
    assert place([arrival("new", url="u")], (), latest) == [Place(False, 4, "old")]


def test_the_same_clean_text_at_a_known_address_is_no_revision() -> None:
    latest = {"u": Version("old", 1, frozenset({"text"}))}
    assert place([arrival("new", url="u", content="text")], (), latest) == [Place(False)]


def test_documents_without_an_address_revise_nothing() -> None:
    assert place([arrival("x"), arrival("y")], (), {}) == [Place(False), Place(False)]


def test_revisions_within_a_run_follow_their_fetch_times_in_any_reading_order() -> None:
    documents = [
        arrival("c", url="u", day=3),
        arrival("a", url="u", day=1),
        arrival("b", url="u", day=2),
    ]
    want = {"a": Place(False), "b": Place(False, 2, "a"), "c": Place(False, 3, "b")}
    for order in permutations(documents):
        assert dict(zip([d.doc_id for d in order], place(order, (), {}), strict=True)) == want
