"""Tells a sentence of an article that has the words of a prompt from the prompt.

Rules read the words of a line. These checks look at the rest of a line that a rule matches: who
says it, which numbers it has, and whether it begins with a name. They cost nothing for other lines.
"""

from __future__ import annotations

import re
from functools import cache

from copydesk.transforms.clean.rule import (
    AUTHOR_STATEMENT,
    NO_SENTENCE,
    PROMPTS,
    SENTENCE,
    SHORT_SENTENCE,
    TEMPLATE_WORDS,
    RuleEntry,
)

_SENTENCE_ENDS = frozenset(".。।\"'”’»)]")
_SENTENCE_END = re.compile(r"[.。।][\"'”’»)\]]{0,3}$")
_UNSPACED_END = re.compile(r"[\u3040-\u9fff0-9]{6}。")  # arbitrary
#: Categories of lines that a person in an article may say. A link may end in a quotation.
_SAYABLE = (PROMPTS | {"copyright", "notices"}) - {"related"}

_QUOTED = r"(?:\"[^\"]{3,300}\"|«[^»]{3,300}»|「[^」]{3,300}」|『[^』]{3,300}』)"
# A quotation that ends or is followed by a mark or a word for speech, and then who said it. Without
# them it may be the name of a site: «Harbour Post» on Telegram, «Harbour Post» - on Telegram.
_NETWORKS = "facebook|telegram|whatsapp|viber|instagram|twitter|youtube|google|вконтакте"
_SAID_BEHIND = re.compile(
    rf"(?={_QUOTED})[\"«「『].{{2,299}}(?:[,!?.…。！？।][\"»」』]|[\"»」』](?:,| -(?!.*(?:{_NETWORKS}))|(?=と|って|라고|이라고|고 |하고))) ?.{{0,2}}[^\W\d]"
)
# Who said it, a colon or comma, and a quotation that ends the line.
_SAID_BEFORE = re.compile(
    rf"[^\"«「『]{{6,200}}[:：,，、] ?(?:{_QUOTED}|'[^'\"]{{12,300}}[.!?。।,]')[.!?。।]?"
)
# A quotation with a mark at its end or a comma behind it, and a paragraph of dialogue after a dash.
_SPEECH = re.compile(
    r"[\"“«„”][^\"“«„”»]{12,300}(?:[,.!?…][\"”»“]|[\"”»“] ?(?:,|[-–—] ))|^[-–—] ?[^\W\d_].{10,200}(?:,| [-–—] )"
    r"|»[^»«]{12,300}(?:[,.!?…]«|« ?,)"
)
# Rules for a label before a name. Scrapers join a paragraph to it, and then two sentences follow.
_CREDITS = ("credit_line", "photo_line")
#: The rule for reporters' names, and a sentence with a noun in place of the name.
_REPORTERS = "reporter_credit"
_BY_NO_NAME = re.compile(
    r"\(?[^\W\d_]+ by (?:an? |the |his |her |its |their )?[a-z]+,? (?!editing|writing|additional|reporting)[a-z]+ "
)
_NAMES_PEOPLE = (AUTHOR_STATEMENT, _REPORTERS, *_CREDITS)
#: Rules whose words are also in sentences about other people's accounts and apps.
_SAID_OF_OTHERS = (TEMPLATE_WORDS, "follow_us", "app_line")
# "Copyright expires in 2031", a heading.
_COPYRIGHT_DOES = re.compile(
    r"Copyright (?!owned|held|protected|reserved|notice|statement|belong|information)[a-z]{4,} "
)
# News speaks so of people. A site names its authors without a title.
_TITLED = re.compile(
    r"(?:mrs?|ms|herr|frau|mme|señora?|signora?|senhora?|meneer|mevrouw|pan|pani)\.? "
)
# "His wife is a journalist", but not "the author is".
_IS_SOMETHING = re.compile(
    r"(?!.{0,12}(?:aut|forf|förf|verf))\S+ \S+(?: \S+){0,2} (?:is|ist|est|es|e|è|é|är|er|jest|je) "
)
_TWO_SENTENCES = re.compile(r"[^\s.]{3}[.।] \S+ \S+ \S+ \S|[\u3040-\u9fff]{3}。 ?[^。]{8}")
# A Chinese sentence about a reporter. A credit has a colon or is shorter (arbitrary).
_UNLABELLED = re.compile(r"[\u4e00-\u9fff][^:/]{13,}[。?!？！]")
_LARGE_NUMBER = re.compile(r"\d[.,' ]\d{3}|\d{4,}|\d[.,]\d ")
_CURRENCY = re.compile(r"[$€£¥₹₩₽₺₫฿]")
# What a sentence about somebody else's newsletter says ("The newsletter was free."), and the words by
# which a site speaks of itself and its readers, by language.
_THIRD_PERSON = {
    "en": "is are was were has had costs cost : you your you're we our us here this these now i my me please",
    "de": "ist sind war waren hat hatte kostet wurde : sie ihr ihre ihnen du dein deine wir uns unser unsere unseren hier jetzt diese dieser dieses diesen bitte mein",
    "fr": "est sont était étaient coûte a ont : vous votre vos nous notre nos ici ce cet cette ces je mon ma",
    "es": "es son era eran fue está están cuesta ha : usted tu tus te su sus nuestro nuestra nuestros nos aquí este esta estos mi",
    "ca": "és són era eren va van costa té : tu el teva teu et vostè vostre nostre nostra ens aquí aquest aquesta ets",
    "it": "è sono era erano costa ha : tu tuo tua ti voi vostro vostra noi nostro nostra qui questo questa questi mio hai sei",
    "pt": "é são era eram foi está custa tem : você seu sua seus nosso nossa aqui este esta estes nos tu minha",
    "nl": "is zijn was waren kost heeft : je jij jouw u uw wij we ons onze hier dit deze mijn",
    "da": "er var koster har blev : du din dit dine dig vi vores os her denne dette disse min",
    "no": "er var koster har ble : du din ditt dine deg vi vår vårt våre oss her denne dette disse min",
    "sv": "är var kostar har blev : du din ditt dina dig vi vår vårt våra oss här denna detta dessa min ni er",
    "pl": "jest są był była było były kosztuje ma : ty twój twoje twoja ci nasz nasza nasze nas tutaj ten ta to tego masz",
    "hr": "je su bio bila bilo bili stoji ima : vi vas vaša vaše vam ti mi nas naša naše ovdje ovaj ova ovo ste imate",
    "fi": "on oli ovat olivat maksaa : sinä sinun sinulla te teidän me meidän tämä tämän tässä olet",
    "cs": "je jsou byl byla bylo byly stojí má : vy vás vaše vám my nás naše zde tady tento tato toto tohoto jste máte",
    "sk": "je sú bol bola bolo boli stojí má : vy vás vaše vám my nás naše tu tento táto toto ste máte",
    "ro": "este sunt era erau costă a au : tu tău ta dumneavoastră nostru noastră noi aici acest această acestui ești ai",
    "bg": "е са беше бяха струва има : вие ваш ваша ви ти ние наш наша ни тук този тази това сте имате",
    "el": "είναι ήταν έχει κοστίζει : σας σου εσείς μας εδώ αυτό αυτή αυτός είστε έχετε",
    "ru": "был была было были стоит : вы вас вам ваш ваша ваше мы нас наш наша наше здесь этот эта это",
    "uk": "був була було були коштує : ви вас вам ваш ваша ваше ми нас наш наша наше тут цей ця це",
    "id": "itu adalah : anda kamu kami kita ini",
    "vi": "là đã : bạn chúng đây này",
    "fa": "است بود : شما ما این اینجا",
    "hi": "है था थी हैं : आप आपका आपके आपकी हमारा हमारे हमारी यहां यह इस",
}
# The word for "why" at the beginning of a headline, and those for "why" and "who" in languages that
# have them anywhere in one.
_WHY = frozenset((
    "why", "warum", "wieso", "weshalb", "pourquoi", "por qué", "por que", "porque", "perché",
    "waarom", "varför", "därför", "hvorfor", "derfor", "dlaczego", "miksi", "proč", "prečo",
    "miért", "de ce", "защо", "γιατί", "чому", "почему", "لماذا", "چرا", "למה", "מדוע",
    "mengapa", "kenapa", "vì sao", "tại sao", "zašto",
))  # fmt: skip
_WHY_INSIDE = re.compile(
    r"\b(?:neden|niçin|nasıl|kim|ne istiyor|क्यों|কেন)\b|ทำไม|ใคร|为什么|為什麼|谁|なぜ|誰|왜 |누가"
)
# The words after a comma that say whose words a headline has.
_SAYS = frozenset((
    "says", "say", "said", "warns", "warn", "advises", "advise", "sagt", "sagen", "rät", "raten",
    "warnt", "warnen", "meint", "laut", "dit", "disent", "selon", "conseille", "conseillent",
    "prévient", "dice", "dicen", "según", "aconseja", "aconsejan", "advierte", "advierten",
    "dicono", "secondo", "consiglia", "consigliano", "avverte", "diz", "dizem", "segundo",
    "aconselha", "aconselham", "alerta", "zegt", "zeggen", "volgens", "adviseert", "adviseren",
    "waarschuwt", "säger", "enligt", "råder", "varnar", "siger", "ifølge", "advarer", "sier",
    "mówi", "mówią", "według", "radzi", "radzą", "ostrzega", "sanoo", "sanovat", "varoittaa",
    "říká", "říkají", "radí", "varuje", "hovorí", "hovoria", "mondja", "szerint", "spune",
    "spun", "avertizează", "казва", "казват", "съветва", "предупреждава", "λέει", "λένε",
    "σύμφωνα", "diyor", "каже", "кажуть", "радить", "говорит", "говорят", "советует", "советуют",
    "предупреждает", "kata", "menurut", "ujar", "bộ", "theo", "kaže", "kažu", "savjetuje",
    "ruled", "wrote", "joked", "asked", "shouted", "argued", "added", "insisted", "warned",
    "promised", "admitted", "replied", "urged", "advised", "demanded", "recalled", "explained",
    "sagte", "sagten", "schrieb", "erklärte", "entschied", "urteilte",
    "dijo", "dijeron", "escribió", "dictaminó", "disse", "disseram", "escreveu", "decidiu", "zei",
    "zeiden", "schreef", "oordeelde", "sade", "skrev", "sagde", "fastslog", "powiedział",
    "powiedziała", "napisał", "napisała", "orzekł", "uznał", "sanoi", "kirjoitti", "řekl", "řekla",
    "rozhodl", "povedal", "povedala", "rozhodol", "mondta", "írta", "каза", "заяви", "реши", "είπε",
    "έκρινε", "dedi", "сказав", "сказала", "заявив", "вирішив", "сказал", "заявил", "решил",
    "katanya", "tulisnya", "rekao", "rekla", "presudio", "told", "read", "liked", "riet", "mahnte",
    "meinte", "stand", "disait", "répétait", "expliquait", "conseillait", "lançait", "affirmait",
    "decía", "repetía", "aconsejó", "aconsejaba", "diceva", "ripeteva", "consigliò", "dizia",
    "repetia", "aconselhou", "raadde", "stond", "brukade", "stod", "mówił", "mówiła", "mawiał",
    "powtarzał", "radził", "radziła", "neuvoi", "tapasi", "říkal", "říkala", "říkával", "radil",
    "hovoril", "hovorieval", "mondogatta", "tanácsolta", "spunea", "repeta", "казваше", "повтаряше",
    "έλεγε", "казав", "казала", "повторював", "радив", "говорил", "говорила", "повторял", "советовал",
    "govorio", "govorila", "savjetovao",
))  # fmt: skip
#: Those of them that no prompt has near its end. "Follow us, like and read" has one of the others.
_SPEECH_VERBS = _SAYS - {"read", "liked", "stand", "stond", "stod", "theo", "kata", "bộ"}
# Characters. Of a longer line only a part may be speech, behind a prompt.
_SHORT_SPEECH = 80
_MOST_SPEAKER_WORDS = 5  # "says lawyer Ana Ruiz"
_ENUMERATION = re.compile(r"[^\s,.!?:]{3,30}, [^\s,.!?:]{2,30},? [^\s,.!?:]{1,4} [^\s,.!?:]{3,30}")
_ASKS = frozenset("?？؟;")  # The last one is the Greek question mark.
# "The comments are closed." is said of one's own site.
_OF_COMMENTS = re.compile(
    "[ck]omm?ent|reacti|disk[ue]|σχόλι|коммент|комент|نظر|تعليق|تعليقات|टिप्पण|bình luận|yorum|hozzászól"
)
_WORDS = re.compile(r"[^\W\d_](?:[^\s.,:;!?।\"]*)")
# Japanese and Korean sites address readers politely, and news does not.
_PLAIN_STYLE = {"ja": re.compile(r"[だたるいか]。$"), "ko": re.compile(r"(?<!니)다\.$")}
# "The minister" and "Die Ministerin" are no names, though German nouns are capitalised.
_ARTICLES = frozenset(
    [
        "a",
        "an",
        "the",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "sein",
        "seine",
        "ihr",
        "ihre",
        "unser",
        "unsere",
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "il",
        "lo",
        "le",
        "les",
        "o",
        "os",
        "as",
        "um",
        "uma",
        "de",
        "het",
        "een",
        "den",
        "det",
        "en",
        "ett",
        "az",
        "egy",
        "ο",
        "η",
        "το",
    ]
)


def is_of_article(line: str, low: str, rule: RuleEntry, sentence: int) -> bool:
    """Tell whether a line that `rule` matches as a whole is a sentence of the article.

    `low` is the folded line, and `sentence` tells how it ends.

    >>> from copydesk.transforms.clean.rule import SENTENCE
    >>> follow = RuleEntry("follow_us_en", "share", ("en",), "line", True, 1)
    >>> is_of_article('"Follow us," he said.', '"follow us," he said.', follow, SENTENCE)
    True
    >>> is_of_article("Follow us.", "follow us.", follow, NO_SENTENCE)
    False
    """
    if rule.name.startswith(_NAMES_PEOPLE):
        return _names_nobody(line, low, rule, sentence)
    if rule.category == "author":
        return sentence != NO_SENTENCE and (
            _TITLED.match(low) is not None
            or _ends_with_speaker(low)
            or (_IS_SOMETHING.match(low) is not None and not _begins_with_name(line))
        )
    is_list = rule.name.startswith(TEMPLATE_WORDS) and is_enumeration(low)
    if is_list or rule.category not in _SAYABLE:
        return is_list
    if rule.category == "copyright":
        return _COPYRIGHT_DOES.match(line) is not None or (
            sentence == SENTENCE and _ends_with_speaker(low)
        )
    if (
        _SAID_BEHIND.match(low)
        or _SAID_BEFORE.fullmatch(low)
        or _speaks_to_nobody(line, low, rule, sentence)
    ):
        return True
    counts = rule.name.startswith(TEMPLATE_WORDS) or rule.category == "newsletter"
    return (
        counts
        and sentence != NO_SENTENCE
        and _LARGE_NUMBER.search(low) is not None
        and _CURRENCY.search(low) is None
    )


def _names_nobody(line: str, low: str, rule: RuleEntry, sentence: int) -> bool:
    """Tell whether a line that a rule about authors and sources matches has no name of one."""
    if rule.name.startswith(AUTHOR_STATEMENT):
        return not _begins_with_name(line)
    if rule.name == _REPORTERS:
        return sentence == SENTENCE and _BY_NO_NAME.match(line) is not None
    if rule.languages[0] == "zh" and _UNLABELLED.fullmatch(low):
        return True
    return sentence != NO_SENTENCE and _TWO_SENTENCES.search(low) is not None


def _speaks_to_nobody(line: str, low: str, rule: RuleEntry, sentence: int) -> bool:
    """Tell whether a line has no reader in it.

    That is a question about followers, a headline, or a sentence in the third person about an account
    or an app: "The judge asked who followed whom on Instagram."
    """
    language = rule.languages[0]
    style = _PLAIN_STYLE.get(language)
    if not rule.name.startswith(_SAID_OF_OTHERS):
        if sentence != NO_SENTENCE and _ends_with_speaker(low):
            return True
        is_told = rule.category in PROMPTS or (rule.category == "notices" and "禁" not in low)
        return style is not None and is_told and style.search(low) is not None
    asks = rule.name.startswith("follow_us") and line.rstrip()[-1:] in _ASKS
    if asks or reads_like_news(low):
        _, of_readers = _third_person().get(language, _NO_WORDS)
        return of_readers.isdisjoint(_WORDS.findall(low))
    if sentence == NO_SENTENCE:
        return False
    return style.search(low) is not None if style else _is_third_person(low, language)


def is_enumeration(low: str) -> bool:
    """Tell whether a folded line is three nouns with a word for "and", as a subheading may be.

    >>> is_enumeration("newsletters, apps and paywalls"), is_enumeration("log in, register or subscribe")
    (True, False)
    """
    return _ENUMERATION.fullmatch(low) is not None


def reads_like_news(low: str) -> bool:
    """Tell whether a folded line asks why, or ends with who says it, as headlines do.

    >>> reads_like_news("why readers cancel their subscriptions")
    True
    >>> reads_like_news("the app is free, says the ministry"), reads_like_news("our app, now free")
    (True, False)
    """
    words = low.split(None, 3)
    if words and (words[0].lstrip("¿¡\"'«„") in _WHY or " ".join(words[:2]) in _WHY):
        return True
    return _WHY_INSIDE.search(low) is not None or _ends_with_speaker(low)


def _ends_with_speaker(low: str) -> bool:
    """Tell whether a folded line ends with a comma and who says it.

    >>> _ends_with_speaker("stay tuned to the radio, says the captain."), _ends_with_speaker("no, she said.")
    (True, True)
    """
    _, comma, behind = low.rstrip(".!… ").rpartition(", ")
    said = behind.split()
    if not comma or not 1 < len(said) <= _MOST_SPEAKER_WORDS:
        return False
    if said[0] in _SAYS:
        return True
    return len(low) <= _SHORT_SPEECH and not _SPEECH_VERBS.isdisjoint(said[1:])


def _is_third_person(low: str, language: str) -> bool:
    """Tell whether a folded sentence says what something is, and does not speak to readers.

    >>> _is_third_person("the newsletter was free.", "en")
    True
    >>> _is_third_person("our newsletter is free.", "en")
    False
    """
    if _OF_COMMENTS.search(low):
        return False
    said, of_readers = _third_person().get(language, _NO_WORDS)
    words = set(_WORDS.findall(low))
    return not said.isdisjoint(words) and of_readers.isdisjoint(words)


_NO_WORDS = (frozenset[str](), frozenset[str]())


@cache
def _third_person() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return the two sets of words of each language."""
    found = {}
    for language, words in _THIRD_PERSON.items():
        said, _, of_readers = words.partition(" : ")
        found[language] = frozenset(said.split()), frozenset(of_readers.split())
    return found


def _begins_with_name(line: str) -> bool:
    """Tell whether a line begins with two capitalised words, the first of them no article.

    Scripts without capitals pass.
    """
    words = line.split(None, 3)
    if not (line[:1].isupper() or line[:1].islower()):
        return True
    if len(words) > 2 and words[0].casefold() in {"ο", "η"}:  # Greek names have an article.
        words = words[1:]
    return (
        len(words) > 1
        and words[0].casefold() not in _ARTICLES
        and not any(word[0].islower() for word in words[:2])
    )


def quotes_speech(line: str) -> bool:
    """Tell whether a line quotes what somebody said, which a caption seldom does.

    >>> quotes_speech('"We have waited long enough," she said.'), quotes_speech('A scene of "The Flood"')
    (True, False)
    """
    return _SPEECH.search(line) is not None


def ends_as_sentence(line: str) -> bool:
    """Tell whether a line ends with a full stop, which quotes and brackets may follow."""
    tail = line[-12:].rstrip()
    return tail[-1:] in _SENTENCE_ENDS and _SENTENCE_END.search(tail) is not None


def kind_of_sentence(line: str) -> int:
    """Classify how a line ends: as a sentence of six words or more, of three or more, or neither.

    Chinese and Japanese have no spaces. There a line that ends with six characters and their full
    stop counts as a sentence of three words.

    >>> kind_of_sentence("Read more books than posts, she said.") == SENTENCE
    True
    >>> kind_of_sentence("The author died.") == SHORT_SENTENCE, kind_of_sentence("Read more.") == NO_SENTENCE
    (True, True)
    """
    if not ends_as_sentence(line):
        return NO_SENTENCE
    words = len(line[:400].split(None, 6))
    if words >= 6:
        return SENTENCE
    return SHORT_SENTENCE if words >= 3 or _UNSPACED_END.search(line) else NO_SENTENCE
