"""Whose report a document is, from everything it says about itself."""

from datetime import date

from dagster_project.bodies.identify import identify
from dagster_project.documents import html
from dagster_project.documents.pieces import Heading, Pieces


def told(*lines: str, named=(), cells=(), path="report.html"):
    return identify(Heading(lines=list(lines), named=list(named), cells=list(cells)), path)


def test_title_in_the_text_gives_body_and_year():
    identity = told(
        "首页", "青河县财政局2021年政府信息公开工作年度报告", "发布日期：2022-01-20", "一、总体情况", "2021年……"
    )
    assert (identity.body, identity.year, identity.published_on) == ("青河县财政局", 2021, date(2022, 1, 20))
    assert identity.disagreements == []


def test_a_text_glued_together_whole_begins_with_its_title():
    text = "青河县财政局2021年政府信息公开工作年度报告首页政务公开来源：青河县人民政府时间：2022-02-08 16:34根据规定编制。" + "文" * 200
    identity = told(text)
    assert (identity.body, identity.year) == ("青河县财政局", 2021)


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


def test_a_name_without_a_place_is_completed_by_who_published_it():
    identity = told(
        "标题: 公安局2009年度政府信息公开工作年度报告", "发布机构: 溪口县公安局办公室", "一、概述", "溪口县公安局", "二○一○年四月十日"
    )
    assert identity.body == "溪口县公安局"
    assert identity.chosen["body"].origin == "publisher"
    assert "公安局" in identity.reasons["body"]
    assert identity.disagreements == []


def test_two_ways_to_complete_a_name_are_a_disagreement():
    identity = told("溪口新区公安局政府信息公开年报", "公安局2009年政府信息公开年度报告", "来源：溪口县公安局", "一、概述")
    assert identity.body == "溪口县公安局"
    assert "溪口新区公安局" in identity.disagreements[0][1]


def test_the_site_gives_the_place_when_nothing_completes_the_name():
    identity = told("财政局2021年政府信息公开工作年度报告", named=[("meta_site", "溪口县人民政府网站")])
    assert identity.body == "溪口县财政局"
    assert "site" in identity.chosen["body"].origin


def test_a_name_that_nothing_completes_is_kept_apart_by_site_and_a_doubt():
    one = told("公安局2021年政府信息公开工作年度报告", "原文链接：https://www.xikou.gov.cn/a.htm")
    other = told("公安局2021年政府信息公开工作年度报告", "原文链接：https://www.yunshan.gov.cn/a.htm")
    assert one.body == other.body == "公安局"
    assert one.body_id != other.body_id
    assert [code for code, _ in one.doubts] == ["body_incomplete"]


def test_bodies_of_one_name_in_different_provinces_are_told_apart_or_are_a_doubt():
    nanjing = told("鼓楼区财政局2021年政府信息公开工作年度报告", named=[("meta_site", "南京市鼓楼区人民政府网站")])
    fuzhou = told("鼓楼区财政局2021年政府信息公开工作年度报告", "一、总体情况", "福州市财政局的要求……")
    assert (nanjing.region_code, fuzhou.region_code) == ("320106", "350102")
    assert nanjing.body_id != fuzhou.body_id
    nowhere = told("鼓楼区财政局2021年政府信息公开工作年度报告")
    assert nowhere.region_code is None
    assert [code for code, _ in nowhere.doubts] == ["body_ambiguous"]
    assert nowhere.body_id not in (nanjing.body_id, fuzhou.body_id)


def test_a_body_in_no_list_is_a_doubt():
    assert [code for code, _ in told("溪寧县财政局2021年政府信息公开工作年度报告").doubts] == ["place_unlisted"]
    assert told("湛河区财政局2021年政府信息公开工作年度报告").doubts == []


def test_the_publisher_never_replaces_the_title_and_an_office_is_no_government():
    identity = told("平潭综合实验区2021年政府信息公开工作年度报告", "来源：平潭综合实验区管委会办公室", "一、总体情况")
    assert identity.body == "平潭综合实验区"
    assert identity.disagreements == []


def test_a_name_copied_from_another_report_is_a_disagreement():
    identity = told(
        "湛河区财政局2021年政府信息公开工作年度报告",
        "根据条例的要求，现将湛河区教育局2021年度政府信息公开工作情况公布如下，欢迎监督，谢谢大家的支持。",
        "一、总体情况",
    )
    assert identity.body == "湛河区财政局"
    assert "湛河区教育局" in identity.disagreements[0][1]


def test_a_signature_of_another_body_is_a_disagreement_and_links_below_are_no_signature():
    signed = told("湛河区财政局2021年政府信息公开工作年度报告", "一、总体情况", "无。", "湛河区教育局", "2022年1月20日")
    assert "湛河区教育局" in signed.disagreements[0][1]
    linked = told("湛河区财政局2021年政府信息公开工作年度报告", "一、总体情况", "无。", "福建省人民政府", "友情链接", "某网")
    assert linked.disagreements == []


def test_the_own_title_over_two_lines_is_preferred_to_the_editors():
    identity = told(
        "溪口综合实验区",
        "2014年度政府信息公开工作年度报告",
        "一、概述",
        named=[("meta_title", "溪口综合实验区管委会2014年度政府信息公开工作年度报告")],
    )
    assert identity.body == "溪口综合实验区"


def test_the_head_table_names_numbers_publisher_and_date():
    identity = told(
        "2021年政府信息公开工作年度报告",
        "一、总体情况",
        cells=[
            *("索引号", "11370000MB2847192R/202201-00001", "发布机构", "湛河区财政局"),
            *("发文日期", "2022-01-20", "文号", "湛财〔2022〕3号"),
        ],
    )
    assert (identity.body, identity.published_on) == ("湛河区财政局", date(2022, 1, 20))
    assert identity.index_number == "11370000MB2847192R/202201-00001"
    assert identity.unified_social_credit_code == "11370000MB2847192R"
    assert identity.document_number == "湛财〔2022〕3号"


def test_the_region_is_that_of_the_name_and_never_of_the_code():
    identity = told(
        "湛河区财政局2021年政府信息公开工作年度报告", cells=["统一社会信用代码", "11370000MB2847192R"]
    )
    assert identity.region_code == "410411"


def test_a_text_without_line_ends_is_identified_by_its_first_words():
    words = "当前位置： 首页政务公开 湛河区财政局2021年政府信息公开工作年度报告 来源：湛河区财政局 时间：2022-01-20 08:00 " + "正文" * 400
    identity = told(words)
    assert (identity.body, identity.year, identity.published_on) == ("湛河区财政局", 2021, date(2022, 1, 20))


def test_the_year_before_the_publication_is_the_last_resort():
    assert told("湛河区财政局政府信息公开工作年度报告", "发布日期：2022-01-20").year == 2021
    assert told("湛河区财政局政府信息公开工作年度报告", "发布日期：2022-09-20").year is None
    numbered = told("湛河区财政局政府信息公开工作年度报告", "文号：湛财〔2019〕1号")
    assert numbered.year == 2018
    assert "document number" in numbered.chosen["report_year"].origin


def test_an_address_elsewhere_is_not_official():
    assert told("湛河区2021年政府信息公开工作年度报告", "原文链接：https://www.zhanhe.gov.cn/a").is_official_source is True
    assert told("湛河区2021年政府信息公开工作年度报告", "原文链接：https://www.example.com/a").is_official_source is False
    assert told("湛河区2021年政府信息公开工作年度报告").is_official_source is None


def test_a_gambling_sites_copy_is_no_report():
    assert told("365bet(中国)官方网站2024年政府信息公开工作年度报告", named=[]).foreign[0] == "hijacked"


def test_scope_of_a_system_is_told_by_the_text():
    text = "本报告数据包括市局机关及下属单位，全系统共收到申请3件。"
    assert told("贵阳市市场监督管理局2021年政府信息公开工作年度报告", text).scope == "system"


def test_a_head_table_of_a_page_reaches_identification_and_its_cells_stay_cells():
    page = """<html><body><table><tr><td>索 引 号</td><td>113/2022-1</td><td>发布机构</td><td>湛河区财政局</td></tr></table>
    <p>2021年政府信息公开工作年度报告</p><table><tr><td>规章</td><td>0</td><td>0</td><td>0</td></tr></table></body></html>"""
    pieces = Pieces()
    pieces.begin()
    html.read(page.encode(), pieces)
    identity = identify(pieces.heading, "report.html")
    assert (identity.body, identity.year, identity.index_number) == ("湛河区财政局", 2021, "113/2022-1")
    assert pieces.rows()["width"].to_list() == [4, 4]


def test_townships_of_one_name_are_told_apart_by_the_county_that_publishes_them():
    def in_county(county: str):
        return told("青溪镇2021年政府信息公开工作年度报告", named=[("meta_site", f"{county}人民政府门户网站")])

    one, other = in_county("平潭县"), in_county("湛河区")
    assert one.body == other.body == "青溪镇"
    assert one.body_id != other.body_id
    assert (one.region_code, other.region_code) == ("350128", "410411")
    assert one.parent_body_id == told("平潭县人民政府2021年政府信息公开工作年度报告").body_id
    nowhere = told("青溪镇2021年政府信息公开工作年度报告")
    assert [code for code, _ in nowhere.doubts] == ["body_ambiguous"]
    assert nowhere.body_id not in (one.body_id, other.body_id)


def test_a_folder_named_after_a_place_tells_it_when_nothing_else_does():
    assert told("青溪镇2021年政府信息公开工作年度报告", path="2021/平潭县/a.html").region_code == "350128"
    assert told("财政局2021年政府信息公开工作年度报告", path="2021/平潭县/a.html").body == "平潭县财政局"


def test_a_place_that_was_renamed_completes_a_name_as_it_is_called_now():
    assert told("财政局2021年政府信息公开工作年度报告", named=[("meta_site", "襄阳市人民政府")]).body == "襄阳市财政局"
