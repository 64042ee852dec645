"""The recipe: one TOML file with every choice of a run, each with a default.

A section is the `Options` class of the stage it steers, so a choice is declared where it is used.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copydesk.transforms import edit


class RecipeError(ValueError):
    """A recipe that cannot be followed: which key, what is wrong with it, what would be right."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run cuts its work."""

    shard_documents: int = (
        500  # half a minute of pages on one core: little is lost when a worker dies
    )
    # bounds a worker's memory where documents are long; of pages it is six seconds of work; shards get smaller towards the end of the input, down to a quarter
    shard_bytes: int = 32 * 2**20


@cache
def sections() -> Mapping[str, type]:
    """Section name to the dataclass that declares its keys, in the order they are written."""
    from copydesk.flows.read import Fields, Limits
    from copydesk.flows.warehouse import Options as WarehouseOptions
    from copydesk.transforms import clean, dedup, drift, extract, stories, tag
    from copydesk.transforms.clean import learned_templates as templates

    return {
        "inputs": Fields,
        "limits": Limits,
        "extract": extract.Options,
        "clean": clean.Options,
        "templates": templates.Options,
        "tag": tag.Options,
        "dedup": dedup.Options,
        "stories": stories.Options,
        "drift": drift.Options,
        "warehouse": WarehouseOptions,
        "run": Run,
    }


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every choice of a run; `Recipe()` is the default."""

    values: Mapping[str, Any] = field(
        default_factory=lambda: {name: section() for name, section in sections().items()}
    )

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(f"a recipe has no section {name!r}") from None

    def edit_options(self, templates: Mapping[str, frozenset[str]]) -> edit.Options:
        """The options of the stages that edit one document."""
        from copydesk.transforms import edit

        return edit.Options(
            extract=self.extract, clean=self.clean, tag=self.tag, templates=templates
        )

    def to_toml(self) -> str:
        """The whole recipe, defaults written out: what the `runs` table keeps and `from_toml` reads."""
        return "\n".join(_section_lines(name, options) for name, options in self.values.items())

    def sha256(self) -> str:
        """SHA-256 of the resolved recipe, hex: two recipes that choose the same have the same."""
        return sha256(self.to_toml().encode()).hexdigest()


def load(path: Path | None) -> Recipe:
    """The recipe in a TOML file, or the default one for None. Raises RecipeError."""
    if path is None:
        return Recipe()
    try:
        return from_toml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {str(path)!r} cannot be read: {error}") from error


def from_toml(text: str) -> Recipe:
    """The recipe a TOML text describes; what it leaves out has its default. Raises RecipeError."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe is not TOML: {error}") from error
    known = sections()
    for name in given:
        if name not in known:
            raise RecipeError(_unknown("section", name, known))
    return Recipe(
        {name: _options(name, section, given.get(name, {})) for name, section in known.items()}
    )


def _options(name: str, section: type, given: object) -> Any:
    if not isinstance(given, dict):
        raise RecipeError(f"[{name}] must be a table, not {given!r}")
    hints = typing.get_type_hints(section)
    for key in given:
        if key not in hints:
            raise RecipeError(_unknown(f"key in [{name}]", key, hints))
    try:
        return section(
            **{key: _value(f"{name}.{key}", value, hints[key]) for key, value in given.items()}
        )
    except ValueError as error:
        raise (
            error if isinstance(error, RecipeError) else RecipeError(f"[{name}] {error}")
        ) from error


def _value(key: str, value: object, hint: Any) -> object:
    """The TOML value as the type the option declares."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        (hint,) = (argument for argument in arguments if argument is not types.NoneType)
        return _value(key, value, hint)
    if origin is typing.Literal:
        if value not in arguments:
            raise RecipeError(
                f"{key} must be one of {', '.join(map(repr, arguments))}, not {value!r}"
            )
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_value(key, item, arguments[0]) for item in value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return {str(k): _value(f"{key}.{k}", v, arguments[1]) for k, v in value.items()}
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if (
        isinstance(hint, type)
        and isinstance(value, hint)
        and isinstance(value, bool) == (hint is bool)
    ):
        return value
    raise RecipeError(f"{key} must be {getattr(hint, '__name__', hint)}, not {value!r}")


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what}: {name!r}" + (
        f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
    )


def _section_lines(name: str, options: Any) -> str:
    lines = [f"[{name}]"]
    for item in dataclasses.fields(options):
        value = getattr(options, item.name)
        if value is not None:  # TOML has no null: an option left out is None
            lines.append(f"{item.name} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{json.dumps(k)} = {toml_value(v)}" for k, v in sorted(value.items()))
            + "}"
        )
    if isinstance(value, tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, str):
        # JSON strings are TOML basic strings, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
