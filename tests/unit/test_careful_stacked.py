"""Words of a row that a layout spreads over several lines are put together only where labels of a form come out."""

from textwrap import dedent

import pytest

from dagster_project.documents import text
from dagster_project.documents.pieces import Pieces
from dagster_project.reading.careful.stacked import put_together

HEAD = """
    结果  其他  总计
    维持  结果
"""


def together(content: str) -> list[str]:
    pieces = Pieces()
    pieces.begin()
    text.read(dedent(content).strip("\n").encode(), pieces)
    return [line for line in put_together(pieces.heading.lines, pieces.heading.spaced) if line]


def test_words_one_above_the_other_are_a_label() -> None:
    assert together(HEAD) == ["结果维持 其他结果 总计"]


@pytest.mark.parametrize("wide", [True, False])
def test_a_chinese_character_is_as_wide_as_two_others_or_as_one(wide: bool) -> None:
    blank = "  " if wide else " "
    content = f"社会公益组织  结果  总计\n{blank * 6}  维持\n"
    assert together(content) == ["社会公益组织 结果维持 总计"]


def test_words_between_the_lines_of_their_neighbours_are_in_the_same_row() -> None:
    content = """
                社会
    商业  科研
                公益  其他
    企业  机构
                组织
    """
    assert together(content) == ["商业企业 科研机构 社会公益组织 其他"]


def test_values_beside_the_middle_of_their_label_stand_behind_it() -> None:
    content = """
    （三）不予公开  1.属于国家秘密                  4  0  4
                    2.其他法律行政法规
                                                    1  0  1
                    禁止公开
    """
    assert together(content) == ["（三）不予公开 1.属于国家秘密 4 0 4", "2.其他法律行政法规禁止公开 1 0 1"]


def test_rows_of_whole_labels_stay_rows() -> None:
    content = """
    第二十条第（一）项
    信息内容  本年制发件数  本年废止件数
    规章      1             2
    """
    assert together(content) == ["第二十条第（一）项", "信息内容 本年制发件数 本年废止件数", "规章 1 2"]


@pytest.mark.parametrize(
    "content",
    [
        "结果  其他  总计\n维护  结果\n",  # 结果维护 is no label
        "结果  其他  总计\n维持  结果  总计\n",  # 总计总计 is none
        "结果      总计\n维持  纠正\n",  # 纠正 stands alone
        "结果  总计\n维持  2\n",
    ],
)
def test_words_that_make_no_label_stay_as_they_are(content: str) -> None:
    assert together(content) == [" ".join(line.split()) for line in content.splitlines()]


def test_values_between_lines_of_an_unknown_label_are_not_those_of_the_label_in_their_own_line() -> None:
    content = """
                    1.无正当理由逾期不补正的
    （六）其他处理                            1  0  1
                    申请，不再处理
    """
    assert together(content)[1] == "（六）其他处理 〓 1 0 1"


def test_a_head_above_the_values_is_no_label_between_a_label_and_its_values() -> None:
    content = """
                        自然人  其他  总计
    一、本年新收政府信息公开申请数量  1  0  1
    """
    assert together(content)[1] == "一、本年新收政府信息公开申请数量 1 0 1"


@pytest.mark.parametrize(
    ("content", "parted"),
    [
        ("行政事业性收费  18651\n  .06\n", "行政事业性收费 〓 18651"),
        ("行政事业性收费 18651  \n  .06\n", "行政事业性收费 〓 18651"),
        ("政府集中采购  3  25100\n                 0元\n", "政府集中采购 〓 3 25100"),
        ("政府集中采购  70件  4,797.5221\n                 77元\n", "政府集中采购 〓 70件 4,797.5221"),
        ("行政事业性收费：789  \n  43.7\n", "行政事业性收费： 〓 789"),
        ("政府集中采  3  1110.2\n购              5元\n", "政府集中采 〓 3 1110.2"),
        ("政府集中采购  ３  １１１０．２\n                 ５元\n", "政府集中采购 〓 ３ １１１０．２"),
        ("政府集中采购 5  895.8\n  0\n", "政府集中采购 〓 5 895.8"),
        ("（五）不予处理  2.重复申请  0  0  3\n  3\n", "（五）不予处理 2.重复申请 〓 0 0 3"),
    ],
)
def test_values_of_which_one_goes_on_in_the_next_line_are_not_read(content: str, parted: str) -> None:
    assert together(content)[0] == parted


def test_a_row_below_another_is_not_its_end() -> None:
    content = """
    2.重复申请                0  0  3
    5.要求行政机关确认或重新出具已获取信息
                              0  0  3
    3.其他                    0  0  1
    （七）总计 5              0  5
    """
    assert not [line for line in together(content) if "〓" in line]


def test_one_measure_of_width_is_asked_where_values_stand_below_one_another_by_it() -> None:
    content = """
    二、上年结转政府信息              1  0  1
    三、本年度办理结果  （一）予以公开  5  0  5
                        （二）部分公开
                        处理的            1  0  1
    """
    assert together(content)[1] == "三、本年度办理结果 （一）予以公开 5 0 5"
