"""Several reports in one file are several documents when titles and tables separate them, and one in doubt."""

import pytest

from dagster_project.documents.pieces import TABLE_MARK, Pieces
from dagster_project.reading.several import report_starts, separate

FIRST = "溪口县民政局2022年政府信息公开工作年度报告"
SECOND = "溪口县水利局2022年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("lines", "starts"),
    [
        ([FIRST, "一、总体情况", TABLE_MARK], []),
        ([FIRST, TABLE_MARK, "六、其他", SECOND, "一、总体情况", TABLE_MARK], [0, 3]),
        (["汇编", FIRST, TABLE_MARK, SECOND, TABLE_MARK], [0, 3]),
        # the same title twice is one report; a title without a table is a link or a line of contents
        ([FIRST, FIRST, TABLE_MARK, TABLE_MARK], []),
        ([FIRST, SECOND, FIRST, TABLE_MARK, SECOND, TABLE_MARK], [0, 4]),
        ([FIRST, TABLE_MARK, "相关链接", SECOND], []),
        # whose is the first table?
        ([TABLE_MARK, FIRST, TABLE_MARK, SECOND, TABLE_MARK], []),
        # one report's tables in two places
        ([FIRST, TABLE_MARK, SECOND, TABLE_MARK, FIRST, TABLE_MARK], []),
    ],
)
def test_reports_begin_at_titles_with_tables_of_their_own(lines, starts):
    assert report_starts(lines) == starts


def test_the_tables_go_with_the_report_that_prints_them():
    pieces = Pieces()
    pieces.begin()
    pieces.begin_table()
    pieces.row(["before"])
    pieces.begin()
    for number in range(3):
        pieces.begin_table()
        pieces.row([f"{number}", "1"])
        pieces.row([f"{number}", "2"])
    pieces.named("page_title", "汇编")
    pieces.heading.lines += [FIRST, TABLE_MARK, SECOND, TABLE_MARK, TABLE_MARK]
    assert separate(pieces) == 2
    rows = pieces.rows().select("document", "table", "row").rows()
    assert rows == [(0, 1, 1), (1, 1, 1), (1, 1, 2), (2, 1, 1), (2, 1, 2), (2, 2, 1), (2, 2, 2)]
    assert [heading.lines[0] for heading in pieces.headings[1:]] == [FIRST, SECOND]
    assert pieces.heading.named == []
    pieces.begin_table()
    pieces.row(["more"])
    assert pieces.rows().row(-1, named=True)["table"] == 3
