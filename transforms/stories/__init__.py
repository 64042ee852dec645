"""Articles on one event, in whatever words, share a story."""

from copydesk.transforms.stories.finding import group_stories, warm
from copydesk.transforms.stories.options import Options

__all__ = ["Options", "group_stories", "warm"]
