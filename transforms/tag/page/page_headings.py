"""What several taggers read from a page: its main heading, and the names of its site."""

from __future__ import annotations

import re
from functools import lru_cache

from copydesk.transforms.tag import address
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page.page_data import Mark, PageData
from copydesk.transforms.tag.tagger import View

#: A subdomain of fewer letters is a language, a section or a device (arbitrary).
LEAST_LABEL_CHARS = 6
_PARTS = re.compile(r"\s+[|\-–—:•·]\s+|[()（）]")


def site_names(page: PageData) -> list[tuple[str, str]]:
    """Return the names that the page gives its site with their sources, the most trusted first."""
    found = [(page.first("og:site_name"), "meta")]
    found += [(d.publisher, "json-ld") for d in page.statements.documents[:3]]
    found += [(name, "json-ld") for name in page.statements.site_names]
    metas = (
        "application-name",
        "apple-mobile-web-app-title",
        "al:ios:app_name",
        "al:android:app_name",
        "dc.publisher",
        "cre",
        "publisher",
    )
    found += [(page.first(name), "meta") for name in metas]
    return [
        (name, source)
        for name, source in dict(found).items()
        if 0 < len(name) <= 120 and not name.startswith(("http", "@"))
    ]


def site_keys(view: View) -> frozenset[str]:
    """Return the folded names of the outlet and its site, to tell them from people and headlines."""
    names = [name for name, _ in site_names(view.page)] if view.page is not None else []
    values = (view.values.get("outlet"), view.values.get("outlet_id"), view.document.given.outlet)
    names += [str(value) for value in values if value]
    return _keys(tuple(names), address.host(view.document.url or view.values.get("canonical_url")))


# The documents of an outlet have the same names, and several taggers ask for them.
@lru_cache(maxsize=256)
def _keys(stated: tuple[str, ...], host: str) -> frozenset[str]:
    """Return the folded forms of stated names, of those of a host, and of their parts."""
    names = list(stated)
    if host:
        names += [host, host.split(".")[-2] if host.count(".") else host]
        names += [label for label in host.split(".")[:-2] if len(label) >= LEAST_LABEL_CHARS]
        names += gazetteers.names_at(host)
    found = {gazetteers.key(name) for name in names}
    found |= {
        gazetteers.key(part) for name in names for part in _PARTS.split(name) if len(part) > 3
    }
    return frozenset(key for key in found if len(key) > 1)


def main_heading(page: PageData, title: str | None) -> Mark | None:
    """Return the heading that prints the title, or the first heading outside menus and lists."""
    wanted = gazetteers.key(title or "")
    printed = [mark for mark in page.headings if mark.text]
    for mark in printed:
        if wanted and gazetteers.key(mark.text) == wanted:
            return mark
    if len(wanted) > 9:  # The title may lack the kicker or day that the heading prints.
        for mark in printed:
            key = gazetteers.key(mark.text)
            if len(key) < 2 * len(wanted) and (key.endswith(wanted) or key.startswith(wanted)):
                return mark
    for mark in printed:
        if mark.how == "heading" and mark.zone not in {
            "nav",
            "footer",
            "comment",
            "related",
            "next",
        }:
            return mark
    return next((mark for mark in printed if mark.how == "heading"), None)
