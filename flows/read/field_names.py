"""Field names that other tools use, and warnings about such fields that a recipe does not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ROWS = ""  # the key in `Tally.unread` that counts all rows
_MOST_NAMED = 5  # the most warnings that a run gives; arbitrary

# Names that other tools use for the fields that `Fields` looks for, each with its key in `[inputs]`.
LOOKALIKES: Mapping[str, str] = {
    "article_body": "text",
    "article_text": "text",
    "articleBody": "text",
    "full_text": "text",
    "fulltext": "text",
    "main_text": "text",
    "raw_text": "text",
    "story": "text",
    "paragraphs": "text",
    "texte": "text",
    "texto": "text",
    "testo": "text",
    "inhalt": "text",
    "contenu": "text",
    "contenido": "text",
    "page_html": "html",
    "source_html": "html",
    "article_url": "url",
    "canonical_url": "url",
    "href": "url",
    "source_url": "url",
    "uri": "url",
    "web_url": "url",
    "webUrl": "url",
    "bodyText": "text",
    "body_text": "text",
    "td": "text",  # Factiva: the text below the lead paragraph (LP)
    "article_title": "title",
    "head": "title",
    "hd": "title",  # Factiva
    "heading": "title",
    "hed": "title",
    "subject": "title",
    "webTitle": "title",
    "titre": "title",
    "titulo": "title",
    "título": "title",
    "titolo": "title",
    "titel": "title",
    "überschrift": "title",
    "schlagzeile": "title",
    "by": "author",
    "creator": "author",
    "creators": "author",
    "reporter": "author",
    "writer": "author",
    "writers": "author",
    "auteur": "author",
    "autor": "author",
    "autore": "author",
    "verfasser": "author",
    "article_date": "date",
    "datum": "date",
    "fecha": "date",
    "date_posted": "date",
    "issued": "date",
    "posted": "date",
    "posted_at": "date",
    "published_on": "date",
    "release_date": "date",
    "created_at": "date",
    "datePublished": "date",
    "day": "date",
    "pub": "outlet",
    "pd": "date",  # Factiva
    "pub_date": "date",
    "pubdate": "date",
    "pubDate": "date",
    "publication_date": "date",
    "published_date": "date",
    "publishedAt": "date",
    "published_time": "date",
    "time": "date",
    "timestamp": "date",
    "versioncreated": "date",  # ninjs
    "webPublicationDate": "date",
    "domain": "outlet",
    "journal": "outlet",
    "media": "outlet",
    "media_name": "outlet",
    "newspaper": "outlet",
    "paper": "outlet",
    "publication": "outlet",
    "site": "outlet",
    "source": "outlet",
    "sn": "outlet",  # Factiva
    "source_name": "outlet",
    "medium": "outlet",
    "quelle": "outlet",
    "zeitung": "outlet",
    "fuente": "outlet",
    "fonte": "outlet",
    "lang_code": "language",
    "language_code": "language",
    "langue": "language",
    "desk": "section",
    "news_desk": "section",
    "rubric": "section",
    "rubrik": "section",
    "rubrique": "section",
    "ressort": "section",
    "sección": "section",
    "sectionName": "section",
    "topic": "section",
    "crawl_date": "fetched_at",
    "retrieved_at": "fetched_at",
    "scraped_at": "fetched_at",
}


def unread_warnings(unread: Mapping[str, int]) -> Iterator[str]:
    """Yield a warning for each field that is not read but probably should be.

    Its name is a known one, and it is filled in more than half of the rows.

    >>> [sentence.split(";")[0] for sentence in unread_warnings({"": 10, "pub": 9, "site": 2})]
    ["field 'pub' is filled in 90 % of the records but is not read"]
    """
    n_rows = unread.get(ROWS, 0)
    found = sorted((-n, name) for name, n in unread.items() if name and 2 * n > n_rows)
    for n, name in found[:_MOST_NAMED]:
        share = f"{-n / n_rows:.0%}".replace("%", " %")
        yield (
            f"field {name!r} is filled in {share} of the records but is not read; "
            f'to use it, set [inputs] {LOOKALIKES[name]} = [..., "{name}"] (see copydesk init)'
        )
