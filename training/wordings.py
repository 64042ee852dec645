"""Train the wording model of `transforms/clean`, which knows boilerplate by its wording.

    pip install scikit-learn scipy wordfreq pythainlp
    python -m training.wordings --gold DIR

The model covers many languages. Lines that must be cut are the examples of the rules, the lines of
`wording_lines/boilerplate.txt`, and lines that people labelled. Lines that must stay are the
look-alikes of the rules, `wording_lines/articles.txt`, and lines and pieces of gold texts.
Languages without gold texts get lines of words drawn by their frequency. Pages of the final
labelled part are left out completely. The printed figures are of held-out gold lines and of the
final part.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import itertools
import json
import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from copydesk.transforms.clean import rules
from copydesk.transforms.clean import wording_model as model
from copydesk.transforms.clean.fold_text import folded, key
from copydesk.transforms.tag.language import classify
from training import labelled_lines

LINES = Path(__file__).parent / "wording_lines"
SEED = 7
MOST_CHARS = 170
#: The weight of a line, by its source. Lines written for this model count most.
WEIGHTS = {
    "rules": 1.0,
    "look_alikes": 3.0,
    "boilerplate": 4.0,
    "articles": 6.0,
    "frequent": 0.3,
    "labelled": 2.0,
    "gold": 1.0,
    "piece": 1.0,
}
SHAPE_SCALE = 0.3  # There are few shapes, and they would otherwise outweigh the words.
PENALTY = 60.0  # The inverse strength of regularisation; 10 leaves the model unsure of everything.
# The final labelled part has 384 article lines. Two are lost at 2.0, and one at 2.5.
THRESHOLD = 2.5
PIECES = {"en": 6000, "zh": 6000, "pl": 4000, "de": 4000}  # pieces of gold texts
OTHER_PIECES = 3000
FREQUENT, FREQUENT_OTHERS = 1250, 300  # lines of frequent words in a language
SIMILAR = frozenset({"fil", "ta", "ur", "is", "lt", "lv", "sl", "ms", "mk", "ca"})
CODES = {"nb": "no", "sh": "hr"}
STOPS = {"zh": "。", "ja": "。", "hi": "।", "bn": "।"}
UNSPACED = frozenset({"zh", "yue", "wuu", "ja", "th"})
#: Collections that have readers' comments in their gold texts, or that have no news.
LEFT_OUT = frozenset({"dragnet", "page_types", "htmldate", "postlight"})


class Example(NamedTuple):
    """A line, whether it must be cut, and its source."""

    text: str
    must_go: bool
    source: str


def of_rules() -> Iterator[Example]:
    """Yield the examples of all rules that cut whole lines."""
    for rule in rules.ALL:
        if rule.category not in {"layout", "learned"} and rule.place in {
            "line",
            "ending",
            "evidence",
        }:
            for text in rule.drops:
                if "\n" not in text and "[[" not in text:
                    yield Example(text, True, "rules")
        for text in rule.keeps:
            for line in text.split("\n"):
                yield Example(line, False, "look_alikes")


def of_files() -> Iterator[Example]:
    """Yield the lines written for this model."""
    for source in ("boilerplate", "articles"):
        for line in (LINES / f"{source}.txt").read_text(encoding="utf-8").split("\n"):
            if line and not line.startswith("#") and not re.fullmatch(r"\[[\w-]+\]", line):
                yield Example(line, source != "articles", source)


def of_labels(gold: Path, part: str) -> Iterator[tuple[str, Example]]:
    """Yield the labelled lines of a part, each with its language."""
    for page in labelled_lines.labelled(gold, part):
        for number, label in page.labels.items():
            if label not in labelled_lines.NEITHER:
                yield (
                    page.language,
                    Example(page.lines[number].strip(), label != "article", "labelled"),
                )


def of_gold(gold: Path, final: set[str]) -> Iterator[tuple[str, Example]]:
    """Yield the paragraphs of gold texts of other sites than `final`, each with its language."""
    for dataset, path in (
        (path.name.split(".")[0], path) for path in sorted(gold.glob("*.jsonl.gz"))
    ):
        if dataset in LEFT_OUT:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for row in map(json.loads, file):
                text = row.get("gold_text") or "\n".join(row.get("with") or ())
                if text and labelled_lines.site(row) not in final:
                    language = classify(text[:1_000])[0]
                    for line in filter(None, map(str.strip, text.split("\n"))):
                        yield language, Example(line, False, "gold")


def pieces(paragraphs: dict[str, list[str]]) -> Iterator[Example]:
    """Yield sentences and runs of words from paragraphs, by language.

    They are examples of headlines and short lines.
    """
    rng = random.Random(SEED)
    for language, texts in paragraphs.items():
        for _ in range(min(PIECES.get(language, OTHER_PIECES), 12 * len(texts))):
            text = rng.choice(texts)
            is_unspaced = language in UNSPACED
            sentences = [
                s
                for s in re.split(r"(?<=[。！？])" if is_unspaced else r"(?<=[.!?]) ", text)
                if 4 < len(s) <= MOST_CHARS
            ]
            if sentences and rng.random() < 0.35:
                yield Example(rng.choice(sentences), False, "piece")
            elif is_unspaced:
                n = rng.randint(4, 32)
                at = rng.randrange(max(1, len(text) - n))
                yield Example(text[at : at + n], False, "piece")
            else:
                words, n = text.split(), rng.randint(2, 12)
                at = rng.randrange(max(1, len(words) - n)) if rng.random() < 0.6 else 0
                piece = " ".join(words[at : at + n])
                yield Example(piece[:1].upper() + piece[1:], False, "piece")


def of_frequent_words() -> Iterator[Example]:
    """Yield lines of words drawn by frequency, in all languages whose frequencies are known."""
    import wordfreq
    from pythainlp.corpus import tnc

    rng = random.Random(SEED)
    tables = {code: wordfreq.get_frequency_dict(code) for code in wordfreq.available_languages()}
    tables["th"] = {word: n for word, n in tnc.unigram_word_freqs().items() if word.strip()}
    for code, table in sorted(tables.items()):
        words = sorted(table, key=lambda word: (-table[word], word))[:30_000]
        weights = list(itertools.accumulate(table[word] ** 0.75 for word in words))
        language = CODES.get(code, code)
        for _ in range(FREQUENT_OTHERS if code in SIMILAR else FREQUENT):
            n = rng.randint(1, 7) if rng.random() < 0.6 else rng.randint(6, 16)
            separator = "" if language in UNSPACED else " "
            line = separator.join(rng.choices(words, cum_weights=weights, k=n))
            if rng.random() < 0.7:
                line = line[:1].upper() + line[1:]
            if rng.random() < 0.15 and separator:
                line = line.title()
            if n > 3 and rng.random() < 0.5 and language != "th":
                line += STOPS.get(language, ".")
            yield Example(line, False, "frequent")


def examples(gold: Path) -> list[Example]:
    """Return every line that the model is trained on, once."""
    final = {page.site for page in labelled_lines.labelled(gold, labelled_lines.FINAL)}
    paragraphs: dict[str, list[str]] = collections.defaultdict(list)
    found = [*of_rules(), *of_files()]
    for part in labelled_lines.PARTS:
        if part != labelled_lines.FINAL:
            for language, one in of_labels(gold, part):
                found.append(one)
                if not one.must_go and len(one.text) > 60:
                    paragraphs[language].append(one.text)
    for language, one in of_gold(gold, final):
        found.append(one)
        if len(one.text) > 50:
            paragraphs[language].append(one.text)
    found += [*pieces(paragraphs), *of_frequent_words()]
    return list(
        dict.fromkeys(one for one in found if len(one.text) <= MOST_CHARS and key(folded(one.text)))
    )


def matrix(texts: list[str]) -> Any:
    """Return the features of lines as a sparse matrix: the hashed ones, then the shapes."""
    from scipy.sparse import csr_matrix, hstack

    low = [folded(text) for text in texts]
    rows, begins = model.features(low)
    size = np.diff(begins)
    values = np.repeat(1 / np.sqrt(np.maximum(1, size)), size).astype(np.float32)
    words = csr_matrix((values, rows, begins), shape=(len(texts), model.N_ROWS))
    shapes = np.array([model.shape(line) for line in low], np.float32) * SHAPE_SCALE
    return hstack([words, csr_matrix(shapes)]).tocsr()


def main() -> None:
    """Read the lines, train the model, print its figures, and write it."""
    from sklearn.linear_model import LogisticRegression

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, required=True, help="folder of pages with gold text")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(model.__file__).parent / "data" / "wordings.npz",
        help="file to write the model to",
    )
    args = parser.parse_args()
    found = examples(args.gold)
    held = np.array(
        [one.source == "gold" and zlib.crc32(one.text.encode()) % 5 == 0 for one in found]
    )
    bad = np.array([one.must_go for one in found])
    weights = np.array([WEIGHTS[one.source] for one in found])
    columns = matrix([one.text for one in found])
    fitted = LogisticRegression(C=PENALTY, max_iter=250, tol=5e-4)
    fitted.fit(columns[~held], bad[~held], sample_weight=weights[~held])
    print(f"{(~held).sum()} lines, {bad[~held].sum()} of them must go")
    labelled = [one for _, one in of_labels(args.gold, labelled_lines.FINAL)]
    labelled = [one for one in labelled if len(one.text) <= MOST_CHARS and key(folded(one.text))]
    held_odds = fitted.decision_function(columns[held])
    odds = fitted.decision_function(matrix([one.text for one in labelled]))
    is_bad = np.array([one.must_go for one in labelled])
    for limit in np.arange(-0.5, 3.1, 0.5):
        print(
            f"log odds {limit:4.1f}: {1000 * (held_odds > limit).mean():5.1f} of 1,000 gold lines held out; final part: "
            f"{(odds[is_bad] > limit).sum()} of {is_bad.sum()} boilerplate lines, "
            f"{(odds[~is_bad] > limit).sum()} of {(~is_bad).sum()} article lines"
        )
    write(args.out, fitted.coef_[0], float(fitted.intercept_[0]))


def write(path: Path, weights: np.ndarray, bias: float) -> None:
    """Write the model. The weights of words are rounded to 127 steps on either side of zero."""
    words, shapes = weights[: model.N_ROWS], weights[model.N_ROWS :] * SHAPE_SCALE
    step = float(np.quantile(np.abs(words[words != 0]), 0.9999)) / 127
    np.savez_compressed(
        path,
        weights=np.clip(np.round(words / step), -127, 127).astype(np.int8),
        shape=shapes,
        limits=np.array([step, bias, THRESHOLD]),
    )
    print(f"{path.stat().st_size:,} bytes in {path}")


if __name__ == "__main__":
    main()
