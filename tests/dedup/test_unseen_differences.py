"""Texts that a reader cannot tell apart, or only by their typography, are copies of each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.flows.index import index_files
from copydesk.flows.pipeline import run
from copydesk.flows.recipe import from_toml
from copydesk.transforms.dedup import find_duplicates
from copydesk.transforms.dedup.shared_passages import shared_passages
from copydesk.transforms.dedup.shingle_definition import words
from copydesk.transforms.stories import term_counts

TEXT = """The council of Bergen said on Tuesday that the "light rail" to the airport won't open until May.

Mayor Elin Straße said the city's office had filed a claim of 4.5 million kroner against the firm. \
"It's a difficult affair," she told reporters at the café. Its director, Åse Flø, refused to comment.

Officials first noticed water in the eastern tunnel in March; a second leak followed on 3 April."""


def inside_words(character: str) -> Callable[[str], str]:
    """Return a function that puts a character into every long word."""
    return lambda text: " ".join(
        f"{word[:3]}{character}{word[3:]}" if len(word) > 5 else word for word in text.split(" ")
    )


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


DIFFERENCES: dict[str, Callable[[str], str]] = {
    "soft hyphens": inside_words("\u00ad"),
    "zero-width spaces": inside_words("\u200b"),
    "zero-width spaces beside spaces": lambda text: text.replace(" ", " \u200b"),
    "zero-width joiners": inside_words("\u200d"),
    "word joiners": inside_words("\u2060"),
    "byte order marks": inside_words("\ufeff"),
    "marks of direction": inside_words("\u200e"),
    "variation selectors": lambda text: text.replace(". ", ".\ufe0f "),
    "typographic quotes": lambda text: text.replace(' "', " “").replace('"', "”").replace("'", "’"),
    "guillemets": lambda text: text.replace(' "', " «").replace('"', "»"),
    "ligatures": lambda text: text.replace("ffi", "ﬃ").replace("fi", "ﬁ").replace("ff", "ﬀ"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0", 30),
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "full-width letters": full_width,
    "HTML escapes": lambda text: text.replace('"', "&quot;").replace("'", "&#8217;"),
    "escaped letters and spaces": lambda text: (
        text.replace("é", "&eacute;").replace("Å", "&#xC5;").replace("4.5 ", "4.5&nbsp;")
    ),
}


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_a_copy_that_differs_only_in_what_nobody_sees_is_folded(difference: str) -> None:
    other = DIFFERENCES[difference](TEXT)
    assert other != TEXT
    assert words(other) == words(TEXT)
    for texts in ([TEXT, other], [other, TEXT]):
        found = find_duplicates(texts)
        (pair,) = found.pairs.to_pylist()
        assert pair["jaccard"] == 1
        assert (pair["may_go"], pair["kept_may_go"]) == pytest.approx((1, 1), abs=0.01)
        assert found.clusters["cluster"].to_pylist() == [0, 0]


def test_the_non_joiner_of_persian_separates_words_like_a_space() -> None:
    assert words("می\u200cخواهم") == words("می خواهم")


def test_a_shared_passage_has_its_place_in_the_text_as_it_is_stored() -> None:
    stored = "Now: the of\u00adfice of Caf&eacute; Flor\u200b closed."
    (found,) = shared_passages(stored, "Then the office of Café Flor opened.")
    assert stored[found.start : found.end] == "the of\u00adfice of Caf&eacute; Flor"
    assert found.n_words == 5
    (chinese,) = shared_passages("東京\u200b大学が", "今日東京大学")
    assert (chinese.start, chinese.end, chinese.n_words) == (0, 5, 4)


def test_soft_hyphens_change_no_word_of_a_story() -> None:
    plain, hyphened = (
        term_counts.count([text], [None]) for text in (TEXT, inside_words("\u00ad")(TEXT))
    )
    assert plain.slots.tolist() == hyphened.slots.tolist()


def test_an_index_of_an_earlier_normaliser_names_the_command_that_rebuilds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("a.txt", TEXT), ("b.txt", TEXT.replace("tunnel", "station"))):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with monkeypatch.context() as earlier:
        earlier.setattr(index_files, "NORMALISER_VERSION", 1)
        run.run([str(tmp_path / "a.txt")], warehouse=tmp_path / "wh", recipe=from_toml(""))
    with pytest.raises(ValueError, match="copydesk index rebuild") as refused:
        run.run([str(tmp_path / "b.txt")], warehouse=tmp_path / "wh", recipe=from_toml(""))
    assert "made by another version of copydesk (normaliser 1, now 2)" in str(refused.value)
    assert "recipe" not in str(refused.value)  # No recipe can set the normaliser.
