"""The rules that act on one document, filed by where they act, and what they make of one line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from copydesk.transforms.clean.fold_text import key, undecorated
from copydesk.transforms.clean.lines.line import Line
from copydesk.transforms.clean.patterns.pattern_index import Matcher
from copydesk.transforms.clean.patterns.photo_agencies import CREDIT_WORDS
from copydesk.transforms.clean.patterns.rule_table import RuleTable
from copydesk.transforms.clean.rule import (
    NO_SENTENCE,
    SENTENCE,
    SHORT_SENTENCE,
    Place,
    RuleEntry,
)
from copydesk.transforms.ledger import BLANK_LINE, Cut

_MAX_LINE = 700  # characters: the longest boilerplate seen on the development pages has 640
_MAX_CAPTION = 300  # characters: longer lines that end in a credit are prose it was glued to
_EDGE = 400  # characters at the ends of a paragraph in which glued boilerplate is looked for
_MAX_CREDIT = 110  # characters of a credit with its label
_MAX_FIELD = 40  # characters of a form field's name
_LABEL = 80  # characters of a line that other pages of a site may have too; arbitrary
_MANY_LABELS = 10_000  # of some MB
_MIN_PROSE = 12  # characters a paragraph keeps when something is cut from it, else it stays whole
_SENTENCE = re.compile(r"[.。।][\"'”’»)\]]{0,3}$")
_UNSPACED_END = re.compile(r"[\u3040-\u9fff0-9]{6}。")  # arbitrary
_SHORT_SENTENCE = 4  # words; shorter ones are imperatives: "Share this story."
_SENTENCE_ENDS = frozenset(".。।\"'”’»)]")
_GLUE_MARK, _GLUE_SPACE = r"[.!?…。।\"'”’»)\]]", " {0,3}"
_GLUE = re.compile(rf"{_GLUE_MARK}{_GLUE_SPACE}(?=[\w(©])")
_PROSE_START = re.compile(r"[\"'“‘„«(¿¡]?[^\W_a-zß-öø-ÿ]")
_SEPARATOR = re.compile(r"(?=.{0,40}[-_=|•·–—~#])[-_=|•·–—~#\s]{1,400}|[*•·|>»«<×✕✖]")
_TABLE_HEAD = re.compile(r"\|(?: {0,3}:?-{3,40}:? {0,3}\|){2,40}")  # of a table in Markdown
_WORDS = re.compile(r"\w+")
# An agency named after a sentence wrote it; a caption's credit names a photographer or an archive too.
_SIGN_OFF = re.compile(
    r" ?\((?:ap|afp|agi|ani|anp|ansa|apa|associated press|belga|dpa|efe|epd|kna|lusa|ntb|pti|reuters|sid|tass|tt|xinhua)(?:[/,-] ?[\w-]{1,12}){0,3}\)"
)
_SENTENCE_END = frozenset(".!?…。\"'”’»)]")
_NO_CREDIT = frozenset(
    ".!?:;,\"'”’»"
)  # a credit ends in a name or a bracket, a sentence in one of these


class RuleSet:
    """The rules that are switched on, filed by where they act."""

    def __init__(self, table: RuleTable, on: Collection[RuleEntry]) -> None:
        languages = frozenset(code for entry in on for code in entry.languages)
        acting = {row: entry for row, entry in enumerate(table.entries) if entry in on}

        def matcher(place: Place) -> Matcher:
            return Matcher(table.patterns(place, languages), acting)

        self.line, self.start, self.end = matcher("line"), matcher("start"), matcher("end")
        self.form, self.evidence = matcher("form"), matcher("evidence")
        self.endings = [
            (re.compile(rf"(?:{one.pattern})$"), acting[one.rule])
            for part in table.patterns("ending", languages)
            for one in part.alternatives
            if one.rule in acting
        ]
        self._judged: dict[str, list[Cut]] = {}  # what was made of short lines
        self.by_name = {entry.name: entry for entry in on}
        self.comments = frozenset(entry.name for entry in on if entry.category == "comments")

    def cuts(
        self,
        left: Sequence[str],
        low: Sequence[str],
        templates: Collection[str],
        judged: dict[str, list[Cut]],
    ) -> list[Cut]:
        """What the rules cut, line by line. `judged` keeps what they make of a line by itself, for when it comes again."""
        cuts, cut_by = list[Cut](), dict[int, str]()
        blank = "blank_line" in self.by_name
        for number, line in enumerate(left):
            if blank and not line:
                cuts.append(Cut(number))
                cut_by[number] = BLANK_LINE
                continue
            if templates and " ".join(line.split()) in templates:
                found = [Cut(number, "template", 1)]
            else:
                known = self._judged.get(line)
                if known is None and (known := judged.get(line)) is None:
                    known = self.judge(0, line, low[number])
                    self._remember(line, known, judged)
                found = [one._replace(line=number) for one in known]
            cuts += found
            if found and found[0].start is None:
                cut_by[number] = found[0].rule
        return cuts + self.form_lines(low, cut_by) if cut_by else cuts

    def _remember(self, line: str, made: list[Cut], judged: dict[str, list[Cut]]) -> None:
        """Keep what was made of a line: labels for other documents, which repeat them, prose for this one."""
        if len(line) > _LABEL:
            judged[line] = made
            return
        if len(self._judged) >= _MANY_LABELS:
            self._judged.clear()
        self._judged[line] = made

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
            if end - start <= _MIN_PROSE:  # nothing would be left of it
                return cuts
            if (at := self._glued_start(line, low, start, end)) is not None:
                cuts.append(Cut(number, at[0].name, at[0].version, start, at[1]))
                start = at[1]
            elif (at := self._glued_end(low, start, end)) is not None:
                cuts.append(Cut(number, at[0].name, at[0].version, at[1], end))
                end = at[1]
            else:
                return cuts

    def hinted(self, line: Line) -> Line:
        """A line that no rule takes, with the rule of the place `evidence` that recognises it, if one does."""
        if self.evidence.is_empty or len(line.text) > _MAX_LINE or not undecorated(line.low):
            return line
        rule = self.evidence.find(key(line.low), sentence=kind_of_sentence(line.low))
        return line if rule is None else line._replace(category=rule.category, rule=rule.name)

    def _whole(self, line: str, low: str) -> RuleEntry | None:
        """The rule that takes the whole of a line."""
        core = undecorated(low)
        if not core or core.isspace():
            return self.by_name.get(
                "blank_line"
                if not line or line.isspace()
                else "separator"
                if _SEPARATOR.fullmatch(line) and not _TABLE_HEAD.fullmatch(line.strip())
                else ""
            )
        rule = self.line.find(key(low), sentence=kind_of_sentence(low))
        if rule is not None:
            return rule
        if len(line) <= _MAX_CAPTION and (credit := self._credit(low, 0, len(line))) is not None:
            return credit[0]
        return None

    def _glued_start(
        self, line: str, low: str, start: int, end: int
    ) -> tuple[RuleEntry, int] | None:
        """Residue at the start of a paragraph: the rule and where prose begins."""
        found = self.start.find_at_start(low[start : min(end, start + _EDGE)])
        if (
            found is None
            or end - start - found[1] < _MIN_PROSE
            or not _PROSE_START.match(line, start + found[1])
        ):
            return None
        return found[0], start + found[1]

    def _glued_end(self, low: str, start: int, end: int) -> tuple[RuleEntry, int] | None:
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

    def _credit(self, low: str, start: int, end: int) -> tuple[RuleEntry, int] | None:
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
            if (found := pattern.search(tail)) is None or (
                kind_of_sentence(tail[found.start() :]) == SENTENCE
            ):
                continue
            if not (
                _SIGN_OFF.fullmatch(tail, found.start())
                and tail[: found.start()].rstrip()[-1:] in _SENTENCE_END
            ):
                return rule, first + len(tail[: found.start()].rstrip())
        return None

    def less_sentences(self, low: Sequence[str], cuts: list[Cut]) -> list[Cut]:
        """The cuts of a text; where it is two sentences, a line each, without those of sentences of `_SHORT_SENTENCE` words.

        In so short a text only patterns that take sentences take one.
        """
        if not cuts:
            return cuts
        lines = [number for number, line in enumerate(low) if line and not line.isspace()]
        if len(lines) != 2 or not all(_SENTENCE.search(low[n][-12:].rstrip()) for n in lines):
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


def kind_of_sentence(line: str) -> int:
    """How a line ends: like a sentence of six words or more, of three or more, or like none.

    Chinese and Japanese, which write no spaces: a line that six characters and their full stop end counts as one of three words.

    >>> kind_of_sentence("Read more books than posts, she said.") == SENTENCE
    True
    >>> kind_of_sentence("The author died.") == SHORT_SENTENCE, kind_of_sentence("Read more.") == NO_SENTENCE
    (True, True)
    """
    tail = line[-12:].rstrip()
    if tail[-1:] not in _SENTENCE_ENDS or _SENTENCE.search(tail) is None:
        return NO_SENTENCE
    words = len(line[:400].split(None, 6))
    if words >= 6:
        return SENTENCE
    return SHORT_SENTENCE if words >= 3 or _UNSPACED_END.search(line) else NO_SENTENCE
