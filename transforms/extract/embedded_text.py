"""The article in a page's embedded data, for pages whose elements show only an opening.

Sites put the whole text into JSON-LD (`articleBody`) or into the state that their scripts start
from: `__NEXT_DATA__`, `__NUXT__`, `__NUXT_DATA__`, `__INITIAL_STATE__`, `self.__next_f.push`. A
browser shows it after the scripts have run. In a saved page it is only there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from urllib.parse import unquote

from copydesk.transforms.extract.head_metadata import Hints, ScriptText, paragraphs
from copydesk.transforms.extract.model.character_columns import WORD

#: The data replaces the elements if it has at least this many words, and this many times the words
#: of the elements. A teaser of 40 to 120 words is usual, and a body with fewer words than the first
#: number is a description (arbitrary).
LEAST_WORDS, TIMES_THE_ELEMENTS = 60, 1.6
#: The share of the elements' word trigrams that must be in the data, if the elements have a
#: paragraph at all.
AGREEMENT = 0.5
_FEW_WORDS = 25
#: A line of this many words that is in the state as well is of the same article (arbitrary).
_SHOWN_WORDS = 12
#: Elements with at most the first number of words are a standfirst or a note about the author if
#: the stated body has at least the second number of times as many words. Then the body need not
#: contain them (arbitrary).
_NOTE_WORDS, _TIMES_A_NOTE = 100, 4
#: Elements with more words than this are not a teaser. If a walled page shows 290 words or more,
#: its gold text is what it shows.
MOST_WORDS_OF_A_TEASER = 150
_MOST_CHARS = 5_000_000  # Characters of one script. Arbitrary.
_MOST_VALUES = 50_000
_NAME_CHARS = 60  # Characters of a script in which the name of its state is looked for (arbitrary).
_SHORT = 40  # Characters of a value that is not a paragraph. Arbitrary.
#: How a value begins that holds JSON as a string.
_JSON_IN_A_STRING = frozenset(('{"', "[{", '["'))
_NOT_PROSE = ("{", "[", "function", "http")
_SENTENCE = re.compile(r"[.!?…]['\"”’»)]?(?:\s|$)|[。！？]")
_STATE = re.compile(
    r"(?:window\.|self\.)?(__NEXT_DATA__|__NUXT__|__INITIAL_STATE__|__PRELOADED_STATE__|__APOLLO_STATE__|__APP_STATE__|"
    r"__next_f|__INITIAL_DATA__|Fusion\.globalContent|__remixContext)\b"
    r"|(?:window|self|globalThis)\.__[A-Za-z]\w{1,60}\s*="
    r"|(?:window|self|globalThis)\[\"__[A-Za-z]\w{1,60}\"\]\.push\("
)
#: The places where a JSON value may begin in a script: at its start, or after an assignment or an
#: opening bracket of a function call.
_VALUE_START = re.compile(r"(?:^|[=(])\s*(?=[\[{])")
_MOST_STARTS = 20  # arbitrary
#: A JSON value that a script writes as a string: `JSON.parse("{\\"title\\": ...}")`.
_QUOTES = re.compile(r'\\.|"')
_PARSED = re.compile(
    r"JSON\.parse\(\s*(?P<encoded>decodeURIComponent\(\s*)?"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^'\\]|\\.)*)')"
)
#: Keys of values that are about other documents or repeat the article in other words.
_OTHER_KEYS = re.compile(
    r"relat|recommend|comment|teaser|promo|similar|popular|trending|latest|next|prev|more|sidebar|footer|header|nav|menu|"
    r"author|bio|caption|credit|seo|meta|description|excerpt|summary|alt$|alt[-_ ]?text|newsletter|consent|cookie|privacy|legal|"
    r"translation|messages|i18n|locale|dictionary|config|css|style",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """The text of an article in a page's data, one paragraph on each line, and its source."""

    text: str
    source: str  # json-ld or page-state


def article(hints: Hints, shown: Sequence[str]) -> Embedded | None:
    """Return the article in the page's data if `shown` is only its opening, else None.

    `shown` are the texts from the elements. Both must be the same article: the data must contain
    what is shown or, if hardly anything is shown, the title of the page.
    """
    own = WORD.findall(" ".join(shown).lower())
    best = hints.body if _is_far_longer(hints.body, own) else _if_it_contains(hints.body, own)
    if best:
        return Embedded(best, "json-ld")
    for state in _states(hints.scripts):
        best = _if_it_contains(_of_state(state, hints, shown), own)
        if best:
            return Embedded(best, "page-state")
    return None


def _is_far_longer(body: str, own: list[str]) -> bool:
    """Tell whether the stated article body has many times the words of the elements.

    The elements then show only a standfirst or a note.
    """
    n_words = len(WORD.findall(body.lower())) if 0 < len(own) <= _NOTE_WORDS else 0
    return n_words >= max(LEAST_WORDS, _TIMES_A_NOTE * len(own))


def _if_it_contains(text: str, own: list[str]) -> str:
    """Return the text if the text that the elements show is a part of it."""
    if not text:
        return ""
    words = WORD.findall(text.lower())
    if len(words) < max(LEAST_WORDS, TIMES_THE_ELEMENTS * len(own)):
        return ""
    if len(own) < _FEW_WORDS:
        return text
    held = set(zip(words, words[1:], words[2:], strict=False))
    grams = list(zip(own, own[1:], own[2:], strict=False))
    return text if sum(gram in held for gram in grams) >= AGREEMENT * len(grams) else ""


def _states(scripts: Sequence[ScriptText]) -> Iterator[str]:
    """Yield the scripts that hold state. What Next.js pushes in pieces is one of them."""
    pushed: list[str] = []
    for script in scripts:
        text = script.text()
        if "__next_f" in text[:_NAME_CHARS]:
            pushed.append(text)
        elif script.is_json or _STATE.search(text[:_MOST_CHARS]):
            yield _without_escapes(text) if script.is_json else text
    yield "".join(pushed)


def _of_state(text: str, hints: Hints, shown: Sequence[str]) -> str:
    if not text or len(text) > _MOST_CHARS:
        return ""
    strings = list(_strings(text))
    titles = {_key(title) for title in hints.titles}
    if not any(_key(value) in titles for _, value in strings):
        # State that has neither the title nor the longest line shown is about something else.
        opening = WORD.findall(max(shown, key=len, default="").lower())
        found = _longest_run(strings) if len(opening) >= _SHOWN_WORDS else ""
        return found if " ".join(opening) in " ".join(WORD.findall(found.lower())) else ""
    return _longest_run(strings)


def _without_escapes(text: str) -> str:
    """Return JSON in which Angular wrote the signs of markup as names of one letter.

    >>> _without_escapes("{&q;title&q;: &q;Rain &a; wind&q;}")
    '{"title": "Rain & wind"}'
    """
    if "&q;" not in text or '"' in text:
        return text
    for letter, sign in ("q", '"'), ("s", "'"), ("l", "<"), ("g", ">"), ("a", "&"):
        text = text.replace(f"&{letter};", sign)
    return text


def _longest_run(strings: Sequence[tuple[str, str]]) -> str:
    """Return the prose under the key with the most words, with its values in order."""
    by_key: dict[str, dict[str, None]] = {}
    for path, value in strings:
        if len(value) < _SHORT or " " not in value or _OTHER_KEYS.search(path):
            continue
        text = paragraphs(value)
        # A full stop before a tag also ends a sentence, so the tags are removed first.
        if _SENTENCE.search(text) and " " in text[:80] and not text.startswith(_NOT_PROSE):
            by_key.setdefault(path, {})[text] = None
    found = ("\n".join(values) for values in by_key.values())
    return max(found, key=len, default="")


def _strings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the strings of a script with the keys above them.

    JSON is read by its structure, other scripts by their string literals.
    """
    body = text.strip()
    if "__next_f" in body[:_NAME_CHARS]:
        body = "".join(_decoded(found[1]) for found in re.finditer(r'"((?:[^"\\]|\\.)*)"', body))
        yield from _literals(body)
        return
    value = next(filter(None, map(partial(_json_at, body), _starts(body))), None)
    value = value if value is not None else _parsed(body)
    if value is not None:
        yield from _values(value)
    else:
        yield from _literals(body)


def _parsed(body: str) -> object:
    """Return the JSON that a script writes as a string and parses when it runs, or None."""
    for found in islice(_PARSED.finditer(body), _MOST_STARTS):
        literal = found["double"]
        if literal is None:
            literal = _QUOTES.sub(_in_double_quotes, found["single"])
        text = _decoded(literal)
        value = _json_at(unquote(text) if found["encoded"] else text, 0)
        if value is not None:
            return value
    return None


def _in_double_quotes(found: re.Match[str]) -> str:
    """Return an escape or a quotation mark of a string in single quotes as one in double quotes."""
    return {"\\'": "'", '"': '\\"'}.get(found[0], found[0])


def _starts(body: str) -> Iterator[int]:
    return (found.end() for found in islice(_VALUE_START.finditer(body), _MOST_STARTS))


def _json_at(body: str, start: int) -> object:
    """Return the object or list that begins at a position of a script, or None if it is not JSON."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(body, start)[0]
    except (ValueError, RecursionError):
        return None


_LEAST_LITERAL = 8  # Characters of a string literal that may be a title or a text (arbitrary).


def _literals(body: str) -> Iterator[tuple[str, str]]:
    """Yield the string literals of a script.

    Short ones are read as well, so that no text between two literals is taken for one.
    """
    for found in re.finditer(r'"((?:[^"\\\n]|\\.)*)"', body):
        if len(found[1]) >= _LEAST_LITERAL:
            yield "", _decoded(found[1])


def _decoded(literal: str) -> str:
    try:
        return str(json.loads(f'"{literal}"', strict=False))
    except ValueError:
        return literal


def _values(root: object) -> Iterator[tuple[str, str]]:
    """Yield the strings of a JSON value in document order, each with its path without list positions."""
    stack: list[tuple[object, str]] = [(root, "")]
    seen = 0
    while stack and seen < _MOST_VALUES:
        node, path = stack.pop()
        seen += 1
        if isinstance(node, str):
            value = _json_at(node, 0) if node[:2] in _JSON_IN_A_STRING else None
            if value is None:
                yield path, node
            else:
                stack.append((value, path))
        elif isinstance(node, dict):
            stack.extend((v, f"{path}/{k}") for k, v in reversed(node.items()))
        elif isinstance(node, list):
            stack.extend((v, path) for v in reversed(node))


def _key(value: str) -> str:
    return "".join(WORD.findall(value[:400].lower()))
