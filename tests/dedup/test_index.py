"""The index on disk: what it finds, what it refuses, and what is left after a kill."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from copydesk.flows.index import Index, IndexRefused, candidate_query, posting_search
from copydesk.transforms.dedup import Options, candidates, in_memory_search, sketches
from tests.dedup import newsroom


@cache
def room() -> newsroom.Newsroom:
    """Return the stories of the tests. They are made only in the process that needs them."""
    return newsroom.Newsroom(31, stories=40, singles=160)


@cache
def sketched() -> sketches.Sketches:
    return sketches.sketch(sketches.as_texts(room().texts), Options())


@cache
def times() -> np.ndarray:
    return in_memory_search.as_times(room().times, len(room().texts))


def all_rows() -> np.ndarray:
    return np.arange(len(room().texts))


def build(folder: Path, parts: int = 1, options: Options | None = None) -> Index:
    options = options or Options()
    paths: dict[str, Path] = {}
    names: tuple[str, ...] = ()
    for part in np.array_split(all_rows(), parts):
        written = Index([paths[n] for n in names], options).add(
            [room().ids[r] for r in part], sketched(), times(), part, folder
        )
        paths |= {path.name: path for path in written.new}
        names = written.names
    return Index([paths[n] for n in names], options)


def found(index: Index, rows: np.ndarray | None = None) -> set[tuple[int, str]]:
    hits = index.find(sketched(), times(), all_rows() if rows is None else rows)
    return set(zip(hits.rows.tolist(), index.doc_ids(hits.numbers), strict=True))


def test_every_document_finds_itself_and_its_copies(tmp_path: Path) -> None:
    pairs = found(build(tmp_path))
    rows, ids, clusters = all_rows(), room().ids, room().clusters
    copies = {
        (i, ids[j])
        for i in rows
        for j in rows
        if clusters[i] == clusters[j] and abs(times()[i] - times()[j]) <= Options().window_us
    }
    assert {(i, ids[i]) for i in rows} <= pairs
    assert len(copies & pairs) / len(copies) > 0.97
    assert len(pairs - copies) < 0.02 * len(pairs)


def test_many_additions_find_what_one_finds(tmp_path: Path) -> None:
    assert found(build(tmp_path / "one")) == found(build(tmp_path / "many", parts=23))


def test_threads_that_search_parts_of_the_documents_find_the_same_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = build(tmp_path, parts=3)
    at_once = index.find(sketched(), times(), all_rows())
    monkeypatch.setattr(candidate_query, "_ROWS_AT_ONCE", 37)
    in_parts = index.find(sketched(), times(), all_rows(), threads=3)
    assert in_parts.rows.tolist() == at_once.rows.tolist()
    assert in_parts.numbers.tolist() == at_once.numbers.tolist()
    assert in_parts.estimated.tolist() == at_once.estimated.tolist()


def test_a_pair_that_shares_too_few_keys_for_its_row_is_left_out() -> None:
    shared = {(0, 5): 1, (0, 7): 2, (1, 5): 2, (1, 9): 3}  # (row, document)
    packed = [(row << 28) | document for (row, document), n in shared.items() for _ in range(n)]
    found = np.array(packed[::-1], np.uint64)
    rows, documents = posting_search.frequent(found, np.array([2, 3]))
    assert list(zip(rows.tolist(), documents.tolist(), strict=True)) == [(0, 7), (1, 9)]


def test_runs_merge_so_that_there_are_few(tmp_path: Path) -> None:
    index = build(tmp_path, parts=64)
    assert len(index.segments) <= 4
    assert index.n_documents == len(all_rows())


def test_the_same_documents_make_the_same_files(tmp_path: Path) -> None:
    assert build(tmp_path / "a", parts=5).names == build(tmp_path / "b", parts=5).names


def test_a_document_takes_less_than_a_kilobyte(tmp_path: Path) -> None:
    index = build(tmp_path)
    arrays = sum(
        int(np.prod(a["shape"])) * np.dtype(a["type"]).itemsize
        for f in (*index.docs, *index.segments)
        for a in f.header["arrays"].values()
    )
    assert arrays / len(all_rows()) < 950


def test_signatures_load_into_datasketch(tmp_path: Path) -> None:
    from datasketch import MinHash

    index = build(tmp_path)
    stored = MinHash(
        num_perm=128,
        scheme="affine32",
        seed=1,
        hashvalues=index.column("signature", np.array([3]))[0],
    )
    own = MinHash(num_perm=128, scheme="affine32", seed=1, hashvalues=sketched().signatures[3])
    assert stored.jaccard(own) == 1.0


def test_a_deleted_document_is_no_longer_found_and_leaves_no_bytes(tmp_path: Path) -> None:
    index = build(tmp_path, parts=3)
    gone = room().ids[:5]
    written = index.without(gone, tmp_path)
    after = Index([tmp_path / name for name in written.names], Options())
    assert not {doc for _, doc in found(after)} & set(gone)
    assert found(after) == {(row, doc) for row, doc in found(index) if doc not in gone}
    for name in written.names:
        raw = (tmp_path / name).read_bytes()
        for row in range(5):
            assert bytes.fromhex(room().ids[row]) not in raw
            assert sketched().signatures[row].tobytes() not in raw


def test_deleting_what_is_not_there_changes_nothing(tmp_path: Path) -> None:
    index = build(tmp_path)
    assert index.without(["f" * 32], tmp_path).names == index.names


@pytest.mark.parametrize(
    ("setting", "name"),
    [({"seed": 2}, "seed"), ({"num_perm": 64}, "num_perm"), ({"ngram": 5}, "shingling")],
)
def test_an_index_with_other_options_is_refused_with_the_command_that_rebuilds(
    tmp_path: Path, setting: dict[str, int], name: str
) -> None:
    paths = [f.path for f in (*build(tmp_path).docs, *build(tmp_path).segments)]
    with pytest.raises(IndexRefused, match=f"{name}.*copydesk index rebuild"):
        Index(paths, Options(**setting))


def test_a_damaged_or_missing_file_is_refused(tmp_path: Path) -> None:
    index = build(tmp_path)
    paths = [f.path for f in (*index.docs, *index.segments)]
    with pytest.raises(IndexRefused, match="keys for only 0 of"):
        Index([f.path for f in index.docs], Options())
    with paths[0].open("r+b") as file:
        file.truncate(5000)
    with pytest.raises(IndexRefused, match="should have"):
        Index(paths, Options())
    paths[0].unlink()
    with pytest.raises(IndexRefused, match="cannot be read"):
        Index(paths, Options())


def test_popular_keys_are_capped(tmp_path: Path) -> None:
    text = " ".join(newsroom.story(__import__("random").Random(1)))
    many = sketches.sketch(
        sketches.as_texts([f"{text} number {i} of them" for i in range(3000)]), Options()
    )
    times = np.full(3000, candidates.UNDATED)
    written = Index((), Options()).add(
        [f"{i:032x}" for i in range(3000)], many, times, np.arange(3000), tmp_path
    )
    hits = Index(written.new, Options()).find(many, times, np.arange(10))
    assert 0 < len(hits.rows) <= 10 * 48 * 2 * candidates.CAP


_FORK = multiprocessing.get_context("fork")


def _publish_for_ever(folder: Path, told: Connection) -> None:
    """Add ten documents at a time, and start again with an empty index once all are there."""
    pointer = folder / "current.json"
    while True:
        names = json.loads(pointer.read_text()) if pointer.exists() else []
        index = Index([folder / name for name in names], Options())
        if index.n_documents >= len(all_rows()):
            pointer.unlink()
            continue
        rows = all_rows()[index.n_documents : index.n_documents + 10]
        written = index.add(
            [room().ids[r] for r in rows], sketched(), times(), rows, folder / "staging"
        )
        for path in written.new:
            os.replace(path, folder / path.name)
        (folder / "next.json").write_text(json.dumps(written.names))
        os.replace(folder / "next.json", pointer)
        told.send("published")


def test_a_kill_leaves_the_published_index_usable(tmp_path: Path) -> None:
    rounds = int(os.environ.get("COPYDESK_KILLS", "3"))
    sketched()  # the forks inherit it
    for round_ in range(rounds):
        here, told = _FORK.Pipe()
        child = _FORK.Process(target=_publish_for_ever, args=(tmp_path, told))
        child.start()
        told.close()
        here.recv()
        time.sleep(0.013 * (round_ + 1))
        child.kill()
        child.join()
        here.close()
        pointer = tmp_path / "current.json"
        names = json.loads(pointer.read_text()) if pointer.exists() else []
        index = Index([tmp_path / name for name in names], Options())
        there = all_rows()[: index.n_documents]
        assert {(int(r), room().ids[r]) for r in there} <= found(index, there)
