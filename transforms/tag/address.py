"""Web addresses: the canonical address of a document, its host and its registrable domain."""

from __future__ import annotations

import re
import unicodedata
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


# An address that is in its usual spelling already. Splitting it would take ten times as long.
_USUAL = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*)*/?"
)
_USUAL_HOST = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)/")
_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")  # Characters that never need an escape.
# Fragments that name a page of a site that is assembled in the browser: "#!/story/7", "#/story/7".
INNER_ADDRESS = ("!", "/")


def is_tracking(parameter: str, value: str = "") -> bool:
    """Tell whether a query parameter records how a reader reached the page, not what it shows.

    A `ref` that is a long number is the number of an article.

    >>> is_tracking("utm_source", "7"), is_tracking("id", "7")
    (True, False)
    >>> is_tracking("ref", "home"), is_tracking("ref", "10442")
    (True, False)
    """
    is_number = parameter.lower() == "ref" and value.isdecimal() and len(value) > 2
    return _TRACKING.fullmatch(parameter) is not None and not is_number


def find(view: View) -> TagResult:
    """Return the canonical address that the page states, or the document's own address.

    The page's statement counts only if it is on the same site (see `_may_replace`).
    """
    own = normalised(view.document.url)
    page = view.page
    if page is not None:
        named = normalised(_joined(own or "", page.canonical)) if page.canonical else None
        named = named or (normalised(page.first("og:url")) if not own else None)
        if named and (own is None or _may_replace(named, own)):
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


def _may_replace(named: str, own: str) -> bool:
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

    Two spellings of a path become one: "." and ".." are resolved, and characters are escaped only
    where they must be. An address that begins with "//" gets "https:". Return None for anything
    else.

    >>> normalised("HTTP://Example.com:80/a?utm_source=x&id=1#top")
    'http://example.com/a?id=1'
    >>> normalised("//example.com/b/../%7Ejo/caf%c3%a9")
    'https://example.com/~jo/caf%C3%A9'
    """
    text = (url or "").strip()
    if text.startswith("//"):
        text = f"https:{text}"
    if len(text) <= MAX_CHARS and _USUAL.fullmatch(text) and text.count("/") > 2:
        return text
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
    parameters = parse_qsl(parts.query, keep_blank_values=True)
    keep = [(k, v) for k, v in parameters if not is_tracking(k, v)]
    query = parts.query if len(keep) == len(parameters) else urlencode(keep)
    where = name if port in {None, 80 if scheme == "http" else 443} else f"{name}:{port}"
    if ":" in name:
        where = where.replace(name, f"[{name}]", 1)
    inner = parts.fragment if parts.fragment.startswith(INNER_ADDRESS) else ""
    return urlunsplit((scheme, where, _path(parts.path), query, inner))


def _path(path: str) -> str:
    """Return a path in the usual spelling (RFC 3986, section 6.2.2)."""
    if "/." in path and not path.startswith("//"):
        path = urlsplit(urljoin("http://a", path)).path
    if not path.isascii():
        path = unicodedata.normalize("NFC", path)
    path = quote(path, safe="/%:@!$&'()*+,;=~-._") or "/"
    return _ESCAPED.sub(_escaped, path) if "%" in path else path


def _escaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()


@lru_cache(maxsize=1024)  # Several taggers ask for the host of a document's address.
def host(url: str | None) -> str:
    """Return the host name of an address in lower case, without "www.".

    Return an empty string if there is none.
    """
    if not url:
        return ""
    if usual := _USUAL_HOST.match(url):
        return usual[1].removeprefix("www.")
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
