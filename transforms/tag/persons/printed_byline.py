"""The byline that a page prints, found by the marks of its elements."""

from __future__ import annotations

import re

from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import Mark, PageData
from copydesk.transforms.tag.persons import byline_forms, byline_lexicon, name_marks
from copydesk.transforms.tag.persons import person_names as names
from copydesk.transforms.tag.persons.byline_candidate import Candidate, without_site
from copydesk.transforms.tag.persons.name_marks import NameMark
from copydesk.transforms.tag.persons.person_names import Name

# Elements from the headline to the byline. 92 % of 434 known bylines are within this distance.
NEAR = 150


# Trust in each way of marking an author, before its position and wording are considered. Scale and
# threshold were set by hand on some 600 pages with known authors.
_TRUST = {"rel": 3.0, "itemprop": 3.0, "class": 2.0, "text": 1.5, "path": 1.0}
ACCEPT = 2.5
CERTAIN = 2.5
_BELOW_HEADING = 15  # Elements from a heading to its byline. Arbitrary.
_LINE_CHARS = 80  # Characters of a line that is a byline. Arbitrary.
_BESIDE_HEADING = 8  # Elements from the headline within which a byline is beside it. Arbitrary.
_STRONG = re.compile(
    r"byline|by-line|author|autor|auteur|writer|vcard|\bfn\b(?!-)|posted-?by|written|forfatter|skribent|signature(?!s|-?(?:list|count))|contributor|reporter"
    r"|avtor|yazar(?!lar)|muhabir|szerz[oő]|kirjoittaj|toimittaja|penulis|jornalista|dziennikarz|novinar|συντάκτ"
)
_WEAK = re.compile(
    r"bio|avatar|social|follow|share|more|related|image|img|photo|caption|credit|figure|gallery|video|comment|reply|count|tag|category|cat-links|date(?!.*author)|time|quote|"
    r"reviewer|reviewed|editor|list|promo|newsletter|donate|subscribe|login|menu|search|recipe|product|ratings?|label|prefix"
)
_AUTHOR_PAGE = re.compile(r"/(?:authors?|autor(?:en|es|e|i)?|auteurs?)/[\w%.-]{3,}", re.I)
_BESIDE = re.compile(
    r"title|job|role|bio|\bdes|desc|detail|date(?!.?(?:and)?.?author)|position|tooltip|educat|about|social|avatar|follow"
)
_DATED = re.compile(
    r"[\s/|,·•-]*(?:(?:last )?updated|published|posted|with (?:files|reporting|additional reporting|contributions?) (?:from|by))\b.*|\s*\d.*",
    re.I | re.S,
)  # Words that follow the names.
_PLACE = re.compile(r"(?<=\w)\s*[/|]\s*[^\W\d_][\w.]*(?:[ -]\w+){0,3}$")
_INTERVIEW = re.compile(r"\W*(?:interview|text|words|story|written|review) by\b", re.I)
_WRITTEN = re.compile(
    r"\W*(?:this (?:post|article|story) was )?(?:(?:article )?written|posted|authored|published|article|words|text|story) by\b",
    re.I,
)
#: Comments say who posted them, as a byline does. This number of such lines is a list of comments
#: (arbitrary).
_POSTERS, _POSTED = 3, re.compile(r"\W*posted by\b", re.I)
_PHOTO = re.compile(
    r"photo|foto|bild|caption|credit|figure|image|img|gallery|video|copyright|illustrat|comment|reply|quote|testimonial|tweet|search|login|filter|reviewed|bookmark|embed|follow"
)


def printed(page: PageData, site: frozenset[str]) -> Candidate | None:
    """Return the byline printed on the page: the best mark with names, and the marks beside it."""
    heading = page_headings.main_heading(page, page.first("og:title") or None)
    top = heading.order if heading else 0
    marks = _of_this_article(page, top)
    around = name_marks.ancestors(marks)
    candidates = _candidates(marks, around, top, site)
    best = max(candidates, key=_rank, default=None)
    if best is None or best.score < ACCEPT:
        return _only_author(marks, site)
    starts = [mark.order for mark in page.headings if mark.how == "heading"]
    fellows = name_marks.of_one_byline(candidates, best, around, starts)
    people = _names_of(fellows, site)
    return Candidate(
        people,
        _wording_of(fellows),
        "markup",
        _is_certain(best, top),
        _is_well_marked(best, top) and all(map(_is_whole, people)),
    )


def _of_this_article(page: PageData, top: int) -> tuple[Mark, ...]:
    """Return the marks of authors without those of comments, of the next article and of cards.

    `top` is the position of the page's own headline, or 0.
    """
    marks = page.authors
    if not top and len({mark.zone for mark in marks}) == 1 and marks[0].zone != "aside":
        # If a wrapper around the whole page is named as a list, the zone says nothing about
        # bylines.
        marks = tuple(mark._replace(zone="") for mark in marks)
    posters = {mark.order for mark in marks if _POSTED.match(mark.text) and mark.how == "text"}
    if len({mark.text for mark in marks if mark.order in posters}) >= _POSTERS:
        marks = tuple(mark for mark in marks if mark.order not in posters)
    others_begin = _other_headings(page, top)
    marks = tuple(mark for mark in marks if not _is_below(mark, others_begin))
    cards = _of_cards(marks, top)
    return tuple(mark for mark in marks if mark.order not in cards)


def _candidates(
    marks: tuple[Mark, ...], around: dict[int, frozenset[int]], top: int, site: frozenset[str]
) -> list[NameMark]:
    """Return the marks that may be the byline. A mark inside an editor's or photographer's is none."""
    others = {mark.order for mark in marks if byline_lexicon.opens_for_others(mark.text)}
    return [
        candidate
        for mark in marks
        if not around[mark.order] & others
        and (candidate := _name_mark(mark, top, site)) is not None
        and candidate.score > 0
    ]


def _rank(candidate: NameMark) -> tuple[bool, float, int]:
    """Return the order of candidates: trusted people first, then the score, then the first mark."""
    is_trusted = candidate.score >= ACCEPT and candidate.has_people
    return is_trusted, candidate.score, -candidate.element.order


def _names_of(fellows: list[NameMark], site: frozenset[str]) -> tuple[Name, ...]:
    """Return the names of all marks of one byline, each once, in the order of the page."""
    found: dict[str, Name] = {}
    for candidate in sorted(fellows, key=lambda candidate: candidate.element.order):
        for name in without_site(list(candidate.names), site):
            found.setdefault(gazetteers.key(name.text), name)
    return tuple(found.values())


def _wording_of(fellows: list[NameMark]) -> str:
    """Return what the marks of one byline print."""
    wordings = (" ".join(candidate.element.text.split())[:200] for candidate in fellows)
    return "; ".join(dict.fromkeys(wordings))[:400]


def _is_certain(best: NameMark, top: int) -> bool:
    """Tell whether a byline with "by" is shortly after the headline."""
    after = best.element.order - top
    is_close = bool(top) and 0 < after <= 40
    return is_close and best.score >= CERTAIN and names.opened(best.element.text)


def _is_well_marked(best: NameMark, top: int) -> bool:
    """Tell whether a trusted mark is near the headline or states the author in its attributes."""
    is_near = bool(top) and 0 < best.element.order - top <= 60 and not best.element.zone
    return best.score >= 3 and (is_near or best.element.how in {"rel", "itemprop"})


def _is_whole(name: Name) -> bool:
    """Tell whether a name is more than one word of ASCII letters, or is an organisation's."""
    return name.is_org or " " in name.text or not name.text.isascii()


_AUTHOR_CLASS = re.compile(r"\bauthor|author[-_]?(?:box|name|card|bio|info)|byline")


def _only_author(marks: tuple[Mark, ...], site: frozenset[str]) -> Candidate | None:
    """Return the one person whom author boxes or author links name, however far from the headline."""
    found: dict[str, Name] = {}
    raw = ""
    for mark in marks:
        if mark.zone in {"comment", "nav", "figure", "related", "next"} or _PHOTO.search(
            mark.names
        ):
            continue
        if byline_lexicon.opens_for_others(mark.text):
            continue
        is_page = mark.how == "path" and bool(_AUTHOR_PAGE.search(mark.href))
        is_box = mark.how in {"class", "rel", "itemprop"} and _AUTHOR_CLASS.search(mark.names)
        if not is_page and not is_box:
            continue
        first = next((line for line in mark.text.split("\n") if not names.is_label(line)), "")
        people = [n for n in names.split(first[:80], site=site) if not n.is_org]
        if (
            len(people) == 1
            and names.is_full_name(people[0].text)
            and len(first) <= len(people[0].text) + 30
        ):
            found.setdefault(gazetteers.key(people[0].text), people[0])
            raw = raw or first
    return Candidate(tuple(found.values()), raw, "markup") if len(found) == 1 else None


def _name_mark(mark: Mark, top: int, site: frozenset[str]) -> NameMark | None:
    """Return a mark that prints little but names, with its score, or None for any other mark."""
    below_top = 0 < mark.order - top <= 25 and bool(top)
    below = below_top and names.opened(mark.text)
    in_head = mark.zone == "nav" and (below or (below_top and mark.how in {"rel", "itemprop"}))
    if (mark.zone in {"comment", "nav", "figure", "next"} and not in_head) or (
        _PHOTO.search(mark.names) and "byline" not in mark.names and not _INTERVIEW.match(mark.text)
    ):
        return None
    if mark.href.startswith("mailto:") and not mark.text:
        return None
    text = _head(mark.text or mark.value)
    if mark.how == "text" and len(text) > _LINE_CHARS and names.opened(text):
        # "Par Ana Ruiz - Publié le 3 mai 2024 à 18h04, mis à jour le 4 mai 2024"
        text = byline_lexicon.HARD.split(text, maxsplit=1)[0]
    if not text or len(text) > (_LINE_CHARS if mark.how == "text" else 160):
        return None
    opened = _is_announced(mark, text)
    written, after = bool(_WRITTEN.match(text)), mark.order - top
    if mark.how == "text" and not (opened and (written or not top or -60 <= after <= NEAR)):
        return None
    beside = (
        mark.how == "class"
        and not opened
        and _BESIDE.search(mark.names)
        and not name_marks.NAME_CLASS.search(mark.names)
    )
    if beside or byline_lexicon.opens_for_others(text):
        return None
    sure = mark.how in {"rel", "itemprop"} or (
        mark.how != "text" and bool(_STRONG.search(mark.names))
    )
    near_page = mark.how == "path" and 0 < after <= 25 and bool(_AUTHOR_PAGE.search(mark.href))
    sure = sure or near_page
    found = names.split(text, site=site, sure=sure)
    return (
        NameMark(mark, found, _score(mark, after if top else None, opened=opened, written=written))
        if _are_its_names(
            found, mark, text, site, near_page=near_page, near_head=below_top and opened
        )
        else None
    )


def _is_announced(mark: Mark, text: str) -> bool:
    """Tell whether a text says that an author follows or, in a line, that it is a byline."""
    return names.opened(text) or (mark.how == "text" and bool(byline_forms.names_on(text)))


def _are_its_names(
    found: tuple[Name, ...],
    mark: Mark,
    text: str,
    site: frozenset[str],
    *,
    near_page: bool,
    near_head: bool,
) -> bool:
    """Tell whether the names are most of the mark's text and fit the kind of mark."""
    people, opened = [name for name in found if not name.is_org], _is_announced(mark, text)
    if (
        not found
        or (sum(len(name.text) for name in found) * 2 < _n_chars(text) and not opened)
        or any(p.role == "photographer" for p in people)
        or (not opened and any(names.is_heading(p.text) for p in people))
    ):
        return False
    if (
        mark.how == "class"
        and len(people) > 1
        and not opened
        and all(" " not in p.text and p.text.isascii() for p in people)
    ):
        return False  # "Wellness & Prevention"
    if mark.how in {"path", "text"}:
        if near_page and len(people) == 1 and people[0].text == text:
            return text[:1].isupper()  # "Amanda", linked to her page under the headline.
        is_team = (near_head or near_page) and all(names.is_desk(n.text) for n in found)
        return is_team or (
            bool(people)
            and not any(len(p.text.split()) < 2 and p.text.isascii() for p in people)
            and all(names.is_evenly_cased(p.text) for p in people)
            and not _holds_number(text, people)
        )
    # "Personal finance" in a byline is a section.
    own = any(
        gazetteers.agency(n.text)
        or ((gazetteers.key(n.text) in site or names.is_desk(n.text)) and "author" in mark.names)
        for n in found
    )
    return bool(people) or opened or mark.how in {"rel", "itemprop"} or own


def _n_chars(text: str) -> int:
    """Return the length of a mark's text without brackets, and up to a date or a place.

    A place follows a name and a slash: "Ana Ruiz / Santa Clara".
    """
    dated = byline_lexicon.PARENTHESIS.sub(" ", _DATED.sub("", text)).strip()
    return len(_PLACE.sub("", dated))


def _holds_number(text: str, people: list[Name]) -> bool:
    """Tell whether a number that is not a date precedes a name: "Door No. 61, Anna Nagar"."""
    before = text[: text.find(people[-1].text)]
    return any(char.isdigit() for char in before) and not byline_lexicon.DATE.search(before)


def _score(mark: Mark, after: int | None, *, opened: bool, written: bool) -> float:
    """Return the trust in a mark by its kind, its class and its distance to the headline."""
    score = _TRUST[mark.how] + (0.5 if opened else 0)
    if mark.how == "class":
        score += 0.5 if _STRONG.search(mark.names) else -0.5
    score -= 1.0 * bool(_WEAK.search(mark.names))
    close = after is not None and 0 < after <= 60
    beside = after is not None and 0 < after <= 25
    if after is not None and 0 < after <= NEAR:
        score += 1.0
    else:
        score += 0.5 if after is None or -60 <= after <= 0 or written else -0.5
    if beside:
        score += 0.5
    if mark.how == "path" and close and _AUTHOR_PAGE.search(mark.href):
        score += 1.0 if beside else 0.5
    penalty = {"related": 1.0, "aside": 1.0, "footer": 0.5}.get(mark.zone, 0.0)
    return score - penalty * (0.3 if close else 0.5 if written else 1.0)


def _other_headings(page: PageData, top: int) -> list[int]:
    """Return the positions of main headings below the page's own that print another title."""
    stated = gazetteers.key(page.title) + " " + gazetteers.key(page.first("og:title"))
    printed = {
        mark.order: gazetteers.key(mark.text) for mark in page.headings if mark.how == "heading"
    }
    if not printed.get(top) or printed[top] not in stated:
        return []
    return [order for order, key in printed.items() if order > top and key not in stated]


def _of_cards(marks: tuple[Mark, ...], top: int) -> frozenset[int]:
    """Return the marks in boxes for other articles, if two of these boxes name different authors.

    One such box may be the author's own.
    """
    cards = [
        mark
        for mark in marks
        if mark.zone == "aside" or (top and mark.zone == "related")
        if mark.order > top + _BESIDE_HEADING
    ]
    opened = {
        names.joined(found)
        for mark in cards
        if (names.opened(mark.text) or mark.how == "class")
        and (found := names.split(_head(mark.text)[:80]))
        and not found[0].is_org
    }
    return frozenset(mark.order for mark in cards) if len(opened) > 1 else frozenset()


def _is_below(mark: Mark, headings: list[int]) -> bool:
    """Tell whether a mark is right below one of the headings: the byline of the next article."""
    return any(0 < mark.order - order <= _BELOW_HEADING for order in headings)


def _has_names_after_date(line: str) -> bool:
    """Tell whether a line opens with a date and goes on with a name: "Dec. 19 · Ana Ruiz"."""
    last = byline_lexicon.HARD.split(line)[-1]
    return last != line and not any(char.isdigit() for char in last) and bool(names.split(last))


#: A label above a list of authors.
_SEVERAL = re.compile(r"\W*(?:authors|author\(s\))\W*$", re.I)


def _head(text: str) -> str:
    """Return the lines of a mark up to the end of its byline.

    These are labels, the first line with a name, and the lines that a joiner adds.
    """
    lines = text.split("\n")
    taken: list[str] = []
    joins, is_list = True, False
    for line in lines[:12]:
        label = names.is_label(line)
        if label:
            joins, is_list = True, bool(_SEVERAL.match(line))
        elif byline_lexicon.DATE.match(line) and not taken and not _has_names_after_date(line):
            continue
        elif is_list and names.is_full_name(line):
            taken.append(line if joins else f", {line}")
            joins = False
            continue
        elif not joins and not line.startswith((",", "&", "and ")):
            break
        else:
            joins = line.rstrip().endswith((",", "&", " and", " und", ";", "|"))
        taken.append(line)
    return " \n".join(taken).strip()
