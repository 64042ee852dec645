"""Tells a sentence of an article that has the words of a prompt from the prompt.

Rules read the words of a line. These checks look at the rest of a line that a rule matches: who
says it, which numbers it has, and whether it begins with a name. They cost nothing for other lines.
"""

from __future__ import annotations

import re

from copydesk.transforms.clean.rule import (
    AUTHOR_STATEMENT,
    NO_SENTENCE,
    PROMPTS,
    TEMPLATE_WORDS,
    RuleEntry,
)

#: Categories of lines that a person in an article may say. A link may end in a quotation.
_SAYABLE = (PROMPTS | {"notices"}) - {"related"}

_QUOTED = r"(?:\"[^\"]{3,300}\"|«[^»]{3,300}»|「[^」]{3,300}」|『[^』]{3,300}』)"
# A quotation that ends or is followed by a mark, and then who said it. Without the mark it may be
# the name of a site: «Harbour Post» on Telegram.
_SAID_BEHIND = re.compile(
    rf"(?={_QUOTED})[\"«「『].{{2,299}}(?:[,!?.…。！？।][\"»」』]|[\"»」』](?:,| -|(?=[\u3040-\u9fff\uac00-\ud7a3]))) ?.{{0,2}}[^\W\d]"
)
# Who said it, a colon or comma, and a quotation that ends the line.
_SAID_BEFORE = re.compile(rf"[^\"«「『]{{6,200}}[:：,，、] ?{_QUOTED}[.!?。।]?")
_LARGE_NUMBER = re.compile(r"\d[.,' ]\d{3}|\d{4,}|\d[.,]\d ")
_CURRENCY = re.compile(r"[$€£¥₹₩₽₺₫฿]")
# "The minister" and "Die Ministerin" are no names, though German nouns are capitalised.
_ARTICLES = frozenset(
    "a an the der die das ein eine sein seine ihr ihre unser unsere el la los las un una il lo le les o a os as um uma de het een den det en ett az egy ο η το".split()
)


def is_of_article(line: str, low: str, rule: RuleEntry, sentence: int) -> bool:
    """Tell whether a line that `rule` matches as a whole is a sentence of the article.

    `low` is the folded line, and `sentence` tells how it ends.

    >>> from copydesk.transforms.clean.rule import SENTENCE
    >>> follow = RuleEntry("follow_us_en", "share", ("en",), "line", True, 1)
    >>> is_of_article('"Follow us," he said.', '"follow us," he said.', follow, SENTENCE)
    True
    >>> is_of_article("Follow us.", "follow us.", follow, NO_SENTENCE)
    False
    """
    if rule.name.startswith(AUTHOR_STATEMENT):
        return not _begins_with_name(line)
    if rule.category not in _SAYABLE:
        return False
    if _SAID_BEHIND.match(low) or _SAID_BEFORE.fullmatch(low):
        return True
    counts = rule.name.startswith(TEMPLATE_WORDS) or rule.category == "newsletter"
    return (
        counts
        and sentence != NO_SENTENCE
        and _LARGE_NUMBER.search(low) is not None
        and _CURRENCY.search(low) is None
    )


def _begins_with_name(line: str) -> bool:
    """Tell whether a line begins with two capitalised words, the first of them no article.

    Scripts without capitals pass.
    """
    words = line.split(None, 3)
    if not (line[:1].isupper() or line[:1].islower()):
        return True
    if len(words) > 2 and words[0].casefold() in {"ο", "η"}:  # Greek names have an article.
        words = words[1:]
    return (
        len(words) > 1
        and words[0].casefold() not in _ARTICLES
        and not any(word[0].islower() for word in words[:2])
    )
