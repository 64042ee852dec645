"""Finds the headline and the bylines of a plain text, which no rule about boilerplate may cut.

They are found before rules cut. A line that a rule matches is the headline only if no other line
above the article's prose can be: "Share on Facebook" above a headline is a share line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from copydesk.transforms.clean.rule import RuleEntry
from copydesk.transforms.tag.datelines import dateline_parser
from copydesk.transforms.tag.headlines import prose_lines, text_header

MAX_HEADLINE_CHARS = 200  # The same as the recipe's `max_headline_chars`.
# Non-blank lines above the first prose. Longer menus have no headline that could be lost.
MOST_LINES = 60
LEAST_WORDS = 3  # Words of five letters or more in a headline that the article repeats, at least.
REPEATED = 0.6  # Share of a headline's words of five letters or more that the article repeats.
_SHORT_HEADLINE = 80  # Characters. A paragraph in a script without spaces is hardly shorter.
_LEAD_LINES = 6  # Lines of prose that are searched for a headline's words.
_AUTHORS = frozenset({"author", "photo", "copyright"})  # Rules about people's names. Arbitrary.
_WORD = re.compile(r"[^\W\d_]{5,}")
#: Lines at the top of a page among which its dateline may be (arbitrary).
_PAGE_LINES = 4
_LABEL = re.compile(r"[:|>»→•]")
_PHOTO_LABEL = re.compile(
    r"[\[(【<〔]?(?:사진|그래픽|영상|photo|foto|image|imagen|immagine|写真|照片|图片|圖片|фото|снимка)[ ]?[=:：＝/|]",
    re.I,
)
_FROM_AGENCY = re.compile(r" - [a-z]{2,12}$")  # "Oil falls on demand fears - Reuters"


def protected_lines(
    lines: Sequence[str], low: Sequence[str], cut_by: Mapping[int, RuleEntry]
) -> frozenset[int]:
    """Return the lines that print headline, byline or dateline, although a rule would cut them.

    `low` are the folded lines. `cut_by` maps a line's number to the rule that cuts all or a part of
    it.
    """
    head: list[int] = []
    for number, line in enumerate(lines):
        if line and not line.isspace():
            if number not in cut_by and prose_lines.is_prose(line):
                break
            head.append(number)
            if len(head) > MOST_LINES:
                break
    taken = [number for number in head if number in cut_by]
    if not taken:
        return frozenset()
    has_title, headline = False, len(lines)
    for n in head:
        if n not in cut_by and text_header.reads_like_headline(lines[n], MAX_HEADLINE_CHARS):
            has_title = True
            if len(lines[n]) <= _SHORT_HEADLINE:
                headline = n
                break
    # "Editing by Bo Li" is not a byline above a headline or after a paragraph.
    found = {
        n
        for n in taken
        if (cut_by[n].category not in _AUTHORS and text_header.is_byline(lines[n]))
        or (
            cut_by[n].category == "author"
            and n > headline
            and not _PHOTO_LABEL.match(lines[n])
            and text_header.is_byline(lines[n])
        )
        or (not _is_no_dateline(lines[n], cut_by[n]) and _is_dateline(lines[n]))
    }
    if not has_title:
        prose = [text for number, text in enumerate(low) if number > head[-1] and text]
        words = frozenset(w for text in prose[:_LEAD_LINES] for w in _WORD.findall(text))
        found.update([n for n in taken if _is_headline(lines[n], low[n], words)][:1])
    return frozenset(found)


_ENDS = re.compile(r"[.!?…][\"'”’»)\]]{0,3}$")


def is_continued(lines: Sequence[str], number: int) -> bool:
    """Tell whether a line is the end of a sentence that begins on the line above it.

    Texts with lines of fixed length have such lines, and they may read like labels.

    >>> text = ["The mayor said that the repairs of the wall would cost", "more on this than last year."]
    >>> is_continued(text, 1), is_continued(["The mayor said no.", "more on this story."], 1)
    (True, False)
    """
    line = lines[number].strip()
    above = lines[number - 1].rstrip() if number else ""
    return _ENDS.search(line) is not None and prose_lines.is_broken_prose([above, line])


def _is_dateline(line: str) -> bool:
    return dateline_parser.is_alone(line) or dateline_parser.opens_prose(line)


def _is_no_dateline(line: str, rule: RuleEntry) -> bool:
    """Tell whether a credit with an agency only looks like a dateline.

    Examples are "[Photo = Harbour News]" and "(ANSA) © All rights reserved".
    """
    if rule.category == "copyright":
        return len(line) <= _SHORT_HEADLINE
    if _PHOTO_LABEL.match(line):
        return True
    return rule.category == "photo" and rule.place == "line" and dateline_parser.is_alone(line)


def is_dateline(lines: Sequence[str], number: int) -> bool:
    """Tell whether one of the first lines of a page is a dateline and nothing else.

    Its agency in brackets looks like the credit of a caption.

    >>> is_dateline(["OSLO, Norway (AP)", "Rain fell."], 0), is_dateline(["The lock at noon (AP)"], 0)
    (True, False)
    """
    return number < _PAGE_LINES and dateline_parser.is_alone(lines[number])


def _is_headline(line: str, low: str, words: Collection[str]) -> bool:
    """Tell whether a line reads like a headline and the article repeats its words.

    A line that ends with an agency's name need not be repeated.

    >>> _is_headline("Explore the flooded harbour quarter", "explore the flooded harbour quarter", {"flooded", "harbour", "quarter"})
    True
    >>> _is_headline("Related: the flooded harbour quarter", "related: the flooded harbour quarter", {"flooded", "harbour", "quarter"})
    False
    """
    if not text_header.reads_like_headline(line, MAX_HEADLINE_CHARS) or _LABEL.search(low):
        return False
    if _FROM_AGENCY.search(low) and low.count(" ") >= 5:
        return True
    own = set(_WORD.findall(low))
    shared = own.intersection(words)
    return len(shared) >= LEAST_WORDS and len(shared) >= REPEATED * len(own)
