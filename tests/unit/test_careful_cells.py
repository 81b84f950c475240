"""A cell of a table is one value: what stands in it in pieces is not taken for several."""

import pytest

from dagster_project.reading.careful import read_carefully
from dagster_project.reading.careful.stream import Chunk


def read(*rows: list[str]) -> dict[str, object]:
    chunks = [[Chunk(text, f"row={at}") for text in row] for at, row in enumerate(rows)]
    return {cell.cell: cell.value for cell in read_carefully(chunks, "2019", {}).cells if cell.value is not None}


HEAD = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"]


@pytest.mark.parametrize("broken", ["３\n３\n７\n（\n其\n中\n修\n订\n25\n件\n）", "3 3 7", "1\n2"])
def test_pieces_of_one_cell_are_not_several_values(broken):
    assert read(["二、主动公开政府信息情况"], HEAD, ["行政许可", broken, "－２２", "0"], ["三、收到和处理政府信息公开申请情况"]) == {}


def test_pieces_of_a_cell_beside_a_blank_one_are_not_two_values():
    head = ["信息内容", "采购项目数量", "采购总金额"]
    assert read(["二、主动公开政府信息情况"], head, ["政府集中采购", "12 5", ""], ["三、收到和处理政府信息公开申请情况"]) == {}


def test_a_whole_row_in_one_cell_is_a_row():
    found = read(["二、主动公开政府信息情况"], HEAD, ["行政许可", "3 -2 7"], ["三、收到和处理政府信息公开申请情况"])
    assert {code.rpartition(".")[2]: int(value) for code, value in found.items()} == {
        "items_last_year": 3,
        "items_change": -2,
        "decisions": 7,
    }


ITEMS = ["二、主动公开政府信息情况"]
END = ["三、收到和处理政府信息公开申请情况"]
SPANNING = ["信息内容", "上一年项目数量", "本年增/减", "", "处理决定数量"]
CHANGES = ["items_last_year", "items_change", "decisions"]


def changes(found: dict[str, object], item: str) -> list[int]:
    return [int(found[code]) for column in CHANGES if (code := f"disclosure.{item}.{column}") in found]


def test_blanks_that_fill_up_what_a_cell_spans_are_left_out_where_all_rows_are_equally_wide():
    found = read(ITEMS, SPANNING, ["行政许可", "3", "", "-2", "7"], ["行政处罚", "4", "1", "", "9"], END)
    assert changes(found, "licences") == [3, -2, 7]
    assert changes(found, "penalties") == [4, 1, 9]


@pytest.mark.parametrize(
    "others",
    [
        [["行政处罚", "4", "1", "9"]],  # this row's fifth cell may be a part of its fourth
        [["行政处罚", "4", "1", "", "9", ""]],
        [["第二十条第（五）项"], ["行政处罚", "4", "1", "", "9"]],  # the head is another table's
    ],
)
def test_a_blank_beside_values_may_be_one_where_rows_are_not_equally_wide(others):
    found = read(ITEMS, SPANNING, *others, ["行政许可", "3", "", "2", "7"], END)
    assert changes(found, "licences") == []


def test_a_row_with_blanks_and_a_value_short_stays_open():
    found = read(ITEMS, SPANNING, ["行政许可", "3", "", "", "7"], ["行政处罚", "4", "", "1", "9"], END)
    assert changes(found, "licences") == []


def test_a_fraction_where_a_count_should_stand_leaves_its_row_open():
    head = ["信息内容", "采购项目数量", "采购总金额"]
    assert read(ITEMS, head, ["政府集中采购", "5377.69\n524元"], END) == {}
    assert len(read(ITEMS, head, ["政府集中采购", "53\n5377.69元"], END)) == 2
