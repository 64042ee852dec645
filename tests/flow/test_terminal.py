"""Progress has a line per step with rate and time left. Documents cannot control it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import pytest

from copydesk.flows.pipeline.summary import Facts, Summary
from copydesk.flows.recipe import from_toml
from copydesk.flows.report.outcome import Outcome, summary_lines
from copydesk.flows.support import progress, startup_cache
from copydesk.flows.support.safe_text import printable
from copydesk.transforms.drift import Anomaly


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_plain_lines_say_stage_rate_and_time_left_from_time_to_time() -> None:
    said: list[str] = []
    clock = Clock()
    lines = progress.Lines(said.append, clock)
    lines.step("clean", 1000)
    for second in range(1, 31):
        clock.now = float(second)
        lines.advance(second * 20)
    lines.note("done \x1b[2J")
    assert said == [
        "clean (1,000 documents)",
        "clean: 300 of 1,000, 20/s, 35 s left",
        "clean: 600 of 1,000, 20/s, 20 s left",
        "done \\x1b[2J",
    ]


def test_quiet_prints_only_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = progress.Quiet()
    quiet.step("clean", 5)
    quiet.advance(5)
    quiet.note("harbour.example: documents with a byline: 3 %, usually 92 %")
    quiet.close()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "harbour.example: documents with a byline: 3 %, usually 92 %\n"


def test_the_bar_survives_every_order_of_calls() -> None:
    bar = progress.Bar()
    bar.advance(3)
    bar.step("starting Prefect", None)
    bar.step("clean", 10)
    bar.advance(5)
    bar.note("[bold]not markup[/bold]")
    bar.close()


def summary(**facts: object) -> Summary:
    return Summary(
        facts=Facts(
            run_id="r",
            snapshot_id="s",
            started_at="2026-03-01T06:00:00+00:00",
            finished_at="2026-03-01T06:00:09+00:00",
            **facts,  # type: ignore[arg-type]
        )
    )


def test_the_summary_is_a_few_short_lines() -> None:
    outcome = Outcome(
        summary(n_read=1000, n_articles=700, n_duplicates=160, n_rejected=60, n_known=80),
        Path("/wh"),
        Path("/wh/reports/r.html"),
    )
    assert summary_lines(outcome, seconds=75) == [
        "1,000 documents read in 1 min 15 s",
        "      700  in the corpus",
        "      160  copies",
        "       60  rejected (`copydesk rejects` says why)",
        "       80  already known",
        "Parquet    /wh/current/articles/",
        "Report     /wh/reports/r.html",
    ]


def test_the_summary_obeys_no_escape_sequence() -> None:
    outcome = Outcome(
        summary(
            n_read=1, n_articles=1, anomalies=(Anomaly("\x1b]0;owned\x07", "byline", 0.9, 0.0),)
        ),
        Path("/wh"),
        None,
    )
    assert not [
        line for line in summary_lines(outcome, seconds=1) if "\x1b" in line or "\x07" in line
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("naïve — “quoted” 東京 עברית العربية", "naïve — “quoted” 東京 עברית العربية"),
        ("a\u200db \u200c", "a\u200db \u200c"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("\x9b31m \x7f\r", "\\x9b31m \\x7f\\r"),
        ("\ud800", "\\ud800"),
    ],
)
def test_letters_of_all_scripts_are_printed_and_control_characters_are_escaped(
    text: str, shown: str
) -> None:
    assert printable(text) == shown


def test_a_total_that_is_learned_on_the_way_gives_the_time_left() -> None:
    said: list[str] = []
    clock = Clock()
    lines = progress.Lines(said.append, clock)
    lines.step("clean", None)
    clock.now = 16.0
    lines.advance(0)
    lines.expect(5000)
    lines.advance(80)
    clock.now = 32.0
    lines.advance(160)
    assert said == [
        "clean",
        "clean: 80 of 5,000, 5.0/s, 16 min left",
        "clean: 160 of 5,000, 5.0/s, 16 min left",
    ]


def test_the_total_is_estimated_by_bytes_and_exact_at_the_end(tmp_path: Path) -> None:
    from copydesk.flows.pipeline import run

    class Seen(run.Silent):
        totals: ClassVar[list[int]] = []

        def expect(self, n: int) -> None:
            self.totals.append(n)

    for i in range(12):
        (tmp_path / f"{i:02}.txt").write_text(
            f"It rained in Oslo on day {i}, and the trams stood still until the evening."
        )
    run.run(
        [str(tmp_path)],
        warehouse=tmp_path / "wh",
        recipe=from_toml("[run]\nshard_documents = 8\n"),
        progress=Seen(),
        is_dry=True,
    )
    assert Seen.totals[-1] == 12
    assert all(8 <= total <= 16 for total in Seen.totals)


def test_the_first_run_on_a_machine_is_known_by_the_cache_of_compiled_loops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not startup_cache.loops_are_compiled()
    (tmp_path / "lines").mkdir()
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    (tmp_path / "lines" / f"line_walk.walk-19.py{version}.nbi").touch()
    assert startup_cache.loops_are_compiled()
