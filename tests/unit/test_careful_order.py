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
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate(lines, start=1)], "2021", {})
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


def test_a_page_number_does_not_stand_in_for_a_value_that_all_rows_lost():
    head = ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    rows = ["规章", "0", "0", "7", "行政规范性文件", "34", "173"]
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate([*head, *rows])], "2021", {})
    assert all(cell.value is None for cell in reading.cells)
    reading = read_carefully([[Chunk(line, f"line={at}")] for at, line in enumerate([*head, *rows, "9"])], "2021", {})
    assert sum(cell.value is not None for cell in reading.cells) == 6


def test_a_row_that_lost_its_values_takes_nothing_from_the_others():
    lines = head()
    for at, (label, values) in enumerate(ROWS):
        lines += [label, *(values.split() if at != 3 else [])]
    found = read(lines)
    assert found["granted.total"] == 4 and "refused_state_secret.total" not in found
