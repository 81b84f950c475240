"""Cells found in tables into the cells of reports: one row for each cell that the report's form prints.

Here: cells met twice, forms and outcomes, units, statuses, locators. Not here: finding cells (``fast_lane``).
"""

from hashlib import sha256

import polars as pl

from dagster_project.bodies import names
from dagster_project.forms import registry
from dagster_project.reading import values
from dagster_project.reading.document import Document, recognise
from dagster_project.reading.fast_lane import TablesRead
from schemas import CELLS

# So many cells printed twice with different content are two reports in one file, not a slip.
_CONFLICTS_OF_TWO_REPORTS = 3
_LONGEST_RAW_TEXT = 300


def resolve(tables: TablesRead, documents: list[Document]) -> pl.DataFrame:
    """Decide form and outcome of each document and return its cells, one row for each that its form prints."""
    found = _unique(tables, documents)
    by_index = {document.index: document for document in documents if document.index is not None}
    seen = {index: set(cells) for index, cells in found.group_by("document").agg("cell").iter_rows()}
    readable = dict(found.group_by("document").agg(pl.col("decided").any()).iter_rows())
    for index, document in by_index.items():
        if document.identity is None:
            continue
        recognise(document, seen.get(index, set()), readable.get(index, False))
    reports = [document for document in by_index.values() if document.verdict is None]
    if not reports:
        return CELLS.empty()
    expected = _expected(reports, found)
    cells = expected.join(found, on=["document", "cell"], how="left", maintain_order="left")
    located = cells.join(tables.rows.select("row_id", "table", "row", "place"), on="row_id", how="left", maintain_order="left")
    texts = tables.texts.with_columns(text=pl.int_range(pl.len(), dtype=pl.UInt32))
    located = located.join(
        texts.select("text", "kind", "value", "raw", text_unit="unit"), on="text", how="left", maintain_order="left"
    )
    located = located.join(_head_units(tables), on=["document", "cell"], how="left", maintain_order="left")
    multiplied = (
        pl.col("text_unit").str.contains("万|亿|千|百|元")
        & (pl.col("unit") != "万元")
        & (pl.col("unit") != "as printed")
    )
    located = located.join(
        tables.boxes.rename({"cell": "at"}), on=["row_id", "at"], how="left", maintain_order="left"
    ).with_columns(
        place=pl.when(pl.col("place") != "").then(pl.format("{};", "place")).otherwise(pl.lit("")),
        box=pl.format(";box={}", "box").fill_null(""),
    )
    bare_multiplier = pl.col("text_unit").is_in(list(values.MULTIPLIERS))
    located = located.with_columns(
        status=pl.when(pl.col("row_id").is_null())
        .then(pl.lit("absent"))
        .when(~pl.col("decided") | pl.col("kind").is_in(["ambiguous", "text"]) | multiplied | bare_multiplier)
        .then(pl.lit("ambiguous"))
        .otherwise(pl.col("kind"))
    )
    result = located.select(
        "document_id",
        "cell",
        value=pl.when(pl.col("status").is_in(["number", "noted"])).then(pl.col("value")),
        unit=pl.coalesce("text_unit", "head_unit", pl.when(pl.col("unit") != "as printed").then(pl.col("unit"))),
        raw_text=pl.when(pl.col("text").is_not_null()).then(pl.col("raw").str.slice(0, _LONGEST_RAW_TEXT)),
        status="status",
        locator=pl.when(pl.col("at").is_not_null())
        .then(pl.format("{}table={};row={};cell={}{}", "place", "table", "row", pl.col("at") + 1, "box"))
        .when(pl.col("row_id").is_not_null())
        .then(pl.format("{}table={};row={}", "place", "table", "row")),
    ).sort("document_id", "cell")
    _count(reports, result)
    return result


def _unique(tables: TablesRead, documents: list[Document]) -> pl.DataFrame:
    """Return ``found`` with each cell once. A cell met twice with the same content is the same table printed twice."""
    found = tables.found.sort("document", "cell", "row_id", "at")
    repeated = found.filter(pl.struct("document", "cell").is_duplicated())
    if not repeated.height:
        return found
    content = tables.texts.select("kind", "value").with_columns(text=pl.int_range(pl.len(), dtype=pl.UInt32))
    agreement = (
        repeated.join(content, on="text", how="left", maintain_order="left")
        .group_by("document", "cell", maintain_order=True)
        .agg(agree=(pl.struct("kind", "value").n_unique() == 1) & pl.col("decided").all())
    )
    conflicts = dict(agreement.group_by("document").agg((~pl.col("agree")).sum()).iter_rows())
    for document in documents:
        several = document.identity is not None and document.identity.reports_named > 1
        if conflicts.get(document.index, 0) >= _CONFLICTS_OF_TWO_REPORTS or (document.index in conflicts and several):
            document.end(
                "quarantined",
                "recognition",
                "several_reports",
                "Expected one report, found the form's tables more than once with different figures. Split the file so that each report has its own.",
            )
    return (
        found.unique(subset=["document", "cell"], keep="first", maintain_order=True)
        .join(agreement, on=["document", "cell"], how="left", maintain_order="left")
        .with_columns(decided=pl.col("decided") & pl.col("agree").fill_null(True))
        .drop("agree")
    )


def _expected(reports: list[Document], found: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that each report's form prints: ``document``, ``document_id``, ``cell``, ``unit``.

    Rows that a report borrows from the other form stand in place of the form's own rows that it does not print.
    """
    columns = {"document": pl.UInt32, "document_id": pl.String, "form": pl.String}
    listed = pl.DataFrame([(each.index, each.document_id, each.form) for each in reports], schema=columns, orient="row")
    cells = registry.cells().select("form", "cell", "unit", "presence", "row")
    expected = listed.join(cells, on="form", how="inner", maintain_order="left").join(
        found.select("document", "cell", met=pl.lit(True)), on=["document", "cell"], how="left", maintain_order="left"
    )
    alternative = (pl.col("presence") == "alternative") & pl.col("met").fill_null(False)
    borrows = alternative.any().over("document")
    replaced = pl.col("row").str.starts_with("other") & borrows & pl.col("met").is_null()
    return (
        expected.filter(alternative | ((pl.col("presence") == "regular") & ~replaced))
        .select(*columns, "cell", "unit")
        .drop("form")
    )


def _head_units(tables: TablesRead) -> pl.DataFrame:
    """Return the unit that the column head above a cell prints, as in 本年收费金额（单位：万元）."""
    heads = tables.heads.with_columns(
        head_unit=tables.texts["raw"]
        .gather(tables.heads["head_text"])
        .str.extract(r"单位\s*[:：]?\s*(亿元|万元|元)", 1)
    )
    return heads.filter(pl.col("head_unit").is_not_null()).select("document", "cell", "head_unit")


def _count(reports: list[Document], cells: pl.DataFrame) -> None:
    summary = cells.group_by("document_id", maintain_order=True).agg(
        expected=pl.len(),
        read=(~pl.col("status").is_in(["absent", "ambiguous", "illegible"])).sum(),
        content=pl.format("{}={}:{}", "cell", "status", pl.col("value").cast(pl.String).fill_null("")).str.join(";"),
    )
    by_id = {row[0]: row[1:] for row in summary.iter_rows()}
    for document in reports:
        document.cells_expected, document.cells_read, content = by_id[document.document_id]
        stated = f"{names.body_id(document.identity.body)} {document.identity.year} {document.form} {content}"
        document.content_sha256 = sha256(stated.encode()).hexdigest()
