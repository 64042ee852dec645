"""Finds galleries in or below an article that are about something else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.character_columns import WORD
from copydesk.transforms.extract.model.text_features import Column
from copydesk.transforms.extract.model.vocabulary import GROUP_BITS

#: The words of an article above the gallery, and the blocks of the gallery (both arbitrary).
_ARTICLE_WORDS, _BLOCKS = 100, 12
#: The words of the title that are compared have this many letters. A gallery that belongs to the
#: article, such as a photo essay, has one of them in more than this share of its blocks
#: (arbitrary).
_TOPIC_LETTERS, _SHARE_ON_TOPIC = 5, 0.15


def find(
    page: Page, kept: npt.NDArray[np.bool_], words: Column, is_title: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the kept blocks of long galleries that have other words than the article.

    Such a box has more text than the article around it: "Business news in pictures" between the
    paragraphs of a report.
    """
    topic = {
        word
        for block in np.flatnonzero(is_title).tolist()
        for word in WORD.findall(page.text[block].lower())
        if len(word) >= _TOPIC_LETTERS
    }
    if not topic:
        return []
    weight = np.concatenate(([0.0], np.cumsum(words * kept)))
    inside = np.zeros(len(kept), dtype=np.bool_)
    is_gallery = (page.classes & GROUP_BITS["gallery"]) > 0
    is_long = page.last_block - page.first_block >= _BLOCKS
    for element in np.flatnonzero(is_gallery & is_long).tolist():
        low, high = page.first_block[element], page.last_block[element]
        blocks = np.flatnonzero(kept[low:high]) + low
        own, others = weight[high] - weight[low], weight[-1] - weight[high] + weight[low]
        if len(blocks) < _BLOCKS or weight[low] < _ARTICLE_WORDS or own < others:
            continue
        on_topic = sum(not topic.isdisjoint(WORD.findall(page.text[b].lower())) for b in blocks)
        if on_topic <= _SHARE_ON_TOPIC * len(blocks):
            inside[low:high] = True
    return np.flatnonzero(inside & kept).tolist()


#: If the model is surer of a caption, all captions of the page stay, and so do captions that have more
#: than this share of the words of the rest. With these limits 27 pages with known text gain .33 F1 in
#: all, and two lose .04. What has more words than a caption is the lead, printed below the picture.
_SURE_CAPTION, _CAPTIONS_SHARE, _CAPTION_WORDS = 0.65, 1 / 3, 60


def captions(
    page: Page, kept: npt.NDArray[np.bool_], probability: Column, words: Column
) -> list[int]:
    """Return the kept blocks in captions of figures, unless they are much of the text."""
    is_caption = np.zeros(len(kept), dtype=np.bool_)
    for element in page.named("figcaption").tolist():
        is_caption[page.first_block[element] : page.last_block[element]] = True
    is_caption &= kept & (words <= _CAPTION_WORDS)
    in_captions = float(words[is_caption].sum())
    if in_captions > _CAPTIONS_SHARE * (float(words[kept].sum()) - in_captions):
        return []
    if (probability[is_caption] >= _SURE_CAPTION).any():
        return []
    return np.flatnonzero(is_caption).tolist()
