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
