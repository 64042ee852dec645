"""The forms in which an article shows itself: plain values, Markdown, one line, a notebook."""

from __future__ import annotations

import dataclasses
import html
import zlib
from datetime import date
from typing import Any

from copydesk.transforms.ledger import BLANK_LINE, Removal

_SHOWN_TITLE = 60  # Characters of the title in the one-line form.
# Background and text colours with a contrast above 7:1, chosen by hand. A rule has the same colour
# in every view.
_COLOURS = (
    ("#fde2e1", "#5f1512"),
    ("#fdeecb", "#4f3a00"),
    ("#dfeafd", "#12315f"),
    ("#f1e1fb", "#43165f"),
    ("#d9f3f1", "#0b4440"),
    ("#e2f3d9", "#21480c"),
)


class ArticleViews:
    """The methods of `Article` that show it. They read its fields and change nothing."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as values that `json.dumps` accepts.

        Tuples become lists, dates become ISO 8601 strings, and cuts become dictionaries. `refused`
        is None or a dictionary of step, reason and detail. The page itself is left out.

        >>> from copydesk.transforms.edit import clean_text
        >>> article = clean_text("Rain fell on Oslo.\\nLeave a Comment").to_dict()
        >>> article["text"], [cut["rule"] for cut in article["removed"]]
        ('Rain fell on Oslo.', ['comment_prompt'])
        """
        article: Any = self
        values = {
            field.name: _plain(getattr(article, field.name))
            for field in dataclasses.fields(article)
            if field.name not in {"page", "removed", "refused"}
        }
        refused = article.refused
        return values | {
            "removed": [cut._asdict() for cut in article.removed],
            "refused": None
            if refused is None
            else {"step": refused.step, "reason": refused.reason, "detail": refused.detail},
        }

    @property
    def markdown(self) -> str:
        """The title and the clean text as Markdown (CommonMark, tables as in GitHub's dialect).

        Headings, lists, quotations, tables and links of a page are kept if `clean_page` read it. In
        a text every line is a paragraph. Characters that are signs in Markdown are escaped.

        >>> from copydesk.transforms.edit import clean_text
        >>> print(clean_text("Rain fell on *Oslo*.").markdown)
        Rain fell on \\*Oslo\\*.
        """
        from copydesk.transforms.views import markdown

        article: Any = self
        return markdown.of_article(article)

    def __repr__(self) -> str:
        """Return one line: id, title or beginning of the text, words and cuts."""
        article: Any = self
        head = article.title or article.text or (article.refused and str(article.refused)) or ""
        head = " ".join(head.split())
        if len(head) > _SHOWN_TITLE:
            head = head[: _SHOWN_TITLE - 1] + "…"
        cuts = sum(cut.rule != BLANK_LINE for cut in article.removed)
        return (
            f"<Article {article.doc_id[:8]} {head!r}, {article.n_words:,} words, "
            f"{cuts} {'cut' if cuts == 1 else 'cuts'}>"
        )

    def _repr_html_(self) -> str:
        """Return HTML for notebooks: title, main columns, and the text with its cuts in place."""
        article: Any = self
        facts = [
            article.outlet,
            ", ".join(article.authors),
            str(article.published_date or ""),
            article.language,
            f"{article.n_words:,} words",
        ]
        line = " · ".join(html.escape(fact) for fact in facts if fact)
        title = html.escape(article.title or "Without a title")
        refused = (
            f"<p><strong>Refused:</strong> {html.escape(str(article.refused))}</p>"
            if article.refused
            else ""
        )
        return (
            f'<article style="max-width:46em"><h3>{title}</h3><p>{line}</p>{refused}'
            f'<div style="white-space:pre-wrap">{marked_cuts(article.extracted, article.removed)}'
            "</div></article>"
        )


def marked_cuts(extracted: str, removed: tuple[Removal, ...]) -> str:
    """Return the extracted text as HTML, each cut struck through, coloured and named by its rule.

    >>> marked_cuts("Ad\\nRain.", (Removal(0, 3, "Ad\\n", "ad_marker", 1),)).count("<del")
    1
    """
    parts, at = [], 0
    for cut in sorted(removed):
        parts.append(html.escape(extracted[at : cut.start]))
        at = cut.end
        if not cut.text.strip():
            parts.append(html.escape(cut.text))
            continue
        background, ink = colours(cut.rule)
        parts.append(
            f'<del title="{html.escape(cut.rule)}" style="background:{background};color:{ink}">'
            f"{html.escape(cut.text)}</del>"
        )
    return "".join((*parts, html.escape(extracted[at:])))


def colours(rule: str) -> tuple[str, str]:
    """Return background and text colour of a rule, the same in every view and on every machine."""
    return _COLOURS[colour_of(rule)]


def colour_of(rule: str) -> int:
    """Return the number of a rule's colour, 0 to 5."""
    return zlib.crc32(rule.encode()) % len(_COLOURS)


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # A datetime is one, too.
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "items"):
        return {key: _plain(item) for key, item in value.items()}
    return value
