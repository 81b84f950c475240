"""Small published tables for tests of what reads them: rows with only what matters, the rest filled with defaults."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

_NUMBER = pl.Decimal(18, 6)
REPORT = {
    "report_id": pl.String, "body_id": pl.String, "body_name": pl.String, "report_year": pl.Int32, "form": pl.String,
    "scope": pl.String, "title": pl.String, "published_on": pl.Date, "source_path": pl.String, "member": pl.String,
    "source_url": pl.String, "source_sha256": pl.String, "content_sha256": pl.String, "file_kind": pl.String, "lane": pl.String,
    "version_no": pl.Int32, "version_status": pl.String, "is_current": pl.Boolean, "represented_by": pl.String,
    "cells_expected": pl.Int32, "cells_read": pl.Int32, "equations_assessed": pl.Int32, "equations_failed": pl.Int32,
    "page_path": pl.String,
}  # fmt: skip
CELL = {
    "report_id": pl.String, "cell": pl.String, "value": _NUMBER, "unit": pl.String, "raw_text": pl.String, "status": pl.String,
    "locator": pl.String, "form_table": pl.String, "form_row": pl.String, "form_column": pl.String, "is_total": pl.Boolean,
    "is_current": pl.Boolean,
}  # fmt: skip
FINDING = {
    "finding_id": pl.String, "report_id": pl.String, "rule": pl.String, "family": pl.String, "severity": pl.String,
    "place": pl.String, "cells": pl.String, "left_value": _NUMBER, "right_value": _NUMBER, "residual": _NUMBER,
    "status": pl.String, "diagnosis": pl.String, "suspect_cell": pl.String, "implied_value": _NUMBER, "blame": pl.String,
    "pattern": pl.String, "explanations": pl.Int32, "verdict": pl.String, "verdict_reason": pl.String, "verdict_by": pl.String,
    "verdict_on": pl.Date, "is_open": pl.Boolean, "is_current": pl.Boolean, "document_id": pl.String,
}  # fmt: skip
CORRECTION = {
    "report_id": pl.String, "cell": pl.String, "printed_value": _NUMBER, "printed_text": pl.String, "corrected_value": _NUMBER,
    "difference": _NUMBER, "reason": pl.String, "evidence": pl.String, "status": pl.String, "is_current": pl.Boolean,
}  # fmt: skip


def report(report_id: str, **given: object) -> dict:
    """A row of dim_report: the current own report of one body for 2022, on the form of 2021, all cells read."""
    year = given.get("report_year", 2022)
    usual = {
        "body_id": "b1", "body_name": "湛河区城市管理局", "report_year": year, "form": "2021", "scope": "own",
        "title": f"湛河区城市管理局{year}年政府信息公开工作年度报告", "published_on": date(2023, 1, 28),
        "source_path": f"{year}/{report_id}.html", "member": "", "source_sha256": "0" * 64, "file_kind": "html", "lane": "fast",
        "version_no": 1, "version_status": "current", "is_current": True, "represented_by": report_id, "cells_expected": 200,
        "cells_read": 200, "equations_assessed": 42, "equations_failed": 0, "page_path": f"reports/{year}/{report_id}.html",
    }  # fmt: skip
    return {"report_id": report_id, **usual, **given}


def cell(report_id: str, code: str, printed: str | None, status: str = "number", **given: object) -> dict:
    """A row of fct_cells, by its printed text; the value is that text where the status says that there is one."""
    value = Decimal(printed) if status == "number" and printed and "value" not in given else None
    table, row, column = code.split(".")
    usual = {
        "value": value, "unit": "件", "raw_text": printed, "status": status, "locator": "table=2;row=5;cell=4",
        "form_table": table, "form_row": row, "form_column": column, "is_total": column == "total", "is_current": True,
    }  # fmt: skip
    return {"report_id": report_id, "cell": code, **usual, **given}


def finding(report_id: str, rule: str, **given: object) -> dict:
    """A row of fct_findings: a failed hard equation that nobody judged."""
    usual = {
        "finding_id": f"{report_id} {rule} {given.get('place')}", "family": "equation", "severity": "hard", "status": "fail",
        "blame": "source", "is_open": True, "is_current": True, "document_id": report_id,
    }  # fmt: skip
    return {"report_id": report_id, "rule": rule, **usual, **given}


def publish(
    folder: Path,
    reports: Iterable[Mapping],
    cells: Iterable[Mapping] = (),
    findings: Iterable[Mapping] = (),
    corrections: Iterable[Mapping] = (),
) -> Path:
    """Write the tables as Parquet below ``folder``, in the order in which they are published, and return it."""
    (folder / "parquet").mkdir(parents=True, exist_ok=True)
    for name, schema, rows, key in (
        ("dim_report", REPORT, reports, ["report_id"]),
        ("fct_cells", CELL, cells, ["report_id", "cell"]),
        ("fct_findings", FINDING, findings, ["finding_id"]),
        ("fct_corrections", CORRECTION, corrections, ["report_id", "cell"]),
    ):
        filled = [{column: row.get(column) for column in schema} for row in rows]
        assert all(set(row) <= set(schema) for row in rows), name
        pl.DataFrame(filled, schema=schema, orient="row").sort(key).write_parquet(folder / "parquet" / f"{name}.parquet")
    return folder
