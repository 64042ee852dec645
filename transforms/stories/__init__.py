"""Group articles about the same event into stories, even when they share no wording."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from copydesk.transforms.stories.options import Options

if TYPE_CHECKING:
    from copydesk.transforms.stories.stories_in_memory import group_stories, warm

__all__ = ["Options", "group_stories", "warm"]


def __getattr__(name: str) -> object:
    # A recipe needs only `Options`. Everything else imports numba, which takes half a second.
    if name in __all__:
        return getattr(import_module("copydesk.transforms.stories.stories_in_memory"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
