"""What kind of article the document is: a report, an opinion, a live blog, a review."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag.page.page_data import PageData
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column(
        "article_type",
        pa.string(),
        "news, opinion, live_blog, review, press_release, gallery, interview, analysis or sponsored; null if the type is not known.",
    ),
)

# schema.org types that say more than "article".
_TYPES = {
    "liveblogposting": "live_blog",
    "opinionnewsarticle": "opinion",
    "reviewnewsarticle": "review",
    "review": "review",
    "criticreview": "review",
    "analysisnewsarticle": "analysis",
    "advertisercontentarticle": "sponsored",
    "imagegallery": "gallery",
    "mediagallery": "gallery",
    "reportagenewsarticle": "news",
}
# Words for each type in a section, genre, label, content type or folder of the address. A word
# counts only if it is the whole value.
_WORDS = (
    (
        "live_blog",
        r"live-?blog|live-?updates?|live-?ticker|ticker|en-direct|direct|en-vivo|liveblogs?",
    ),
    (
        "opinion",
        r"opini(?:on|ons|oni|ao|ón|e|ones)|op-?ed|editorials?|commentary|comment-?is-?free|kommentare?|kommentar|columns?|columnists?|"
        r"kolumnen?|meinung|leitartikel|debatte?|tribunes?|edito|éditos?|letters(?:-to-the-editor)?|ledare|leder|kronikk?|mening|"
        r"opinie|opinião|opinia|felietony?|blogs?-opinion|guest-essay|viewpoints?|perspectives?",
    ),
    (
        "review",
        r"reviews?|(?:film|book|music|movie|game|album|theatre|restaurant|tv)-?reviews?|rezension(?:en)?|kritik(?:en)?|critiques?|"
        r"reseñas?|recensioni|recensioner|recensione|anmeldelser?",
    ),
    (
        "press_release",
        r"press-?releases?|pressemitteilung(?:en)?|presseportal|communiqués?(?:-de-presse)?|comunicados?(?:-de-prensa)?|"
        r"comunicati(?:-stampa)?|pr-?newswire|globenewswire|businesswire|persberichten?|pressmeddelanden?",
    ),
    (
        "gallery",
        r"galler(?:y|ies)|photo-?galler(?:y|ies)|slide-?shows?|galerien?|bilderstrecken?|fotostrecken?|diaporamas?|fotogaler[ií]as?|"
        r"in-pictures|pictures|fotogallery|photo-?essays?",
    ),
    ("interview", r"interviews?|q-?(?:and|&)-?a|entrevistas?|intervist[ae]"),
    (
        "analysis",
        r"analys[ei]s|analyses?|analyse|análisis|analisi|explainers?|news-analysis|fact-?checks?|faktencheck",
    ),
    (
        "sponsored",
        r"sponsored(?:-content)?|advertorials?|partner-?content|paid-?(?:post|content)|branded-?content|anzeigen?|"
        r"publireportages?|brand-?studio|contenido-patrocinado",
    ),
)
_NAMED = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS), re.IGNORECASE)
_CONTENT_TYPES = (
    "article:content_type",
    "article_type",
    "content_type",
    "content-type",
    "contenttype",
    "sailthru.contenttype",
    "parsely-type",
    "dc.type",
    "pagetype",
    "page_type",
    "page-type",
    "tmgads.pagetype",
    "emailcontenttype",
    "og:type",
    "prism.genre",
    "dcsext.genre",
    "article:opinion",
)
# A label before the headline. The colon is required: "Opinion polls narrow" is not an opinion.
_LABEL = re.compile(
    r"(?P<opinion>opinion|op-ed|editorial|commentary|kommentar|opinión|meinung|ledare|leder|letters?)\s*[:|]\s|"
    r"(?P<live_blog>live(?: updates?| ?blog)?|liveblog|live-?ticker|en direct|en vivo|as it happened)\s*[:|]\s|"
    r"(?P<review>(?:\w+ )?review|rezension|kritik|critique)\s*[:|]\s|"
    r"(?P<gallery>(?:in )?pictures|photos|gallery|bildergalerie|fotogalería)\s*[:|]\s|"
    r"(?P<interview>interview|entrevista)\s*[:|]\s|"
    r"(?P<analysis>analysis|analyse|análisis|explainer|fact ?check)\s*[:|]\s",
    re.IGNORECASE,
)
_RELEASED = re.compile(
    r"/\s*(?:PRNewswire|EINPresswire)\b|\((?:GLOBE NEWSWIRE|BUSINESS WIRE|ots)\)|\bBUSINESS WIRE\)|--\(BUSINESS WIRE\)|^FOR IMMEDIATE RELEASE\b",
    re.MULTILINE,
)
_RELEASE_MARKS = ("wire", "WIRE", "(ots)", "RELEASE")  # Every match of `_RELEASED` has one of them.


def find(view: View) -> TagResult:
    """Return the type that the first matching clue of `CLUES` gives."""
    for source, clue in CLUES if view.page is not None else _TEXT_CLUES:
        kind = clue(view)
        if kind:
            return TagResult({"article_type": kind}, {"article_type": source})
    return NOTHING


def _by_data(view: View) -> str | None:
    return _typed(view.page) if view.page is not None else None


def _by_meta(view: View) -> str | None:
    if view.page is None:
        return None
    values = (value for name in _CONTENT_TYPES for value in view.page.meta.get(name, ())[:1])
    return next((kind for v in values if (kind := named(v.rsplit(".", 1)[-1]))), None)


def _by_text(view: View) -> str | None:
    head = view.document.extracted[:600]
    if not any(mark in head for mark in _RELEASE_MARKS):
        return None
    return "press_release" if _RELEASED.search(head) else None


def _by_section(view: View) -> str | None:
    section = view.values.get("section")
    return named(str(section)) if section else None


def _by_address(view: View) -> str | None:
    url = view.document.url or view.values.get("canonical_url")
    return _of_path(str(url)) if url else None


def _by_title(view: View) -> str | None:
    title = view.values.get("title_raw") or view.values.get("title")
    if not title or (":" not in str(title) and "|" not in str(title)):
        return None
    label = _LABEL.match(str(title))
    return label.lastgroup if label else None


def _by_news_type(view: View) -> str | None:
    if view.page is None:
        return None
    documents = view.page.statements.documents
    return "news" if any("newsarticle" in d.types for d in documents if not d.elsewhere) else None


# The clues in order of trust: the source to record, and the function that reads the clue.
CLUES: tuple[tuple[str, Callable[[View], str | None]], ...] = (
    ("json-ld", _by_data),
    ("meta", _by_meta),
    ("text", _by_text),
    ("section", _by_section),
    ("url", _by_address),
    ("title", _by_title),
    ("json-ld", _by_news_type),
)

_TEXT_CLUES = tuple(
    (source, clue) for source, clue in CLUES if clue not in (_by_data, _by_meta, _by_news_type)
)


def named(label: str) -> str | None:
    """Return the type that a section, content type or folder of an address names as a whole.

    >>> named("Opinion"), named("Opinion polls"), named("live-blog")
    ('opinion', None, 'live_blog')
    """
    found = _NAMED.fullmatch("-".join(label.replace("_", "-").split()))
    return found.lastgroup if found else None


def _of_path(url: str) -> str | None:
    folders = url.split("?", 1)[0].split("/")[3:-1]
    return next((kind for folder in folders[:4] if (kind := named(folder))), None)


def _typed(page: PageData) -> str | None:
    own = [d for d in page.statements.documents if not d.elsewhere]
    for document in own:
        for name in document.types:
            if name in _TYPES and not (name == "reportagenewsarticle" and document.genre):
                return _TYPES[name]
        if document.kind <= 1 and (kind := named(document.genre)):
            return kind
    return None


TAGGER = Tagger("article_type", COLUMNS, find)
