"""Staged frames in the making, and dbt run over them: what the suites of the warehouse share.

Here: a small archive written as the frames that reading would have staged, each checked against its contract; one dbt build in
a process of its own, every path inside the test's folder. Not here: what must come out.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from schemas import AUDIT_FINDINGS, CELLS, DOCUMENTS, FINDINGS, FRAMES, MANIFEST, PARTITIONED, SECTIONS

PROJECT = Path(__file__).resolve().parents[2]
DBT = PROJECT / "dbt"
REGISTRY = PROJECT / "dagster_project" / "forms" / "registry"
CELLS_OF_FORM_2021 = 200


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
            body_kind=document.pop("body_kind", "department"),
            report_year=document.pop("report_year", 2021),
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


def read(home: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(home / "warehouse" / "gongkai.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()
