"""Keys for addresses: all URL spellings that lead to the same article have one key.

An update of an article is a revision, although it was fetched under `http` one day and the next day
under `https`, from the mobile site, as AMP or with the parameters of a campaign. The key leaves out
what does not choose an article. It keeps every other parameter. It also keeps the number of a
further page of an article, because page 2 has another text than page 1, even if both name page 1 as
canonical.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from copydesk.transforms.tag import address

# An address of which every part can be read off: no port, user, parameter or character to decode.
_PLAIN = re.compile(r"https?://([A-Za-z0-9.-]+)((?:/[!\"$->@-~]*)?)")
_ONLY_HOST = re.compile(r"[A-Za-z0-9.-]+")  # The host part of an address, without port or user.
_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
_ENDING = re.compile(r"(?:/index\.(?:html?|php|aspx?)|/amp(?:\.html)?|\.amp)?/*$", re.IGNORECASE)
_AMP_EXTENSION = re.compile(r"\.amp(?=\.html?$)", re.IGNORECASE)
_FRONT = re.compile(r"^/amp(?=/)", re.IGNORECASE)
# Parameters for how a page is shown. `address.normalised` drops those that track a reader.
_SHOWN = re.compile(r"(?:amp|mobile|outputtype|output|view)", re.IGNORECASE)
_SHOWN_VALUES = {"amp", "1", "true", "mobile", ""}
_PAGE = re.compile(
    r"pg|paged|seite|pagina|(?:current[_-]?)?page(?:[_-]?(?:no|num|number|index|wanted))?",
    re.IGNORECASE,
)
_PAGE_PATH = re.compile(r"/(?:page|seite|pagina)[/-]?(\d{1,3})/?$", re.IGNORECASE)
_HTML = re.compile(r"\.html?$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?)$", re.IGNORECASE)
# What an address of a further page adds to the canonical one: "/2", "-seite-2", ",2", "?p=2" or
# "?start=10". Without the canonical address such a parameter may mean anything.
_ADDED_PAGE = re.compile(
    r"(?:[/,_.-](?:p|pg|s|page|seite|pagina)?[/_-]?|\?(?:p|s|pn|part|teil)=)(\d{1,2})"
    r"|\?(?:start|offset|from|skip)=(\d{1,4})(?:&\w+=\d+)*",
    re.IGNORECASE,
)
_MOBILE_HOSTS = ("m.", "mobile.", "amp.")
_TWIN_PATH = re.compile(
    r"^/amp/|(?:/amp|\.amp|/amp\.html|\.amp\.html?|/print|/printable)/*$", re.IGNORECASE
)
_TWIN_QUERY = re.compile(
    r"(?:^|&)(?:(?:amp|print|printable)(?:=(?:1|true|yes|y|amp)?)?"
    r"|(?:outputtype|output|view|mode|format)=(?:amp|print))(?:&|$)",
    re.IGNORECASE,
)
_SCHEMES = ("https://", "http://")
_PREFIXES = ("", "www.", "m.", "mobile.", "amp.")
_ENDINGS = ("", "/", "/amp", "/amp/", "/index.html", "/index.htm", "/index.php")
# Spellings of AMP pages that no mobile host has.
_DESKTOP_PREFIXES = ("", "www.")
_AMP_ENDINGS = (".amp", "/amp.html")
_AMP_QUERIES = ("amp", "amp=1", "outputType=amp")


def key(
    canonical_url: str | None, url: str | None, source_uri: str, record_number: int | None
) -> str | None:
    """Return the key of a document's address, or None if it has no address.

    The canonical address counts, or else the document's own. A file that is one document has its
    path as key. A record without an address has no key.

    >>> key("https://www.a.example/x/?utm_source=mail", None, "dump.jsonl", 3)
    'a.example/x'
    >>> key("http://m.a.example/x/amp", None, "dump.jsonl", 4)
    'a.example/x'
    >>> key("https://a.example/long", "https://a.example/long?page=2", "dump.jsonl", 5)
    'a.example/long#page=2'
    >>> key("https://a.example/long", "https://a.example/long/2", "dump.jsonl", 6)
    'a.example/long#page=2'
    >>> key(None, None, "notes/a.txt", None), key(None, None, "dump.jsonl", 6)
    ('file:notes/a.txt', None)
    """
    named = canonical_url or address.normalised(url)
    if named is None:
        return f"file:{source_uri}" if record_number is None else None
    found = _without_spelling(named)
    if url == named:
        return found
    page = _page(url)
    if page > 1 and _page(named) != page:
        return f"{found}#page={page}"
    page = _added_page(url, found) if url else 1
    return f"{found}#page={page}" if page > 1 else found


def is_file(address_key: str) -> bool:
    """Tell whether the address is the path of a file and not a URL."""
    return address_key.startswith("file:")


def is_twin_spelling(url: str | None) -> bool:
    """Tell whether the address is that of the AMP, mobile or printer version of a page.

    >>> is_twin_spelling("https://a.example/x/amp"), is_twin_spelling("https://www.a.example/x")
    (True, False)
    >>> is_twin_spelling("https://a.example/x?print=1"), is_twin_spelling("https://a.example/x?id=1")
    (True, False)
    """
    if not url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        (parts.hostname or "").startswith(_MOBILE_HOSTS)
        or _TWIN_PATH.search(parts.path) is not None
        or _TWIN_QUERY.search(parts.query) is not None
    )


def spellings(address_key: str) -> list[str]:
    """Return the URLs under which a warehouse may have documents with this key.

    They are used to search by equality.

    >>> len(spellings("a.example/x")), "http://www.a.example/x/" in spellings("a.example/x")
    (94, True)
    """
    if is_file(address_key):
        return []
    whole, _, _ = address_key.partition("#page=")
    host, slash, rest = whole.partition("/")
    return [
        url for name in (host, *_in_unicode(host)) for url in _spellings(f"{name}{slash}{rest}")
    ]


def _in_unicode(host: str) -> list[str]:
    """Return an international host name in Unicode, because an address may have either form.

    >>> _in_unicode("xn--bcher-kva.example"), _in_unicode("a.example")
    (['bücher.example'], [])
    """
    if "xn--" not in host:
        return []
    try:
        return [host.encode("ascii").decode("idna")]
    except UnicodeError:
        return []


def _spellings(whole: str) -> list[str]:
    path, mark, query = whole.partition("?")
    path = path.removesuffix("/")
    found = [
        f"{scheme}{prefix}{path}{ending or ('/' if '/' not in path else '')}{mark}{query}"
        for scheme in _SCHEMES
        for prefix in _PREFIXES
        for ending in _ENDINGS
    ]
    host, _, rest = path.partition("/")
    for scheme in _SCHEMES:
        for prefix in _DESKTOP_PREFIXES:
            found.append(f"{scheme}{prefix}{host}/amp/{rest}{mark}{query}")
            found += [f"{scheme}{prefix}{path}{e}{mark}{query}" for e in _AMP_ENDINGS]
            if _HTML.search(path):
                amp = _HTML.sub(r".amp\g<0>", path)
                found.append(f"{scheme}{prefix}{amp}{mark}{query}")
            found += [
                f"{scheme}{prefix}{path}{mark or '?'}{query}{'&' if query else ''}{shown}"
                for shown in _AMP_QUERIES
            ]
    return found


def _without_spelling(url: str) -> str:
    plain = _PLAIN.fullmatch(url)
    if plain is not None:  # Splitting an address takes six times as long.
        host, path = plain.groups()
        return f"{_HOST.sub('', host.lower())}{_path(path)}"
    try:
        parts = urlsplit(url)
        host, port = _host_and_port(parts)
    except ValueError:
        return url
    host = _HOST.sub("", host)
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    inner = f"#{parts.fragment}" if parts.fragment.startswith(address.INNER_ADDRESS) else ""
    return f"{where}{_path(parts.path)}{_query(parts.query) if parts.query else ''}{inner}"


def _path(path: str) -> str:
    return _ENDING.sub("", _AMP_EXTENSION.sub("", _FRONT.sub("", path)))


def _host_and_port(parts: SplitResult) -> tuple[str, int | None]:
    """Return the host in lower case, and the port if one is written.

    Raises ValueError for a wrong port.
    """
    if _ONLY_HOST.fullmatch(parts.netloc):  # The properties of `parts` are slow.
        return parts.netloc.lower(), None
    host = (parts.hostname or "").lower()
    return host if host.isascii() else host.encode("idna").decode("ascii"), parts.port


def _query(query: str) -> str:
    """Return the parameters that choose an article, with their question mark."""
    parameters = parse_qsl(query, keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in parameters if not _is_spelling(name, value)])
    return f"?{kept}" if kept else ""


def _is_spelling(name: str, value: str) -> bool:
    """Tell whether the parameter does not change the article."""
    if address.is_tracking(name, value):
        return True
    return bool(_SHOWN.fullmatch(name)) and value.lower() in _SHOWN_VALUES


def _page(url: str | None) -> int:
    """Return the page of an article that the address names, or 1 if it names none."""
    if not url:
        return 1
    try:
        parts = urlsplit(url)
    except ValueError:
        return 1
    for name, value in parse_qsl(parts.query) if parts.query else ():
        if _PAGE.fullmatch(name) and value.isdecimal() and len(value) < 4:
            return int(value) + ("index" in name.lower())  # An index counts from 0.
    found = _PAGE_PATH.search(parts.path)
    return int(found[1]) if found else 1


def _added_page(url: str, canonical_key: str) -> int:
    """Return the number of a page that the address adds to the canonical one, or 1 if it adds none.

    >>> _added_page("https://a.example/long-2.html", "a.example/long.html")
    2
    """
    whole = _EXTENSION.sub("", canonical_key)
    own = _EXTENSION.sub("", _without_spelling(url))
    added = _ADDED_PAGE.fullmatch(own, len(whole)) if own.startswith(whole) else None
    return int(added[1] or added[2]) if added else 1
