"""Rows of the disclosure table: items under the heads of its parts.

Here: which columns a head names, which items stand under it. Not here: which cells after a label are its values (``placing``).
"""

import polars as pl

from dagster_project.forms import registry
from dagster_project.reading.fast.coded import cells_of, coded, no_cells, with_texts
from dagster_project.reading.fast.placing import OPEN_END, after_label


def disclosure(rows: pl.DataFrame, cells: pl.DataFrame, roles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells of disclosure tables, as ``TablesRead.found``, and their heads, as ``TablesRead.heads``."""
    head_rows = rows.filter("measure_head").select("document", "table", "row_id")
    in_head = cells.join(head_rows, on="row_id", how="semi").filter(pl.col("kind") != "blank")
    order = (
        with_texts(in_head, roles)
        .sort("row_id", "cell")
        .group_by("row_id", maintain_order=True)
        .agg(
            measures=pl.col("measure").drop_nulls(),
            # Every cell of the head but its caption must be understood, else the columns cannot be counted.
            clean=(pl.col("measure").is_not_null() | (pl.col("known") & pl.col("item").is_null())).all()
            & (pl.col("measure").drop_nulls().is_unique().all()),
            head_text=pl.col("text").filter(pl.col("measure").is_not_null()),
        )
    )
    # A caption in a row of its own begins a part with a head of its own; without one its columns are not known.
    part = (pl.col("captioned") & pl.col("item_at").is_null() & ~pl.col("measure_head")).cum_sum().over("document", "table")
    rows = (
        rows.join(order, on="row_id", how="left", maintain_order="left")
        .with_columns(part=part)
        .with_columns(pl.col("measures", "clean", "head_text").forward_fill().over("document", "table", "part"))
    )
    candidates = rows.filter(
        pl.col("item_at").is_not_null()
        & pl.col("measures").is_not_null()
        & ~pl.col("measure_head")
        & (pl.col("width") > pl.col("item_at") + 1)
    ).rename({"item": "code"})
    parts = []
    for count in candidates["measures"].list.len().unique().sort():
        part = candidates.filter(pl.col("measures").list.len() == count)
        taken = after_label(
            part.select(
                "document", "table", "row_id", "code", OPEN_END, label_at="item_at", trusted=pl.col("clean") & ~pl.col("goes_on")
            ),
            cells,
            count,
        )
        parts.append(
            taken.join(part.select("row_id", "measures", "head_text"), on="row_id", how="left", maintain_order="left")
        )
    if not parts:
        return no_cells(), pl.DataFrame(schema={"document": pl.UInt32, "cell": registry.cell_codes(), "head_text": pl.UInt32})
    taken = pl.concat(parts).with_columns(
        measure=pl.col("measures").list.get(pl.col("ordinal")),
        head_text=pl.col("head_text").list.get(pl.col("ordinal")),
    )
    items = coded(taken, "disclosure", pl.col("code"), pl.col("measure"), extra=("head_text",))
    heads = items.select("document", "cell", "head_text").unique(
        subset=["document", "cell"], keep="first", maintain_order=True
    )
    # Where an item stands under a head and elsewhere without one, one of the two is not this report's.
    headless = _headless_items(rows).join(items.select("document", "cell").unique(), on=["document", "cell"], how="semi")
    return pl.concat([items.drop("head_text"), headless]), heads


def _headless_items(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the cells of items, undecided, whose row stands first in a table: a page cut it from its head."""
    first = rows.filter(
        (pl.col("row") == 1) & pl.col("item_at").is_not_null() & pl.col("measures").is_null() & (pl.col("width") > pl.col("item_at") + 1)
    )
    known = cells_of("disclosure").select("row", "cell")
    return first.drop("row").join(known, left_on="item", right_on="row", how="inner", maintain_order="left").select(
        "document", "cell", "row_id", at=pl.lit(None, pl.UInt32), text=pl.lit(None, pl.UInt32), decided=pl.lit(False)
    )
