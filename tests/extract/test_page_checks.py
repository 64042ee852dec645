"""What the checks of a page keep and cut, for given likelihoods of its blocks."""

from __future__ import annotations

import numpy as np
import pytest
from lxml import html

from copydesk.transforms.extract.blocks import Page, read_blocks
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.page_level import above_headline, fills, page_checks

_SAID = (
    "The council met on Tuesday evening and heard for two hours from people who live beside the harbour, "
    "of whom most asked for a lower wall and some for none at all. "
)


def _kept(
    body: str, likelihood: dict[str, float] | None = None, *, title: str = "Wall"
) -> list[str]:
    """Return the blocks that stay.

    All are likely except those that begin with a key of `likelihood`.
    """
    page = read_blocks(html.document_fromstring(f"<body>{body}</body>"), Options())
    values = [
        next((p for key, p in (likelihood or {}).items() if text.startswith(key)), 0.95)
        for text in page.text
    ]
    probability = np.array(values)
    checked = page_checks.check(
        page,
        probability >= 0.5,
        probability,
        _words(page),
        np.array([t == title for t in page.text]),
    )
    return [text for text, stays in zip(page.text, checked.kept, strict=True) if stays]


def _words(page: Page) -> np.ndarray:
    return np.array([float(len(text.split())) for text in page.text])


def test_what_is_below_a_count_of_comments_goes() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    comments = "".join(
        f"<div class='box'><p>I disagree with number {n}.</p></div>" for n in range(3)
    )
    for heading in ("Komentarze (3)", "3 Comments", "3 Responses to “Wall”", "Comentarios (3)"):
        kept = _kept(f"<h1>Wall</h1>{article}<h3>{heading}</h3>{comments}")
        assert not any(text.startswith("I disagree") for text in kept), heading
        assert sum("council met" in text for text in kept) == 5


def test_a_count_of_comments_above_the_article_cuts_nothing() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    assert sum("council" in t for t in _kept(f"<h1>Wall</h1><a>3 Comments</a>{article}")) == 5


def test_text_in_boxes_named_for_comments_between_those_of_the_article_is_its_own() -> None:
    steps = "".join(
        f"<div><p>Picture {n}: {_SAID}</p></div><div class='comment'><p>Note {n}: {_SAID}</p></div>"
        for n in range(6)
    )
    assert sum(text.startswith("Note") for text in _kept(f"<h1>Wall</h1>{steps}")) == 6


def test_remarks_on_pictures_stay_even_if_nothing_else_is_kept_between_them() -> None:
    lead = f"<h1>Wall</h1><p>0. {_SAID}</p><p>1. {_SAID}</p>"
    remarks = "".join(
        f"<div class='comment'><p>Note {n}: {_SAID}{_SAID}</p></div><div>Studio {n}</div>"
        for n in range(5)
    )
    kept = _kept(f"{lead}{remarks}", {"Studio": 0.1})
    assert sum(text.startswith("Note") for text in kept) == 5
    long = "".join(f"<p>{n}. {_SAID}</p>" for n in range(2, 9))
    kept = _kept(f"{lead}{long}{remarks}", {"Studio": 0.1})
    assert not any(text.startswith("Note") for text in kept)


def test_a_stream_of_comments_after_the_article_goes() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    stream = "".join(f"<div class='comment'><p>Note {n}: {_SAID}</p></div>" for n in range(6))
    assert not any(text.startswith("Note") for text in _kept(f"<h1>Wall</h1>{article}{stream}"))


def test_a_box_with_paragraphs_before_its_heading_is_not_another_article() -> None:
    box = f"<div><p>Body. {_SAID}</p><p>Body. {_SAID}</p><h1>Related:</h1></div>"
    body = f"<div><div><h1>Wall</h1><p>{_SAID}{_SAID}</p></div>{box}</div>"
    assert sum(text.startswith("Body") for text in _kept(body, {"Related": 0.05})) == 2


def test_short_lines_of_a_list_between_two_kept_ones_stay() -> None:
    lines = "".join(
        f"<p>{n}. {'Stay at home. ' if n % 2 else f'Line: {_SAID}'}</p>" for n in range(7)
    )
    body = f"<h1>Wall</h1><div>{lines}</div>"
    doubtful = {f"{n}. Stay": 0.4 for n in range(7)}
    assert len(_kept(body, doubtful)) == 8
    unlikely = {f"{n}. Stay": 0.05 for n in range(7)}
    assert len(_kept(body, unlikely)) == 5


def test_posts_that_several_readers_sign_go_from_the_first_on() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    for signs in (
        ("~ana [2012-01-04 08:40]", "bo [2012-01-04 08:38]", "~cy_7 [2012-01-04 07:50]"),
        (
            "Posted by Ana on January 10, 2008 5:58 PM",
            "Posted by Bo on January 10, 2008 5:29 PM",
            "Posted by Cy on January 9, 2008 5:15 PM",
        ),
        ("ana 22.12.2011, 11:21", "bo 23.12.2011, 04:39", "cy 25.12.2011, 04:40"),
    ):
        posts = "".join(
            f"<div><p>{sign}</p><p>I disagree, the wall is fine.</p></div>" for sign in signs
        )
        kept = _kept(f"<h1>Wall</h1>{article}{posts}")
        assert sum("council met" in text for text in kept) == 5
        assert not any("I disagree" in text for text in kept), signs[0]


def test_entries_of_a_live_blog_and_letters_of_two_writers_stay() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    for signs in (
        ("10:15 GMT", "10:40 GMT", "11:05 GMT"),
        ("Ana Ruiz 28 February 2024 10:15", "Ana Ruiz 28 February 2024 10:40", "Bo Li 28 February 2024 11:00"),
        ("Date: Fri, 1 Feb 2002 11:53", "Date: Fri, 1 Feb 2002 13:07", "Date: Thu, 7 Feb 2002 11:09"),
    ):  # fmt: skip
        entries = "".join(
            f"<div><p>{sign}</p><p>Entry {n} says that the tide turned.</p></div>"
            for n, sign in enumerate(signs)
        )
        kept = _kept(f"<h1>Wall</h1>{article}{entries}")
        assert sum(text.startswith("Entry") for text in kept) == 3, signs[0]


def _gallery(caption: str) -> str:
    slides = "".join(f"<li><p>{n}/20 {caption}</p></li>" for n in range(1, 21))
    return f'<div class="full-gallery"><h3>The week in pictures</h3><ul>{slides}</ul></div>'


def test_a_long_gallery_of_something_else_goes() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    gallery = _gallery(
        "A pilot of a balloon waves to the crowd before she rises from the field on Sunday"
    )
    kept = _kept(f"<h1>Harbour</h1>{article}{gallery}{article}", title="Harbour")
    assert not any("balloon" in text for text in kept)
    assert sum("council met" in text for text in kept) == 8


def test_a_caption_that_is_hardly_likely_goes_and_those_of_a_photo_essay_stay() -> None:
    figure = "<figure><img src='w.jpg'><figcaption>Men on the wall in the storm of 1987.</figcaption></figure>"
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    assert "Men on the wall in the storm of 1987." not in _kept(f"{article}{figure}", {"Men": 0.6})
    assert "Men on the wall in the storm of 1987." in _kept(f"{article}{figure}", {"Men": 0.7})
    lead = figure.replace("Men on", f"{_SAID * 2} Men on")
    assert any("Men on" in text for text in _kept(f"{lead}{article}", {"The council": 0.6}))
    two = figure + figure.replace("Men", "Women")
    assert "Men on the wall in the storm of 1987." in _kept(
        f"{article}{two}", {"Men": 0.6, "Women": 0.7}
    )
    essay = f"<p>Thirty years on a wall.</p>{figure * 5}"
    assert "Men on the wall in the storm of 1987." in _kept(essay, {"Men": 0.6})


def test_the_author_under_the_text_goes_if_the_name_is_also_above_it() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    author = "<h4>Ana Ruiz</h4><p>Ana Ruiz has covered the council since 2009.</p>"
    signed = _kept(f"<h1>Harbour</h1><p>By Ana Ruiz</p>{article}{author}", title="Harbour")
    assert not any("since 2009" in text for text in signed)
    unsigned = _kept(f"<h1>Harbour</h1><p>By Bo Li</p>{article}{author}", title="Harbour")
    assert any("since 2009" in text for text in unsigned)


def test_the_gallery_of_a_photo_essay_stays() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    gallery = _gallery(
        "The harbour in the light of the morning, before the first boats leave for the banks"
    )
    kept = _kept(f"<h1>Harbour</h1>{article}{gallery}", title="Harbour")
    assert sum("light of the morning" in text for text in kept) == 20


_SIGNS = ("~ana [2012-01-04 08:40]", "~bo [2012-01-04 08:38]", "~cy_7 [2012-01-04 07:50]")


def test_posts_are_cut_even_if_only_their_texts_are_likely() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    posts = "".join(
        f"<div><p>{sign}</p><p>I disagree, number {n} is fine.</p></div>"
        for n, sign in enumerate(_SIGNS)
    )
    kept = _kept(f"<h1>Wall</h1>{article}{posts}", {"~": 0.1})
    assert sum("council met" in text for text in kept) == 5
    assert not any("I disagree" in text for text in kept)


def test_a_box_of_recent_comments_inside_an_article_cuts_nothing_below_it() -> None:
    article = [f"<p>{n}. {_SAID}</p>" for n in range(10)]
    box = "".join(f"<li>{sign}</li><li>A new bench</li>" for sign in _SIGNS)
    body = f"<h1>Wall</h1>{''.join(article[:5])}<ul>{box}</ul>{''.join(article[5:])}"
    kept = _kept(body, {"~": 0.1, "A new": 0.05})
    assert sum("council met" in text for text in kept) == 10


def _hub(*items: str) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<div><h2>What to know</h2><ul>{listed}</ul></div>"


def test_a_list_of_links_that_say_what_they_lead_to_goes_with_its_heading() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(2))
    hub = _hub(
        '<a href="/a">Live updates:</a> Crews work on the wall.',
        '<a href="/b">How to help:</a> These groups take donations.',
    )
    kept = _kept(f"<h1>Wall</h1>{article}{hub}{article}")
    assert len(kept) == 5
    assert not any(text.startswith(("Live", "How", "What to know")) for text in kept)


def test_a_list_of_an_article_whose_items_open_with_links_stays() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(2))
    hub = _hub(
        '<a href="/a">The north wall</a>: built of granite.',
        '<a href="/b">The south wall</a>: built of brick.',
    )
    kept = _kept(f"<h1>Wall</h1>{article}{hub}{article}")
    assert "The north wall: built of granite." in kept


def test_a_likely_paragraph_in_a_wrapper_of_its_own_stays_with_those_wrapped_alike() -> None:
    boxes = "".join(
        f'<div class="block"><p>{n}. {_SAID}</p></div><div class="ad">Advertisement</div>'
        for n in range(4)
    )
    offer = '<div class="offer"><p>Subscribe now and read all articles of our paper for three months at half the price of it.</p></div>'
    kept = _kept(
        f"<h1>Wall</h1>{boxes}{offer}", {"3.": 0.4, "Advertisement": 0.05, "Subscribe": 0.4}
    )
    assert [text[:2] for text in kept[1:]] == ["0.", "1.", "2.", "3."]


def test_likely_paragraphs_after_a_list_stay_if_those_above_it_are_wrapped_alike() -> None:
    above = "".join(f"<p>{n}. {_SAID}</p>" for n in range(2))
    below = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4, 6))
    items = "".join(f"<li>{n}. {_SAID}</li>" for n in range(2, 4))
    columns = (above, f"<ul>{items}</ul>", below)
    body = "".join(f'<div class="column"><div class="text">{c}</div></div>' for c in columns)
    kept = _kept(f"<h1>Wall</h1>{body}", {"4.": 0.4, "5.": 0.3})
    assert [text[:2] for text in kept[1:]] == ["0.", "1.", "2.", "3.", "4.", "5."]


def test_the_last_entry_of_a_row_stays_and_an_offer_below_the_row_goes() -> None:
    entries = "".join(
        f'<div id="e{n}"><h3>Entry {n}</h3><p>{n}. {_SAID}</p></div>' for n in range(5)
    )
    kept = _kept(f"<h1>Wall</h1><div>{entries}</div>", {"4.": 0.12, "Entry 4": 0.12})
    assert sum("council met" in text for text in kept) == 5
    boxes = "".join(f'<div class="text"><p>{n}. {_SAID}</p></div>' for n in range(4))
    offer = "<div class='other'><p>Read all articles of our paper for three months.</p></div>"
    kept = _kept(f"<h1>Wall</h1><div>{boxes}{offer}</div>", {"Read": 0.2})
    assert not any(text.startswith("Read") for text in kept)


def test_a_hidden_copy_without_spaces_goes() -> None:
    said = (
        "県内の離島と本土を結ぶ夜の最終便が三月末で廃止されることになり、島民から不安の声が上がっている。",
        "運航会社によると、燃料費の高騰と船員不足が重なり、赤字は昨年度の二倍近くに膨らんだという。",
        "説明会は十五日夜に公民館で開かれる予定で、会社側の担当者も出席する。",
    )
    body = "".join(f"<p>{text}</p>" for text in said)
    kept = _kept(f'<h1>Wall</h1><div style="display: none">{"".join(said)}</div>{body}')
    assert kept == ["Wall", *said]


def test_a_list_of_teasers_below_an_article_is_not_kept_whole() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    teasers = "".join(
        f"<li><div><h3><a href='/{n}'>Mill {n} for sale</a></h3><p>Teaser {n}: buyers of this mill will look at many things before they ...</p></div></li>"
        for n in range(4)
    )
    steps = "".join(
        f"<li><h3>Step {n}</h3><p>Teaser {n}: turn the wheel.</p></li>" for n in range(4)
    )
    likelihood = {"Teaser": 0.3, "Mill": 0.2, "Step": 0.2}
    kept = _kept(f"<h1>Wall</h1><div>{article}<ul>{teasers}</ul></div>", likelihood)
    assert not any(text.startswith(("Teaser", "Mill")) for text in kept)
    kept = _kept(f"<h1>Wall</h1><div>{article}<ul>{steps}</ul></div>", likelihood)
    assert sum(text.startswith("Teaser") for text in kept) == 4


def test_a_small_box_with_a_form_or_with_another_story_is_not_part_of_the_article() -> None:
    paragraphs = [f"<p>{n}. {_SAID}</p>" for n in range(6)]
    before, after = "".join(paragraphs[:3]), "".join(paragraphs[3:])
    invitation = "<div><h3>The Letter</h3><p>Every Thursday the news of the waterfront.</p><form><input type='email'><button>Send</button></form></div>"
    other_story = "<div><p>Read also:</p><p><a href='/1'>Mill burns down</a></p><p>Nobody was inside.</p></div>"
    for box in (invitation, other_story):
        kept = _kept(f"<h1>Wall</h1><div>{before}{box}{after}</div>")
        assert kept[0] == "Wall"
        assert all("council met" in text for text in kept[1:])
        assert len(kept) == 7


def test_a_form_around_the_article_and_a_label_without_a_link_cut_nothing() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    kept = _kept(f"<form><h1>Wall</h1><div>{article}</div><input name='state'></form>")
    assert len(kept) == 6
    plain = "<div><p>Read also:</p><p>The letter that the council sent.</p></div>"
    assert "The letter that the council sent." in _kept(f"<h1>Wall</h1>{article}{plain}{article}")


def test_a_second_box_with_the_whole_article_goes_even_if_its_markup_is_the_same() -> None:
    said = (
        "The council met on Tuesday evening and heard for two hours from people beside the harbour.",
        "Most of them asked for a lower wall, some for none at all, and one for a much higher one.",
        "An engineer showed on a map where the water stood in the night of the great storm of 2019.",
        "The mayor said that she would decide before the summer, once the county has found the money.",
    )
    article = "<div class='txt'>" + "".join(f"<p>{text}</p>" for text in said) + "</div>"
    kept = _kept(f"<div class='wide'>{article}</div><div class='narrow'>{article}</div>")
    assert kept == list(said)


def test_a_refrain_in_paragraphs_of_one_box_stays() -> None:
    verses = "".join(f"<p>{word} {_SAID}</p>" for word in ("First", "Second", "Third"))
    kept = _kept(f"<div><div class='txt'>{verses}{verses}</div></div>")
    assert len(kept) == 6


def test_teasers_that_close_a_page_go_with_their_heading() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    teasers = "".join(
        f"<p><a href='/{n}'>Mill number {n} burns down</a><br>Nobody was inside, they say.</p>"
        for n in range(4)
    )
    answers = teasers.replace("burns down", "burns down?")
    kept = _kept(f"<div><h1>Wall</h1>{article}<p><b>More from here</b></p>{teasers}</div>")
    assert len(kept) == 6
    assert all("council" in text for text in kept[1:])
    assert sum("Mill" in t for t in _kept(f"<div><h1>Wall</h1>{article}{answers}</div>")) == 4
    assert sum("Mill" in t for t in _kept(f"<div><h1>Wall</h1>{teasers}{article}</div>")) == 4


def test_a_row_of_lines_about_which_the_model_is_undecided_is_kept_whole() -> None:
    article = f"<p>{_SAID}</p>"
    lines = "".join(f"<li><a href='/{n}'>Crew {n}</a> of the old quay</li>" for n in range(8))
    likelihood = {f"Crew {n}": 0.45 for n in range(2, 8)}
    kept = _kept(f"<div>{article}</div><ul>{lines}</ul>", likelihood)
    assert sum(text.startswith("Crew") for text in kept) == 8
    kept = _kept(f"<div>{article}</div><ul>{lines}</ul>", likelihood | {"Crew 7": 0.1})
    assert sum(text.startswith("Crew") for text in kept) == 2


def test_a_row_of_links_above_the_headline_is_unlikely_if_an_article_may_be_below() -> None:
    ticker = (
        "<ul>"
        + "".join(
            f"<li><a href='/{n}'>Mill {n}</a> burns down, and nobody in the town knows why.</li>"
            for n in range(5)
        )
        + "</ul>"
    )
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    page = read_blocks(
        html.document_fromstring(f"<body>{ticker}<h2>Wall</h2>{article}{ticker}</body>"), Options()
    )
    is_title = np.array([text == "Wall" for text in page.text])
    likelihood = np.array([0.9 if "Mill" in text else 0.4 for text in page.text])
    lowered = above_headline.without_rows(page, likelihood, _words(page), is_title)
    assert [bool(p < 0.1) for p in lowered] == ["Mill" in text for text in page.text]
    likelihood[likelihood == 0.4] = 0.1
    unchanged = above_headline.without_rows(page, likelihood, _words(page), is_title)
    assert (unchanged == likelihood).all()


def test_a_letter_that_is_quoted_in_parts_and_printed_whole_below_stays() -> None:
    said = [
        "We ask you to bring us the things from the market that stand on the list below the door.",
        "Come at two in the afternoon and hold the baby, while one of us sleeps for two full hours.",
        "Walk the dog for as long as you like along the harbour, and do not let it into the water.",
    ]
    notes = [
        "This is how parents in the old town speak to their guests when nobody else is listening.",
        "Nobody in the street knows who wrote it, and everybody has an opinion about its writers.",
        "The dog itself was seen on Friday at the quay, alone and in the best of moods, they say.",
    ]
    parts = "".join(
        f"<h4>{note}</h4><blockquote class='q'><p>{text}</p></blockquote>"
        for note, text in zip(notes, said, strict=True)
    )
    whole = "<blockquote class='q'>" + "".join(f"<p>{text}</p>" for text in said) + "</blockquote>"
    assert len(_kept(f"<div>{parts}<p>{_SAID}</p>{whole}</div>")) == 10


def test_a_paragraph_that_is_a_link_in_capitals_is_another_headline() -> None:
    paragraphs = [f"<p>{n}. {_SAID}</p>" for n in range(4)]
    other = "<p><a href='/1'>MILL OWNER ASKS FOR A LOWER WALL</a></p>"
    quiet = "<p><a href='/2'>The letter of the mill owner</a></p>"
    kept = _kept("".join((*paragraphs[:2], other, quiet, *paragraphs[2:])))
    assert len(kept) == 5
    assert "The letter of the mill owner" in kept


def test_what_is_said_about_the_author_goes_up_to_the_next_heading() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(2))
    about = "<h4>About the author</h4><p>Ana Ruiz has written 2,565 posts here.</p><p>She lives on a boat.</p>"
    kept = _kept(f"<div>{article}{about}<h4>Sources</h4><p>The minutes of the council.</p></div>")
    assert not any(text.startswith(("Ana Ruiz", "She lives")) for text in kept)
    assert "The minutes of the council." in kept


def test_what_a_label_calls_the_next_story_goes_with_its_box() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    for label in ("Next story", "Nächster Artikel", "Siguiente noticia", "次の記事"):
        box = f"<section><h4>{label}</h4><h3>Goat on the roof</h3><p>Goats: {_SAID}</p></section>"
        kept = _kept(f"<main><div><h1>Wall</h1>{article}</div>{box}</main>")
        assert not any(text.startswith("Goat") for text in kept), label
        assert sum("council met" in text for text in kept) == 5
        # The label of a link in the middle of an article opens no box.
        flat = f"<main><h1>Wall</h1>{article}<p>{label}</p><p>Goats: {_SAID}</p></main>"
        assert any(text.startswith("Goats") for text in _kept(flat)), label


def test_teasers_whose_link_is_a_heading_in_a_box_of_their_own_go_too() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(5))
    teasers = "".join(
        f"<div class='entry'><h2><span><a href='/{n}'>Mill number {n} burns down</a></span></h2>"
        "Nobody was inside, they say...</div>"
        for n in range(4)
    )
    kept = _kept(f"<div><h1>Wall</h1>{article}<h4>Other news</h4>{teasers}</div>")
    assert len(kept) == 6
    assert all("council" in text for text in kept[1:])


def test_a_short_last_paragraph_in_a_wrapper_stays_even_below_an_advertisement() -> None:
    article = "".join(
        f"<div class='a'><div class='b'><p>{n}. {_SAID}</p></div></div>" for n in range(3)
    )
    offer = "<div class='x'><span>For readers</span> <a href='/o'>Read us for one euro a month</a></div>"
    last = "<div class='a'><div class='b'><p>The wall will be lower from the spring on.</p></div></div>"
    unlikely = {"The wall will": 0.4, "For readers": 0.06}
    assert _kept(f"{article}{offer}{last}", unlikely)[-1].startswith("The wall will")


def test_the_last_post_of_a_live_blog_stays_if_only_its_id_differs() -> None:
    posts = "".join(
        f"<div class='post' id='p{n}'><h3>Part {n}</h3><p>Number {n} of the parts is closed until the evening.</p></div>"
        for n in range(4)
    )
    assert _kept(posts, {"Number 3": 0.35, "Part 3": 0.4})[-2:] == [
        "Part 3",
        "Number 3 of the parts is closed until the evening.",
    ]


def test_a_sentence_below_a_quotation_stays_if_it_is_marked_as_the_one_above() -> None:
    letter = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    page = (
        "<div class='t'>Here is the letter that they wrote to the council.</div>"
        f"<blockquote>{letter}</blockquote><div class='t'>The council has not answered yet.</div>"
    )
    assert _kept(page, {"The council has": 0.35})[-1] == "The council has not answered yet."
    other = page.replace("<div class='t'>The council has", "<div class='promo'>The council has")
    assert _kept(other, {"The council has": 0.35})[-1] != "The council has not answered yet."


def test_a_question_above_its_answer_stays() -> None:
    answer = f"<p>{_SAID}</p>"
    page = f"{answer}<button>Who pays for the wall?</button>{answer}<button>Open</button>{answer}"
    kept = _kept(page, {"Who pays": 0.3, "Open": 0.3})
    assert "Who pays for the wall?" in kept
    assert "Open" not in kept


def test_a_box_that_asks_for_consent_to_a_post_of_another_site_goes() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    box = (
        "<div><p>This post is blocked, because you have not accepted cookies.</p>"
        "<button>Show it</button><button>My choices</button></div>"
    )
    kept = _kept(f"<article>{article}{box}{article}</article>")
    assert len(kept) == 6
    link = box.replace(
        "<button>Show it</button><button>My choices</button>", "<a href='#'>Allow</a>"
    )
    assert len(_kept(f"<article>{article}{link}{article}</article>", {"Allow": 0.2})) == 6
    quiz = box.replace("because you have not accepted cookies", "and one of these is why")
    assert len(_kept(f"<article>{article}{quiz}{article}</article>")) == 9


def _signed(tag: str, heading: str, author: str) -> str:
    text = "".join(
        f"<p>{n}. The goat stood on the roof of the market until noon and would not come down.</p>"
        for n in range(4)
    )
    return f"<{tag}><{heading}>A goat on the roof</{heading}><div class='byline'>{author}</div>{text}</{tag}>"


def test_an_article_below_with_a_headline_and_an_author_of_its_own_goes() -> None:
    own = f"<h1>Wall</h1><p>By Ana Ruiz</p><article>{''.join(f'<p>{n}. {_SAID}</p>' for n in range(3))}</article>"
    apart = _signed("main", "h1", "Bo Li").replace("</div><p>0.", "</div></main><main><p>0.")
    for below in (_signed("article", "h2", "By Bo Li"), _signed("main", "h1", "Bo Li"), apart):
        assert not any("goat" in text for text in _kept(f"<div>{own}</div>{below}"))


def test_sections_posts_and_boxes_without_an_author_stay() -> None:
    own = f"<h1>Wall</h1><article>{''.join(f'<p>{n}. {_SAID}</p>' for n in range(3))}</article>"
    posts = "".join(_signed("article", "h2", "12:05") for _ in range(3))
    section = _signed("div", "h2", "By Bo Li")
    plain = _signed("article", "h2", "").replace("<div class='byline'></div>", "")
    for below in (posts, section, plain):
        assert any("goat" in text for text in _kept(f"<div>{own}</div>{below}"))


def test_hidden_text_that_only_a_script_can_read_goes() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    secret = "%96 EC256 F?:@? 92D 2D<65 E96 C68:@?2= 8@G6C?>6?E E@ A2J 7@C 4@FCD6D]".replace(
        "<", "&lt;"
    )
    hidden = f"<div style='display:none'><p>{secret}</p></div>"
    assert len(_kept(article + hidden)) == 3
    assert len(_kept(f"{article}<div style='display:none'><p>4. {_SAID}</p></div>")) == 4
    assert len(_kept(f"{article}<pre>{secret}</pre>")) == 4
    code = "wall + theme(axis.title = element_text(size = 20)) # a1 b2 c3 titles"
    assert len(_kept(f"{article}<div style='display:none'><p>{code}</p></div>")) == 4


def _leads(number: int) -> str:
    return (
        "<ul>"
        + "".join(
            f"<li><span>0{n}.05.2026</span><h4><a href='/{n}'>Ferry number {n} is late again</a></h4><p>The {n}. ferry left late, it was said.</p></li>"
            for n in range(number)
        )
        + "</ul>"
    )


_TEASERS_ALONE = {"Wall": 0.2, "The council": 0.2, "Opening": 0.2}


def test_a_paragraph_below_the_headline_stays_and_not_the_teasers_below_it() -> None:
    brief = f"<div>Wall of the harbour</div><div>{_SAID}</div>"
    assert _kept(brief + _leads(6), _TEASERS_ALONE, title="Wall of the harbour") == [_SAID.strip()]


def test_a_guide_whose_headings_are_links_stays() -> None:
    houses = "".join(
        f"<h3>Town {n}</h3><p><a href='/{n}'>{n} Harbour Road, Town {n}</a></p><p>It has {n} rooms and a view of the sea.</p>"
        for n in range(1, 6)
    )
    page = f"<h1>Wall of the harbour</h1><p>{_SAID}</p>{houses}"
    kept = _kept(page, _TEASERS_ALONE, title="Wall of the harbour")
    assert "It has 3 rooms and a view of the sea." in kept


def test_teasers_in_the_rows_of_a_table_go_as_well() -> None:
    rows = "".join(
        f"<tr><td><img src='/{n}.gif'></td><td><a href='/{n}'>Ferry number {n} is late again</a></td><td>It left an hour late because of fog, the operator said.</td></tr>"
        for n in range(6)
    )
    page = f"<div>Wall of the harbour</div><div>{_SAID}</div><table>{rows}</table>"
    assert _kept(page, _TEASERS_ALONE, title="Wall of the harbour") == [_SAID.strip()]


def test_teasers_stay_if_no_headline_is_above_them_or_nothing_is_below_it() -> None:
    for above in (f"<div>Opening</div><div>{_SAID}</div>", "<div>Wall of the harbour</div>", ""):
        kept = _kept(above + _leads(6), _TEASERS_ALONE, title="Wall of the harbour")
        assert "The 3. ferry left late, it was said." in kept


def test_a_line_above_the_text_that_names_only_its_date_goes() -> None:
    for line in ("Date: Mon. Jan. 16 2012 10:22 PM ET", "Fecha: 16 de enero de 2012"):
        assert _kept(f"<p>{line}</p><p>{_SAID}</p>") == [_SAID.strip()]
    assert len(_kept(f"<p>Date night in 2012 was a pizza.</p><p>{_SAID}</p>")) == 2


_DIALOG = (
    "We and our 300 partners store and access information on a device, such as cookies. "
    "You can withdraw your consent at any time. "
)


def test_a_consent_dialog_above_a_short_article_goes() -> None:
    page = f"<div><p>{_DIALOG}</p></div><h1>Wall</h1><p>{_SAID}</p><p>{_SAID}</p>"
    assert not any("partners" in text for text in _kept(page))
    below = f"<h1>Wall</h1><p>{_SAID}</p><p>{_SAID}</p><div><p>{_DIALOG}</p></div>"
    assert not any("partners" in text for text in _kept(below))


def test_sentences_about_consent_in_an_article_or_on_a_wall_stay() -> None:
    report = (
        f"<h1>Wall</h1><p>{_SAID}</p><p>{_DIALOG}</p><p>{_SAID}</p><p>{_SAID}</p><p>{_SAID}</p>"
    )
    assert any("partners" in text for text in _kept(report))
    wall = f"<p>{_DIALOG}</p><h1>Wall</h1><p>Accept cookies or subscribe.</p>"
    assert any("partners" in text for text in _kept(wall))


def test_a_lead_that_is_printed_for_two_screens_is_there_once() -> None:
    lead = f"<div class='mobile'><p>{_SAID}</p></div><div class='desktop'><p>{_SAID}</p></div>"
    body = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    assert _kept(f"<h1>Wall</h1>{lead}{body}").count(_SAID.strip()) == 1


def test_a_sentence_that_an_author_repeats_stays() -> None:
    verse = f"<div><p>{_SAID}</p><p>{_SAID}</p></div>"
    assert _kept(f"<h1>Wall</h1>{verse}").count(_SAID.strip()) == 2


def test_likely_sentences_in_boxes_between_paragraphs_stay() -> None:
    facts = "".join(f"<div><div>Gate number {n} closes at noon.</div></div>" for n in range(3))
    page = f"<p>{_SAID}</p>{facts}<p>{_SAID}</p>"
    assert "Gate number 2 closes at noon." in _kept(page, {"Gate": 0.35})
    assert "Gate number 2 closes at noon." not in _kept(page, {"Gate": 0.2})
    caption = f"<p>{_SAID}</p><div><p>Gate number 1 closes at noon.</p></div><p>{_SAID}</p>"
    assert len(_kept(caption, {"Gate": 0.35})) == 2


def test_a_heading_above_a_kept_paragraph_stays_if_one_like_it_does() -> None:
    posts = "".join(f"<div class='post'><h3>Post {n}</h3><p>{_SAID}</p></div>" for n in range(3))
    page = read_blocks(
        html.document_fromstring(f"<body>{posts}<h2>More</h2><p>It</p></body>"), Options()
    )
    kept = np.array([text != "Post 1" and text != "More" for text in page.text])
    probability = np.where(kept, 0.9, 0.15)
    found = fills.headings(page, kept, probability)
    assert [page.text[block] for block in found] == ["Post 1"]
    assert not fills.headings(page, kept, np.where(kept, 0.9, 0.05))


def test_wrapped_paragraphs_that_stay_do_not_each_start_a_pass_over_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes = []
    fill_single = fills._fill_single

    def counted(*arguments: object, **options: object) -> None:
        passes.append(options)
        fill_single(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fills, "_fill_single", counted)
    posts = "".join(
        f"<div class='post'><p>Post {n}. {_SAID}</p><p>{_SAID}{n}.</p></div>" for n in range(50)
    )
    likelihood = {"The council": 0.4} | {f"Post {n}.": 0.4 for n in range(1, 50)}
    assert len(_kept(posts, likelihood)) == 100
    assert len(passes) <= 2


_OTHER = "A spokesman for the port said that the talks would go on for another week, and that nobody had yet asked the fishermen what they thought of it."


def _boxed(*texts: str) -> str:
    return "".join(f"<section class='body'><p>{text}</p></section>" for text in texts)


def test_a_long_paragraph_behind_an_advertisement_stays_if_its_markup_is_that_of_the_article() -> (
    None
):
    article = _boxed(*(f"{n}. {_SAID}" for n in range(3)))
    label = "<div><div>Advertisement 1</div><a href='/o'>Story continues below</a></div>"
    unsure = {"A spokesman": 0.2, "Advertisement": 0.02, "Story": 0.02}
    between = f"<h1>Wall</h1>{article}{label}{_boxed(_OTHER)}{label}{_boxed(f'9. {_SAID}')}"
    assert _OTHER in _kept(between, unsure)
    last = f"<h1>Wall</h1>{article}{label}{_boxed(_OTHER)}"
    assert _OTHER in _kept(last, unsure | {"A spokesman": 0.47})
    assert _OTHER not in _kept(last, unsure | {"A spokesman": 0.08})
    assert _OTHER not in _kept(last.replace("body'><p>A", "aside'><p>A"), unsure)


def test_two_likely_paragraphs_below_the_article_stay_if_only_labels_are_between() -> None:
    article = _boxed(*(f"{n}. {_SAID}" for n in range(3)))
    more = _boxed(_OTHER, _OTHER.replace("A spokesman", "A spokeswoman"))
    unsure = {"A spokes": 0.35, "More on": 0.02, "A photo": 0.02}
    below = _kept(f"<h1>Wall</h1>{article}<div>More on this</div>{more}", unsure)
    assert sum(text.startswith("A spokes") for text in below) == 2
    photo = "<div>A photo of the wall, which a reader took from the tower of the old church on the hill.</div>"
    below = _kept(f"<h1>Wall</h1>{article}{photo}{more}", unsure)
    assert sum(text.startswith("A spokes") for text in below) == 0


def test_the_second_half_of_an_article_below_a_picture_with_a_long_caption_stays() -> None:
    article = _boxed(*(f"{n}. {_SAID}" for n in range(3)))
    caption = (
        "A photo of the wall, which a reader took from the tower of the old church on the hill."
    )
    asked = _OTHER.rstrip(".") + ", and then she asked:"
    second = (
        _OTHER,
        asked.replace("A spokesman", "A spokeswoman"),
        _OTHER.replace("A ", "A second ", 1),
    )
    more = f"<section class='body'>{''.join(f'<p>{text}</p>' for text in second)}</section>"
    unsure = {"A spokes": 0.35, "A second": 0.35, "A photo": 0.02}
    picture = f"<figure><img src='w.jpg'><figcaption>{caption}</figcaption></figure>"
    kept = _kept(f"<h1>Wall</h1>{article}{picture}{more}", unsure)
    assert [text[:10] for text in kept[-3:]] == ["A spokesma", "A spokeswo", "A second s"]
    assert caption not in kept


def test_news_with_a_heading_above_each_paragraph_are_teasers_and_not_more_of_the_article() -> None:
    article = _boxed(*(f"{n}. {_SAID}" for n in range(3)))
    others = "".join(
        f"<section class='body'><h3>Port {n}</h3><p>{_OTHER}</p></section>" for n in range(4)
    )
    unsure = {"A spokes": 0.2, "Port": 0.02}
    page = f"<h1>Wall</h1>{article}{others}{article}"
    assert _OTHER not in _kept(page, unsure)
    assert _OTHER in _kept(page.replace("<h3>Port 2</h3>", ""), unsure)


def test_paragraphs_directly_below_the_box_of_the_article_stay() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    rest = "".join(f"<p>{n}. {_OTHER}</p>" for n in range(3, 6))
    unsure = {"3.": 0.4, "4.": 0.2, "5.": 0.1}
    page = f"<h1>Wall</h1><article>{article}</article><div><b>{rest}</b></div>"
    assert sum("spokesman" in text for text in _kept(page, unsure)) == 3
    assert sum("spokesman" in text for text in _kept(page, unsure | {"3.": 0.1})) == 0


def test_what_subscribers_get_is_not_part_of_the_article() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    items = "<ul><li>All our stories on every device.</li><li>The crossword of the day.</li></ul>"
    offer = f"<p>Subscribe now to read the latest news from the coast.</p>{items}"
    kept = _kept(f"<h1>Wall</h1>{article}{offer}{article}")
    assert not any("crossword" in text or "Subscribe" in text for text in kept)
    named = f"<p>The council offers these to all who live there.</p>{items}"
    assert any("crossword" in text for text in _kept(f"<h1>Wall</h1>{article}{named}"))


def test_the_speaker_of_a_pull_quote_goes_with_the_quote() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(3))
    quote = "most asked for a lower wall and some for none at all"
    box = f"<aside><blockquote>“{quote}”</blockquote><cite>Bo Li, engineer</cite></aside>"
    page = f"<h1>Wall</h1>{article}{box}{article}"
    assert "Bo Li, engineer" not in _kept(page, {"“most": 0.3})
    assert "Bo Li, engineer" in _kept(page)
    new = page.replace(box, box.replace(quote, "I shall never build a wall again"))
    assert "Bo Li, engineer" in _kept(new, {"“I shall": 0.3})


_SHORT = (
    "The council voted on Monday to lower the harbour wall.",
    "Two fishermen had asked for it in March.",
    "The mayor expects the work to begin in May.",
)
_STORIES = ("Ferry is late again this week", "School opens by the river", "Market hall gets a roof")


def _cards(*, words: int = 9) -> str:
    teaser = " ".join(["Story"] * words) + "."
    return "<h3>More</h3>" + "".join(
        f"<div class='card'><a href='/{n}'><h4>{title}</h4></a><p>{n} {teaser}</p></div>"
        for n, title in enumerate(_STORIES)
    )


def test_the_short_article_below_the_headline_stays_if_only_teasers_below_it_are_likely() -> None:
    article = "".join(f"<div>{sentence}</div>" for sentence in _SHORT)
    unlikely = dict.fromkeys(_SHORT, 0.2) | dict.fromkeys((*_STORIES, "More"), 0.1)
    page = f"<h1>Lower wall</h1><div>{article}</div><div>{_cards()}</div>"
    assert _kept(page, unlikely, title="Lower wall") == ["Lower wall", *_SHORT]
    # Without a headline above them the sentences may be anything.
    assert not set(_kept(page, unlikely, title="Another")) & set(_SHORT)


def test_teasers_below_a_short_article_go_and_a_long_list_stays() -> None:
    article = "".join(f"<p>{sentence}</p>" for sentence in _SHORT)
    likelihood = dict.fromkeys((*_STORIES, "More"), 0.1)
    page = f"<h1>Lower wall</h1><div>{article}</div><div>{{}}</div>"
    kept = _kept(page.format(_cards()), likelihood, title="Lower wall")
    assert kept == ["Lower wall", *_SHORT]
    kept = _kept(page.format(_cards(words=60)), likelihood, title="Lower wall")
    assert sum("Story" in text for text in kept) == 3


@pytest.mark.parametrize(
    "signature", ["By Ana Ruiz", "লেখক: রফিকুল হাসান", "מאת נועה לוי", "記者 王小明", "김민수 기자"]
)
def test_the_next_article_below_a_short_one_goes_in_every_language(signature: str) -> None:
    article = "".join(f"<p>{sentence}</p>" for sentence in _SHORT)
    other = f"<div><h1>Ferry</h1><div>{signature}</div><p>Ferries {_SAID}</p></div>"
    page = f"<div><h1>Lower wall</h1>{article}</div>{other}"
    assert not any("Ferries" in text for text in _kept(page, title="Lower wall"))


@pytest.mark.parametrize("heading", ["Hozzászólások (2)", "댓글 2", "التعليقات (2)", "Diskuse (2)"])
def test_comments_below_a_short_article_go_in_every_language(heading: str) -> None:
    article = "".join(f"<p>{sentence}</p>" for sentence in _SHORT)
    comments = "<p>I do not believe a word of this.</p><p>Nor do I, and I live there.</p>"
    page = f"<h1>Lower wall</h1>{article}<h3>{heading}</h3>{comments}"
    assert not any("Nor do I" in text for text in _kept(page, title="Lower wall"))


def test_the_short_last_sentence_of_an_article_stays_beside_those_of_its_markup() -> None:
    article = "".join(f"<p>{n}. {_SAID}</p>" for n in range(4))
    page = f"<h1>Wall</h1><div>{article}<p>It votes in May.</p></div><p>Sign up today.</p>"
    kept = _kept(page, {"It votes": 0.12, "Sign up": 0.12})
    assert "It votes in May." in kept
    assert "Sign up today." not in kept
    assert "It votes in May." not in _kept(page, {"It votes": 0.05})
    linked = page.replace("It votes", "<a href='/v'>It votes</a>")
    assert "It votes in May." not in _kept(linked, {"It votes": 0.12})
