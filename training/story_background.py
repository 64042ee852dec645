"""Write the background frequencies that weigh the words of stories.

    python -m training.story_background TEXTS.parquet...

The script reads `text` and, if a file has it, `language` of any news articles. It keeps only counts
of hashed features. A feature in less than one of 800 documents is left out, and the counts are
scaled to 20,000 documents. In a language with few documents, a feature of half of them counts as
common everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from copydesk.transforms.stories import tfidf
from copydesk.transforms.stories.term_counts import SPACE, count

# Large enough that a few thousand articles do not outweigh it: similarities would shift as a corpus
# grows.
N_DOCUMENTS = 20_000
LEAST = 25  # documents of 20,000 that have a feature
MIN_OF_LANGUAGE = 5  # documents needed to know the function words of a language


def frequencies(texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
    """Return the share of documents that have each feature.

    It is the share of all documents, or that of the documents of one language if that is higher.
    """
    shares = np.zeros(SPACE)
    for language in ("", *sorted(set(languages))):
        chosen = [text for text, own in zip(texts, languages, strict=True) if language in ("", own)]
        if len(chosen) < MIN_OF_LANGUAGE:
            continue
        own_shares = np.bincount(count(chosen, [None] * len(chosen)).slots, minlength=SPACE) / len(
            chosen
        )
        shares = np.maximum(shares, np.where((own_shares >= 0.5) | (language == ""), own_shares, 0))
    return np.asarray(np.round(shares * N_DOCUMENTS), np.int64)


def main(paths: Sequence[str]) -> None:
    """Write background.npz beside the module that reads it."""
    tables = [pq.read_table(path) for path in paths]
    texts = [text or "" for table in tables for text in table["text"].to_pylist()]
    languages = [
        own or ""
        for table in tables
        for own in (
            table["language"]
            if "language" in table.column_names
            else pa.nulls(table.num_rows, pa.string())
        ).to_pylist()
    ]
    counted = frequencies(texts, languages)
    slots = np.flatnonzero(counted >= LEAST)
    target = Path(tfidf.__file__).with_name(tfidf.BACKGROUND)
    np.savez_compressed(
        target,
        steps=np.diff(slots, prepend=0).astype(np.int32),
        frequencies=counted[slots].astype(np.uint16),
        n_documents=np.int64(N_DOCUMENTS),
    )
    sys.stdout.write(
        f"{len(slots):,} features of {len(texts):,} documents, {target.stat().st_size:,} bytes in {target}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
