"""The index of signatures of all published documents. Its files never change; snapshots name them."""

from copydesk.flows.index.candidate_query import IndexedCandidates
from copydesk.flows.index.copy_index import Index, IndexUpdate
from copydesk.flows.index.index_files import IndexRefused

__all__ = ["Index", "IndexRefused", "IndexUpdate", "IndexedCandidates"]
