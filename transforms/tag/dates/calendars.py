"""Converts dates of other calendars and in other digits to the form that `date_formats` reads."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from copydesk.transforms.tag.persons import name_lexicon

# Letters beyond Latin and the marks of writing directions. A text without them needs nothing from
# this module.
OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u200e\u200f\u3040-\ud7af]")
_ZEROS = "٠۰०০๐０"  # The zeros in Arabic, Persian, Devanagari, Bengali, Thai and full-width digits.
_NO_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f"))  # "17\u200f/01\u200f/2024"
_WESTERN = _NO_MARKS | {ord(zero) + n: str(n) for zero in _ZEROS for n in range(10)}
_ERA = re.compile(r"(令和|平成|民國|民国)\s?(\d{1,3}|元)\s?年")
# The year before the first year of each era.
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
_JALALI_MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
_JALALI = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s+({'|'.join(_JALALI_MONTHS)})(?:\s?ماه)?\s+(1[34]\d\d)(?!\d)"
)
_BUDDHIST = re.compile(r"(?<!\d)(?:พ\.ศ\.\s?)?(25\d\d)(?!\d)")
_NOWRUZ_979 = date(1600, 3, 20)
# Days of the week and words around a date, in languages where they do not end in -day or -tag.
WEEKDAYS = name_lexicon.words(
    """
    mittwoch sonnabend
    lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado
    domingo lunedì martedì mercoledì giovedì venerdì sabato domenica segunda-feira terça-feira
    quarta-feira quinta-feira sexta-feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    mandag tirsdag onsdag torsdag fredag lørdag søndag måndag tisdag lördag söndag poniedziałek
    wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle pondelok
    utorok streda štvrtok piatok nedeľa hétfő kedd szerda csütörtök péntek szombat vasárnap luni
    marți marţi miercuri joi vineri sâmbătă duminică maanantai tiistai keskiviikko torstai perjantai
    lauantai sunnuntai pazartesi salı çarşamba perşembe cuma cumartesi pazar понедельник вторник
    среда четверг пятница суббота воскресенье понеділок вівторок середа четвер
    п'ятниця п’ятниця пʼятниця субота
    неділя понеделник сряда четвъртък петък събота неделя δευτέρα τρίτη τετάρτη πέμπτη παρασκευή
    σάββατο κυριακή senin selasa rabu kamis jumat jum'at sabtu minggu thứ hai tư năm sáu bảy chủ
    nhật الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد دوشنبه یکشنبه سه‌شنبه چهارشنبه
    پنجشنبه پنج‌شنبه جمعه شنبه שני שלישי רביעי חמישי שישי שבת ראשון יום सोमवार मंगलवार बुधवार गुरुवार
    शुक्रवार शनिवार रविवार সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার วันจันทร์ วันอังคาร
    วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์ 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 星期一
    星期二 星期三 星期四 星期五 星期六 星期日 월요일 화요일 수요일 목요일 금요일 토요일 일요일
    maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina ponedjeljak
    utorak srijeda četvrtak petak subota nedjelja ponedeljak sreda nedelja ponedeljek torek četrtek
    petek понедељак уторак среда четвртак петак субота недеља dilluns dimarts dimecres dijous
    divendres dissabte diumenge sekmadienis pirmadienis antradienis trečiadienis ketvirtadienis
    penktadienis šeštadienis svētdiena pirmdiena otrdiena trešdiena ceturtdiena piektdiena
    sestdiena pühapäev esmaspäev teisipäev kolmapäev neljapäev reede laupäev isnin khamis jumaat
    ahad أحد اثنين إثنين ثلاثاء أربعاء خميس جمعة سبت วันอาทิตย์ที่ วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่
    วันศุกร์ที่ วันเสาร์ที่
    """
)
# Their abbreviations of three letters and more, as in the locale data of Unicode (CLDR 47).
_SHORT_WEEKDAYS = name_lexicon.words(
    """
    lun mar mer jeu ven sam dim mié jue vie sáb dom gio sab seg ter qua qui sex mån tis ons tors fre
    lör sön man tir tirs tor lør søn pon wto śro czw pią sob nie niedz hét sze csü pén szo vas mie joi
    vin sâm dum δευ τρί τετ πέμ παρ σάβ κυρ pzt sal çar per cum cmt paz sen sel rab kam jum min uto
    sri sre čet pet sub ned isn kha ahd пон пнд втр срд чтв птн сбт вск
    """
)
ANNOUNCING = name_lexicon.words(
    """
    den dne dnia klokken udgivet közzétéve uveřejněno δημοσιεύτηκε diterbitkan tayang đăng 등록일 입력일
    配信 発信
    veröffentlicht publié publie publicado pubblicato gepubliceerd publicerad publisert publiceret
    alle ore klo kello godz data publikacji wib wita wit
    opublikowano julkaistu publikováno zveřejněno publikované zverejnené megjelent publicat
    публикувано опубликовано опубліковано δημοσιεύθηκε δημοσίευση yayınlanma yayın tarihi tanggal
    ngày ngay lúc năm نشر تاريخ النشر نُشر تاریخ انتشار פורסם בתאריך प्रकाशित প্রকাশ প্রকাশিত
    เผยแพร่ 公開 公開日 掲載 発行 发布 发布时间 時間 时间 日期 發布 입력 등록 г р року года година
    """
)


def folded(name: str) -> str:
    """Return a name in small letters. Case folding alone parts the letters of "μαΐου"."""
    return unicodedata.normalize("NFC", name.casefold())


_BETWEEN_WORDS = re.compile(r"[\W\d_]+")


@cache
def words_beside_dates() -> frozenset[str]:
    """Return the parts, in letters alone, of the words that may be printed beside a date."""
    words = (*WEEKDAYS, *_SHORT_WEEKDAYS, *ANNOUNCING)
    return frozenset(part for word in words for part in _BETWEEN_WORDS.split(word) if part)


def western(text: str) -> str:
    """Return a text with Western digits and years.

    Years of the Jalali and Buddhist calendars and of eras are converted.

    >>> western("৫ জানুয়ারি ২০২৪"), western("5 ม.ค. 2567"), western("令和6年1月5日")
    ('5 জানুয়ারি 2024', '5 ม.ค. 2024', '2024年1月5日')
    >>> western("۱۵ دی ۱۴۰۲")
    '2024-01-05'
    """
    text = unicodedata.normalize("NFC", text.translate(_WESTERN))
    text = _ERA.sub(_of_era, text)
    text = _JALALI.sub(_of_jalali, text)
    return _BUDDHIST.sub(lambda found: str(int(found[1]) - 543), text)


def _of_era(found: re.Match[str]) -> str:
    return f"{_ERAS[found[1]] + (1 if found[2] == '元' else int(found[2]))}年"


def _of_jalali(found: re.Match[str]) -> str:
    return jalali(int(found[3]), _JALALI_MONTHS.index(found[2]) + 1, int(found[1])).isoformat()


def jalali(year: int, month: int, day: int) -> date:
    """Return the day of a date of the Jalali calendar.

    The 33-year cycle is right for the years 1304 to 1472.

    >>> jalali(1403, 1, 1).isoformat(), jalali(1402, 12, 29).isoformat()
    ('2024-03-20', '2024-03-19')
    """
    n = year - 979  # Years since the Nowruz of 1600.
    leaps = n // 33 * 8 + (n % 33 + 3) // 4
    in_year = (month - 1) * 31 - max(0, month - 7) + day - 1
    return _NOWRUZ_979 + timedelta(days=365 * n + leaps + in_year)
