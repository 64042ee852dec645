"""Feeds, agency XML and Markdown with the liberties that programs and people take."""

from __future__ import annotations

import html
import io
from pathlib import Path

import pytest

from copydesk.flows.read import Record, Reject, read
from copydesk.flows.read.formats.xml_references import Repaired

STORY = "The council in Harwick approved the plan for the harbour road after a long debate. "
MARKUP = f"<p>{STORY * 4}</p><p>{STORY * 4}</p>"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def one(path: Path, content: str) -> Record:
    path.write_text(content, encoding="utf-8")
    (found,) = read([str(path)])
    assert isinstance(found, Record), found
    return found


def rss(item: str) -> str:
    return (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>H</title><item>{item}</item></channel></rss>"
    )


def atom(entry: str, head: str = "", attributes: str = "") -> str:
    content = f"<content type='html'>{html.escape(MARKUP)}</content>"
    return f"<feed {ATOM} {attributes}><title>H</title>{head}<entry>{entry}{content}</entry></feed>"


def test_an_extension_of_a_feed_does_not_hide_the_text_or_the_title(tmp_path: Path) -> None:
    item = (
        "<media:title>A photo</media:title><media:description>A pier</media:description>"
        f"<title>Rain</title><description>{html.escape(MARKUP)}</description>"
    )
    found = one(tmp_path / "a.rss", rss(item))
    assert found.given.title == "Rain"
    assert STORY.encode() in found.body


def test_markup_that_is_escaped_twice_is_a_page(tmp_path: Path) -> None:
    item = f"<description>{html.escape(html.escape(MARKUP))}</description>"
    found = one(tmp_path / "a.rss", rss(item))
    assert found.kind == "page"
    assert b"&lt;" not in found.body


def test_an_item_may_have_its_text_as_xhtml(tmp_path: Path) -> None:
    item = f'<description>Short.</description><body xmlns="http://www.w3.org/1999/xhtml">{MARKUP}</body>'
    assert STORY.encode() in one(tmp_path / "a.rss", rss(item)).body


@pytest.mark.parametrize(
    ("head", "attributes"),
    [
        ("", 'xml:base="https://h.example/news/"'),
        ('<link rel="self" href="https://h.example/news/feed.atom"/>', ""),
    ],
)
def test_a_relative_link_of_an_entry_is_completed(
    tmp_path: Path, head: str, attributes: str
) -> None:
    found = one(tmp_path / "a.atom", atom('<link href="rain"/>', head, attributes))
    assert found.url == "https://h.example/news/rain"


def test_an_entry_without_an_author_has_that_of_its_feed(tmp_path: Path) -> None:
    content = atom("", "<author><name>Ana Ruiz</name></author>")
    entry = content[content.index("<entry>") : content.index("</feed>")]
    (tmp_path / "a.atom").write_text(content.replace("</feed>", f"{entry}</feed>"))
    found = list(read([str(tmp_path / "a.atom")]))
    assert [item.given.authors for item in found if isinstance(item, Record)] == [
        ("Ana Ruiz",),
        ("Ana Ruiz",),
    ]


def test_an_entry_of_atom_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    content = atom("<title>Rain</title>")
    entry = content[content.index("<entry>") : content.index("</feed>")]
    found = one(tmp_path / "a.xml", entry.replace("<entry>", f"<entry {ATOM}>"))
    assert found.given.title == "Rain"


def test_html_in_a_text_item_of_newsml_is_a_page(tmp_path: Path) -> None:
    data = f'<inlineData contenttype="text/html">{html.escape(MARKUP)}</inlineData>'
    item = f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><contentSet>{data}</contentSet></newsItem>'
    assert one(tmp_path / "a.xml", item).kind == "page"


def test_front_matter_that_is_not_valid_is_read_by_its_lines(tmp_path: Path) -> None:
    head = "---\ntitle: Rain: the flood\ndate: 2026-11-09\ntags:\n  - weather\n---\n\n"
    found = one(tmp_path / "a.md", head + STORY)
    assert found.body.decode().strip() == STORY.strip()
    assert (found.given.title, found.given.published) == ("Rain: the flood", "2026-11-09")


def test_text_between_two_rules_of_markdown_is_no_front_matter(tmp_path: Path) -> None:
    found = one(tmp_path / "a.md", f"---\n\nHe said: it rains: a lot.\n\n---\n\n{STORY}")
    assert b"it rains" in found.body


def test_html_in_markdown_leaves_its_text(tmp_path: Path) -> None:
    content = (
        f'<div class="x">\n\n{STORY}\n\n</div>\n\nA <b>bold</b> word<br>and more &amp; more.\n\n'
        "<!-- a note -->\n\n<script>x()</script>\n\n<p>The last <i>line</i>.</p>\n"
    )
    lines = one(tmp_path / "a.md", content).body.decode().splitlines()
    assert lines == [STORY.strip(), "A bold word", "and more & more.", "The last line."]


def test_an_item_without_text_is_still_a_row(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(rss("<title>Rain</title><link>https://h.example/a</link>"))
    (found,) = read([str(tmp_path / "a.rss")])
    assert isinstance(found, Reject)
    assert found.reason == "empty"


def test_a_prefix_that_the_feed_does_not_declare_is_read_by_its_name(tmp_path: Path) -> None:
    item = f"<media:title>A photo</media:title><content:encoded>{html.escape(MARKUP)}</content:encoded>"
    content = rss(f"{item}<title>Rain</title>").replace(
        ' xmlns:media="http://search.yahoo.com/mrss/"', ""
    )
    (tmp_path / "a.rss").write_text(content, encoding="utf-8")
    first, *faults = read([str(tmp_path / "a.rss")])
    assert isinstance(first, Record)
    assert (first.given.title, STORY.encode() in first.body) == ("Rain", True)
    assert all(isinstance(fault, Reject) for fault in faults)


@pytest.mark.parametrize("fault", ["Harbour&nbsp;News", "Us & them", "R&D; and &foo, Fish &chips"])
def test_a_reference_that_xml_does_not_know_costs_no_tag_of_the_items(
    tmp_path: Path, fault: str
) -> None:
    item = f"<title>{fault}</title><link>https://h.example/?a=1&b=2</link>"
    found = one(tmp_path / "a.rss", rss(f"{item}<description>{html.escape(MARKUP)}</description>"))
    assert found.given.title == html.unescape(fault).replace("\xa0", " ")
    assert found.url == "https://h.example/?a=1&b=2"
    assert f"<p>{STORY}".encode() in found.body


def test_an_ampersand_in_cdata_stays_as_it_is(tmp_path: Path) -> None:
    item = f"<link><![CDATA[https://h.example/?a=1&b=2]]></link><description><![CDATA[{MARKUP}]]>"
    found = one(tmp_path / "a.rss", rss(f"{item}</description>"))
    assert found.url == "https://h.example/?a=1&b=2"


def test_references_are_repaired_across_the_pieces_of_a_stream() -> None:
    content = b"<a>x &amp; y & z&nbsp;&#8217;<![CDATA[p & q]]>]] & r</a>" * 9
    wanted = content.replace(b"y & z&nbsp;", b"y &amp; z&#160;").replace(b"]] & r", b"]] &amp; r")
    for size in (1, 2, 3, 7, 64, 4_096):
        stream = Repaired(io.BytesIO(content))
        assert b"".join(iter(lambda stream=stream, size=size: stream.read(size), b"")) == wanted
