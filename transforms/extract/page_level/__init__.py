"""Checks of a page as a whole: its kind, and chosen blocks that are copies or not the article's."""
