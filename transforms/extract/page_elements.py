"""The elements of a parsed page as columns, read from one serialisation of its tree.

lxml makes a Python object for each element that is read. A page has a thousand elements, and
several readers need each of them. Serialising the tree takes a tenth of that time, and one compiled
loop over its tags gives the columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from lxml import etree
from lxml.html import HtmlElement

from copydesk.transforms import numba_cache

Index = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Attributes = Mapping[str, str]

#: Attributes that show the purpose of an element. Elements with the same name and the same values
#: of these are of one kind.
TELLING = (
    "class",
    "id",
    "itemprop",
    "property",
    "rel",
    "role",
    "style",
    "hidden",
    "aria-hidden",
    "name",
    "type",
    "data-testid",
    "data-test",
    "data-qa",
    "data-component",
)
#: First letters of lines that `element_names.opens_byline` and `BY_ALONE` match. A reference or a
#: character that is not ASCII may replace a space or a letter.
_BYLINE_STARTS = (
    *("by", "vo", "pa", "po", "di", "da", "av", "af", "do", "wr", "th", "mu", "ol", "pe"),
    *("te", "au", "re", "st", "wo", "ar", "pr", "pu", "sc", "es", "ge", "sk", "ha", "ya"),
)
_ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
#: The bit that ">" has and "<" has not.
_BIT_OF_END = np.uint8(ord("<") ^ ord(">"))
_NO_ELEMENT = re.compile(rb"<!--.*?-->|<\?.*?>", re.DOTALL)
#: The references that libxml2 writes for characters of text and attributes, besides the one for the
#: ampersand, which is decoded last. XML has no vertical tab and no form feed, so these become white space.
_REFERENCES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
)
_NUMERIC_REFERENCES = (
    ("&#10;", "\n"),
    ("&#9;", "\t"),
    ("&#13;", "\r"),
    ("&#xFFFD;", " "),
    ("&#11;", " "),
    ("&#12;", " "),
)


@dataclass(frozen=True)
class Elements:
    """The elements of a page in document order, and its tags, each with the text after it.

    Element `e` begins at tag `opened[e]` and ends at tag `closed[e]`, which is the same tag if the
    element is empty. `end[e]` is the first element after its inner elements. Elements with the same
    name and the same `TELLING` attributes are of one kind: `names` are those of each kind, and
    `kind[e]` is its number. The parent of the first element is -1, and its depth is 1.

    Each row of `values` is an attribute of a kind: the kind, the place of the attribute in
    `TELLING`, and the range of its value in `content`. They are in the order of kinds.
    """

    names: list[str]
    #: The first start tag of each kind, to search all `TELLING` attributes at once.
    start_tags: bytes
    values: Index
    kind: Index
    parent: Index
    depth: Index
    opened: Index
    closed: Index
    end: Index
    #: Whether the text after each tag may be a byline, and whether it may be a date.
    may_be_byline: Marks
    may_be_date: Marks
    #: The page in UTF-8 and with references, the range of each tag in it, and that of each
    #: element's `href`.
    content: bytes
    tag_starts: Index
    tag_ends: Index
    address: Index
    address_end: Index

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def distinct_names(self) -> tuple[list[str], Index]:
        """The different names of elements, and the number of each element's name among them."""
        numbers: dict[str, int] = {}
        of_kind = [numbers.setdefault(name, len(numbers)) for name in self.names]
        return [*numbers], np.array(of_kind, dtype=np.int64)[self.kind]

    def attributes_of_kind(self, kind: int) -> Attributes:
        """Return the `TELLING` attributes of a kind of elements."""
        found = self._attributes_of_kind.get(kind)
        if found is None:
            content, first = self.content, self._first_value
            found = {
                TELLING[told]: decoded(content[start:end].decode())
                for _, told, start, end in self._rows[first[kind] : first[kind + 1]]
            }
            self._attributes_of_kind[kind] = found
        return found

    def value(self, row: Sequence[int]) -> str:
        """Return the value in a row of `values`."""
        return decoded(self.content[row[2] : row[3]].decode())

    def attributes_of(self, element: int) -> Attributes:
        """Return the attributes of an element in order."""
        found = self._attributes.get(element)
        if found is None:
            found = self._attributes[element] = _attributes(self._start_tag(element).decode())
        return found

    def first_attribute(self, element: int, names: Iterable[str]) -> str:
        """Return the first of some attributes of an element that is not empty, or an empty string."""
        start_tag = self._start_tag(element)
        for opening in map(_opening, names):
            at = start_tag.find(opening)
            if at >= 0:
                at += len(opening)
                end = start_tag.index(b'"', at)
                if end > at:
                    return decoded(start_tag[at:end].decode())
        return ""

    def has(self, element: int, attribute: str) -> bool:
        """Tell whether an element has an attribute."""
        return _opening(attribute) in self._start_tag(element)

    def hrefs(self, elements: Index) -> list[str]:
        """Return the addresses that elements link to, or empty strings."""
        content = self.content
        places = zip(
            self.address[elements].tolist(), self.address_end[elements].tolist(), strict=True
        )
        found = [content[start:end] for start, end in places]
        together = decoded(b"\n".join(found).decode()).split("\n")
        if len(together) == len(found):  # No address contains the reference of a line break.
            return together
        return [decoded(address.decode()) for address in found]

    def href(self, element: int) -> str:
        """Return the address that an element links to, or an empty string."""
        start, end = self.address.item(element), self.address_end.item(element)
        return decoded(self.content[start:end].decode())

    def text(self, element: int) -> str:
        """Return the text between the start tag of an element and the next tag."""
        opened = self.opened_at[element]
        return "" if opened == self.closed_at[element] else self.text_after(opened)

    def body(self, script: int) -> str:
        """Return the text of a script, which several readers need."""
        found = self._bodies.get(script)
        if found is None:
            found = self._bodies[script] = self.text(script)
        return found

    def tail(self, element: int) -> str:
        """Return the text between the end tag of an element and the next tag."""
        return self.text_after(self.closed_at[element])

    def text_after(self, tag: int) -> str:
        """Return the text between a tag and the next one."""
        starts = self._starts
        if tag + 1 == len(starts):
            return ""
        return decoded(self.content[self._ends[tag] + 1 : starts[tag + 1] - 1].decode())

    # Views return Python integers, four times as fast as arrays and without making a list.
    @cached_property
    def opened_at(self) -> memoryview[int]:
        """`opened` for readers of single elements."""
        return self.opened.data

    @cached_property
    def closed_at(self) -> memoryview[int]:
        """`closed` for readers of single elements."""
        return self.closed.data

    @cached_property
    def _starts(self) -> memoryview[int]:
        return self.tag_starts.data

    @cached_property
    def _ends(self) -> memoryview[int]:
        return self.tag_ends.data

    @cached_property
    def _attributes(self) -> dict[int, Attributes]:
        """The attributes of the elements that were asked for."""
        return {}

    @cached_property
    def _attributes_of_kind(self) -> dict[int, Attributes]:
        """The attributes of the kinds that were asked for."""
        return {}

    @cached_property
    def _rows(self) -> list[list[int]]:
        """The rows of `values`."""
        rows: list[list[int]] = self.values.tolist()
        return rows

    @cached_property
    def _bodies(self) -> dict[int, str]:
        """The texts of the scripts that were asked for."""
        return {}

    @cached_property
    def _first_value(self) -> list[int]:
        """The first row of `values` of each kind, and the number of rows."""
        counts = np.bincount(self.values[:, 0], minlength=len(self.names))
        return [0, *np.cumsum(counts).tolist()]

    def _start_tag(self, element: int) -> bytes:
        tag = self.opened_at[element]
        return self.content[self._starts[tag] : self._ends[tag]]

    def are(self, names: Collection[str]) -> Marks:
        """Return whether each element has one of these names."""
        distinct, number = self.distinct_names
        return np.array([name in names for name in distinct], dtype=np.bool_)[number]

    def of_tag(self) -> Index:
        """The element of each tag."""
        found = np.empty(len(self.tag_starts), dtype=np.int64)
        found[self.opened] = found[self.closed] = np.arange(len(self))
        return found

    def inside(self, chosen: Marks) -> Marks:
        """Return whether each element is one of the chosen ones or inside one of them."""
        places = np.flatnonzero(chosen)
        if not len(places):
            return chosen
        return covered(places, self.end[places], len(self))


@lru_cache(maxsize=256)
def _opening(attribute: str) -> bytes:
    """Return the beginning of an attribute in a start tag."""
    return f' {attribute}="'.encode()


def covered(first: Index, end: Index, count: int) -> Marks:
    """Return which of `count` positions are in one of the ranges from `first` to before `end`.

    >>> covered(np.array([1]), np.array([3]), 4).tolist()
    [False, True, True, False]
    """
    steps = np.bincount(first, minlength=count + 1) - np.bincount(end, minlength=count + 1)
    return np.asarray(np.cumsum(steps[:-1]) > 0)


def read(tree: HtmlElement) -> Elements:
    """Return the elements of a tree.

    Removes the document type of the tree, because XHTML is serialised differently.
    """
    from copydesk.transforms.extract import tag_walk  # numba takes half a second to import

    tree.getroottree().docinfo.clear()
    content: bytes = etree.tostring(tree, encoding="utf-8", with_tail=False)
    codes, first, last = _marks(content)
    if not _are_tags(codes, first, last):
        content = _with_plain_names(_NO_ELEMENT.sub(b"", content))
        codes = np.frombuffer(content, dtype=np.uint8)
        first, last = np.flatnonzero(codes == ord("<")), np.flatnonzero(codes == ord(">"))
    telling, byline_starts = _constants()
    columns, tag_of_kind, values, holds = _walk()(codes, first, last, *telling, byline_starts)
    starts, ends = (first + 1)[tag_of_kind].tolist(), last[tag_of_kind].tolist()
    start_tags = [content[start:end] for start, end in zip(starts, ends, strict=True)]
    return Elements(
        names=[_name(tag.partition(b" ")[0]) for tag in start_tags],
        start_tags=b"\n".join(start_tags),
        values=values,
        kind=columns[0],
        parent=columns[1],
        depth=columns[2],
        opened=columns[3],
        closed=columns[4],
        end=columns[5],
        may_be_byline=holds & tag_walk.MAY_BE_BYLINE > 0,
        may_be_date=holds & tag_walk.MAY_BE_DATE > 0,
        content=content,
        tag_starts=first + 1,
        tag_ends=last,
        address=columns[6],
        address_end=columns[7],
    )


@lru_cache(maxsize=1 << 12)
def _name(beginning: bytes) -> str:
    """Return the name of an element from the beginning of its tag."""
    return beginning.rstrip(b"/").decode()


@cache
def _walk() -> Any:
    from copydesk.transforms.extract import tag_walk  # numba takes half a second to import

    return numba_cache.either(tag_walk.walk, tag_walk.walk_in_python)


@cache
def _constants() -> tuple[tuple[Index, int], npt.NDArray[np.uint8]]:
    """Return the hashes of telling attributes and of `href`, and the bytes that may begin a byline."""
    from copydesk.transforms.extract.tag_walk import hash_of

    starts = np.zeros((256, 256), dtype=np.uint8)
    other = [ord("&"), *range(0x80, 0x100)]
    for start in _BYLINE_STARTS:
        (low, second), (high, second_high) = start.encode(), start.upper().encode()
        starts[[[low], [high]], [second, second_high, *other]] = 1
    starts[other] = 1
    hashes = np.array(list(map(hash_of, TELLING)), dtype=np.int64)
    return (hashes, hash_of("href")), starts.ravel()


def _marks(content: bytes) -> tuple[npt.NDArray[np.uint8], Index, Index]:
    """Return the bytes of a page, and the positions of those that begin and end its tags.

    Texts and attributes do not contain these bytes, so they alternate. They differ in one bit.
    """
    codes = np.frombuffer(content, dtype=np.uint8)
    marks = np.flatnonzero((codes | _BIT_OF_END) == ord(">"))
    return codes, np.ascontiguousarray(marks[::2]), np.ascontiguousarray(marks[1::2])


def _are_tags(codes: npt.NDArray[np.uint8], first: Index, last: Index) -> bool:
    """Tell whether the marks alternate and are those of elements."""
    if (
        len(first) != len(last)
        or (codes[first] != ord("<")).any()
        or (codes[last] != ord(">")).any()
    ):
        return False
    opening = codes[first + 1]
    return not ((opening == ord("!")) | (opening == ord("?"))).any()


def _attributes(start: str) -> Attributes:
    """Return the attributes of a start tag."""
    found = _ATTRIBUTE.findall(start)
    if "&" in start:
        return {name: decoded(value) for name, value in found}
    return dict(found)


def _with_plain_names(content: bytes) -> bytes:
    """Return the page without "<" inside the names of elements and attributes."""
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
        if "&#" in text:
            for reference, character in _NUMERIC_REFERENCES:
                text = text.replace(reference, character)
        return text.replace("&amp;", "&")
    return text


def names(text: str) -> frozenset[str]:
    """Return the names of elements in a text with white space between them."""
    return frozenset(text.split())
