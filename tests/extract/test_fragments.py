"""The automaton of name fragments finds what the regular expressions find."""

import re
from itertools import product
from string import ascii_lowercase

import pytest

from copydesk.transforms.extract import blocks
from copydesk.transforms.extract.model import vocabulary
from copydesk.transforms.extract.model.fragment_automaton import NAME_SYMBOLS, spelled
from copydesk.transforms.extract.parse import parse_with_elements
from copydesk.transforms.tag.page import element_names

FRAGMENTS = sorted(
    {word for _, pattern in vocabulary.CLASS_GROUPS for word in re.findall("[a-z]+", pattern)}
)
NAMES = [
    *FRAGMENTS,
    *(first + last for first, last in product(FRAGMENTS[::7], FRAGMENTS[::11])),
    *(
        "credits-row",
        "credits2",
        "credit_line",
        "by",
        "by-",
        "fn",
        "fn-x",
        "x-fn",
        "a_fn",
        "posted-by",
    ),
    *("signature-list", "signatures", "signature-lists", "signature-2", "pub-date", "relatedLinks"),
    *("HTMLBody", "isHIDDENBox", "textCenter", "text-muted", "Post", "posted", "post2", "col-2"),
]


def _page(values: list[str]) -> str:
    return "".join(f'<p class="{value}">x</p>' for value in values)


def _class_groups(name: str) -> int:
    """Return the groups whose expressions are found in a word of the name."""
    words = [word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]{2,}", name)]
    return sum(
        vocabulary.GROUP_BITS[group]
        for group, pattern in vocabulary.CLASS_GROUPS
        if any(re.search(pattern, word) for word in words)
    )


def test_names_of_each_kind_have_the_groups_that_the_expressions_find() -> None:
    elements, _ = parse_with_elements(_page(NAMES))
    _, classes = blocks._names(elements)
    marks = element_names.OF_KINDS.read(elements)
    assert not marks.is_unsure.any()
    seen = 0
    for kind in range(len(elements.names)):
        name = elements.attributes_of_kind(kind).get("class", "")
        seen += bool(name)
        assert int(classes[kind]) == vocabulary.class_groups(name) == _class_groups(name), name
        expected = element_names.marked_as(name.lower())
        bits = int(marks.bits[kind])
        assert bits & (element_names.AUTHOR | element_names.DATE) == expected, name
        assert bits & element_names.MAY_BE_ZONE or not element_names.zone_named(name), name
    assert seen == len(set(NAMES))


def test_long_and_foreign_names_are_read_by_the_expressions() -> None:
    values = ["related " + "x" * 300, "x" * 300 + " related", "caf\u00e9-menu", "a &amp; menu"]
    elements, _ = parse_with_elements(_page(values))
    _, classes = blocks._names(elements)
    of_class = {
        elements.attributes_of_kind(kind).get("class", ""): int(classes[kind])
        for kind in range(len(elements.names))
    }
    bits = vocabulary.GROUP_BITS
    assert [of_class[value.replace("&amp;", "&")] for value in values] == [
        bits["related"],
        0,
        bits["nav"],
        bits["nav"],
    ]


def test_kinds_with_the_same_classes_and_ids_have_the_same_signature() -> None:
    elements, _ = parse_with_elements(
        "<p class='a b' style='x'>1<p class='a b'>2<p class=a id=b>3<p class=a>4<div class=a>5<p id=a>6"
    )
    signature, _ = blocks._names(elements)
    first, same, joined, other, div, only_id = signature[elements.kind[-6:]].tolist()
    assert first == same == joined
    assert len({first, other, div}) == 3
    assert only_id == other


def test_an_expression_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="position 1"):
        spelled("a+b", ascii_lowercase)
    with pytest.raises(ValueError, match="cannot be spelled out from position 1"):
        spelled("a)b", NAME_SYMBOLS)


def test_the_tree_that_is_parsed_again_has_the_elements_that_were_read() -> None:
    page = "<!DOCTYPE html><body><div><template shadowrootmode='open'><p>Rain.</p></template></div>"
    elements, tree = parse_with_elements(page)
    names = [elements.names[kind] for kind in elements.kind]
    assert [node.tag for node in tree().iter("*")] == names
    assert names[-3:] == ["div", "div", "p"]
    assert tree() is not tree()
