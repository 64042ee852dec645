"""The language of the text."""

from __future__ import annotations

import re
from array import array
from functools import cache

import pyarrow as pa
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from copydesk.schemas.column import column
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("language", pa.string(), "Language of the text, ISO 639-1 code where there is one."),
    column("language_confidence", pa.float32(), "Probability of that language by the model, 0 to 1; null where the text is too short to tell."),
)

# The model walks bytes one by one, so a short stretch is asked first. At 80 characters it agreed with
# itself on the whole text on 394 of 394 articles in some 20 languages; where it is less than sure, or
# the page says otherwise, a longer one is asked.
FIRST_CHARS = 80
SAMPLE_CHARS = 300
CLEAR = 0.8
SHORT_CHARS = 60  # below, the model errs more often than a page's own statement
SURE = 0.5  # below, a page's own statement is believed


@cache
def identifier() -> LanguageIdentifier:
    """The model that ships with py3langid, with probabilities."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # as arrays the two tables fit in a processor's cache: a walk takes two thirds of its time
    model.tk_output, model._rowbase = array("i", model.tk_output), array("I", model._rowbase)
    return model


def find(view: View) -> Found:
    """The language by the model on a sample of the text; what was given or stated where the text cannot tell."""
    given = _code(view.document.given.language)
    stated = _code(view.page.language or view.page.first("og:locale", "language", "content-language")) if view.page is not None else None
    guess, confidence = _guess(view.lines, given or stated)
    if given:
        source = "given; text differs" if guess and guess != given and (confidence or 0) > SURE else "given"
        return _found(given, confidence if guess == given else None, source)
    if guess and ((confidence or 0) >= SURE or guess == stated or not stated):
        return _found(guess, confidence, f"text; {'markup' if stated else ''} differs" if stated and stated != guess else "text")
    return _found(stated, None, "markup") if stated else Found()


def _guess(lines: tuple[str, ...], expected: str | None) -> tuple[str | None, float | None]:
    """The model's language and its probability; None where the text is too short to tell."""
    guess, confidence = None, None
    for n_chars in (FIRST_CHARS, SAMPLE_CHARS):
        sample = _sample(lines, n_chars)
        if len(sample) < SHORT_CHARS:
            break
        guess, confidence = identifier().classify(sample)
        confidence = round(min(max(confidence, 0.0), 1.0), 4)
        if confidence >= CLEAR and guess == (expected or guess):
            break
    return guess, confidence


def _found(language: str | None, confidence: float | None, source: str) -> Found:
    evidence = {"language": source} | ({"language_confidence": "text"} if confidence is not None else {})
    return Found({"language": language, "language_confidence": confidence}, evidence)


def _sample(lines: tuple[str, ...], n_chars: int) -> str:
    """A stretch from the first half of the longer lines: prose rather than names and labels."""
    long = [line for line in lines if len(line) > 40]
    text = long[0] if long and len(long[0]) > 3 * n_chars else " ".join(long or lines)
    start = max(0, (len(text) - n_chars) // 3)
    return text[start : start + n_chars]


def _code(name: str | None) -> str | None:
    """The two- or three-letter code of a language tag.

    >>> _code("en_US"), _code("English")
    ('en', None)
    """
    match = re.match(r"([A-Za-z]{2,3})(?:[-_].*)?$", (name or "").strip())
    code = match[1].lower() if match else None
    return {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"}.get(code, code) if code else None


TAGGER = Tagger("language", COLUMNS, find)
