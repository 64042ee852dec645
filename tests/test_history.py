"""Whether a document is known, new or a revision does not depend on the order of reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest

from copydesk.transforms import same_address
from copydesk.transforms.history import (
    TWIN,
    Arrival,
    Resolution,
    Version,
    content,
    doc_id_again,
    doc_id_with,
    likeness,
    resolve,
)
from copydesk.transforms.tag import address


def arrival(
    doc_id: str,
    *,
    url: str | None = None,
    content: str = "",
    day: int | None = None,
    source: str = "a",
    title: str | None = None,
) -> Arrival:
    fetched_at = datetime(2024, 1, day, tzinfo=UTC) if day else None
    return Arrival(doc_id, url, content or doc_id, fetched_at, source, 0, url, title)


def test_a_document_the_warehouse_holds_is_known() -> None:
    assert resolve([arrival("x")], {"x"}, {}) == [Resolution(True)]


def test_the_same_document_twice_in_one_run_is_known_the_second_time() -> None:
    twice = [arrival("x", source="b"), arrival("x", source="a")]
    assert resolve(twice, (), {}) == [Resolution(True), Resolution(False)]


def test_another_text_at_a_known_address_revises_the_latest_one() -> None:
    latest = {"a.example/u": Version("old", 3, frozenset({("old text", "")}))}
    assert resolve([arrival("new", url="https://a.example/u")], (), latest) == [
        Resolution(False, 4, "old")
    ]


def test_the_same_clean_text_at_a_known_address_is_not_a_revision() -> None:
    latest = {"a.example/u": Version("old", 1, frozenset({("text", "")}))}
    assert resolve([arrival("new", url="https://a.example/u", content="text")], (), latest) == [
        Resolution(False)
    ]


def test_documents_without_an_address_revise_nothing() -> None:
    assert resolve([arrival("x"), arrival("y")], (), {}) == [Resolution(False), Resolution(False)]


def test_revisions_within_a_run_follow_their_fetch_times_in_any_reading_order() -> None:
    documents = [
        arrival("c", url="https://a.example/u", day=3),
        arrival("a", url="https://a.example/u", day=1),
        arrival("b", url="https://a.example/u", day=2),
    ]
    want = {"a": Resolution(False), "b": Resolution(False, 2, "a"), "c": Resolution(False, 3, "b")}
    for order in permutations(documents):
        assert dict(zip([d.doc_id for d in order], resolve(order, (), {}), strict=True)) == want


def test_an_older_fetch_that_arrives_later_does_not_supersede_a_newer_one() -> None:
    latest = {
        "a.example/u": Version(
            "new", 1, frozenset({("new text", "")}), datetime(2024, 1, 5, tzinfo=UTC)
        )
    }
    backfilled = arrival("old", url="https://a.example/u", day=2)
    assert resolve([backfilled], (), latest) == [Resolution(False, 2, None, "new")]


def test_spellings_of_one_address_are_one_address() -> None:
    first = arrival("a", url="https://www.a.example/x", day=1)
    for spelling in (
        "http://www.a.example/x",
        "https://a.example/x/",
        "https://m.a.example/x",
        "https://www.a.example/x/amp",
        "https://www.a.example/x/index.html",
        "https://www.a.example/x?ref=rss",
        "https://www.a.example/x?utm_source=mail",
    ):
        later = arrival("b", url=spelling, day=2)
        assert resolve([first, later], (), {})[1] == Resolution(False, 2, "a"), spelling


def test_a_parameter_that_chooses_the_article_makes_another_address() -> None:
    for choice in ("?id=", "?ref=1000", "#!/story/"):
        both = [arrival(str(n), url=f"https://a.example/story{choice}{n}", day=n) for n in (1, 2)]
        assert resolve(both, (), {}) == [Resolution(False), Resolution(False)], choice


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://a.example/caf%c3%a9", "https://a.example/caf\u00e9"),
        ("https://a.example/cafe\u0301", "https://a.example/caf%C3%A9"),
        ("https://a.example/x.html", "https://a.example/x.amp.html"),
        ("https://a.example/x", "https://WWW.a.example:443/y/../%78#comments"),
        ("https://a.example/x", "//a.example/x"),
    ],
)
def test_two_ways_to_write_an_address_are_one_address(one: str, other: str) -> None:
    keys = {same_address.key(None, url, "a.jsonl", 0) for url in (one, other)}
    assert len(keys) == 1
    found = same_address.spellings(str(keys.pop()))
    assert {address.normalised(url) for url in (one, other)} <= set(found)


@pytest.mark.parametrize(
    "added",
    [
        "?page=2",
        "/2",
        "/2/",
        "/page/2",
        "-seite-2",
        ",2",
        "_2",
        "/p2",
        "?p=2",
        "/2/amp",
        "?currentPage=2",
        "?pageIndex=1",
        "?start=10&limit=10",
        "?offset=20&utm_source=mail",
    ],
)
def test_page_two_is_not_a_revision_of_page_one_although_it_names_it_as_canonical(
    added: str,
) -> None:
    one = arrival("a", url="https://a.example/long", day=1)
    two = replace(
        arrival("b", url="https://a.example/long", day=1), url=f"https://a.example/long{added}"
    )
    assert resolve([one, two], (), {}) == [Resolution(False), Resolution(False)]


def test_an_amp_twin_is_not_a_revision_and_an_update_at_the_amp_address_is_one() -> None:
    report = "The council closed the bridge on Monday after engineers found rust. " * 10
    texts = {
        "page": report,
        "twin": report + "Read the full story on our site.",
        "update": report + "On Tuesday a diver inspected the piers and found two cracks below." * 3,
    }
    page = arrival("page", url="https://a.example/x", day=1)
    for doc_id, expected in (("twin", Resolution(False)), ("update", Resolution(False, 2, "page"))):
        other = replace(
            arrival(doc_id, url="https://a.example/x", day=2), url="https://a.example/x/amp"
        )
        found = resolve(
            [page, other], (), {}, alike=lambda one, two: likeness(texts[one], texts[two])
        )
        assert found[1] == expected


def test_a_sentence_added_to_a_long_report_at_its_amp_address_is_a_revision() -> None:
    report = "The council closed the bridge on Monday after engineers found rust. " * 60
    added = "On Tuesday a diver inspected all of the piers and found two cracks below the water."
    assert likeness(report + added, report).words > TWIN
    page = arrival("page", url="https://a.example/x", day=1)
    other = replace(arrival("amp", url="https://a.example/x", day=2), url="https://a.example/x/amp")
    texts = {"page": report, "amp": report + added}
    found = resolve([page, other], (), {}, alike=lambda one, two: likeness(texts[one], texts[two]))
    assert found[1] == Resolution(False, 2, "page")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.a.example/2026/x.amp",
        "https://a.example/2026/x/amp.html",
        "https://www.a.example/amp/2026/x",
        "http://a.example/2026/x?amp=1",
        "https://www.a.example/2026/x?outputType=amp",
        "https://m.a.example/2026/x/",
    ],
)
def test_a_stored_address_is_found_from_the_plain_one(url: str) -> None:
    assert same_address.key(url, None, "a.jsonl", 0) == "a.example/2026/x"
    assert url in same_address.spellings("a.example/2026/x")


def test_a_new_headline_is_enough_for_a_revision_with_an_id_of_its_own() -> None:
    known = {"x": "Hale resigns"}
    latest = {"a.example/u": Version("x", 1, frozenset({("text", "hale resigns")}))}
    renamed = arrival("x", url="https://a.example/u", content="text", title="Hale quits")
    own = doc_id_with("x", "Hale quits")
    assert resolve([renamed], known, latest) == [Resolution(False, 2, "x", None, own)]
    again = known | {own: "Hale quits"}
    assert resolve([renamed], again, latest) == [Resolution(True)]


def test_a_text_file_edited_in_place_revises_itself_and_an_unrelated_file_does_not() -> None:
    texts = {
        "a": "The harbour board met on Monday and put off its vote on the new crane until May.",
        "b": "The harbour board met on Monday and put off its vote on the new crane until June.",
        "c": "Rain fell over the northern hills and filled both reservoirs before the weekend.",
    }
    first, edited, other = (
        Arrival(doc_id, None, doc_id, datetime(2024, 1, day, tzinfo=UTC), "notes/a.txt", None)
        for day, doc_id in enumerate("abc", start=1)
    )
    found = resolve(
        [first, edited, other], (), {}, alike=lambda one, two: likeness(texts[one], texts[two])
    )
    assert found == [Resolution(False), Resolution(False, 2, "a"), Resolution(False)]


def test_an_address_that_has_an_older_text_again_has_it_as_its_newest_version() -> None:
    before, after, again = (
        arrival(doc_id, url="https://a.example/u", day=day)
        for doc_id, day in (("a", 1), ("b", 2), ("a", 3))
    )
    own = doc_id_again("a", None, datetime(2024, 1, 3, tzinfo=UTC))
    last = Resolution(False, 3, "b", None, own)
    for order in permutations((before, after, again)):
        found = dict(zip([d.fetched_at for d in order], resolve(order, (), {}), strict=True))
        assert found[again.fetched_at] == last

    day = datetime(2024, 1, 2, tzinfo=UTC)
    seen = frozenset({before.content, after.content})
    latest = {"a.example/u": Version("b", 2, seen, day, content=after.content)}
    assert resolve([again], {"a": None}, latest) == [last]
    assert resolve([before], {"a": None}, latest) == [Resolution(True)]
    assert resolve([replace(again, fetched_at=None)], {"a": None}, latest) == [Resolution(True)]
    assert resolve([again], {"a": None, own: None}, latest) == [Resolution(True)]


def test_a_file_whose_old_text_was_restored_is_a_version_of_itself() -> None:
    file = Arrival("a", None, "old text", None, "notes/a.txt", None)
    seen = frozenset({file.content, content("new text", None, ())})
    newest = Version("b", 2, seen, content=content("new text", None, ()), source_uri="notes/a.txt")
    latest = {"file:notes/a.txt": newest}
    own = doc_id_again("a", None, "b")
    assert resolve([file], {"a": None}, latest) == [Resolution(False, 3, "b", None, own)]
    elsewhere = {"file:notes/a.txt": replace(newest, source_uri="other/a.txt")}
    assert resolve([file], {"a": None}, elsewhere) == [Resolution(True)]
    assert resolve([file, file], {"a": None}, latest) == [Resolution(True), Resolution(True)]


def test_a_printed_correction_alone_is_a_revision() -> None:
    first = arrival("a", url="https://a.example/u", content="text", day=1)
    corrected = replace(
        arrival("b", url="https://a.example/u", content="text", day=2),
        corrections=["Correction: the bridge has two lanes."],
    )
    assert resolve([first, corrected], (), {})[1] == Resolution(False, 2, "a")
