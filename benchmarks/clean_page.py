"""Compare the cost and the score of `clean_page` and trafilatura on the same labelled pages.

    python -m benchmarks.clean_page --gold DIR --pages 150

DIR holds `*.jsonl.gz` files in the format of `copydesk evaluate`. `--pages` are drawn evenly from
all of them; 0 takes every page.

Both run in one process. Each page goes through one and then through the other, so that other load
on the machine affects both alike. The figures are CPU time of the process, not wall time.
Trafilatura is called as `bare_extraction(html, with_metadata=True)` without comments. `--comments`
lets it look for comments, which is its default and costs more.

F1 is that of the text, for each file. If the packaged model was trained on the same pages, our F1
is not that of unseen pages; `python -m training.line_model --check` prints that.
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
    """A function from a page to its text, with its CPU seconds so far and its scores by file."""

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
    """Return the text. Tags and ledger are computed too, but only the text is scored."""
    return edit.clean_page(row["html"], url=row.get("url")).text


def trafilatura_text(row: Row, *, comments: bool) -> str:
    """Return the text of trafilatura, which also finds metadata."""
    import trafilatura

    found = trafilatura.bare_extraction(
        row["html"], url=row.get("url"), with_metadata=True, include_comments=comments
    )
    return (getattr(found, "text", None) or "") if found is not None else ""


def drawn(folder: Path, pages: int) -> list[tuple[str, Row]]:
    """Return every n-th page of the folder, with its files in order of their names.

    If `pages` is 0, return all pages.
    """
    found = [
        (path.name.split(".")[0], row)
        for path in sorted(folder.glob("*.jsonl*"))
        for row in evaluation.read(path)
    ]
    if not 0 < pages < len(found):
        return found
    return [found[i * len(found) // pages] for i in range(pages)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the cost of each, the ratio of the costs, and F1 by file."""
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
    # Both load what they need before their time is measured.
    for _, row in rows[:: max(1, len(rows) // 5)]:
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
