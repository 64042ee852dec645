"""What each rule removed from the documents of a run, with samples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.report.data import Rule, Sample
from copydesk.flows.report.table_values import Tables, beginning, column_rows, ending
from copydesk.flows.support import record_batches
from copydesk.flows.support.id_index import Keyed, whole
from copydesk.transforms.ledger import Removal, rebuild

# Chosen for readability; arbitrary.
SAMPLES_PER_RULE = 3
AROUND = 90  # characters of context on each side of a cut

_FEW = 50_000  # up to this many documents, only the files that contain them are read
_PIECE_ROWS = 100_000  # rows of the ledger read at once: about 40 MB as Python objects
_EXAMPLES = 20  # documents remembered for each rule; samples come from those that are kept


def ledger_pieces(snapshot: Tables, doc_ids: pa.ChunkedArray) -> Iterator[pa.Table]:
    """The ledger of these documents, and perhaps of others, in large pieces without the texts."""
    columns = ("doc_id", "rule", "start", "end")
    if len(doc_ids) <= _FEW:
        yield snapshot.documents("removed", doc_ids.to_pylist(), columns)
        return
    yield from record_batches.tables_of(snapshot.batches("removed", columns), min_rows=_PIECE_ROWS)


class CutTotals:
    """Totals of the ledger of some documents, to which the ledger is added piece by piece."""

    def __init__(self, doc_ids: pa.Array) -> None:
        self._wanted = Keyed(doc_ids)
        self.n_chars: Counter[str] = Counter()  # by rule
        self.n_cuts: Counter[str] = Counter()
        self.n_documents: Counter[str] = Counter()
        self.by_document = np.zeros(len(doc_ids), np.int64)  # characters, in the order of `doc_ids`
        self.examples: dict[str, list[str]] = defaultdict(list)  # rule to doc_ids
        # The last document of a piece and its rules, since its rows may continue in the next piece.
        self._last: tuple[int, set[str]] = (-1, set())

    def add(self, table: pa.Table) -> None:
        """Count the rows of a piece.

        The rows of a document must follow one another, also from one piece to the next.
        """
        position = self._wanted.row_numbers(table["doc_id"])
        ours = position >= 0
        table, position = table.filter(pa.array(ours)), position[ours]
        if not len(position):
            return
        sizes = pc.subtract(table["end"], table["start"]).to_numpy()
        np.add.at(self.by_document, position, sizes)
        rules = whole(whole(table["rule"]).cast(pa.string()).dictionary_encode())
        names, codes = rules.dictionary.to_pylist(), rules.indices.to_numpy()
        _, firsts = np.unique(position * len(names) + codes, return_index=True)
        firsts.sort()
        documents, first_codes = position[firsts], codes[firsts]
        is_new = documents != self._last[0]
        is_new |= ~np.isin(first_codes, [names.index(n) for n in self._last[1] if n in names])
        n_chars = np.bincount(codes, weights=sizes, minlength=len(names))
        n_cuts = np.bincount(codes, minlength=len(names))
        for code, name in enumerate(names):
            self.n_chars[name] += int(n_chars[code])
            self.n_cuts[name] += int(n_cuts[code])
            of_rule = firsts[is_new & (first_codes == code)]
            self.n_documents[name] += len(of_rule)
            shown = of_rule[: _EXAMPLES - len(self.examples[name])]
            self.examples[name] += table["doc_id"].take(pa.array(shown)).to_pylist()
        last = int(position[-1])
        seen = {names[code] for code in first_codes[documents == last].tolist()}
        self._last = (last, seen | self._last[1] if last == self._last[0] else seen)


def rules_with_samples(
    snapshot: Tables, cuts: CutTotals, kept: pa.ChunkedArray
) -> tuple[Rule, ...]:
    """Every rule that removed something, largest first, with samples from documents in `kept`."""
    examples = pa.array(
        sorted({doc_id for ids in cuts.examples.values() for doc_id in ids}), pa.string()
    )
    shown = set(examples.filter(pa.array(Keyed(kept).holds(examples))).to_pylist())
    chosen = {
        rule: [doc_id for doc_id in ids if doc_id in shown][:SAMPLES_PER_RULE]
        for rule, ids in cuts.examples.items()
    }
    samples = _samples(snapshot, chosen)
    rules = [
        Rule(name, cuts.n_documents[name], cuts.n_cuts[name], n, tuple(samples.get(name, ())))
        for name, n in cuts.n_chars.items()
    ]
    return tuple(sorted(rules, key=lambda rule: (-rule.n_chars, rule.name)))


def _samples(snapshot: Tables, chosen: Mapping[str, list[str]]) -> dict[str, list[Sample]]:
    ids = {doc_id for some in chosen.values() for doc_id in some}
    if not ids:
        return {}
    columns = ("doc_id", "text", "title", "outlet", "outlet_id")
    rows = {row["doc_id"]: row for row in snapshot.documents("articles", ids, columns).to_pylist()}
    removed: dict[str, list[Removal]] = defaultdict(list)
    ledger = snapshot.documents(
        "removed", ids, ("doc_id", "start", "end", "text", "rule", "rule_version")
    )
    for doc_id, *cut in column_rows(
        ledger, "doc_id", "start", "end", "text", "rule", "rule_version"
    ):
        removed[doc_id].append(Removal(*cut))
    found: dict[str, list[Sample]] = {}
    for rule, doc_ids in chosen.items():
        found[rule] = [
            _sample(rule, rows[doc_id], removed[doc_id]) for doc_id in doc_ids if doc_id in rows
        ]
    return found


def _sample(rule: str, row: Mapping[str, Any], removed: list[Removal]) -> Sample:
    extracted = rebuild(row["text"], removed)
    cut = max((r for r in removed if r.rule == rule), key=lambda r: (len(r.text.strip()), -r.start))
    return Sample(
        row["doc_id"],
        ending(extracted[: cut.start], AROUND),
        beginning(cut.text, 4 * AROUND),
        beginning(extracted[cut.end : cut.end + 2 * AROUND], AROUND),
        row["title"],
        row["outlet"] or row["outlet_id"],
    )
