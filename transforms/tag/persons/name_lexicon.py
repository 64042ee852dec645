"""Words that are part of people's names, of organisations' names only, or of no name."""

from __future__ import annotations

import re

from copydesk.transforms.tag.persons.caseless import Caseless


def words(text: str) -> frozenset[str]:
    """Return the words of a text, which white space separates."""
    return frozenset(text.split())


SUFFIX = Caseless(
    r"(?:[a-z. ]*\b(?:m\.?d|ph\.?d)\.?\s+[a-z]{2,6}|jr|sr|ii|iii|iv|esq|ph\.?\s?d|m\.?d|d\.?o|r\.?n|r\.?d|m\.?s|m\.?a|m\.?b\.?a|m\.?p\.?h|d\.?d\.?s|d\.?v\.?m|v\.?m\.?d|j\.?d|"
    r"ll\.?[bm]|b\.?a|b\.?sc|m\.?sc|cfp|cpa|cfa|rdn|ldn?|lcsw|lmft|facs|faclm|facp|dpt|psy\.?d|ed\.?d|pharm\.?d|np|fnp|cscs|mph|phd|msn|aprn|pa-c|obe|mbe|cbe|"
    r"dr|prof|foma|dabom|dacvb|lvt|vts|cissp|pmp|med|m\.ed|lpc|cnp|cfp[®™]|e-?ryt \d+)\.?(?:\s+\(.{0,30}\))?",
)
PARTICLES = words(
    """
    de del della di da dos das do du des la le les van von der den ter ten te vom zu zur zum af
    av bin bint ibn ben al el ul y e i o' d' d’ mac mc st st. san abu ould till dal dalla degli
    het 't op in't und
    """
)
ORG_WORDS = words(
    """
    staff team teams desk newsroom news newsdesk agency agencies press media magazine journal
    times post tribune herald gazette daily weekly newspaper network studios studio editors
    editorial board bureau service services wires wire association society institute university
    college school foundation council committee department ministry office center centre group
    company inc llc ltd gmbh corp corporation co club union federation alliance coalition bank
    hospital clinic health channel radio tv television redaktion nachrichten zeitung agentur
    agenturen agence agences agencia agencias agenzia redacción redaccion redação redazione
    rédaction redactie redakcja noticias notícias journalists reporters correspondents
    contributors writers partners solutions software labs lab blog podcast website online
    digital community support insights insight reviews review guides guide experts expert
    international worldwide global government administration authority commission archive
    archives museum library church project initiative collective campaign movement party brand
    store shop productions production entertainment publishing publications publication books
    communications communication marketing consulting technologies systems interactive pictures
    films records events sport sports unlimited digest materiały holdings industries enterprises capital ventures finance financial
    insurance law attorneys firm realty homes home авторы редакция агентство новости
    """
)
ORG = Caseless(
    rf"\b(?:{'|'.join(sorted(ORG_WORDS))}|thời báo)\b|\b\w+\.(?:com|org|net|de|co|io|fr|es|it|tv|eu|ch|at|uk|news|info)\b|"
    r"編集部|取材班|新聞|新闻|通信|通讯|日报|日報|晚报|時報|网|報道局|電視|电视|編輯部|编辑部|\[r\]",
)
WORD = re.compile(r"\w+")
# Texts in place of an author that name nobody.
NOBODY = Caseless(
    r"\W*(?:staff|(?:our |a )?(?:staff|senior|news|web|guest|contributing|freelance|special|national|foreign|own|feature|features|sports?|business|entertainment|digital|local|"
    r"political|health|contributing|political|opinion) ?(?:writers?|reporters?|correspondents?|contributors?|editors?|authors?|bloggers?|columnists?|journalists?|representative)|writers?|reporters?|editors?|contributors?|"
    r"correspondents?|columnists?|journalists?|admin(?:istrator)?|webmaster|root|user|guest|anonymous|anonyme?|unknown|none|null|nan|n/?a|undefined|name|names|author(?:s| name)?|autor(?:en)?|"
    r"author archive|by|site admin|site default|default|test|editor in chief|sponsored|advertisement|advertorial|press releases?|newsletter|about us|contact(?: us)?|"
    r"home|login|log in|sign in|sign up|subscribe|follow|follow us|share|menu|search|comments?|reply|(?:read|learn|show|load|discover|find out) more|more|see more|(?:get|getting) started|text link|book (?:a|your) demo|view more posts|view all posts|view profile|"
    r"profile|bio|biography|published|updated|written by|posted by|date|today|yesterday|photos?|image|images|video|credit|getty|getty images|shutterstock|all authors|authors & contributors|"
    r"meet the team|.{0,12} admin|our team|our authors|user avatar|avatar|facebook|twitter|linkedin|instagram|youtube|tiktok|pinterest|whatsapp|website|e-?mail|rss|email protected|email this|online|news|"
    r"opens? in (?:a )?new (?:window|tab)|(?:external )?link|from staff (?:reports?|and wire reports?)|(?:staff |wire )?reports?|wire services?|agencies|correspondent|various|multiple authors|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)|"
    r"(?:zuletzt|letzte|last|dernière|última|ultimo|laatst|son) (?:geändert|aktualisiert|aktualisierung|änderung|updated?|modified|mise à jour|modification|actualización|"
    r"atualização|aggiornamento|bijgewerkt|gewijzigd|güncelle\w*)(?: (?:am|on|le|el|il|op))?|podcast|"
    r".{1,30} (?:feed|bot|importer|syndication)|[\w.-]{0,20}[_-]?admin[\w.-]{0,8}|"
    r"posted|in|on|x|text size|features?|interviews?|columns?|opinions?|reviews?|related (?:articles?|items)|.{0,20}of this article)\W*",
)
# A desk or team is an organisation, even if its last word may be a role.
DESK = Caseless(
    r"(?:[\w.&'’-]+ ){1,5}(?:desk|team|editors|staff|newsroom|contributors?|newsdesk|writers|experts)|(?:the |das )?team (?:[\w.&'’-]+ ?){1,3}|(?:news|web|online|sports) ?desk|newsroom|(?:die |la )?(?:redaktion|redacción|redação|redazione|rédaction)"
)
EDGES = '⋅∙ \t\n\r\u00a0\u200b\u200e\u200f-–—,:;|/•·*"“”„«»‘()[]{}<>《》【】©✉➤→>'
LETTERS = re.compile(r"[^\W\d_]")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
NOT_A_NAME = re.compile(r"[?!#$%*=<>{}\\_~^\"“”„«»]|\d{3}|\.\.\.|…")
HANDLE = re.compile(r"[a-z]\.[a-z]|\d|admin|_|[a-z][A-Z]$")  # This is an account, not a name.
VERBS = words(
    """
    is was are were has have had will would can the this that these your you our we how why what
    when where who which not to for from with about into after before over under than get gets
    more all best new top
    """
)

# Scripts without capitals. There a name shows by its length and by words that it does not contain.
UNCASED = re.compile(r"[\u0590-\u0fff]")
FUNCTION_WORDS = words(
    """
    في من على إلى الى عن أن ان إن التي الذي هذا هذه كان كانت قال قالت مع بعد قبل بين حول ضد منذ لا ما هو هي
    ثم أو الرئيس رسالة الأمم المتحدة الاثنين الجدار در از به با که این آن را است شد شده بود برای تا بر هم می
    درباره سازمان ملل رئیس של את על אל הוא היא זה זאת לא עם כי אבל גם כל יש אין היה הייתה אמר אמרה הוגש ביום
    ראש השם है हैं था थी थे हो गया गई गए की के का को से में पर ने यह वह और एक ही भी नहीं कर करने रहा रही
    बारे बढ़ा नदी পানি এই ওই একটি হয়েছে হয়েছেন করেছে করেছেন বলেছেন ছিল আছে নেই থেকে জন্য কথা নদীর করা হয় এর
    กล่าวว่า ว่า ที่ และ เป็น ของ ใน ได้ ให้ จะ มี ไม่ การ กับ นายกรัฐมนตรี เปิดเผยว่า ระบุว่า
    """
)
# Common words of headings, menus and boxes that look like a name of two words: "Business Tips".
NOT_NAMES = words(
    """
    tips edition system program programme timeline guide loop camera security wedding podcast archive
    archives recipe recipes workout insurance mortgage garden kitchen business trade real estate
    personal latest popular related recent posts articles category categories tags terms privacy
    policy contact service customer products product shop cart account sign home page about reviews
    buying gift best top week day year new next previous table contents summary conclusion overview
    introduction key takeaways frequently asked questions signaturen neueste themen artikel beiträge
    beitrag kategorie kategorien impressum datenschutz newsletter werbung anzeige mehr weitere letzte
    dernières articles catégories noticias últimas categorías más
    """
)
