"""Made examples for the drop model: texts cut, spliced, filled in or misread from gold texts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from training.drop_examples import Example, Examples


def spliced(texts: Sequence[str], n: int, rng: random.Random) -> Iterator[tuple[str, str, bool]]:
    """Yield pairs of texts (d, k, whether d may go) made from sentences of other texts.

    A turn gives ten directions: two texts of one template with other names and numbers; two reports
    with the same background; two round-ups that share a story; such a round-up and the full text of
    that story; and a report and its fuller update, in both directions.
    """
    stories = [
        s for s in map(_sentences, rng.sample(list(texts), min(6_000, len(texts)))) if len(s) > 5
    ]
    names = [name for story in stories[:800] for name in _NAME.findall(" ".join(story))]
    for _ in range(n):
        template, other, background, update, news = (rng.choice(stories) for _ in range(5))
        base = " ".join(template[: rng.randint(3, 8)])
        change = (rng.uniform(0.5, 1), rng.uniform(0.3 if re.search(r"\d", base) else 0.7, 1))
        one, two = (_refilled(base, names, change, rng) for _ in range(2))
        yield from ((one, two, False), (two, one, False))
        shared = background[: rng.randint(3, min(10, len(background)))]
        one = " ".join([*other[: rng.randint(1, 4)], *shared])
        two = " ".join([*news[: rng.randint(1, 4)], *shared])
        yield from ((one, two, False), (two, one, False))
        yield from ((d, k, False) for d, k in _round_ups(background, other, news, rng))
        before = update[: rng.randint(4, min(14, len(update)))]
        left = rng.sample(before[1:], max(1, round(len(before[1:]) * rng.uniform(0.35, 0.85))))
        added = news[1 : 1 + max(2, round(len(before) * rng.uniform(0.4, 1.6)))]
        body = left + added
        rng.shuffle(body)
        one, two = " ".join(before), "\n".join([news[0], before[0], *body])
        if len(two) > len(one):
            yield from ((one, two, True), (two, one, False))


def filled_forms(texts: Sequence[str], n: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield both directions of `n` pairs of made texts.

    Both texts of a pair are one form with other short sentences in its gaps. Such texts have few
    names and numbers, as horoscopes do.
    """
    stories = [s for s in map(_sentences, rng.sample(list(texts), 3 * n)) if len(s) > 5]
    for _ in range(n):
        frame, *fillings = (rng.choice(stories) for _ in range(3))
        frame = frame[: rng.randint(4, 8)]
        gaps = sorted(rng.sample(range(len(frame)), rng.randint(2, 4)))
        pair = []
        for sentences in fillings:
            filled = list(frame)
            for gap in reversed(gaps):
                words = rng.choice(sentences).split()
                filled.insert(gap, " ".join(words[: rng.randint(4, 10)]).rstrip(",.") + ".")
            pair.append(" ".join(filled))
        one, two = pair
        yield from ((one, two), (two, one))


def _round_ups(
    shared: list[str], second: list[str], third: list[str], rng: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield directions (d, k) in which k lacks one story of d and has another one."""
    story = shared[: rng.randint(3, min(9, len(shared)))]
    others = [other[: rng.randint(2, min(9, len(other)))] for other in (second, third)]
    one, two = (
        "\n".join([*story, *other] if rng.random() < 0.6 else [*other, *story]) for other in others
    )
    yield from ((one, two), (two, one), (one, " ".join(shared)), (two, " ".join(shared)))


_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if len(part.split()) > 3]


def _refilled(
    text: str, names: Sequence[str], shares: tuple[float, float], rng: random.Random
) -> str:
    """Return the text with these shares of its numbers and names exchanged."""
    chosen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        other = re.sub(r"\d", lambda _: str(rng.randint(1, 9)), match[0])
        return chosen.setdefault(match[0], other if rng.random() < shares[0] else match[0])

    def name(match: re.Match[str]) -> str:
        other = rng.choice(names)
        return chosen.setdefault(match[0], other if rng.random() < shares[1] else match[0])

    return _NUMBER.sub(number, _NAME.sub(name, text))


def read_spliced(into: Examples, n: int = 900) -> None:
    """Add spliced examples, made from the texts of the gold."""
    rng = random.Random(11)
    sources = [text for text in into.texts[:20_000] if 60 < len(text.split()) < 900]

    def add(d: str, k: str, hours: float, may_go: bool, group: str) -> None:
        first = into.add_texts([d, k])
        hours = 0.0 if rng.random() < 0.2 else hours
        into.rows.append(Example(first, first + 1, hours, float(may_go), "spliced", group))

    for number, (d, k, may_go) in enumerate(spliced(sources, n, rng)):
        hours = rng.uniform(0.3, 30) if may_go else rng.uniform(-30, 30)
        add(d, k, hours, may_go, f"spliced {number // 10 % 50}")
    for number, (d, k) in enumerate(filled_forms(sources, n // 2, rng)):
        add(d, k, rng.uniform(-30, 30), False, f"spliced {number // 2 % 50}")


def read_scanned(into: Examples, n: int = 150) -> None:
    """Add `n` wire stories, each with two copies that have errors of text recognition."""
    rng = random.Random(12)
    sources = [text for text in into.texts[:20_000] if 60 < len(text.split()) < 900]

    def read(text: str) -> str:
        errors = rng.uniform(0.003, 0.015)
        return "".join(
            rng.choice("cle1ioh") if c.isalpha() and rng.random() < errors else c for c in text
        )

    for number in range(n):
        text, hours = rng.choice(sources), rng.uniform(-30, 30)
        first = into.add_texts([text, read(text), read(text)])
        for d, k in permutations(range(first, first + 3), 2):
            later, group = hours if d < k else -hours, f"spliced {number % 50}"
            into.rows.append(Example(d, k, later, 1.0, "scanned", group))
