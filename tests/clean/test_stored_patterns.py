"""Patterns that are compiled in the package are those that Python compiles."""

import re

import pytest

from copydesk.transforms.regex import stored_patterns
from training import packed_rules


@pytest.fixture(scope="module")
def slow_patterns() -> list[tuple[str, int]]:
    return list(dict.fromkeys(packed_rules.slow_patterns()))


def test_a_stored_pattern_is_what_python_compiles(slow_patterns: list[tuple[str, int]]) -> None:
    for pattern, flags in slow_patterns[::40]:
        found, expected = stored_patterns.compiled(pattern, flags), re.compile(pattern, flags)
        assert found == expected
        assert found.groupindex == expected.groupindex
        assert found.flags == expected.flags


def test_groups_of_a_stored_pattern_have_their_names() -> None:
    content = stored_patterns.packed({(r"(?P<day>\d+)\.(\d+)", re.IGNORECASE): None})
    name = stored_patterns.name_of(r"(?P<day>\d+)\.(\d+)", re.IGNORECASE)
    found = stored_patterns.unpacked(
        r"(?P<day>\d+)\.(\d+)", stored_patterns.Stored(content)[name]
    ).fullmatch("24.12")
    assert found is not None
    assert (found.groupdict(), found.lastindex, found[2]) == ({"day": "24"}, 2, "12")


def test_the_file_has_every_slow_pattern(slow_patterns: list[tuple[str, int]]) -> None:
    """If this fails, run python -m training.packed_rules."""
    names = {stored_patterns.name_of(*key) for key in slow_patterns}
    assert stored_patterns.Stored.of_package().names == names


def test_a_pattern_that_is_not_stored_is_compiled() -> None:
    assert stored_patterns.compiled("not stored|at all") == re.compile("not stored|at all")


def test_patterns_of_another_version_of_re_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = stored_patterns.packed({("a|b", 0): None})
    assert len(stored_patterns.Stored(content)) == 1
    monkeypatch.setattr(stored_patterns, "_version", lambda: ["another"])
    assert len(stored_patterns.Stored(content)) == 0
