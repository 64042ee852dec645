"""The reasons why blocks of a page are cut: rules of the ledger that a reader can check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS
from copydesk.transforms.extract.page_level import page_checks, scrambled
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS

_VERSION = 1
EMBEDDED_COPY = "page_opening_of_data"
_MEANINGS = {
    "page_headline": "The headline, printed again in the body.",
    "page_links": "Mostly link text: titles of other stories, navigation, tag lists.",
    "page_caption": "The caption or credit of a picture, video or gallery.",
    "page_navigation": "Inside an element made for navigation: a menu, a breadcrumb, the header or footer of the site.",
    page_checks.COMMENTS: "Inside an element made for readers' comments, or from the first of several signed posts on.",
    "page_share": "Inside an element made for sharing or following.",
    "page_promotion": "Inside an element made for advertisements, newsletters, subscriptions or sales.",
    page_checks.RELATED: 'Inside an element made for other stories: related, popular, latest, an aside; in a list whose items open with links such as "Live updates:"; a teaser below a short article; or in a small box with a label such as "Read also:".',
    page_checks.FORM: "Inside a form, a button, a dialog or a cookie notice, or in a small box around a form or a button for consent.",
    page_checks.BYLINE: "Above the text, who wrote it and when; inside an element made for the author, the date or the section; or below a line such as 'About the author'.",
    "page_card": "One of several boxes made alike, each with a link: a list of teasers or products.",
    page_checks.HIDDEN_COPY: "Inside an element that the page hides, and says again what the page shows.",
    scrambled.SCRAMBLED: "Inside an element that the page hides, in characters that only the scripts of the page can read.",
    page_checks.REPEATED: "Says again what blocks above it say: a second copy of the article or of a part.",
    page_checks.OTHER_ARTICLE: "Of another article, which is below this one in a box of the same kind with a heading of its own.",
    page_checks.GALLERY: "Of a long gallery that shows something else than the article around it tells.",
    EMBEDDED_COPY: "The opening that the page shows; the whole text was taken from the data of the page.",
    "page_short": "A line of a few words without the end of a sentence, judged no part of the article by the line model.",
    "page_before": "Text above the first block of the article, judged no part of it by the line model.",
    "page_after": "Text below the last block of the article, judged no part of it by the line model.",
    "page_inset": "Text between blocks of the article, in an element of another kind than theirs, judged no part of it by the line model.",
    "page_unlikely": "A paragraph among those of the article and made like them, judged no part of it by the line model from its words.",
    "page_furniture": "Written by earlier versions: inside an element made for navigation, comments, sharing, promotion, forms or dialogs.",
    "page_other": "Written by earlier versions: judged no part of the article by the line model.",
}
#: An example of a block cut under each rule, for the page of rules.
SAMPLES = {
    "page_headline": "The headline in a heading above the text.",
    "page_links": "Ferry timetable changes from Sunday (a link)",
    "page_caption": "The harbour on Tuesday morning. Photo: Bo Li",
    "page_navigation": "Home, News, Sport in a menu",
    page_checks.COMMENTS: 'A reader\'s comment in `<div id="comments">`',
    "page_share": 'Share this on …, in `<div class="share">`',
    "page_promotion": "Get our newsletter every morning, in a box for subscribers",
    page_checks.RELATED: "More on the storm, in an aside",
    page_checks.FORM: "Accept all, in a cookie dialog",
    page_checks.BYLINE: "Posted on May 3, 2012 by Wanda",
    "page_card": "A teaser in one of six boxes of the same class",
    page_checks.HIDDEN_COPY: 'The whole article once more, in `<div style="display:none">`',
    scrambled.SCRAMBLED: "%96 EC256 F?:@? 92D 2D<65",
    page_checks.REPEATED: "The article once more, in a version for printing",
    page_checks.OTHER_ARTICLE: "The next article, loaded below with a heading of its own",
    page_checks.GALLERY: 'Fifty captions under "Business news in pictures", inside a report on hotels',
    EMBEDDED_COPY: "The two paragraphs above the wall of a subscription",
    "page_short": "3 min read",
    "page_before": "A notice above the headline",
    "page_after": "A sentence about the site below the text",
    "page_inset": "A box with facts of another story between two paragraphs",
    "page_unlikely": "Read the full report on our site.",
    "page_furniture": "(not written any more)",
    "page_other": "(not written any more)",
}
#: (rule, version, meaning) of every removal that this step writes.
RULES: tuple[tuple[str, int, str], ...] = tuple(
    (rule, _VERSION, meaning) for rule, meaning in _MEANINGS.items()
)


def _bits(*names: str) -> int:
    return sum(GROUP_BITS[name] for name in names)


@dataclass(frozen=True, slots=True)
class _Container:
    rule: str
    tags: frozenset[str]
    classes: int


#: The purpose of an element around a block, by its tag or class names. The first one that matches
#: names the rule.
_CONTAINERS = (
    _Container(
        "page_caption",
        frozenset(("figure", "figcaption", "caption")),
        _bits("caption", "gallery", "credit"),
    ),
    _Container(page_checks.COMMENTS, frozenset(), _bits("comment")),
    _Container(
        page_checks.FORM, frozenset(("form", "button", "label", "dialog")), _bits("cookie", "form")
    ),
    _Container("page_promotion", frozenset(), _bits("ad", "newsletter")),
    _Container("page_share", frozenset(), _bits("share")),
    _Container("page_navigation", frozenset(("nav", "footer", "header")), _bits("nav", "footer")),
    _Container(page_checks.RELATED, frozenset(("aside",)), _bits("related")),
    _Container(page_checks.BYLINE, frozenset(("time", "address")), _bits("byline", "date")),
)
#: Elements further out than this are regions of the page and do not describe the block (arbitrary:
#: a caption has two or three wrappers).
_STEPS = 5
#: This number of similar boxes in one parent is a list (arbitrary).
_ALIKE = 3
#: A line of fewer words without the end of a sentence is short (arbitrary).
_SHORT_WORDS = 8


class Reasons:
    """Finds the rule for each block of a page that is not kept."""

    def __init__(
        self,
        page: Page,
        kept: npt.NDArray[np.bool_],
        is_headline: npt.NDArray[np.bool_],
        checked: dict[int, str],
    ) -> None:
        self.page, self.is_headline, self.checked = page, is_headline, checked
        places = np.flatnonzero(kept)
        self.places = places
        self.first, self.last = (int(places[0]), int(places[-1])) if len(places) else (0, -1)
        self._siblings: dict[tuple[int, int], int] | None = None

    def of(self, block: int) -> str:
        """Return the rule under which a block is cut, from what a reader can see on the page."""
        page = self.page
        if block in self.checked:
            return self.checked[block]
        if self.is_headline[block]:
            return "page_headline"
        if 2 * page.link_chars[block] >= len(page.text[block]):
            return "page_links"
        return self._container(block) or self._place(block)

    def _container(self, block: int) -> str:
        page = self.page
        element = page.inner_element[block]
        for _ in range(_STEPS):
            tag, classes = page.tag[element], page.classes[element]
            for container in _CONTAINERS:
                if tag in container.tags or classes & container.classes:
                    return container.rule
            element = page.parent[element]
            if element <= 0:
                break
        return ""

    def _place(self, block: int) -> str:
        page, text = self.page, self.page.text[block]
        if self._is_card(block):
            return "page_card"
        if text.count(" ") + 1 < _SHORT_WORDS and text[-1] not in SENTENCE_ENDS:
            return "page_short"
        if block < self.first:
            return "page_before"
        if block > self.last:
            return "page_after"
        k = int(np.searchsorted(self.places, block))
        beside = {
            page.signature[page.block_element[int(b)]] for b in self.places[max(0, k - 1) : k + 1]
        }
        return (
            "page_unlikely" if page.signature[page.block_element[block]] in beside else "page_inset"
        )

    def _is_card(self, block: int) -> bool:
        """Tell whether the block is in one of several similar boxes that have a link each."""
        page = self.page
        if self._siblings is None:
            self._siblings = {}
            boxes = np.flatnonzero(page.last_block - page.first_block >= 2)
            keys = zip(page.parent[boxes].tolist(), page.signature[boxes].tolist(), strict=True)
            for key in keys:
                self._siblings[key] = self._siblings.get(key, 0) + 1
        element = page.block_element[block]
        for _ in range(_STEPS):
            if element <= 0:
                return False
            low, high = page.first_block[element], page.last_block[element]
            if (
                high - low >= 2
                and self._siblings.get((page.parent[element], page.signature[element]), 0) >= _ALIKE
                and any(page.link_count[low:high])
            ):
                return True
            element = page.parent[element]
        return False
