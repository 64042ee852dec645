"""Patterns of lines that are composed of phrases: time stamps, copyright lines, crumbs, statements."""

from __future__ import annotations

import re

from copydesk.transforms.clean.patterns.phrase import PLACES, choice, lines, pattern

_BETWEEN = r"[ .,:;/()|·•-]{0,3}"
_NUMBER = r"\d{1,4}(?:[.:/-]\d{1,4}){0,3}(?!\d)"
# A date alone may be the heading of a chapter in a chronology. With the time of day it is a time
# stamp.
_HAS_CLOCK = r"(?=.{0,60}\d(?:[:h]|\.| ?[時时시] ?)\d\d(?![\d.]))"
_ZONES = (
    r"(?:utc|gmt)(?: ?[+-] ?\d{1,2})?|cet|cest|ist|bst|e[sd]?t|p[sd]?t|wib|wita|jst|kst|hkt|msk|мск"
)
_MARK = r"(?:©|\(c\)|c\)|copyright)"
_OPTION = re.compile(r"\[[^\[\]]*\]")
_YEARS = r"(?:(?:19|20)\d\d(?: ?- ?(?:19|20)?\d\d)?)"
_CRUMB = r"(?: ?(?:>>?|»|›|/|[|│┊]|→|·|•|<|«|‹|::) ?)"
_ARROW = r" ?(?:>>?|»|›|→|::) ?"
_LABEL = r"[^>»›/|│┊→·•<«‹!?:;]{1,60}"
_HEADLINE = r"(?:[^.]|\.(?! .)){1,160}"  # Any characters, but not two sentences.


def time_stamps(stamps: str, dates: str, months: str, ago: str) -> tuple[str, ...]:
    """Return the patterns of time stamps, from the blocks of a phrasebook."""
    stamp, words = choice(stamps), choice(dates + "\n" + months)
    month, since = choice(months), f"(?:{'|'.join(map(pattern, lines(ago)))})"
    token = rf"(?:{_NUMBER}|{words}|[ap]\.?m|{_ZONES}|z|{stamp})"
    date = rf"(?:{token}{_BETWEEN}){{1,14}}"
    has_day = rf"(?=.{{0,60}}(?:\d ?{month}|{month} ?\d|\d{{1,2}}[./-] ?\d{{1,2}}[./-] ?\d{{2,4}}|(?:19|20)\d\d[./-] ?\d|\d[.,]? ?(?:de )?{month}))"
    return (
        *map(pattern, lines(ago)),
        rf"(?=.{{0,60}}\d){stamp}{_BETWEEN}{date}",
        rf"{stamp}{_BETWEEN}{since}(?:{_BETWEEN}(?:{stamp}{_BETWEEN})?{since})?",
        rf"{_HAS_CLOCK}{has_day}{date}(?:{_BETWEEN}{since})?",
        rf"{since}[ ,|·•-]{{0,4}}(?:{since}|{stamp}(?:[ ,|·•-]{{1,4}}{since})?)",
        rf"{since}[ ,|·•-]{{1,4}}{has_day}{date}",
        rf"(?=.{{0,60}}\b{stamp}\b){_HAS_CLOCK}{date}",
        rf"{stamp}",
    )


def copyright_lines(rights: str, works: str, *, is_english: bool) -> tuple[str, ...]:
    """Return the patterns of a mark with year and owner and a statement of rights, in any order.

    "The use of fireworks is forbidden" is news. A statement with a place for any words must name one
    of the `works` that have rights, or be short.
    """
    any_rights = choice(rights)
    closing = pattern(lines(rights)[0])  # "All rights reserved" may follow the owner.
    # "Copyright" and other nouns are also how a heading begins, "Copyright ends next year".
    named = [one for one in lines(rights) if works and is_about_works(one)]
    others = [one for one in lines(rights) if one not in named]
    fixed, open_ = choice("\n".join(others)), choice("\n".join(named))
    statements = choice("\n".join(one for one in others if _is_statement(one)))
    behind = r"(?: ?[.,;:|©-][ .,;:|©-]{0,3}[^!?]{1,120})?"
    short = next(most for script, most in _SHORT_NOTICE if script.search(rights))
    about_works = rf"(?=.{{0,{short}}}$|.{{0,400}}{choice(works)}){open_}"
    return (
        rf"{fixed}{behind}",
        *((rf"{about_works}{behind}",) if named else ()),
        rf"(?:{statements}|{closing}) {PLACES['few'][0]}",
        rf"{_MARK}[^!?]{{1,120}}?{any_rights}[^!?]{{0,120}}",
        # The words before it are the name of a site, not a sentence.
        rf"[^\s!?:;]{{1,24}}(?: [^\s!?:;]{{1,24}}){{0,5}}?[ .,;|·-]{{0,4}}(?:{closing})(?:[ .,;:|-]{{1,4}}[^!?]{{1,80}})?",
        r"© ?[^!?]{0,120}",
        rf"copyright(?:,? ?{_YEARS}| ?(?:©|\(c\)|:)| by )[^!?]{{0,120}}",
        *(() if is_english else (rf"copyright {PLACES['outlet'][0]}(?: {_YEARS})?",)),
        rf"(?:c\)|\(c\)) ?(?:copyright )?{_YEARS}[^!?]{{0,120}}",
        rf"(?:c\)|\(c\)) ?[^!?:;.]{{2,50}} {_YEARS}[^!?]{{0,120}}",
        rf"{_YEARS},? ?(?:©|\(c\)|copyright)[^!?]{{0,120}}",
        rf"[^!?:;.]{{1,60}} ?(?:©|\(c\)) ?{_YEARS}[^!?]{{0,80}}",
        rf"{PLACES['outlet'][0]} © ?{PLACES['name'][0]}",
    )


def is_about_works(phrase: str) -> bool:
    """Tell whether a phrase about rights ends with any words, one of which must name a work.

    >>> is_about_works("(copying|use){any}forbidden{any}"), is_about_works("publisher: {any}")
    (True, False)
    """
    return phrase.endswith("{any}") and ":" not in phrase


# Characters of a line such as "Copying forbidden without consent", by script: syllables and words,
# letters without vowels, others. Arbitrary.
_SHORT_NOTICE = (
    (re.compile(r"[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]"), 10),
    (re.compile(r"[\u0590-\u06ff]"), 20),
    (re.compile(""), 34),
)


def _is_statement(phrase: str) -> bool:
    """Tell whether a phrase about rights has more than two words that it must have, or a place.

    >>> _is_statement("all rights reserved[ {rest}]"), _is_statement("copyright[ reserved]")
    (True, False)
    """
    must = _OPTION.sub("", phrase)
    return must.count(" ") > 1 or "{" in must


def field_run(comments: str, form: str) -> str:
    """Return the pattern of a form's fields in one line, which a prompt may precede: "Name * E-mail *".

    A star must mark one of them, because a list may have the same words.
    """
    field = choice(form)
    return rf"(?=[^*]{{1,120}}\*)(?:{choice(comments)}[ .,:;|*-]{{1,4}})?{field}(?:[ *|:,]{{1,3}}{field}){{1,5}}"


def job_statements(jobs: str, since: str, covers: str) -> tuple[str, ...]:
    """Return the patterns of statements of who the author is that may leave out the name.

    A job alone, or with a place, is how a headline begins: "Reporter in Rome injured". So there must
    be a year, or behind a mark what the author writes about.
    """
    few = r"(?: [^.!?:;,]{1,60})?"
    name = rf"(?:{PLACES['person'][0]}(?:, ?| - | \| ?))?"
    before = r"(?:[^\s.!?:;,]{1,20} ){0,3}"
    subject = rf"{name}{before}{PLACES['stem'][0]}{choice(jobs)}{few}"
    about = rf"{choice(covers)} {PLACES['tail'][0]}"
    return (
        # A word for "year" may follow, "od 2018. godine", and a word for "and".
        rf"{subject} {choice(since)} {_YEARS}(?:\.? [^\s\d.,:;!?]{{1,8}}\.?)?(?:[.,;]? (?:[^\s\d.,:;!?]{{1,3}} )?{about})?",
        rf"{subject}[.,;] {about}",
    )


def bread_crumbs(home: str, here: str) -> tuple[str, ...]:
    """Return the patterns of bread crumbs, whose last label may be a headline with any marks.

    `home` are the names of the first label, and `here` the words for "you are here".
    """
    first = choice(home)
    # The repeat is possessive. A space beside a sign can belong to the sign or to the label, and a
    # menu of twenty labels would be read in all combinations, which takes hours.
    labels = rf"(?:{_CRUMB}{_LABEL})"
    begins = rf"(?:{choice(here)}(?: ?[:>»›] ?| ))?{first}"
    return (
        rf"{begins}{labels}{{1,15}}+",
        rf"{begins}{labels}{{2,15}}+{_HEADLINE}",
        rf"{begins}{_ARROW}{_HEADLINE}",
        rf"{choice(here)} ?[:>»›] ?{_LABEL}{labels}{{1,15}}+(?:{_HEADLINE})?",
        rf"{choice(here)} ?[:>»›] ?{first}",
        first,
    )
