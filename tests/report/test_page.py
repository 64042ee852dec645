"""The report as text: complete, without scripts, and the same for the same data."""

from __future__ import annotations

import html.parser
import re
import sys
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import made
import pytest

from copydesk.flows import report
from copydesk.flows.pipeline.summary import Facts, keep
from copydesk.flows.report import charts, collect
from copydesk.flows.report import page as page_code
from copydesk.flows.report.data import Data


@pytest.fixture(scope="module")
def page() -> str:
    return report.report(made.ordinary())


@pytest.fixture(scope="module")
def attacked() -> str:
    return report.report(made.hostile())


class _Parts(html.parser.HTMLParser):
    """The elements, attributes and visible words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def test_the_same_data_give_the_same_page(page: str) -> None:
    assert report.report(made.ordinary()) == page


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    attributes = _Parts(page).attributes
    assert {
        value for _, name, value in attributes if name in {"src", "href", "action", "xlink:href"}
    } <= {
        "#main",
        "#flow",
        "#rules",
        "#outlets",
        "#copies",
        "#stories",
        "#spread",
        "#cost",
    }
    assert "url(" not in page.split("</style>", maxsplit=1)[0]


def test_no_document_adds_an_element_or_a_handler(page: str, attacked: str) -> None:
    parts = _Parts(attacked)
    assert {"script", "img", "iframe", "plaintext", "textarea"}.isdisjoint(parts.tags)
    assert not [name for _, name, _ in parts.attributes if name.startswith("on")]
    assert set(parts.tags) == set(_Parts(page).tags)


def test_the_policy_forbids_scripts_and_every_style_but_our_own(page: str) -> None:
    policy = next(
        value
        for tag, name, value in _Parts(page).attributes
        if (tag, name) == ("meta", "content") and "default-src" in value
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [1 for _, name, _ in _Parts(page).attributes if name == "style"]


def test_overrides_of_direction_and_control_characters_are_shown_not_obeyed(attacked: str) -> None:
    assert not [c for c in attacked if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"]
    assert "\\u202eevil" in attacked


def test_a_run_without_documents_has_a_page_too() -> None:
    facts = Facts(
        run_id="r",
        snapshot_id=None,
        started_at="2026-03-01T06:00:00+00:00",
        finished_at="2026-03-01T06:00:01+00:00",
    )
    page = report.report(Data(facts=facts))
    assert "The run found no documents." in page
    assert "No copies were found." in page


@pytest.mark.parametrize(
    "text",
    [
        *("".join(map(chr, range(start, start + 0x300))) for start in (0, 0x600, 0xC00, 0x2000)),
        "\ud800\udfff\ufffe\uffff",
        "<&>\"'" * 20,
        "e" + "\u0301" * 300,
        "\U0001f469\u200d\U0001f467" * 40,
    ],
    ids=lambda text: f"U+{ord(text[0]):04X}",
)
def test_no_label_can_crash_the_drawing_of_a_chart(text: str) -> None:
    chunks = [text[i : i + 70] for i in range(0, len(text), 70)]
    drawn = charts.bars(dict.fromkeys(chunks, 1.0), title="n", says=text[:50])
    assert drawn.wide.startswith("<svg ")


def test_dates_are_on_a_time_axis_with_gaps() -> None:
    days = {date(2026, 3, 1): 5, date(2026, 3, 2): 5, date(2026, 3, 11): 5}
    drawn = charts.days(days, title="documents", says="dates").wide
    first, second, third = (float(x) for x in re.findall(r'<rect x="([\d.]+)"', drawn))
    assert round((third - second) / (second - first)) == 9


@pytest.mark.parametrize(("days", "unit"), [(30, "day"), (300, "month"), (9_000, "year")])
def test_a_longer_time_is_shown_by_months_or_years(days: int, unit: str) -> None:
    values = {date(1990, 1, 1): 1, date(1990, 1, 1) + timedelta(days): 3}
    assert f"documents by {unit}" in charts.days(values, title="documents", says="dates").narrow


def test_shared_passages_are_marked_without_regard_to_case() -> None:
    kept = made.Copy("a" * 32, None, None, None, "He said the OLD bridge is closed.")
    copy = made.Copy("b" * 32, None, None, None, "Today the old Bridge is closed again.")
    texts = page_code.side_by_side(made.Cluster(2, 2, kept, (copy,)))
    assert texts is not None
    assert texts[1] == "Today <mark>the old Bridge is closed</mark> again."


def test_a_run_that_skipped_known_documents_says_so(page: str) -> None:
    assert "60 documents were already known and were not processed again" in page


def test_the_short_name_of_a_run_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    for name in ("../x", "a/b", "", ".hidden", "a\x00b"):
        with pytest.raises(KeyError):
            report.page_path(tmp_path, name)


def test_facts_are_the_same_after_writing_and_reading_them(tmp_path: Path) -> None:
    keep(tmp_path, made.FACTS)
    text = (tmp_path / "reports" / f"{made.FACTS.run_id}.json").read_text(encoding="utf-8")
    assert Facts.from_json(text) == made.FACTS
    assert Facts.from_json(text.replace('"warnings"', '"of_a_newer_version"')) == replace(
        made.FACTS, warnings=()
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"run_id": 1}'])
def test_a_damaged_record_is_named_not_misread(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Facts.from_json(text)


def test_every_colour_of_the_charts_has_one_for_the_dark(page: str) -> None:
    style = page.split("<style>")[1].split("</style>", maxsplit=1)[0]
    used = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', page))
    assert used <= set(re.findall(r'="(#[0-9a-f]{3,6})"', style))


def test_coverage_names_are_columns_of_articles() -> None:
    from copydesk.transforms.snapshot_schemas import ARTICLES

    assert set(collect.COVERAGE) <= set(ARTICLES.names)
    assert sys.modules["copydesk.flows.report.collect"] is collect
