"""Pages are divided into blocks with their texts."""

from copydesk.transforms.extract.blocks import read_blocks
from copydesk.transforms.extract.options import Options
from copydesk.transforms.extract.parse import parse


def _blocks(body: str) -> list[str]:
    return read_blocks(parse(f"<html><body>{body}</body></html>"), Options()).text


def test_paragraphs_headings_and_list_items_are_blocks_without_markers() -> None:
    assert _blocks("<h2>What</h2><p>One.</p><ul><li>first</li><li>second</li></ul>") == [
        "What",
        "One.",
        "first",
        "second",
    ]


def test_a_line_break_ends_a_block() -> None:
    assert _blocks("<div>one<br>two<br><br>three</div>") == ["one", "two", "three"]


def test_inline_elements_do_not() -> None:
    assert _blocks("<p>Rain <b>fell</b> on <a href=x>Oslo</a>.</p>") == ["Rain fell on Oslo."]


def test_text_after_a_block_is_a_block_of_its_own() -> None:
    assert _blocks("<div>before<p>inside</p>after</div>") == ["before", "inside", "after"]


def test_white_space_is_one_space_but_no_break_spaces_stay() -> None:
    assert _blocks("<p> a \n\t b\u2003c\xa0d\u202fe </p>") == ["a b c\xa0d\u202fe"]


def test_preformatted_text_keeps_its_lines() -> None:
    assert _blocks("<pre>one\n  two\n</pre>") == ["one\n  two"]


def test_text_is_composed() -> None:
    assert _blocks("<p>cafe\u0301</p>") == ["caf\xe9"]


def test_a_row_of_short_cells_is_one_line_with_tabs() -> None:
    assert _blocks(
        "<table><tr><th>Team</th><th>Gold</th></tr><tr><td>Holm</td><td>12</td></tr></table>"
    ) == ["Team\tGold", "Holm\t12"]


def test_cells_of_a_layout_table_are_blocks_of_their_own() -> None:
    long = "A sentence about rain that is repeated until it is long. " * 4
    assert _blocks(f"<table><tr><td>{long}</td><td>{long}</td></tr></table>") == [
        long.strip(),
        long.strip(),
    ]


def test_scripts_styles_and_form_choices_hold_no_text() -> None:
    assert _blocks(
        "<script>a</script><style>b</style><select><option>c</select><noscript>d</noscript><p>text</p>"
    ) == ["text"]


def test_the_explanation_of_a_word_is_not_part_of_its_sentence() -> None:
    for sign in ("role='tooltip'", "class='popover-content'", "class='x tooltip__text'"):
        assert _blocks(f"<p>The bay<span {sign}>Population 9</span> froze.</p>") == [
            "The bay froze."
        ]
    word = "<p>The <span class='tooltip'>bay</span> froze.</p>"
    assert _blocks(word) == ["The bay froze."]


def test_links_and_places_are_counted() -> None:
    page = read_blocks(
        parse("<html><body><div><p>Go <a href=x>home</a></p></div><p>Stay</p></body></html>"),
        Options(),
    )
    assert page.link_chars.tolist() == [4, 0]
    div = page.tag.index("div")
    assert (page.first_block[div], page.last_block[div]) == (0, 1)


def test_a_large_first_letter_in_an_element_of_its_own_belongs_to_the_paragraph_below() -> None:
    rest = "arbour reports that this paper has read name eleven boats and two warehouses."
    whole = [f"H{rest}"]
    assert _blocks(f"<div class=cap>H</div><p>{rest}</p>") == whole
    assert _blocks(f"<div><span>H</span><p>{rest}</p></div>") == whole
    assert _blocks(f"<table><tr><td>H</td></tr></table>{rest}") == whole
    assert _blocks(f"<p>“H</p><p>{rest}</p>") == [f"“H{rest}"]


def test_a_letter_above_another_word_or_a_short_line_stays_alone() -> None:
    rest = "fisherman who had read it in this paper found eleven boats under the wall."
    assert _blocks(f"<div>A</div><p>{rest}</p>") == ["A", rest]
    assert _blocks("<h2>H</h2><p>arbour</p>") == ["H", "arbour"]
    assert _blocks(f"<div><a href=x>H</a></div><p>arbour {rest}</p>") == ["H", f"arbour {rest}"]


def test_an_open_shadow_of_an_element_is_shown_and_another_template_is_not() -> None:
    shadow = '<x-a><template shadowrootmode="open"><p>One.</p></template></x-a>'
    assert _blocks(f"{shadow}<template><p>Two.</p></template>") == ["One."]


def test_chinese_paragraphs_in_a_layout_table_are_not_the_cells_of_a_row() -> None:
    text = ["议会周一投票降低港口围墙。", "渔民三月份提出了这个要求。", "市长预计五月开工。"]
    cells = "".join(f"<p>{sentence}</p>" for sentence in text)
    assert _blocks(f"<table><tr><td>首页</td><td>{cells}</td></tr></table>") == ["首页", *text]
    assert _blocks("<table><tr><td>开工</td><td>五月。</td></tr></table>") == ["开工\t五月。"]
