"""The columns of a kept document that describe its copy cluster."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from copydesk.flows.support import id_index
from copydesk.schemas import document_columns
from copydesk.schemas.column import TIMESTAMP


def with_cluster_columns(rows: pa.Table, facts: pa.Table, sizes: id_index.Table) -> pa.Table:
    """Return the rows with the columns `document_columns.CLUSTER`.

    `facts` holds `outlet_id` and `published_at` of the same rows, `sizes` the clusters of several
    documents. A document without copies is a cluster of one.
    """
    alone = {
        "cluster_size": 1,
        "n_outlets": facts["outlet_id"].is_valid().cast(pa.int32()),
        "n_origins": 1,
        "first_published_at": facts["published_at"].cast(TIMESTAMP),
    }
    kinds = {field.name: field.type for field in document_columns.GROUPS}
    for name, values in sizes.columns(rows["doc_id"], document_columns.CLUSTER).items():
        rows = rows.append_column(name, pc.coalesce(values, alone[name]).cast(kinds[name]))
    return rows
