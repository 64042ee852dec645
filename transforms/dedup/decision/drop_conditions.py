"""What must be true of a pair before its score can drop a document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.transforms.dedup.options import RELATIONS, Options
from copydesk.transforms.dedup.verification import TEMPLATE, Pairs

# Words in a row that a dropped text shares, unless three quarters of its 3-grams are shared. Random
# sentences of one small vocabulary share up to 13 words in a row and .7 of their 3-grams. With these
# limits 99 % of such pairs are refused, and four in a thousand of the right drops.
LEAST_PASSAGE = 12
# Share of the shorter text that this passage must have, because chance passages are longer and more
# in long texts. Of 1,742 pairs in 20,000 wire stories whose scores drop a document, none is below
# 1/29. Random sentences of one vocabulary share 1/70 of texts of a thousand words.
LEAST_SHARE_OF_PASSAGE = 1 / 40
SHARED_WITHOUT_PASSAGE = 0.75
FLASH = 30  # Words of a text of one or two sentences, where one other name makes it other news.
FLASH_HELD = 0.97  # Share of a flash's distinctive wording that the kept text must contain.
REPORT_OF_FLASH = 2  # Times as long as the flash. Flashes of one form differ less in length.
FLASH_HELD_BY_REPORT = 0.9  # That share for a report. Invented chains have .93 to .94.
SHORT = 60  # Words of a text that a sentence of its own makes other news.
# Share of a short text's distinctive wording that the kept text must contain. The least of the
# short wire stories whose scores drop them is .74. A round-up with the half of a short story has .6.
SHORT_HELD = 0.7


def may_drop(
    pairs: Pairs, relation: NDArray[np.int8], n_words: NDArray[np.int32], options: Options
) -> NDArray[np.bool_]:
    """Tell whether the recipe's relations and thresholds let the pair drop a document at all.

    `n_words` are the words of each row that the pairs name.
    """
    alike = (pairs.jaccard >= np.float32(options.jaccard_low)) | (
        pairs.containment >= np.float32(options.containment_low)
    )
    return np.asarray(
        may_follow(pairs, relation, n_words, options) & (alike | (relation == TEMPLATE))
    )


def may_follow(
    pairs: Pairs, relation: NDArray[np.int8], n_words: NDArray[np.int32], options: Options
) -> NDArray[np.bool_]:
    """Tell whether a document of the pair may be dropped because the report that it copies may.

    `may_drop` also needs a similarity. A copy with lines of its own is less similar to a fuller
    version than the report is.
    """
    allowed = np.isin(relation, [RELATIONS.index(name) for name in options.folds])
    # Two texts with the same vocabulary, such as forms that are filled in with the same names,
    # share words everywhere but no passages.
    shorter = np.minimum(n_words[pairs.a], n_words[pairs.b])
    passage = np.maximum(LEAST_PASSAGE, shorter * LEAST_SHARE_OF_PASSAGE)
    says_the_same = (pairs.longest >= passage) | (
        pairs.containment >= np.float32(SHARED_WITHOUT_PASSAGE)
    )
    return np.asarray(allowed & says_the_same)


def holds_flash(
    held: NDArray[np.float32],
    alone: NDArray[np.int32],
    n_words: NDArray[np.int32],
    n_words_of_kept: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Tell whether the kept text says what a dropped flash or short text says. True for other texts.

    A report that grew out of a flash gives one fact of it in other words, such as the weekday or a
    number that rose. Another flash of the same form is about as long. It must lack nothing.
    """
    holds_all = (held >= np.float32(FLASH_HELD)) & (alone == 0)
    is_report = n_words_of_kept >= REPORT_OF_FLASH * n_words
    holds_most = is_report & (held >= np.float32(FLASH_HELD_BY_REPORT)) & (alone <= 1)
    holds_enough = held >= np.where(n_words < SHORT, np.float32(SHORT_HELD), np.float32(0))
    return np.asarray(((n_words >= FLASH) & holds_enough) | holds_all | holds_most)
