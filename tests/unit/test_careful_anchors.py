"""Labels in a stream: where they stand, and which of their meanings is meant."""

import re

import pytest

from dagster_project.reading.careful.anchors import find
from dagster_project.reading.careful.stream import Chunk, Stream


def labels(*lines: str | list[str]) -> list[tuple[str, str]]:
    """(role, code) of the labels found in lines; a list is a table row."""
    rows = [[Chunk(text, "") for text in ([line] if isinstance(line, str) else line)] for line in lines]
    return [(anchor.meaning.role, anchor.meaning.code) for anchor in find(Stream(rows))]


def test_labels_are_found_between_digits_and_through_breaks() -> None:
    assert labels("一、本年新收政府信息公开申请数量640020470二、上年结转政府", "信息公开申请数量0000000") == [
        ("row", "received"),
        ("row", "carried_in"),
    ]


def test_the_numbering_belongs_to_the_label_and_not_to_the_digits_before_it() -> None:
    stream = Stream([[Chunk("1.属于国家秘密00000002.其他法律行政法规禁止公开0000000", "")]])
    first, second = find(stream)
    assert stream.text[first.end : second.start] == "0000000"


@pytest.mark.parametrize("between", ["203\n）不予处理", "203）不予处理", "20 3\n）不予处理"])
def test_a_value_before_the_bracket_that_closes_a_numbering_is_no_numbering(between: str) -> None:
    stream = Stream([[Chunk(line, "")] for line in f"（五 1.信访举报投诉类申请 {between}\n2.重复申请".split("\n")])
    first, second, _ = find(stream)
    assert re.sub(r"\s", "", stream.text[first.end : second.start]).rstrip(")") == "203"


def test_other_is_a_column_in_a_head_and_a_row_in_its_family_only() -> None:
    head = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    assert labels(head)[-2:] == [("column", "other_organisation"), ("column", "total")]
    assert ("row", "other_other") in labels("（六）其他处理", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请0", "3.其他0")
    assert ("row", "other_other") not in labels("（五）不予处理", "1.信访举报投诉类申请0", "6.其他0")


@pytest.mark.parametrize("word", ["其他情况说明", "不计其他情形", "新增行政许可", "行政许可事项"])
def test_a_label_inside_a_longer_word_is_no_row(word: str) -> None:
    assert not [code for role, code in labels(["信息内容", "本年处理决定数量"], [word, "3"]) if role == "row"]


def test_a_unit_before_a_label_is_no_part_of_it() -> None:
    assert labels(["信息内容", "本年处理决定数量"], "行政处罚443件行政强制472")[-2:] == [("row", "penalties"), ("row", "coercions")]


def test_the_total_that_ends_an_invented_head_is_no_row_and_a_numbered_one_is() -> None:
    assert ("row", "disposed") not in labels(["类别", "数据1", "数据2", "总计"])
    assert ("row", "disposed") in labels(["类别", "数据1", "总计"], ["（七）总计", "3"])


def test_a_long_label_is_known_in_spite_of_a_misprint() -> None:
    assert labels("2.其它法律行政法规禁止公开0000000") == [("row", "refused_barred_by_law")]


def test_a_short_label_is_not_guessed_from_a_misprint() -> None:
    assert labels("行政处分3") == []
