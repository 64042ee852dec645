"""Cut boilerplate from extracted text; every cut is a row of the ledger.

`clean` reads the lines earlier stages left and returns only its own removals: of a page, what the rule
tables cut, which judge each line by itself; of plain text, what they and the line model (`lines.py`),
which judges a line by the lines around it, decide together. Where the model was asked, what is left is
cleaned again until nothing goes, so that cleaning twice changes nothing. Blank lines leave too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from copydesk.transforms.clean import rules
from copydesk.transforms.clean.fold_text import folded, key, undecorated
from copydesk.transforms.clean.line_features import Line
from copydesk.transforms.clean.line_model import (
    FEW_WORDS,
    MIN_RESIDUE,
    decided,
    is_unsure,
    log_odds,
    model,
)
from copydesk.transforms.clean.pattern_index import Matcher
from copydesk.transforms.clean.rule import CATEGORIES, Rule
from copydesk.transforms.clean.rules.any_language import CREDIT_WORDS
from copydesk.transforms.ledger import BLANK_LINE, Cut, Removal, apply, cut

Kind = Literal["page", "text"]
RULES: tuple[Rule, ...] = rules.ALL

LINE_MODEL = "line_model"
TRAILING_LIST = "trailing_list"
LEADING_MENU = "leading_menu"

_MAX_LINE = 700  # characters: the longest residue seen on the development pages has 640
_MAX_CAPTION = 300  # characters: longer lines that end in a credit are prose it was glued to
_EDGE = 400  # characters at the ends of a paragraph in which glued residue is looked for
_MAX_CREDIT = 110  # characters of a credit with its label
_MAX_FIELD = 40  # characters of a form field's name
_MIN_PROSE = 12  # characters a paragraph keeps when something is cut from it, else it stays whole
_SENTENCE = re.compile(r"[.。।][\"'”’»)\]]{0,3}$")
_GLUE_MARK, _GLUE_SPACE = r"[.!?…。\"'”’»)\]]", " {0,3}"
_GLUE = re.compile(rf"{_GLUE_MARK}{_GLUE_SPACE}(?=[\w(©])")
_PROSE_START = re.compile(r"[\"'“‘„«(¿¡]?[^\W_a-zß-öø-ÿ]")
_SEPARATOR = re.compile(r"(?=.{0,40}[-_=|•·–—~#])[-_=|•·–—~#\s]{1,400}|[*•·|>»«<]")
_WORDS = re.compile(r"\w+")
# An agency named after a sentence wrote it; a caption's credit names a photographer or an archive too.
_SIGN_OFF = re.compile(
    r" ?\((?:ap|afp|agi|ani|anp|ansa|apa|associated press|belga|dpa|efe|epd|kna|lusa|ntb|pti|reuters|sid|tass|tt|xinhua)(?:[/,-] ?[\w-]{1,12}){0,3}\)"
)
_SENTENCE_END = frozenset(".!?…。\"'”’»)]")
_NO_CREDIT = frozenset(
    ".!?:;,\"'”’»"
)  # a credit ends in a name or a bracket, a sentence in one of these


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the recipe's `[clean]` section."""

    disabled: tuple[str, ...] = ()
    """Names of rules, categories or languages that do not act."""
    enabled: tuple[str, ...] = ()
    """Names that act although their category or language is disabled."""
    line_model: bool = True
    """Let the line model cut lines of plain text that no rule matches."""

    def __post_init__(self) -> None:
        known = (
            {r.name for r in RULES}
            | set(CATEGORIES)
            | {language for r in RULES for language in r.languages}
        )
        for name in (*self.disabled, *self.enabled):
            if name not in known:
                raise ValueError(
                    f"no clean rule, category or language is called {name!r}; `copydesk rules` lists them"
                )

    def acts(self, rule: Rule) -> bool:
        """Whether the rule is switched on."""
        names = {rule.name, rule.category, *rule.languages}
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
) -> tuple[Removal, ...]:
    """The removals that take boilerplate out of what `removed` left of `extracted`.

    `kind="page"` says that a page model has judged the lines already: then only the rule tables act,
    less the rules that lose more than they win behind it (`on_pages`).
    `templates` are lines learned for the document's outlet (`templates.active_lines`). Cleaning what
    is left a second time removes nothing. Headlines and bylines are the taggers' to cut.

    >>> clean("Rain fell.\\nRead more: The dam\\n")
    (Removal(start=10, end=29, text='\\nRead more: The dam', rule='related_link', rule_version=1), Removal(start=29, end=30, text='\\n', rule='blank_line', rule_version=1))
    """
    desk, found, judged = _desk(options, kind), tuple[Removal, ...](), dict[str, list[Cut]]()
    while True:
        text = apply(extracted, (*removed, *found))
        left, low = text.split("\n"), folded(text).split("\n")
        cuts = _rule_cuts(left, low, templates, desk, judged)
        asked = False
        if kind == "text" and options.line_model:
            cuts, asked = _joined(left, low, cuts)
        new = cut(extracted, (*removed, *found), cuts)
        found = (*found, *new)
        if not new or not asked:
            return found


def warm() -> None:
    """Read the rule tables and the line model; afterwards cleaning opens nothing."""
    clean("It rained all day.\nTen bridges to see this summer\nLeave a Comment")


def marked(text: str, options: Options) -> list[tuple[int, Line]]:
    """The lines of a text that are not blank, with their numbers and what the rules make of them."""
    left, low = text.split("\n"), folded(text).split("\n")
    return _marked(left, low, _rule_cuts(left, low, (), _desk(options, "text"), {}))


def _marked(left: Sequence[str], low: Sequence[str], cuts: Sequence[Cut]) -> list[tuple[int, Line]]:
    whole = {c.line: c.rule for c in cuts if c.start is None}
    texts, folds = list(left), list(low)
    for c in sorted(
        (c for c in cuts if c.start is not None), key=lambda c: c.start or 0, reverse=True
    ):  # so that offsets stay right
        texts[c.line], folds[c.line] = (
            part[: c.start] + part[c.end :] for part in (texts[c.line], folds[c.line])
        )
    held, above = list[tuple[int, Line]](), -1
    for n, line in enumerate(texts):
        if line and not line.isspace():
            rule = whole.get(n, "")
            held.append((n, Line(line, folds[n], _CATEGORY.get(rule, ""), rule, n - above - 1)))
            above = n
    return held


def _rule_cuts(
    left: Sequence[str],
    low: Sequence[str],
    templates: Collection[str],
    desk: _Desk,
    judged: dict[str, list[Cut]],
) -> list[Cut]:
    """What the rule tables cut, line by line. `judged` keeps what they make of a line by itself, for when it comes again."""
    cuts, cut_by = [], {}
    blank = "blank_line" in desk.by_name
    for number, line in enumerate(left):
        if blank and not line:
            cuts.append(Cut(number))
            cut_by[number] = BLANK_LINE
            continue
        if templates and " ".join(line.split()) in templates:
            found = [Cut(number, "template", 1)]
        else:
            known = judged.get(line)
            if known is None:
                known = judged[line] = desk.judge(number, line, low[number])
            found = [one._replace(line=number) for one in known]
        cuts += found
        if found and found[0].start is None:
            cut_by[number] = found[0].rule
    return cuts + desk.form_lines(low, cut_by) if cut_by else cuts


def corrections(extracted: str, removed: Sequence[Removal]) -> tuple[str, ...]:
    """The corrections and clarifications that left the text, in order: the column `corrections`.

    >>> text = "Correction: an earlier version misspelled the name of the port.\\nRain fell."
    >>> corrections(text, clean(text))
    ('Correction: an earlier version misspelled the name of the port.',)
    """
    return tuple(
        r.text.strip()
        for r in sorted(r for r in removed if r.rule in _CORRECTIONS)
        if r.text.strip()
    )


_CATEGORY = {r.name: r.category for r in RULES}
_VERSION = {r.name: r.version for r in RULES}
_CORRECTIONS = frozenset(r.name for r in RULES if r.category == "correction")


class _Desk:
    """The rules that are switched on, filed by where they act."""

    def __init__(self, on: Sequence[Rule]) -> None:
        self.line, self.start, self.end, self.form = (
            Matcher(r for r in on if r.place == place) for place in ("line", "start", "end", "form")
        )
        self.endings = [
            (re.compile(rf"(?:{pattern})$"), r)
            for r in on
            if r.place == "ending"
            for pattern in r.patterns
        ]
        self.by_name = {r.name: r for r in on}
        self.comments = frozenset(r.name for r in on if r.category == "comments")

    def judge(self, number: int, line: str, low: str) -> list[Cut]:
        """The cuts of one line (`low` is its folded form) by itself: all of it, or what is glued to its ends, however often."""
        cuts: list[Cut] = []
        start, end = 0, len(line)
        while True:
            if (
                end - start <= _MAX_LINE
                and (whole := self._whole(line[start:end], low[start:end])) is not None
            ):
                return [Cut(number, whole.name, whole.version)]
            if (at := self._glued_start(line, low, start, end)) is not None:
                cuts.append(Cut(number, at[0].name, at[0].version, start, at[1]))
                start = at[1]
            elif (at := self._glued_end(low, start, end)) is not None:
                cuts.append(Cut(number, at[0].name, at[0].version, at[1], end))
                end = at[1]
            else:
                return cuts

    def _whole(self, line: str, low: str) -> Rule | None:
        """The rule that takes the whole of a line."""
        core = undecorated(low)
        if not core or core.isspace():
            return self.by_name.get(
                "blank_line"
                if not line or line.isspace()
                else "separator"
                if _SEPARATOR.fullmatch(line)
                else ""
            )
        sentence = _is_sentence(low)
        if (
            self.line.may_match(core, sentence=sentence)
            and (rule := self.line.find(key(low), sentence=sentence)) is not None
        ):
            return rule
        if len(line) <= _MAX_CAPTION and (credit := self._credit(low, 0, len(line))) is not None:
            return credit[0]
        return None

    def _glued_start(self, line: str, low: str, start: int, end: int) -> tuple[Rule, int] | None:
        """Residue at the start of a paragraph: the rule and where prose begins."""
        found = self.start.find_at_start(low[start : min(end, start + _EDGE)])
        if (
            found is None
            or end - start - found[1] < _MIN_PROSE
            or not _PROSE_START.match(line, start + found[1])
        ):
            return None
        return found[0], start + found[1]

    def _glued_end(self, low: str, start: int, end: int) -> tuple[Rule, int] | None:
        """Residue at the end of a paragraph: the rule and where prose ends."""
        first = max(start, end - _EDGE)
        tail = low[first:end].rstrip()
        for boundary in _GLUE.finditer(tail):
            rule = self.end.find(tail, boundary.end())
            if rule is not None:
                at = first + boundary.start() + 1
                return (rule, at) if at - start >= _MIN_PROSE else None
        if (
            end - start > _MAX_CAPTION
            and (credit := self._credit(low, start, end)) is not None
            and low[credit[1] - 1] in _SENTENCE_END
        ):
            return credit
        return None

    def _credit(self, low: str, start: int, end: int) -> tuple[Rule, int] | None:
        """A credit at the end of a line: the rule and where the credit begins, white space before it included."""
        first = max(start, end - _MAX_CREDIT)
        tail = low[first:end].rstrip()
        if (
            not tail
            or tail[-1] in _NO_CREDIT
            or (CREDIT_WORDS.isdisjoint(_WORDS.findall(tail)) and "©" not in tail)
        ):
            return None
        for pattern, rule in self.endings:
            if (found := pattern.search(tail)) is None or _is_sentence(tail[found.start() :]):
                continue
            if not (
                _SIGN_OFF.fullmatch(tail, found.start())
                and tail[: found.start()].rstrip()[-1:] in _SENTENCE_END
            ):
                return rule, first + len(tail[: found.start()].rstrip())
        return None

    def form_lines(self, low: Sequence[str], cut_by: dict[int, str]) -> list[Cut]:
        """Fields of a comment form: lines beside one that a rule about comments took."""
        found: dict[int, Cut] = {}
        for step in (1, -1):
            inside = False
            for number in range(len(low))[::step]:
                if number in cut_by:
                    inside = cut_by[number] in self.comments or (
                        inside and cut_by[number] == BLANK_LINE
                    )
                elif number not in found:
                    rule = (
                        self.form.find(key(low[number]))
                        if inside and len(low[number]) <= _MAX_FIELD
                        else None
                    )
                    inside = rule is not None
                    if rule is not None:
                        found[number] = Cut(number, rule.name, rule.version)
        return list(found.values())


def _is_sentence(line: str) -> bool:
    """Whether a line ends like a sentence of six words or more; shorter imperatives are residue.

    >>> _is_sentence("Read more books than posts, she said."), _is_sentence("Read more.")
    (True, False)
    """
    return _SENTENCE.search(line[-12:].rstrip()) is not None and len(line[:400].split(None, 6)) >= 6


@lru_cache(maxsize=16)
def _desk(options: Options, kind: Kind) -> _Desk:
    return _Desk(
        [rule for rule in RULES if options.acts(rule) and (kind == "text" or rule.on_pages)]
    )


def _joined(left: Sequence[str], low: Sequence[str], cuts: list[Cut]) -> tuple[list[Cut], bool]:
    """The cuts of rules and line model together, and whether the model was asked.

    It is asked where the rules match much, or a rule does of which labelled pages keep some lines.
    """
    residue = sum(c.start is None and _CATEGORY[c.rule] != "layout" for c in cuts)
    if not residue:
        return cuts, False
    held = _marked(left, low, cuts)
    numbers, lines = [number for number, _ in held], [line for _, line in held]
    known = model()
    asked = sum(line.text.count(" ") + 1 for line in lines) >= FEW_WORDS and (
        residue >= MIN_RESIDUE or any(is_unsure(line, known) for line in lines)
    )
    decision = decided(lines, log_odds(lines, known).tolist() if asked else None, known)
    stay = {numbers[i] for i in decision.stay}
    gone = {
        numbers[i]: Cut(numbers[i], name, _VERSION[name])
        for name, found in (
            (TRAILING_LIST, decision.below),
            (LEADING_MENU, decision.above),
            (LINE_MODEL, decision.unlikely),
        )
        for i in found
    }
    return [*(c for c in cuts if c.line not in gone and c.line not in stay), *gone.values()], asked
