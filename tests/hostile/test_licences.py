"""Every dependency of the run-time lock is listed with a permissive licence."""

from __future__ import annotations

import re
import subprocess
import sys

from docs import licences


def test_every_locked_package_has_a_licence_that_is_accepted() -> None:
    assert not {
        name: licence
        for name, licence in licences.licences().items()
        if not licences.ACCEPTED.search(licence)
    }


def test_the_page_lists_every_locked_package_that_is_installed() -> None:
    listed = set(
        re.findall(r"^\| ([^|]+?) \|", licences.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(licences.licences()) <= listed


def test_every_locked_package_has_a_hash() -> None:
    for lock in (licences.ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
        assert [
            entry.split("==")[0]
            for entry in entries
            if "==" in entry.split("\n")[0] and "--hash=sha256:" not in entry
        ] == []


def test_what_is_installed_agrees_with_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
