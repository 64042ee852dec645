from __future__ import annotations

import numpy as np

from copydesk.flows.pipeline.stories import stage
from copydesk.transforms.stories import cosine
from copydesk.transforms.stories.quickselect import kth_smallest
from copydesk.transforms.stories.tfidf import SCALE, Vectors


def test_the_most_similar_of_very_many_similar_documents_are_remembered():
    # All documents share one feature, with weights of .3 to .6. Each document but the last one also
    # has a feature of its own.
    n = cosine.MAX_EDGES + 300
    shared = np.random.default_rng(5).permutation(np.linspace(0.3, 0.6, n))
    weights = np.stack([shared, np.sqrt(1 - shared**2)], axis=1)
    slots = np.stack([np.zeros(n), np.arange(1, n + 1)], axis=1)
    vectors = Vectors(
        np.append(np.arange(0, 2 * n + 1, 2), 2 * n + 1),
        np.append(slots.ravel(), 0).astype(np.int32),
        np.append(np.round(weights.ravel() * SCALE), SCALE).astype(np.uint16),
    )
    edges = cosine.compare(
        vectors,
        published=np.zeros(n + 1, np.int64),
        arrival=np.arange(n + 1),
        first=n,
        window=1,
        undated_window=n,
    ).edges
    assert set(edges.earlier.tolist()) == set(np.argsort(-shared)[: cosine.MAX_EDGES].tolist())
    assert (edges.later == n).all()


def test_every_new_document_is_compared_with_all_before_it_in_every_call():
    dice = np.random.default_rng(3)
    n, n_features, first = 40, 6, 25
    slots = np.stack([dice.permutation(30)[:n_features] for _ in range(n)])
    weights = dice.uniform(0.2, 0.35, slots.shape)
    vectors = Vectors(
        np.arange(0, slots.size + 1, n_features),
        slots.ravel().astype(np.int32),
        np.round(weights.ravel() * SCALE).astype(np.uint16),
    )
    dense = np.zeros((n, 30), np.int64)
    np.put_along_axis(dense, slots, np.round(weights * SCALE).astype(np.int64), axis=1)
    expected = {
        (earlier, later, similarity)
        for later in range(first, n)
        for earlier in range(later)
        if (similarity := int(dense[earlier] @ dense[later] + 1) >> 12) >= cosine.FLOOR
    }
    for _ in range(2):  # The table of the thread is as it was.
        edges = cosine.compare(
            vectors,
            published=np.zeros(n, np.int64),
            arrival=np.arange(n),
            first=first,
            window=1,
            undated_window=n,
        ).edges
        columns = (edges.earlier, edges.later, edges.similarity)
        found = list(zip(*(column.tolist() for column in columns), strict=True))
        assert len(found) == len(set(found))
        assert set(found) == expected


def test_an_epoch_counts_the_latest_articles_and_as_many_of_all_others():
    assert stage._sampled(3).all()
    assert stage._sampled(stage.SAMPLE).all()
    sampled = stage._sampled(10 * stage.SAMPLE)
    assert sampled.sum() == stage.SAMPLE
    assert sampled[-stage.SAMPLE // 2 :].all()
    by_tenth = sampled[: 9 * stage.SAMPLE].reshape(9, -1).sum(axis=1)
    assert by_tenth.max() - by_tenth.min() <= 1


def test_the_kth_smallest_is_that_of_the_sorted_values_with_many_ties_and_in_any_order():
    random = np.random.default_rng(3)
    for size in (1, 2, 3, 5, 40, 300):
        for kind in (np.int32, np.float32):
            drawn = random.integers(0, size // 3 + 1, size).astype(kind)
            for values in (drawn, np.sort(drawn), np.sort(drawn)[::-1].copy()):
                before = values.copy()
                assert [kth_smallest(values, k) for k in range(size)] == np.sort(drawn).tolist()
                assert (values == before).all()
