"""The words that open, join and close bylines in the languages beyond the first eleven.

Each language is one row. `writer` words open a byline by themselves. `labels` open one only with a
colon or a dash after them, because prose begins with them, too. The examples are the tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ByWords:
    """The words of one language's bylines."""

    language: str
    writer: tuple[str, ...] = ()  # Words that a name may follow directly.
    labels: tuple[str, ...] = ()  # Words that name the writer if a colon or dash follows.
    editor: tuple[str, ...] = ()  # Labels that name an editor or translator.
    photographer: tuple[str, ...] = ()  # Labels that name a photographer.
    joiners: tuple[str, ...] = ()  # Words between two names.
    bylines: tuple[tuple[str, tuple[str, ...]], ...] = ()  # Example lines with the names on them.
    prose: tuple[str, ...] = ()  # Lines that begin in the same way and name nobody.


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(";") if word.strip())


TABLE: tuple[ByWords, ...] = (
    ByWords(
        "fi",
        writer=_words("kirjoittanut; kirjoittaneet; tekstin kirjoitti"),
        labels=_words("teksti; kirjoittaja; toimittaja; teksti ja kuvat; kirjoittajat"),
        photographer=_words("kuva; kuvat; kuvaaja"),
        joiners=_words("ja; sekä"),
        bylines=(
            ("Teksti: Matti Virtanen", ("Matti Virtanen",)),
            ("Toimittaja: Liisa Korhonen ja Matti Virtanen", ("Liisa Korhonen", "Matti Virtanen")),
            ("Kirjoittaja: Liisa Korhonen", ("Liisa Korhonen",)),
            ("Kirjoittanut Matti Virtanen", ("Matti Virtanen",)),
        ),
        prose=(
            "Teksti on luettavissa kaupungin sivuilla",
            "Toimittaja: miksi joki tulvi maanantaina",
            "Kirjoittanut kirjeen maanantaina kaupungille",
        ),
    ),
    ByWords(
        "cs",
        writer=_words("napsal; napsala; napsali; připravil; připravila; zpracoval; zpracovala"),
        labels=_words("autor; autorka; autoři; text; redaktor; redaktorka"),
        editor=_words("editor; editorka; přeložil; přeložila"),
        photographer=_words("foto"),
        joiners=_words("a"),
        bylines=(
            ("Autor: Jan Novák", ("Jan Novák",)),
            ("Napsala Eva Svobodová", ("Eva Svobodová",)),
            ("Autoři: Jan Novák a Eva Svobodová", ("Jan Novák", "Eva Svobodová")),
        ),
        prose=("Autor knihy o řece žije v Brně", "Text smlouvy zveřejnila radnice v pondělí"),
    ),
    ByWords(
        "sk",
        writer=_words("napísal; napísala; napísali; pripravil; pripravila; spracoval; spracovala"),
        labels=_words("autor; autorka; autori; text; redaktor; redaktorka"),
        editor=_words("editor; preložil; preložila"),
        photographer=_words("foto"),
        joiners=_words("a"),
        bylines=(
            ("Autor: Ján Kováč", ("Ján Kováč",)),
            ("Napísala Mária Horváthová", ("Mária Horváthová",)),
            ("Autori: Ján Kováč a Mária Horváthová", ("Ján Kováč", "Mária Horváthová")),
        ),
        prose=("Autor knihy o rieke žije v Nitre", "Pripravil sa nový plán mesta"),
    ),
    ByWords(
        "hr",
        writer=_words(
            "piše; pišu; napisao; napisala; pripremio; pripremila; razgovarao; razgovarala"
        ),
        labels=_words("autor; autorica; autori; tekst; novinar; novinarka"),
        editor=_words("urednik; urednica; prijevod; preveo; prevela"),
        photographer=_words("foto; fotografije"),
        joiners=_words("i"),
        bylines=(
            ("Piše: Ana Horvat", ("Ana Horvat",)),
            ("Autor: Marko Babić", ("Marko Babić",)),
            ("Pišu: Ana Horvat i Marko Babić", ("Ana Horvat", "Marko Babić")),
        ),
        prose=("Autor knjige o rijeci živi u Osijeku", "Piše se nova povijest luke"),
    ),
    ByWords(
        "hu",
        writer=_words("írta"),
        labels=_words("szerző; szerzők; szöveg; újságíró; írták"),
        editor=_words("szerkesztette; szerkesztő; fordította"),
        photographer=_words("fotó; fotók; fényképezte"),
        joiners=_words("és"),
        bylines=(
            ("Írta: Kovács János", ("Kovács János",)),
            ("Szerző: Nagy Éva és Kovács János", ("Nagy Éva", "Kovács János")),
            ("Szerző: Szabó Péter", ("Szabó Péter",)),
        ),
        prose=("Írta a levelet a polgármester", "Szerző nélkül jelent meg a könyv"),
    ),
    ByWords(
        "ro",
        writer=_words(
            "scris de; un articol de; articol de; articol scris de; un material de; text de; "
            "postat de; redactat de; reportaj de"
        ),
        labels=_words("autor; autoare; autori; redactor; reporter"),
        editor=_words("editor; editare; traducere; traducerea"),
        photographer=_words("foto; fotografii"),
        joiners=_words("și; şi; si"),
        bylines=(
            ("Autor: Ion Popescu", ("Ion Popescu",)),
            ("De Ion Popescu", ("Ion Popescu",)),
            ("Scris de Ana Ionescu și Ion Popescu", ("Ana Ionescu", "Ion Popescu")),
            ("Un articol de Ștefan Țuțea", ("Ștefan Țuțea",)),
        ),
        prose=("De luni râul a crescut cu un metru", "Scris de mână în anul potopului"),
    ),
    ByWords(
        "bg",
        writer=_words("написа; подготви"),
        labels=_words("автор; автори; текст; репортер; журналист; интервю"),
        editor=_words("редактор; превод; преведе"),
        photographer=_words("снимка; снимки; фото"),
        joiners=_words("и"),
        bylines=(
            ("Автор: Иван Петров", ("Иван Петров",)),
            ("От Мария Иванова", ("Мария Иванова",)),
            ("Автори: Иван Петров и Мария Иванова", ("Иван Петров", "Мария Иванова")),
        ),
        prose=("От понеделник реката расте", "Автор на книгата е Иван Петров"),
    ),
    ByWords(
        "el",
        writer=_words("γράφει ο; γράφει η; γράφουν οι; γράφουν; του συντάκτη; της συντάκτριας"),
        labels=_words("συντάκτης; συντάκτρια; κείμενο; ρεπορτάζ; αρθρογράφος; γράφει; ανταπόκριση"),
        editor=_words("επιμέλεια; μετάφραση"),
        photographer=_words("φωτογραφία; φωτογραφίες; φωτό"),
        joiners=_words("και; κι"),
        bylines=(
            ("Γράφει ο Γιάννης Παπαδόπουλος", ("Γιάννης Παπαδόπουλος",)),
            ("Της Μαρίας Νικολάου", ("Μαρίας Νικολάου",)),
            (
                "Ρεπορτάζ: Μαρία Νικολάου και Γιάννης Παπαδόπουλος",
                ("Μαρία Νικολάου", "Γιάννης Παπαδόπουλος"),
            ),
            ("Συντάκτης: Νίκος Γεωργίου", ("Νίκος Γεωργίου",)),
        ),
        prose=("Του ποταμού η στάθμη ανέβηκε", "Γράφει η ιστορία για το ποτάμι"),
    ),
    ByWords(
        "tr",
        writer=_words("yazan; haberi yazan; hazırlayan"),
        labels=_words("haber; yazar; muhabir; haber-fotoğraf; röportaj; haber merkezi"),
        editor=_words("editör; çeviri; çeviren; derleyen"),
        photographer=_words("fotoğraf; fotoğraflar; kamera"),
        joiners=_words("ve; ile"),
        bylines=(
            ("Haber: Ahmet Yılmaz", ("Ahmet Yılmaz",)),
            ("Yazan: Ayşe Kaya ve Ahmet Yılmaz", ("Ayşe Kaya", "Ahmet Yılmaz")),
            ("Hazırlayan: Çiğdem Öztürk", ("Çiğdem Öztürk",)),
            ("Ahmet YILMAZ/İSTANBUL, (DHA)", ("Ahmet YILMAZ",)),
        ),
        prose=("Haber ajansları nehrin yükseldiğini yazdı", "Yazar nehir kıyısında doğdu"),
    ),
    ByWords(
        "uk",
        writer=_words(
            "підготував; підготувала; підготували; розмовляв; розмовляла; спілкувався; "
            "спілкувалася; спілкувалась; записав; записала"
        ),
        labels=_words("автор; авторка; автори; текст; журналіст; журналістка; кореспондент"),
        editor=_words("редактор; редакторка; переклад; переклав; переклала"),
        photographer=_words("фото; світлини"),
        joiners=_words("та; і; й"),
        bylines=(
            ("Автор: Іван Петренко", ("Іван Петренко",)),
            ("Підготувала Олена Шевченко", ("Олена Шевченко",)),
            ("Автори: Іван Петренко та Олена Шевченко", ("Іван Петренко", "Олена Шевченко")),
            ("Текст: Олена Шевченко", ("Олена Шевченко",)),
        ),
        prose=("Автор книги живе біля річки", "Підготувала місто до паводка нова влада"),
    ),
    ByWords(
        "ru",
        writer=_words(
            "подготовил; подготовила; подготовили; беседовал; беседовала; беседовали; записал; "
            "записала; материал подготовил; материал подготовила"
        ),
        labels=_words("автор; авторы; текст; корреспондент; журналист; интервью"),
        editor=_words("редактор; перевод; перевел; перевела; перевёл"),
        photographer=_words("фото; фотограф"),
        joiners=_words("и"),
        bylines=(
            ("Автор: Анна Петрова", ("Анна Петрова",)),
            ("Беседовала Мария Иванова", ("Мария Иванова",)),
            ("Авторы: Иван Сидоров и Анна Петрова", ("Иван Сидоров", "Анна Петрова")),
            ("Текст: Иван Сидоров", ("Иван Сидоров",)),
        ),
        prose=("Автор книги живет у реки", "Текст соглашения опубликован в понедельник"),
    ),
    ByWords(
        "ar",
        writer=_words("بقلم"),
        labels=_words(
            "كتب; كتبت; تقرير; إعداد; الكاتب; الكاتبة; حوار; المراسل; كتبه; كتابة; إعداد وتقرير"
        ),
        editor=_words("تحرير; ترجمة; مراجعة"),
        photographer=_words("تصوير; صور"),
        bylines=(
            ("بقلم: محمد حسن", ("محمد حسن",)),
            ("كتب - أحمد علي", ("أحمد علي",)),
            ("كتبت: فاطمة محمود", ("فاطمة محمود",)),
            ("إعداد: محمد حسن وأحمد علي", ("محمد حسن", "أحمد علي")),
            ("بقلم سارة إبراهيم", ("سارة إبراهيم",)),
        ),
        prose=(
            "كتب الرئيس رسالة إلى سكان المدينة",
            "تقرير الأمم المتحدة عن النهر",
            "بقلم الرصاص كتب الطفل على الجدار رسالته",
        ),
    ),
    ByWords(
        "fa",
        writer=_words("به قلم; نوشتهٔ; نوشته‌ی"),
        labels=_words("نویسنده; نویسندگان; گزارش; گزارشگر; خبرنگار; نوشته; تهیه و تنظیم; گزارش از"),
        editor=_words("مترجم; ترجمه; ویراستار; دبیر"),
        photographer=_words("عکس; عکاس; عکس از"),
        joiners=_words("و"),
        bylines=(
            ("نویسنده: علی رضایی", ("علی رضایی",)),
            ("به قلم مریم احمدی", ("مریم احمدی",)),
            ("گزارش: علی رضایی و مریم احمدی", ("علی رضایی", "مریم احمدی")),
            ("خبرنگار: سارا کریمی", ("سارا کریمی",)),
        ),
        prose=("گزارش تازه سازمان ملل درباره رودخانه", "نویسنده این کتاب در شیراز است"),
    ),
    ByWords(
        "he",
        writer=_words("מאת"),
        labels=_words("כתב; כתבת; כותב; כותבת; כתבו; צוות; דיווח"),
        editor=_words("עריכה; עורך; עורכת; תרגום"),
        photographer=_words("צילום; צילומים; צלם"),
        bylines=(
            ("מאת: דוד כהן", ("דוד כהן",)),
            ("מאת רחל לוי", ("רחל לוי",)),
            ("מאת דוד כהן ורחל לוי", ("דוד כהן", "רחל לוי")),
        ),
        prose=("כתב האישום הוגש ביום שני", "מאת השם הייתה זאת אמר ראש העיר"),
    ),
    ByWords(
        "hi",
        labels=_words(
            "लेखक; लेखिका; रिपोर्ट; रिपोर्टर; संवाददाता; द्वारा; प्रस्तुति; लेखन; लेखक के बारे में; पत्रकार"
        ),
        editor=_words("संपादन; संपादक; अनुवाद; एडिटर; एडिटेड बाय; संपादित"),
        photographer=_words("फोटो; फ़ोटो; तस्वीर; छायाकार"),
        joiners=_words("और; एवं; व; तथा"),
        bylines=(
            ("लेखक: राहुल शर्मा", ("राहुल शर्मा",)),
            ("रिपोर्ट: प्रिया सिंह और राहुल शर्मा", ("प्रिया सिंह", "राहुल शर्मा")),
            ("द्वारा: अमित कुमार", ("अमित कुमार",)),
        ),
        prose=("लेखक की नई किताब नदी के बारे में है", "रिपोर्ट: नदी का पानी एक मीटर बढ़ा है"),
    ),
    ByWords(
        "bn",
        writer=_words("লিখেছেন"),
        labels=_words("লেখক; লেখা; প্রতিবেদক; প্রতিবেদন; রিপোর্ট; গ্রন্থনা; সাক্ষাৎকার; সংবাদদাতা"),
        editor=_words("সম্পাদনা; অনুবাদ; ভাষান্তর"),
        photographer=_words("ছবি; আলোকচিত্র"),
        joiners=_words("ও; এবং"),
        bylines=(
            ("লেখক: রহিম আহমেদ", ("রহিম আহমেদ",)),
            ("লিখেছেন সুমনা রায়", ("সুমনা রায়",)),
            ("প্রতিবেদক: রহিম আহমেদ ও সুমনা রায়", ("রহিম আহমেদ", "সুমনা রায়")),
        ),
        prose=("লেখক এই বইয়ে নদীর কথা বলেছেন", "প্রতিবেদন প্রকাশ করেছে জাতিসংঘ"),
    ),
    ByWords(
        "id",
        writer=_words("oleh; ditulis oleh; laporan wartawan"),
        labels=_words("penulis; reporter; laporan; pewarta; jurnalis; wartawan; kontributor"),
        editor=_words("editor; penyunting; redaktur; penerjemah"),
        photographer=_words("foto; fotografer"),
        joiners=_words("dan"),
        bylines=(
            ("Oleh Budi Santoso", ("Budi Santoso",)),
            ("Oleh: Siti Rahayu dan Budi Santoso", ("Siti Rahayu", "Budi Santoso")),
            ("Penulis: Budi Santoso", ("Budi Santoso",)),
            ("Reporter: Siti Rahayu | Editor: Budi Santoso", ("Siti Rahayu", "Budi Santoso")),
        ),
        prose=("Oleh karena itu warga diminta mengungsi", "Penulis buku itu tinggal di Bogor"),
    ),
    ByWords(
        "vi",
        writer=_words("tác giả; bài viết của"),
        labels=_words(
            "bài; bài viết; bài và ảnh; thực hiện; người viết; phóng viên; pv; tin; tin, ảnh; nhóm pv"
        ),
        editor=_words("biên tập; biên dịch; người dịch; dịch"),
        photographer=_words("ảnh; hình ảnh; ảnh và clip"),
        joiners=_words("và"),
        bylines=(
            ("Tác giả: Nguyễn Văn An", ("Nguyễn Văn An",)),
            ("Bài và ảnh: Trần Thị Bình", ("Trần Thị Bình",)),
            ("Thực hiện: Nguyễn Văn An và Trần Thị Bình", ("Nguyễn Văn An", "Trần Thị Bình")),
        ),
        prose=("Tác giả cuốn sách sống ở Huế", "Bài học từ trận lũ năm nay"),
    ),
    ByWords(
        "th",
        writer=_words("โดย; เขียนโดย; รายงานโดย; เรื่องโดย"),
        labels=_words("เรื่อง; ผู้เขียน; ผู้สื่อข่าว; รายงาน; เรื่องและภาพ; นักข่าว; ข่าวโดย"),
        editor=_words("เรียบเรียง; บรรณาธิการ; แปล; เรียบเรียงโดย"),
        photographer=_words("ภาพ; ภาพโดย; ช่างภาพ"),
        joiners=_words("และ; กับ"),
        bylines=(
            ("โดย สมชาย ใจดี", ("สมชาย ใจดี",)),
            ("ผู้เขียน: สมหญิง รักไทย", ("สมหญิง รักไทย",)),
            ("เรื่อง: สมชาย ใจดี และ สมหญิง รักไทย", ("สมชาย ใจดี", "สมหญิง รักไทย")),
        ),
        prose=("โดยเฉพาะบ้านที่อยู่ริมแม่น้ำ", "โดย นายกรัฐมนตรี กล่าวว่าน้ำจะลดลง"),
    ),
)

JOINERS = tuple(dict.fromkeys(word for row in TABLE for word in row.joiners if word != "a"))


def opening(*, ascii_only: bool) -> str:
    """Return a pattern, in lower case, of the words that open a byline.

    Its groups are named for the roles.

    >>> bool(re.match(opening(ascii_only=True), "oleh: budi")), bool(re.match(opening(ascii_only=True), "penulis buku"))
    (True, False)
    """

    def of(words: str) -> str:
        found = {word for row in TABLE for word in getattr(row, words)}
        fit = [word for word in found if word.isascii() == ascii_only]
        return "|".join(re.escape(word) for word in sorted(fit, key=lambda w: (-len(w), w)))

    mark = r"\s*[:：=＝|–—\-/ـ]\s*"
    by = rf"(?:{of('writer')})(?:\s*[:：]\s*|\s+[–—\-ـ]\s+|\s+)" if of("writer") else r"(?!)"
    return (
        rf"[\W_]{{0,3}}(?:(?P<photographer>(?:{of('photographer')})\s*[:：=/]\s*)"
        rf"|(?P<editor>(?:{of('editor')})\s*[:：=/]\s*)|(?P<writer>{by}|(?:{of('labels')}){mark}))"
    )
