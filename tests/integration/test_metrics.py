"""The standard indicators, each worked out by hand: what a report prints, and the numerator, the denominator and the share that follow.

The expected figures are written down, not computed with the definitions they test. Built from staged frames by one dbt run.
"""

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from staged_archive import DBT, Archive, build, read

from dagster_project.publishing.labels import labels

DEFINITIONS = DBT / "metrics" / "metrics.csv"
TABLES = ("+fct_metrics", "+mart_region_metrics", "+mart_body_year", "+mart_region_year")
SHARE = "share (0–1)"

# A busy year, its totals and parts in order: 90 received + 10 carried in = 80 disposed of + 20 carried out.
BUSY = {
    "requests.received.total": 90,
    "requests.received.natural_person": 63,
    "requests.carried_in.total": 10,
    "requests.disposed.total": 80,
    "requests.carried_out.total": 20,
    "requests.granted.total": 5,
    "requests.partially_granted.total": 3,
    "requests.refused_state_secret.total": 1,
    "requests.refused_barred_by_law.total": 2,
    "requests.refused_security_stability.total": 3,
    "requests.refused_third_party.total": 4,
    "requests.refused_internal_affairs.total": 5,
    "requests.refused_deliberative.total": 6,
    "requests.refused_enforcement_file.total": 9,
    "requests.refused_lookup_matter.total": 10,
    "requests.unavailable_not_held.total": 2,
    "requests.unavailable_needs_creation.total": 4,
    "requests.unavailable_unclear.total": 6,
    "requests.declined_petition.total": 1,
    "requests.declined_repeat.total": 2,
    "requests.declined_excessive.total": 1,
    "requests.other_uncorrected.total": 9,
    "requests.other_fee_unpaid.total": 3,
    "requests.other_other.total": 4,
    "remedies.review.upheld": 5,
    "remedies.review.corrected": 4,
    "remedies.review.other": 3,
    "remedies.review.pending": 4,
    "remedies.review.total": 16,
    "remedies.direct_suit.upheld": 6,
    "remedies.direct_suit.corrected": 1,
    "remedies.direct_suit.other": 2,
    "remedies.direct_suit.pending": 1,
    "remedies.direct_suit.total": 10,
    "remedies.suit_after_review.upheld": 7,
    "remedies.suit_after_review.corrected": 3,
    "remedies.suit_after_review.other": 1,
    "remedies.suit_after_review.pending": 4,
    "remedies.suit_after_review.total": 15,
    "disclosure.normative_documents.issued": 7,
    "disclosure.normative_documents.repealed": 6,
    "disclosure.normative_documents.in_force": 49,
}
IN_FORCE_THE_YEAR_BEFORE = {"disclosure.normative_documents.in_force": 48}
# Metric → numerator, denominator, share of the busy year.
EXPECTED = {
    "disclosure_rate": (8, 80, 0.1),
    "refusal_rate": (40, 80, 0.5),
    "refused_state_secret_share": (1, 40, 0.025),
    "refused_barred_by_law_share": (2, 40, 0.05),
    "refused_security_stability_share": (3, 40, 0.075),
    "refused_third_party_share": (4, 40, 0.1),
    "refused_internal_affairs_share": (5, 40, 0.125),
    "refused_deliberative_share": (6, 40, 0.15),
    "refused_enforcement_file_share": (9, 40, 0.225),
    "refused_lookup_matter_share": (10, 40, 0.25),
    "unavailable_rate": (12, 80, 0.15),
    "declined_rate": (4, 80, 0.05),
    "other_rate": (16, 80, 0.2),
    "substantive_disclosure_rate": (8, 48, 0.16666666666666666),
    "carry_over_rate": (20, 100, 0.2),
    "clearance_rate": (80, 100, 0.8),
    "review_rate": (16, 80, 0.2),
    "litigation_rate": (25, 80, 0.3125),
    "dispute_rate": (41, 80, 0.5125),
    "review_correction_rate": (4, 12, 0.3333333333333333),
    "litigation_correction_rate": (4, 20, 0.2),
    "review_upheld_rate": (5, 12, 0.4166666666666667),
    "litigation_upheld_rate": (13, 20, 0.65),
    "dispute_upheld_rate": (18, 32, 0.5625),
    "dispute_upheld_share_of_all_cases": (18, 41, 0.43902439024390244),
    "natural_person_share": (63, 90, 0.7),
    "normative_document_repeal_rate": (6, 48, 0.125),
    "direct_suit_share": (10, 25, 0.4),
}
REFUSALS = {name for name in EXPECTED if name.startswith("refused_")}
OF_DISPOSED = {
    *("disclosure_rate", "refusal_rate", "unavailable_rate", "declined_rate", "other_rate", "clearance_rate"),
    *("review_rate", "litigation_rate", "dispute_rate"),
}
OF_SUITS_AFTER_REVIEW = {
    *("litigation_rate", "dispute_rate", "litigation_correction_rate", "litigation_upheld_rate", "dispute_upheld_rate"),
    *("dispute_upheld_share_of_all_cases", "direct_suit_share"),
}
# One cell left blank → the metrics that are unknown then. All others stay.
LOST = {
    "requests.received.total": {"carry_over_rate", "clearance_rate", "natural_person_share"},
    "requests.received.natural_person": {"natural_person_share"},
    "requests.carried_in.total": {"carry_over_rate", "clearance_rate"},
    "requests.carried_out.total": {"carry_over_rate"},
    "requests.disposed.total": OF_DISPOSED,
    "requests.granted.total": {"disclosure_rate", "substantive_disclosure_rate"},
    "requests.refused_third_party.total": {"refusal_rate", "substantive_disclosure_rate", *REFUSALS},
    "requests.unavailable_unclear.total": {"unavailable_rate"},
    "requests.declined_confirmation.total": {"declined_rate"},
    "requests.other_fee_unpaid.total": {"other_rate"},
    "remedies.review.pending": {"review_correction_rate", "review_upheld_rate", "dispute_upheld_rate"},
    "remedies.review.corrected": {"review_correction_rate"},
    "remedies.direct_suit.corrected": {"litigation_correction_rate"},
    "remedies.direct_suit.upheld": {"litigation_upheld_rate", "dispute_upheld_rate", "dispute_upheld_share_of_all_cases"},
    "remedies.suit_after_review.total": OF_SUITS_AFTER_REVIEW,
    "disclosure.normative_documents.repealed": {"normative_document_repeal_rate"},
    # Printed, but in no metric.
    "remedies.review.other": set(),
}


def definitions() -> list[dict[str, str]]:
    with DEFINITIONS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reviews(corrected: int, cases: int, pending: int = 0) -> dict[str, int]:
    return {"remedies.review.corrected": corrected, "remedies.review.total": cases, "remedies.review.pending": pending}


def archive() -> Archive:
    archive = Archive()

    def report(body: str, year: int, printed: dict, name: str = "", **document: object) -> None:
        archive.report(f"{year}/{body}{name}.html", body, printed, report_year=year, **document)

    report("busy", 2022, BUSY)
    report("busy", 2021, IN_FORCE_THE_YEAR_BEFORE)
    report("idle", 2022, {})
    report("idle", 2021, {})
    for cell in LOST:
        report(f"without {cell}", 2022, BUSY | {cell: None})
        report(f"without {cell}", 2021, IN_FORCE_THE_YEAR_BEFORE)
    report("contradicting", 2022, reviews(corrected=1, cases=1, pending=3))
    report("overflowing", 2022, reviews(corrected=3, cases=2))

    in_force, repealed = "disclosure.normative_documents.in_force", {"disclosure.normative_documents.repealed": 5}
    report("alone", 2022, repealed)
    report("after a gap", 2020, {in_force: 20})
    report("after a gap", 2022, repealed)
    report("of another scope", 2021, {in_force: 20}, scope="region")
    report("of another scope", 2022, repealed)
    report("of unknown scope", 2021, {in_force: 20}, scope="unknown")
    report("of unknown scope", 2022, repealed, scope="unknown")
    report("after a blank", 2021, {in_force: None})
    report("after a blank", 2022, repealed)
    report("after none", 2021, {in_force: 0})
    report("after none", 2022, repealed)
    report("after a correction", 2021, {in_force: 10}, name=" first", published_on=None)
    report("after a correction", 2021, {in_force: 20}, name=" corrected", title="更正")
    report("after a correction", 2022, repealed)
    # Both scopes of one body stand there, and each follows its own.
    report("of two scopes", 2021, {in_force: 20})
    report("of two scopes", 2021, {in_force: 50}, name=" region", scope="region", body_kind="government")
    report("of two scopes", 2022, repealed)
    report("of two scopes", 2022, repealed, name=" region", scope="region", body_kind="government")

    county, city = "410411", "410400"
    requests = {"requests.disposed.total": 10, "requests.granted.total": 4, "requests.partially_granted.total": 2}
    report("county bureau", 2024, reviews(1, 2) | requests, region_code=county)
    report("county office", 2024, reviews(8, 9, pending=1) | requests | {"requests.granted.total": None}, region_code=county)
    report("county council", 2024, reviews(1, 1, pending=2), region_code=county)
    report("city bureau", 2024, reviews(0, 5), region_code=city)
    report("city office", 2024, reviews(3, 2), region_code=city)
    report("county", 2024, reviews(9, 12), region_code=county, scope="region", body_kind="government")
    report("county", 2024, reviews(2, 3), name=" level", region_code=county, scope="level", body_kind="government")
    return archive


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = archive().stage(tmp_path_factory.mktemp("metrics"))
    done = build(home, "--select", *TABLES, "--exclude-resource-type", "unit_test", "test")
    assert done.returncode == 0, done.stdout
    return home


def metrics_of(warehouse: Path, body: str, scope: str = "own") -> dict[str, tuple]:
    """Return metric → numerator, denominator, value of a body's report of 2022."""
    rows = read(
        warehouse,
        "select metric, numerator, denominator, value from fct_metrics join intermediate.int_current_reports using (report_id) "
        f"where body_name = '{body}' and report_year = 2022 and scope = '{scope}'",
    )
    return {metric: tuple(parts) for metric, *parts in rows}


def repeals_of(warehouse: Path, body: str, scope: str = "own") -> tuple | None:
    return metrics_of(warehouse, body, scope).get("normative_document_repeal_rate")


# --- the definitions ---------------------------------------------------------------------------------------------------


def test_every_indicator_but_the_one_that_needs_population_is_defined() -> None:
    found = {row["indicator"] for row in definitions()}
    assert found == {f"K{number}" for number in (*range(1, 13), 14, 15, 16)}


def test_every_definition_is_complete_and_in_order() -> None:
    rows = definitions()
    for row in rows:
        assert all(row.values()), row["metric"]
        assert re.fullmatch(r"[a-z][a-z0-9_]+", row["metric"])
        for part in ("numerator", "denominator"):
            assert re.fullmatch(r"[a-z0-9_]+( [+-] [a-z0-9_]+)*", row[part]), f"{part} of {row['metric']}"
        assert row["unit"] in (SHARE, "cases per request", "documents per document")
        assert row["minimum_denominator"] == "5"
        assert set(row["forms"].split()) <= {"2019", "2021"}
    assert [int(row["sort_order"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["metric"] for row in rows}) == len(rows)


def test_a_rate_is_called_the_same_in_its_definition_and_as_a_column() -> None:
    columns = labels()
    rates = [row for row in definitions() if row["metric"] in columns]
    assert len(rates) == 13
    for row in rates:
        label = columns[row["metric"]]
        assert (label.label_zh, label.label_en, label.unit) == (row["label_zh"], row["label_en"], row["unit"]), row["metric"]


def test_the_published_definitions_are_the_rows_of_the_file(warehouse: Path) -> None:
    columns = ", ".join(definitions()[0])
    found = read(warehouse, f"select {columns} from dim_metric order by sort_order")
    assert [tuple(map(str, row)) for row in found] == [tuple(row.values()) for row in definitions()]


def test_a_count_that_does_not_exist_stops_the_build_and_is_named(warehouse: Path, tmp_path: Path) -> None:
    [compiled] = (warehouse / "target" / "compiled").rglob("int_metric_parts.sql")
    shutil.copy(warehouse / "warehouse" / "gongkai.duckdb", tmp_path / "gongkai.duckdb")
    with duckdb.connect(str(tmp_path / "gongkai.duckdb")) as copy:
        before = copy.execute(compiled.read_text(encoding="utf-8")).fetchall()
        assert before
        copy.execute("update dim_metric set denominator = 'requests_to_handel' where metric = 'carry_over_rate'")
        with pytest.raises(duckdb.Error, match='denominator of carry_over_rate, found "requests_to_handel". Name a count'):
            copy.execute(compiled.read_text(encoding="utf-8"))


# --- one report --------------------------------------------------------------------------------------------------------


def test_every_metric_of_a_busy_year_is_what_a_hand_works_out(warehouse: Path) -> None:
    assert set(EXPECTED) == {row["metric"] for row in definitions()}
    assert metrics_of(warehouse, "busy") == EXPECTED


def test_nothing_divided_by_nothing_is_unknown_and_not_zero(warehouse: Path) -> None:
    assert metrics_of(warehouse, "idle") == dict.fromkeys(EXPECTED, (0, 0, None))


@pytest.mark.parametrize("cell", LOST)
def test_a_blank_takes_along_the_metrics_that_it_is_in_and_no_other(warehouse: Path, cell: str) -> None:
    kept = {metric: parts for metric, parts in EXPECTED.items() if metric not in LOST[cell]}
    assert metrics_of(warehouse, f"without {cell}") == kept


def test_a_denominator_below_zero_gives_no_share(warehouse: Path) -> None:
    found = metrics_of(warehouse, "contradicting")
    assert found["review_correction_rate"] == (1, -2, None)
    assert found["review_upheld_rate"] == (0, -2, None)
    assert found["review_rate"] == (1, 0, None)


def test_a_part_larger_than_its_whole_is_published_as_it_is_printed(warehouse: Path) -> None:
    assert metrics_of(warehouse, "overflowing")["review_correction_rate"] == (3, 2, 1.5)


def test_a_report_that_contradicts_itself_is_marked_in_those_metrics_only(warehouse: Path) -> None:
    found = read(
        warehouse,
        "select body_name, metric from fct_metrics join intermediate.int_current_reports using (report_id) "
        "where not adds_up and report_year = 2022 order by all",
    )
    contradicting = ("dispute_upheld_rate", "review_correction_rate", "review_upheld_rate")
    assert found == [*(("contradicting", metric) for metric in contradicting), ("overflowing", "review_correction_rate")]


@pytest.mark.parametrize("body", ["alone", "after a gap", "of another scope", "after a blank"])
def test_documents_repealed_need_the_stock_of_the_year_before(warehouse: Path, body: str) -> None:
    assert metrics_of(warehouse, body)["disclosure_rate"] == (0, 0, None)
    assert repeals_of(warehouse, body) is None


def test_reports_of_unknown_scope_are_not_taken_for_the_same(warehouse: Path) -> None:
    assert repeals_of(warehouse, "of unknown scope", "unknown") is None


def test_documents_repealed_are_of_the_stock_of_the_year_before(warehouse: Path) -> None:
    assert repeals_of(warehouse, "after none") == (5, 0, None)
    assert repeals_of(warehouse, "after a correction") == (5, 20, 0.25)
    assert repeals_of(warehouse, "of two scopes") == (5, 20, 0.25)
    assert repeals_of(warehouse, "of two scopes", "region") == (5, 50, 0.1)


def test_the_table_of_bodies_and_years_shows_the_same_shares_and_parts(warehouse: Path) -> None:
    names = [name for (name,) in read(warehouse, "select column_name from duckdb_columns() where table_name = 'mart_body_year'")]
    rates = [name for name in names if name in EXPECTED]
    assert len(rates) == 13
    [found] = read(warehouse, f"select {', '.join(rates)} from mart_body_year where body_name = 'busy' and report_year = 2022")
    assert found == tuple(EXPECTED[rate][2] for rate in rates)
    sums = "requests_to_handle, requests_disclosed, review_closed, litigation_cases, litigation_corrected, litigation_closed, dispute_cases"
    [found] = read(warehouse, f"select {sums} from mart_body_year where body_name = 'busy' and report_year = 2022")
    assert found == (100, 8, 12, 25, 4, 20, 41)


def test_a_sum_of_counts_is_known_where_the_other_part_is_not(warehouse: Path) -> None:
    found = read(
        warehouse,
        "select requests_disclosed, disclosure_rate from mart_body_year where body_name = 'without requests.disposed.total' "
        "and report_year = 2022",
    )
    assert found == [(8, None)]


# --- a division --------------------------------------------------------------------------------------------------------


def test_a_division_adds_up_parts_of_sound_reports_and_never_an_aggregate_to_them(warehouse: Path) -> None:
    found = read(
        warehouse,
        "select region_code, level, scope, numerator, denominator, value, reports from mart_region_metrics "
        "where metric = 'review_correction_rate' and report_year = 2024 order by region_code, scope",
    )
    # 1/2 and 8/8 in the county, 0/5 in the city; 1/-1 and 3/2 contradict themselves.
    assert found == [
        ("000000", "national", "own", 9, 15, 0.6, 3),
        ("410000", "province", "own", 9, 15, 0.6, 3),
        ("410400", "prefecture", "own", 9, 15, 0.6, 3),
        ("410411", "county", "level", 2, 3, 2 / 3, 1),
        ("410411", "county", "own", 9, 10, 0.9, 2),
        ("410411", "county", "region", 9, 12, 0.75, 1),
    ]


def test_cases_without_a_request_count_in_the_division(warehouse: Path) -> None:
    """A review may be about a decision of an earlier year: it stays in the numerator where nothing was disposed of."""
    found = read(
        warehouse,
        "select numerator, denominator, reports from mart_region_metrics where metric = 'review_rate' and report_year = 2024 "
        "and region_code = '410411' and scope = 'own'",
    )
    assert found == [(2 + 9 + 1, 20, 3)]


def test_the_table_of_divisions_and_years_shows_the_same_shares(warehouse: Path) -> None:
    found = read(
        warehouse,
        "select requests_granted, requests_disposed, disclosure_rate, refusal_rate, carry_over_rate from mart_region_year "
        "where region_code = '410411' and report_year = 2024 and scope = 'own'",
    )
    # Of the three reports one leaves 予以公开 blank: 6 of 10 and 0 of 0 remain, while both print what they refused.
    assert found == [(Decimal(4), Decimal(20), 0.6, 0.0, None)]
