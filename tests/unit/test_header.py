"""The head of a document: labels with values, dates, codes and addresses."""

from datetime import date

import pytest

from dagster_project.bodies import credit_code, dates, hosts
from dagster_project.bodies.header import pairs_in_cells, pairs_in_lines
from dagster_project.bodies.traditional import simplified


def test_several_fields_on_one_line_end_where_the_next_begins():
    line = "来源：溪口县人民政府 时间：2012-04-18 00:00 浏览次数：12 【字体：大 中 小】 文 号：溪政〔2012〕2号"
    assert pairs_in_lines([line]) == [
        ("publisher", "溪口县人民政府"),
        ("published_on", "2012-04-18 00:00"),
        ("document_number", "溪政〔2012〕2号"),
    ]


def test_a_label_on_its_own_line_has_its_value_on_the_next():
    assert pairs_in_lines(["索 引 号：", "000014349/2023-05239", "发布机构", "溪口县财政局"]) == [
        ("index_number", "000014349/2023-05239"),
        ("publisher", "溪口县财政局"),
    ]


def test_an_empty_field_takes_no_value_from_the_next_field():
    assert pairs_in_lines(["发布机构: ", "栏目: 政府信息公开年报", "发布日期:", "标题: 某"]) == [("title", "某")]


def test_a_sentence_is_no_field():
    assert pairs_in_lines(["在来源：不明的情况下"]) == []


def test_a_head_table_gives_label_and_value():
    cells = ["索 引 号", "113/22", "发布机构：", "溪口县财政局", "文号", "", "发文日期", "2022-01-20", "标题：溪口县", "有效性", "有效"]
    assert pairs_in_cells(cells) == [
        ("index_number", "113/22"),
        ("publisher", "溪口县财政局"),
        ("published_on", "2022-01-20"),
        ("title", "溪口县"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022年1月20日", date(2022, 1, 20)),
        ("2022-01-20 08:58", date(2022, 1, 20)),
        ("2022/1/2", date(2022, 1, 2)),
        ("2022.01.20", date(2022, 1, 20)),
        ("二○一○年四月十日", date(2010, 4, 10)),
        ("二〇二二年十二月三十一日", date(2022, 12, 31)),
        ("二〇二二年二月二十日", date(2022, 2, 20)),
        ("2022-13-40", None),
        ("2022-13-40 改为 2022-01-02", date(2022, 1, 2)),
        ("2022年", None),
    ],
)
def test_dates_are_read_in_digits_and_numerals(text, day):
    assert dates.date_in(text) == day


def test_a_line_that_is_a_date_is_told_from_one_that_holds_one():
    assert dates.is_date("（2026年1月23日）")
    assert dates.is_date("二○一二年二月二十日")
    assert not dates.is_date("自2022年1月1日起施行")


VALID = [
    "11370000MB2847192R",
    "11500000009275780L",
    "11341702486344515H",
    "11341703003249434A",
    "12620600MB0523338C",
    "11370812004339255B",
    "113325000026455663",
]


@pytest.mark.parametrize("code", VALID)
def test_codes_that_are_in_use_pass(code):
    assert credit_code.is_valid(code)


@pytest.mark.parametrize("code", VALID)
def test_every_single_changed_character_is_noticed(code):
    for at in range(18):
        for character in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            changed = code[:at] + character + code[at + 1 :]
            assert credit_code.is_valid(changed) == (changed == code)


def test_a_code_is_found_inside_an_index_number():
    assert credit_code.codes_in("索引号：11370000MB2847192R/202201-00001") == ["11370000MB2847192R"]
    assert credit_code.codes_in("000014349/2023-05239 11370000MB2847192A") == []


@pytest.mark.parametrize(
    ("address", "official"),
    [
        ("https://www.xikou.gov.cn/zwgk/t20210305.htm", True),
        ("http://GOV.CN/a", True),
        ("http://www.xikou-gov.cn/a", False),
        ("http://xikou.gov.cn.example.com/a", False),
        ("https://www.example.com/xikou.gov.cn", False),
        ("not an address", None),
    ],
)
def test_only_hosts_of_the_government_are_official(address, official):
    assert hosts.is_official(address) is official


def test_traditional_characters_are_simplified_and_names_that_use_them_are_not():
    assert simplified("上海市長寧區政府信息公開") == "上海市长宁区政府信息公开"
    assert simplified("乾安县") == "乾安县"
