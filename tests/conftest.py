"""Settings for all tests: the workers of a run are forks of the test's process."""

from __future__ import annotations

from copydesk.flows.support.processes import sandbox

# The other threads of a test process belong to pytest-xdist, and no worker needs them.
sandbox.allow_forks(beside_threads=True, prepare_here=True)
