"""What a boilerplate rule is: one frozen record with its own proof.

A rule's patterns are read against *folded* text: lower case, straight quotation marks and
apostrophes, one kind of dash and space. Each pattern is one alternative and begins with a literal
where it can, because the engine skips such alternatives by their first character. No pattern nests
an unbounded repeat, and a line is read only up to a fixed length, so time grows with the number
of lines alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Place = Literal["line", "ending", "start", "end", "form", "evidence", "context"]
"""Where a rule acts.

`line`: the whole line is boilerplate when the pattern matches all of it, decoration left out.
`ending`: the whole line is boilerplate when the pattern matches its end, as credits end captions;
of a line of prose longer than a caption only the match goes.
`start`, `end`: the match is cut from a paragraph that scrapes glued it to.
`form`: like `line`, but only beside a line of a comment form.
`evidence`: like `line`, but too weak to act: articles have such lines too. The match tells the line
model what the line may be, and the model alone decides whether it goes.
`context`: not a pattern; the code beside the rule looks at the lines around.
"""

NO_SENTENCE, SHORT_SENTENCE, SENTENCE = range(3)
"""How a line ends: not like a sentence, like one of three words or more, of six or more."""

CATEGORIES = {
    "ads": "Markers of advertisements and of the places where they interrupt.",
    "author": "Author boxes, contact lines and reporter credits.",
    "comments": "Prompts, forms and counters of comment sections.",
    "copyright": "Copyright lines, wire and affiliate disclaimers.",
    "correction": "Corrections and clarifications: they leave the text and become a column.",
    "counters": "Counters, time stamps of publication, reading times.",
    "layout": "Blank lines, rules of dashes, menus and lists around the article.",
    "learned": "Lines recognised by their place and their shape, not by their wording.",
    "newsletter": "Newsletter, app, log-in and paywall prompts.",
    "notices": "Cookie, privacy, script and player notices, and other words of a site to its readers.",
    "photo": "Photo credits and the captions that end in one.",
    "related": "Links to other stories and the headings above them.",
    "share": "Share and follow lines.",
    "tags": "Tag and topic lines.",
}

TEMPLATE_WORDS = "template_words"
"""How the names of the rules begin that take lines by their vocabulary (`patterns/vocabulary.py`)."""

PROMPTS = frozenset({"ads", "comments", "newsletter", "related", "share"})
"""Other categories that such lines may be of: the rules do not act where one of these is switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of boilerplate.

    `drops` are texts the rule must cut, `keeps` look-alikes that must stay whole. A drop without
    brackets goes as a whole; where it has `[[` and `]]`, exactly what is between them goes.
    A rule acts wherever it matches in a document of its `languages`, at the head, in the middle and at
    the end, and the model never keeps what it takes. Patterns that are too weak for that go into a
    rule of the place `evidence`: its `drops` are lines it recognises, and it has no `keeps` to prove.
    `unless_sentence`: a line that ends like a sentence of six words or more is prose and stays, but
    not where one of `sentences` matches, patterns of boilerplate that is itself a sentence.
    `unless_short_sentence`: the same from three words on, for patterns of a noun and a name.
    `on_pages`: false for rules that, behind the page model, cut more gold lines than boilerplate of the
    development pages.
    """

    name: str
    category: str
    languages: tuple[str, ...]
    place: Place = "line"
    patterns: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    unless_sentence: bool = False
    unless_short_sentence: bool = False
    on_pages: bool = True
    version: int = 1
    drops: tuple[str, ...]
    keeps: tuple[str, ...]


class RuleEntry(NamedTuple):
    """What the code asks of a rule while it cleans: a `Rule` without its patterns and examples."""

    name: str
    category: str
    languages: tuple[str, ...]
    place: Place
    on_pages: bool
    version: int
