"""Who wrote the document, as printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms import ledger
from copydesk.transforms.ledger import Cut, Removal
from copydesk.transforms.tag import headings, known, names, opening
from copydesk.transforms.tag.names import Name
from copydesk.transforms.tag.page_data import Mark, PageData
from copydesk.transforms.tag.tagger import Found, Tagger, View

COLUMNS = (
    column("byline", STRINGS, "People named as authors, as printed, in order.", required=True),
    column("byline_orgs", STRINGS, "Desks, agencies and organisations printed as author, in order.", required=True),
    column("byline_roles", STRINGS, "For each entry of `byline`: writer, photographer, editor or contributor, else empty.", required=True),
    column("byline_raw", pa.string(), "The byline as found, before it was split into names."),
)

RULE, RULE_VERSION = "byline", 1

_META = (
    "author", "parsely-author", "sailthru.author", "article:author", "dc.creator", "dcterms.creator", "dc.contributor", "byl", "byline", "authors",
    "article.author", "cxenseparse:author", "creator", "article:author_name", "og:author", "article_author", "citation_author", "citation_authors", "sailthru.authors", "dcsext.author",
)  # fmt: skip
NEAR = 150  # elements from headline to byline: 92 % of 434 known bylines stand within that


@dataclass(frozen=True, slots=True)
class _Candidate:
    names: tuple[Name, ...]
    raw: str
    source: str
    certain: bool = False  # printed right under the headline, with a word for "by"
    strong: bool = False  # full names, marked as author in so many words


def find(view: View) -> Found:
    """The byline: as given, as a page states or prints it, or as a line of the text; that line leaves it."""
    site = headings.site_keys(view)
    printed, lines = _of_text(view, site)
    found = _of_page(view.page, site) if view.page is not None else printed
    given = view.document.given.authors
    if given:
        by = tuple(dict.fromkeys(name for author in given for name in names.split(author, site=site, sure=True)))
        differs = f"given; {found.source} differs" if found and names.joined(found.names) != names.joined(by) else "given"
        chosen = _Candidate(by, "; ".join(given), differs) if by else found
    else:
        chosen = found or printed or _of_credit(view, site)
    if view.page is not None:
        lines = [i for i in lines if chosen is not None and _prints(view.lines[i], chosen, site)]
    cuts = [Cut(i, RULE, RULE_VERSION) for i in lines]
    return _found(chosen, ledger.cut(view.document.extracted, (*view.document.removed, *view.removed), cuts))


def _of_text(view: View, site: frozenset[str]) -> tuple[_Candidate | None, list[int]]:
    """The byline lines of the text and the names on them."""
    lines = list(opening.read(view.lines, max_headline_chars=view.options.max_headline_chars).bylines)
    found = tuple(dict.fromkeys(name for i in lines for name in names.split(view.lines[i], site=site, strict=True)))
    raw = "; ".join(view.lines[i].strip() for i in lines)
    return (_Candidate(found, raw, "text") if found else None), lines


def _prints(line: str, chosen: _Candidate, site: frozenset[str]) -> bool:
    """Whether a byline line of a page names somebody whom the byline names."""
    known_names = {known.key(name.text) for name in chosen.names}
    return any(known.key(name.text) in known_names for name in names.split(line, site=site))


_CREDIT = re.compile(r"(?:reporting|writing|reported|written) by ([^;()\n]{4,120})", re.I)


def _of_credit(view: View, site: frozenset[str]) -> _Candidate | None:
    """Reporters named at the foot of an agency report: "(Reporting by Ana Ruiz; Editing by Bo Li)"."""
    tail = view.document.extracted[-600:]
    starts = (tail.find(word) for word in ("eporting by", "riting by", "eported by", "ritten by"))
    at = min((start for start in starts if start > 0), default=0)
    match = _CREDIT.match(tail, at - 1) if at else None
    if match is None or tail[:at - 1].rstrip().lower().endswith("additional"):
        return None
    text = re.sub(r"\s+in\s+[A-Z][\w. ]{2,30}?(?=,| and |$)", "", match[1].split(". ")[0])
    found = tuple(name for name in names.split(text, site=site, strict=True) if not name.is_org)
    return _Candidate(tuple(Name(n.text, "writer") for n in found), match[0].strip("( "), "text") if found else None


def _found(chosen: _Candidate | None, removed: tuple[Removal, ...]) -> Found:
    if chosen is None or not chosen.names:
        return Found({"byline": (), "byline_orgs": (), "byline_roles": (), "byline_raw": None, "authors": ()}, {}, removed)
    people = [name for name in chosen.names if not name.is_org]
    orgs = [name for name in chosen.names if name.is_org]
    roles = tuple(name.role if name.role in {"writer", "photographer", "editor", "contributor"} else "" for name in people)
    values = {
        "byline": tuple(name.text for name in people),
        "byline_orgs": tuple(name.text for name in orgs),
        "byline_roles": roles,
        "byline_raw": chosen.raw,
        "authors": tuple(name.text for name in chosen.names),
    }
    evidence = {"byline_raw": chosen.source.split(";")[0]}
    if people:
        evidence |= {"byline": chosen.source, "byline_roles": chosen.source.split(";")[0]}
    if orgs:
        evidence["byline_orgs"] = chosen.source
    return Found(values, evidence, removed)


def _of_page(page: PageData, site: frozenset[str]) -> _Candidate | None:
    """The most trusted candidate: people before organisations, statements before markup before text.

    A byline printed under the headline outweighs a statement that names somebody else, or fewer.
    """
    stated = [c for c in (_json_ld(page, site), _meta(page, site)) if c and c.names]
    printed = _markup(page, site)
    candidates = [*stated, *([printed] if printed else [])]
    by_people = [c for c in candidates if any(not name.is_org for name in c.names)]
    if stated and printed in by_people[:1] and not (printed.certain or printed.strong):
        return stated[0]  # an organisation that the page states, before a name that may be a photographer's
    if by_people and printed in by_people and _is_account(by_people[0]) and not _is_account(printed):
        return printed
    if by_people and printed and printed is not by_people[0] and printed.certain and not _is_account(printed):
        said, shown = ({known.key(name.text) for name in c.names if not name.is_org} for c in (by_people[0], printed))
        if shown and not _same_people(said, shown) and (shown > said or not shown & said):
            return printed
    return next(iter(by_people or candidates), None)


def _is_account(candidate: _Candidate) -> bool:
    """Whether the people of a byline are user names rather than names: one word each, in Latin letters."""
    return all(" " not in name.text and name.text.isascii() for name in candidate.names if not name.is_org)


def _same_people(a: set[str], b: set[str]) -> bool:
    """Whether every name of the one is part of a name of the other: "Ana Ruiz" and "Ana M. Ruiz Dr."."""
    return len(a) == len(b) and all(any(x in y or y in x for y in b) for x in a)


def _json_ld(page: PageData, site: frozenset[str]) -> _Candidate | None:
    for document in page.statements.documents:
        if document.elsewhere or not document.authors:
            continue
        found: list[Name] = []
        for agent in document.authors:
            # the owner of a personal site is a person, though the site goes by the same name
            own = agent.is_organisation is False and names.is_person(agent.name) and not known.outlet_named(agent.name)
            parts = names.split(agent.name, site=frozenset() if own else site, sure=True)
            found += [Name(n.text, n.role, n.is_org or bool(agent.is_organisation)) for n in parts]
        if found:
            return _Candidate(_without_site(found, site), "; ".join(a.name for a in document.authors), "json-ld")
    return None


def _meta(page: PageData, site: frozenset[str]) -> _Candidate | None:
    first: _Candidate | None = None
    names_of = sorted(_META, key=lambda name: not name.startswith("citation"))  # papers: dc.creator often holds the first alone
    for name in names_of:
        values = tuple(v for v in page.meta.get(name, ()) if not re.match(r"https?:|www\.|@|\(", v))
        if name in {"citation_author", "citation_authors", "dc.creator"} and all(v.count(",") == 1 for v in values):
            values = tuple(" ".join(reversed(v.split(", "))) for v in values)
        found: list[Name] = []
        for value in values:
            if known.key(value) not in site:
                own = _names_site(value, site)
                found += (n for n in names.split(value, site=site, sure=True) if not _is_login(n.text) and (n.is_org or not own))
            elif names.is_person(value, sure=" " in value) and not known.outlet_named(value) and not names.is_organisation(value):
                found.append(Name(value))  # the owner of a personal site; another site's own name is no author
        kept = _without_site(found, site)
        if any(not n.is_org for n in kept):
            return _Candidate(kept, "; ".join(values), "meta")
        first = first or (_Candidate(kept, "; ".join(values), "meta") if kept else None)
    return first


def _without_site(found: list[Name], site: frozenset[str]) -> tuple[Name, ...]:
    """The names once each, without companies, and without the site's own name beside a person or as an account."""
    people = any(not name.is_org for name in found)
    return tuple(
        dict.fromkeys(n for n in found if not (n.is_org and (_COMPANY.search(n.text) or (known.key(n.text) in site and (people or _is_login(n.text))))))
    )


_COMPANY = re.compile(r"\b(?:inc|llc|ltd|gmbh|corp|corporation|limited|pty|s\.?r\.?l|co\. kg)\b\.?$", re.I)


def _names_site(name: str, site: frozenset[str]) -> bool:
    """Whether a name holds the site's: "Kong" at konghq.com, "Example Labs" at example.com."""
    words = [known.key(word) for word in name.split()]
    return any(len(word) > 4 and word in site for word in words) or (len(words) == 1 and any(len(words[0]) > 3 and key.startswith(words[0]) for key in site))


def _is_login(text: str) -> bool:
    """Whether a site's name is written as the account that posts for it: one word, lower case, no domain."""
    return text.isascii() and text.isalpha() and text.islower() and known.agency(text) is None


@dataclass(frozen=True, slots=True)
class _Atom:
    """A mark that prints little but names, with how far it is to be trusted."""

    mark: Mark
    names: tuple[Name, ...]
    score: float

    @property
    def has_people(self) -> bool:
        return any(not name.is_org for name in self.names)


# Trust in a way of marking an author, before place and wording are looked at. Scale and threshold
# were set by hand on some 600 pages with known authors.
_TRUST = {"rel": 3.0, "itemprop": 3.0, "class": 2.0, "text": 1.5, "path": 1.0}
ACCEPT = 2.5
CERTAIN = 2.5
GAP = 14  # elements between two names of one byline: a picture, a link, a name and a title each
_STRONG = re.compile(r"byline|by-line|author|autor|auteur|writer|vcard|\bfn\b|posted-?by|written|forfatter|skribent|signature|contributor|reporter")
_WEAK = re.compile(
    r"bio|avatar|social|follow|share|more|related|image|img|photo|caption|credit|figure|gallery|video|comment|reply|count|tag|category|cat-links|date(?!.*author)|time|quote|"
    r"reviewer|reviewed|editor|list|promo|newsletter|donate|subscribe|login|menu|search|recipe|product|ratings?|label|prefix"
)
_AUTHOR_PAGE = re.compile(r"/(?:authors?|autor(?:en|es|e|i)?|auteurs?)/[\w%.-]{3,}", re.I)
_NAME_CLASS = re.compile(r"author[-_]*nam|byline[-_]*nam|writer[-_]*nam|\bfn\b|__author\b|name\b(?!.*(?:title|job|role|bio|des|detail|date|meta|edu|about))")
_BESIDE = re.compile(r"title|job|role|bio|\bdes|desc|detail|date|position|tooltip|educat|about|social|avatar|follow")
_DATED = re.compile(r"[\s/|,·•-]*(?:(?:last )?updated|published|posted)\b.*|\s*\d.*", re.I | re.S)  # what stands behind the names
_INTERVIEW = re.compile(r"\W*(?:interview|text|words|story|written|review) by\b", re.I)
_WRITTEN = re.compile(r"\W*(?:this (?:post|article|story) was )?(?:written|posted|authored|published) by\b", re.I)
_PHOTO = re.compile(r"photo|foto|bild|caption|credit|figure|image|img|gallery|video|copyright|illustrat|comment|reply|quote|testimonial|tweet|search|login|filter|reviewed|bookmark|embed|follow")


def _markup(page: PageData, site: frozenset[str]) -> _Candidate | None:
    """The byline printed on the page: the best mark that prints names, and its fellows."""
    heading = headings.main_heading(page, page.first("og:title") or None)
    top = heading.order if heading else 0
    around = _ancestors(page.authors)
    others = {mark.order for mark in page.authors if names.opened_role(mark.text) in {"editor", "photographer"}}
    atoms = [atom for mark in page.authors if not around[mark.order] & others and (atom := _atom(mark, top, site)) is not None and atom.score > 0]
    best = max(atoms, key=lambda atom: (atom.score >= ACCEPT and atom.has_people, atom.score, -atom.mark.order), default=None)
    if best is None or best.score < ACCEPT:
        return None
    fellows = _leaves(_run([atom for atom in atoms if atom is best or _together(atom, best, around)], best), around)
    found: dict[str, Name] = {}
    for atom in sorted(fellows, key=lambda atom: atom.mark.order):
        for name in _without_site(list(atom.names), site):
            found.setdefault(known.key(name.text), name)
    raw = "; ".join(dict.fromkeys(" ".join(atom.mark.text.split())[:200] for atom in fellows))[:400]
    certain = bool(top) and best.score >= CERTAIN and 0 < best.mark.order - top <= 40 and names.opened(best.mark.text)
    near = bool(top) and 0 < best.mark.order - top <= 60 and not best.mark.zone
    full_names = all(name.is_org or " " in name.text or not name.text.isascii() for name in found.values())
    return _Candidate(tuple(found.values()), raw, "markup", certain, full_names and best.score >= 3 and (near or best.mark.how in {"rel", "itemprop"}))


def _atom(mark: Mark, top: int, site: frozenset[str]) -> _Atom | None:
    """A mark that prints little but names, with its score; None for every other mark."""
    if mark.zone in {"comment", "nav", "figure"} or (_PHOTO.search(mark.names) and "byline" not in mark.names and not _INTERVIEW.match(mark.text)):
        return None
    text = _head(mark.text or mark.value)
    if not text or len(text) > (80 if mark.how == "text" else 160):
        return None
    opened, written, after = names.opened(text), bool(_WRITTEN.match(text)), mark.order - top
    if mark.how == "text" and not (opened and (written or not top or -60 <= after <= NEAR)):
        return None
    beside = mark.how == "class" and not opened and _BESIDE.search(mark.names) and not _NAME_CLASS.search(mark.names)
    if beside or names.opened_role(text) in {"editor", "photographer"}:
        return None
    sure = mark.how in {"rel", "itemprop"} or (mark.how != "text" and bool(_STRONG.search(mark.names)))
    found = names.split(text, site=site, sure=sure)
    return _Atom(mark, found, _score(mark, after if top else None, opened=opened, written=written)) if _are_its_names(found, mark, text, site) else None


def _are_its_names(found: tuple[Name, ...], mark: Mark, text: str, site: frozenset[str]) -> bool:
    """Whether the names found are most of the mark's text, and such as a mark of its kind may hold."""
    people, opened = [name for name in found if not name.is_org], names.opened(text)
    if not found or (sum(len(name.text) for name in found) * 2 < len(_DATED.sub("", text)) and not opened) or any(p.role == "photographer" for p in people):
        return False
    if mark.how == "class" and len(people) > 1 and not opened and all(" " not in p.text and p.text.isascii() for p in people):
        return False  # "Wellness & Prevention"
    if mark.how in {"path", "text"}:
        return bool(people) and not any(len(p.text.split()) < 2 and p.text.isascii() for p in people)
    # "Personal finance" in a byline is a section
    own = any(known.agency(n.text) or ((known.key(n.text) in site or names.is_desk(n.text)) and "author" in mark.names) for n in found)
    return bool(people) or opened or mark.how in {"rel", "itemprop"} or own


def _score(mark: Mark, after: int | None, *, opened: bool, written: bool) -> float:
    """How far a mark is to be trusted: by its kind, its class, and its distance to the headline in elements."""
    score = _TRUST[mark.how] + (0.5 if opened else 0)
    if mark.how == "class":
        score += 0.5 if _STRONG.search(mark.names) else -0.5
    score -= 1.0 * bool(_WEAK.search(mark.names))
    close = after is not None and 0 < after <= 60
    if after is not None and 0 < after <= NEAR:
        score += 1.0
    else:
        score += 0.5 if after is None or -60 <= after <= 0 or written else -0.5
    if after is not None and 0 < after <= 25:
        score += 0.5
    if mark.how == "path" and close and _AUTHOR_PAGE.search(mark.href):
        score += 0.5
    penalty = {"related": 1.0, "aside": 1.0, "footer": 0.5}.get(mark.zone, 0.0)
    return score - penalty * (0.3 if close else 0.5 if written else 1.0)


def _ancestors(marks: tuple[Mark, ...]) -> dict[int, frozenset[int]]:
    """The marks around each mark, by their order."""
    around: dict[int, frozenset[int]] = {}
    for mark in marks:  # in document order: an outer mark comes first
        around[mark.order] = around.get(mark.inside, frozenset()) | {mark.inside} if mark.inside else frozenset()
    return around


def _together(atom: _Atom, best: _Atom, around: dict[int, frozenset[int]]) -> bool:
    """Whether two marks print one byline: marked alike and close by, or one inside the other."""
    if not atom.has_people or abs(atom.mark.order - best.mark.order) > 60:
        return False
    alike = atom.mark.how == best.mark.how and atom.mark.names == best.mark.names and atom.mark.zone == best.mark.zone
    named = atom.mark.how in {"rel", "path", "itemprop"} or bool(_NAME_CLASS.search(atom.mark.names))
    return alike or (named and best.mark.order in around[atom.mark.order])


def _run(atoms: list[_Atom], best: _Atom) -> list[_Atom]:
    """The atoms in one unbroken row with the best: a byline's names follow each other, a list of stories has more between."""
    ordered = sorted(atoms, key=lambda atom: atom.mark.order)
    at = ordered.index(best)
    first = last = at
    while first > 0 and ordered[first].mark.order - ordered[first - 1].mark.order <= GAP:
        first -= 1
    while last < len(ordered) - 1 and ordered[last + 1].mark.order - ordered[last].mark.order <= GAP:
        last += 1
    return ordered[first : last + 1]


def _leaves(atoms: list[_Atom], around: dict[int, frozenset[int]]) -> list[_Atom]:
    """The atoms without those that only wrap others and add to a name what belongs beside it.

    "By Ana Ruiz Master Gardener" around a link "Ana Ruiz" goes; "By Ana Ruiz and Bo Li" around it stays.
    """
    kept = []
    for atom in atoms:
        inner = [other for other in atoms if atom.mark.order in around[other.mark.order]]
        linked = {known.key(name.text) for other in inner for name in other.names}
        if not linked or all(known.key(name.text) in linked or _joined_on(name.text, atom) for name in atom.names):
            kept.append(atom)
    return kept or atoms


def _joined_on(name: str, atom: _Atom) -> bool:
    """Whether a name follows another name of its mark with nothing but a comma or a word for "and" between them."""
    text = " ".join(atom.mark.text.split())
    before = re.sub(r"\s*(?:,|&|\+|\band|\bund|\bet|\by|\be|\boch|\ben)\s*$", "", text[: max(0, text.find(name))].rstrip())
    return any(before.endswith(other.text) for other in atom.names if other.text != name)


def _head(text: str) -> str:
    """The lines of a mark up to the end of its byline: labels, the first line with a name, what a joiner adds."""
    lines = text.split("\n")
    taken: list[str] = []
    joins = True
    for line in lines[:12]:
        label = names.is_label(line)
        if label:
            joins = True
        elif names.DATE.match(line) and not taken:
            continue
        elif not joins and not line.startswith((",", "&", "and ")):
            break
        else:
            joins = line.rstrip().endswith((",", "&", " and", " und", ";", "|"))
        taken.append(line)
    return " \n".join(taken).strip()


TAGGER = Tagger("byline", COLUMNS, find)
