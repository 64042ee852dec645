"""Phrases of the rule tables: a short notation for lines, compiled to patterns and to examples.

In a phrase, `[...]` and `(a|b)?` are optional, `(a|b)` is a choice, `~` is an optional space, and
`{name}` matches a kind of text (`PLACES`). Punctuation inside a phrase may be missing or be
another mark, because sites punctuate their templates as they like. Only a colon, or a dash between
spaces, must be some mark, and `[: ]` may also be a space. Everything else matches itself.

>>> pattern("(leave|write) a comment[ below]")
'(?:leave|write) a comment(?: below)?'
>>> examples("(leave|write) a comment[ below]")
('leave a comment', 'write a comment below')
"""

from __future__ import annotations

import re

from copydesk.transforms.clean.fold_text import folded, plain
from copydesk.transforms.clean.patterns import phrase_strength
from copydesk.transforms.clean.patterns.photo_agencies import AGENCY, WIRE

NETWORKS = (
    "facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|tumblr|telegram|flipboard|google\\+|google plus|google news|google|bluesky|threads|"
    "mastodon|tiktok|snapchat|messenger|facebook messenger|viber|line|wechat|weibo|vk|vkontakte|odnoklassniki|ok|xing|pocket|skype|discord|rss|sms|"
    "twitter / x|x / twitter|x \\(twitter\\)|twitter \\(x\\)|wykop|kakaotalk|kakao|naver|hatena|zalo|koo|tg|fb|e[ -]?mail|e[ -]?post|e[ -]?posta|mail|gmail|"
    "e-mailem|e-mailom|e-mailben|e-postayla|sähköpostilla|sähköpostitse|correo|correu|почте|почтой|почту|пошту|поштою|имейл|"
    "מייל|במייל|البريد|ایمیل|ईमेल|ইমেইল|อีเมล|邮件|邮箱|メール|이메일"
)
_NET = f"(?:{NETWORKS})"
_WIRE = f"(?:{AGENCY}|{plain(WIRE)})"
# A word for "and" or "or". Patterns are put into lower case, so no class in capitals may be in one.
JOINER = r"[^\s\d.,:;!?/|()]{1,5}"


def _words(most: int, but: str = "") -> str:
    """Return a pattern for a name of up to `most` words.

    After a single noun, more words are a sentence ("editor {outlet}").
    """
    return rf"[^\s.!?:;{but}]{{1,24}}(?: [^\s.!?:;{but}]{{1,24}}){{0,{most - 1}}}"


#: The pattern of a place, and two example texts for it.
PLACES: dict[str, tuple[str, str, str]] = {
    "n": (r"[(\[]?\d{1,6}(?:[.,]\d{1,3})?", "3", "12"),
    "name": (_words(4), "Ana Ruiz", "Bo Li"),
    "names": (r"[^!?]{2,120}", "Ana Ruiz", "Ana Ruiz, Bo Li"),
    "outlet": (_words(3, but=","), "Harbour Post", "Mill 24"),
    "few": (_words(3, but=","), "Mill Town", "Harbour"),
    "title": (r".{1,240}", "Harbour 24", "Mill Town 1911"),
    "rest": (r"[^!?]{1,120}", "Mill Town", "Harbour Post"),
    "any": (r".{0,200}", "", " Harbour Post"),
    "net": (
        rf"{_NET}(?:[ ,/&|+]{{1,3}}(?:{JOINER} )?{_NET}){{0,8}}",
        "Facebook",
        "Twitter, Instagram",
    ),
    "agency": (r"[^.!?:;]{2,60}", "AFP", "Reuters, dpa"),
    "wire": (
        rf"{_WIRE}(?: ?[/,&+-] ?{_WIRE}| {JOINER} {_WIRE}){{0,3}}",
        "AFP",
        "Reuters, dpa",
    ),
    "mail": (
        r"[\w.+-]{1,40} ?(?:@|\[at\]|\(at\)) ?[\w.-]{1,40}",
        "ruiz@harbour.example",
        "li@harbour.example",
    ),
    "date": (r"[^!?]{0,40}\d[^!?]{0,40}", "12.03.2024", "12.03.2024 10:45"),
    "year": (r"(?:19|20)\d\d", "2024", "2023"),
    # A full name, and the end of a short statement, which may be a year.
    "person": (r"[^\s.!?:;,\d]{2,24}(?: [^\s.!?:;,\d]{1,24}){1,3}", "Ana Ruiz", "Bo Li"),
    "tail": (r"[^.!?:;,\d]{2,70}(?: (?:19|20)\d\d)?", "Harbour Post", "Harbour Post since 2015"),
    # The beginning of a compound, "sportreporter".
    "stem": (r"[^\s.!?:;,\d]{0,14}", "", "sport"),
    "dash": (" - ", " – ", " – "),
}
_SAME_SENTENCE = r"[^.!?。।]{0,200}"
_PART = re.compile(r"\{(\w+)\}|(\[: \]|: ?| - |\)\?|[\[\]()|~])|([.,;!?¿¡]+ ?)|(-)|(\w+|.)", re.S)
_MARK = r"[ .,:;!?|-]{0,3}"
# A hyphen inside a word, as in Indonesian plurals ("foto-foto"), is no mark.
COLON = r"(?: ?[:|/=] ?| -|- )"
_SIGNS = {
    "[": "(?:",
    "]": ")?",
    "(": "(?:",
    ")": ")",
    ")?": ")?",
    "|": "|",
    "~": " ?",
    "[: ]": "[ :|-]{1,3}",
    ":": COLON,
    ": ": COLON,
    " - ": r" ?[-:|,/] ?",
}
_ENDS = " .,:;!?…|"


def lines(block: str) -> list[str]:
    """Return the phrases of a block: one on each line, or several with semicolons between them."""
    return [one.strip() for one in re.split(r"[\n;]", block) if one.strip()]


def pattern(phrase: str, *, is_plain: bool = True) -> str:
    """Return the pattern of a phrase in the form in which lines are compared (`fold_text.key`).

    Without `is_plain` it keeps the accents, as parts of a paragraph do (`fold_text.folded`). Raises
    ValueError for a place that `PLACES` does not have.
    """
    parts = []
    text = _folded(phrase, is_plain)
    # "{any} subscribe now" must not match a paragraph with a prompt behind it.
    same_sentence = _SAME_SENTENCE if phrase_strength.begins_open(phrase) else PLACES["any"][0]
    for place, sign, mark, hyphen, other in _PART.findall(text.strip(_ENDS)):
        if place:
            if place not in PLACES:
                raise ValueError(
                    f"the phrase {phrase!r} names the place {place!r}, which does not exist"
                )
            parts.append(same_sentence if place == "any" else PLACES[place][0])
            same_sentence = PLACES["any"][0] if place == "any" else same_sentence
        elif sign:
            parts.append(_SIGNS[sign])
        elif mark:
            parts.append(_MARK)
        elif hyphen:
            parts.append("[ -]?")
        else:
            parts.append(other if other in " '\"%@#&/" else re.escape(other))
    return "".join(parts)


def _folded(phrase: str, is_plain: bool) -> str:
    """Return the words of a phrase folded as lines are. The names of places stay."""
    return "".join(
        part if part.startswith("{") else plain(folded(part)) if is_plain else folded(part)
        for part in re.split(r"(\{\w+\})", phrase)
    )


def choice(block: str, *, is_plain: bool = True) -> str:
    """Return one pattern for any phrase of a block, longer ones first."""
    patterns = [pattern(phrase, is_plain=is_plain) for phrase in lines(block)]
    return "(?:" + "|".join(sorted(patterns, key=len, reverse=True)) + ")"


def examples(phrase: str) -> tuple[str, ...]:
    """Return the shortest and the fullest reading of a phrase, as a site prints it."""
    found = (_example(phrase, full=False), _example(phrase, full=True))
    return found if found[0] != found[1] else found[:1]


_OPTIONAL_CHOICE = re.compile(r"\(([^()]*)\)\?")


def _example(phrase: str, *, full: bool) -> str:
    """Return one reading: no optional part and the first choice, or all parts and the last choice."""
    text = _OPTIONAL_CHOICE.sub(r"[\1]", phrase.strip()).replace("[: ]", ": ")
    inner = re.compile(r"\[([^\[\]()]*)\]|\(([^\[\]()]*)\)")
    while found := inner.search(text):
        if found[1] is not None:
            chosen = found[1].split("|")[-1] if full else ""
        else:
            chosen = found[2].split("|")[-1 if full else 0]
        text = text[: found.start()] + chosen + text[found.end() :]
    # The sample of any text is a name, so a word after it needs a space.
    text = re.sub(r"\{any\}(?=\w)", "{any} ", text) if full else text
    text = re.sub(r"\{(\w+)\}", lambda m: PLACES[m[1]][2 if full else 1], text).replace("~", " ")
    return " ".join(text.split())
