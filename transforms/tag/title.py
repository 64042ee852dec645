"""The headline, without the words that the site puts around it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms import ledger
from copydesk.transforms.ledger import Cut, Removal
from copydesk.transforms.tag import address
from copydesk.transforms.tag.headlines import site_titles, text_header, title_wording
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import PageData, fold
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column(
        "title",
        pa.string(),
        "Headline without site name, section or label; null if the text has none.",
    ),
    column(
        "title_raw",
        pa.string(),
        "The headline as found, including site name, section and label.",
    ),
)

RULE, LABEL_RULE, RULE_VERSION = "headline", "headline_label", 1

_GENERIC = re.compile(
    r"(?:home|blog|news|article|articles|menu|search|404|not found|page not found|access denied|just a moment.*|untitled|index|welcome|newsletter|sign in|log in|subscribe|"
    r"(?:join|leave|post) (?:the|a|your) (?:discussion|comment|reply).*|cancel reply|comments?|related articles?|follow us.*|get .{0,30} in your inbox\.?)",
    re.I,
)
MAX_CHARS = 400
# Hosts where each subdomain is a site of its own.
_HOSTS_OF_MANY = frozenset({"blogspot", "wordpress", "substack", "tumblr", "github", "medium"})


def find(view: View) -> TagResult:
    """Return the headline that was given, that the page states or prints, or that a text has.

    A line at the top that prints the headline is removed from the text.
    """
    given = fold(view.document.given.title or "")
    keys = page_headings.site_keys(view)
    first = view.opening if view.page is None else text_header.Opening()
    if view.page is not None:
        url = view.document.url or view.values.get("canonical_url")
        host = address.host(url)
        label = gazetteers.key((address.registrable(host) or host).split(".")[0])
        if label in _HOSTS_OF_MANY:
            label = gazetteers.key(host.split(".")[0])
        raw, source = site_titles.after_site(view.page, label) or _of_page(view.page, keys)
        named = site_titles.named_by_address(view.page, title_wording.cleaned(raw, keys), url)
        raw, source = (named, "title") if named else (raw, source)
    else:
        raw, source = (
            (fold(text_header.bare_heading(view.lines[first.headline])), "text")
            if first.headline is not None
            else ("", "")
        )
    if given:
        differs = (
            f"given; {source} differs"
            if raw
            and gazetteers.key(title_wording.cleaned(raw, keys))
            != gazetteers.key(title_wording.cleaned(given, keys))
            else "given"
        )
        raw, source = given, differs
    if not raw:
        return NOTHING
    title = title_wording.cleaned(raw, keys)
    if view.page is None and not given:
        title = title_wording.without_outlet(title)
    values = {"title": title, "title_raw": raw}
    evidence = {"title": source, "title_raw": source.split(";")[0]}
    if view.page is None and not given:
        lines = [first.headline] if first.headline is not None and first.leaves else []
        labels = first.labels if lines else ()
    else:
        lines, labels = _repeated(view, title, raw), ()
    return TagResult(values, evidence, _cut(view, lines, labels))


def _repeated(view: View, title: str, raw: str) -> list[int]:
    """Return the numbers of the first lines that print the title again.

    In a plain text whose title was given, only the very first line can be one.
    """
    wanted = {gazetteers.key(title), gazetteers.key(raw)}
    heading = page_headings.main_heading(view.page, title) if view.page is not None else None
    if heading is not None and heading.how == "heading" and _prints(heading.text, title):
        wanted |= {gazetteers.key(heading.text), gazetteers.key(heading.value)} - {""}
    full = [i for i, line in enumerate(view.lines[:20]) if line and not line.isspace()]
    return [
        i
        for i in full[: 3 if view.page is not None else 1]
        if len(view.lines[i]) <= MAX_CHARS and gazetteers.key(view.lines[i]) in wanted
    ]


def _cut(view: View, lines: list[int], labels: tuple[int, ...]) -> tuple[Removal, ...]:
    """Return the removal of headline lines and labels and of the blank lines that remain at the top.

    Nothing is removed if the text has no other line.
    """
    if not lines:
        return ()
    gone = {*lines, *labels}
    if not any(line and not line.isspace() for i, line in enumerate(view.lines) if i not in gone):
        return ()  # A news flash consists of its headline.
    cuts = [Cut(i, RULE, RULE_VERSION) for i in lines]
    cuts += [Cut(i, LABEL_RULE, RULE_VERSION) for i in labels]
    for i, line in enumerate(view.lines):
        if i not in gone and line and not line.isspace():
            break
        if i not in gone and any(j < i for j in gone):
            cuts.append(Cut(i))
    return ledger.cut(view.document.extracted, (*view.document.removed, *view.removed), cuts)


def _of_page(page: PageData, keys: frozenset[str]) -> tuple[str, str]:
    """Return the headline of a page as printed, and its source.

    An article's own JSON-LD headline comes first, then the heading that prints what the page states
    elsewhere, then those other statements. In this order 87 % of some 650 known headlines were
    right. With headings first it was 77 % on news.
    """
    stated = [
        (text[:MAX_CHARS], source)
        for text, source in _stated(page)
        if not _GENERIC.fullmatch(title_wording.cleaned(text, keys))
    ]
    said = [text for text, _ in stated] + ([page.title] if page.title else [])
    # The site's name is left out, because a heading above the article prints it too.
    heads = [title_wording.cleaned(other, keys) for other in said]
    shared = title_wording.cleaned(page.first("og:title"), keys)
    printed = [
        text
        for text in _printed(page, keys)
        if any(_prints(text, other) for other in heads) or _is_last_part(text, shared)
    ]
    chosen, source = (
        (page.first("og:title")[:MAX_CHARS], "meta")
        if _is_for_machines(page, keys)
        else _chosen(page, keys, stated, printed)
    )
    return _without_kicker_or_deck(_in_full(chosen, [*said, *printed]), page, keys), source


def _chosen(
    page: PageData, keys: frozenset[str], stated: list[tuple[str, str]], printed: list[str]
) -> tuple[str, str]:
    """Choose the headline among the page's statements and the headings that print one of them."""
    shared = _key(page.first("og:title"), keys)
    agreed = [text for text in printed if gazetteers.key(text) == shared]
    for text, source in stated:
        if source == "json-ld":
            key = _key(text, keys)
            if agreed and key != shared and (_key(page.title, keys) == key or key.endswith(shared)):
                # JSON-LD holds a title for search engines or a kicker. The heading is what readers
                # see.
                return agreed[0], "markup"
            heads = [p for p in printed if len(p) > 10 and key.startswith(gazetteers.key(p))]
            if len(text) >= _CUT_HEADLINE_CHARS:
                heads += [p for p in printed if gazetteers.key(p).startswith(key)]
            return (max(heads, key=len), "markup") if heads else (text, source)
    if agreed:
        return agreed[0], "markup"
    if printed:
        return _longest_part(printed, page.title), "markup"
    if stated:
        return stated[0]
    return next(((text, "markup") for text in _printed(page, keys)), ("", ""))


#: Systems cut the headline of their JSON-LD at 110 characters, which was Google's limit; some of them between words.
_CUT_HEADLINE_CHARS = 95


#: Names of headings that repeat the title for search engines, in a breadcrumb or hidden.
_FOR_MACHINES = re.compile(r"breadcrumb|seo[-_]?(?:title|head)")


def _is_for_machines(page: PageData, keys: frozenset[str]) -> bool:
    """Tell whether the only heading, with the words of the `<title>`, is one for search engines.

    The title that the page shares is then nearer to what readers see, if it uses other words.
    """
    title, shared = _key(page.title, keys), _key(page.first("og:title"), keys)
    headings = [mark for mark in page.headings if mark.how == "heading"]
    return (
        bool(shared and headings)
        and not (title.startswith(shared) or shared.startswith(title))
        and all(
            mark.zone == "nav"
            and _FOR_MACHINES.search(mark.names)
            and _key(mark.text, keys) == title
            for mark in headings
        )
    )


def _key(text: str, keys: frozenset[str]) -> str:
    return gazetteers.key(title_wording.cleaned(text, keys))


def _longest_part(printed: list[str], title: str) -> str:
    """Return the first heading, or a much longer one that the `<title>` holds as well.

    A short first heading that the `<title>` holds too is often the name of a section.
    """
    whole = gazetteers.key(title)
    first = printed[0]
    others = [text for text in printed[1:] if gazetteers.key(text) in whole]
    longest = max(others, key=len, default="")
    short = gazetteers.key(first) in whole and len(first.split()) < 4
    return longest if short and len(longest) > 2 * len(first) else first


_CUT_SHORT = re.compile(r"\s*(?:\.\.\.|…)$")


def _in_full(text: str, others: list[str]) -> str:
    """Return the full form of a headline that was cut short, if a statement or heading prints it."""
    if not _CUT_SHORT.search(text):
        return text
    begun = gazetteers.key(_CUT_SHORT.sub("", text))
    full = [
        other
        for other in others
        if gazetteers.key(other).startswith(begun)
        and not _CUT_SHORT.search(other)
        and not title_wording.SEPARATOR.search(other)
    ]
    return min(full, key=len, default=text) if len(begun) > 9 else text


def _without_kicker_or_deck(text: str, page: PageData, keys: frozenset[str]) -> str:
    """Return a heading without the kicker before it or the deck behind it.

    Two statements must leave that part out. One statement is enough for a kicker before a title of
    three words.
    """
    documents = (d for d in page.statements.documents if not d.elsewhere and d.kind <= 2)
    said = [next((d.headline for d in documents if d.headline), ""), page.first("og:title")]
    said = [title_wording.cleaned(other, keys) for other in (*said, page.title) if other]
    whole = _key(text, keys)
    known = [gazetteers.key(other) for other in said]
    for other, key in zip(said, known, strict=True):
        if not key or key == whole or whole in known or len(key) * 5 < len(whole) * 2:
            continue
        if len(other.split()) < 3 or other.casefold() not in text.casefold():
            continue
        before, _, _ = text.casefold().partition(other.casefold())
        if whole.endswith(key) and before[-2:].strip() not in _JOINS:
            return other
        rest = text[len(before) + len(other) :].strip()
        if (
            whole.startswith(key)
            and known.count(key) > 1
            and (rest[:1].isupper() or rest[:1] == "|")
        ):
            return other
    return text


_JOINS = frozenset(":-–—")  # What comes before these characters is a part of the headline.


def _prints(heading: str, stated: str) -> bool:
    """Tell whether a heading can be the printed form of a stated headline.

    It must be as long and use much the same words. It may also be the first part of a title, or the
    last part after a site's name.
    """
    key, other = gazetteers.key(heading), gazetteers.key(stated)
    if len(heading) * 3 >= len(stated) and (
        key in other or title_wording.alike(heading, stated) >= 0.4
    ):
        return True
    parts = title_wording.SEPARATOR.split(stated)
    return len(parts) > 1 and len(key) > 9 and key in (gazetteers.key(parts[0]),)


def _is_last_part(heading: str, shared: str) -> bool:
    """Tell whether a heading is the last part of the title that a page shares: "Band – Song".

    A `<title>` ends with the site's name more often.
    """
    parts = title_wording.SEPARATOR.split(shared)
    key = gazetteers.key(heading)
    return len(parts) > 1 and len(key) > 9 and key == gazetteers.key(parts[-1])


def _stated(page: PageData) -> Iterable[tuple[str, str]]:
    for document in page.statements.documents:
        if not document.elsewhere and document.kind == 0 and document.headline:
            yield document.headline, "json-ld"
            break
    for name in (
        "og:title",
        "twitter:title",
        "parsely-title",
        "sailthru.title",
        "dc.title",
        "citation_title",
        "title",
    ):
        for value in page.meta.get(name, ())[:2]:
            if value:
                yield value, "meta"
    for document in page.statements.documents:
        if not document.elsewhere and 0 < document.kind <= 2 and document.headline:
            yield document.headline, "json-ld article"
            break
    if page.title:
        only = not page.first("og:title", "twitter:title")
        yield (title_wording.without_last(page.title) if only else page.title), "title"


# Classes of headings that print the site's name.
_OF_SITE = re.compile(r"\b(?:site|blog)[-_]?(?:title|name)|\blogo\b|branding")


def _printed(page: PageData, keys: frozenset[str]) -> list[str]:
    """Return the headings that may be the headline, in page order.

    Headings in menus and lists come last.
    """
    # A `<title>` of three parts or more may have the headline in two of them.
    is_plain = len(title_wording.SEPARATOR.split(page.title)) < 3
    found = [
        mark
        for mark in page.headings
        if 0 < len(mark.text) <= MAX_CHARS and (mark.how != "subheading" or is_plain)
    ]
    found.sort(
        key=lambda mark: (
            mark.how == "class",
            bool(_OF_SITE.search(mark.names)),
            mark.zone in {"nav", "footer", "comment", "related", "next", "aside"},
        )
    )
    stated = [gazetteers.key(text) for text in (page.title, page.first("og:title")) if text]
    texts = dict.fromkeys(_headline_of(mark.text, stated) for mark in found)
    return [
        text
        for text in texts
        if gazetteers.key(text)
        and gazetteers.key(text) not in keys
        and not _GENERIC.fullmatch(text)
    ]


def _headline_of(heading: str, stated: list[str]) -> str:
    """Return the headline in a heading of several blocks.

    A label or a day before the headline is left out if the page states the headline without it.

    >>> _headline_of("Gardening\\nHow to grow beans", ["howtogrowbeansthepost"])
    'How to grow beans'
    """
    lines = [fold(line) for line in heading.split("\n") if line.strip()]
    if len(lines) < 2 or any(gazetteers.key(heading) in text for text in stated):
        return fold(heading)
    for first in range(len(lines)):
        for last in range(len(lines), first, -1):
            part = " ".join(lines[first:last])
            key = gazetteers.key(part)
            if len(part.split()) > 1 and len(key) > 9 and any(t.startswith(key) for t in stated):
                return part
    return fold(heading)


TAGGER = Tagger(
    "title",
    COLUMNS,
    find,
    (
        (RULE, RULE_VERSION, "The line that prints the headline, which becomes `title`."),
        (LABEL_RULE, RULE_VERSION, "A section's name or an address above the headline of a text."),
    ),
)
