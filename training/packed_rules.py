"""Write the packaged table of the cleaning rules and the compiled patterns again: python -m training.packed_rules.

This is needed if a rule, a phrase, a long pattern of the taggers or the reading of patterns changes.
A test fails if it was forgotten.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from copydesk.transforms import tag
from copydesk.transforms.clean import rules
from copydesk.transforms.clean.patterns import rule_table
from copydesk.transforms.clean.rule import Place
from copydesk.transforms.regex import stored_patterns
from copydesk.transforms.tag.datelines import dateline_forms
from copydesk.transforms.tag.persons.caseless import Caseless

#: The places whose patterns are compiled one by one.
PLACES: tuple[Place, ...] = ("line", "start", "end", "form", "evidence")
#: Shorter patterns are compiled in less than half a millisecond.
LEAST_CHARS = 200


def main() -> None:
    """Build the table from the rules and write it. The dates in the file do not depend on the clock."""
    path = Path(rule_table.__file__).parents[1] / "data" / rule_table.FILE
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in rule_table.content_of(rules.ALL).items():
            packed = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
            entry = ZipInfo(f"{name}.json")
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, packed, compresslevel=9)
    patterns = Path(stored_patterns.__file__).with_name(stored_patterns.FILE)
    patterns.write_bytes(stored_patterns.packed(dict.fromkeys(slow_patterns())))


def slow_patterns() -> Iterator[tuple[str, int]]:
    """Yield the patterns that take long to compile, with their flags."""
    table = rule_table.RuleTable(rule_table.content_of(rules.ALL))
    for place in PLACES:
        for part in table.patterns(place, table.languages):
            for one in part.alternatives:
                if len(one.pattern) >= LEAST_CHARS:
                    yield one.pattern, 0
    for forms in (dateline_forms.SCRIPT_FORMS, dateline_forms.HOUSE_FORMS):
        yield from ((form.pattern, 0) for form in forms)
    taggers = [module for name, module in sys.modules.items() if name.startswith(tag.__name__)]
    for value in (value for module in taggers for value in vars(module).values()):
        if isinstance(value, Caseless) and len(value.pattern) >= LEAST_CHARS:
            yield value.pattern, 0
            yield value.pattern, re.IGNORECASE


if __name__ == "__main__":
    main()
