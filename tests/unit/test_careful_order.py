"""Values before their labels: text that a program took from a page by height."""

from dagster_project.reading.careful.lane import read_carefully
from dagster_project.reading.careful.stream import Chunk

APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
ROWS = [
    ("一、本年新收政府信息公开申请数量", "5 1 0 0 0 0 6"),
    ("二、上年结转政府信息公开申请数量", "2 0 0 0 0 0 2"),
    ("（一）予以公开", "3 1 0 0 0 0 4"),
    ("1.属于国家秘密", "1 0 0 0 0 0 1"),
    ("2.其他法律行政法规禁止公开", "0 0 0 0 0 0 0"),
    ("（七）总计", "4 1 0 0 0 0 5"),
    ("四、结转下年度继续办理", "3 0 0 0 0 0 3"),
]


def read(lines: list[str]) -> dict[str, int]:
    """The numbers read, by cell without the table."""
    return read_rows([[line] for line in lines])


def read_rows(rows: list[list[str]], form: str = "2021") -> dict[str, int]:
    """The same of rows of cells; a line is a row of one."""
    chunks = [[Chunk(text, f"row={at};cell={cell}") for cell, text in enumerate(row, 1)] for at, row in enumerate(rows, 1)]
    reading = read_carefully(chunks, form, {})
    return {cell.cell.removeprefix("requests."): int(cell.value) for cell in reading.cells if cell.value is not None}


def head() -> list[str]:
    return ["三、收到和处理政府信息公开申请情况", *APPLICANTS]


def test_values_below_their_labels_are_read():
    found = read([*head(), *(line for label, values in ROWS for line in (label, *values.split()))])
    assert found["received.total"] == 6 and found["carried_out.total"] == 3


def test_values_above_their_labels_are_nobody_s():
    assert read([*head(), *(line for label, values in ROWS for line in (*values.split(), label))]) == {}


def test_one_row_above_its_label_makes_the_others_doubtful():
    lines = head()
    for at, (label, values) in enumerate(ROWS):
        lines += [*values.split(), label] if at == 3 else [label, *values.split()]
    assert read(lines) == {}


def test_values_behind_words_and_a_label_without_any_leave_open_what_stands_between():
    lines = head()
    for label, values in (ROWS[0], ("上年末尚未办完的", ROWS[1][1]), *ROWS[2:]):
        lines += [label, *values.split()]
    whole = read(lines)
    assert whole["granted.total"] == 4
    # The last label has lost its values, or each of them stands before its own.
    assert read(lines[:-7]) == {}


def test_values_behind_other_words_again_do_not_settle_what_stands_above():
    """As the labels and rows of a page by height, cut off: 23 behind the end of a remark, 9 behind a label that a page's end parts."""
    lines = head()
    for label, values in (ROWS[0], ("其他情形）", ROWS[1][1]), ROWS[2], ROWS[3], ("三安全一", ROWS[4][1])):
        lines += [label, *values.split()]
    assert read([*lines, "4.保护第三方合法权益"]) == {}


def test_values_between_a_head_and_a_caption_are_a_row_s_that_lost_its_label():
    """As a page by height, cut off, whose first labels are broken around their values."""
    lines = [*head(), "一、本年新收政府信息公", *ROWS[0][1].split(), "开申请数量", *ROWS[2][1].split(), "三、本年度办理结果"]
    for at in (2, 3, 4):
        lines += [ROWS[at][0], *(ROWS[at + 1][1].split() if at < 4 else [])]
    assert read(lines) == {}


def test_a_line_of_its_own_says_whose_its_values_are():
    lines = [*head(), "9 0 0 0 0 0 9", *(f"{label} {values}" for label, values in ROWS)]
    assert read(lines)["received.total"] == 6


def test_a_row_of_marks_within_a_label_tells_of_the_same():
    lines = head()
    for label, values in ROWS:
        lines += [label, *values.split()]
    at = lines.index("二、上年结转政府信息公开申请数量")
    lines[at : at + 1] = ["二、上年结转政府", *"///////", "信息公开申请数量"]
    assert read(lines) == {}


def test_labels_stacked_above_their_values_give_the_last_one_none():
    """As columns without lines come out of a page: the labels of a group, then its rows of values, the group's name among them."""
    lines = [*head(), *(line for label, values in ROWS[:3] for line in (label, *values.split()))]
    lines += [ROWS[3][0], ROWS[4][0], *ROWS[3][1].split(), "（三）不予公开", *ROWS[4][1].split()]
    lines += [line for label, values in ROWS[5:] for line in (label, *values.split())]
    assert read(lines) == {}


def test_a_group_may_print_a_sum_of_its_own():
    lines = [*head(), *(line for label, values in ROWS[:3] for line in (label, *values.split()))]
    lines += ["（三）不予公开", *ROWS[3][1].split(), ROWS[3][0], *ROWS[3][1].split()]
    lines += [line for label, values in ROWS[4:] for line in (label, *values.split())]
    assert read(lines)["refused_state_secret.total"] == 1


def test_labels_below_tables_of_their_values_take_none_of_the_next():
    """As a converter leaves a page whose rows of values it took for tables, and whose labels for lines below each."""
    lines: list[list[str]] = [["三、收到和处理政府信息公开申请情况"], ["项目", *APPLICANTS]]
    for at, (label, values) in enumerate(ROWS):
        row = values.split()
        lines += [["", *row], [label]] if at in (3, 4) else [[label, *row]]
    # The first of the tables stands behind words, the label of the second has none left.
    lines.insert(5, ["不予公"])
    found = read_rows(lines)
    assert "refused_state_secret.total" not in found and "refused_barred_by_law.total" not in found
    assert found["granted.total"] == 4


def test_a_page_number_does_not_stand_in_for_a_value_that_all_rows_lost():
    head = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    rows = ["规章", "0", "0", "7", "行政规范性文件", "34", "173"]
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate([*head, *rows])], "2021", {})
    assert all(cell.value is None for cell in reading.cells)
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate([*head, *rows, "9"])], "2021", {})
    assert sum(cell.value is not None for cell in reading.cells) == 6


def test_a_page_number_of_how_many_is_no_row_of_values():
    lines = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数", "规章", "4 / 12", "行政规范性文件", "7", "7", "24"]
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate(lines)], "2021", {})
    assert not any(cell.value is not None for cell in reading.cells if "regulations" in cell.cell)


def test_a_row_that_lost_its_values_takes_nothing_from_the_others():
    lines = head()
    for at, (label, values) in enumerate(ROWS):
        lines += [label, *(values.split() if at != 3 else [])]
    found = read(lines)
    assert found["granted.total"] == 4 and "refused_state_secret.total" not in found


def test_the_end_of_a_row_above_its_beginning_moves_no_value():
    """As a program leaves a row whose cells stand half a line apart. The row's own sum holds; those of the columns tell."""
    rows = [
        ("一、本年新收政府信息公开申请数量", "6 0 1 0 0 2 9"),
        ("二、上年结转政府信息公开申请数量", "1 0 0 0 0 0 1"),
        ("（七）总计", "5 0 1 0 0 2 8"),
        ("四、结转下年度继续办理", "2 0 0 0 0 0 2"),
    ]
    lines = [*head(), *(f"{label} {values}" for label, values in rows)]
    assert read(lines)["received.natural_person"] == 6
    at = len(head())
    found = read([*lines[:at], "一、本年新收政府信息公开申请数量 1 0 0", "6 0 2 9", *lines[at + 1 :]])
    assert not any(found.get(f"received.{column}") for column in ("natural_person", "business", "research", "public_interest"))


def test_a_second_row_of_values_behind_a_table_s_row_moves_what_follows():
    """As a converter leaves rows of a page whose labels stand in two lines: the values in a table above them."""
    lines = [
        ["三、收到和处理政府信息公开申请情况"],
        ["项目", *APPLICANTS],
        *([label, *values.split()] for label, values in ROWS[:3]),
        ["1.属于国家秘密", "1 0", "0", "0", "0", "0 1"],
        ["", "0 0", "0", "0", "0", "0 0"],
        ["2.其他法律行政法规禁止公开"],
        ["", "0 2", "0", "0", "0", "0 2"],
        ["（六）其他处理"],
        *([label, *values.split()] for label, values in ROWS[5:]),
    ]
    found = read_rows(lines, "2019")
    assert "granted.total" in found
    assert "refused_barred_by_law.total" not in found


def test_the_end_of_a_remark_is_no_label():
    lines = [*head(), *(line for label, values in ROWS for line in (label, *values.split()))]
    at = lines.index("1.属于国家秘密")
    # What a page cut off left of the label of 部分公开.
    lines[at:at] = ["公开（区分处理的，只计这一情", "其他情形）", *"1000001"]
    assert not any(cell.startswith("other_other") for cell in read(lines))


def test_a_remark_that_a_row_s_values_stand_in_does_not_give_the_label_the_next_row():
    lines = [*head(), *(f"{label} {values}" for label, values in ROWS[:3])]
    lines += ["（二）部分公开（区分处理的，只计这一情形，不计其他情 4 2 0 0 0 0 6", "形）", "1 2 0 1 0 5 9"]
    lines += [f"{label} {values}" for label, values in ROWS[3:]]
    found = read(lines)
    assert found["granted.total"] == 4 and "partially_granted.total" not in found


def items(*lines: str) -> dict[str, int]:
    return {
        cell.removeprefix("disclosure."): value
        for cell, value in read_rows([[line] for line in ["第二十条第（六）项", *lines, "第二十条第（八）项"]], "2019").items()
    }


def test_an_items_values_before_one_that_has_none_may_be_that_ones():
    head = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"]
    both = items(*head, "行政处罚", "7", "1", "277", "行政强制", "4", "0", "9")
    assert both["penalties.decisions"] == 277 and both["coercions.decisions"] == 9
    assert items(*head, "行政处罚", "7", "1", "277", "行政强制") == {}
    # In the label's own line they are its own.
    assert items(*head, "行政处罚 7 1 277", "行政强制")["penalties.decisions"] == 277


def test_lines_that_some_values_or_heads_share_tell_no_order():
    head, whole = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"], ["行政处罚", "7", "1", "277"]
    assert items(*head, *whole, "行政强制 4", "0", "9") == {}
    assert items("信息内容", "上一年项目数量 本年增/减", "处理决定数量", *whole, "行政强制", "4", "0", "9") == {}
