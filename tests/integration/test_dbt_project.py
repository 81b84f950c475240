"""The dbt project built from small staged frames: where files end, which version counts, what stays unknown.

The frames and the builds are staged_archive.py's.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from staged_archive import CELLS_OF_FORM_2021, DBT, REGISTRY, Archive, build, read

from schemas import AUDIT_FINDINGS, FINDINGS

NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
MARTS = {
    "dim_applicant_type",
    "dim_body",
    "dim_disclosure_item",
    "dim_form",
    "dim_metric",
    "dim_outcome",
    "dim_region",
    "dim_remedy",
    "dim_report",
    "dim_year",
    "fct_aggregation",
    "fct_cells",
    "fct_continuity",
    "fct_claims",
    "fct_corrections",
    "fct_disclosures",
    "fct_findings",
    "fct_metrics",
    "fct_outcomes",
    "fct_requests",
    "fct_review_litigation",
    "fct_revisions",
    "fct_text_similarity",
    "fct_stock_continuity",
    "file_ledger",
    "mart_body_year",
    "mart_coverage",
    "mart_region_metrics",
    "mart_region_year",
    "mart_worst_reports",
    "quarantine",
    "report_sections",
}


def sources() -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in (DBT, REGISTRY) for path in folder.rglob("*") if path.is_file()}


def content(home: Path) -> dict[str, list[tuple]]:
    return {mart: read(home, f"select * from {mart} order by all") for mart in sorted(MARTS)}


CORRECTED = {
    "requests.received.natural_person": 3,
    "requests.received.business": 2,
    "requests.received.total": 5,
    "requests.carried_in.business": 1,
    "requests.carried_in.total": 1,
    "requests.granted.natural_person": 2,
    "requests.granted.total": 2,
    "requests.partially_granted.business": 1,
    "requests.partially_granted.total": 1,
    "requests.refused_state_secret.business": 1,
    "requests.refused_state_secret.total": 1,
    "requests.disposed.natural_person": 2,
    "requests.disposed.business": 2,
    "requests.disposed.total": 4,
    "requests.carried_out.natural_person": 1,
    "requests.carried_out.business": 1,
    "requests.carried_out.total": 2,
    "remedies.review.corrected": 1,
    "remedies.review.upheld": 1,
    "remedies.review.pending": 1,
    "remedies.review.total": 3,
    "disclosure.fees.collected": "12.3456",
}
BLANKS = {
    "requests.received.total": 7,
    "requests.received.natural_person": None,
    "requests.refused_state_secret.total": None,
    "requests.disposed.total": None,
}


def small_archive() -> Archive:
    """Two versions of one report, a rendition and a copy of the later one, a report with blanks, three that are no report."""
    archive = Archive()
    first = archive.report("2021/office.html", "office", CORRECTED | {"requests.granted.total": 9}, date(2022, 1, 10))
    corrected = archive.report("2021/office-corrected.html", "office", CORRECTED, date(2022, 2, 1))
    archive.report("2021/a-text-of-it.txt", "office", CORRECTED, date(2023, 2, 1))
    archive.file(
        "2021/office-corrected-copy.html",
        "duplicate",
        content="2021/office-corrected.html",
        duplicate_of="2021/office-corrected.html",
    )
    archive.report("2021/blanks.html", "street", BLANKS)
    archive.file("2021/notice.html", "not_a_report")
    scan = archive.file("2021/scan.html", "quarantined")
    archive.finding(first, AUDIT_FINDINGS.name, "requests.row_sum", "hard", "fail")
    archive.finding(corrected, AUDIT_FINDINGS.name, "requests.row_sum", "hard", "pass")
    archive.finding(corrected, AUDIT_FINDINGS.name, "requests.balance", "hard", "not_assessable")
    archive.finding(corrected, FINDINGS.name, "intake.year_disagrees", "intake", "fail")
    archive.finding(scan, FINDINGS.name, "intake.no_year", "intake", "fail")
    return archive


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = sources()
    home = small_archive().stage(tmp_path_factory.mktemp("archive"))
    done = build(home)
    assert done.returncode == 0, done.stdout
    yield home
    assert sources() == before, "building the warehouse changed its own sources"


def test_every_file_ends_in_one_place_and_the_counts_add_up(warehouse: Path) -> None:
    assert read(warehouse, "select source_path, outcome, replaced_by from file_ledger order by source_path") == [
        ("2021/a-text-of-it.txt", "duplicate", "2021/office-corrected.html"),
        ("2021/blanks.html", "report", None),
        ("2021/notice.html", "not_a_report", None),
        ("2021/office-corrected-copy.html", "duplicate", "2021/office-corrected.html"),
        ("2021/office-corrected.html", "report", None),
        ("2021/office.html", "superseded", "2021/office-corrected.html"),
        ("2021/scan.html", "quarantined", None),
    ]
    assert read(warehouse, "select * from intermediate.int_file_counts") == [(7, 2, 2, 1, 1, 1, 0)]


def test_the_later_version_is_current_and_the_earlier_one_stays_reachable(warehouse: Path) -> None:
    versions = read(
        warehouse,
        "select source_path, version_no, version_status, is_current, equations_assessed, equations_failed "
        "from dim_report where body_name = 'office' order by source_path",
    )
    assert versions == [
        ("2021/a-text-of-it.txt", 2, "rendition", False, 0, 0),
        ("2021/office-corrected.html", 2, "current", True, 1, 0),
        ("2021/office.html", 1, "superseded", False, 1, 1),
    ]
    [(cells,)] = read(
        warehouse, "select count(*) from fct_cells join dim_report using (report_id) where version_no = 1"
    )
    assert cells == 2 * CELLS_OF_FORM_2021


def test_a_sum_over_the_facts_counts_each_request_once(warehouse: Path) -> None:
    office = "join dim_report using (report_id) where body_name = 'office'"
    assert read(warehouse, f"select sum(received), sum(disposed) from fct_requests {office}") == [(5, 4)]
    assert read(warehouse, f"select sum(requests) from fct_outcomes {office}") == [(4,)]
    assert read(warehouse, f"select sum(cases) from fct_review_litigation {office}") == [(3,)]
    rows = "select count(*), count(distinct report_id) from"
    assert read(warehouse, f"{rows} fct_requests") == [(2 * 6, 2)]
    assert read(warehouse, f"{rows} fct_outcomes") == [(2 * 6 * 21, 2)]
    assert read(warehouse, f"{rows} fct_review_litigation") == [(2 * 12, 2)]
    assert read(warehouse, f"{rows} fct_disclosures") == [(2 * 10, 2)]


def test_a_blank_total_stays_unknown_and_takes_its_rates_with_it(warehouse: Path) -> None:
    [street] = read(
        warehouse,
        "select requests_received, requests_disposed, requests_refused, requests_unavailable, disclosure_rate, "
        "carry_over_rate, natural_person_share from mart_body_year where body_name = 'street'",
    )
    assert street == (7, None, None, 0, None, 0.0, None)
    person = "select received from fct_requests join dim_report using (report_id) where body_name = 'street' and "
    assert read(warehouse, f"{person} applicant_type = 'natural_person'") == [(None,)]


def test_rates_stand_beside_their_numerators_and_denominators(warehouse: Path) -> None:
    [office] = read(
        warehouse,
        "select requests_disclosed, requests_disposed, disclosure_rate, requests_refused, refusal_rate, "
        "requests_to_handle, clearance_rate, review_corrected, review_closed, review_correction_rate, "
        "litigation_correction_rate, natural_person_share, fees_10k_yuan from mart_body_year where body_name = 'office'",
    )
    assert office == (3, 4, 0.75, 1, 0.25, 6, 4 / 6, 1, 2, 0.5, None, 0.6, Decimal("12.3456"))


def test_the_quarantine_holds_all_that_became_no_report(warehouse: Path) -> None:
    assert read(warehouse, "select source_path, outcome, duplicate_of from quarantine order by source_path") == [
        ("2021/notice.html", "not_a_report", None),
        ("2021/office-corrected-copy.html", "duplicate", "2021/office-corrected.html"),
        ("2021/scan.html", "quarantined", None),
    ]


def test_findings_about_a_quarantined_document_are_kept_without_a_report(warehouse: Path) -> None:
    assert read(warehouse, "select rule, report_id is null from fct_findings where family <> 'continuity' order by rule, 2") == [
        ("intake.no_year", True),
        ("intake.year_disagrees", False),
        ("requests.balance", False),
        ("requests.row_sum", False),
        ("requests.row_sum", False),
    ]


def test_every_mart_says_its_grain_its_order_and_its_columns(warehouse: Path) -> None:
    nodes = json.loads((warehouse / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
    published = {node["name"]: node for node in nodes if node["config"]["meta"].get("publish")}
    assert set(published) == MARTS
    for name, node in published.items():
        assert node["description"].startswith("One row per "), name
        assert node["config"]["contract"]["enforced"], name
        assert node["config"]["meta"]["dagster"]["group"] == "dbt_marts", name
        assert set(node["config"]["meta"]["order_by"]) <= set(node["columns"]), name
        assert [column for column in node["columns"].values() if not column["description"]] == [], name
    names = [node["name"] for node in nodes if node["resource_type"] == "test"]
    assert len(names) == len(set(names))


def test_every_reference_of_a_model_is_asked(warehouse: Path, tmp_path: Path) -> None:
    nodes = json.loads((warehouse / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    asked = 0
    # Of the same name: the compiled SQL names the database.
    copied = shutil.copy(warehouse / "warehouse" / "gongkai.duckdb", tmp_path / "gongkai.duckdb")
    with duckdb.connect(copied) as database:
        for node in nodes.values():
            if (node.get("test_metadata") or {}).get("name") != "references":
                continue
            compiled = (warehouse / "target" / "compiled" / "gongkai" / node["original_file_path"] / node["path"]).read_text("utf-8")
            assert database.execute(compiled).fetchall() == [], node["name"]
            child = nodes[node["attached_node"]]["relation_name"]
            for reference in node["test_metadata"]["kwargs"]["references"]:
                parent = next(one for one in nodes.values() if f"ref('{one['name']}')" == reference["to"])
                values = database.execute(f"select distinct {reference['column']}::varchar from {child} where {reference['column']} is not null")
                expected = {value for (value,) in values.fetchall()}
                if parent["config"]["materialized"] != "table" or not expected:
                    continue
                database.begin()
                if parent["relation_name"] != child:
                    database.execute(f"delete from {parent['relation_name']}")
                    found = {value for column, value in database.execute(compiled).fetchall() if column == reference["column"]}
                    assert found == expected, (node["name"], reference)
                    asked += 1
                database.rollback()
    assert asked > 20


def test_a_reference_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    home = small_archive().stage(tmp_path / "home")
    manifest = home / "staging" / "manifest.parquet"
    pl.read_parquet(manifest, memory_map=False).filter(pl.col("source_path") != "2021/blanks.html").write_parquet(manifest)
    done = build(home, *NO_UNIT_TESTS)
    assert done.returncode != 0
    assert "Failure in test stg_documents_references" in done.stdout


def test_a_model_that_fails_half_way_leaves_the_old_table(tmp_path: Path) -> None:
    home = small_archive().stage(tmp_path / "home")
    assert build(home, *NO_UNIT_TESTS).returncode == 0
    before = read(home, "select * from report_sections order by all")
    assert before
    staged = home / "staging" / "sections" / "2021.parquet"
    content = staged.read_bytes()
    # The columns can still be told, the rows no longer be read.
    staged.write_bytes(content[:4] + bytes(200) + content[204:])
    done = build(home, "--select", "report_sections", *NO_UNIT_TESTS)
    assert done.returncode != 0
    assert "report_sections" in done.stdout
    assert read(home, "select * from report_sections order by all") == before
    kinds = "select count(*) from duckdb_tables() where table_name = 'report_sections'"
    assert read(home, kinds) == [(1,)]
    staged.write_bytes(content)
    assert build(home, "--select", "report_sections", *NO_UNIT_TESTS).returncode == 0
    assert read(home, "select * from report_sections order by all") == before


def test_a_table_takes_the_place_of_a_view_and_a_view_that_of_a_table(tmp_path: Path) -> None:
    home = small_archive().stage(tmp_path / "home")
    assert build(home, *NO_UNIT_TESTS).returncode == 0
    before = content(home)
    with duckdb.connect(str(home / "warehouse" / "gongkai.duckdb")) as warehouse:
        warehouse.execute("drop table dim_form; create view dim_form as select 1 as form")
        warehouse.execute("drop view staging.stg_cells; create table staging.stg_cells as select 1 as cell")
    assert build(home, *NO_UNIT_TESTS).returncode == 0
    assert content(home) == before
    kinds = "select 'table', table_name from duckdb_tables() union all select 'view', view_name from duckdb_views() order by 2"
    found = [(kind, name) for kind, name in read(home, kinds) if name in ("dim_form", "stg_cells")]
    assert found == [("table", "dim_form"), ("view", "stg_cells")]


def test_a_second_build_changes_no_row(warehouse: Path) -> None:
    before = content(warehouse)
    done = build(warehouse, *NO_UNIT_TESTS)
    assert done.returncode == 0, done.stdout
    assert content(warehouse) == before


def test_a_lost_file_fails_the_build(tmp_path: Path) -> None:
    archive = small_archive()
    archive.file("2021/forgotten.html", None)
    home = archive.stage(tmp_path / "home")
    done = build(home, *NO_UNIT_TESTS)
    assert done.returncode != 0
    assert "Failure in test files_add_up" in done.stdout
    assert read(home, "select source_path from intermediate.int_file_outcomes where outcome = 'lost'") == [
        ("2021/forgotten.html",)
    ]


def test_an_empty_archive_builds(tmp_path: Path) -> None:
    home = Archive().stage(tmp_path / "home")
    done = build(home, *NO_UNIT_TESTS)
    assert done.returncode == 0, done.stdout
    assert read(home, "select count(*) from dim_report") == [(0,)]
    assert read(home, "select count(*) from dim_outcome") == [(22,)]
    assert read(home, "select * from intermediate.int_file_counts") == [(0, 0, 0, 0, 0, 0, 0)]
    assert pl.read_csv(REGISTRY / "forms.csv").height == read(home, "select count(*) from dim_form")[0][0]


def test_a_corrected_cell_is_a_revision_with_both_numbers(warehouse: Path) -> None:
    assert read(warehouse, "select cell, old_value, new_value from fct_revisions") == [("requests.granted.total", 9, 2)]
