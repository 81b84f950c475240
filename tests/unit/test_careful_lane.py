"""One document through the careful lane: how each cell was decided, and what stays open."""

from decimal import Decimal

import pytest

from dagster_project.forms import registry
from dagster_project.reading.careful.lane import CarefulCell, CarefulReading, read_carefully
from dagster_project.reading.careful.stream import Chunk

COLUMNS = registry.column_order("requests")
ROWS = dict(
    registry.cells()
    .filter(form="2021", table="requests", presence="regular")
    .select("row", "row_label_zh")
    .unique(maintain_order=True)
    .iter_rows()
)
HEAD = ["项目", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
NONE = ["0"] * 7


def read(*lines: str | list[str], form: str | None = "2021", known: dict[str, Decimal | None] | None = None) -> CarefulReading:
    rows = [[Chunk(text, f"line={at}") for text in ([line] if isinstance(line, str) else line)] for at, line in enumerate(lines, 1)]
    return read_carefully(rows, form, known or {})


def of(reading: CarefulReading, row: str) -> list[tuple[str, int | None]]:
    cells = {cell.cell: cell for cell in reading.cells}
    found: list[CarefulCell | None] = [cells.get(f"requests.{row}.{column}") for column in COLUMNS]
    return [(cell.status, None if cell.value is None else int(cell.value)) for cell in found if cell is not None]


def table(values: dict[str, list[str]]) -> list[list[str]]:
    return [HEAD, *([label, *values.get(row, NONE)] for row, label in ROWS.items())]


def lines(values: dict[str, list[str]], head: list[str] = HEAD) -> list[str]:
    return [*head, *(text for row, label in ROWS.items() for text in (label, *values.get(row, NONE)))]


THREE = ["3", "0", "0", "0", "0", "0", "3"]
BALANCED = {"received": THREE, "granted": THREE, "disposed": THREE}


def test_one_cell_a_line_is_aligned_with_its_place_in_the_locator() -> None:
    reading = read(*lines(BALANCED))
    assert of(reading, "received") == [("number", 3), *[("number", 0)] * 5, ("number", 3)]
    assert {cell.locator.rpartition(";")[2] for cell in reading.cells} == {"by=aligned"}


def test_the_form_is_told_by_labels_of_its_own() -> None:
    assert read("信息内容 本年制发件数 本年废止件数 现行有效件数", "规章 1 2 3", form=None).form == "2021"
    assert read("信息内容 本年新制作数量 本年新公开数量 对外公开总数量", "规章 1 2 3", form=None).form == "2019"
    assert read("一份文件", form=None).cells == ()


def test_a_wrong_sum_of_the_source_is_read_where_every_other_row_stands_as_it_should() -> None:
    wrong = {**BALANCED, "declined_repeat": ["2", "0", "0", "0", "0", "0", "5"]}
    assert of(read(*lines(wrong)), "declined_repeat") == [("number", 2), *[("number", 0)] * 5, ("number", 5)]


def test_a_row_that_does_not_add_up_stays_open_where_another_lost_a_cell() -> None:
    wrong = {**BALANCED, "declined_repeat": ["2", "0", "0", "0", "0", "0", "5"], "granted": ["0"] * 6}
    reading = read(*lines(wrong))
    assert {status for status, _ in of(reading, "declined_repeat")} == {"ambiguous"}
    assert of(reading, "received")[0] == ("number", 3)


def test_a_row_of_values_without_a_label_is_no_part_of_the_row_before() -> None:
    text = lines(BALANCED)
    at = text.index(ROWS["carried_in"])
    assert {status for status, _ in of(read(*text[:at], *THREE, *text[at:]), "received")} == {"ambiguous"}


def test_blank_cells_of_a_row_are_blank() -> None:
    sparse = {**BALANCED, "received": ["3", "", "", "", "", "", "3"]}
    assert of(read(*table(sparse)), "received") == [("number", 3), *[("blank", None)] * 5, ("number", 3)]


def test_a_blank_at_the_end_of_a_row_may_be_a_filler() -> None:
    shifted = {**BALANCED, "disposed": ["3", "0", "0", "0", "0", "3", ""]}
    assert {status for status, _ in of(read(*table(shifted)), "disposed")} == {"ambiguous"}


def test_a_head_that_is_lost_counts_where_all_equations_hold() -> None:
    assert of(read(*lines(BALANCED, head=[])), "granted")[6] == ("number", 3)
    reading = read(*lines({**BALANCED, "granted": ["2", "1", "0", "0", "0", "0", "3"]}, head=[]))
    assert {status for status, _ in of(reading, "granted")} == {"ambiguous"}
    assert [code for code, _ in reading.notes] == ["head_lost"]


def test_half_a_head_over_rows_with_a_filler_counts_where_all_equations_hold() -> None:
    head = ["项目", "自然人", "商业", "", "科研", *HEAD[4:]]
    assert len(head) == 9
    widened = [[head, *([row[0], *row[1:3], "", *row[3:]] for row in table(values)[1:])] for values in (BALANCED, {**BALANCED, "granted": NONE})]
    assert of(read(*widened[0]), "received")[0] == ("number", 3)
    assert of(read(*widened[1]), "received")[0] == ("ambiguous", None)


def test_a_head_of_narrow_cells_names_its_columns_by_their_characters_in_order() -> None:
    head = ["申请人情况", "自然 法人或其他组织 总", "人 计", "社会 法律", "商 科", "业 研 公益 服务", "其", "他", "企 机", "业 构 组织 机构"]
    rows = [f"{ROWS[row]} {' '.join(values)}" for row, values in BALANCED.items()]
    assert {status for status, _ in of(read(*head, *rows), "received")} == {"number"}
    # Without 科研机构 it is open which of the columns a number stands under, whatever adds up.
    without = [line.replace("科", "").replace("研", "") for line in head]
    assert not {status for status, _ in of(read(*without, *rows), "received")} & {"number"}


def test_a_head_in_another_order_gives_no_cell() -> None:
    other = [*HEAD[:2], "科研机构", "商业企业", *HEAD[4:]]
    assert of(read(*lines(BALANCED, head=other)), "received") == []


def test_the_same_table_twice_is_read_once_and_other_figures_are_counted_as_contradictions() -> None:
    assert of(read(*lines(BALANCED), *lines(BALANCED)), "received")[0] == ("number", 3)
    five = ["5", *THREE[1:6], "5"]
    reading = read(*lines(BALANCED), *lines({"received": five, "granted": five, "disposed": five}))
    assert of(reading, "received") == [] and of(reading, "carried_in")[0] == ("number", 0)
    assert reading.contradictions == 3


def test_a_row_whose_values_are_parted_from_it_speaks_against_another_of_its_label() -> None:
    first, second = "（一）予以公开 〓 5 0 0 0 0 0 5", "（一）予以公开 3 0 0 0 0 0 3"
    assert of(read(" ".join(HEAD), second), "granted")[0] == ("number", 3)
    assert of(read(" ".join(HEAD), first, second), "granted") == []


def test_cells_that_are_known_are_not_read_again_and_serve_the_equations() -> None:
    known = {f"requests.{row}.{column}": Decimal(0) for row in ROWS for column in COLUMNS if row not in BALANCED}
    known |= {f"requests.{row}.{column}": Decimal(value) for row in ("received", "disposed") for column, value in zip(COLUMNS, THREE, strict=True)}
    reading = read("".join([*HEAD, ROWS["granted"], "3000003"]), known=known)
    assert of(reading, "granted") == [("segmented", 3), *[("segmented", 0)] * 5, ("segmented", 3)]
    assert len(reading.cells) == 7
    assert "by=segmented" in reading.cells[0].locator


@pytest.mark.parametrize("digits", ["3000004", "30003", "30000003"])
def test_digits_that_cannot_be_cut_say_so(digits: str) -> None:
    cells = read("".join([*HEAD, ROWS["granted"], digits])).cells
    assert {(cell.status, cell.value) for cell in cells} == {("ambiguous", None)}
    assert {cell.locator.rpartition(";")[2] for cell in cells} == {"solutions=0"}


def test_a_new_line_of_channels_under_the_whole_head() -> None:
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    head = ["行政复议", "行政诉讼", *results, "未经复议直接起诉", "复议后起诉", *results, *results]
    cells = {cell.cell: cell.value for cell in read(*head, *"102030000000000").cells}
    assert cells["remedies.review.total"] == 3 and cells["remedies.suit_after_review.total"] == 0
    assert {cell.value for cell in read(*head, *"102030000000000", *"000000000000000").cells} == {None}


def test_one_line_of_results_below_two_channels_is_neither_s() -> None:
    """As a program leaves a table whose columns it took one after the other."""
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    values = ["1", "0", "2", "0", "3"]
    alone = {cell.cell: cell.value for cell in read("行政复议", *results, *values).cells}
    assert alone["remedies.review.total"] == 3
    found = {cell.cell: cell.value for cell in read("行政复议", "行政诉讼", "未经复议直接起诉", *results, *values).cells}
    assert not any(found.values())


def test_totals_that_came_out_of_a_line_of_results_leave_it_open() -> None:
    """As a converter leaves a line whose totals it took for a table of their own, below a head that is one."""
    results = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    rows = [["行政复议", *results, "行政诉讼", "未经复议直接起诉", *results, "复议后起诉", *results]]
    rows += [["22 1 15 9 23 4 13 3 16 4 13 5 38"], ["", "47", "", "43", ""]]
    chunks = [[Chunk(text, f"row={at};cell={cell}") for cell, text in enumerate(row, 1)] for at, row in enumerate(rows, 1)]
    assert not any(cell.value for cell in read_carefully(chunks, "2021", {}).cells)


def test_an_amount_that_goes_on_in_a_row_of_its_own_is_left_open() -> None:
    rows = [["信息内容", "本年收费金额（单位：万元）"], ["行政事业性", ""], ["收费", "5082.989"]]

    def amount(*more: list[str]) -> list[Decimal | None]:
        chunks = [
            [Chunk(text, f"row={at};cell={cell}") for cell, text in enumerate(row, 1)] for at, row in enumerate([*rows, *more], 1)
        ]
        return [cell.value for cell in read_carefully(chunks, "2021", {}).cells if cell.value is not None]

    assert amount() == [Decimal("5082.989")]
    assert amount(["", "1"]) == []


def test_a_blank_at_the_end_of_a_row_counts_as_one_of_its_cells() -> None:
    head = ["信息内容", "上一年项目数量", "本年增/减", "", "处理决定数量"]
    rows = [["第二十条第（六）项"], head, ["行政处罚", "816", "", "9", ""], ["行政强制", "867", "", "48", "128"], ["第二十条第（八）项"]]
    published = {cell.cell: cell.value for cell in read(*rows, form="2019").cells if cell.value is not None}
    assert published == {
        "disclosure.coercions.items_last_year": 867,
        "disclosure.coercions.items_change": 48,
        "disclosure.coercions.decisions": 128,
    }


def test_digits_one_by_one_in_a_cell_may_be_one_number() -> None:
    head, label = ["信息内容", "上一年项目数量", "本年增/减"], "行政事业性收费"
    for row in ([label, "3 7"], [label, "3 7", ""]):
        assert not any(cell.value is not None for cell in read(["第二十条第（八）项"], head, row, form="2019").cells)
    # No number is written 00, and where the head stands in one cell too, blanks part values.
    for heads, values in ((head, "0 0"), ([" ".join(head)], "3 7")):
        cells = read(["第二十条第（八）项"], heads, [label, values] if heads is head else [f"{label} {values}"], form="2019").cells
        assert [cell.value for cell in cells] == [int(each) for each in values.split()]
