"""Readers hand on what a document shows, and nothing that it does not."""

import pytest

from dagster_project.documents import READERS, html, markdown, reader_for, text
from dagster_project.documents.pieces import (
    CUT_MARK,
    IMAGE_MARK,
    NOTE_MARK,
    STRUCK_MARK,
    TABLE_MARK,
    Pieces,
    Unreadable,
)


def read(module, content: str | bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    module.read(content.encode() if isinstance(content, str) else content, pieces)
    return pieces


def grid(pieces: Pieces) -> list[list[str]]:
    texts = list(pieces.texts)
    cells = pieces.cells()
    return [[texts[index] for index in part["text"]] for _, part in cells.group_by("row_id", maintain_order=True)]


def cell(content: str) -> str:
    return grid(read(html, f"<table><tr><td>{content}</td></tr></table>"))[0][0]


class TestHtmlCells:
    @pytest.mark.parametrize(
        "content",
        [
            "20",
            "<p>20</p>",
            "<span>2</span><span>0</span>",
            "<p><b>2</b><i>0</i></p>",
            "2<!-- x -->0",
            "<p>20<o:p></o:p></p>",
        ],
    )
    def test_digits_parted_by_inline_markup_only_are_one_number(self, content):
        assert cell(content).strip() == "20"

    @pytest.mark.parametrize(
        "content",
        ["2</p><p>0", "<p>2</p><p>0</p>", "2<br>0", "2<div>0</div>", "<ul><li>2<li>0</ul>", "2 0", "2&nbsp;0"],
    )
    def test_digits_in_different_blocks_are_not_joined(self, content):
        assert cell(content).split() == ["2", "0"]

    def test_raised_struck_and_pictured_characters_are_marked(self):
        assert NOTE_MARK in cell("5<sup>1</sup>")
        assert STRUCK_MARK in cell("<del>5</del>6")
        assert STRUCK_MARK in cell("<s>5</s>")
        assert IMAGE_MARK in cell('<img src="five.png">')

    def test_hidden_digits_are_not_part_of_the_number(self):
        assert cell('1<span style="display: none">9</span>') == "1"

    def test_words_broken_over_blocks_stay_readable(self):
        assert "".join(cell("<p>商业</p><p>企业</p>").split()) == "商业企业"

    def test_a_file_that_breaks_off_in_a_cell_marks_it(self):
        pieces = read(html, "<table><tr><td>1</td><td>12")
        assert grid(pieces) == [["1", f"12{CUT_MARK}"]]
        assert pieces.heading.notes[0][0] == "file_breaks_off"

    def test_unclosed_and_uppercase_tags_are_repaired_as_a_browser_does(self):
        assert grid(read(html, "<TABLE><TR><TD>1<TD>2<TR><TD>3</TABLE>")) == [["1", "2"], ["3"]]

    def test_a_layout_table_gives_its_prose_to_the_lines_and_its_tables_to_the_grid(self):
        pieces = read(
            html, "<table><tr><td><p>before</p><table><tr><td>5</td></tr></table><p>after</p></td></tr></table>"
        )
        assert grid(pieces) == [["5"]]
        assert pieces.heading.lines == ["before", TABLE_MARK, "after"]


class TestHtmlPages:
    def test_lines_follow_blocks_and_leave_scripts_out(self):
        pieces = read(
            html,
            "<html><head><title>T</title><style>p{}</style></head><body><script>var x</script><p>one <b>line</b></p>\nsame\nline<br>next</body></html>",
        )
        assert pieces.heading.lines == ["one line", "same line", "next"]
        assert pieces.heading.named == [("page_title", "T")]

    def test_meta_tags_are_named(self):
        pieces = read(
            html,
            '<meta name="ArticleTitle" content="题"><meta name="PubDate" content="2022-01-01"><meta name="Keywords" content="x">',
        )
        assert pieces.heading.named == [("meta_title", "题"), ("meta_published", "2022-01-01")]

    def test_a_page_in_gbk_is_decoded(self):
        pieces = read(html, "<meta charset=gb2312><p>政府信息公开工作年度报告的情况</p>".encode("gbk"))
        assert pieces.heading.encoding == "gb18030"
        assert pieces.heading.lines == ["政府信息公开工作年度报告的情况"]


class TestText:
    def test_tabs_that_are_doubled_everywhere_part_two_cells(self):
        assert grid(read(text, "\t正文\n项\t\t甲\t\t乙\n规章\t\t\t\t7\n采购\t\t58\n"))[1:] == [["项", "甲", "乙"], ["规章", "", "7"], ["采购", "58"]]
        assert grid(read(text, "项\t甲\t乙\n规章\t\t7\n")) == [["项", "甲", "乙"], ["规章", "", "7"]]

    def test_lines_with_tabs_are_rows_and_a_line_without_ends_the_table(self):
        pieces = read(text, "题目\n\na\t1\t\nb\t2\t3\n中间\nc\t4\n")
        assert grid(pieces) == [["a", "1", ""], ["b", "2", "3"], ["c", "4"]]
        assert pieces.rows()["table"].to_list() == [1, 1, 2]
        assert pieces.heading.lines == ["题目", TABLE_MARK, "中间", TABLE_MARK]


class TestMarkdown:
    def test_pipe_rows_are_a_table_and_rules_are_not_rows(self):
        pieces = read(markdown, "# 题目\n\n| a | b |\n|---|:-:|\n| **1** | 2\\|3 |\n\n正文")
        assert grid(pieces) == [["a", "b"], ["1", "2|3"]]
        assert pieces.heading.named == [("heading", "题目")]
        assert pieces.heading.lines == ["题目", TABLE_MARK, "正文"]

    def test_rows_without_outer_pipes_are_a_table_below_a_rule(self):
        pieces = read(markdown, "正文 | 甲\n\na| b  \n---|---  \n1| 2  \n项\n目| 3  \n\n后文 | 乙")
        assert grid(pieces) == [["a", "b"], ["1", "2"], ["项"], ["目", "3"]]
        assert pieces.heading.lines == ["正文 | 甲", TABLE_MARK, "后文 | 乙"]

    def test_a_rule_whose_corners_are_plus_signs_is_no_row(self):
        assert grid(read(markdown, "| a | b |\n|---+---|\n| 1 | 2 |\n")) == [["a", "b"], ["1", "2"]]

    def test_a_heading_ruled_off_stays_a_line_above_its_open_table(self):
        pieces = read(markdown, "第一项  \n---  \na| b  \n1| 2  \n\n标题\n---\n正文")
        assert grid(pieces) == [["a", "b"], ["1", "2"]]
        assert pieces.heading.lines == ["第一项", TABLE_MARK, "标题", "---", "正文"]

    def test_a_backslash_before_a_sign_is_markup(self):
        pieces = read(markdown, "1\\.属于国家秘密\n\n| 本年增/减 |\n|---|\n| \\-33 |\n| \\* |\n")
        assert grid(pieces) == [["本年增/减"], ["-33"], ["*"]]
        assert pieces.heading.lines[0] == "1.属于国家秘密"

    def test_html_tables_inside_markdown_are_read(self):
        pieces = read(markdown, "## 二\n第一段\n<table><tr><td>a</td><td>5</td></tr></table>\n第二段\n")
        assert grid(pieces) == [["a", "5"]]
        assert pieces.heading.lines == ["二", "第一段", TABLE_MARK, "第二段"]


def test_a_kind_without_a_reader_is_refused_with_what_can_be_read():
    with pytest.raises(Unreadable, match="html") as refused:
        reader_for("unknown")
    assert refused.value.code == "unknown_kind"


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "content", ["", "\n", "只有文字", "<", "|", "\t", "<table>", "| a |", "a\tb", "\ufeff", "<table><tr></tr></table>"]
)
def test_every_reader_takes_scraps_without_failing(kind, content):
    pieces = Pieces()
    pieces.begin()
    try:
        READERS[kind](content.encode(), pieces)
    except Unreadable as refused:
        assert "Expected" in refused.detail
    assert pieces.cells().height == pieces.rows()["width"].sum()
