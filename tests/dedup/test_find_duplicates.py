"""Copies are found among texts in memory."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

import copydesk
from copydesk.transforms.dedup import Options
from copydesk.transforms.dedup.similarity_kernel import longest_passage
from tests.dedup import newsroom

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def clusters(texts: list[str | None], **settings: object) -> list[int]:
    return copydesk.find_duplicates(texts, **settings).clusters["cluster"].to_pylist()


def relation(one: str, other: str, **settings: object) -> str | None:
    pairs = copydesk.find_duplicates([one, other], **settings).pairs.to_pylist()
    return pairs[0]["relation"] if pairs else None


def sentences(seed: int, n: int = 18) -> list[str]:
    return newsroom.story(random.Random(seed), n)


def test_known_copies_are_found_and_unrelated_texts_are_left_alone() -> None:
    room = newsroom.Newsroom(4, stories=80, singles=80)
    found = clusters(room.texts, published_at=room.times)
    mine = {doc: str(found[i]) for i, doc in enumerate(room.ids)}
    assert newsroom.pair_f1(mine, dict(zip(room.ids, map(str, room.clusters), strict=True))) > 0.99


def test_nothing_is_found_in_nothing() -> None:
    assert clusters([]) == []
    assert clusters([""]) == [0]


def test_empty_texts_and_none_are_copies_of_nothing() -> None:
    assert clusters(["", None, "", "   "]) == [0, 1, 2, 3]


def test_the_same_text_is_an_exact_copy_however_short() -> None:
    assert clusters(["Bridge", "Bridge", "!!!", "!!!", "Road"]) == [0, 0, 2, 2, 4]
    assert relation("Bridge closed", "Bridge closed") == "exact"


def test_the_same_words_in_other_case_and_lines_are_near() -> None:
    text = " ".join(sentences(1))
    assert relation(text, text.upper().replace(". ", ".\n\n")) == "near"


def test_a_cut_story_is_an_excerpt() -> None:
    whole = sentences(2, 20)
    assert relation(" ".join(whole), " ".join(whole[:7])) == "excerpt"


def test_a_third_in_common_is_an_overlap() -> None:
    one, two, shared = sentences(3, 11), sentences(4, 11), sentences(5, 6)
    assert relation(" ".join([*one, *shared]), " ".join([*shared, *two])) == "overlap"


def test_similar_texts_a_week_apart_are_a_template_and_stay() -> None:
    wrap = sentences(6, 20)
    later = [*sentences(7, 4), *wrap[4:]]
    texts, times = [" ".join(wrap), " ".join(later)], [NOW, NOW + timedelta(days=7)]
    found = copydesk.find_duplicates(texts, published_at=times)
    assert found.pairs["relation"].to_pylist() == ["template"]
    assert found.clusters["cluster"].to_pylist() == [0, 1]
    # Another lead on the same background is different news, even at almost the same time.
    assert clusters(texts, published_at=[NOW, NOW + timedelta(days=2)]) == [0, 1]


def test_the_same_text_a_year_later_is_still_a_copy() -> None:
    text = " ".join(sentences(8))
    assert clusters([text, text], published_at=[NOW, NOW + timedelta(days=365)]) == [0, 0]


def test_an_undated_side_counts_as_inside_the_window() -> None:
    wrap = sentences(6, 12)
    assert clusters([" ".join(wrap), " ".join(wrap[:10])], published_at=[NOW, None]) == [0, 0]


def test_undated_documents_beyond_the_undated_window_need_the_high_threshold() -> None:
    story = sentences(9, 12)
    copy = story[:10]
    fillers = [" ".join(sentences(100 + i, 2)) for i in range(5)]
    texts = [" ".join(story), *fillers, " ".join(copy)]
    assert clusters(texts)[-1] == 0
    folds = ("exact", "near", "excerpt", "overlap")
    assert clusters(texts, undated_window=0, folds=folds)[-1] == 6


def test_a_document_joins_only_what_it_resembles_itself() -> None:
    a, b, c = sentences(11, 10), sentences(12, 10), sentences(13, 10)
    chain = [a, [*a[6:], *b[:6]], [*b[2:], *c[:5]]]  # the third is similar only to the second
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    found = clusters([" ".join(s) for s in chain], published_at=days)
    assert found == [0, 1, 2]  # each has sentences that no other text has


def test_the_longest_can_be_kept() -> None:
    whole = sentences(14, 16)
    texts = [" ".join(whole[:8]), " ".join(whole), " ".join(whole[:12])]
    assert len(set(clusters(texts))) == 1
    assert clusters(texts, keep="longest") == [1, 1, 1]


def test_relations_that_do_not_fold_leave_their_pairs() -> None:
    whole = sentences(15, 20)
    found = copydesk.find_duplicates(
        [" ".join(whole), " ".join(whole[:7])], folds=("exact", "near")
    )
    assert found.pairs["relation"].to_pylist() == ["excerpt"]
    assert found.clusters["cluster"].to_pylist() == [0, 1]


def test_a_pair_says_how_much_is_shared() -> None:
    whole = sentences(16, 20)
    pair = copydesk.find_duplicates([" ".join(whole), " ".join(whole[:10])]).pairs.to_pylist()[0]
    words = len(" ".join(whole[:10]).split())
    assert pair["containment_in_kept"] == 1.0
    assert pair["containment_of_kept"] == pytest.approx(pair["jaccard"])
    assert pair["longest_shared_words"] == words
    assert pair["jaccard_estimated"] == pytest.approx(pair["jaccard"], abs=0.15)


def test_the_rows_of_a_shuffled_list_cluster_alike() -> None:
    room = newsroom.Newsroom(5, stories=40, singles=20)
    rows = list(range(len(room.texts)))
    random.Random(1).shuffle(rows)
    straight = clusters(room.texts, published_at=room.times)
    mixed = clusters([room.texts[r] for r in rows], published_at=[room.times[r] for r in rows])
    assert [rows[kept] for kept in mixed] == [straight[r] for r in rows]


def test_lists_arrays_and_chunked_arrays_give_the_same() -> None:
    room = newsroom.Newsroom(6, stories=10, singles=5)
    array = pa.array(room.texts)
    chunked = pa.chunked_array([array.slice(0, 7), array.slice(7)])
    assert clusters(room.texts) == clusters(array) == clusters(chunked)


def test_ten_thousand_equal_texts_give_a_star() -> None:
    text = " ".join(sentences(17))
    found = copydesk.find_duplicates([text] * 10_000)
    assert found.pairs.num_rows == 9_999
    assert set(found.clusters["cluster"].to_pylist()) == {0}


def test_texts_of_one_word_repeated_a_million_times_are_compared() -> None:
    found = clusters(
        [
            "word " * 1_000_000,
            "word " * 1_000_001,
            "a b " * 500_000,
            "another text entirely of a few words",
        ]
    )
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_thousands_of_edits_of_one_story_are_compared() -> None:
    rng = random.Random(3)
    base = sentences(18)
    texts = [
        " ".join([*base[:k], *newsroom.story(rng, 1), *base[k:]])
        for k in (rng.randrange(len(base)) for _ in range(1500))
    ]
    found = copydesk.find_duplicates(texts)
    assert len(set(found.clusters["cluster"].to_pylist())) < len(texts) / 2
    assert found.pairs.num_rows < 100 * len(texts)


def test_the_longest_passage_of_texts_that_repeat_themselves_is_exact() -> None:
    import numpy as np

    rng = random.Random(2)
    for _ in range(50):
        one = [rng.randrange(3) for _ in range(rng.randrange(1, 30))]
        two = [rng.randrange(3) for _ in range(rng.randrange(1, 30))]
        text = "".join(map(str, two))
        slow = max(
            (
                n
                for i in range(len(one))
                for n in range(1, len(one) - i + 1)
                if "".join(map(str, one[i : i + n])) in text
            ),
            default=0,
        )
        assert longest_passage(np.array(one, np.uint64), np.array(two, np.uint64)) == slow


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"jaccard_low": 0.0}, "jaccard_low"),
        ({"jaccard_low": 0.05}, "below pair_floor"),
        ({"keep": "newest"}, "earliest"),
        ({"folds": ("close",)}, "relations are"),
        ({"ngram": 0}, "ngram"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(setting: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Options(**setting)


def test_published_at_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 texts"):
        copydesk.find_duplicates(["a"], published_at=[None, None])


def test_the_order_of_rows_changes_no_cluster() -> None:
    rng = random.Random(21)
    wholes = [sentences(100 + i, 12) for i in range(40)]
    texts = (
        [" ".join(w) for w in wholes]
        + [" ".join(w[rng.randrange(6) :]) for w in wholes]
        + [" ".join(w[: rng.randrange(4, 12)]) for w in wholes]
    )
    shuffled = rng.sample(range(len(texts)), len(texts))
    plain, mixed = clusters(texts), clusters([texts[i] for i in shuffled])
    assert {texts[i]: texts[plain[i]] for i in range(len(texts))} == {
        texts[i]: texts[shuffled[mixed[at]]] for at, i in enumerate(shuffled)
    }
