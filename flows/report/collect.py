"""Read what a report shows from a snapshot: columns without text first, the few texts it opens last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.report.data import Cluster, Copy, Data, Facts, Outlet, Rule, Sample, Story
from copydesk.transforms import drift
from copydesk.transforms.ledger import Removal, rebuild

# How much of each a person looks at: arbitrary, a page should load at once on a phone.
TOP_OUTLETS = 40
TOP_CLUSTERS = 8
TOP_STORIES = 15
SAMPLES_PER_RULE = 3
MEMBERS = 12
TEXT = 1_800  # characters of a text shown beside another
AROUND = 90  # characters of context on each side of a cut

_FEW = 50_000  # documents up to which only the files that hold them are read
_PIECE = 500_000  # rows of the ledger at a time: about 40 MB
_EXAMPLES = 20  # documents remembered per rule, of which the kept ones become samples

COVERAGE = ("title", "byline", "published_date", "section", "language", "dateline_place", "url")
_LIGHT = (
    "doc_id", "outlet_id", "outlet", "title", "byline", "published_date", "section", "language", "dateline_place", "url",
    "n_words", "n_chars",
)


class Tables(Protocol):
    """What is asked of a snapshot."""

    def table(self, table: str, columns: Any = None, where: Any = None) -> pa.Table:
        """The rows of a table that meet a condition."""

    def batches(self, table: str, columns: Any = None, where: Any = None) -> Iterator[pa.RecordBatch]:
        """The same, piece by piece."""

    def documents(self, table: str, ids: Iterable[str], columns: Any = None) -> pa.Table:
        """The rows of some documents."""


def collect(snapshot: Tables, facts: Facts) -> Data:
    """What the run `facts.run_id` did, from a snapshot that holds it."""
    where = pc.field("run_id") == facts.run_id
    kept = snapshot.table("articles", _LIGHT, where)
    copies = snapshot.table("duplicates", (*_LIGHT, "kept_doc_id", "relation", "jaccard", "keep_reason"), where)
    held = snapshot.table("quarantined", _LIGHT, where)
    rejects = snapshot.table("rejects", ("url", "step", "reason"), where)
    documents = pa.concat_tables([kept, copies.select(_LIGHT), held])
    cuts = _Cuts(documents["doc_id"].combine_chunks())
    for table in _ledger(snapshot, documents["doc_id"]):
        cuts.add(table)
    return Data(
        facts=facts,
        rejected=_counts(f"{step}: {reason}" for step, reason in _rows(rejects, "step", "reason")),
        relations=_counts(copies["relation"].to_pylist()),
        n_chars=(pc.sum(documents["n_chars"]).as_py() or 0) + sum(cuts.n_chars.values()),
        rules=_rules(snapshot, cuts, set(kept["doc_id"].to_pylist())),
        outlets=_outlets(documents.append_column("n_removed", pa.array(cuts.by_document)), _Apart(copies, held, rejects), facts),
        n_outlets=len(pc.unique(documents["outlet_id"])),
        clusters=_clusters(snapshot, copies),
        cluster_sizes=dict(sorted(Counter(n + 1 for n in Counter(copies["kept_doc_id"].to_pylist()).values()).items())),
        stories=_stories(snapshot, where),
        languages=_counts(name or "unknown" for name in documents["language"].to_pylist()),
        dates=dict(sorted(Counter(str(day) for day in documents["published_date"].to_pylist() if day).items())),
        n_undated=documents["published_date"].null_count,
    )


def _ledger(snapshot: Tables, doc_ids: pa.ChunkedArray) -> Iterator[pa.Table]:
    """The ledger's rows of these documents and perhaps of others, without the texts, in large pieces."""
    columns = ("doc_id", "rule", "start", "end")
    if len(doc_ids) <= _FEW:
        yield snapshot.documents("removed", doc_ids.to_pylist(), columns)
        return
    waiting: list[pa.RecordBatch] = []
    for batch in snapshot.batches("removed", columns):
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= _PIECE:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


class _Cuts:
    """Sums over the ledger of some documents, piece by piece."""

    def __init__(self, doc_ids: pa.Array) -> None:
        self._wanted = doc_ids
        self.n_chars: Counter[str] = Counter()  # by rule
        self.n_cuts: Counter[str] = Counter()
        self.n_documents: Counter[str] = Counter()
        self.by_document = np.zeros(len(doc_ids), np.int64)  # characters, in the order of `doc_ids`
        self.examples: dict[str, list[str]] = defaultdict(list)  # rule to doc_ids
        self._last: tuple[str, set[str]] = ("", set())  # a document whose rows go on in the next piece

    def add(self, table: pa.Table) -> None:
        """Count the rows of a piece; a document's rows stand together, its piece may end among them."""
        place = pc.index_in(table["doc_id"], value_set=self._wanted)
        ours = pc.is_valid(place)
        table, place = table.filter(ours), place.filter(ours).to_numpy()
        sizes = pc.subtract(table["end"], table["start"])
        np.add.at(self.by_document, place, sizes.to_numpy())
        table = pa.table({"doc_id": table["doc_id"], "rule": table["rule"], "n": sizes})
        grouped = table.group_by(["doc_id", "rule"], use_threads=False).aggregate([("n", "sum"), ("n", "count")])
        for doc_id, rule, n, times in _rows(grouped, "doc_id", "rule", "n_sum", "n_count"):
            self.n_chars[rule] += n
            self.n_cuts[rule] += times
            if doc_id != self._last[0]:
                self._last = (doc_id, set())
            if rule not in self._last[1]:
                self._last[1].add(rule)
                self.n_documents[rule] += 1
                if len(self.examples[rule]) < _EXAMPLES:
                    self.examples[rule].append(doc_id)


def _rules(snapshot: Tables, cuts: _Cuts, kept: set[str]) -> tuple[Rule, ...]:
    chosen = {
        rule: [doc_id for doc_id in ids if doc_id in kept][:SAMPLES_PER_RULE] for rule, ids in cuts.examples.items()
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
    texts = dict(_rows(snapshot.documents("articles", ids, ("doc_id", "text")), "doc_id", "text"))
    removed: dict[str, list[Removal]] = defaultdict(list)
    ledger = snapshot.documents("removed", ids, ("doc_id", "start", "end", "text", "rule", "rule_version"))
    for doc_id, *cut in _rows(ledger, "doc_id", "start", "end", "text", "rule", "rule_version"):
        removed[doc_id].append(Removal(*cut))
    found: dict[str, list[Sample]] = {}
    for rule, doc_ids in chosen.items():
        found[rule] = [_sample(doc_id, rule, texts[doc_id], removed[doc_id]) for doc_id in doc_ids if doc_id in texts]
    return found


def _sample(doc_id: str, rule: str, text: str, removed: list[Removal]) -> Sample:
    extracted = rebuild(text, removed)
    cut = max((r for r in removed if r.rule == rule), key=lambda r: (len(r.text.strip()), -r.start))
    return Sample(
        doc_id,
        _ending(extracted[: cut.start], AROUND),
        _short(cut.text, 4 * AROUND),
        _short(extracted[cut.end : cut.end + 2 * AROUND], AROUND),
    )


class _Apart(NamedTuple):
    copies: pa.Table
    held: pa.Table
    rejects: pa.Table


def _outlets(documents: pa.Table, apart: _Apart, facts: Facts) -> tuple[Outlet, ...]:
    flags = {name: pc.cast(_has(documents[name]), pa.int64()) for name in COVERAGE}
    sums = ("n_words", "n_chars", "n_removed")
    table = pa.table({"outlet_id": pc.fill_null(documents["outlet_id"], ""), **{n: documents[n] for n in sums}, **flags})
    grouped = table.group_by("outlet_id").aggregate([*((name, "sum") for name in (*sums, *flags)), ([], "count_all")])
    rows = {row["outlet_id"]: row for row in grouped.to_pylist()}
    names = dict(_rows(documents.select(["outlet_id", "outlet"]).drop_null(), "outlet_id", "outlet"))
    n_copies, n_held = (Counter(t["outlet_id"].to_pylist()) for t in (apart.copies, apart.held))
    n_rejected = Counter(drift.outlet_of(url, rows) for url in apart.rejects["url"].to_pylist())
    breaks: dict[str, list[str]] = defaultdict(list)
    for broken in facts.breaks:
        breaks[broken.outlet_id].append(broken.sentence.removeprefix(f"{broken.outlet_id}: "))
    largest = sorted(rows, key=lambda outlet: (outlet not in breaks, -rows[outlet]["count_all"], outlet))[:TOP_OUTLETS]
    return tuple(
        Outlet(
            outlet_id=outlet or "no outlet",
            name=names.get(outlet) or outlet or "no outlet",
            n_documents=n,
            n_duplicates=n_copies[outlet or None],
            n_quarantined=n_held[outlet or None],
            n_rejected=n_rejected[outlet],
            mean_words=row["n_words_sum"] / n,
            share_removed=row["n_removed_sum"] / max(row["n_removed_sum"] + row["n_chars_sum"], 1),
            coverage={name: row[f"{name}_sum"] / n for name in COVERAGE},
            breaks=tuple(breaks[outlet]),
        )
        for outlet in largest
        for row, n in [(rows[outlet], rows[outlet]["count_all"])]
    )


def _has(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(values.type):
        return pc.fill_null(pc.greater(pc.list_value_length(values), 0), False)
    return pc.is_valid(values)


_SHOWN = ("doc_id", "outlet", "outlet_id", "title", "published_at", "published_date", "cluster_size", "n_outlets", "text")


def _clusters(snapshot: Tables, copies: pa.Table) -> tuple[Cluster, ...]:
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in copies.select(["doc_id", "kept_doc_id", "relation", "jaccard", "keep_reason"]).to_pylist():
        members[row["kept_doc_id"]].append(row)
    largest = sorted(members, key=lambda kept: (-len(members[kept]), kept))[:TOP_CLUSTERS]
    if not largest:
        return ()
    shown = {kept: sorted(members[kept], key=lambda r: (-(r["jaccard"] or 0), r["doc_id"]))[:MEMBERS] for kept in largest}
    kept_rows = {row["doc_id"]: row for row in snapshot.documents("articles", largest, _SHOWN).to_pylist()}
    ids = [row["doc_id"] for rows in shown.values() for row in rows]
    copy_rows = {row["doc_id"]: row for row in snapshot.documents("duplicates", ids, _SHOWN).to_pylist()}
    clusters = []
    for kept in largest:
        if kept not in kept_rows:
            continue
        of = [
            _copy(copy_rows[r["doc_id"]], r["relation"], r["jaccard"], r["keep_reason"])
            for r in shown[kept] if r["doc_id"] in copy_rows
        ]
        row = kept_rows[kept]
        size = row["cluster_size"] or len(members[kept]) + 1
        clusters.append(Cluster(size, row["n_outlets"], _copy(row), tuple(of)))
    return tuple(sorted(clusters, key=lambda c: (-c.size, c.kept.doc_id)))


def _stories(snapshot: Tables, where: pc.Expression) -> tuple[Story, ...]:
    columns = ("story_id", "title", "n_articles", "n_outlets", "merged_into")
    rows = [
        row for row in snapshot.table("stories", columns, where).to_pylist()
        if row["n_articles"] > 1 and row["merged_into"] is None
    ]
    rows = sorted(rows, key=lambda row: (-row["n_articles"], row["story_id"]))[:TOP_STORIES]
    if not rows:
        return ()
    ids = pa.array([row["story_id"] for row in rows], pa.string())
    members: dict[str, list[tuple[int, Copy]]] = defaultdict(list)
    shown = (*(name for name in _SHOWN if name != "text"), "story_id", "story_rank", "story_similarity")
    for row in snapshot.table("articles", shown, pc.field("story_id").isin(ids)).to_pylist():
        members[row["story_id"]].append((row["story_rank"] or 0, _copy(row, similarity=row["story_similarity"])))
    return tuple(
        Story(
            row["story_id"], row["title"], row["n_articles"], row["n_outlets"],
            tuple(copy for _, copy in sorted(members[row["story_id"]], key=lambda m: (m[0], m[1].doc_id))[:MEMBERS]),
        )
        for row in rows
    )


def _copy(row: dict[str, Any], relation: str = "kept", similarity: float | None = None, reason: str = "") -> Copy:
    at, day = row["published_at"], row["published_date"]
    published = f"{at:%Y-%m-%d %H:%M}" if at else str(day) if day else None
    outlet = row["outlet"] or row["outlet_id"]
    return Copy(row["doc_id"], outlet, row["title"], published, _short(row.get("text") or "", TEXT), relation, similarity, reason)


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _ending(text: str, length: int) -> str:
    """The last words of a text.

    >>> _ending("It rained in Oslo", 10)
    '… in Oslo'
    """
    return text if len(text) <= length else "… " + text[-length:].split(" ", 1)[-1]


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _rows(table: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in columns), strict=True)
