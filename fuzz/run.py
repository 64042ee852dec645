"""Coverage-guided fuzzing with atheris: `python -m fuzz.run --minutes 20 [target ...]`.

Each target runs in a process of its own with its corpus under `fuzz/corpus/<target>` (kept between
runs, not in the repository). An input that breaks a promise, hangs for 20 seconds or takes more than 2 GB is written to
`fuzz/found/<target>-...` and ends that target with exit code 1; it then belongs into `fuzz/cases/<target>/`, which
the tests run. The total of minutes by target stands in `fuzz/minutes.json`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
READERS = ("text", "html", "jsonl", "parquet", "warc", "decode")


def main() -> int:
    """Fuzz the targets one after another; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=[*READERS, "clean_page", "clean_text", "copies"])
    parser.add_argument("--minutes", type=float, default=1.0, help="minutes for each target (clean_page gets three times as many)")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        _fuzz(chosen.targets[0], chosen.minutes)
        return 0
    return max(_supervise(target, chosen.minutes * (3 if target == "clean_page" else 1)) for target in chosen.targets)


def _supervise(target: str, minutes: float) -> int:
    began = time.monotonic()
    (HERE / "found").mkdir(exist_ok=True)
    log = HERE / "found" / f"{target}.log"
    command = [sys.executable, "-m", "fuzz.run", "--child", "--minutes", str(minutes), target]
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=HERE.parent, stdout=output, stderr=output, check=False)
    _note(target, (time.monotonic() - began) / 60)
    n_inputs = re.findall(r"number_of_executed_units: (\d+)", log.read_text(errors="replace"))
    outcome = "nothing found" if done.returncode == 0 else f"exit code {done.returncode}, see {log}"
    print(f"{target}: {outcome}; {n_inputs[-1] if n_inputs else 'no'} inputs", flush=True)
    return int(done.returncode != 0)


def _note(target: str, minutes: float) -> None:
    path = HERE / "minutes.json"
    total = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    total[target] = round(total.get(target, 0) + minutes, 1)
    path.write_text(json.dumps(total, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _fuzz(target: str, minutes: float) -> None:
    import atheris

    corpus, found = HERE / "corpus" / target, HERE / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    with atheris.instrument_imports(include=["copydesk", "trafilatura", "charset_normalizer"]):
        import copydesk
        from fuzz.seed import seeds
        from fuzz.targets import TARGETS
    for seed in seeds(target):
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    if target.startswith("clean"):
        copydesk.warm_up()
    arguments = [
        sys.argv[0], str(corpus), f"-max_total_time={int(minutes * 60)}", "-max_len=8192", "-timeout=20", "-rss_limit_mb=2048",
        f"-artifact_prefix={found / target}-", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip
    def tried(raw: bytes) -> None:
        try:
            TARGETS[target](raw)
        except BaseException:
            (found / f"{target}-{sha256(raw).hexdigest()[:16]}").write_bytes(raw)
            raise

    atheris.Setup(arguments, tried)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
