"""Pages of made-up news sites: a document inside the menus, teasers and boxes of a template."""

from __future__ import annotations

import json
import random
import re
from typing import Any


def page(document: dict[str, Any], number: int) -> str:
    """Return a document as a page of one of four templates.

    The menus, teasers and boxes of a news site are around it.
    """
    dice = random.Random(f"page {document['url']}")
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in document["text"].split("\n"))
    words = re.findall(r"[a-z]{4,}", document["text"])[:400] or ["news"]

    def links(n: int, kind: str) -> str:
        return "".join(
            f'<li class="{kind}-item"><a href="/{kind}/{i}-{dice.choice(words)}.html" data-track="{kind}:{i}">'
            f"<span>{' '.join(dice.choices(words, k=6)).capitalize()}</span></a></li>"
            for i in range(n)
        )

    at = document["published_at"]
    when = f'<time datetime="{at.isoformat()}">{at:%B %d, %Y}</time>' if at else ""
    by = (
        f'<div class="byline">By <a rel="author" href="/by/{number % 90}">{document["author"]}</a></div>'
        if document["author"]
        else ""
    )
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": document["title"],
        **({"datePublished": at.isoformat()} if at else {}),
        **(
            {"author": {"@type": "Person", "name": document["author"]}}
            if document["author"]
            else {}
        ),
    }
    head = (
        f'<head><meta charset="utf-8"><title>{document["title"]} | Outlet</title><link rel="canonical" href="{document["url"]}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
        f"<style>{'.c{margin:0 auto;padding:4px} ' * 60}</style><script>var a={json.dumps(words[:200])};</script></head>"
    )
    menu, teasers, footer = links(40, "nav"), links(30, "teaser"), links(25, "footer")
    title = f"<h1>{document['title']}</h1>"
    bodies = (
        f"<header><nav><ul>{menu}</ul></nav></header><main><article>{title}{by}{when}{body}</article>"
        f"<aside><h3>Most read</h3><ul>{teasers}</ul></aside></main><footer><ul>{footer}</ul></footer>",
        f'<div id="top"><ul class="menu">{menu}</ul></div><div class="story-wrap"><div class="story-head">{title}{when}{by}</div>'
        f'<div class="story-body">{body}<div class="related"><h4>Related</h4><ul>{teasers}</ul></div></div></div><div class="bottom"><ul>{footer}</ul></div>',
        f'<table width="100%"><tr><td class="left"><ul>{menu}</ul></td><td class="content">{title}{by}{when}{body}</td>'
        f'<td class="right"><ul>{teasers}</ul></td></tr></table><p class="legal">Copyright. All rights reserved.</p><ul>{footer}</ul>',
        f'<div class="page"><div class="share">Share on Facebook</div><section class="post">{title}{by}{when}'
        f'<div itemprop="articleBody">{body}</div><div class="newsletter">Sign up for our newsletter</div></section>'
        f'<section class="more"><ul>{teasers}</ul></section><nav><ul>{menu}</ul></nav><footer><ul>{footer}</ul></footer></div>',
    )
    return (
        f'<!DOCTYPE html><html lang="en">{head}<body>{bodies[number % len(bodies)]}</body></html>'
    )
