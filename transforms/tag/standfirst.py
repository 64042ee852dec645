"""What the page's data says about the text: standfirst, keywords and picture."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms.tag.page.json_ld import Statement
from copydesk.transforms.tag.page.page_data import PageData, fold
from copydesk.transforms.tag.tagger import Tagger, TagResult, View

COLUMNS = (
    column(
        "description",
        pa.string(),
        "Standfirst or summary of the document in the page's data.",
    ),
    column(
        "keywords",
        STRINGS,
        "Keywords and tags in the page's data, as printed, in order.",
        required=True,
    ),
    column(
        "image_url",
        pa.string(),
        "Address of the document's picture in the page's data.",
    ),
)

MAX_KEYWORDS = 50  # Arbitrary. Few pages name more than 30.
MAX_KEYWORD_CHARS = 100  # Longer "keywords" are sentences.

_DESCRIPTIONS = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "dcterms.abstract",
    "parsely-description",
    "sailthru.description",
)
_IMAGES = (
    "og:image:secure_url",
    "og:image",
    "og:image:url",
    "twitter:image",
    "twitter:image:src",
    "thumbnail",
    "sailthru.image.full",
    "parsely-image-url",
)
_KEYWORDS = ("news_keywords", "keywords", "parsely-tags", "sailthru.tags", "cxenseparse:taglist")
# A template that was never filled in, or a placeholder of the software that made the page.
_PLACEHOLDER = re.compile(
    r"\{\{|<%|\$\{|(?:null|none|undefined|n/a|default description)\.?$", re.IGNORECASE
)


def find(view: View) -> TagResult:
    """Return description, keywords and picture from the page's JSON-LD and meta tags."""
    page = view.page
    if page is None:
        return TagResult({"keywords": ()})
    description, described_by = _description(page, str(view.values.get("title") or ""))
    words, named_by = _keywords(page)
    image, pictured_by = _image(page)
    values = {"description": description, "keywords": words, "image_url": image}
    sources = {"description": described_by, "keywords": named_by, "image_url": pictured_by}
    return TagResult(values, {name: source for name, source in sources.items() if values[name]})


def _description(page: PageData, title: str) -> tuple[str | None, str]:
    """Return the longest description that does not repeat the title, and its source.

    Shorter descriptions are cut to fit a card.
    """
    said = [(fold(d.description), "json-ld") for d in page.statements.documents if _is_own(d)][:1]
    said += [(value, "meta") for name in _DESCRIPTIONS for value in page.meta.get(name, ())[:1]]
    known = title.casefold()
    fit = [
        (text, source)
        for text, source in said
        if len(text) > 10 and text.casefold() != known and not _PLACEHOLDER.match(text)
    ]
    if not fit:
        return None, ""
    first, source = fit[0]
    stem = first.rstrip(" .…")[:60]
    return max(
        ((text, s) for text, s in fit if text.startswith(stem)),
        key=lambda item: len(item[0]),
        default=(first, source),
    )


def _keywords(page: PageData) -> tuple[tuple[str, ...], str]:
    """Return the document's keywords without repeats, and their source.

    News keywords and article tags come from the editor. A plain `keywords` tag may hold the site's
    keywords.
    """
    stated = next((d.keywords for d in page.statements.documents if _is_own(d) and d.keywords), ())
    tags = page.meta.get("article:tag", ())
    keywords = page.first(*_KEYWORDS)
    split = re.split(r"[;,|،、，]", keywords)
    for words, source in ((stated, "json-ld"), (tags, "meta"), (split, "meta")):
        listed = words[0].split(",") if len(words) == 1 else words
        found = dict.fromkeys(word for word in map(fold, listed) if _is_keyword(word))
        if found:
            return tuple(found)[:MAX_KEYWORDS], source
    return (), ""


def _is_keyword(word: str) -> bool:
    """Tell whether a keyword is meant for readers. Software leaves marks such as `post_id:123`."""
    return (
        1 < len(word) <= MAX_KEYWORD_CHARS
        and not re.match(r"https?:|[\w-]+[:=]\S", word)
        and not _PLACEHOLDER.match(word)
    )


def _image(page: PageData) -> tuple[str | None, str]:
    base = page.url or page.canonical
    said = [(value, "meta") for name in _IMAGES for value in page.meta.get(name, ())[:1]]
    said += [(d.image, "json-ld") for d in page.statements.documents if _is_own(d)]
    for value, source in said:
        found = absolute(value, base)
        if found:
            return found, source
    return None, ""


def absolute(address: str, base: str | None) -> str | None:
    """Return the absolute form of an address, or None if it is not a web address.

    >>> absolute("/a.jpg", "https://example.org/news/1"), absolute("data:image/gif;base64,R0", None)
    ('https://example.org/a.jpg', None)
    """
    try:
        joined = urljoin(base or "", address.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined[:2000] if parts.scheme in {"http", "https"} and parts.netloc else None


def _is_own(document: Statement) -> bool:
    return not document.elsewhere and document.kind <= 3


TAGGER = Tagger("standfirst", COLUMNS, find, reads_only_pages=True)
