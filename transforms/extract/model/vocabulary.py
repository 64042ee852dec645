"""Words that show the purpose of an element or a line: in class names, and in the text itself."""

from __future__ import annotations

import re
from functools import cache, lru_cache, reduce
from operator import or_
from string import ascii_lowercase

from copydesk.transforms.extract.model.fragment_automaton import END, START, automaton

#: Group of class and id names -> the fragments that mark it. An element may be in many groups.
CLASS_GROUPS: tuple[tuple[str, str], ...] = (
    (
        "article",
        r"article|artikel|articulo|story|post(?!ed|al|er)|entry|hentry|beitrag|noticia|blog",
    ),
    (
        "body",
        r"body|content|inhalt|contenu|cuerpo|corpo|text(?!-?(?:center|left|right|xs|sm|lg|base|white|black|gray|bold))|prose|rich|paragraph|markdown|wysiwyg|main",
    ),
    (
        "comment",
        r"comment|kommentar|coment|disqus|respond|reply|discussion|forum|livefyre|spot-?im|commento",
    ),
    (
        "related",
        r"relat|recirc|more-|-more|readmore|read-more|similar|recommend|also|popular|trending|most|suggest|outbrain|taboola|zergnet|next|previous|prev|latest|recent|verwandt|lire|mehr|onward|further",
    ),
    (
        "share",
        r"share|sharing|social|twitter|facebook|tweet|pinterest|whatsapp|linkedin|addthis|follow|sns|instagram|telegram|youtube",
    ),
    (
        "ad",
        r"(?<![a-z])ads?(?![a-z])|advert|sponsor|promo|banner|anzeige|werbung|publicid|pubblicit|dfp|gpt-|teads|commercial|affiliate|partner|paid",
    ),
    ("header", r"header|masthead|kopf|topbar|top-bar|hero"),
    ("footer", r"footer|foot|bottom|colophon|fuss"),
    (
        "nav",
        r"nav|menu|breadcrumb|crumb|pagination|pager|paging|tabs?(?![a-z])|sitemap|toc(?![a-z])|table-of-contents|skip",
    ),
    ("side", r"side|aside|rail|widget|column-?[23]|col-?right|right-?col|marginal|sticky"),
    (
        "teaser",
        r"teaser|card|tile|promo|listing|item|feed|grid|thumb|headline-?list|river|stream|carousel|slider|swiper|collection",
    ),
    (
        "caption",
        r"caption|legende|bildunter|figcap|pie-|cutline|photo|image|img|figure|media|picture|pict|bild|foto|visuel",
    ),
    ("gallery", r"galler|galer|slideshow|lightbox|diapo|carousel|slide"),
    ("credit", r"credit|copyright|source|quelle|rights|agency|license|attribution|provider"),
    (
        "byline",
        r"byline|author|autor|auteur|contributor|writer|verfasser|reporter|bio(?![a-z])|profile|vcard|avatar|signature|firma",
    ),
    ("date", r"date|time|datum|fecha|published|updated|posted|stamp|modified|clock"),
    (
        "meta",
        r"meta|info|detail|tags?(?![a-z])|categor|kicker|section-?name|label|topic|rubri|keyword|eyebrow|overline|taxonomy|keywords",
    ),
    ("title", r"title|headline|titel|titulo|titre|heading|hed(?![a-z])"),
    (
        "lead",
        r"lead|lede|intro|standfirst|summary|excerpt|subtitle|sub-?head|subhed|dek(?![a-z])|deck|abstract|sapo|chapo|description|subline|vorspann|key-?points|highlights|takeaway",
    ),
    (
        "newsletter",
        r"newsletter|subscri|signup|sign-up|signin|login|regist|paywall|abo(?![a-z])|premium|subs-|membership|donat|piano|meter|mailing|optin|opt-in|regwall|gate|cta(?![a-z])|call-to",
    ),
    (
        "cookie",
        r"cookie|consent|gdpr|privacy|modal|popup|pop-up|overlay|dialog|toast|notification|alert|onetrust|lightbox|interstitial",
    ),
    ("form", r"form(?![a-z])|search|input|button|btn|field|survey|poll|quiz|rating|vote"),
    ("quote", r"quote|zitat|citation|pull|testimonial"),
    (
        "box",
        r"box|infobox|factbox|callout|inset|embed|note|panel|info-?graf|fact|aside|insert|module|block",
    ),
    ("live", r"live|ticker|timeline|liveblog|update"),
    (
        "hidden",
        r"hidden|hide(?![a-z])|visually|sr-only|screen-?reader|assistive|d-none|noprint|no-print|print-only|invisible|a11y|skip-link|offscreen",
    ),
    ("table", r"table|tabelle|stat|score|chart|graph|data|specs?"),
    ("list", r"list|liste|bullets|(?<![a-z])[uo]l(?![a-z])"),
    ("video", r"video|player|audio|podcast|jw-|vjs|brightcove|transcript"),
    ("footnote", r"footnote|reference|endnote|bibliograph|sources"),
    ("correction", r"correction|editor-?s?-?note|disclaimer|disclosure"),
    ("faq", r"faq|accordion|collaps|toggle|question|answer"),
    ("recipe", r"recipe|rezept|ingredient|zutat|instruction|directions|recette|receta"),
    ("product", r"product|shop|price|buy|deal|cart|amazon|store"),
)

#: Attributes with fixed values count as groups of their own, after those of class names.
ATTRIBUTE_GROUPS: tuple[str, ...] = (
    "is_article_body",
    "is_hidden",
    "is_landmark",
    "is_byline",
    "is_complementary",
    "is_date_mark",
)

#: The bit of each group, of class names and of attributes, in the masks of elements.
GROUP_BITS = {
    name: 1 << place
    for place, name in enumerate((*(name for name, _ in CLASS_GROUPS), *ATTRIBUTE_GROUPS))
}

#: The bit of each group of class names, and the expression of its fragments.
CLASS_PATTERNS = tuple((GROUP_BITS[name], pattern) for name, pattern in CLASS_GROUPS)

_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_OFFSET = len(CLASS_GROUPS)


def class_groups(label: str) -> int:
    """Return the groups of class names or an id, as bits in the order of `CLASS_GROUPS`.

    >>> [CLASS_GROUPS[i][0] for i in range(len(CLASS_GROUPS)) if class_groups("relatedLinks") >> i & 1]
    ['related']
    """
    return reduce(or_, map(_name_groups, label.split()), 0)


@lru_cache(maxsize=1 << 15)
def _name_groups(name: str) -> int:
    return reduce(or_, map(_part_groups, _NAME_PART.findall(name)), 0)


@lru_cache(maxsize=1 << 15)
def _part_groups(part: str) -> int:
    """Return the groups of a word of a name, which has only letters of ASCII."""
    steps, bits, symbols = _lists_of_automaton()
    state, found = steps[0][START], 0
    for byte in part.encode():
        state = steps[state][symbols[byte]]
        found |= bits[state]
    return found | bits[steps[state][END]]


@cache
def _lists_of_automaton() -> tuple[list[list[int]], list[int], list[int]]:
    """Return the automaton of class names as lists, which are read much faster one by one."""
    steps, bits, symbols = automaton(CLASS_PATTERNS, ascii_lowercase)
    return steps.tolist(), bits.tolist(), symbols.tolist()


@lru_cache(maxsize=1 << 12)
def attribute_groups(name: str, value: str) -> int:
    """Return the groups that an attribute names, as bits after those of class names."""
    value = value.lower()
    group = -1
    if name == "itemprop" or name == "property":
        if "articlebody" in value or value == "text":
            group = 0
        elif "author" in value or "creator" in value:
            group = 3
        elif "date" in value:
            group = 5
        elif value == "headline" or value == "name":
            return 1 << [g for g, _ in CLASS_GROUPS].index("title")
        elif value == "description":
            return 1 << [g for g, _ in CLASS_GROUPS].index("lead")
    elif name == "role":
        if value in (
            "navigation",
            "banner",
            "contentinfo",
            "search",
            "menu",
            "menubar",
            "dialog",
            "button",
            "tablist",
            "form",
        ):
            group = 2
        elif value == "complementary":
            group = 4
    elif name == "style":
        compact = value.replace(" ", "")
        if "display:none" in compact or "visibility:hidden" in compact:
            group = 1
    elif name == "hidden" or (name == "aria-hidden" and value == "true"):
        group = 1
    elif name == "rel" and "author" in value:
        group = 3
    elif name.startswith("data-"):
        return class_groups(value[:100])
    return 1 << (_OFFSET + group) if group >= 0 else 0


#: Group of words in a line -> the words. Lower case, as `\w+` splits them.
WORD_GROUPS: tuple[tuple[str, str], ...] = (
    (
        "share",
        "share shares tweet retweet facebook twitter whatsapp linkedin pinterest instagram reddit telegram email print copy link teilen partager compartir condividi delen compartilhar youtube tiktok follow folgen suivez siga segui volg snapchat flipboard messenger threads bluesky",
    ),
    (
        "subscribe",
        "subscribe subscriber subscribers subscription newsletter newsletters signup sign inbox register login log account abonnieren abonnement abo anmelden abonnez inscrivez suscríbete suscribirse assine iscriviti abbonati premium unlimited trial membership member donate bulletin alerts digital plus unsubscribe email e-mail",
    ),
    (
        "related",
        "read more related also recommended see story stories next previous latest popular trending must watch mehr lesen auch weitere lire aussi voir articles leia mais también más leggi anche lees ook meer interessant thema topics editor picks discover explore click here continue reading full",
    ),
    (
        "comment",
        "comment comments commenting reply replies kommentar kommentare commentaire commentaires comentario comentarios commenti reacties logged moderated moderation respond discussion forum",
    ),
    (
        "ad",
        "advertisement advertising sponsored ad ads anzeige werbung publicité publicidad pubblicità promoted sponsor affiliate commission partner",
    ),
    (
        "legal",
        "copyright rights reserved terms privacy policy cookie cookies conditions disclaimer trademark impressum datenschutz agb consent accept gdpr licensed permission reproduced standards llc inc ltd",
    ),
    (
        "credit",
        "getty images photo photos photograph photographer image picture pictures credit credits courtesy foto fotos bild via reuters ap afp shutterstock dpa file caption pool archivo istock unsplash alamy imago photograph",
    ),
    (
        "byline",
        "by von par por di door author writer reporter editor correspondent contributor contributed reporting staff editing written writes writing columnist redaktion redaktör redacción rédaction contact contacted reached bio",
    ),
    (
        "date",
        "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday updated published posted ago hours minutes min am pm gmt est edt utc uhr januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre aktualisiert veröffentlicht",
    ),
    (
        "tags",
        "tags tag topics filed under category categories keywords tagged more about section themen schlagworte etiquetas mots clés",
    ),
    (
        "media",
        "video watch gallery slideshow photos audio podcast listen play live autoplay transcript seconds volume fullscreen hide loading swipe scroll slide view skip close open menu expand toggle",
    ),
    ("contact", "follow contact email reach com http https www twitter @"),
    (
        "pronoun",
        "i you we he she they it his her their my our said says told sagte dit dijo says asked added",
    ),
    (
        "stop",
        "the of and to in a is that for was on with as at be by are from this have has had not but which or an were been will would could der die und das von zu mit den ist ein eine nicht auch auf im des dem sich für le la les et des du un une en est que dans pour qui sur pas au par el los las del que y con una por se lo no il di che è della per non sono het een van voor niet met zijn o e do da em um uma os na och att det som är på av och en på til er med ikke i в и на не что с по w z na się nie to jest že do",
    ),
)

#: Lower-case word -> the groups it belongs to, as indices into `WORD_GROUPS`.
GROUPS_OF_WORD: dict[str, tuple[int, ...]] = {}
for _index, (_, _members) in enumerate(WORD_GROUPS):
    for _word in _members.split():
        GROUPS_OF_WORD[_word] = (*GROUPS_OF_WORD.get(_word, ()), _index)
