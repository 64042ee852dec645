"""What the name and the attributes of an element show: authors, dates, headlines, licences."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from copydesk.transforms.extract import kind_names
from copydesk.transforms.extract.page_elements import Attributes, Elements, Marks
from copydesk.transforms.tag.page import element_names
from copydesk.transforms.tag.page.visible_text import HIDDEN

# A date often follows one of these elements: a label, an icon, a break.
_BEFORE_DATES = frozenset({"br", "img", "b", "strong", "i", "span", "h5", "h6", "svg"})
_HEADS = frozenset({"meta", "link", "script", "title", "html", "h1", "time"})
#: The signs of some elements depend on their attributes, whatever their names say, and those of
#: others on none.
_ALWAYS_READ = frozenset({"link", "script"})
_OWN_SIGN = _HEADS - _ALWAYS_READ
_MARKED = element_names.AUTHOR | element_names.DATE
_TELLING_NAMES = _MARKED | element_names.HEADLINE
_LINKS = frozenset({"canonical", "license", "copyright", "alternate"})
_SAYS_NOTHING = HIDDEN | {"img", "input", "path", "body", "head", "source", "use"}


#: Pairs of `authors`, `dates` or `headings` and the kind of sign.
Marked = tuple[tuple[str, str], ...]


class Sign(NamedTuple):
    """What the name and the attributes of all elements of one kind show."""

    tag: str
    may_precede_date: bool  # A date may follow it.
    has_text: bool = False  # Its text may be a byline or a date.
    may_link: bool = False  # Its address may be the page of a person.
    named: str = ""
    marks: Marked = ()
    is_date: bool = False
    is_license: bool = False
    is_head: bool = False  # Its own attributes are read, as those of `meta`.
    flags: int = 0  # The same for all elements of a page at once.

    def flagged(self) -> Sign:
        """Return the sign with its flags."""
        is_telling = bool(self.marks) or self.is_license or self.is_head
        flags = PRECEDES_DATE * self.may_precede_date | HAS_TEXT * self.has_text
        return self._replace(flags=flags | MAY_LINK * self.may_link | TELLING * is_telling)


#: Flags of signs. An element of a telling sign is read, whatever its text says.
PRECEDES_DATE, HAS_TEXT, MAY_LINK, TELLING = 1, 2, 4, 8


def signs(elements: Elements) -> tuple[list[Sign], Marks]:
    """Return the sign of each kind of element, and whether its names may be those of a zone.

    Elements whose attributes tell nothing have the sign of their tag, without their names.
    """
    found = element_names.OF_KINDS.read(elements)
    may_tell = found.is_unsure | (found.bits & _TELLING_NAMES > 0)
    stated = kind_names.with_attributes(elements, ("itemprop", "property", "rel"))
    may_tell[stated[stated[:, 3] > stated[:, 2], 0]] = True
    kinds = zip(elements.names, may_tell.tolist(), found.bits.tolist(), strict=True)
    of_kinds = [
        sign_of(tag, elements.attributes_of_kind(kind), None if found.is_unsure[kind] else bits)
        if (tells and tag not in _OWN_SIGN) or tag in _ALWAYS_READ
        else _sign_of_tag(tag, tag in _OWN_SIGN)
        for kind, (tag, tells, bits) in enumerate(kinds)
    ]
    return of_kinds, found.is_unsure | (found.bits & element_names.MAY_BE_ZONE > 0)


def sign_of(tag: str, attributes: Attributes, marked: int | None = None) -> Sign:
    """Return what the name of an element and its `page_elements.TELLING` attributes show.

    `marked` are the bits of its names, if they are known.
    """
    if tag in _HEADS or tag in _SAYS_NOTHING or not attributes:
        return _sign_of_tag(tag, _is_telling_head(tag, attributes))
    named, prop, rel = element_names.naming(attributes)
    groups = element_names.marked_as(named) if marked is None else marked & _MARKED
    if not groups and not prop and not rel and "headline" not in named and tag != "a":
        return _sign_of_tag(tag, False)
    is_author, is_date = bool(groups & element_names.AUTHOR), bool(groups & element_names.DATE)
    may_precede_date = tag in _BEFORE_DATES
    words = rel.lower().split()
    is_license = "license" in words
    marks: Marked = ()
    if "author" in words:
        marks = (("authors", "rel"),)
        sign = Sign(tag, may_precede_date, named=named, marks=marks, is_license=is_license)
        return sign.flagged()
    if prop:
        marks = _of_property(prop.lower(), is_author)
    elif is_author:
        marks = (("authors", "class"),)
    elif "headline" in named and tag in {"h2", "h3", "div", "span", "p"}:
        marks = (("headings", "class"),)
    if is_date:
        marks += (("dates", "class"),)
    may_link = tag == "a" and not prop and not is_author
    has_text = not (is_date and is_author)
    return Sign(
        tag, may_precede_date, has_text, may_link, named, marks, is_date, is_license
    ).flagged()


@lru_cache(maxsize=1 << 10)
def _sign_of_tag(tag: str, is_head: bool) -> Sign:
    """Return what the name of an element shows without its attributes."""
    has_text = tag not in _HEADS and tag not in _SAYS_NOTHING
    sign = Sign(tag, tag in _BEFORE_DATES, has_text, may_link=tag == "a", is_head=is_head)
    return sign.flagged()


def _is_telling_head(tag: str, attributes: Attributes) -> bool:
    """Tell whether an element of the head is read. Most scripts and links are not."""
    if tag == "script":
        return "ld+json" in attributes.get("type", "").lower()
    if tag == "link":
        return attributes.get("rel", "").lower() in _LINKS
    return tag in _HEADS


def _of_property(prop: str, is_author: bool) -> Marked:
    last = prop.rsplit(":", 1)[-1]
    if last in {"author", "creator"} or "author" in last.split():
        return (("authors", "itemprop"),)
    if last in {"datepublished", "datecreated", "datemodified", "published_time", "pubdate"}:
        return (("dates", "itemprop"),)
    if last == "headline":
        return (("headings", "itemprop"),)
    return (("authors", "class"),) if is_author else ()
