"""Note which addresses a Python process talks to.

Every Python process that a test starts with this folder on its path loads this file.
"""

from __future__ import annotations

import os
import sys


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.getaddrinfo"}:
        whom = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        with open(os.environ["COPYDESK_WATCH"], "a", encoding="utf-8") as out:
            out.write(f"{whom!r}\n")


if "COPYDESK_WATCH" in os.environ:
    sys.addaudithook(_note)
