"""The copies step of a run: one ingest or many, which copy is kept, and what is recorded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from copydesk.flows.pipeline.staging.workplace import Workplace
from copydesk.flows.support import arrow_file
from copydesk.transforms.dedup import Options, verification
from copydesk.transforms.dedup.recluster import recluster
from tests.dedup import newsroom
from tests.dedup.newsroom import START, Newsroom, articles, pair_f1
from tests.dedup.shelf import Shelf, shuffled

ROOM = Newsroom(21, stories=50, singles=50)


def text_of(seed: int, n: int = 16) -> list[str]:
    return newsroom.story(random.Random(seed), n)


def doc(number: int) -> str:
    return f"{number:032x}"


def one(number: int, sentences: list[str], hours: float | None, **columns: object) -> pa.Table:
    at = None if hours is None else START + timedelta(hours=hours)
    return articles(
        [doc(number)], [" ".join(sentences)], [at], **{k: [v] for k, v in columns.items()}
    )


def in_parts(table: pa.Table, n: int) -> list[pa.Table]:
    size = table.num_rows
    return [table.slice(i * size // n, (i + 1) * size // n - i * size // n) for i in range(n)]


def whole(tmp_path: Path, **options: object) -> Shelf:
    shelf = Shelf(tmp_path / "whole", Options(**options))
    shelf.ingest(ROOM.table())
    return shelf


def test_known_clusters_are_found(tmp_path: Path) -> None:
    assert (
        pair_f1(whole(tmp_path).clusters(), dict(zip(ROOM.ids, ROOM.clusters, strict=True))) > 0.99
    )


def test_order_and_batches_of_the_input_change_nothing(tmp_path: Path) -> None:
    first = Shelf(tmp_path / "a").ingest(ROOM.table())
    mixed = shuffled(ROOM.table(), 4)
    paths = []
    for i, part in enumerate(in_parts(mixed, 7)):
        paths.append(tmp_path / f"{i}.arrow")
        arrow_file.write(part, paths[-1])
    second = Shelf(tmp_path / "b").ingest(paths)
    for name in ("pairs", "duplicates", "sizes", "index_files"):
        assert getattr(first, name) == getattr(second, name), name


def test_slabs_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.flows.pipeline.copies import copy_search

    whole_run = Shelf(tmp_path / "a").ingest(ROOM.table())
    monkeypatch.setattr(copy_search, "SLAB", 37)
    in_slabs = Shelf(tmp_path / "b").ingest(shuffled(ROOM.table(), 2))
    for name in ("pairs", "duplicates", "sizes"):
        assert getattr(whole_run, name) == getattr(in_slabs, name), name
    assert {path.parent for path in in_slabs.new_index_files} == {tmp_path / "b" / "run1"}


def test_threads_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.flows.pipeline.copies import copy_search

    monkeypatch.setattr(copy_search, "SLAB", 60)
    monkeypatch.setattr(copy_search, "SIGNED_AT_ONCE", 7)
    monkeypatch.setattr(copy_search, "_FEWEST_PAIRS", 3)
    alone = Shelf(tmp_path / "a").ingest(ROOM.table())
    together = Shelf(tmp_path / "b", threads=3).ingest(ROOM.table())
    for name in ("pairs", "duplicates", "sizes", "index_files"):
        assert getattr(alone, name) == getattr(together, name), name


def test_no_thread_measures_half_of_the_pairs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copydesk.flows.pipeline.copies import copy_search

    sizes: list[int] = []
    measure = verification.measure

    def noted(a: NDArray[np.int64], *given: Any, **named: Any) -> verification.Pairs:
        sizes.append(len(a))
        return measure(a, *given, **named)

    monkeypatch.setattr(verification, "measure", noted)
    monkeypatch.setattr(copy_search, "_FEWEST_PAIRS", 1)
    Shelf(tmp_path, threads=2).ingest(ROOM.table())
    assert max(sizes) <= sum(sizes) / 4


@pytest.fixture
def texts_split(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read and split into words to compare what they say."""
    from copydesk.transforms.dedup.decision import weighted_words

    texts: list[str] = []
    split = weighted_words.split_words

    def noted(given: Sequence[str]) -> weighted_words.Words:
        texts.extend(given)
        return split(given)

    monkeypatch.setattr(weighted_words, "split_words", noted)
    return texts


def test_a_text_is_split_once_if_pairs_are_measured_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts_split: list[str]
) -> None:
    monkeypatch.setattr(verification, "PAIRS_AT_ONCE", 3)
    stories = [text_of(1), text_of(2)]
    # Versions of two stories take turns: each has three, and so three pairs.
    versions = [one(n, [*stories[n % 2], *text_of(n + 3, 1)], n) for n in range(6)]
    assert Shelf(tmp_path).ingest(pa.concat_tables(versions)).pairs.num_rows == 6
    assert len(texts_split) == 6


def test_a_text_is_split_once_if_it_resembles_documents_of_its_slab_and_of_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts_split: list[str]
) -> None:
    from copydesk.flows.pipeline.copies import copy_search

    monkeypatch.setattr(copy_search, "SLAB", 2)
    versions = [one(n, [*text_of(1), *text_of(n + 3, 1)], n) for n in range(4)]
    assert Shelf(tmp_path).ingest(pa.concat_tables(versions)).pairs.num_rows == 6
    assert len(texts_split) == 2 + 4  # two for the first slab, and all four for the second


@pytest.mark.parametrize("arrival", ["in time", "at random"])
def test_fifty_ingests_agree_with_one(tmp_path: Path, arrival: str) -> None:
    table = (
        ROOM.table().sort_by("published_at") if arrival == "in time" else shuffled(ROOM.table(), 8)
    )
    many = Shelf(tmp_path / "many")
    part_of: dict[str, int] = {}
    for i, part in enumerate(in_parts(table, 50)):
        many.ingest(part)
        part_of |= dict.fromkeys(part["doc_id"].to_pylist(), i)
    single = whole(tmp_path).clusters()
    assert pair_f1(many.clusters(), single) >= 0.98  # what the documentation promises
    spans = Counter(kept for kept, _ in {(kept, part_of[d]) for d, kept in single.items()})
    assert all(many.clusters()[d] == kept for d, kept in single.items() if spans[kept] == 1)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"jaccard_low": 0.5, "containment_low": 0.8},
        {"folds": ("exact", "near")},
        {"keep": "longest"},
    ],
)
def test_rethreshold_gives_any_history_the_clusters_of_one_ingest(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    many = Shelf(tmp_path / "many")
    for part in in_parts(shuffled(ROOM.table(), 9), 12):
        many.ingest(part)
    rows = pa.Table.from_pylist(list(many.rows.values()))
    result = recluster(rows, pa.Table.from_pylist(many.pairs), Options(**settings))
    expected = Shelf(tmp_path / "one", Options(**settings)).ingest(ROOM.table())
    for name in ("duplicates", "sizes"):
        got, want = (
            getattr(result, name).drop_columns(_ESTIMATES & {*getattr(result, name).column_names}),
            getattr(expected, name),
        )
        assert got.equals(want.drop_columns(_ESTIMATES & {*want.column_names})), name


# Of rows with equal words only one is compared, and the history decides which one. Its time changes
# the scores by a hundredth. The length of the longest passage is known only from counts.
_ESTIMATES = {"longest_shared_words", "may_go", "kept_may_go"}


def test_every_fold_has_its_pair_with_the_same_numbers(tmp_path: Path) -> None:
    shelf = whole(tmp_path)
    pairs = {frozenset((p["doc_a"], p["doc_b"])): p for p in shelf.pairs}
    for duplicate in shelf.duplicates.values():
        pair = pairs[frozenset((duplicate["doc_id"], duplicate["kept_doc_id"]))]
        assert pair["jaccard"] == duplicate["jaccard"]
        assert pair["relation"] == duplicate["relation"]


def test_sizes_add_up_to_the_documents(tmp_path: Path) -> None:
    shelf = whole(tmp_path)
    alone = sum(kept not in shelf.sizes for kept in set(shelf.clusters().values()))
    assert sum(size for size, _, _ in shelf.sizes.values()) + alone == len(shelf.rows)
    assert all(
        1 <= outlets <= size and 1 <= origins <= size
        for size, outlets, origins in shelf.sizes.values()
    )


def test_a_kept_document_stays_kept_when_later_copies_arrive(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(1)
    shelf.ingest(one(5, story, 0))
    copies = shelf.ingest(one(3, story[:10], 2))
    assert shelf.clusters() == {doc(5): doc(5), doc(3): doc(5)}
    assert copies.displaced.num_rows == 0
    assert shelf.sizes[doc(5)][0] == 2
    assert str(shelf.duplicates[doc(3)]["keep_reason"]).startswith("fullest: ")


@pytest.mark.parametrize("twin", ["https://a.example/x/amp", "https://m.a.example/x"])
def test_a_page_is_kept_before_its_amp_or_mobile_version_with_a_line_more(
    tmp_path: Path, twin: str
) -> None:
    shelf = Shelf(tmp_path)
    story = text_of(4)
    shelf.ingest(
        pa.concat_tables(
            [
                one(1, [*story, "Read the full story on our site."], 0, url=twin),
                one(2, story, 1, url="https://a.example/x"),
            ]
        )
    )
    assert shelf.clusters() == {doc(1): doc(2), doc(2): doc(2)}
    reason = "fullest: the page itself, the copy is its AMP, mobile or printer version"
    assert shelf.duplicates[doc(1)]["keep_reason"] == reason


def test_an_earlier_text_that_arrives_later_takes_over_and_the_move_is_on_record(
    tmp_path: Path,
) -> None:
    shelf, story = Shelf(tmp_path), text_of(2)
    shelf.ingest(pa.concat_tables([one(1, story, 5), one(2, story[:12], 6)]))
    copies = shelf.ingest(one(9, [*text_of(50, 2), *story], 1))
    assert set(shelf.clusters().values()) == {doc(9)}
    assert copies.displaced["doc_id"].to_pylist() == [doc(1)]
    assert copies.reassigned["doc_id"].to_pylist() == [doc(2)]
    assert shelf.sizes[doc(9)][0] == 3


def test_a_copy_of_a_copy_reaches_the_kept_document(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(3)
    shelf.ingest(one(1, story, 0))
    shelf.ingest(one(2, story, 1))
    shelf.ingest(one(3, story, 2))
    assert set(shelf.clusters().values()) == {doc(1)}
    assert shelf.sizes[doc(1)][0] == 3


@pytest.mark.parametrize(
    ("policy", "kept", "why"),
    [
        ({"keep": "earliest"}, 1, "earliest: published first"),
        ({"keep": "longest"}, 2, "longest: "),
        ({"keep": "original"}, 3, "original: the agency's own text"),
        (
            {"keep": "outlet-rank", "outlet_rank": ("d.example",)},
            4,
            "outlet-rank: outlet ranked higher",
        ),
    ],
)
def test_the_policy_chooses_and_says_why(
    tmp_path: Path, policy: dict[str, object], kept: int, why: str
) -> None:
    story = text_of(4)
    documents = pa.concat_tables(
        [
            one(1, story, 0, outlet_id="a.example", outlet="A", wire_source="North Press"),
            one(
                2,
                [*story, *text_of(60, 2)],
                1,
                outlet_id="b.example",
                outlet="B",
                wire_source="North Press",
            ),
            one(
                3,
                story[:-1],
                2,
                outlet_id="northpress.example",
                outlet="North Press",
                wire_source="North Press",
            ),
            one(4, story[1:], 3, outlet_id="d.example", outlet="D", wire_source="North Press"),
        ]
    )
    shelf = Shelf(tmp_path, Options(**policy))
    shelf.ingest(documents)
    # A document with sentences that the preferred one lacks also stays.
    dropped = [
        duplicate
        for duplicate in shelf.duplicates.values()
        if duplicate["kept_doc_id"] == doc(kept)
    ]
    assert all(str(duplicate["keep_reason"]).startswith(why) for duplicate in dropped)
    assert doc(kept) not in shelf.duplicates
    assert shelf.sizes.get(doc(kept), (1,))[0] == 1 + len(dropped)


def test_a_revision_is_folded_only_for_the_same_words(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(5)
    shelf.ingest(one(1, story, 0))
    shelf.ingest(pa.concat_tables([one(2, story[:-1], 1), one(3, story, 2)]), pinned={doc(2)})
    shelf.ingest(pa.concat_tables([one(4, story, 3), one(5, story[1:], 3)]), pinned={doc(4)})
    assert shelf.clusters() == {
        doc(1): doc(1),
        doc(2): doc(2),
        doc(3): doc(1),
        doc(4): doc(1),
        doc(5): doc(1),
    }


def test_two_revisions_with_the_same_words_are_one_article(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(5)
    shelf.ingest(one(1, story, 0))
    both = pa.concat_tables([one(2, story[:-1], 1), one(3, story[:-1], 2)])
    shelf.ingest(both, pinned={doc(2), doc(3)})
    assert shelf.clusters() == {doc(1): doc(1), doc(2): doc(2), doc(3): doc(2)}


def test_a_forgotten_document_draws_no_copies(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(6)
    shelf.ingest(one(1, story, 0))
    del shelf.rows[doc(1)]
    shelf.ingest(one(2, story, 1))
    assert shelf.clusters() == {doc(2): doc(2)}


def test_undated_documents_are_compared_across_ingests(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(7)
    shelf.ingest(one(1, story, 0))
    shelf.ingest(one(2, story[:9], None))
    shelf.ingest(one(3, story[4:], 2000))
    assert shelf.clusters()[doc(2)] == doc(1)
    assert ("template", "excerpt", "near").count(
        next(p["relation"] for p in shelf.pairs if {p["doc_a"], p["doc_b"]} == {doc(3), doc(1)})
    ) == 1


def test_equal_texts_in_one_ingest_and_in_the_next_are_exact(tmp_path: Path) -> None:
    shelf, story = Shelf(tmp_path), text_of(8)
    shelf.ingest(pa.concat_tables([one(i, story, i) for i in range(1, 40)]))
    shelf.ingest(pa.concat_tables([one(i, story, i) for i in range(40, 60)]))
    assert set(shelf.clusters().values()) == {doc(1)}
    assert {duplicate["relation"] for duplicate in shelf.duplicates.values()} == {"exact"}
    assert shelf.sizes[doc(1)][0] == 59


def test_an_empty_run_leaves_the_index_as_it_is(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.ingest(one(1, text_of(9), 0))
    before = shelf.index_files
    shelf.ingest(one(1, text_of(9), 0).slice(0, 0))
    assert shelf.index_files == before


def test_nothing_but_the_index_files_stays_in_staging(tmp_path: Path) -> None:
    from copydesk.flows.pipeline.deduplicate import find_copies

    place = Workplace(tmp_path)
    copies = find_copies(ROOM.table(), index=None, published=None, options=Options(), place=place)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(copies.index_files)
