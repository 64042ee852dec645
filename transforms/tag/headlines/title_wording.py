"""The wording of headlines: labels before them, and names of sites and sections around them."""

from __future__ import annotations

import re
from functools import lru_cache

from copydesk.transforms.tag.lookup import gazetteers

SEPARATOR = re.compile(
    r"\s+(?:[|\-–—·•»«/:<>]|::|\|\||--)\s+|\s*[|｜»ㅣ]\s*|(?<=[\u3040-\u30ff\u4e00-\u9fff])_(?=[\u3040-\u30ff\u4e00-\u9fff])|\s+[|»]|[：:]\s+(?=\S{2,40}$)|："
)
# Labels before a headline that are no part of it. "Breaking:" and "Exclusive:" stay, because papers
# print them as headline.
_LABEL = re.compile(
    r"^(?:title|headline|opinion|live|live updates|live blog|titre|titel|título|titolo|print(?:er)?(?:[- ]friendly)?(?: version)?|druckversion|version imprimable|versione stampabile|versión para imprimir)\s*(?:[|｜]|:(?=\s))\s*",
    re.I,
)
_SECTIONS = re.compile(
    r"(?:world|us|u\.s\.|uk|asia|europe|africa|americas|middle east|local|national|international|politics|business|economy|finance|money|markets|technology|tech|science|health|"
    r"sports?|football|soccer|entertainment|culture|arts|music|movies|film|books|tv|television|lifestyle|life|style|fashion|food|travel|opinion|comment|editorial|video|"
    r"photos|education|environment|climate|media|society|news|breaking news|blog|home|features|reviews?|politik|wirtschaft|sport|kultur|panorama|wissen|gesellschaft|ausland|"
    r"inland|politique|économie|société|monde|deportes|economía|política|mundo|cultura|sociedad|internacional|opinión|cronaca|esteri|economia|politica|nachrichten|noticias|actualités?)",
    re.I,
)
_CJK_SECTION = re.compile(
    r"(?<=.{8})\s?[-–|]\s?[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{1,5}$"
)  # Separators before the site's name, without spaces.


def is_section(text: str) -> bool:
    """Tell whether a text is the name of a section that many papers have: "World", "Politik"."""
    return _SECTIONS.fullmatch(text.strip()) is not None


def without_last(title: str) -> str:
    """Return a `<title>` without its last segment.

    On a page that states no other title, the last segment is the site's name.
    """
    borders = list(SEPARATOR.finditer(title))
    if borders and all(border[0] == "_" for border in borders):
        del borders[1:]  # Chinese sites write headline_section_site.
    head = (
        title[: borders[-1].start()].strip()
        if borders and borders[-1][0].strip() not in {":", "："}
        else ""
    )
    return head if len(head.split()) >= 3 or (head and not head.isascii()) else title


def alike(a: str, b: str) -> float:
    """Return the share of the shorter text's words that the other text has.

    >>> alike("Rain in Rome", "Heavy rain in Rome | The Paper")
    1.0
    """
    x, y = _words(a), _words(b)
    return len(x & y) / min(len(x), len(y)) if x and y else 0.0


@lru_cache(maxsize=1 << 8)  # Each heading of a page is compared with each title that it states.
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=1 << 8)  # A page states a headline several times.
def cleaned(raw: str, keys: frozenset[str]) -> str:
    """Return a headline without the labels before it and the names of site and sections around it.

    >>> cleaned("Opinion | Why rain falls - The Paper", frozenset({"paper"}))
    'Why rain falls'
    >>> cleaned("23.01.2022 - Rain in Rome", frozenset()), cleaned("雨が降り川の水位が上がった-新华网", frozenset())
    ('Rain in Rome', '雨が降り川の水位が上がった')
    >>> cleaned("Print: Rain in Rome", frozenset())
    'Rain in Rome'
    >>> cleaned("Negotiations ahead: two sides meet", frozenset())      # a colon of its own stays
    'Negotiations ahead: two sides meet'
    """
    raw = raw.replace("\u00ad", "")  # A place to break a long word.
    text = _LABEL.sub("", raw).strip() or raw
    text = _LEADING_DAY.sub("", text) or text
    for _ in range(4):
        cut = _without_edge(text, keys)
        if cut == text or not gazetteers.key(cut):
            break
        text = _CJK_SECTION.sub("", cut)
    return _CJK_SITE.sub("", text)


_PRESS = re.compile(
    r"\b(?:news|times|post|herald|tribune|gazette|journal|telegraph|chronicle|daily|observer|courier|press|"
    r"zeitung|nachrichten|tagblatt|anzeiger|kurier|rundschau|diario|periódico|jornal|corriere|giornale|"
    r"gazeta|dagblad|tidningen|avis|новости|газета)\b|\.[a-z]{2,4}$",
    re.I,
)
_NAME_WORDS = 4


def without_outlet(title: str) -> str:
    """Return the headline of a plain text without the name of an outlet behind the last mark.

    >>> without_outlet("Rain falls in Rome | Sea & Sand"), without_outlet("Rain falls in Rome - The Sea Post")
    ('Rain falls in Rome', 'Rain falls in Rome')
    >>> without_outlet("Rain falls in Rome - and in Oslo")
    'Rain falls in Rome - and in Oslo'
    """
    borders = list(SEPARATOR.finditer(title))
    if not borders:
        return title
    mark, head = borders[-1][0].strip(), title[: borders[-1].start()].strip()
    tail = title[borders[-1].end() :].strip()
    is_long = len(head.split()) >= 3 or (not head.isascii() and len(head) >= _LEAST_HEAD)
    if not is_long or not tail or len(tail.split()) > _NAME_WORDS:
        return title
    is_outlet = mark in {"|", "｜"} or (
        mark in {"-", "–", "—", "·", "•"}
        and bool(_PRESS.search(tail) or gazetteers.outlet_named(tail) or gazetteers.agency(tail))
    )
    return head if is_outlet else title


_LEAST_HEAD = 6  # Characters of a headline in a script without spaces.
_LEADING_DAY = re.compile(r"^\d{1,2}\.\d{1,2}\.(?:19|20)\d\d\s*[-–|:]?\s+(?=\S{3})")
# Chinese sites end their titles in "-新华网".
_CJK_SITE = re.compile(
    r"(?<=.{8})\s?[-–|_]\s?[\u4e00-\u9fff]{1,6}(?:网|網|报|報|新闻|新聞|在线|频道)$"
)


def _without_edge(text: str, keys: frozenset[str]) -> str:
    """Return the text without a segment at its end that names the site or a section.

    If there is none at the end, one at the start is removed.
    """
    borders = list(SEPARATOR.finditer(text))
    if not borders:
        return text
    for border in (borders[-1], *reversed(borders[:-1])):
        tail = text[border.end() :]
        if _is_site(tail, keys):
            return text[: border.start()].strip()
    last, first = borders[-1], borders[0]
    tail, head = text[last.end() :], text[: first.start()]
    if _SECTIONS.fullmatch(tail.strip()) and last[0].strip() in {
        "|",
        "-",
        "–",
        "—",
        "·",
        "｜",
        "•",
    }:
        return text[: last.start()].strip()
    if _is_site(head, keys) or (
        _SECTIONS.fullmatch(head.strip()) and first[0].strip() in {"|", "｜"}
    ):
        return text[first.end() :].strip()
    return text


#: Letters that suffice to recognise a brand by the beginning of a site's name. Arbitrary.
_MIN_BRAND_CHARS = 4


def _is_site(segment: str, keys: frozenset[str]) -> bool:
    folded = gazetteers.key(segment)
    brand = folded.removesuffix("blog")  # "Rust Blog" at rust-lang.org
    return bool(folded) and (
        folded in keys
        or (
            brand != folded
            and len(brand) >= _MIN_BRAND_CHARS
            and any(key.startswith(brand) for key in keys)
        )
        or any(
            folded in {key + "com", key + "de", key + "news", key + "online"}
            or key in {folded + "com", folded + "news"}
            for key in keys
        )
    )
