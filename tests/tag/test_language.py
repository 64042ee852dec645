from __future__ import annotations

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

from copydesk.transforms.article import Given
from copydesk.transforms.tag import language as languages
from copydesk.transforms.tag.lookup import language_loop
from tests.tag.pages import PROSE, article, page_tags, text_tags


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PROSE, "en"),
        (
            "Der Fluss stieg in der Nacht zum Montag um einen Meter, und die Fähre zur Insel blieb bis zum Mittag im Hafen.",
            "de",
        ),
        (
            "Le fleuve est monté d'un mètre dans la nuit de lundi et le bac vers l'île est resté au port jusqu'à midi.",
            "fr",
        ),
        (
            "El río subió un metro el lunes por la noche y el transbordador a la isla quedó en el puerto hasta el mediodía.",
            "es",
        ),
        (
            "Река поднялась на метр в ночь на понедельник, и паром на остров до полудня оставался в порту, сообщили власти.",
            "ru",
        ),
        (
            "月曜日の夜に川の水位が一メートル上がり、島への連絡船は正午まで港にとどまったと当局が明らかにした。雨は火曜日も続く見込みだ。",
            "ja",
        ),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    tags = text_tags(text)
    assert tags.values["language"] == language
    assert 0.5 <= float(str(tags.values["language_confidence"])) <= 1


def test_a_short_text_takes_the_pages_own_language() -> None:
    tags = page_tags(article(lang="nb-NO"), text="Regn.")
    assert (
        tags.values["language"],
        tags.values["language_confidence"],
        tags.evidence["language"],
    ) == ("no", None, "markup")


def test_a_given_language_wins_and_the_difference_is_on_record() -> None:
    tags = text_tags(PROSE, given=Given(language="de"))
    assert (tags.values["language"], tags.evidence["language"]) == ("de", "given; text differs")


def test_sections_come_from_the_page_or_the_input() -> None:
    head = "<meta property='article:section' content='Weather'>"
    assert page_tags(article(head)).values["section"] == "Weather"
    assert (
        page_tags(article(head), given=Given(section="Rivers")).evidence["section"]
        == "given; meta differs"
    )


TEXTS = (
    PROSE,
    "Der Fluss stieg um einen Meter, und die Brücke blieb gesperrt. Größe, Straße, Äpfel.",
    "Река поднялась на метр, и паром остался в порту.",
    "川の水位が一メートル上がり、連絡船は港にとどまった。",
    "ارتفع النهر مترا واحدا ليلة الاثنين وبقيت العبارة في الميناء.",
    "zzz \x00\x7f ÿÿ 12",
    "e",
)


@pytest.fixture(scope="module")
def vendor() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", TEXTS)
def test_the_tree_finds_the_features_of_the_vendors_automaton(
    vendor: LanguageIdentifier, text: str
) -> None:
    encoded = text.encode()
    counted = visit_counts(vendor.tk_nextmove, vendor._rowbase, vendor.tk_output, encoded) or {}
    seen = np.empty(len(encoded), np.int32)
    n = language_loop.find_features(
        seen, np.frombuffer(encoded, np.uint8), languages.model().tables
    )
    assert dict(zip(*np.unique(seen[:n], return_counts=True), strict=True)) == dict(counted)


@pytest.mark.parametrize("text", TEXTS[:5])
def test_weights_of_one_byte_hardly_change_a_probability(
    vendor: LanguageIdentifier, text: str
) -> None:
    code, probability = vendor.classify(text)
    assert languages.classify(text) == (code, pytest.approx(float(probability), abs=0.01))
