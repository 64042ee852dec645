from __future__ import annotations

import pytest

from tests.tag.pages import PROSE, text_tags


@pytest.mark.parametrize(
    ("sentence", "cited"),
    [
        ("The river will rise, Reuters reported citing three sources.", ("Reuters",)),
        ("An official speaking to Reuters anonymously said so.", ("Reuters",)),
        ("The mayor told CNN that rain would fall.", ("CNN",)),
        ("The mayor told the BBC that rain would fall.", ("BBC",)),
        ("Rain will fall, the mayor told the BBC.", ("BBC",)),
        ("The river will rise, according to AFP.", ("AFP",)),
        ("According to the New York Times, rain will fall.", ("The New York Times",)),
        ("Rain will fall, The Guardian reported.", ("The Guardian",)),
        ('The mayor told CNBC "We are ready for the rain."', ("CNBC",)),
        ("Rain will fall, Japan's Kyodo reported.", ("Kyodo",)),
        (
            "The Wall Street Journal reported rain. The Journal reported snow, too.",
            ("The Wall Street Journal",),
        ),
        ("Reuters reported rain. The mayor told AFP it would last.", ("Reuters", "AFP")),
    ],
)
def test_outlets_a_text_reports_from_are_cited(sentence: str, cited: tuple[str, ...]) -> None:
    assert text_tags(f"{sentence} {PROSE}").values["sources_cited"] == cited


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        (
            "Das sagte der Minister laut dpa am Montag in Berlin, und der Fluss stieg weiter.",
            ("dpa",),
        ),
        (
            "Le fleuve est monté d'un mètre dans la nuit de lundi à mardi, selon l'AFP.",
            ("AFP",),
        ),
        (
            "Selon Reuters, le fleuve est monté d'un mètre dans la nuit de lundi à mardi.",
            ("Reuters",),
        ),
        ("Según EFE, el río subió un metro el lunes por la noche en la ciudad.", ("EFE",)),
    ],
)
def test_sources_are_cited_in_other_languages(text: str, cited: tuple[str, ...]) -> None:
    assert text_tags(text).values["sources_cited"] == cited


@pytest.mark.parametrize(
    "sentence",
    [
        "People told us that time flies.",
        "It was the first time the sun reported for duty.",
        "The mayor told Time is running out.",
        "He bought Reuters shares.",
        "Google Inc reported higher revenue.",
        "According to the National Bureau of Statistics, prices rose.",
        "According to RBC Capital Markets, prices rose.",
        "She told Mirror Lake visitors to leave.",
    ],
)
def test_everyday_words_are_not_sources(sentence: str) -> None:
    assert text_tags(f"{sentence} {PROSE}").values["sources_cited"] == ()


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (f"LONDON (Reuters) - {PROSE}", "Reuters"),
        (f"{PROSE} (dpa)", "dpa"),
        (f"{PROSE}\nQuelle: dpa", "dpa"),
        (f"{PROSE}\n© AFP", "AFP"),
        (f"{PROSE}\nŹródło: PAP", "PAP"),
        (f"{PROSE}\n来源：新华社", "Xinhua"),
        (f"{PROSE}\n（共同）", "Kyodo"),
        (f"{PROSE}\nAssociated Press", "Associated Press"),
        (f"{PROSE}\nTheo TTXVN", "VNA"),
        (f"{PROSE}\n© dpa-infocom, dpa:240303-99-12345/2", "dpa"),
        (
            f"{PROSE}\nThis report by The Canadian Press was first published March 3, 2024.",
            "Canadian Press",
        ),
        (f"{PROSE}\nRead the full report", None),
        (f"{PROSE}\nSource: the town hall", None),
        (f"Rain in Rome\nBy Ana Ruiz, AP\n{PROSE}", "Associated Press"),
        (f"QAMISHLI, Syria (North Press) – {PROSE}", None),
        (PROSE, None),
        (f"The mayor told Reuters so. {PROSE}", None),
    ],
)
def test_the_agency_that_wrote_the_text(text: str, agency: str | None) -> None:
    assert text_tags(text).values["wire_source"] == agency


@pytest.mark.parametrize("printed", ["AP", "The Associated Press", "Associated Press"])
def test_an_agency_has_the_same_name_everywhere(printed: str) -> None:
    values = text_tags(f"LIMA ({printed}) - {PROSE}").values
    assert values["dateline_agency"] == values["wire_source"] == "Associated Press"
