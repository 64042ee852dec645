"""The elements of a parsed page as columns, read from one serialisation of its tree.

lxml makes a Python object for each element that is read. A page has a thousand elements, and several readers need
each of them. Serialising the tree takes a tenth of that time, and splitting the result once gives all tags and the
text between them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from lxml import etree
from lxml.html import HtmlElement

Index = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Attributes = Mapping[str, str]

_ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
_NO_ELEMENT = re.compile(rb"<!--.*?-->|<\?.*?>", re.DOTALL)
_SLASH = ord("/")
#: What libxml2 writes for characters of text and attributes, the mark of a reference last. XML has no vertical tab and no
#: form feed; they are white space.
_REFERENCES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#10;", "\n"),
    ("&#9;", "\t"),
    ("&#13;", "\r"),
    ("&#xFFFD;", " "),
    ("&#11;", " "),
    ("&#12;", " "),
    ("&amp;", "&"),
)


@dataclass(frozen=True)
class Elements:
    """The elements of a page in document order, and its tags, each with the text behind it.

    Element `e` begins at tag `opened[e]` and ends at tag `closed[e]`, the same one where it is empty; `end[e]` is the
    first element behind those inside of it. The start tags of a page repeat: `names` and
    `attributes` are those of each different one, `kind[e]` is its number. The parent of the first element is -1, its depth 1.
    """

    names: list[str]
    attributes: list[Attributes]
    kind: Index
    parent: Index
    depth: Index
    opened: Index
    closed: Index
    end: Index
    #: The text behind each tag, in UTF-8 and with references; `decoded` gives its characters. Scripts are most of a page, and
    #: few of them are ever read.
    behind: list[bytes]

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def tag(self) -> list[str]:
        """The name of each element."""
        return [self.names[kind] for kind in self.kind.tolist()]

    def attributes_of(self, element: int) -> Attributes:
        """The attributes of an element in order."""
        return self.attributes[int(self.kind[element])]

    def text(self, element: int) -> str:
        """The text between the start tag of an element and the next tag."""
        opened = int(self.opened[element])
        return "" if opened == self.closed[element] else self.text_behind(opened)

    def tail(self, element: int) -> str:
        """The text between the end tag of an element and the next tag."""
        return self.text_behind(int(self.closed[element]))

    def text_behind(self, tag: int) -> str:
        """The text between a tag and the next one."""
        return decoded(self.behind[tag].decode())

    def are(self, names: Collection[str]) -> Marks:
        """Whether each element has one of these names."""
        of_kind = map(names.__contains__, self.names)
        return np.fromiter(of_kind, dtype=np.bool_, count=len(self.names))[self.kind]

    def of_tag(self) -> Index:
        """The element of each tag."""
        found = np.empty(len(self.behind), dtype=np.int64)
        found[self.opened] = found[self.closed] = np.arange(len(self))
        return found

    def inside(self, chosen: Marks) -> Marks:
        """Whether each element is one of the chosen ones or inside one of them."""
        places = np.flatnonzero(chosen)
        if not len(places):
            return chosen
        return covered(places, self.end[places], len(self))


def covered(first: Index, end: Index, count: int) -> Marks:
    """Which of `count` positions are in one of the ranges from `first` to before `end`.

    >>> covered(np.array([1]), np.array([3]), 4).tolist()
    [False, True, True, False]
    """
    steps = np.bincount(first, minlength=count + 1) - np.bincount(end, minlength=count + 1)
    return np.asarray(np.cumsum(steps[:-1]) > 0)


def read(tree: HtmlElement) -> Elements:
    """Read the elements of a tree. Removes its document type, because XHTML is serialised differently."""
    tree.getroottree().docinfo.clear()
    content: bytes = etree.tostring(tree, encoding="utf-8", with_tail=False)
    parts = _parts(content)
    tags = parts[1::2]
    if 2 * content.count(b">") + 1 != len(parts) or any(tag[0] in b"!?" for tag in tags):
        parts = _parts(_with_plain_names(_NO_ELEMENT.sub(b"", content)))
        tags = parts[1::2]
    is_end = np.array([tag[0] == _SLASH for tag in tags], dtype=np.bool_)
    is_empty = np.array([tag[-1] == _SLASH for tag in tags], dtype=np.bool_) & ~is_end
    starts = [tag for tag in tags if tag[0] != _SLASH]
    numbers = {start: number for number, start in enumerate(dict.fromkeys(starts))}
    distinct = [start.decode() for start in numbers]
    kind = np.fromiter(map(numbers.__getitem__, starts), dtype=np.int64, count=len(starts))
    # Tags that are open behind each tag.
    level = np.cumsum(np.where(is_end, -1, np.where(is_empty, 0, 1)))
    opened = np.flatnonzero(~is_end)
    depth = level[opened] + is_empty[opened]
    closed = opened.copy()
    # The start tags of a depth and its end tags take turns.
    wide = np.flatnonzero(~is_empty[opened])
    ends = np.flatnonzero(is_end)
    closed[wide[np.argsort(depth[wide], kind="stable")]] = ends[
        np.argsort(level[ends], kind="stable")
    ]
    return Elements(
        names=[start.partition(" ")[0].rstrip("/") for start in distinct],
        attributes=list(map(_attributes, distinct)),
        kind=kind,
        parent=_parents(depth),
        depth=depth,
        opened=opened,
        closed=closed,
        end=np.searchsorted(opened, closed, side="right"),
        behind=parts[2::2],
    )


def _parts(content: bytes) -> list[bytes]:
    """The alternating texts and tags of a page; neither texts nor attributes contain "<" or ">"."""
    return content.replace(b">", b"<").split(b"<")


def _parents(depth: Index) -> Index:
    """For each element the last one before it that is one level up; -1 for the first."""
    count = len(depth)
    places = depth * count + np.arange(count)
    order = np.argsort(places)
    parents = order[np.searchsorted(places[order], places - count) - 1]
    parents[0] = -1
    return parents


def _attributes(start: str) -> Attributes:
    """The attributes of a start tag."""
    found = _ATTRIBUTE.findall(start)
    if "&" in start:
        return {name: decoded(value) for name, value in found}
    return dict(found)


def _with_plain_names(content: bytes) -> bytes:
    """The page without "<" inside the names of elements and attributes."""
    plain = []
    for part in content.split(b">"):
        text, mark, tag = part.partition(b"<")
        plain.append(text + mark + tag.replace(b"<", b""))
    return b">".join(plain)


def decoded(text: str) -> str:
    """Decode a text or the value of an attribute to the characters in the tree."""
    if "&" in text:
        for reference, character in _REFERENCES:
            text = text.replace(reference, character)
    return text


def names(text: str) -> frozenset[str]:
    """The names of elements in a text with white space between them."""
    return frozenset(text.split())
