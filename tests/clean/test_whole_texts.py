"""The text of a whole page, as an extractor without a model writes it, in several languages."""

from __future__ import annotations

import textwrap
from datetime import date
from typing import NamedTuple

import pytest

import copydesk
from tests.clean.articles import ARTICLES


class Frame(NamedTuple):
    """What a site prints around an article."""

    menu: str
    section: str
    headline: str
    name: str
    day: str
    share: str
    related: str
    rights: str


FRAMES = {
    "en": Frame(
        menu="Home | News | Sport | Weather",
        section="News",
        headline="Forty families leave homes after old wall breaks",
        name="Jane Harper",
        day="3 March 2024, 10:45",
        share="Share on Facebook\nShare on Twitter",
        related="Related stories",
        rights="© 2024 Harbour Post. All rights reserved.",
    ),
    "sv": Frame(
        menu="Hem | Nyheter | Sport",
        section="Inrikes",
        headline="Fyrtio familjer lämnar sina hem",
        name="Anna Berg",
        day="3 mars 2024",
        share="Dela på Facebook\nDela på Twitter",
        related="Läs också",
        rights="© 2024 Hamnposten. Alla rättigheter förbehållna.",
    ),
    "ru": Frame(
        menu="Главная | Новости | Спорт",
        section="Общество",
        headline="Сорок семей покинули свои дома",
        name="Иван Петров",
        day="3 марта 2024",
        share="Поделиться в Facebook\nПоделиться ВКонтакте",
        related="Читайте также",
        rights="© 2024 Порт. Все права защищены.",
    ),
    "vi": Frame(
        menu="Trang chủ | Tin tức | Thể thao",
        section="Thời sự",
        headline="Bốn mươi gia đình rời nhà",
        name="Nguyễn Văn An",
        day="3/3/2024",
        share="Chia sẻ Facebook\nChia sẻ Twitter",
        related="Tin liên quan",
        rights="© 2024 Bến Cảng. Giữ bản quyền.",
    ),
    "fa": Frame(
        menu="خانه | اخبار | ورزش",
        section="اجتماعی",
        headline="چهل خانواده خانه‌های خود را ترک کردند",
        name="نویسنده: علی رضایی",
        day="۱۳ اسفند ۱۴۰۲",
        share="اشتراک در فیسبوک\nاشتراک در توییتر",
        related="اخبار مرتبط",
        rights="تمامی حقوق محفوظ است © ۲۰۲۴",
    ),
    "ko": Frame(
        menu="홈 | 뉴스 | 스포츠",
        section="사회",
        headline="마흔 가구 대피",
        name="김철수 기자",
        day="2024.03.03 10:45",
        share="페이스북 공유\n트위터 공유",
        related="관련기사",
        rights="© 2024 항구일보. 무단전재 및 재배포 금지",
    ),
}


@pytest.mark.parametrize("language", FRAMES)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_the_frame_of_an_article_goes_and_its_columns_are_found(
    language: str, between: str
) -> None:
    frame, (first, second, third) = FRAMES[language], ARTICLES[language]
    head = [frame.menu, frame.section, frame.headline, frame.name, frame.day, frame.share]
    foot = [frame.share, third, frame.related, frame.headline, frame.rights]
    found = copydesk.clean_text(between.join([*head, first, second, *foot]))
    assert found.text == f"{first}\n{second}\n{third}"
    assert found.title == frame.headline
    assert found.byline == (frame.name.removeprefix("نویسنده: ").removesuffix(" 기자"),)
    assert found.published_date == date(2024, 3, 3)


@pytest.mark.parametrize(
    ("language", "byline", "photo"),
    [
        ("en", "By Jane Harper | 3 March 2024", "Photo: Tom Reed/AFP"),
        ("fi", "Matti Virtanen, 3.3.2024", "Kuva: Liisa Korhonen/Lehtikuva"),
        ("el", "Του Γιώργου Παπαδόπουλου, 3 Μαρτίου 2024", "Φωτ.: Νίκος Βασιλείου/ΑΠΕ"),
        ("id", "Oleh: Budi Santoso, 3 Maret 2024", "Foto: Siti Aminah/Antara"),
        ("ja", "山田太郎 2024年3月3日", "写真：佐藤健／共同"),
    ],
)
def test_the_day_on_a_byline_is_found_and_a_photographer_below_it_is_no_author(
    language: str, byline: str, photo: str
) -> None:
    headline = {"en": "Forty families leave homes", "fi": "Neljäkymmentä perhettä jätti kotinsa"}
    headline |= {"el": "Σαράντα οικογένειες εγκατέλειψαν τα σπίτια", "ja": "四十世帯が避難した"}
    title = headline.get(language, "Empat puluh keluarga tinggalkan rumah")
    found = copydesk.clean_text("\n".join([title, byline, photo, *ARTICLES[language]]))
    assert found.text == "\n".join(ARTICLES[language])
    assert len(found.byline) == 1
    assert found.byline[0] in byline
    assert found.published_date == date(2024, 3, 3)


def test_the_end_of_a_sentence_on_a_line_of_its_own_is_no_label() -> None:
    first, second, third = ARTICLES["es"]
    broken = second.replace("costarán más", "costarán\nmás")
    found = copydesk.clean_text(f"{first}\n\n{broken}\n\n{third}\n\nMás de Sociedad")
    assert found.text == f"{first}\n{broken}\n{third}"


def test_a_headline_above_lines_of_fixed_length_is_found_and_no_line_of_them_is_one() -> None:
    first, second, third = (textwrap.fill(text, 60) for text in ARTICLES["en"])
    body = f"{first}\n{second}\n{third}"
    found = copydesk.clean_text(f"Forty families leave homes\n\nBy Jane Harper\n\n{body}")
    assert (found.title, found.byline, found.text) == (
        "Forty families leave homes",
        ("Jane Harper",),
        body,
    )
    again = copydesk.clean_text(body)
    assert (again.title, again.text) == (None, body)
