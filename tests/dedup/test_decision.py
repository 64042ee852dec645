"""Different news stays, however similar it is. Copies are dropped, however edited they are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from copydesk.transforms.dedup import Options, find_duplicates
from copydesk.transforms.dedup.decision import comparison, decision_sentences, drop_conditions
from copydesk.transforms.dedup.decision.weighted_words import split_words
from tests.dedup.newsroom import articles
from tests.dedup.shelf import Shelf

START = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)


def kept(texts: Sequence[str], hours: Sequence[float] | None = None) -> list[int]:
    """Return for every text the text that is kept for it.

    The texts are an hour apart unless `hours` is given.
    """
    times = [START + timedelta(hours=h) for h in hours or range(len(texts))]
    return list(find_duplicates(texts, published_at=times).clusters["cluster"].to_pylist())


def all_stay(texts: Sequence[str], hours: Sequence[float] | None = None) -> bool:
    return kept(texts, hours) == list(range(len(texts)))


@pytest.mark.parametrize("text", ["", "Flooded", "Mill flooded", "Old mill flooded"])
def test_the_shortest_texts_have_counts_too(text: str) -> None:
    words = split_words([text, "The old mill was flooded on Monday."])
    rows = comparison.compare(words, np.array([0, 1]), np.array([1, 0]))
    assert rows.shape == (2, len(comparison.COLUMNS))
    assert np.isfinite(rows).all()


# Families of different news

TOWNS = {
    "Orlingham": ("northwest", 14, 9, 35, "showers along the coast before noon"),
    "Velstead": ("south", 21, 12, 5, "long sunny spells after early fog"),
    "Karnby": ("east", 8, 3, 70, "heavy rain that turns to sleet on the hills"),
    "Dunmoor": ("northeast", 11, 6, 50, "drizzle until the evening commute"),
    "Pellwick": ("west", 17, 10, 20, "a dry morning and one thunderstorm at dusk"),
    "Astrevale": ("southwest", 19, 13, 15, "high clouds and a hazy afternoon"),
}


def forecast(town: str) -> str:
    wind, high, low, chance, sky = TOWNS[town]
    return (
        f"Here is the weather for {town} on Monday. Forecasters expect {sky}. The high will be "
        f"{high} degrees and the low {low} degrees overnight. Winds will blow from the {wind} at "
        f"{high + 4} kilometres an hour. The chance of rain is {chance} percent. Residents of {town} "
        "can find road conditions on the county website. The forecast is updated at six in the "
        "morning and at six in the evening. Send your photographs of the sky to our weather desk."
    )


def test_weather_of_several_towns_from_one_form_stays() -> None:
    assert all_stay([forecast(town) for town in TOWNS])


def test_a_copy_of_one_town_s_weather_is_dropped_only_for_that_town() -> None:
    texts = [forecast(town) for town in TOWNS]
    again = "From our weather desk. " + texts[2]
    assert kept([*texts, again])[2] == kept([*texts, again])[6]
    assert len(set(kept([*texts, again]))) == len(TOWNS)


RESULTS = [
    ("Halden Rovers", "Quay Athletic", 3, 1, "Marek Osten", 12, 4_812),
    ("Brigmoor City", "Tarn United", 0, 2, "Jonah Pell", 77, 6_340),
    ("Wexcombe Town", "Ashby Vale", 1, 1, "Luis Carrow", 54, 2_975),
    ("Dunmoor Rangers", "Port Elsin", 4, 0, "Tomas Brenn", 31, 8_127),
]


def result(row: tuple[str, str, int, int, str, int, int]) -> str:
    home, away, ours, theirs, scorer, minute, crowd = row
    return (
        f"{home} {ours}, {away} {theirs}. {scorer} scored in minute {minute} as {home} met {away} in "
        f"the regional league on Saturday. The match was watched by {crowd} people. The table is "
        "decided by points, then by goal difference and then by goals scored. The next round will "
        "be played on Saturday at three o'clock, and tickets are sold at the ground from noon."
    )


def test_results_of_different_games_stay() -> None:
    assert all_stay([result(row) for row in RESULTS])


FOOTER = (
    "Forward-looking statements in this release involve risks and uncertainties that could cause "
    "actual results to differ materially from those expressed or implied. Such statements are based "
    "on current expectations and speak only as of the date of this release. The company undertakes "
    "no obligation to update them in the light of new information or future events, except as "
    "required by law. This release is neither an offer to sell nor a solicitation of an offer to buy "
    "any securities in any jurisdiction. Readers should consult the annual report for a discussion "
    "of the principal risks, among them exchange rates, the price of raw materials and litigation."
)


def test_two_press_releases_with_one_legal_footer_stay() -> None:
    plant = (
        "Corvane Industries will build a battery plant at Lower Hesk and hire 640 people there by the "
        "end of next year. The board approved an outlay of 210 million crowns on Thursday. "
    )
    chief = (
        "Corvane Industries named Ilse Marrant its chief financial officer. She follows Piers Ogden, "
        "who retires after nineteen years, and comes from the insurer Baltrum Mutual. "
    )
    assert all_stay([plant + FOOTER, chief + FOOTER])


def test_two_trial_days_with_one_background_stay() -> None:
    background = (
        "Gorran Tyle, 54, is accused of taking 2.3 million crowns from the pension fund of the Hesk "
        "shipyard between 2011 and 2016. He denies all nine charges. The fund collapsed in 2017 and "
        "left 1,400 pensioners without half of their income. Two former directors have pleaded "
        "guilty and wait for sentence. The trial at the Dunmoor assizes is expected to last a month."
    )
    monday = (
        "An accountant said on Monday that she warned the fund's trustees of missing receipts in a "
        "letter that nobody answered. Wilma Straat told the jury she kept a copy at home. "
    )
    tuesday = (
        "The judge sent the jury out on Tuesday after a juror recognised a witness in the corridor. "
        "Lawyers of both sides asked for a new juror, and the hearing resumes on Thursday. "
    )
    assert all_stay([monday + background, tuesday + background], hours=[0, 24])


FLASHES = [
    "Fire closes the Orlingham tunnel, police say.",
    "Central bank of Velmark raises its key rate to 4.25 percent.",
    "Karnby mayor Odile Brask resigns.",
]


def test_flashes_of_one_sentence_stay_and_a_repeated_one_goes() -> None:
    assert all_stay(FLASHES)
    assert kept([*FLASHES, FLASHES[1]]) == [0, 1, 2, 1]


def test_flashes_that_differ_in_one_name_stay() -> None:
    assert all_stay(["Halden beat Quay 3-1 in the cup.", "Tarn beat Quay 3-1 in the cup."])
    shares = "Shares of {} fell 4.2 percent in early trading on Monday. It had warned on profit."
    assert all_stay([shares.format("Baltrum"), "DUNMOOR - " + shares.format("Corvane")])


def test_a_flash_goes_for_the_report_that_it_became() -> None:
    flash = (
        "A gas leak closed the centre of Karnby on Tuesday, officials said. Ennis Vail, a spokesman, "
        "said 240 people had been told to leave their homes."
    )
    report = (
        "A gas leak closed the centre of Karnby for most of the day and left four people in hospital, "
        "officials said. Ennis Vail, a spokesman, said 240 people had been told to leave their homes. "
        "The first call came before dawn and crews from Dunmoor joined within the hour. The council "
        "opened its hall and served soup. An inquiry will report in September, the county said."
    )
    assert kept([flash, report]) == [1, 1]
    assert all_stay([flash, report.replace("240", "90").replace("Ennis Vail", "Odile Brask")])


HOROSCOPES = [
    "A quarrel at work ends well. Say what you mean. Venus in retrograde favours travel. Your lucky "
    "number is 64 and your colour is violet. Love: talk, do not text.",
    "A quarrel at work ends well. Wait before you sign anything. Venus in retrograde favours study. "
    "Your lucky number is 82 and your colour is green. Love: an invitation arrives.",
    "A quarrel at work ends well. Leave the phone at home tonight. Venus in retrograde favours a bold "
    "purchase. Your lucky number is 39 and your colour is white. Love: an invitation arrives.",
]


def test_forms_with_few_names_and_numbers_stay() -> None:
    footer = (
        "\n\nCall our astrology line for your personal reading. Calls cost 60 pence a minute plus your "
        "network's charge. You must be over eighteen. Horoscopes are for entertainment only."
    )
    signs = ("Libra", "Virgo", "Pisces")
    opening = "Your daily horoscope for {}, by our astrologer Ilse Marrant.\n\n"
    texts = [opening.format(s) + h + footer for s, h in zip(signs, HOROSCOPES, strict=True)]
    assert all_stay(texts)
    assert kept([*texts, texts[1].replace("\n\n", "\n")]) in ([0, 1, 2, 1], [0, 3, 2, 3])


# A running report

FIRST = (
    "A cargo ship ran aground off Pellwick early on Monday, the coast guard said. The Nordhavn Star, "
    "180 metres long, was carrying timber from Karnby to Astrevale. Nobody was hurt. Two tugs are on "
    "their way from Port Elsin."
)
SECOND = FIRST + (
    " Divers found a crack of four metres in the hull and engineers were pumping water out of the "
    "forward hold. Harbour master Ennis Vail said the channel would stay closed until Tuesday."
)
THIRD = SECOND + (
    " The owner, Brask Shipping, said it would pay for the salvage. Fishermen in Pellwick demanded "
    "compensation, as forty boats cannot leave the harbour. The transport ministry opened an inquiry "
    "and asked for the recordings of the bridge."
)


@pytest.mark.parametrize("hours", [[0, 2, 5], [5, 2, 0]])
def test_only_the_fullest_take_of_a_running_report_stays(hours: list[float]) -> None:
    assert kept([FIRST, SECOND, THIRD], hours) == [2, 2, 2]


def test_a_fuller_take_of_a_later_run_takes_the_place_of_the_published_one(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for run, take in enumerate((FIRST, SECOND, THIRD)):
        shelf.ingest(articles([f"{run:032x}"], [take], [START + timedelta(hours=2 * run)]))
    assert set(shelf.clusters().values()) == {f"{2:032x}"}


def test_a_copy_of_a_later_run_never_displaces_the_published_one_on_a_tie(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    published, same = f"{9:032x}", f"{1:032x}"
    shelf.ingest(articles([published], [STORY], [START]))
    reworded = STORY.replace("fear for their trade", "fear for their sales")
    copies = shelf.ingest(articles([same], [reworded], [START - timedelta(hours=1)]))
    assert shelf.clusters() == {published: published, same: published}
    assert copies.displaced.num_rows == 0


AGENCY = (
    "A cargo ship ran aground off Pellwick early on Monday, the coast guard said. The Nordhavn Star, "
    "180 metres long, was carrying timber from Karnby to Astrevale. Nobody was hurt. Two tugs are on "
    "their way from Port Elsin. Divers found a crack of four metres in the hull. Harbour master Ennis "
    "Vail said the channel would stay closed until Tuesday."
)
PRINTED = (
    "Readers of the Tarn Valley Observer with friends on the coast have called our newsroom all day. "
    f"This is what we know so far.\n{AGENCY}\n"
    "Copyright Tarn Valley Observer. No part of this page may be printed or broadcast elsewhere."
)
FULLER = (
    "Engineers pumped water out of a cargo ship on Monday evening after she ran aground off Pellwick, "
    "and the owner promised to pay for the salvage. The Nordhavn Star, 180 metres long, was carrying "
    "timber from Karnby to Astrevale. Nobody was hurt. Two tugs from Port Elsin held her by the stern. "
    "Divers found a crack of four metres in the hull, the coast guard said, and harbour master Ennis "
    "Vail said the channel would stay closed until Tuesday. Fishermen in Pellwick demanded "
    "compensation, as forty boats cannot leave the harbour. The transport ministry opened an inquiry "
    "and asked for the recordings of the bridge. Brask Shipping bought the vessel in 2009 and renewed "
    "her engine last winter."
)


def test_a_copy_with_lines_of_its_own_is_dropped_with_the_report_that_it_copies() -> None:
    assert kept([AGENCY, PRINTED, FULLER]) == [2, 2, 2]


def test_a_text_with_lines_of_its_own_stays_if_no_report_shows_which_lines_those_are() -> None:
    assert all_stay([PRINTED, FULLER])


def test_a_later_report_that_leaves_out_the_first_one_s_news_stays_next_to_it() -> None:
    later = (
        "The Nordhavn Star, which ran aground off Pellwick on Monday, was towed to Port Elsin on "
        "Wednesday. Insurers put the damage at nine million crowns, and the yard at Karnby will need "
        "seven weeks for the repair. Fishing boats left Pellwick again in the afternoon."
    )
    assert all_stay([THIRD, later], hours=[0, 48])


# Copies and round-ups

STORY = (
    "The council of Wexcombe voted on Tuesday to close the old bridge over the Tarn for two years. "
    "Engineers found rust in eleven of its fourteen piers last autumn. The repair will cost 18 million "
    "crowns, and the county will pay two thirds of it. Shopkeepers on the left bank fear for their "
    'trade. "Half of my customers walk across that bridge," said the baker Liv Sorrel. Buses will use '
    "the ring road from the first of June, and a ferry for people on foot will run every ten minutes."
)
OTHER = (
    "Two climbers were brought down from Mount Askel on Tuesday after a night in a snow hole. The "
    "mountain rescue of Dunmoor reached them at dawn with a helicopter. Doctors treated both for "
    "frostbite. The pair had left the hut at noon although the warden warned them of a storm."
)
THIRD_STORY = (
    "A painting that hung in the town hall of Karnby for ninety years is a work of Anselm Dorre, the "
    "national gallery said on Tuesday. An X-ray showed the signature under a later frame. The town "
    "will lend it to the gallery, which values it at six million crowns."
)


def test_an_outlet_s_own_first_and_last_line_do_not_make_it_different_news() -> None:
    printed = (
        f"North Press reports from Wexcombe. {STORY} Follow our newsroom for more on this story."
    )
    assert len(set(kept([STORY, printed]))) == 1


def test_a_round_up_is_not_dropped_for_one_of_its_stories() -> None:
    round_up = "\n".join(["Here is the news of the day.", STORY, OTHER, THIRD_STORY])
    texts = [STORY, OTHER, THIRD_STORY, round_up]
    assert kept(texts)[3] == 3


def test_two_round_ups_that_share_one_story_stay() -> None:
    one = "\n".join(["The evening in brief.", STORY, OTHER])
    two = "\n".join(["What happened in the county.", STORY, THIRD_STORY])
    assert all_stay([one, two])


def test_of_equal_texts_the_one_published_first_stays() -> None:
    assert kept([STORY, STORY, STORY], hours=[4, 1, 6]) == [1, 1, 1]


def test_of_copies_of_equal_length_the_one_published_first_stays() -> None:
    other_word = STORY.replace("fear for their trade", "fear for their sales")
    assert kept([other_word, STORY], hours=[3, 1]) == [1, 1]


def test_copies_in_any_order_of_rows_give_the_same_kept_text() -> None:
    texts = [FIRST, SECOND, THIRD, STORY, OTHER]
    hours = [0.0, 2.0, 5.0, 1.0, 3.0]
    straight = kept(texts, hours)
    turned = kept(texts[::-1], hours[::-1])
    assert [texts[row] for row in straight] == [texts[::-1][row] for row in turned][::-1]


# What a run says about losses


def test_the_outlets_with_the_largest_losses_are_named_and_the_others_counted() -> None:
    arrived = {f"o{n:02}.example": 20 for n in range(12)}
    dropped = [(outlet, "k1") for n, outlet in enumerate(arrived) for _ in range(n + 5)]
    sentences = decision_sentences.outlets_that_lost_many(arrived, dropped)
    assert [sentence.split(" were ")[0] for sentence in sentences[:-1]] == [
        f"{n + 5} of 20 documents of o{n:02}.example" for n in (11, 10, 9, 8, 7)
    ]
    assert sentences[-1] == (
        "5 more outlets lost more than a third of their documents to copies, 45 documents together. "
        "'copydesk report' lists the copies of each outlet."
    )


def test_texts_of_one_small_vocabulary_stay() -> None:
    dice = random.Random(1)
    people = (
        "carver guard singer nurse baker farmer teacher priest pilot judge sailor clerk cook tailor"
    )
    plants = (
        "yarrow umber gorse cedar juniper daisy heath fern larch kelp willow vetch sedge holly elm"
    )
    deeds, places = (
        ["paid", "sued", "helped", "saw", "met"],
        ["station", "market", "bridge", "harbour"],
    )

    def sentence() -> str:
        who, whom, of, near = (
            dice.choice(words.split()) for words in (people, people, plants, plants)
        )
        return f"The {who} of {of} {dice.choice(deeds)} a {whom} near {near} {dice.choice(places)}."

    texts = [" ".join(sentence() for _ in range(dice.choice([14, 28, 56]))) for _ in range(60)]
    found = find_duplicates(texts)
    scores = found.pairs["may_go"].to_numpy()
    assert (scores >= Options().may_go).any()  # The score alone would drop some.
    assert len(set(found.clusters["cluster"].to_pylist())) >= 59


def test_long_texts_of_one_vocabulary_share_short_passages_by_chance_and_stay() -> None:
    dice = random.Random(3)
    subjects = [
        "The harbour board",
        "A regional court",
        "The ferry company",
        "The city museum",
        "The airport",
    ]
    places = [
        "Harwick",
        "Bremnes",
        "Oldcastle",
        "Lindau",
        "Portmore",
        "Saltby",
        "Karstad",
        "Tarnow",
    ]
    deeds = [
        "approved a plan for new piers",
        "rejected the sale of an old depot",
        "read a report on winter wages",
        "put off the closing of two wards",
        "paid for a study of river mud",
        "lost a contract for copper pipes",
        "kept the inventory of paintings",
        "refused a request for cheaper bread",
    ]
    reasons = [
        "after residents complained about noise",
        "although the budget was already spent",
        "because the roof had leaked since March",
        "before the holiday traffic began",
        "while inspectors were still on site",
        "to save the last wooden boats",
    ]

    def sentence() -> str:
        who, where, deed, why = map(dice.choice, (subjects, places, deeds, reasons))
        return f"{who} in {where} {deed} {why}, and {dice.randint(100, 9999)} letters were counted."

    texts = [" ".join(sentence() for _ in range(45)) for _ in range(40)]
    found = find_duplicates(texts)
    is_dropped_by_score = found.pairs["may_go"].to_numpy() >= Options().may_go
    passages = found.pairs["longest_shared_words"].to_numpy()[is_dropped_by_score]
    assert len(passages)
    assert passages.max() >= drop_conditions.LEAST_PASSAGE
    assert found.clusters["cluster"].to_pylist() == list(range(len(texts)))


def test_a_short_story_with_sentences_of_its_own_stays_beside_a_round_up() -> None:
    openings = (
        "The council of Raglan voted on Monday to close the swimming pool in Mill Lane for two years, as "
        "repairs would cost 3.4 million pounds. Swimmers protested outside the hall.",
        "A court in Saltby sentenced the captain of a trawler to eight months for fishing inside a marine "
        "reserve. The boat was seized and will be sold.",
        "The zoo in Lindau announced the birth of two snow leopards. The cubs weigh 600 grams each and "
        "cannot be seen until spring.",
    )
    ends = (
        "Councillor Ann Pugh said children would be taken by bus to Usk. The pool was built in 1968.",
        "Judge Lise Holm said greed had driven him. His lawyer will appeal.",
        "Keeper Uwe Kranz said the mother was calm. Visitors may suggest names.",
    )
    stories = [f"{opening} {end}" for opening, end in zip(openings, ends, strict=True)]
    assert all_stay([*stories, "In brief. " + "\n\n".join(openings)], [0, 0, 0, 0])
