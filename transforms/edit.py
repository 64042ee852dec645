"""Turns one raw page or text into an article: extract, clean, tag, assemble."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Literal

import numpy as np
import numpy.typing as npt

from copydesk.transforms import clean, extract, normalise, tag
from copydesk.transforms.argument_checks import check_document, check_source
from copydesk.transforms.article import (
    Article,
    Document,
    Refused,
    Source,
    Tags,
    new_article,
    new_document,
)
from copydesk.transforms.encodings import decode
from copydesk.transforms.ledger import Removal, apply
from copydesk.transforms.tag.page.page_data import PageData

Kind = Literal["page", "text"]

# 0 for the white space of ASCII, and 1 for its other bytes.
_PRINTED = bytes(not chr(byte).isspace() for byte in range(256))
# Chinese and Japanese characters, first and last of each block.
_CJK = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF))
_OF_A_WORD, _WORD_OF_ITS_OWN = 1, 2  # What a character is, if it is no white space.


@dataclass(frozen=True, slots=True)
class Options:
    """The options of each stage, and the active template lines by outlet_id."""

    extract: extract.Options = field(default_factory=extract.Options)
    clean: clean.Options = field(default_factory=clean.Options)
    tag: tag.Options = field(default_factory=tag.Options)
    templates: Mapping[str, Collection[str]] = field(default_factory=dict)


_DEFAULTS, _NO_SOURCE = Options(), Source()


#: A page and lines as most sites have them. Cleaning them compiles patterns that forty pages of each
#: of five collections needed: some 50 ms of CPU before the first page instead of during it.
_USUAL_PAGE = """<html lang="en"><head><title>Rain in Oslo - Harbour Post</title></head><body>
<nav><a href="/news">News</a> <a href="/sport">Sport</a></nav>
<article class="post-content"><h1 class="headline">Rain in Oslo</h1>
<p class="byline">By Ana Ruiz, Staff Writer and Bo J. Li (Harbour Post)</p>
<p class="meta date">Updated: May 5, 2024, 10:30 am</p>
<p>{prose}</p><p>{prose}</p><p>Subscribe to keep reading.</p></article></body></html>""".format(
    prose="It rained in the old town all day, and the river rose by a metre, the mayor said. " * 4
)
_USUAL_LINES = """OSLO, May 5 - It rained in the old town all day, the mayor said on Sunday.
Share on Facebook
Share this article
Facebook Twitter Email
Share this story on Facebook, Bluesky or by e-mail - Save
Follow our Harbour Post channel on WhatsApp and Telegram
Published on May 5, 2024 at 10:30 am
May 5, 2024 10:30
12 comments
350 views
3 min read
Read more: Rain in the old town
Also read: Rain in the old town
Advertisement
Skip advertisement
Save this article
More from Harbour Post
AP Photo/Bo Li
Sign up for our newsletter
Did it rain in your town? Sign up for our free daily newsletter
We may earn a commission when you buy through links on our site.
When you buy through our links, we may earn a commission.
Ana Ruiz is a reporter for the Harbour Post.
You might also like
Accept all cookies
"""


def warm_up() -> None:
    """Load the packaged models and tables, and compile what nearly every page needs.

    Afterwards no transform opens a file.
    """
    warm_up_for_texts()
    extract.warm()
    clean.clean(_USUAL_LINES, kind="page")
    clean_page(_USUAL_PAGE)


def warm_up_for_texts() -> None:
    """Load what texts need. Afterwards no transform of a text that another tool extracted opens a file."""
    decode.warm()
    clean.warm()
    tag.warm()


def clean_page(
    html: str | bytes, *, url: str | None = None, fetched_at: datetime | None = None
) -> Article:
    """Clean a saved web page and return its article.

    Every page gives an `Article`. If no text could be extracted, `text` is empty and `refused` says
    why. Raises TypeError for anything but str or bytes, and for a path or an address instead of the
    page. Raises ValueError for a `fetched_at` without a time zone. Bytes are decoded as declared,
    or else as UTF-8, or else by a guess that `evidence["encoding"]` records.

    >>> clean_page("<title>Rain</title><p>It rained in Oslo all day.</p>").text
    'It rained in Oslo all day.'
    """
    check_document(html, (str, bytes), function="clean_page")
    check_source(url, fetched_at)
    article = page(html, Source(url=url, fetched_at=fetched_at), _DEFAULTS)
    return replace(article, page=html)


def clean_text(text: str, *, url: str | None = None, fetched_at: datetime | None = None) -> Article:
    """Clean a text that another tool extracted, and return its article.

    Its headline and byline become columns. Raises TypeError for anything but str, and ValueError
    for a `fetched_at` without a time zone.

    >>> clean_text("It rained in Oslo all day.\\nLeave a Comment").text
    'It rained in Oslo all day.'
    """
    check_document(text, (str,), function="clean_text")
    check_source(url, fetched_at)
    source = Source(url=url, fetched_at=fetched_at) if url or fetched_at else _NO_SOURCE
    return plain(text, source, _DEFAULTS)


def page(html: str | bytes, source: Source, options: Options) -> Article:
    """Clean a page with the given source and options (see `clean_page`)."""
    _check(html, (str, bytes), source)
    extracted: str = ""
    removed: tuple[Removal, ...] = ()
    data = None
    refused = None
    text_source = ""
    encoding = source.encoding
    try:
        if isinstance(html, bytes):
            decoded = decode.decode(html, declared=None, html=True)
            html, encoding = decoded.text, decoded.evidence
        elements, tree = extract.parse_with_elements(html, options=options.extract)
        data = tag.read_page(elements, url=source.url)
        found = extract.extract_from(elements, tree, url=source.url, options=options.extract)
        extracted, removed, text_source = found.text, found.removed, found.source
    except Refused as error:
        refused = error
    if encoding != source.encoding:
        source = replace(source, encoding=encoding)
    document = _document(extracted, removed, source, data)
    article = _finish(document, source, options, "page", refused)
    if text_source in ("", "elements"):
        return article
    return replace(article, evidence={**article.evidence, "text": text_source})


def plain(text: str, source: Source, options: Options) -> Article:
    """Clean a text with the given source and options (see `clean_text`)."""
    _check(text, (str,), source)
    return _finish(_document(normalise.text(text), (), source), source, options, "text")


def again(
    extracted: str, removed: tuple[Removal, ...], source: Source, kind: Kind, options: Options
) -> Article:
    """Clean and tag a document again from its extracted text, for `copydesk reprocess`.

    `removed` has the cuts that were made on the page's tree (rules of `extract.RULES`). They stay,
    because the tree no longer exists. Nor does the page's own data, so `source.given` should have
    it.
    """
    return _finish(_document(extracted, removed, source), source, options, kind)


def doc_id(
    canonical_url: str | None, source_uri: str, record_number: int | None, extracted_sha256: str
) -> str:
    """Return the first 32 hex digits of SHA-256 over the address and the hash of the text.

    >>> doc_id("https://example.org/a", "dump.jsonl", 7, "00" * 32)
    '3741adc8172c2652e3b942ad2e4b2fb0'
    """
    address = canonical_url or (
        source_uri if record_number is None else f"{source_uri}#{record_number}"
    )
    return sha256(f"{address}\n{extracted_sha256}".encode()).hexdigest()[:32]


def n_words(text: str) -> int:
    """Count the words between white space. Each Chinese or Japanese character counts as one.

    >>> n_words("It rained."), n_words("雨が降った")
    (2, 5)
    """
    # A word begins where a 1 follows something else. That is ten times faster than `str.split`.
    if text.isascii():
        printed = np.frombuffer(b"\0" + text.encode().translate(_PRINTED), np.uint8)
        return int(np.count_nonzero(printed[1:] > printed[:-1]))
    codes = np.frombuffer(f" {text}".encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds_of_characters().take(codes, mode="clip")
    is_of_word = kinds == _OF_A_WORD
    n_begins = np.count_nonzero(is_of_word[1:] > is_of_word[:-1])
    return int(n_begins + np.count_nonzero(kinds == _WORD_OF_ITS_OWN))


@cache
def _kinds_of_characters() -> npt.NDArray[np.uint8]:
    """Return what characters are, by code point. The last entry counts for all that follow."""
    kinds = np.full(_CJK[-1][-1] + 2, _OF_A_WORD, np.uint8)
    kinds[[code for code in range(_CJK[0][0]) if chr(code).isspace()]] = 0
    for first, last in _CJK:
        kinds[first : last + 1] = _WORD_OF_ITS_OWN
    return kinds


def _check(body: object, accepted: tuple[type, ...], source: Source) -> None:
    if not isinstance(body, accepted):
        wanted = " or ".join(t.__name__ for t in accepted)
        raise TypeError(f"a document must be {wanted}, not {type(body).__name__}")
    if source.fetched_at is not None and source.fetched_at.tzinfo is None:
        raise ValueError(
            f"fetched_at {source.fetched_at.isoformat()} has no time zone; give it one, such as UTC"
        )


def _finish(
    document: Document, source: Source, options: Options, kind: Kind, refused: Refused | None = None
) -> Article:
    extracted, stated = document.extracted, tag.stated_languages(document)
    removed = document.removed
    removed += clean.clean(
        extracted, removed=removed, kind=kind, options=options.clean, languages=stated
    )
    corrections = clean.corrections(extracted, removed)
    tags = tag.tag(_document(extracted, removed, source, document.page), options=options.tag)
    removed, text = removed + tags.removed, tags.text
    # The lines that an outlet repeats can be cut only now, because the tags name the outlet.
    outlet = tags.values["outlet_id"]
    if templates := options.templates.get(str(outlet), ()) if options.templates else ():
        removed += clean.clean(
            extracted,
            removed=removed,
            kind=kind,
            templates=templates,
            options=options.clean,
            languages=stated,
        )
        text = apply(extracted, removed)
    if refused is None and not text.strip():
        refused = _without_text(extracted, is_page=kind == "page")
    extracted_sha256 = sha256(extracted.encode()).hexdigest()
    canonical = tags.values["canonical_url"]
    return new_article(
        {
            **tags.values,
            "doc_id": doc_id(
                _text_or_none(canonical), source.source_uri, source.record_number, extracted_sha256
            ),
            "source_uri": source.source_uri,
            "record_number": source.record_number,
            "source_kind": kind,
            "url": source.url or _text_or_none(canonical),
            "fetched_at": source.fetched_at.astimezone(UTC) if source.fetched_at else None,
            "corrections": corrections,
            "text": text,
            "n_words": n_words(text),
            "n_chars": len(text),
            "content_sha256": extracted_sha256
            if text == extracted
            else sha256(text.encode()).hexdigest(),
            "extracted_sha256": extracted_sha256,
            "extra": source.extra,
            "evidence": {**tags.evidence, **_of_source(source, tags)},
            "removed": tuple(sorted(removed)),
            "extracted": extracted,
            "refused": refused,
            "page": None,
        }
    )


def _without_text(extracted: str, *, is_page: bool) -> Refused:
    """Why an article has no text: none was extracted, or all of it was cut.

    A page of which only boilerplate was extracted has no article: a menu, a form, a notice.
    """
    if not extracted.strip():
        return Refused("extract", "no_text")
    if is_page:
        return Refused("clean", "no_article", "every line was cut as boilerplate")
    return Refused("clean", "nothing_left", "every line was cut")


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _of_source(source: Source, tags: Tags) -> dict[str, str]:
    """Return the sources of what the container stated, and of an address that it did not state."""
    found = {}
    if source.encoding:
        found["encoding"] = source.encoding
    if source.extra:
        found["extra"] = "given"
    if not source.url and tags.values["canonical_url"]:
        found["url"] = tags.evidence.get("canonical_url", "markup")
    return found


def _document(
    extracted: str, removed: tuple[Removal, ...], source: Source, data: PageData | None = None
) -> Document:
    return new_document((extracted, removed, source.url, source.fetched_at, source.given, data))
