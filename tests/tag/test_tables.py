"""Every example in the tables of bylines and datelines is read as its row says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest

import copydesk
from copydesk.transforms.tag.datelines import dateline_day, dateline_forms, dateline_parser
from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.headlines import text_header
from copydesk.transforms.tag.persons import byline_forms, byline_languages, person_names

REST = "The river rose again at noon, officials said."
BYLINES = [
    *[(row.language, line, names) for row in byline_languages.TABLE for line, names in row.bylines],
    *[
        (form.name, line, names)
        for form in (*byline_forms.CJK_FORMS, *byline_forms.CASED_FORMS)
        for line, names in form.bylines
    ],
]
PROSE = [
    *[(row.language, line) for row in byline_languages.TABLE for line in row.prose],
    *[
        (form.name, line)
        for form in (*byline_forms.CJK_FORMS, *byline_forms.CASED_FORMS)
        for line in form.prose
    ],
]
DATELINES = [
    (form.name, *example)
    for form in (*dateline_forms.SCRIPT_FORMS, *dateline_forms.HOUSE_FORMS)
    for example in form.datelines
]


def test_the_bylines_of_the_tables_name_their_authors() -> None:
    wrong = []
    for row, line, names in BYLINES:
        found = tuple(name.text for name in person_names.split(line, strict=True))
        if not text_header.is_byline(line) or found != names:
            wrong.append(f"{row}: {line!r} names {found} instead of {names}")
    assert not wrong, "\n".join(wrong)


def test_prose_that_begins_like_a_byline_is_not_one() -> None:
    wrong = [f"{row}: {line!r}" for row, line in PROSE if text_header.is_byline(line)]
    assert not wrong, "\n".join(wrong)


def test_a_headline_in_chinese_japanese_or_korean_compiles_no_pattern_of_bylines() -> None:
    byline_forms._compiled.cache_clear()
    for headline in (
        "河水上涨后小镇的桥重新开放",
        "川の水位が再び上がった",
        "강물이 다시 불어 다리가 닫혔다",
    ):
        assert byline_forms.names_on(headline) == ()
    assert byline_forms._compiled.cache_info().currsize == 0


def test_the_datelines_of_the_tables_are_read() -> None:
    wrong = []
    for row, head, *expected in DATELINES:
        found = dateline_parser.parse(head + REST)
        if [found.place, found.agency, found.reporters] != expected or found.end != len(head):
            wrong.append(f"{row}: {head!r} is read as {found}")
    assert not wrong, "\n".join(wrong)


def test_prose_that_begins_like_a_dateline_is_not_one() -> None:
    wrong = [
        f"{form.name}: {line!r}"
        for form in (*dateline_forms.SCRIPT_FORMS, *dateline_forms.HOUSE_FORMS)
        for line in form.prose
        if dateline_parser.parse(f"{line} {REST}").end
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("form", dateline_forms.SCRIPT_FORMS, ids=lambda form: form.name)
def test_the_openings_of_a_form_are_those_of_its_lines(form: dateline_forms.Form) -> None:
    assert not form.opens or all(line.startswith(form.opens) for line, *_ in form.datelines)


@pytest.mark.parametrize(
    "condition", dateline_parser.DATELINE_CONDITIONS, ids=lambda condition: condition.name
)
def test_the_examples_of_each_condition_of_datelines(condition: object) -> None:
    assert all(dateline_parser.parse(head + REST).end for head in condition.accepts)  # type: ignore[attr-defined]
    assert not any(dateline_parser.parse(head + REST).end for head in condition.refuses)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "condition", text_header.BYLINE_CONDITIONS, ids=lambda condition: condition.name
)
def test_the_examples_of_each_condition_of_bylines(condition: object) -> None:
    assert all(text_header.is_byline(line) for line in condition.accepts)  # type: ignore[attr-defined]
    assert not any(text_header.is_byline(line) for line in condition.refuses)  # type: ignore[attr-defined]


def test_a_month_whose_letters_case_folding_parts_is_known() -> None:
    assert date_formats.printed("17 Μαΐου 2024").day == date(2024, 5, 17)  # type: ignore[union-attr]
    assert date_formats.day_and_month("17 Μαΐου") == (5, 17, None)


@pytest.mark.parametrize(
    "printed",
    [
        "5. tammikuuta 2024",
        "5. ledna 2024",
        "5. januára 2024",
        "2024. január 5.",
        "2024. jan. 5.",
        "5 ianuarie 2024",
        "5 януари 2024 г.",
        "5 Ιανουαρίου 2024",
        "5 Ιαν. 2024",
        "5 Ocak 2024",
        "5 січня 2024",
        "5 января 2024 года",
        "пятница, 5 января 2024 г.",
        "5 يناير 2024",
        "5 يناير/كانون الثاني 2024",
        "٥ كانون الثاني ٢٠٢٤",
        "۱۵ دی ۱۴۰۲",
        "۵ ژانویه ۲۰۲۴",
        "5 בינואר 2024",
        "5 जनवरी 2024",
        "५ जनवरी २०२४",
        "৫ জানুয়ারি ২০২৪",
        "জানুয়ারি ৫, ২০২৪",
        "5 Januari 2024",
        "ngày 5 tháng 1 năm 2024",
        "5 tháng 1, 2024",
        "5 มกราคม 2567",
        "5 ม.ค. 2567",
        "2024年1月5日",
        "令和6年1月5日",
        "民國113年1月5日",
        "2024년 1월 5일",
        # As browsers print the day in each language.
        "Freitag, 5. Januar 2024",
        "ven., 5 janv. 2024",
        "vie, 5 ene 2024",
        "sexta-feira, 5 de janeiro de 2024",
        "fredag den 5. januar 2024",
        "пʼятниця, 5 січня 2024\u202fр.",
        "Παρασκευή 5 Ιανουαρίου 2024",
        "05\u200f/01\u200f/2024",
        "יום ו׳, 5 בינו׳ 2024",
        "शुक्र, 5 जन॰ 2024",
        "5 জানু, 2024",
        "5 thg 1, 2024",
        "วันศุกร์ที่ 5 มกราคม ค.ศ. 2024",
    ],
)
def test_a_date_in_words_is_read_in_each_language(printed: str) -> None:
    stamp = date_formats.printed(printed, day_first=True)
    assert stamp is not None
    assert stamp.day == date(2024, 1, 5)
    assert date_formats.is_date_alone(printed)


@pytest.mark.parametrize(
    ("headline", "byline", "prose", "name"),
    [
        (
            "Joki tulvi yöllä",
            "Teksti: Matti Virtanen",
            "Joki nousi metrin maanantain vastaisena yönä, ja lautta jäi satamaan.",
            "Matti Virtanen",
        ),
        (
            "Вода в реке поднялась",
            "Автор: Анна Петрова",
            "Вода в реке поднялась на метр в ночь на понедельник, и паром остался в порту.",
            "Анна Петрова",
        ),
        (
            "ارتفاع منسوب النهر",
            "بقلم: محمد حسن",
            "ارتفع منسوب النهر مترا في ليلة الاثنين وبقيت العبارة في الميناء حتى الظهر.",
            "محمد حسن",
        ),
        (
            "川が増水、フェリー欠航",
            "文・山田太郎",
            "川は月曜日の夜に1メートル増水し、島へのフェリーは正午まで欠航した。市が発表した。",
            "山田太郎",
        ),
        (
            "河水上涨 渡轮停航",
            "本报记者 王小明",
            "河水周一夜间上涨一米，通往岛屿的渡轮停航至中午，市政府表示。居民被要求撤离。",
            "王小明",
        ),
        (
            "강물 불어 여객선 결항",
            "홍길동 기자",
            "월요일 밤 강물이 1미터 불어나 섬으로 가는 여객선이 정오까지 결항했다고 시가 밝혔다.",
            "홍길동",
        ),
    ],
)
def test_a_byline_under_the_headline_becomes_a_column(
    headline: str, byline: str, prose: str, name: str
) -> None:
    article = copydesk.clean_text(f"{headline}\n{byline}\n{prose}\n{prose}")
    assert article.title == headline
    assert article.byline == (name,)
    assert byline not in article.text


def test_the_reporter_of_a_dateline_is_the_author() -> None:
    article = copydesk.clean_text(
        "강물 불어 여객선 결항\n(서울=연합뉴스) 홍길동 기자 = 월요일 밤 강물이 1미터 불어나 여객선이 결항했다."
    )
    assert article.byline == ("홍길동",)
    assert (article.dateline_place, article.wire_source) == ("서울", "Yonhap")


def test_a_day_without_month_is_the_nearest_to_the_fetch() -> None:
    found = dateline_parser.parse("[東京 5日 ロイター] - 川は月曜日の夜に増水した。")
    assert dateline_day.resolve(found, date(2024, 1, 7)) == date(2024, 1, 5)


@pytest.mark.parametrize("text", ["It rained in Oslo all day.\nLeave a Comment", ""])
@pytest.mark.parametrize("read", [copydesk.clean_text, copydesk.clean_page])
def test_an_article_has_a_value_for_each_field_and_no_other(
    read: Callable[[str], copydesk.Article], text: str
) -> None:
    article = read(text)
    assert vars(article).keys() == {field.name for field in dataclasses.fields(copydesk.Article)}
    with pytest.raises(dataclasses.FrozenInstanceError):
        article.text = ""  # type: ignore[misc]


def test_a_byline_that_was_cut_counts_only_near_the_ends_of_a_text() -> None:
    prose = "The lock stayed shut all night, and the barges waited below the mill for the morning."
    byline, other = "Reporting by Ana Ruiz", "Leave a Comment"
    near, far = ([prose] * n + [byline] + [prose] * (30 - n) + [other] for n in (3, 20))
    assert copydesk.clean_text("\n".join(near)).authors == ("Ana Ruiz",)
    assert copydesk.clean_text("\n".join(far)).authors == ()
