"""Compare the cost and the score of `clean_page` and trafilatura on the same labelled pages, in one process.

    python -m benchmarks.clean_page --gold DIR --pages 150

DIR holds `*.jsonl.gz` as `copydesk evaluate` reads them; `--pages` are drawn evenly from all its files, 0 takes all.
Each page goes through both in turn, first the one, then the other, so that load on the machine falls on both; the
figures are CPU of the process, not time. Trafilatura is called as `bare_extraction(html, with_metadata=True)`, with
comments off (`--comments` leaves them on, its default, and costs it more). The F1 is that of text, by file; where the
packaged model was trained on the same pages, ours is none of unseen pages (`python -m training.line_model --check`).
"""

from __future__ import annotations

import argparse
import gc
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copydesk.flows import evaluation
from copydesk.transforms import edit

Row = dict[str, Any]


@dataclass(slots=True)
class Contender:
    """One way from a page to its text, with the seconds of CPU it has used and its scores by file."""

    name: str
    text_of: Callable[[Row], str]
    seconds: float = 0.0
    slowest: float = 0.0
    scores: dict[str, evaluation.SetScore] = field(default_factory=dict)

    def ask(self, name: str, row: Row) -> None:
        """Clean a page of the file `name`; add its cost, and its score if it has a gold text."""
        gc.collect()
        start = time.process_time()
        text = self.text_of(row)
        spent = time.process_time() - start
        self.seconds, self.slowest = self.seconds + spent, max(self.slowest, spent)
        golds = [gold for gold in (row.get("gold_text"), *(row.get("gold_text_alt") or ())) if gold]
        if golds:
            score = max(
                (evaluation.score_text(gold, text) for gold in golds), key=lambda found: found.f1
            )
            self.scores.setdefault(name, evaluation.SetScore(name)).pages.append(
                evaluation.PageScore("", None, score, {})
            )


def copydesk_text(row: Row) -> str:
    """Text, tags and ledger; the text is what is scored."""
    return edit.clean_page(row["html"], url=row.get("url")).text


def trafilatura_text(row: Row, *, comments: bool) -> str:
    """Trafilatura's text and metadata."""
    import trafilatura

    found = trafilatura.bare_extraction(
        row["html"], url=row.get("url"), with_metadata=True, include_comments=comments
    )
    return (getattr(found, "text", None) or "") if found is not None else ""


def drawn(folder: Path, pages: int) -> list[tuple[str, Row]]:
    """Every n-th page of the files of the folder, taken together in order of their names; all where `pages` is 0."""
    found = [
        (path.name.split(".")[0], row)
        for path in sorted(folder.glob("*.jsonl*"))
        for row in evaluation.read(path)
    ]
    if not 0 < pages < len(found):
        return found
    return [found[i * len(found) // pages] for i in range(pages)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ratio of the costs, and F1 by file."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.clean_page", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--gold", type=Path, required=True, metavar="DIR", help="folder of labelled pages"
    )
    parser.add_argument(
        "--pages", type=int, default=150, help="how many pages to draw; 0 for all (default: 150)"
    )
    parser.add_argument(
        "--comments",
        action="store_true",
        help="let trafilatura look for comments, as it does by default",
    )
    chosen = parser.parse_args(arguments)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    rows = drawn(chosen.gold, chosen.pages)
    ours = Contender("copydesk", copydesk_text)
    theirs = Contender("trafilatura", lambda row: trafilatura_text(row, comments=chosen.comments))
    edit.warm_up()
    for _, row in rows[
        :: max(1, len(rows) // 5)
    ]:  # both load what they need before the time is measured
        ours.text_of(row), theirs.text_of(row)
    for number, (name, row) in enumerate(rows):
        for contender in (ours, theirs) if number % 2 else (theirs, ours):
            contender.ask(name, row)
    for contender in (ours, theirs):
        print(
            f"{contender.name:12} {1000 * contender.seconds / len(rows):6.1f} ms of CPU per page, the slowest {1000 * contender.slowest:.0f}, {len(rows)} pages"
        )
    print(f"ratio        {ours.seconds / theirs.seconds:6.3f}")
    for name, score in theirs.scores.items():
        pair = [found.text() for found in (ours.scores[name], score)]
        print(
            f"{name:20}"
            + "".join(
                f"  {who} {text['f1']:.4f}"
                for who, text in zip((ours.name, theirs.name), pair, strict=True)
                if text
            )
        )


if __name__ == "__main__":
    main()
