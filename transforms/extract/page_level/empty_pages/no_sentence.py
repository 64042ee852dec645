"""Recognises pages that keep no sentence: menus, galleries, tables of figures and lists of labels."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.head_metadata import Hints
from copydesk.transforms.extract.page_elements import Marks
from copydesk.transforms.extract.page_level.empty_pages.notice_texts import LOADING, SCRIPT_SHELL
from copydesk.transforms.extract.page_level.page_kind_features import JudgedBlocks
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS_OF_ALL_SCRIPTS

#: Words of a block that says something: in all, outside of links and the headline, and in a
#: sentence there (arbitrary). Of 2,869 articles four were refused because they have no such block,
#: and these four say nothing.
_SAID_WORDS, _FREE_WORDS, _SENTENCE_WORDS = 12, 8, 4
#: The same for a headline, and the words of a headline as a share of those of the longest title.
_HEADLINE_WORDS, _TITLE_SHARE = 10, 1.3
_LINKED = 0.5
#: The share of the letters of a block that are in links, from which the rest is a date or a number.
_ONLY_LINK = 0.85
_NO_DIGITS = str.maketrans("", "", "0123456789")
#: The fewest links of a menu, and the fewest pictures of a gallery (arbitrary).
_MENU_LINKS, _GALLERY_IMAGES = 4, 5
#: The share of the lines of a gallery that are captions which differ in numbers alone (arbitrary).
_ALIKE_SHARE = 0.5
#: A page with fewer links is a fragment, whose few words may be its text (arbitrary).
_PAGE_LINKS = 3
#: A page that keeps more words is a list of labels if this share of its blocks is links (arbitrary).
_FEW_WORDS, _LINKS_SHARE = 160, 0.5
#: The fewest words of a headline that is a link, the fewest such headlines on a list of pages whose
#: address is not known, and their share of its words (arbitrary).
_LINKED_WORDS, _LINKED_HEADLINES, _LINKED_SHARE = 4, 6, 0.5
#: A row of figures has three cells of this many characters, or this share of its words has a digit.
_CELLS, _CELL_CHARS, _DIGITS_SHARE = 3, 30, 0.4
#: The rows of a page of figures at least, their share of its words, and the words of the remarks
#: below them at most, which are arbitrary. They refuse none of 2,400 articles of nine collections, and
#: one page of another, which is a list of broadcasts.
_ROWS, _ROWS_SHARE, _REMARK_WORDS = 5, 0.6, 30
#: A page with this many words of prose is more than its figures (arbitrary).
_PROSE_WORDS = 40
#: Letters of scripts that are written without spaces.
_DENSE = re.compile(r"[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


def size(text: str) -> int:
    """Return the words of a text. Two letters of a script without spaces count as one.

    >>> size("Rain fell on 3 May.") , size("新人行桥五月开通")
    (5, 4)
    """
    return len(_words(text)) + len(_DENSE.findall(text)) // 2


def _words(text: str) -> list[str]:
    return [word for word in text.split() if any(map(str.isalnum, word)) and not _DENSE.match(word)]


def find(judged: JudgedBlocks, hints: Hints) -> str:
    """Return the kind of a page without a sentence, or an empty string."""
    kept, words, page = judged.kept, judged.words, judged.page
    is_title = _are_headlines(judged, hints)
    others = [page.text[b] for b in np.flatnonzero(kept & ~is_title).tolist()]
    n_images = page.tag.count("img")
    if len(others) >= _GALLERY_IMAGES <= n_images and len(set(map(_without_digits, others))) == 1:
        return (
            f"a gallery without text: {n_images} pictures, whose captions differ in numbers alone"
        )
    is_free = (judged.links < _LINKED) & ~is_title
    is_said = (words >= _SAID_WORDS) | (
        is_free & ((words >= _FREE_WORDS) | ((judged.ends >= 1) & (words >= _SENTENCE_WORDS)))
    )
    said = [page.text[b] for b in np.flatnonzero(kept & is_said).tolist()]
    if len(said) <= 1 and all(map(LOADING.fullmatch, said)):
        if hints.scripts and any(map(LOADING.fullmatch, others)):
            return SCRIPT_SHELL
        n_linked = int((kept & (judged.links >= _LINKED)).sum())
        if n_linked >= max(_MENU_LINKS, kept.sum() / 2):
            return f"a frame without an article: {n_linked} links and no sentence are kept"
        return _gallery(n_images, others)
    return ""


#: The most elements of a document that is data and not a page, the letters of a run of them that is
#: no word, the share of the text in such runs, and the share of signs that code has (arbitrary).
_DATA_ELEMENTS, _RUN, _RUNS_SHARE, _CODE_SHARE, _DATA_CHARS = 8, 50, 0.8, 0.08, 40
_CODE = re.compile(r"[{}()\[\];=<>\"]")
_SENTENCE = re.compile(r"(?:[^\W\d_]+,? ){4}")


def data_alone(judged: JudgedBlocks) -> str:
    """Return the sign of a document that is data in place of a page: encoded bytes, code, JSON."""
    page = judged.page
    if len(page.tag) > _DATA_ELEMENTS:
        return ""
    text = " ".join(page.text)
    if len(text) < _DATA_CHARS or not text.isascii():
        return ""
    n_in_runs = sum(len(run) for run in text.split() if len(run) >= _RUN)
    if n_in_runs >= _RUNS_SHARE * len(text):
        return "data in place of a page: runs of letters that are no words"
    if len(_CODE.findall(text)) >= _CODE_SHARE * len(text) and not _SENTENCE.search(text):
        return "data in place of a page: code or JSON, and no sentence"
    return ""


def _figures(judged: JudgedBlocks, is_title: Marks) -> str:
    """Return the sign of a page of figures: results, rates, a forecast, a programme.

    Nothing but a remark or two is said, and nothing above the figures. A report has its first
    sentence above its table.
    """
    blocks = np.flatnonzero(judged.kept & ~is_title).tolist()
    if len(blocks) < _ROWS:
        return ""
    rows = [_is_row(judged, b) for b in blocks]
    sizes = [size(judged.page.text[b]) for b in blocks]
    of_rows = sum(n for n, is_row in zip(sizes, rows, strict=True) if is_row)
    if sum(rows) < _ROWS or of_rows < _ROWS_SHARE * sum(sizes):
        return ""
    said = [0 if is_row else _said(judged, b) for b, is_row in zip(blocks, rows, strict=True)]
    if sum(said) > _REMARK_WORDS or max(said[: rows.index(True)], default=0) >= _FREE_WORDS:
        return ""
    return f"a page of figures: {sum(rows)} rows of them, and {sum(said)} words in sentences"


def nothing_said(judged: JudgedBlocks, hints: Hints, *, is_known: bool) -> str:
    """Return the sign of a page of figures, links or labels, whatever its size.

    Without an address (`is_known`) labels show too little, unless most of the page is headlines that
    are links: some posts of a blog are a picture and a word.
    """
    if float(judged.prose().sum()) >= _PROSE_WORDS:
        return ""
    is_title = _are_headlines(judged, hints)
    found = _figures(judged, is_title)
    if found or not (is_known or _is_list_of_links(judged.page)):
        return found
    blocks = np.flatnonzero(judged.kept & ~is_title).tolist()
    if float(judged.words[judged.kept].sum()) > _FEW_WORDS:
        n_links = sum(_is_only_link(judged, b) for b in blocks)
        if n_links < max(_ROWS, _LINKS_SHARE * len(blocks)):
            return ""
    return _labels(judged, is_title)


def linked_headlines(page: Page) -> list[int]:
    """Return the words of each different text of a link that is as long as a headline."""
    return [words for words in map(size, set(page.links())) if words >= _LINKED_WORDS]


def _is_list_of_links(page: Page) -> bool:
    """Tell whether most of what a page says is headlines that are links."""
    headlines = linked_headlines(page)
    whole = sum(map(size, page.text))
    return len(headlines) >= _LINKED_HEADLINES and sum(headlines) >= _LINKED_SHARE * whole


def _labels(judged: JudgedBlocks, is_title: Marks) -> str:
    """Return the sign of a page of which only labels are kept."""
    if int(judged.page.link_count.sum()) < _PAGE_LINKS:
        return ""
    blocks = np.flatnonzero(judged.kept & ~is_title).tolist()
    if any(_said(judged, b) for b in blocks if not _is_row(judged, b)):
        return ""
    for block in np.flatnonzero(judged.kept & is_title).tolist():
        # The headline of a message in one sentence is its text.
        if size(judged.page.text[block]) >= _HEADLINE_WORDS and is_ended(judged, block):
            return ""
    return f"a page without a sentence: {len(blocks)} labels are kept"


def _are_headlines(judged: JudgedBlocks, hints: Hints) -> Marks:
    """Return the blocks that print a title. A sentence with all its words and more is not one."""
    most = _TITLE_SHARE * max(map(size, hints.titles), default=0)
    found = judged.is_title.copy()
    for block in np.flatnonzero(found & judged.kept).tolist():
        found[block] = size(judged.page.text[block]) <= most
    return found


def _said(judged: JudgedBlocks, block: int) -> int:
    """Return the words of a block that says something, and 0 for a label or a link with its date."""
    n, ended = size(judged.page.text[block]), is_ended(judged, block)
    if _is_only_link(judged, block):
        return n if ended and n >= _SAID_WORDS else 0
    return n if n >= _FREE_WORDS or (ended and n >= _SENTENCE_WORDS) else 0


def is_ended(judged: JudgedBlocks, block: int) -> bool:
    """Tell whether a block ends as a sentence does, also in scripts that the model does not count."""
    return (
        bool(judged.ends[block] >= 1)
        or judged.page.text[block].rstrip()[-1:] in SENTENCE_ENDS_OF_ALL_SCRIPTS
    )


def _is_only_link(judged: JudgedBlocks, block: int) -> bool:
    """Tell whether all the letters of a block, or half of it, are in links."""
    n_letters = sum(map(str.isalpha, judged.page.text[block]))
    is_link = judged.page.link_chars[block] >= max(1.0, _ONLY_LINK * n_letters)
    return bool(judged.links[block] >= _LINKED or is_link)


def _is_row(judged: JudgedBlocks, block: int) -> bool:
    """Tell whether a block is a row of short cells, or has a number in every second word or so."""
    text, cells = judged.page.text[block], int(judged.page.cells[block])
    if cells >= _CELLS and len(text) <= _CELL_CHARS * cells:
        return True
    n_numbers = sum(any(map(str.isdigit, word)) for word in _words(text))
    if _DENSE.search(text):
        n_numbers = max(n_numbers, len(_NUMBER.findall(text)))
    return n_numbers >= max(1.0, _DIGITS_SHARE * size(text))


def _gallery(n_images: int, lines: list[str]) -> str:
    """Return the sign of a gallery, if the lines beside its pictures have no sentence."""
    if n_images < _GALLERY_IMAGES:
        return ""
    if not any(c.isalpha() for text in lines for c in text):
        return f"a gallery without text: {n_images} pictures, and only the headline has words"
    n_alike = max(Counter(map(_without_digits, lines)).values())
    if n_alike >= max(_GALLERY_IMAGES, _ALIKE_SHARE * len(lines)):
        return f"a gallery without text: {n_images} pictures, and {n_alike} captions that are alike"
    return ""


def _without_digits(text: str) -> str:
    return text.translate(_NO_DIGITS)
