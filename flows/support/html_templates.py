"""The environment of every HTML template: what comes from documents is escaped, and a missing value fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jinja2


def environment(
    load: Callable[[str], str], filters: Mapping[str, Callable[..., Any]]
) -> jinja2.Environment:
    """Return an environment whose templates `load` gives by name, with these filters."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters
    return made
