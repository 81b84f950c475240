"""Labels in one block and values in the next are read as a whole table whose equations hold, or not at all."""

from decimal import Decimal

import pytest
from test_careful_lane import COLUMNS, HEAD, ROWS, of, read

NONE = [0] * 7
THREE, FIVE, EIGHT = [3, 0, 0, 0, 0, 0, 3], [4, 0, 1, 0, 0, 0, 5], [7, 0, 1, 0, 0, 0, 8]
VALUES = {"received": EIGHT, "granted": THREE, "declined_repeat": FIVE, "disposed": EIGHT}
APPLICANTS = HEAD[1:]


def block(rows: list[str], values: dict[str, list[int]] | None = None, *, by_columns: bool = False) -> list[str]:
    printed = [(VALUES if values is None else values).get(row, NONE) for row in rows]
    order = zip(*printed, strict=True) if by_columns else printed
    return [str(number) for part in order for number in part]


def labels(rows: list[str]) -> list[str]:
    return [ROWS[row] for row in rows]


ALL = list(ROWS)


@pytest.mark.parametrize("by_columns", [False, True])
def test_a_block_of_labels_and_a_block_of_values_are_a_table(by_columns: bool) -> None:
    reading = read(*APPLICANTS, *labels(ALL), *block(ALL, by_columns=by_columns))
    assert len(reading.cells) == len(ALL) * len(COLUMNS)
    assert [value for _, value in of(reading, "declined_repeat")] == FIVE
    assert {cell.locator.rpartition(";")[2] for cell in reading.cells} == {"by=ordered"}


def test_blocks_of_two_pages_are_one_table() -> None:
    first, second = ALL[:9], ALL[9:]
    reading = read(*APPLICANTS, *labels(first), *block(first), *labels(second), *block(second))
    assert [value for _, value in of(reading, "declined_repeat")] == FIVE


def test_a_row_for_which_two_are_borrowed_is_counted_as_one() -> None:
    rows = [*ALL[:-5], "other", *ALL[-2:]]
    printed = [ROWS.get(row, "（六）其他处理") for row in rows]
    reading = read(*APPLICANTS, *printed, *block(rows))
    assert [value for _, value in of(reading, "received")] == EIGHT
    assert [value for _, value in of(reading, "other")] == NONE


def test_what_both_orders_of_the_values_give_is_read_where_both_satisfy_the_equations() -> None:
    reading = read(*APPLICANTS, *labels(ALL), *block(ALL, {}))
    assert [value for _, value in of(reading, "received")] == NONE


@pytest.mark.parametrize(
    "lines",
    [
        [*APPLICANTS, *labels(ALL), *block(ALL)[1:]],
        [*APPLICANTS, *labels(ALL), *block(ALL), "4"],
        [*APPLICANTS, *labels(ALL), *block(ALL)[:-1], "/"],
        [*APPLICANTS, *labels(ALL), *block(ALL, {**VALUES, "granted": FIVE})],
        [*APPLICANTS, *labels([*ALL[:4], ALL[5], ALL[4], *ALL[6:]]), *block(ALL)],
        [*APPLICANTS, *labels([*ALL[:4], *ALL[5:]]), *block(ALL)],
        [*APPLICANTS[:1], APPLICANTS[2], APPLICANTS[1], *APPLICANTS[3:], *labels(ALL), *block(ALL)],
        [*APPLICANTS, *labels(ALL[:9]), *block(ALL[:8]), *labels(ALL[9:]), *block(ALL[8:])],
        2 * [*APPLICANTS, *labels(ALL), *block(ALL), "四、政府信息公开行政复议、行政诉讼情况"],
    ],
    ids=["short", "long", "mark", "sums", "order", "label lost", "columns", "blocks", "twice"],
)
def test_a_table_that_count_order_and_equations_do_not_decide_stays_open(lines: list[str]) -> None:
    assert not [cell for cell in read(*lines).cells if cell.value is not None]


def test_a_table_of_which_something_else_was_read_is_left() -> None:
    known: dict[str, Decimal | None] = {"requests.received.research": Decimal(2)}
    assert not read(*APPLICANTS, *labels(ALL), *block(ALL), known=known).cells


def test_values_in_the_lines_below_two_labels_are_not_those_of_the_second() -> None:
    head = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    assert read(*head, "规章", "行政规范性文件", "1", "2", "3").cells == ()
    assert len(read(*head, "规章", "行政规范性文件 1 2 3").cells) == 3
