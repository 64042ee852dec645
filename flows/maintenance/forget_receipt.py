"""The receipt of a forget run, and the removal of forgotten documents from reports.

A receipt has ids, hashes and positions, but no text, title or address.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from copydesk.flows.maintenance.forget_request import Request, SelectedDocument, Selection
from copydesk.flows.support import atomic_write


def new_receipt(run: Mapping[str, Any], request: Request, selection: Selection) -> dict[str, Any]:
    """The receipt of a run that forgets the selection. The run fills in what it rewrites."""
    return {
        "receipt_id": run["run_id"],
        "forgotten_at": run["finished_at"].isoformat(),
        "asked_for": {
            "docs": list(request.docs),
            "url_sha256": [sha256(url.encode()).hexdigest() for url in request.urls],
            "outlet_sha256": [sha256(name.encode()).hexdigest() for name in request.outlets],
            "until": str(request.until) if request.until else None,
            "with_copies": request.with_copies,
        },
        "documents": [
            {
                "doc_id": identifier,
                "scope": document.scope,
                "url_sha256": document.url_sha256,
                "content_sha256": document.row["content_sha256"],
                "extracted_sha256": document.row["extracted_sha256"],
                "tables": dict(sorted(document.tables.items())),
            }
            for identifier, document in sorted(selection.documents.items())
        ],
        "others_with_its_text": [
            {"doc_id": identifier, "how": how} for identifier, how in selection.relatives.items()
        ],
        "rewritten": {},
        "replaced": {},
        "stories_renamed": {},
        "reports_removed": [],
    }


def write_receipt(root: Path, receipt: Mapping[str, Any]) -> str:
    """Write a receipt into the warehouse at `root`, and return its file name."""
    name = f"{receipt['receipt_id']}.json"
    atomic_write.write_text(
        root / "receipts" / name, json.dumps(receipt, indent=1, ensure_ascii=False) + "\n"
    )
    return name


def remove_from_reports(root: Path, documents: Mapping[str, SelectedDocument]) -> list[str]:
    """Delete report pages and edit report records that show one of the documents.

    Returns the names of these files.
    """
    identifying = _identifying_texts(documents)
    changed = []
    for path in sorted((root / "reports").rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if not any(text in content for text in identifying):
            continue
        if path.suffix == ".json":
            for text in identifying:
                content = content.replace(text, b"(forgotten)")
            atomic_write.write_text(path, content.decode("utf-8"))
        else:
            # `copydesk report RUN` can write the page again from the snapshot, without the document.
            path.unlink()
        changed.append(path.name)
    return changed


def _identifying_texts(documents: Mapping[str, SelectedDocument]) -> list[bytes]:
    """Ids, addresses and titles of documents as HTML and JSON write them, longest first."""
    texts: set[str] = set()
    for identifier, document in documents.items():
        row = document.row
        shown = [
            identifier,
            row["url"],
            row["canonical_url"],
            row["source_uri"] if row["record_number"] is None else None,
            # A short title such as "News" would match half of the reports.
            row["title"] if row["title"] and len(row["title"]) >= 12 else None,
        ]
        for text in shown:
            if text:
                texts |= {
                    text,
                    html.escape(text),
                    html.escape(text, quote=False),
                    json.dumps(text)[1:-1],
                    json.dumps(text, ensure_ascii=False)[1:-1],
                }
    return sorted((text.encode() for text in texts), key=len, reverse=True)
