"""Pages and texts that reach all parts of cleaning.

They have scripts, encodings, dates, bylines and hostile markup.
"""

from __future__ import annotations

from tests.hostile.inputs import HOSTILE, PAGE, STORY

_BODIES = {
    "en": STORY,
    "fr": "Le ministère a annoncé mardi que l'été serait très chaud, d'après les prévisions de l'institut. Les élèves sont déçus.",
    "de": "Der Hafen wurde am Dienstag wieder geöffnet, sagte ein Sprecher der Behörde. Elf Schiffe warteten vor der Mole.",
    "ru": "Порт вновь открылся во вторник после трёхдневного шторма, сообщили власти. Одиннадцать судов ждали у волнолома.",
    "zh": "港口管理局表示，港口在关闭三天后于星期二重新开放。十一艘船在防波堤外等候。",
    "ja": "港湾局によると、港は三日間の閉鎖の後、火曜日に再開した。十一隻の船が待っていた。",
    "ar": "أعيد فتح الميناء يوم الثلاثاء بعد عاصفة أغلقته ثلاثة أيام، حسبما قالت السلطات.",
    "he": "הנמל נפתח מחדש ביום שלישי לאחר סערה, אמרה הרשות.",
    "th": "ท่าเรือเปิดอีกครั้งในวันอังคารหลังจากพายุปิดท่าเรือเป็นเวลาสามวัน",
    "el": "Το λιμάνι άνοιξε ξανά την Τρίτη μετά από καταιγίδα, είπε η αρχή.",
    "hi": "तूफान के तीन दिन बाद मंगलवार को बंदरगाह फिर से खुल गया, अधिकारियों ने कहा।",
    "ko": "항만 당국은 폭풍으로 사흘간 폐쇄되었던 항구가 화요일에 다시 열렸다고 밝혔다.",
}
_HEAD = (
    '<html lang="{lang}"><head><meta charset="{charset}"><title>Harbour | Example News</title><meta property="article:published_time" content="2024-03-01T10:00:00+01:00">'
    '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Harbour","author":[{{"@type":"Person","name":"Ana Ruiz"}}],"datePublished":"2024-03-01"}}</script></head>'
    '<body><nav><a href="/">Home</a></nav><article><h1>Harbour</h1><p class="byline">By Ana Ruiz and Bo Li</p><time datetime="2024-03-01">1 March 2024</time>'
    "<p>LINDESUND, Norway (Reuters) - {body}</p><p>Read more: Storm closes harbour</p></article></body></html>"
)
_CHARSETS = {
    "ru": ("koi8-r", "windows-1251"),
    "zh": ("gb18030", "big5"),
    "ja": ("shift_jis", "euc-jp", "iso-2022-jp"),
    "ko": ("euc-kr",),
    "fr": ("windows-1252", "iso-8859-15"),
    "el": ("windows-1253",),
    "he": ("windows-1255",),
    "th": ("windows-874",),
}

TEXTS = [
    *(f"Harbour opens\nBy Ana Ruiz\n{body}\n{body}\nLeave a Comment" for body in _BODIES.values()),
    f"{STORY * 3}\nTen bridges to see this summer\nLeave a Comment\nShare on Facebook\nPrint this",
]
PAGES: list[str | bytes] = [
    *(
        _HEAD.format(lang=lang, charset="utf-8", body=f"{body} {body}")
        for lang, body in _BODIES.items()
    ),
    *(
        _HEAD.format(lang=lang, charset=name, body=_BODIES[lang] * 2).encode(
            "cp874" if name == "windows-874" else name, "ignore"
        )
        for lang, names in _CHARSETS.items()
        for name in names
    ),
    *(
        _HEAD.format(lang=lang, charset="", body=_BODIES[lang] * 2).encode(
            names[0] if lang != "th" else "cp874", "ignore"
        )
        for lang, names in _CHARSETS.items()
    ),
    *(
        hostile.make()
        for hostile in HOSTILE
        if hostile.name.startswith("html/") and len(hostile.make()) < 400_000
    ),
    PAGE,
    "",
    b"",
    "<",
    "\x00",
    "\ud800<p>\udfff",
]
