"""Sentences against tables: what counts as a claim, which readings are accepted, what is a finding."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.auditing import claim_readings, prose
from dagster_project.auditing.claim_readings import Report
from dagster_project.auditing.claims import Claim, claims_of
from dagster_project.auditing.sheet import MILLIONTHS
from dagster_project.forms import registry
from dagster_project.synthesis.truth import make_truth
from schemas import AUDIT_FINDINGS, CELLS, CLAIMS, SECTIONS

BODY = "栀川县人民政府"
YEAR = 2023
# 40 received and 2 carried in, 39 disposed of and 3 carried out; a report as the tests' sentences tell it.
PRINTED = {
    "requests.received": {"natural_person": 36, "business": 3, "legal_services": 1, "total": 40},
    "requests.carried_in": {"natural_person": 2, "total": 2},
    "requests.granted": {"natural_person": 20, "business": 2, "total": 22},
    "requests.partially_granted": {"natural_person": 4, "total": 4},
    "requests.refused_deliberative": {"natural_person": 2, "total": 2},
    "requests.refused_third_party": {"natural_person": 1, "total": 1},
    "requests.unavailable_not_held": {"natural_person": 6, "business": 1, "legal_services": 1, "total": 8},
    "requests.declined_repeat": {"natural_person": 1, "total": 1},
    "requests.other_other": {"natural_person": 1, "total": 1},
    "requests.disposed": {"natural_person": 35, "business": 3, "legal_services": 1, "total": 39},
    "requests.carried_out": {"natural_person": 3, "total": 3},
    "remedies.review": {"upheld": 3, "pending": 1, "total": 4},
    "remedies.direct_suit": {"upheld": 1, "total": 1},
    "remedies.suit_after_review": {"other": 2, "total": 2},
    "disclosure.normative_documents": {"issued": 7, "repealed": 5, "in_force": 60},
    "disclosure.licences": {"decisions": 1234},
    "disclosure.fees": {"collected": Decimal("812.3456")},
}


@cache
def form_cells(form: str) -> tuple[str, ...]:
    return tuple(registry.cells().filter(form=form, presence="regular")["cell"])


def report(form: str = "2021", body: str = BODY, blank: tuple[str, ...] = (), **changes: int) -> Report:
    numbers = dict.fromkeys(form_cells(form), Decimal(0))
    for row, columns in PRINTED.items():
        numbers |= {f"{row}.{column}": Decimal(value) for column, value in columns.items() if f"{row}.{column}" in numbers}
    numbers |= {cell.replace("__", "."): Decimal(value) for cell, value in changes.items()}
    millionths = {cell: int(value * MILLIONTHS) for cell, value in numbers.items() if cell not in blank}
    rows = frozenset(cell.rpartition(".")[0] for cell in form_cells(form))
    return Report(YEAR, body, form, rows, millionths.get)


def stated(text: str, about: Report | None = None, chapter: int | None = 1) -> list[Claim]:
    return claims_of(about or report(), [(1, chapter, text)])


def figures(text: str, about: Report | None = None) -> list[tuple[str, int, str]]:
    return [(claim.subject, int(claim.number), claim.status) for claim in stated(text, about)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本年度全县共收到政府信息公开申请40件。", [("received", 40)]),
        ("2023年，我县新收依申请公开事项40件，上年结转2件。", [("received", 40), ("carried_in", 2)]),
        ("全年接到40件信息公开申请。", [("received", 40)]),
        ("全县各级行政机关共受理公民、法人和其他组织提出的政府信息公开申请42件。", [("received", 42)]),
        ("全年受理并按期答复40件政府信息公开申请。", [("received", 40)]),
        ("收到各类申请40件，办结39件，结转下年度继续办理3件。", [("received", 40), ("disposed", 39), ("carried_out", 3)]),
        ("收到申请40件，其中3件申请顺延至2024年答复。", [("received", 40), ("carried_out", 3)]),
        ("收到申请40件（含2022年结转2件）。", [("received", 40), ("carried_in", 2)]),
        ("全年办理政府信息公开申请39件。", [("handled", 39)]),
        ("2.规范办理依申请公开 2023年全县各级行政机关共受理政府信息公开申请40件。", [("received", 40)]),
        ("共收到申请４０件，申请人为自然人36件、商业企业3件、法律服务机构1件。", [("received", 40), ("natural_person", 36), ("business", 3), ("legal_services", 1)]),
        ("收到申请40件，其中自然人申请36件，法人或其他组织申请4件。", [("received", 40), ("natural_person", 36), ("organisation", 4)]),
        ("办结申请39件：予以公开22件，部分公开4件，不予公开3件，无法提供8件，不予处理1件，其他处理1件。",
         [("disposed", 39), ("granted", 22), ("partially_granted", 4), ("refused", 3), ("unavailable", 8), ("declined", 1), ("other", 1)]),
        ("答复39件申请中，予以公开和部分公开的有26件。", [("disposed", 39), ("disclosed", 26)]),
        ("因政府信息公开引发行政复议4件、行政诉讼3件。", [("review", 4), ("litigation", 3)]),
        ("因信息公开产生的行政复议和行政诉讼案件7件。", [("disputes", 7)]),
        ("全年制发行政规范性文件7件，废止规范性文件5件，现行有效规范性文件60件。",
         [("normative_documents_issued", 7), ("normative_documents_repealed", 5), ("normative_documents_in_force", 60)]),
        ("截至2023年底，现行有效的行政规范性文件60件。", [("normative_documents_in_force", 60)]),
        ("作出行政许可决定1,234件。", [("licences", 1234)]),
        ("2023年未收到政府信息公开申请。", [("received", 0)]),
        ("未发生因政府信息公开引起的行政复议、行政诉讼案件。", [("litigation", 0), ("review", 0)]),
    ],
)  # fmt: skip
def test_a_figure_of_the_reports_own_is_a_claim(text, expected):
    assert [(subject, number) for subject, number, _ in figures(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "主动公开政府信息2645条，其中政策、规范性文件类信息80条。",
        "网站访问量达16万人次，发布稿件420篇。",
        "上半年收到政府信息公开申请12件。",
        "2022年收到政府信息公开申请31件。",
        "1至10月受理申请30件，办结28件。",
        "第三季度共办结申请9件。",
        "其中县政府办公室收到申请15件，各乡镇受理申请9件。",
        "县自然资源局受理政府信息公开申请11件。",
        "通过网络渠道收到申请20件。",
        "收到涉及征地拆迁的政府信息公开申请9件。",
        "收到政府信息公开申请80余件。",
        "受理信访投诉1600件，办理网民留言190件，答复率100%。",
        "答复人大代表建议和政协提案22件，均按时办结。",
        "审理行政复议案件35件。",
        "受理行政复议案件120件，复议决定书信息公开率100%。",
        "未收到行政许可申请。",
        "收取信息处理费380元。",
        "自2008年以来累计收到申请500件。",
        "收到申请的办理时限为20个工作日。",
        "不予公开的政府信息5条。",
        "较2022年收到申请35件有所增加。",
        "公布行政许可事项120项，行政处罚信息300条。",
    ],
)
def test_figures_of_other_things_times_and_bodies_are_no_claims(text):
    assert figures(text) == []


def test_the_plan_of_the_fifth_chapter_states_nothing():
    assert stated("收到政府信息公开申请99件。", chapter=5) == []


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("共收到申请40件。", "received in the year"),
        ("共收到申请42件。", "received and carried in"),
        ("共收到申请36件。", "natural persons only"),
        ("办结申请37件。", "disposed of less those carried in"),
        ("办结申请39件，予以公开26件。", "granted and partially granted"),
        ("因信息公开被提起行政诉讼2件。", "suits after review"),
    ],
)
def test_each_accepted_reading_agrees(text, reading):
    claim = stated(text)[-1]
    assert (claim.status, claim.reading) == ("agrees", reading)


def test_a_figure_that_fits_no_reading_disagrees_and_tells_every_reading():
    (claim,) = stated("共收到申请41件。")
    assert claim.status == "disagrees"
    assert [value for _, value in claim.readings] == [40, 42, 36, 38]
    assert claim.cells == ("requests.received.total",)


def test_where_a_reading_cannot_be_worked_out_nobody_is_accused():
    blank = report(blank=("requests.carried_in.total",))
    assert figures("共收到申请41件。", blank) == [("received", 41, "not_assessable")]
    assert figures("共收到申请40件。", blank) == [("received", 40, "agrees")]


def test_what_the_form_has_no_cell_for_is_no_claim():
    of_2019 = report("2019")
    assert figures("废止规范性文件5件。", of_2019) == []


def test_all_disposed_of_contradicts_what_is_carried_over():
    text = "全县共收到政府信息公开申请40件，均已按期办结。"
    assert figures(text)[1] == ("all_disposed", 0, "disagrees")
    assert figures(text, report(requests__carried_out__total=0))[1] == ("all_disposed", 0, "agrees")


def test_all_disposed_of_with_what_is_carried_over_told_is_no_claim():
    text = "全县共收到政府信息公开申请42件，除3件结转下年度外均已按期办结。"
    assert "all_disposed" not in {claim.subject for claim in stated(text)}


@pytest.mark.parametrize(
    ("share", "status"), [("56.4", "agrees"), ("56.41", "agrees"), ("56", "agrees"), ("57.4", "disagrees")]
)
def test_a_percentage_is_worked_out_again_to_its_printed_digits(share, status):
    # 22 of 39 are 56.41 percent.
    claims_found = stated(f"办结39件，其中予以公开22件，占{share}%。")
    percentage = next(claim for claim in claims_found if claim.subject == "percentage")
    assert (percentage.number, percentage.status) == (Decimal(share), status)


def test_money_is_compared_in_ten_thousand_yuan_to_its_printed_digits():
    assert figures("行政事业性收费812.35万元。")[0][2] == "agrees"
    assert figures("行政事业性收费8123456元。")[0][2] == "agrees"
    assert figures("行政事业性收费8123万元。")[0][2] == "disagrees"


def test_an_office_may_speak_for_its_government_and_call_itself_short():
    office = report(body="栀川市人民政府办公厅")
    assert figures("市政府办公厅代表市政府共受理政府信息公开申请40件。", office) == [("received", 40, "agrees")]
    assert figures("市司法局共受理政府信息公开申请40件。", office) == []


def test_the_quote_and_its_place_are_those_of_the_printed_text():
    text = "（二）依申请公开。\n全年共收到 政府信息公开\n申请 41 件，较上年增长3%。"
    (claim,) = stated(text)
    assert claim.quote == "收到 政府信息公开 申请 41 件"
    assert text[claim.start : claim.end] == "收到 政府信息公开\n申请 41 件"


@settings(deadline=None)
@given(st.integers(0, 99_999), st.integers(1, 99_999), st.integers(0, 3))
def test_a_rounded_share_always_agrees(part, whole, decimals):
    number = round(Decimal(part) * 100 / whole, decimals)
    text = f"办结申请{whole}件，予以公开{part}件，占{number}%。"
    percentage = [claim for claim in stated(text, report(requests__disposed__total=whole)) if claim.subject == "percentage"]
    assert [claim.status for claim in percentage] == ["agrees"]


def frames(texts: Mapping[str, str], about: Report) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    sections = SECTIONS.build(
        [
            {"document_id": document, "position": 1, "chapter": 1, "heading": "一、总体情况", "text": text}
            for document, text in texts.items()
        ]
    )
    cells = CELLS.build(
        [
            {
                "document_id": document,
                "cell": cell,
                "value": None if (number := about.number_of(cell)) is None else Decimal(number) / MILLIONTHS,
                "unit": "件",
                "raw_text": "",
                "status": "blank" if number is None else "number",
                "locator": "table=1;row=1;cell=1",
            }
            for document in texts
            for cell in form_cells(about.form or "")
        ]
    )
    documents = pl.DataFrame({"document_id": list(texts)}).with_columns(
        report_year=pl.lit(YEAR, pl.Int32), body_name=pl.lit(BODY), form=pl.lit(about.form), lane=pl.lit("fast")
    )
    return sections, cells, documents


def test_claims_and_findings_are_rows_of_their_contracts():
    texts = {"00000000000000aa": "共收到申请41件。共收到申请41件，办结申请39件。", "00000000000000bb": "共收到申请40件。"}
    rows, found = prose.claims(*frames(texts, report()))
    assert CLAIMS.validate(rows).select("document_id", "claim", "subject", "status").rows() == [
        ("00000000000000aa", 0, "received", "disagrees"),
        ("00000000000000aa", 1, "received", "disagrees"),
        ("00000000000000aa", 2, "disposed", "agrees"),
        ("00000000000000bb", 0, "received", "agrees"),
    ]
    assert found.columns == AUDIT_FINDINGS.polars_schema.names()
    assert found.select("rule", "severity", "place", "left_value", "right_value").rows() == [
        ("prose.received", "soft", "收到申请41件", 41, 40),
        ("prose.received", "soft", "收到申请41件 (2)", 41, 40),
    ]
    assert found["finding_id"].n_unique() == 2
    assert "fits no accepted reading" in found["diagnosis"][0]


def test_texts_without_claims_give_empty_frames():
    rows, found = prose.claims(*frames({"00000000000000aa": "无。"}, report()))
    assert rows.equals(CLAIMS.empty())
    assert found.height == 0


def test_a_reading_that_names_an_unknown_cell_is_refused_with_its_line(monkeypatch):
    bad = registry.load("claim_readings").with_columns(cells=pl.lit("requests.recieved.total"))
    loaded = registry.load
    monkeypatch.setattr(registry, "load", lambda name: bad if name == "claim_readings" else loaded(name))
    claim_readings.readings.cache_clear()
    with pytest.raises(registry.RegistryError, match=r"claim_readings.csv, line 2: .* found 'requests.recieved.total'"):
        claim_readings.readings("received", "2021", report().rows)
    claim_readings.readings.cache_clear()


def test_synthetic_sentences_agree_with_their_tables():
    for seed in range(60):
        for form in ("2019", "2021"):
            truth = make_truth(f"claims:{seed}", form)
            millionths = {cell: int(value * MILLIONTHS) for cell, value in truth.cells.items() if value is not None}
            rows = frozenset(cell.rpartition(".")[0] for cell in truth.cells)
            about = Report(truth.report_year, truth.body, form, rows, millionths.get)
            received, disposed = truth.total("received"), truth.total("disposed")
            text = f"{truth.report_year}年新收政府信息公开申请{received}件，办结{disposed}件，结转下年{truth.total('carried_out')}件。"
            assert {claim.status for claim in stated(text, about)} == {"agrees"}
