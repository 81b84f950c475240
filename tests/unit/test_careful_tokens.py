"""Values after a label, as pieces of text and as cells of a row."""

import pytest

from dagster_project.reading.careful.stream import CELL_BREAK as CELL
from dagster_project.reading.careful.stream import LINE_BREAK as LINE
from dagster_project.reading.careful.tokens import is_value, kind_of, region, value_of


def pieces(part: str) -> list[str]:
    return [token.text for token in region(part, 0, len(part)).tokens]


def cells(part: str, *, below: bool = False) -> list[str]:
    return [cell.text for cell in region(part, 0, len(part), below=below).cells]


def test_pieces_end_at_the_first_that_is_no_value() -> None:
    found = region("64 0 02 报告 5", 0, 12)
    assert [token.text for token in found.tokens] == ["64", "0", "02"] and not found.clean


def test_a_page_number_between_lines_is_no_value() -> None:
    assert pieces(f"3{LINE}- 4 -{LINE}0") == ["3", "0"]
    assert pieces(f"3{LINE}第 4 页 共 9 页{LINE}0") == ["3", "0"]


def test_the_rest_of_a_number_in_the_next_line_leaves_it_open() -> None:
    assert not region(f" 18651{LINE}.06{LINE}", 0, 11).clean
    assert region(f" 18651{LINE}报告{LINE}", 0, 10).clean


def test_values_beside_a_label_are_told_from_values_below_it() -> None:
    assert region(" 3 4", 0, 4).beside
    assert not region(f"{LINE}3 4", 0, 4).beside


def test_blank_cells_of_a_row_are_cells() -> None:
    assert cells(f"{CELL}3{CELL}{CELL}3{LINE}") == ["3", "", "3"]


def test_cells_of_the_row_below_a_head_pass_over_its_fillers_and_a_page_number() -> None:
    assert cells(f"{CELL}{CELL}{LINE}- 4 -{LINE}10{CELL}{CELL}1{LINE}", below=True) == ["10", "", "1"]


def test_a_label_that_goes_on_in_its_cell_has_no_cells() -> None:
    assert cells(f"情况说明{CELL}3{CELL}4{LINE}") == []
    assert cells(f"（其中网上2件）{CELL}3{CELL}4{LINE}") == ["3", "4"]


def test_a_number_in_pieces_inside_one_of_several_cells_is_not_taken_apart() -> None:
    assert pieces(f"{CELL}6 40{CELL}0{LINE}") == []


@pytest.mark.parametrize("piece", ["0", "640020470", "2648-18538", "39573802895.90元", "/", "无", "5件", "22(其中修订16件)"])
def test_values(piece: str) -> None:
    assert is_value(piece)


@pytest.mark.parametrize("piece", ["年", "100件,行政强制5件", "，", "规章", "0591-23165385转2"])
def test_no_values(piece: str) -> None:
    assert not is_value(piece)


@pytest.mark.parametrize("piece", ["0", "7", "12", "007", "123456789012", "1234567890123"])
def test_digits_are_read_as_the_fast_lane_reads_them(piece: str) -> None:
    import polars as pl

    from dagster_project.reading import values

    assert kind_of(piece) == values.classify(pl.Series([piece])).row(0)


def test_a_mark_counts_nothing_and_an_open_number_says_nothing() -> None:
    assert value_of("/") == 0 and value_of("5件") == 5_000_000 and value_of("05") is None
