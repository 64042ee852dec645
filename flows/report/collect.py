"""Read what a report shows from a snapshot: columns without text first, the few texts it opens last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.pipeline.summary import Facts
from copydesk.flows.report.data import Cluster, Copy, Data, Outlet, Rule, Sample, Story
from copydesk.flows.support.id_index import Keyed
from copydesk.transforms import drift
from copydesk.transforms.ledger import Removal, rebuild

# How much of each a person looks at: arbitrary, a page should load at once on a phone.
TOP_OUTLETS = 2_000  # each with its row; some 300 bytes of the page
TOP_CLUSTERS = 8
TOP_STORIES = 15
SAMPLES_PER_RULE = 3
MEMBERS = 12
TEXT = 1_800  # characters of a text shown beside another
AROUND = 90  # characters of context on each side of a cut

_FEW = 50_000  # documents up to which only the files that hold them are read
_PIECE = 100_000  # rows of the ledger at a time: about 40 MB as Python objects
_EXAMPLES = 20  # documents remembered per rule, of which the kept ones become samples

COVERAGE = ("title", "byline", "published_date", "section", "language", "dateline_place", "url")
_LIGHT = (
    "doc_id",
    "outlet_id",
    "outlet",
    "title",
    "byline",
    "published_date",
    "section",
    "language",
    "dateline_place",
    "url",
    "n_words",
    "n_chars",
)


class Tables(Protocol):
    """What is asked of a snapshot."""

    def table(self, table: str, columns: Any = None, where: Any = None) -> pa.Table:
        """The rows of a table that meet a condition."""

    def batches(
        self, table: str, columns: Any = None, where: Any = None
    ) -> Iterator[pa.RecordBatch]:
        """The same, piece by piece."""

    def documents(self, table: str, ids: Iterable[str], columns: Any = None) -> pa.Table:
        """The rows of some documents."""


def collect(snapshot: Tables, facts: Facts) -> Data:
    """What the run `facts.run_id` did, from a snapshot that holds it."""
    where = pc.field("run_id") == facts.run_id
    kept, copies, held = (
        _light(snapshot, table, where) for table in ("articles", "duplicates", "quarantined")
    )
    folds = snapshot.table(
        "duplicates", ("doc_id", "kept_doc_id", "relation", "jaccard", "keep_reason"), where
    )
    rejects = snapshot.table("rejects", ("url", "step", "reason"), where)
    documents = pa.concat_tables([kept, copies, held]).unify_dictionaries()
    cuts = _Cuts(documents["doc_id"].combine_chunks())
    for table in _ledger(snapshot, documents["doc_id"]):
        cuts.add(table)
    return Data(
        facts=facts,
        rejected=_counts(f"{step}: {reason}" for step, reason in _rows(rejects, "step", "reason")),
        relations=_sorted_counts(_value_counts(folds["relation"])),
        n_chars=(pc.sum(documents["n_chars"]).as_py() or 0) + sum(cuts.n_chars.values()),
        rules=_rules(snapshot, cuts, kept["doc_id"]),
        outlets=_outlets(
            documents.append_column("n_removed", pa.array(cuts.by_document)),
            _Apart(copies, held, rejects),
            facts,
        ),
        n_outlets=len(pc.unique(documents["outlet_id"])),
        clusters=_clusters(snapshot, folds),
        cluster_sizes=dict(
            sorted(
                Counter(
                    n + 1 for n in folds["kept_doc_id"].value_counts().field("counts").to_pylist()
                ).items()
            )
        ),
        stories=_stories(snapshot, where),
        languages=_sorted_counts(
            _value_counts(pc.fill_null(documents["language"].cast(pa.string()), "unknown"))
        ),
        dates={
            str(day): n
            for day, n in sorted(_value_counts(documents["published_date"].drop_null()).items())
        },
        n_undated=documents["published_date"].null_count,
    )


def _light(snapshot: Tables, table: str, where: pc.Expression) -> pa.Table:
    """What is counted of each document of a table: of texts and addresses only whether there are any."""
    parts = [_counted(pa.table({name: pa.array([], pa.string()) for name in _LIGHT}))]
    parts += [
        _counted(pa.Table.from_batches([batch]))
        for batch in snapshot.batches(table, _LIGHT, where)
        if batch.num_rows
    ]
    return pa.concat_tables(parts)


def _counted(rows: pa.Table) -> pa.Table:
    names = pa.dictionary(pa.int32(), pa.string())
    return pa.table(
        {
            "doc_id": rows["doc_id"].cast(pa.string()),
            "published_date": rows["published_date"].cast(pa.date32()),
            **{
                name: rows[name].cast(pa.string()).dictionary_encode().cast(names)
                for name in ("outlet_id", "outlet", "language")
            },
            **{name: rows[name].cast(pa.int32()) for name in ("n_words", "n_chars")},
            **{f"has_{name}": _has(rows[name]) for name in COVERAGE},
        }
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
        self._wanted = Keyed(doc_ids)
        self.n_chars: Counter[str] = Counter()  # by rule
        self.n_cuts: Counter[str] = Counter()
        self.n_documents: Counter[str] = Counter()
        self.by_document = np.zeros(len(doc_ids), np.int64)  # characters, in the order of `doc_ids`
        self.examples: dict[str, list[str]] = defaultdict(list)  # rule to doc_ids
        self._last: tuple[str, set[str]] = (
            "",
            set(),
        )  # a document whose rows go on in the next piece

    def add(self, table: pa.Table) -> None:
        """Count the rows of a piece; a document's rows stand together, its piece may end among them."""
        place = self._wanted.places(table["doc_id"])
        ours = place >= 0
        table, place = table.filter(pa.array(ours)), place[ours]
        sizes = pc.subtract(table["end"], table["start"])
        np.add.at(self.by_document, place, sizes.to_numpy())
        table = pa.table({"doc_id": table["doc_id"], "rule": table["rule"], "n": sizes})
        grouped = table.group_by(["doc_id", "rule"], use_threads=False).aggregate(
            [("n", "sum"), ("n", "count")]
        )
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


def _rules(snapshot: Tables, cuts: _Cuts, kept: pa.ChunkedArray) -> tuple[Rule, ...]:
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
    for doc_id, *cut in _rows(ledger, "doc_id", "start", "end", "text", "rule", "rule_version"):
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
        _ending(extracted[: cut.start], AROUND),
        _short(cut.text, 4 * AROUND),
        _short(extracted[cut.end : cut.end + 2 * AROUND], AROUND),
        row["title"],
        row["outlet"] or row["outlet_id"],
    )


class _Apart(NamedTuple):
    copies: pa.Table
    held: pa.Table
    rejects: pa.Table


def _outlets(documents: pa.Table, apart: _Apart, facts: Facts) -> tuple[Outlet, ...]:
    flags = {name: pc.cast(documents[f"has_{name}"], pa.int64()) for name in COVERAGE}
    sums = ("n_words", "n_chars", "n_removed")
    table = pa.table(
        {
            "outlet_id": pc.fill_null(documents["outlet_id"].cast(pa.string()), ""),
            **{n: documents[n] for n in sums},
            **flags,
        }
    )
    grouped = table.group_by("outlet_id").aggregate(
        [*((name, "sum") for name in (*sums, *flags)), ([], "count_all")]
    )
    rows = {row["outlet_id"]: row for row in grouped.to_pylist()}
    named = documents.select(["outlet_id", "outlet"]).drop_null()
    named = pa.table({name: named[name].cast(pa.string()) for name in named.column_names})
    named = named.group_by(["outlet_id"], use_threads=False).aggregate([("outlet", "last")])
    names = dict(_rows(named, "outlet_id", "outlet_last"))
    n_copies, n_held = (
        Counter(_value_counts(t["outlet_id"].cast(pa.string()))) for t in (apart.copies, apart.held)
    )
    n_rejected = Counter(drift.outlet_of(url, rows) for url in apart.rejects["url"].to_pylist())
    breaks: dict[str, list[str]] = defaultdict(list)
    for broken in facts.breaks:
        breaks[broken.outlet_id].append(broken.sentence.removeprefix(f"{broken.outlet_id}: "))
    largest = sorted(
        rows, key=lambda outlet: (outlet not in breaks, -rows[outlet]["count_all"], outlet)
    )[:TOP_OUTLETS]
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


_SHOWN = (
    "doc_id",
    "outlet",
    "outlet_id",
    "title",
    "published_at",
    "published_date",
    "cluster_size",
    "n_outlets",
    "text",
)


def _clusters(snapshot: Tables, copies: pa.Table) -> tuple[Cluster, ...]:
    sizes = _value_counts(copies["kept_doc_id"])
    largest = sorted(sizes, key=lambda kept: (-sizes[kept], kept))[:TOP_CLUSTERS]
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in copies.filter(
        pc.is_in(copies["kept_doc_id"], value_set=pa.array(largest, pa.string()))
    ).to_pylist():
        members[row["kept_doc_id"]].append(row)
    if not largest:
        return ()
    shown = {
        kept: sorted(members[kept], key=lambda r: (-(r["jaccard"] or 0), r["doc_id"]))[:MEMBERS]
        for kept in largest
    }
    kept_rows = {
        row["doc_id"]: row for row in snapshot.documents("articles", largest, _SHOWN).to_pylist()
    }
    ids = [row["doc_id"] for rows in shown.values() for row in rows]
    copy_rows = {
        row["doc_id"]: row for row in snapshot.documents("duplicates", ids, _SHOWN).to_pylist()
    }
    clusters = []
    for kept in largest:
        if kept not in kept_rows:
            continue
        of = [
            _copy(copy_rows[r["doc_id"]], r["relation"], r["jaccard"], r["keep_reason"])
            for r in shown[kept]
            if r["doc_id"] in copy_rows
        ]
        row = kept_rows[kept]
        size = row["cluster_size"] or len(members[kept]) + 1
        clusters.append(Cluster(size, row["n_outlets"], _copy(row), tuple(of)))
    return tuple(sorted(clusters, key=lambda c: (-c.size, c.kept.doc_id)))


def _stories(snapshot: Tables, where: pc.Expression) -> tuple[Story, ...]:
    columns = ("story_id", "title", "n_articles", "n_outlets", "merged_into")
    told = snapshot.table(
        "stories", columns, where & (pc.field("n_articles") > 1) & pc.field("merged_into").is_null()
    )
    rows = (
        told.sort_by([("n_articles", "descending"), ("story_id", "ascending")])
        .slice(0, TOP_STORIES)
        .to_pylist()
    )
    if not rows:
        return ()
    ids = pa.array([row["story_id"] for row in rows], pa.string())
    members: dict[str, list[tuple[int, Copy]]] = defaultdict(list)
    shown = (
        *(name for name in _SHOWN if name != "text"),
        "story_id",
        "story_rank",
        "story_similarity",
    )
    for row in snapshot.table("articles", shown, pc.field("story_id").isin(ids)).to_pylist():
        members[row["story_id"]].append(
            (row["story_rank"] or 0, _copy(row, similarity=row["story_similarity"]))
        )
    return tuple(
        Story(
            row["story_id"],
            row["title"],
            row["n_articles"],
            row["n_outlets"],
            tuple(
                copy
                for _, copy in sorted(members[row["story_id"]], key=lambda m: (m[0], m[1].doc_id))[
                    :MEMBERS
                ]
            ),
        )
        for row in rows
    )


def _copy(
    row: dict[str, Any], relation: str = "kept", similarity: float | None = None, reason: str = ""
) -> Copy:
    at, day = row["published_at"], row["published_date"]
    published = f"{at:%Y-%m-%d %H:%M}" if at else str(day) if day else None
    outlet = row["outlet"] or row["outlet_id"]
    return Copy(
        row["doc_id"],
        outlet,
        row["title"],
        published,
        _short(row.get("text") or "", TEXT),
        relation,
        similarity,
        reason,
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def _ending(text: str, length: int) -> str:
    """The last words of a text.

    >>> _ending("It rained in Oslo", 10)
    '… in Oslo'
    """
    return text if len(text) <= length else "… " + text[-length:].split(" ", 1)[-1]


def _counts(names: Iterable[str]) -> dict[str, int]:
    return _sorted_counts(Counter(names))


def _sorted_counts(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _value_counts(values: pa.ChunkedArray) -> dict[Any, int]:
    counts = values.value_counts()
    return dict(
        zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    )


def _rows(table: pa.Table, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in columns), strict=True)
