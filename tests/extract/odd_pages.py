"""Invented pages that hide, repeat, interrupt or misplace their article.

Each comes with what must not be in the text.
"""

from __future__ import annotations

import json

TITLE = "Lighthouse keeper retires after forty years"
PARAGRAPHS = (
    "The keeper of the northern lighthouse handed over his keys on Friday, the shipping office said, after forty years on the rock.",
    "Arvid Nyqvist, who is seventy-one, had lived there with two goats, a radio and a library of some nine hundred books.",
    "His successor is a lamp with a sensor, which was made in Gdynia and will be looked after by a technician twice a year.",
    "“I shall miss the storms more than the silence,” Nyqvist told a small crowd at the pier, before he asked for a cup of coffee.",
    "The office had planned to close the station in 2009, but fishermen collected four thousand signatures against the decision.",
    "Several of them came to the pier with their boats on Friday and sounded their horns until the ferry had left the harbour.",
    "The house on the rock is to become a shelter for bird watchers, if the county council finds the money for a new roof.",
)
TEASERS = (
    ("Ferry timetable changes from Sunday", "Two early crossings are dropped, and one late crossing is added to the plan."),
    ("School roof repaired before winter", "Pupils return to their own rooms after nine months in containers."),
    ("Choir wins the regional prize", "Forty singers from the valley beat the favourites from the coast."),
    ("Two bridges close for repairs", "Drivers should expect delays until the middle of next month."),
)  # fmt: skip
OTHER_TITLE = "A seal visits the fish market"
OTHER = (
    "A young seal climbed the steps of the fish market on Thursday and ate eleven herrings before anybody noticed it.",
    "The traders blocked the doors with crates until a ranger arrived, who carried the animal back to the water in a blanket.",
    "It was the third visit of a seal this spring, and the market now thinks about a gate at the foot of its steps.",
)


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


ARTICLE = _paragraphs(PARAGRAPHS)


def page(main: str, *, head: str = "", tail: str = "") -> str:
    """Return a page of a newspaper with a menu and a footer around `main`."""
    menu = "".join(f'<li><a href="/{n.lower()}">{n}</a></li>' for n in ("News", "Sport", "Culture"))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE} | Coast Courier</title>{head}</head><body>'
        f'<header><a href="/">Coast Courier</a><nav><ul>{menu}</ul></nav></header><main><h1>{TITLE}</h1>{main}</main>'
        f'<footer><a href="/about">About us</a> <p>© 2026 Coast Courier</p></footer>{tail}</body></html>'
    )


def _between(insert: str, at: int = 3) -> str:
    return _paragraphs(PARAGRAPHS[:at]) + insert + _paragraphs(PARAGRAPHS[at:])


def _cards(tag: str, classes: str) -> str:
    return "".join(
        f'<{tag} class="{classes}"><a href="/t/{n}"><h3>{title}</h3></a><p>{said}</p></{tag}>'
        for n, (title, said) in enumerate(TEASERS)
    )


def _state(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_SECOND = f"<h2>{OTHER_TITLE}</h2><p class='author'>By Pia Holm</p>{_paragraphs(OTHER)}"
_SAYS_NEXT = f"<h1>{OTHER_TITLE}</h1><p class='byline'>By Pia Holm</p>{_paragraphs(OTHER)}"
_MARKUP = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_LINKED = PARAGRAPHS[2].replace("Gdynia", '<a href="https://towns.example.com/“gdynia”">Gdynia</a>')
_RUN = " ".join(PARAGRAPHS)
_HIDDEN_BODY = f'<div hidden itemprop="articleBody">{" ".join(PARAGRAPHS)}</div>'
_CARD = '<div class="card"><a href="/c"><img src="/c.jpg" alt=""><span>Read next: Ferry timetable changes from Sunday</span></a></div>'
_DATA_ARTICLE = _state(
    {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(PARAGRAPHS)}
)  # fmt: skip
_NEXT_DATA = _state(
    {"props": {"pageProps": {"article": {"title": TITLE, "body": [{"type": "p", "html": text} for text in PARAGRAPHS]}}}}
)  # fmt: skip

#: (name, page, how often each paragraph must be in the text, what must not be in it).
PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("a copy in a hidden element", page(ARTICLE + f'<div style="display: none">{ARTICLE}</div>'), ()),
    ("a copy that only machines read", page(ARTICLE + f'<div aria-hidden="true" class="sr-copy">{ARTICLE}</div>'), ()),
    ("a copy before the article", page(f'<div hidden class="print">{ARTICLE}</div><div class="story">{ARTICLE}</div>'), ()),
    ("microdata in a hidden box", page(f"{ARTICLE}{_HIDDEN_BODY}"), ()),
    ("microdata in a hidden span before the text", page(f'<span style="display:none" itemprop="description">{_RUN}</span>{ARTICLE}'), ()),
    ("a template for printing", page(f'{ARTICLE}<div class="print-only" style="display:none"><h1>{TITLE}</h1>{ARTICLE}</div>'), ()),
    (
        "a card inside a sentence",
        page(_between(f"<p>{PARAGRAPHS[0][:60]}</p>", 0).replace(f"<p>{PARAGRAPHS[0][:60]}</p>", "", 1).replace("two goats, a radio", f"two goats, {_CARD} a radio")),
        ("Read next",),
    ),
    ("a row of cards between paragraphs", page(_between(f'<div class="related-cards">{_cards("div", "card")}</div>')), ("Two early crossings", "Forty singers")),
    ("a newsletter box between paragraphs", page(_between('<div class="newsletter"><h4>The coast in your inbox</h4><p>Sign up for our morning letter.</p><form><input type="email"><button>Sign up</button></form></div>')), ("Sign up for our",)),
    ("the next article below", page(f"<article>{ARTICLE}</article>", tail=f"<article>{_SAYS_NEXT}</article>"), ("young seal", "Pia Holm")),
    ("the next article in a box of its own", page(f'<div class="post">{ARTICLE}</div>', tail=f'<div class="infinite"><div class="post">{_SAYS_NEXT}</div></div>'), ("young seal",)),
    ("two next articles under second headings", page(f"<article>{ARTICLE}</article><section class='next-post'>{_SECOND}</section><section class='next-post'>{_SECOND}</section>"), ("young seal",)),
    ("the article in the data of the page", page(f"<p>{PARAGRAPHS[0]}</p><div class='paywall'>Subscribe to read on</div>", head=f'<script type="application/ld+json">{_DATA_ARTICLE}</script>'), ("Subscribe to read",)),
    ("the article in the state of a framework", page(f"<p>{PARAGRAPHS[0]}</p>", tail=f'<script id="__NEXT_DATA__" type="application/json">{_NEXT_DATA}</script>'), ()),
    ("the article in state with markup", page(f"<p>{PARAGRAPHS[0]}</p>", tail=f"<script>window.__STATE__ = {_state({'story': {'headline': TITLE, 'content': _MARKUP}})};</script>"), ()),
    ("teasers twice, above and below", page(f'<div class="top">{_cards("div", "teaser")}</div>{ARTICLE}<div class="more">{_cards("div", "teaser")}</div>'), ("Forty singers", "Pupils return")),
    ("teasers that repeat in the sidebar", page(ARTICLE, tail=f'<aside>{_cards("li", "item") * 3}</aside>'), ("Forty singers",)),
    ("one long text node", page(f'<div class="text">{_RUN}</div>'), ()),
    ("a long text node with line breaks", page(f'<div class="text">{"<br><br>".join(PARAGRAPHS)}</div>'), ()),
    ("a long text node among inline marks", page(f'<div>{" ".join(f"<b>{text[:12]}</b>{text[12:]}" for text in PARAGRAPHS)}</div>'), ()),
    ("curly quotation marks in an attribute", page(_paragraphs(PARAGRAPHS[:2]) + f"<p>{_LINKED}</p>" + _paragraphs(PARAGRAPHS[3:])), ()),
    ("an attribute whose quotation mark is never closed", page(_paragraphs(PARAGRAPHS[:5]) + '<p><img src=/a.jpg alt="the rock\'></p><p class="x">' + PARAGRAPHS[5] + "</p>" + _paragraphs(PARAGRAPHS[6:])), ()),
    ("an address whose quotation mark is never closed", page(_paragraphs(PARAGRAPHS[:5]) + '<p><a href="http://<iframe width=”9” src=”https://v.example.com/e”>Video</a></p>' + _paragraphs(PARAGRAPHS[5:])), ()),
    ("an article for browsers without scripts", page(f'<div id="app"></div><noscript><div class="story">{ARTICLE}</div></noscript>'), ()),
    ("links below a label at the end", page(ARTICLE + "<p>Read also:</p>" + "".join(f'<p><a href="/t/{n}">{title}</a></p>' for n, (title, _) in enumerate(TEASERS[:2]))), ("Ferry timetable",)),
    ("an article in a sidebar under a consent dialog", f'<!doctype html><html lang="en"><head><title>{TITLE} | Coast Courier</title></head><body><div id="cmp" class="consent-layer" role="dialog"><p>We use cookies to measure the use of our pages. By clicking accept you agree to this.</p><button>Accept</button></div><main class="player"><p>Live</p></main><aside class="col-right"><h1>{TITLE}</h1>{ARTICLE}</aside></body></html>', ("By clicking accept",)),
    ("curly quotation marks around classes", page(f"<div class=“story-text” id=“main”>{ARTICLE}</div>"), ()),
    ("the whole article in a link", page(f'<a href="/news/48213">{ARTICLE}</a>'), ()),
    ("paragraphs with breaks in a link", page(f'<dl><a href="/news/48213">{"<br><br>".join(PARAGRAPHS)}</a></dl>'), ()),
    ("an article for browsers without frames", f'<html><head><title>{TITLE}</title></head><frameset cols="20%,80%"><frame src="menu.html"><frame src="story.html"><noframes><body><h1>{TITLE}</h1>{ARTICLE}</body></noframes></frameset></html>', ()),
    ("an article that goes on below its box", page(f'<article class="story">{_paragraphs(PARAGRAPHS[:3])}</article><div class="continued"><div><b>{_paragraphs(PARAGRAPHS[3:5])}</b></div><div>{_paragraphs(PARAGRAPHS[5:])}</div></div>'), ()),
    ("references that are escaped twice", page(ARTICLE.replace("“", "&amp;ldquo;").replace("”", "&amp;amp;#8221;")), ("&",)),
    ("comments that are signed", page(ARTICLE + "".join(f'<div><p>{who} 12.03.2026, 1{n}:20</p><p>He will be missed by all of us on the coast.</p></div>' for n, who in enumerate(("ana", "bo77", "cy")))), ("will be missed by all",)),
)  # fmt: skip
