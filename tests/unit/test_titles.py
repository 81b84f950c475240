"""Titles taken apart: body, year, and what is no annual report."""

import pytest

from dagster_project.bodies import titles


@pytest.mark.parametrize(
    ("text", "body", "year"),
    [
        ("青河区城市管理局2021年政府信息公开工作年度报告", "青河区城市管理局", 2021),
        ("2022年云山市政府信息公开工作年度报告", "云山市", 2022),
        ("云山市2023年政府信息公开工作年度报告", "云山市", 2023),
        ("云山省人民政府办公厅2023年政府信息公开工作年度报告", "云山省人民政府办公厅", 2023),
        ("青河县公共资源交易中心2020年政府信息公开工作的年度报告", "青河县公共资源交易中心", 2020),
        ("青河市市场监督管理局2016年政务信息公开年度报告", "青河市市场监督管理局", 2016),
        ("青河市2017年政府信息公开年度报告", "青河市", 2017),
        ("云山省经济和信息化厅2022政府信息公开工作年度报告", "云山省经济和信息化厅", 2022),
        ("新桥街道办事处2022年度 政府信息公开工作年度报告", "新桥街道办事处", 2022),
        ("2024年度政府信息公开工作年度报告", "", 2024),
        ("2015年度青河自治区地方税务局政府信息公开工作年报", "青河自治区地方税务局", 2015),
        ("青河县人民政府信息公开工作2018年年度报告", "青河县人民政府", 2018),
        ("国家新闻局（国家著作权局）2019年政府信息公开工作年度报告", "国家新闻局(国家著作权局)", 2019),
        ("青 河 县 2021 年 政 府 信 息 公 开 工 作 年 度 报 告", "青河县", 2021),
        ("青河县２０２１年政府信息公开工作年度报告", "青河县", 2021),
        ("青河县财政局关于2021年政府信息公开工作情况的报告", "青河县财政局", 2021),
        ("附件1：青河县财政局2021年政府信息公开工作年度报告", "青河县财政局", 2021),
        ("青河县财政局政府信息公开工作年度报告（2021年）", "青河县财政局", 2021),
    ],
)
def test_a_title_is_taken_apart(text, body, year):
    title = titles.parse(text)
    assert (title.body, title.year) == (body, year)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "首页 > 政务公开 > 政府信息公开年报",
        "栏目: 政府信息公开年报",
        "来源：青河县人民政府 2021年政府信息公开工作年度报告",
        "一、总体情况",
        "政府信息公开指南",
        "根据《条例》编制2021年政府信息公开工作年度报告",
        "本年度" * 40,
    ],
)
def test_a_line_that_is_no_title_is_none(text):
    assert titles.parse(text) is None


def test_a_page_title_is_searched_part_by_part():
    found = titles.titles_in("青河县2021年政府信息公开工作年度报告_政府信息公开年报_青河县人民政府网")
    assert ("青河县", 2021) in [(title.body, title.year) for title in found]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("青河县2022年上半年政府信息公开工作报告", "half_year"),
        ("青河县2022年第三季度政府信息公开统计表", "quarter"),
        ("青河县2022年政府网站工作年度报表", "website_report"),
        ("青河县2022年法治政府建设年度报告", "rule_of_law_report"),
        ("政府信息公开申请答复书", "letter"),
        ("关于做好2022年政府信息公开工作年度报告编制工作的通知", "notice"),
        ("青河学院2022年信息公开年度报告", "not_a_government_body"),
        ("一图读懂青河县2022年政府信息公开工作年度报告", "explainer"),
        ("政府信息公开工作年度报告模板", "template"),
    ],
)
def test_what_is_no_annual_report_is_told_with_a_reason(text, code):
    assert titles.foreign(text)[0] == code


@pytest.mark.parametrize(
    "text",
    [
        "青河县2022年政府信息公开工作年度报告",
        "青河县教育局2022年政府信息公开工作年度报告",
        "中国科学院青河分院",
        "青河县水利局2021年政府信息公开工作年度报告",
    ],
)
def test_a_report_is_not_taken_for_something_else(text):
    assert titles.foreign(text) is None
