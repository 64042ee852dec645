"""Each hostile input is refused by name or comes out whole, and it harms nothing beside it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from copydesk.flows.read import Fields, InputFile, Record, Reject, find, read_file, spool
from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode
from tests.hostile.inputs import HOSTILE, LIMITS, STORY, Hostile


def outcome(item: Record | Reject) -> str:
    """Return the reason why a document is refused, or "document"."""
    if isinstance(item, Reject):
        assert item.step == "read"
        assert item.detail
        return item.reason
    try:
        text = decode.decode(
            item.body, declared=item.declared_encoding, html=item.kind == "page"
        ).text
    except Refused as refused:
        return refused.reason
    text.encode()  # no lone surrogates
    assert "\x00" not in text
    return "document"


def test_there_are_at_least_sixty_hostile_inputs_and_some_of_every_format() -> None:
    folders = Counter(hostile.name.split("/")[0] for hostile in HOSTILE)
    assert len(HOSTILE) >= 60
    assert all(
        folders[name] >= 5
        for name in ("txt", "html", "gz", "zst", "jsonl", "parquet", "warc", "names")
    )


@pytest.mark.parametrize(
    "hostile", HOSTILE, ids=lambda hostile: hostile.name[:40].replace("\x1b", "ESC")
)
def test_a_hostile_input_is_refused_by_name_or_comes_out_whole(
    hostile: Hostile, hostile_folder: Path
) -> None:
    file = InputFile(hostile.name, str(hostile_folder / hostile.name))
    found = Counter(outcome(item) for item in read_file(file, fields=Fields(), limits=LIMITS))
    assert found.pop("document", 0) == hostile.yields
    assert set(found) >= {hostile.refused} if hostile.refused else not found


def test_good_documents_come_out_as_if_the_hostile_ones_were_not_there(
    hostile_folder: Path, tmp_path: Path
) -> None:
    good = tmp_path / "good"
    good.mkdir()
    for number in range(20):
        (good / f"{number}.txt").write_text(f"{STORY} {number}", encoding="utf-8")
    alone = [record.body for record in spooled([str(good)], tmp_path / "alone")]
    mixed = [
        record
        for record in spooled([str(hostile_folder), str(good)], tmp_path / "mixed")
        if "/" not in record.source_uri
    ]
    assert [record.body for record in mixed] == alone


def test_spooling_everything_hostile_rejects_what_reading_alone_rejects(
    hostile_folder: Path, tmp_path: Path
) -> None:
    expected = Counter(
        (item.source_uri, item.reason)
        for file in find([str(hostile_folder)])
        if isinstance(file, InputFile)
        for item in read_file(file, fields=Fields(), limits=LIMITS)
        if isinstance(item, Reject)
    )
    shards = spool(
        find([str(hostile_folder)]),
        tmp_path,
        fields=Fields(),
        limits=LIMITS,
        documents=50,
        n_bytes=2**24,
    )
    assert (
        Counter(
            (reject.source_uri, reject.reason) for shard in shards for reject in shard.rejects()
        )
        == expected
    )


def spooled(inputs: list[str], folder: Path) -> list[Record]:
    shards = spool(find(inputs), folder, fields=Fields(), limits=LIMITS, documents=7, n_bytes=2**24)
    return [record for shard in shards for record in shard.records()]
