from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from copydesk.transforms.stories import Options, group_stories
from tests.stories.newsroom import agreement, event, newsroom, notice

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))


def stories(rows: list[dict[str, object]], **options: object) -> list[int]:
    found = group_stories(
        [row["text"] for row in rows],
        titles=[row.get("title") for row in rows],
        published_at=[row.get("published_at") for row in rows],
        options=Options(**options),
    )
    assert found["row"].to_pylist() == list(range(len(rows)))
    return found["story"].to_pylist()


def test_rewrites_of_one_event_share_a_story_and_nothing_else_joins():
    rows = newsroom(n_events=8, told=4, n_notices=100)
    found = stories(rows)
    assert agreement([row["event"] for row in rows], found) > 0.95
    assert len({found[place] for place, row in enumerate(rows) if row["event"] is None}) == 100


TWO_FERRIES = (
    "The ferry Maren struck a sandbank off Kolsnes on Tuesday night with 84 people on board. Skipper Tor Vik said the fog had come in "
    "within minutes; the lifeboat from Ona took off a school choir first.",
    'A school choir was among 84 people rescued by the Ona lifeboat after fog sent the Maren onto a sandbank. "It came within minutes," '
    "skipper Tor Vik told reporters in Kolsnes.",
    "Engine failure left the car ferry Balear Rapido drifting for six hours outside Palma. Tugs towed her back on Wednesday; owner Rotger "
    "Lines offered 1,150 passengers a refund.",
    "Rotger Lines will refund 1,150 passengers of the Balear Rapido, which drifted outside Palma for six hours before tugs reached her. "
    "The company blames a fuel pump.",
)


def test_two_events_of_one_kind_are_two_stories():
    assert stories([{"text": text} for text in TWO_FERRIES]) == [0, 0, 2, 2]


def test_the_order_of_the_input_changes_no_group():
    rows = newsroom(n_events=12, told=3, n_notices=30)
    for dated in (True, False):
        given = rows if dated else [{**row, "published_at": None} for row in rows]
        groups = {
            frozenset(i for i, s in enumerate(found) if s == story)
            for found in [stories(given)]
            for story in found
        }
        for seed in range(3):
            order = list(range(len(rows)))
            random.Random(seed).shuffle(order)
            found = stories([given[place] for place in order])
            assert {
                frozenset(order[i] for i, s in enumerate(found) if s == story) for story in found
            } == groups


def test_a_story_is_named_by_its_first_row():
    found = stories(newsroom(n_events=4, told=3, n_notices=4))
    assert all(found[story] == story <= row for row, story in enumerate(found))


def test_the_first_four_seeds_are_one_story():
    found = stories([{"text": path.read_text(encoding="utf-8")} for path in SEEDS])
    assert len(set(found[:4])) == 1


def test_the_seeds_stay_one_story_among_other_news():
    rows = [{"text": path.read_text(encoding="utf-8")} for path in SEEDS]
    rows += [{"title": title, "text": text} for n in range(12) for title, text in event(n, 2)]
    found = stories(rows)
    assert len(set(found[:4])) == 1
    assert not set(found[:5]) & set(found[5:])


def test_two_dated_articles_further_apart_than_the_window_are_two_stories():
    (title, one), (_, two) = event(3, 2)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for hours, expected in ((71, 1), (73, 2)):
        rows = [
            {"title": title, "text": one, "published_at": at},
            {"title": title, "text": two, "published_at": at + timedelta(hours=hours)},
        ]
        assert len(set(stories(rows))) == expected


def test_a_pair_with_an_undated_side_counts_as_inside_the_window():
    (title, one), (_, two) = event(3, 2)
    rows = [
        {"title": title, "text": one, "published_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"title": title, "text": two},
    ]
    assert len(set(stories(rows))) == 1


def test_an_undated_article_is_compared_with_the_most_recent_ones_only():
    (_, one), (_, two) = event(3, 2)
    texts = [one, two, *(notice(n)[1] for n in range(40))]
    assert len(set(stories([{"text": text} for text in texts]))) == 41
    # Undated texts are ordered by their hashes, so a window of one separates some of them.
    far_apart = 0
    for n in range(8):
        found = stories([{"text": text} for text in [*texts, f"{n}"]], undated_window=1)
        far_apart += found[0] != found[1]
    assert far_apart


def test_titles_help_if_texts_are_short():
    titles = [
        "Quillford ferry runs aground off Sundhamn",
        "Ferry from Quillford aground near Sundhamn",
    ]
    texts = ["Nobody was hurt, the company said.", "All on board are safe."]
    assert stories([{"title": t, "text": x} for t, x in zip(titles, texts, strict=True)]) == [0, 0]


@pytest.mark.parametrize(
    ("one", "two", "other"),
    [
        (
            "台风“海燕”星期三在福建省宁德市登陆,造成三十二人受伤,数千户停电。市长陈国华说,救援人员正在清理道路。",
            "福建宁德市长陈国华星期三表示,台风“海燕”登陆后数千户停电,三十二人受伤,道路清理正在进行。",
            "中央银行宣布下调存款准备金率,股市应声上涨,分析师认为流动性将保持充裕。",
        ),
        (
            "台風7号は水曜日、宮崎県日南市に上陸し、三十二人がけがをした。市長の高橋氏は停電が続くと述べた。",
            "宮崎県日南市の高橋市長は水曜日、台風7号の上陸で三十二人がけがをし、停電が続いていると語った。",
            "日銀は金融政策決定会合で金利の据え置きを決めた。円相場は小幅に下落した。",
        ),
        (
            "Паром «Волна» сел на мель у Калининграда, сообщил капитан порта Игорь Сомов. Пассажиры ждут эвакуации.",
            "Пассажиры парома «Волна», севшего на мель у Калининграда, ждут эвакуации, заявил капитан порта Сомов.",
            "Центробанк сохранил ключевую ставку, рубль укрепился к доллару и евро.",
        ),
        (
            "جنحت العبارة البيضاء قرب ميناء اللاذقية صباح الأربعاء وقال مدير الميناء سامر حداد إن الركاب بخير",
            "قال سامر حداد مدير ميناء اللاذقية إن ركاب العبارة البيضاء بخير بعد جنوحها صباح الأربعاء",
            "أبقى البنك المركزي أسعار الفائدة دون تغيير وارتفعت الأسهم في ختام التعاملات",
        ),
    ],
    ids=["chinese", "japanese", "russian", "arabic"],
)
def test_other_scripts_are_compared_word_by_word_or_character_pair_by_character_pair(
    one: str, two: str, other: str
):
    assert stories([{"text": one}, {"text": two}, {"text": other}]) == [0, 0, 2]


def test_a_mangled_encoding_does_not_hide_a_story():
    text = "Zoë Müller-Brontë führte die Größe des Übergangs nach Düsseldorf, sagte François Lefèvre in Besançon."
    other = "François Lefèvre nannte in Besançon die Größe des Übergangs, den Zoë Müller-Brontë nach Düsseldorf führte."
    mangled = other.encode().decode("cp1252", "replace")
    assert stories([{"text": text}, {"text": mangled}]) == [0, 0]


def test_empty_and_absent_texts_are_stories_of_their_own_kind():
    assert stories([{"text": ""}, {"text": "One."}, {"text": "Storm Ada hit Vik church."}])[1:] == [
        1,
        2,
    ]
    assert group_stories([]).num_rows == 0
    assert group_stories([None, "Rain."]).num_rows == 2


def test_texts_of_one_repeated_word_are_grouped():
    rows = [
        {"text": "word " * 1_000_000},
        {"text": "word " * 999_999},
        {"text": "字" * 1_000_000},
        {"text": "\ud800 lone"},
        {"text": "\x00"},
    ]
    assert len(stories(rows)) == 5


def test_ten_thousand_copies_cost_no_more_than_one_and_are_one_story():
    title, text = event(1, 1)[0]
    assert set(stories([{"title": title, "text": text}] * 10_000)) == {0}


def test_thousands_of_texts_that_differ_in_a_word_are_grouped():
    text = event(1, 1)[0][1]
    assert len(stories([{"text": f"{text} {n}"} for n in range(4_000)])) == 4_000


def test_arrow_columns_are_taken_as_they_are():
    rows = newsroom(n_events=4, told=2, n_notices=2)
    table = pa.Table.from_pylist(rows)
    found = group_stories(table["text"], titles=table["title"], published_at=table["published_at"])
    assert found["story"].to_pylist() == stories(rows)


def test_inputs_of_unequal_length_are_refused_by_name():
    with pytest.raises(ValueError, match="titles has 1 entries for 2 texts"):
        group_stories(["a", "b"], titles=["a"])
    with pytest.raises(ValueError, match="threshold is 0"):
        Options(threshold=0)
