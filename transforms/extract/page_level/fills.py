"""Fills gaps between the blocks that the model chose.

The model judges each block by itself and its surroundings. A block that it is undecided about stays
if its markup and its place are those of blocks that it is sure of.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS

#: Prose between two kept paragraphs of its own kind stays from this probability on.
BETWEEN = 0.15
#: Prose that follows a kept paragraph of its own kind stays from this probability on.
_FOLLOWING = 0.3
_SENTENCE_WORDS, _BETWEEN_WORDS = 5, 15
#: Blocks above a paragraph among which one of its own markup is looked for (arbitrary).
_MOST_ABOVE = 12
#: The end of a question, its characters, and those of the answer below it (arbitrary).
_QUESTION_ENDS, _QUESTION_CHARS, _ANSWER_CHARS = ("?", "？", "؟"), 10, 40
#: Blocks between two paragraphs that are wrapped alike, their words, words of a label, and the share
#: of links in such a paragraph, of which prompts for a newsletter have more (all arbitrary).
_MOST_BETWEEN, _WRAPPED_WORDS, _LABEL_WORDS, _WRAPPED_LINKS = 4, 8, 6, 0.1
#: The fewest blocks of a row that are not kept, the least of their likelihoods, and the mean of the
#: row. On 461 pages of collections that the model had not seen such rows gained .4 F1 in all, and
#: one page lost .03.
_UNDECIDED, _UNDECIDED_LEAST, _UNDECIDED_MEAN = 4, 0.2, 0.4
#: The longest run of lines that is filled (arbitrary).
_RUN_LINES = 12
#: A list has three items and hardly a link. A block beside it that counts as the article's has four
#: words (arbitrary).
_LIST_ITEMS, _LIST_LINKS, _LIST_LEAD_WORDS = 3, 0.3, 4
#: Headings that are links in a list of teasers (arbitrary).
_TEASERS = 2
SUBHEADINGS = frozenset(("h2", "h3", "h4", "h5"))
CAPTIONS = frozenset(("figure", "figcaption"))


def fill(page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column) -> None:
    """Keep blocks in gaps between kept ones. Changes `kept`."""
    _fill_single(page, kept, probability, words)
    _fill_runs(page, kept, probability)
    _fill_lists(page, kept, probability, words)
    _fill_wrapped(page, kept, probability, words)
    _fill_rows(page, kept, probability)
    _fill_questions(page, kept, probability)
    _fill_boxes(page, kept, probability, words)
    _fill_sentences(page, kept, probability, words)


def _fill_single(
    page: Page,
    kept: npt.NDArray[np.bool_],
    probability: Column,
    words: Column,
    *,
    first: int = 0,
) -> None:
    """Keep a paragraph between two kept ones with the same markup, or a likely one after one.

    After a quotation or a list, the paragraph above it counts as the one before. Blocks before
    `first` do not change.
    """
    for block in np.flatnonzero(~kept[first:] & (probability[first:] >= BETWEEN)).tolist():
        if _is_filled(page, kept, probability, words, first + block):
            kept[first + block] = True


def _fill_below(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column, block: int
) -> None:
    """Do what `_fill_single` does for the blocks below one that is kept now, and only for those.

    None depends on a block that is `_MOST_ABOVE` above it.
    """
    below, last = block + 1, block + _MOST_ABOVE
    while below < min(len(kept), last):
        may_be = not kept[below] and probability[below] >= BETWEEN
        if may_be and _is_filled(page, kept, probability, words, below):
            kept[below] = True
            last = below + _MOST_ABOVE
        below += 1


def _is_filled(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column, block: int
) -> bool:
    """Tell whether a block that is not kept stays because of its neighbours."""
    if block == 0 or not kept[block - 1]:
        return False
    is_next = _is_alike(page, block, block - 1)
    if not (is_next or _is_like_one_above(page, kept, block)):
        return False
    if page.link_chars[block] >= 0.3 * len(page.text[block]):
        return False
    is_between = (
        is_next and block + 1 < len(kept) and kept[block + 1] and _is_alike(page, block, block + 1)
    )
    is_sentence = page.text[block][-1] in SENTENCE_ENDS and words[block] >= _SENTENCE_WORDS
    return bool(
        (is_between and words[block] >= _BETWEEN_WORDS)
        or (is_sentence and probability[block] >= _FOLLOWING)
    )


def _is_like_one_above(page: Page, kept: npt.NDArray[np.bool_], block: int) -> bool:
    """Tell whether a paragraph above has the same markup, with only kept blocks in between."""
    for above in range(block - 2, max(-1, block - _MOST_ABOVE), -1):
        if not kept[above]:
            return False
        if _is_alike(page, block, above):
            return len(page.text[above].split()) >= _SENTENCE_WORDS
    return False


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
    lists = page.named("ul", "ol")
    lists = lists[page.last_block[lists] - page.first_block[lists] >= _LIST_ITEMS]
    for element in lists.tolist():
        low, high = page.first_block[element], page.last_block[element]
        beside = direct.get(page.parent[element], [])
        if kept[low:high].all() or not beside or beside[0] > low:
            continue
        if _has_linked_headings(page, range(low, high)):
            continue
        if (
            page.link_chars[low:high].sum() < _LIST_LINKS * page.size[low:high].sum()
            and float(probability[low:high].mean()) >= BETWEEN
        ):
            kept[low:high] = True


def _has_linked_headings(page: Page, blocks: range) -> bool:
    """Tell whether some of the blocks are headings that are links."""
    linked = [
        block for block in blocks if page.is_link(block) and page.tag_of(block) in SUBHEADINGS
    ]
    return len(linked) >= _TEASERS


def _fill_wrapped(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> None:
    """Keep a likely paragraph with a wrapper of its own below a kept one that is wrapped alike.

    A heading, links and short lines may be between them, such as an advertisement and its label.
    The heading stays with the paragraph. Below a heading that is a link is a teaser.
    """
    is_filled_below = False
    likely = ~kept & (probability >= _FOLLOWING) & (words >= _WRAPPED_WORDS)
    for block in np.flatnonzero(likely).tolist():
        before = block - 1
        while before > max(0, block - _MOST_BETWEEN) and not kept[before]:
            before -= 1
        between = range(before + 1, block)
        if (
            kept[before]
            and words[before] >= _WRAPPED_WORDS
            and page.text[block][-1] in SENTENCE_ENDS
            and page.link_chars[block] < _WRAPPED_LINKS * len(page.text[block])
            and (
                _is_wrapped_alike(page, block, before)
                or _is_wrapped_alike(page, block, _above_list(page, kept, before))
            )
            and all(_may_be_between(page, b, words) for b in between)
        ):
            kept[block] = True
            for other in between:
                kept[other] |= _is_heading(page, other) and probability[other] >= BETWEEN
            if is_filled_below:
                _fill_below(page, kept, probability, words, block)
            else:  # Runs and lists may have been kept anywhere below.
                _fill_single(page, kept, probability, words, first=block + 1)
                is_filled_below = True


def _above_list(page: Page, kept: npt.NDArray[np.bool_], block: int) -> int:
    """Return the block above a list whose last item is kept, or the block if it is no such item."""
    above = block
    while above > 0 and page.tag_of(above) == "li" and kept[above]:
        above -= 1
    return above if kept[above] else block


def _may_be_between(page: Page, block: int, words: Column) -> bool:
    is_heading = page.tag_of(block) in SUBHEADINGS
    return is_heading != page.is_link(block) or bool(words[block] < _LABEL_WORDS and not is_heading)


def _is_wrapped_alike(page: Page, block: int, other: int) -> bool:
    """Tell whether two blocks have the same markup, in two wrappers with the same markup.

    Wrappers beside each other may differ in their ids, as the posts of a live blog do.
    """
    one, two = page.block_element[block], page.block_element[other]
    around, beside = page.parent[one], page.parent[two]
    if around == beside or page.signature[one] != page.signature[two]:
        return False
    return bool(
        page.signature[around] == page.signature[beside]
        or (
            page.parent[around] == page.parent[beside]
            and page.tag[around] == page.tag[beside]
            and page.classes[around] == page.classes[beside]
        )
    )


def _is_heading(page: Page, block: int) -> bool:
    return page.tag_of(block) in ("h2", "h3", "h4")


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


def _fill_questions(page: Page, kept: npt.NDArray[np.bool_], probability: Column) -> None:
    """Keep a question between two kept blocks. It is the heading of the answer below it.

    Of 7 such blocks on 3,000 pages with known text all are in that text.
    """
    is_between = ~kept[1:-1] & kept[:-2] & kept[2:] & (probability[1:-1] >= BETWEEN)
    for block in (np.flatnonzero(is_between) + 1).tolist():
        text = page.text[block].rstrip()
        if (
            text[-1:] in _QUESTION_ENDS
            and not page.link_chars[block]
            and len(text) >= _QUESTION_CHARS
            and len(page.text[block + 1]) >= _ANSWER_CHARS
        ):
            kept[block] = True


#: Boxes of a row, the share of them that have a kept sentence, and the likelihood of the sentences
#: in the others at least (arbitrary).
_BOXES, _BOXES_KEPT, _BOX_LEAST = 4, 0.75, 0.1


def _fill_boxes(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> None:
    """Keep the sentences of the last boxes of a row if those of nearly all boxes are kept.

    The boxes have the same parent and the same names, or an id each, and the sentences have the same
    markup. The last entry of a live blog or of a list looks as unlikely as what is below the article.
    """
    places = np.flatnonzero(kept)
    if not len(places):
        return
    near = range(int(places[0]), min(len(kept), int(places[-1]) + _RUN_LINES))
    unsure = np.flatnonzero(~kept & (probability >= _BOX_LEAST)).tolist()
    if not any(block in near and is_sentence(page, block, words) for block in unsure):
        return
    rows: dict[tuple[int, int, int], dict[int, bool]] = {}
    for block in near:
        if not is_sentence(page, block, words):
            continue
        element = int(page.block_element[block])
        box = int(page.parent[element])
        key = (int(page.parent[box]), int(page.classes[box]), int(page.signature[element]))
        boxes = rows.setdefault(key, {})
        boxes[box] = boxes.get(box, True) and bool(kept[block])
    for boxes in rows.values():
        n_kept = sum(boxes.values())
        if len(boxes) < _BOXES or n_kept == len(boxes) or n_kept < _BOXES_KEPT * len(boxes):
            continue
        last = list(boxes)[n_kept:]
        names = {int(page.signature[box]) for box in boxes}
        if any(boxes[box] for box in last) or 1 < len(names) < len(boxes):
            continue  # A caption between the paragraphs, or an offer below them.
        for box in last:
            inside = range(int(page.first_block[box]), int(page.last_block[box]))
            if all(probability[b] >= _BOX_LEAST for b in inside if is_sentence(page, b, words)):
                for block in inside:
                    kept[block] |= probability[block] >= _BOX_LEAST and not page.is_link(block)


#: The fewest sentences of such a gap (arbitrary).
_SENTENCES = 3


def _fill_sentences(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> None:
    """Keep a gap between two kept blocks that has only likely sentences without links.

    A single such sentence may be a caption.
    """
    places = np.flatnonzero(kept).tolist()
    for first, last in pairwise(places):
        gap = range(first + 1, last)
        if _SENTENCES <= len(gap) <= _RUN_LINES and all(
            probability[b] >= _FOLLOWING and is_sentence(page, b, words) for b in gap
        ):
            kept[first + 1 : last] = True


def headings(page: Page, kept: npt.NDArray[np.bool_], probability: Column) -> list[int]:
    """Return the headings directly above a kept block, if a heading with the same markup is kept.

    The headings of the posts of a live blog, or of the places of a list, are alike.
    """
    is_heading = page.are(*SUBHEADINGS)[page.block_element] & (page.link_chars == 0)
    known = {_markup(page, block) for block in np.flatnonzero(kept & is_heading).tolist()}
    unsure = ~kept[:-1] & kept[1:] & is_heading[:-1] & (probability[:-1] >= _BOX_LEAST)
    return [b for b in np.flatnonzero(unsure).tolist() if known and _markup(page, b) in known]


def _markup(page: Page, block: int) -> tuple[int, int]:
    """Return the signature of a block's element and the classes of the one around it."""
    element = int(page.block_element[block])
    return int(page.signature[element]), int(page.classes[int(page.parent[element])])


def is_sentence(page: Page, block: int, words: Column, least: float = _SENTENCE_WORDS) -> bool:
    """Tell whether a block is a sentence of some words without links, and not a caption."""
    text, element = page.text[block], int(page.block_element[block])
    return bool(
        text[-1:] in SENTENCE_ENDS
        and words[block] >= least
        and not page.link_chars[block]
        and not {page.tag[element], page.tag[int(page.parent[element])]} & CAPTIONS
    )


def _is_alike(page: Page, block: int, other: int) -> bool:
    """Tell whether two blocks have the same markup and the same parent."""
    one, two = page.block_element[block], page.block_element[other]
    is_same = page.signature[one] == page.signature[two] and page.parent[one] == page.parent[two]
    return bool(is_same)
