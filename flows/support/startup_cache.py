"""What the cleaning of a first document computes in every process, kept in the user's cache folder.

`copydesk clean` edits one document and ends, so it cannot spread this second over many. The folder
is `$XDG_CACHE_HOME/copydesk`, else `~/.cache/copydesk`. Where it cannot be written, or a file of it
is damaged, everything is computed and nothing is lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path


def folder() -> Path:
    """Where the files are."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "copydesk"


def prepare() -> None:
    """Give the language model and the rule index what an earlier process computed, or compute and keep it."""
    _language()
    _patterns()


def _language() -> None:
    import numpy as np

    from copydesk.transforms.tag import language

    path = folder() / f"language-{version('py3langid')}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            language.use_arrays({name: stored[name] for name in language.Model._fields[:-1]})
        return
    except (OSError, ValueError, KeyError, EOFError):
        pass
    arrays = language.arrays()
    language.use_arrays(arrays)
    _keep(path, lambda draft: np.savez(draft, **arrays))  # type: ignore[arg-type]  # numpy's stub takes the names for flags


def _patterns() -> None:
    from copydesk.transforms.clean import RULES, pattern_literals
    from copydesk.transforms.clean.pattern_index import alternatives

    patterns = [
        one
        for rule in RULES
        for pattern in (*rule.patterns, *rule.sentences)
        for one in alternatives(pattern)
    ]
    digest = sha256(Path(pattern_literals.__file__).read_bytes() + "\n".join(patterns).encode())
    path = folder() / f"patterns-{digest.hexdigest()[:16]}.json"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        pattern_literals.remembered.update(
            {pattern: frozenset(heads) for pattern, heads in stored.items()}
        )
        return
    except (OSError, ValueError, AttributeError, TypeError):
        pass
    known: dict[str, list[str]] = {}
    for rule in RULES:
        if rule.place == "ending":
            continue  # tried one after the other, never filed
        for pattern in (*rule.patterns, *rule.sentences):
            known |= {one: sorted(pattern_literals.prefixes(one)) for one in alternatives(pattern)}
    _keep(path, lambda draft: draft.write_text(json.dumps(known), encoding="utf-8"))


def _keep(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole, where that is possible; older versions of it go."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{os.getpid()}-{path.name}")
        write(draft)
        draft.replace(path)
        kind = path.name.split("-", 1)[0]
        for old in path.parent.glob(f"{kind}-*"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        pass
