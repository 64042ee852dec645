"""The language of the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.article import Document
from copydesk.transforms.tag.lookup.language_model import (
    Shares,
    Tables,
    in_steps,
    probabilities,
    tree_of,
)
from copydesk.transforms.tag.page.page_data import PageData
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column("language", pa.string(), "Language of the text, as ISO 639-1 code if there is one."),
    column(
        "language_confidence",
        pa.float32(),
        "Probability of that language by the model, 0 to 1; null if the text is too short.",
    ),
)

LABEL_CHARS = 40  # Shorter lines are often names and labels. Arbitrary.
# Text of which samples are taken, and their lengths: a longer one is read if a shorter leaves a
# doubt. Of 1,150 articles in English, Polish and Chinese 1,143 get their language by these, as many
# as by 600 characters at once.
HEAD_CHARS = 600
SAMPLES = (100, 200)
CLEAR = 0.9  # From this probability on no longer sample is read.
DOUBT = 0.8  # Below this probability of the last sample one of the whole text is read.
SHORT_BYTES = 60  # Below this length the model errs more often than a page's own statement.
# Share of the likeliest language's probability. Less likely languages are not named. Arbitrary.
MARGIN = 0.05
SURE = 0.5  # Below this probability a page's own statement is believed.


ARRAYS = (*Tables._fields, "languages")  # Names of the arrays of the model.


class Model(NamedTuple):
    """py3langid's tables, and the code of each language in their order."""

    tables: Tables
    languages: tuple[str, ...]


_prepared: dict[str, npt.NDArray[Any]] = {}


def use_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Use the model in `arrays`, as the function `arrays` returned it earlier.

    This saves a second for unpacking the vendor's file.
    """
    _prepared.update(arrays)


def arrays() -> dict[str, npt.NDArray[Any]]:
    """Return the model that ships with py3langid as arrays, with the names in `ARRAYS`."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    vendor = LanguageIdentifier.from_model_file(MODEL_FILE)
    moves = np.asarray(vendor.tk_nextmove, dtype=np.uint32).reshape(-1, 256)
    rows = np.asarray(vendor.tk_row, dtype=np.uint32)
    weights, step = in_steps(np.asarray(vendor.nb_ptc, dtype=np.float16))
    return tree_of(moves, rows, np.asarray(vendor.tk_output, dtype=np.int32)) | {
        "weights": weights,
        "step": np.array([step], dtype=np.float32),
        "priors": np.asarray(vendor.nb_pc, dtype=np.float32),
        "same": np.array([vendor.nb_classes.index(code) for code in vendor.nb_classes], np.int32),
        "languages": np.array(vendor.nb_classes),
    }


@cache
def model() -> Model:
    """Return the model that ships with py3langid."""
    found = _prepared or arrays()
    tables = Tables(*(found[name] for name in Tables._fields))
    return Model(tables, tuple(found["languages"].tolist()))


def classify(text: str) -> tuple[str, float]:
    """Return the likeliest language of a text and its probability.

    py3langid computes the same values from the whole text.

    >>> classify("Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt.")[0]
    'de'
    """
    return likely(text)[0]


@lru_cache(maxsize=16)
def likely(text: str) -> tuple[tuple[str, float], ...]:
    """Return the languages a text may be in with their probabilities, likeliest first.

    A language is included if its probability is at least `MARGIN` of the first one's.

    >>> likely("Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt.")[0][0]
    'de'
    """
    return _likely(_shares(text))


def _shares(text: str) -> Shares:
    encoded = (text.lower() if text.isupper() else text).encode("utf-8", "surrogatepass")
    return probabilities(np.frombuffer(encoded, np.uint8), model().tables)


def _likely(found: Shares) -> tuple[tuple[str, float], ...]:
    known, (shares, best, share) = model(), found
    if share * (1 + MARGIN) > 1:  # No other language can reach the margin.
        return ((known.languages[best], share),)
    order = np.flatnonzero(shares >= MARGIN * share)
    order = order[np.argsort(-shares[order], kind="stable")]
    return tuple((known.languages[i], float(shares[i])) for i in order.tolist())


@lru_cache(maxsize=16)  # The rules of `clean` and the tagger ask about the same head.
def likely_of_head(text: str) -> tuple[tuple[str, float], ...]:
    """Return the languages of a `head`, by a sample that is as long as needed.

    >>> likely_of_head("Der Fluss stieg in der Nacht um einen Meter, und sank wieder.")[0][0]
    'de'
    """
    for n_chars in SAMPLES:
        found = _shares(sample(text, n_chars))
        if found.share >= CLEAR or len(text) <= n_chars:
            break
    return _likely(found)


def find(view: View) -> TagResult:
    """Return the language of the text by the model, or as it was given or stated.

    The model reads a sample of the text. A language that the input gave wins. The page's statement
    is used if the sample is too short or leaves a doubt.
    """
    given = _code(view.document.given.language)
    stated = _stated(view.page) if view.page is not None else None
    guess, confidence = _guess(view.lines)
    if given:
        source = (
            "given; text differs"
            if guess and guess != given and (confidence or 0) > SURE
            else "given"
        )
        return _result(given, confidence if guess == given else None, source)
    if guess and ((confidence or 0) >= SURE or guess == stated or not stated):
        return _result(
            guess,
            confidence,
            f"text; {'markup' if stated else ''} differs" if stated and stated != guess else "text",
        )
    return _result(stated, None, "markup") if stated else NOTHING


def stated_languages(document: Document) -> tuple[str, ...]:
    """Return the codes of the languages that the input and the page itself state."""
    found = (_code(document.given.language), _stated(document.page) if document.page else None)
    return tuple(code for code in found if code)


def _stated(page: PageData) -> str | None:
    return _code(page.language or page.first("og:locale", "language", "content-language"))


def _guess(lines: tuple[str, ...]) -> tuple[str | None, float | None]:
    """Return the model's language and its probability, or two Nones for a text that is too short.

    Only the longer lines are read if there are any: short ones are often names and labels.
    """
    longer = [line for line in lines if len(line) > LABEL_CHARS] or lines
    text = head(longer)
    if is_short(text):
        return None, None
    guess, confidence = likely_of_head(text)[0]
    if confidence < DOUBT and len(text) > SAMPLES[-1]:
        guess, confidence = classify(sample(" ".join(longer), HEAD_CHARS))
    return guess, round(min(max(confidence, 0.0), 1.0), 4)


def _result(language: str | None, confidence: float | None, source: str) -> TagResult:
    evidence = {"language": source} | (
        {"language_confidence": "text"} if confidence is not None else {}
    )
    return TagResult({"language": language, "language_confidence": confidence}, evidence)


def is_short(text: str) -> bool:
    """Tell whether a text has fewer than `SHORT_BYTES` bytes."""
    return len(text) < SHORT_BYTES > len(text.encode("utf-8", "surrogatepass"))


#: Lines of more than `LABEL_CHARS` characters that fill the head.
_FEW_LINES = HEAD_CHARS // LABEL_CHARS


def head(lines: Sequence[str]) -> str:
    """Return the first `HEAD_CHARS` characters of the joined lines.

    Cuts at the end of a text do not change it, so the rules of `clean` and the tagger mostly ask
    about the same sample.
    """
    text = " ".join([line[:HEAD_CHARS] for line in lines[:_FEW_LINES]])
    if len(text) < HEAD_CHARS and len(lines) > _FEW_LINES:
        text = " ".join([line[:HEAD_CHARS] for line in lines[:HEAD_CHARS]])
    return text[:HEAD_CHARS]


def sample(text: str, n_chars: int) -> str:
    """Return two passages of a text, at about a third and two thirds of it.

    A text often begins with names and ends with a credit.

    >>> sample("It rained all day in Oslo.", 10)
    'ined  ay in'
    """
    if len(text) <= n_chars:
        return text
    half = n_chars // 2
    gap = (len(text) - 2 * half) // 3
    second = 2 * gap + half
    return f"{text[gap : gap + half]} {text[second : second + half]}"


def _code(name: str | None) -> str | None:
    """Return the two- or three-letter code of a language tag.

    >>> _code("en_US"), _code("English")
    ('en', None)
    """
    match = _TAG.match(name.strip()) if name else None
    if match is None:
        return None
    code = match[1].lower()
    return _NEWER_CODES.get(code, code)


_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?$")
_NEWER_CODES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"}


TAGGER = Tagger("language", COLUMNS, find)
