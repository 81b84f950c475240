"""The one row of the remedies table: results of review and of suits, by channel.

Here: its head in the form's own order, its values, rows elsewhere that could be its values as well. Not here: which cells are taken
(``placing``).
"""

import polars as pl

from dagster_project.forms import registry
from dagster_project.reading.fast.coded import code_at, coded
from dagster_project.reading.fast.placing import after_label

_RESULTS = registry.column_order("remedies")
_CHANNELS = registry.row_order("remedies", "2021")


def remedies(rows: pl.DataFrame, cells: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of remedies tables, as ``TablesRead.found``."""
    heads = rows.filter("remedy_head").select("document", "table", "row_id")
    order = (
        labelled.join(heads, on="row_id", how="inner")
        .sort("row_id", "cell")
        .group_by("document", "table", maintain_order=True)
        .agg(
            results=pl.col("result").drop_nulls().cast(pl.String).str.join(","),
            channels=pl.col("channel").drop_nulls().cast(pl.String).str.join(","),
            last_head=pl.col("row_id").max(),
        )
    )
    whole = (pl.col("results") == ",".join([*_RESULTS] * len(_CHANNELS))) & (
        pl.col("channels") == ",".join(_CHANNELS)
    )
    # Beside a head in another order one in the form's own may be that of other figures.
    lone = whole.all().over("document")
    order = order.filter(pl.col("results").str.count_matches(",") + 1 >= len(_RESULTS)).with_columns(lone=lone).filter(whole)
    count = len(_CHANNELS) * len(_RESULTS)
    order = order.with_columns(lone=pl.col("lone") & ~pl.col("document").is_in(_with_loose_lines(rows, cells, order, count).implode()))
    told = (
        cells.join(rows.join(order, on=["document", "table"], how="semi").select("row_id"), on="row_id", how="semi")
        .group_by("row_id")
        .agg(
            blank=(pl.col("kind") == "blank").all(),
            labelled=pl.col("known").any(),
            unclear=(pl.col("kind") == "ambiguous").any(),
            ends_blank=pl.col("kind").last() == "blank",
            cells=pl.len(),
        )
    )
    head_ends = told.select(last_head="row_id", open_end="ends_blank", head_width="cells")
    candidates = (
        rows.join(order, on=["document", "table"], how="inner", maintain_order="left")
        .with_columns(widest=pl.col("width").max().over("document", "table"))
        .filter((pl.col("row_id") > pl.col("last_head")) & (pl.col("width") >= count))
        .join(told, on="row_id", how="left", maintain_order="left")
        .filter(~pl.col("labelled"))
        .join(head_ends, on="last_head", how="left", maintain_order="left")
        # An empty column at the end of the head has its blanks somewhere in the values' row too. A head as wide as that row is filled up.
        .with_columns(trimmed=pl.col("trimmed") | (pl.col("open_end") & (pl.col("head_width") != pl.col("width"))))
    )
    unread = _beside_unread(rows, told, order, candidates)
    # A row of blanks below the values is layout; a row of blanks alone is the report's answer.
    filled = (~pl.col("blank")).sum().over("document", "table")
    candidates = (
        candidates.filter((filled == 0) | ~pl.col("blank"))
        .with_columns(
            # Two rows of values under one head: which of them is the report's nobody can tell.
            single=((pl.len().over("document", "table") == 1) | pl.col("blank"))
            & pl.col("lone")
            & ~pl.col("document").is_in(unread.implode())
            # Two values in one cell, and the blank that this left at the row's end went with an empty column or as a filler.
            & ~(pl.col("unclear") & (pl.col("trimmed") | (pl.col("widest") > count))),
        )
        .unique(subset=["document", "table"], keep="first", maintain_order=True)
    )
    taken = after_label(
        candidates.select(
            "document", "table", "row_id", "trimmed", code=pl.lit(None, registry.part_codes()), label_at=pl.lit(-1, pl.Int64), trusted="single"
        ),
        cells,
        count,
    )
    each = len(_RESULTS)
    return coded(
        taken,
        "remedies",
        code_at(_CHANNELS, pl.col("ordinal") // each),
        code_at(_RESULTS, pl.col("ordinal") % each),
    )


def _with_loose_lines(rows: pl.DataFrame, cells: pl.DataFrame, headed: pl.DataFrame, count: int) -> pl.Series:
    """Return the documents with a line of as many numbers as the remedies table has, but in no table with its head, while a table with
    its head has one too: which of them is the report's nobody can tell."""
    keys = ["document", "table"]
    wide = rows.filter(pl.col("width") >= count).join(headed.select("document").unique(), on="document", how="semi")
    if not wide.join(headed, on=keys, how="anti").height:
        return pl.Series("document", [], dtype=pl.UInt32)  # as in nearly all reports
    lines = (
        cells.join(wide.select("row_id", *keys), on="row_id", how="inner")
        .group_by(*keys, "row_id")
        .agg(filled=(pl.col("kind") != "blank").sum(), words=(pl.col("known") | pl.col("worded")).any())
        .filter((pl.col("filled") == count) & ~pl.col("words"))
    )
    below = lines.join(headed, on=keys, how="semi")["document"]
    loose = lines.join(headed, on=keys, how="anti")["document"].unique()
    return loose.filter(loose.is_in(below.implode()))


def _beside_unread(rows: pl.DataFrame, told: pl.DataFrame, headed: pl.DataFrame, candidates: pl.DataFrame) -> pl.Series:
    """Return the documents with several tables of this head, one of which holds something below it that are no cells of such a row: the
    report's own values may be those, and the row of the other last year's."""
    keys = ["document", "table"]
    several = headed.filter(pl.len().over("document") > 1)
    if not several.height:
        return pl.Series("document", [], dtype=pl.UInt32)  # as in nearly all reports
    without = several.join(candidates, on=keys, how="anti")
    below = rows.join(without, on=keys, how="inner").filter(pl.col("row_id") > pl.col("last_head"))
    return below.join(told, on="row_id", how="inner").filter(~pl.col("blank") & ~pl.col("labelled"))["document"].unique()
