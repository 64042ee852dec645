"""Reads JSON-LD as pages carry it: broken, nested, in lists and graphs, with references."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from copydesk.transforms.tag.page import json_repairs

MAX_SCRIPT_CHARS = 1_000_000  # 99 % of 793 scripts have fewer than 23,000. The longest has 841,000.
MAX_SCRIPTS = 50
# Nodes visited on a page. 99 % of some 880 pages have at most 71, the largest has 3,433.
MAX_NODES = 5_000
MAX_DEPTH = 12
MAX_CHARS = 1_000  # Characters of one value.
MAX_KEYWORDS = 100  # Keywords of one document. Arbitrary: few pages name more than 30.

# Types of nodes that are the document itself, with a rank: the lower, the surer. Nodes of other
# types only give names to references.
_KINDS = {
    "newsarticle": 0,
    "article": 1,
    "reportagenewsarticle": 0,
    "opinionnewsarticle": 0,
    "analysisnewsarticle": 0,
    "backgroundnewsarticle": 0,
    "reviewnewsarticle": 0,
    "blogposting": 1,
    "liveblogposting": 0,
    "advertisercontentarticle": 1,
    "satiricalarticle": 0,
    "scholarlyarticle": 1,
    "medicalscholarlyarticle": 1,
    "techarticle": 1,
    "report": 1,
    "socialmediaposting": 2,
    "review": 2,
    "recipe": 2,
    "howto": 2,
    "claimreview": 3,
    "creativework": 2,
    "medicalwebpage": 2,
    "webpage": 3,
    "itempage": 3,
    "aboutpage": 3,
    "faqpage": 3,
    "videoobject": 4,
    "discussionforumposting": 2,
    "qapage": 3,
    "podcastepisode": 4,
}
_ORGANISATIONS = re.compile(
    r"organi[sz]ation|newsmedia|corporation|brand|website|localbusiness|ngo$", re.I
)
# Properties whose nodes are other documents, comments or list entries, not this document.
_ELSEWHERE = frozenset(
    {
        "itemlistelement",
        "haspart",
        "mentions",
        "comment",
        "comments",
        "review",
        "reviews",
        "relatedlink",
        "citation",
        "associatedmedia",
        "video",
        "liveblogupdate",
        "subjectof",
        "workexample",
        "isbasedon",
        "potentialaction",
        "item",
        "suggestedanswer",
        "image",
        "publisher",
        "author",
        "creator",
        "about",
        "breadcrumb",
        "aggregaterating",
        "offers",
        "step",
        "acceptedanswer",
        "itemreviewed",
    }
)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation that a statement names."""

    name: str
    is_organisation: bool | None = None  # None if the statement does not say.


@dataclass(frozen=True, slots=True)
class Statement:
    """What one JSON-LD node states about a document."""

    # 0: a news article, 1: an article, 2: like an article, 3: a web page, 4: a video or the like.
    kind: int
    elsewhere: bool  # The node is inside one that describes other documents.
    headline: str = ""
    name: str = ""
    authors: tuple[Agent, ...] = ()
    publisher: str = ""
    published: str = ""
    created: str = ""
    modified: str = ""
    section: str = ""
    language: str = ""
    url: str = ""
    types: tuple[str, ...] = ()  # In lower case, without the vocabulary's address.
    genre: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    image: str = ""
    license: str = ""
    is_free: bool | None = None  # None if the statement does not say.


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything a page's JSON-LD states: documents in order of trust, and the names of the site."""

    documents: tuple[Statement, ...] = ()
    site_names: tuple[str, ...] = ()

    def about(self, title: str) -> Statements:
        """Return the statements with the articles of other headlines marked as elsewhere.

        Pages describe the stories beside the article, too. Nothing is marked if no article has the
        headline that the page's `<title>` begins with.
        """
        wanted = title.casefold()
        own: set[int] = set()
        others: set[int] = set()
        for number, document in enumerate(self.documents):
            headline = document.headline.casefold()[:_COMPARED_CHARS]
            if document.kind <= _ARTICLES and not document.elsewhere and headline:
                is_own = len(headline) >= _LEAST_HEADLINE and wanted.startswith(headline)
                (own if is_own else others).add(number)
        if not own or not others:
            return self
        documents = [
            replace(document, elsewhere=document.elsewhere or number in others)
            for number, document in enumerate(self.documents)
        ]
        documents.sort(key=lambda document: (document.elsewhere, document.kind))
        return replace(self, documents=tuple(documents))


#: Kinds of statements that describe an article, and the characters of headlines that are compared: a
#: shorter one may be a section's (arbitrary).
_ARTICLES, _LEAST_HEADLINE, _COMPARED_CHARS = 1, 10, 60


def read(scripts: Iterable[str]) -> Statements:
    """Return the statements in the bodies of `application/ld+json` scripts.

    Parts that cannot be read are left out.

    >>> read(['{"@type":"NewsArticle","headline":"Rain","author":{"@type":"Person","name":"Bo Li"},}']).documents[0].authors
    (Agent(name='Bo Li', is_organisation=False),)
    """
    roots = [
        value
        for _, script in zip(range(MAX_SCRIPTS), scripts, strict=False)
        for value in _values(script)
    ]
    nodes = list(_nodes(roots))
    by_id = {
        _text(node["@id"]): node for node, _ in reversed(nodes) if "@id" in node and len(node) > 1
    }
    documents, sites = [], []
    for node, elsewhere in nodes:
        kinds = [_KINDS[t] for t in _types(node) if t in _KINDS]
        if kinds:
            documents.append(_statement(node, min(kinds), elsewhere, by_id))
        elif not elsewhere and any(
            t in {"website", "newsmediaorganization", "organization"} for t in _types(node)
        ):
            sites.append(_text(node.get("name")))
    documents.sort(key=lambda document: (document.elsewhere, document.kind))
    return Statements(tuple(documents[:50]), tuple(dict.fromkeys(name for name in sites if name)))


def _values(script: str) -> Iterator[Any]:
    """Yield the JSON values of one script body. Common faults are repaired."""
    body = script.strip()
    if not body or len(body) > MAX_SCRIPT_CHARS:
        return
    body = json_repairs.uncommented(body)
    for repaired in json_repairs.REPAIRS:
        try:
            yield json.loads(repaired(body), strict=False)
            return
        except (ValueError, RecursionError):
            continue
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(body.lstrip("; \n\t"))
    except (ValueError, RecursionError):
        return
    yield value


def _nodes(roots: list[Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the objects in document order, each with whether it belongs to another document."""
    stack: list[tuple[Any, bool, int]] = [(root, False, 0) for root in reversed(roots)]
    seen = 0
    while stack and seen < MAX_NODES:
        value, elsewhere, depth = stack.pop()
        seen += 1
        if isinstance(value, list):
            stack.extend(
                (item, elsewhere, depth)
                for item in reversed(value[:500])
                if isinstance(item, dict | list)
            )
        elif isinstance(value, dict) and depth < MAX_DEPTH:
            yield value, elsewhere
            for key in reversed(value):
                if isinstance(value[key], dict | list):
                    stack.append(
                        (value[key], elsewhere or str(key).lower() in _ELSEWHERE, depth + 1)
                    )


def _types(node: dict[str, Any]) -> list[str]:
    types = node.get("@type") or node.get("type")
    found = types if isinstance(types, list) else [types]
    return [
        t.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for t in found[:10] if isinstance(t, str)
    ]


def _statement(
    node: dict[str, Any], kind: int, elsewhere: bool, by_id: dict[str, dict[str, Any]]
) -> Statement:
    page = node.get("mainEntityOfPage")
    authors = _agents(node.get("author"), by_id) or _agents(node.get("creator"), by_id)
    publisher = _agents(node.get("publisher"), by_id)
    return Statement(
        kind=kind,
        elsewhere=elsewhere,
        headline=_text(node.get("headline")),
        name=_text(node.get("name")),
        authors=authors,
        publisher=publisher[0].name if publisher else "",
        published=_text(node.get("datePublished")),
        created=_text(node.get("dateCreated")) or _text(node.get("uploadDate")),
        modified=_text(node.get("dateModified")),
        section=_text(node.get("articleSection")),
        language=_text(node.get("inLanguage")),
        url=_text(node.get("url")) or _text(page.get("@id") if isinstance(page, dict) else page),
        types=tuple(_types(node)),
        genre=_text(node.get("genre")),
        description=_text(node.get("description")) or _text(node.get("abstract")),
        keywords=_keywords(node.get("keywords")),
        image=_image(node.get("image"), by_id) or _image(node.get("thumbnailUrl"), by_id),
        license=_address(node.get("license")),
        is_free=_is_free(node),
    )


def _keywords(value: Any) -> tuple[str, ...]:
    """Return the words of a `keywords` property, which is a list or one string with commas."""
    listed = value if isinstance(value, list) else [value]
    found = [_text(item) for item in listed[:MAX_KEYWORDS]]
    if len(found) == 1:
        found = found[0].split(",")[:MAX_KEYWORDS]
    return tuple(word for word in (item.strip() for item in found) if word)


def _image(value: Any, by_id: dict[str, dict[str, Any]]) -> str:
    """Return the address of the first image of an `image` property."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, dict):
        named = value if value.get("url") else by_id.get(_text(value.get("@id")), value)
        value = named.get("url") or named.get("contentUrl")
    return _address(value)


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("url") or value.get("@id")
    return _text(value)


def _is_free(node: dict[str, Any]) -> bool | None:
    """Return what `isAccessibleForFree` states about the document or a part of it.

    https://developers.google.com/search/docs/appearance/structured-data/paywalled-content
    """
    parts = node.get("hasPart")
    said = [node.get("isAccessibleForFree")]
    said += [
        part.get("isAccessibleForFree")
        for part in (parts if isinstance(parts, list) else [parts])[:20]
        if isinstance(part, dict) and "cssSelector" in part
    ]
    words = {str(value).rsplit("/", 1)[-1].strip().lower() for value in said}
    return False if words & {"false", "no"} else True if words & {"true", "yes"} else None


def _agents(value: Any, by_id: dict[str, dict[str, Any]], depth: int = 0) -> tuple[Agent, ...]:
    """Return the people and organisations of an `author`, `creator` or `publisher`, in order."""
    if isinstance(value, str):
        said = _clean(value)
        return (Agent(said),) if said else ()
    if isinstance(value, list) and depth < 3:
        found = (agent for item in value[:50] for agent in _agents(item, by_id, depth + 1))
        return tuple(dict.fromkeys(found))
    if not isinstance(value, dict):
        return ()
    if "@list" in value:
        return _agents(value["@list"], by_id, depth + 1) if depth < 3 else ()
    node = value
    if not node.get("name") and "@id" in node:
        node = by_id.get(_text(node["@id"]), node)
    types = _types(node)
    organisation = any(_ORGANISATIONS.search(t) for t in types) if types else None
    name: Any = node.get("name")
    if not name and (node.get("givenName") or node.get("familyName")):
        name = f"{_text(node.get('givenName'))} {_text(node.get('familyName'))}".strip()
    if isinstance(name, list):
        return tuple(
            Agent(_clean(n), organisation) for n in name[:50] if isinstance(n, str) and _clean(n)
        )
    said = _text(name)
    return (Agent(said, organisation),) if said else ()


def _text(value: Any) -> str:
    """Return the first string in a value that may be a string, a list or a `@value` object."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return _clean(str(value)) if not isinstance(value, int) or abs(value) < 10**15 else ""


def _clean(value: str) -> str:
    """Return the text of a value without tags and with white space folded.

    Entities are decoded, twice if they are encoded twice.
    """
    text = value[: MAX_CHARS * 2]
    for _ in range(2):
        if "&" in text:
            text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"<[^<>]{0,300}>", " ", text)
    return " ".join(text.split())[:MAX_CHARS]
