"""Signatures are those of datasketch, and shingles are as documented, in every script."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash

import copydesk
from copydesk.transforms import unicode_tables
from copydesk.transforms.dedup import Options, shingle_definition, sketches
from tests.dedup import newsroom

SAMPLES = {
    "English": "The council’s 12 members voted—“at last”—to re-open the café; Ms. O'Neil abstained.",
    "one word": "Bridge",
    "two words": "Bridge closed",
    "no words": "... !!! —",
    "empty": "",
    "long word": "a" * 8 + " " + "b" * 9 + " " + "c" * 16 + " " + "d" * 17 + " é" + "é" * 9,
    "case": "STRASSE Straße STRASSE İstanbul ΣΊΣΥΦΟΣ ǅ",
    "ligatures": "ﬁnal oﬃce ﬂow №5 ½ ™ Å Å x² … end",
    "combining": "Cafe\u0301 re\u0301sume\u0301 n\u0303 plain",
    "Cyrillic": "Совет проголосовал в понедельник за закрытие старого моста, сообщили ЧИНОВНИКИ.",
    "Greek": "Το Συμβούλιο ψήφισε τη Δευτέρα υπέρ του κλεισίματος της παλιάς γέφυρας",
    "Arabic": "صوّت المجلس يوم الاثنين على إغلاق الجسر القديم فوق النهر",
    "Hebrew": "המועצה הצביעה ביום שני לסגור את הגשר הישן",
    "Hindi": "परिषद ने सोमवार को पुराने पुल को बंद करने के लिए मतदान किया",
    "Chinese": "市议会星期一投票决定关闭河上的旧桥，为期两年。",
    "Japanese": "市議会は月曜日、古い橋を閉鎖することを決めた。カメラとビデオ。ﾊﾝｶｸ",
    "marks": "أيضاً مُدَرِّسَة ที่นี่ น้ำ हिन्दी ẹ̀kọ́ q\u0323\u0307 q\u0307\u0323 \u0301start ﾊﾞﾊﾟ ㄱㅏ",
    "expansions": "ﷺ ㍿ ㎏ ½ Ⅷ ⑩ ŉ ﬃ ǆ ẞ ﬄx ℡ ㏂ ﷲ",
    "Korean": "시의회는 월요일에 낡은 다리를 폐쇄하기로 의결했다",
    "decomposed Korean": unicodedata.normalize("NFD", "시의회는 월요일에 낡은 다리를"),
    "Thai": "สภาเมืองลงมติเมื่อวันจันทร์ให้ปิดสะพานเก่า",
    "wide": "ＴＨＥ ＣＯＵＮＣＩＬ ｖｏｔｅｄ １２",
    "astral": "plain 𝐛𝐨𝐥𝐝 😀 words 𐐀𐐨 𠀀𠀁 丽",
    "spaces": "one\u00a0two\u2009three\u3000four\u200bfive\tsix\r\nseven",
    "unseen": "of\u00adfice \u200bof\u2060 the\ufeff\u200emayor\ufe0f e\u00ad\u0301 می\u200cخواهم \u00ad",
    "escapes": "the o&#64259;ce of M&amp;S &quot;caf&eacute;&quot; AT&T; &nosuch; &#x27;",
    "underscore": "snake_case a.b@c.example 3.14 1,000",
}


def expected(text: str, **options: int) -> np.ndarray:
    sketch = MinHash(
        num_perm=options.get("num_perm", 128),
        scheme="affine32",
        seed=options.get("seed", 1),
        hashfunc=copydesk.shingle_hash,
    )
    for shingle in copydesk.shingles(text):
        sketch.update(shingle)
    return sketch.hashvalues


def signatures(texts: list[str], **options: int) -> np.ndarray:
    return sketches.sketch(sketches.as_texts(texts), Options(**options)).signatures


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_the_signature_is_what_datasketch_computes_from_the_shingles(text: str) -> None:
    assert (signatures([text])[0] == expected(text)).all()


def test_signing_does_not_load_scipy_integrate_and_the_lsh_of_datasketch_still_works() -> None:
    script = (
        "import sys; from copydesk.transforms.dedup import Options, sketches; sketches.permutations(Options());"
        "assert 'scipy.integrate' not in sys.modules;"
        "from datasketch import MinHashLSH; found = MinHashLSH(threshold=0.5, num_perm=64); print(found.b, found.r);"
        "from scipy.integrate import simpson"
    )
    assert subprocess.check_output([sys.executable, "-c", script], text=True).split() == ["14", "4"]


def test_texts_of_every_kind_in_one_batch_do_not_disturb_each_other() -> None:
    batch = list(SAMPLES.values()) * 3
    random.Random(5).shuffle(batch)
    assert (signatures(batch) == np.array([expected(text) for text in batch])).all()


def test_the_signature_follows_num_perm_and_seed() -> None:
    text = SAMPLES["English"]
    assert (signatures([text], num_perm=64, seed=9)[0] == expected(text, num_perm=64, seed=9)).all()


def test_random_characters_of_all_planes_are_signed_as_defined() -> None:
    rng = random.Random(11)
    pools = [
        range(0x20, 0x7F),
        range(0x80, 0x500),
        range(0x600, 0x3100),
        range(0x3100, 0xD800),
        range(0xE000, 0x10000),
        range(0x10000, 0x20000),
        range(0x20000, 0x30000),
    ]
    texts = []
    for _ in range(300):
        letters = (
            chr(rng.choice(rng.choice(pools))) if rng.random() < 0.85 else " "
            for _ in range(rng.randint(0, 60))
        )
        texts.append("".join(letters))
    assert (signatures(texts) == np.array([expected(text) for text in texts])).all()


def test_stories_are_signed_as_defined() -> None:
    room = newsroom.Newsroom(3, stories=5, singles=5)
    assert (signatures(room.texts) == np.array([expected(text) for text in room.texts])).all()


def test_a_batch_signs_the_same_as_a_slice_of_another_array() -> None:
    texts = [text for name, text in SAMPLES.items() if name != "escapes"]  # See `as_texts`.
    longer = pa.array(["before", *texts, "after"], pa.large_string()).slice(1, len(texts))
    assert (sketches.sketch(longer, Options()).signatures == signatures(texts)).all()


def test_letters_that_look_the_same_after_normalisation_make_the_same_words() -> None:
    assert shingle_definition.words(
        "ﬁrst ＴＷＯ Stra\u00dfe cafe\u0301"
    ) == shingle_definition.words("FIRST two STRASSE caf\u00e9")


def test_scripts_without_spaces_give_a_word_per_character() -> None:
    assert shingle_definition.words("旧桥 ok ビル") == ["旧", "桥", "ok", "ビ", "ル"]


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11),
    reason="the packaged table was made from the Unicode data of Python 3.11",
)
def test_the_packaged_character_table_is_what_the_rule_gives() -> None:
    for made, packed in zip(unicode_tables.build(), unicode_tables.table(), strict=True):
        assert (made == packed).all()


def test_a_lone_surrogate_is_read_as_a_question_mark() -> None:
    assert (signatures(["one \ud800 two three"])[0] == expected("one ? two three")).all()
