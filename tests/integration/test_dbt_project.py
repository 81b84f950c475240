"""The dbt project built from small staged frames: where files end, which version counts, what stays unknown.

Each build runs dbt in a process of its own with every path inside the test's folder.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from schemas import AUDIT_FINDINGS, CELLS, DOCUMENTS, FINDINGS, FRAMES, MANIFEST, PARTITIONED, SECTIONS

PROJECT = Path(__file__).resolve().parents[2]
DBT = PROJECT / "dbt"
REGISTRY = PROJECT / "dagster_project" / "forms" / "registry"
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
CELLS_OF_FORM_2021 = 200
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


def fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def identifier(text: str) -> str:
    return fingerprint(text)[:16]


@dataclass
class Archive:
    """Staged frames in the making: one manifest row a file, one document a file unless it is lost."""

    files: list[dict] = field(default_factory=list)
    rows: dict[str, list[dict]] = field(default_factory=lambda: {frame.name: [] for frame in PARTITIONED})

    def file(self, path: str, outcome: str | None, content: str | None = None, **document: Any) -> str:
        """Add a file that ended with ``outcome`` (None: no document was read from it); return its document_id."""
        content_of_file = fingerprint(content or path)
        duplicate_of = document.get("duplicate_of")
        self.files.append(
            dict.fromkeys(MANIFEST.polars_schema)
            | {
                "source_path": path,
                "source_sha256": content_of_file,
                "size_bytes": 1,
                "file_kind": "html",
                "partition": "2021",
                "duplicate_of": duplicate_of,
                "first_seen": datetime(2022, 4, 1, tzinfo=UTC),
            }
        )
        key = identifier(content_of_file)
        if outcome is None:
            return key
        reasons = (
            {} if outcome == "report" else {"stage": "identification", "reason_code": outcome, "detail": "A reason."}
        )
        self.rows[DOCUMENTS.name].append(
            dict.fromkeys(DOCUMENTS.polars_schema)
            | {
                "document_id": key,
                "source_path": path,
                "member": "",
                "source_sha256": content_of_file,
                "partition": "2021",
                "file_kind": "text" if path.endswith(".txt") else "html",
                "reader_version": 1,
                "outcome": outcome,
            }
            | reasons
            | document
        )
        return key

    def report(
        self,
        path: str,
        body: str,
        printed: Mapping[str, int | str | None],
        published_on: date | None = None,
        **document: Any,
    ) -> str:
        """Add a report of form 2021: ``printed`` says what stands in a cell, None for a blank, all others print 0."""
        key = self.file(
            path,
            "report",
            body_id=identifier(body),
            body_name=body,
            body_level="county",
            body_kind="department",
            report_year=2021,
            form="2021",
            scope=document.pop("scope", "own"),
            published_on=published_on,
            lane="fast",
            content_sha256=fingerprint(f"{body} {sorted(printed.items(), key=str)}"),
            cells_expected=CELLS_OF_FORM_2021,
            cells_read=CELLS_OF_FORM_2021,
            **document,
        )
        unknown = set(printed) - set(form_2021())
        assert not unknown, f"no such cells: {unknown}"
        for cell, unit in form_2021().items():
            value = printed.get(cell, 0)
            self.rows[CELLS.name].append(
                {
                    "document_id": key,
                    "cell": cell,
                    "value": None if value is None else Decimal(value),
                    "unit": unit,
                    "raw_text": "" if value is None else str(value),
                    "status": "blank" if value is None else "number",
                    "locator": "table=1;row=1;cell=1",
                }
            )
        section = {"document_id": key, "position": 0, "chapter": 1, "heading": "一、总体情况", "text": "…"}
        self.rows[SECTIONS.name].append(section)
        return key

    def finding(self, document_id: str, frame: str, rule: str, severity: str, status: str) -> None:
        family = {"family": "equation"} if frame == AUDIT_FINDINGS.name else {}
        self.rows[frame].append(
            dict.fromkeys((AUDIT_FINDINGS if family else FINDINGS).polars_schema)
            | family
            | {
                "finding_id": identifier(f"{document_id} {rule}"),
                "document_id": document_id,
                "rule": rule,
                "severity": severity,
                "place": "document",
                "status": status,
            }
        )

    def stage(self, home: Path) -> Path:
        """Write the frames as they are staged, each checked against its contract."""
        staging = home / "staging"
        staging.mkdir(parents=True)
        (home / "warehouse").mkdir()
        MANIFEST.validate(MANIFEST.build(self.files)).write_parquet(staging / "manifest.parquet")
        for frame in FRAMES:
            # What people write down about bodies: nothing here.
            if frame is not MANIFEST and frame not in PARTITIONED:
                frame.empty().write_parquet(staging / f"{frame.name}.parquet")
        for frame in PARTITIONED:
            (staging / frame.name).mkdir()
            frame.validate(frame.build(self.rows[frame.name])).write_parquet(staging / frame.name / "2021.parquet")
        return home


def form_2021() -> dict[str, str]:
    """Return the cells that form 2021 prints, with their units."""
    with (REGISTRY / "cells.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["form"] == "2021" and row["presence"] == "regular"]
    return {row["cell"]: row["unit"] for row in rows}


def build(home: Path, *options: str) -> subprocess.CompletedProcess:
    target = str(home / "target")
    environment = os.environ | {"GONGKAI_DATA": str(home), "DBT_TARGET_PATH": target, "DBT_LOG_PATH": target}
    command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build", *options]
    return subprocess.run(
        [*command, "--project-dir", str(DBT), "--profiles-dir", str(DBT)],
        env=environment, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip


def sources() -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in (DBT, REGISTRY) for path in folder.rglob("*") if path.is_file()}


def read(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(home / "warehouse" / "gongkai.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


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
