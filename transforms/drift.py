"""Drift: an outlet that suddenly reads otherwise than in its own recent runs.

A redesign shows as fewer bylines, longer or shorter texts, other rules that hit, more rejects. Each
run leaves one `Habits` per outlet, sums only, so that shards add up; `breaks` compares the new run
with the outlet's earlier ones. There is no comparison between outlets.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Options:
    """When an outlet counts as changed, and whether its new documents are then held back.

    In 20,000 simulated outlet-runs the defaults raised 20 false alarms, 19 of them about the number
    of documents, which never holds anything back; they found each of 200 simulated redesigns (`tests/flow/test_drift.py`).
    """

    quarantine: bool = False
    """Hold the new documents of a changed outlet back. Off, because a change is reported either way."""
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
        if self.min_runs < 1 or self.runs < self.min_runs:
            raise ValueError(
                f"drift needs 1 <= min_runs <= runs, not min_runs={self.min_runs}, runs={self.runs}"
            )
        if self.ratio <= 1 or self.count_ratio <= 1:
            raise ValueError("drift.ratio and drift.count_ratio must be above 1")


@dataclass(frozen=True, slots=True)
class Habits:
    """What one outlet's documents of one run looked like, in sums."""

    outlet_id: str
    n_documents: int = 0
    n_rejected: int = 0
    n_words: int = 0
    n_chars: int = 0
    n_chars_removed: int = 0
    n_with_byline: int = 0
    n_with_date: int = 0
    rules: Mapping[str, int] = field(
        default_factory=dict
    )  # documents in which the rule cut something
    rules_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """One habit an outlet left: which, what was usual, what is now."""

    outlet_id: str
    measure: str  # documents, rejects, length, removed, byline, date, or rule:<name>
    usual: float
    now: float

    @property
    def holds_back(self) -> bool:
        """Whether the break says something about the documents themselves, not only about how many came."""
        return self.measure != "documents"

    @property
    def sentence(self) -> str:
        """The break for a person.

        >>> Break("example.org", "byline", 0.92, 0.05).sentence
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
) -> tuple[Habits, ...]:
    """The habits shown by the documents of one run or shard, by outlet, sorted.

    `articles` may hold duplicates and quarantined documents too: a copy shows the page's layout as
    well as an original does. Rejected documents are counted to the outlet of `known` (or of
    `articles`) whose domain their address ends in. Documents without an outlet are left out.
    """
    outlets: dict[str, Habits] = {}
    by_doc: dict[str, str] = {}
    columns = ("doc_id", "outlet_id", "n_words", "n_chars", "byline", "published_date")
    for doc_id, outlet, n_words, n_chars, byline, date in zip(
        *(articles[c].to_pylist() for c in columns), strict=True
    ):
        if outlet is None:
            continue
        by_doc[doc_id] = outlet
        one = Habits(
            outlet,
            1,
            0,
            n_words,
            n_chars,
            0,
            int(bool(byline)),
            int(date is not None),
            {},
            rules_sha256,
        )
        outlets[outlet] = add(outlets[outlet], one) if outlet in outlets else one
    for outlet, habits in _removed(removed, by_doc, rules_sha256).items():
        outlets[outlet] = add(outlets[outlet], habits)
    names = {*known, *outlets}
    for url in rejects["url"].to_pylist():
        outlet = outlet_of(url, names)
        if outlet is not None:
            one = Habits(outlet, n_rejected=1, rules_sha256=rules_sha256)
            outlets[outlet] = add(outlets[outlet], one) if outlet in outlets else one
    return tuple(outlets[name] for name in sorted(outlets))


def _removed(removed: pa.Table, by_doc: Mapping[str, str], rules_sha256: str) -> dict[str, Habits]:
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
        outlet: Habits(
            outlet, n_chars_removed=n, rules=dict(rules[outlet]), rules_sha256=rules_sha256
        )
        for outlet, n in n_chars.items()
    }


def add(one: Habits, other: Habits) -> Habits:
    """The habits of both sets of documents together; both are of the same outlet.

    >>> add(Habits("a", 2, rules={"share": 1}), Habits("a", 3, rules={"share": 2})).rules
    {'share': 3}
    """
    if one.outlet_id != other.outlet_id:
        raise ValueError(
            f"habits of two outlets do not add up: {one.outlet_id!r} and {other.outlet_id!r}"
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


def merge(shards: Iterable[Sequence[Habits]]) -> tuple[Habits, ...]:
    """The habits of several shards of one run as those of the run, sorted by outlet."""
    outlets: dict[str, Habits] = {}
    for habits in (one for shard in shards for one in shard):
        outlets[habits.outlet_id] = (
            add(outlets[habits.outlet_id], habits) if habits.outlet_id in outlets else habits
        )
    return tuple(outlets[name] for name in sorted(outlets))


def outlet_of(url: str | None, outlets: Iterable[str]) -> str | None:
    """The outlet whose domain the address lies in, or None.

    >>> outlet_of("https://www.example.co.uk/a", {"example.co.uk", "example.org"})
    'example.co.uk'
    """
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:  # an address such as "http://[" belongs to nobody
        return None
    labels, known = host.split("."), set(outlets)
    return next((name for i in range(len(labels)) if (name := ".".join(labels[i:])) in known), None)


def breaks(
    history: Sequence[Sequence[Habits]],
    current: Sequence[Habits],
    options: Options | None = None,
) -> tuple[Break, ...]:
    """The habits that outlets left in the current run, sorted by outlet and measure.

    `history` holds the habits of earlier runs, the latest last; the last `options.runs` in which an
    outlet had documents are compared. An outlet with too few earlier runs or documents has no habits
    to leave. An outlet without a single document now is named only where each of those runs had some:
    else it may belong to another input.
    """
    options = options or Options()
    past: dict[str, list[Habits]] = defaultdict(list)
    for run in history:
        for habits in run:
            past[habits.outlet_id].append(habits)
    recent = [{habits.outlet_id for habits in run} for run in history if run][-options.runs :]
    silent = (
        set.intersection(*recent) - {habits.outlet_id for habits in current}
        if current and recent
        else set()
    )
    found = [
        broken
        for habits in (*current, *map(Habits, silent))
        for broken in _outlet_breaks(past[habits.outlet_id][-options.runs :], habits, options)
    ]
    return tuple(sorted(found, key=lambda b: (b.outlet_id, b.measure)))


def held_back(found: Iterable[Break], options: Options) -> Mapping[str, str]:
    """Outlet to the reason why its new documents go to quarantine; empty unless the recipe asks for it."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for broken in found:
        if options.quarantine and broken.holds_back:
            reasons[broken.outlet_id].append(broken.sentence.removeprefix(f"{broken.outlet_id}: "))
    return {outlet: "; ".join(sentences) for outlet, sentences in reasons.items()}


def _outlet_breaks(past: Sequence[Habits], now: Habits, options: Options) -> Iterable[Break]:
    # After a change of the rules every outlet's share of removed text changes: that is no drift.
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
        if value is not None and len(usual) >= enough and _is_off(measured, usual, now, options):
            yield Break(now.outlet_id, measured.name, statistics.median(usual), value)


def _is_off(measured: _Measure, usual: Sequence[float], habits: Habits, options: Options) -> bool:
    """Whether the habit is far off its median, by the option and by the outlet's own spread."""
    middle, now = statistics.median(usual), measured.value(habits)
    assert now is not None
    if max(_count(habits), middle if measured.name == "documents" else 0) < options.min_documents:
        return False
    # 1.4826 makes the median absolute deviation comparable with a standard deviation.
    spread = 1.4826 * statistics.median(abs(v - middle) for v in usual)
    if measured.differ is _shares_differ:
        # What chance alone does to a share of so few documents; between the two, because both may be extreme.
        between = (middle + now) / 2
        spread = max(spread, math.sqrt(between * (1 - between) / _count(habits)))
    outside = now < min(usual) or now > max(usual)
    return (
        outside
        and measured.differ(middle, now, options)
        and abs(now - middle) > options.spreads * spread
    )


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    value: Callable[[Habits], float | None]
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


def _count(h: Habits) -> int:
    return h.n_documents + h.n_rejected


def _per_document(n: int, h: Habits) -> float | None:
    return n / h.n_documents if h.n_documents else None


def _rule_share(rule: str) -> Callable[[Habits], float | None]:
    return lambda h: _per_document(h.rules.get(rule, 0), h)


def _share_removed(h: Habits) -> float | None:
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
