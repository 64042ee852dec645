"""Printed bylines into names: people and organisations, in order, with roles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from copydesk.transforms.tag import known

MAX_CHARS = 600  # of a byline; the longest real one, of a paper with 40 authors, goes on but adds no column worth having
MAX_NAMES = 40


@dataclass(frozen=True, slots=True)
class Name:
    """One author as printed."""

    text: str
    role: str = ""  # writer, photographer, editor, contributor, other, or empty
    is_org: bool = False


_MONTHS = (
    r"jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni?|july?|juli|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    r"octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|gennaio|febbraio|"
    r"aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
)
DATE = re.compile(
    rf"\b(?:{_MONTHS})\.?\s+\d{{1,4}}\b|\b\d{{1,2}}\.?\s+(?:de\s+)?(?:{_MONTHS})\b|\b\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b|"
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b|\b(?:19|20)\d\d\b|\d+年|\d+月|\b\d+\s+(?:mins?|minutes?|hours?|days?|weeks?|months?|years?)\b",
    re.I,
)
_LEADING_DATE = re.compile(
    rf"^\W*(?:(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\.?\s+(?:{_MONTHS})\.?,?\s+\d{{4}}|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}})"
    r"(?:,?\s*(?:at\s+)?\d{1,2}:\d{2}(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4}\b)?)?\s*(?:by\b)?[\s:|•·–—-]*",
    re.I,
)
# What opens a byline, in the languages of the cleaner; `role` where it says one.
_BY = re.compile(
    r"^\W{0,3}(?:(?P<photographer>(?:photo(?:s|graph(?:s|y)?)?|pictures?|images?|illustrations?|video|fotos?|graphics?|artwork)\b(?: credits?)?(?: by|:| von| de)\s*)"
    r"|(?P<editor>(?:edited|editing|tested|contributions?|additional reporting|reviewed|medically reviewed|fact[- ]?checked|checked|verified|updated|last updated|curated|compiled|produced|hosted|translated|narrated)(?: by|:)\s*)"
    r"|(?P<writer>(?:(?:(?:words|text|story|article|report|reporting|review|recipe|interview|analysis|opinion|commentary|column|essay|guest post|post|blog|"
    r"exclusive|feature|guide|news)\s+by|this (?:post|article|story) was written by|written(?: and [a-z]+)? by|posted by|published by|submitted by|contributed by|authored by|created by|"
    r"advice by|by by|by|byline|author(?:s|\(s\))?(?: names?)?(?=\W)|written|about the authors?|about|von|vom|ein(?:e)? (?:\w+ )?von|par|por|di|da|av|af|door|"
    r"text(?:e)?(?=:| von| by| av)|autor(?:en|es|in|a)?(?=:|\s)|auteurs?(?=:|\s)|tekst(?=:)|redaktion(?=:)|redactie(?=:)|skrevet av|skriven av|skribent(?=:)|"
    r"publicado por|escrito por|escrito(?=:)|reportage(?: de|:)|propos recueillis par|recueilli par|a cura di|scritto da|geschreven door|przez|od|автор(?=:)|"
    r"текст(?=:)|文[/／:：]|作者[:：]?|撰文[:：/／]?|記者|记者|by-line)(?:\s*[:：\-–—]\s*|\s+|(?<=[/／:：])|(?<=[者]))(?:by:?\s+)?)))",
    re.I,
)
_LABEL = re.compile(
    r"^\W*(?:by|from|von|par|por|di|av|af|door|y|e|et|und|and|with|mit|&|\+|author|authors|autor(?:en|es)?|auteurs?|written by|posted by|published by|byline|text|text(?:e)? (?:by|von)|"
    r"words by|story by|reporting by|about the authors?|about|recipe by|redaktion:|autor:in|mehr von|profile|in|on|posted in|文|作者|記者|记者)\W*$",
    re.I,
)
# From here on a line speaks of something else than the author.
_TAIL = re.compile(
    r"\s*(?:\b(?:link copied|copy link|copied|view (?:author|all|more|full|profile|bio|comments|articles)|get author|read more|read full|see (?:all|more|full|bio)|"
    r"more (?:from|by|about|posts|articles|stories|options)|all (?:posts|articles|stories)|published|posted|last (?:updated|modified|reviewed)|first published|"
    r"updated?(?: on|:|\s+\d)?|updated|reviewed by|medically reviewed|fact[- ]checked|edited by|photo(?:s|graph(?:s|y)?)? by|illustration by|translated by|"
    r"share|tweet|print|e-?mail|contact|follow|following|bio|biography|profile|archive|website|twitter|facebook|linkedin|instagram|rss|subscribe|sign up|listen|save|"
    r"comments?|leave a comment|reply|mins? read|minutes? read|read time|reading time|estimated reading|special to|for the|for (?=[A-Z])|on (?=\d|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday|jan|feb|mar|apr|may |jun|jul|aug|sep|oct|nov|dec)|veröffentlicht|aktualisiert|stand:|publié|mis à jour|actualizado|"
    r"publicado|seguir|compartir|pubblicato|aggiornato|gepubliceerd|publicerad|oppdatert|filed under|posted in|tags?:|categor(?:y|ies)|is an?|was an?|has been|"
    r"has written|writes|covers|joined|reports|lives in|who is)(?!\w)|@\w|https?:|www\.|\[email|\(?[\w.+-]+@[\w-]+\.|\d+\s+(?:comments?|views?|shares?|min))",
    re.I,
)
_JOIN = re.compile(
    r"\s+(?:and|und|et|och|og|oraz|dan|ve|και|и|та|с|ja|és|si|și)\s+|\s*(?:&|\+|，|、|；|﹑)\s*|\s+with\s+(?=[A-Z])|\s+mit\s+(?=[A-ZÄÖÜ])", re.I
)
_SOFT_JOIN = re.compile(r"\s+(?:y|e|i|en|a)\s+")  # also inside names (Ortega y Gasset): parts must be whole names
_HARD = re.compile(r"\s*(?:[;|•·●▪⋅∙｜\n\t/／]|\s[-–—]\s)\s*")
_PARENTHESIS = re.compile(r"\s*[(\[（【]([^()\[\]（）【】]{0,80})[)\]）】]\s*")
_SUFFIX = re.compile(
    r"(?:[a-z. ]*\b(?:m\.?d|ph\.?d)\.?\s+[A-Z]{2,6}|jr|sr|ii|iii|iv|esq|ph\.?\s?d|m\.?d|d\.?o|r\.?n|r\.?d|m\.?s|m\.?a|m\.?b\.?a|m\.?p\.?h|d\.?d\.?s|d\.?v\.?m|v\.?m\.?d|j\.?d|"
    r"ll\.?[bm]|b\.?a|b\.?sc|m\.?sc|cfp|cpa|cfa|rdn|ldn?|lcsw|lmft|facs|faclm|facp|dpt|psy\.?d|ed\.?d|pharm\.?d|np|fnp|cscs|mph|phd|msn|aprn|pa-c|obe|mbe|cbe|"
    r"dr|prof|foma|dabom|dacvb|lvt|vts|cissp|pmp|med|m\.ed|lpc|cnp)\.?(?:\s+\(.{0,30}\))?",
    re.I,
)
_PARTICLES = frozenset(
    ["de", "del", "della", "di", "da", "dos", "das", "do", "du", "des", "la", "le", "les", "van", "von", "der", "den", "ter", "ten", "te", "vom", "zu", "zur", "zum", "af", "av", "bin", "bint", "ibn", "ben", "al", "el", "ul", "y", "e", "i", "o'", "d'", "d’", "mac", "mc", "st", "st.", "san", "abu", "ould", "af", "till", "dal", "dalla", "degli", "het", "'t", "op", "in't", "und"]
)
_ORG_WORDS = re.compile(
    r"\b(?:staff|team|teams|desk|newsroom|news|newsdesk|agency|agencies|press|media|magazine|journal|times|post|tribune|herald|gazette|daily|weekly|newspaper|network|"
    r"studios?|studio|editors|editorial|editorial board|board|bureau|service|services|wires?|association|society|institute|university|college|school|foundation|council|"
    r"committee|department|ministry|office|center|centre|group|company|inc|llc|ltd|gmbh|corp|corporation|co|club|union|federation|alliance|coalition|bank|hospital|clinic|"
    r"health|channel|radio|tv|television|redaktion|nachrichten|zeitung|agentur|agenturen|agence|agences|agencia|agencias|agenzia|redacción|redaccion|redação|redazione|rédaction|redactie|redakcja|"
    r"noticias|notícias|journalists|reporters|correspondents|contributors|writers|partners|solutions|software|labs?|blog|podcast|website|online|digital|community|support|"
    r"insights?|reviews?|guides?|experts?|international|worldwide|global|government|administration|authority|commission|archive|archives|museum|library|church|project|initiative|"
    r"collective|campaign|movement|party|brand|store|shop|productions?|entertainment|publishing|publications?|books|communications?|marketing|consulting|technologies|systems|"
    r"interactive|pictures|films|records|events|holdings|industries|enterprises|capital|ventures|finance|financial|insurance|law|attorneys|firm|realty|homes?|"
    r"авторы|редакция|агентство|новости|thời báo)\b|\b\w+\.(?:com|org|net|de|co|io|fr|es|it|tv|eu|ch|at|uk|news|info)\b|編集部|取材班|新聞|新闻|通信|通讯|日报|日報|晚报|時報|网|報道局|電視|电视|編輯部|编辑部|\[R\]",
    re.I,
)  # fmt: skip
# Said where an author would be, naming nobody.
_NOBODY = re.compile(
    r"\W*(?:staff|(?:our |a )?(?:staff|senior|news|web|guest|contributing|freelance|special|national|foreign|own|feature|features|sports?|business|entertainment|digital|local|"
    r"political|health|contributing|political|opinion) ?(?:writers?|reporters?|correspondents?|contributors?|editors?|authors?|bloggers?|columnists?|journalists?|representative)|writers?|reporters?|editors?|contributors?|"
    r"correspondents?|columnists?|journalists?|admin(?:istrator)?|webmaster|root|user|guest|anonymous|anonyme?|unknown|none|null|nan|n/?a|undefined|name|names|author(?:s| name)?|autor(?:en)?|"
    r"author archive|by|site admin|site default|default|test|editor in chief|sponsored|advertisement|advertorial|press releases?|newsletter|about us|contact(?: us)?|"
    r"home|login|log in|sign in|sign up|subscribe|follow|follow us|share|menu|search|comments?|reply|read more|more|see more|view more posts|view all posts|view profile|"
    r"profile|bio|biography|published|updated|written by|posted by|date|today|yesterday|photos?|image|images|video|credit|getty|getty images|shutterstock|all authors|authors & contributors|"
    r"meet the team|.{0,12} admin|our team|our authors|user avatar|avatar|facebook|twitter|linkedin|instagram|youtube|tiktok|pinterest|whatsapp|website|e-?mail|rss|email protected|email this|online|news|"
    r"opens? in (?:a )?new (?:window|tab)|(?:external )?link|from staff (?:reports?|and wire reports?)|(?:staff |wire )?reports?|wire services?|agencies|correspondent|various|multiple authors|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"posted|in|on|x|text size|features?|interviews?|columns?|opinions?|reviews?|related articles?|.{0,20}of this article)\W*",
    re.I,
)
# A desk or team is an organisation, though its last word may be a role.
_DESK = re.compile(r"(?:[\w.&'’-]+ ){1,5}(?:desk|team|editors|staff|newsroom|contributors?|newsdesk|writers|experts)|(?:news|web|online|sports) ?desk|newsroom|(?:die |la )?(?:redaktion|redacción|redação|redazione|rédaction)", re.I)
_EDGES = "⋅∙ \t\n\r\u00a0\u200b\u200e\u200f-–—,:;|/•·*\"“”„«»‘()[]{}<>《》【】©✉➤→>"
_LETTERS = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOT_A_NAME = re.compile(r"[?!#$%*=<>{}\\_~^\"“”„«»]|\d{3}|\.\.\.|…")
_HANDLE = re.compile(r"[a-z]\.[a-z]|\d|admin|_|[a-z][A-Z]$")  # an account, not a name
_VERBS = re.compile(
    r"\b(?:is|was|are|were|has|have|had|will|would|can|the|this|that|these|your|you|our|we|how|why|what|when|where|who|which|not|to|for|from|with|about|into|after|before|"
    r"over|under|than|get|gets|more|all|best|new|top)\b"
)


def split(printed: str, *, site: frozenset[str] = frozenset(), sure: bool = False, strict: bool = False) -> tuple[Name, ...]:
    """The authors in a printed byline, in order.

    `site` holds folded names of the site (`known.key`): they are organisations. `sure` says the
    source is a field for authors, so that a single word may be a name; `strict` that even "By" does
    not make it so.

    >>> [name.text for name in split("By Ana Ruiz, Bo Li and Cy Young")]
    ['Ana Ruiz', 'Bo Li', 'Cy Young']
    >>> split("Von Jan van Aken, dpa")
    (Name(text='Jan van Aken', role='', is_org=False), Name(text='dpa', role='', is_org=True))
    >>> split("Ben Silverman Games Editor")
    (Name(text='Ben Silverman', role='editor', is_org=False),)
    >>> split("Staff Writer")
    ()
    """
    found: list[Name] = []
    role = ""
    for n, chunk in enumerate(_HARD.split(printed[:MAX_CHARS])):
        if not chunk.strip() or _LABEL.match(chunk):
            continue
        says_by = _BY.match(chunk)
        if says_by:
            role = says_by.lastgroup or ""
        elif n and not found:
            role = ""
        rest = chunk[says_by.end() :] if says_by else chunk
        new = _of_chunk(rest, site, sure or (bool(says_by) and not strict), "" if role == "writer" else role)
        if not new and found and not found[-1].role and len(rest) < 60:  # "Ana Ruiz | Senior Writer"
            found[-1] = replace(found[-1], role=role_of(rest))
        found += new
        if len(found) >= MAX_NAMES:
            break
    return tuple({name.text.casefold(): name for name in reversed(found)}.values())[::-1]


def opened(text: str) -> bool:
    """Whether the text begins as a byline does: "By ...", "Von ...", "Written by ..."."""
    return bool(_BY.match(text))


def opened_role(text: str) -> str:
    """The role that a byline's first words give: "Photos by" photographer, "Edited by" editor, "By" writer; or empty."""
    match = _BY.match(text)
    return (match.lastgroup or "") if match else ""


def is_desk(text: str) -> bool:
    """Whether a name is that of a desk or team."""
    return bool(_DESK.fullmatch(text))


def is_label(text: str) -> bool:
    """Whether a line holds nothing but a word that announces or joins authors."""
    return bool(_LABEL.match(text)) or not _LETTERS.search(text)


def _of_chunk(chunk: str, site: frozenset[str], sure: bool, role: str) -> list[Name]:
    """The names of one chunk; a role after a name is noted with that name."""
    inner = [match[1] for match in _PARENTHESIS.finditer(chunk)]
    text = _trimmed(_PARENTHESIS.sub(" ", chunk))
    whole = _strip(text)
    if not whole:
        return []
    if known.key(whole) in site or (known.agency(whole) and len(whole) < 40):
        return [] if _NOBODY.fullmatch(whole) else [Name(whole, role, True)]
    found = _of_pieces(text, site, sure, role)
    for aside in inner:
        if known.agency(aside):
            found.append(Name(_strip(aside), "", True))
        elif found and not found[-1].role:
            found[-1] = replace(found[-1], role=role_of(aside))
    return found


def _trimmed(chunk: str) -> str:
    """A chunk up to where it begins to speak of something else than the author, and without a date before the name."""
    text = _LEADING_DATE.sub("", chunk)
    for pattern in (_TAIL, DATE):
        cut = pattern.search(text)
        text = text[: cut.start()] if cut else text
    return text


def _of_pieces(text: str, site: frozenset[str], sure: bool, role: str) -> list[Name]:
    found: list[Name] = []
    pieces = _pieces(text)
    first_names = all(" " not in piece.strip() for piece in pieces)
    titled = False
    for piece in pieces:
        # one word is a name where it stands first; behind a name it is a place, a desk or half a title
        name = _name(piece, site, (sure and (first_names or not found)) or bool(_CJK.search(piece)))
        if isinstance(name, Name):
            # not the rest of a title: "Ana Ruiz, Head of Marketing and Community Development"
            on_its_own = re.search(r",\s*(?:and |& )?" + re.escape(name.text), text)
            if not titled or name.role or known.agency(name.text) or on_its_own:
                found.append(Name(name.text, name.role or role, name.is_org))
                titled = False
        elif name == "suffix" and found and not found[-1].is_org:
            found[-1] = replace(found[-1], text=f"{found[-1].text}, {piece.strip()}")
        elif name and name != "suffix":
            titled = True
            if found and not found[-1].role:
                found[-1] = replace(found[-1], role=name)
    return found


def _pieces(chunk: str) -> list[str]:
    """Comma, joiner and soft-joiner parts of a chunk; joiners inside one organisation or role do not part it."""
    pieces: list[str] = []
    for part in re.split(r"\s*,\s*", chunk):
        halves = [half for half in _JOIN.split(part) if half and half.strip()]
        if len(halves) > 1 and (role_of(part) or not all(_could_be_name(half) for half in halves)) and not all(_could_be_name(h) and len(h.split()) > 1 for h in halves):
            halves = [part]
        for half in halves:
            soft = _SOFT_JOIN.split(half)
            pieces += soft if len(soft) > 1 and all(len(s.split()) > 1 and _could_be_name(s) for s in soft) else [half]
    # "and" opens the last part of a list: "Ana Ruiz, Bo Li, and Cy Young"
    return [re.sub(r"^(?:and|und|et|och|og|y|e|&)\s+", "", piece, flags=re.I) for piece in pieces if piece.strip()]


def _could_be_name(text: str) -> bool:
    first = text.strip()[:1]
    return bool(first) and (first.isupper() or bool(_CJK.match(first)) or (first.isalpha() and not first.islower()) or bool(known.agency(text)))


def _name(piece: str, site: frozenset[str], sure: bool) -> Name | str | None:
    """A name, "suffix", a role, or None for what is none of these."""
    text = _strip(piece)
    if not text or _SUFFIX.fullmatch(text):
        return "suffix" if text else None
    role = role_of(text)
    if _NOBODY.fullmatch(text) or (role and known.agency(text.split()[0])):
        return role or None  # "AP Sports Writer" names nobody
    if known.agency(text) or known.key(text) in site or _DESK.fullmatch(text) or (" " in text and known.outlet_named(text)):
        return Name(text, "", True)
    if role:
        text, role = _without_role(text)
    text = re.sub(r"\s+(?:in|aus|à|en|a|w)\s+[A-ZÄÖÜ][\w. -]{2,30}$", "", text)
    text = _without_outlet(re.sub(r"\s+(?:on|at|in|for|from)$", "", text), site)
    is_org = is_organisation(text)
    return Name(text, role, is_org) if text and (is_org or is_person(text, sure=sure)) else role or None


def _without_outlet(text: str, site: frozenset[str]) -> str:
    """A name without the outlet's name glued to its end: "Brian Truitt USA TODAY"."""
    words = text.split()
    for n in range(2, len(words)):
        tail = " ".join(words[n:])
        if known.key(tail) in site or known.agency(tail):
            return " ".join(words[:n])
    return text


def is_organisation(text: str) -> bool:
    """Whether a name holds a word that organisations bear and people do not."""
    return bool(_ORG_WORDS.search(text)) and len(text.split()) <= 8 and not _NOT_A_NAME.search(text)


def is_person(text: str, *, sure: bool = False) -> bool:
    """Whether the text can be a person's name: few capitalised words, particles, initials, or another script.

    >>> is_person("Ludwig van Beethoven"), is_person("J. R. R. Tolkien"), is_person("王小明"), is_person("Follow the money")
    (True, True, True, False)
    """
    if not 2 <= len(text) <= 60 or _NOT_A_NAME.search(text) or not _LETTERS.search(text) or re.search(r"\d", text):
        return False
    if _CJK.search(text):
        return len(text.replace(" ", "")) <= 14
    words = text.split()
    if len(words) == 1:
        return sure and len(text) <= 30 and not _HANDLE.search(text)
    if len(words) > 6 or (_VERBS.search(text) and not sure) or (_VERBS.search(text) and len(words) > 3):
        return False
    weak = sum(1 for word in words if word[0].islower() and word.casefold() not in _PARTICLES and "'" not in word and "’" not in word)
    return weak == 0 or (sure and weak <= len(words) and len(words) <= 3)


def role_of(text: str) -> str:
    """The role a phrase names (writer, editor, photographer, contributor, other), or the empty string."""
    roles = known.roles()
    folded = [word.strip(".,:;()'’").casefold() for word in text.split()]
    for word in reversed(folded):
        if word in roles or word.removesuffix("s") in roles:
            return roles.get(word) or roles[word.removesuffix("s")]
    return ""


def _without_role(text: str) -> tuple[str, str]:
    """A piece without the role words at its end (or start), and the role."""
    roles, modifiers, words = known.roles(), known.role_modifiers(), text.split()
    fold = [word.strip(".,:;()'’").casefold() for word in words]
    if fold[-1] in roles:
        role, end = roles[fold[-1]], len(words) - 1
        while end > 0 and (fold[end - 1] in modifiers or fold[end - 1] in roles) and (end > 2 or fold[0] in modifiers or fold[0] in roles):
            end -= 1
        rest = " ".join(words[:end])
        return (rest, role) if end >= 2 or not rest or _CJK.search(rest) else ("", role)
    at = next((i for i, word in enumerate(fold) if word in roles), -1)
    if at < 0:
        return "", role_of(text)
    role = roles[fold[at]]
    if at == 0 or all(word in modifiers or word in roles for word in fold[:at]):
        person = " ".join(words[at + 1 :])
        belongs = at + 1 < len(words) and fold[at + 1] in {"of", "for", "at", "in", "and", "&", "der", "des", "de"}
        return (person, role) if not belongs and " " in person and is_person(person) else ("", role)
    start = at
    while start > 0 and (fold[start - 1] in modifiers or fold[start - 1] in roles):
        start -= 1
    return (" ".join(words[:start]), role) if start >= 2 else ("", role)


def _strip(text: str) -> str:
    """A piece without separators, brackets and quotes at its ends; a full stop stays after an initial or suffix."""
    text = unicodedata.normalize("NFC", text).strip(_EDGES)
    if text.endswith(".") and not re.search(r"(?:\b\w|\b(?:jr|sr|dr|st|inc|co|ltd|ph\.d|m\.d|esq))\.$", text, re.I):
        text = text[:-1]
    return " ".join(text.split())


def joined(names: Iterable[Name]) -> str:
    """Names in one string, to compare bylines by."""
    return "|".join(sorted(known.key(name.text) for name in names))
