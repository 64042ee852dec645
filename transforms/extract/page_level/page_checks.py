"""Checks the blocks that the model chose for copies, other articles and comments.

The model judges each block by itself and its surroundings. These checks compare the chosen blocks
with each other. Each check needs evidence that a reader can see on the page: the same words twice,
a second heading of the same kind in a box of the same kind, a container named for comments. Each
has its own rule in the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS
from copydesk.transforms.extract.page_level import (
    copies,
    fills,
    galleries,
    inset_boxes,
    link_boxes,
    other_articles,
    posts,
    scrambled,
    teaser_lists,
    teasers_alone,
    undecided_prose,
)

HIDDEN_COPY, REPEATED = copies.HIDDEN_COPY, copies.REPEATED
BYLINE, OTHER_ARTICLE, COMMENTS, GALLERY, RELATED, FORM, CAPTION = (
    "page_byline",
    "page_other_article",
    "page_comments",
    "page_gallery",
    "page_related",
    "page_form",
    "page_caption",
)
#: From this number of kept blocks between two that are named for comments, the name means something
#: else.
_INTERLEAVED = 3
#: Comments are cut if at least this many words of the article are outside of them. Comments in
#: several boxes are shorter than a short article. Of 2,900 pages two have such boxes: one has
#: remarks of the article on each picture, and one has comments (arbitrary).
_ARTICLE_WORDS, _LEAST_BESIDE_BOXES = 30, other_articles.LeastAbove(250, 30, 1.5)
#: A line that counts comments is their heading if it is not longer than this and has this many
#: words of an article above it. Of four pages of 2,000 with kept text below such a line, none had
#: text of the article there. The limits of a short article are arbitrary.
_COUNT_CHARS, _LEAST_ABOVE = 60, other_articles.LeastAbove(120, 25, 1.5)
_COMMENTS_OF = (
    r"(?:comments?|comment\(s\)|responses?|replies|kommentare?|commentaires?|comentarios?|comentários?|commenti?|reacties"
    r"|komentarz[ey]|kommentit|kommentarer|комментари(?:й|я|ев|и)|yorum(?:lar)?|评论|評論|留言|コメント"
    r"|hozzászólás(?:ok)?|komentáře?|diskus[ei]a?|comentarii|коментари?|коментарі|σχόλια|التعليقات|تعليقات"
    r"|نظرات|תגובות|टिप्पणियाँ|মন্তব্য|komentar|bình luận|ความคิดเห็น|댓글)"
)
_COMMENT_COUNT = re.compile(
    rf"\d{{1,5}}\s+{_COMMENTS_OF}(?:\s+(?:to|on|zu|sur|a)\b.{{0,50}})?\W*"
    rf"|(?:\w{{1,12}}\s)?{_COMMENTS_OF}\s*[(\[:]?\s*\d{{1,5}}\s*[)\]]?",
    re.IGNORECASE,
)
#: Signs between such a line and the links beside it.
_AROUND_COUNT = " \n|·•*–-"
#: A line above the text that names its author and time, or only the time.
_SIGNED = re.compile(
    r"(?:(?:date|datum|fecha|data|дата)\s*:|(?:posted|published|written|updated|by|von|veröffentlicht|aktualisiert|par|publié|mis à jour|por|publicado|di|pubblicato|door|gepubliceerd|av|af|автор)\b)"
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
    dialog, article = inset_boxes.article_beside_consent(page, kept, words, is_title)
    kept[article] = True
    dialog += inset_boxes.consent_around_article(page, kept, words, is_title)
    kept[dialog] = False
    rules.update(dict.fromkeys(dialog, FORM))
    teasers, article = teasers_alone.article_above_teasers(page, kept, is_title)
    kept[teasers], kept[article] = False, True
    rules.update(dict.fromkeys(teasers, RELATED))
    kept[teasers_alone.article_below_headline(page, kept, is_title)] = True
    fills.fill(page, kept, probability, words)
    kept[undecided_prose.siblings(page, kept, probability, words)] = True
    # Each check sees what those before it left.
    checks: tuple[tuple[str, Callable[[], list[int]]], ...] = (
        (BYLINE, lambda: _printed_lines(page, kept, words)),
        (COMMENTS, lambda: _comments(page, kept, words)),
        (COMMENTS, lambda: _below_comment_heading(page, kept, words)),
        (COMMENTS, lambda: posts.find(page, kept, words)),
        (OTHER_ARTICLE, lambda: other_articles.find(page, kept, words, is_title)),
        (OTHER_ARTICLE, lambda: other_articles.below_label(page, kept, words)),
        (OTHER_ARTICLE, lambda: other_articles.signed_below(page, kept, words, is_title)),
        (GALLERY, lambda: galleries.find(page, kept, words, is_title)),
        (CAPTION, lambda: galleries.captions(page, kept, probability, words)),
        (RELATED, lambda: link_boxes.find(page, kept, words)),
        (RELATED, lambda: teaser_lists.find(page, kept, words)),
        (RELATED, lambda: inset_boxes.with_label(page, kept, words, is_title)),
        (RELATED, lambda: inset_boxes.below_label(page, kept, probability, words)),
        (BYLINE, lambda: inset_boxes.about_author(page, kept, words)),
        (RELATED, lambda: inset_boxes.in_capitals(page, kept, words)),
        (scrambled.SCRAMBLED, lambda: scrambled.find(page, kept)),
        (FORM, lambda: inset_boxes.with_form(page, kept, words, is_title)),
        (FORM, lambda: inset_boxes.with_consent(page, kept, words, is_title)),
        (FORM, lambda: inset_boxes.offers(page, kept, words)),
        (RELATED, lambda: inset_boxes.speakers_of_quotes(page, kept, words)),
    )
    for rule, find in checks:
        for block in find():
            kept[block] = False
            rules[block] = rule
    unsure = undecided_prose.find(page, kept, probability, words)
    kept[[block for block in unsure if block not in rules]] = True
    for block, rule in copies.find(page, kept):
        kept[block] = False
        rules[block] = rule
    return Checked(kept, rules)


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
    n_boxes = int(inside[:1].sum() + (inside[1:] & ~inside[:-1]).sum())
    inside &= kept
    places = np.flatnonzero(inside)
    if len(places) and int((kept & ~inside)[places[0] : places[-1]].sum()) >= _INTERLEAVED:
        return []  # The class marks remarks on each picture or step, not comments.
    outside = float((words * (kept & ~inside)).sum())
    if outside < _ARTICLE_WORDS:
        return []
    if n_boxes >= _INTERLEAVED and not _LEAST_BESIDE_BOXES.is_met(outside, total - outside):
        return []  # Blocks that are not kept, such as credits of pictures, are between the remarks.
    return np.flatnonzero(inside).tolist()


def _below_comment_heading(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks below a line that counts comments, if an article is above it.

    Such lines are "Komentarze (25)" and "4 Responses to ...".
    """
    places = np.flatnonzero(kept)
    before = np.cumsum(words * kept)
    last = int(places[-1]) if len(places) else 0
    first = int(np.searchsorted(before, _LEAST_ABOVE.short))
    for block in (np.flatnonzero(page.size[first:last] <= _COUNT_CHARS) + first).tolist():
        is_article = _LEAST_ABOVE.is_met(before[block], before[-1] - before[block])
        if is_article and _COMMENT_COUNT.fullmatch(page.text[block].strip(_AROUND_COUNT)):
            return [b for b in places.tolist() if b > block]
    return []
