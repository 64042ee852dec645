"""The persistent near-duplicate index: immutable files named by the snapshot that uses them."""

from copydesk.flows.index.copy_index import Found, Index, Written
from copydesk.flows.index.index_files import IndexRefused

__all__ = ["Found", "Index", "IndexRefused", "Written"]
