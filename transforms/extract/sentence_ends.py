"""The characters with which a sentence ends, for the checks of a page's blocks.

The line model has a list of its own in `model/text_features.py`. A change there would change its
features, so the model would have to be trained again.
"""

from __future__ import annotations

SENTENCE_ENDS = frozenset('.!?。！？।॥۔؟”"')
"""The end of a sentence of an article. The ellipsis is missing, because cut-off teasers end with it."""

SENTENCE_ENDS_OF_ALL_SCRIPTS = frozenset(".!?…।॥؟۔。！？።")
"""The marks that end a sentence in any script, with the ellipsis and without quotation marks."""
