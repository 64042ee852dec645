"""How surely a marked date is the day of publication.

This depends on its wording, its class and its distance to the headline.
"""

from __future__ import annotations

import re

from copydesk.transforms.tag.dates import date_formats
from copydesk.transforms.tag.page.page_data import Mark
from copydesk.transforms.tag.persons.caseless import Caseless

MODIFIED = Caseless(
    r"updat|modif|aktualis|aktualiz|actualiz|mis à jour|màj|aggiorn|gewijzigd|bijgewerkt|oppdater|uppdater|opdater|güncelle|обнов|更新|수정|edited|revis|reviewed|stand:|last checked|geändert|letzte änderung|muokattu|päivitet|измен|cập nhật|diperbarui|redigerad|redigeret"
    r"|atualiz|frissít|módosít|актуализ|оновлен|ενημερ|تحديث|به.?روز|ویرایش|עודכן|अपडेट|আপডেট|อัปเดต|อัพเดท|แก้ไข|修改|修正",
)
PUBLISHED = Caseless(
    r"publi|posted|post time|pubdate|entry-date|post-?date|article-?date|date-?line|created|veröffentlicht|erschienen|am\s|yay[ıi]n|опубл|公開|発行|입력|geplaatst|skrevet|gepost|first"
    r"|pubblic|udgiv|offentliggjort|julkais|zveřejn|zverejn|megjelen|közzé|публик|δημοσι|نشر|نُشر|انتشار|منتشر|פורסם|प्रकाशित|প্রকাশ|diterbit|tayang|đăng|เผยแพร่|发布|發布|發佈|掲載|配信|등록",
)
_OTHER = Caseless(
    r"event|expire|copyright|since|birth|founded|deadline|schedule|calendar|issue|release|comment|countdown|today|current|clock|weather|promo|valid",
)
_RIGHTS = Caseless(r"©|\(c\)|copyright|all rights|alle rechte|tous droits|derechos")
_BARE = re.compile(r"\W*(?:[\w.,]+\W+){1,4}\w+\W*|[\d./-]{8,10}")  # Little more than a date.
PROSE_CHARS = 200  # A longer mark is prose.
# Elements after the headline. A date within them is the document's own, even one that looks like a
# list's.
BESIDE = 12
# Number of days printed in the same way that make a list. A page prints its own publication and
# update, but no third day.
MANY = 3
NEAR = 120  # Elements from the headline. A printed date within them is the document's own.


def trust(mark: Mark, top: int) -> float:
    """Return how surely a mark is the date of publication. Below 1 it is not used."""
    named = mark.names
    if mark.how == "itemprop" and "author" not in named:
        score = 3.0 if "published" in named or "created" in named else 0.0
    elif (
        (len(mark.text) > PROSE_CHARS and mark.how != "text")
        or _RIGHTS.search(mark.text)
        or MODIFIED.search(announced(mark))
    ):
        return 0.0
    else:
        score = {"time": 1.5, "class": 1.0}.get(mark.how, 0.5)
    is_said = names_publication(mark)
    after = mark.order - top
    if -3 <= after <= NEAR and after:
        score += 1.0
    elif -40 <= after <= 0:
        score += 0.5
    elif top:
        score -= 0.5 if is_said else 1.5
    if is_said:
        score += 1.0
    elif MODIFIED.search(named):
        score -= 1.0
    if _BARE.fullmatch(mark.text):
        score += 0.5
    return score - (0.5 if 0 < after <= BESIDE else 1.5) * bool(_OTHER.search(named))


_PUBLICATION = Caseless(
    r"\b(?:(?:first |originally )?(?:published|posted)|veröffentlicht|erschienen|erstellt|publié|publicado|pubblicato"
    r"|gepubliceerd|publisert|publicerad|opublikowano|опубликовано|yay[ıi]nlanma|udgivet|julkaistu|publikováno|zveřejněno|publikované|zverejnené|megjelent|közzétéve|publicat"
    r"|публикувано|опубліковано|δημοσιεύ\w+|نشر|نُشر|انتشار|פורסם|प्रकाशित|প্রকাশ\w*|diterbitkan|tayang|đăng|发布|發佈|發布|公開|掲載|입력|등록)\b[^\d|]{0,20}\d|เผยแพร่[^\d|]{0,20}\d",
)


def of_publication(text: str) -> str:
    """Return a mark's text from the publication on, if an update is printed before it.

    >>> of_publication("Updated 17 April 2026 | Published 16 April 2026")
    'Published 16 April 2026'
    >>> of_publication("Published 16 April 2026, updated 17 April 2026")
    'Published 16 April 2026, updated 17 April 2026'
    """
    found = _PUBLICATION.search(text) if MODIFIED.search(text) else None
    return text[found.start() :] if found and MODIFIED.search(text[: found.start()]) else text


def listed(marks: tuple[Mark, ...]) -> frozenset[int]:
    """Return the marks of one kind that print three days or more.

    They are the dates of a list of other articles.
    """
    days: dict[tuple[str, str], dict[str, int]] = {}
    for mark in marks:
        days.setdefault((mark.how, mark.names), {}).setdefault(mark.value or mark.text, mark.order)
    many = {make for make, printed in days.items() if len(printed) >= MANY}
    return frozenset(mark.order for mark in marks if (mark.how, mark.names) in many)


def announced(mark: Mark) -> str:
    """Return the words before the first digit of a mark, which say what its date is."""
    return re.split(r"\d", mark.text, maxsplit=1)[0][-40:]


_MOST_OF_DAY = 60  # "Wednesday, September 25, 2024, 10:30 a.m. (UTC+01:00)" has 53.


def is_day_alone(mark: Mark) -> bool:
    """Tell whether a mark holds little more than a date, which is not said to be something else."""
    return (
        len(mark.text) < _MOST_OF_DAY
        and date_formats.is_date_alone(mark.text)
        and not MODIFIED.search(mark.names)
        and not MODIFIED.search(announced(mark))
        and not _OTHER.search(mark.names)
        and not _RIGHTS.search(mark.text)
    )


_DOCUMENT_OF = Caseless(
    r"\b(?:artikel|beitrag|eintrag|text|meldung|pressemitteilung|pressemeldung|article|post|entry|story|press release|communiqué|comunicado|comunicato|persbericht|pressmeddelande)"
    r"\s+(?:(?:wurde|ist|was|werd|è stato|a été|del?|du|van|vom|av|from|of|on|am)\s+){1,2}[^\d|]{0,12}\d",
)


def tells_publication(mark: Mark) -> bool:
    """Tell whether a sentence opens by saying when the document was published.

    For example "This entry was posted on 5 January 2024" or "Press release of 5 January 2024".
    """
    return bool(_DOCUMENT_OF.search(mark.text[: PROSE_CHARS // 2]) or _PUBLICATION.match(mark.text))


def names_publication(mark: Mark) -> bool:
    """Tell whether a mark names publication in its class or wording."""
    return bool(PUBLISHED.search(mark.names) or PUBLISHED.search(mark.text[:60]))
