"""The kinds of damage by name, and how a row or table to be damaged is chosen.

Here: the register. Not here: any damage (``cells``, ``figures``, ``rows``, ``columns``, ``surroundings``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dagster_project.synthesis.pages import Page, PageRow, PageTable

# The requests table has most of the cells and all of the equations, the others are met often enough all the same.
_TABLE_SHARES = {"disclosure": 25, "requests": 55, "remedies": 20}

Damaging = Callable[[Page, Random], bool]


@dataclass(frozen=True)
class Damage:
    """One kind of damage. ``apply`` damages a page in place and tells whether there was something to damage;
    ``moves_columns``: nobody can tell what it did once the names of the columns are not written."""

    name: str
    apply: Damaging
    moves_columns: bool = False


DAMAGES: dict[str, Damage] = {}


def damage(function: Damaging) -> Damaging:
    """Register a kind of damage under its function's name."""
    DAMAGES[function.__name__] = Damage(function.__name__, function)
    return function


def moves_columns(function: Damaging) -> Damaging:
    """Register a kind of damage that changes the order or number of columns."""
    DAMAGES[function.__name__] = Damage(function.__name__, function, moves_columns=True)
    return function


def any_table(page: Page, random: Random, suits: Callable[[PageTable], bool] = lambda table: True) -> PageTable | None:
    tables = [table for table in page.tables() if table.body() and suits(table)]
    names = sorted({table.name for table in tables})
    if not names:
        return None
    name = random.choices(names, [_TABLE_SHARES[each] for each in names])[0]
    return random.choice([table for table in tables if table.name == name])


def any_row(
    page: Page, random: Random, suits: Callable[[PageRow], bool] = lambda row: True
) -> tuple[PageTable, PageRow] | None:
    """Choose a row with values."""
    table = any_table(page, random, lambda each: any(map(suits, each.body())))
    return None if table is None else (table, random.choice(list(filter(suits, table.body()))))


def labelled(row: PageRow) -> bool:
    return row.code is not None and bool(row.labels) and any(label.role == "row" for label in row.labels)


def undecide(row: PageRow) -> None:
    """Leave open at which cells of the form a row's values stand."""
    for value in row.values:
        value.at = None
        for each in value.glued:
            each.at = None
