"""The persistent near-duplicate index: immutable files named by the snapshot that uses them."""

from copydesk.flows.index.files import IndexRefused
from copydesk.flows.index.index import Found, Index, Written

__all__ = ["Found", "Index", "IndexRefused", "Written"]
