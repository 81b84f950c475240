"""Recognised characters against the equations of the form: a checksum that scans carry with them.

Here: which numbers of a scan become illegible because an equation over them fails. Not here: numbers that a file holds as
characters; where their equations fail, the source is wrong and is published as printed.

A misread digit breaks the sum of its row and the sum of its column, so where equations of two directions fail, the cells in
both are suspected, and where only one direction fails, all of its cells are. A suspected number stays only when every reading of
it was as sure as recognition gets: then it is the source that does not add up.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from dagster_project.forms.equations import Equation, equations
from dagster_project.reading.document import Document

# How sure all readings of a number must be for it to stand against an equation.
CERTAIN = 0.97
_MILLIONTHS = 1_000_000


def doubt(cells: pl.DataFrame, confidences: pl.DataFrame, documents: Sequence[Document]) -> pl.DataFrame:
    """Return ``cells`` (as schemas.CELLS) with suspected numbers of scans illegible.

    ``confidences``: ``document``, ``cell``, ``confidence`` of recognised cells, NULL where none is known.
    """
    scans = {each.document_id: each for each in documents if each.is_scan and each.verdict is None}
    if not scans:
        return cells
    suspected = []
    for identifier, document in scans.items():
        read = cells.filter(pl.col("document_id") == identifier, pl.col("value").is_not_null())
        values = {cell: int(value * _MILLIONTHS) for cell, value in read.select("cell", "value").iter_rows()}
        sure = confidences.filter(pl.col("document") == document.index, pl.col("confidence") >= CERTAIN)["cell"].to_list()
        printed = cells.filter(pl.col("document_id") == identifier)["cell"]
        rows = frozenset(cell.rpartition(".")[0] for cell in printed)
        suspected += [(identifier, cell) for cell in sorted(suspects(values, equations(rows)) - set(sure))]
    named = pl.DataFrame(suspected, schema={"document_id": pl.String, "cell": pl.String}, orient="row")
    marked = cells.join(named.with_columns(suspected=True), on=["document_id", "cell"], how="left", maintain_order="left")
    doubtful = pl.col("suspected").fill_null(False)
    return marked.with_columns(
        value=pl.when(~doubtful).then(pl.col("value")),
        status=pl.when(doubtful).then(pl.lit("illegible")).otherwise(pl.col("status")),
    ).drop("suspected")


def suspects(values: Mapping[str, int], asked: Sequence[Equation]) -> set[str]:
    """Return the cells that could be misread, judging by the hard equations that fail over ``values``."""
    failing = [
        each
        for each in asked
        if each.severity == "hard"
        and all(cell in values for cell in (*each.left, *each.right))
        and each.difference(values) != 0
    ]
    found: set[str] = set()
    for each in failing:
        own = {*each.left, *each.right}
        crossing = {
            cell for other in failing if other.rule != each.rule for cell in (*other.left, *other.right) if cell in own
        }
        found |= crossing or own
    return found
