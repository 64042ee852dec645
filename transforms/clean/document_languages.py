"""The languages of a document's boilerplate: its own, and that of the labels around it.

A rule is used only in its languages, so that a Dutch time stamp never cuts an English headline.
English rules are used everywhere, because templates are often English even if the article is not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from copydesk.transforms.tag import language

ENGLISH = "en"
ANY = "*"
PROSE_CHARS = 40  # The limit of the language tagger. Shorter lines are names and labels.
# Bytes of all short lines together. From this length they show the language of the template.
LABEL_BYTES = 80
LABEL_SURE = 0.8  # Probability that this language needs. Names of people look like many languages.
UNSURE = 0.9  # From this probability of the likeliest language on, no other language is used.
SHORT_UNSURE = 0.98  # The same for texts that are too short for the tagger.

# Languages without rules of their own, each with the similar languages whose rules are used.
_KIN = {
    "af": ("nl",), "an": ("es",), "ary": ("ar",), "arz": ("ar",), "be": ("ru",), "bs": ("hr",), "ca": ("es",),
    "eu": ("es",), "ext": ("es",), "fo": ("da",), "fy": ("nl",), "gl": ("es", "pt"), "jv": ("id",), "lb": ("de",),
    "mk": ("bg",), "mr": ("hi",), "ms": ("id",), "ne": ("hi",), "nn": ("no",), "oc": ("fr",), "sa": ("hi",),
    "tt": ("ru",), "ba": ("ru",), "vec": ("it",), "lij": ("it",), "wa": ("fr",), "wuu": ("zh",), "yue": ("zh",),
    "az": ("tr",), "crh": ("tr",), "hbo": ("he",), "grc": ("el",), "as": ("bn",), "sdh": ("fa",), "ug": ("ar",),
}  # fmt: skip


def languages_of(lines: Sequence[str], stated: Collection[str] = ()) -> frozenset[str]:
    """Return the codes of the languages that the prose and the labels of a text may be in.

    English is always included. `stated` are codes that the input or the page gave.

    >>> text = "Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt."
    >>> sorted(languages_of([text]))
    ['de', 'en']
    """
    prose = _head([line for line in lines if len(line) > PROSE_CHARS] or lines)
    found = {ENGLISH, *stated}
    short = len(prose) < language.SHORT_BYTES > len(prose.encode("utf-8", "surrogatepass"))
    # Only the beginning is judged, because most cuts do not change it: the text is judged again
    # after each round of cuts, and the result is cached.
    guesses = language.likely(prose[: language.FIRST_CHARS])
    limit = SHORT_UNSURE if short else UNSURE
    if guesses[0][1] < limit and len(prose) > language.FIRST_CHARS:
        guesses = language.likely(prose)
    if guesses[0][1] >= limit:
        found.add(guesses[0][0])
    elif not stated:  # A doubt is settled by what the input states.
        found.update(code for code, _ in guesses)
    found.update(_of_labels(lines))
    return frozenset(found.union(*(_KIN.get(code, ()) for code in found)))


def _head(lines: Sequence[str]) -> str:
    """Return the first `SAMPLE_CHARS` characters of the joined lines."""
    parts, size = list[str](), 0
    for line in lines:
        parts.append(line[: language.SAMPLE_CHARS])
        size += len(line) + 1
        if size > language.SAMPLE_CHARS:
            break
    return " ".join(parts)[: language.SAMPLE_CHARS]


def _of_labels(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the language of the short lines together, if there is enough text.

    A German site prints German labels around an English article.
    """
    labels = " ".join([line for line in lines if 3 < len(line) <= PROSE_CHARS])
    if len(labels) < LABEL_BYTES > len(labels.encode("utf-8", "surrogatepass")):
        return ()
    code, probability = language.likely(language.sample(labels, language.FIRST_CHARS))[0]
    return (code,) if probability >= LABEL_SURE else ()
