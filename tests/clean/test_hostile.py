"""Cleaning never fails and can be undone, whatever a text contains."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.transforms import clean, ledger


def test_a_line_that_ends_in_boilerplate_ten_thousand_times_loses_all_of_it() -> None:
    line = "Rain fell all day. " + "Read more. " * 10_000
    removed = clean.clean(line)
    assert ledger.apply(line, removed).rstrip() == "Rain fell all day."


PIECES = st.sampled_from(
    [
        "The river rose again at noon, and the lock was closed.",
        "Read more: What the flood left",
        "Read more",
        "Leave a Comment",
        "Name *",
        "Email",
        "Advertisement",
        "Share on Facebook",
        "Photo: Ana Ruiz",
        "(AP Photo/Bo Li)",
        "“Read more,” she said.",
        " Read more »",
        "Hot Topics",
        "Lesen Sie auch: Flut",
        "Correction: an earlier version misspelled the name of the port.",
        "Ten bridges to see this summer",
        "12 Comments",
        "",
        " ",
        "\u00a0",
        "—",
        "© 2020 Harbour Post",
        "Skip to content\nMenu\nWorld\nHarbour\nLog in\nSubscribe",
        "Related Articles\nFive soups for a cold day\nMayor of Lock City resigns\nPrivacy Policy",
        "İstanbul'da yağmur",
        "ǅ",
        "Continue reading the main story The river rose.",
        "雨が降った。",
        "﷽",
        "\u200b",
        "a\u0301",
    ]
)
TEXTS = st.one_of(
    st.lists(
        st.tuples(PIECES, PIECES, st.sampled_from(["", " ", ". ", "\n", ".", "\t"])), max_size=14
    ).map(lambda parts: "\n".join(a + glue + b for a, b, glue in parts)),
    st.text(max_size=200),
)
KINDS = st.sampled_from(["text", "page"])


@given(TEXTS, KINDS)
@settings(max_examples=100, deadline=None)
def test_text_and_ledger_rebuild_the_extracted_text(text: str, kind: clean.Kind) -> None:
    removed = clean.clean(text, kind=kind)
    assert ledger.rebuild(ledger.apply(text, removed), removed) == text


@given(TEXTS, KINDS)
@example("a\u0301\n", "text")
@example(f"a\u0301\n{' ' * 90}", "text")
@settings(max_examples=100, deadline=None)
def test_cleaning_twice_changes_nothing(text: str, kind: clean.Kind) -> None:
    once = ledger.apply(text, clean.clean(text, kind=kind))
    assert clean.clean(once, kind=kind) == ()


@given(TEXTS, KINDS)
@settings(max_examples=80, deadline=None)
def test_cleaning_what_an_earlier_stage_left_continues_where_it_stopped(
    text: str, kind: clean.Kind
) -> None:
    removed = clean.clean(text, kind=kind)
    assert clean.clean(text, removed=removed, kind=kind) == ()


@given(TEXTS)
@settings(max_examples=80, deadline=None)
def test_no_blank_line_is_left_and_nothing_is_rewritten(text: str) -> None:
    left = ledger.lines(text, clean.clean(text))
    assert left == [""] or all(line.strip() for line in left)
    original = iter(text.split("\n"))
    assert left == [""] or all(any(line in source for source in original) for line in left)
