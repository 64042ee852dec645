"""The options of the recipe's section [dedup]."""

from __future__ import annotations

from dataclasses import dataclass

RELATIONS = ("exact", "near", "excerpt", "overlap", "template")
POLICIES = ("fullest", "earliest", "longest", "original", "outlet-rank")
# Version of unicode_tables.npz and of the hash in signatures. Increase it if either changes.
NORMALISER_VERSION = 2
# Least score for a drop in a template pair. Statements and indices that are published every few
# weeks score up to .8 or more with an issue that has other figures. docs/copies.md has the figures.
TEMPLATE_SCORE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which documents are compared, and which of them may leave the corpus.

    Similarities are of sets of word 3-grams. They decide which pairs are recorded and what a pair
    is called. They never drop a document by themselves: that needs `may_go`. docs/copies.md gives
    the figures for the defaults.
    """

    window_hours: float = 72.0
    """Hours between two documents. A pair further apart is recorded only from `pair_floor_beyond` on, and is named template below `jaccard_high`."""
    may_go: float = 0.67
    """A document is dropped for another one only if the decision model gives at least this score that the other one says the same. A copy with lines of its own may be dropped together with the report that it is a copy of (see `indirect_edges`)."""
    jaccard_low: float = 0.1
    """Inside the window a document may be dropped from this Jaccard similarity on, or from `containment_low` on."""
    containment_low: float = 0.6
    """Inside the window and below `jaccard_low` a document may be dropped only if the longer text has this share of the shorter one. In wire stories that were read by hand, a fifth of the pairs below both limits could lose one document."""
    jaccard_high: float = 0.9
    """Beyond the window a pair of at least this Jaccard similarity is named near or excerpt, and any other pair template. Timelines, factboxes and market reports reach .86 in real wire text."""
    folds: tuple[str, ...] = RELATIONS
    """Relations for which a document may be dropped. The others only give rows of `pairs`."""
    keep: str = "fullest"
    """Which copy is kept: fullest, earliest, longest, original or outlet-rank."""
    outlet_rank: tuple[str, ...] = ()
    """Outlets by outlet_id, the preferred first, for keep = "outlet-rank"."""
    pair_floor: float = 0.1
    """Pairs are stored from this Jaccard similarity on. Clustering again with a lower limit is refused."""
    pair_floor_containment: float = 0.25
    """Pairs are also stored from this containment on."""
    pair_floor_beyond: float = 0.3
    """Beyond the window pairs are stored from this Jaccard similarity on. A timeline that is updated after weeks shares .3 to .5 with its last version."""
    undated_window: int = 20_000
    """An undated document is compared with this many of the most recent documents as if inside the window."""
    ngram: int = 3
    """Words in a shingle. On wire copies 3 finds cut and edited texts that 5 misses."""
    num_perm: int = 128
    """Permutations of a MinHash signature, datasketch's default."""
    seed: int = 1
    """Seed of the permutations, datasketch's default."""

    def __post_init__(self) -> None:
        for name in (
            "may_go",
            "jaccard_low",
            "containment_low",
            "jaccard_high",
            "pair_floor",
            "pair_floor_containment",
            "pair_floor_beyond",
        ):
            value = getattr(self, name)
            if not 0.0 < value <= 1.0:
                raise ValueError(f"{name} is {value!r}; it must be above 0 and at most 1")
        for low, floor in (
            ("jaccard_low", "pair_floor"),
            ("containment_low", "pair_floor_containment"),
            ("jaccard_high", "pair_floor_beyond"),
        ):
            if getattr(self, low) < getattr(self, floor):
                raise ValueError(
                    f"{low} = {getattr(self, low)} is below {floor} = {getattr(self, floor)}: "
                    f"pairs that low are not kept; lower {floor} and ingest again"
                )
        if self.keep not in POLICIES:
            raise ValueError(f"keep is {self.keep!r}; it must be one of {', '.join(POLICIES)}")
        unknown = sorted(set(self.folds) - set(RELATIONS))
        if unknown:
            raise ValueError(f"folds names {unknown[0]!r}; relations are {', '.join(RELATIONS)}")
        for name in ("window_hours", "undated_window"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must not be negative")
        for name, least, most in (("ngram", 1, 16), ("num_perm", 16, 1024)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; it must be from {least} to {most}"
                )

    def score_needed(self, relation: str) -> float:
        """Return the least score for a drop in a pair with this relation.

        >>> Options(may_go=0.6).score_needed("near"), Options(may_go=0.6).score_needed("template")
        (0.6, 0.8)
        """
        return max(self.may_go, TEMPLATE_SCORE) if relation == "template" else self.may_go

    @property
    def window_us(self) -> int:
        """The window in microseconds."""
        return int(self.window_hours * 3_600_000_000)
