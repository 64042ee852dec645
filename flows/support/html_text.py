"""Text of documents as HTML that can neither run nor mislead."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def safe_html(text: str) -> Markup:
    r"""Escaped; control characters that HTML forbids, and overrides of direction, are shown by name.

    >>> safe_html("<b>\x00")
    Markup('&lt;b&gt;\\u0000')
    """
    return escape(_HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text))
