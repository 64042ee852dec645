"""A redesign of an outlet is reported as drift, and ordinary weeks are not."""

from __future__ import annotations

import random
from dataclasses import replace

import pyarrow as pa
import pytest

from copydesk.transforms import drift
from copydesk.transforms.drift import OutletProfile

OUTLETS = [f"outlet{i}.example" for i in range(10)]


def day(rng: random.Random, outlet: str, weekend: bool = False) -> OutletProfile:
    """Return an ordinary run of an outlet: about 40 documents, and fewer at weekends."""
    n = max(1, round(rng.gauss(20 if weekend else 40, 5)))
    share = 0.6 + 0.03 * (int(outlet[6]) % 10)

    def some(p: float) -> int:
        return sum(rng.random() < p for _ in range(n))

    words = [rng.gauss(450, 180) for _ in range(n)]
    chars = round(sum(words) * 6)
    return OutletProfile(
        outlet,
        n,
        some(0.04),
        round(sum(words)),
        chars,
        round(chars * rng.gauss(0.12, 0.02)),
        some(share),
        some(0.95),
        {"share_bar": some(0.5), "related": some(0.9)},
        "r1",
    )


def weeks(seed: int, n_runs: int) -> list[tuple[OutletProfile, ...]]:
    rng = random.Random(seed)
    return [tuple(day(rng, outlet, weekend=i % 7 > 4) for outlet in OUTLETS) for i in range(n_runs)]


def redesigned(profile: OutletProfile) -> OutletProfile:
    """Return a run under the new layout.

    Bylines have an unknown class, half the body is behind a button, and the boilerplate is
    different.
    """
    return replace(
        profile,
        n_words=profile.n_words // 2,
        n_chars=profile.n_chars // 2,
        n_with_byline=0,
        rules={"newsletter": profile.n_documents},
    )


def test_a_redesign_of_one_outlet_among_ten_is_named_and_no_other() -> None:
    *history, today = weeks(1, 15)
    today = tuple(redesigned(h) if h.outlet_id == "outlet3.example" else h for h in today)
    found = drift.anomalies(history, today)
    assert {b.outlet_id for b in found} == {"outlet3.example"}
    assert {b.measure for b in found} == {
        "byline",
        "length",
        "rule:newsletter",
        "rule:related",
        "rule:share_bar",
    }


@pytest.mark.parametrize("seed", range(20))
def test_every_redesign_is_found_whatever_the_outlet_was_like(seed: int) -> None:
    *history, today = weeks(seed + 50, 5)
    found = drift.anomalies(history, tuple(redesigned(h) for h in today))
    assert {b.outlet_id for b in found} == set(OUTLETS)


def test_a_sentence_names_the_break_and_the_usual_value() -> None:
    history = [(OutletProfile("a.example", 20, n_words=8000, n_with_byline=18),)] * 3
    (found,) = drift.anomalies(
        history, [OutletProfile("a.example", 20, n_words=8000, n_with_byline=1)]
    )
    assert found.sentence == "a.example: documents with a byline: 5 %, usually 90 %"


def test_two_thousand_ordinary_outlet_runs_raise_hardly_any_alarm() -> None:
    alarms = []
    for seed in range(10, 20):
        runs = weeks(seed, 23)
        alarms += [b for i in range(3, len(runs)) for b in drift.anomalies(runs[:i], runs[i])]
    assert len([b for b in alarms if b.quarantines]) <= 1
    assert len(alarms) <= 5  # an occasional slow Sunday


def test_a_new_outlet_has_no_anomalies() -> None:
    history = weeks(2, 2)
    assert drift.anomalies(history, tuple(redesigned(h) for h in weeks(3, 1)[0])) == ()


def test_a_handful_of_documents_proves_nothing() -> None:
    history = [(OutletProfile("a.example", 5, n_with_byline=5),)] * 10
    assert drift.anomalies(history, [OutletProfile("a.example", 5)]) == ()


def test_an_outlet_that_falls_silent_is_named() -> None:
    history = [(OutletProfile("a.example", 30), OutletProfile("b.example", 30))] * 7
    (found,) = drift.anomalies(history, [OutletProfile("b.example", 30)])
    assert (found.outlet_id, found.measure, found.now) == ("a.example", "documents", 0)
    assert not found.quarantines


def test_an_outlet_of_another_input_is_not_called_silent() -> None:
    history = [(OutletProfile("a.example", 30),), (OutletProfile("b.example", 30),)] * 7
    assert drift.anomalies(history, [OutletProfile("b.example", 30)]) == ()


def test_a_run_without_documents_calls_nobody_silent() -> None:
    assert drift.anomalies([(OutletProfile("a.example", 30),)] * 7, []) == ()


def test_a_change_of_our_rules_is_not_drift_of_the_outlet() -> None:
    old = OutletProfile(
        "a.example", 30, n_chars=900, n_chars_removed=100, rules={"share_bar": 1}, rules_sha256="v1"
    )
    new = replace(old, n_chars=400, n_chars_removed=600, rules={"share_bar": 30}, rules_sha256="v2")
    assert drift.anomalies([(old,)] * 5, [new]) == ()
    assert drift.anomalies([(old,)] * 5, [replace(new, rules_sha256="v1")]) != ()


def test_the_order_of_the_current_outlets_does_not_matter() -> None:
    *history, today = weeks(4, 10)
    today = tuple(redesigned(h) for h in today)
    assert drift.anomalies(history, today) == drift.anomalies(history, today[::-1])


def test_new_documents_are_held_back_only_when_the_recipe_asks() -> None:
    found = [
        drift.Anomaly("a.example", "byline", 0.9, 0.0),
        drift.Anomaly("b.example", "documents", 40, 0),
    ]
    assert drift.quarantine_reasons(found, drift.Options()) == {}
    assert drift.quarantine_reasons(found, drift.Options(quarantine=True)) == {
        "a.example": "documents with a byline: 0 %, usually 90 %",
    }


def test_profiles_are_measured_from_tables_and_add_up_over_shards() -> None:
    articles = pa.table(
        {
            "doc_id": ["1", "2", "3", "4"],
            "outlet_id": ["a.example", "a.example", "b.example", None],
            "n_words": [10, 20, 30, 40],
            "n_chars": [50, 100, 150, 200],
            "byline": [["Ana Ruiz"], [], None, []],
            "published_date": [None, 1, 2, 3],
        }
    )
    removed = pa.table(
        {
            "doc_id": ["1", "1", "2", "3", "4"],
            "start": [0, 9, 0, 0, 0],
            "end": [5, 10, 4, 2, 9],
            "rule": ["share", "share", "share", "more", "share"],
        }
    )
    rejects = pa.table(
        {"url": ["https://www.a.example/x", "https://other.example/", None, "http://["]}
    )
    a, b = whole = drift.measure(articles, removed, rejects)
    assert a == OutletProfile("a.example", 2, 1, 30, 150, 10, 1, 1, {"share": 2})
    assert b == OutletProfile("b.example", 1, 0, 30, 150, 2, 0, 1, {"more": 1})
    none = rejects.slice(0, 0)
    halves = [
        drift.measure(articles.slice(0, 1), removed, rejects),
        drift.measure(articles.slice(1), removed, none),
    ]
    assert drift.merge(halves) == whole


def test_wrong_options_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="min_runs"):
        drift.Options(runs=2, min_runs=3)
