"""Parameters with which LightGBM trains the same trees on every machine."""

from __future__ import annotations

from typing import Any

#: With several threads the order of sums varies, and so do the last digits of the gains. Without
#: `force_row_wise`, LightGBM chooses the layout of its histograms by the time that each takes.
REPRODUCIBLE: dict[str, Any] = {"num_threads": 1, "deterministic": True, "force_row_wise": True}
