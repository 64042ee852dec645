"""Text and ledger rebuild the extracted text, whatever up to three stages cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.transforms import ledger
from copydesk.transforms.ledger import Cut, Removal

TEXTS = st.text(alphabet="ab \n\u00a0é", max_size=30)


@st.composite
def cut_text(draw: st.DrawFn) -> tuple[str, tuple[Removal, ...], str]:
    """Draw a text, the removals of up to three stages, and what must be left."""
    extracted = draw(TEXTS)
    removed: tuple[Removal, ...] = ()
    expected = extracted
    for stage in range(draw(st.integers(0, 3))):
        cuts, kept = [], []
        for number, line in enumerate(ledger.lines(extracted, removed)):
            choice = draw(st.sampled_from(("keep", "drop", "trim")))
            if choice == "drop":
                cuts.append(Cut(number, f"rule_{stage}"))
                continue
            start = draw(st.integers(0, len(line))) if choice == "trim" else 0
            end = draw(st.integers(start, len(line))) if choice == "trim" else 0
            if choice == "trim":
                cuts.append(Cut(number, f"rule_{stage}", 1, start, end))
            kept.append(line[:start] + line[end:])
        removed += ledger.cut(extracted, removed, cuts)
        expected = "\n".join(kept)
    return extracted, removed, expected


@given(cut_text())
def test_the_text_is_the_lines_that_no_stage_cut_joined_by_newlines(
    case: tuple[str, tuple[Removal, ...], str],
) -> None:
    extracted, removed, expected = case
    assert ledger.apply(extracted, removed) == expected


@given(cut_text())
def test_text_and_ledger_rebuild_the_extracted_text(
    case: tuple[str, tuple[Removal, ...], str],
) -> None:
    extracted, removed, expected = case
    assert ledger.rebuild(expected, removed) == extracted
    assert all(r.start < r.end and r.text == extracted[r.start : r.end] for r in removed)


@given(cut_text())
def test_kept_lines_are_the_lines_left_that_are_not_blank(
    case: tuple[str, tuple[Removal, ...], str],
) -> None:
    extracted, removed, expected = case
    left = [line for line in expected.split("\n") if line.strip()]
    spans = ledger.kept_lines(extracted, removed)
    assert len(spans) == len(left)
    for (start, end), line in zip(spans, left, strict=True):
        assert extracted[start] == line[0]
        assert extracted[end - 1] == line[-1]


def test_the_last_line_takes_the_newline_before_it() -> None:
    assert ledger.cut("a\nAd", (), [Cut(1, "ad")]) == (Removal(1, 4, "\nAd", "ad", 1),)


def test_neighbouring_last_lines_do_not_overlap() -> None:
    removed = ledger.cut("a\nAd\nAd", (), [Cut(1, "ad"), Cut(2, "ad")])
    assert [r.text for r in removed] == ["\nAd", "\nAd"]


@pytest.mark.parametrize(
    ("extracted", "first", "n_lines", "passage", "left"),
    [
        ("a\n\n\nb", 1, 2, "\n\n", "a\nb"),
        ("\n\nb", 0, 2, "\n\n", "b"),
        ("a\n\n\n", 1, 3, "\n\n\n", "a"),
        ("\n\n", 0, 3, "\n\n", ""),
    ],
)
def test_a_run_of_blank_lines_is_one_passage(
    extracted: str, first: int, n_lines: int, passage: str, left: str
) -> None:
    removed = ledger.cut(extracted, (), [Cut(first, n_lines=n_lines)])
    assert [r.text for r in removed] == [passage]
    assert ledger.apply(extracted, removed) == left


def test_a_line_between_two_earlier_cuts_is_cut_in_two_pieces() -> None:
    removed = ledger.cut("a\nAd\nBy B", (), [Cut(1, "ad")])
    assert [r.text for r in ledger.cut("a\nAd\nBy B", removed, [Cut(1, "byline")])] == [
        "\n",
        "By B",
    ]


def test_overlapping_cuts_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        ledger.cut("abcdef", (), [Cut(0, "one", 1, 0, 4), Cut(0, "two", 1, 3, 6)])


def test_overlapping_removals_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        ledger.apply("abcdef", [Removal(0, 4, "abcd", "one", 1), Removal(3, 6, "def", "two", 1)])
