"""Finds small boxes between the paragraphs of an article that a form or a label shows to be insets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.page_level.copies import trigrams
from copydesk.transforms.extract.page_level.empty_pages import notice_texts, notices
from copydesk.transforms.extract.sentence_ends import SENTENCE_ENDS

#: The words of the article above such a box and in all, and the blocks and words of the box
#: (arbitrary).
_WORDS_ABOVE, _ARTICLE_WORDS, _BLOCKS, _WORDS = 30, 100, 6, 70
_LABEL_CHARS = 45
#: The words of a headline, and the share of a block that is link text if it is a link (arbitrary).
_HEADLINE_WORDS, _LINK = 4, 0.9
#: The blocks below "About the author" that are about the author (arbitrary).
_AUTHOR_BLOCKS = 3
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_ABOUT_AUTHOR = re.compile(
    r"\W*(?:about (?:the )?authors?|author bio(?:graphy)?|(?:mehr )?über (?:den|die) autor(?:en|in)?|sobre (?:el|la|o|a) autora?|(?:à propos de|sur) l['’]auteure?"
    r"|(?:l['’]autore|sull['’]autore)|over de auteur|om (?:författaren|forfatteren)|o autorze)\W*",
    re.IGNORECASE,
)
_PERSON = re.compile(r"[^\W\d_a-z][^\s\d,.:;!?]{1,20}(?: [^\s\d,.:;!?]{1,20}){1,3}")
#: A line above a link to another story.
_LABEL = re.compile(
    r"(?:(?:read|see|watch|listen)(?: also| more| next)|also read|more (?:on|about) (?:this|the) \w+|more on this|related(?: (?:stories|story|articles?|coverage))?|you (?:may|might) also like"
    r"|(?:à )?lire (?:aussi|également)|(?:lesen|sehen|hören) sie auch|mehr (?:zum thema|dazu)|lee también|leer más|te puede interesar|leia (?:também|mais)|leggi anche"
    r"|lees (?:ook|meer|verder)|läs (?:också|även|mer)|les (?:også|mer)|læs (?:også|mere)|lue myös|czytaj (?:także|też|również)|zobacz (?:także|też)|читайте также|baca juga"
    r"|читайте (?:та?кож|ще)|čtěte (?:také|více)|přečtěte si(?: také)?|čítajte tiež|olvassa el ezt is|kapcsolódó cikk(?:ek|ünk)?|citește și|διαβάστε (?:επίσης|ακόμ[αη])"
    r"|ilgili haber(?:ler)?|bunları da okuyun|xem thêm|tin liên quan|اقر[أا](?:وا)? (?:أيضا|أيضًا|ايضا)|مواضيع ذات صلة|קראו (?:גם|עוד)|עוד בנושא|यह भी पढ़ें|ये भी पढ़ें|संबंधित खबरें"
    r"|[【\[]?(?:関連記事|あわせて読みたい|相关阅读|相關閱讀|相关新闻|延伸阅读|관련 ?기사|관련 ?뉴스)[】\]]?)\s*[:：]?",
    re.IGNORECASE,
)


def with_form(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of small boxes around a form that readers fill in.

    Such a box invites to a newsletter or offers a search. On 2,063 pages with known text 649 blocks
    are in one, and 4 of them are text of the article.
    """
    return _kept_in(_of_forms(page), page, kept, words, is_title)


def with_label(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of small boxes with a label such as "Read also:" above a link.

    The line below the link belongs to the other story. On 2,063 pages with known text 335 blocks
    are in such a box, and 9 of them are in the known text.
    """
    return _kept_in(_of_labels(page, kept), page, kept, words, is_title)


#: A link below a label stays if the model is as sure of it as of the article (arbitrary).
_SURE_LINK = 0.8


def below_label(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> list[int]:
    """Return the kept links directly below a line such as "Read also:", which are other stories.

    The label and the links are paragraphs like those of the article. Of 16 such links on 3,440
    pages 4 are in the known text.
    """
    found: list[int] = []
    above = np.cumsum(words * kept)
    for label in np.flatnonzero(kept & (page.link_chars == 0)).tolist():
        text = page.text[label]
        if len(text) > _LABEL_CHARS or not _LABEL.fullmatch(text.strip()):
            continue
        if above[label] < _WORDS_ABOVE:
            continue
        block = label + 1
        while block < len(kept) and page.link_chars[block] >= _LINK * len(page.text[block]):
            found += [block] if kept[block] and probability[block] < _SURE_LINK else []
            block += 1
    return found


def in_capitals(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept paragraphs that are one link in capital letters, which is another headline.

    The last line of an article may be a link to more of it, and stays.

    Of 41 such paragraphs inside of articles, on 2,063 pages with known text, 2 are in that text.
    """
    linked = np.flatnonzero(kept & (page.link_chars > 0) & (words >= _HEADLINE_WORDS))
    last = int(np.flatnonzero(kept)[-1]) if len(linked) else 0
    return [
        block
        for block in linked.tolist()
        if 0 < block < last
        and page.link_chars[block] >= _LINK * len(page.text[block])
        and _is_in_capitals(page.text[block])
        and page.tag_of(block) == "p"
    ]


def _is_in_capitals(text: str) -> bool:
    """Tell whether all letters of a text are capitals, in a script that has them."""
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and all(letter.isupper() for letter in letters)


def about_author(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept blocks below a line such as "About the author", up to the next heading.

    Of 137 such blocks on 2,063 pages with known text 3 are in that text.
    """
    above = np.cumsum(words * kept)
    found: set[int] = set()
    may_be_label = (above >= _WORDS_ABOVE) & (page.size <= _LABEL_CHARS)
    for label in np.flatnonzero(may_be_label[:-1]).tolist():
        if not _ABOUT_AUTHOR.fullmatch(page.text[label]):
            continue
        for block in range(label + 1, min(len(kept), label + 1 + _AUTHOR_BLOCKS)):
            if block > label + 1 and page.tag_of(block) in HEADINGS:
                break
            found.update([block] if kept[block] else [])
    return sorted(found.union(_below_name(page, kept, above)))


def _below_name(page: Page, kept: npt.NDArray[np.bool_], above: Column) -> list[int]:
    """Return the author's name as a heading at the end, and the paragraph that begins with it.

    The name is also printed in a line above the text, as bylines are.
    """
    last = np.flatnonzero(kept)[-_AUTHOR_BLOCKS:].tolist()
    for heading, block in pairwise(last):
        name = page.text[heading].strip()
        if (
            above[heading] >= _WORDS_ABOVE
            and _PERSON.fullmatch(name)
            and page.text[block].lstrip().startswith(f"{name} ")
            and any(
                name in line and len(line) <= _LABEL_CHARS
                for line in page.text[: int(np.searchsorted(above, _WORDS_ABOVE))]
            )
        ):
            return [heading, block]
    return []


#: What a page says instead of showing content of another site that needs the reader's consent.
_CONSENT = re.compile(
    r"\bcookies?\b|consent|einwillig|einverstanden|zustimm|extern|third[- ]part|drittanbieter|drittplattform|accept|terceros|terzi\b|terceiros"
    r"|\btiers\b|esterni?\b|bloqu|derden|samtyck|samtykk|godk[eä]n|zewnętrzn|zgod[ęy]|внешн|соглас",
    re.IGNORECASE,
)


#: Kept words of a page that keeps hardly more than a dialog, and the words of the article that such
#: a page has in the box of its headline, in as many paragraphs at least (arbitrary).
_DIALOG_WORDS, _BOX_WORDS, _BOX_PARAGRAPHS, _LEVELS = 80, 60, 3, 3


def article_beside_consent(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> tuple[list[int], list[int]]:
    """Return the kept blocks of a consent dialog and the paragraphs of the article instead of them.

    Both are empty unless the dialog is all that is kept. The article is the paragraphs below the
    headline, in the same box. A sidebar that holds the article looks unlikely by its tag.
    """
    said = np.flatnonzero(kept & ~is_title)
    if not 0 < float(words[said].sum()) <= _DIALOG_WORDS:
        return [], []
    dialog = [b for b in said.tolist() if _CONSENT.search(page.text[b])]
    if not dialog or any(words[b] >= _HEADLINE_WORDS for b in said.tolist() if b not in dialog):
        return [], []
    for headline in np.flatnonzero(is_title).tolist():
        if page.tag_of(headline) not in HEADINGS:
            continue
        box = int(page.block_element[headline])
        for _ in range(_LEVELS):
            box = int(page.parent[box])
            if box <= 0:
                break
            below = range(headline + 1, int(page.last_block[box]))
            paragraphs = [b for b in below if page.tag_of(b) == "p" and not page.is_link(b)]
            if len(paragraphs) >= _BOX_PARAGRAPHS and words[paragraphs].sum() >= _BOX_WORDS:
                return dialog, paragraphs
    return [], []


#: The fewest words of an article below its headline, beside which a dialog goes, the words of a sentence
#: of a dialog, and the last blocks of a page that may be its sentences (all arbitrary).
_ARTICLE_BELOW, _DIALOG_SENTENCE, _LAST_BLOCKS = 40, 12, 2


def consent_around_article(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of a consent dialog above the headline or below the article.

    Beside a short article the model may take the long sentences of a dialog for more of it, and the
    page would then look like a wall. A wall has no article below a headline.
    """
    headlines = np.flatnonzero(is_title & page.are(*HEADINGS)[page.block_element])[:1].tolist()
    if not headlines:
        return []
    places = np.flatnonzero(kept & (words >= _DIALOG_SENTENCE)).tolist()
    above = [block for block in places if block < headlines[0]]
    dialog = [b for b in (*above, *places[-_LAST_BLOCKS:]) if notices.consent(page.text[b])]
    if not dialog:
        return []
    article = [b for b in places if b > headlines[0] and not _CONSENT.search(page.text[b])]
    is_article = float(words[article].sum()) >= _ARTICLE_BELOW
    return [b for b in dialog if is_article and not headlines[0] < b < article[-1]]


def with_consent(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of small boxes with a button and words about consent.

    Pages show such a box instead of a post or a video of another site.
    """
    return _kept_in(_of_consent(page, kept), page, kept, words, is_title)


def _of_consent(page: Page, kept: npt.NDArray[np.bool_]) -> Iterator[int]:
    """Yield the boxes around buttons at kept blocks in which words about consent are."""
    seen = set()
    near = kept.copy()
    near[1:] |= kept[:-1]  # The button itself may be unlikely.
    places = page.named("button")
    buttons = page.first_block[places][page.first_block[places] < page.last_block[places]]
    links = np.flatnonzero(near & (page.link_chars > 0)).tolist()
    made = {block for block in links if _is_link_to_accept(page, block)}
    made.update(buttons[near[buttons]].tolist())
    for block in sorted(made):
        element = int(page.block_element[block])
        for _ in range(_BUTTON_LEVELS):
            low, high = int(page.first_block[element]), int(page.last_block[element])
            if element <= 0 or high - low > _BLOCKS:
                break
            above = range(low, block)
            if element not in seen and any(_CONSENT.search(page.text[b]) for b in above):
                seen.add(element)
                yield element
            element = int(page.parent[element])


#: A link that is made like a button, and its characters at most (arbitrary).
_ACCEPT = re.compile(
    r"accept|allow|agree|akzeptier|zustimm|anzeigen|acept|aceit|accett|autoris|godk|tillat|toestaan|akkoord|zgadzam|akceptuj|принять|согласен",
    re.IGNORECASE,
)
_ACCEPT_CHARS = 40


def _is_link_to_accept(page: Page, block: int) -> bool:
    text = page.text[block]
    return bool(
        len(text) <= _ACCEPT_CHARS
        and page.link_chars[block] >= _LINK * len(text)
        and _ACCEPT.search(text)
    )


#: The words of a line that offers a subscription, and the items of the list below it (arbitrary).
_OFFER_WORDS, _OFFER_ITEMS = 25, 8


def offers(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept items of a list that says what subscribers get, and the line above it.

    The line asks readers to subscribe in order to read on.
    """
    is_item = page.are("li")[page.block_element]
    found: list[int] = []
    for first in np.flatnonzero(kept[1:] & is_item[1:] & ~is_item[:-1]).tolist():
        if words[first] > _OFFER_WORDS or not notice_texts.WALL.search(page.text[first]):
            continue
        end = first + 1
        while end < len(kept) and is_item[end]:
            end += 1
        found += [b for b in range(first, end) if kept[b] and end - first <= _OFFER_ITEMS + 1]
    outside = float(words[kept].sum() - words[found].sum())
    return found if outside >= _WORDS_ABOVE else []


#: Elements that hold a pull quote, its words, the share of its trigrams in the article, and the words
#: of the line that names the speaker (arbitrary).
_QUOTING, _QUOTED_WORDS, _QUOTED_SHARE, _SPEAKER_WORDS = (
    ("aside", "blockquote", "figure"),
    5,
    0.8,
    8,
)


def speakers_of_quotes(page: Page, kept: npt.NDArray[np.bool_], words: Column) -> list[int]:
    """Return the kept lines below a pull quote that name the speaker, if the quote is not kept.

    A pull quote repeats words of the article.
    """
    found: set[int] = set()
    for element in page.named(*_QUOTING).tolist():
        quote, end = int(page.first_block[element]), int(page.last_block[element])
        if not 1 < end - quote <= 3 or kept[quote] or words[quote] < _QUOTED_WORDS:
            continue
        lines = [b for b in range(quote + 1, end) if kept[b]]
        if lines and all(
            words[b] <= _SPEAKER_WORDS and page.text[b][-1] not in SENTENCE_ENDS for b in lines
        ):
            said = trigrams(page.text[quote])
            others = np.flatnonzero(kept & (words >= _QUOTED_WORDS)).tolist()
            held = {gram for block in others for gram in trigrams(page.text[block])}
            if sum(gram in held for gram in said) >= max(1, _QUOTED_SHARE * len(said)):
                found.update(lines)
    return sorted(found)


#: Elements from a button outwards among which its box is looked for (arbitrary).
_BUTTON_LEVELS = 4


def _kept_in(
    elements: Iterable[int],
    page: Page,
    kept: npt.NDArray[np.bool_],
    words: Column,
    is_title: npt.NDArray[np.bool_],
) -> list[int]:
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))
    found: set[int] = set()
    for element in elements:
        low, high = int(page.first_block[element]), int(page.last_block[element])
        inside = kept[low:high]
        is_small = 0 < high - low <= _BLOCKS and words[low:high].sum() <= _WORDS
        if (
            is_small
            and inside.any()
            and not is_title[low:high].any()
            and weight[low] >= _WORDS_ABOVE
            and weight[-1] >= _ARTICLE_WORDS
        ):
            found.update((np.flatnonzero(inside) + low).tolist())
    return sorted(found)


def _of_forms(page: Page) -> Iterator[int]:
    """Yield the boxes around forms with a field to fill in."""
    forms = set()
    for field in page.named("input").tolist():
        element = int(page.parent[field])
        while element > 0 and page.tag[element] != "form":
            element = int(page.parent[element])
        if element > 0 and element not in forms:
            forms.add(element)
            yield int(page.parent[element])


def _of_labels(page: Page, kept: npt.NDArray[np.bool_]) -> Iterator[int]:
    """Yield the boxes that open with a label and have a link below it."""
    places = np.flatnonzero(kept)
    first, last = (int(places[0]), int(places[-1])) if len(places) else (0, 0)
    for block in (np.flatnonzero(page.size[first:last] <= _LABEL_CHARS) + first).tolist():
        if not _LABEL.fullmatch(page.text[block].strip()):
            continue
        element = int(page.parent[page.block_element[block]])
        low, high = int(page.first_block[element]), int(page.last_block[element])
        below = range(block + 1, high)
        if low == block and any(map(page.is_link, below)):
            yield element
