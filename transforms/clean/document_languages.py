"""The languages of a document's boilerplate: its own, and that of the labels around it.

A rule is used only in its languages, so that a Dutch time stamp never cuts an English headline.
English rules are used everywhere, because templates are often English even if the article is not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from copydesk.transforms.tag import language

ENGLISH = "en"
ANY = "*"
# Bytes of all short lines together. From this length they show the language of the template.
LABEL_BYTES = 80
LABEL_SAMPLE = 160  # Characters of them that are read.
LABEL_SURE = 0.8  # Probability that this language needs. Names of people look like many languages.
UNSURE = 0.9  # From this probability of the likeliest language on, no other language is used.
SHORT_UNSURE = 0.98  # The same for texts that are too short for the tagger.

# Languages without rules of their own, each with the similar languages whose rules are used.
_KIN = {
    "af": ("nl",), "an": ("es",), "ary": ("ar",), "arz": ("ar",), "be": ("ru",), "bs": ("hr",), "ca": ("es",),
    "eu": ("es",), "ext": ("es",), "fo": ("da",), "fy": ("nl",), "gl": ("es", "pt"), "jv": ("id",), "lb": ("de",),
    "mk": ("bg",), "mr": ("hi",), "ms": ("id",), "ne": ("hi",), "nn": ("no",), "oc": ("fr",), "sa": ("hi",),
    "tt": ("ru",), "ba": ("ru",), "vec": ("it",), "lij": ("it",), "wa": ("fr",), "wuu": ("zh",), "yue": ("zh",),
    "az": ("tr",), "crh": ("tr",), "hbo": ("he",), "sr": ("hr",), "grc": ("el",), "as": ("bn",), "sdh": ("fa",), "ug": ("ar",),
}  # fmt: skip


def languages_of(lines: Sequence[str], stated: Collection[str] = ()) -> frozenset[str]:
    """Return the codes of the languages that the prose and the labels of a text may be in.

    English is always included. `stated` are codes that the input or the page gave.

    >>> text = "Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt."
    >>> sorted(languages_of([text]))
    ['de', 'en']
    """
    # A round of cuts takes blank lines away, and must not change the languages by that.
    prose = language.head(
        [line for line in lines if len(line) > language.LABEL_CHARS and not line.isspace()]
        or [line for line in lines if line and not line.isspace()]
    )
    labels = " ".join([line for line in lines if 3 < len(line) <= language.LABEL_CHARS])
    return _languages_of(prose, labels, tuple(stated))


@lru_cache(maxsize=16)  # Most rounds of cuts change neither.
def _languages_of(prose: str, labels: str, stated: tuple[str, ...]) -> frozenset[str]:
    """Return the languages of the head of the prose, of the labels, and those stated."""
    found = {ENGLISH, *stated}
    if not prose.strip():
        return _with_kin(frozenset(found))
    # The text is judged again after each round of cuts and by the tagger. Most cuts do not change
    # the head, and its result is cached.
    guesses = language.likely_of_head(prose)
    limit = SHORT_UNSURE if language.is_short(prose) else UNSURE
    if guesses[0][1] < limit and len(prose) > language.SAMPLES[-1]:
        guesses = language.likely(prose)
    if guesses[0][1] >= limit:
        found.add(guesses[0][0])
    elif not stated:  # A doubt is settled by what the input states.
        found.update(code for code, _ in guesses)
    if labels:
        found.update(_of_labels(labels))
    return _with_kin(frozenset(found))


@lru_cache(maxsize=1024)  # Most texts are in few languages.
def _with_kin(found: frozenset[str]) -> frozenset[str]:
    return found.union(*(_KIN.get(code, ()) for code in found))


def _of_labels(labels: str) -> tuple[str, ...]:
    """Return the language of the short lines together, if there is enough text.

    A German site prints German labels around an English article.
    """
    if len(labels) < LABEL_BYTES > len(labels.encode("utf-8", "surrogatepass")):
        return ()
    code, probability = language.likely(language.sample(labels, LABEL_SAMPLE))[0]
    return (code,) if probability >= LABEL_SURE else ()
