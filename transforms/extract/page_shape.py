"""The numbers of the names of elements, and the names of groups of elements, in the features."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import Page
from copydesk.transforms.extract.model.vocabulary import ATTRIBUTE_GROUPS, CLASS_GROUPS

Index = npt.NDArray[np.int64]

#: The numbers of names of elements, which the trees were trained on.
TAGS = {
    tag: i
    for i, tag in enumerate(
        (
            "p",
            "blockquote",
            "li",
            "dd",
            "dt",
            "pre",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
            "td",
            "th",
            "caption",
            "figcaption",
            "figure",
            "br",
            "div",
            "section",
            "article",
            "main",
            "body",
            "header",
            "aside",
            "nav",
            "footer",
            "form",
            "button",
            "address",
            "summary",
            "details",
            "ul",
            "ol",
            "center",
            "hr",
            "legend",
            "fieldset",
            "table",
            "tbody",
        )
    )
}
_OTHER_TAG = 45
#: Ancestors whose distance is a feature.
NEAR_TAGS = {
    tag: i
    for i, tag in enumerate(
        (
            "a",
            "article",
            "main",
            "aside",
            "nav",
            "header",
            "footer",
            "figure",
            "figcaption",
            "ul",
            "ol",
            "table",
            "form",
            "section",
            "blockquote",
            "button",
            "details",
            "dl",
            "h1",
            "h2",
            "h3",
            "p",
            "em",
            "i",
            "strong",
            "b",
            "span",
            "small",
            "label",
            "time",
            "cite",
            "address",
        )
    )
}
NEAR_NAMES = (
    [f"near_{t}" for t in NEAR_TAGS]
    + [f"class_{g}" for g, _ in CLASS_GROUPS]
    + [f"class_{g}" for g in ATTRIBUTE_GROUPS]
)


def tag_numbers(page: Page) -> tuple[Index, Index]:
    """Return for each element the number of its name in `TAGS`, and that in `NEAR_TAGS` or -1."""
    tags = np.array([TAGS.get(name, _OTHER_TAG) for name in page.tag_names], dtype=np.int64)
    near_tags = np.array([NEAR_TAGS.get(name, -1) for name in page.tag_names], dtype=np.int64)
    return tags[page.tag_number], near_tags[page.tag_number]
