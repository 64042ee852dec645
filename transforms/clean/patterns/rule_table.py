"""The rules in the form in which cleaning reads them.

Parts that are slow to derive are packaged.

Reading the phrases of thirty languages, and deriving the beginnings of matches from each pattern,
takes a second of CPU. `data/rules.zip` has the result. It has the digest of the modules that it was
made from. If they have changed, the table is built from them again, which is slow but right, and a
test fails until `python -m training.packed_rules` has written the file again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from copydesk.transforms.clean.patterns import pattern_guard, pattern_table
from copydesk.transforms.clean.patterns.pattern_literals import (
    alternatives,
    needs_digit,
    prefixes,
    required,
)
from copydesk.transforms.clean.patterns.pattern_table import PackedTable, PatternTable
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
_PATTERN = 2  # The place of the pattern in a row.
Content = dict[Any, Any]
"""The index, as values of JSON, or the `PackedTable` of each place for one set of languages."""


class RuleTable:
    """The rules in the order in which they are tried, and their patterns by place and language."""

    def __init__(self, content: Mapping[str, Content]) -> None:
        """`content` is the result of `content_of`, or a mapping that reads its values on demand."""
        self._content = content
        self.entries = tuple(
            RuleEntry(name, category, tuple(languages), place, on_pages, version)
            for name, category, languages, place, on_pages, version in content[INDEX]["rules"]
        )
        self.sha256: str = content[INDEX]["sha256"]
        """Digest of names, versions and patterns of the rules, hex."""
        self.by_name = {entry.name: entry for entry in self.entries}
        self.languages = frozenset(code for entry in self.entries for code in entry.languages)
        self._groups = sorted({entry.languages for entry in self.entries})
        self._read: dict[tuple[str, ...], dict[str, PatternTable]] = {}

    def patterns(self, place: Place, languages: frozenset[str]) -> list[PatternTable]:
        """Return the tables of a place with rules of any of the languages."""
        found = []
        for group in self._groups:
            if languages.isdisjoint(group):
                continue
            if group not in self._read:
                packed_tables = self._content[_file(group)]
                self._read[group] = {name: PatternTable(one) for name, one in packed_tables.items()}
            if place in self._read[group]:
                found.append(self._read[group][place])
        return found


@cache
def packaged() -> RuleTable:
    """Return the table of all rules.

    It comes from the package, or from the rules' modules if they have changed.
    """
    stored = Stored.of_package()
    if stored[INDEX]["sources"] == digest():
        return RuleTable(stored)
    from copydesk.transforms.clean import rules

    return RuleTable(content_of(rules.ALL))


@cache
def digest() -> str:
    """Return the SHA-256 of the modules that the table is made from, hex."""
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


def content_of(rules: Sequence[Rule], *, with_guards: bool = False) -> dict[str, Content]:
    """Return the table of some rules: an index, and the patterns of each set of languages by place.

    The guards of long patterns take some ten seconds of CPU. They and the programs of whole lines
    only save time.
    """
    groups: dict[str, dict[Place, Any]] = {_file(rule.languages): {} for rule in rules}
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
    whole = json.dumps([described, groups], sort_keys=True)  # Without guards.
    about = {
        "sources": digest(),
        "sha256": sha256(whole.encode()).hexdigest(),
        "rules": described,
    }
    packed_groups = {
        name: {
            place: _packed(place, *parts, with_guards=with_guards)
            for place, parts in places.items()
        }
        for name, places in groups.items()
    }
    return {INDEX: about, **packed_groups}


def _packed(
    place: Place, rows: Sequence[list[Any]], heads: Mapping[str, list[int]], *, with_guards: bool
) -> PackedTable:
    """Return the packed table of a place. Lines have a program, too."""
    has_guards = with_guards and place != "ending"
    for row in rows:
        row.append(pattern_guard.packed(row[_PATTERN]) if has_guards else None)
    table = pattern_table.packed(rows, heads)
    if has_guards and place == "line":
        table = table._replace(program=PatternTable(table).program.packed())
    return table


def _alternatives(rules: Sequence[Rule]) -> Iterable[tuple[int, Rule, str, int]]:
    """Yield (row, rule, pattern, kind of sentence) in the order in which patterns are tried.

    The kind of sentence is the most sentence-like line that the pattern matches.
    """
    for row, rule in enumerate(rules):
        takes = (
            NO_SENTENCE
            if rule.unless_short_sentence
            else SHORT_SENTENCE
            if rule.unless_sentence
            else SENTENCE
        )
        for pattern in rule.patterns:
            # A line is searched for an ending, so its pattern is neither split nor grouped.
            parts = [pattern] if rule.place == "ending" else alternatives(pattern)
            for one in parts:
                yield row, rule, one, takes
    for row, rule in enumerate(rules):
        for pattern in rule.sentences:
            for one in alternatives(pattern):
                yield row, rule, one, SENTENCE


def _file(languages: Sequence[str]) -> str:
    """Return the name under which the patterns of rules with these languages are stored."""
    return "any" if "*" in languages else "+".join(languages)


class Stored(dict[str, Content]):
    """A packed table. Its parts are unpacked on demand."""

    def __init__(self, packed: bytes) -> None:
        self._archive = ZipFile(BytesIO(packed))

    @classmethod
    def of_package(cls) -> Stored:
        """Return the table that ships with the package, whether or not it fits the rules."""
        return cls(_folder().joinpath("data").joinpath(FILE).read_bytes())

    def __missing__(self, name: str) -> Content:
        first, *rows = self._archive.read(name).decode().split("\n")
        self[name] = content = json.loads(first)
        if name != INDEX:
            start = 0
            for place, (n_rows, *parts) in content.items():
                content[place] = PackedTable(rows[start : start + n_rows], *parts)
                start += n_rows
        return self[name]


def stored_parts(content: Mapping[str, Content]) -> Iterable[tuple[str, str]]:
    """Yield the name and text of each file that `Stored` reads, from the result of `content_of`.

    The first line of a file is JSON. The rows of its tables follow, one a line.
    """
    for name, part in content.items():
        rows = [] if name == INDEX else [row for table in part.values() for row in table.rows]
        about = part if name == INDEX else {p: (len(t.rows), *t[1:]) for p, t in part.items()}
        first = json.dumps(about, ensure_ascii=False, separators=(",", ":"))
        yield name, "\n".join((first, *rows))


def _folder() -> Any:
    return resources.files("copydesk.transforms.clean")
