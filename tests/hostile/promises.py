"""What holds for every document, whatever it contains.

The property tests and the fuzzers check it.
"""

from __future__ import annotations

import html as entities
import unicodedata
from collections import Counter
from collections.abc import Iterable

import copydesk
from copydesk.flows.read import Limits, Record, Reject
from copydesk.transforms import clean, ledger, tabulate
from copydesk.transforms.article import Article, Refused
from copydesk.transforms.encodings import decode

STEPS = {"read", "decode", "extract", "clean", "tag"}


def article_keeps_its_promises(article: Article) -> None:
    """Check the ledger, the hashes, the schema and the encoding of an article."""
    assert ledger.apply(article.extracted, article.removed) == article.text
    assert ledger.rebuild(article.text, article.removed) == article.extracted
    assert all(cut.text and cut.end - cut.start == len(cut.text) for cut in article.removed)
    assert (article.refused is None) == bool(article.text.strip())
    assert len(article.doc_id) == 32
    assert article.n_chars == len(article.text)
    for text in (article.text, article.extracted, article.title or "", *article.byline):
        text.encode()
        assert "\x00" not in text
    table = tabulate.articles([article])
    assert table.schema == tabulate.EDITED
    table.validate(full=True)
    tabulate.removed([article]).validate(full=True)


def page_keeps_its_promises(page: str | bytes) -> Article:
    """Check that `clean_page` gives a valid article and adds no character to the page."""
    article = copydesk.clean_page(page, url="https://www.example.org/a")
    article_keeps_its_promises(article)
    assert (
        copydesk.clean_page(page, url="https://www.example.org/a") == article
        or article.refused is not None
    )
    try:
        shown = (
            page if isinstance(page, str) else decode.decode(page, declared=None, html=True).text
        )
    except Refused:
        assert article.refused is not None
        return article
    assert not _new_characters(article.extracted, shown)
    return article


def text_keeps_its_promises(text: str) -> Article:
    """Check that `clean_text` gives a valid article and adds no character to the text.

    Cleaning again must cut nothing.
    """
    article = copydesk.clean_text(text)
    article_keeps_its_promises(article)
    assert not _new_characters(article.extracted, text)
    cleaned = ledger.apply(article.extracted, clean.clean(article.extracted, kind="text"))
    assert clean.clean(cleaned, kind="text") == ()
    return article


def items_keep_their_promises(items: Iterable[Record | Reject], limits: Limits) -> None:
    """Check that a reader yields records within the limits, or rejects that say why not."""
    for item in items:
        item.source_uri.encode()
        (item.url or "").encode()
        if isinstance(item, Reject):
            assert item.step in STEPS
            assert item.reason.isidentifier()
            str(item.detail).encode()
        else:
            assert 0 < len(item.body) <= limits.document_bytes
            assert item.kind in {"page", "text"}
            assert item.fetched_at is None or item.fetched_at.tzinfo is not None
            for text in (
                item.given.title,
                item.given.published,
                item.given.outlet,
                *item.given.authors,
            ):
                (text or "").encode()


def fault_has_a_name(reason: str) -> None:
    """Check that the reason is a word that a query of `rejects` can use."""
    assert reason.isidentifier()


def decoded_keeps_its_promises(raw: bytes, declared: str | None, *, html: bool) -> None:
    """Check that decoding loses little and leaves no surrogate and no NUL.

    Otherwise it must refuse with a name.
    """
    try:
        found = decode.decode(raw, declared=declared, html=html)
    except Refused as refused:
        fault_has_a_name(refused.reason)
        return
    found.text.encode()
    assert "\x00" not in found.text
    assert found.text.strip()
    assert found == decode.decode(raw, declared=declared, html=html)


def _new_characters(extracted: str, source: str) -> Counter[str]:
    """Return the characters of the extracted text that the source does not have.

    White space does not count, and entities of the source are resolved.
    """
    source = _surrogates_lost(source)
    for _ in range(2):  # the data of a page may have another page, escaped once more
        if not (new := _letters(extracted) - _letters(source)):
            break
        source = source + entities.unescape(source)
    return new


def _surrogates_lost(source: str) -> str:
    """Return the source as UTF-8 must write lone surrogates, and as HTML treats NUL."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or c == "\x00" else c for c in source)


def _letters(text: str) -> Counter[str]:
    return Counter(unicodedata.normalize("NFKD", "".join(text.split())))
