"""The record of a boilerplate rule: its patterns, and the examples that prove it.

A rule's patterns are matched against *folded* text: lower case, straight quotation marks and
apostrophes, one kind of dash and space. Each pattern is one alternative and begins with a literal
if it can, because the engine skips such alternatives by their first character. No pattern nests an
unbounded repeat, and a line is read only up to a fixed length, so time grows only with the number
of lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Place = Literal["line", "ending", "start", "end", "form", "evidence", "context"]
"""The part of a line to which a rule applies.

- `line`: the whole line is cut if the pattern matches all of it except the decoration around it.
- `ending`: the whole line is cut if the pattern matches its end, as credits end captions. From a
  line of prose that is longer than a caption only the match is cut.
- `start`, `end`: the match is cut from the beginning or end of a paragraph. Scrapes often join
  boilerplate to a paragraph.
- `form`: like `line`, but only beside a line of a comment form.
- `evidence`: like `line`, but the rule cuts nothing, because articles have such lines too. The line
  model knows of the match, and the model alone decides whether the line is cut.
- `context`: the rule has no pattern. Code recognises the line by the lines around it.
"""

NO_SENTENCE, SHORT_SENTENCE, SENTENCE = range(3)
"""How a line ends: not as a sentence, as one of three words or more, or of six or more."""

CATEGORIES = {
    "ads": "Markers of advertisements.",
    "author": "Author boxes, contact lines and reporter credits.",
    "comments": "Prompts, forms and counters of comment sections.",
    "copyright": "Copyright lines, wire and affiliate disclaimers.",
    "correction": "Corrections and clarifications, which are cut from the text and become a column.",
    "counters": "Counters, time stamps of publication, reading times.",
    "layout": "Blank lines, rules of dashes, menus and lists around the article.",
    "learned": "Lines recognised by their position and their shape, not by their wording.",
    "newsletter": "Newsletter, app, log-in and paywall prompts.",
    "notices": "Cookie, privacy, script and player notices, and other words of a site to its readers.",
    "photo": "Photo credits and the captions that end in one.",
    "related": "Links to other stories and the headings above them.",
    "share": "Share and follow lines.",
    "tags": "Tag and topic lines.",
}

TEMPLATE_WORDS = "template_words"
"""The beginning of the names of rules that match lines by their vocabulary (`patterns/template_words.py`)."""

AUTHOR_STATEMENT = "author_statement"
"""The beginning of the names of rules for statements of who an author is, which begin with a name."""

PROMPTS = frozenset({"ads", "comments", "newsletter", "related", "share"})
"""Other categories of such lines. The rules are not used if one of these is switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of boilerplate.

    `drops` are texts that the rule must cut, and `keeps` are similar texts that must stay whole. A
    drop is cut as a whole. If it has `[[` and `]]`, exactly the part between them is cut.

    A rule cuts wherever it matches in a document of its `languages`, at the beginning, in the
    middle and at the end, and the line model never keeps what it cuts. Patterns that are too weak
    for that belong in a rule of the place `evidence`. The `drops` of such a rule are lines that it
    recognises, and it needs no `keeps`.

    - `unless_sentence`: a line that ends like a sentence of six words or more is prose and stays. It is
      cut only if one of `sentences` matches, which are patterns of boilerplate that is a sentence.
    - `unless_short_sentence`: the same from three words on, for patterns of a noun and a name.
    - `on_pages`: false for rules that, after the page model, cut more gold lines than boilerplate of
      the development pages.
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
    """The parts of a `Rule` that cleaning needs, without its patterns and examples."""

    name: str
    category: str
    languages: tuple[str, ...]
    place: Place
    on_pages: bool
    version: int
