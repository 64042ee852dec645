"""Stories for corpora of any size: made up, or those of a file with other words in each round."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

_MOST_COMMON = """
    the of and to in a for on that with was is said by as at it from his he be has have are
    an were which had this their not but or who after its been they will one would more than
    about also when there new over last two first year could before up out into only some
"""
COMMON = _MOST_COMMON.split()
_SYLLABLE_LIST = """
    bar col den fer gan hol jen kel lor mar nev por quil rad sel tor und vel win yor zan tra
    ple gri sto chan dle mond ster ly
"""
_SYLLABLES = _SYLLABLE_LIST.split()
_WORD = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"(?<=[.!?]) +(?=[\"'A-Z])|\n+")


@dataclass(frozen=True, slots=True)
class Story:
    """A headline, and the sentences of a text."""

    title: str
    sentences: tuple[str, ...]


class Stories(Protocol):
    """A source of stories."""

    def story(self, number: int) -> Story:
        """Return the story with that number, which is always the same."""

    def tellings(self, number: int) -> list[tuple[str, ...]]:
        """Return the same event reported several times, each time in other words."""


class MadeUp:
    """Sentences of common English words and made-up words, drawn by Zipf's law.

    An event has forty words of its own.
    """

    def __init__(self, seed: int, sentences: int = 18) -> None:
        self.seed, self.sentences = seed, sentences
        dice = random.Random(f"{seed}/words")
        self.words = sorted(
            {"".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(40_000)}
        )
        dice.shuffle(self.words)
        self._by_rank = list(accumulate(1 / (rank + 20) for rank in range(len(self.words))))
        self._common = list(accumulate(1 / (rank + 1) for rank in range(len(COMMON))))

    def story(self, number: int) -> Story:
        """See `Stories`."""
        dice = random.Random(f"{self.seed}/{number}")
        subject = dice.sample(self.words, 40)
        return Story(self._sentence(dice, subject, 8)[:-1], self._told(dice, subject))

    def tellings(self, number: int) -> list[tuple[str, ...]]:
        """See `Stories`."""
        dice = random.Random(f"{self.seed}/{number}")
        subject = dice.sample(self.words, 40)
        return [self._told(dice, subject) for _ in range(4)]

    def _told(self, dice: random.Random, subject: Sequence[str]) -> tuple[str, ...]:
        n = max(5, round(dice.gauss(self.sentences, 4)))
        return tuple(self._sentence(dice, subject, dice.randint(12, 30)) for _ in range(n))

    def _sentence(self, dice: random.Random, subject: Sequence[str], n: int) -> str:
        words = dice.choices(COMMON, cum_weights=self._common, k=n)
        for place in range(dice.randint(0, 1), n, 2):
            words[place] = dice.choice(subject) if dice.random() < 0.3 else ""
        rare = iter(dice.choices(self.words, cum_weights=self._by_rank, k=n))
        return " ".join(word or next(rare) for word in words).capitalize() + "."


class Given:
    """The stories of a file, with other words in each round."""

    def __init__(
        self, texts: Sequence[tuple[str, str]], seed: int, sentences: int | None = None
    ) -> None:
        self.seed = seed
        self.stories = [(title, tuple(_sentences(text)[:sentences])) for title, text in texts]
        self.stories = [
            (title, sentences) for title, sentences in self.stories if len(sentences) > 3
        ]
        counts = Counter(word for _, text in texts for word in _WORD.findall(text))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        self._kinds = [
            [word for word in ranked if word.islower()][200:],
            [word for word in ranked if word.istitle()][100:],
        ]
        self._names: tuple[int, dict[str, str]] = (0, {})

    def story(self, number: int) -> Story:
        """See `Stories`."""
        round_, at = divmod(number, len(self.stories))
        title, sentences = self.stories[at]
        return Story(
            self.renamed(title, round_),
            tuple(self.renamed("\n".join(sentences), round_).split("\n")),
        )

    def tellings(self, number: int) -> list[tuple[str, ...]]:
        """See `Stories`.

        One telling has every other sentence of the text and the second has the rest, so that the
        two share few phrases.
        """
        told = self.story(number).sentences
        return [told[::2], told[1::2]] if len(told) > 3 else [told]

    def renamed(self, text: str, round_: int) -> str:
        """Return a text with its words exchanged as in this round."""
        names = self._renamed(round_)
        return _WORD.sub(lambda found: names.get(found[0], found[0]), text)

    def _renamed(self, round_: int) -> dict[str, str]:
        if self._names[0] != round_:
            dice = random.Random(f"{self.seed}/round {round_}")
            names: dict[str, str] = {}
            for words in self._kinds:
                for first in range(0, len(words), 256):  # of similar frequency
                    band = words[first : first + 256]
                    names.update(zip(band, dice.sample(band, len(band)), strict=True))
            self._names = (round_, names)
        return self._names[1]


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _END.split(text) if part.strip()]
