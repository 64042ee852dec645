"""Recognises boilerplate by the lines around it: lists under a heading, menus, lone headings.

For example, a rule matches a heading such as "Read also", but the titles below it may be any words.
They are recognised by the heading above them and by their shape: a few lines without a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from copydesk.transforms.clean.lines import lost_posts, reader_comments
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.headlines import prose_lines, text_header
from copydesk.transforms.tag.lookup import gazetteers

LINK_LIST, LEADING_MENU, TRAILING_MENU = "link_list", "leading_menu", "trailing_menu"
TIME_LINE, LONE_HEADING, LOST_POST = "time_line", "lone_heading", "lost_post"
INITIALS, EDGE_MENU = "initials", "edge_menu"

# "More on this topic from our archive". Longer lines contain a title of their own.
HEADING_WORDS = 6
TITLE_WORDS = (3, 30)  # Words in a title. The longest of 774 known headlines has 28.
# Words in a single title after a heading, at least. Sub-headings of articles are mostly shorter.
ONE_TITLE_WORDS = 7
LONG_TITLE_WORDS = 5  # Words in each of several titles between two paragraphs, for the same reason.
MOST_IN_ARTICLE = 8  # Titles between two paragraphs. Longer lists are the article's own.
MENU_WORDS = 4  # "Local news and weather"
MENU_LINES = 3
MENU_CHARS_UNSPACED = 10  # Characters of a label in a script without spaces.
# Labels in a row at the edge of a text. A list of the article comes after a sentence.
LONG_MENU = 6
NEIGHBOUR_LINES = 3  # Lines of prose within this distance belong together.
TIME_CHARS = 60
_STOP = re.compile(r"[.。।…,;:][\"'”’»)\]]{0,3}$")
# Titles of links are cut off: "The dam…".
_TITLE_STOP = re.compile(r"(?<!\.)[.。।,;:][\"'”’»)\]]{0,3}$")
_STOP_CHARS = 5  # Characters at the end of a line that the two patterns read.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_THAI = re.compile(r"[\u0e00-\u0eff]")
_THAI_TITLE = 60  # Characters of a title at most. Arbitrary.
_THAI_PARTICLES = re.compile("ว่า|ซึ่ง|และ|ได้|ที่|แต่|โดย|ของ|ใน|จะ")
_BULLET = re.compile(r"\s*([•*·–—●▪■◦○►▶>»›-]) ?")
_CRUMBS = re.compile(
    r"\s*(?:[>»›]\s*)?[^>»›/|:.!?]{1,40}(?:\s*[>»›]\s*[^>»›:.!?]{1,40}){2,6}$|\s*[^/|:.!?]{1,24}(?:\s+[/|]\s+[^/|:.!?]{1,24}){2,6}$"
)
_CRUMB_MARK = re.compile(r"[>»›/|*•]")
_INITIALS = re.compile(r"\(([a-zäöü]{2,4})(?:[/,] ?[a-zäöü]{2,4}){0,2}\)")
_HOME = frozenset({
    "home", "homepage", "startseite", "accueil", "inicio", "início", "portada", "voorpagina", "forside", "forsiden", "hem", "startsida",
    "strona główna", "etusivu", "domů", "úvod", "domov", "kezdőlap", "címlap", "acasă", "начало", "αρχική", "anasayfa", "ana sayfa", "главная",
    "головна", "الرئيسية", "خانه", "ראשי", "होम", "প্রচ্ছদ", "beranda", "trang chủ", "หน้าแรก", "首页", "首頁", "ホーム", "トップ", "홈",
})  # fmt: skip
# Beginnings of what a line with a colon announces: a quotation, an item of a list.
_ANNOUNCED = re.compile(r"\s*(?:[\"'“‘„«»‚「『•*·–—●▪■◦○►▶>-]|\d{1,2}[.)] )")
_LEAVES_A_HEADING = frozenset({"related", "share", "newsletter", "comments", "tags"})


def lines_to_cut(lines: Sequence[Line]) -> dict[int, str]:
    """Return the lines to cut by index, each with the name of its rule of `rules/structure.py`."""
    prose = [
        i for i, line in enumerate(lines) if not line.category and prose_lines.is_prose(line.text)
    ]
    if not prose:
        return {}
    if _has_nothing_beside_article(lines, prose):
        return dict.fromkeys(lost_posts.signatures_without_post(lines), LOST_POST)
    gone = dict.fromkeys(reader_comments.lines_of_comments(lines), reader_comments.RULE)
    prose = [i for i in prose if i not in gone] or prose
    gone |= dict.fromkeys(_below_headings(lines, prose[0], prose[-1]), LINK_LIST)
    if len(prose) > 1:
        gone |= dict.fromkeys(_edge_menus(lines, prose), EDGE_MENU)
    head = lines[: prose[0] + _is_headline(lines[prose[0]])]
    gone |= dict.fromkeys(_menu(head), LEADING_MENU)
    gone |= dict.fromkeys(
        (prose[-1] + 1 + i for i in _bulleted_menu(lines[prose[-1] + 1 :])), TRAILING_MENU
    )
    for i, line in enumerate(lines[: prose[0]]):
        if not line.category and i not in gone and is_time(line.text):
            gone[i] = TIME_LINE
    for i in range(prose[-1] + 1, len(lines)):
        if "(" not in lines[i].text:
            continue
        initials = _INITIALS.fullmatch(lines[i].text.strip())
        if not lines[i].category and initials and not gazetteers.agency(initials[1]):
            gone[i] = INITIALS
    gone |= dict.fromkeys(_lone_headings(lines, prose[-1], gone), LONE_HEADING)
    return gone | dict.fromkeys(lost_posts.signatures_without_post(lines), LOST_POST)


def _has_nothing_beside_article(lines: Sequence[Line], prose: Sequence[int]) -> bool:
    """Tell whether no rule matches a line and the text begins and ends with its article.

    Then it has no menu, time line or initials beside the article, and no heading of a list.
    """
    return (
        prose[0] == 0
        and prose[-1] == len(lines) - 1
        and prose[min(1, len(prose) - 1)] <= NEIGHBOUR_LINES
        and prose[-1] - prose[max(-2, -len(prose))] <= NEIGHBOUR_LINES
        and not any(line.category for line in lines)
    )


def may_have_lines_to_cut(lines: Sequence[str]) -> bool:
    """Tell whether a text may have lines for `lines_to_cut` although no rule matches a line.

    This is a cheap first test.
    """
    if any([len(line) < 12 and _INITIALS.fullmatch(line.strip()) for line in lines[-3:]]):  # noqa: C419  # faster
        return True
    if sum([0 < len(line) <= 30 for line in lines[:12]]) >= LONG_MENU:
        return True
    shown = 0
    for line in lines:
        if line:
            if len(line) > 2 * TIME_CHARS or shown > 12:
                break
            shown += 1
            if _CRUMB_MARK.search(line) or (
                len(line) <= TIME_CHARS and date_formats.DIGIT.search(line)
            ):
                return True
    return any(["(@" in line for line in lines])  # noqa: C419


def _n_words(text: str) -> int:
    """Return the words of a line. In scripts without spaces two characters count as one, in Thai four."""
    words = len(text.split())
    if text.isascii():
        return words
    unspaced = _UNSPACED.findall(text)
    return max(words, len(unspaced) // (4 if _THAI.search(text) else 2)) if unspaced else words


def _is_unspaced(text: str) -> bool:
    """Tell whether a text has characters of a script without spaces."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def _is_title(line: Line) -> bool:
    text = line.text.strip()
    least, most = TITLE_WORDS
    return (
        not line.category
        and least <= _n_words(text) <= most
        and not _TITLE_STOP.search(text[-_STOP_CHARS:])
        and not text_header.is_byline(text)
    )


def _below_headings(lines: Sequence[Line], first: int, last: int) -> list[int]:
    """Return the titles below headings of links, from the first prose line on.

    Above the article a title may be its own headline, so it stays. A short title may be a
    subheading, unless the article has none elsewhere.
    """
    runs = list(_runs_below_headings(lines, first, last))
    listed = {i for titles, _ in runs for i in titles}
    only_links = bool(runs) and not any(
        i not in listed and _is_title(lines[i]) and not prose_lines.is_prose(lines[i].text)
        for i in range(first, last)
    )
    gone: list[int] = []
    for titles, end in runs:
        if end == len(lines):
            gone += titles if _ends_in_list(lines, titles) else ()
            continue
        while titles and not (only_links or _is_link(lines[titles[-1]].text)):
            titles.pop()
        if _is_list(lines, titles, only_links):
            gone += titles
    return gone


def _runs_below_headings(
    lines: Sequence[Line], first: int, last: int
) -> Iterator[tuple[list[int], int]]:
    """Yield the possible titles below each heading of links, and the line after them."""
    end = first
    for at, line in enumerate(lines):
        if at < end or line.category != "related" or _n_words(line.low) > HEADING_WORDS:
            continue
        titles, end = list[int](), at + 1
        while end < len(lines) and (
            lines[end].category or _is_title(lines[end]) or (end > last and _is_short(lines[end]))
        ):
            if _is_thai_sentence(lines[end]):
                break
            if not (lines[end].category or text_header.is_byline(lines[end].text)):
                titles.append(end)
            end += 1
        yield titles, end


def _is_short(line: Line) -> bool:
    """Tell whether a line can be between the titles of a list: a label or a byline."""
    text = line.text.strip()
    return text_header.is_byline(text) or (
        _n_words(text) < TITLE_WORDS[0] and not _STOP.search(text[-_STOP_CHARS:])
    )


def _ends_in_list(lines: Sequence[Line], titles: Sequence[int]) -> bool:
    """Tell whether titles below a heading, with nothing after them, are a list of links."""
    return not _may_be_thai_prose(lines, titles) and any(_is_title(lines[i]) for i in titles)


def _is_thai_sentence(line: Line) -> bool:
    """Tell whether a line is too long for a Thai label and has particles of a sentence."""
    is_long = len(line.text) > _THAI_TITLE and _THAI.search(line.text) is not None
    return is_long and len(_THAI_PARTICLES.findall(line.text)) > 1


def _may_be_thai_prose(lines: Sequence[Line], titles: Sequence[int]) -> bool:
    """Tell whether titles may be Thai prose, which no mark ends: two lines, or many particles."""
    thai = [t for i in titles if _THAI.search(t := lines[i].text) and not _BULLET.match(t)]
    particles = _THAI_PARTICLES.findall("\n".join(thai))
    return bool(thai) and (len(titles) <= 2 or len(particles) >= 2 * len(titles))


def _is_list(lines: Sequence[Line], titles: Sequence[int], only_links: bool) -> bool:
    """Tell whether titles below a heading, with prose after them, are a list of links."""
    if not titles or len(titles) > MOST_IN_ARTICLE or _may_be_thai_prose(lines, titles):
        return False
    if only_links:
        return True
    if len(titles) == 1:
        text = lines[titles[0]].text
        return _n_words(text) >= ONE_TITLE_WORDS or _BULLET.match(text) is not None
    return all(_is_link(lines[i].text) for i in titles)


def _is_link(text: str) -> bool:
    """Tell whether one of several titles between two paragraphs is long or has a bullet."""
    return _n_words(text) >= LONG_TITLE_WORDS or _BULLET.match(text) is not None


def _menu(head: Sequence[Line]) -> list[int]:
    """Return the lines above the prose that belong to a menu or to bread crumbs.

    One line must remain below the menu: the headline, which may be as long as prose.
    """
    gone = [
        i
        for i, line in enumerate(head)
        if not line.category and _CRUMB_MARK.search(line.text) and _CRUMBS.match(line.text)
    ]
    bulleted = _bulleted_menu(head, from_start=True)
    if bulleted:
        return gone + bulleted
    end = signs = 0
    for line in head:
        word = line.low.strip(" *•·-–—>»›")
        if not line.category and (_n_words(word) >= MENU_WORDS or text_header.is_byline(line.text)):
            break
        signs += bool(line.category) or word in _HOME
        end += 1
    while end and not head[end - 1].category:  # The last label may be a headline of one word.
        if end < len(head) and not head[end].category:
            break
        end -= 1
    if (end > MENU_LINES and signs >= 2) or (
        head and head[0].low.strip(" *•·-–—>»›") in _HOME and end >= MENU_LINES
    ):
        gone += [i for i in range(end) if not head[i].category and i not in gone]
    return gone


def _bulleted_menu(lines: Sequence[Line], *, from_start: bool = False) -> list[int]:
    """Return lines in a row that have a few words and a bullet each.

    A rule must match one of them, or one must be a link to the home page.
    """
    gone: list[int] = []
    run: list[int] = []
    signs = 0
    for i, line in enumerate((*lines, None)):
        word = line.low.strip(" *•·-–—>»›\t") if line else ""
        if (
            line
            and _BULLET.match(line.text)
            and _n_words(word) <= MENU_WORDS
            and not _STOP.search(line.text.strip()[-_STOP_CHARS:])
        ):
            run.append(i)
            signs += bool(line.category) or word in _HOME
            continue
        if len(run) >= MENU_LINES and signs:
            gone += [k for k in run if not lines[k].category]
        run, signs = [], 0
        if from_start and gone:
            break
    return gone


def is_time(text: str) -> bool:
    """Tell whether a short line holds a date or time and nothing else."""
    line = text.strip()
    has_digit = len(line) <= TIME_CHARS and date_formats.DIGIT.search(line) is not None
    return has_digit and date_formats.is_date_alone(line)


def _lone_headings(lines: Sequence[Line], last: int, gone: dict[int, str]) -> list[int]:
    """Return lines with a colon whose list was cut: "For more on the flood:".

    Below the prose the list is everything that follows. Between two paragraphs, at least two lines
    of links must have been cut. The next line must not be a quotation or list, which the line with
    the colon may announce as well.
    """
    headings = []
    colons = [i for i, line in enumerate(lines) if line.text.rstrip().endswith((":", "："))]
    for i in reversed(colons):
        line = lines[i]
        if line.category or i in gone:
            continue
        end = next(
            (k for k in range(i + 1, len(lines)) if not lines[k].category and k not in gone),
            len(lines),
        )
        below = lines[i + 1 : end]
        if end == len(lines):
            left_links = not _LEAVES_A_HEADING.isdisjoint(other.category for other in below)
            is_alone = i > last and left_links and _n_words(line.text) <= 2 * HEADING_WORDS
        else:
            is_alone = (
                sum(other.category == "related" for other in below) >= 2
                and _n_words(line.text) <= HEADING_WORDS
                and not _ANNOUNCED.match(lines[end].text)
            )
        if is_alone:
            headings.append(i)
    return headings


@lru_cache(maxsize=16_384)  # The pages of a site repeat its labels.
def _is_menu_label(line: str, most: int = MENU_WORDS) -> bool:
    """Tell whether a line is as long as a label of a menu: a few words, no sentence, no byline."""
    text = line.strip()
    short = len(text) <= MENU_CHARS_UNSPACED if _is_unspaced(text) else _n_words(text) <= most
    return short and not _STOP.search(text[-_STOP_CHARS:]) and not text_header.is_byline(text)


def _first_with_neighbour(prose: Sequence[int], backwards: bool) -> int:
    """Return the first or last line of prose that has another near it, unlike most notices."""
    ordered = list(reversed(prose)) if backwards else list(prose)
    return next((a for a, b in pairwise(ordered) if abs(a - b) <= NEIGHBOUR_LINES), ordered[0])


def _edge_menus(lines: Sequence[Line], prose: Sequence[int]) -> list[int]:
    """Return labels in long rows above and below the article, as in texts of whole pages.

    Above the article, the last line that reads like a headline stays, and so do the lines below it.
    The exception is a row so long that the line was the name of the site. Below the article, a rule
    must match one line of the edge: an article may end in a list of its own, but not with a
    copyright line.
    """
    gone: list[int] = []
    first = _first_with_neighbour(prose, backwards=False)
    last = _first_with_neighbour(prose, backwards=True)
    head = range(first)
    headline = next(
        (i for i in reversed(head) if not lines[i].category and _is_headline(lines[i])),
        max(0, first - 2),
    )
    gone += _long_rows(lines, range(headline))
    gone += _long_rows(lines, range(headline + 1, first - 1), least=2 * LONG_MENU)
    if any(lines[i].category not in {"", "layout"} for i in range(last + 1, len(lines))):
        gone += _long_rows(lines, range(last + 1, len(lines)))
    return gone


def _is_headline(line: Line) -> bool:
    text = line.text.strip()
    long = len(text) > MENU_CHARS_UNSPACED if _is_unspaced(text) else _n_words(text) > MENU_WORDS
    return long and text_header.reads_like_headline(text, 200)


def _long_rows(lines: Sequence[Line], at: Iterable[int], least: int = LONG_MENU) -> list[int]:
    """Return labels that no rule matches, in rows of at least `least` lines.

    A row consists of labels and of lines that rules match. It may have labels of `HEADING_WORDS`
    words, but does not end with one, because that may be a headline.
    """
    gone, row = list[int](), list[int]()
    for i in (*at, -1):
        if i >= 0 and (lines[i].category or _is_menu_label(lines[i].text, HEADING_WORDS)):
            row.append(i)
            continue
        while row and not lines[row[-1]].category and not _is_menu_label(lines[row[-1]].text):
            row.pop()
        if len(row) >= least:
            gone += [k for k in row if not lines[k].category]
        row = []
    return gone
