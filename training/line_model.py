"""Train the line model of `transforms/extract` from folders of labelled pages.

    python -m training.line_model --gold DIR --out transforms/extract/data/line_model.npz
    python -m training.line_model --gold DIR --check sites

DIR holds `*.jsonl.gz` files in the format of `copydesk evaluate`. The figures of `--check` come
from models that saw no page of the site in question. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copydesk.transforms.extract.blocks import read_blocks
from copydesk.transforms.extract.head_metadata import read_hints
from copydesk.transforms.extract.model import block_features
from copydesk.transforms.extract.model.block_features import Matrix
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.parse import parse
from training.line_model_check import measure, report
from training.line_model_passes import MEMBERS, ROUNDS, Forests, train, train_held_out
from training.page_samples import SEED, Sample, fold, samples

#: A page written for this purpose. Its features are stored, so that a test can compare them with
#: those that the code computes now.
PROBE = Path(__file__).parent / "probe.html"
_SOURCES = (
    "line_model.py",
    "line_model_passes.py",
    "page_samples.py",
    "labels.py",
    "splicing.py",
    "reproducible.py",
)


def stored(pages: Sequence[Sample], forests: Forests, gold: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the model file: forests, their columns, a probe, and their origin."""
    arrays = {
        "names": np.array(pages[0].names),
        "probe": probe(),
        "about": np.array(json.dumps(about(pages, gold), sort_keys=True)),
    }
    for name, forest in zip(("first", "second", "third"), forests, strict=True):
        arrays |= forest.arrays(name)
    return arrays


def about(pages: Sequence[Sample], gold: Path) -> dict[str, Any]:
    """Return the origin of a model.

    It has the script, its seed, the versions of what it uses, and the count and fingerprint of the
    gold files.
    """
    plain = [s for s in pages if not s.is_spliced]
    return {
        "script": script_version(),
        "seed": SEED,
        "rounds": ROUNDS,
        "members": len(MEMBERS),
        "pages": dict(Counter(s.collection for s in plain)),
        "spliced": len(pages) - len(plain),
        "sites": len({s.site for s in pages}),
        "gold": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            for path in sorted(gold.glob("*.jsonl*"))
        },
        "versions": {
            name: metadata.version(name) for name in ("lightgbm", "lxml", "numpy", "trafilatura")
        },
    }


def script_version() -> str:
    """Return a fingerprint of the code that labels, splices and trains.

    Imports, docstrings and comment lines do not count, because they change when modules move.
    """
    digest = hashlib.sha256()
    for name in _SOURCES:
        source = (Path(__file__).parent / name).read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            left_out: ast.stmt | None = None
            if isinstance(node, ast.Import | ast.ImportFrom):
                left_out = node
            elif (
                isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and ast.get_docstring(node) is not None
            ):
                left_out = node.body[0]
            if left_out is not None:
                end = left_out.end_lineno or left_out.lineno
                lines[left_out.lineno - 1 : end] = [""] * (end - left_out.lineno + 1)
        code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        digest.update("\n".join(code).encode())
    return digest.hexdigest()[:16]


def probe() -> Matrix:
    """Return the features of the page written for this purpose."""
    tree = parse(PROBE.read_text(encoding="utf-8"))
    hints = read_hints(tree)
    return block_features.build(read_blocks(tree, Options()), hints)[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Check the model, write it, or do both."""
    parser = argparse.ArgumentParser(
        prog="python -m training.line_model", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--gold", type=Path, required=True, metavar="DIR", help="folder of labelled pages"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help="where to write the model")
    parser.add_argument(
        "--check",
        choices=("sites", "collections"),
        help="print the figures of pages whose site, or whose collection, the model never saw",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        help="processes that train at once (default: 1); the result is the same",
    )
    chosen = parser.parse_args(arguments)
    pages = samples(chosen.gold)
    if not pages:
        sys.exit(
            f"{chosen.gold} holds no labelled page; a page is a line of a *.jsonl.gz file with `html` and `gold_text`"
        )
    if chosen.check:
        names = sorted({s.collection for s in pages})
        groups = [
            fold(s.site) if chosen.check == "sites" else names.index(s.collection) for s in pages
        ]
        forests = train_held_out(pages, groups, chosen.jobs)
        print(
            *report(measure(chosen.gold, pages, groups, forests, chosen.jobs)), sep="\n", flush=True
        )
    if chosen.out:
        np.savez_compressed(chosen.out, **stored(pages, train(pages, chosen.jobs), chosen.gold))  # type: ignore[arg-type]
        print(
            f"wrote {chosen.out}: {chosen.out.stat().st_size:,} bytes, from {len(pages)} pages of {len({s.site for s in pages})} sites"
        )


if __name__ == "__main__":
    main()
