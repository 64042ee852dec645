"""The page corpus has a folder for each page, named for what the page shows."""

import pytest

from tests.pages import gate


@pytest.mark.parametrize("case", gate.cases())
def test_a_page_is_extracted_at_least_as_well_as_before(case: str) -> None:
    assert gate.score(case) >= gate.floors()[case], (
        "run python -m tests.pages.gate to see the scores; only --lower lowers a floor"
    )


@pytest.mark.parametrize(
    "case", [case for case in gate.cases() if "refused" in gate.expected_fields(case)]
)
def test_a_page_without_article_is_refused_with_the_reason(case: str) -> None:
    refused = gate.article(case).refused
    assert refused is not None
    assert refused.reason == gate.expected_fields(case)["refused"]


def test_every_case_has_a_floor_and_every_floor_a_case() -> None:
    assert sorted(gate.floors()) == gate.cases()
