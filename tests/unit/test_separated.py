"""Separated values are rows of a sheet, whatever separates them and however they are quoted and encoded."""

import pytest

from dagster_project.documents import separated
from dagster_project.documents.pieces import TABLE_MARK, Pieces, Unreadable


def read(content: str | bytes) -> Pieces:
    pieces = Pieces()
    pieces.begin()
    separated.read(content.encode() if isinstance(content, str) else content, pieces)
    return pieces


def grid(pieces: Pieces) -> list[list[str]]:
    texts = list(pieces.texts)
    cells = pieces.cells()
    return [[texts[index] for index in part["text"]] for _, part in cells.group_by("row_id", maintain_order=True)]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found(separator):
    rows = [["信息内容", "本年制发件数", "现行有效件数"], ["规章", "1", "2"], ["文件", "3", "4"]]
    assert grid(read("\r\n".join(separator.join(row) for row in rows))) == rows


def test_thousands_in_quotes_are_one_field():
    assert grid(read('a,"1,234",5\nb,"12,345",6\n')) == [["a", "1,234", "5"], ["b", "12,345", "6"]]


def test_thousands_between_tabs_separate_nothing():
    assert grid(read("a\t1,234\nb\t2,345\n")) == [["a", "1,234"], ["b", "2,345"]]


def test_a_line_break_in_quotes_stays_in_its_field_and_lines_are_counted_as_in_the_file():
    pieces = read('"商业\n企业",1\nb,2\n')
    assert grid(pieces) == [["商业\n企业", "1"], ["b", "2"]]
    assert pieces.rows()["place"].to_list() == ["line=1", "line=3"]


def test_the_line_that_names_the_separator_is_no_row():
    pieces = read("sep=;\na;1,5\nb;2,5\n")
    assert grid(pieces) == [["a", "1,5"], ["b", "2,5"]]
    assert pieces.rows()["place"].to_list() == ["line=2", "line=3"]


def test_a_quotation_mark_that_nothing_closes_swallows_no_row_and_is_told():
    pieces = read('a,1\nb,"2\nc,3\n')
    assert grid(pieces) == [["a", "1"], ["b", '"2'], ["c", "3"]]
    assert [code for code, _ in pieces.heading.notes] == ["unbalanced_quotes"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_spreadsheet_programs(encoding):
    text = "某县政府信息公开工作年度报告\n\n信息内容,件数\n规章,1\n文件,2\n"
    pieces = read(text.encode(encoding))
    assert grid(pieces) == [["信息内容", "件数"], ["规章", "1"], ["文件", "2"]]
    assert pieces.heading.lines == ["某县政府信息公开工作年度报告", TABLE_MARK]


def test_prose_and_tables_of_one_file_are_told_apart():
    pieces = read("题目,,\n,,\na,1,2\nb,3,4\n,,\n五、问题,,\n" + "长" * 50 + ",,\n")
    assert grid(pieces) == [["a", "1", "2"], ["b", "3", "4"]]
    assert pieces.heading.lines == ["题目", TABLE_MARK, "五、问题", "长" * 50]


def test_a_text_without_separator_is_lines():
    pieces = read("一\n二\n")
    assert grid(pieces) == [] and pieces.heading.lines == ["一", "二"]


def test_a_field_without_end_is_refused():
    with pytest.raises(Unreadable) as refused:
        read("a," + "x" * 2_000_000)
    assert refused.value.code == "damaged" and refused.value.detail.startswith("Expected ")


def test_bytes_of_no_encoding_are_refused():
    with pytest.raises(Unreadable) as refused:
        read(bytes(range(128, 256)) * 50)
    assert refused.value.code == "unknown_encoding"


def test_fields_without_number_are_refused():
    with pytest.raises(Unreadable) as refused:
        read("a\n" + "," * 2_100_000)
    assert refused.value.code == "too_large"
