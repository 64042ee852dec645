"""Forms of datelines that differ from the English one.

They are in other scripts, belong to one publisher, or name the agency first. Each row is a named
pattern with its examples. Its groups name the parts: `place`, `agency`, `date`, `names` (the
reporter), and `who` (an agency or a reporter, depending on its shape).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from copydesk.transforms.tag.datelines import dateline_places
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.lookup import gazetteers


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where, when and by whom a report was filed, and the position of the dateline in its line."""

    place: str | None = None
    country: str | None = None
    agency: str | None = None
    month: int | None = None
    day: int | None = None
    year: int | None = None
    line: int = 0
    end: int = 0  # Characters of the line. 0 means that there is no dateline.
    reporters: tuple[str, ...] = ()


_END = r"\s?(?:[-–—―:：ـ=＝]{1,3}\s?|।\s?|\.\s)"
_PLACE = r"(?P<place>[^\d()\[\]（）【】،,:：؛.।=＝/–—ـ-]{2,24}?(?:-[^\d()\[\]،,:.।=/–—-]{2,12})?)"
_CAPS = r"[^\W\d_a-z][^\W\d_]*(?:[ .'’-]{1,2}[^\W\d_]+){0,3}"
#: A city in capital letters.
CITY = r"[A-Z]{3,16}(?: [A-Z]{3,16}){0,2}"
_DATE = r"(?P<date>(?:\d{1,2}\.?\s[^\d()،,:–—-]{2,22}|[^\W\d_]\S{2,14}\s\d{1,2})(?:[,،]?\s\d{4})?(?:\s?[мمг]\.?)?)"
_AGENCY = r"\((?P<agency>[^()\d]{2,30})\)"
_HAN_REPORTERS = r"(?P<names>[\u4e00-\u9fff]{2,4}(?:[、，,\s][\u4e00-\u9fff]{2,4}){0,4})"
_HANGUL_REPORTERS = r"(?P<names>[가-힣]{2,4}(?:\s?[·ㆍ,]\s?[가-힣]{2,4}){0,4})\s?(?:기자|특파원|인턴기자|선임기자|통신원)"
_OPEN, _CLOSE = r"[（(【〔［\[]", r"[）)】〕］\]]"
_BRACKETS = ("（", "(", "【", "〔", "［", "[")
# In the order in which they are tried.
_CHINESE_AGENCIES = "新华社|新華社|中新社|中新网|中国新闻网|人民网|央视网|央广网|路透社|路透|法新社|美联社|美聯社|德新社|共同社|韩联社|塔斯社|环球网|光明网"
_CHINESE_OWN = ("本报", "本報", "本网", "本網", "本刊")


@dataclass(frozen=True, slots=True)
class Form:
    """One named form. Each example is the start of a line with its place, agency and reporters."""

    name: str
    pattern: str
    datelines: tuple[tuple[str, str | None, str | None, tuple[str, ...]], ...]
    needs: str = "agency"  # The part that the tables must know: agency, place, either or nothing.
    prose: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()  # How its lines begin, if they begin in few ways.


_OTHER_SCRIPTS = re.compile(
    r"\W{0,2}[\u0590-\u0fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[\[［【]\d|（\w"
)
SCRIPT_FORMS: tuple[Form, ...] = (
    Form(
        "korean_house",
        rf"{_OPEN}(?P<place>[가-힣A-Za-z·]{{2,15}})\s?[=＝]\s?(?P<agency>[^\])】）］=\s]{{2,12}}){_CLOSE}\s?(?:{_HANGUL_REPORTERS}\s?[=＝]?\s?)?",
        (
            ("(서울=연합뉴스) 홍길동 기자 = ", "서울", "연합뉴스", ("홍길동",)),
            ("[서울=뉴시스] 김영희 기자 = ", "서울", "뉴시스", ("김영희",)),
            ("(워싱턴=뉴스1) 박철수 특파원 = ", "워싱턴", "뉴스1", ("박철수",)),
            ("(서울=연합뉴스) ", "서울", "연합뉴스", ()),
        ),
        opens=_BRACKETS,
    ),
    Form(
        "korean_house_and_reporter",
        rf"{_OPEN}(?P<agency>[가-힣A-Za-z0-9]{{2,15}})\s?[=＝·|\s]\s?(?:[가-힣]{{2}}[=＝])?{_HANGUL_REPORTERS}{_CLOSE}\s?",
        (
            ("[항구일보=홍길동 기자] ", None, "항구일보", ("홍길동",)),
            ("[이데일리 김영희 기자] ", None, "이데일리", ("김영희",)),
        ),
        needs="nothing",
        prose=("[단독 기자회견] ",),
        opens=_BRACKETS,
    ),
    Form(
        "japanese_place_and_who",
        r"【(?P<place>[^【】＝=・\d\s]{1,12})[＝=・](?P<who>[^【】\d]{2,20})】\s?",
        (
            ("【東京＝共同】", "東京", "共同", ()),
            ("【ワシントン＝山田太郎】", "ワシントン", None, ("山田太郎",)),
            ("【北京・鈴木一郎】", "北京", None, ("鈴木一郎",)),
        ),
        needs="either",
        prose=("【速報・動画】",),
        opens=("【",),
    ),
    Form(
        "japanese_place_before_agency",
        r"【(?P<place>[^【】＝=・\d\s]{1,10}?)[ \u3000]?(?P<agency>共同|時事|ロイター|AFP=時事|AFP時事|AFP|AP|CNN|新華社)】\s?",
        (
            ("【ワシントン時事】", "ワシントン", "時事", ()),
            ("【ニューヨーク共同】", "ニューヨーク", "共同", ()),
        ),
        opens=("【",),
    ),
    Form(
        "japanese_day_and_agency",
        r"[【［\[](?:(?P<place>[^\d【】［］\[\]]{1,12}?)[\s\u3000]*)?(?P<date>(?:\d{1,2}月)?\s?\d{1,2}日)[\s\u3000]*(?P<agency>[^\d【】［］\[\]]{2,12})[】］\]]\s?(?:[-–—]\s?)?",
        (
            ("[ロンドン　５日　ロイター] - ", "ロンドン", "ロイター", ()),
            ("［東京 5日 ロイター］ - ", "東京", "ロイター", ()),
            ("【1月5日 AFP】", None, "AFP", ()),
        ),
        opens=("【", "［", "["),
    ),
    Form(
        "agency_in_wide_brackets",
        r"(?:(?P<place>[^\s（()）\d、。]{2,12}))?[（(](?P<agency>CNN|ロイター|共同|時事|BBC)[）)][\s\u3000]?",
        (("ソウル（CNN）", "ソウル", "CNN", ()), ("（ロイター）", None, "ロイター", ())),
        needs="either",
    ),
    Form(
        "chinese_agency_place_day",
        rf"(?:据)?(?P<agency>{_CHINESE_AGENCIES})(?P<place>[\u4e00-\u9fff]{{2,8}}?)(?P<date>(?:\d{{1,2}}月)?\d{{1,2}}日)(?:消息|电|電|讯|訊)?\s?"
        rf"(?:[（(](?:[^（）()\s]{{0,6}}?(?:记者|記者))?\s?{_HAN_REPORTERS}[）)])?\s?(?:[-–—]\s|\s)?",
        (
            ("新华社北京1月5日电（记者王小明）", "北京", "新华社", ("王小明",)),
            ("新华社华盛顿1月5日电 ", "华盛顿", "新华社", ()),
            ("中新网上海1月5日电 (李芳) ", "上海", "中新网", ("李芳",)),
            ("新华社东京1月5日电（记者 王小明 李芳）", "东京", "新华社", ("王小明", "李芳")),
            ("路透倫敦5日電 - ", "倫敦", "路透", ()),
        ),
        prose=("新华社记者在河边拍到洪水，", "人民网评论说河水上涨，"),
        opens=("据", *_CHINESE_AGENCIES.split("|")),
    ),
    Form(
        "chinese_central_agency",
        r"[（(](?P<agency>中央社)(?:記者|记者)?(?P<names_and_place>[\u4e00-\u9fff]{2,9})(?P<date>\d{1,2}日)(?:專電|综合外电|綜合外電報導|綜合外電|電|电)[）)]\s?",
        (
            ("（中央社記者王小明台北5日電）", "台北", "中央社", ("王小明",)),
            ("（中央社台北5日電）", "台北", "中央社", ()),
            ("（中央社華盛頓5日綜合外電報導）", "華盛頓", "中央社", ()),
        ),
        opens=("（", "("),
    ),
    Form(
        "chinese_own_report",
        rf"(?:{'|'.join(_CHINESE_OWN)})(?P<place>[\u4e00-\u9fff]{{2,4}})?(?P<date>\d{{1,2}}月\d{{1,2}}日)?(?:讯|訊|电|電)\s?(?:[（(]?(?:[^（）()\s]{{0,4}}?(?:记者|記者))\s?{_HAN_REPORTERS}(?:[）)]|报道[:：]))?\s?",
        (
            ("本报讯（记者 王小明）", None, None, ("王小明",)),
            ("本报北京1月5日电（记者李芳）", "北京", None, ("李芳",)),
        ),
        needs="nothing",
        prose=("本报记者在河边看到，",),
        opens=_CHINESE_OWN,
    ),
    Form(
        "chinese_place_and_day",
        r"[（(](?P<place>[\u4e00-\u9fff]{2,5}?)(?:综合|綜合)?(?P<date>(?:\d{1,2}月)?\d{1,2}日)?(?:综合讯|綜合訊|综合电|讯|訊|電|电)[）)]\s?",
        (("（新加坡5日讯）", "新加坡", None, ()), ("（吉隆坡综合讯）", "吉隆坡", None, ())),
        needs="place",
        opens=("（", "("),
    ),
    Form(
        "place_day_and_agency",
        rf"{_PLACE}[،,]?\s(?:{_DATE}\s?)?[-–—ـ]?\s?{_AGENCY}{_END}",
        (
            ("لندن (رويترز) - ", "لندن", "رويترز", ()),
            ("القاهرة – (أ ف ب) – ", "القاهرة", "أ ف ب", ()),
            ("دبي، 5 يناير (رويترز) - ", "دبي", "رويترز", ()),
            ("تهران، ۵ ژانویه (رویترز) - ", "تهران", "رویترز", ()),
            ("ירושלים (רויטרס) - ", "ירושלים", "רויטרס", ()),
            ("लंदन, 5 जनवरी (आईएएनएस)। ", "लंदन", "आईएएनएस", ()),
            ("ঢাকা, ৫ জানুয়ারি (বাসস): ", "ঢাকা", "বাসস", ()),
            ("ঢাকা, ৫ জানুয়ারি, ২০২৪ (বাসস) : ", "ঢাকা", "বাসস", ()),
            ("ลอนดอน 5 ม.ค. (รอยเตอร์) - ", "ลอนดอน", "รอยเตอร์", ()),
            ("عمان 5 كانون الثاني (بترا)- ", "عمان", "بترا", ()),
        ),
        prose=("الوزير (وزير المياه) - قال إن النهر ارتفع",),
    ),
    Form(
        "place_day_and_agency_without_end",
        rf"{_PLACE}[،,]\s{_DATE}\s?{_AGENCY}\s",
        (
            ("नई दिल्ली, 5 जनवरी (भाषा) ", "नई दिल्ली", "भाषा", ()),
            ("नयी दिल्ली, 5 जनवरी (भाषा) ", "नयी दिल्ली", "भाषा", ()),
        ),
    ),
    Form(
        "place_dash_agency",
        rf"{_PLACE}\s?[-–—ـ/]\s?(?P<agency>[^()\d:،,]{{2,25}}?)\s?(?:[:：–—]|-\s|ـ)\s?",
        (
            ("القاهرة - أ ش أ: ", "القاهرة", "أ ش أ", ()),
            ("تهران - ایرنا - ", "تهران", "ایرنا", ()),
            ("طهران - ارنا: ", "طهران", "ارنا", ()),
        ),
        needs="place",
        prose=("الوزير - وزير المياه - قال",),
    ),
    Form(
        "place_day_dash",
        rf"{_PLACE}[،,]?\s{_DATE}\s?{_END}",
        (("ลอนดอน 5 ม.ค. – ", "ลอนดอน", None, ()), ("ঢাকা, ৫ জানুয়ারি: ", "ঢাকা", None, ())),
        needs="place",
    ),
    Form(
        "place_and_end",
        rf"{_PLACE}\s?(?:[-–—:ـ]\s|।\s)",
        (
            ("القاهرة - ", "القاهرة", None, ()),
            ("नई दिल्ली: ", "नई दिल्ली", None, ()),
            ("ירושלים - ", "ירושלים", None, ()),
        ),
        needs="place",
        prose=("النهر: ", "नदी: "),
    ),
    Form(
        "agency_then_place",
        r"(?P<agency>[^,،।()\d]{2,25}),\s(?P<place>[^,،।()\d]{2,25})।\s?",
        (
            ("एएनआई, नई दिल्ली। ", "नई दिल्ली", "एएनआई", ()),
            ("जागरण संवाददाता, लखनऊ। ", "लखनऊ", "जागरण संवाददाता", ()),
        ),
        needs="place",
    ),
    Form(
        "agency_alone",
        rf"\((?P<agency>[^()\d]{{2,30}})\){_END}",
        (("(رويترز) - ", None, "رويترز", ()), ("(רויטרס) - ", None, "רויטרס", ())),
        opens=("(",),
    ),
)
#: Forms of the Latin, Greek and Cyrillic alphabets.
HOUSE_FORMS: tuple[Form, ...] = (
    Form(
        "place_and_release_service",
        rf"(?P<place>{_CAPS})(?:,\s[^\W\d_][\w .]{{1,24}})?\s?--\s?\((?P<agency>[^()\d]{{2,30}})\)\s?--\s?",
        (
            ("NEW YORK--(BUSINESS WIRE)--", "NEW YORK", "BUSINESS WIRE", ()),
            ("SEATTLE, Wash. --(BUSINESS WIRE)-- ", "SEATTLE", "BUSINESS WIRE", ()),
        ),
    ),
    Form(
        "city_in_capitals_and_colon",
        rf"(?P<place>{CITY}):\s(?=[\"“‘']?[A-Z])",
        (("NEW DELHI: ", "NEW DELHI", None, ()), ("KARACHI: ", "KARACHI", None, ())),
        needs="place",
        prose=("UPDATE: ", "OPINION: "),
    ),
    Form(
        "place_day_house_by_full_stops",
        rf"(?P<place>{_CAPS})\.\s(?P<date>\d{{1,2}}\.?\s[^\W\d_]{{3,12}})\.\s(?P<agency>[^\d–—./]{{2,30}}?(?:\.[A-Za-z]{{2,3}})?)(?:\s?[–—-]\s|\.\s|/\s)",
        (
            ("Москва. 5 января. INTERFAX.RU - ", "Москва", "INTERFAX.RU", ()),
            ("КИЇВ. 5 січня. УНН. ", "КИЇВ", "УНН", ()),
            ("Київ. 5 січня. ІНТЕРФАКС-УКРАЇНА – ", "Київ", "ІНТЕРФАКС-УКРАЇНА", ()),
        ),
    ),
    Form(
        "place_day_dash_agency",
        rf"(?P<place>{_CAPS}),\s(?P<date>\d{{1,2}}\.?\s[^\W\d_]{{3,12}}\.?)\s?[–—-]\s?(?P<agency>[^\d–—.,/]{{2,25}})[.,]\s",
        (
            ("АМСТЕРДАМ, 5 янв — РИА Новости. ", "АМСТЕРДАМ", "РИА Новости", ()),
            ("МИНСК, 5 янв – Sputnik. ", "МИНСК", "Sputnik", ()),
        ),
    ),
    Form(
        "place_day_of_the_month_agency",
        rf"(?P<place>{_CAPS}),\s\d{{1,2}}\.?\s\((?P<agency>[^()\d]{{2,20}})\)\s?(?:[–—-]{{1,2}}\s)?",
        (("MADRID, 5 (EUROPA PRESS) ", "MADRID", "EUROPA PRESS", ()),),
    ),
    Form(
        "year_first_and_weekday",
        rf"(?P<place>{_CAPS}),\s(?P<date>\d{{4}}\.\s[^\W\d_]{{3,12}}\.?\s\d{{1,2}}\.)(?:,\s[^\W\d_]{{4,10}})?\s?\((?P<agency>[^()\d]{{2,20}})\)\s?[–—-]{{1,2}}\s",
        (("Budapest, 2024. január 5., péntek (MTI) - ", "Budapest", "MTI", ()),),
    ),
    Form(
        "place_comma_agency",
        rf"(?P<place>{_CAPS})[,/]\s?\(?(?P<agency>[^\d–—.,()/]{{2,25}})\)?\s?[–—-]{{1,2}}\s",
        (
            ("Budapest, MTI – ", "Budapest", "MTI", ()),
            ("ANKARA/AA - ", "ANKARA", "AA", ()),
            ("İSTANBUL, (DHA)- ", "İSTANBUL", "DHA", ()),
        ),
        prose=("London, however - the city - ",),
    ),
    Form(
        "place_comma_house",
        rf"(?P<place>{_CAPS}),\s(?P<agency>[A-Za-z][\w-]*(?i:\.(?:com|id|net|co\.id|co))+|(?:CNN|CNBC|VOA|BBC|VIVA)\s?Indonesia|Kompas\.com)\s?[–—-]{{1,2}}\s?",
        (
            ("JAKARTA, KOMPAS.com - ", "JAKARTA", "KOMPAS.com", ()),
            ("Jakarta, CNN Indonesia -- ", "Jakarta", "CNN Indonesia", ()),
        ),
        needs="place",
    ),
    Form(
        "house_then_place",
        rf"(?P<agency>[A-Za-z][\w-]*(?i:\.(?:com|co|id|co\.id|net|vn))+),\s(?P<place>{_CAPS})\s?[–—-]{{1,2}}\s?",
        (
            ("TEMPO.CO, Jakarta - ", "Jakarta", "TEMPO.CO", ()),
            ("REPUBLIKA.CO.ID, JAKARTA -- ", "JAKARTA", "REPUBLIKA.CO.ID", ()),
        ),
        needs="nothing",
    ),
    Form(
        "vietnamese_house",
        r"(?P<agency>TTO|TPO|NLĐO|SGGPO|PNO|VOV\.VN|VTV\.vn|\((?:Dân trí|NLĐO|TTXVN|VTC News|VnExpress|PLO|ĐSPL|Dân Việt)\))\s?[-–—]\s",
        (("TTO - ", None, "TTO", ()), ("(Dân trí) - ", None, "Dân trí", ())),
        needs="nothing",
    ),
    Form(
        "vietnamese_agency_and_day",
        rf"(?P<place>{_CAPS})\s\((?P<agency>[^()\d]{{2,12}})(?:\s(?P<date>\d{{1,2}}/\d{{1,2}}))\)\s?[-–—]\s",
        (("Hà Nội (TTXVN 5/1) - ", "Hà Nội", "TTXVN", ()),),
    ),
)


def is_other_script(line: str) -> bool:
    """Tell whether a line begins with a letter of `SCRIPT_FORMS`, or with a bracket before one."""
    plain = line.isascii() and not line.startswith("[")
    return not plain and _OTHER_SCRIPTS.match(line) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def read(head: str, shift: int, forms: tuple[Form, ...]) -> Dateline:
    """Return the dateline that one of the forms finds at the start of a line.

    `shift` is the number of characters of the line before `head`.

    >>> read("【ワシントン＝山田太郎】雨が降った。", 0, SCRIPT_FORMS).reporters
    ('山田太郎',)
    """
    for form in forms:
        if form.opens and not head.startswith(form.opens):
            continue  # Most patterns are never compiled.
        match = _compiled(form.pattern).match(head)
        if match is not None and (found := _of_match(match, form, shift)) is not None:
            return found
    return Dateline()


def _of_match(match: re.Match[str], form: Form, shift: int) -> Dateline | None:
    part = {name: text.strip() for name, text in match.groupdict().items() if text}
    place, agency = part.get("place"), part.get("agency", "").strip("() ") or None
    names = part.get("names", "")
    if mixed := part.get("names_and_place"):
        names, place = _parted(mixed)
    if who := part.get("who"):
        agency, names = (who, "") if gazetteers.agency(who) else (None, who)
    known = bool(agency and gazetteers.agency(agency))
    listed = bool(place and dateline_places.is_listed(place))
    fits = {"agency": known, "place": listed, "either": known or listed, "nothing": True}
    if not fits[form.needs]:
        return None
    month, day, year = _day(part.get("date", ""))
    country = dateline_places.country_of(place, "") if place else None
    reporters = tuple(name for name in _BETWEEN.split(names) if len(name) > 1)
    return Dateline(place, country, agency, month, day, year, 0, shift + match.end(), reporters)


_BETWEEN = re.compile(r"[、，,·ㆍ・\s]+")
_DAY_AND_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})")


def _day(text: str) -> tuple[int | None, int | None, int | None]:
    numbers = _DAY_AND_MONTH.fullmatch(text)
    if numbers and 1 <= int(numbers[2]) <= 12:
        return int(numbers[2]), int(numbers[1]), None
    return date_formats.day_and_month(text)


def _parted(names_and_place: str) -> tuple[str, str | None]:
    """Split "王小明台北" into a reporter's name and the place that ends the text.

    There is no place if the gazetteer lists none.
    """
    for start in range(len(names_and_place) - 1):
        if dateline_places.is_listed(names_and_place[start:]):
            return names_and_place[:start], names_and_place[start:]
    return "", None
