"""What the auditor asked of each report, as rows of schemas.AUDIT_FINDINGS.

Here: rows, fingerprints, sentences and blame, for equations, blanks read as zero, ranges and expectations. Not here: asking
(``equations``, ``blanks``, ``ranges``), diagnosis, prose and other years.

``finding_id`` comes from the document's bytes, the rule and the place alone: it is the same in every run, with every version
of reader and auditor, so a person's verdict stays with its finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

import numpy as np
import polars as pl

from dagster_project.auditing import blanks, equations
from dagster_project.auditing.diagnosis import Diagnosis, diagnose
from dagster_project.auditing.equations import Asked
from dagster_project.auditing.ranges import Expected, Ranged, ask_expectations, ask_ranges
from dagster_project.auditing.sheet import MILLIONTHS, Sheet, number
from schemas import AUDIT_FINDINGS

_PASS, _FAIL, _NOT_ASSESSABLE = range(3)
_STATUSES = pl.Series(["pass", "fail", "not_assessable"])
# A sentence names so many cells; the column ``cells`` names them all.
_CELLS_NAMED = 2
_PLAIN_LANE = "fast"
_PLAIN_STATUSES = ("number", "noted")
# Words in a cell's locator that tell of a reader that had to decide where values belong.
_DECIDED_BY_READER = "aligned|segmented|ocr"
_WEAKLY = "Read with blanks as zero, which this report's own arithmetic suggests: "


def fingerprint(text: str) -> int:
    """Return 64 bits of the SHA-256 of a text."""
    return int(sha256(text.encode()).hexdigest()[:16], 16)


def finding_ids(document_ids: pl.Series, places: pl.Series) -> pl.Series:
    """Return the identifiers of findings: each document's identifier combined with the fingerprint of its rule and place."""
    documents = np.fromiter((int(text, 16) for text in document_ids), dtype=np.uint64, count=document_ids.len())
    mixed = (documents ^ places.to_numpy()).astype(">u8").tobytes().hex()
    return pl.Series([mixed[start : start + 16] for start in range(0, len(mixed), 16)], dtype=pl.String)


@dataclass(frozen=True)
class Rule:
    """One rule at one place, asked of several reports at once."""

    rule: str
    family: str
    severity: str
    place: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """One rule that failed at one place of one document, told by another asker than the equations'."""

    document_id: str
    rule: str
    family: str
    severity: str
    place: str
    cells: tuple[str, ...]
    left: Decimal | None
    right: Decimal | None
    diagnosis: str


def audit(cells: pl.DataFrame, documents: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
    """Ask every equation, range and expectation of every report.

    ``cells``: as schemas.CELLS; ``documents``: as schemas.DOCUMENTS (document_id, form, lane); ``others``: rows of findings
    from other askers (``found_rows``). Returns a frame as schemas.AUDIT_FINDINGS, by document, rule and place.
    """
    sheet = Sheet.of(cells, documents)
    parts: list[pl.DataFrame] = []
    for strictly in equations.ask(sheet):
        kind = strictly.kind
        rules = [Rule(e.rule, "equation", e.severity, e.place, e.cells) for e in strictly.equations]
        if rules:
            parts.append(_rows(sheet, rules, *_sides(strictly), _diagnosed(sheet, strictly)))
            weakly = blanks.ask_weakly(sheet, strictly)
            if weakly is not None:
                rules = [Rule(e.rule + blanks.SUFFIX, "blank_as_zero", "soft", e.place, e.cells) for e in strictly.equations]
                parts.append(_rows(sheet, rules, *_sides(weakly.asked), _weakly_told(weakly), weakly.told))
        parts += [_expected_rows(sheet, expected) for expected in ask_expectations(sheet, kind)]
        parts += [_range_rows(sheet, ranged) for ranged in ask_ranges(sheet, kind)]
    parts += [other for other in others if other.height]
    if not parts:
        return AUDIT_FINDINGS.empty()
    found = pl.concat(parts).sort("document_id", "rule", "place")
    return _blamed(found, cells, documents)


def found_rows(found: Sequence[Found]) -> pl.DataFrame:
    """Return failed rules as rows of findings, without blame."""
    rows = [
        {
            "document_id": each.document_id,
            "rule": each.rule,
            "family": each.family,
            "severity": each.severity,
            "place": each.place,
            "cells": " ".join(each.cells) or None,
            "left_value": each.left,
            "right_value": each.right,
            "residual": None if each.left is None or each.right is None else each.left - each.right,
            "status": "fail",
            "diagnosis": each.diagnosis,
        }
        for each in found
    ]
    frame = pl.DataFrame(rows, schema={name: kind for name, kind in AUDIT_FINDINGS.polars_schema.items() if name != "finding_id"})
    places = pl.Series([fingerprint(f"{each.rule}.{each.place}") for each in found], dtype=pl.UInt64)
    return frame.with_columns(finding_id=finding_ids(frame["document_id"], places)).select(AUDIT_FINDINGS.polars_schema.names())


Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
# By member and rule: the sentence, and the diagnosis of the table where there is one.
Told = dict[tuple[int, int], tuple[str, Diagnosis | None]]


def _sides(asked: Asked) -> Columns:
    return asked.kind.members, asked.left, asked.right, asked.left_known, asked.right_known


def _diagnosed(sheet: Sheet, asked: Asked) -> Told:
    told: Told = {}
    for member, lines, diagnosis in diagnose(sheet, asked):
        for line in lines:
            if asked.failing[member, line]:
                sentence = f"{_differ(asked, member, line)} {diagnosis.sentence}"
                told[member, int(line)] = (sentence, diagnosis)
    return told


def _weakly_told(weakly: blanks.Weakly) -> Told:
    failing = np.argwhere(weakly.told & weakly.asked.failing)
    return {(int(member), int(line)): (_WEAKLY + _differ(weakly.asked, member, line), None) for member, line in failing}


def _differ(asked: Asked, member: int, line: int) -> str:
    equation = asked.equations[line]
    left, right = int(asked.left[member, line]), int(asked.right[member, line])
    return f"{_told(equation.left)} is {number(left)}, {_told(equation.right)} is {number(right)}; they differ by {number(left - right)}."


def _rows(
    sheet: Sheet,
    rules: Sequence[Rule],
    members: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    left_known: np.ndarray,
    right_known: np.ndarray,
    told: Told,
    shown: np.ndarray | None = None,
    holds: np.ndarray | None = None,
) -> pl.DataFrame:
    """Return one row for each member and rule (matrices of members by rules), or for those ``shown``."""
    assessable = left_known & right_known
    holds = left == right if holds is None else holds
    status = np.where(~assessable, _NOT_ASSESSABLE, np.where(holds, _PASS, _FAIL))
    if shown is None:
        shown = np.ones_like(assessable)
    at, line = np.nonzero(shown)
    statics = pl.DataFrame(
        {
            "rule": [rule.rule for rule in rules],
            "family": [rule.family for rule in rules],
            "severity": [rule.severity for rule in rules],
            "place": [rule.place for rule in rules],
            "cells": [" ".join(rule.cells) for rule in rules],
            "fingerprint": pl.Series([fingerprint(f"{rule.rule}.{rule.place}") for rule in rules], dtype=pl.UInt64),
        }
    )[line]
    documents = sheet.documents.gather(members[at])
    sentences: list[str | None] = [None] * len(at)
    diagnoses: list[Diagnosis | None] = [None] * len(at)
    if told:
        row_of = {(int(member), int(rule)): row for row, (member, rule) in enumerate(zip(at, line, strict=True))}
        for key, (sentence, diagnosis) in told.items():
            sentences[row_of[key]], diagnoses[row_of[key]] = sentence, diagnosis
    return statics.select(
        finding_id=finding_ids(documents, statics["fingerprint"]),
        document_id=documents,
        rule="rule",
        family="family",
        severity="severity",
        place="place",
        cells="cells",
        left_value=decimals(left[at, line], left_known[at, line]),
        right_value=decimals(right[at, line], right_known[at, line]),
        residual=decimals((left - right)[at, line], assessable[at, line]),
        status=_STATUSES.gather(status[at, line]),
        diagnosis=pl.Series(sentences, dtype=pl.String),
        suspect_cell=pl.Series([d.suspect if d else None for d in diagnoses], dtype=pl.String),
        implied_value=decimals(
            np.array([(d.implied or 0) if d else 0 for d in diagnoses], dtype=np.int64),
            np.array([d is not None and d.implied is not None for d in diagnoses], dtype=bool),
        ),
        pattern=pl.Series([d.pattern if d else None for d in diagnoses], dtype=pl.String),
        explanations=pl.Series([d.explanations if d else None for d in diagnoses], dtype=pl.Int32),
        blame=pl.lit(None, pl.String),
    ).select(AUDIT_FINDINGS.polars_schema.names())


def _expected_rows(sheet: Sheet, expected: Expected) -> pl.DataFrame:
    each = expected.expectation
    rule = Rule(each.rule, "expectation", each.severity, each.place, (*each.left, *each.right))
    columns = [side[:, None] for side in (expected.left, expected.right, expected.left_known, expected.right_known)]
    failing = np.flatnonzero(expected.left_known & expected.right_known & ~expected.holds)
    told: Told = {
        (int(member), 0): (
            f"Expected {' + '.join(each.left)} {each.relation} {' + '.join(each.right) or '0'}, found "
            f"{number(expected.left[member])} and {number(expected.right[member])}.",
            None,
        )
        for member in failing
    }
    return _rows(sheet, [rule], expected.members, *columns, told, holds=expected.holds[:, None])


def _range_rows(sheet: Sheet, ranged: Ranged) -> pl.DataFrame:
    """One row a report and range: the left value is how many cells are outside, the right value none."""
    outside = ranged.outside.sum(axis=1)
    rule = Rule(ranged.range.rule, "range", ranged.range.severity, ranged.range.table, ranged.codes)
    asked = ranged.known.any(axis=1)[:, None]
    left = (outside * MILLIONTHS)[:, None]
    told: Told = {}
    cells: dict[str, str] = {}
    for member in np.flatnonzero(outside):
        named = [code for code, out in zip(ranged.codes, ranged.outside[member], strict=True) if out]
        cells[sheet.documents[int(ranged.members[member])]] = " ".join(named)
        printed = sheet.take(named, ranged.members[member : member + 1], sheet.values)[0]
        shown = ", ".join(f"{code} ({number(value)})" for code, value in list(zip(named, printed, strict=True))[:_CELLS_NAMED])
        more = f" and {len(named) - _CELLS_NAMED} more" if len(named) > _CELLS_NAMED else ""
        told[int(member), 0] = (f"Expected {ranged.range.sentence}, found otherwise in {len(named)} cell(s): {shown}{more}.", None)
    rows = _rows(sheet, [rule], ranged.members, left, np.zeros_like(left), asked, np.ones_like(asked), told)
    # A passing range is about the whole table, a failing one about the cells that are outside.
    return rows.with_columns(
        cells=pl.col("document_id").replace_strict(cells, default=pl.lit(None, pl.String), return_dtype=pl.String)
    )


def _blamed(found: pl.DataFrame, cells: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Say whose error a failure is: the source's only when each of its cells was read plainly.

    ``reading`` where the suspect cell's text holds the value that it would have to be: the document prints it, and another
    number was taken. ``undecided`` where a reader had to decide which value stands where.
    """
    failing = found.filter(status="fail").select("finding_id", "document_id", "cells", "suspect_cell", "implied_value")
    if not failing.height:
        return found.select(AUDIT_FINDINGS.polars_schema.names())
    theirs = cells.join(failing.select("document_id").unique(), on="document_id", how="semi").with_columns(
        plain=pl.col("status").is_in(list(_PLAIN_STATUSES)) & ~pl.col("locator").str.contains(_DECIDED_BY_READER).fill_null(True)
    )
    plainly = (
        failing.select("finding_id", "document_id", cell=pl.col("cells").str.split(" "))
        .explode("cell")
        .join(theirs.select("document_id", "cell", "plain"), on=["document_id", "cell"], how="left")
        .group_by("finding_id")
        # A finding that names no cell is about the text alone.
        .agg(plain=(pl.col("plain").fill_null(False) | pl.col("cell").is_null()).all())
    )
    suspects = failing.drop_nulls("suspect_cell").join(
        theirs.select("document_id", "cell", "raw_text", "status"),
        left_on=["document_id", "suspect_cell"],
        right_on=["document_id", "cell"],
        how="left",
    )
    printed = suspects.select(
        "finding_id",
        printed=(pl.col("status") == "noted")
        & pl.col("raw_text").str.extract_all(r"\d+").list.contains(pl.col("implied_value").cast(pl.Int64).cast(pl.String)),
    )
    lanes = documents.select("document_id", fast=(pl.col("lane") == _PLAIN_LANE).fill_null(False))
    blame = (
        pl.when(pl.col("status") != "fail")
        .then(None)
        .when(pl.col("printed").fill_null(False))
        .then(pl.lit("reading"))
        .when(pl.col("fast").fill_null(False) & pl.col("plain").fill_null(False))
        .then(pl.lit("source"))
        .otherwise(pl.lit("undecided"))
    )
    return (
        found.join(plainly, on="finding_id", how="left", maintain_order="left")
        .join(printed, on="finding_id", how="left", maintain_order="left")
        .join(lanes, on="document_id", how="left", maintain_order="left")
        .with_columns(blame=blame)
        .select(AUDIT_FINDINGS.polars_schema.names())
    )


def decimals(millionths: np.ndarray, known: np.ndarray) -> pl.Series:
    """Return whole millionths as Decimal(18,6), NULL where not known."""
    values = pl.DataFrame({"value": np.where(known, millionths, 0), "known": known})
    decimal = (pl.col("value").cast(pl.Decimal(18, 0)) / MILLIONTHS).cast(pl.Decimal(18, 6))
    return values.select(pl.when("known").then(decimal)).to_series()


def _told(cells: tuple[str, ...]) -> str:
    if len(cells) == 1:
        return f"{cells[0]} as printed"
    if len(cells) <= _CELLS_NAMED:
        return "the sum of " + " and ".join(cells)
    return f"the sum of the {len(cells)} cells from {cells[0]} to {cells[-1]}"
