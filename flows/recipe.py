"""Read and write the recipe, a TOML file with the options of a run. Every option has a default.

Each section is the `Options` class of one stage, so that an option is declared next to its use.
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
from typing import TYPE_CHECKING, Any, cast

from copydesk.flows.warehouse.last_run import last_run
from copydesk.transforms.argument_checks import check_at_least

if TYPE_CHECKING:
    from copydesk.flows.read import Fields, Limits
    from copydesk.flows.warehouse import Options as WarehouseOptions
    from copydesk.flows.warehouse import Snapshot
    from copydesk.transforms import clean, dedup, drift, edit, extract, stories, tag
    from copydesk.transforms.clean import learned_templates


class RecipeError(ValueError):
    """A recipe that cannot be used. The message names the key, the fault and what would be right."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run splits its input into shards."""

    shard_documents: int = 1000
    """Documents in one shard. One core needs about a second for 1000 texts, and pages reach the limit of bytes first, so little is lost if a worker dies."""
    shard_bytes: int = 32 * 2**20
    """Bytes in one shard. This limits a worker's memory if documents are long. Towards the end of the input, shards get smaller, down to a quarter of this."""

    def __post_init__(self) -> None:
        check_at_least(self, 1, "shard_documents", "shard_bytes")


@cache
def sections() -> Mapping[str, type]:
    """Return the dataclass that declares the keys of each section, in the order of the file."""
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
    """Every option of a run; `Recipe()` has the defaults."""

    values: Mapping[str, Any] = field(
        default_factory=lambda: {name: section() for name, section in sections().items()}
    )

    @property
    def inputs(self) -> Fields:
        """Section [inputs]: which fields of a record to read."""
        return cast("Fields", self.values["inputs"])

    @property
    def limits(self) -> Limits:
        """Section [limits]: how much time and memory one document may take."""
        return cast("Limits", self.values["limits"])

    @property
    def extract(self) -> extract.Options:
        """Section [extract]: limits on a page."""
        return cast("extract.Options", self.values["extract"])

    @property
    def clean(self) -> clean.Options:
        """Section [clean]: which rules are used."""
        return cast("clean.Options", self.values["clean"])

    @property
    def templates(self) -> learned_templates.Options:
        """Section [templates]: when a line that an outlet repeats is cut."""
        return cast("learned_templates.Options", self.values["templates"])

    @property
    def tag(self) -> tag.Options:
        """Section [tag]: how bylines, dates and outlets are found."""
        return cast("tag.Options", self.values["tag"])

    @property
    def dedup(self) -> dedup.Options:
        """Section [dedup]: which documents are compared and which may be dropped."""
        return cast("dedup.Options", self.values["dedup"])

    @property
    def stories(self) -> stories.Options:
        """Section [stories]: how stories are grouped."""
        return cast("stories.Options", self.values["stories"])

    @property
    def drift(self) -> drift.Options:
        """Section [drift]: when an outlet counts as changed."""
        return cast("drift.Options", self.values["drift"])

    @property
    def warehouse(self) -> WarehouseOptions:
        """Section [warehouse]: how long snapshots are kept."""
        return cast("WarehouseOptions", self.values["warehouse"])

    @property
    def run(self) -> Run:
        """Section [run]: how a run splits its input into shards."""
        return cast("Run", self.values["run"])

    def edit_options(self, templates: Mapping[str, frozenset[str]]) -> edit.Options:
        """Return the options of the stages that work on one document at a time."""
        from copydesk.transforms import edit

        return edit.Options(
            extract=self.extract, clean=self.clean, tag=self.tag, templates=templates
        )

    def to_toml(self) -> str:
        """Return the whole recipe as TOML, defaults included. The `runs` table stores this text."""
        return "\n".join(_section_lines(name, options) for name, options in self.values.items())

    def sha256(self) -> str:
        """Return the SHA-256 of the whole recipe in hex; recipes with equal options have equal hashes."""
        return sha256(self.to_toml().encode()).hexdigest()


def load(path: Path | None) -> Recipe:
    """Return the recipe in a TOML file, or the default recipe for None. Raises RecipeError."""
    if path is None:
        return Recipe()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {str(path)!r} cannot be read: {error}") from error
    try:
        return from_toml(text)
    except RecipeError as error:
        raise RecipeError(f"{path}: {error}") from error


def recipe_of_last_run(snapshot: Snapshot) -> Recipe:
    """Return the recipe of the newest run in a snapshot, or the default recipe if there is no run."""
    return from_toml(last_run(snapshot)["recipe"])


def from_toml(text: str) -> Recipe:
    """Return the recipe that a TOML text describes, with defaults for what is missing.

    Raises RecipeError.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe is not valid TOML: {error}") from error
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


_KINDS: dict[Any, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: 'a list, such as ["one", "two"]',
}


def _value(key: str, value: object, hint: Any) -> object:
    """Return a TOML value as the type that the option declares."""
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
    if origin is tuple and isinstance(value, str):
        value = [value]  # `text = "body"` is a list of one name.
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
    wanted = _KINDS.get(origin or hint, "a table")
    raise RecipeError(f"{key} must be {wanted}, not {value!r}")


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what}: {name!r}" + (
        f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
    )


def _section_lines(name: str, options: Any) -> str:
    lines = [f"[{name}]"]
    for item in dataclasses.fields(options):
        value = getattr(options, item.name)
        if value is not None:  # TOML has no null, so an option that is None is left out.
            lines.append(f"{item.name} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """Return a value as TOML."""
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
        # A JSON string is also a TOML string, except that TOML requires DEL to be escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
