"""copydesk: clean, deduplicated, tagged Parquet from raw news pages and text.

In a checkout this file makes the folders beside it importable as ``copydesk.schemas``,
``copydesk.transforms`` and ``copydesk.flows``; in the wheel it is ``copydesk/__init__.py``.
"""

from __future__ import annotations

import os as _os
from importlib import import_module as _import_module
from typing import TYPE_CHECKING

__path__ = [_os.path.dirname(_os.path.abspath(__file__))]
__version__ = "0.1.0"

if TYPE_CHECKING:
    from copydesk.flows.library import Corpus as Corpus
    from copydesk.flows.library import ingest as ingest
    from copydesk.flows.library import open as open
    from copydesk.flows.report.outcome import Outcome as Outcome
    from copydesk.transforms.article import Article as Article
    from copydesk.transforms.article import Refused as Refused
    from copydesk.transforms.dedup import find_duplicates as find_duplicates
    from copydesk.transforms.dedup import shingle_hash as shingle_hash
    from copydesk.transforms.dedup import shingles as shingles
    from copydesk.transforms.edit import clean_page as clean_page
    from copydesk.transforms.edit import clean_text as clean_text
    from copydesk.transforms.edit import warm_up as warm_up
    from copydesk.transforms.stories import group_stories as group_stories

# Loaded on first use: `import copydesk` alone must stay cheap for `copydesk --help`.
_PUBLIC = {
    "Article": "copydesk.transforms.article",
    "Corpus": "copydesk.flows.library",
    "Outcome": "copydesk.flows.report.outcome",
    "Refused": "copydesk.transforms.article",
    "clean_page": "copydesk.transforms.edit",
    "clean_text": "copydesk.transforms.edit",
    "find_duplicates": "copydesk.transforms.dedup",
    "group_stories": "copydesk.transforms.stories",
    "ingest": "copydesk.flows.library",
    "open": "copydesk.flows.library",
    "shingle_hash": "copydesk.transforms.dedup",
    "shingles": "copydesk.transforms.dedup",
    "warm_up": "copydesk.transforms.edit",
}
# `from copydesk import *` leaves Python's own `open` alone.
__all__ = ["__version__", *sorted(set(_PUBLIC) - {"open"})]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'copydesk' has no attribute {name!r}")
    value = globals()[name] = getattr(_import_module(_PUBLIC[name]), name)  # asked for once
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
