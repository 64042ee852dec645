"""Fuzzing: targets, seeds and the runner."""
