"""Lines of several parts, lines below the headline, and parts behind a sentence."""

from __future__ import annotations

import pytest

from copydesk.transforms import clean, ledger

from .articles import ARTICLES

# None of these words is in an article of `ARTICLES`.
HEADLINE = {
    "en": "Council counts the cost after the flood",
    "de": "Stadt zählt nach der Flut die Kosten",
    "nl": "Stad telt na de vloed de kosten",
    "zh": "洪水过后城市清点损失",
    "it": "Il Comune conta i danni dopo la piena",
    "ko": "홍수 뒤 시가 피해를 집계했다",
}


def left(*lines: str) -> list[str]:
    text = "\n".join(lines)
    return ledger.lines(text, clean.clean(text))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Would you move house? Tell us in the comments"),
        ("de", "Würden Sie umziehen? Diskutieren Sie mit!"),
        ("uk", "Чи переїхали б ви? Пишіть у коментарях"),
        ("ko", "이사를 하시겠습니까? 댓글을 남겨주세요"),
        ("zh", "你会搬家吗？欢迎在评论区留言"),
    ],
)
def test_a_question_before_a_prompt_goes_with_it(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert left(line, *article) == list(article)
    assert left(*article, line) == list(article)


@pytest.mark.parametrize(
    "line",
    [
        "Would you move house? Forty families had to",
        "Share or delete? Pupils and their pictures",
        "Reporter in Rome injured",
    ],
)
def test_a_question_before_news_and_a_headline_with_a_job_stay(line: str) -> None:
    assert line in left(*ARTICLES["en"], line, *ARTICLES["en"])


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "12 comments – join the conversation"),
        ("en", "Required fields are marked * Name * Email * Website"),
        ("da", "Navn * E-mail * Hjemmeside"),
        ("en", "Senior reporter at the Harbour Post since 2015. Covers housing and transport"),
        ("sv", "Ana Ruiz, reporter på Hamnposten sedan 2015"),
        ("it", "Giornalista, si occupa di porti e di pesca"),
        ("ar", "مراسل في المرفأ منذ 2015"),
    ],
)
def test_prompts_fields_and_statements_in_one_line_go(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert left(*article, line) == list(article)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "Om deze kaart te zien moet je cookies toestaan"),
        ("de", "Alles im Blick: installieren Sie unsere App"),
        ("zh", "对此你有什么想法？欢迎在评论区留言"),
    ],
)
def test_a_prompt_between_the_headline_and_the_lead_goes(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert left(HEADLINE[language], line, *article) == [HEADLINE[language], *article]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("it", "(ANSA) © Riproduzione riservata"),
        ("en", "[Photo=Reuters]"),
        ("ko", "[사진=연합뉴스]"),
    ],
)
def test_a_credit_below_the_headline_is_no_dateline(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert left(HEADLINE[language], line, *article) == [HEADLINE[language], *article]


@pytest.mark.parametrize(
    ("language", "behind"),
    [
        ("en", "Do you want more of these? Sign up for our free newsletter"),
        ("en", "Published 12 March 2024, 10:45"),
        ("en", "© 2024 Harbour Post. All rights reserved."),
        ("de", "(dpa/hp)"),
        ("hi", "हमें फेसबुक पर फॉलो करें"),
    ],
)
def test_prompts_stamps_and_credits_behind_a_sentence_go(language: str, behind: str) -> None:
    first, second, third = ARTICLES[language]
    assert left(first, f"{second} {behind}", third) == [first, second, third]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Why readers cancel their subscriptions"),
        ("cs", "Aplikace nic nestojí, říká ministerstvo"),
        ("tr", "Okurlar neden aboneliğini iptal ediyor"),
        ("ko", "인스타그램에서 누가 누구를 팔로우하는지 판사가 물었다."),
        ("hi", "इंस्टाग्राम पर कौन किसे फॉलो करता है? यही सवाल अदालत में उठा।"),
        ("hr", "Aplikacija upozorava ribare na buru."),
        ("pt", "Leia-se o contrato"),
        ("bn", "কপিরাইট মানচিত্রও রক্ষা করে, বলেছেন আদালত।"),
    ],
)
def test_news_about_apps_networks_and_rights_stays(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert line in left(*article, line, *article)


@pytest.mark.parametrize(
    ("language", "prompt", "sentence"),
    [
        ("en", "Sign in or create an account to continue reading.", "A decision is expected in July, after the dam has been inspected."),
        ("en", "© 2024 Harbour Media Ltd. All rights reserved.", "A decision is expected in July, after the dam has been inspected."),
        ("en", "Subscribe to our newsletter", "The river rose to four metres at noon, the harbour master said."),
        ("de", "Dieser Artikel ist nur für Abonnenten zugänglich.", "Der Fluss stieg am Mittag auf vier Meter, wie die Stadt mitteilte."),
        ("ru", "Подпишитесь на рассылку главных новостей дня.", "К полудню река поднялась на четыре метра, сообщили в мэрии."),
    ],
)  # fmt: skip
def test_a_sentence_stays_that_is_joined_to_a_prompt(
    language: str, prompt: str, sentence: str
) -> None:
    article = ARTICLES[language]
    assert left(*article, f"{prompt} {sentence}") == [*article, sentence]


@pytest.mark.parametrize(
    ("language", "sentence", "prompt"),
    [
        ("zh", "据市政府介绍，修缮工程共花费一千二百万元。", "版权所有 © 2024 港口报。未经授权不得转载。"),
    ],
)  # fmt: skip
def test_a_sentence_stays_before_a_prompt_whose_pattern_begins_with_any_text(
    language: str, sentence: str, prompt: str
) -> None:
    article = ARTICLES[language]
    assert left(*article, f"{sentence} {prompt}") == [*article, sentence]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "© 2024 Harbour Post. All rights reserved. This material may not be published or broadcast."),
        ("en", "This story is for subscribers only. Subscribe now to read as much as you like."),
        ("de", "Möchten Sie weiterlesen? Schließen Sie jetzt ein Abo ab und lesen Sie alle Artikel."),
    ],
)  # fmt: skip
def test_a_prompt_of_several_sentences_goes_whole(language: str, line: str) -> None:
    article = ARTICLES[language]
    assert left(*article, line) == list(article)


@pytest.mark.parametrize(
    ("language", "source"), [("es", "Fuente: EFE"), ("de", "Quelle: dpa"), ("sv", "Källa: TT")]
)
def test_a_paragraph_loses_only_the_source_at_its_end(language: str, source: str) -> None:
    first, *others = ARTICLES[language]
    assert left(*others, f"{first} {source}") == [*others, first]
