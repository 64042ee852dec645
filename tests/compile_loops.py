"""Compile the loops before the tests, because otherwise all test processes would do so at the same time.

    python -m tests.compile_loops documents    the loops that clean pages and texts
    python -m tests.compile_loops groups       the loops that find copies and stories

The two can run at the same time.
"""

import gc
import sys
from pathlib import Path

import copydesk
from tests.hostile.inputs import PAGE

SEEDS = Path(__file__).resolve().parents[1] / "seeds"


def documents(texts: list[str]) -> None:
    """Clean a page and texts."""
    copydesk.clean_page(PAGE)
    for text in texts:
        copydesk.clean_text(text)


def groups(texts: list[str]) -> None:
    """Find copies and stories. Some of the texts are near copies of others."""
    longer = [f"{text}\nThe next meeting is in the spring of next year." for text in texts]
    copydesk.find_duplicates([*texts, *longer])
    copydesk.group_stories(texts)


if __name__ == "__main__":
    gc.disable()  # it takes a tenth of the time of the compilation
    work = {"documents": documents, "groups": groups}[sys.argv[1]]
    work([path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))])
