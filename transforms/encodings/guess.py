"""Guess the encoding of bytes that declare none and are not UTF-8."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from copydesk.transforms.encodings.encoding_labels import ALPHABETIC, CODECS, EAST_ASIAN, NAMES
from copydesk.transforms.encodings.latin_alphabets import by_alphabet

_SPAN = 2**17  # Bytes. The detector's time grows with the input, but its certainty does not.
_RAW_TAG = re.compile(rb"<[^<>]*>")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def guess(raw: bytes, *, html: bool) -> list[str]:
    """Return the encodings that a statistical detector finds likely, the best first."""
    sample = _RAW_TAG.sub(b" ", raw[: 4 * _SPAN])[:_SPAN] if html else raw[:_SPAN]
    if sample.isascii():
        sample = raw[: 4 * _SPAN]
    runs = _HIGH_RUN.findall(sample)
    # Two bytes for each character make runs of even length. Eight of them in an alphabet happen by
    # chance once in 250.
    is_paired = len(runs) >= 8 and sum(len(run) % 2 for run in runs) <= len(runs) // 10
    # Comma and full stop of GB 2312, whose text may be a single run.
    is_paired = is_paired or (
        b"\xa3\xac" in sample and b"\xa1\xa3" in sample and sum(len(run) % 2 for run in runs) == 0
    )
    for names in (EAST_ASIAN, ALPHABETIC) if is_paired else (ALPHABETIC + EAST_ASIAN,):
        found = _ranked(sample, names)
        if found:
            return by_alphabet(sample, found)
    return []


def _ranked(sample: bytes, names: tuple[str, ...]) -> list[str]:
    """Return the encodings that may fit, the least disorder first, then the best language."""
    scores: dict[str, tuple[float, float]] = {}
    # If the detector finds windows-1250 unsuited, it does not look at iso-8859-2, which it takes
    # for nearly the same. So each encoding is tried alone if it finds none.
    for group in (names, *((name,) for name in names)):
        found = charset_normalizer.from_bytes(
            sample,
            cp_isolation=[CODECS[name] for name in group],
            preemptive_behaviour=False,
            enable_fallback=False,
        )
        for match in found:
            score = (round(match.chaos, 1), -round(match.coherence, 1))
            # The second ones read the sample in the same way.
            for encoding in (match.encoding, *match.could_be_from_charset):
                name = NAMES.get(codecs.lookup(encoding).name)
                if name in group:
                    scores.setdefault(name, score)
        if scores and group == names:
            break
    return sorted(scores, key=lambda name: (scores[name], names.index(name)))
