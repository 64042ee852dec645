"""Documents in all the formats and forms that people have."""

from __future__ import annotations

import bz2
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk.flows.read import Fields, Limits, Record, Reject, read

STORY = "The council in Harwick approved the plan for the harbour road after a long debate. " * 8
PAGE = f"<!doctype html><html><head><title>Plan</title></head><body><p>{STORY}</p></body></html>"


def items(path: Path, content: bytes | str, **options: object) -> list[Record | Reject]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read([str(path)], **options))  # type: ignore[arg-type]


def one(path: Path, content: bytes | str, **options: object) -> Record:
    (found,) = items(path, content, **options)
    assert isinstance(found, Record), found
    return found


def reason(path: Path, content: bytes | str) -> str:
    (found,) = items(path, content)
    assert isinstance(found, Reject), found
    return found.reason


def zipped(**files: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return sink.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_row_is_a_document_whatever_its_delimiter(tmp_path: Path, mark: str) -> None:
    rows = f'url{mark}text{mark}date\nhttps://h.example/1{mark}"Rain,\nand ""more""."{mark}2026-11-09\n'
    found = one(tmp_path / "a.csv", rows)
    assert (found.url, found.body) == ("https://h.example/1", b'Rain,\nand "more".')
    assert found.given.published == "2026-11-09"


def test_a_csv_row_with_too_many_cells_is_a_reject_and_the_next_row_is_read(tmp_path: Path) -> None:
    found = items(tmp_path / "a.csv", "text,url\none,two,three\nRain.,https://h.example\n")
    assert [type(item) for item in found] == [Reject, Record]


@pytest.mark.parametrize(
    ("damaged", "good"),
    [
        ('https://h.example/0,"Rain fell', '"Snow, and ""hail""."'),
        ('https://h.example/0,"Rain fell', "Snow fell."),
        ('https://h.example/0,"Rain, and a road.\nIt closed, at noon.', '"Snow fell."'),
        ('"https://h.example/0,Rain fell', "Snow fell."),
    ],
    ids=["quotes below", "no quote below", "several lines", "a quote at the start"],
)
def test_a_quote_that_is_never_closed_costs_its_own_row(
    tmp_path: Path, damaged: str, good: str
) -> None:
    before, after = (
        [f"https://h.example/{part}{n},{good}" for n in range(3)] for part in ("a", "b")
    )
    found = items(tmp_path / "a.csv", "\n".join(["url,text", *before, damaged, *after, ""]))
    addresses = [item.url for item in found if isinstance(item, Record)]
    assert addresses == [f"https://h.example/{part}{n}" for part in "ab" for n in range(3)]
    (reject,) = [item for item in found if isinstance(item, Reject)]
    assert (reject.reason, reject.record_number) == ("bad_csv", 3)
    assert "line 5: a quote is not closed; reading went on at line" in reject.detail


def test_a_csv_row_of_more_lines_than_the_limit_is_a_reject_that_names_it(tmp_path: Path) -> None:
    rows = ['https://h.example/0,"' + "Rain.\n" * 9 + '"', "https://h.example/1,Snow.", ""]
    (tmp_path / "a.csv").write_text("\n".join(["url,text", *rows]))
    found = list(read([str(tmp_path / "a.csv")], limits=Limits(row_lines=8)))
    assert [(item.url, type(item)) for item in found] == [
        (None, Reject),
        ("https://h.example/1", Record),
    ]
    assert isinstance(found[0], Reject)
    assert "line 2: a row of more than 8 lines ([limits] row_lines)" in found[0].detail


def test_a_backslash_before_a_quote_is_not_part_of_the_text(tmp_path: Path) -> None:
    rows = [
        'https://h.example/0,"He said \\"no\\" to it.\nThen, he left."',
        "https://h.example/1,Rain.",
    ]
    found = items(tmp_path / "a.csv", "\n".join(["url,text", *rows, ""]))
    assert [item.body for item in found if isinstance(item, Record)] == [
        b'He said "no" to it.\nThen, he left.',
        b"Rain.",
    ]
    assert len(found) == 2


def test_a_text_of_several_lines_is_not_cut_at_a_quote_inside_it(tmp_path: Path) -> None:
    rows = ['https://h.example/0,"He said "no" to it.\nThen he left."', "https://h.example/1,Rain."]
    found = items(tmp_path / "a.csv", "\n".join(["url,text", *rows, ""]))
    assert [type(item) for item in found] == [Reject, Record]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\r".join(json.dumps({"text": STORY + n}) for n in "01")),
        ("a.jsonl", "[\n" + "".join(json.dumps({"text": STORY + n}) + ",\n" for n in "01") + "]"),
        ("a.json", "[" + "".join(json.dumps({"text": STORY + n}) + "," for n in "01") + "]"),
    ],
    ids=["carriage returns", "lines of an array", "a comma after the last"],
)
def test_json_records_are_read_with_the_ends_of_other_writers(
    tmp_path: Path, name: str, content: str
) -> None:
    found = items(tmp_path / name, content)
    assert [item.body.decode() for item in found if isinstance(item, Record)] == [
        STORY + "0",
        STORY + "1",
    ]
    assert len(found) == 2


def test_a_relative_link_of_a_feed_is_completed_by_the_address_of_its_site(tmp_path: Path) -> None:
    item = f"<item><title>Plan</title><link>/news/plan</link><description>{STORY * 2}</description></item>"
    feed = f"<rss version='2.0'><channel><link>https://h.example/</link>{item}</channel></rss>"
    assert one(tmp_path / "a.xml", feed).url == "https://h.example/news/plan"


def test_a_cell_between_tabs_may_begin_with_a_quotation(tmp_path: Path) -> None:
    texts = ['"We sail at noon," she said.', '"We sail at noon, she said.', '"We sail at noon."']
    rows = [f"https://h.example/{n}\t{text}\n" for n, text in enumerate([*texts, "Rain fell."])]
    found = items(tmp_path / "a.tsv", "url\ttext\n" + "".join(rows))
    assert [item.body.decode() for item in found if isinstance(item, Record)] == [
        '"We sail at noon," she said.',
        '"We sail at noon, she said.',
        "We sail at noon.",
        "Rain fell.",
    ]


def test_quotes_inside_a_quoted_csv_field_are_read_as_they_are(tmp_path: Path) -> None:
    found = items(tmp_path / "a.csv", 'url,text\nhttps://h.example/0,"He said "no" to it."\n')
    assert [item.body for item in found if isinstance(item, Record)] == [b'He said "no" to it.']


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"text": STORY}, {"text": STORY}]),
        json.dumps([{"text": STORY}, {"text": STORY}], indent=2),
        json.dumps({"text": STORY}) + "\n" + json.dumps({"text": STORY}),
        json.dumps({"meta": {"n": 2}, "articles": [{"text": STORY}, {"text": STORY}]}),
    ],
    ids=["array", "indented array", "lines", "wrapped"],
)
def test_json_is_read_in_each_of_its_forms(tmp_path: Path, content: str) -> None:
    found = items(tmp_path / "a.json", content)
    assert [item.record_number for item in found if isinstance(item, Record)] == [0, 1]


def test_a_json_object_is_one_document(tmp_path: Path) -> None:
    assert one(tmp_path / "a.json", json.dumps({"maintext": STORY, "title": "Plan"})).body


def test_an_array_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    found = items(tmp_path / "a.json", '[{"text": "It rained."}, {"text": "It ra')
    assert [getattr(item, "reason", "") for item in found] == ["", "bad_json"]


def test_a_broken_line_of_json_costs_only_itself(tmp_path: Path) -> None:
    found = items(tmp_path / "a.json", '{"text": "One."}\n{"text": oops}\n{"text": "Three."}\n')
    assert [getattr(item, "reason", "") for item in found] == ["", "bad_json", ""]


def test_markdown_loses_its_marks_and_its_head_becomes_fields(tmp_path: Path) -> None:
    text = '---\ntitle: "Plan"\nauthors: [Ana Ruiz]\ndate: 2026-11-09\n---\n# Plan\n\nThe **plan** [passed](/x).'
    found = one(tmp_path / "a.md", text)
    assert found.body == b"Plan\nThe plan passed."
    assert (found.given.title, found.given.authors) == ("Plan", ("Ana Ruiz",))
    assert found.given.published == "2026-11-09"


def test_a_saved_page_in_mhtml_is_the_page_with_its_address(tmp_path: Path) -> None:
    message = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://h.example/plan\n"
        "Date: Mon, 9 Nov 2026 10:00:00 -0000\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n--B\n'
        "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        f"{PAGE.replace('=', '=3D')}\n--B--\n"
    )
    found = one(tmp_path / "a.mhtml", message)
    assert (found.kind, found.url) == ("page", "https://h.example/plan")
    assert found.body.strip() == PAGE.encode()
    assert found.fetched_at is not None


@pytest.mark.parametrize("packed", [bz2.compress, lzma.compress], ids=["bz2", "xz"])
def test_bzip2_and_xz_are_unpacked(tmp_path: Path, packed: object) -> None:
    suffix = "bz2" if packed is bz2.compress else "xz"
    line = json.dumps({"text": STORY}).encode() + b"\n"
    content = packed(line) + packed(line)  # type: ignore[operator]
    assert len(items(tmp_path / f"a.jsonl.{suffix}", content)) == 2


@pytest.mark.parametrize("packed", [bz2.compress, lzma.compress], ids=["bz2", "xz"])
def test_a_bomb_meets_the_limit_in_every_packing(tmp_path: Path, packed: object) -> None:
    suffix = "bz2" if packed is bz2.compress else "xz"
    content = packed(bytes(80 * 2**20))  # type: ignore[operator]
    assert reason(tmp_path / f"a.jsonl.{suffix}", content) == "too_large"


def test_the_files_of_a_zip_are_read_by_their_formats(tmp_path: Path) -> None:
    lines = json.dumps({"text": STORY}).encode()
    content = zipped(**{"x/a.html": PAGE.encode(), "b.jsonl": lines, "c.png": b"\x89PNG\r\n"})
    found = items(tmp_path / "a.zip", content)
    assert [(item.source_uri, getattr(item, "reason", None)) for item in found] == [
        ("a.zip/x/a.html", None),
        ("a.zip/b.jsonl", None),
        ("a.zip/c.png", "unknown_format"),
    ]


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.zip", zipped(inner_zip=zipped(a=b"Rain."))) == "nested_archive"


def test_a_bomb_of_many_files_meets_the_limit_of_the_whole_archive(tmp_path: Path) -> None:
    files = {f"{number}.txt": bytes(8 * 2**20) for number in range(12)}
    found = items(tmp_path / "a.zip", zipped(**files))
    assert isinstance(found[-1], Reject)
    assert found[-1].reason == "too_large"
    assert len(found) < 12


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tgz", "w:gz"), ("a.tar.xz", "w:xz")]
)
def test_the_files_of_a_tar_are_read(tmp_path: Path, name: str, mode: str) -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo("x/a.html")
        entry.size = len(PAGE)
        archive.addfile(entry, io.BytesIO(PAGE.encode()))
    assert one(tmp_path / name, sink.getvalue()).source_uri == f"{name}/x/a.html"


def test_a_wacz_is_its_warc_files(tmp_path: Path) -> None:
    from tests.hostile.inputs import _warc

    content = zipped(**{"archive/data.warc": _warc(PAGE.encode()), "pages/pages.jsonl": b"{}"})
    assert one(tmp_path / "a.wacz", content).url == "https://example.org/a"


def test_an_item_of_a_feed_is_a_document_if_the_feed_has_its_text(tmp_path: Path) -> None:
    feed = (
        '<?xml version="1.0"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>Harbour News</title>"
        f"<item><title>Plan</title><link>https://h.example/1</link><pubDate>Mon, 09 Nov 2026 10:00:00 GMT</pubDate>"
        f"<description>Short.</description><content:encoded><![CDATA[<p>{STORY}</p>]]></content:encoded></item>"
        f"<item><link>https://h.example/2</link><description>{STORY}</description></item>"
        "<item><link>https://h.example/3</link><description>The council approved the ...</description></item>"
        "</channel></rss>"
    )
    found = items(tmp_path / "a.xml", feed)
    assert [(item.url, getattr(item, "reason", None)) for item in found] == [
        ("https://h.example/1", None),
        ("https://h.example/2", None),
        ("https://h.example/3", "summary"),
    ]
    first = found[0]
    assert isinstance(first, Record)
    assert (first.given.title, first.given.outlet) == ("Plan", "Harbour News")
    assert first.given.published == "2026-11-09T10:00:00+00:00"


def test_an_entry_of_atom_is_a_document(tmp_path: Path) -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>H</title><entry><title>Plan</title>'
        '<link href="https://h.example/1"/><author><name>Ana Ruiz</name></author>'
        f'<updated>2026-11-09T10:00:00Z</updated><content type="html">&lt;p&gt;{STORY}&lt;/p&gt;</content></entry></feed>'
    )
    found = one(tmp_path / "a.atom", feed)
    assert (found.kind, found.given.authors) == ("page", ("Ana Ruiz",))


def test_nitf_is_a_text_with_its_headline_byline_and_date(tmp_path: Path) -> None:
    story = (
        '<nitf><head><docdata><date.issue norm="20261109T100000Z"/></docdata></head><body><body.head>'
        "<hedline><hl1>Plan</hl1></hedline><byline>By <person>Ana Ruiz</person></byline>"
        "<dateline><location>HARWICK</location></dateline></body.head>"
        "<body.content><p>It passed.</p><media><media-caption>A road</media-caption></media><p>It rained.</p>"
        "</body.content></body></nitf>"
    )
    found = one(tmp_path / "a.xml", story)
    assert found.body.decode() == "HARWICK \u2014 It passed.\n\nIt rained."
    assert (found.given.title, found.given.authors) == ("Plan", ("Ana Ruiz",))
    assert found.given.published == "20261109T100000Z"


def test_newsml_g2_items_are_texts(tmp_path: Path) -> None:
    item = (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"><itemMeta><provider><name>North Press</name></provider>'
        "<versionCreated>2026-11-09T10:00:00Z</versionCreated></itemMeta>"
        '<contentMeta><language tag="en"/><headline>Plan</headline><creator><name>Ana Ruiz</name></creator></contentMeta>'
        '<contentSet><inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body><p>It passed.</p><p>It rained.</p>'
        "</body></html></inlineXML></contentSet></newsItem>"
    )
    message = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{item}{item}</itemSet></newsMessage>'
    found = items(tmp_path / "a.xml", message)
    assert [item.body for item in found if isinstance(item, Record)] == [
        b"It passed.\n\nIt rained."
    ] * 2
    first = found[0]
    assert isinstance(first, Record)
    assert (first.given.title, first.given.outlet) == ("Plan", "North Press")


def test_an_entity_bomb_costs_nothing(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;</title><description>&b;</description></item></channel></rss>'
    assert reason(tmp_path / "a.rss", bomb) in {"empty", "summary", "corrupt"}


def test_a_sitemap_and_a_robots_txt_are_not_articles(tmp_path: Path) -> None:
    sitemap = '<?xml version="1.0"?><urlset><url><loc>https://h.example/</loc></url></urlset>'
    assert reason(tmp_path / "sitemap.xml", sitemap) == "sitemap"
    assert reason(tmp_path / "robots.txt", "User-agent: *\nDisallow: /private\n") == "robots"


def test_dotted_names_reach_into_objects_and_paragraphs_are_joined(tmp_path: Path) -> None:
    row = {
        "article": {"body": ["It passed at last.", "It rained all day."]},
        "by": {"people": [{"first_name": "Ana", "last_name": "Ruiz"}, {"name": "Bo Li"}]},
        "id": 7,
        "topic": ["roads", "rain"],
    }
    chosen = Fields(text=("article.body",), author=("by.people",), keep=("id", "topic"))
    found = one(tmp_path / "a.jsonl", json.dumps(row), fields=chosen, limits=Limits())
    assert found.body == b"It passed at last.\n\nIt rained all day."
    assert found.given.authors == ("Ana Ruiz", "Bo Li")
    assert found.extra == (("id", "7"), ("topic", '["roads", "rain"]'))


def test_a_row_without_a_known_text_field_names_the_field_that_may_hold_it(tmp_path: Path) -> None:
    (found,) = items(tmp_path / "a.jsonl", json.dumps({"article": {"body": STORY}}))
    assert isinstance(found, Reject)
    assert "'article.body'" in str(found.detail)


@pytest.mark.parametrize(
    "head",
    [
        "sep=;\nurl;text\n",
        "\n\nurl;text\n",
        '"url";"text";"a, b, c, d"\n',
        "URL;Text\n",
        'url;text;"two\nlines"\n',
        "url;text;text\n",
    ],
    ids=["stated delimiter", "blank lines", "commas in a name", "capitals", "line feed", "twice"],
)
def test_a_header_row_of_csv_is_found_in_its_forms(tmp_path: Path, head: str) -> None:
    found = one(tmp_path / "a.csv", f"{head}https://h.example/1;{STORY};;\n")
    assert (found.url, found.body.decode()) == ("https://h.example/1", STORY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_is_read_in_its_encodings_and_line_ends(
    tmp_path: Path, encoding: str, end: str
) -> None:
    rows = ["url,text", f"https://h.example/1,Café Zoë. {STORY}", f"https://h.example/2,{STORY}"]
    found = items(tmp_path / "a.csv", end.join(rows).encode(encoding))
    assert [item.url for item in found] == ["https://h.example/1", "https://h.example/2"]
    assert isinstance(found[0], Record)
    assert found[0].body.decode().startswith("Café Zoë.")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a"])
@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"text": STORY}, {"text": STORY + "2"}]),
        json.dumps({"text": STORY}, indent=2) + "\n" + json.dumps({"text": STORY + "2"}, indent=2),
    ],
    ids=["array", "objects of several lines"],
)
def test_json_and_json_lines_are_recognised_by_their_content(
    tmp_path: Path, name: str, content: str
) -> None:
    found = items(tmp_path / name, content)
    assert [item.body.decode() for item in found if isinstance(item, Record)] == [
        STORY,
        STORY + "2",
    ]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        f'{{"text": "{STORY}"}},\n{{"text": "{STORY}2"}},\n',
        f'{{"text": "{STORY}"}}\n{{"text": "{STORY}2"}}\n'.encode("utf-16"),
        f'[{{"text": "{STORY}"}}]\n[{{"text": "{STORY}2"}}]',
    ],
    ids=["commas between", "UTF-16", "arrays"],
)
def test_json_objects_are_read_with_the_marks_of_other_writers(
    tmp_path: Path, name: str, content: bytes | str
) -> None:
    found = items(tmp_path / name, content)
    assert [item.body.decode() for item in found if isinstance(item, Record)] == [
        STORY,
        STORY + "2",
    ]
    assert len(found) == 2


def test_control_characters_in_json_strings_are_read(tmp_path: Path) -> None:
    assert one(tmp_path / "a.jsonl", f'{{"text": "A\tB. {STORY}"}}').body.startswith(b"A\tB.")
    assert one(tmp_path / "a.json", f'[{{"text": "A\nB. {STORY}"}}]').body.startswith(b"A\nB.")


def test_an_answer_of_an_interface_is_its_list(tmp_path: Path) -> None:
    answer = {"response": {"status": "ok", "results": [{"body": STORY}]}}
    assert one(tmp_path / "a.json", json.dumps(answer)).body.decode() == STORY
    feed = {"version": "1.1", "title": "H", "items": [{"content_html": f"<p>{STORY}</p>"}]}
    assert one(tmp_path / "b.json", json.dumps(feed)).kind == "page"


def test_markup_in_a_field_for_text_is_read_as_a_page(tmp_path: Path) -> None:
    for field in (PAGE, f"<p>{STORY}</p>\n<p>More.</p>", f"<!-- a --><div>{STORY}</div>"):
        assert one(tmp_path / "a.jsonl", json.dumps({"content": field})).kind == "page"
    for field in (STORY, f"<3 from Harwick. {STORY}</p>", f"<b>Rain</b> fell. {STORY}"):
        assert one(tmp_path / "a.jsonl", json.dumps({"content": field})).kind == "text"


def test_front_matter_is_read_in_its_forms(tmp_path: Path) -> None:
    yaml = "---\r\ntitle: Rain\r\npublished: true\r\npublish_date: 2026-11-09\r\nlink: https://h.example\r\n---\r\n"
    toml = '+++\ntitle = "Rain"\ndate = 2026-11-09\nurl = "https://h.example"\n+++\n'
    for head in (yaml, toml):
        found = one(tmp_path / "a.md", f"{head}{STORY}", fields=Fields(keep=("title",)))
        assert (found.given.title, found.given.published) == ("Rain", "2026-11-09")
        assert (found.url, found.extra) == ("https://h.example", (("title", "Rain"),))
        assert found.body.decode() == STORY.strip()


def test_the_root_of_a_saved_page_is_read_and_not_a_frame(tmp_path: Path) -> None:
    parts = "".join(
        f"--B\r\nContent-Type: {kind}\r\nContent-ID: <{name}>\r\n"
        f"Content-Location: https://h.example/{name}\r\n\r\n{page}\r\n"
        for kind, name, page in [
            ("text/html", "ad", "<p>Buy</p>"),
            ("application/xhtml+xml", "it", PAGE),
        ]
    )
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"'
    for named in ('; start="<it>"', "\r\nSnapshot-Content-Location: https://h.example/it"):
        found = one(tmp_path / "a.mhtml", f"{head}{named}\r\n\r\n{parts}--B--\r\n")
        assert (found.url, found.body.decode()) == ("https://h.example/it", PAGE)


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bz2", "xz"])
def test_a_packed_file_without_an_inner_name_is_known_by_its_content(
    tmp_path: Path, pack: object
) -> None:
    lines = "".join(
        json.dumps({"text": f"{n} {STORY}", "x": n * 7919**9}) + "\n" for n in range(300)
    )
    assert len(items(tmp_path / "dump", pack(lines.encode()))) == 300  # type: ignore[operator]
    inner = zipped(dump=pack(lines.encode()))  # type: ignore[operator]
    assert len(items(tmp_path / "a.zip", inner)) == 300


def test_a_member_of_an_archive_is_read_in_formats_that_go_back(tmp_path: Path) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": [STORY]}), sink)
    assert one(tmp_path / "a.zip", zipped(**{"a.parquet": sink.getvalue()})).body.decode() == STORY


def test_a_damaged_or_encrypted_member_of_a_wacz_costs_only_itself(tmp_path: Path) -> None:
    record = (
        b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\n"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n"
    ) % (len(STORY), STORY.encode())
    whole = zipped(**{"archive/a.warc": record, "archive/b.warc": record})
    damaged = bytearray(whole)
    damaged[60:70] = b"\xff" * 10
    found = items(tmp_path / "a.wacz", bytes(damaged))
    assert [type(item) for item in found] == [Reject, Record]
    locked = bytearray(whole)
    locked[6] |= 1
    locked[whole.index(b"PK\x01\x02") + 8] |= 1
    first, second = items(tmp_path / "b.wacz", bytes(locked))
    assert isinstance(first, Reject)
    assert first.detail == "a password protects the file; unpack the archive first"
    assert (first.reason, type(second)) == ("encrypted", Record)


def test_a_packed_tar_that_breaks_off_gives_the_files_before(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for number in range(4):
            page = PAGE.replace("Plan", f"{number}").encode()
            info = tarfile.TarInfo(f"{number}.html")
            info.size = len(page)
            archive.addfile(info, io.BytesIO(page))
    *pages, fault = items(tmp_path / "a.tgz", sink.getvalue()[:-30])
    assert all(isinstance(item, Record) for item in pages)
    assert len(pages) >= 2
    assert isinstance(fault, Reject)
    assert fault.reason == "truncated"


@pytest.mark.parametrize(
    "fault",
    ["<category>Food & Drink</category>", "<x>\x08</x>", "<x>a&nbsp;b</x>", "<dc:x>a</dc:x>", ""],
    ids=["ampersand", "control character", "entity", "namespace", "blanks before"],
)
def test_a_feed_that_is_not_well_formed_gives_its_items(tmp_path: Path, fault: str) -> None:
    content = "".join(
        f"<item><link>https://h.example/{n}</link>{fault}<description>{STORY}</description></item>"
        for n in range(2)
    )
    feed = f"\n<?xml version='1.0'?><rss version='2.0'><channel>{content}</channel></rss>"
    found = items(tmp_path / "a.rss", feed)
    pages = [item for item in found if isinstance(item, Record)]
    assert [page.url for page in pages] == ["https://h.example/0", "https://h.example/1"]
    assert [page.body.decode().strip() for page in pages] == [STORY.strip()] * 2


def test_an_item_in_which_a_feed_ends_is_not_read(tmp_path: Path) -> None:
    item = f"<item><title>A</title><description>{STORY}</description></item>"
    feed = f"<rss version='2.0'><channel>{item}{item}"
    for end in (-30, -300):
        first, fault = items(tmp_path / "a.rss", feed[:end])
        assert isinstance(first, Record)
        assert isinstance(fault, Reject)
        assert fault.reason == "truncated"


def test_a_page_named_xml_is_a_page(tmp_path: Path) -> None:
    assert one(tmp_path / "a.xml", "<?xml version='1.0'?>\n" + PAGE).kind == "page"


def test_a_robots_txt_may_begin_with_other_rules(tmp_path: Path) -> None:
    rules = "Sitemap: https://h.example/s.xml\n\nUser-agent: *\nAllow: /\n"
    assert reason(tmp_path / "a.txt", rules) == "robots"


def test_a_csv_file_without_a_header_row_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (found,) = items(
        tmp_path / "a.csv", f"https://h.example/1,{STORY}\nhttps://h.example/2,{STORY}\n"
    )
    assert isinstance(found, Reject)
    assert (found.reason, "add a header row" in found.detail) == ("malformed", True)


def test_a_member_of_an_archive_whose_name_leads_out_of_it_is_read_below_it(tmp_path: Path) -> None:
    content = zipped(**{"../../a.html": PAGE.encode(), ".b.html": PAGE.encode()})
    assert one(tmp_path / "a.zip", content).source_uri == "a.zip/a.html"


def test_records_of_json_by_their_ids_are_documents(tmp_path: Path) -> None:
    by_id = {f"id{n}": {"text": STORY, "url": f"https://h.example/{n}"} for n in range(3)}
    found = items(tmp_path / "a.json", json.dumps(by_id))
    assert [item.url for item in found] == [f"https://h.example/{n}" for n in range(3)]


def test_a_date_of_a_database_export_is_read(tmp_path: Path) -> None:
    row = {"text": STORY, "date": {"$date": {"$numberLong": "1709181000000"}}}
    assert one(tmp_path / "a.jsonl", json.dumps(row)).given.published == "2024-02-29T04:30:00+00:00"


def test_a_csv_in_another_encoding_is_read_although_its_header_row_is_short(tmp_path: Path) -> None:
    story = "市长周一在新桥开幕式上感谢所有工人，并表示这座桥将缩短两个小时的路程。"
    found = one(tmp_path / "a.csv", f"标题,text\n桥,{story}\n".encode("gb18030"))
    assert found.body == story.encode()


def test_a_wrong_name_does_not_turn_records_or_a_page_into_another_thing(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"text": f"{STORY} {n}"}) + "\n" for n in range(2))
    assert [type(item) for item in items(tmp_path / "a.txt", rows)] == [Record, Record]
    assert one(tmp_path / "b.jsonl", PAGE).kind == "page"
    braces = "{Harwick} The council approved the plan for the harbour road."
    assert one(tmp_path / "c.txt", braces).body == braces.encode()
