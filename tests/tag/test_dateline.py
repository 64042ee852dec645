from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import copydesk
from copydesk.transforms import tag
from copydesk.transforms.article import Document
from copydesk.transforms.ledger import apply
from copydesk.transforms.tag.datelines.dateline_parser import parse
from tests.tag.pages import text_tags

REST = "The minister said on Friday that the river had risen."


@pytest.mark.parametrize(
    ("line", "place", "country", "agency"),
    [
        ("QAMISHLI, Syria (North Press) – ", "QAMISHLI", "Syria", "North Press"),
        ("LONDON, Jan 5 (Reuters) - ", "LONDON", "United Kingdom", "Reuters"),
        ("WASHINGTON  (Reuters) - ", "WASHINGTON", "United States", "Reuters"),
        ("WASHINGTON (AP) — ", "WASHINGTON", "United States", "AP"),
        ("WASHINGTON — ", "WASHINGTON", "United States", None),
        ("UVALDE, Texas — ", "UVALDE", "Texas", None),
        ("ST. LOUIS (AP) — ", "ST. LOUIS", "United States", "AP"),
        ("PORT-AU-PRINCE, Haiti — ", "PORT-AU-PRINCE", "Haiti", None),
        ("LONDON/PARIS (Reuters) - ", "LONDON/PARIS", "United Kingdom", "Reuters"),
        ("NEW YORK, Jan. 5, 2024 /PRNewswire/ -- ", "NEW YORK", "United States", "PRNewswire"),
        ("BEIJING, Jan. 5 (Xinhua) -- ", "BEIJING", "China", "Xinhua"),
        ("MOSCOW, January 5. /TASS/. ", "MOSCOW", "Russia", "TASS"),
        ("Berlin (dpa) - ", "Berlin", "Germany", "dpa"),
        ("Berlin (dpa/lno) - ", "Berlin", "Germany", "dpa"),
        ("MADRID, 5 (EUROPA PRESS) ", "MADRID", "Spain", "EUROPA PRESS"),
        ("Frankfurt/Main (dpa) - ", "Frankfurt/Main", "Germany", "dpa"),
        ("PARIS (AFP) - ", "PARIS", "France", "AFP"),
        ("Madrid, 5 ene (EFE).- ", "Madrid", "Spain", "EFE"),
        ("Lisboa, 05 jan 2024 (Lusa) – ", "Lisboa", "Portugal", "Lusa"),
        ("Wien (APA) - ", "Wien", "Austria", "APA"),
        ("New Delhi, Jan 5 (PTI) ", "New Delhi", "India", "PTI"),
        ("Hong Kong (CNN) — ", "Hong Kong", "Hong Kong", "CNN"),
        ("(CNN) — ", None, None, "CNN"),
        ("МОСКВА, 5 янв — РИА Новости. ", "МОСКВА", "Russia", "РИА Новости"),
        ("(ANSA) - MILANO, 5 GEN - ", "MILANO", "Italy", "ANSA"),
        ("NEW YORK--(BUSINESS WIRE)--", "NEW YORK", "United States", "BUSINESS WIRE"),
        ("NEW DELHI: ", "NEW DELHI", "India", None),
    ],
)
def test_datelines_are_parsed(
    line: str, place: str | None, country: str | None, agency: str | None
) -> None:
    found = parse(line + REST)
    assert (found.place, found.country, found.agency) == (place, country, agency)
    assert found.end > 0
    assert (line + REST)[found.end :].lstrip() == REST


@pytest.mark.parametrize(
    "line",
    [
        "NATO — ",
        "UPDATE — ",
        "BREAKING (Reuters) - ",
        "OPINION: ",
        "Apple (AAPL) - ",
        "Mr Smith (Labour) - ",
        "Smith (R) — ",
        "John Kerry (D) – ",
        "John Smith (left) - ",
        "Paris – ",
        "By John Smith - ",
        "In the end (maybe) - ",
        "Mr. Smith – ",
        "The river — ",
        "UNICEF — ",
        "COVID-19 — ",
        "Q&A — ",
        "",
        "— ",
        "PARIS ",
    ],
)
def test_look_alikes_are_not_datelines(line: str) -> None:
    assert parse(line + REST).end == 0


def test_a_dateline_stays_in_the_text() -> None:
    tags = text_tags(f"LONDON, Jan 5 (Reuters) - {REST}")
    assert tags.removed == ()
    assert tags.values["dateline_place"] == "LONDON"


def test_the_recipe_can_take_a_dateline_out() -> None:
    text = f"Rain in London\nLONDON (Reuters) - {REST} And more of it fell all through the night."
    tags = tag.tag(Document(text), options=tag.Options(cut_dateline=True))
    assert [cut.rule for cut in tags.removed] == ["headline", "dateline"]
    assert apply(text, tags.removed).startswith("The minister said")


def test_a_day_without_year_takes_the_year_nearest_to_the_fetch() -> None:
    tags = text_tags(
        f"LONDON, Dec 31 (Reuters) - {REST}", fetched_at=datetime(2024, 1, 2, tzinfo=UTC)
    )
    assert tags.values["dateline_date"] == date(2023, 12, 31)
    assert tags.values["published_date"] == date(2023, 12, 31)


def test_a_day_without_year_stays_unknown_if_nothing_gives_the_year() -> None:
    tags = text_tags(f"LONDON, Dec 31 (Reuters) - {REST}")
    assert tags.values["dateline_date"] is None
    assert tags.values["published_date"] is None


@pytest.mark.parametrize(
    ("line", "place", "agency"),
    [
        ("PALO ALTO, California/MEMPHIS, Tennessee (Reuters) - ", "PALO ALTO/MEMPHIS", "Reuters"),
        ("SAN FRANCISCO/LIMA/NEW YORK (Reuters) - ", "SAN FRANCISCO/LIMA/NEW YORK", "Reuters"),
        ("BEIJING  Dec 5 (Reuters) - ", "BEIJING", "Reuters"),
        ("Jan 5 (Reuters) - ", None, "Reuters"),
        ("**LONDON (Reuters)** - ", "LONDON", "Reuters"),
        ("CNN — ", None, "CNN"),
        ("Valencia (España), 5 ene (EFE).- ", "Valencia", "EFE"),
        ("Hà Nội, 14/5 (TTXVN) - ", "Hà Nội", "TTXVN"),
        ("SPLIT, 14. svibnja (Hina) - ", "SPLIT", "Hina"),
    ],
)
def test_datelines_of_several_places_of_none_and_in_bold(
    line: str, place: str | None, agency: str
) -> None:
    found = parse(f"{line}The river rose again at noon, officials said.")
    assert (found.place, found.agency, found.end) == (place, agency, len(line))


def test_a_ticker_is_not_an_agency() -> None:
    assert parse("LOCK CORP (LOCK.N) - The river rose again at noon.").end == 0


def test_a_dateline_after_a_note_names_the_agency() -> None:
    text = "(Corrects the year) By Ana Ruiz LIMA (Reuters) - The river rose again at noon, officials said."
    assert copydesk.clean_text(text).wire_source == "Reuters"


def test_a_dateline_on_a_line_of_its_own_stays_and_is_read() -> None:
    article = copydesk.clean_text(
        "LONDON, Jan 5 (Reuters)\nThe river rose again at noon, officials said."
    )
    assert (article.dateline_place, article.wire_source) == ("LONDON", "Reuters")


def test_a_listed_place_on_a_line_of_its_own_is_the_dateline_without_an_agency() -> None:
    said = (
        "The river rose again at noon, officials said, and the ferry stayed in port until evening."
    )
    for line in ("OSLO", "RECIFE —", "NAIROBI, Kenya —"):
        place = copydesk.clean_text(f"{line}\n{said}").dateline_place
        assert place == line.split(",")[0].strip(" —")
    for line in ("UPDATE", "OSLO, again", "Oslo"):
        assert copydesk.clean_text(f"{line}\n{said}").dateline_place is None
