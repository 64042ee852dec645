"""The wording of bylines: the words that open and join them, and those that follow a name."""

from __future__ import annotations

import re
from functools import lru_cache

from copydesk.transforms.tag.persons import byline_languages
from copydesk.transforms.tag.persons.caseless import Caseless

MONTHS = (
    r"jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni?|july?|juli|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    r"octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|gennaio|febbraio|"
    r"aprile|maggio|giugno|luglio|settembre|ottobre|dicembre"
)
DATE = Caseless(
    rf"\b(?:{MONTHS})\.?\s+\d{{1,4}}\b|\b\d{{1,2}}\.?\s+(?:de\s+)?(?:{MONTHS})\b|\b\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}\b|"
    r"\b\d{1,2}:\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b|\b(?:19|20)\d\d\b|\d+年|\d+月|\b\d+\s+(?:mins?|minutes?|hours?|days?|weeks?|months?|years?)\b",
)
LEADING_DATE = Caseless(
    rf"^\W*(?:(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\.?\s+(?:{MONTHS})\.?,?\s+\d{{4}}|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}})"
    r"(?:,?\s*(?:at\s+)?\d{1,2}:\d{2}(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:[a-z]{2,4}\b)?)?\s*(?:by\b)?[\s:|•·–—-]*",
)
# The words that open a byline, in the languages of the cleaner. The group `role` holds a role if
# one is named.
BY = Caseless(
    r"^\W{0,6}(?:(?P<photographer>fot\.\s+|(?:photo(?:s|graph(?:s|y)?)?|pictures?|images?|illustrations?|video|fotos?|graphics?|artwork)\b(?: credits?)?(?: by|:| von| de)\s*)"
    r"|(?P<editor>(?:edited|editing|tested|contributions?|additional reporting|reviewed|medically reviewed|fact[- ]?checked|checked|verified|updated|last updated|curated|compiled|produced|hosted|translated|narrated)(?: by|:)\s*)"
    r"|(?P<writer>(?:(?:(?:words|text|story|article|report|reporting|review|recipe|interview|analysis|opinion|commentary|column|essay|guest post|post|blog|"
    r"exclusive|feature|guide|news)\s+by|reported by|an? (?:column|comment|commentary|opinion|analysis|essay|report|story|review|letter) by|this (?:post|article|story) was written by|(?:(?:article|post|story) )?written(?: and [a-z]+)? by|posted by|published by|submitted by|contributed by|authored by|researched by|created by|"
    r"reda(?:cción|ccion|ção)(?=\s?:)|(?:d?a )?reda(?:cción|ccion|ção),? por|advice by|by by|by|byline|author(?:s|\(s\))?(?: names?)?(?=\W)|written|about the authors?|about|von unsere[mr] (?:\w+ ){0,2}?(?:\w*(?:mitglied|mitarbeiter|redakteur|reporter|korrespondent|mitarbeiterin|redakteurin|reporterin|korrespondentin))(?= )|von|vom|ein(?:e)? (?:\w+ )?von|par|por|di|da|av|af|door onze (?:[a-z]{3,20} )?(?:verslaggever|verslaggeefster|redacteur|correspondent|medewerker)s?|door|"
    r"(?:artikel|beitrag|bericht)(?=:? von\b)(?::? von)?|text(?:e)? (?:von|by|av)\b|text(?:e)?(?=\s?:)|words(?=\s?:)|story(?=\s?:)|autor(?:en|es|in|a)?(?=\s?:|\s)|auteurs?(?=\s?:|\s)|tekst(?=\s?:)|te(?:xto|sto)(?=\s?:)|redaktion(?=\s?:)|redactie(?=\s?:)|skrevet a[vf]|skriven av|skribent(?=\s?:)|"
    r"publicado por|publicada por|postado por|escrito por|escrito(?=\s?:)|reportagem(?=\s?:| de )(?: de)?|redazione(?=\s?:)|report(?=\s?:)|una? (?:crónica|reportaje|artículo|columna|análisis|entrevista) de|uma? (?:crônica|reportagem|artigo|coluna) de|(?:un )?articolo di|un servizio di|un article de|entretien réalisé par|van onze (?:[a-z]{3,20} )?(?:verslaggever|verslaggeefster|redacteur|correspondent)|publisert av|publicerad av|udgivet af|подготовила?|(?:dal nostro inviato|dalla nostra inviata|d(?:al|alla) nostr[oa] corrispondente)(?: speciale)?|napisała?|reportage(?: de|:)|propos recueillis par|recueilli par|a cura di|scritto da|pubblicato da|geschreven door|geplaatst door|gepost door|opublikowane przez|przez|od|oprac\.|opracowa[łn]\w*|"
    r"(?:eingestellt|gepostet|verfasst|geschrieben|erstellt) von|(?:(?:blog|gast)[ -]?)?beitrag von|(?:publié|écrit|rédigé) par|upplagd av|lagt inn av|"
    r"(?:interview|protokoll)(?=\s?:)|(?:text|interview|protokoll)(?: (?:und|&|/) (?:text|interview|protokoll|recherche|fotos?|bilder|video))+(?=\s?:)|автор(?=\s?:|\s)|"
    r"текст(?=\s?:)|文[/／:：=＝]|作者[:：]?|撰文[:：/／]?|記者|(?:联系)?本文记者|记者|by-line)(?:\s*[:：\-–—]\s*|\s+|(?<=[/／:：=＝])|(?<=[者]))(?:by:?\s+)?)))",
)
_MORE_ASCII = re.compile(byline_languages.opening(ascii_only=True))
_MORE = re.compile(byline_languages.opening(ascii_only=False), re.IGNORECASE)


@lru_cache(maxsize=256)  # Several questions about a line or a mark begin with this one.
def opening(text: str) -> re.Match[str] | None:
    """Return the match of the words that open a byline at the beginning of a text, in any language.

    The last group of the match names the role.

    >>> opening("Oleh: Budi Santoso").lastgroup, opening("Oleg Santoso")
    ('writer', None)
    """
    return _opening(text)


def opens_for_others(text: str) -> bool:
    """Tell whether a text begins with words that an editor or a photographer follows.

    >>> opens_for_others("Photos by Bo Li"), opens_for_others("By Ana Ruiz")
    (True, False)
    """
    found = opening(text)
    return found is not None and found.lastgroup in {"editor", "photographer"}


def opens(text: str) -> bool:
    """Tell whether a text begins with the words that open a byline.

    Unlike `opening` it remembers nothing, which takes half the time for a new line.
    """
    return _opening(text) is not None


def _opening(text: str) -> re.Match[str] | None:
    found = BY.match(text)
    if found is None:
        found = _MORE_ASCII.match(text.lower())
        if found is None and not text.isascii():
            found = _MORE.match(text)
    return found


LABEL = Caseless(
    r"^\W*(?:by|from|von|par|por|di|av|af|door|y|e|et|und|and|with|mit|&|\+|author|authors|author\(s|(?:article|post|guest post) (?:written )?by|autor(?:en|es)?|auteurs?|written by|posted by|published by|byline|text|text(?:e)? (?:by|von)|"
    r"words by|story by|reporting by|about the authors?|about|recipe by|redaktion:|autor:in|mehr von|profile|in|on|posted in|文|作者|記者|记者)\W*$",
)
# From these words on, a line is about something else than the author.
TAIL = Caseless(
    r"\b(?:with (?:files|reporting|additional reporting|contributions?) (?:from|by)|on behalf of|im auftrag von|au nom de|link copied|copy link|copied|view (?:author|all|more|full|profile|bio|comments|articles)|get author|read more|read full|see (?:all|more|full|bio)|"
    r"more (?:from|by|about|posts|articles|stories|options)|all (?:posts|articles|stories)|(?:posts|articles|stories) (?:by|from)|alles von|alle (?:artikel|beiträge) von|published|posted|last (?:updated|modified|reviewed)|first published|"
    r"updated?(?: on|:|\s+\d)?|updated|reviewed by|medically reviewed|fact[- ]checked|edited by|photo(?:s|graph(?:s|y)?)? by|illustration by|translated by|"
    r"(?:illustration|illustrationen|foto|fotos|bild|bilder|beeld|grafik)(?: von|:)|(?:photo(?:s|graph(?:s|y|er)?)?|pictures?|images?):|am (?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|"
    r"share|tweet|print|e-?mail|contact|follow|following|bio|biography|profile|archive|website|twitter|facebook|linkedin|instagram|rss|subscribe|sign up|listen|save|"
    r"comments?|leave a comment|reply|mins? read|minutes? read|read time|reading time|estimated reading|special to|for the|for (?=[a-z])|"
    r"(?:and|und|et|y|e|en|og|och|i|with|mit|avec|con|com|met|med) (?:news |wire )?(?:agencies|agenturen|agences|agencias|agências|agenzie|byråer|bureauer|persbureaus|agencje|wires|news services)|"
    r"veröffentlicht|aktualisiert|stand:|publié|mis à jour|actualizado|"
    r"publicado|seguir|compartir|pubblicato|aggiornato|gepubliceerd|publicerad|oppdatert|filed under|posted in|tags?:|categor(?:y|ies)|is an?|was an?|has been|"
    r"has written|writes|covers|joined|reports|lives in|who is)(?!\w)|"
    r"\bon (?=\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day|jan|feb|mar|apr|may |jun|jul|aug|sep|oct|nov|dec)|https?:|www\.|\[email|\d+\s+(?:comments?|views?|shares?|min)",
)
LEAST_BYLINE = 6  # Characters. "By A. B" is no shorter.


# The article and the weekday of a date behind a name.
_BEFORE_DATE = re.compile(
    r"\s+(?:le|el|em|il|am|den|op|dne|dnia|dia|on|at|på|pe)(?:\s+[a-zà-ž-]+)?[\s,]*$"
)


def up_to_date(text: str) -> str:
    """Return a text up to its first date.

    >>> up_to_date("Ana Ruiz le mardi 14 mai 2024"), up_to_date("Ana Ruiz, 14/05/2024")
    ('Ana Ruiz', 'Ana Ruiz, ')
    """
    date = DATE.search(text)
    return _BEFORE_DATE.sub("", text[: date.start()]) if date else text


def without_tail(byline: str) -> str:
    """Return a byline without a date, a reading time or other words behind a mark.

    >>> without_tail("By Ana Ruiz | March 3, 2024 | 5 min read"), without_tail("By Ana Ruiz - Lisbon")
    ('By Ana Ruiz', 'By Ana Ruiz - Lisbon')
    """
    for mark in HARD.finditer(byline):
        rest = byline[mark.end() :]
        if mark.start() >= LEAST_BYLINE and (DATE.match(rest) or TAIL.match(rest)):
            return byline[: mark.start()]
    return byline


ADDRESS = re.compile(r"@\w|\(?[\w.+-]+@[\w-]+\.")
_JOINERS = (
    *byline_languages.JOINERS,
    "and",
    "und",
    "et",
    "och",
    "og",
    "oraz",
    "dan",
    "ve",
    "και",
    "и",
    "та",
    "с",
    "ja",
    "és",
    "si",
    "și",
)
# Agencies after "with": "Le Monde avec AFP", "El Norte con EFE".
_WIRES = (
    r"(?:afp|ap|dpa|efe|ansa|lusa|reuters|ntb|tt|ritzau|anp|belga|pap|sda|apa|ats|"
    r"agencias|agências|agenzie|agences|agencies|agenturen|informaci[oó]n)\b"
)
JOIN = Caseless(
    rf"\s+(?:{'|'.join(_JOINERS)})\s+|\s+(?:im gespräch mit|in conversation with|in gesprek met)\s+|\s*(?:&|\+|，|、|；|﹑)\s*|\s+with\s+(?=[a-z])|\s+mit\s+(?=[a-zäöü])|"
    rf"\s+avec\s+|\s+(?:con|com|med|met|och|og|in collaborazione con|en samenwerking met)\s+(?={_WIRES})"
)
# Joiners between white space. An ASCII text without them, "&" and "+" has nothing to split.
JOINERS = frozenset(
    {*_JOINERS, "with", "mit", "avec", "con", "com", "med", "met", "og", "och"}
    # All of them have white space around them. Without these words an ASCII text has nothing to split,
    # unless it has "&" or "+".
)
# Joiners that also occur inside names (Ortega y Gasset). They split only if both parts are whole
# names.
_SOFT_JOIN = re.compile(r"\s+(?:y|e|i|en|a)\s+")
_SOFT_JOIN_OF_CAPITALS = re.compile(r"\s+[YE]\s+")
# "And" is written together with the next name in Arabic and Hebrew. The listed Arabic
# names begin with the same letter and stay whole.
_ATTACHED_JOIN = re.compile(
    r"\s+(?:و(?!ليد\b|ائل\b|سام\b|فاء\b|جدي\b|داد\b|حيد\b|سيم\b|ديع\b|جيه\b|لاء\b)(?=[\u0621-\u064a]{3})|ו(?=[\u05d0-\u05ea]{2}))"
)


def soft_parts(text: str) -> list[str]:
    """Split a text at joiners that also occur in names or are written together with a name.

    >>> soft_parts("Maria Rossi e Luca Bianchi"), soft_parts("דוד כהן ורחל לוי")
    (['Maria Rossi', 'Luca Bianchi'], ['דוד כהן', 'רחל לוי'])
    >>> soft_parts("ANA PORRAS Y LUIS RIVAS")
    ['ANA PORRAS', 'LUIS RIVAS']
    """
    parts = (_SOFT_JOIN_OF_CAPITALS if text.isupper() else _SOFT_JOIN).split(text)
    if len(parts) == 1 and not text.isascii():
        parts = _ATTACHED_JOIN.split(text)
    return parts


HARD_MARK = re.compile(r"[;|•·●▪⋅∙｜\n\t/／–—-]")  # Every match of `HARD` contains one of these.
HARD = re.compile(r"\s*(?:[;|•·●▪⋅∙｜\n\t／]|/(?!\d)|(?<!\d)/|\s[-–—]\s)\s*")
BRACKET = re.compile(r"[(\[（【]")
PARENTHESIS = re.compile(r"\s*[(\[（【]([^()\[\]（）【】]{0,80})[)\]）】]\s*")
