"""What may be done with the document: is it free to read, what is its licence, may it be mined."""

from __future__ import annotations

import re

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms import mining_reservation
from copydesk.transforms.tag.page.page_data import PageData, fold
from copydesk.transforms.tag.persons.caseless import Caseless
from copydesk.transforms.tag.tagger import Tagger, TagResult, View

COLUMNS = (
    column(
        "is_free",
        pa.bool_(),
        "false if the page's data or a wall says that the whole text needs payment or a log-in; true if the page's data says that it is free.",
    ),
    column(
        "license",
        pa.string(),
        "Licence that the page names: an SPDX identifier if it links to Creative Commons, otherwise the link or the words.",
    ),
    column(
        "tdm_reserved",
        pa.bool_(),
        "true if the page or the HTTP response reserves text and data mining (TDM Reservation Protocol, robots noai, noml), false if it says that mining is not reserved.",
    ),
)

_FREE = {"free": True, "unlocked": True, "open": True, "locked": False, "paid": False}
_FREE |= {"premium": False, "subscriber": False, "subscribers": False, "subscription": False}
_TIERS = (
    "article:content_tier",
    "content_tier",
    "content-tier",
    "cxenseparse:ash-articletype",
    "cxenseparse:accesslevel",
    "access_type",
)
_FLAGS = ("premium", "is_premium", "ispremium", "adv:premium", "is_paywalled", "paywall")
# A wall asks readers to do something (log in, subscribe) and mentions the rest of the text. A
# subscription that is merely offered does not mention the rest.
_WALL = Caseless(
    r"(?:subscribe|sign up|sign in|log ?in|register|join)\b.{0,40}\bto (?:continue|keep|finish) reading|"
    r"(?:subscribe|log ?in|register|sign in)\b.{0,30}\bto (?:read|view|access) (?:the (?:rest|full|whole|entire)|this (?:article|story|content))|"
    r"(?:the (?:rest|remainder) of )?this (?:article|story|content) is (?:only )?(?:available |reserved )?(?:for|to) (?:paying )?(?:subscribers|members)\b|"
    r"you(?:'|’)ve reached your (?:monthly |free )?(?:article )?limit|"
    r"(?:weiterlesen|jetzt lesen) mit .{1,20}(?:plus|\+|abo)\b|dieser (?:artikel|inhalt) ist (?:exklusiv )?(?:nur )?für .{0,20}abonnent|"
    r"(?:cet |l['’])article est réservé (?:à|aux) (?:nos |des )?abonnés|il vous reste .{1,15}de cet article à lire|"
    r"(?:este )?(?:artículo|contenido) (?:es )?exclusivo para suscriptores|suscríbete para (?:seguir|continuar) leyendo|"
    r"(?:questo )?articolo è riservato agli abbonati|dit artikel is (?:alleen )?(?:voor|exclusief voor) abonnees|"
    r"artikkelen er (?:kun )?for abonnenter|(?:den här )?artikeln är (?:exklusiv )?för prenumeranter|artiklen er (?:kun )?for abonnenter",
)
# Every match of `_WALL` has one of them.
_WALL_MARKS = (
    "subscri",
    "sign ",
    "login",
    "log in",
    "register",
    "join",
    "members",
    "reached your",
    "lesen mit",
    "abonn",
    "il vous reste",
    "suscr",
    "abbonati",
    "prenumer",
)
_CLAUSE = re.compile(
    r"creativecommons\.org/(?P<kind>licenses|publicdomain)/(?P<clause>[a-z+-]+)(?:/(?P<version>\d\.\d))?"
)


def find(view: View) -> TagResult:
    """Return access, licence and reservation as the page states them, and None for what it omits."""
    values: dict[str, object] = {}
    evidence: dict[str, str] = {}
    page = view.page
    free, source = _free(page, view) if page is not None else _walled(view)
    if free is not None:
        values["is_free"], evidence["is_free"] = free, source
    reserved, reserved_by = view.document.given.tdm_reserved, "given"
    if page is not None:
        licence, licensed_by = _licence(page)
        if licence:
            values["license"], evidence["license"] = licence, licensed_by
        reserved, reserved_by = _reserved(page, reserved)
    if reserved is not None:
        values["tdm_reserved"], evidence["tdm_reserved"] = reserved, reserved_by
    return TagResult(values, evidence)


def _free(page: PageData, view: View) -> tuple[bool | None, str]:
    stated = [
        d.is_free for d in page.statements.documents if not d.elsewhere and d.is_free is not None
    ]
    if stated:
        return all(stated), "json-ld"
    tier = _FREE.get(page.first(*_TIERS).lower())
    if tier is not None:
        return tier, "meta"
    if page.first(*_FLAGS).lower() in {"true", "yes", "1"}:
        return False, "meta"
    return _walled(view)


def _walled(view: View) -> tuple[bool | None, str]:
    """Return False if one of the last lines, cut or kept, is a wall.

    Walls come after the opening of an article, so they are near the end of the text.
    """
    ends = [line for line in view.document.extracted[-1500:].split("\n") if len(line) < 400][-8:]
    low = "\n".join(ends).lower()
    if not any([mark in low for mark in _WALL_MARKS]):  # noqa: C419  # faster than a generator
        return None, ""
    return (False, "text") if any(map(_is_wall, ends)) else (None, "")


def _is_wall(line: str) -> bool:
    low = line.lower()
    return any(mark in low for mark in _WALL_MARKS) and _WALL.search(line) is not None


def _licence(page: PageData) -> tuple[str | None, str]:
    said = [(d.license, "json-ld") for d in page.statements.documents if not d.elsewhere]
    said += [(link, "markup") for link in page.licenses]
    said += [
        (page.first("dc.rights.license", "dcterms.license", "license", "dc.license"), "meta"),
    ]
    fit = [(spdx(value), source) for value, source in said if value]
    return next(((v, s) for v, s in fit if 1 < len(v) <= 300), (None, ""))


def spdx(licence: str) -> str:
    """Return the SPDX identifier of a Creative Commons address, and any other licence as printed.

    >>> spdx("https://creativecommons.org/licenses/by-nc/4.0/"), spdx("All rights reserved")
    ('CC-BY-NC-4.0', 'All rights reserved')
    """
    found = _CLAUSE.search(licence.lower())
    if found is None:
        return fold(licence)
    version = f"-{found['version']}" if found["version"] else ""
    if found["kind"] == "publicdomain":
        return f"CC0{version or '-1.0'}" if found["clause"] == "zero" else "CC-PDDC"
    return f"CC-{found['clause'].upper()}{version}"


_ROBOTS = ("robots", "googlebot", "bingbot", "x-robots-tag")


def _reserved(page: PageData, given: bool | None) -> tuple[bool | None, str]:
    """Return whether mining is reserved, and the source.

    The page's statement under the TDM Reservation Protocol comes first, then the HTTP response,
    then the page's robots directives.
    """
    stated = mining_reservation.by_protocol(page.first("tdm-reservation"))
    if stated is not None:
        return stated, "meta"
    if given is not None:
        return given, "given"
    robots = [v for name in _ROBOTS for v in page.meta.get(name, ())]
    return mining_reservation.by_robots(robots), "meta"


TAGGER = Tagger("rights", COLUMNS, find)
