"""Whose report a document is, from everything it says about itself."""

from datetime import date

from dagster_project.bodies.identify import identify
from dagster_project.documents.pieces import Heading


def told(*lines: str, named=(), path="report.html"):
    return identify(Heading(lines=list(lines), named=list(named)), path)


def test_title_in_the_text_gives_body_and_year():
    identity = told(
        "首页", "青河县财政局2021年政府信息公开工作年度报告", "发布日期：2022-01-20", "一、总体情况", "2021年……"
    )
    assert (identity.body, identity.year, identity.published_on) == ("青河县财政局", 2021, date(2022, 1, 20))
    assert identity.disagreements == []


def test_a_title_broken_over_lines_is_joined():
    assert told("青河县财政局2021年", "政府信息公开工作年度报告", "一、总体情况").body == "青河县财政局"


def test_the_year_of_the_title_wins_and_the_other_is_a_disagreement():
    identity = told(
        "青河县财政局2021年政府信息公开工作年度报告", "本报告数据统计期限自2020年1月1日起至2020年12月31日止。"
    )
    assert identity.year == 2021
    assert "2020" in identity.disagreements[0][1]


def test_without_a_year_in_the_title_the_statistics_period_tells_it():
    identity = told("青河县财政局政府信息公开工作年度报告", "本报告所列数据的统计期限自2022年1月1日起至12月31日止。")
    assert identity.year == 2022
    assert identity.chosen["report_year"].origin == "statistics_period"


def test_without_both_the_majority_of_the_text_tells_it_and_without_a_majority_nothing_does():
    assert (
        told("青河县财政局政府信息公开工作年度报告", "2022年，我局……", "2022年共收到申请3件，2021年结转1件。").year
        == 2022
    )
    assert told("青河县财政局政府信息公开工作年度报告", "2022年收到3件，2021年收到2件。").year is None


def test_a_period_of_half_a_year_is_no_annual_report():
    identity = told("青河县财政局2022年政府信息公开工作报告", "统计期限自2022年1月1日至6月30日。")
    assert identity.foreign[0] == "part_of_year"


def test_a_body_missing_in_the_title_is_taken_from_header_or_signature():
    assert told("2021年政府信息公开工作年度报告", "发布机构：青河县财政局", "一、总体情况").body == "青河县财政局"
    signed = told("2021年政府信息公开工作年度报告", "一、总体情况", "无。", "青河县财政局", "2022年1月20日")
    assert (signed.body, signed.published_on) == ("青河县财政局", date(2022, 1, 20))


def test_two_titles_with_different_bodies_are_a_disagreement():
    identity = told(
        "青河县财政局2021年政府信息公开工作年度报告",
        named=[("page_title", "青河县教育局2021年政府信息公开工作年度报告")],
    )
    assert [attribute for attribute, _ in identity.disagreements] == ["body"]


def test_a_publication_before_the_year_ended_is_a_disagreement():
    identity = told("青河县财政局2021年政府信息公开工作年度报告", "发布日期：2021-06-30")
    assert [attribute for attribute, _ in identity.disagreements] == ["published_on"]


def test_a_title_with_placeholders_is_a_template():
    assert told("XX县2021年政府信息公开工作年度报告").foreign[0] == "template"


def test_an_impossible_date_is_no_date():
    assert told("青河县财政局2021年政府信息公开工作年度报告", "发布日期：2022-13-40").published_on is None


def test_scope_is_told_by_name_title_or_text_and_unknown_otherwise():
    assert told("青河县财政局2021年政府信息公开工作年度报告").scope == "own"
    assert told("青河县2021年政府信息公开工作年度报告").scope == "region"
    assert told("青河县人民政府2021年政府信息公开工作年度报告").scope == "unknown"
    assert told("青河县人民政府2021年政府信息公开工作年度报告", "本报告汇总全县各级行政机关数据。").scope == "region"
    assert told("青河县人民政府机关2021年政府信息公开工作年度报告").scope == "government_organ"
    assert told("青河县本级2021年政府信息公开工作年度报告").scope == "level"
    assert told("青河县新桥街道办事处2021年政府信息公开工作年度报告").scope == "own"


def test_all_candidates_are_kept_in_order_and_the_chosen_one_is_first():
    identity = told("青河县财政局2021年政府信息公开工作年度报告", "来源：青河县人民政府")
    bodies = [candidate for candidate in identity.candidates if candidate.attribute == "body"]
    assert [candidate.value for candidate in bodies] == ["青河县财政局", "青河县人民政府"]
    assert identity.chosen["body"] == bodies[0]


def test_fields_behind_a_title_in_one_line_are_no_part_of_it():
    identity = told("青河县财政局2021年政府信息公开工作年度报告 来源：青河县人民政府 时间：2022-01-10 16:34")
    assert (identity.title, identity.body, identity.year) == (
        "青河县财政局2021年政府信息公开工作年度报告",
        "青河县财政局",
        2021,
    )
    assert identity.published_on == date(2022, 1, 10)


def test_a_title_among_the_properties_names_a_document_only_when_nothing_else_does():
    property_title = [("property_title", "青河县水利局2020年政府信息公开工作年度报告")]
    identity = told("青河县财政局2021年政府信息公开工作年度报告", named=property_title)
    assert (identity.body, identity.year) == ("青河县财政局", 2021)
    assert not identity.disagreements
    identity = told("一、总体情况", named=property_title)
    assert (identity.body, identity.year) == ("青河县水利局", 2020)
    # Documents are made from last year's, and the sentence on the period is written anew.
    identity = told("统计期限为2021年1月1日至2021年12月31日", named=property_title)
    assert identity.year == 2021
