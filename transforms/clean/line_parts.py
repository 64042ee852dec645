"""Finds the rule for a line of several parts: several prompts, a label in capitals and a title, or
sentences of an article and prompts."""

from __future__ import annotations

import re
from itertools import pairwise

from copydesk.transforms.clean.fold_text import key
from copydesk.transforms.clean.lines.line_credits import SENTENCE_END
from copydesk.transforms.clean.news_sentence import kind_of_sentence
from copydesk.transforms.clean.patterns.pattern_index import Matcher
from copydesk.transforms.clean.rule import PROMPTS, SENTENCE, TEMPLATE_WORDS, RuleEntry
from copydesk.transforms.clean.wording_model import odds_of

_MAX_CHARS = 200  # Characters of a line of several prompts.
_PROMPT_END = re.compile(r"(?<=[.!?…؟;]) (?=\S)|(?<=[。！？।]) ?(?=\S)| ?[|•·] ?(?=\S)| - (?=\S)")
# A cheap first test, which most labels fail: every prompt but the last one ends so.
_PROMPT_SIGN = re.compile(r"[.!?…؟;。！？।|•·] ?\S| - \S")
# A question before a prompt, "What would you do?". Some rules match a single word, which may be a
# heading of an article, and a question of one word is no question to readers.
_ASKS = frozenset("?؟？;")
_LEAST_PROMPT, _LEAST_QUESTION = 8, 5  # Characters.
_AFTER_QUESTION = frozenset({"author", "comments", "newsletter", "notices", "share"})
_WIDE = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")  # Their words have two characters.

_LAST_SENTENCE = re.compile(
    r"(.*[\w\u0900-\u0dff][.!?…。！？।][\"'”’»)\]]?) {0,3}(?<=[ 。！？])(?=\S)", re.S
)
# A cheap first test, which most labels fail: a sentence has one of these marks.
_SENTENCE_SIGN = re.compile(r"[.!?…。！？।]")
_MAX_PROMPT = 120  # Characters of the prompts behind a sentence.
_MOST_PROMPTS = 3
_SIGNED = re.compile(r"\([a-z]{2,5}(?:[/-][a-z]{2,5}){1,3}\)$")  # "(dpa/lni)"
_SENTENCE_BREAK = re.compile(
    r"[.!?…؟।][\"'”’»)\]]{0,2} {1,3}(?=\S)|[。！？](?![\"'”’»」』)]) {0,3}(?=\S)"
)
#: Categories of lines that scrapers join to a paragraph. A title behind a label, a caption and a
#: statement of who the author is may have sentences themselves.
_BESIDE_PROSE = (PROMPTS | {"copyright", "counters", "notices"}) - {"related"}
#: The beginnings of the names of other such rules.
_CREDITS = ("credit_line", "reporter_credit")
# Log odds of the wording model below which a sentence is one of an article. Of 436 paragraphs in 33
# languages 97 % have less, and of 123 prompts that are sentences 25 %.
_PROSE_ODDS = -2.0
# The same for a sentence behind a prompt without a mark, and by how much the prompt must have more.
# Of 3987 lines of boilerplate in 33 languages, one is cut in two.
_BEHIND_ODDS, _PROMPT_HAS_MORE = -1.0, 4.0
_WORD_BREAK = re.compile(r"[\w)] {1,3}(?=[\"'“„«»「(–—-]{0,1} ?[^\W\d_])")
_LONGEST_CAPTION = 60  # Characters of a caption of fewer than six words. Arbitrary.
_LEAST_UNSPACED = 14  # Characters of a sentence in Chinese or Japanese.
#: Categories of lines that scrapers join to the last sentence.
_BEHIND_SENTENCE = PROMPTS | {"author", "copyright", "counters", "notices", "photo", "tags"}


def find(line: str, low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule for a line of several parts. `low` is the folded line."""
    if len(low) > _MAX_CHARS:
        return None
    if line[:2].isupper() and (rule := _label_in_capitals(line, low, matcher)) is not None:
        return rule
    if _PROMPT_SIGN.search(low) is None:
        return None
    return _credit_of_caption(low, matcher) or _each_prompt(low, matcher)


def _label_in_capitals(line: str, low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule for a link to a story whose label has capitals instead of a colon."""
    words = line.split(" ", 5)
    n_capitals = next((n for n, word in enumerate(words) if not word.isupper()), 0)
    if not 2 <= n_capitals <= 4:
        return None
    end = sum(map(len, words[:n_capitals])) + n_capitals - 1
    label, title = low[:end], low[end:]
    rule = matcher.find(key(label))
    if rule is None or rule.category != "related":
        return None
    rule = matcher.find(key(f"{label}:{title}"))
    return rule if rule is not None and rule.category == "related" else None


def _each_prompt(low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule of the first of several prompts if rules match all of them.

    An example is "What do you think? Have your say below". If the last one is a prompt to comment,
    to subscribe or to follow, those before it may also be questions of any kind.
    """
    prompts = [one for one in map(str.strip, _PROMPT_END.split(low)) if one]
    if len(prompts) < 2:
        return None
    last = _rule_for(prompts[-1], matcher)
    if last is None:  # Prose ends here, and the sentences before need no search.
        return None
    rules = [*[_rule_for(prompt, matcher) for prompt in prompts[:-1]], last]
    if None not in rules:
        return rules[0]
    if not _follows_question(prompts[-1], last):
        return None
    is_prompt = [
        rule is not None or (one[-1] in _ASKS and len(one) >= _LEAST_QUESTION)
        for one, rule in zip(prompts, rules, strict=True)
    ]
    return last if all(is_prompt) else None


def _credit_of_caption(low: str, matcher: Matcher) -> RuleEntry | None:
    """Return the rule for a photo credit behind a short caption: "The port on Friday. Photo: Bo Li".

    A caption of six words or more may be a sentence of the article, which loses only the credit.
    """
    end = _SENTENCE_BREAK.search(low)
    if end is None or kind_of_sentence(caption := low[: end.end()].rstrip()) == SENTENCE:
        return None
    if len(caption) > _LONGEST_CAPTION or len(low) - end.end() > _MAX_PROMPT:
        return None
    if caption[-1] in _ASKS or (_WIDE.search(caption) and len(caption) >= _LEAST_UNSPACED):
        return None
    rule = matcher.find(key(low[end.end() :]))
    return rule if rule is not None and rule.category == "photo" else None


def _rule_for(prompt: str, matcher: Matcher) -> RuleEntry | None:
    return matcher.find(key(prompt), sentence=kind_of_sentence(prompt))


def _follows_question(prompt: str, rule: RuleEntry) -> bool:
    """Tell whether a question before a prompt belongs to it."""
    is_prompt = rule.category in _AFTER_QUESTION or rule.name.startswith(TEMPLATE_WORDS)
    return is_prompt and _length(prompt) >= _LEAST_PROMPT


def _length(text: str) -> int:
    return len(text) * (2 if _WIDE.search(text) else 1)


def prompts_at_end(tail: str, matcher: Matcher) -> tuple[RuleEntry, int] | None:
    """Return the rule for the prompts behind the last sentence of a folded text, and where that ends.

    "The river rose again. Subscribe to our newsletter" has no mark at its end. There may be
    several: "The river rose again. Do you want more? Subscribe to our newsletter".
    """
    is_open = tail and (tail[-1] not in SENTENCE_END or "©" in tail or _SIGNED.search(tail))
    if not is_open or _SENTENCE_SIGN.search(tail) is None:
        return None
    found: tuple[RuleEntry, int] | None = None
    end = len(tail)
    for _ in range(_MOST_PROMPTS):
        boundary = _LAST_SENTENCE.match(tail, 0, end)
        if boundary is None or len(tail) - boundary.end() > _MAX_PROMPT:
            break
        rest = tail[boundary.end() :]
        rule = matcher.find(key(rest)) or find(rest, rest, matcher)
        if rule is not None and (
            rule.category in _BEHIND_SENTENCE or rule.name.startswith(TEMPLATE_WORDS)
        ):
            found = rule, boundary.end(1)
        end = boundary.end(1)
    return found


def prose_beside(line: str, low: str, rule: RuleEntry, matcher: Matcher) -> tuple[int, int] | None:
    """Return where the sentences of an article begin and end on a line that `rule` matches.

    `low` is the folded line. None is returned if the line has none, or if no rule matches what is
    before or behind them. A pattern that ends with any text also matches "Sign in to continue
    reading. The river rose to four metres at noon.", and only the first sentence of that is a
    prompt.
    """
    is_credit = rule.name.startswith(_CREDITS)
    if rule.place != "line" or not (is_credit or rule.category in _BESIDE_PROSE):
        return None
    bounds = [0, *(found.end() for found in _SENTENCE_BREAK.finditer(low)), len(low)]
    prose = [
        part
        for part in (pairwise(bounds) if len(bounds) > 2 else ())
        if _is_of_article(low[slice(*part)], matcher)
    ]
    if not prose:
        if rule.category == "copyright":
            return None
        return _prose_behind(line, low, bounds[-2], matcher)
    start, end = prose[0][0], prose[-1][0] + len(low[slice(*prose[-1])].rstrip())
    for beside in (low[:start].strip(), low[end:].strip()):
        if beside and _rule_for(beside, matcher) is None and find(beside, beside, matcher) is None:
            return None
    before = max(at for at in (0, *bounds) if at < start or not at)
    inside = _prose_behind(line[:start], low[:start], before, matcher)
    return (start if inside is None else inside[0]), end


def _is_of_article(sentence: str, matcher: Matcher) -> bool:
    """Tell whether a folded sentence has no words of a prompt."""
    text = sentence.strip()
    return _is_long(text) and _rule_for(text, matcher) is None and odds_of([text])[0] < _PROSE_ODDS


def _is_long(text: str) -> bool:
    return kind_of_sentence(text) == SENTENCE or (
        text[-1:] in "。」』" and len(text) >= _LEAST_UNSPACED
    )


def _prose_behind(line: str, low: str, last: int, matcher: Matcher) -> tuple[int, int] | None:
    """Return where a sentence begins and ends behind a prompt without a mark at its end.

    It is a part of the last sentence of the line, which begins at `last`. It begins with a capital
    or a quotation mark where the script has them: "Download our app The river rose to four metres
    at noon."
    """
    if not _is_long(low.rstrip()):
        return None
    begins = [
        found.end()
        for found in _WORD_BREAK.finditer(line, last)
        if not line[found.end()].islower() and _is_long(low[found.end() :].rstrip())
    ]
    if not begins:
        return None
    odds = odds_of([part.strip() for at in begins for part in (low[:at], low[at:])])
    rated = sorted(
        (behind - before, at)
        for at, before, behind in zip(begins, odds[::2], odds[1::2], strict=True)
        if before - behind > _PROMPT_HAS_MORE
        and behind < _BEHIND_ODDS
        and _length(low[:at]) >= _LEAST_PROMPT
    )
    for _, at in rated:
        prompt = low[:at].strip()
        is_prompt = _rule_for(prompt, matcher) or find(prompt, prompt, matcher)
        if is_prompt and not _rule_for(low[at:].strip(), matcher):
            return at, len(low)
    return None
