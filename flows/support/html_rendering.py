"""Show text of documents as HTML, so that it runs no code and hides no characters."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from copydesk.flows.support import startup_cache

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def safe_html(text: str) -> Markup:
    r"""The text as escaped HTML. Control characters and direction marks are shown by their codes.

    >>> safe_html("<b>\x00")
    Markup('&lt;b&gt;\\u0000')
    """
    return escape(_HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def marked(text: str, ranges: Sequence[tuple[int, int]]) -> Markup:
    """A text as HTML with ranges marked. A range that begins inside another one is not marked.

    >>> marked("the mayor said", [(4, 9)])
    Markup('the <mark>mayor</mark> said')
    """
    parts, position = [], 0
    for start, end in sorted(ranges):
        if start < position:
            continue
        parts.append(safe_html(text[position:start]))
        parts.append(Markup("<mark>{}</mark>").format(safe_html(text[start:end])))
        position = end
    return Markup("").join([*parts, safe_html(text[position:])])


class _CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates in the user's cache, since compiling that of a report takes 0.25 s.

    jinja2 checks that the source of the template and the version of Python are the same.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if the template was compiled before."""
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            bucket.bytecode_from_string(self._path(bucket).read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the compiled template."""
        code = bucket.bytecode_to_string()
        startup_cache.keep(self._path(bucket), lambda draft: draft.write_bytes(code))

    def _path(self, bucket: Bucket) -> Path:
        version = f"{jinja2.__version__}-{sys.implementation.cache_tag}-{bucket.checksum}"
        return startup_cache.folder() / f"template.{bucket.key}-{version}.bin"


def environment(
    load: Callable[[str], str], filters: Mapping[str, Callable[..., Any]]
) -> jinja2.Environment:
    """The environment of all HTML templates. It escapes values, and a missing value is an error.

    `load` returns the text of the template with a given name.
    """
    templates = jinja2.Environment(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_CompiledTemplates(),
    )
    templates.filters |= filters
    return templates
