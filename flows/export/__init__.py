"""Exports of the corpus for other programs, with a data card about their origin."""
