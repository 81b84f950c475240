"""What people decided about findings: review/verdicts.csv, a line a decision.

Here: reading and checking the file. Not here: joining it to the findings (dbt: fct_findings).

A verdict is kept under the finding's fingerprint, which comes from the document's bytes, the rule and the place, so it outlives
reruns and new versions of reader and auditor. It holds for the two values that were looked at: when they change, the finding
comes back.
"""

import csv
from pathlib import Path

import polars as pl

from dagster_project.auditing.review import ReviewError, day, identifier, number, one_of, words
from schemas import VERDICTS
from schemas.frames import VERDICT_KINDS

COLUMNS = ("finding_id", "verdict", "left_value", "right_value", "reason", "decided_by", "decided_on")


def verdicts(path: Path) -> pl.DataFrame:
    """Return the verdicts as schemas.VERDICTS; empty when there is no such file.

    Raises:
        ReviewError: the file is no CSV with these columns, a field is missing or unreadable, or a finding is judged twice.
    """
    if not path.exists():
        return VERDICTS.empty()
    rows: list[dict] = []
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        at = f"{path.name}, line {line}"
        finding = identifier(row["finding_id"], "a finding_id", at)
        if finding in lines:
            raise ReviewError(f"{at}: finding {finding} is judged in line {lines[finding]} already. Keep the line that holds.")
        lines[finding] = line
        rows.append(
            {
                "finding_id": finding,
                "verdict": one_of(row["verdict"], VERDICT_KINDS, "the verdict", at),
                "left_value": number(row["left_value"], "left_value", at),
                "right_value": number(row["right_value"], "right_value", at),
                "reason": words(row["reason"], "a reason", at),
                "decided_by": words(row["decided_by"], "who decided", at),
                "decided_on": day(row["decided_on"], "decided_on", at),
                "line": line,
            }
        )
    return VERDICTS.validate(VERDICTS.build(rows).sort(*VERDICTS.key))


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        # Spreadsheets put a mark before the first column's name.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReviewError(f"{path.name}: expected a text in UTF-8, found other bytes ({error.reason}). Save it as UTF-8.") from error
    reader = csv.reader(text.splitlines(), strict=True)
    rows = []
    try:
        head = tuple(name.strip() for name in next(reader, []))
        if head != COLUMNS:
            raise ReviewError(f"{path.name}, line 1: expected the columns {','.join(COLUMNS)}, found {','.join(head) or 'nothing'}.")
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(COLUMNS):
                raise ReviewError(
                    f"{path.name}, line {reader.line_num}: expected {len(COLUMNS)} fields, found {len(fields)}. Put a reason with "
                    "commas into quotes."
                )
            rows.append((reader.line_num, dict(zip(COLUMNS, (field.strip() for field in fields), strict=True))))
    except csv.Error as error:
        raise ReviewError(f"{path.name}, line {reader.line_num}: no CSV: {error}. Close every quote that is opened.") from error
    return rows
