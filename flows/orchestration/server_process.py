"""Prefect servers that a command starts: whether they answer, and the wait until they do."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from copydesk.flows.orchestration import prefect_settings

LOOPBACK = "127.0.0.1"  # never 0.0.0.0: the server has no login


class StartFailed(RuntimeError):
    """A server ended or did not answer. The message is the rest of a sentence about it."""


def answers(url: str) -> bool:
    """Whether a Prefect API answers at this address.

    >>> answers("http://127.0.0.1:9/api")
    False
    """
    headers = (
        {"Authorization": f"Bearer {key}"} if (key := os.environ.get("PREFECT_API_KEY")) else {}
    )
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{url}/health", headers=headers), timeout=5
        ) as response:
            return json.load(response) is True
    except (OSError, ValueError, urllib.error.URLError):
        return False


def wait(
    url: str, process: subprocess.Popen[bytes], *, is_over: Callable[[], bool] = lambda: False
) -> None:
    """Wait until the server answers, or until `is_over`. Raises StartFailed."""
    name = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
    patience = float(os.environ.get(name, prefect_settings.PATIENT[name]))
    deadline = time.monotonic() + patience
    while not answers(url) and not is_over():
        if process.poll() is not None:
            raise StartFailed("ended right after its start")
        if time.monotonic() > deadline:
            raise StartFailed(f"did not answer within {patience:.0f} seconds")
        time.sleep(0.1)
