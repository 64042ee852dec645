"""The options of extraction in a recipe, with the reason for each default."""

from __future__ import annotations

from dataclasses import dataclass

from copydesk.transforms.argument_checks import check_at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Limits on a page. A page beyond them is refused, with the reason, before it can cost more.

    The largest of 975 news pages measured had 3.4 million characters and 13,000 elements. The
    limits are at least four times as high.
    """

    max_chars: int = 20_000_000
    """Characters of a page. The largest of 975 news pages had 3.4 million."""
    max_elements: int = 200_000
    """Elements of a page. The largest of 975 news pages had 13,000."""
    max_depth: int = 1_000
    """Levels of nesting. libxml2 itself stops at 2048, and no page measured nests deeper than 60."""
    max_attributes: int = 10_000
    """Attributes of one tag. The parser's time grows with their square (0.25 s of CPU for 10,000); the most found on 122 news pages is 1,097."""
    min_text_chars: int = 2
    """A page with less extracted text is refused as empty. Arbitrary: one short word."""
    refuse_no_article: bool = True
    """Refuse pages without an article: section fronts, tag and search pages, error pages, walls, script shells."""

    def __post_init__(self) -> None:
        check_at_least(
            self,
            1,
            "max_chars",
            "max_elements",
            "max_depth",
            "max_attributes",
            "min_text_chars",
        )
