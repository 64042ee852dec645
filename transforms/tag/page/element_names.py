"""Signs in the class, id and address of an element: authors, dates and zones of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import or_

from copydesk.transforms.extract import kind_names
from copydesk.transforms.extract.model.fragment_automaton import NAME_SYMBOLS
from copydesk.transforms.extract.model.name_fragments import any_of
from copydesk.transforms.tag.persons import byline_lexicon
from copydesk.transforms.tag.persons.name_lexicon import words

#: All patterns of names in this module expect lower case. Ignoring case would take four times as
#: long.
_AUTHOR_WORDS = re.compile(
    r"author|byline|by-line|by_line|(?:^|\s)by(?:\s|$)|writer|contributor|autor|auteur|reporter|redakteur|redacteur|journalist|kicker__by|"
    r"forfatter|skribent|firma|signature(?!s|-?(?:list|count))|credits?(?!\w)|dateline|creator|posted-?by|written|tekijä|autheur|avtor|penulis|yazar(?!lar)|muhabir|szerz[oő](?!d)|kirjoittaj|toimittaja|redator(?!es)|articulista|jornalista|dziennikarz|novinar|συντακτ|συντάκτ|p-author|\bfn(?![\w-])|vcard"
)
#: Folders of the address of a person's page.
_AUTHOR_FOLDERS = words(
    """
    author authors autor autore autores autoren autori auteur auteurs contributor contributors
    profile profiles people staff reporter reporters writer writers journalist journalists
    columnist columnists by byline person redaktion redaktor bio team journaliste journalistes
    periodista periodistas penulis firma firmas skribent forfatter user users member members correspondent
    correspondents
    """
)
_AUTHOR_QUERY = re.compile(r"[?&]author=|/@[\w.-]+/?$", re.I)
_DATE_WORDS = re.compile(
    r"date|time|publish|posted|updated|modif|datum|fecha|heure|uhr|meta|stamp|pub-|byline|dateline|info"
)
_ANY_WORD = any_of((_AUTHOR_WORDS.pattern, _DATE_WORDS.pattern))
#: What names say of an element, as bits: it is the place of an author, of a date, of a headline, or
#: may be a zone.
AUTHOR, DATE, HEADLINE, MAY_BE_ZONE = 1, 2, 4, 8
BY = re.compile(
    r"\s*(?:by|von|par|por|di|da|av|af|door|written by|posted by|this post was written by|this article was written by|text|texte|tekst|teksti|autor|author|reporting by|story by|words by"
    r"|(?:propos )?recueillis? par|(?:publié|écrit|rédigé) par|scritto da|(?:escrito|publicado) por|geschreven door|skrev(?:et|en) av|skriven av)\b[\s:]",
    re.I,
)
#: Bylines whose first letter is not one of ASCII.
BY_OTHER = re.compile(
    r"\s*(?:(?:(?:本报|本報|特约|特約|见习|見習|实习|實習|首席)?(?:记者|記者)|文|作者|撰文|撰稿|執筆|取材・文|글|취재)\s?[:：／/|｜・\s]"
    r"|[가-힣]{2,4}\s?(?:기자|특파원)(?:\s|$)|(?:بقلم|كتبت?)\b|(?:автор|текст|írta|γράφει)\s*[:：])",
    re.I,
)
#: A byline inside a line that opens with a day or a source: "2024-05-03 来源：海报 作者：王小明".
BY_INSIDE = re.compile(
    r"(?:作者|撰文|记者|記者|文字)\s?[:：]\s?[\u4e00-\u9fff·]{2,4}(?:[、，,\s][\u4e00-\u9fff·]{2,4})*(?=\s|$)|(?<![가-힣])[가-힣]{2,4}\s?(?:기자|특파원)(?=[\s\])】]|$)"
)
#: A byline that closes a line with a day: "Publié le 3 mai 2024 à 18:04, par Ana Ruiz".
BY_AT_END = re.compile(
    r"(?<=[\d\s,|·•–—-])(?:by|par|por|di|von|door|av|af)\s+[^\W\d_]\S*(?:\s+[^\W\d_]\S*){1,3}\s*$",
    re.IGNORECASE,
)
#: First letters of the texts that `BY` matches.
BY_STARTS = frozenset("bvpdawtrsegBVPDAWTRSEG\u017f")
#: Characters of a label with its colon, at most (arbitrary).
_LABEL_CHARS = 24


def is_by_alone(line: str) -> bool:
    """Tell whether a line only says "by"."""
    return len(line) < 40 and line[0] in BY_STARTS and line.rstrip(" :\n\t").lower() in BY_ALONE


def opens_byline(line: str) -> bool:
    """Tell whether a line opens with words for "by", or with a label for its writer and a colon.

    >>> opens_byline("Haber: Deniz Kaya"), opens_byline("Haber ajansları nehrin yükseldiğini yazdı")
    (True, False)
    >>> opens_byline("About this week's guest:")
    False
    """
    if line[0] in BY_STARTS and BY.match(line):
        return True
    if line[0] > "\x7f" and BY_OTHER.match(line):
        return True
    found = byline_lexicon.opening(line) if ":" in line[:_LABEL_CHARS] else None
    return found is not None and found.lastgroup == "writer" and found[0].rstrip().endswith(":")


def byline_inside(line: str) -> str:
    """Return the byline after a day or a source in a line of Chinese or Korean, or an empty string."""
    found = None if line.isascii() or line[0] in BY_STARTS else BY_INSIDE.search(line)
    return found[0] if found else ""


#: Words for "by" that may fill an element of their own, before the element with the name.
BY_ALONE = frozenset(
    (
        "by",
        "written by",
        "words by",
        "article by",
        "article written by",
        "author(s)",
        "authors",
        "story by",
        "text by",
        "author",
        "von",
        "autor",
        "autorin",
        "par",
        "por",
        "door",
        "av",
        "af",
        "di",
    )
)
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./]\d\d?[./]\d\d")
# "hfeed" is left out, because hAtom sets it around every article. So are the boxes that a page
# builder sets around everything.
_ZONES = (
    ("comment", re.compile(r"comment|disqus|respond|discussion|reply|replies")),
    (
        "next",
        re.compile(
            r"next[-_]?(?:article|story|post)|up-next|infinite-?(?:article|story|post|item)"
        ),
    ),
    (
        "related",
        re.compile(
            r"related|recommend|sidebar|side-bar|popular|trending|most-?(?:read|viewed|popular)|more-(?:from|stories|news|on)|read-?(?:more|next)|"
            r"teaser|promo|carousel|newsletter|subscribe|(?<!elementor-)widget(?! blog\b)|latest|suggest|outbrain|taboola|recirc|river|(?<!h)feed|also-like|"
            r"previous-?post|post-?navigation|(?<!icon-)list-item|listing|(?<!author[-_])(?<!bio[-_])\bcards?\b|trailer|breaking|ticker",
        ),
    ),
    ("footer", re.compile(r"footer|copyright|colophon|legal")),
    (
        "nav",
        re.compile(
            r"\bnav(?:top|wrap)?\b|navbar|menu|breadcrumb|masthead|site-?header|dropdown|modal|popup|cookie|consent|search",
        ),
    ),
)
ZONE_TAGS = {
    "footer": "footer",
    "nav": "nav",
    "aside": "aside",
    "figure": "figure",
    "figcaption": "figure",
    "blockquote": "figure",
}


def names(attributes: Mapping[str, str]) -> str:
    """Return class, id, itemprop and test names of an element in one string, in lower case."""
    found = [attributes[key] for key in _NAMING if attributes.get(key)]
    return " ".join(found).lower()[:_MOST_CHARS]


_NAMING = (
    "class",
    "id",
    "itemprop",
    "property",
    "data-testid",
    "data-test",
    "data-qa",
    "data-component",
    "name",
)
_NAMES = frozenset(_NAMING)
_MOST_CHARS = 300
#: The expressions of zones without what must not be around them.
_ZONE_WORDS = re.sub(
    r"\(\?<?!(?:[^()]|\([^()]*\))*\)|\\b", "", "|".join(pattern.pattern for _, pattern in _ZONES)
)
#: The names of each kind of element and what they say, `HEADLINE` included.
OF_KINDS = kind_names.Names(
    attributes=_NAMING,
    patterns=(
        (AUTHOR, _AUTHOR_WORDS.pattern),
        (DATE, _DATE_WORDS.pattern),
        (HEADLINE, "headline"),
        (MAY_BE_ZONE, _ZONE_WORDS),
    ),
    symbols=NAME_SYMBOLS,
    by_word=False,
    most_of_value=_MOST_CHARS,
    most_of_kind=_MOST_CHARS,
)
_PROPERTIES = frozenset(("itemprop", "property"))


def naming(attributes: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the names of an element, its property and its relation.

    The names are those that `names` returns. Most elements have only one.
    """
    named = only = rel = ""
    n_names = 0
    for key, value in attributes.items():
        if key in _NAMES and value:
            n_names += 1
            named, only = value, key
        elif key == "rel":
            rel = value
    if n_names < 2:
        return named.lower()[:_MOST_CHARS], named if only in _PROPERTIES else "", rel
    prop = attributes.get("itemprop") or attributes.get("property") or ""
    return names(attributes), prop, rel


@lru_cache(maxsize=1 << 14)
def zone_named(named: str) -> str:
    """Return the zone that class and id name, or an empty string."""
    low = named.lower()
    return next((label for label, pattern in _ZONES if pattern.search(low)), "")


def is_author_path(href: str) -> bool:
    """Tell whether an address is that of a person's page.

    >>> is_author_path("/authors/ana-ruiz"), is_author_path("/news/authors")
    (True, False)
    """
    low = href.lower()
    return not _AUTHOR_FOLDERS.isdisjoint(low.split("/")[1:-1]) or (
        ("@" in low or "author=" in low) and _AUTHOR_QUERY.search(low) is not None
    )


def marked_as(named: str) -> int:
    """Tell whether names mark an author and whether they mark a date, as bits `AUTHOR` and `DATE`.

    The results are cached by name, because a page repeats a few names often.
    """
    return reduce(or_, map(_marks_of, named.split()), 0)


@lru_cache(maxsize=1 << 15)
def _marks_of(name: str) -> int:
    if not _ANY_WORD.search(name):
        return 0
    return AUTHOR * bool(_AUTHOR_WORDS.search(name)) | DATE * bool(_DATE_WORDS.search(name))
