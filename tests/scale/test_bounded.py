"""Code that works in bounded memory gives the same result as code that holds everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import corpus
from copydesk.flows.index import blockwise_arrays
from copydesk.flows.pipeline import reconcile
from copydesk.flows.support import arrow_file
from copydesk.flows.support.id_index import Keyed, Table
from copydesk.transforms import history
from copydesk.transforms.dedup import Options, candidates, leader_clustering


def test_runs_merged_block_by_block_are_the_sorted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blockwise_arrays, "_BLOCK", 7)
    chance = np.random.default_rng(0)
    parts = [np.sort(chance.integers(0, 60, n).astype(np.uint64)) for n in (0, 5, 80, 33)]
    merged = blockwise_arrays.Merged(parts)
    assert np.concatenate(list(merged.blocks())).tolist() == sorted(np.concatenate(parts).tolist())
    assert len(merged) == 118
    chained = np.concatenate(list(blockwise_arrays.Chained([merged, parts[1]]).blocks()))
    assert chained.tolist() == [*sorted(np.concatenate(parts).tolist()), *parts[1].tolist()]


def test_ids_with_the_same_first_half_are_different() -> None:
    ids = [f"{'ab' * 8}{n:016x}" for n in range(4)]
    keyed = Keyed(pa.array([ids[2], ids[0], ids[3]]))
    assert keyed.row_numbers(pa.array(ids)).tolist() == [1, -1, 0, 2]
    table = Table(pa.table({"doc_id": ids[:2], "n": [10, 11]}))
    assert table.columns(pa.chunked_array([[ids[1]], [ids[3], ids[0]]]), ("n",))[
        "n"
    ].to_pylist() == [11, None, 10]


def _shards(folder: Path, rows: list[dict[str, object]]) -> list[Path]:
    schema = pa.schema(
        [
            ("doc_id", pa.string()),
            ("canonical_url", pa.string()),
            ("content_sha256", pa.string()),
            ("fetched_at", pa.timestamp("us", tz="UTC")),
            ("source_uri", pa.string()),
            ("record_number", pa.int64()),
            ("url", pa.string()),
            ("title", pa.string()),
            ("corrections", pa.list_(pa.string())),
            ("text", pa.string()),
        ]
    )
    paths = [folder / f"{number}.articles.arrow" for number in range(3)]
    for number, path in enumerate(paths):
        arrow_file.write(pa.Table.from_pylist(rows[number::3], schema=schema), path)
    return paths


def test_documents_are_resolved_as_if_every_one_were_looked_at(tmp_path: Path) -> None:
    chance = Random(3)
    rows: list[dict[str, object]] = [
        {
            "doc_id": f"{chance.randrange(70):032x}",
            "canonical_url": chance.choice([None, *(f"https://a.example/{n}" for n in range(40))]),
            "content_sha256": str(chance.randrange(4)),
            "url": None,
            "title": None,
            "corrections": [],
            "text": "",
            "source_uri": "x",
            "record_number": number,
            "fetched_at": chance.choice(
                [None, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(50))]
            ),
        }
        for number in range(120)
    ]
    paths = _shards(tmp_path, rows)
    arrivals = [
        history.Arrival(**row)
        for path in paths
        for row in arrow_file.read(path).drop_columns(["text"]).to_pylist()
    ]
    resolutions = reconcile.decide(paths, None)
    found = [resolved for first in (0, 40, 80) for resolved in resolutions.of(first, 40)]
    expected = history.resolve(arrivals, (), {})
    assert found == [replace(resolved, confirms=None) for resolved in expected]
    again: dict[str, datetime] = {}
    for arrival, resolved in zip(arrivals, expected, strict=True):
        if resolved.confirms and arrival.fetched_at:
            before = again.get(resolved.confirms, arrival.fetched_at)
            again[resolved.confirms] = max(before, arrival.fetched_at)
    assert again
    assert resolutions.refetched == again
    assert resolutions.superseded == {resolved.supersedes for resolved in found} - {None}


def test_equal_texts_are_the_same_found_slab_by_slab_or_all_at_once() -> None:
    copy_search = pytest.importorskip("copydesk.flows.pipeline.copies.copy_search")
    chance, options = np.random.default_rng(1), Options()
    for n_undated in (0, 0, 25):
        n = 200
        times = np.sort(chance.integers(0, 6 * options.window_us, n))
        times[n - n_undated :] = candidates.UNDATED
        sequence, words = chance.integers(0, 12, n).astype(np.uint64), np.full(n, 5, np.int32)
        whole = leader_clustering.first_with_same_words(
            sequence, words, times, np.arange(n), options
        )
        slabs = copy_search.CopySearch.__new__(copy_search.CopySearch)
        slabs._first, slabs._sequence, slabs.n_words, slabs.times, slabs.options = (
            np.arange(n),
            sequence,
            words,
            times,
            options,
        )
        for low in range(0, n, 37):
            slabs._find_equals(low, min(low + 37, n))
        assert (slabs._first == whole).all()


def test_a_made_up_corpus_is_the_same_for_a_seed_and_holds_copies_revisions_and_tellings() -> None:
    one, again = (list(corpus.documents(300, corpus.MadeUp(4), 4)) for _ in range(2))
    assert one == again
    documents = [row for day in one for row in day]
    assert len(documents) == 300
    beginnings = {tuple(row["text"].split()[:8]) for row in documents}
    assert len({row["url"] for row in documents}) < 300
    assert len(beginnings) < 290


def test_rounds_of_given_stories_share_no_sentence() -> None:
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]
    chance = Random(0)
    texts = [
        (
            "A title",
            " ".join(" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(6)),
        )
        for _ in range(40)
    ]
    given = corpus.Given(texts, 0)
    first, second = given.story(0), given.story(len(given.stories))
    assert len(first.sentences) == len(second.sentences)
    assert not set(first.sentences) & set(second.sentences)
