"""Lines of plain text told from the article by how they stand, not by what they say.

A plain text has no tree: what is left is the length and shape of a line, its words, and the lines
around it. `features` turns the lines of one document into numbers; weights trained on labelled pages
(`training/clean_lines.py`) turn those into the probability that a line is no part of the article.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from zlib import crc32

BUCKETS = 1 << 15  # hashed words; 40,000 distinct ones occur on more than three sites of the training pages

_WORD = re.compile(r"\w+")
_ENDS = frozenset(".!?…。")
_CLOSERS = "\"'”’»)] "
PROSE_WORDS = 18  # a line this long that ends like a sentence is prose; captions and teasers are mostly shorter

def bucket(word: str) -> int:
    """The bucket of a folded word.

    >>> bucket("rain") == bucket("rain")
    True
    """
    return crc32(word.encode("utf-8", "surrogatepass")) & (BUCKETS - 1)


def shape(line: str, words: Sequence[str]) -> tuple[float, ...]:
    """Length, ending, capitals, digits and marks of one line by itself."""
    n = len(words)
    stripped = line.strip()
    core = stripped.rstrip(_CLOSERS)
    last = core[-1:] or " "
    first = stripped[0]
    capitals = sum(w[0].isupper() for w in words)
    upper = sum(w.isupper() and len(w) > 1 for w in words)
    digits = sum(w[0].isdigit() for w in words)
    m = n or 1
    return (
        math.log1p(len(stripped)),
        math.log1p(n),
        float(last in _ENDS),
        float(last == ":"),
        float(last == "?"),
        float(first in "•*·-–—●▪■◦○+►▶"),
        float(first.isdigit()),
        float(first.islower()),
        float(first in "\"'“‘«„"),
        capitals / m,
        upper / m,
        digits / m,
        len(stripped) / m,
        min(8.0, stripped.count(",")) / m,
        float("@" in stripped or "http" in stripped or "www." in stripped),
        float("|" in stripped or "»" in stripped or ">" in stripped),
        float("(" in stripped),
        float("\t" in stripped),
        min(6, len(line) - len(line.lstrip())) / 6.0,
        min(6.0, sum(stripped.count(c) for c in ".!?")),
        float("?" in stripped),
        float("©" in stripped),
    )


SHAPE = 22
