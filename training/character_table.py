"""Write the packaged character table again.

    python -m training.character_table

Run this after a change of the normaliser or of the Unicode version, and raise the normaliser's
version too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from copydesk.transforms import unicode_tables


def main() -> None:
    """Build the table from this Python's Unicode data and write it beside the module."""
    classes, folded, expansions = unicode_tables.build()
    steps = np.diff(folded, prepend=np.int32(0)).astype(np.int32)
    np.savez_compressed(
        Path(unicode_tables.__file__).with_name(unicode_tables.TABLE),
        classes=classes,
        folded=steps,
        expansions=expansions,
    )


if __name__ == "__main__":
    main()
