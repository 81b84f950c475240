"""Rows between pipes as text extractors write them: which lines are rows, and what the pipes at a row's end are worth."""

from hashlib import sha256
from pathlib import Path

import pytest

from dagster_project.documents import kinds, markdown, piped, text
from dagster_project.documents.pieces import TABLE_MARK, Pieces
from dagster_project.reading.batch import read_batch
from dagster_project.reading.document import Source

TITLE = "青州市统计局2021年政府信息公开工作年度报告"
HEAD = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
PROSE = "第二部分 主动公开政府信息情况"


def read(module, content: str) -> tuple[list[list[str]], list[str]]:
    pieces = Pieces()
    pieces.begin()
    module.read(content.encode(), pieces)
    texts = list(pieces.texts)
    by_row: dict[int, list[str]] = {}
    for row, text_index in pieces.cells().select("row_id", "text").iter_rows():
        by_row.setdefault(row, []).append(texts[text_index])
    return list(by_row.values()), pieces.heading.lines


def disclosures(folder: Path, rows: list[str]) -> dict[str, tuple[str, int | None]]:
    """Return status and value of the cells of 规章 in a report that has these rows below its head."""
    requests = [f"{label} | 0 | 0 | 0 | 0 | 0 | 0 | 0 |" for label in ("一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量")]
    content = "\n".join([TITLE, PROSE, *rows, "三、收到和处理政府信息公开申请情况", *requests]).encode()
    (folder / "a.txt").write_bytes(content)
    cells = read_batch([Source("a.txt", sha256(content).hexdigest(), "undated", "text")], folder)["cells"]
    return {
        cell.rpartition(".")[2]: (status, None if value is None else int(value))
        for cell, status, value in cells.select("cell", "status", "value").iter_rows()
        if cell.startswith("disclosure.regulations.")
    }


ROWS = ["信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |", "规章 | 1 | 0 | 7 |", "行政规范性文件 | 2 | 0 | 9 |", "行政许可 | 4 |", "行政处罚 | 5 |"]


def test_rows_without_a_rule_and_without_a_first_pipe_are_a_table() -> None:
    rows, lines = read(markdown, "\n".join([PROSE, *ROWS, "三、情况"]))
    assert rows == [HEAD, ["规章", "1", "0", "7"], ["行政规范性文件", "2", "0", "9"], ["行政许可", "4"], ["行政处罚", "5"]]
    assert lines == [PROSE, TABLE_MARK, "三、情况"]


@pytest.mark.parametrize("rows", [ROWS, [row.removesuffix(" |") for row in ROWS]])
def test_such_rows_are_markdown_whatever_the_file_is_called(rows: list[str]) -> None:
    assert kinds.sniff("\n".join([TITLE, *rows, *rows]).encode(), "a.txt") == "markdown"


def test_pipes_in_a_line_of_links_are_no_table() -> None:
    content = "首页 | 新闻 | 公开 |\n正文\n上一篇 | 下一篇\n"
    assert kinds.sniff(content.encode(), "a.txt") == "text"
    assert read(text, content)[0] == []
    assert read(markdown, content) == ([], ["首页 | 新闻 | 公开 |", "正文", "上一篇 | 下一篇"])


def test_the_second_byte_of_a_character_is_no_pipe() -> None:
    content = "\n".join(["四、結轉下年度四 4 四 4"] * 9).encode("big5")
    assert content.count(b"|") == 27
    assert kinds.sniff(content, "a.txt") == "text"


def test_pipes_that_fill_up_the_end_of_a_row_are_no_cells() -> None:
    pipes = piped.Pipes.of(["第二十条第（一）项 | |||", "规章 | 5 | 74 | |"])
    assert pipes.filled_up
    assert [cell.strip() for cell in pipes.cells("规章 | 5 | 74 | |")] == ["规章", "5", "74"]
    # Where nothing at all stands behind a label, nothing can have moved.
    assert [cell.strip() for cell in pipes.cells("规章 | |||")] == ["规章", "", "", ""]


@pytest.mark.parametrize("row", ["| 规章 | 5 | 74 | |", "|规章|5|74||"])
def test_pipes_around_empty_cells_are_cells(row: str) -> None:
    pipes = piped.Pipes.of(["| 第二十条第（一）项 | | | |", row])
    assert [cell.strip() for cell in pipes.cells(row)] == ["规章", "5", "74", ""]


def test_where_each_cell_has_its_own_pipes_two_of_them_part_cells() -> None:
    lines = ["|规章||1||0||7|", "|行政规范性文件||2||0||9|", "|行政许可||4|"]
    pipes = piped.Pipes.of(lines)
    assert pipes.cells(lines[0]) == ["规章", "1", "0", "7"]
    # With one pipe between cells elsewhere, two of them are an empty cell.
    assert piped.Pipes.of([*lines, "|规章|1|"]).cells(lines[0]) == ["规章", "", "1", "", "0", "", "7"]


@pytest.mark.parametrize("lines", ["规章| 1| 0|", "|规章 |1 |0", "规章 | 1 | 0 |", "规章| 1 0| |||"])
def test_a_cell_a_line_loses_its_pipes(lines: str) -> None:
    assert read(text, lines.replace(" ", "\n")) == ([], ["规章", "1", "0"])


def test_a_table_in_one_line_is_a_cell_a_line() -> None:
    cells = [*HEAD, *["规章", "1", "0", "7", "行政规范性文件", "2", "0", "9", "行政许可", "4", "行政处罚", "5", "行政强制", "6", "行政事业性收费", "8"]]
    assert read(text, " | ".join(cells) + " |") == ([], cells)


@pytest.mark.parametrize("first", ["", "| "])
def test_a_row_that_its_blank_cells_broke_is_put_together(first: str) -> None:
    broken = ["一、本年新收 | 821 | 35 |", "|", "| 2 | 1 | 859 | ||", "二、上年结转 | 18 |", "|", "|", "| 18 | ||", "三、办理 | 5 | 1 | 6 |"]
    lines = [line if line.startswith("|") else first + line for line in broken]
    pipes = piped.Pipes.of(lines)
    rows = [[cell.strip() for cell in pipes.cells(row)] for row in piped.whole_rows(lines, pipes)]
    assert rows == [["一、本年新收", "821", "35", "", "", "2", "1", "859"], ["二、上年结转", "18", "", "", "", "18"], ["三、办理", "5", "1", "6"]]


def test_rows_whose_first_cell_is_blank_are_rows() -> None:
    lines = ["| 项 | 甲 |", "|  | 乙 |", "| 丙 | 1 |", "|  |  |", "|  | 2 |"]
    assert piped.whole_rows(lines, piped.Pipes.of(lines)) == lines


def test_values_whose_empty_neighbours_were_left_out_stay_open(tmp_path: Path) -> None:
    rows = ["第二十条第（一）项 | |||", " | ".join(HEAD) + " |", "规章 | 5 | 74 | |", "行政规范性文件 | 564 | 984 | 4185 |"]
    assert disclosures(tmp_path, rows) == dict.fromkeys(("issued", "repealed", "in_force"), ("ambiguous", None))


def test_empty_cells_that_stand_in_the_row_are_blank(tmp_path: Path) -> None:
    rows = ["第二十条第（一）项 | | | |", " | ".join(HEAD) + " |", "规章 |  | 5 | 74 |", "行政规范性文件 | 564 | 984 | 4185 |"]
    assert disclosures(tmp_path, rows) == {"issued": ("blank", None), "repealed": ("number", 5), "in_force": ("number", 74)}
