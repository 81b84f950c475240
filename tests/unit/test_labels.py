"""Printed labels find the label they mean, or none."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.forms import labels, registry


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("一、本年新收政府信息公开申请数量", "本年新收政府信息公开申请数量"),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "部分公开"),
        ("(二) 部分公开(区分处理的,只计这一情形,不计其他情形)", "部分公开"),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形", "部分公开"),
        ("商\n业\n企\n业", "商业企业"),
        ("⾃然⼈", "自然人"),
        ("结果 维持", "结果维持"),
        ("本年收费金额（单位：万元，保留4位小数）", "本年收费金额"),
        ("现行有效件数（历史累计）", "现行有效件数"),
        (
            "1.申请人无正当理由逾期不补正, 行政机关不再处理其政府信息公开申请",
            "申请人无正当理由逾期不补正行政机关不再处理其政府信息公开申请",
        ),
        ("本年废纸件数", "本年废止件数"),
        ("其他法律行政止公开", "其他法律行政法规禁止公开"),
        ("3.其他", "其他"),
        ("（七）总计", "总计"),
    ],
)
def test_a_label_is_known_however_it_is_printed(printed, meant):
    assert labels.match(printed)[0] == meant


@pytest.mark.parametrize(
    "printed",
    [
        "其他主动公开文件",
        "第三方",
        "行政检查",
        "规划",
        "",
        "   ",
        "12",
        "1.属于国家秘密0",
        "年处理决定数量",
        "本年度政府信息公开工作进展顺利" * 8,
    ],
)
def test_what_is_no_label_or_could_be_two_is_none(printed):
    assert labels.match(printed) is None


@pytest.mark.parametrize("label", registry.labels()["label"].unique().sort().to_list())
def test_every_label_of_the_registry_means_itself(label):
    assert labels.match(label) == (labels.key_of(label), 0)


@given(st.sampled_from(registry.labels().filter(origin="form")["label"].unique().sort().to_list()), st.data())
def test_one_misprint_never_turns_a_label_into_another(label, data):
    key = labels.key_of(label)
    place = data.draw(st.integers(0, len(key) - 1))
    misprint = key[:place] + data.draw(st.sampled_from(["", "囗", "纸"])) + key[place + 1 :]
    found = labels.match(misprint)
    assert found is None or found[0] == key or found == (labels.key_of(misprint), 0)


def test_no_label_means_two_things_in_one_role_of_one_table():
    for table in registry.TABLES:
        for role in ("row", "column", "family", "caption"):
            labels.codes(table, role)


@given(st.text(st.one_of(st.characters(), st.sampled_from("，（）：；！？％．。、ＡＢ１２\u3000\u0301\u3099①²ﾊﾞ㈠⺠⾃"))))
def test_the_short_way_to_the_plain_form_leads_to_the_same(text):
    assert labels.plain(text) == unicodedata.normalize("NFKC", text).translate(labels._RADICALS)
