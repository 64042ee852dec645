"""Bylines inside an article's text: in its dateline, first lines or last lines, or in a credit."""

from __future__ import annotations

import re
from functools import lru_cache

from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.headlines import text_header
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons import byline_forms, byline_lexicon, person_names
from copydesk.transforms.tag.persons.byline_candidate import Candidate
from copydesk.transforms.tag.persons.person_names import Name
from copydesk.transforms.tag.tagger import View


def of_dateline(view: View) -> Candidate | None:
    """Return the reporter whom a dateline names.

    Examples are "【ワシントン＝山田太郎】", "(서울=연합뉴스) 홍길동 기자 =" and "（记者王小明）".
    """
    reporters = view.dateline.reporters
    names = tuple(Name(name, "writer") for name in reporters)
    return Candidate(names, "; ".join(reporters), "dateline") if names else None


# A first letter that may be a capital is left out.
_CREDIT_WORDS = ("eporting by", "riting by", "eported by", "ritten by")
# A credit that a bracket or semicolon ends may be longer than one in prose.
_CREDIT = re.compile(
    r"(?:reporting|writing|reported|written) by ([^;()\n]{4,120}(?:[^;()\n]{0,280}(?=[;)]))?)", re.I
)
# The end of the names in a credit. The full stop of an initial ("Ana B. Ruiz") is none.
_CREDIT_END = re.compile(
    r"(?<!\b\w)(?<!\b[JS]r)\. |[.,]?\s+(?:and\s+)?(?:additional\s|edit(?:ing|ed)\s+by\b)"
    r"|\. (?=(?:writ|report)ing by )",
    re.IGNORECASE,
)
_CREDIT_PLACE = re.compile(r"\s+in\s+[A-Z][\w. ]{2,30}?(?=,| and |$)")


def of_credit(view: View, site: frozenset[str]) -> Candidate | None:
    """Return the reporters that an agency report names at its end.

    For example "(Reporting by Ana Ruiz; Editing by Bo Li)".
    """
    tail = view.document.extracted[-600:]
    if "(By " in tail:
        return _in_brackets(tail, site)
    starts = [start for word in _CREDIT_WORDS if (start := tail.find(word)) > 0]
    match = _CREDIT.match(tail, min(starts) - 1) if starts else None
    if match is None or tail[: match.start()].rstrip()[-10:].lower() == "additional":
        return None
    writers = _writers(match[1], site)
    return Candidate(writers, match[0].strip("( "), "text") if writers else None


@lru_cache(maxsize=1024)  # A wire service repeats its credits.
def _writers(credit: str, site: frozenset[str]) -> tuple[Name, ...]:
    """Return the people whom the words after "reporting by" name."""
    text = _CREDIT_PLACE.sub("", _CREDIT_END.split(credit, maxsplit=1)[0])
    names = person_names.split(text, site=site, strict=True)
    return tuple(
        Name(name.text, "writer")
        for name in names
        if not (name.is_org or dateline_places.is_region(name.text))  # "in Durham, North Carolina"
    )


#: Reporters in brackets behind the last sentence: "(By Ana Ruiz and Bo Li)".
_BRACKETED = re.compile(r"\(By ([^()\n\d]{4,90})\)")


def _in_brackets(tail: str, site: frozenset[str]) -> Candidate | None:
    credits = _BRACKETED.findall(tail)
    names = person_names.split(credits[-1], site=site, strict=True) if credits else ()
    writers = tuple(Name(name.text, "writer") for name in names if not name.is_org)
    return Candidate(writers, f"By {credits[-1]}", "text") if writers else None


_BY_ALONE = re.compile(
    r"\W*(?:(?:written |words |story |article |post |text )?by|author|von|text|autor(?:in)?|par|por|di|door|av|af)\W*",
    re.I,
)


def of_opening(view: View, site: frozenset[str]) -> Candidate | None:
    """Return a full name alone on one of a page's first lines, beside its date or below "by".

    Pages without marks print "Ana Ruiz" and, on the next line, "23 July 2025".
    """
    if view.page is None:
        return None
    headings = (view.values.get("title") or "", *(mark.text for mark in view.page.headings))
    headline = "|".join(gazetteers.key(text) for text in headings)
    lines = [line.strip() for line in view.document.extracted[:1_500].split("\n")]
    lines = [line for line in lines if any(c.isalnum() for c in line)][:10]
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if len(line) > 80 or person_names.opened_role(line) == "photographer":
            continue
        dated = byline_lexicon.DATE.search(line)
        rest = (line[: dated.start()] + " | " + line[dated.end() :]) if dated else line
        name = _only_name(rest, site)
        if name is None or gazetteers.key(name.text) in headline or _is_topic(name.text, view):
            continue
        beside_date = bool(dated) or any(
            len(other) < 60 and byline_lexicon.DATE.search(other) for other in (before, after)
        )
        is_announced = person_names.opened(line) or person_names.has_given_name(name.text)
        if (beside_date and is_announced) or _BY_ALONE.fullmatch(before):
            return Candidate((name,), line, "text")
    return None


_BELOW_HEADLINE = 3  # Lines below a headline among which a byline is searched. Arbitrary.


def of_headline(view: View, site: frozenset[str]) -> Candidate | None:
    """Return the byline or the full name alone on one of the lines below a page's headline.

    They are read as those of a plain text, for pages whose elements do not mark the author.
    """
    title = str(view.values.get("title") or "")
    if view.page is None or not title:
        return None
    lines = [line.strip() for line in view.document.extracted[:2_000].split("\n")]
    lines = [line for line in lines if any(c.isalnum() for c in line)]
    key = gazetteers.key(title)
    at = next((i for i, line in enumerate(lines) if gazetteers.key(line) == key), None)
    if at is None:
        return None
    for n in range(at + 1, min(at + 1 + _BELOW_HEADLINE, len(lines))):
        line = lines[n]
        below = [one for one in lines[n + 1 :] if not _is_beside_name(one)]
        if byline_lexicon.opens_for_others(line):
            continue
        if text_header.is_byline(line) or text_header.is_signed(
            [title, line, *below[:_OPENING_LINES]]
        ):
            found = person_names.split(byline_forms.without_day(line), site=site, strict=True)
            if any(not name.is_org for name in found):
                return Candidate(found, line, "text")
    return None


_ROLE_CHARS = 60  # Characters of a line with a role. Longer ones are prose. Arbitrary.


def _is_beside_name(line: str) -> bool:
    """Tell whether a line below a name holds only a date or what the author does."""
    is_role = len(line) <= _ROLE_CHARS and bool(person_names.role_of(line))
    return is_role or date_formats.is_date_alone(line)


def _only_name(line: str, site: frozenset[str]) -> Name | None:
    """Return the person's full name of two to four words that a line holds beside a role at most."""
    found = person_names.split(line, site=site, strict=True)
    if len(found) != 1 or found[0].is_org or not 2 <= len(found[0].text.split()) <= 4:
        return None
    name = found[0]
    is_alone = _letters(line) == _letters(name.text) or bool(name.role)
    return name if is_alone and person_names.is_full_name(name.text) else None


_LEAST_TOPIC_CHARS = 5


def _is_topic(name: str, view: View) -> bool:
    """Tell whether a word of a name begins a word of the title or is a folder of the address.

    "Health Fear" in /health/ is a topic.
    """
    title = str(view.values.get("title") or "").casefold().split()
    folders = frozenset((view.document.url or "").casefold().split("/")[3:-1])
    return any(
        word in folders
        or (len(word) >= _LEAST_TOPIC_CHARS and any(other.startswith(word) for other in title))
        for word in name.casefold().split()
    )


_OPENING_LINES = 5  # Lines that tell an author below a headline from a subject. Arbitrary.


def signed_line(view: View) -> list[int]:
    """Return the number of the line with the author's name below the headline that was cut."""
    title = view.values.get("title")
    if not title or not view.removed:
        return []
    full = [i for i, line in enumerate(view.lines) if line and not line.isspace()]
    opening = [str(title), *(view.lines[i] for i in full[:_OPENING_LINES])]
    return full[:1] if text_header.is_signed(opening) else []


_CLOSING_LINES, _CLOSING_CHARS = 3, 120
_TEXT_ABOVE = 80  # Characters of text above a signature. Arbitrary.


def of_close(view: View, site: frozenset[str]) -> Candidate | None:
    """Return the person on one of a page's last lines that opens as a byline does.

    Examples are "Von Ana Ruiz" and "Autorin: Ana Ruiz, Leiterin". Several such lines that name
    different people belong to cards for other articles.
    """
    if view.page is None:
        return None
    lines = [line.strip() for line in view.document.extracted[-600:].split("\n")]
    lines = [line for line in lines if line][-_CLOSING_LINES:]
    signed: dict[str, Candidate] = {}
    for line in lines:
        if len(line) > _CLOSING_CHARS or person_names.opened_role(line) != "writer":
            continue
        found = person_names.split(line, site=site, strict=True)
        if found and not found[0].is_org and person_names.is_full_name(found[0].text):
            signed.setdefault(person_names.joined(found), Candidate(found, line, "text"))
    if signed:
        return next(iter(signed.values())) if len(signed) == 1 else None
    return _signature(lines, view)


def _is_sure(name: str) -> bool:
    return person_names.is_full_name(name) and person_names.has_given_name(name)


def _signature(lines: list[str], view: View) -> Candidate | None:
    """Return a full name that fills a line below the last paragraph: "Ana Ruiz", "(Ana Ruiz)".

    A name that the text mentions more than once before is a topic in a list of topics.
    """
    headline = gazetteers.key(str(view.values.get("title") or ""))
    for line in lines:
        found = person_names.split(line.strip("()—– "), strict=True) if len(line) <= 40 else ()
        if len(found) != 1 or found[0].is_org or gazetteers.key(found[0].text) in headline:
            continue
        name = found[0].text
        bare = _letters(line) == _letters(name) and len(name.split()) <= 4
        above = view.document.extracted.rpartition(line)[0]
        is_topic = above.count(name.split()[-1]) > 1 or _is_topic(name, view)
        if bare and not is_topic and len(above) >= _TEXT_ABOVE and _is_sure(name):
            return Candidate(found, line, "text")
    return None


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())
