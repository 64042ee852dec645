"""Learns lines that an outlet prints in many of its articles from the articles themselves.

A line that recurs in documents of different stories becomes a candidate, with its evidence. It
becomes active, and is cut from the next run on, only if its position is also that of a template: at
the edge of the text, or always beside the same line. Lines that many articles quote are inside the
text between different lines, so they stay candidates. So does any line with a quotation in it. A
reviewer's `approved` or `rejected` is never changed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from copydesk.schemas.tables import TEMPLATES
from copydesk.transforms.argument_checks import check_at_least

ACTING = ("active", "approved")

_QUOTED = re.compile(r"[“”„«»\"]|(?:^|\s)['‘][^\s]")
_SENTENCE = re.compile(r"[.!?…。][\"'”’»)]*$")
# Lines at the edges of a text: a kicker and a label above, a block of notices below (pages of the
# development sites).
_HEAD, _TAIL = 2, 4


@dataclass(frozen=True, slots=True)
class Options:
    """When a recurring line is a candidate, and when it is cut without review.

    Shares are of the outlet's documents.
    """

    min_outlet_documents: int = 10
    """Documents of an outlet before anything is learned. Arbitrary: fewer show no repetition."""
    candidate_documents: int = 3
    """Documents that must have a line before it is a candidate for review. Two may share a line by chance."""
    candidate_share: float = 0.02
    """Share of the outlet's documents, so that a large outlet needs more than three."""
    active_documents: int = 5
    """Documents that must have a line before it is cut without review."""
    active_share: float = 0.1
    """Share of the outlet's documents. A series stays below it, a notice under every article is far above."""
    prose_share: float = 0.3
    """A whole sentence of eight words or more must recur in this share of the documents."""
    min_standing: float = 0.8
    """Share of the occurrences at an edge of the text or beside the same line."""
    max_line: int = 600
    """Characters. Longer recurring lines are copies of text, not templates."""
    max_examples: int = 5
    """Document ids stored with a line for its reviewer."""

    def __post_init__(self) -> None:
        check_at_least(
            self,
            1,
            "min_outlet_documents",
            "candidate_documents",
            "active_documents",
            "max_line",
        )
        for name in ("candidate_share", "active_share", "prose_share", "min_standing"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be from 0 to 1")
        if self.max_examples < 0:
            raise ValueError(f"max_examples is {self.max_examples}; it must not be negative")


@dataclass(slots=True)
class _Occurrences:
    """The documents and stories with a line, and its positions and neighbours in them."""

    documents: list[str] = field(default_factory=list)
    stories: set[str] = field(default_factory=set)
    head: int = 0
    tail: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


def line_of(text: str) -> str:
    """Return a line with white space folded, as the table has it.

    >>> line_of("  Follow us\\xa0 on the radio ")
    'Follow us on the radio'
    """
    return " ".join(text.split())


def active_lines(templates: pa.Table) -> dict[str, frozenset[str]]:
    """Return the lines to cut, active and approved ones, by outlet_id.

    `clean(templates=...)` takes the lines of one outlet.
    """
    lines: dict[str, set[str]] = defaultdict(set)
    for row in templates.select(["outlet_id", "line", "status"]).to_pylist():
        if row["status"] in ACTING:
            lines[row["outlet_id"]].add(row["line"])
    return {outlet: frozenset(found) for outlet, found in lines.items()}


def learn(
    documents: pa.Table | Iterable[pa.Table],
    existing: pa.Table | None = None,
    *,
    run_id: str,
    options: Options = Options(),
) -> pa.Table:
    """Return the table of templates after reading `documents`.

    The result has the columns of `schemas.tables.TEMPLATES`. `documents` has `doc_id`, `outlet_id`,
    `text` and, to count a story once, `story_id`. If it comes as several tables, all documents of
    an outlet must be in the same one. Documents without an outlet are not used.

    Rows of `existing` stay. Their counts only grow, because active lines are no longer part of
    cleaned text. Their status changes only from candidate to active.
    """
    known = {
        (row["outlet_id"], row["line"]): row
        for row in (existing.to_pylist() if existing is not None else ())
    }
    version = max((row["version"] for row in known.values()), default=0) + 1
    rows = dict(known)
    parts = [documents] if isinstance(documents, pa.Table) else documents
    for outlet, total, line, seen in (
        found for part in parts for found in _recurring(part, options)
    ):
        old = known.get((outlet, line))
        n = len(seen.stories)
        status = "active" if _is_active(line, seen, total, options) else "candidate"
        if old is None:
            rows[outlet, line] = {
                "outlet_id": outlet,
                "line": line,
                "n_documents": n,
                "share": n / total,
                "examples": seen.documents[: options.max_examples],
                "status": status,
                "version": version,
                "run_id": run_id,
            }
        elif n > old["n_documents"] or (old["status"] == "candidate" and status == "active"):
            kept = old["status"] if old["status"] != "candidate" else status
            best = max(n, old["n_documents"])
            examples = [*old["examples"], *(d for d in seen.documents if d not in old["examples"])][
                : options.max_examples
            ]
            rows[outlet, line] = {
                "outlet_id": outlet,
                "line": line,
                "n_documents": best,
                "share": max(n / total, old["share"]),
                "examples": examples,
                "status": kept,
                "version": version,
                "run_id": run_id,
            }
    ordered = sorted(
        rows.values(), key=lambda row: (row["outlet_id"], -row["n_documents"], row["line"])
    )
    return pa.Table.from_pylist(ordered, schema=TEMPLATES)


def _recurring(
    documents: pa.Table, options: Options
) -> Iterator[tuple[str, int, str, _Occurrences]]:
    """Yield (outlet, its number of stories, line, occurrences) for every line that is a candidate."""
    by_outlet: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    stories = (
        documents["story_id"].to_pylist()
        if "story_id" in documents.column_names
        else [None] * len(documents)
    )
    columns = (
        documents["doc_id"].to_pylist(),
        documents["outlet_id"].to_pylist(),
        documents["text"].to_pylist(),
        stories,
    )
    for doc_id, outlet, text, story in zip(*columns, strict=True):
        if outlet:
            by_outlet[outlet].append((doc_id, story or doc_id, text))
    for outlet, documents_of in sorted(by_outlet.items()):
        documents_of.sort()
        total = len({story for _, story, _ in documents_of})
        if total < options.min_outlet_documents:
            continue
        for line, seen in _lines(documents_of, options).items():
            n = len(seen.stories)
            if n >= options.candidate_documents and n >= options.candidate_share * total:
                yield outlet, total, line, seen


def _lines(documents: list[tuple[str, str, str]], options: Options) -> Mapping[str, _Occurrences]:
    """Return every line of the documents with its stories and positions.

    A story counts once.
    """
    often: Counter[str] = Counter()
    texts: dict[str, tuple[str, list[str]]] = {}
    for doc_id, story, text in documents:
        if (
            story not in texts
        ):  # Documents are in order of doc_id, so the first one represents its story.
            texts[story] = (doc_id, [line_of(line) for line in text.split("\n")])
            often.update(set(texts[story][1]))
    found: dict[str, _Occurrences] = {}
    for story, (doc_id, lines) in texts.items():
        for i, line in enumerate(lines):
            if (
                often[line] < options.candidate_documents
                or len(line) > options.max_line
                or not any(c.isalpha() for c in line)
            ):
                continue
            seen = found.setdefault(line, _Occurrences())
            if story in seen.stories:
                continue
            seen.stories.add(story)
            seen.documents.append(doc_id)
            seen.head += i < _HEAD
            seen.tail += i >= len(lines) - _TAIL and i >= _HEAD
            seen.before[lines[i - 1] if i else ""] += 1
            seen.after[lines[i + 1] if i + 1 < len(lines) else ""] += 1
    return found


def _is_active(line: str, seen: _Occurrences, total: int, options: Options) -> bool:
    """Tell whether the line has the position of a template often enough to be cut without review."""
    n = len(seen.stories)
    is_prose = len(line.split()) >= 8 and _SENTENCE.search(line) is not None
    if (
        n < options.active_documents
        or n < (options.prose_share if is_prose else options.active_share) * total
        or _QUOTED.search(line)
    ):
        return False
    beside = max(_commonest_count(seen.before), _commonest_count(seen.after))
    edge = max(seen.head, seen.tail)
    return (edge if is_prose else max(edge, beside)) >= options.min_standing * n


def _commonest_count(neighbours: Counter[str]) -> int:
    """Return how often the commonest neighbour occurs. The edge of the text is not a neighbour."""
    return max((n for line, n in neighbours.items() if line), default=0)
