"""Labels, units, legal basis and caveats of the published columns: ``columns.csv``, one row per column name.

Here: reading that file. A column that recurs in many tables has one row and so the same label everywhere; ``table.column``
stands where the same name means another thing in one table. Not here: what a column means in its table, which the dbt model
says; the labels of tables, which stand in the model's meta.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COLUMNS = Path(__file__).with_name("columns.csv")


@dataclass(frozen=True)
class Label:
    """How a column is shown: label in Chinese and English, unit of its numbers, legal basis, caveat; "" where there is none."""

    label_zh: str = ""
    label_en: str = ""
    unit: str = ""
    legal_basis: str = ""
    caveat: str = ""


@cache
def labels() -> Mapping[str, Label]:
    """Return the labels by column, or by ``table.column``.

    Raises:
        ValueError: a column has two rows.
    """
    found: dict[str, Label] = {}
    with COLUMNS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row.pop("column")
            if name in found:
                raise ValueError(f"Expected one row for {name} in {COLUMNS.name}, found two. Remove one.")
            found[name] = Label(**row)
    return found


def label(table: str, column: str) -> Label:
    """Return the label of a column of a table, an empty one when ``columns.csv`` has none (a test fails on that)."""
    return labels().get(f"{table}.{column}") or labels().get(column) or Label()
