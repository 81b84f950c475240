"""What the fast lane found, as cells with values and places.

Here: cells met twice, statuses, units printed beside a number or in its column head, locators. Not here: finding cells
(``fast``), which cells a report should have (``resolve``).
"""

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import polars as pl

from dagster_project.forms import registry
from dagster_project.reading import values
from dagster_project.reading.document import Document
from dagster_project.reading.fast import TablesRead

# So many cells printed twice with different content are two reports in one file, not a slip.
CONFLICTS_OF_TWO_REPORTS = 3
_LONGEST_RAW_TEXT = 300
_SIGNED_COLUMN = ".items_change"

# One row per document and cell met in it: ``text_unit`` is printed in the cell, ``head_unit`` in its column head;
# ``confidence`` is that of recognised characters, NULL for those that the file holds.
FOUND = pl.Schema(
    {
        "document": pl.UInt32,
        "cell": registry.cell_codes(),
        "status": pl.String,
        "value": pl.Decimal(18, 6),
        "text_unit": pl.String,
        "head_unit": pl.String,
        "raw_text": pl.String,
        "locator": pl.String,
        "confidence": pl.Float32,
    }
)


def found_cells(tables: TablesRead, documents: list[Document]) -> pl.DataFrame:
    """Return the cells of a batch as FOUND, each once; a document whose tables contradict each other ends here."""
    found = without_subtotals(_unique(tables, documents))
    # Rows and texts are known by their numbers: looking them up by number takes a tenth of joining.
    rows = tables.rows.select(row_locator=pl.format("{}table={};row={}", _before_table(pl.col("place")), "table", "row"))
    texts = tables.texts.select(pl.col("kind").cast(pl.String), "value", pl.col("raw").str.slice(0, _LONGEST_RAW_TEXT), text_unit="unit")
    cells = pl.select(cell_locator=pl.format(";cell={}", pl.int_range(1, (found["at"].max() or 0) + 2)))
    located = pl.concat(
        [found, _numbered(rows, found["row_id"]), _numbered(texts, found["text"]), _numbered(cells, found["at"])], how="horizontal"
    ).join(_head_units(tables), on=["document", "cell"], how="left", maintain_order="left")
    located = _with_boxes(located, tables.boxes)
    # A bare multiplier (3万) leaves open what is multiplied; only 本年增/减 can be less than nothing.
    unclear = (
        pl.col("kind").is_in(["ambiguous", "text"])
        | pl.col("text_unit").is_in(list(values.MULTIPLIERS))
        | ((pl.col("value") < 0) & ~pl.col("cell").cast(pl.String).str.ends_with(_SIGNED_COLUMN))
    )
    return located.select(
        "document",
        "cell",
        status=pl.when(~pl.col("decided") | unclear.fill_null(False)).then(pl.lit("ambiguous")).otherwise(pl.col("kind")),
        value="value",
        text_unit="text_unit",
        head_unit="head_unit",
        raw_text="raw",
        locator=pl.concat_str("row_locator", "cell_locator", "box", ignore_nulls=True),
        confidence="confidence",
    ).cast(dict(FOUND))


def _before_table(place: pl.Expr) -> pl.Expr:
    return pl.when(place != "").then(pl.format("{};", place)).otherwise(pl.lit(""))


def _numbered(frame: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Return the rows of ``frame`` with these numbers; NULL where there is none."""
    return frame.select(pl.all().gather(numbers))


def _with_boxes(located: pl.DataFrame, boxes: pl.DataFrame) -> pl.DataFrame:
    """Add ``box``, a part of the locator, and ``confidence``. Only pages of paper have boxes."""
    if not boxes.height:
        return located.with_columns(box=pl.lit(None, pl.String), confidence=pl.lit(None, pl.Float32))
    return located.join(
        boxes.rename({"cell": "at"}), on=["row_id", "at"], how="left", maintain_order="left"
    ).with_columns(
        box=pl.format(";box={}", "box").fill_null("")
        + pl.format(";by=ocr;confidence={}", pl.col("confidence").round(2)).fill_null(""),
    )


def cells_met(found: pl.DataFrame) -> dict[int, frozenset[str]]:
    """Return the cells of each document. Nearly all reports of a form print the same, so they share a few sets."""
    found = found.select("document", "cell").sort("document", "cell")
    numbers = found["cell"].to_physical().cast(pl.UInt16).to_numpy()
    runs = found["document"].rle().struct.unnest().with_columns(end=pl.col("len").cum_sum())
    return {document: _cells(numbers[end - count : end].tobytes()) for count, document, end in runs.iter_rows()}


@lru_cache(maxsize=1 << 10)
def _cells(numbers: bytes) -> frozenset[str]:
    return frozenset(registry.cell_codes().categories.gather(np.frombuffer(numbers, np.uint16)))


@cache
def subtotal_rows() -> dict[str, tuple[str, ...]]:
    """Return the rows (``table.row``) that stand for several others, each with these: 其他处理 in one row or in three.

    A report prints the one or the others. Where it prints both, the one is their sum and no leaf of its own.
    """
    rows = registry.cells().select(row=pl.format("{}.{}", "table", "row")).unique(maintain_order=True)["row"].to_list()
    parts = {row: tuple(each for each in rows if each.startswith(row + "_")) for row in rows}
    return {row: others for row, others in parts.items() if others}


def without_subtotals(found: pl.DataFrame) -> pl.DataFrame:
    """Return ``found`` (``document``, ``cell``, …) without the cells of rows that are sums of others met in the document."""
    for whole, parts in _cells_of_subtotals():
        split = found.filter(pl.col("cell").is_in(parts))["document"].unique()
        if split.len():
            found = found.filter(~(pl.col("cell").is_in(whole) & pl.col("document").is_in(split.implode())))
    return found


@cache
def _cells_of_subtotals() -> tuple[tuple[pl.Series, pl.Series], ...]:
    codes = registry.cells()["cell"].unique()
    row = codes.str.replace(r"\.[^.]*$", "")

    def of(rows: Sequence[str]) -> pl.Series:
        return codes.filter(row.is_in(list(rows))).cast(registry.cell_codes()).implode()

    return tuple((of([whole]), of(parts)) for whole, parts in subtotal_rows().items())


def _unique(tables: TablesRead, documents: list[Document]) -> pl.DataFrame:
    """Return ``found`` with each cell once. A cell met twice with the same content is the same table printed twice."""
    # Document, cell and row in one number: sorting by one column takes a third of sorting by three.
    place = pl.col("document").cast(pl.UInt64) * (1 << 44) + pl.col("cell").to_physical().cast(pl.UInt64) * (1 << 32) + pl.col("row_id")
    found = tables.found.sort(place, maintain_order=True)
    again = (pl.col("document") == pl.col("document").shift()) & (pl.col("cell") == pl.col("cell").shift())
    if not found.select(again.any()).item():
        return found
    repeated = found.filter(pl.struct("document", "cell").is_duplicated())
    content = tables.texts.select("kind", "value").with_columns(text=pl.int_range(pl.len(), dtype=pl.UInt32))
    agreement = (
        repeated.join(content, on="text", how="left", maintain_order="left")
        .group_by("document", "cell", maintain_order=True)
        .agg(agree=(pl.struct("kind", "value").n_unique() == 1) & pl.col("decided").all())
    )
    conflicts = dict(agreement.group_by("document").agg((~pl.col("agree")).sum()).iter_rows())
    for document in documents:
        several = document.identity is not None and document.identity.reports_named > 1
        if conflicts.get(document.index, 0) >= CONFLICTS_OF_TWO_REPORTS or (document.index in conflicts and several):
            end_as_several(document)
    return (
        found.unique(subset=["document", "cell"], keep="first", maintain_order=True)
        .join(agreement, on=["document", "cell"], how="left", maintain_order="left")
        .with_columns(decided=pl.col("decided") & pl.col("agree").fill_null(True))
        .drop("agree")
    )


def end_as_several(document: Document) -> None:
    """End a document whose tables stand in it more than once and contradict each other."""
    document.end(
        "quarantined",
        "recognition",
        "several_reports",
        "Expected one report, found the form's tables more than once with different figures. Split the file so that each report has its own.",
    )


def _head_units(tables: TablesRead) -> pl.DataFrame:
    """Return the unit that the column head above a cell prints, as in 本年收费金额（单位：万元）."""
    heads = tables.heads.with_columns(
        head_unit=tables.texts["raw"]
        .gather(tables.heads["head_text"])
        .str.extract(r"单位\s*[:：]?\s*(亿元|万元|元)", 1)
    )
    return heads.filter(pl.col("head_unit").is_not_null()).select("document", "cell", "head_unit")
