"""Everything that opens files, knows Prefect, or talks to a person."""

import os

# Arrow reads it once, when it is loaded; see `flows/support/allocator.py`.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
