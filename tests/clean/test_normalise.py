"""Normalising turns a plain text into the extracted text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.transforms import normalise

ANY = st.text(
    alphabet=st.characters(categories=["Lu", "Ll", "Mn", "Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Po"]),
    max_size=40,
)


@pytest.mark.parametrize(
    "newline", ["\r\n", "\r", "\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"]
)
def test_every_line_end_becomes_one_newline(newline: str) -> None:
    assert normalise.text(f"one{newline}two") == "one\ntwo"


def test_blank_lines_stay_blank_lines() -> None:
    assert normalise.text("one\r\n\r\ntwo") == "one\n\ntwo"


def test_no_break_and_zero_width_spaces_stay() -> None:
    assert normalise.text("10\u00a0km\u200b\u202f%") == "10\u00a0km\u200b\u202f%"


def test_controls_go_and_tabs_stay() -> None:
    assert normalise.text("a\x00\x1b[31mb\tc\x9b") == "a[31mb\tc"


def test_a_control_between_letter_and_accent_does_not_hide_the_pair() -> None:
    assert normalise.text("e\x00\u0301") == "é"


@given(ANY)
def test_the_result_is_nfc_encodable_and_has_one_kind_of_line_end(decoded: str) -> None:
    result = normalise.text(decoded)
    result.encode()
    assert unicodedata.is_normalized("NFC", result)
    assert result.split("\n") == result.splitlines() + (
        [""] if not result or result.endswith("\n") else []
    )


@given(ANY)
def test_normalising_twice_changes_nothing(decoded: str) -> None:
    once = normalise.text(decoded)
    assert normalise.text(once) == once
