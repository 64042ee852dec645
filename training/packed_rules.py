"""Write the packaged table of the cleaning rules again.

    python -m training.packed_rules

Run this after a change of a rule, a phrase or the reading of patterns. A test fails if it was
forgotten.
"""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from copydesk.transforms.clean import rules
from copydesk.transforms.clean.patterns import rule_table


def main() -> None:
    """Build the table from the rules and write it.

    The dates in the file do not depend on the clock.
    """
    path = Path(rule_table.__file__).parents[1] / "data" / rule_table.FILE
    parts = rule_table.content_of(rules.ALL, with_guards=True)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            packed = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
            entry = ZipInfo(f"{name}.json")
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, packed, compresslevel=9)


if __name__ == "__main__":
    main()
