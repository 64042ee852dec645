"""Extracts the lines of the article from a parsed page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from lxml.html import HtmlElement

from copydesk.transforms.article import Refused
from copydesk.transforms.extract import (
    cut_reasons,
    embedded_text,
    page_elements,
    trafilatura_baseline,
)
from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.head_metadata import Hints, read_hints
from copydesk.transforms.extract.model import (
    block_context_features,
    block_features,
    block_model,
    thresholds,
)
from copydesk.transforms.extract.model.block_features import Column, Matrix
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_elements import Elements
from copydesk.transforms.extract.page_level import (
    above_headline,
    fills,
    page_checks,
    page_kind,
    page_kind_features,
)
from copydesk.transforms.extract.page_level.empty_pages import notice_texts
from copydesk.transforms.ledger import Removal

if TYPE_CHECKING:
    from copydesk.transforms.forest.boosted_trees import Forest

#: Trafilatura runs if the words that the model expects to get wrong are at least this share of the
#: words that it keeps. This is the case on an eighth of the news pages. On 474 pages of unseen sites
#: (trafeval) it won 21 labelled snippets, all of them on pages above this doubt and 20 on pages above
#: .2. With a limit of .15 the development sets scrapinghub and fundus_eval lose .001 F1.
DOUBT = 0.12
#: Its time grows faster than the page (0.2 s of CPU for 8,000 elements in a row, 2.0 s for 32,000),
#: so it does not run on larger pages than this. None of 975 measured news pages has more than
#: 13,000 elements.
MAX_BASELINE_ELEMENTS = 20_000
#: On a page of an unknown kind the model may find little. If it is in doubt and keeps fewer words
#: than this share of trafilatura's, both results are joined. This lost nothing on unseen sites, and
#: gained .033 F1 on 521 guides after training on news alone (training/README.md).
FOUND_LITTLE = 0.5
#: Below this doubt the model has not missed half of an article, so the results are not joined.
#: Below it no join changed a labelled snippet on 474 pages of unseen sites (trafeval). On 1,050
#: pages of nine collections, which the model was trained on, such joins cost 8 pages .1 to .7 F1
#: and gained .05 on one.
DOUBT_OF_HALF = 0.2
#: If the model keeps less than this share of the words in possible blocks, trafilatura reads the
#: page again with its fallbacks, and possible blocks that it keeps as well stay. Of 3,150 pages with known text this
#: applies to four, which neither gained nor lost. Of 474 pages of other sites it applies to seven,
#: and four of them had lost most of their article.
KEPT_OF_POSSIBLE, POSSIBLE = 0.3, 0.15
#: Blocks below these log odds in the first pass skip the later passes: three of five blocks. The
#: second pass kept none of 215,000 such held-out blocks, and made none a candidate.
SURELY_NOT = -4.5


#: The whole result of trafilatura is joined if at most this share of its words is in menus and
#: labels. Otherwise it found no article and took the body of the page, and only its paragraphs
#: count.
MOST_LABELS = 0.35
_LABEL_WORDS, _FEW_WORDS = 6, 40
#: Links below this probability are not taken from trafilatura's result (arbitrary).
_POSSIBLE_LINK = 0.1

#: Blocks below these log odds in the first forest of the first pass skip its other forests.
SURELY_NOT_AT_ONCE = -5.5


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a page's candidate blocks, and the lines in it that are not part of the article.

    `source` is the place of the text: the page's elements, or its data (`json-ld`, `page-state`).
    """

    text: str
    removed: tuple[Removal, ...] = ()
    source: str = "elements"


def extract(
    tree: HtmlElement, *, url: str | None = None, options: Options | None = None
) -> Extraction:
    """Extract the article of a parsed page. Changes the tree. Raises `Refused` if there is no article."""
    return extract_from(page_elements.read(tree), lambda: tree, url=url, options=options)


def extract_from(
    elements: Elements,
    tree: Callable[[], HtmlElement],
    *,
    url: str | None = None,
    options: Options | None = None,
) -> Extraction:
    """Extract the article of a page from its elements.

    `tree` returns the tree of the page, which trafilatura reads if doubt remains. Raises `Refused` if
    there is no article.
    """
    options = options or Options()
    found = _CheckedPage.of(elements, tree, url, options)
    if found.judged is None:
        return _body_of_head(found.hints, options)
    page, kept = found.judged.page, found.judged.kept
    embedded = None
    if float((found.judged.words * kept).sum()) <= embedded_text.MOST_WORDS_OF_A_TEASER:
        embedded = embedded_text.article(
            found.hints, [page.text[b] for b in np.flatnonzero(kept).tolist()]
        )
    if embedded is not None:
        return _from_data(page, kept, embedded)
    if options.refuse_no_article:
        why = page_kind.without_article(found.judged, found.hints, url)
        if why:
            raise Refused("extract", "no_article", why)
    kept[found.headings] = True
    reasons = cut_reasons.Reasons(page, kept, found.is_headline, found.rules)
    return _cut(page, found.candidate | kept, kept, reasons)


def read(
    tree: HtmlElement, url: str | None, options: Options
) -> tuple[page_kind_features.JudgedBlocks | None, Hints]:
    """Return the blocks of a page and the hints of its head, for the training of `page_kind`."""
    found = _CheckedPage.of(page_elements.read(tree), lambda: tree, url, options)
    return found.judged, found.hints


def _no_blocks() -> npt.NDArray[np.bool_]:
    return np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class _CheckedPage:
    """The blocks of a page, with its candidates and headlines and the rules of the checks."""

    hints: Hints
    judged: page_kind_features.JudgedBlocks | None = None
    candidate: npt.NDArray[np.bool_] = field(default_factory=_no_blocks)
    is_headline: npt.NDArray[np.bool_] = field(default_factory=_no_blocks)
    rules: dict[int, str] = field(default_factory=dict)
    #: Headings that stay as well. For the checks they would look like those of other articles.
    headings: list[int] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        elements: Elements,
        tree: Callable[[], HtmlElement],
        url: str | None,
        options: Options,
    ) -> _CheckedPage:
        hints = read_hints(elements)
        page = read_blocks(elements, options)
        if not page.text:
            return cls(hints)
        names, own, words = block_features.build(page, hints)

        def column(name: str) -> Column:
            return own[:, names.index(name)].astype(np.float64)

        links, is_headline = column("link_density"), column("headline_exact") > 0
        probability = score(page, own, words, links, tree, url)
        is_title = is_headline | (column("title_cover") > _TITLE_COVER)
        probability = above_headline.without_rows(page, probability, words, is_title)
        choice = thresholds.choose(probability, words, links)
        checked = page_checks.check(page, choice.kept, probability, words, is_title)
        judged = page_kind_features.JudgedBlocks(
            page, checked.kept, words, links, column("sentence_ends"), is_title
        )
        heads = fills.headings(page, checked.kept, probability)
        heads = [block for block in heads if block not in checked.rules]
        return cls(hints, judged, choice.candidate, is_headline, checked.rules, heads)


#: A block with this share of the page's title, and hardly more, prints the title.
_TITLE_COVER = 0.8


def score(
    page: Page,
    own: Matrix,
    words: Column,
    links: Column,
    tree_of_page: Callable[[], HtmlElement],
    url: str | None,
) -> Column:
    """Return the log odds that each block is part of the article: the mean of the passes.

    If trafilatura runs and keeps twice as much, the blocks that either of them keeps are taken.
    """
    first, second, third = block_model.forests()
    sums = first.sums_by_parts(own, parts=block_model.MEMBERS, enough=SURELY_NOT_AT_ONCE)
    before = first.likelihood(sums)
    asked = np.flatnonzero(sums >= SURELY_NOT)

    def later_pass(forest: Forest, surroundings: Matrix) -> Column:
        again = sums.copy()
        again[asked] = forest.sums(np.concatenate([surroundings[asked], own[asked]], axis=1))
        return again

    twice = sums + later_pass(second, block_context_features.build(page, before, words))
    after = first.likelihood(twice / 2)
    doubtful = doubt(after, words) if after.max() >= thresholds.KEPT else 1.0
    if doubtful < DOUBT or len(page.tag) > MAX_BASELINE_ELEMENTS:
        return after
    tree = tree_of_page()
    kept = _share_kept(page, tree, url, sums >= SURELY_NOT, words)
    found = first.likelihood(
        (twice + later_pass(third, block_context_features.build(page, before, words, kept))) / 3
    )
    joined = found if doubtful < DOUBT_OF_HALF else _joined(found, kept, words, links)
    if not keeps_little(joined, found, words):
        return joined
    # It reads the whole page, because without the unlikely elements it may take a part for all.
    again = trafilatura_baseline.share_kept(page.text, tree_of_page(), url=url, fast=False)
    stays = (found >= POSSIBLE) & (again >= thresholds.KEPT)
    return np.where(stays, np.maximum(joined, again), joined)


def keeps_little(joined: Column, found: Column, words: Column) -> bool:
    """Tell whether the kept text is a small part of what the model takes to be possible.

    The article may then be in the rest.

    >>> keeps_little(np.array([0.9, 0.2, 0.2]), np.array([0.9, 0.2, 0.2]), np.array([20.0, 90.0, 80.0]))
    True
    """
    kept = float(words[joined >= thresholds.KEPT].sum())
    possible = float(words[found >= POSSIBLE].sum())
    return kept < KEPT_OF_POSSIBLE * possible


def _joined(found: Column, kept: Column, words: Column, links: Column) -> Column:
    """Return the model's result, or the union of it and trafilatura's.

    They are joined if trafilatura keeps twice as much.
    """
    ours, theirs = (float(words[opinion >= thresholds.KEPT].sum()) for opinion in (found, kept))
    if ours >= FOUND_LITTLE * theirs:
        return found
    is_label = (links >= thresholds.LINKED) | (words < _LABEL_WORDS)
    labels = float((words * is_label)[kept >= thresholds.KEPT].sum())
    paragraphs = np.flatnonzero((kept >= thresholds.KEPT) & ~is_label)
    if theirs >= _FEW_WORDS and labels > MOST_LABELS * theirs:
        kept = np.where(is_label, 0.0, kept)
    elif len(paragraphs):
        # Labels before the first paragraph and after the last are a menu and a footer.
        kept[: paragraphs[0]] = 0.0
        kept[paragraphs[-1] + 1 :] = 0.0
    if theirs >= _FEW_WORDS:
        kept[(links >= thresholds.LINKED) & (found < _POSSIBLE_LINK)] = 0.0
    return np.maximum(found, kept)


def _share_kept(
    page: Page, tree: HtmlElement, url: str | None, likely: npt.NDArray[np.bool_], words: Column
) -> Column:
    """Return the share of each block that trafilatura keeps, and 0 for unlikely blocks.

    Changes the tree: elements without a likely block are removed first, unless hardly a word is in
    likely blocks. Trafilatura then takes half of the time, and its result is neither a menu nor a
    list of teasers.
    """
    if float(words[likely].sum()) < _FEW_WORDS:
        return trafilatura_baseline.share_kept(page.text, tree, url=url)
    unlikely = frozenset(page.place[page.elements_without(likely)].tolist())
    for place, node in enumerate(tree.iter("*")):
        if place in unlikely:
            node.tag = trafilatura_baseline.LEFT_OUT
    shares, blocks = np.zeros(len(page.text)), np.flatnonzero(likely)
    texts = [page.text[block] for block in blocks.tolist()]
    shares[blocks] = trafilatura_baseline.share_kept(texts, tree, url=url)
    return shares


def doubt(probability: Column, words: Column) -> float:
    """Return the words that the model expects to get wrong, as a share of the words it would keep."""
    weight = words + 1.0
    wrong = float((np.minimum(probability, 1 - probability) * weight).sum())
    return wrong / max(1.0, float((probability * weight).sum()))


def _cut(
    page: Page,
    candidate: npt.NDArray[np.bool_],
    kept: npt.NDArray[np.bool_],
    reasons: cut_reasons.Reasons,
) -> Extraction:
    lines: list[str] = []
    cuts: list[tuple[int, int, str]] = []
    at = 0
    for block in np.flatnonzero(candidate).tolist():
        text = page.text[block]
        if not kept[block]:
            cuts.append((at, at + len(text), reasons.of(block)))
        lines.append(text)
        at += len(text) + 1
    extracted = "\n".join(lines)
    return Extraction(extracted, tuple(_removals(extracted, cuts)))


def _from_data(
    page: Page, kept: npt.NDArray[np.bool_], embedded: embedded_text.Embedded
) -> Extraction:
    """Return the text in the page's data.

    The opening that the elements show goes into the ledger.
    """
    lines = [embedded.text]
    cuts: list[tuple[int, int, str]] = []
    at = len(embedded.text) + 1
    for block in np.flatnonzero(kept).tolist():
        text = page.text[block]
        cuts.append((at, at + len(text), cut_reasons.EMBEDDED_COPY))
        lines.append(text)
        at += len(text) + 1
    extracted = "\n".join(lines)
    return Extraction(extracted, tuple(_removals(extracted, cuts)), embedded.source)


def _removals(extracted: str, cuts: list[tuple[int, int, str]]) -> list[Removal]:
    """Return removals of whole lines.

    The newline after a line goes with it. At the end of the text it is the newline before, which the
    first line of the text does not have.
    """
    versions = {rule: version for rule, version, _ in cut_reasons.RULES}
    tail = len(extracted)
    removals: list[Removal] = []
    for start, end, rule in reversed(cuts):
        is_last = end == tail
        first, behind = (max(0, start - 1), end) if is_last else (start, end + 1)
        if is_last:
            tail = first
        removals.append(Removal(first, behind, extracted[first:behind], rule, versions[rule]))
    return removals[::-1]


def _body_of_head(hints: Hints, options: Options) -> Extraction:
    """Return the article body in the page's data, for a page whose elements have no text at all."""
    embedded = embedded_text.article(hints, ())
    text, source = (embedded.text, embedded.source) if embedded else (hints.body, "json-ld")
    if len(text) < options.min_text_chars:
        if hints.scripts and options.refuse_no_article:
            raise Refused("extract", "no_article", notice_texts.SCRIPT_SHELL)
        raise Refused("extract", "no_text", "no text was found on the page")
    return Extraction(text, source=source)
