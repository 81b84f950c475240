"""Rows of the requests table: what was received, carried over and decided, by kind of applicant.

Here: its heads, its rows, the rows that it shares with other tables. Not here: which cells after a label are its values (``placing``).
"""

import polars as pl

from dagster_project.forms import registry
from dagster_project.reading.fast.coded import code_at, coded
from dagster_project.reading.fast.placing import OPEN_END, after_label, between_empty_columns

# Heads of the requests table, as the order of their labels in reading order: the total stands in the upper of two head
# rows beside 自然人, or last in a single one.
_APPLICANTS = tuple(code for code in registry.column_order("requests"))
_HEAD_ORDERS = (
    ",".join((_APPLICANTS[0], _APPLICANTS[-1], *_APPLICANTS[1:-1])),
    ",".join(_APPLICANTS),
)
# Labels that other tables use as well: they make a row of the requests table only where its own labels stand.
_COMMON_ROWS = ("disposed", "other_other")


def requests(rows: pl.DataFrame, cells: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of requests tables, as ``TablesRead.found``."""
    rows = rows.with_columns(family=pl.col("families").forward_fill().over("document"))
    candidates = rows.filter(
        pl.col("request_at").is_not_null()
        & ~pl.col("request_head")
        & ~pl.col("remedy_head")
        & ~pl.col("measure_head")
        & (pl.col("width") > pl.col("request_at") + 1)
    ).rename({"request": "code"})
    specific = (~pl.col("code").is_in(_COMMON_ROWS)).any().over("document", "table")
    stray = (pl.col("code") == "other_other") & (pl.col("family") != "other").fill_null(True)
    candidates = candidates.filter(specific & ~stray)
    # A table without a head goes on under the head of the table before it.
    heads = (
        rows.select("document", "table")
        .unique(maintain_order=True)
        .join(_standard_heads(rows, labelled), on=["document", "table"], how="left", maintain_order="left")
        .with_columns(head_known=pl.col("standard").forward_fill().over("document").fill_null(False))
    )
    candidates = candidates.join(heads, on=["document", "table"], how="left", maintain_order="left")
    # Most tables have no cell beyond the form's columns.
    wide = ((pl.col("width") - pl.col("request_at") - 1).max() > len(_APPLICANTS)).over("document", "table")
    candidates = candidates.select(
        "document", "table", "row_id", "code", OPEN_END, label_at="request_at", trusted=pl.col("head_known") & ~pl.col("goes_on"), wide=wide
    )
    parted = between_empty_columns(candidates.filter("wide"), cells, len(_APPLICANTS))
    whole = candidates.join(parted.select("row_id").unique(), on="row_id", how="anti", maintain_order="left")
    taken = pl.concat([after_label(whole, cells, len(_APPLICANTS), counted=True), parted])
    return coded(
        taken,
        "requests",
        pl.col("code"),
        code_at(_APPLICANTS, pl.col("ordinal")),
    )


def _standard_heads(rows: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Return ``document``, ``table``, ``standard``: whether a requests head stands there in an order the form knows."""
    heads = rows.filter("request_head").select("document", "table", "row_id")
    order = (
        labelled.filter(pl.col("applicant").is_not_null())
        .join(heads, on="row_id", how="inner")
        .sort("row_id", "cell")
        .group_by("document", "table", maintain_order=True)
        .agg(pl.col("applicant").cast(pl.String).str.join(",").alias("order"))
    )
    # A head repeated at the top of each page repeats the whole order.
    repeated = [",".join([order] * times) for order in _HEAD_ORDERS for times in (1, 2, 3, 4)]
    return order.select("document", "table", standard=pl.col("order").is_in(repeated))
