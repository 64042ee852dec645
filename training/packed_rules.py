"""Write the packaged table of the cleaning rules again.

    python -m training.packed_rules

Run this after a change of a rule, a phrase or the reading of patterns. A test fails if it was
forgotten.
"""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from copydesk.transforms.clean import rules
from copydesk.transforms.clean.patterns import rule_table


def main() -> None:
    """Build the table from the rules and write it.

    The dates in the file do not depend on the clock.
    """
    path = Path(rule_table.__file__).parents[1] / "data" / rule_table.FILE
    content = rule_table.content_of(rules.ALL, with_guards=True)
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in rule_table.stored_parts(content):
            entry = ZipInfo(name)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, text, compresslevel=9)


if __name__ == "__main__":
    main()
