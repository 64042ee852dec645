"""Finds outlets whose documents suddenly differ from those of their own recent runs.

After a redesign of its pages an outlet has, for example, fewer bylines, longer or shorter texts,
cuts by other rules, or more rejects. Each run records one `OutletProfile` for each outlet. It has
only sums, so the profiles of shards can be added. `anomalies` compares the new profile of an outlet
with its earlier ones. Outlets are not compared with each other.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.transforms.argument_checks import check_at_least


@dataclass(frozen=True, slots=True)
class Options:
    """When an outlet counts as changed, and whether its new documents are then quarantined.

    In 20,000 simulated outlet-runs the defaults raised 20 false alarms. 19 of them were about the
    number of documents, which never causes a quarantine. They found each of 200 simulated redesigns
    (`tests/flow/test_drift.py`).
    """

    quarantine: bool = False
    """Quarantine the new documents of a changed outlet. Off, because a change is reported in any case."""
    runs: int = 14
    """Earlier runs compared. Two weeks of daily runs hold two weekends."""
    min_runs: int = 3
    """Earlier runs an outlet needs. Fewer show no usual behaviour."""
    count_runs: int = 7
    """Earlier runs compared for the number of documents. A week of daily runs holds one weekend."""
    min_documents: int = 20
    """Documents of an outlet in one run. A share of fewer is mostly chance."""
    spreads: float = 4.0
    """Deviations of the outlet's own earlier runs. Beyond 4 is one in 15,000 for a normal distribution."""
    share_change: float = 0.3
    """Change of a share. Arbitrary: a third of the documents; a redesign changes nearly all."""
    ratio: float = 1.8
    """Change of a length. Arbitrary: lengths of news differ by a fifth between weeks, a lost body halves them."""
    count_ratio: float = 5.0
    """Change of the number of documents. Arbitrary: outlets publish two to three times less on Sundays."""

    def __post_init__(self) -> None:
        check_at_least(self, 1, "min_runs", "count_runs", "min_documents")
        if self.runs < self.min_runs:
            raise ValueError(
                f"runs is {self.runs}; it must be at least min_runs, which is {self.min_runs}"
            )
        for name, least in (("spreads", 0), ("share_change", 0), ("ratio", 1), ("count_ratio", 1)):
            if getattr(self, name) <= least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above {least}")


@dataclass(frozen=True, slots=True)
class OutletProfile:
    """Sums over the documents of one outlet in one run."""

    outlet_id: str
    n_documents: int = 0
    n_rejected: int = 0
    n_words: int = 0
    n_chars: int = 0
    n_chars_removed: int = 0
    n_with_byline: int = 0
    n_with_date: int = 0
    # Number of documents in which each rule cut something.
    rules: Mapping[str, int] = field(default_factory=dict)
    rules_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A measure in which an outlet differs from its earlier runs: its usual value and the new one."""

    outlet_id: str
    measure: str  # One of documents, rejects, length, removed, byline, date, or rule:<name>.
    usual: float
    now: float

    @property
    def quarantines(self) -> bool:
        """Whether the measure is about the documents themselves, and not only about their number."""
        return self.measure != "documents"

    @property
    def sentence(self) -> str:
        """The anomaly as a sentence.

        >>> Anomaly("example.org", "byline", 0.92, 0.05).sentence
        'example.org: documents with a byline: 5 %, usually 92 %'
        """
        name, unit = _NAMES.get(self.measure, ("", "%"))
        name = name or f"documents in which rule {self.measure.removeprefix('rule:')} cut"
        usual, now = (
            f"{100 * v:.0f} %" if unit == "%" else f"{v:,.0f}{unit}" for v in (self.usual, self.now)
        )
        return f"{self.outlet_id}: {name}: {now}, usually {usual}"


_NAMES = {
    "documents": ("documents", ""),
    "rejects": ("documents rejected", "%"),
    "length": ("mean length", " words"),
    "removed": ("share of text removed", "%"),
    "byline": ("documents with a byline", "%"),
    "date": ("documents with a date", "%"),
}


def measure(
    articles: pa.Table,
    removed: pa.Table,
    rejects: pa.Table,
    *,
    rules_sha256: str = "",
    known: Iterable[str] = (),
) -> tuple[OutletProfile, ...]:
    """Return the profiles of the outlets in one run or shard, sorted by outlet.

    `articles` may contain duplicates and quarantined documents, because a copy shows the layout of
    a page as well. A rejected document counts for the outlet in `known` or `articles` that has the
    domain of its address. Documents without an outlet are left out.
    """
    by_doc = dict(
        zip(articles["doc_id"].to_pylist(), articles["outlet_id"].to_pylist(), strict=True)
    )
    outlets = _of_articles(articles, rules_sha256)
    for outlet, profile in _removed(removed, by_doc, rules_sha256).items():
        outlets[outlet] = add(outlets[outlet], profile)
    names = {*known, *outlets}
    for url in rejects["url"].to_pylist():
        refused = outlet_of(url, names)
        if refused is not None:
            one = OutletProfile(refused, n_rejected=1, rules_sha256=rules_sha256)
            outlets[refused] = add(outlets[refused], one) if refused in outlets else one
    return tuple(outlets[name] for name in sorted(outlets))


def _of_articles(articles: pa.Table, rules_sha256: str) -> dict[str, OutletProfile]:
    """Return the profiles of the documents by outlet, without their cuts."""
    columns = {
        "n_documents": pa.repeat(1, articles.num_rows),
        "n_words": articles["n_words"],
        "n_chars": articles["n_chars"],
        "n_with_byline": pc.greater(pc.list_value_length(articles["byline"]), 0).cast(pa.int32()),
        "n_with_date": articles["published_date"].is_valid().cast(pa.int32()),
    }
    rows = pa.table({"outlet_id": articles["outlet_id"].cast(pa.string()), **columns})
    sums = (
        rows.filter(rows["outlet_id"].is_valid())
        .group_by("outlet_id", use_threads=False)
        .aggregate([(name, "sum") for name in columns])
    )
    profiles = {}
    for row in sums.to_pylist():
        counts: dict[str, Any] = {name: row[f"{name}_sum"] or 0 for name in columns}
        outlet = row["outlet_id"]
        profiles[outlet] = OutletProfile(outlet, rules_sha256=rules_sha256, **counts)
    return profiles


def _removed(
    removed: pa.Table, by_doc: Mapping[str, str | None], rules_sha256: str
) -> dict[str, OutletProfile]:
    sizes = removed.select(["doc_id", "rule"]).append_column(
        "n", pc.subtract(removed["end"], removed["start"])
    )
    grouped = sizes.group_by(["doc_id", "rule"]).aggregate([("n", "sum")])
    n_chars: dict[str, int] = defaultdict(int)
    rules: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for doc_id, rule, n in zip(
        *(grouped[c].to_pylist() for c in ("doc_id", "rule", "n_sum")), strict=True
    ):
        outlet = by_doc.get(doc_id)
        if outlet is not None:
            n_chars[outlet] += n
            rules[outlet][rule] += 1
    return {
        outlet: OutletProfile(
            outlet, n_chars_removed=n, rules=dict(rules[outlet]), rules_sha256=rules_sha256
        )
        for outlet, n in n_chars.items()
    }


def add(one: OutletProfile, other: OutletProfile) -> OutletProfile:
    """Return the profile of both sets of documents together. Raises ValueError for two outlets.

    >>> add(OutletProfile("a", 2, rules={"share": 1}), OutletProfile("a", 3, rules={"share": 2})).rules
    {'share': 3}
    """
    if one.outlet_id != other.outlet_id:
        raise ValueError(
            f"profiles of two outlets cannot be added: {one.outlet_id!r} and {other.outlet_id!r}"
        )
    rules = {
        name: one.rules.get(name, 0) + other.rules.get(name, 0)
        for name in sorted({*one.rules, *other.rules})
    }
    sums = {
        name: getattr(one, name) + getattr(other, name)
        for name in (
            "n_documents",
            "n_rejected",
            "n_words",
            "n_chars",
            "n_chars_removed",
            "n_with_byline",
            "n_with_date",
        )
    }
    return replace(one, **sums, rules=rules)


def merge(shards: Iterable[Sequence[OutletProfile]]) -> tuple[OutletProfile, ...]:
    """Return the profiles of a run, added from those of its shards and sorted by outlet."""
    outlets: dict[str, OutletProfile] = {}
    for profile in (one for shard in shards for one in shard):
        outlets[profile.outlet_id] = (
            add(outlets[profile.outlet_id], profile) if profile.outlet_id in outlets else profile
        )
    return tuple(outlets[name] for name in sorted(outlets))


def outlet_of(url: str | None, outlets: Iterable[str]) -> str | None:
    """Return the outlet whose domain the address has, or None.

    >>> outlet_of("https://www.example.co.uk/a", {"example.co.uk", "example.org"})
    'example.co.uk'
    """
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:  # An invalid address such as "http://[".
        return None
    labels, known = host.split("."), set(outlets)
    return next((name for i in range(len(labels)) if (name := ".".join(labels[i:])) in known), None)


def anomalies(
    history: Sequence[Sequence[OutletProfile]],
    current: Sequence[OutletProfile],
    options: Options | None = None,
) -> tuple[Anomaly, ...]:
    """Return the anomalies of outlets in the current run, sorted by outlet and measure.

    `history` has the profiles of earlier runs, the latest last. The last `options.runs` runs in
    which an outlet had documents are compared. An outlet with too few earlier runs or documents has
    no anomalies. An outlet without any document in this run has an anomaly only if it had documents
    in each of those runs. Otherwise it may belong to another input.
    """
    options = options or Options()
    past: dict[str, list[OutletProfile]] = defaultdict(list)
    for run in history:
        for profile in run:
            past[profile.outlet_id].append(profile)
    recent = [{profile.outlet_id for profile in run} for run in history if run][-options.runs :]
    silent = (
        set.intersection(*recent) - {profile.outlet_id for profile in current}
        if current and recent
        else set()
    )
    found = [
        anomaly
        for profile in (*current, *map(OutletProfile, silent))
        for anomaly in _outlet_anomalies(past[profile.outlet_id][-options.runs :], profile, options)
    ]
    return tuple(sorted(found, key=lambda b: (b.outlet_id, b.measure)))


def quarantine_reasons(found: Iterable[Anomaly], options: Options) -> Mapping[str, str]:
    """Return the reason to quarantine the new documents of each outlet.

    The result is empty unless the recipe turns quarantine on.
    """
    reasons: dict[str, list[str]] = defaultdict(list)
    for anomaly in found:
        if options.quarantine and anomaly.quarantines:
            reasons[anomaly.outlet_id].append(
                anomaly.sentence.removeprefix(f"{anomaly.outlet_id}: ")
            )
    return {outlet: "; ".join(sentences) for outlet, sentences in reasons.items()}


def _outlet_anomalies(
    past: Sequence[OutletProfile], now: OutletProfile, options: Options
) -> Iterable[Anomaly]:
    # A change of the rules changes the share of removed text of every outlet. That is not drift.
    same_rules = [h for h in past if h.rules_sha256 == now.rules_sha256]
    rules = sorted({*now.rules, *(name for h in same_rules for name in h.rules)})
    for measured in (
        *_MEASURES,
        *(_Measure(f"rule:{name}", _rule_share(name), _shares_differ) for name in rules),
    ):
        compared = same_rules if measured.by_rules else past
        least = 1 if measured.name == "documents" else max(options.min_documents // 2, 1)
        usual = [v for h in compared if _count(h) >= least and (v := measured.value(h)) is not None]
        value = measured.value(now)
        enough = options.count_runs if measured.name == "documents" else options.min_runs
        if (
            value is not None
            and len(usual) >= enough
            and _is_off(measured, usual, value, now, options)
        ):
            yield Anomaly(now.outlet_id, measured.name, statistics.median(usual), value)


def _is_off(
    measured: _Measure,
    usual: Sequence[float],
    now: float,
    profile: OutletProfile,
    options: Options,
) -> bool:
    """Tell whether the value `now` is far from the median of the usual ones.

    The options and the outlet's own spread decide.
    """
    middle = statistics.median(usual)
    if max(_count(profile), middle if measured.name == "documents" else 0) < options.min_documents:
        return False
    # 1.4826 makes the median absolute deviation comparable with a standard deviation.
    spread = 1.4826 * statistics.median(abs(v - middle) for v in usual)
    if measured.differ is _shares_differ:
        # The deviation that chance alone gives a share of this number of documents, at the mean of
        # both shares, because either may be extreme.
        between = (middle + now) / 2
        spread = max(spread, math.sqrt(between * (1 - between) / _count(profile)))
    outside = now < min(usual) or now > max(usual)
    return (
        outside
        and measured.differ(middle, now, options)
        and abs(now - middle) > options.spreads * spread
    )


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    value: Callable[[OutletProfile], float | None]
    differ: Callable[[float, float, Options], bool]

    @property
    def by_rules(self) -> bool:
        return self.name == "removed" or self.name.startswith("rule:")


def _shares_differ(usual: float, now: float, options: Options) -> bool:
    return abs(usual - now) >= options.share_change


def _lengths_differ(usual: float, now: float, options: Options) -> bool:
    return max(usual, now) >= options.ratio * min(usual, now)


def _counts_differ(usual: float, now: float, options: Options) -> bool:
    return max(usual, now) >= options.count_ratio * min(usual, now)


def _count(h: OutletProfile) -> int:
    return h.n_documents + h.n_rejected


def _per_document(n: int, h: OutletProfile) -> float | None:
    return n / h.n_documents if h.n_documents else None


def _rule_share(rule: str) -> Callable[[OutletProfile], float | None]:
    return lambda h: _per_document(h.rules.get(rule, 0), h)


def _share_removed(h: OutletProfile) -> float | None:
    whole = h.n_chars + h.n_chars_removed
    return h.n_chars_removed / whole if whole else None


_MEASURES = (
    _Measure("documents", _count, _counts_differ),
    _Measure("rejects", lambda h: h.n_rejected / _count(h) if _count(h) else None, _shares_differ),
    _Measure("length", lambda h: _per_document(h.n_words, h), _lengths_differ),
    _Measure("removed", _share_removed, _shares_differ),
    _Measure("byline", lambda h: _per_document(h.n_with_byline, h), _shares_differ),
    _Measure("date", lambda h: _per_document(h.n_with_date, h), _shares_differ),
)
