"""The staged frames of one batch, from its documents.

Here: documents, sections, candidates and the findings of intake as rows. Not here: deciding anything; equations (auditing).
"""

from hashlib import sha256

import polars as pl

from dagster_project.bodies.identity import Identity
from dagster_project.documents.pieces import Pieces
from dagster_project.reading.chapters import chapters
from dagster_project.reading.document import READER_VERSION, Document
from dagster_project.reading.fast import TablesRead
from schemas import CANDIDATES, DOCUMENTS, FINDINGS, SECTIONS

_SHOWN_UNKNOWN_ROWS = 5


def documents_frame(documents: list[Document]) -> pl.DataFrame:
    rows = []
    for document in documents:
        source, identity = document.source, document.identity or Identity()
        outcome, stage, code, sentence = document.verdict or ("report", None, None, None)
        body = identity.body
        rows.append(
            {
                "document_id": document.document_id,
                "source_path": source.source_path,
                "member": document.member,
                "source_sha256": source.source_sha256,
                "partition": source.partition,
                "file_kind": document.kind if document.kind != "unknown" else source.file_kind,
                "encoding": document.encoding,
                "reader_version": READER_VERSION,
                "outcome": outcome,
                "stage": stage,
                "reason_code": code,
                "detail": sentence,
                "duplicate_of": document.duplicate_of,
                "title": identity.title,
                "body_id": identity.body_id,
                "body_name": body,
                "body_level": identity.body_level,
                "body_kind": identity.body_kind,
                "region_code": identity.region_code,
                "parent_body_id": identity.parent_body_id,
                "report_year": identity.year,
                "form": document.form,
                "scope": identity.scope if body else None,
                "published_on": identity.published_on,
                "document_number": identity.document_number,
                "index_number": identity.index_number,
                "unified_social_credit_code": identity.unified_social_credit_code,
                "source_url": identity.source_url,
                "is_official_source": identity.is_official_source,
                "lane": document.lane if outcome == "report" else None,
                "content_sha256": document.content_sha256,
                "cells_expected": document.cells_expected,
                "cells_read": document.cells_read,
            }
        )
    return DOCUMENTS.build(rows)


def sections_frame(documents: list[Document], pieces: Pieces) -> pl.DataFrame:
    columns: dict[str, list] = {column.name: [] for column in SECTIONS.columns}
    for document in documents:
        if document.verdict is not None:
            continue
        for position, (chapter, heading, text) in enumerate(chapters(pieces.headings[document.index].lines)):
            for name, value in zip(columns, (document.document_id, position, chapter, heading, text), strict=True):
                columns[name].append(value)
    return SECTIONS.build(columns)


def candidates_frame(documents: list[Document]) -> pl.DataFrame:
    columns: dict[str, list] = {column.name: [] for column in CANDIDATES.columns}
    for document in documents:
        if document.identity is None:
            continue
        position: dict[str, int] = {}
        for candidate in document.identity.candidates:
            order = position.get(candidate.attribute, 0)
            position[candidate.attribute] = order + 1
            chosen = document.identity.chosen.get(candidate.attribute) == candidate and order == 0
            reason = document.identity.reasons.get(candidate.attribute) if chosen else None
            row = (document.document_id, candidate.attribute, order, candidate.value, candidate.origin, chosen, reason)
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return CANDIDATES.build(columns)


def intake_findings(documents: list[Document], tables: TablesRead) -> pl.DataFrame:
    intake = []
    unknown = _unknown_rows(tables)
    for document in documents:
        if document.identity is None or document.verdict is not None and document.verdict[0] != "quarantined":
            continue
        stated = [(f"{attribute}_disagrees", sentence) for attribute, sentence in document.identity.disagreements]
        stated += document.identity.doubts
        stated += document.notes
        # The careful lane reads rows that the fast lane did not know.
        if document.verdict is None and document.lane == "fast" and document.index in unknown:
            shown = "; ".join(unknown[document.index][:_SHOWN_UNKNOWN_ROWS])
            stated.append(
                (
                    "unknown_row",
                    f"{len(unknown[document.index])} row(s) with numbers under a label that the form does not print, not read: {shown}",
                )
            )
        if document.verdict is None and document.cells_read < document.cells_expected:
            stated.append(
                (
                    "cells_not_read",
                    f"{document.cells_expected - document.cells_read} of {document.cells_expected} cells could not be read; they are NULL.",
                )
            )
        intake += [_finding(document.document_id, code, sentence) for code, sentence in dict(stated).items()]
    return FINDINGS.build(intake)


def _finding(document_id: str, code: str, sentence: str) -> dict:
    row: dict = dict.fromkeys(FINDINGS.polars_schema)
    return row | {
        "finding_id": sha256(f"{document_id} intake.{code}".encode()).hexdigest()[:16],
        "document_id": document_id,
        "rule": f"intake.{code}",
        "severity": "intake",
        "place": "document",
        "status": "fail",
        "diagnosis": sentence,
        "blame": "undecided",
    }


def _unknown_rows(tables: TablesRead) -> dict[int, list[str]]:
    if not tables.unknown.height:
        return {}
    rows = tables.rows.join(tables.unknown.select("row_id"), on="row_id", how="semi")
    found: dict[int, list[str]] = {}
    for document, table, row in rows.select("document", "table", "row").iter_rows():
        found.setdefault(document, []).append(f"table {table}, row {row}")
    return found
