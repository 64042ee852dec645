"""What cleaning promises besides its rules.

These tests cover switches, corrections, stages, the page of rules, and the command.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.flows.cli import main
from copydesk.transforms import clean, ledger
from copydesk.transforms.clean import rule_set
from copydesk.transforms.clean.rules_page import markdown
from copydesk.transforms.ledger import Cut

from .articles import ARTICLES

DOCS = Path(__file__).parents[2] / "docs"


def left(text: str, **options: object) -> list[str]:
    return ledger.lines(text, clean.clean(text, **options))  # type: ignore[arg-type]


def test_lines_of_template_words_stay_if_one_of_their_possible_categories_is_off() -> None:
    line = "Create a free account to read on"
    assert left(f"It rained.\n{line}") == ["It rained."]
    off = clean.Options(disabled=("newsletter",))
    assert left(f"It rained.\n{line}", options=off) == ["It rained.", line]


def test_a_correction_is_cut_and_becomes_a_column() -> None:
    text = "The bridge is open.\nCorrection: An earlier version misspelled the name of the port."
    removed = clean.clean(text)
    assert ledger.apply(text, removed) == "The bridge is open."
    assert clean.corrections(text, removed) == (
        "Correction: An earlier version misspelled the name of the port.",
    )


@pytest.mark.parametrize("switch", ["comment_prompt", "comments"])
def test_a_rule_or_a_category_can_be_switched_off(switch: str) -> None:
    # Other rules match the same line, too.
    options = clean.Options(disabled=(switch, "comment_line_en", "template_words_en"))
    assert left("It rained.\nLeave a Comment\nAdvertisement", options=options) == [
        "It rained.",
        "Leave a Comment",
    ]


def test_one_rule_of_a_disabled_category_can_stay_on() -> None:
    options = clean.Options(disabled=("ads", "comments"), enabled=("comment_prompt",))
    assert left("It rained.\nLeave a Comment\nAdvertisement", options=options) == [
        "It rained.",
        "Advertisement",
    ]


def test_a_language_can_be_switched_off() -> None:
    assert left("Es regnete.\nAnzeige", options=clean.Options(disabled=("de",))) == [
        "Es regnete.",
        "Anzeige",
    ]


def test_boilerplate_glued_to_a_paragraph_goes_and_the_paragraph_stays() -> None:
    assert left("The river rose again at noon. Read more: Council votes on the dam") == [
        "The river rose again at noon."
    ]


@pytest.mark.parametrize(
    ("language", "prompt"),
    [
        ("en", "Click here to subscribe to our newsletter"),
        ("de", "Jetzt Newsletter abonnieren"),
        ("fr", "Abonnez-vous à notre newsletter"),
        ("pl", "Zapisz się na newsletter"),
        ("ru", "Подписывайтесь на наш канал в Telegram"),
    ],
)
def test_a_prompt_glued_to_the_end_of_a_paragraph_goes_without_its_sentence(
    language: str, prompt: str
) -> None:
    first, second, third = ARTICLES[language]
    assert left(f"{first}\n{second} {prompt}\n{third}") == [first, second, third]
    assert left(f"{first}\n{second}\n{third} {prompt}") == [first, second, third]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "What do you think? Have your say in the comments below"),
        ("de", "Was denken Sie darüber? Schreiben Sie uns Ihre Meinung"),
        ("ru", "А что вы думаете? Пишите в комментариях"),
        ("hu", "Mi a véleményed? Írd meg kommentben!"),
    ],
)
def test_a_line_of_two_prompts_goes_above_and_below_the_article(language: str, line: str) -> None:
    article = list(ARTICLES[language])
    assert left("\n".join([line, *article])) == article
    assert left("\n".join([*article, line])) == article


def test_a_line_of_a_prompt_and_a_sentence_stays() -> None:
    line = "What do you think? The mayor asked that the council answer by Monday"
    assert line in left("\n".join([*ARTICLES["en"], line]))


def test_thai_paragraphs_below_a_heading_in_the_article_stay() -> None:
    prose = [
        "เจ้าหน้าที่สูบน้ำออกจากตลาดจนถึงเช้า และยังไม่ได้เปิดถนน",
        "ทางเมืองระบุว่าไม่มีผู้บาดเจ็บ แต่ถนนสามสายจะปิดต่อไป",
        "สภาจะหารือว่าใครจะจ่ายค่าเสียหายในวันพุธ",
    ]
    assert left("\n".join([*ARTICLES["th"], "ข่าวที่เกี่ยวข้อง", *prose])) == [
        *ARTICLES["th"],
        *prose,
    ]


def test_thai_headlines_below_a_heading_go() -> None:
    titles = ["เปิดสะพานใหม่หลังสร้างสามปี", "เรือประมงกลับท่าหลังหยุดงาน", "ร้านขนมปังคว้ารางวัลระดับชาติ"]
    assert left("\n".join([*ARTICLES["th"], "ข่าวที่เกี่ยวข้อง", *titles])) == list(ARTICLES["th"])


def test_a_menu_above_a_headline_of_twelve_words_goes_whole() -> None:
    headline = "La crue détruit le vieux mur de la ville en une nuit"
    menu = ["Accueil", "Politique", "Économie", "Sport", "Culture", "Météo", "Vidéos"]
    assert left("\n".join([*menu, headline, *ARTICLES["fr"]])) == [headline, *ARTICLES["fr"]]


def test_form_fields_are_cut_only_next_to_a_form() -> None:
    assert left("Bring three things.\nName\nEmail") == ["Bring three things.", "Name", "Email"]
    assert left("The end of it.\nLeave a Reply\nName *\nEmail *\nWebsite") == ["The end of it."]


def test_template_lines_of_the_outlet_go_whatever_their_white_space() -> None:
    assert left(
        "It rained.\n  Wind and water  by the gauge",
        templates=frozenset({"Wind and water by the gauge"}),
    ) == ["It rained."]


def test_a_stage_cuts_only_what_earlier_stages_left() -> None:
    text = "Menu\nIt rained.\nLeave a Comment"
    earlier = ledger.cut(text, (), [Cut(0, "line_model", 1)])
    removed = clean.clean(text, removed=earlier, kind="page")
    assert [r.rule for r in removed] == ["comment_prompt"]
    assert ledger.apply(text, (*earlier, *removed)) == "It rained."


def test_the_line_model_cuts_nothing_if_the_rules_find_nothing() -> None:
    text = "It rained all day in the valley, and the river rose.\nTen bridges to see this summer\nFive soups\nThe best boats"
    assert clean.clean(text) == ()


def test_a_list_of_other_stories_below_the_article_goes_with_its_heading() -> None:
    prose = "The river rose again at noon, and the lock at Mill Town was closed."
    assert left(
        f"{prose}\nRelated Articles\nTen bridges to see this summer\nWhy the ferries are late again\nPrivacy Policy"
    ) == [prose]


def test_a_menu_above_the_article_goes_and_the_headline_stays() -> None:
    article = ["Storm", "The river rose again at noon, and the lock at Mill Town was closed."]
    assert (
        left(
            "\n".join(
                ["Skip to content", "Menu", "World", "Harbour", "Log in", "Subscribe", *article]
            )
        )
        == article
    )


def test_results_and_bylines_below_the_article_stay() -> None:
    prose = "The river rose again at noon, and the lock at Mill Town was closed."
    assert left(f"{prose}\nLock City 61\nMill Town 58\nLeave a Comment") == [
        prose,
        "Lock City 61",
        "Mill Town 58",
    ]
    assert left(f"{prose}\nRead more: The dam\nBy Ana Ruiz of the Harbour Post") == [
        prose,
        "By Ana Ruiz of the Harbour Post",
    ]


def test_the_page_of_rules_is_current() -> None:
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    assert page.startswith(markdown().rstrip()), "run `python -m docs.generate`"


def test_the_command_lists_rules_with_their_examples() -> None:
    result = CliRunner().invoke(main, ["rules", "--category", "comments", "--language", "en"])
    assert result.exit_code == 0
    assert "comment_prompt  (comments; en; version 1)" in result.output
    assert "    must go:  Leave a Comment" in result.output
    assert "photo_credit" not in result.output


def test_the_command_prints_json_for_machines() -> None:
    result = CliRunner().invoke(main, ["rules", "--rule", "photo_credit", "--json"])
    [record] = json.loads(result.output)
    assert record["category"] == "photo"
    assert "Credit: DepositPhotos" in record["drops"]


def test_the_command_names_what_is_known_when_asked_for_the_unknown() -> None:
    result = CliRunner().invoke(main, ["rules", "--category", "adverts"])
    assert result.exit_code == 2
    assert "ads" in result.output


PARAGRAPHS = (
    "The river rose again at noon on Friday, and the lock at Mill Town was closed until the evening.",
    "Boats waited below the weir, and the ferry did not run for the rest of the day, its owner said.",
)
HEADLINES = (
    "Ten bridges to see this summer",
    "Council votes on the new dam on Monday",
    "Mill Town wins the river cup again",
    "Why the ferries are late again",
    "Harbour quarter to get a new school",
)


@pytest.mark.parametrize("heading", ["Latest news", "Most read", "More news", "Related stories:"])
def test_a_heading_and_the_headlines_below_it_go_whole_without_blank_lines(heading: str) -> None:
    assert left("\n".join([*PARAGRAPHS, heading, *HEADLINES])) == list(PARAGRAPHS)


def test_headlines_below_a_heading_go_in_other_languages() -> None:
    text = [
        "Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt, sagte die Stadt.",
        "Die Boote warteten unter dem Wehr, und die Fähre fuhr nicht mehr, sagte ihr Besitzer.",
    ]
    run = ["Lesen Sie auch", "Warum die Fähren zu spät kommen", "Rat stimmt über den Damm ab"]
    assert left("\n".join([*text, *run])) == text


def test_labels_below_a_heading_go_with_the_headlines_among_them() -> None:
    run = ["Latest news", "Storm", "Sport", HEADLINES[0]]
    assert left("\n".join([*PARAGRAPHS, *run])) == list(PARAGRAPHS)


@pytest.mark.parametrize("at_end", [True, False])
def test_a_heading_whose_list_is_gone_does_not_stay_alone(at_end: bool) -> None:
    run = ["What others read:", "Related: The dam", "Also read: The mill"]
    parts = [*PARAGRAPHS, *run] if at_end else [PARAGRAPHS[0], *run, PARAGRAPHS[1]]
    assert left("\n".join(parts)) == list(PARAGRAPHS)


@pytest.mark.parametrize("marks", ['""', "“”"])
def test_a_line_with_a_colon_stays_if_a_quotation_follows(marks: str) -> None:
    quoted = f"{marks[0]}The dam will hold,{marks[1]} the mayor said on Friday."
    parts = [*PARAGRAPHS, "The mayor said this:", "Related: The dam", "Also read: The mill", quoted]
    assert left("\n".join(parts)) == [*PARAGRAPHS, "The mayor said this:", quoted]


@pytest.mark.parametrize(
    "text",
    [
        "Rain fell.\nRead more books, she said.",
        "The lock is shut. Sign up for the race, the club said.\nThe river rose at noon.",
        "Mill Town lock closes as river rises\nMill Town lock closes as river rises",
        "The lock at Mill Town is shut.\nFollow the river to the sea.",
    ],
)
def test_a_text_of_two_lines_loses_none_of_its_sentences(text: str) -> None:
    assert left(text) == text.split("\n")


def test_a_text_of_two_lines_loses_its_boilerplate() -> None:
    assert left("Rain fell.\nRead more: The dam") == ["Rain fell."]


def test_a_paragraph_with_a_dateline_loses_the_credit_at_its_end() -> None:
    text = f"MILL TOWN, Jan 5 (Reuters) - {' '.join(PARAGRAPHS)}"
    assert left(f"{text} (Reporting by Ana Ruiz; Editing by Bo Li)") == [text]


def test_the_captions_of_a_photo_essay_are_its_text() -> None:
    captions = [
        f"The keeper of lighthouse {n} opens the door at dawn, before the boat comes. (Photo: Bo Li)"
        for n in range(1, 7)
    ]
    essay = "\n".join(["A week on the islands.", *captions])
    assert clean.clean(essay, kind="page") == ()
    report = "\n".join(["The boat to the islands was late again on Monday. " * 12, *captions])
    assert [cut.rule for cut in clean.clean(report, kind="page")] == ["caption_with_credit"] * 6


def test_nothing_more_is_cut_from_paragraphs_that_have_lost_their_credit() -> None:
    lead = (
        "HARBOUR (Reuters) - The river rose by a metre before noon, " + "and the mill stopped " * 8
    )
    body = "The barges waited below the lock. " * 30 + "(Reporting by Ana Ruiz; Editing by Bo Li)"
    text = f"{lead}.\n\n{body}"
    removed = clean.clean(text)
    assert [r.text.strip() for r in removed] == ["", "(Reporting by Ana Ruiz; Editing by Bo Li)"]
    assert clean.clean(ledger.apply(text, removed)) == ()


def test_labels_that_are_remembered_for_other_documents_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_set, "_MANY_LABELS", 40)
    monkeypatch.setattr(rule_set, "_LABELS_BETWEEN_COUNTS", 10)
    for number in range(10):
        menu = [f"Harbour {number}-{entry}" for entry in range(8)]
        for language, prompt in (("en", "Leave a comment"), ("de", "Kommentar schreiben")):
            prose = {
                "en": "It rained in the old town all day, and the river rose by a metre.",
                "de": "Der Fluss stieg in der Nacht um einen Meter, und die Brücke blieb gesperrt.",
            }[language]
            text = "\n".join([prose, prose.replace("river", "sea"), *menu, prompt])
            assert prompt in [removal.text.strip() for removal in clean.clean(text)]
    assert sum(map(len, rule_set._LABELS)) <= 80  # Of 160 labels.


LEADS = {
    "en": ("Heavy rain breaks the old wall", "Photo: Bo Li/Getty Images"),
    "de": ("Regen zerstört die alte Stadtmauer", "(Foto: Bo Li/dpa)"),
    "fr": ("La pluie détruit le vieux mur de la ville", "Crédit photo : Bo Li / AFP"),
}


@pytest.mark.parametrize("language", LEADS)
def test_a_lead_with_a_photo_credit_at_its_end_loses_only_the_credit(language: str) -> None:
    title, credit = LEADS[language]
    lead, *others = ARTICLES[language]
    assert left("\n".join([title, f"{lead} {credit}", *others])) == [title, lead, *others]


def test_a_caption_above_the_lead_goes_with_its_credit() -> None:
    title, lead, *others = LEADS["en"][0], *ARTICLES["en"]
    caption = "A woman looks at the water on Tuesday. Her street was spared. (AP Photo/Bo Li)"
    assert left("\n".join([title, caption, lead, *others])) == [title, lead, *others]


def test_a_paragraph_with_a_quotation_loses_only_the_credit() -> None:
    quoted = '"We have waited long enough," said Anna Berg, who sells cheese.'
    first, *others = ARTICLES["en"]
    text = "\n".join([first, f"{quoted} Photo: Bo Li/Reuters", *others])
    assert left(text) == [first, quoted, *others]


def test_a_paragraph_behind_a_label_for_photos_stays() -> None:
    line = "图片来源：港口日报 镇上的老桥周一重新开放。镇长说，修缮花了三年时间。"
    assert line in left("\n".join([*ARTICLES["zh"], line]))


@pytest.mark.parametrize(
    ("language", "heading", "titles"),
    [
        ("en", "Read also", ["Bridge opens early"]),
        ("pl", "Czytaj także", ["Most otwarty wcześniej", "Ceny znów rosną"]),
    ],
)
def test_short_titles_below_a_heading_go_if_the_article_has_no_subheadings(
    language: str, heading: str, titles: list[str]
) -> None:
    first, second, third = ARTICLES[language]
    assert left("\n".join([first, heading, *titles, second, third])) == [first, second, third]
    subheading = "Bridge of sighs"
    kept = left("\n".join([first, heading, *titles, second, subheading, third]))
    assert kept == [first, *titles, second, subheading, third]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "5 min read | May 11, 2024, 6:14 p.m. ET"),
        ("cs", "13. 5. 2024 16:40 (aktualizováno 17:05)"),
        ("nl", "Vandaag om 14:12 Aangepast 15:03"),
    ],
)
def test_a_time_stamp_of_several_parts_goes(language: str, line: str) -> None:
    assert left("\n".join([*ARTICLES[language], line])) == list(ARTICLES[language])


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("de", "Wer folgt wem auf Instagram?"),
        ("el", "Ποιος ακολουθεί ποιον στο Instagram;"),
        ("hi", "फोटो प्रदर्शनी शुरू"),
    ],
)
def test_a_question_about_followers_and_a_heading_about_photos_stay(
    language: str, line: str
) -> None:
    assert line in left("\n".join([*ARTICLES[language], line, *ARTICLES[language]]))
