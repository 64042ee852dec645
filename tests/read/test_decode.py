"""Bytes become text: which encoding is used, and what is refused."""

from __future__ import annotations

import pytest

from copydesk.transforms.article import Refused
from copydesk.transforms.encodings import decode as decoding
from copydesk.transforms.encodings.decode import decode

FRENCH = (
    "Le ministère a annoncé que l'été serait très chaud, d'après les prévisions. Les élèves sont déçus. "
    * 3
)
RUSSIAN = (
    "Сегодня утром министр объявил о новых мерах, передаёт агентство. Жители города удивлены. " * 3
)
CHINESE = "今天上午，部长宣布了新措施。市民感到惊讶。" * 5
JAPANESE = "今朝、大臣は新しい対策を発表した。市民は驚いている。" * 4


def read(raw: bytes, declared: str | None = None, *, html: bool = False) -> tuple[str, str]:
    found = decode(raw, declared=declared, html=html)
    return found.text, found.evidence


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (FRENCH, "cp1252", "latin1"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (CHINESE, "gb18030", "gb2312"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
    ],
)
def test_a_declared_encoding_is_used(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), declared=label, html=False).text == text
    assert decode(text.encode(codec), declared=label, html=False).how == "declared"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FRENCH, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        (CHINESE, "big5hkscs"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "cp932"),
    ],
)
@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_without_a_true_declaration_the_guess_is_right_and_says_it_is_one(
    text: str, codec: str, declared: str | None
) -> None:
    found = decode(text.encode(codec, "ignore"), declared=declared, html=False)
    assert found.text == text.encode(codec, "ignore").decode(codec)
    assert found.evidence.endswith("(guessed)")


@pytest.mark.parametrize(
    ("text", "codec"), [(RUSSIAN, "cp1251"), (CHINESE, "gb18030"), (JAPANESE, "cp932")]
)
def test_latin1_is_not_believed_if_every_letter_would_have_an_accent(text: str, codec: str) -> None:
    assert decode(text.encode(codec), declared="latin1", html=False).text == text


def test_utf8_declared_as_latin1_is_utf8() -> None:
    assert read(FRENCH.encode(), "iso-8859-1") == (FRENCH, "utf-8")


def test_labels_mean_what_they_mean_to_browsers() -> None:
    assert read(b"\x93Rain\x94", "iso-8859-1") == ("“Rain”", "windows-1252")


def test_a_byte_order_mark_wins_over_a_declaration() -> None:
    assert read(b"\xef\xbb\xbfna\xc3\xafve", "koi8-r") == ("naïve", "utf-8")


def test_a_byte_order_mark_that_does_not_fit_is_ignored() -> None:
    assert read(b"\xff\xfe" + FRENCH.encode())[0] == FRENCH


def test_the_http_header_wins_over_the_meta_tag() -> None:
    page = b"<meta charset=koi8-r><p>caf\xe9"
    assert read(page, "windows-1252", html=True)[0].endswith("café")


def test_a_meta_tag_inside_a_comment_declares_nothing() -> None:
    page = b"<!-- <meta charset=big5> --><meta charset=windows-1251><p>" + RUSSIAN.encode("cp1251")
    assert read(page, html=True)[1] == "windows-1251"


def test_a_meta_tag_that_says_utf16_in_ascii_is_ignored() -> None:
    assert read(b"<meta charset=utf-16><p>rain", html=True)[0].endswith("rain")


@pytest.mark.parametrize(
    "label",
    ["utf-7", "unicode_escape", "rot13", "zip", "idna", "hex", "no-such", "\x00", "x" * 10_000],
)
def test_a_label_that_names_no_encoding_of_the_web_is_ignored(label: str) -> None:
    assert read(b"+ADw-script+AD4- \\u0041", label) == ("+ADw-script+AD4- \\u0041", "utf-8")


def test_utf16_without_a_mark_is_recognised_by_its_zeros() -> None:
    assert read(FRENCH.encode("utf-16-be")) == (FRENCH, "utf-16be (guessed)")


def test_a_text_cut_inside_a_character_loses_only_that_character() -> None:
    text, evidence = read(FRENCH.strip().encode() + "é".encode()[:1])
    assert text == FRENCH.strip() + "\ufffd"
    assert evidence == "utf-8 (repaired)"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (bytes(300), "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.4 text", "binary"),
        (b"\x89PNG\r\n\x1a\n", "binary"),
        (bytes(range(32)) * 50, "binary"),
        ("\ufffd".encode() * 50, "misencoded"),
    ],
)
def test_what_is_not_text_is_refused_by_name(raw: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        decode(raw, declared=None, html=False)
    assert (refused.value.step, refused.value.reason) == ("decode", reason)


def test_a_text_is_never_more_than_one_hundredth_replacement_characters() -> None:
    broken = FRENCH.encode() + b"\xff" * 9
    with pytest.raises(Refused):
        decode(broken, declared="utf-8", html=False)


@pytest.mark.parametrize("declared", [None, "utf-8", "latin1"])
@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize(
    "raw",
    [
        b"It rained in Oslo.",
        FRENCH.encode(),
        CHINESE.encode(),
        "Rain \ufffd".encode(),
        "\ufeffRain".encode(),
        b"<meta charset='koi8-r'>Rain",
        b"\x1b$B rain",
        b"Rain\x00",
        b"ID3 and rain",
        FRENCH.encode("cp1252"),
    ],
)
def test_the_short_way_of_decoding_gives_what_the_long_way_gives(
    monkeypatch: pytest.MonkeyPatch, raw: bytes, declared: str | None, html: bool
) -> None:
    def outcome() -> object:
        try:
            return decode(raw, declared=declared, html=html)
        except Refused as refused:
            return str(refused)

    short = outcome()
    monkeypatch.setattr(decoding, "_plain_utf8", lambda *_arguments, **_options: None)
    assert short == outcome()


CENTRAL_EUROPEAN = {
    "Czech": "Žádná změna: městská rada schválila opravu mostu přes řeku, řekl mluvčí. Může začít hned.",
    "Slovak": "Mestské zastupiteľstvo schválilo opravu mosta. Práce začnú v pondelok, povedal hovorca. Škola ešte zostane zatvorená.",
    "Polish": "Rada miasta Łodzi zgodziła się na naprawę mostu. Śledztwo trwa, powiedział rzecznik we środę. Również szkoła.",
    "Polish question": "Jak często wietrzą mieszkania mieszkańcy miast? I czy boją się przeciągów? Zapytała o to spółdzielnia.",
    "Hungarian": "A városi tanács jóváhagyta a híd felújítását, közölte a szóvivő. Az őszi munkák két hónapig tartanak, írta az újság.",
    "Slovenian": "Občinski svet je včeraj odobril obnovo mostu čez reko. Župan je dejal, da bo šola še danes zaprta.",
}


@pytest.mark.parametrize("codec", ["iso8859-2", "cp1250"])
@pytest.mark.parametrize("language", CENTRAL_EUROPEAN)
def test_undeclared_central_european_text_is_not_taken_for_western(
    language: str, codec: str
) -> None:
    text = CENTRAL_EUROPEAN[language]
    assert decode(text.encode(codec), declared=None, html=False).text == text


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (
            "Belediye başkanı köprünün onarılacağını açıkladı. Işıklar söndü, dedi görevli.",
            "cp1254",
        ),
        (
            "Miesto taryba pirmadienį patvirtino tilto remontą. Šiaulių gyventojai džiaugiasi.",
            "cp1257",
        ),
        (
            "El alcalde anunció la reapertura. ¿Cuándo empezarán? La niña llegó tarde, según él.",
            "cp1252",
        ),
        (
            "The café in São Paulo charged £5 and €6 – “too much”, said Zoë Müller of the façade.",
            "cp1252",
        ),
        (
            "Bæjarstjórn tilkynnti á mánudag að brúin yrði lokuð. Það er gott, sagði talsmaður.",
            "cp1252",
        ),
    ],
)
def test_undeclared_text_gets_the_encoding_whose_letters_one_language_has(
    text: str, codec: str
) -> None:
    assert decode(text.encode(codec), declared=None, html=False).text == text
