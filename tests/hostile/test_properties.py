"""The promises of `promises.py` hold for any input.

The property tests use bytes, texts, pages and rows.
"""

from __future__ import annotations

import functools
import gzip
import io
import json
import os
import re
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import copydesk
from copydesk.flows.read import Fields, InputFile, Limits, Reject, escaped, read_file, unescaped
from copydesk.flows.read.formats import formats
from copydesk.flows.read.formats.format import Format, Opened
from copydesk.flows.read.streams import BrokenError, Inflated, whole
from copydesk.transforms import clean, ledger, normalise, tag
from copydesk.transforms.article import Document
from copydesk.transforms.encodings import decode
from copydesk.transforms.tag import TAGGERS
from fuzz.run import HERE
from fuzz.targets import LIMITS, TARGETS
from tests.hostile import promises
from tests.hostile.documents import PAGES, TEXTS
from tests.hostile.inputs import HOSTILE, PAGE, STORY, Hostile


@functools.cache
def beginning(hostile: Hostile) -> bytes:
    """Return the first 4 kB of a hostile input. Making some of them takes a second."""
    return hostile.make()[:4096]


quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

# Also surrogates, controls and unassigned characters.
ANY_TEXT = st.text(st.characters(), max_size=400)
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "By Ana Ruiz",
                "Advertisement",
                "Read more: Rain",
                "LINDESUND (Reuters) - Rain fell.",
                "Leave a Comment",
                "Credit: X",
                "",
                " ",
                "Photo: AP",
                "© 2024",
                "Share",
                STORY,
            ]
        ),
        ANY_TEXT,
    ),
    max_size=12,
).map("\n".join)
TAGS = st.sampled_from(
    [
        "p",
        "div",
        "a",
        "h1",
        "li",
        "ul",
        "table",
        "td",
        "script",
        "style",
        "article",
        "b",
        "br",
        "span",
        "time",
        "svg",
        "template",
        "form",
        "title",
        "meta",
        "!--",
        "iframe",
        "p class=byline",
    ]
)
MARKUP = st.recursive(
    ANY_TEXT | st.just(STORY),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4), st.booleans()).map(
        lambda t: f"<{t[0]}>" + "".join(t[1]) + (f"</{t[0].split()[0]}>" if t[2] else "")
    ),
    max_leaves=12,
)


@quick
@given(
    st.binary(max_size=600),
    st.one_of(
        st.none(),
        st.sampled_from(
            ["utf-8", "latin1", "gb2312", "utf-16", "shift_jis", "iso-2022-jp", "utf-7"]
        ),
        st.text(max_size=9),
    ),
    st.booleans(),
)
def test_decoding_any_bytes_gives_a_text_or_a_named_refusal(
    raw: bytes, declared: str | None, html: bool
) -> None:
    promises.decoded_keeps_its_promises(raw, declared, html=html)


@quick
@given(
    st.text(min_size=1, max_size=300),
    st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030", "utf-8-sig"]),
)
def test_a_text_in_utf8_is_read_back(text: str, codec: str) -> None:
    plain = text.encode("utf-8", "replace").decode()
    if (
        codec == "utf-8"
        and plain.strip()
        and not any(c < " " or c in "\ufffd\ufeff\x7f" for c in plain)
    ):
        assert decode.decode(plain.encode(codec), declared=None, html=False).text == plain


@pytest.mark.parametrize("format_", formats(), ids=lambda format_: format_.name)
@quick
@given(
    st.one_of(
        st.binary(max_size=400),
        st.sampled_from(HOSTILE)
        .flatmap(
            lambda h: st.tuples(st.just(beginning(h)), st.integers(0, 4095), st.binary(max_size=6))
        )
        .map(lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + len(t[2]) :]),
    )
)
def test_a_reader_yields_records_and_rejects_whatever_the_bytes(
    format_: Format, raw: bytes
) -> None:
    items = []
    try:
        for item in format_.records(Opened("a", io.BytesIO(raw), len(raw)), Fields(), LIMITS):
            if isinstance(item, Reject) or item.body:
                items.append(item)
    except BrokenError as fault:
        promises.fault_has_a_name(fault.reason)
    promises.items_keep_their_promises(items, LIMITS)


@quick
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(Fields().names()), inner, max_size=4)
        ),
    )
)
def test_a_jsonl_row_of_any_shape_is_a_record_or_a_reject(row: object) -> None:
    TARGETS["jsonl"](json.dumps(row).encode("utf-8", "surrogatepass"))


@quick
@given(st.binary(max_size=3000), st.integers(1, 5))
def test_packed_bytes_come_back_whole_however_many_parts(raw: bytes, parts: int) -> None:
    for pack in (gzip.compress, zstandard.ZstdCompressor().compress):
        assert whole(Inflated(io.BytesIO(pack(raw) * parts), Limits()), 10**6) == raw * parts


@quick
@given(st.binary(min_size=40, max_size=3000), st.data())
def test_packed_bytes_that_are_cut_off_are_never_taken_for_whole(
    raw: bytes, data: st.DataObject
) -> None:
    for pack in (gzip.compress, zstandard.ZstdCompressor().compress):
        packed = pack(raw)
        cut = packed[: data.draw(st.integers(5, len(packed) - 1))]
        with pytest.raises(BrokenError):
            whole(Inflated(io.BytesIO(cut), Limits()), 10**6)


@quick
@given(
    st.binary(min_size=1, max_size=60).filter(lambda raw: b"/" not in raw and b"\x00" not in raw)
)
def test_every_file_name_has_a_text_that_leads_back_to_it(raw: bytes) -> None:
    name = escaped(os.fsdecode(raw))
    name.encode()
    assert os.fsencode(unescaped(name)) == raw


@quick
@given(LINES)
@example("By " + "Ana Ruiz and " * 50)
@example("\ud800")
def test_a_text_keeps_its_promises(text: str) -> None:
    assume(not re.fullmatch(r"\s*\S*\.\w+\s*", text))  # "a.md" is refused as the name of a file
    promises.text_keeps_its_promises(text)


@quick
@given(MARKUP)
@example("<p>\x00\ud800</p>")
@example("<" * 500)
def test_a_page_keeps_its_promises(page: str) -> None:
    promises.page_keeps_its_promises(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{len(page)}")
def test_a_known_page_keeps_its_promises(page: str | bytes) -> None:
    promises.page_keeps_its_promises(page)


# Twenty-four rules share the texts, because a text costs much more to draw than to clean.
@pytest.mark.parametrize(
    "rules",
    [clean.RULES[row : row + 24] for row in range(0, len(clean.RULES), 24)],
    ids=lambda rules: rules[0].name,
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=LINES)
def test_the_ledger_can_rebuild_what_is_cut_from_the_examples_of_a_rule_and_any_text(
    rules: tuple[clean.Rule, ...], text: str
) -> None:
    for rule in rules:
        extracted = normalise.text("\n".join((*rule.drops[:2], text, *rule.keeps[:2])))
        cuts = clean.clean(extracted, kind="text")
        assert ledger.rebuild(ledger.apply(extracted, cuts), cuts) == extracted, rule.name


@settings(max_examples=15 * len(TAGGERS), deadline=None, suppress_health_check=list(HealthCheck))
@given(text=LINES)
def test_the_taggers_take_any_text(text: str) -> None:
    tag.tag(Document(normalise.text(text)))


@quick
@given(st.lists(LINES, max_size=6))
def test_copies_and_stories_take_any_texts(texts: list[str]) -> None:
    plain = [text.encode("utf-8", "replace").decode() for text in texts]
    found = copydesk.find_duplicates(plain)
    assert sorted(found.clusters.column("row").to_pylist()) == list(range(len(plain)))
    for row in found.pairs.to_pylist():
        assert row["row_a"] != row["row_b"]
        assert 0 <= row["jaccard"] <= 1
    assert copydesk.group_stories(plain).num_rows == len(plain)


def test_copies_of_a_text_are_found_among_hostile_texts() -> None:
    texts = [STORY * 3, *TEXTS, "\x00", "", " ", "\ud7ff" * 99, STORY * 3]
    clusters = copydesk.find_duplicates(texts).clusters.to_pylist()
    cluster = {row["row"]: row["cluster"] for row in clusters}
    assert cluster[0] == cluster[len(texts) - 1]


@pytest.mark.parametrize(
    "path",
    sorted((HERE / "cases").glob("*/*")),
    ids=lambda path: f"{path.parent.name}-{path.name[:12]}",
)
def test_what_the_fuzzer_once_found_stays_fixed(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_a_file_of_any_format_is_read_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (item,) = read_file(
        InputFile("a.html", str(tmp_path / "a.html")), fields=Fields(), limits=Limits()
    )
    assert not isinstance(item, Reject)
    assert pa.array([item.body]).type == pa.binary()
