"""Rows of CSV, JSON and Parquet as exports and interfaces give them, some of them damaged."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from copydesk.flows.read import Fields, Record, Reject, read, survey

STORY = "The council in Harwick approved the plan for the harbour road after a long debate. "


def items(path: Path, content: bytes | str) -> list[Record | Reject]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read([str(path)]))


def outcomes(path: Path, content: bytes | str) -> list[str]:
    """The text of each document without `STORY`, and the reason of each reject."""
    return [
        item.body.decode().replace(STORY, "") if isinstance(item, Record) else item.reason
        for item in items(path, content)
    ]


@pytest.mark.parametrize("missing", ["NULL", "NaN", "nan", "\\N", "<NA>", "N/A", "None", "null"])
def test_the_mark_of_a_missing_value_in_csv_is_no_text_and_no_address(
    tmp_path: Path, missing: str
) -> None:
    rows = f"title,text,url\n{missing},{STORY},{missing}\nRain,{missing},https://h.example\n"
    first, second = items(tmp_path / "a.csv", rows)
    assert isinstance(first, Record)
    assert (first.url, first.given.title) == (None, None)
    assert isinstance(second, Reject)
    assert second.reason == "empty"


def test_a_comment_above_the_header_row_of_csv_is_passed_over(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "a.csv", f"# exported on Monday\nid,text\n1,{STORY}one\n")
    assert found == ["one"]


def test_records_of_a_json_text_sequence_are_read(tmp_path: Path) -> None:
    lines = [f"\x1e{json.dumps({'text': f'{STORY}{n}'})}\n" for n in range(2)]
    assert outcomes(tmp_path / "a.jsonl", "".join(lines)) == ["0", "1"]


def element(number: int) -> str:
    authors = [{"id": 1, "name": "Ana"}, {"id": 2, "name": "Bo"}]
    return json.dumps({"id": number, "text": f"{STORY}{number}", "authors": authors})


@pytest.mark.parametrize("between", [",", ",\n", ",\r\n  "])
@pytest.mark.parametrize(
    "broken", ['{"id": 1, "text": bad}', element(1)[:60], '{"id": 1, "text": "He said "no"."}', "{"]
)
def test_a_damaged_element_of_an_array_costs_only_itself(
    tmp_path: Path, between: str, broken: str
) -> None:
    content = f"[{between.join([element(0), broken, element(2), element(3)])}]"
    assert outcomes(tmp_path / "a.json", content) == ["0", "bad_json", "2", "3"]


def test_a_damaged_element_costs_only_itself_if_names_are_not_ascii(tmp_path: Path) -> None:
    def with_title(number: int) -> str:
        row = {
            "título": f"Lluvia {number}",
            "texto": f"{STORY}{number}",
            "text": f"{STORY}{number}",
        }
        return json.dumps(row, ensure_ascii=False)

    content = f"[{with_title(0)},{with_title(1)[:60]},{with_title(2)}]"
    assert outcomes(tmp_path / "a.json", content) == ["0", "bad_json", "2"]


@pytest.mark.parametrize(
    "story",
    ['He said "no" to it.', 'He said "no", and left.', '"No" is what he said', 'He said "no"'],
)
def test_quotes_inside_a_quoted_cell_of_csv_stay_as_they_are_printed(
    tmp_path: Path, story: str
) -> None:
    rows = f'id,text,url\n1,"{STORY}{story}",https://h.example/1\n'
    (found,) = items(tmp_path / "a.csv", rows)
    assert isinstance(found, Record)
    assert found.body.decode() == STORY + story
    assert found.url == "https://h.example/1"


def test_an_element_of_an_array_without_a_comma_before_it_is_read(tmp_path: Path) -> None:
    content = f"[{element(0)} {element(1)}, {element(2)}]"
    assert outcomes(tmp_path / "a.json", content) == ["0", "bad_json", "1", "2"]


def test_an_object_inside_a_damaged_element_is_no_document(tmp_path: Path) -> None:
    def with_blocks(number: int) -> str:
        blocks = [{"id": n, "text": f"{STORY}{number}"} for n in range(3)]
        return json.dumps({"id": number, "url": "u", "lang": "en", "day": 1, "text": blocks})

    broken = with_blocks(1).replace('"url": "u"', '"url": u')
    found = items(tmp_path / "a.json", f"[{with_blocks(0)},{broken},{with_blocks(2)}]")
    assert [type(item) for item in found] == [Record, Reject, Record]


def test_a_post_of_the_wordpress_interface_is_a_page_with_its_title(tmp_path: Path) -> None:
    post = {
        "id": 7,
        "date": "2026-11-09T10:00:00",
        "link": "https://h.example/a",
        "title": {"rendered": "Rain &amp; <em>wind</em>"},
        "content": {"rendered": f"<p>{STORY}</p><p>{STORY}</p>", "protected": False},
        "author": 3,
    }
    (found,) = items(tmp_path / "a.json", json.dumps([post]))
    assert isinstance(found, Record)
    assert (found.kind, found.url) == ("page", "https://h.example/a")
    assert found.given.title == "Rain & wind"


def test_a_message_names_values_as_json_does(tmp_path: Path) -> None:
    found = items(tmp_path / "a.jsonl", 'null\n[]\n{"text": {"a": 1}}\n')
    details = [item.detail for item in found if isinstance(item, Reject)]
    assert [detail.rsplit(", not ")[0].split()[-1] for detail in details if detail] == [
        "object",
        "object",
        "object",
    ]
    assert [str(detail).rsplit("not ")[-1] for detail in details[:2]] == ["null", "a list"]
    assert "contains an object" in str(details[2])


def parquet(n_rows: int = 60) -> bytes:
    sink = io.BytesIO()
    texts = [f"{STORY * 4}{number}" for number in range(n_rows)]
    pq.write_table(pa.table({"text": texts}), sink, row_group_size=20, use_dictionary=False)
    return sink.getvalue()


def test_a_damaged_row_group_of_parquet_costs_only_itself(tmp_path: Path) -> None:
    content = bytearray(parquet())
    group = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(1).column(0)
    start = group.data_page_offset  # the header of the page
    content[start : start + 16] = bytes(byte ^ 0xFF for byte in content[start : start + 16])
    found = items(tmp_path / "a.parquet", bytes(content))
    assert [item.record_number for item in found] == [*range(21), *range(40, 60)]
    (refused,) = (item for item in found if isinstance(item, Reject))
    assert refused.reason == "corrupt"
    assert "rows 20 to 39" in str(refused.detail)


def test_parquet_and_zip_may_be_packed_like_other_formats(tmp_path: Path) -> None:
    assert len(items(tmp_path / "a.parquet.gz", gzip.compress(parquet()))) == 60
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.txt", STORY)
    (found,) = items(tmp_path / "a.zip.gz", gzip.compress(sink.getvalue()))
    assert found.source_uri == "a.zip.gz/a.txt"


def test_a_member_of_an_archive_with_a_very_long_name_is_read(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a" * 3000 + ".txt", STORY)
    (found,) = items(tmp_path / "a.zip", sink.getvalue())
    assert isinstance(found, Record)


def test_a_document_of_an_office_program_is_one_row_that_says_what_to_do(tmp_path: Path) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", "word/media/image1.png"):
            archive.writestr(name, "<x/>")
    (found,) = items(tmp_path / "a.docx", sink.getvalue())
    assert isinstance(found, Reject)
    assert "save it as text or HTML" in str(found.detail)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_number_with_too_many_digits_costs_only_its_record(tmp_path: Path, name: str) -> None:
    """Python raises another error for it than for other faults of JSON."""
    rows = [element(0), element(1).replace('"id": 1,', f'"id": {"9" * 5000},', 1), element(2)]
    content = f"[{','.join(rows)}]" if name == "a.json" else "\n".join(rows)
    assert outcomes(tmp_path / name, content) == ["0", "bad_json", "2"]


@pytest.mark.parametrize("at", [0, 3, 30, 90])
@pytest.mark.parametrize("pack", ["gzip", "zstd"])
def test_lines_after_a_damaged_member_of_json_lines_are_read(
    tmp_path: Path, pack: str, at: int
) -> None:
    """Files of several days are often joined with `cat`, each day a gzip member of its own."""
    compress = (
        gzip.compress if pack == "gzip" else zstandard.ZstdCompressor(write_checksum=True).compress
    )
    days = [
        compress("".join(f"{element(10 * day + n)}\n" for n in range(2)).encode())
        for day in range(4)
    ]
    damaged = bytearray(days[1])
    damaged[at : at + 8] = bytes(byte ^ 0xFF for byte in damaged[at : at + 8])
    content = b"".join([days[0], bytes(damaged), *days[2:]])
    found = outcomes(tmp_path / "a.jsonl", content)
    assert [n for n in found if n in {"0", "1", "20", "21", "30", "31"}] == [
        "0",
        "1",
        "20",
        "21",
        "30",
        "31",
    ]
    assert "corrupt" in found


def test_the_end_of_a_file_of_json_lines_that_is_cut_off_is_a_row(tmp_path: Path) -> None:
    packed = gzip.compress(f"{element(0)}\n{element(1)}\n".encode())
    found = items(tmp_path / "a.jsonl", gzip.compress(f"{element(5)}\n".encode()) + packed[:-40])
    assert isinstance(found[0], Record)
    assert [item.reason for item in found if isinstance(item, Reject)] == ["truncated"]


ANSWERS_WITH_INNER_RECORDS = {
    "elasticsearch": {"hits": {"hits": [{"_id": "7", "_source": {"body": f"{STORY}0"}}]}},
    "json_api": {"data": [{"type": "article", "attributes": {"body": f"{STORY}0"}}]},
    "graphql": {"data": {"articles": {"edges": [{"node": {"body": f"{STORY}0"}}]}}},
    "nodes": {"data": {"posts": {"nodes": [{"body": f"{STORY}0"}]}}},
}


@pytest.mark.parametrize(
    "answer", ANSWERS_WITH_INNER_RECORDS.values(), ids=list(ANSWERS_WITH_INNER_RECORDS)
)
def test_the_records_inside_the_answer_of_an_interface_are_read(
    tmp_path: Path, answer: dict[str, object]
) -> None:
    assert outcomes(tmp_path / "a.json", json.dumps(answer)) == ["0"]


def test_a_line_of_a_dump_has_its_fields_in_an_inner_record_and_keeps_the_outer_ones(
    tmp_path: Path,
) -> None:
    line = {"_id": "7", "_source": {"body": STORY, "title": "Plan"}}
    (tmp_path / "a.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    (found,) = read([str(tmp_path)], fields=Fields(keep=("_id",)))
    assert isinstance(found, Record)
    assert (found.given.title, found.extra) == ("Plan", (("_id", "7"),))


@pytest.mark.parametrize("name", ["a.html", "a.htm"])
def test_an_answer_in_json_that_was_saved_as_a_page_is_read_as_json(
    tmp_path: Path, name: str
) -> None:
    lines = "".join(json.dumps({"text": f"{STORY}{n}"}) + "\n" for n in range(2))
    assert outcomes(tmp_path / name, lines) == ["0", "1"]


def test_a_page_of_text_that_begins_with_a_bracket_stays_a_page(tmp_path: Path) -> None:
    (found,) = items(tmp_path / "a.html", f"[Harwick] {STORY}")
    assert isinstance(found, Record)
    assert found.kind == "page"


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".html", ".txt", ".warc", ".rss"])
def test_a_file_without_bytes_is_a_row_of_rejects_whatever_its_format(
    tmp_path: Path, suffix: str
) -> None:
    (found,) = items(tmp_path / f"a{suffix}", b"")
    assert isinstance(found, Reject)


def test_a_banner_above_the_names_of_the_columns_is_named_in_the_rejects(tmp_path: Path) -> None:
    first, *_ = items(tmp_path / "a.csv", f"Export of 2 results\n\ntitle,text\nRain,{STORY}\n")
    assert isinstance(first, Reject)
    assert "(Export of 2 results); delete the lines above the names" in first.detail


def test_the_message_about_a_file_of_another_kind_says_what_it_is(tmp_path: Path) -> None:
    (found,) = items(tmp_path / "a.pdf", b"%PDF-1.7\n")
    assert isinstance(found, Reject)
    assert found.detail == "a PDF file; save its text as text or HTML"


def test_a_record_without_fields_is_refused_with_a_whole_sentence(tmp_path: Path) -> None:
    (found,) = items(tmp_path / "a.jsonl", "{}\n")
    assert isinstance(found, Reject)
    assert found.detail.endswith("is in the record, which has no fields")


def test_the_columns_of_a_press_archive_are_known_names(tmp_path: Path) -> None:
    archive = tmp_path / "a.csv"
    archive.write_text(
        f'HD,BY,PD,SN,TD\nPlan,Ana Ruiz,1 November 2026,Harwick News,"{STORY * 3}"\n',
        encoding="utf-8",
    )
    chosen = survey.chosen_fields(survey.survey([str(archive)]))
    (found,) = read([str(archive)], fields=Fields(**chosen))
    assert isinstance(found, Record)
    assert (found.given.title, found.given.outlet) == ("Plan", "Harwick News")
    assert (found.given.authors, found.given.published) == (("Ana Ruiz",), "1 November 2026")


def test_a_date_in_words_is_found_by_its_values(tmp_path: Path) -> None:
    row = {"body": STORY, "shown": "2 March 2026", "n": "12"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert survey.chosen_fields(survey.survey([str(tmp_path)]))["date"] == ("shown",)
