"""Web addresses: the canonical address of a document, its host and its registrable domain."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

MAX_CHARS = 2_000  # Browsers and servers agree on this length.
# Query parameters that record how a reader reached the page. They do not change what it shows.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|igsh|mc_[ce]id|srsltid|_hs(?:enc|mi)|ref|referrer|ref_src|ref_url|cmpid|cmp|ito|ncid|"
    r"smid|smtyp|partner|at_\w+|ns_\w+|xtor|wt_mc|wt\.mc_id|traffic_source|ocid|sr_share|__twitter_impression|guccounter|guce_\w+|_ga|spm|oly_\w+|vero_\w+)",
    re.I,
)


def is_tracking(parameter: str) -> bool:
    """Tell whether a query parameter records how a reader reached the page, not what it shows.

    >>> is_tracking("utm_source"), is_tracking("id")
    (True, False)
    """
    return bool(_TRACKING.fullmatch(parameter))


def find(view: View) -> TagResult:
    """Return the canonical address that the page states, or the document's own address.

    The page's statement counts only if it is on the same site (see `_may_stand_for`).
    """
    own = normalised(view.document.url)
    page = view.page
    if page is not None:
        named = normalised(_joined(own or "", page.canonical)) if page.canonical else None
        named = named or (normalised(page.first("og:url")) if not own else None)
        if named and (own is None or _may_stand_for(named, own)):
            return TagResult(
                {"canonical_url": named}, {"canonical_url": "markup" if page.canonical else "meta"}
            )
    if own is None:
        return NOTHING
    return TagResult({"canonical_url": own}, {"canonical_url": "url"})


def _joined(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link)
    except ValueError:  # For example an open bracket in the host.
        return None


def _may_stand_for(named: str, own: str) -> bool:
    """Tell whether the stated canonical address can replace the document's own.

    It must be on the same site. Some sites name their front page as the canonical address of every
    page, so a front page replaces only a front page.
    """
    same_site = registrable(host(named)) == registrable(host(own))
    return same_site and not (
        urlsplit(named).path in {"", "/"} and urlsplit(own).path not in {"", "/"}
    )


@lru_cache(maxsize=1024)
def normalised(url: str | None) -> str | None:
    """Return an http address without fragment, default port and tracking parameters.

    Return None for anything else.

    >>> normalised("HTTP://Example.com:80/a?utm_source=x&id=1#top")
    'http://example.com/a?id=1'
    """
    text = (url or "").strip()
    if not text or len(text) > MAX_CHARS or re.search(r"[\s\x00-\x1f]", text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
        name = (parts.hostname or "").rstrip(".")
        name.encode("idna") if not name.isascii() else None
    except (ValueError, UnicodeError):
        return None
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"} or not name:
        return None
    keep = [
        (k, v)
        for k, v in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(k)
    ]
    query = (
        parts.query
        if len(keep) == len(parse_qsl(parts.query, keep_blank_values=True))
        else urlencode(keep)
    )
    where = name if port in {None, 80 if scheme == "http" else 443} else f"{name}:{port}"
    if ":" in name:
        where = where.replace(name, f"[{name}]", 1)
    return urlunsplit(
        (scheme, where, quote(parts.path, safe="/%:@!$&'()*+,;=~-._") or "/", query, "")
    )


@lru_cache(maxsize=1024)  # Several taggers ask for the host of a document's address.
def host(url: str | None) -> str:
    """Return the host name of an address in lower case, without "www.".

    Return an empty string if there is none.
    """
    if not url:
        return ""
    try:
        name = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return name.removeprefix("www.")


@cache
def suffixes() -> PublicSuffixList:
    """Return the packaged public suffix list."""
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable(name: str) -> str | None:
    """Return the registrable domain of a host name: the part registered under a public suffix.

    >>> registrable("news.bbc.co.uk"), registrable("localhost"), registrable("10.0.0.1")
    ('bbc.co.uk', None, None)
    """
    if "." not in name or re.fullmatch(r"[\d.]+|.*:.*", name):
        return None
    try:
        return suffixes().privatesuffix(name)
    except (ValueError, UnicodeError):
        return None


TAGGER = Tagger("address", (), find)
