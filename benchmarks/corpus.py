"""Make corpora of any size for measurements.

    python -m benchmarks.corpus 100000 corpus/
    python -m benchmarks.corpus 100000 corpus/ --texts stories.parquet --format jsonl
    python -m benchmarks.corpus 5000 pages/ --pages
    python -m benchmarks.corpus 5000 pages/ --pages --texts pages.jsonl.gz

A corpus has stories, and the edits that desks make to them. A day always has 3,000 documents, so a
larger corpus covers more days and is not denser. Of 100 documents, about 45 are unrelated to any
other. 25 are copies: they have a new headline, are cut, have their paragraphs in another order, or
have an added local paragraph. 5 are revisions of an earlier text at the same address. 25 report an
event that other documents report too, in other words. One document in 200 has no date.

Without --texts the stories are made up. With --texts they are those of the file, used again and
again. In each round the words other than the most common ones are exchanged for words of similar
frequency, so that two rounds share no copy. The same seed gives the same bytes. Documents are
written file by file; memory holds the given stories and one day.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.corpus_pages import page
from benchmarks.corpus_stories import COMMON, Given, MadeUp, Stories, Story

PER_DAY = 3_000  # about the daily output of one large agency and its customers
PER_FILE = 5  # days
START = datetime(2016, 1, 4, tzinfo=UTC)
_OUTLETS = 300
_SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("title", pa.string()),
        ("text", pa.large_string()),
        ("author", pa.string()),
        ("published_at", pa.timestamp("us", tz="UTC")),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
    ]
)
_PAGE_SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("html", pa.large_string()),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
    ]
)

Document = dict[str, Any]
_RESIDUE = (
    "Share this article",
    "Read more: {}",
    "Sign up for our newsletter",
    "Advertisement",
    "Follow us on Twitter",
    "All rights reserved.",
)


def documents(n: int, stories: Stories, seed: int = 0) -> Iterator[list[Document]]:
    """Yield `n` documents, a day at a time."""
    number = left = 0
    left = n
    for day in range(-(-n // PER_DAY)):
        dice = random.Random(f"{seed}/day {day}")
        made: list[Document] = []
        while len(made) < min(PER_DAY, left):
            made += _told(
                stories, number, START + timedelta(days=day, seconds=dice.randrange(86_400)), dice
            )
            number += 1
        made = made[: min(PER_DAY, left)]
        left -= len(made)
        dice.shuffle(made)
        yield made


def _told(stories: Stories, number: int, at: datetime, dice: random.Random) -> list[Document]:
    """Return the documents of a story: alone, with copies, revised, or told in other words."""
    story = stories.story(number)
    own = _document(story.title, story.sentences, number, at, dice)
    kind = dice.random()
    if kind < 0.66:
        return [own]
    if kind < 0.77:
        return [own, *(_copy(story, number, at, dice) for _ in range(dice.choice((1, 2, 3, 4))))]
    if kind < 0.82:
        later = at + timedelta(minutes=dice.randint(10, 600))
        text = _printed(
            [
                *story.sentences[:2],
                *dice.sample(story.sentences[2:], len(story.sentences) - 2)[:-1],
            ],
            dice,
        )
        return [own, {**own, "text": text, "fetched_at": later + timedelta(hours=1)}]
    return [
        _document(_headline(told, dice), told, number, at + _delay(dice), dice)
        for told in stories.tellings(number)
    ]


def _delay(dice: random.Random) -> timedelta:
    return timedelta(minutes=dice.randint(1, 1200))


def _copy(story: Story, number: int, at: datetime, dice: random.Random) -> Document:
    edited = list(story.sentences)
    edit = dice.randrange(5)
    if edit == 1:
        edited = edited[: max(2, int(len(edited) * dice.choice((0.5, 0.8))))]
    elif edit == 2:
        half = len(edited) // 2
        edited = [*edited[:2], *edited[half:], *edited[2:half]]
    elif edit == 3:
        edited.insert(
            dice.randrange(1, len(edited)), " ".join(dice.choices(COMMON, k=25)).capitalize() + "."
        )
    elif edit == 4:
        edited[0] = f"NORTH PRESS - {edited[0]}"
    return _document(_headline(edited, dice), edited, number, at + _delay(dice), dice)


def _headline(sentences: Sequence[str], dice: random.Random) -> str:
    words = dice.choice(sentences).rstrip(".").split()
    return " ".join(words[: dice.randint(4, 9)]).capitalize()


def _document(
    title: str, sentences: Sequence[str], number: int, at: datetime, dice: random.Random
) -> Document:
    outlet = min(int(dice.paretovariate(0.5)), _OUTLETS)
    has_date = dice.random() >= 0.005
    day = f"{at:%Y/%m/%d}/" if has_date else ""
    return {
        "url": f"https://www.outlet-{outlet}.example/{day}{number}-{dice.getrandbits(40):010x}.html",
        "title": title,
        "text": _printed(sentences, dice),
        "author": f"Ana {chr(65 + number % 26)}arlow" if number % 3 else None,
        "published_at": at if has_date else None,
        "fetched_at": at + timedelta(minutes=dice.randint(5, 90)) if has_date else None,
    }


def _printed(sentences: Sequence[str], dice: random.Random) -> str:
    """Return paragraphs of some sentences. A third of the texts also have leftovers of a page."""
    paragraphs, at = [], 0
    while at < len(sentences):
        n = dice.randint(1, 4)
        paragraphs.append(" ".join(sentences[at : at + n]))
        at += n
    if dice.random() < 0.33:
        line = dice.choice(_RESIDUE).format(sentences[0][:60].rstrip("."))
        paragraphs.insert(
            dice.choice((len(paragraphs), len(paragraphs), max(1, len(paragraphs) // 2))), line
        )
    return "\n".join(paragraphs)


def pages(n: int, stories: Stories, seed: int = 0) -> Iterator[list[Document]]:
    """Yield `n` documents as pages, a day at a time."""
    number = 0
    for day in documents(n, stories, seed):
        yield [
            {
                "url": document["url"],
                "html": page(document, number + at),
                "fetched_at": document["fetched_at"],
            }
            for at, document in enumerate(day)
        ]
        number += len(day)


_TAG = re.compile(r"(<script.*?</script>|<style.*?</style>|<[^>]*>)", re.DOTALL | re.IGNORECASE)


def given_pages(
    n: int, given: Sequence[tuple[str, str]], seed: int = 0
) -> Iterator[list[Document]]:
    """Yield `n` pages made from (url, html).

    Each round has other words between the tags and another address.
    """
    words = Given([("", _TAG.sub(" ", html)) for _, html in given], seed)
    for first in range(0, n, 500):
        made = []
        for number in range(first, min(first + 500, n)):
            round_, at = divmod(number, len(given))
            url, html = given[at]
            if round_:
                parts = _TAG.split(html)
                parts[::2] = [words.renamed(part, round_) for part in parts[::2]]
                url, html = f"{url}{'&' if '?' in url else '?'}round={round_}", "".join(parts)
            made.append({"url": url, "html": html, "fetched_at": None})
        yield made


# Files


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of one file or of a folder of files.

    Files are Parquet, JSON Lines, or gzipped JSON Lines.
    """
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as opened:
                for batch in opened.iter_batches(batch_size=1_000):
                    yield from batch.to_pylist()
        elif ".jsonl" in file.suffixes:
            with (
                gzip.open(file, "rt", encoding="utf-8")
                if file.suffix == ".gz"
                else file.open(encoding="utf-8") as lines
            ):
                yield from map(json.loads, lines)
        elif file.suffix == ".txt":
            title, _, text = file.read_text(encoding="utf-8", errors="replace").partition("\n")
            yield {"title": title, "text": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a corpus is made and written."""

    texts: Path | None = None  # stories or pages; None for made-up ones
    sentences: int | None = None  # the most that a story has
    pages: bool = False
    form: str = "parquet"
    seed: int = 0


def stories_of(options: Options) -> Stories:
    """Return the stories of the given file, or made-up ones if there is no file."""
    if options.texts is None:
        return MadeUp(options.seed, options.sentences or 18)
    rows = (
        (
            row.get("title") or "",
            next((row[name] for name in ("text", "body", "content") if row.get(name)), ""),
        )
        for row in read(options.texts)
    )
    return Given(list(rows), options.seed, options.sentences)


def write(n: int, folder: Path, options: Options) -> int:
    """Write a corpus of `n` documents into a folder, a few days to a file.

    Return the bytes of text or HTML.
    """
    folder.mkdir(parents=True, exist_ok=True)
    body, schema = ("html", _PAGE_SCHEMA) if options.pages else ("text", _SCHEMA)
    if options.pages and options.texts is not None:
        rows = (row for row in read(options.texts) if row.get("html"))
        given = [
            (row.get("url") or f"https://pages.example/{number}", row["html"])
            for number, row in enumerate(rows)
        ]
        made = given_pages(n, given, options.seed)
    else:
        made = (pages if options.pages else documents)(n, stories_of(options), options.seed)
    size, number, waiting = 0, 0, list[list[Document]]()
    for day in made:
        size += sum(len(row[body].encode()) for row in day)
        waiting.append(day)
        if len(waiting) == PER_FILE:
            _write(waiting, folder / f"{number:05d}", schema, options.form)
            number, waiting = number + 1, []
    if waiting:
        _write(waiting, folder / f"{number:05d}", schema, options.form)
    return size


def _write(days: Sequence[Sequence[Document]], path: Path, schema: pa.Schema, form: str) -> None:
    if form == "parquet":
        with pq.ParquetWriter(path.with_suffix(".parquet"), schema, compression="zstd") as writer:
            for day in days:
                writer.write_table(pa.Table.from_pylist(list(day), schema=schema))
    else:
        with path.with_suffix(".jsonl").open("w", encoding="utf-8") as lines:
            lines.writelines(
                json.dumps(row, default=datetime.isoformat, ensure_ascii=False) + "\n"
                for day in days
                for row in day
            )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("n", type=int, help="how many documents")
    parser.add_argument("folder", type=Path, help="folder to write to")
    parser.add_argument(
        "--texts",
        type=Path,
        help="Parquet or JSON Lines file of stories (title, text); with --pages, of pages (url, html)",
    )
    parser.add_argument(
        "--sentences", type=int, help="the most that a story has; 4 give items of half a kilobyte"
    )
    parser.add_argument("--pages", action="store_true", help="write HTML pages instead of text")
    parser.add_argument(
        "--format",
        choices=("parquet", "jsonl"),
        default="parquet",
        help="format of texts (default: parquet)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="the same seed gives the same bytes (default: 0)"
    )
    chosen = parser.parse_args(arguments)
    options = Options(
        texts=chosen.texts,
        sentences=chosen.sentences,
        pages=chosen.pages,
        form=chosen.format,
        seed=chosen.seed,
    )
    size = write(chosen.n, chosen.folder, options)
    print(f"{chosen.n:,} documents, {size / 1e6:,.1f} MB in {chosen.folder}")


if __name__ == "__main__":
    main()
