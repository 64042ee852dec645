"""Patterns for lines that consist only of a site's words to its readers, from lists of such words.

A site says the same things in many wordings ("Create a free account to continue reading", "Register
for free and read on"). A list of the wordings would be endless, but a list of their words is not. A
line matches if all of its words are in the vocabulary and at least one of them is a key word, which
articles hardly use without a word of their own ("newsletter", "your account"). An article that
mentions such things names somebody who does something, and that word is not in the list.
"""

from __future__ import annotations

import re

from copydesk.transforms.clean.fold_text import folded, plain

MOST = 30  # Words of a line. The longest prompts have fewer.
HEAD = 4  # Letters of the first word, by which the lines to try are found.
MOST_UNSPACED = 24  # Words of a line in a script without spaces.
_ANY_ENDING = r"[^ .,:;!?|()/&'-]{0,12}"
_BETWEEN = r"[ .,:;!?|()/&'\">،؛؟।·-]{1,4}"
_BETWEEN_UNSPACED = r"[ .,:;!?|()/&'\"、。「」・-]{0,3}"
_NUMBER = r"[$€£¥₹(]?\d{1,6}(?:[.,]\d{1,3})?[$€£¥₹%)]?"
#: Networks whose names are not also other words. Languages with cases add endings.
_NETWORKS = (
    *("facebook", "twitter", "instagram", "linkedin", "youtube"),
    *("pinterest", "whatsapp", "telegram", "tiktok"),
)
_NETWORK = rf"(?:{'|'.join(_NETWORKS)})[^ .,:;!?|()/&-]{{0,5}}"


def template_patterns(keys: str, words: str, *, is_spaced: bool) -> tuple[str, ...]:
    """Return patterns of lines with only words of `keys` or `words`, and one of `keys` at least.

    Both are lists with semicolons, and `*` means any ending. A single key word is not a line,
    but a key of several words is. The first of three look-aheads needs a space, the second reads
    all words, and the third finds the key. The rest of the pattern says how such lines begin,
    because patterns are grouped by their beginnings.

    >>> found = "|".join(template_patterns("newsletter*; your account", "our; free; to; for", is_spaced=True))
    >>> [bool(re.fullmatch(found, x)) for x in ("our free newsletters", "your account", "newsletter", "our free harbour")]
    [True, True, False, False]
    """
    key_list, word_list = _listed(keys), _listed(words)
    # Repeats are possessive. Otherwise two readings of the same words would be tried in all
    # combinations.
    if not is_spaced:
        any_word = rf"(?:{_choice([*key_list, *word_list])}|\d{{1,6}})"
        return (
            rf"(?=.{{0,60}}{_choice(key_list)}){any_word}(?:{_BETWEEN_UNSPACED}{any_word}){{1,{MOST_UNSPACED}}}+",
        )
    key, any_word = _choice(key_list), _choice([*key_list, *word_list])
    only_words = rf"(?=(?:(?:{any_word}|{_NUMBER}|{_NETWORK})(?:{_BETWEEN}|$)){{1,{MOST}}}+$)"
    # A network with a number is an item of a list or a price.
    has_key = rf"(?=(?:.{{0,160}}{_BETWEEN})?{key}(?:{_BETWEEN}|$)|[^\d]{{0,160}}{_NETWORK}[^\d]{{0,160}}$)"
    heads = sorted({one[:HEAD].rstrip("*") for one in (*key_list, *word_list, *_NETWORKS)})
    starts = _either([*map(re.escape, heads), r"[$€£¥₹(\d]"])
    return (rf"(?=[^ ]{{1,40}} ){only_words}{has_key}{starts}.{{0,400}}",)


def _listed(block: str) -> list[str]:
    """Return the words of a list in the form in which lines are compared."""
    return [plain(folded(one.strip())) for one in block.split(";") if one.strip()]


def _choice(words: list[str]) -> str:
    """Return one pattern for any of some words, longer ones first, grouped by their first letter."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda one: (-len(one), one)):
        by_letter.setdefault(word[0], []).append(_pattern(word))
    return _either(list(map(_either, by_letter.values())))


def _either(patterns: list[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _pattern(word: str) -> str:
    escaped = re.escape(word.rstrip("*")).replace(r"\ ", " ").replace(r"\-", "[ -]?")
    return escaped + (_ANY_ENDING if word.endswith("*") else "")
