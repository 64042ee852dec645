"""The dateline: where, when and by which agency a report was filed."""

from __future__ import annotations

import pyarrow as pa

from copydesk.schemas.column import column
from copydesk.transforms.ledger import Cut, cut
from copydesk.transforms.tag import published
from copydesk.transforms.tag.datelines import dateline_day
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.tagger import NOTHING, Tagger, TagResult, View

COLUMNS = (
    column(
        "dateline_place",
        pa.string(),
        "Place from which the report was filed, as printed in its dateline.",
    ),
    column(
        "dateline_country",
        pa.string(),
        "Country or state of that place: as printed, or from the gazetteer if it lists the city.",
    ),
    column(
        "dateline_agency",
        pa.string(),
        "Agency or outlet named in the dateline, always by the same name.",
    ),
    column(
        "dateline_date",
        pa.date32(),
        "Day named in the dateline. If it has no year, the year is that of `published_date` or of the fetch.",
    ),
)
RULE, RULE_VERSION = "dateline", 1


def find(view: View) -> TagResult:
    """Return the parts of the dateline.

    The dateline stays in the text unless the recipe removes it.
    """
    found = view.dateline
    if not found.end:
        return NOTHING
    values: dict[str, object] = {
        "dateline_place": found.place,
        "dateline_country": found.country,
        "dateline_agency": _canonical_name(found.agency),
    }
    if found.month is not None:
        fetched = view.document.fetched_at
        reference = published.find(view).values.get("published_date") or (
            fetched.date() if fetched else None
        )
        values["dateline_date"] = dateline_day.resolve(found, reference)
    evidence = {name: "text" for name, value in values.items() if value is not None}
    if found.country and found.place and found.country not in view.lines[found.line][: found.end]:
        evidence["dateline_country"] = "gazetteer"
    if not view.options.cut_dateline:
        return TagResult(values, evidence)
    removed = (*view.document.removed, *view.removed)
    cuts = cut(
        view.document.extracted,
        removed,
        [Cut(found.line, RULE, RULE_VERSION, start=0, end=found.end)],
    )
    return TagResult(values, evidence, cuts)


def _canonical_name(agency: str | None) -> str | None:
    """Return the one name of an agency or outlet that is known, and any other name as printed.

    For example "AP" becomes "Associated Press".
    """
    if agency is None:
        return None
    outlet = gazetteers.outlet_named(agency)
    return gazetteers.agency(agency) or (outlet[1] if outlet else agency)


TAGGER = Tagger(
    "dateline",
    COLUMNS,
    find,
    ((RULE, RULE_VERSION, "The dateline, where the recipe takes it out of the text."),),
)
