"""Which languages a document's boilerplate may be in: its own, and that of the labels around it.

A rule acts in its languages alone, so that a Dutch time stamp never takes an English headline.
English acts everywhere, because templates are often English where the article is not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from copydesk.transforms.tag import language

ENGLISH = "en"
ANY = "*"
PROSE_CHARS = 40  # the language tagger's own limit: shorter lines are names and labels
LABEL_BYTES = 80  # of short lines together, from which they show the language of the template
LABEL_SURE = 0.8  # probability asked of that language; names of people look like many languages
UNSURE = 0.9  # probability of the likeliest language from which no other one acts beside it
SHORT_UNSURE = 0.98  # the same of texts too short for the tagger

# Languages without rules of their own, and the ones written so much alike that their rules act there.
_KIN = {
    "af": ("nl",), "an": ("es",), "ary": ("ar",), "arz": ("ar",), "be": ("ru",), "bs": ("hr",), "ca": ("es",),
    "eu": ("es",), "ext": ("es",), "fo": ("da",), "fy": ("nl",), "gl": ("es", "pt"), "jv": ("id",), "lb": ("de",),
    "mk": ("bg",), "mr": ("hi",), "ms": ("id",), "ne": ("hi",), "nn": ("no",), "oc": ("fr",), "sa": ("hi",),
    "tt": ("ru",), "ba": ("ru",), "vec": ("it",), "lij": ("it",), "wa": ("fr",), "wuu": ("zh",), "yue": ("zh",),
    "az": ("tr",), "crh": ("tr",), "hbo": ("he",), "grc": ("el",), "as": ("bn",), "sdh": ("fa",), "ug": ("ar",),
}  # fmt: skip


def languages_of(lines: Sequence[str], stated: Collection[str] = ()) -> frozenset[str]:
    """The codes of the languages that the prose of a text and its labels may be in, English always.

    `stated` are codes that the input or the page gave.

    >>> text = "Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt."
    >>> sorted(languages_of([text]))
    ['de', 'en']
    """
    prose = _head([line for line in lines if len(line) > PROSE_CHARS] or lines)
    found = {ENGLISH, *stated}
    short = len(prose) < language.SHORT_BYTES > len(prose.encode("utf-8", "surrogatepass"))
    # The head alone, which most cuts leave as it is: what is left is judged again, and remembered.
    guesses = language.likely(prose[: language.FIRST_CHARS])
    limit = SHORT_UNSURE if short else UNSURE
    if guesses[0][1] < limit and len(prose) > language.FIRST_CHARS:
        guesses = language.likely(prose)
    if guesses[0][1] >= limit:
        found.add(guesses[0][0])
    elif not stated:  # what the input states settles a doubt
        found.update(code for code, _ in guesses)
    found.update(_of_labels(lines))
    return frozenset(found.union(*(_KIN.get(code, ()) for code in found)))


def _head(lines: Sequence[str]) -> str:
    """The first `SAMPLE_CHARS` characters of lines in a row."""
    parts, size = list[str](), 0
    for line in lines:
        parts.append(line[: language.SAMPLE_CHARS])
        size += len(line) + 1
        if size > language.SAMPLE_CHARS:
            break
    return " ".join(parts)[: language.SAMPLE_CHARS]


def _of_labels(lines: Sequence[str]) -> tuple[str, ...]:
    """The language of the short lines together, where they are enough to tell: a German site prints German labels around an English article."""
    labels = " ".join([line for line in lines if 3 < len(line) <= PROSE_CHARS])
    if len(labels.encode("utf-8", "surrogatepass")) < LABEL_BYTES:
        return ()
    code, probability = language.likely(language.sample(labels, language.FIRST_CHARS))[0]
    return (code,) if probability >= LABEL_SURE else ()
