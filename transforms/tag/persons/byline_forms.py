"""Forms of whole-line bylines without an opening word, and of Chinese, Japanese and Korean bylines.

Each row is a named pattern with its examples. A form applies only if every name on its line has the
shape of a name: a Chinese or Korean family name first, or words that begin with capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from copydesk.transforms.tag.dates import calendars, date_formats
from copydesk.transforms.tag.lookup import gazetteers
from copydesk.transforms.tag.persons import byline_lexicon
from copydesk.transforms.tag.persons.name_lexicon import words

# The most frequent family names of one character in China, Taiwan and Korea.
_HAN_FAMILIES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖蕭萧田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇"
    "吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛闫阎段雷龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯"
    "游莊庄溫温施柯洪簡简詹翁翟翁連连"
)
_HANGUL_FAMILIES = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕"
    "금옥육인맹제모탁국어은편"
)
_JAPANESE_FAMILIES = words(
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 斎藤 齋藤 斉藤 清水 山崎 池田 橋本 阿部 安倍 石川 山下 "
    "中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 中川 原田 松田 竹内 小野 田村 中山 "
    "和田 石田 森田 上田 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 "
    "野口 武田 松井 千葉 菅原 岩崎 久保 木下 佐野 野村 松尾 菊地 菊池 市川 杉本 古川 大西 島田 水野 桜井 高野 渡部 吉川 山内 西田 飯田 西川 小松 北村 "
    "安田 五十嵐 川口 平田 中田 久保田 服部 岩田 土屋 川崎 福島 本田 樋口 秋山 田口 永井 山中 中西 吉村 川上 石原 大橋 松岡 馬場 浜田 森本 星野 矢野 "
    "浅野 松下 大久保 吉岡 小池 野田 荒木 熊谷 松浦 大谷 内藤 黒田 尾崎 永田 川村 望月 松村 田辺 荒井 菅野 大島 平井 早川 西山 小田 栗原 片山 横田 岡崎"
)
_HAN = rf"[{_HAN_FAMILIES}][\u4e00-\u9fff]{{1,2}}|[{_HAN_FAMILIES}][ \u3000][\u4e00-\u9fff]"
_HANS = rf"(?:{_HAN})(?:[、，,・·\s／/和]{{1,2}}(?:{_HAN})){{0,4}}"
_SHORT_FAMILIES = "林森原辻堀菅東"
_SURNAMES = (*sorted(_JAPANESE_FAMILIES), *_SHORT_FAMILIES)
_KANJI = rf"(?:{'|'.join(sorted(_JAPANESE_FAMILIES))}|[{_SHORT_FAMILIES}])[ \u3000]?[\u4e00-\u9fff々ぁ-んァ-ヶ]{{1,3}}"
_KANJIS = rf"(?:{_KANJI})(?:[、，,・／/]\s?(?:{_KANJI})){{0,4}}"
_HANGUL = rf"[{_HANGUL_FAMILIES}][가-힣]{{1,3}}"
_HANGULS = rf"(?:{_HANGUL})(?:\s?[·ㆍ・,]\s?(?:{_HANGUL})|\s(?:{_HANGUL})(?=\s)){{0,4}}"
_OPEN, _CLOSE = r"[（(【〔［\[]", r"[）)】〕］\]]"
_CHINESE_LABELS = ("文", "作者", "撰文", "撰稿", "采写", "採訪", "采访", "文字", "编译", "編譯")
_JAPANESE_LABELS = (
    *("取材・文", "構成・文", "取材・執筆", "文・写真", "写真・文", "文", "執筆"),
    *("ライター", "著者", "筆者", "記者", "取材", "聞き手"),
)
_KOREAN_LABELS = ("글·사진", "글ㆍ사진", "글", "취재", "작성자", "필자", "취재기자", "기자")
_WORD = r"[^\W\d_]+(?:[-’'][^\W\d_]+)*\.?"
_CAPS = rf"{_WORD}(?:\s{_WORD}){{1,3}}"
_TWO = rf"{_CAPS}(?:\s(?:și|şi|si|και|и)\s{_CAPS})?"


@dataclass(frozen=True, slots=True)
class Form:
    """A named form of a whole line, with lines that have it and lines that only resemble it."""

    name: str
    pattern: str  # The group `names` of the pattern holds the names.
    bylines: tuple[tuple[str, tuple[str, ...]], ...]
    prose: tuple[str, ...] = ()
    #: Each byline begins with one of the first texts and has one of the others. The pattern takes
    #: milliseconds to compile, which most pages in these scripts need not wait for.
    opens: tuple[str, ...] = ("",)
    needs: tuple[str, ...] = ("",)


CJK_FORMS: tuple[Form, ...] = (
    Form(
        "chinese_reporter",
        rf"{_OPEN}?(?:[\u4e00-\u9fff]{{2,6}})?(?:特约|特約|见习|見習|实习|實習|首席|通讯员)?(?:记者|記者|通讯员|撰稿人)\s?[:：／/]?\s?(?P<names>{_HANS})"
        rf"(?:\s?[／/]?\s?[\u4e00-\u9fff]{{2,4}}?(?:\d{{1,2}}日)?(?:报道|報導|报导|電|电|專訪|摄|攝))?{_CLOSE}?",
        (
            ("本报记者 王小明", ("王小明",)),
            ("记者 王小明 李芳", ("王小明", "李芳")),
            ("記者王小明／台北報導", ("王小明",)),
            ("〔記者陳美玲／高雄報導〕", ("陳美玲",)),
            ("（记者王小明）", ("王小明",)),
            ("记者：张伟、李芳", ("张伟", "李芳")),
        ),
        ("记者从水利部门获悉", "记者会将在下午举行", "記者會下午登場"),
        needs=("记者", "記者", "通讯员", "撰稿人"),
    ),
    Form(
        "chinese_text",
        rf"(?:{'|'.join(_CHINESE_LABELS)})\s?[/／:：|｜丨]\s?(?P<names>{_HANS})(?:\s.{{0,30}})?",
        (
            ("文/王小明", ("王小明",)),
            ("作者：李芳", ("李芳",)),
            ("文｜张伟　编辑｜李芳", ("张伟",)),
            ("撰文：王小明 李芳", ("王小明", "李芳")),
        ),
        ("作者在书中写到这条河", "文章来自河边的小镇"),
        opens=_CHINESE_LABELS,
    ),
    Form(
        "chinese_name_and_place",
        rf"{_OPEN}?(?P<names>{_HANS})\s?[／/]\s?[\u4e00-\u9fff]{{2,6}}(?:報導|报导|报道|電|综合报道){_CLOSE}?",
        (("王小明／台北報導", ("王小明",)), ("【林志玲／綜合報導】", ("林志玲",))),
        ("河水上涨／下游封桥",),
        needs=("報導", "报导", "报道", "電"),
    ),
    Form(
        "japanese_text",
        rf"(?:{'|'.join(_JAPANESE_LABELS)})(?:\s?[:：／/＝=・|｜]\s?|[ \u3000])(?P<names>{_KANJIS})",
        (
            ("文・山田太郎", ("山田太郎",)),
            ("取材・文／田中花子", ("田中花子",)),
            ("文＝佐藤健、鈴木一郎", ("佐藤健", "鈴木一郎")),
            ("執筆：中村 陽子", ("中村 陽子",)),
            ("記者 山田太郎", ("山田太郎",)),
        ),
        ("文化庁は川の記録を公開した", "記者会見は午後に開かれる"),
        opens=_JAPANESE_LABELS,
    ),
    Form(
        "japanese_reporter",
        rf"{_OPEN}?(?:[^\s（()）]{{1,10}}[＝=・]\s?)?(?P<names>{_KANJIS})(?:[ \u3000]?(?:記者|編集委員|論説委員|特派員|支局長))?{_CLOSE}?",
        (
            ("山田太郎記者", ("山田太郎",)),
            ("【山田太郎】", ("山田太郎",)),
            ("（ソウル＝鈴木一郎）", ("鈴木一郎",)),
            ("（田中花子、佐藤健）", ("田中花子", "佐藤健")),
        ),
        ("【関連記事】", "（写真）", "田中市長が会見"),
        needs=_SURNAMES,
    ),
    Form(
        "korean_reporter",
        rf"(?:{_OPEN}[^\])】]{{2,20}}(?:[=＝·\s]|{_CLOSE})\s?)?(?:[가-힣A-Za-z0-9]{{2,10}}\s)??(?P<names>{_HANGULS})\s?(?:기자|특파원|인턴기자|선임기자|논설위원|객원기자|통신원|칼럼니스트){_CLOSE}?\s?=?\s?(?:\S{{1,40}}@\S{{1,40}})?",
        (
            ("홍길동 기자", ("홍길동",)),
            ("김영희·박철수 기자", ("김영희", "박철수")),
            ("홍길동 기자 hong@harbour.example", ("홍길동",)),
            ("[항구일보=김영희 기자]", ("김영희",)),
            ("[서울=항구뉴스] 김영희 기자", ("김영희",)),
            ("이민호 특파원", ("이민호",)),
        ),
        ("기자 회견이 오후에 열린다", "강물이 불었다고 기자가 전했다"),
        needs=("기자", "특파원", "논설위원", "통신원", "칼럼니스트"),
    ),
    Form(
        "korean_text",
        rf"(?:{'|'.join(_KOREAN_LABELS)})(?:\s?[:=／/|]\s?|\s)(?P<names>{_HANGULS})(?:\s?기자)?",
        (
            ("글·사진 홍길동", ("홍길동",)),
            ("글=김영희 기자", ("김영희",)),
            ("취재: 박철수", ("박철수",)),
        ),
        ("글 쓰는 사람들이 강가에 모였다", "취재 결과 강물이 불었다"),
        opens=_KOREAN_LABELS,
    ),
)
CASED_FORMS: tuple[Form, ...] = (
    Form(
        "romanian_de",
        rf"[Dd]e:? (?P<names>{_TWO})",
        (
            ("De Ion Popescu", ("Ion Popescu",)),
            ("de Ioana Popescu", ("Ioana Popescu",)),
            ("De Ana Ionescu și Ion Popescu", ("Ana Ionescu", "Ion Popescu")),
        ),
        ("De luni râul a crescut", "De la Cluj la Iași", "de Souza Pinto", "de Buenos Aires"),
    ),
    Form(
        "greek_genitive",
        rf"(?:Του|Της|ΤΟΥ|ΤΗΣ|Των|Από τον|Από την|Από τους|Από):?\s(?P<names>{_TWO})",
        (
            ("Της Μαρίας Νικολάου", ("Μαρίας Νικολάου",)),
            ("Από τον Νίκο Γεωργίου", ("Νίκο Γεωργίου",)),
            ("Από: Μαρία Νικολάου", ("Μαρία Νικολάου",)),
            ("Από Μαρία Νικολάου και Νίκο Γεωργίου", ("Μαρία Νικολάου", "Νίκο Γεωργίου")),
        ),
        ("Του ποταμού η στάθμη ανέβηκε", "Από την Αθήνα στη Θεσσαλονίκη"),
    ),
    Form(
        "bulgarian_ot",
        rf"(?:От|от):?\s(?P<names>{_TWO})",
        (("От Мария Иванова", ("Мария Иванова",)),),
        ("От понеделник реката расте",),
    ),
    Form(
        "turkish_name_and_place",
        rf"(?P<names>{_CAPS})\s?/\s?[A-ZÇĞİÖŞÜ]{{3,15}}(?:\s?,?\s?\((?:AA|DHA|İHA|ANKA)\)|/(?:AA|DHA|İHA))?",
        (
            ("Ahmet YILMAZ/İSTANBUL, (DHA)", ("Ahmet YILMAZ",)),
            ("Ayşe Kaya / ANKARA", ("Ayşe Kaya",)),
        ),
        ("Nehir taştı/köprü kapandı", "Sel Uyarısı - ANKARA"),
    ),
)
_DE = ("De ", "de ", "De: ", "de: ")
_CASED_STARTS = (*_DE, "Του", "Της", "ΤΟΥ", "ΤΗΣ", "Των", "Από", "От", "от")
_CJK_START = re.compile(r"[（(【〔［\[]?[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BETWEEN = re.compile(r"\s?[、，,・·ㆍ／/和]\s?|\s+(?:și|şi|si|και|и|ve)\s+")
_HAN_SPACE = re.compile(r"(?<=[\u4e00-\u9fff]{2})[ \u3000](?=[\u4e00-\u9fff]{2})")
_MAX_CHARS = 80


def names_on(line: str) -> tuple[str, ...]:
    """Return the names on a line that is a byline as a whole by one of the forms.

    Return nothing for any other line.

    >>> names_on("記者王小明／台北報導"), names_on("De Ion Popescu, 14 mai"), names_on("De luni râul a crescut")
    (('王小明',), ('Ion Popescu',), ())
    """
    text = line.strip()
    if len(text) > _MAX_CHARS or (text.isascii() and not text.startswith(_DE)):
        return ()
    return _names_on(text)


@lru_cache(maxsize=64)  # The same headline, byline or first line is asked about several times.
def _names_on(text: str) -> tuple[str, ...]:
    if text.isascii():
        forms = CASED_FORMS[:1]
    elif _CJK_START.match(text):
        forms = CJK_FORMS
    elif text.startswith(_CASED_STARTS) or "/" in text:
        forms = CASED_FORMS
    else:
        return ()
    bare = without_day(text)
    for form in forms:
        if not bare.startswith(form.opens) or not any(one in bare for one in form.needs):
            continue
        found = _compiled(form.pattern).fullmatch(bare)
        if found and (names := _names(found["names"], form, is_small=bare[0].islower())):
            return names
    return ()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile the pattern of a form at its first use. Most processes read no text that needs it."""
    return re.compile(pattern)


def _names(printed: str, form: Form, *, is_small: bool) -> tuple[str, ...]:
    """Return the names in a form's group, or nothing if one of them does not look like a name.

    `is_small` says that the line begins with a small letter.
    """
    spaced = form.name.startswith(("chinese", "korean"))
    between = _HAN_SPACE.sub("、", printed) if spaced else printed
    if form.name.startswith("korean"):
        between = between.replace(" ", "、")
    names = tuple(name.strip() for name in _BETWEEN.split(between) if name.strip())
    if form in CASED_FORMS and not all(
        word[0].isupper() for name in names for word in name.split()
    ):
        return ()
    # "de Souza" is a family name, "de Ioana" says who wrote.
    first = names[0].split()[0].casefold()
    if form.name == "romanian_de" and is_small and first not in gazetteers.given_names():
        return ()
    return names


_BEFORE_DAY = re.compile(
    r"\s*[|·•–—/]\s*|,\s+|\s+-\s+|\s+(?:on|le|el|em|il|am|op|den)\s+|\s+(?=\d)"
)
_BY = re.compile(r"(?<=[\s|])(?:by|von|par|por|di|door|av|af)\s", re.I)
_DAY_WORDS = 4  # "le mardi 14 mai"
_LEAST_HAN = 3  # Characters. "王小明" is no shorter.


def without_day(byline: str) -> str:
    """Return a byline without the day of publication behind it or before it.

    >>> without_day("By Ana Ruiz | Published May 14, 2024"), without_day("Por Ana Ruiz, 14/05/2024")
    ('By Ana Ruiz', 'Por Ana Ruiz')
    >>> without_day("Piše: Ana Ruiz, 14.05.2024."), without_day("De Ana Ruiz, 14 mai")
    ('Piše: Ana Ruiz', 'De Ana Ruiz')
    >>> without_day("Published March 3, 2024 by Ana Ruiz"), without_day("3. mai 2024 | Av Ana Ruiz")
    ('by Ana Ruiz', 'Av Ana Ruiz')
    """
    if date_formats.DIGIT.search(byline) is None:
        return byline
    byline = behind_day(byline)
    least = byline_lexicon.LEAST_BYLINE if byline.isascii() else _LEAST_HAN
    for mark in _BEFORE_DAY.finditer(byline):
        if mark.start() >= least and _is_day(byline[mark.end() :].rstrip(".")):
            return byline[: mark.start()]
    return byline


def behind_day(line: str) -> str:
    """Return a line from "by" on, if only a day is before it.

    >>> behind_day("3 March 2024 | By Ana Ruiz"), behind_day("5 die by fire")
    ('By Ana Ruiz', '5 die by fire')
    """
    by = _BY.search(line)
    is_dated = (
        by is not None
        and date_formats.DIGIT.search(line[: by.start()]) is not None
        and date_formats.is_date_alone(line[: by.start()])
    )
    return line[by.start() :] if by and is_dated else line


def _is_day(text: str) -> bool:
    """Tell whether a text is a date, or a day and a month: "14 mai", "den 14. mai"."""
    words = [word.strip(".,") for word in calendars.folded(text).split()]
    return date_formats.is_date_alone(text) or (
        len(words) <= _DAY_WORDS
        and any(word.isdecimal() and int(word) <= 31 for word in words)
        and any(word in date_formats.months() for word in words)
    )
