"""The rules in the form in which cleaning reads them: what is slow to derive is packaged.

To read the phrases of thirty languages, and from each pattern how its matches begin, takes a second
of CPU. `data/rules.zip` holds the result. It carries the digest of the modules that it was made from:
where they have changed, the table is built from them again, which is slow but right, and a test
fails until `python -m training.packed_rules` has written the file again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile

from copydesk.transforms.clean.patterns.pattern_literals import (
    alternatives,
    needs_digit,
    prefixes,
    required,
)
from copydesk.transforms.clean.rule import (
    NO_SENTENCE,
    SENTENCE,
    SHORT_SENTENCE,
    Place,
    Rule,
    RuleEntry,
)

FILE = "rules.zip"
INDEX = "index"
Content = dict[str, Any]  # values of JSON


class Alternative(NamedTuple):
    """One alternative of a rule's patterns, tried in the order of `number`."""

    number: int
    rule: int  # its index in `RuleTable.entries`
    pattern: str
    literals: Sequence[str]  # one of which every match contains
    takes: int  # `NO_SENTENCE`, `SHORT_SENTENCE` or `SENTENCE`: up to which it takes lines
    needs_digit: bool


class PatternTable(NamedTuple):
    """The patterns of one place and one set of languages: `heads` files them under how matches begin."""

    alternatives: Sequence[Alternative]
    heads: Mapping[str, Sequence[int]]
    beginnings: Collection[str]  # of the heads, and the heads themselves


class RuleTable:
    """The rules in the order in which they are tried, and their patterns by place and language."""

    def __init__(self, content: Mapping[str, Content]) -> None:
        """`content` is what `content_of` returns, or reads its values from a file when they are asked for."""
        self._content = content
        self.entries = tuple(
            RuleEntry(name, category, tuple(languages), place, on_pages, version)
            for name, category, languages, place, on_pages, version in content[INDEX]["rules"]
        )
        self.sha256: str = content[INDEX]["sha256"]
        """Over names, versions and patterns of the rules, hex."""
        self.by_name = {entry.name: entry for entry in self.entries}
        self.languages = frozenset(code for entry in self.entries for code in entry.languages)
        self._groups = sorted({entry.languages for entry in self.entries})
        self._read: dict[tuple[str, ...], dict[str, PatternTable]] = {}

    def patterns(self, place: Place, languages: frozenset[str]) -> list[PatternTable]:
        """The tables of a place that hold rules of any of the languages."""
        found = []
        for group in self._groups:
            if languages.isdisjoint(group):
                continue
            if group not in self._read:
                self._read[group] = {
                    name: _pattern_table(rows, heads)
                    for name, (rows, heads) in self._content[_file(group)].items()
                }
            if place in self._read[group]:
                found.append(self._read[group][place])
        return found


def _pattern_table(rows: Iterable[Sequence[Any]], heads: Mapping[str, list[int]]) -> PatternTable:
    """The values of JSON as tuples: the garbage collector does not walk through those."""
    return PatternTable(
        tuple(
            Alternative(number, rule, pattern, tuple(literals), takes, needs_digit)
            for number, rule, pattern, literals, takes, needs_digit in rows
        ),
        {head: tuple(at) for head, at in heads.items()},
        frozenset(head[:n] for head in heads for n in range(len(head) + 1)),
    )


@cache
def packaged() -> RuleTable:
    """The table of all rules: from the package, or from the rules' modules where they have changed."""
    stored = Stored.of_package()
    if stored[INDEX]["sources"] == digest():
        return RuleTable(stored)
    from copydesk.transforms.clean import rules

    return RuleTable(content_of(rules.ALL))


@cache
def digest() -> str:
    """SHA-256 over the modules that the table is made from, hex."""
    folder = _folder()
    parts = [
        folder.joinpath("fold_text.py"),
        folder.joinpath("rule.py"),
        *folder.joinpath("patterns").iterdir(),
        *folder.joinpath("rules").iterdir(),
    ]
    files = sorted((f.name, f.read_bytes()) for f in parts if f.name.endswith(".py"))
    # Line endings may be those of the platform.
    return sha256(b"\0".join(text.replace(b"\r\n", b"\n") for _, text in files)).hexdigest()


def content_of(rules: Sequence[Rule]) -> dict[str, Content]:
    """The table of some rules: an index, and for each set of languages the patterns by place."""
    groups: dict[str, Content] = {_file(rule.languages): {} for rule in rules}
    for number, (row, rule, pattern, takes) in enumerate(_alternatives(rules)):
        rows, heads = groups[_file(rule.languages)].setdefault(rule.place, ([], {}))
        is_filed = rule.place != "ending"
        for prefix in sorted(prefixes(pattern)) if is_filed else ():
            heads.setdefault(prefix, []).append(len(rows))
        rows.append(
            [
                number,
                row,
                pattern,
                list(required(pattern)) if is_filed else [""],
                takes,
                is_filed and needs_digit(pattern),
            ]
        )
    described = [
        [r.name, r.category, list(r.languages), r.place, r.on_pages, r.version] for r in rules
    ]
    packed = json.dumps([described, groups], sort_keys=True)
    about = {
        "sources": digest(),
        "sha256": sha256(packed.encode()).hexdigest(),
        "rules": described,
    }
    return {INDEX: about, **groups}


def _alternatives(rules: Sequence[Rule]) -> Iterable[tuple[int, Rule, str, int]]:
    """(row, rule, pattern, up to which kind of sentence it takes lines) in the order in which patterns are tried."""
    for row, rule in enumerate(rules):
        takes = (
            NO_SENTENCE
            if rule.unless_short_sentence
            else SHORT_SENTENCE
            if rule.unless_sentence
            else SENTENCE
        )
        for pattern in rule.patterns:
            # A line is searched for an ending: its pattern is neither split nor filed.
            parts = [pattern] if rule.place == "ending" else alternatives(pattern)
            for one in parts:
                yield row, rule, one, takes
    for row, rule in enumerate(rules):
        for pattern in rule.sentences:
            for one in alternatives(pattern):
                yield row, rule, one, SENTENCE


def _file(languages: Sequence[str]) -> str:
    """The name under which the patterns of rules with these languages are stored."""
    return "any" if "*" in languages else "+".join(languages)


class Stored(dict[str, Content]):
    """A packed table: its parts are unpacked when they are asked for."""

    def __init__(self, packed: bytes) -> None:
        self._archive = ZipFile(BytesIO(packed))

    @classmethod
    def of_package(cls) -> Stored:
        """The table that ships with the package, whether or not it fits the rules."""
        return cls(_folder().joinpath("data").joinpath(FILE).read_bytes())

    def __missing__(self, name: str) -> Content:
        self[name] = json.loads(self._archive.read(f"{name}.json"))
        return self[name]


def _folder() -> Any:
    return resources.files("copydesk.transforms.clean")
