"""Whether a document is known, new or a revision does not depend on the order of reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, permutations, product

import pytest

from copydesk.transforms import same_address
from copydesk.transforms.history import (
    Arrival,
    Resolution,
    doc_id_again,
    doc_id_with,
    resolve,
)
from copydesk.transforms.revisions.likeness import TWIN, likeness
from copydesk.transforms.revisions.version import Version, content, of_address
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
    text = ("text", "")
    latest = {"a.example/u": Version("old", 2, frozenset({text}), content=text)}
    assert resolve([arrival("new", url="https://a.example/u", content="text")], (), latest) == [
        Resolution(False, 2)
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
    assert resolve([again], {"a": None, own: None}, latest) == [Resolution(True)]


def test_a_file_whose_old_text_was_restored_is_a_version_of_itself() -> None:
    file = Arrival("a", None, "old text", None, "notes/a.txt", None)
    seen = frozenset({file.content, content("new text", None, ())})
    newest = Version("b", 2, seen, content=content("new text", None, ()), source_uri="notes/a.txt")
    latest = {"file:notes/a.txt": newest}
    own = doc_id_again("a", None, "b")
    assert resolve([file], {"a": None}, latest) == [Resolution(False, 3, "b", None, own)]
    read_before = frozenset({(file.content, "notes/a.txt")})
    elsewhere = {
        "file:notes/a.txt": replace(newest, source_uri="other/a.txt", read_from=read_before)
    }
    assert resolve([file], {"a": None}, elsewhere) == [Resolution(True)]
    assert resolve([file, file], {"a": None}, latest) == [Resolution(True), Resolution(True)]


def test_a_printed_correction_alone_is_a_revision() -> None:
    first = arrival("a", url="https://a.example/u", content="text", day=1)
    corrected = replace(
        arrival("b", url="https://a.example/u", content="text", day=2),
        corrections=["Correction: the bridge has two lanes."],
    )
    assert resolve([first, corrected], (), {})[1] == Resolution(False, 2, "a")


def versions_of(runs: Sequence[Sequence[Arrival]]) -> dict[str, tuple[str | None, str | None]]:
    """Return each document of some runs with the document that replaced it, and what it says."""
    stored: dict[str, tuple[Version, str | None]] = {}
    times: dict[str, datetime] = {}
    for arrivals in runs:
        seen = [
            replace(version, fetched_at=times.get(doc_id, version.fetched_at))
            for doc_id, (version, _) in sorted(
                stored.items(), key=lambda row: (row[1][0].revision, row[0])
            )
        ]
        by = {doc_id: newer for doc_id, (_, newer) in stored.items()}
        latest = of_address(
            [version for version in seen if by[version.doc_id] is None],
            [version for version in seen if by[version.doc_id] is not None],
        )
        found = resolve(arrivals, dict.fromkeys(stored), {"a.example/u": latest} if latest else {})
        for one, decided in zip(arrivals, found, strict=True):
            if decided.confirms and one.fetched_at:
                times[decided.confirms] = max(
                    one.fetched_at, times.get(decided.confirms, one.fetched_at)
                )
        for one, decided in zip(arrivals, found, strict=True):
            if decided.is_known:
                continue
            doc_id = decided.doc_id or one.doc_id
            version = Version(
                doc_id,
                decided.revision,
                frozenset({one.content}),
                one.fetched_at,
                content=one.content,
                source_uri=one.source_uri,
                read_from=frozenset({(one.content, one.source_uri)}),
            )
            stored[doc_id] = (version, decided.superseded_by)
        for one, decided in zip(arrivals, found, strict=True):
            for older in (decided.supersedes, *decided.supersedes_too):
                if older is not None:
                    stored[older] = (stored[older][0], decided.doc_id or one.doc_id)
    return {doc_id: ((v.content or ("",))[0], newer) for doc_id, (v, newer) in stored.items()}


def standing(runs: Sequence[Sequence[Arrival]]) -> set[str | None]:
    """Return the texts of an address that are left after some runs."""
    return {text for text, newer in versions_of(runs).values() if newer is None}


def split_in_all_ways(arrivals: Sequence[Arrival]) -> Iterator[list[Sequence[Arrival]]]:
    """Yield the arrivals in one run, in one run each, and in all ways between, in the same order."""
    for cuts in product((False, True), repeat=len(arrivals) - 1):
        bounds = [0, *(at for at, cut in enumerate(cuts, start=1) if cut), len(arrivals)]
        yield [arrivals[low:high] for low, high in pairwise(bounds)]


@pytest.mark.parametrize(
    ("fetches", "newest"),
    [
        ((("a", 1), ("b", 2), ("a", 3)), "a"),
        ((("a", 1), ("b", 2), ("a", 3), ("b", 4)), "b"),
        ((("a", 1), ("a", 4), ("b", 2), ("c", 3)), "a"),
        ((("a", 1), ("b", 2), ("b", 5), ("c", 3)), "b"),
    ],
)
def test_the_text_that_was_fetched_last_is_the_newest_in_every_order_and_in_any_runs(
    fetches: tuple[tuple[str, int], ...], newest: str
) -> None:
    documents = [arrival(doc, url="https://a.example/u", day=day) for doc, day in fetches]
    for order in permutations(documents):
        for runs in split_in_all_ways(order):
            assert standing(runs) == {newest}, runs


def test_texts_without_a_time_follow_their_arrival_in_any_runs() -> None:
    for texts in ("aba", "abab", "abca", "abcb"):
        documents = [
            arrival(text, url="https://a.example/u", source=f"day{day}.jsonl")
            for day, text in enumerate(texts, start=8)
        ]
        for runs in split_in_all_ways(documents):
            assert standing(runs) == {texts[-1]}, runs


def test_an_input_that_is_read_again_without_a_change_tells_nothing_new() -> None:
    a, b = (arrival(text, url="https://a.example/u", source=f"{text}.jsonl") for text in ("a", "b"))
    for runs in ([[a], [b], [a]], [[a], [b], [a, b]], [[a, b], [a, b]], [[a, b], [b], [a]]):
        assert standing(runs) == {"b"}
        assert len(versions_of(runs)) == 2


def test_a_new_text_replaces_every_document_that_says_what_the_address_said() -> None:
    """Two fetches of one text have two ids if other lines around it were cut."""
    one, two, new = (
        arrival(doc, url="https://a.example/u", content=text, day=day)
        for doc, text, day in (("a", "old", 1), ("b", "old", 2), ("c", "new", 3))
    )
    for order in permutations((one, two, new)):
        for runs in split_in_all_ways(order):
            assert standing(runs) == {"new"}, runs


def test_a_fetch_of_an_old_text_with_other_lines_around_it_follows_its_time() -> None:
    first, new, later = (
        arrival(doc, url="https://a.example/u", content=text, day=day)
        for doc, text, day in (("a", "old", 1), ("b", "new", 2), ("c", "old", 3))
    )
    for order in permutations((first, new, later)):
        for runs in split_in_all_ways(order):
            assert standing(runs) == {"old"}, runs


def test_a_change_of_a_few_words_replaces_the_page_and_its_amp_version() -> None:
    """The page is compared with the page, and not with the AMP version that was read after it."""
    words = [f"word{n}" for n in range(300)]
    texts = {
        "page": " ".join(words),
        "amp": " ".join([*words, "Read", "more"]),
        "new": " ".join([*words[:-1], "other"]),
    }
    page = arrival("page", url="https://a.example/u", day=1)
    amp = replace(arrival("amp", url="https://a.example/u", day=2), url="https://a.example/u/amp")
    new = arrival("new", url="https://a.example/u", day=3)
    found = resolve(
        [page, amp, new], (), {}, alike=lambda one, two: likeness(texts[one], texts[two])
    )
    assert found == [
        Resolution(False),
        Resolution(False),
        Resolution(False, 2, "page", supersedes_too=("amp",)),
    ]


def test_an_amp_version_that_is_fetched_again_is_no_version_of_its_own() -> None:
    page = Version("page", 1, frozenset({("page", "")}), content=("page", ""))
    amp = Version("amp", 1, frozenset({("amp", "")}), is_twin=True, content=("amp", ""))
    latest = of_address([page, amp], [])
    again = replace(arrival("amp", url="https://a.example/u", day=2), url="https://a.example/u/amp")
    assert latest is not None
    assert latest.doc_id == "page"
    assert resolve([again], {"amp": None}, {"a.example/u": latest}) == [
        Resolution(True, confirms="page")
    ]
