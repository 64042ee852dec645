"""The step between editing and folding: what is new, what is known, what is held back.

Also what a run asks of the snapshot before it: templates in force, recent habits, published texts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from copydesk.flows.editing import write_whole
from copydesk.flows.recipe import Recipe
from copydesk.flows.report.data import Facts
from copydesk.flows.warehouse import Snapshot
from copydesk.transforms import drift, history
from copydesk.transforms.clean import templates

_ARRIVAL = ("doc_id", "canonical_url", "content_sha256", "fetched_at", "source_uri", "record_number")
_DOCUMENT_TABLES = ("articles", "duplicates", "quarantined")
_COMPARED = ("doc_id", "title", "text", "corrections")


@dataclass(frozen=True, slots=True)
class Placed:
    """Staged shards of what is new, and the counts of the rest."""

    new: tuple[Path, ...]
    quarantined: tuple[Path, ...]
    n_known: int
    n_revisions: int
    n_quarantined: int


def decide(shards: Sequence[Path], parent: Snapshot | None) -> list[history.Place]:
    """The place of every staged document, shard by shard: known, new, or a revision."""
    arrivals = [history.Arrival(**row) for path in shards for row in pq.read_table(path, columns=list(_ARRIVAL)).to_pylist()]
    return history.place(arrivals, _known(arrivals, parent), _versions(arrivals, parent))


def write(
    shards: Sequence[Path], places: Sequence[history.Place], parent: Snapshot | None, *, held_back: Mapping[str, str], run_id: str,
    folder: Path,
) -> Placed:
    """Write the new documents of each shard with `revision`, `supersedes`, `changed` and `run_id`.

    `held_back` names outlets whose new documents go to quarantine, with the reason.
    """
    before = _earlier_versions({p.supersedes for p in places if p.supersedes}, shards, parent)
    new: list[Path] = []
    quarantined: list[Path] = []
    counts: Counter[str] = Counter()
    for path, here in _by_shard(shards, places):
        table = pq.read_table(path)
        added = _with_history(table.filter(_is_new(here)), [p for p in here if not p.is_known], before, run_id)
        reasons = pa.array([held_back.get(outlet) for outlet in added["outlet_id"].to_pylist()], pa.string())
        kept, held = added.filter(reasons.is_null()), added.append_column("reason", reasons).filter(reasons.is_valid())
        counts.update(known=table.num_rows - added.num_rows, quarantined=held.num_rows)
        counts["revisions"] += kept.num_rows - kept["supersedes"].null_count
        for rows, paths, kind in ((kept, new, "new"), (held, quarantined, "quarantined")):
            if rows.num_rows:
                paths.append(folder / f"{path.name.split('.')[0]}.{kind}.parquet")
                write_whole(rows, paths[-1])
    return Placed(tuple(new), tuple(quarantined), counts["known"], counts["revisions"], counts["quarantined"])


def revisions(shards: Sequence[Path]) -> set[str]:
    """Ids of the placed documents that revise another: they are kept whatever they resemble."""
    return {
        doc_id for path in shards
        for doc_id in pq.read_table(path, columns=["doc_id"], filters=pc.field("supersedes").is_valid())["doc_id"].to_pylist()
    }


def _by_shard(shards: Sequence[Path], places: Sequence[history.Place]) -> Iterator[tuple[Path, Sequence[history.Place]]]:
    at = 0
    for path in shards:
        n = pq.read_metadata(path).num_rows
        yield path, places[at : at + n]
        at += n


def _is_new(places: Sequence[history.Place]) -> pa.Array:
    return pa.array([not p.is_known for p in places], pa.bool_())


def _known(arrivals: Sequence[history.Arrival], parent: Snapshot | None) -> Collection[str]:
    """Ids that the warehouse holds or has forgotten, also by address."""
    if parent is None:
        return set()
    known = parent.known([arrival.doc_id for arrival in arrivals])
    by_url = pc.field("scope") != "doc"
    forgotten = set(parent.table("tombstones", ["url_sha256"], by_url)["url_sha256"].to_pylist()) - {None}
    if forgotten:
        known |= {a.doc_id for a in arrivals if a.canonical_url and sha256(a.canonical_url.encode()).hexdigest() in forgotten}
    return known


def _versions(arrivals: Sequence[history.Arrival], parent: Snapshot | None) -> dict[str, history.Version]:
    """The newest version the warehouse holds at each address of the arrivals."""
    urls = pa.array(sorted({a.canonical_url for a in arrivals if a.canonical_url}), pa.string())
    if parent is None or not len(urls):
        return {}
    columns = ["canonical_url", "doc_id", "revision", "content_sha256"]
    newest: dict[str, tuple[int, str]] = {}
    contents: dict[str, set[str]] = defaultdict(set)
    for name in _DOCUMENT_TABLES:
        for row in parent.table(name, columns, pc.field("canonical_url").isin(urls)).to_pylist():
            url = row["canonical_url"]
            newest[url] = max(newest.get(url, (0, "")), (row["revision"], row["doc_id"]))
            contents[url].add(row["content_sha256"])
    return {url: history.Version(doc_id, revision, frozenset(contents[url])) for url, (revision, doc_id) in newest.items()}


def _earlier_versions(ids: Collection[str], shards: Iterable[Path], parent: Snapshot | None) -> dict[str, dict[str, object]]:
    """Title, text and corrections of the versions that arrivals revise, from this run or the snapshot."""
    if not ids:
        return {}
    wanted = pa.array(sorted(ids), pa.string())
    tables = [pq.read_table(path, columns=list(_COMPARED), filters=pc.field("doc_id").isin(wanted)) for path in shards]
    if parent is not None:
        tables += [parent.documents(name, ids, _COMPARED) for name in _DOCUMENT_TABLES]
    return {row["doc_id"]: row for table in tables for row in table.to_pylist()}


def _with_history(
    table: pa.Table, places: Sequence[history.Place], before: Mapping[str, dict[str, object]], run_id: str,
) -> pa.Table:
    changed: list[list[str]] = [[] for _ in places]
    revised = [i for i, p in enumerate(places) if p.supersedes]
    for i, row in zip(revised, table.select(list(_COMPARED)).take(pa.array(revised, pa.int64())).to_pylist(), strict=True):
        changed[i] = history.changed(before[str(places[i].supersedes)], row)
    columns = {
        "revision": pa.array([p.revision for p in places], pa.int32()),
        "supersedes": pa.array([p.supersedes for p in places], pa.string()),
        "changed": pa.array(changed, pa.list_(pa.string())),
        "run_id": pa.array([run_id] * len(places), pa.string()),
    }
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table


def habits(
    shards: Sequence[Path], places: Sequence[history.Place], reject_shards: Sequence[Path], *, rules_sha256: str,
) -> tuple[drift.Habits, ...]:
    """What each outlet's new documents of this run look like."""
    columns = ["doc_id", "outlet_id", "n_words", "n_chars", "byline", "published_date"]
    cut_columns = ["doc_id", "rule", "start", "end"]
    measured = []
    outlets: set[str] = set()
    for path, here in _by_shard(shards, places):
        articles = pq.read_table(path, columns=columns).filter(_is_new(here))
        removed = pq.read_table(ledger_of(path), columns=cut_columns)
        outlets |= set(articles["outlet_id"].unique().to_pylist()) - {None}
        measured.append(drift.measure(articles, removed, _NO_REJECTS, rules_sha256=rules_sha256))
    for path in reject_shards:
        rejects = pq.read_table(path, columns=["url"])
        measured.append(drift.measure(_empty(columns), _empty(cut_columns), rejects, rules_sha256=rules_sha256, known=outlets))
    return drift.merge(measured)


def ledger_of(shard: Path) -> Path:
    """The staged ledger that belongs to a staged shard of articles."""
    return shard.with_name(shard.name.replace(".articles.", ".removed."))


_NO_REJECTS = pa.table({"url": pa.array([], pa.string())})


def _empty(columns: Sequence[str]) -> pa.Table:
    types = {"byline": pa.list_(pa.string()), "published_date": pa.date32(), "n_words": pa.int32(), "n_chars": pa.int32()}
    types |= {"start": pa.int32(), "end": pa.int32()}
    return pa.table({name: pa.array([], types.get(name, pa.string())) for name in columns})


def recent_habits(root: Path, n_runs: int) -> list[tuple[drift.Habits, ...]]:
    """The habits that the last runs with new documents left beside their reports, the latest last."""
    found: list[tuple[drift.Habits, ...]] = []
    for path in sorted((root / "reports").glob("*.json"), reverse=True):
        try:
            habits = Facts.from_json(path.read_text(encoding="utf-8")).habits
        except (OSError, ValueError):  # a damaged record only shortens the history
            continue
        if habits:
            found.append(habits)
        if len(found) == n_runs:
            break
    return found[::-1]


def templates_in_force(parent: Snapshot | None) -> dict[str, frozenset[str]]:
    """Template lines by outlet that act in the next run: active ones and those a reviewer approved."""
    return templates.active_lines(parent.table("templates")) if parent else {}


def under_other_recipe(snapshot: Snapshot | None, recipe: Recipe) -> int:
    """Rows of `articles` that a run under another recipe wrote."""
    if snapshot is None:
        return 0
    runs = snapshot.table("runs", ["run_id", "recipe_sha256"])
    other = runs.filter(pc.not_equal(runs["recipe_sha256"], recipe.sha256()))["run_id"]
    if not len(other):
        return 0
    return int(snapshot.dataset("articles").count_rows(filter=pc.field("run_id").isin(other.combine_chunks())))
