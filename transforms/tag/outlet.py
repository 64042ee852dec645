"""Who published the document."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.tag import address
from copydesk.transforms.tag.headlines import title_wording
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import PageData, fold
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column(
        "outlet_id",
        pa.string(),
        "Publisher: registrable domain by the public suffix list, or a hyphenated name if no domain is known.",
    ),
    column("outlet", pa.string(), "Display name of the publisher."),
)

# Legal forms of companies. Pages often name the company as publisher instead of the paper.
_COMPANY = re.compile(
    r"\b(?:gmbh|ag|inc|llc|ltd|limited|a/s|s\.?a|s\.?p\.?a|publishing group|corporation|holdings?|verlag|co\. kg|pty|b\.?v)\b\.?",
    re.I,
)
_DOMAIN = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}", re.I)


def find(view: View) -> TagResult:
    """Return the outlet that was given, or that the address, the page or the dateline names.

    A dateline's name counts only if nothing else names an outlet, and never if it is an agency that
    syndicates its reports.
    """
    url, page = view.document.url, view.page
    host = address.host(url) or address.host(view.values.get("canonical_url"))
    domain = address.registrable(host) if host else None
    name, source = _name(view, host, domain)
    given = fold(view.document.given.outlet or "")
    if given:
        known_as = gazetteers.outlet_named(given)
        differs = (
            f"given; {source} differs"
            if name and source != "domain" and gazetteers.key(name) != gazetteers.key(given)
            else "given"
        )
        return _result(
            domain or (known_as[0] if known_as else None),
            given,
            "url" if domain else "given",
            differs,
        )
    if not name and page is None:
        spoken = view.dateline.agency
        if spoken and not gazetteers.agency(spoken):
            known_as = gazetteers.outlet_named(spoken)
            return _result(
                known_as[0] if known_as else None,
                known_as[1] if known_as else spoken,
                "dateline",
                "dateline",
            )
    return _result(domain, name, "url" if url else "markup", source)


def _result(domain: str | None, name: str | None, id_source: str, name_source: str) -> TagResult:
    if not name and not domain:
        return NOTHING
    id_ = domain or re.sub(r"[^\w]+", "-", (name or "").casefold()).strip("-_") or None
    return TagResult(
        {"outlet_id": id_, "outlet": name},
        {"outlet_id": id_source if domain else name_source, "outlet": name_source},
    )


def _name(view: View, host: str, domain: str | None) -> tuple[str | None, str]:
    """Return the display name of the outlet and its source.

    The sources are the recipe's table, the packaged table, the page, and at last the domain itself.
    """
    extra = view.options.outlets
    if domain and (host in extra or domain in extra):
        return extra.get(host) or extra[domain], "recipe"
    table = gazetteers.outlet_at(host) if host else None
    stated = _stated(view.page, host, domain) if view.page is not None else (None, "")
    if table and view.document.url and not _is_tenant(stated[0], host, domain):
        return table, "domain"
    if stated[0]:
        return stated
    if table:
        return table, "domain"
    return (domain, "domain") if domain else (None, "")


def _is_tenant(name: str | None, host: str, domain: str | None) -> bool:
    """Tell whether a site under a portal's domain has its own name: "Band" at band.uol.com.br."""
    above = _labels_above(host, domain)
    keys = {gazetteers.key(name or ""), _plain(name or "")}
    return any(len(key) > 2 and key in above for key in keys)


def _labels_above(host: str, domain: str | None) -> list[str]:
    """Return the keys of the labels of a host in front of its domain."""
    return list(map(gazetteers.key, host.removesuffix(domain or "").rstrip(".").split(".")))


def _stated(page: PageData, host: str, domain: str | None) -> tuple[str | None, str]:
    """Return the page's name for its site and its source.

    A brand is preferred to a company, and words are preferred to a bare domain.
    """
    names = [(tidy(name), source) for name, source in page_headings.site_names(page)]
    names = [
        (name, source) for name, source in names if name and not name.startswith(("http", "@"))
    ]
    label = gazetteers.key((domain or "").split(".")[0])
    brands = [n for n in names if not _COMPANY.search(n[0])] or names
    worded = [n for n in brands if not _DOMAIN.fullmatch(n[0])] or brands
    close = [
        n for n in worded[1:] if label and gazetteers.key(n[0]) == label and n[0] != n[0].lower()
    ]
    if close and worded and (worded[0][0].islower() or len(worded[0][0]) > 40):
        return close[0]
    if not worded or worded[0][0] == _plain_domain(worded[0][0]):
        own = _labels_above(host, domain)
        labels = [label, *(part for part in own if len(part) >= page_headings.LEAST_LABEL_CHARS)]
        of_title = _site_in_title(page, labels)
        if of_title:
            return of_title, "title"
        of_rights = _owner(page.rights, labels)
        if of_rights:
            return of_rights, "markup"
    return worded[0] if worded else (None, "")


def _plain_domain(name: str) -> str | None:
    return name if _DOMAIN.fullmatch(name) else None


_TITLE_BORDER = re.compile(r"\s+(?:[|\-–—·•:»«›ǀ⋆]|//|::)\s+|\s*[|｜]\s*|:\s+|：|\s[»›]\s*")
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa"})


def _site_in_title(page: PageData, labels: list[str]) -> str | None:
    """Return the part of the `<title>` that names the site, or None.

    The name is first or last, and the site's address or a heading must confirm it. For example
    "Rain in Rome – The Sea Post" at seapost.test, or under a heading "The Sea Post".
    """
    parts = [part.strip() for part in _TITLE_BORDER.split(page.title)]
    if len(parts) < 2:
        return None
    headings = {gazetteers.key(mark.text) for mark in page.headings if mark.text}
    stated = {gazetteers.key(page.first("og:title"))}
    stated |= {gazetteers.key(d.headline) for d in page.statements.documents if d.headline}
    first = gazetteers.key(parts[0])
    found: list[str] = []
    for part in (parts[-1], parts[0]):
        key = gazetteers.key(part)
        if len(key) < 3 or len(part) > 50 or _DOMAIN.fullmatch(part) or key in stated:
            continue
        if part is parts[-1] and len(first) > 5 and first in key:
            continue  # "privacy policy: The Post's privacy policy"
        # If the headline comes first, the other heading is the site's. Otherwise the headings may
        # be a section, first, and a headline, last.
        is_heading = part is parts[-1] and key in headings and first in headings
        is_of_host = any(_matches_domain(part, label) for label in labels)
        if is_of_host or (is_heading and len(headings) > 1):
            found.append(part)
    return min(found, key=len, default=None) or _behind_headline(page, stated | headings)


#: Words around the owner's name in a line about rights.
_NOT_OWNER = re.compile(
    r"copyright|(?:19|20)\d\d(?:\s*[-–—]\s*(?:(?:19|20)\d\d|present))?|\(c\)|^\W+|\bby\b",
    re.IGNORECASE,
)
_BEHIND_OWNER = re.compile(
    r"[.,;:|•·!(/]|\s[-–—]\s|\b(?:all rights|alle rechte|tous droits|todos los|todos os|tutti i|an? |ltd|limited|inc|llc|gmbh|group|media|ag|s\.?a|s\.?r\.?l|sp|bv|verlag|p\.?\s?iva)\b",
    re.IGNORECASE,
)
_LEAST_OWNER_CHARS = 5


def _owner(rights: str, labels: list[str]) -> str | None:
    """Return the name in a line about rights that the site's address confirms, or None.

    >>> _owner("2024 The Sea Post Ltd. All rights reserved.", ["seapost"]), _owner("2024 Rain Ltd", ["seapost"])
    ('The Sea Post', None)
    """
    name = _BEHIND_OWNER.split(_NOT_OWNER.sub(" ", rights).strip(), maxsplit=1)[0].strip()
    key = _plain(name).removeprefix("the")
    is_named = len(key) >= _LEAST_OWNER_CHARS and " " in name and name[:1].isupper()
    return name if is_named and len(name) <= 50 and key in labels else None


#: Texts after a headline that are not a name: a section, a page number, a kind of page, a day.
_NO_NAME = re.compile(
    r".*\b(?:19|20)\d\d\b.*|(?:page|seite|teil|part|página|pagina|strona)\b.*|.*\b(?:infographic|forum|archive?|blog archive?|overview"
    r"|reviewed|tested|guide|tips|updates?|live|video)",
    re.IGNORECASE,
)
_MOST_WORDS = 6


def _behind_headline(page: PageData, headlines: set[str]) -> str | None:
    """Return the last part of a `<title>` whose rest is the headline that the page states or prints.

    Nothing else than the site's name is usual there: "Rain in Rome | Union of Sailors" above a page
    whose heading is "Rain in Rome".
    """
    border = list(_TITLE_BORDER.finditer(page.title))[-1]
    head, tail = page.title[: border.start()], page.title[border.end() :].strip()
    key = gazetteers.key(tail)
    first, *middle = _TITLE_BORDER.split(head)
    if middle and all(map(title_wording.is_section, middle)):
        head = first  # "Rain in Rome - Politics - The Post"
    is_headline = _has_words(head) and gazetteers.key(head) in headlines
    is_name = (
        2 < len(key) <= 50
        and key not in headlines
        and len(tail.split()) <= _MOST_WORDS
        and _is_capital(tail[0])
        and not _DOMAIN.fullmatch(tail)
        and not _NO_NAME.fullmatch(tail)
        and not title_wording.is_section(tail)
    )
    return tail if is_headline and is_name and ":" not in border[0] else None


def _is_capital(char: str) -> bool:
    """Tell whether a letter is a capital, or has no small form as in Arabic and Chinese."""
    return char.isalpha() and not char.islower()


_LEAST_CHARS_WITHOUT_SPACES = 8


def _has_words(head: str) -> bool:
    """Tell whether a text has several words, or is long in a script without spaces.

    >>> _has_words("Rain in Rome"), _has_words("Rome"), _has_words("扬州老浴室修缮两年后重新开门")
    (True, False, True)
    """
    is_spaced = head[:1].isupper() or head[:1].islower()
    return len(head.split()) > 1 or (not is_spaced and len(head) >= _LEAST_CHARS_WITHOUT_SPACES)


def _matches_domain(part: str, label: str) -> bool:
    """Tell whether a domain's label is the part's name, its first words or its initials.

    >>> _matches_domain("Ökologisch Bauen", "oekologischbauen"), _matches_domain("OSSO B.V", "osso")
    (True, True)
    >>> _matches_domain("Wine & Spirit Education Trust", "wsetglobal"), _matches_domain("Rain in Rome", "post")
    (True, False)
    """
    if not label:
        return False
    initials = "".join(word[0] for word in part.split() if word[:1].isalnum()).casefold()
    if len(initials) > 2 and (
        label in {initials, initials[1:], initials[:-1]}
        or (len(initials) > 3 and label.startswith(initials))
    ):
        return True
    for key in {gazetteers.key(part), _plain(part), _plain(part.lower().translate(_SPELLED))}:
        if key == label or (len(label) > 3 and key.startswith(label)):
            return True
        if len(label) > 4 and (label in key or (key in label and len(key) * 2 > len(label))):
            return True
    return False


def _plain(text: str) -> str:
    """Return the letters and digits of a text, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if char.isalnum())


def tidy(name: str) -> str:
    """Return a site name without its slogan.

    >>> tidy("SFist - San Francisco News, Restaurants, Events, & Sports"), tidy("www.sfist.com")
    ('SFist', 'sfist.com')
    """
    text = _WWW.sub("", fold(name)[:120].strip(" |-–—"))
    if len(text) > 30:
        text = _BEFORE_SLOGAN.split(text)[0] or text
    return text.strip()


_WWW = re.compile(r"^www\.", re.IGNORECASE)
_BEFORE_SLOGAN = re.compile(r"\s+[|\-–—:•·]\s+|\s*[|｜]\s*")


TAGGER = Tagger("outlet", COLUMNS, find)
