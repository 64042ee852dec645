"""The rules for one document, grouped by the part of a line where they apply, and their cuts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial

from copydesk.transforms import numba_cache
from copydesk.transforms.clean import line_parts
from copydesk.transforms.clean.fold_text import key, key_of_plain, plain, undecorated
from copydesk.transforms.clean.lines import line_credits
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.lines.line_screen import Screen, Screened
from copydesk.transforms.clean.news_sentence import (
    ends_as_sentence,
    is_of_article,
    kind_of_sentence,
    quotes_speech,
)
from copydesk.transforms.clean.patterns.pattern_index import Matcher
from copydesk.transforms.clean.patterns.rule_table import RuleTable
from copydesk.transforms.clean.rule import (
    SENTENCE,
    Place,
    RuleEntry,
)
from copydesk.transforms.ledger import BLANK_LINE, Cut, new_cut

_MAX_LINE = 700  # Characters. The longest boilerplate seen on the development pages has 640.
# Characters. Longer lines that end in a credit are prose with the caption attached.
_MAX_CAPTION = 300
_EDGE = 400  # Characters at each end of a paragraph that are searched for attached boilerplate.
_MAX_FIELD = 40  # Characters of a form field's name.
# A cheap first test, which most labels fail: the first of several parts ends with such a mark.
_PARTS_SIGN = re.compile(r"[.!?…؟;。！？।|•·\"'”’»)\]] {0,3}\S")
_LABEL = 80  # Characters of a line that other pages of a site may have too. Arbitrary.
_SEVERAL_LINES = 3  # New lines of a text for which the compiled screen takes less time.
# Characters by which the screen may read a line shorter than it is.
_DECORATION = 20
# Labels of all rule sets together that are remembered. They take 10 MB, and a site has hundreds.
_MANY_LABELS = 40_000
_LABELS_BETWEEN_COUNTS = 1_000  # New labels of a rule set after which all labels are counted.
# Characters that must remain of a paragraph if something is cut from it. Otherwise it stays whole.
_MIN_PROSE = 12
_SHORT_SENTENCE = 4  # Words. Shorter sentences are imperatives: "Share this story."
_GLUE_MARK, _GLUE_SPACE = r"[.!?…。।\"'”’»)\]]", " {0,3}"
_GLUE = rf"{_GLUE_MARK}{_GLUE_SPACE}(?=[\w(©])"
_PROSE_START = re.compile(r"[\"'“‘„«(¿¡]?[^\W_a-zß-öø-ÿ]")
_SEPARATOR = re.compile(r"(?=.{0,40}[-_=|•·–—~#])[-_=|•·–—~#\s]{1,400}|[*•·|>»«<×✕✖]")
# The head of a table in Markdown.
_TABLE_HEAD = re.compile(r"\|(?: {0,3}:?-{3,40}:? {0,3}\|){2,40}")

#: The cuts of lines by text. Most lines have none, and all of those share one empty tuple: the
#: garbage collector need not walk through it.
KnownCuts = dict[str, tuple[Cut, ...]]
#: Those of labels, for each rule set that was made.
_LABELS: list[KnownCuts] = []


class RuleSet:
    """The rules that are switched on, grouped by the part of a line where they apply."""

    def __init__(self, table: RuleTable, on: Collection[RuleEntry]) -> None:
        languages = frozenset(code for entry in on for code in entry.languages)
        acting = {row: entry for row, entry in enumerate(table.entries) if entry in on}

        def matcher(place: Place) -> Matcher:
            return Matcher(table.patterns(place, languages), acting)

        self.line, self.start, self.end = matcher("line"), matcher("start"), matcher("end")
        self._make_screen = partial(Screen, table.patterns("line", languages), acting)
        self.form, self.evidence = matcher("form"), matcher("evidence")
        self._glue = re.compile(f"{_GLUE}(?={self.end.beginning()})")
        """The positions where a paragraph may end and boilerplate begin."""
        self.endings = [
            (re.compile(rf"(?:{one.pattern})$"), acting[one.rule])
            for part in table.patterns("ending", languages)
            for one in part
            if one.rule in acting
        ]
        # On pages a block seldom has a prompt behind its last sentence.
        self._cuts_prompts = any(not entry.on_pages for entry in on)
        self._judged: KnownCuts = {}  # The cuts of short lines.
        _LABELS.append(self._judged)
        self.by_name = {entry.name: entry for entry in on}
        self.comments = frozenset(entry.name for entry in on if entry.category == "comments")

    def cuts(
        self,
        left: Sequence[str],
        low: Sequence[str],
        templates: Collection[str],
        judged: KnownCuts,
    ) -> list[Cut]:
        """Return the cuts of the rules, line by line. A run of empty lines is one cut.

        `judged` caches the cuts of a line, in case the line occurs again.
        """
        cuts, cut_by = list[Cut](), dict[int, str]()
        blank, n_empty = BLANK_LINE in self.by_name, 0
        screened = self._screened(left, low, judged)
        for number, line in enumerate(left):
            if blank and not line:
                cut_by[number] = BLANK_LINE
                n_empty += 1
                continue
            if n_empty:
                cuts.append(new_cut((number - n_empty, BLANK_LINE, 1, None, None, n_empty)))
                n_empty = 0
            if templates and " ".join(line.split()) in templates:
                cuts.append(Cut(number, "template", 1))
                cut_by[number] = "template"
                continue
            cache = judged if len(line) > _LABEL else self._judged
            found = cache.get(line)
            if found is None:
                found = tuple(self.cuts_of_line(0, line, low[number], screened.get(line)))
                self._remember(line, found, cache)
                if found and found[0].start is not None:
                    self._remember_rest(line, low[number], found, judged)
            for _, rule, version, start, end, _ in found:
                cuts.append(new_cut((number, rule, version, start, end, 1)))
            if found and found[0].start is None:
                cut_by[number] = found[0].rule
        if n_empty:
            cuts.append(Cut(len(left) - n_empty, n_lines=n_empty))
        if self.comments.isdisjoint(cut_by.values()):
            return cuts
        return cuts + self.form_lines(low, cut_by)

    def _screened(
        self, left: Sequence[str], low: Sequence[str], judged: KnownCuts
    ) -> Mapping[str, Screened]:
        """Return what the screen finds in the lines that a rule may match as a whole.

        Lines of which the cuts are known are left out. Nothing is returned if they are few.
        """
        if numba_cache.uses_plain_loops():
            return {}
        new = {
            line: folded_line
            for line, folded_line in zip(left, low, strict=True)
            if line
            and len(line) <= _MAX_LINE
            and line not in (self._judged if len(line) <= _LABEL else judged)
        }
        if len(new) < _SEVERAL_LINES:
            return {}
        keys = list(map(key_of_plain, _plain_forms(list(new.values()))))
        return dict(zip(new, self._screen.of(keys), strict=True))

    @cached_property
    def _screen(self) -> Screen:
        """The patterns of `line`. They take some milliseconds, so texts of few lines do without."""
        return self._make_screen()

    def _remember(self, line: str, made: tuple[Cut, ...], cache: KnownCuts) -> None:
        """Cache the cuts of a line.

        Labels are cached for other documents, which repeat them, and prose only for this document.
        """
        if (
            cache is self._judged
            and len(cache) % _LABELS_BETWEEN_COUNTS == 0
            and sum(map(len, _LABELS)) >= _MANY_LABELS
        ):
            for labels in _LABELS:
                labels.clear()
        cache[line] = made

    def _remember_rest(self, line: str, low: str, made: tuple[Cut, ...], judged: KnownCuts) -> None:
        """Remember that nothing more is cut from what the cuts of parts, `made`, leave of a line.

        The next pass reads that rest as a line. Where it is not ASCII, its folded form may differ
        from that part of `low`.
        """
        if low.isascii():
            start = max([c.end or 0 for c in made if c.start == 0], default=0)
            end = min([c.start or 0 for c in made if c.start], default=len(line))
            rest = line[start:end]
            self._remember(rest, (), judged if len(rest) > _LABEL else self._judged)

    def cuts_of_line(
        self, number: int, line: str, low: str, screened: Screened | None = None
    ) -> list[Cut]:
        """Return the cuts of one line, considered alone.

        `low` is its folded form, and `screened` what the screen found in it, if it was asked.

        A rule may match the whole line, as in "Share on Facebook". Otherwise boilerplate is cut
        from the beginning and the end of the line, again and again until no rule matches there.
        """
        cuts: list[Cut] = []
        start, end = 0, len(line)
        may_have_parts = _PARTS_SIGN.search(low) is not None
        may_have_credit = (
            screened is None
            or screened.may_have_credit
            or not low.isascii()
            or len(low) - len(screened.key) > _DECORATION
        )
        while True:
            if (
                end - start <= _MAX_LINE
                and (
                    whole := self._whole(
                        line[start:end],
                        low[start:end],
                        screened,
                        may_have_parts,
                        may_have_credit,
                    )
                )
                is not None
            ):
                prose = (
                    line_parts.prose_beside(line[start:end], low[start:end], whole, self.line)
                    if self._cuts_prompts and end - start > _LABEL // 2
                    else None
                )
                if prose is None:
                    return [Cut(number, whole.name, whole.version)]
                first, last = start + prose[0], start + prose[1]
                if first > start:
                    cuts.append(Cut(number, whole.name, whole.version, start, first))
                if last < end:
                    cuts.append(Cut(number, whole.name, whole.version, last, end))
                return cuts
            if end - start <= _MIN_PROSE:  # Nothing would be left of the line.
                return cuts
            if (
                self.start.may_begin(low[start])
                and (at := self._boilerplate_at_start(line, low, start, end)) is not None
            ):
                cuts.append(Cut(number, at[0].name, at[0].version, start, at[1]))
                start = at[1]
            elif (
                at := self._boilerplate_at_end(low, start, end, may_have_parts, may_have_credit)
            ) is not None:
                cuts.append(Cut(number, at[0].name, at[0].version, at[1], end))
                end = at[1]
            else:
                return cuts
            screened, may_have_credit = None, True

    def with_evidence(self, line: Line) -> Line:
        """Return the line with the category and name of the `evidence` rule that matches it.

        Rules at the place `evidence` cut nothing by themselves. A line that none of them matches is
        returned as it is.
        """
        if self.evidence.is_empty or len(line.text) > _MAX_LINE or not undecorated(line.low):
            return line
        rule = self.evidence.find(key(line.low), sentence=kind_of_sentence(line.low))
        return line if rule is None else line._replace(category=rule.category, rule=rule.name)

    def _whole(
        self,
        line: str,
        low: str,
        screened: Screened | None,
        may_have_parts: bool,
        may_have_credit: bool,
    ) -> RuleEntry | None:
        """Return the rule that matches the whole line.

        `low` is the folded line. `may_have_parts` tells whether it has a mark between two parts.
        """
        if not low[:1].isalnum() and ((core := undecorated(low)) == "" or core.isspace()):
            return self.by_name.get(
                "blank_line"
                if not line or line.isspace()
                else "separator"
                if _SEPARATOR.fullmatch(line) and not _TABLE_HEAD.fullmatch(line.strip())
                else ""
            )
        rule = None
        if screened is None or screened.patterns:
            sentence = kind_of_sentence(low)
            rule = (
                self.line.find(key(low), sentence=sentence)
                if screened is None
                else self._screen.find(screened, sentence)
            )
            if rule is not None and is_of_article(line, low, rule, sentence):
                return None
        if rule is None and (may_have_parts or " - " in low or line[:2].isupper()):
            rule = line_parts.find(line, low, self.line)
        if rule is not None:
            return rule
        if (
            may_have_credit
            and len(line) <= _MAX_CAPTION
            and (credit := self.credit(low)) is not None
        ):
            source = line_credits.source_of_text(low, credit[1])
            return credit[0] if source is None and not quotes_speech(line) else None
        return None

    def _boilerplate_at_start(
        self, line: str, low: str, start: int, end: int
    ) -> tuple[RuleEntry, int] | None:
        """Return the rule that matches the beginning of a paragraph, and where the prose begins."""
        found = self.start.find_at_start(low[start : min(end, start + _EDGE)])
        if (
            found is None
            or end - start - found[1] < _MIN_PROSE
            or not _PROSE_START.match(line, start + found[1])
        ):
            return None
        return found[0], start + found[1]

    def _boilerplate_at_end(
        self, low: str, start: int, end: int, may_have_parts: bool, may_have_credit: bool
    ) -> tuple[RuleEntry, int] | None:
        """Return the rule that matches the end of a paragraph, and where the prose ends."""
        if may_have_parts:
            first = max(start, end - _EDGE)
            tail = low[first:end].rstrip()
            if (
                self._cuts_prompts
                and (prompt := line_parts.prompts_at_end(tail, self.line)) is not None
            ):
                at = first + prompt[1]
                return (prompt[0], at) if at - start >= _MIN_PROSE else None
            for boundary in self._glue.finditer(tail):
                rule = self.end.find(tail, boundary.end())
                if rule is not None:
                    at = first + boundary.start() + 1
                    return (rule, at) if at - start >= _MIN_PROSE else None
        return self._credit_behind(low, start, end) if may_have_credit else None

    def _credit_behind(self, low: str, start: int, end: int) -> tuple[RuleEntry, int] | None:
        """Return the rule that matches a credit behind a paragraph, and where the prose ends."""
        credit = line_credits.at_end(low, start, end, self.endings)
        if credit is None:
            return None
        source = line_credits.source_of_text(low[start:end], credit[1] - start)
        if source is not None:
            return credit[0], start + source
        is_paragraph = end - start > _MAX_CAPTION or quotes_speech(low[start:end])
        is_behind = low[credit[1] - 1] in line_credits.SENTENCE_END
        return credit if is_paragraph and is_behind else None

    def credit(self, low: str) -> tuple[RuleEntry, int] | None:
        """Return the rule that matches a credit at the end of a folded line, and where it begins."""
        return line_credits.at_end(low, 0, len(low), self.endings)

    def without_cuts_of_short_text(self, low: Sequence[str], cuts: list[Cut]) -> list[Cut]:
        """Return the cuts of a text, without some of them if the text is only two sentences.

        If each of its two lines is a sentence of `_SHORT_SENTENCE` words or more, only patterns
        that are made for sentences may cut one.
        """
        if not any(c.start is None and low[c.line] and not low[c.line].isspace() for c in cuts):
            return cuts
        lines = [number for number, line in enumerate(low) if line and not line.isspace()]
        if len(lines) != 2 or not all(ends_as_sentence(low[n]) for n in lines):
            return cuts
        kept = {
            c.line
            for c in cuts
            if c.line in lines
            and c.start is None
            and len(low[c.line].split(None, _SHORT_SENTENCE)) >= _SHORT_SENTENCE
            and self.line.find(key(low[c.line]), sentence=SENTENCE) is None
        }
        return [c for c in cuts if c.line not in kept]

    def form_lines(self, low: Sequence[str], cut_by: dict[int, str]) -> list[Cut]:
        """Return the cuts of a comment form's fields: lines beside one that a comment rule cut."""
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


def _plain_forms(low: Sequence[str]) -> list[str]:
    """Return the plain forms of the folded lines, but "" for those that are too long for a rule."""
    others = ["" if line.isascii() or len(line) > _MAX_LINE else line for line in low]
    found = plain("\n".join(others)).split("\n")
    return [line if line.isascii() else new for line, new in zip(low, found, strict=True)]
