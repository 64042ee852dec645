"""The wording model finds boilerplate that no rule matches."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.transforms import clean, ledger
from copydesk.transforms.clean import wording_model
from copydesk.transforms.clean.fold_text import folded

from .articles import ARTICLES

# No rule matches these.
BOILERPLATE = {
    "hr": (
        "Registrirajte se i ostavite komentar",
        "Pročitajte sve komentare čitatelja",
        "Komentirajte i vi ovu vijest",
    ),
}
LOOK_ALIKES = {
    "hr": (
        "Bilten škole čita tisuću roditelja.",
        "Što sada slijedi gradu",
        "Policija je podijelila fotografiju tražene osobe.",
    ),
    "en": (
        "The mailing list of the club was stolen in May.",
        "What the town learned",
        "The police shared a picture of the boat on Facebook.",
        "Photo of a bear in the square alarms the town",
    ),
}
PLACES, GAPS = (2, 3), ("\n", "\n\n")


def _placed(line: str, language: str) -> list[str]:
    article = ARTICLES[language]
    return [gap.join((*article[:at], line, *article[at:])) for at in PLACES for gap in GAPS]


@pytest.mark.parametrize(
    ("language", "line"), [(code, line) for code, lines in BOILERPLATE.items() for line in lines]
)
def test_a_line_that_reads_like_boilerplate_goes_and_takes_nothing_with_it(
    language: str, line: str
) -> None:
    for text in _placed(line, language):
        removed = clean.clean(text)
        assert ledger.apply(text, removed).split("\n") == list(ARTICLES[language])
        assert "wording_model" in {removal.rule for removal in removed}


@pytest.mark.parametrize(
    ("language", "line"), [(code, line) for code, lines in LOOK_ALIKES.items() for line in lines]
)
def test_a_sentence_or_heading_that_looks_like_it_stays(language: str, line: str) -> None:
    for text in _placed(line, language):
        assert line in ledger.apply(text, clean.clean(text)).split("\n")


def test_a_line_above_the_first_paragraph_goes_if_the_text_repeats_none_of_its_words() -> None:
    line, article = BOILERPLATE["hr"][0], ARTICLES["hr"]
    text = "\n".join((line, *article))
    assert ledger.apply(text, clean.clean(text)).split("\n") == list(article)
    about_it = (*article[:2], "Čitatelji su mogli ostaviti komentar do petka navečer.")
    assert clean.clean("\n".join((line, *about_it))) == ()


def test_the_switches_of_the_models_and_of_the_rule_s_name_turn_it_off() -> None:
    text = _placed(BOILERPLATE["hr"][0], "hr")[0]
    for options in (clean.Options(line_model=False), clean.Options(disabled=("wording_model",))):
        assert clean.clean(text, options=options) == ()


def test_a_page_is_left_to_the_page_model() -> None:
    assert clean.clean(_placed(BOILERPLATE["hr"][0], "hr")[0], kind="page") == ()


def test_the_more_labels_a_text_has_the_surer_the_model_must_be() -> None:
    lines = ["Pročitajte i ovo", *(f"Novi most {n}" for n in "abcdefgh")]
    low = [folded(line) for line in (ARTICLES["hr"][0], *lines)]
    few, many = (
        wording_model.threshold_of(wording_model.model(), labels) for labels in (1, len(lines))
    )
    assert few < many
    assert wording_model.lines_to_cut(low, low, []) == [
        1 + n
        for n, odds in enumerate(wording_model.log_odds(low[1:], wording_model.model()).tolist())
        if odds > many
    ]


def test_known_lines_are_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording_model, "_MANY_LINES", 4)
    monkeypatch.setattr(wording_model, "_KNOWN_ODDS", known := dict[str, float]())
    low = [folded(line) for line in (*BOILERPLATE["hr"], *LOOK_ALIKES["hr"], *LOOK_ALIKES["en"])]
    expected = wording_model.log_odds(low, wording_model.model()).tolist()
    found = [wording_model.odds_of([line, low[0], line]) for line in low]
    assert found == [[odds, expected[0], odds] for odds in expected]
    assert len(known) <= 4 + 2


def test_both_forms_of_the_walk_find_the_same_features() -> None:
    lines = [
        f" {line} "
        for paragraphs in ARTICLES.values()
        for line in map(folded, (*paragraphs, "a", "12:30 - x", "© 2024", "don't / ask"))
    ]
    starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    codes = np.frombuffer("".join(lines).encode("utf-32-le"), np.uint32)
    known = wording_model.model()
    found = wording_model._kernel()(codes, starts, known.weights, known.step)[:2]
    for compiled, plain in zip(found, wording_model.features_in_python(lines), strict=True):
        assert np.array_equal(compiled, plain)


def test_cleaning_again_removes_nothing_more() -> None:
    lines = (*BOILERPLATE["hr"], "Rubrika: Grad", "Čitajte i dalje")
    text = "\n".join((*ARTICLES["hr"], *lines))
    left = ledger.apply(text, clean.clean(text))
    assert clean.clean(left) == ()
