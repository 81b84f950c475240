"""The registry of forms: what each official form prints, cell by cell.

Here: loading, and refusing a registry that contradicts itself. Sources: 国办公开办函〔2019〕60号 (form 2019) and
国办公开办函〔2021〕30号 (form 2021). Not here: comparison of labels (``labels``), equations (``auditing``).
"""

from functools import cache
from pathlib import Path

import polars as pl

FOLDER = Path(__file__).parent / "registry"
TABLES = ("disclosure", "requests", "remedies")


class RegistryError(ValueError):
    """The registry contradicts itself; the message names file, line and what to correct."""


@cache
def load(name: str) -> pl.DataFrame:
    """Return one registry file, every column text. ``name`` without ``.csv``."""
    return pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False)


@cache
def forms() -> pl.DataFrame:
    """Return one row per form: ``form``, titles, authority, years and ``cells_expected`` (Int32)."""
    return load("forms").with_columns(pl.col("cells_expected", "sort_order").cast(pl.Int32))


@cache
def cells() -> pl.DataFrame:
    """Return one row per form and cell: ``form``, ``cell``, ``table``, ``row``, ``column``, labels, ``kind``, ``unit``, ``presence``.

    ``presence`` is ``regular`` for what the form prints and ``alternative`` for rows that reports of this form borrow from
    the other one (其他处理 in one row or in three).
    """
    frame = load("cells")
    repeated = frame.filter(pl.struct("form", "cell").is_duplicated())
    if repeated.height:
        raise RegistryError(
            f"cells.csv: expected each form and cell once, found {repeated['cell'][0]} of form {repeated['form'][0]} twice."
        )
    regular = (
        frame.filter(presence="regular")
        .group_by("form")
        .len("found")
        .join(forms(), on="form", how="full", coalesce=True)
    )
    for form, found, expected in regular.select("form", "found", "cells_expected").iter_rows():
        if found != expected:
            raise RegistryError(
                f"cells.csv: expected {expected} regular cells of form {form} as forms.csv says, found {found}."
            )
    return frame


@cache
def cell_codes() -> pl.Enum:
    """Return the codes of all cells of all forms in alphabetical order, as a type: numbers that sort and join as the texts do."""
    return pl.Enum(cells()["cell"].unique().sort())


@cache
def part_codes() -> pl.Enum:
    """Return the codes of all rows, columns and other parts of tables that labels name, as a type: numbers instead of texts."""
    parts = pl.concat([cells()["row"], cells()["column"], load("labels")["code"]])
    return pl.Enum(parts.unique().sort())


@cache
def labels() -> pl.DataFrame:
    """Return one row per known label: ``table``, ``role`` (row, column, family, caption), ``code``, ``label``, ``origin``."""
    known = set(cells().select("table", "row").rows()) | set(cells().select("table", "column").rows())
    frame = load("labels")
    for number, (table, role, code) in enumerate(frame.select("table", "role", "code").iter_rows(), start=2):
        if role in ("row", "column") and (table, code) not in known:
            raise RegistryError(
                f"labels.csv, line {number}: expected a {role} of table {table} in cells.csv, found '{code}'."
            )
    return frame


@cache
def row_order(table: str, form: str) -> tuple[str, ...]:
    """Return the row codes of a form's table in the order printed."""
    rows = cells().filter(form=form, table=table, presence="regular")
    return tuple(rows["row"].unique(maintain_order=True))


@cache
def column_order(table: str) -> tuple[str, ...]:
    """Return the column codes of a table in the order printed (the same in both forms for requests and remedies)."""
    rows = cells().filter(table=table)
    return tuple(rows["column"].unique(maintain_order=True))
