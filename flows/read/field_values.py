"""Convert the values of fields to the text, times, names and addresses of a record."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from copydesk.flows.read import markup

# Names of the text in an object that contains one. WordPress has `rendered`.
_TEXT_OF_BLOCK = ("text", "content", "value", "html", "body", "rendered")
_KINDS = {
    type(None): "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
}
_PARTS_OF_NAME = (
    ("first_name", "last_name"),
    ("firstName", "lastName"),
    ("firstname", "lastname"),
    ("first", "last"),
    ("given_name", "family_name"),
    ("givenName", "familyName"),
)
_LEAST_PARAGRAPHS = 20  # characters; arbitrary: a list with less text contains labels
_MOST_AUTHORS = 100  # arbitrary; longer lists are data, not bylines
MOST_CHARS = 4_000  # arbitrary; a longer title, author or date is misplaced text
_TOO_LONG_URL = 8_192  # the longest URL that servers usually accept
_BREAKS = re.compile(r"[\t\r\n]")


def joined(items: Sequence[object], between: str) -> object:
    """Join paragraphs into one text.

    Each is a string, or an object with a text (see `text_inside`).
    """
    texts = []
    for item in items:
        if isinstance(item, Mapping):
            inside = text_inside(item)
            texts += [] if inside is None else [inside]
        elif isinstance(item, str):
            texts.append(item)
        elif item is not None:
            return items
    joined = between.join(texts)
    return joined if len(joined) >= _LEAST_PARAGRAPHS else items


def text_inside(value: Mapping[str, object]) -> str | None:
    """The text in an object, such as a block of an editor or a field of the API of WordPress.

    >>> text_inside({"rendered": "<p>It rained.</p>", "protected": False})
    '<p>It rained.</p>'
    """
    found = (value.get(name) for name in _TEXT_OF_BLOCK)
    return next((text for text in found if isinstance(text, str)), None)


def kind_of(value: object) -> str:
    """What a value is, for a message.

    >>> kind_of(None), kind_of([1])
    ('null', 'a list')
    """
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def as_text(value: object) -> str:
    """A value as text that any table can store. Anything but text and times becomes JSON."""
    if isinstance(value, str):
        return utf8(value).decode().replace("\x00", "")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\x00", "")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return utf8(json.dumps(value, ensure_ascii=False, default=str)).decode()


def moment(value: object) -> datetime | None:
    """Return a point in time in UTC, or None if the value is not one.

    The value may be a datetime, text in ISO 8601, as in the head of a mail, or as in the index of a
    crawl, or Unix seconds or milliseconds. A time without a time zone is read as UTC.

    >>> moment("2024-02-29T23:30:00-05:00")
    datetime.datetime(2024, 3, 1, 4, 30, tzinfo=datetime.timezone.utc)
    >>> moment(1709181000) == moment("1709181000000") == moment("2024-02-29 04:30")
    True
    >>> moment("Thu, 29 Feb 2024 04:30:00 GMT") == moment("20240229043000") == moment(1709181000)
    True
    """
    if value is None:
        return None
    value = _date_inside(value)
    try:
        match value:
            case datetime():
                found = value
            case date():
                found = datetime(value.year, value.month, value.day)
            case bool():
                return None
            case int() | float():
                found = _moment_of_number(value)
            case str():
                found = _moment_of_text(value.strip()[:64])
            case _:
                return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _moment_of_number(value: float) -> datetime:
    # 1e11 is the year 1973 in milliseconds and the year 5138 in seconds. So a larger number is in
    # milliseconds, and a smaller one in seconds.
    return datetime.fromtimestamp(value / 1000 if abs(value) >= 1e11 else value, UTC)


def _moment_of_text(text: str) -> datetime:
    """Raises ValueError if the text is not a point in time."""
    if text.isdecimal() and len(text) == 14:
        return datetime.strptime(text, "%Y%m%d%H%M%S")
    if text.isdecimal() and len(text) in {10, 13}:
        return _moment_of_number(int(text))
    try:
        return datetime.fromisoformat(text.removesuffix("UTC").rstrip())
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (TypeError, IndexError) as error:  # Its parser fails in these ways on some texts.
        raise ValueError(str(error)) from error


def moment_text(value: object) -> str | None:
    """A date as text, or None if the value is not a date.

    Text is returned as printed, and other types in ISO 8601. The value may also be the object in
    which MongoDB exports a date.

    >>> moment_text({"$date": 1709181000000}), moment_text({"$date": "2024-02-29"})
    ('2024-02-29T04:30:00+00:00', '2024-02-29')
    """
    if value is None or isinstance(value, str):
        return text(value)
    value = _date_inside(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()  # No time or time zone is added to what the value says.
    found = moment(value)
    return found.isoformat() if found else None


def _date_inside(value: object) -> object:
    """The date in an object of MongoDB's extended JSON, or the value itself if it is none.

    >>> _date_inside({"$date": {"$numberLong": "1709181000000"}}), _date_inside("2024-02-29")
    (1709181000000, '2024-02-29')
    """
    if not isinstance(value, Mapping) or "$date" not in value:
        return value
    found = value["$date"]
    if not isinstance(found, Mapping):
        return found
    number = str(found.get("$numberLong", ""))
    return int(number) if re.fullmatch(r"-?\d{1,18}", number) else None


def text(value: object) -> str | None:
    """A title or name as text; None if it is absent or too long.

    >>> text({"rendered": "Rain &amp; <em>wind</em>"})      # as the API of WordPress gives a title
    'Rain & wind'
    """
    if value is None:
        return None
    if isinstance(value, Mapping) and isinstance(shown := value.get("rendered"), str):
        value = html.unescape(markup.without_tags(shown))
    if not isinstance(value, str):
        value = _name(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str) or len(value) > MOST_CHARS:
        return None
    if not value.isascii():  # ASCII has no surrogates
        value = utf8(value).decode()
    return value.replace("\x00", "").strip() or None


def address(value: object) -> str | None:
    """A URL as text that any table can store; None if it is absent or too long."""
    found = text(value)
    return None if found is None or len(found) > _TOO_LONG_URL else _BREAKS.sub("", found)


def names(value: object) -> tuple[str, ...]:
    """Names from a printed byline, a list of names, or objects.

    An object has a `name`, as in schema.org, or the parts of a name.

    >>> names([{"name": "Ana Ruiz"}, {"first_name": "Bo", "last_name": "Li"}, {"author": {"name": "Cy"}}])
    ('Ana Ruiz', 'Bo Li', 'Cy')
    >>> names("['Ana Ruiz', 'Bo Li']")  # as pandas writes a list to CSV
    ('Ana Ruiz', 'Bo Li')
    """
    value = _printed_list(value)
    items = value if isinstance(value, list | tuple) else [value] * (value is not None)
    return tuple(name for item in items[:_MOST_AUTHORS] if (name := text(_name(item))))


def _printed_list(value: object) -> object:
    """Return the strings in a list that was written as text, in Python or JSON, or the value itself."""
    if not (isinstance(value, str) and value.startswith("[") and value.rstrip().endswith("]")):
        return value
    try:
        found = ast.literal_eval(value.rstrip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return found if isinstance(found, list) and all(isinstance(x, str) for x in found) else value


def _name(item: object, depth: int = 3) -> object:
    """The name in an object that describes a person or an outlet."""
    if isinstance(item, str) or not isinstance(item, Mapping):
        return item
    for key in ("name", "full_name", "fullName", "display_name", "displayName", "author", "person"):
        found = item.get(key)
        if isinstance(found, str) and found:
            return found
        if isinstance(found, Mapping) and depth and (inner := _name(found, depth - 1)):
            return inner
    for first, last in _PARTS_OF_NAME:
        if item.get(last):
            return " ".join(str(item[key]) for key in (first, last) if item.get(key))
    return None


def utf8(value: str) -> bytes:
    """Encode as UTF-8. Surrogate pairs become their character; other surrogates become U+FFFD."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
