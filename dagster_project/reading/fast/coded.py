"""What the tables of a form share on their way to cells: codes of rows and columns, texts by their numbers.

Here: joining codes of rows and columns into cells that a form prints. Not here: any one table.
"""

from functools import cache

import polars as pl

from dagster_project.forms import registry


def with_texts(cells: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Add what is known of the text of each cell. Texts are known by their numbers, which takes a tenth of joining."""
    return pl.concat([cells, texts[cells["text"]]], how="horizontal")


def no_cells() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "document": pl.UInt32,
            "cell": registry.cell_codes(),
            "row_id": pl.UInt32,
            "at": pl.UInt32,
            "text": pl.UInt32,
            "decided": pl.Boolean,
        }
    )


def code_at(codes: tuple[str, ...], ordinal: pl.Expr) -> pl.Expr:
    """Return the code that stands at an ordinal, from 0."""
    return pl.lit(pl.Series(codes, dtype=registry.part_codes())).gather(ordinal)


def coded(taken: pl.DataFrame, table: str, row: pl.Expr, column: pl.Expr, extra: tuple[str, ...] = ()) -> pl.DataFrame:
    """Turn row and column codes into cell codes; combinations that no form prints are dropped."""
    known = cells_of(table)
    return (
        taken.with_columns(row=row, column=column)
        .join(known, on=["row", "column"], how="inner", maintain_order="left")
        .select("document", "cell", "row_id", "at", "text", "decided", *extra)
    )


@cache
def cells_of(table: str) -> pl.DataFrame:
    """Return ``row``, ``column``, ``cell`` of each cell that any form prints in a table."""
    parts = pl.col("row", "column").cast(registry.part_codes())
    cells = registry.cells().filter(table=table).select(parts, pl.col("cell").cast(registry.cell_codes()))
    return cells.unique(maintain_order=True)
