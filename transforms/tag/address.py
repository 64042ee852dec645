"""Addresses: the canonical one of a document, its host, and the registrable domain."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

from copydesk.transforms.tag.tagger import Found, Tagger, View

MAX_CHARS = 2_000  # what browsers and servers agree on
# Parameters that say how a reader came, not what is shown.
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|igsh|mc_[ce]id|srsltid|_hs(?:enc|mi)|ref|referrer|ref_src|ref_url|cmpid|cmp|ito|ncid|"
    r"smid|smtyp|partner|at_\w+|ns_\w+|xtor|wt_mc|wt\.mc_id|traffic_source|ocid|sr_share|__twitter_impression|guccounter|guce_\w+|_ga|spm|oly_\w+|vero_\w+)",
    re.I,
)


def is_tracking(parameter: str) -> bool:
    """Does a parameter of this name say how a reader came, not what is shown?

    >>> is_tracking("utm_source"), is_tracking("id")
    (True, False)
    """
    return bool(_TRACKING.fullmatch(parameter))


def find(view: View) -> Found:
    """The address the page names for itself where that is on the same site, else the document's own."""
    own = normalised(view.document.url)
    page = view.page
    if page is not None:
        named = normalised(_joined(own or "", page.canonical)) if page.canonical else None
        named = named or (normalised(page.first("og:url")) if not own else None)
        if named and (own is None or _may_stand_for(named, own)):
            return Found(
                {"canonical_url": named}, {"canonical_url": "markup" if page.canonical else "meta"}
            )
    if own is None:
        return Found()
    return Found({"canonical_url": own}, {"canonical_url": "url"})


def _joined(base: str, link: str) -> str | None:
    try:
        return urljoin(base, link)
    except ValueError:  # such as an open bracket in the host
        return None


def _may_stand_for(named: str, own: str) -> bool:
    """A canonical link counts on its own site, and not where every page names the front page."""
    same_site = registrable(host(named)) == registrable(host(own))
    return same_site and not (
        urlsplit(named).path in {"", "/"} and urlsplit(own).path not in {"", "/"}
    )


@lru_cache(maxsize=1024)
def normalised(url: str | None) -> str | None:
    """An http address without fragment, default port and tracking parameters; None for anything else.

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


@lru_cache(maxsize=1024)  # several taggers ask for the host of a document's address
def host(url: str | None) -> str:
    """The host name of an address, lower case, without www; empty where there is none."""
    if not url:
        return ""
    try:
        name = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return name.removeprefix("www.")


@cache
def suffixes() -> PublicSuffixList:
    """The packaged public suffix list."""
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable(name: str) -> str | None:
    """The registrable domain of a host name: what somebody registered under a public suffix.

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
