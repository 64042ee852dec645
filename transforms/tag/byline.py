"""Who wrote the document, as printed in its byline."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice

import pyarrow as pa

from copydesk.schemas.column import STRINGS, column
from copydesk.transforms import ledger
from copydesk.transforms.ledger import Cut, Removal
from copydesk.transforms.tag.headlines import text_header
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.page import page_headings
from copydesk.transforms.tag.page.page_data import PageData
from copydesk.transforms.tag.persons import (
    byline_forms,
    byline_lexicon,
    person_names,
    printed_byline,
    site_owner,
    text_byline,
)
from copydesk.transforms.tag.persons.byline_candidate import (
    Candidate,
    in_order,
    is_login,
    names_site,
    without_site,
)
from copydesk.transforms.tag.persons.person_names import Name
from copydesk.transforms.tag.tagger import Tagger, TagResult, View

COLUMNS = (
    column("byline", STRINGS, "People named as authors, as printed, in order.", required=True),
    column(
        "byline_orgs",
        STRINGS,
        "Desks, agencies and organisations printed as author, in order.",
        required=True,
    ),
    column(
        "byline_roles",
        STRINGS,
        "For each entry of `byline`: writer, photographer, editor or contributor, or empty if none is printed. The list is empty if no entry has a role.",
        required=True,
    ),
    column("byline_raw", pa.string(), "The byline as found, before it was split into names."),
)

RULE, RULE_VERSION = "byline", 1

_META = (
    "author",
    "parsely-author",
    "sailthru.author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "byl",
    "byline",
    "authors",
    "article.author",
    "cxenseparse:author",
    "creator",
    "article:author_name",
    "og:author",
    "article_author",
    "citation_author",
    "citation_authors",
    "sailthru.authors",
    "dcsext.author",
)


def find(view: View) -> TagResult:
    """Return the byline that was given, that the page states or prints, or that a text line holds.

    A line of the text that becomes the byline is removed from the text.
    """
    site = page_headings.site_keys(view)
    printed, lines = _in_text(view, site)
    found = _on_page(view.page, site) if view.page is not None else printed
    given = view.document.given.authors
    if given:
        by = tuple(
            dict.fromkeys(
                name
                for author in given
                for name in person_names.split(author, site=site, sure=True)
            )
        )
        differs = (
            f"given; {found.source} differs"
            if found and person_names.joined(found.names) != person_names.joined(by)
            else "given"
        )
        chosen = Candidate(by, "; ".join(given), differs) if by else found
    else:
        chosen = _with_people(
            found,
            lambda: printed,
            lambda: text_byline.of_dateline(view),
            lambda: text_byline.of_credit(view, site),
            lambda: text_byline.of_opening(view, site),
            lambda: text_byline.of_headline(view, site),
            lambda: text_byline.of_close(view, site),
        ) or site_owner.of_site(view)
    if view.page is not None:
        lines = [
            i for i in lines if chosen is not None and _names_an_author(view.lines[i], chosen, site)
        ]
    if not lines:
        return _result(chosen, ())
    cuts = [Cut(i, RULE, RULE_VERSION) for i in lines]
    return _result(
        chosen, ledger.cut(view.document.extracted, (*view.document.removed, *view.removed), cuts)
    )


def _with_people(
    found: Candidate | None, *others: Callable[[], Candidate | None]
) -> Candidate | None:
    """Return the first candidate that names a person, or the first of all if none does.

    A page that states an organisation as its author often does so because no person was entered.
    """
    if found is not None and found.has_people:
        return found
    candidates = [found]
    for other in others:
        candidate = other()
        if candidate is not None and candidate.has_people:
            return candidate
        candidates.append(candidate)
    return next((c for c in candidates if c is not None), None)


def _in_text(view: View, site: frozenset[str]) -> tuple[Candidate | None, list[int]]:
    """Return the byline that the text prints, and the numbers of its lines."""
    lines = list(view.opening.bylines) or text_byline.signed_line(view)
    found = dict.fromkeys(name for i in lines for name in _names_on(view.lines[i], site))
    if all(name.role == "photographer" for name in found):
        found = {}  # The credit of a photo does not name the author.
    if found:
        raw = "; ".join(view.lines[i].strip() for i in lines)
        return Candidate(tuple(found), raw, "text"), lines
    return (_in_cut_lines(view, site) if view.page is None else None), lines


def _names_on(line: str, site: frozenset[str]) -> tuple[Name, ...]:
    return person_names.split(byline_forms.without_day(line), site=site, strict=True)


_HEAD_LINES, _FOOT_LINES = 12, 4  # A text prints its byline within this many non-blank lines.
_HEAD_CHARS, _FOOT_CHARS = 2_000, 600


def _in_cut_lines(view: View, site: frozenset[str]) -> Candidate | None:
    """Return the byline on a line that `clean` removed as a line about the author.

    The line is not part of the text, but its names are those of the document's authors.
    """
    text = view.document.extracted
    cuts = [
        cut
        for cut in view.document.removed
        if cut.rule != ledger.BLANK_LINE and _is_whole_lines(cut, text)
    ]
    if not cuts:
        return None
    top, foot = _edges(text)
    for cut in sorted([cut for cut in cuts if cut.start < top or cut.end > foot]):
        for line in filter(text_header.is_byline, cut.text.split("\n")):
            if byline_lexicon.opens_for_others(line):
                continue
            names = _names_on(line, site)
            if any(not name.is_org for name in names):
                return Candidate(names, line.strip(), "text")
    return None


def _is_whole_lines(cut: Removal, text: str) -> bool:
    """Tell whether a cut took whole lines. It then took a newline at one end, or the whole text."""
    return cut.text.startswith("\n") or cut.text.endswith("\n") or cut.text == text


def _edges(text: str) -> tuple[int, int]:
    """Return the offsets before which a text has its first lines, and behind which its last ones."""
    first = [found.start() for found in islice(_FULL_LINE.finditer(text), _HEAD_LINES)]
    top = first[-1] + 1 if len(first) == _HEAD_LINES else len(text) + 1
    begin = max(0, len(text) - _FOOT_CHARS)
    last = [begin + found.end() for found in _FULL_LINE.finditer(text[begin:])]
    foot = last[-_FOOT_LINES] - 1 if len(last) >= _FOOT_LINES else -1
    return min(top, _HEAD_CHARS), max(foot, len(text) - _FOOT_CHARS)


#: The part of a line that is not blank.
_FULL_LINE = re.compile(r"\S(?:[^\n]*\S)?")


def _names_an_author(line: str, chosen: Candidate, site: frozenset[str]) -> bool:
    """Tell whether a byline line names somebody whom the chosen byline names too."""
    known_names = {gazetteers.key(name.text) for name in chosen.names}
    return any(
        gazetteers.key(name.text) in known_names for name in person_names.split(line, site=site)
    )


_NOBODY = {"byline": (), "byline_orgs": (), "byline_roles": (), "byline_raw": None, "authors": ()}


def _result(chosen: Candidate | None, removed: tuple[Removal, ...]) -> TagResult:
    if chosen is None or not chosen.names:
        return TagResult(_NOBODY, {}, removed)
    people = [name for name in chosen.names if not name.is_org]
    orgs = [name for name in chosen.names if name.is_org]
    roles = tuple(
        name.role if name.role in {"writer", "photographer", "editor", "contributor"} else ""
        for name in people
    )
    if not any(roles):
        roles = ()
    values = {
        "byline": tuple(name.text for name in people),
        "byline_orgs": tuple(name.text for name in orgs),
        "byline_roles": roles,
        "byline_raw": chosen.raw,
        "authors": tuple(name.text for name in chosen.names),
    }
    evidence = {"byline_raw": chosen.source.split(";")[0]}
    if people:
        evidence["byline"] = chosen.source
    if roles:
        evidence["byline_roles"] = chosen.source.split(";")[0]
    if orgs:
        evidence["byline_orgs"] = chosen.source
    return TagResult(values, evidence, removed)


def _on_page(page: PageData, site: frozenset[str]) -> Candidate | None:
    """Return the most trusted candidate of a page.

    People come before organisations. Statements come before markup, and markup before text. A
    byline printed under the headline outweighs a statement that names fewer people or other people.
    """
    stated = [c for c in (_json_ld(page, site), _meta(page, site)) if c and c.names]
    printed = printed_byline.printed(page, site)
    candidates = [*stated, *([printed] if printed else [])]
    by_people = sorted((c for c in candidates if c.has_people), key=_is_account)
    if (
        by_people
        and printed is not None
        and printed.has_people
        and (printed.certain or printed.strong)
        and _is_site(by_people[0], site)
    ):
        return printed
    if stated and printed in by_people[:1] and not (printed.certain or printed.strong):
        return stated[
            0
        ]  # An organisation that the page states is safer than a name that may be a photographer's.
    if (
        by_people
        and printed in by_people
        and _is_account(by_people[0])
        and not _is_account(printed)
    ):
        return printed
    if (
        by_people
        and printed
        and printed is not by_people[0]
        and printed.certain
        and not _is_account(printed)
    ):
        said, shown = (
            {gazetteers.key(name.text) for name in c.names if not name.is_org}
            for c in (by_people[0], printed)
        )
        if shown and not _same_people(said, shown) and (shown > said or not shown & said):
            return printed
    return next(iter(by_people or candidates), None)


def _is_account(candidate: Candidate) -> bool:
    """Tell whether the people of a byline are user names: one word each, in Latin letters."""
    return all(
        " " not in name.text and name.text.isascii() for name in candidate.names if not name.is_org
    )


def _is_site(candidate: Candidate, site: frozenset[str]) -> bool:
    """Tell whether all people of a byline have the site's name, as the owner of a personal site has."""
    return all(gazetteers.key(name.text) in site for name in candidate.names if not name.is_org)


def _same_people(a: set[str], b: set[str]) -> bool:
    """Tell whether all names of one set are parts of names of the other.

    For example "Ana Ruiz" is part of "Ana M. Ruiz Dr.".
    """
    return len(a) == len(b) and all(any(x in y or y in x for y in b) for x in a)


def _json_ld(page: PageData, site: frozenset[str]) -> Candidate | None:
    for document in page.statements.documents:
        if document.elsewhere or not document.authors:
            continue
        found: list[Name] = []
        for agent in document.authors:
            # The owner of a personal site is a person, even if the site has the same name.
            own = (
                agent.is_organisation is False
                and gazetteers.key(agent.name) in site
                and person_names.is_person(agent.name)
                and not gazetteers.outlet_named(agent.name)
            )
            parts = person_names.split(agent.name, site=frozenset() if own else site, sure=True)
            found += [Name(n.text, n.role, n.is_org or bool(agent.is_organisation)) for n in parts]
        if found:
            return Candidate(
                without_site(found, site), "; ".join(a.name for a in document.authors), "json-ld"
            )
    return None


def _meta(page: PageData, site: frozenset[str]) -> Candidate | None:
    first: Candidate | None = None
    # In papers dc.creator often holds only the first author.
    names_of = sorted(_META, key=lambda name: not name.startswith("citation"))
    for name in (*names_of, *_labelled(page)):
        values = tuple(v for v in page.meta.get(name, ()) if not re.match(r"https?:|www\.|@|\(", v))
        if name in {"citation_author", "citation_authors", "dc.creator"} and all(
            v.count(",") == 1 for v in values
        ):
            values = tuple(" ".join(reversed(v.split(", "))) for v in values)
        values = tuple(map(in_order, values))
        found: list[Name] = []
        for value in values:
            if gazetteers.key(value) not in site:
                own = names_site(value, site)
                found += (
                    n
                    for n in person_names.split(value, site=site, sure=True)
                    if not is_login(n.text) and (n.is_org or not own)
                )
            elif (
                person_names.is_person(value, sure=" " in value)
                and not gazetteers.outlet_named(value)
                and not person_names.is_organisation(value)
            ):
                found.append(
                    Name(value)
                    # The owner of a personal site counts. Any other site's own name is not an author.
                )
        kept = without_site(found, site)
        if any(not n.is_org for n in kept):
            return Candidate(kept, "; ".join(values), "meta")
        first = first or (Candidate(kept, "; ".join(values), "meta") if kept else None)
    return first


#: The labels for the author in a Twitter card, in the languages of the plugin that writes them.
_CARD_LABEL = re.compile(
    r"written by|author|verfasst von|geschrieben von|écrit par|auteur|escrito por|scritto da|"
    r"geschreven door|napisane przez|skriven av|skrevet av|автор|написано автором|執筆者|作者"
)


def _labelled(page: PageData) -> list[str]:
    """Return the names in meta tags whose label says that they hold the author.

    For example `twitter:label1` says "Written by" and `twitter:data1` holds the name.
    """
    return [
        f"twitter:data{n}"
        for n in (1, 2)
        if _CARD_LABEL.fullmatch(page.first(f"twitter:label{n}").strip(" :").casefold())
    ]


TAGGER = Tagger(
    "byline",
    COLUMNS,
    find,
    ((RULE, RULE_VERSION, "A line that holds a byline and nothing else, which becomes `byline`."),),
)
