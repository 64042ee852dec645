"""Fuzz with atheris, guided by coverage.

    python -m fuzz.run --minutes 20 [--seeds FOLDER] [target ...]

Each target runs in a process of its own. Its corpus is in `fuzz/corpus/<target>`, which is kept
between runs and is not part of the repository. An input that breaks a promise, hangs for 20 seconds
or takes more than 2 GB is written to `fuzz/found/<target>-...` and ends that target with exit code
1. Move it to `fuzz/cases/<target>/`, where the tests run it.

`fuzz/minutes.json` has the totals of each target: minutes of wall time, and the minutes of CPU and
the inputs of the runs that counted them.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
READERS = ("text", "html", "jsonl", "parquet", "warc", "decode")
LONGEST = 8192  # bytes of an input; longer ones are slower to mutate and find the same faults


def main() -> int:
    """Fuzz the targets one after another; return 1 if something was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets",
        nargs="*",
        default=[*READERS, "clean_page", "clean_text", "copies"],
        help="targets to fuzz (default: the common formats, decoding and cleaning)",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=1.0,
        help="minutes for each target (clean_page gets three times as many)",
    )
    parser.add_argument(
        "--seeds", type=Path, help="a folder of more inputs to start from; nothing is written to it"
    )
    parser.add_argument(
        "--longest",
        type=int,
        default=LONGEST,
        help="the longest input, in bytes (default: %(default)s)",
    )
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        _fuzz(chosen.targets[0], chosen.minutes, chosen.longest, chosen.seeds)
        return 0
    options = [
        f"--longest={chosen.longest}",
        *([f"--seeds={chosen.seeds.resolve()}"] if chosen.seeds else []),
    ]
    return max(
        _supervise(target, chosen.minutes * (3 if target == "clean_page" else 1), options)
        for target in chosen.targets
    )


def _supervise(target: str, minutes: float, options: list[str]) -> int:
    (HERE / "found").mkdir(exist_ok=True)
    log = HERE / "found" / f"{target}.log"
    command = [
        sys.executable,
        "-m",
        "fuzz.run",
        "--child",
        "--minutes",
        str(minutes),
        *options,
        target,
    ]
    began, cpu = time.monotonic(), _cpu_of_children()
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=HERE.parent, stdout=output, stderr=output, check=False)
    counted = re.findall(r"number_of_executed_units: (\d+)", log.read_text(errors="replace"))
    n_inputs = int(counted[-1]) if counted else 0
    _note(
        target,
        wall_minutes=(time.monotonic() - began) / 60,
        cpu_minutes=(_cpu_of_children() - cpu) / 60,
        inputs=n_inputs,
    )
    outcome = "nothing found" if done.returncode == 0 else f"exit code {done.returncode}, see {log}"
    print(f"{target}: {outcome}; {n_inputs:,} inputs", flush=True)
    return int(done.returncode != 0)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _note(target: str, **spent: float) -> None:
    path = HERE / "minutes.json"
    totals = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    total = totals.setdefault(target, {})
    for name, value in spent.items():
        total[name] = (
            round(total.get(name, 0) + value, 1)
            if name != "inputs"
            else total.get(name, 0) + int(value)
        )
    path.write_text(json.dumps(totals, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _fuzz(target: str, minutes: float, longest: int, further: Path | None) -> None:
    import atheris

    corpus, found = HERE / "corpus" / target, HERE / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    with atheris.instrument_imports(include=["copydesk", "trafilatura", "charset_normalizer"]):
        import copydesk
        from fuzz.mutate import WORDS, pages
        from fuzz.seed import seeds
        from fuzz.targets import TARGETS
    for seed in seeds(target):
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)
    if target.startswith("clean"):
        copydesk.warm_up()
    dictionary = found / f"{target}.dict"
    words = ("".join(map("\\x{:02x}".format, word)) for word in WORDS.get(target, ()))
    dictionary.write_text("".join(f'"{word}"\n' for word in words), encoding="ascii")
    arguments = [
        sys.argv[0], str(corpus), *([str(further)] if further else []), f"-max_total_time={int(minutes * 60)}", f"-max_len={longest}", "-timeout=20", "-rss_limit_mb=2048",
        f"-dict={dictionary}", f"-artifact_prefix={found / target}-", "-print_final_stats=1", "-verbosity=0",
    ]  # fmt: skip

    def tried(raw: bytes) -> None:
        try:
            TARGETS[target](raw)
        except BaseException:
            (found / f"{target}-{sha256(raw).hexdigest()[:16]}").write_bytes(raw)
            raise

    if target == "clean_page":

        def mutated(raw: bytes, most: int, seed: int) -> bytes:
            return pages(raw, seed)[:most] if seed % 2 else bytes(atheris.Mutate(raw, most))

        atheris.Setup(arguments, tried, custom_mutator=mutated)
    else:
        atheris.Setup(arguments, tried)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
