"""Checks the blocks that the model chose for copies, other articles, comments and gaps.

The model judges each block by itself and its surroundings. These checks compare the chosen blocks
with each other. Each check needs evidence that a reader can see on the page: the same words twice,
a second heading of the same kind in a box of the same kind, a container named for comments. Each
has its own rule in the ledger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS
from copydesk.transforms.extract.page_level import (
    copies,
    galleries,
    inset_boxes,
    link_boxes,
    other_articles,
    posts,
    teaser_lists,
)

HIDDEN_COPY, REPEATED = copies.HIDDEN_COPY, copies.REPEATED
BYLINE, OTHER_ARTICLE, COMMENTS, GALLERY, RELATED, FORM = (
    "page_byline",
    "page_other_article",
    "page_comments",
    "page_gallery",
    "page_related",
    "page_form",
)
#: From this number of kept blocks between two that are named for comments, the name means something
#: else.
_INTERLEAVED = 3
#: Comments are cut if at least this many words of the article are outside of them.
_ARTICLE_WORDS = 30
#: A line that counts comments is their heading if it is not longer than this and has this many
#: words of an article above it. Of four pages of 2,000 with kept text below such a line, none had
#: text of the article there.
_COUNT_CHARS, _ARTICLE_ABOVE_COMMENTS = 60, 120
_COMMENTS_OF = (
    r"(?:comments?|comment\(s\)|responses?|replies|kommentare?|commentaires?|comentarios?|comentários?|commenti?|reacties"
    r"|komentarz[ey]|kommentit|kommentarer|комментари(?:й|я|ев|и)|yorum|评论|コメント)"
)
_COMMENT_COUNT = re.compile(
    rf"\d{{1,5}}\s+{_COMMENTS_OF}(?:\s+(?:to|on|zu|sur|a)\b.{{0,50}})?\W*"
    rf"|(?:\w{{1,12}}\s)?{_COMMENTS_OF}\s*[(\[:]?\s*\d{{1,5}}\s*[)\]]?",
    re.IGNORECASE,
)
#: Signs between such a line and the links beside it.
_AROUND_COUNT = " \n|·•*–-"
#: Prose between two kept paragraphs of its own kind stays from this probability on.
BETWEEN = 0.15
#: A list has three items and hardly a link. A block beside it that counts as the article's has four
#: words (arbitrary).
_LIST_ITEMS, _LIST_LINKS, _LIST_LEAD_WORDS = 3, 0.3, 4
#: Headings that are links in a list of teasers (arbitrary).
_TEASERS = 2
_HEADINGS = frozenset(("h2", "h3", "h4", "h5"))
#: Prose that follows a kept paragraph of its own kind stays from this probability on.
_FOLLOWING = 0.3
#: A line above the text that names its author and time, or only the time.
_SIGNED = re.compile(
    r"(?:posted|published|written|updated|by|von|veröffentlicht|aktualisiert|par|publié|mis à jour|por|publicado|di|pubblicato|door|gepubliceerd|av|af|автор)\b"
    r".{0,80}?(?:\b(?:19|20)\d\d\b|\d{1,2}[:.h]\d\d).{0,30}",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"\d{4}年\d{1,2}月\d{1,2}日.{0,14}|(?:\d{1,4}[-./]\d{1,2}[-./]\d{2,4}|\d{1,2}:\d\d)[\s,|–-]{0,3}(?:\d{1,4}[-./:]\d{1,2}(?:[-./:]\d{2,4})?)?.{0,12}"
)
_LINE_WORDS = 14
_TOP_BLOCKS = 5  # Kept blocks among which such a line may be.


@dataclass(frozen=True, slots=True)
class Checked:
    """Which blocks stay, and the rules of those that a check cut."""

    kept: npt.NDArray[np.bool_]
    rules: dict[int, str]


def check(
    page: Page,
    kept: npt.NDArray[np.bool_],
    probability: Column,
    words: Column,
    is_title: npt.NDArray[np.bool_],
) -> Checked:
    """Return the kept blocks after all checks.

    `is_title` marks blocks that print the page's title.
    """
    kept = kept.copy()
    rules: dict[int, str] = {}
    _fill(page, kept, probability, words)
    _fill_runs(page, kept, probability)
    _fill_lists(page, kept, probability, words)
    _fill_wrapped(page, kept, probability, words)
    _fill_rows(page, kept, probability)
    for rule, blocks in (
        (BYLINE, _printed_lines(page, kept, words)),
        (COMMENTS, _comments(page, kept, words)),
        (COMMENTS, _below_comment_heading(page, kept, words)),
        (COMMENTS, posts.find(page, kept, words)),
        (OTHER_ARTICLE, other_articles.find(page, kept, words, is_title)),
        (OTHER_ARTICLE, other_articles.below_label(page, kept, words)),
        (GALLERY, galleries.find(page, kept, words, is_title)),
        (RELATED, link_boxes.find(page, kept, words)),
        (RELATED, teaser_lists.find(page, kept, words)),
        (RELATED, inset_boxes.with_label(page, kept, words, is_title)),
        (BYLINE, inset_boxes.about_author(page, kept, words)),
        (RELATED, inset_boxes.in_capitals(page, kept, words)),
        (FORM, inset_boxes.with_form(page, kept, words, is_title)),
    ):
        for block in blocks:
            kept[block] = False
            rules[block] = rule
    for block, rule in copies.find(page, kept):
        kept[block] = False
        rules[block] = rule
    return Checked(kept, rules)


def _fill(page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column) -> None:
    """Keep a paragraph between two kept ones with the same markup, or a likely one after one."""
    for block in np.flatnonzero(~kept & (probability >= BETWEEN)).tolist():
        if block == 0 or not kept[block - 1] or not _is_alike(page, block, block - 1):
            continue
        if page.link_chars[block] >= 0.3 * len(page.text[block]):
            continue
        is_between = block + 1 < len(kept) and kept[block + 1] and _is_alike(page, block, block + 1)
        is_sentence = page.text[block][-1] in _SENTENCE_ENDS and words[block] >= _SENTENCE_WORDS
        if (is_between and words[block] >= _BETWEEN_WORDS) or (
            is_sentence and probability[block] >= _FOLLOWING
        ):
            kept[block] = True


def _fill_runs(page: Page, kept: npt.NDArray[np.bool_], probability: Column) -> None:
    """Keep a run of short lines of one markup between two kept ones, if none of them is unlikely."""
    places = np.flatnonzero(kept).tolist()
    for first, last in pairwise(places):
        run = range(first + 1, last)
        if not 0 < len(run) <= _RUN_LINES:
            continue
        if all(
            probability[b] >= _FOLLOWING
            and page.link_chars[b] < 0.3 * len(page.text[b])
            and _is_alike(page, first, b)
            for b in (*run, last)
        ):
            kept[first + 1 : last] = True


def _fill_rows(page: Page, kept: npt.NDArray[np.bool_], probability: Column) -> None:
    """Keep a row of blocks with one markup whole, if the model is undecided about many of them.

    Such a row is a list of results or products, whose lines are as likely as each other. A single
    unlikely line among paragraphs is often a link to another story.
    """
    signature, parent = page.signature[page.block_element], page.parent[page.block_element]
    is_next = (signature[1:] == signature[:-1]) & (parent[1:] == parent[:-1])
    starts = np.flatnonzero(np.concatenate(([True], ~is_next)))
    ends = np.append(starts[1:], len(kept))
    is_long = ends - starts > _UNDECIDED
    for first, end in zip(starts[is_long].tolist(), ends[is_long].tolist(), strict=True):
        row, likely = kept[first:end], probability[first:end]
        if (
            row.any()
            and len(row) - row.sum() >= _UNDECIDED
            and likely.min() >= _UNDECIDED_LEAST
            and likely.mean() >= _UNDECIDED_MEAN
        ):
            kept[first:end] = True


def _fill_wrapped(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> None:
    """Keep a likely paragraph with a wrapper of its own below a kept one that is wrapped alike.

    A heading and short lines may be between them, such as the label of an advertisement. The
    heading stays with the paragraph.
    """
    likely = ~kept & (probability >= _FOLLOWING) & (words >= _BETWEEN_WORDS)
    for block in np.flatnonzero(likely).tolist():
        before = block - 1
        while before > max(0, block - _MOST_BETWEEN) and not kept[before]:
            before -= 1
        between = range(before + 1, block)
        if (
            kept[before]
            and words[before] >= _BETWEEN_WORDS
            and page.text[block][-1] in _SENTENCE_ENDS
            and page.link_chars[block] < _WRAPPED_LINKS * len(page.text[block])
            and _is_wrapped_alike(page, block, before)
            and all(words[b] < _LABEL_WORDS or _is_heading(page, b) for b in between)
        ):
            kept[block] = True
            for other in between:
                kept[other] |= _is_heading(page, other) and probability[other] >= BETWEEN


def _is_wrapped_alike(page: Page, block: int, other: int) -> bool:
    """Tell whether two blocks have the same markup, in two wrappers with the same markup."""
    one, two = page.block_element[block], page.block_element[other]
    around, beside = page.parent[one], page.parent[two]
    return around != beside and copies.markup_of(page, block) == copies.markup_of(page, other)


def _is_heading(page: Page, block: int) -> bool:
    return page.tag[page.block_element[block]] in ("h2", "h3", "h4")


#: Blocks between two paragraphs that are wrapped alike, words of a label, and the share of links in
#: such a paragraph, of which prompts for a newsletter have more (all arbitrary).
_MOST_BETWEEN, _LABEL_WORDS, _WRAPPED_LINKS = 4, 6, 0.1
_SENTENCE_ENDS = '.!?。！？”"'
_SENTENCE_WORDS, _BETWEEN_WORDS = 5, 15
#: The fewest blocks of a row that are not kept, the least of their likelihoods, and the mean of the
#: row. On 461 pages of collections that the model had not seen such rows gained .4 F1 in all, and
#: one page lost .03.
_UNDECIDED, _UNDECIDED_LEAST, _UNDECIDED_MEAN = 4, 0.2, 0.4
#: The longest run of lines that is filled (arbitrary).
_RUN_LINES = 12


def _is_alike(page: Page, block: int, other: int) -> bool:
    """Tell whether two blocks have the same markup and the same parent."""
    one, two = page.block_element[block], page.block_element[other]
    is_same = page.signature[one] == page.signature[two] and page.parent[one] == page.parent[two]
    return bool(is_same)


def _printed_lines(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept lines above the first paragraph that name the author and the time."""
    found = []
    for block in np.flatnonzero(kept)[:_TOP_BLOCKS].tolist():
        if words[block] > _LINE_WORDS:
            break
        text = page.text[block].strip()
        if _SIGNED.fullmatch(text) or _STAMP.fullmatch(text):
            found.append(block)
    return found


def _fill_lists(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> None:
    """Keep the lists of an article whole.

    These are lists with few links, under the parent of kept blocks and below the first of them. A
    list whose items have headings that are links is one of teasers.
    """
    direct: dict[int, list[int]] = {}
    for block in np.flatnonzero(kept & (words >= _LIST_LEAD_WORDS)).tolist():
        direct.setdefault(page.parent[page.block_element[block]], []).append(block)
    for element, tag in enumerate(page.tag):
        if tag not in ("ul", "ol"):
            continue
        low, high = page.first_block[element], page.last_block[element]
        beside = direct.get(page.parent[element], [])
        if high - low < _LIST_ITEMS or kept[low:high].all() or not beside or beside[0] > low:
            continue
        if _has_linked_headings(page, range(low, high)):
            continue
        chars = sum(len(t) for t in page.text[low:high])
        if (
            sum(page.link_chars[low:high]) < _LIST_LINKS * chars
            and float(probability[low:high].mean()) >= BETWEEN
        ):
            kept[low:high] = True


def _has_linked_headings(page: Page, blocks: range) -> bool:
    """Tell whether some of the blocks are headings that are links."""
    linked = [
        block
        for block in blocks
        if 2 * page.link_chars[block] > len(page.text[block])
        and page.tag[page.block_element[block]] in _HEADINGS
    ]
    return len(linked) >= _TEASERS


def _comments(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks inside elements named for comments.

    The article must be outside of these elements.
    """
    named = np.flatnonzero(page.classes & GROUP_BITS["comment"]).tolist()
    if not named:
        return []
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))
    total = float(weight[-1])
    inside = np.zeros(len(kept), dtype=np.bool_)
    for element in named:
        low, high = page.first_block[element], page.last_block[element]
        own = float(weight[high] - weight[low])
        before = float(weight[low])
        if own and before >= _ARTICLE_WORDS and total - own >= _ARTICLE_WORDS:
            inside[low:high] = True
    inside &= kept
    places = np.flatnonzero(inside)
    if len(places) and int((kept & ~inside)[places[0] : places[-1]].sum()) >= _INTERLEAVED:
        return []  # The class marks remarks on each picture or step, not comments.
    if float((words * (kept & ~inside)).sum()) < _ARTICLE_WORDS:
        return []
    return np.flatnonzero(inside).tolist()


def _below_comment_heading(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks below a line that counts comments, if an article is above it.

    Such lines are "Komentarze (25)" and "4 Responses to ...".
    """
    places = np.flatnonzero(kept)
    before = np.cumsum(words * kept)
    last = int(places[-1]) if len(places) else 0
    for block in range(int(np.searchsorted(before, _ARTICLE_ABOVE_COMMENTS)), last):
        text = page.text[block]
        if len(text) <= _COUNT_CHARS and _COMMENT_COUNT.fullmatch(text.strip(_AROUND_COUNT)):
            return [b for b in places.tolist() if b > block]
    return []
