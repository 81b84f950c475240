"""Claims as rows, and findings for those that fit no accepted reading of the tables.

Here: frames from and to disk. Not here: what a claim is and how it is judged (``claims``), phrases (``claim_patterns``).
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

import polars as pl

from dagster_project.auditing.claim_readings import NumberOf, Report
from dagster_project.auditing.claims import Claim, claims_of
from dagster_project.auditing.findings import Found, found_rows
from schemas import CLAIMS

# Places are quotes, so that a finding stays the same one when chapters are cut otherwise.
_LONGEST_PLACE = 60
_READINGS_TOLD = 4


def claims(
    sections: pl.DataFrame, cells: pl.DataFrame, documents: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the claims of reports as schemas.CLAIMS, and as rows of findings those that no reading of the tables fits.

    ``sections``: as schemas.SECTIONS; ``cells``: as schemas.CELLS; ``documents``: as schemas.DOCUMENTS (document_id,
    report_year, body_name, form).
    """
    rows: list[dict] = []
    found: list[Found] = []
    texts = _texts(sections)
    for document, report in _reports(texts, cells, documents):
        stated = claims_of(report, texts[document])
        rows += [_row(document, number, claim) for number, claim in enumerate(stated)]
        found += _findings(document, stated)
    return CLAIMS.build(rows), found_rows(found)


def _texts(sections: pl.DataFrame) -> dict[str, list[tuple[int, int | None, str]]]:
    texts: dict[str, list[tuple[int, int | None, str]]] = {}
    ordered = sections.sort("document_id", "position").select("document_id", "position", "chapter", "text")
    for document, position, chapter, text in ordered.iter_rows():
        texts.setdefault(document, []).append((position, chapter, text))
    return texts


def _reports(texts: dict, cells: pl.DataFrame, documents: pl.DataFrame) -> Iterator[tuple[str, Report]]:
    printed = (
        cells.select("document_id", "cell", millionths=pl.col("value").to_physical().cast(pl.Int64))
        .sort("document_id", "cell")
        .group_by("document_id", maintain_order=True)
        .agg(pl.col("cell").str.join(" "), "millionths")
    )
    of_document = {document: (codes, values) for document, codes, values in printed.iter_rows()}
    described = documents.select("document_id", "report_year", "body_name", "form").sort("document_id")
    for document, year, body, form in described.iter_rows():
        if document in texts and document in of_document:
            codes, values = of_document[document]
            rows, place = _layout(codes)
            yield document, Report(year, body or "", form, rows, _numbers(place, values))


@lru_cache(maxsize=256)
def _layout(codes: str) -> tuple[frozenset[str], dict[str, int]]:
    """Return the rows that reports with these cells print, and the place of each cell. There are few kinds of reports."""
    cells = codes.split(" ")
    return frozenset(cell.rpartition(".")[0] for cell in cells), {cell: place for place, cell in enumerate(cells)}


def _numbers(place: dict[str, int], values: list[int | None]) -> NumberOf:
    return lambda cell: values[place[cell]] if cell in place else None


def _row(document: str, number: int, claim: Claim) -> dict:
    return {
        "document_id": document,
        "claim": number,
        "subject": claim.subject,
        "stated": _decimal(claim.number),
        "quote": claim.quote,
        "section": claim.section,
        "start": claim.start,
        "status": claim.status,
        "reading": claim.reading,
        "expected": _decimal(claim.expected),
        "cells": " ".join(claim.cells) or None,
    }


def _findings(document: str, stated: list[Claim]) -> Iterator[Found]:
    met: Counter[tuple[str, str]] = Counter()
    for claim in stated:
        if claim.status != "disagrees":
            continue
        place = "".join(claim.quote.split())[:_LONGEST_PLACE]
        met[claim.subject, place] += 1
        again = met[claim.subject, place]
        yield Found(
            document_id=document,
            rule=f"prose.{claim.subject}",
            family="prose",
            severity="soft",
            place=place if again == 1 else f"{place} ({again})",
            cells=claim.cells,
            left=_decimal(claim.number),
            right=_decimal(claim.expected),
            diagnosis=_sentence(claim),
        )


def _sentence(claim: Claim) -> str:
    at = f"section {claim.section}, character {claim.start + 1}"
    known = [(name, value) for name, value in claim.readings if value is not None]
    listed = ", ".join(f"{_plain(value)} ({name})" for name, value in known[:_READINGS_TOLD])
    more = f" and {len(known) - _READINGS_TOLD} more" if len(known) > _READINGS_TOLD else ""
    if claim.subject == "all_disposed":
        return f"The text says that all was disposed of ('{claim.quote}', {at}), the table carries {_plain(claim.expected)} over to the next year."
    if claim.subject == "percentage":
        return f"The text states {_plain(claim.number)} % ('{claim.quote}', {at}), which is that count's share of nothing stated: worked out again it is {listed}{more}."
    return f"The text states {_plain(claim.number)} ('{claim.quote}', {at}), which fits no accepted reading of the tables: {listed}{more}."


def _decimal(number: Decimal | None) -> Decimal | None:
    return None if number is None else round(number, 6)


def _plain(number: Decimal | None) -> str:
    return "nothing" if number is None else f"{round(number, 4).normalize():f}"
