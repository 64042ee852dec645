"""Map the checkout's folders into the `copydesk` package of a wheel; an editable install maps nothing.

As a static `force-include` the same map would also copy the files into an editable install, where
they shadow the checkout and go stale.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = {
    "copydesk.py": "copydesk/__init__.py",
    "py.typed": "copydesk/py.typed",
    "flows": "copydesk/flows",
    "schemas": "copydesk/schemas",
    "transforms": "copydesk/transforms",
}


class PackageMap(BuildHookInterface):  # type: ignore[type-arg]
    """The one hook hatchling looks for in this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the map to a wheel that is no editable one."""
        if version != "editable":
            build_data["force_include"].update(PACKAGE)
