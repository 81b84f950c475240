"""Cells met in documents into the cells of reports: one row for each cell that the report's form prints.

Here: outcomes of documents, the cells their forms print, units, fingerprints of content. Not here: finding cells (``fast``,
``careful``).
"""

from hashlib import sha256

import numpy as np
import polars as pl

from dagster_project.forms import registry
from dagster_project.reading.document import Document, recognise
from dagster_project.reading.found import cells_met
from schemas import CELLS


def resolve(found: pl.DataFrame, documents: list[Document]) -> pl.DataFrame:
    """Decide form and outcome of each document and return its cells, one row for each that its form prints.

    ``found``: as reading.found.FOUND, each document and cell once.
    """
    open_statuses = pl.col("status") == "ambiguous"
    seen = cells_met(found)
    readable = dict(found.group_by("document").agg((~open_statuses).any()).iter_rows())
    reports = []
    for document in documents:
        if document.index is None or document.identity is None:
            continue
        recognise(document, seen.get(document.index, frozenset()), readable.get(document.index, False))
        if document.verdict is None:
            reports.append(document)
    if not reports:
        return CELLS.empty()
    cells = _expected(reports, found)
    # 3万元 where the form counts cases, or where it counts 万元 itself, is taken apart by nobody.
    multiplied = (
        pl.col("text_unit").str.contains("万|亿|千|百|元")
        & (pl.col("unit") != "万元")
        & (pl.col("unit") != "as printed")
    )
    return (
        cells.with_columns(
            status=pl.when(pl.col("status").is_null())
            .then(pl.lit("absent"))
            .when(multiplied.fill_null(False))
            .then(pl.lit("ambiguous"))
            .otherwise(pl.col("status"))
        )
        .select(
            "document_id",
            pl.col("cell").cast(pl.String),
            value=pl.when(pl.col("status").is_in(["number", "noted", "segmented"])).then(pl.col("value")),
            unit=pl.coalesce("text_unit", "head_unit", pl.when(pl.col("unit") != "as printed").then(pl.col("unit"))),
            raw_text="raw_text",
            status="status",
            locator="locator",
        )
    )


def _expected(reports: list[Document], found: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that each report's form prints, with what was found of them: ``document_id``, ``cell``, ``unit`` and as
    reading.found.FOUND.

    Rows that a report borrows from the other form stand in place of the form's own rows that it does not print.
    """
    columns = {"document": pl.UInt32, "document_id": pl.String, "form": pl.String}
    listed = pl.DataFrame([(each.index, each.document_id, each.form) for each in reports], schema=columns, orient="row")
    cells = registry.cells().select(
        "form",
        pl.col("cell").cast(registry.cell_codes()),
        "unit",
        alternative=pl.col("presence") == "alternative",
        replaceable=pl.col("row").str.starts_with("other"),
    )
    # Reports and the cells of a form are few and sorted here; sorting all cells of all reports takes as long as finding them.
    expected = listed.sort("document_id").join(cells.sort("cell"), on="form", how="inner", maintain_order="left_right")
    expected = expected.with_columns(found=_number_of(found, expected))
    met = pl.col("found").is_not_null()
    borrows = (pl.col("alternative") & met).any().over("document")
    kept = expected.filter(pl.when("alternative").then(met).otherwise(met | ~pl.col("replaceable") | ~borrows))
    # What was found is looked up by number, and only of the cells that are kept.
    of_cell = found.drop("document", "cell")[kept["found"]]
    return pl.concat([kept.select("document", "document_id", "cell", "unit"), of_cell], how="horizontal")


def _number_of(found: pl.DataFrame, expected: pl.DataFrame) -> pl.Series:
    """Return the row of ``found`` that holds each expected document and cell, NULL where none does: by a table of both, which takes a
    tenth of joining."""
    of_found, of_expected = (
        (frame["document"].to_numpy(), frame["cell"].to_physical().to_numpy()) for frame in (found, expected)
    )
    documents = max(int(part.max(initial=0)) for part in (of_found[0], of_expected[0])) + 1
    rows = np.full((documents, len(registry.cell_codes().categories)), -1, np.int64)
    rows[of_found] = np.arange(found.height)
    numbers = pl.Series(rows[of_expected])
    return numbers.set(numbers < 0, None)


def finish(documents: list[Document], cells: pl.DataFrame) -> None:
    """Tell each report how many of its cells were read and what they say, for the comparison with other documents."""
    reports = [document for document in documents if document.verdict is None and document.form is not None]
    if not reports:
        return
    summary = cells.group_by("document_id", maintain_order=True).agg(
        expected=pl.len(),
        read=(~pl.col("status").is_in(["absent", "ambiguous", "illegible"])).sum(),
        content=pl.format("{}={}:{}", "cell", "status", pl.col("value").cast(pl.String).fill_null("")).str.join(";"),
    )
    by_id = {row[0]: row[1:] for row in summary.iter_rows()}
    for document in reports:
        document.cells_expected, document.cells_read, content = by_id[document.document_id]
        stated = f"{document.identity.body_id} {document.identity.year} {document.form} {content}"
        document.content_sha256 = sha256(stated.encode()).hexdigest()
