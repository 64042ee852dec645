"""The folded form in which rules read a line: one case, one kind of quotation mark, dash and space."""

from __future__ import annotations

_SAME = str.maketrans("’‘‛´`“”„‟«»–—‒―‐‑\u00a0\u202f\u2009\t", "'''''\"\"\"\"\"\"------    ", "")
# What stands around residue without being part of it: bullets, bars, brackets, arrows, end marks.
DECORATION = " \t.,:;!?…*•·●▪■◆►▶▸▼▲◀◄→←↑↓»«›‹>|<-–—_~=+#[](){}/\\✕×✓★☆\"' 🙂👍\u200b\u200e\u200f\ufeff\xad"
_OUTER = DECORATION.replace("\"'", "")


def folded(text: str) -> str:
    """`text` in lower case with plain punctuation; offsets stay the same.

    >>> folded("READ MORE\\xa0– “Ana’s”")
    'read more - "ana\\'s"'
    """
    low = text.lower()
    if len(low) != len(text):  # "İ" and a few others become two characters
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return low if low.isascii() and "\t" not in low and "`" not in low else low.translate(_SAME)


def key(line: str) -> str:
    """The folded line with single spaces and without the decoration around it.

    >>> key("  • [Read  more…] »")
    'read more'
    """
    return " ".join(folded(line).split()).strip(_OUTER)
