"""Finds other articles below the page's own, in boxes that look like its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS

_BOX_HEADINGS = frozenset(("h1", "h2", "h3"))
#: A heading opens its box if at most this many blocks (a kicker, a date) come before it.
_OPENING = 5
#: The page's own article has at least this many words in its box, and a heading after more words
#: in another box is a subheading.
_OWN_WORDS = 30
#: Boxes like that of the page's own article are other articles if its own has this share of the
#: text that is kept outside of them (arbitrary).
_OWN_SHARE = 0.5


def find(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of the articles below the page's own: boxes like its own."""
    titles = [b for b in np.flatnonzero(is_title).tolist() if _heading(page, b)]
    if not titles:
        return []
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))

    def words_in(blocks: range) -> float:
        return float(weight[blocks.stop] - weight[blocks.start])

    boxes = [
        box
        for box in _boxes_alike(page, titles[0], is_title)
        if words_in(box.before_heading) < _OWN_WORDS  # Otherwise its heading is a subheading.
        and words_in(box.own) >= _OWN_WORDS
        and words_in(box.others)
    ]
    inside = np.zeros(len(kept), dtype=np.bool_)
    for box in boxes:
        inside[box.others.start : box.others.stop] = True
    rest = float((words * (kept & ~inside)).sum())
    found: set[int] = set()
    for box in boxes:
        # Sections of a guide are similar, too. There the first of them is a small part of what is
        # kept.
        if box.is_article or words_in(box.own) >= _OWN_SHARE * rest:
            found.update(b for b in box.others if kept[b])
    return sorted(found)


#: A label above the next article, the words of the page's own article above it, and the blocks that
#: may be before it in the box that it opens (arbitrary).
_NEXT = re.compile(
    r"\W*(?:(?:the )?next (?:article|story|post)|up next|nächster? (?:artikel|beitrag|meldung)|article suivant|(?:siguiente|próxima) (?:noticia|nota|artículo)"
    r"|próxim[ao] (?:notícia|artigo|matéria)|articolo successivo|prossimo articolo|volgende? artikel|næste artikel|neste (?:sak|artikkel)|nästa artikel"
    r"|następny artykuł|seuraava artikkeli|следующая (?:статья|новость)|sonraki haber|artikel selanjutnya|bài tiếp theo|次の記事|下一篇(?:文章)?|다음 기사)\W*",
    re.IGNORECASE,
)
_ARTICLE_WORDS, _LABEL_CHARS, _BEFORE_LABEL = 100, 40, 2


def below_label(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks of a box that opens with a label such as "Next story"."""
    above = np.cumsum(words * kept)
    first = int(np.searchsorted(above, _ARTICLE_WORDS))
    is_short = page.size[first:-1] <= _LABEL_CHARS
    for block in (np.flatnonzero(is_short) + first).tolist():
        if not _NEXT.fullmatch(page.text[block]):
            continue
        element = int(page.block_element[block])
        while element > 0 and page.last_block[element] <= block + 1:
            element = int(page.parent[element])
        if page.first_block[element] >= block - _BEFORE_LABEL:
            inside = range(block, int(page.last_block[element]))
            return [b for b in inside if kept[b]]
    return []


class LeastAbove(NamedTuple):
    """The words of the page's own article above something else: teasers, comments, another article."""

    words: float
    short: float  # The words of a short article at least.
    times: float  # What is below a short article is at most this many times as long.

    def is_met(self, above: float, below: float) -> bool:
        """Tell whether the words above are an article, given the words of what is below them."""
        return above >= self.words or (above >= self.short and below <= self.times * above)


#: The words of the page's own article above another one that is signed, the words of that one, the
#: blocks around its heading in which it is signed, and the words of such a line (arbitrary).
_LEAST_ABOVE = LeastAbove(60, 25, 3)
_OTHER_WORDS, _SIGNED_NEAR, _SIGNED_WORDS = 25, 4, 12
#: This number of boxes made alike is a list of posts, not of articles (arbitrary).
_POSTS = 3
_BY = re.compile(
    r"\s*(?:(?:by|von|par|por|di|door|av|af|de|text|autor|oleh|автор|yazan|haber|szerző|írta|författare|teksti|penulis|tác giả|του|της|από|автори|текст|מאת|كتب|كتبت|نویسنده)\b[:\s]\s*[^\W\d_]"
    r"|(?:लेखक|লেখক|โดย|记者|記者|作者|文)\s?[:：・/／]?\s?\S|\S{2,4} 기자(?:\s|$))",
    re.IGNORECASE,
)
_SIGNING = GROUP_BITS["byline"] | GROUP_BITS["date"]


def signed_below(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of articles with a headline and an author or a day of their own.

    They are below the page's own article: in an `article`, or below another main heading. On 3,000
    pages with known text this cuts nothing.
    """
    above = np.concatenate(([0.0], np.cumsum(words * kept)))
    titles = np.flatnonzero(is_title)
    if not len(titles) or above[-1] < _LEAST_ABOVE.short + _OTHER_WORDS:
        return []
    first = max(int(titles[0]) + 1, int(np.searchsorted(above, _LEAST_ABOVE.short)))
    boxes: dict[int, tuple[str, int]] = {}
    for element in page.named("h1", "h2").tolist():
        heading = int(page.first_block[element])
        if heading < first or heading == page.last_block[element] or is_title[heading]:
            continue
        level, box = page.tag[element], _box_of(page, heading)
        if (level == "h1" or page.tag[box] == "article") and _is_signed(page, heading, box, words):
            boxes.setdefault(box, (level, int(page.classes[box])))
    made = list(boxes.values())
    found: set[int] = set()
    for box, look in boxes.items():
        blocks = _text_of(page, kept, box)
        if look[0] == "h2" or above[page.last_block[box]] - above[blocks.start] >= _OTHER_WORDS:
            blocks = range(blocks.start, page.last_block[box])
        if (
            made.count(look) < _POSTS
            and above[blocks.stop] - above[blocks.start] >= _OTHER_WORDS
            and _LEAST_ABOVE.is_met(
                float(above[blocks.start]), float(above[blocks.stop] - above[blocks.start])
            )
            and not is_title[blocks.start : blocks.stop].any()
        ):
            found.update(b for b in blocks if kept[b])
    return sorted(found)


def _text_of(page: Page, kept: npt.NDArray[np.bool_], box: int) -> range:
    """Return the blocks of a box that may have only a headline and its author, and those beside it.

    None are beside it if the paragraphs of the page's own article are.
    """
    start, beside = int(page.first_block[box]), page.parent[box]
    paragraphs_above = page.parent[page.block_element[:start]][kept[:start]]
    return range(start, page.last_block[box if (paragraphs_above == beside).any() else beside])


def _box_of(page: Page, heading: int) -> int:
    """Return the outermost element that a heading opens, perhaps below a kicker or a day."""
    box = element = int(page.block_element[heading])
    while element > 0 and page.first_block[element] >= heading - _OPENING // 2:
        box = element
        element = int(page.parent[element])
    return box


def _is_signed(page: Page, heading: int, box: int, words: Column) -> bool:
    """Tell whether a line beside a heading says who wrote the text below it, or when."""
    low = max(int(page.first_block[box]), heading - _SIGNED_NEAR)
    high = min(int(page.last_block[box]), heading + 1 + _SIGNED_NEAR)
    for block in range(low, high):
        if block == heading or words[block] > _SIGNED_WORDS:
            continue
        element = int(page.inner_element[block])
        around = int(page.parent[element])
        if (
            _BY.match(page.text[block])
            or (page.classes[element] | page.classes[around]) & _SIGNING
            or "time" in (page.tag[element], page.tag[around])
        ):
            return True
    return False


class _Boxes(NamedTuple):
    """The blocks of the page's own article, and those of a similar box with a similar heading."""

    own: range
    others: range
    before_heading: range
    is_article: bool


def _boxes_alike(page: Page, title: int, is_title: npt.NDArray[np.bool_]) -> Iterator[_Boxes]:
    """Yield the boxes below a title that are like its own.

    They have the same tag and purpose, and open with a heading of the same level. If the headline
    is outside of the article's box, an `article` that opens with a main heading is one as well.
    """
    level = _heading(page, title)
    above = _chain(page, page.inner_element[title])
    has_level = page.tag_number == page.tag_names.index(level)
    may_be = (has_level[page.inner_element] | has_level[page.block_element]) & ~is_title
    for block in np.flatnonzero(may_be).tolist():
        if block <= title or _heading(page, block) != level:
            continue
        mine, theirs = _diverging_elements(above, _chain(page, page.inner_element[block]))
        if mine < 0:
            continue
        others = range(page.first_block[theirs], page.last_block[theirs])
        own = range(page.first_block[mine], page.last_block[mine])
        is_article = page.tag[theirs] == "article"
        if is_article and level == "h1" and page.tag[mine] != "article":
            own = range(title, others.start)
        elif page.tag[mine] != page.tag[theirs] or (
            not is_article and page.classes[mine] != page.classes[theirs]
        ):
            continue
        if block - others.start <= _OPENING and title - own.start <= _OPENING:
            yield _Boxes(own, others, range(others.start, block), is_article)


def _heading(page: Page, block: int) -> str:
    """Return the tag of the heading that a block is, or an empty string."""
    for element in (int(page.inner_element[block]), int(page.block_element[block])):
        if page.tag[element] in _BOX_HEADINGS:
            return page.tag[element]
    return ""


def _chain(page: Page, element: int) -> list[int]:
    """Return the elements around one, from the root down to itself."""
    chain = []
    while element > 0:
        chain.append(element)
        element = page.parent[element]
    return chain[::-1]


def _diverging_elements(one: Sequence[int], other: Sequence[int]) -> tuple[int, int]:
    """Return the two elements at which two chains separate, or -1 if one contains the other."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a, b
    return -1, -1
