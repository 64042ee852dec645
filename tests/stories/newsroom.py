"""Made-up events, and unrelated notices around them.

Each event is reported several times in other words.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, tzinfo=UTC)

_FILLER = [
    "the",
    "a",
    "of",
    "in",
    "and",
    "to",
    "for",
    "with",
    "on",
    "at",
    "by",
    "from",
    "that",
    "which",
    "after",
    "before",
    "while",
    "more",
    "than",
    "about",
    "new",
    "old",
    "last",
    "next",
    "week",
    "month",
    "year",
]


def event(number: int, told: int) -> list[tuple[str, str]]:
    """Return title and text of `told` articles on event `number`.

    They have the same names and nouns, in different sentences.
    """
    subject = made_up(random.Random(f"event {number}"), 24)

    def article(dice: random.Random) -> tuple[str, str]:
        def sentence(n: int) -> str:
            return (
                " ".join(
                    dice.choice(subject) if dice.random() < 0.35 else dice.choice(_FILLER)
                    for _ in range(n)
                ).capitalize()
                + "."
            )

        return " ".join(dice.sample(subject, 4)).title(), "\n".join(sentence(25) for _ in range(5))

    return [article(random.Random(f"event {number}, article {version}")) for version in range(told)]


def made_up(dice: random.Random, n: int) -> list[str]:
    """Return invented words."""
    return [
        "".join(dice.choice("bdfgklmnprstv") + dice.choice("aeiou") for _ in range(3))
        for _ in range(n)
    ]


def notice(number: int) -> tuple[str, str]:
    """Return title and text of an article whose event no other article reports."""
    dice = random.Random(f"notice {number}")

    def words(n: int) -> str:
        return " ".join(
            word if dice.random() < 0.4 else dice.choice(_FILLER) for word in made_up(dice, n)
        )

    return words(6), "\n".join(words(40) for _ in range(4))


def newsroom(n_events: int, told: int, n_notices: int) -> list[dict[str, object]]:
    """Return shuffled rows with title, text, published_at and their event (None for notices)."""
    rows: list[dict[str, object]] = []
    for number in range(n_events):
        for version, (title, text) in enumerate(event(number, told)):
            at = START + timedelta(days=number % 10, hours=5 * version)
            rows.append({"title": title, "text": text, "published_at": at, "event": number})
    for number in range(n_notices):
        title, text = notice(number)
        rows.append(
            {
                "title": title,
                "text": text,
                "published_at": START + timedelta(hours=3 * number),
                "event": None,
            }
        )
    random.Random(1).shuffle(rows)
    return rows


def agreement(gold: list[object], found: list[object]) -> float:
    """Return the F1 of pairs of rows that share a group in both groupings."""

    def pairs(labels: list[object]) -> set[tuple[int, int]]:
        by_label: dict[object, list[int]] = {}
        for row, label in enumerate(labels):
            if label is not None:
                by_label.setdefault(label, []).append(row)
        return {(a, b) for rows in by_label.values() for a in rows for b in rows if a < b}

    one, two = pairs(gold), pairs(found)
    return 2 * len(one & two) / (len(one) + len(two)) if one or two else 1.0
