"""A language's boilerplate as one record of phrases, and the rules that are built from it.

Every language can declare the same blocks. An empty block makes no rule. A block is a text with one
phrase on each line in the notation of `phrase.py`. Only the words differ between languages. The
parts that are the same in all languages (how a share bar, a time stamp or a copyright line is
composed) are here. The examples of the rules are made from the phrases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from copydesk.transforms.clean.patterns import composed
from copydesk.transforms.clean.patterns.phrase import (
    COLON,
    JOINER,
    NETWORKS,
    PLACES,
    choice,
    examples,
    lines,
    pattern,
)
from copydesk.transforms.clean.patterns.phrase_strength import weak_and_strong
from copydesk.transforms.clean.patterns.template_words import template_patterns
from copydesk.transforms.clean.rule import AUTHOR_STATEMENT, TEMPLATE_WORDS, Place, Rule

_UNIVERSAL = "pdf|link|url|a|tweet|share|like|print|pin it|copy link"
_SEPARATOR = r"[ ,:/|·•+&-]{0,3}"
_LINK = r"(?: ?[:|>→»-] ?| ?/{1,2} ?|[\]】〕] ?|\? )"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrasebook:
    """The phrases of one language by block.

    The blocks `related`, `photo`, `tags` and `stamps` have labels that come before a colon. All
    other blocks have whole lines. `pictures` are lines that only say what a picture is ("stock
    photo"). `keys` and `words` are single words of which lines are made (`template_words`), and `shown`
    are examples of such lines. `boxes` are statements of who an author is, which may be sentences. `jobs` are the words of
    statements without a name ("Reporter at the Post since 2015. Covers farming"): jobs, the words before a
    year, and the verbs for what somebody writes about. `works` are words for what has
    rights or holds them and for licences, one of which a statement of rights must have. `home` and `here` are the first label of bread crumbs and the
    words for "you are here" before it. `keeps` are lines "block: a sentence that must stay". The block
    "prose" is a paragraph that every rule must keep.
    """

    language: str
    keeps: str
    comments: str = ""
    form: str = ""
    related: str = ""
    headings: str = ""
    share: str = ""
    follow: str = ""
    newsletter: str = ""
    app: str = ""
    subscribe: str = ""
    photo: str = ""
    pictures: str = ""
    ads: str = ""
    rights: str = ""
    works: str = ""
    credits: str = ""
    notices: str = ""
    stamps: str = ""
    dates: str = ""
    months: str = ""
    ago: str = ""
    tags: str = ""
    author: str = ""
    boxes: str = ""
    jobs: str = ""
    since: str = ""
    covers: str = ""
    tools: str = ""
    home: str = ""
    here: str = ""
    keys: str = ""
    words: str = ""
    shown: str = ""
    is_spaced: bool = True


def rules_of(book: Phrasebook) -> tuple[Rule, ...]:
    """Return the rules of a language, sorted by category.

    Raises ValueError if `keeps` names a block that no rule is built from.
    """
    kept = _kept(book)
    built = tuple(_rule(book, kept, row) for row in _rows(book))
    if unknown := set(kept) - {"prose"} - {rule.name.rpartition("_")[0] for rule in built}:
        raise ValueError(f"{book.language}: `keeps` names {sorted(unknown)}, which are not rules")
    return built


# A prompt after a question or a slogan ("More news from the harbour? Subscribe to our newsletter",
# "Miss nothing: follow us on WhatsApp"), and networks after a colon.
_MORE = {
    "newsletter_line": (r"[^.!?:]{5,80}[?:] ?BLOCK",),
    "app_line": (r"[^.!?:]{5,80}[?:,] ?BLOCK",),
    "follow_us": (r"BLOCK ?: ?[^.!?]{2,80}", r"[^.!?:,]{5,60}[?:,] ?BLOCK"),
}


class _Row(NamedTuple):
    """The parts of a rule. `weak` are patterns that must not match a sentence."""

    name: str
    category: str
    place: Place
    patterns: tuple[str, ...]
    drops: tuple[str, ...]
    weak: tuple[str, ...] = ()


_NAMES = tuple(PLACES[one][0] for one in ("few", "name", "outlet", "names", "agency"))


def _rows(book: Phrasebook) -> Iterator[_Row]:
    """Yield (rule, category, place, patterns, drops) of every rule of a language."""
    for name, category, block in (
        ("comment_line", "comments", book.comments),
        ("story_heading", "related", book.headings),
        ("follow_us", "share", book.follow),
        ("newsletter_line", "newsletter", book.newsletter),
        ("app_line", "newsletter", book.app),
        ("subscriber_line", "newsletter", book.subscribe),
        ("ad_line", "ads", book.ads),
        ("credit_line", "author", book.credits),
        ("notice_line", "notices", book.notices),
        ("author_line", "author", book.author),
        ("page_tool", "share", book.tools),
    ):
        if block:
            # A bare noun after a colon may be a headline: "A new idea: the newsletter".
            after = block if name == "follow_us" else _requests(block)
            # Networks make a phrase long, so those of `follow_us` are patterns of their own, which
            # are compiled one by one.
            blocks = lines(after) if name == "follow_us" else [after] if after else []
            more = [
                one.replace("BLOCK", choice(some)) for one in _MORE.get(name, ()) for some in blocks
            ]
            if name == "comment_line" and book.form:
                more.append(composed.field_run(book.comments, book.form))
            weak, strong = _weak_and_strong(block)
            patterns = (*weak, *strong, *more)
            yield _Row(name, category, "line", patterns, _examples(block), weak)
    if book.boxes:
        yield _Row(AUTHOR_STATEMENT, "author", "line", _patterns(book.boxes), _examples(book.boxes))
    if book.jobs:
        yield _job_statement(book)
    if book.related and book.share and book.language != "th":  # No mark ends a Thai sentence.
        yield _glued(book)
    if book.form:
        yield _Row("comment_field", "comments", "form", _patterns(book.form), _fields(book))
    for block, build in (
        (book.related, _story_links),
        (book.share, _share_bar),
        (book.photo or book.pictures, _photo),
        (book.rights, _copyright),
        (book.stamps, _time),
        (book.tags, _tags),
        (book.home, _crumbs),
    ):
        if block:
            yield build(book)
    if book.keys:  # The last of all, because a rule that names a kind of line says more.
        patterns = template_patterns(book.keys, book.words, is_spaced=book.is_spaced)
        yield _Row(TEMPLATE_WORDS, "notices", "line", patterns, tuple(lines(book.shown)))


def _patterns(block: str) -> tuple[str, ...]:
    return tuple(map(pattern, lines(block)))


def _requests(block: str) -> str:
    """Return the phrases of a block that have a place for words, as requests to readers do."""
    return "\n".join(one for one in lines(block) if "{" in one)


def _weak_and_strong(block: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    split = [weak_and_strong(phrase) for phrase in lines(block)]
    weak, strong = (tuple(pattern(one) for pair in split for one in pair[k]) for k in (0, 1))
    return weak, strong


def _examples(block: str) -> tuple[str, ...]:
    return tuple(_printed(e) for phrase in lines(block) for e in examples(phrase)[-1:])


def _printed(example: str) -> str:
    return example[:1].upper() + example[1:]


def _fields(book: Phrasebook) -> tuple[str, ...]:
    prompt = _examples(book.comments)[0]
    return tuple(f"{prompt}\n[[{field} *]]" for field in _examples(book.form))


def _story_links(book: Phrasebook) -> _Row:
    """Return the rule for a label alone and a label before a title."""
    label = choice(book.related)
    drops = [
        e for label in _examples(book.related) for e in (label, f"{label}: Harbour 24 / Mill Town")
    ]
    weak, strong = _weak_and_strong(book.related)
    patterns = (*weak, *strong, rf"{label}{_LINK}.{{1,240}}")
    return _Row("story_link", "related", "line", patterns, tuple(drops), weak)


def _glued(book: Phrasebook) -> _Row:
    """Return the rule for a label with a title, or a long button, at the end of a paragraph."""
    label, button = (choice(block, is_plain=False) for block in (book.related, book.share))
    sentence = book.keeps.partition("prose: ")[2].partition("\n")[0]
    shown = (f"{_examples(book.related)[0]}: Harbour 24 / Mill Town",)
    return _Row(
        "glued_line",
        "related",
        "end",
        (
            rf"{label} ?[:：|>»→] ?[^!?]{{4,160}}",
            rf"(?=\S{{1,20}} \S|[\u0e00-\u9fff]{{5}}){button}[ .…»>→]{{0,6}}",
        ),
        tuple(f"{sentence} [[{one}]]" for one in shown),
    )


def _share_bar(book: Phrasebook) -> _Row:
    """Return the rule for one or more buttons, with networks and counts between them."""
    # A field of a form, such as "e-mail", is not a button by itself.
    fields = set(lines(book.form))
    buttons = choice("\n".join(one for one in lines(book.share) if one not in fields))
    # "Share on Facebook, X or by e-mail"
    networks = rf"(?:{NETWORKS})(?:,? (?:{JOINER} ){{2}}(?:{NETWORKS}))?"
    any_button = rf"(?:{choice(book.share)}|{networks}|{_UNIVERSAL})"
    between = rf"(?:{_SEPARATOR}|,? {JOINER} )"
    bar = rf"{buttons}(?:{between}(?:{any_button}|\d{{1,5}}(?!\d))){{0,15}}"
    after = rf"(?:{NETWORKS}|{_UNIVERSAL})(?:{_SEPARATOR}(?:{any_button}|\d{{1,5}}(?!\d))){{1,15}}"
    words = _examples("\n".join(one for one in lines(book.share) if one not in fields))
    drops = (
        *words,
        f"{words[0]} Facebook Twitter WhatsApp {words[-1]}",
        f"Facebook | Twitter | {words[-1]}",
        " ".join(words[:3]),
    )
    return _Row("share_bar", "share", "line", (bar, after), drops)


def _photo(book: Phrasebook) -> _Row:
    """Return the rule for a label before a name.

    Lines with a place for a name are whole phrases.
    """
    labels = [p for p in lines(book.photo) if "{" not in p]
    drops = [f"{shown}: Ana Ruiz / AFP" for p in labels for shown in _examples(p)]
    whole = "\n".join([*(p for p in lines(book.photo) if "{" in p), *lines(book.pictures)])
    weak, strong = _weak_and_strong(whole)
    patterns = (*weak, *strong)
    if labels:
        label = choice("\n".join(labels))
        patterns = (
            rf"{label}\.?(?:{COLON}| ?© ?)[^!?]{{2,110}}",
            rf"{label} \(c\) ?[^!?]{{2,110}}",
            *patterns,
        )
    return _Row("photo_line", "photo", "line", patterns, (*drops, *_examples(whole)), weak)


def _copyright(book: Phrasebook) -> _Row:
    """Return the rule for a mark with year and owner and a statement of rights, in any order."""
    shown = tuple(
        f"{one} {lines(book.works)[0]}" if book.works and composed.is_about_works(phrase) else one
        for phrase, one in zip(lines(book.rights), _examples(book.rights), strict=True)
    )
    patterns = composed.copyright_lines(book.rights, book.works, is_english=book.language == "en")
    drops = (
        *shown,
        *(f"© 2024 Harbour Post. {one}." for one in shown),
        f"Copyright © 2024 Harbour Post, {shown[0]}",
        f"Harbour Post © 2024. {shown[0]}",
        "© Harbour Post",
        "Copyright 2024 Harbour Post",
    )
    return _Row("copyright_notice", "copyright", "line", patterns, drops)


def _time(book: Phrasebook) -> _Row:
    """Return the rule for time stamps.

    They are a label and a date, a full date with the time of day, a time ago, or a reading time.
    `dates` are the words in a date that are not months: days of the week, "at", units of hours.
    """
    patterns = composed.time_stamps(book.stamps, book.dates, book.months, book.ago)
    day = f"12 {examples(lines(book.months)[2])[0]} 2024"
    shown = _examples(book.stamps)
    drops = (
        *_examples(book.ago),
        *(f"{one}: {day}, 10:45" for one in shown),
        f"{shown[0]} 12.03.2024 10:45",
        f"{day}, 10:45",
        f"{shown[0]}: {_examples(book.ago)[0]}",
    )
    return _Row("time_line", "counters", "line", patterns, drops)


def _tags(book: Phrasebook) -> _Row:
    label = choice(book.tags)
    drops = tuple(f"{one}: Harbour, Mill Town, Ana Ruiz" for one in _examples(book.tags))
    return _Row(
        "topic_line",
        "tags",
        "line",
        (rf"{label}(?: ?[:|>-] ?[^!?]{{1,240}})?", rf"{label} #[^!?]{{1,240}}"),
        drops,
    )


def _job_statement(book: Phrasebook) -> _Row:
    job, since, covers = (_examples(block)[0] for block in (book.jobs, book.since, book.covers))
    begins = covers[:1].lower() + covers[1:]
    drops = (
        f"{job} {since.lower()} 2015",
        f"{job}, {begins} Harbour",
        f"{job} {since.lower()} 2015. {covers} Mill Town",
    )
    patterns = composed.job_statements(book.jobs, book.since, book.covers)
    return _Row("author_job", "author", "line", patterns, drops)


def _crumbs(book: Phrasebook) -> _Row:
    shown, here = _examples(book.home), _examples(book.here)
    drops = (
        *(f"{one} > Harbour > Mill Town" for one in shown),
        *(f"{one}: {shown[0]} » Harbour" for one in here),
        f"{shown[0]} » Harbour",
        f"{shown[0]} » Harbour » Mill Town: 24 houses flooded!",
        f"{here[0]}: Harbour › Mill Town",
        shown[0],
    )
    patterns = composed.bread_crumbs(book.home, book.here)
    return _Row("crumbs", "layout", "line", patterns, drops)


def _kept(book: Phrasebook) -> dict[str, list[str]]:
    """Return the sentences that must stay, by the rule that they resemble."""
    found: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, book.keeps.split("\n"))):
        name, _, sentence = line.partition(": ")
        found.setdefault(name, []).append(sentence)
    return found


def _ends_in_a_name(pattern: str) -> bool:
    """Tell whether a pattern is a noun and any name, "editor {outlet}".

    Such lines are not sentences.
    """
    return COLON not in pattern and pattern.rstrip(")?").endswith(_NAMES)


def _is_weak(row: _Row, pattern: str) -> bool:
    """Tell whether a pattern must not match a sentence."""
    return (
        pattern in row.weak
        or _ends_in_a_name(pattern)
        # "The police shared the picture on Facebook." is a sentence.
        or (row.name == "follow_us" and pattern.startswith(_NAMES))
    )


def _rule(book: Phrasebook, kept: dict[str, list[str]], row: _Row) -> Rule:
    name, category, place, patterns, drops, _ = row
    weak = tuple(one for one in patterns if _is_weak(row, one)) if place == "line" else ()
    return Rule(
        name=f"{name}_{book.language}",
        category=category,
        languages=(book.language,),
        place=place,
        patterns=weak or patterns,
        sentences=tuple(one for one in patterns if one not in weak) if weak else (),
        unless_short_sentence=bool(weak),
        on_pages=name
        not in {TEMPLATE_WORDS, AUTHOR_STATEMENT},  # not measured behind the page model
        unless_sentence=category
        == "tags",  # "Topic: the council meets on Monday to vote on the dam."
        drops=tuple(dict.fromkeys(drops)),
        keeps=(*kept.get(name, ()), *kept["prose"]),
    )
