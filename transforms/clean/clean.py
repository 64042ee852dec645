"""Cuts boilerplate from extracted text. Every cut becomes a row of the ledger.

`clean` reads the lines that earlier stages left and returns only its own cuts. It works in these
steps:

1. The headline and the bylines of a plain text are found, so that no rule cuts them (`opening`).
2. Each rule cuts the lines that it matches, wherever they are. Only rules of the document's
   languages are used (`document_languages`).
3. Lists, menus and headings without a list are recognised by the lines around them (`link_lists`).
4. In plain text two models may cut further lines: the wording model (`wording_model`) lines that
   read like boilerplate, and the line model (`line_model`) lines in the places of boilerplate.

Blank lines are cut, too. The steps are repeated on the rest until nothing more is cut, so cleaning
a text twice gives the same as cleaning it once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from copydesk.transforms.clean import (
    captions,
    document_languages,
    link_lists,
    opening,
    rule_set,
    wording_model,
)
from copydesk.transforms.clean.fold_text import folded
from copydesk.transforms.clean.lines import line_model
from copydesk.transforms.clean.lines.line import Line, new_line
from copydesk.transforms.clean.lines.line_model import (
    MIN_BOILERPLATE,
    cuttable,
    decide,
    has_few_words,
    log_odds,
    model,
    number_of_boilerplate,
)
from copydesk.transforms.clean.patterns import rule_table
from copydesk.transforms.clean.rule import (
    CATEGORIES,
    PROMPTS,
    TEMPLATE_WORDS,
    Rule,
    RuleEntry,
)
from copydesk.transforms.clean.rule_set import RuleSet
from copydesk.transforms.ledger import BLANK_LINE, Cut, Removal, apply, cut, new_cut
from copydesk.transforms.tag import language
from copydesk.transforms.tag.headlines import prose_lines

Kind = Literal["page", "text"]

LINE_MODEL = "line_model"
WORDING_MODEL = "wording_model"
#: Characters of lines of which only rules cut parts, and of the head that shows the language.
_PARAGRAPH, _HEAD = max(wording_model.MOST_CHARS, 2 * link_lists.TIME_CHARS), language.HEAD_CHARS
TRAILING_LIST = "trailing_list"
LEADING_MENU = "leading_menu"


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the recipe's `[clean]` section."""

    disabled: tuple[str, ...] = ()
    """Names of rules, categories or languages that are switched off."""
    enabled: tuple[str, ...] = ()
    """Names that stay switched on although their category or language is disabled."""
    line_model: bool = True
    """Let the two models cut lines of plain text that no rule matches."""

    def __post_init__(self) -> None:
        for name in (*self.disabled, *self.enabled):
            table = rule_table.packaged()
            if not (name in table.by_name or name in CATEGORIES or name in table.languages):
                raise ValueError(
                    f"no clean rule, category or language is called {name!r}; `copydesk rules` lists them"
                )

    def is_on(self, rule: Rule | RuleEntry) -> bool:
        """Tell whether the rule is switched on."""
        names = {rule.name, rule.category, *rule.languages}
        if rule.name.startswith(TEMPLATE_WORDS):
            names |= PROMPTS
        return (
            rule.name in self.enabled
            or not names.intersection(self.disabled)
            or (
                bool(names.intersection(self.enabled) - {rule.name})
                and rule.name not in self.disabled
            )
        )


def clean(
    extracted: str,
    *,
    removed: Sequence[Removal] = (),
    kind: Kind = "text",
    templates: Collection[str] = (),
    options: Options = Options(),
    languages: Collection[str] = (),
) -> tuple[Removal, ...]:
    """Return the removals that cut boilerplate from the part of `extracted` that `removed` leaves.

    With `kind="page"` the page model has judged the lines already. Then only the rule tables are
    used, without the rules that cut more article lines than boilerplate on pages (`on_pages`).

    `templates` are lines learned for the document's outlet (`learned_templates.active_lines`).
    `languages` are codes that the input or the page stated. Rules of the languages that the text
    itself shows are used as well.

    Cleaning the result again removes nothing. Headlines and bylines stay, because the taggers need
    them and cut them.

    >>> clean("Rain fell.\\nRead more: The dam\\n")
    (Removal(start=10, end=29, text='\\nRead more: The dam', rule='related_link', rule_version=1), Removal(start=29, end=30, text='\\n', rule='blank_line', rule_version=1))
    """
    found, known_cuts = tuple[Removal, ...](), dict[RuleSet, rule_set.KnownCuts]()
    text = apply(extracted, removed)
    left, low = text.split("\n"), folded(text).split("\n")
    shown = document_languages.languages_of(left, languages)
    while True:
        acting = _acting(options, kind, shown)
        by_rules = acting.cuts(left, low, templates, known_cuts.setdefault(acting, {}))
        cuts = list(by_rules)
        if kind == "text":
            cuts = acting.without_cuts_of_short_text(low, cuts)
            matched = {c.line for c in cuts}  # A headline among them stays.
            cuts = _in_context(left, low, cuts, acting, options)
            if options.line_model and WORDING_MODEL in acting.by_name:
                matched.update([c.line for c in cuts])
                found_lines = wording_model.lines_to_cut(left, low, matched)
                cuts += _whole_lines(found_lines, WORDING_MODEL)
        else:
            cuts = [c for c in cuts if not opening.is_dateline(left, c.line)]
            cuts = captions.without_photo_essay(left, cuts)
            if link_lists.TIME_LINE in acting.by_name:
                cuts += _times_above(left, {c.line for c in cuts})
        new = cut(extracted, (*removed, *found), cuts, left)
        found = (*found, *new)
        is_by_rules = kind == "text" and not templates and cuts == by_rules
        if all([r.rule == BLANK_LINE for r in new]) or (  # noqa: C419  # faster than a generator
            is_by_rules and _are_paragraphs(left, cuts)
        ):
            return found
        left, low = _after(left, low, cuts)
        shown = document_languages.languages_of(left, languages)


def _are_paragraphs(left: Sequence[str], cuts: Sequence[Cut]) -> bool:
    """Tell whether a text has only paragraphs, and rules cut only their ends, as of a wire service.

    Then another pass cuts nothing: the rules have read what is left of each line, all other steps
    look for shorter lines, and the head shows the same language.
    """
    are_long = [
        not line or (len(line) > _PARAGRAPH and line.isascii() and "(@" not in line)
        for line in left
    ]
    return all(are_long) and all(
        [c.rule == BLANK_LINE or (c.start or 0) >= _HEAD for c in cuts]  # noqa: C419  # faster
    )


def _leave_all_lines(cuts: Sequence[Cut]) -> bool:
    """Tell whether the cuts take only blank lines and parts of lines."""
    return all([c.start is not None or c.rule == BLANK_LINE for c in cuts])  # noqa: C419  # faster


def warm() -> None:
    """Read the rule tables and the line model, so that cleaning opens no file afterwards."""
    clean("It rained all day.\nTen bridges to see this summer\nLeave a Comment")
    clean("It rained all day.", kind="page")
    line_model.warm()
    wording_model.warm()


def numbered_lines(text: str, options: Options) -> list[tuple[int, Line]]:
    """Return the non-blank lines of a text with their numbers and the rules that match them."""
    left, low = text.split("\n"), folded(text).split("\n")
    acting = _acting(options, "text", document_languages.languages_of(left))
    return _numbered_lines(left, low, acting.cuts(left, low, (), {}))


def corrections(extracted: str, removed: Sequence[Removal]) -> tuple[str, ...]:
    """Return the corrections and clarifications that were cut, in order: the column `corrections`.

    >>> text = "Correction: an earlier version misspelled the name of the port.\\nRain fell."
    >>> corrections(text, clean(text))
    ('Correction: an earlier version misspelled the name of the port.',)
    """
    names = _correction_rules()
    found = [r for r in removed if r.rule in names]
    return tuple(r.text.strip() for r in sorted(found) if r.text.strip()) if found else ()


@lru_cache(maxsize=1024)
def _acting(options: Options, kind: Kind, shown: frozenset[str]) -> RuleSet:
    """Return the rules for a text that shows these languages."""
    known = rule_table.packaged().languages
    return _rule_set(options, kind, known & {document_languages.ANY, *shown})


@lru_cache(maxsize=128)
def _rule_set(options: Options, kind: Kind, languages: frozenset[str]) -> RuleSet:
    """Return the rules that are switched on and belong to one of the languages."""
    table = rule_table.packaged()
    on = frozenset(
        entry
        for entry in table.entries
        if (kind == "text" or entry.on_pages)
        and not languages.isdisjoint(entry.languages)
        and options.is_on(entry)
    )
    return RuleSet(table, on)


@cache
def _correction_rules() -> frozenset[str]:
    entries = rule_table.packaged().entries
    return frozenset(entry.name for entry in entries if entry.category == "correction")


def _times_above(left: Sequence[str], taken: Collection[int]) -> list[Cut]:
    """Return the cuts of lines above a page's first paragraph that hold only a date or time."""
    times = list[int]()
    for number, line in enumerate(left):
        if prose_lines.is_prose(line):
            return _whole_lines(times, link_lists.TIME_LINE)
        if number not in taken and link_lists.is_time(line):
            times.append(number)
    return []


def _whole_lines(numbers: Iterable[int], rule: str) -> list[Cut]:
    """Return the cuts of whole lines by a rule."""
    version = rule_table.packaged().by_name[rule].version
    return [new_cut((number, rule, version, None, None, 1)) for number in numbers]


def _in_context(
    left: Sequence[str], low: Sequence[str], cuts: list[Cut], acting: RuleSet, options: Options
) -> list[Cut]:
    """Return the cuts of a plain text.

    The headline and the bylines are taken out of the rules' cuts. Lines that the lines around them
    show to be boilerplate are added.
    """
    by_name = rule_table.packaged().by_name
    taken = {c.line: by_name[c.rule] for c in cuts if by_name[c.rule].category != "layout"}
    if not taken and not link_lists.may_have_lines_to_cut(left):
        return cuts
    cuts = captions.without_lead(left, low, cuts, acting)
    cuts = [c for c in cuts if c.start is not None or not opening.is_continued(left, c.line)]
    if taken and (kept := opening.protected_lines(left, low, taken)):
        # A paragraph that begins with a dateline still loses the credit at its end.
        cuts = [
            c
            for c in cuts
            if c.line not in kept or (c.start and len(left[c.line]) > opening.MAX_HEADLINE_CHARS)
        ]
    if _leave_all_lines(cuts) and not link_lists.may_have_lines_to_cut(_without_parts(left, cuts)):
        return cuts
    numbered = _numbered_lines(left, low, cuts)
    lines = [line for _, line in numbered]
    listed = {
        i: name for i, name in link_lists.lines_to_cut(lines).items() if name in acting.by_name
    }
    cuts += [
        new_cut((numbered[i][0], name, by_name[name].version, None, None, 1))
        for i, name in listed.items()
    ]
    if options.line_model and len(taken) >= 1:
        cuts += _by_model(numbered, listed, acting)
    if all([c.start is None for c in cuts]):  # noqa: C419  # faster than a generator
        return cuts
    whole = {c.line for c in cuts if c.start is None}
    return [c for c in cuts if c.start is None or c.line not in whole]


def _numbered_lines(
    left: Sequence[str], low: Sequence[str], cuts: Sequence[Cut]
) -> list[tuple[int, Line]]:
    whole = {c.line: c.rule for c in cuts if c.start is None}
    texts, folds = _without_parts(left, cuts), _without_parts(low, cuts)
    by_name = rule_table.packaged().by_name
    numbered, above = list[tuple[int, Line]](), -1
    for n, line in enumerate(texts):
        if not line or line.isspace():
            continue
        rule = whole.get(n, "")
        category = by_name[rule].category if rule else ""
        numbered.append((n, new_line((line, folds[n], category, rule, n - above - 1))))
        above = n
    return numbered


def _without_parts(lines: Sequence[str], cuts: Sequence[Cut]) -> Sequence[str]:
    """Return the lines without the parts that are cut; lines that are cut as a whole stay."""
    parts = [c for c in cuts if c.start is not None]
    if not parts:
        return lines
    left = list(lines)
    for c in sorted(parts, key=lambda c: c.start or 0, reverse=True):  # so that offsets stay right
        left[c.line] = left[c.line][: c.start] + left[c.line][c.end :]
    return left


def _after(
    left: Sequence[str], low: Sequence[str], cuts: Sequence[Cut]
) -> tuple[list[str], list[str]]:
    """Return the lines and the folded lines that the cuts leave."""
    whole, partly = set[int](), set[int]()
    for line, _, _, start, _, n_lines in cuts:
        if start is not None:
            partly.add(line)
        elif n_lines == 1:
            whole.add(line)
        else:
            whole.update(range(line, line + n_lines))
    texts, folds = _without_parts(left, cuts), _without_parts(low, cuts)
    kept = [n for n in range(len(texts)) if n not in whole]
    if not kept:
        return [""], [""]
    # What is not ASCII may be folded in another way at the end of a word.
    again = {n for n in partly if not low[n].isascii()}
    return [texts[n] for n in kept], [folded(texts[n]) if n in again else folds[n] for n in kept]


def _by_model(
    numbered: Sequence[tuple[int, Line]], listed: dict[int, str], acting: RuleSet
) -> list[Cut]:
    """Return the cuts that the line model adds to those of the rules.

    The model is used if rules match at least `MIN_BOILERPLATE` lines.
    """
    lines = [line for _, line in numbered]
    for i, rule in listed.items():
        text, low, _, _, above = lines[i]
        lines[i] = new_line((text, low, "related", rule, above))
    boilerplate = number_of_boilerplate(lines)
    if not boilerplate:  # The model adds to rules that match whole lines.
        return []
    known = model()
    asked = boilerplate >= MIN_BOILERPLATE and not has_few_words(lines)
    hinted = lines
    if asked and not acting.evidence.is_empty:
        hinted = [line if line.category else acting.with_evidence(line) for line in lines]
    may_go = cuttable(lines)
    odds = log_odds(hinted, known, may_go).tolist() if asked else None
    decision = decide(lines, odds, known, may_go)
    return [
        made
        for name, found in (
            (TRAILING_LIST, decision.below),
            (LEADING_MENU, decision.above),
            (LINE_MODEL, decision.unlikely),
        )
        if name in acting.by_name
        for made in _whole_lines([numbered[i][0] for i in found], name)
    ]
