"""Made-up report data: an ordinary run, and one whose documents attack the page."""

from __future__ import annotations

from dataclasses import replace

from copydesk.flows.pipeline.summary import Facts, StepCost
from copydesk.flows.report.data import (
    Cluster,
    Copy,
    Data,
    Outlet,
    Rule,
    Sample,
    Story,
)
from copydesk.transforms.drift import Anomaly

SCRIPT = "<script>document.title = 'attacked'; window.attacked = true</script>"
IMAGE = '"><img src=x onerror="window.attacked = true"><svg onload="window.attacked = true">'
UNCLOSED = "</p></div></section></main></style></title><!-- <table><td><textarea><plaintext>"
RIGHT_TO_LEFT = (
    "\u202eevil gnp.exe\u202c \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd\u2067\u2066"
)
BRACES = "{{ 7 * 7 }} {% for x in y %} ${7*7} \x1b[31m \x00 javascript:alert(1)"
LONG = "w" * 5_000

FACTS = Facts(
    run_id="20260301T060000-abcdef",
    snapshot_id="000007-0123456789ab",
    started_at="2026-03-01T06:00:00+00:00",
    finished_at="2026-03-01T06:01:40+00:00",
    inputs=("/data/incoming",),
    recipe_sha256="ab" * 32,
    n_read=1000,
    n_articles=700,
    n_duplicates=160,
    n_rejected=60,
    n_quarantined=20,
    n_known=60,
    n_revisions=4,
    steps=(
        StepCost("clean", 61.2, 900 * 2**20, 1000),
        StepCost("reconcile", 1.4, 900 * 2**20, 1000),
        StepCost("deduplicate", 9.8, 950 * 2**20, 900),
        StepCost("group", 7.0, 980 * 2**20, 700),
        StepCost("publish", 12.1, 990 * 2**20, 1000),
    ),
    anomalies=(Anomaly("harbour.example", "byline", 0.92, 0.03),),
    warnings=("412 rows were made with another recipe; `copydesk reprocess` makes them again.",),
)


def _text(subject: str) -> str:
    return "\n\n".join(
        f"The {subject} reopened on Monday after {n} weeks of repairs, and the council said that ferries will run every hour."
        for n in range(3, 9)
    )


def ordinary() -> Data:
    """Return a plain daily run."""
    outlets = tuple(
        Outlet(
            outlet_id=f"{name}.example",
            name=name.title(),
            n_documents=n,
            n_duplicates=n // 6,
            n_quarantined=20 if name == "harbour" else 0,
            n_rejected=n // 20,
            mean_words=380 + n,
            share_removed=0.05 + 0.001 * n,
            coverage={
                "title": 0.99,
                "byline": 0.03 if name == "harbour" else 0.9,
                "published_date": 0.95,
                "section": 0.5,
                "language": 1.0,
                "dateline_place": 0.2,
                "url": 1.0,
            },
            anomalies=("documents with a byline: 3 %, usually 92 %",) if name == "harbour" else (),
        )
        for name, n in (
            ("harbour", 220),
            ("valley-post", 180),
            ("evening-courier", 150),
            ("north-record", 120),
            ("daily-lantern", 90),
        )
    )
    kept = Copy(
        "a" * 32, "Valley Post", "Harbour bridge reopens", "2026-02-28 18:10", _text("bridge")
    )
    copies = tuple(
        Copy(
            f"{i}" * 32,
            outlet,
            "Bridge open again",
            "2026-02-28 20:00",
            _text("harbour bridge"),
            "near",
            0.81 - 0.1 * i,
            "earliest: two hours older",
        )
        for i, outlet in enumerate(("Harbour", "North Record"), 1)
    )
    return Data(
        facts=FACTS,
        rejected={
            "extract: no_text": 31,
            "read: binary": 14,
            "decode: truncated": 9,
            "limits: too_large": 4,
            "read: empty": 2,
        },
        relations={"near": 120, "exact": 30, "excerpt": 10},
        n_chars=4_000_000,
        rules=(
            Rule(
                "related_links",
                610,
                900,
                210_000,
                (
                    Sample(
                        "b" * 32,
                        "Ferries run every hour.\n",
                        "Related: All about ferries",
                        "\nThe council met.",
                    ),
                ),
            ),
            Rule(
                "share_bar",
                440,
                441,
                12_000,
                (Sample("c" * 32, "Rain fell.\n", "Share on Facebook", "\nIt stopped."),),
            ),
            Rule("photo_credit", 120, 121, 3_000),
        ),
        outlets=outlets,
        n_outlets=5,
        clusters=(Cluster(3, 3, kept, copies),),
        cluster_sizes={2: 60, 3: 22, 4: 7, 9: 1},
        stories=(
            Story(
                "s1",
                "Harbour bridge reopens",
                5,
                4,
                (kept, replace(copies[0], title="Ferries back")),
            ),
        ),
        languages={"en": 640, "no": 200, "de": 60},
        dates={f"2026-02-{day:02d}": day * 3 for day in range(1, 29)},
        n_undated=12,
    )


def hostile() -> Data:
    """Return the same run, with an attack in everything that comes from a page."""
    attacks = f"{SCRIPT}{IMAGE}{UNCLOSED}{RIGHT_TO_LEFT}{BRACES}"
    plain = ordinary()
    attacker = Copy("d" * 32, attacks, attacks, None, f"{attacks} {LONG} {attacks}")
    outlet = replace(
        plain.outlets[0],
        outlet_id=attacks,
        name=attacks + LONG,
        anomalies=(attacks,),
    )
    facts = replace(
        plain.facts,
        inputs=(attacks, "/a b\nc"),
        warnings=(attacks,),
        anomalies=(Anomaly(attacks, "byline", 0.9, 0.1), Anomaly("x", f"rule:{attacks}", 0, 1)),
    )
    return replace(
        plain,
        facts=facts,
        rejected={attacks: 3, "read: binary": 5},
        outlets=(outlet, *plain.outlets),
        languages={attacks: 4, "en": 1},
        rules=(
            Rule(attacks, 1, 1, 10_000, (Sample("e" * 32, attacks, attacks, attacks),)),
            *plain.rules,
        ),
        clusters=(
            Cluster(
                2,
                2,
                attacker,
                (replace(attacker, relation="near", reason=attacks, similarity=0.5),),
            ),
        ),
        stories=(Story("s2", attacks, 2, 2, (attacker, attacker)),),
        relations={attacks: 1},
    )
