"""Map the folders of the checkout into the `copydesk` package of a wheel.

An editable install maps nothing. A static `force-include` with the same map would copy the files into
an editable install too, and these copies would hide later changes in the checkout.
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
    """The hook that hatchling looks for in this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the map to a wheel, unless it is an editable one."""
        if version != "editable":
            build_data["force_include"].update(PACKAGE)
