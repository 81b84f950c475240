"""What printed numbers may be, and how they must relate where no sum is printed: ranges and expectations as data.

Here: whole numbers, signs, sizes and units (ranges.csv), relations between cells of one report (expectations.csv), asked of
all reports of a sheet. Not here: the equations of printed totals (``equations``), anything about other years or the body.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from dagster_project.auditing.sheet import MILLIONTHS, Kind, Sheet
from dagster_project.forms import registry

_RELATIONS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    "=": np.equal,
}


@dataclass(frozen=True)
class Range:
    """What the numbers in some columns of a table may be. Bounds in millionths, None where there is none."""

    rule: str
    table: str
    columns: tuple[str, ...]
    whole: bool
    at_least: int | None
    at_most: int | None
    unit_required: bool
    severity: str

    @property
    def sentence(self) -> str:
        words = ["a whole number"] if self.whole else ["a number"]
        words += [f"of at least {self.at_least // MILLIONTHS}"] if self.at_least is not None else []
        words += [f"of at most {self.at_most // MILLIONTHS}"] if self.at_most is not None else []
        words += ["with a unit printed beside it or in its head"] if self.unit_required else []
        return " ".join(words)


@dataclass(frozen=True)
class Expectation:
    """One relation at one place: the sum of ``left`` cells stands in ``relation`` to the sum of ``right`` cells."""

    rule: str
    severity: str
    place: str
    left: tuple[str, ...]
    relation: str
    right: tuple[str, ...]


@cache
def ranges() -> tuple[Range, ...]:
    """Return the ranges of the registry.

    Raises:
        registry.RegistryError: a range names a table or column that the registry does not know, or no number as its bound.
    """
    found = []
    for line, row in enumerate(registry.load("ranges").iter_rows(named=True), start=2):
        columns = tuple(row["columns"].split())
        for column in columns:
            if column not in registry.column_order(row["table"]):
                raise registry.RegistryError(
                    f"ranges.csv, line {line}: expected a column of table {row['table']}, found '{column}'."
                )
        bounds = [_bound(row[name], name, line) for name in ("at_least", "at_most")]
        whole, unit = row["whole"] == "yes", row["unit_required"] == "yes"
        found.append(Range(row["range"], row["table"], columns, whole, *bounds, unit, row["severity"]))
    return tuple(found)


def _bound(text: str | None, name: str, line: int) -> int | None:
    if not text:
        return None
    try:
        return int(text) * MILLIONTHS
    except ValueError as error:
        raise registry.RegistryError(
            f"ranges.csv, line {line}: expected a whole number or nothing as {name}, found '{text}'."
        ) from error


@cache
def expectations(printed: frozenset[str]) -> tuple[Expectation, ...]:
    """Return the expectations of a report that prints these cells: those of which it prints every cell.

    Raises:
        registry.RegistryError: an expectation names a row, column or relation that the registry does not know.
    """
    spelled = []
    for line, rule in enumerate(registry.load("expectations").iter_rows(named=True), start=2):
        table, across = rule["table"], rule["for_each"] == "row"
        if rule["relation"] not in _RELATIONS:
            raise registry.RegistryError(
                f"expectations.csv, line {line}: expected a relation of {', '.join(_RELATIONS)}, found '{rule['relation']}'."
            )
        left, right = (tuple(() if rule[side] == "0" else rule[side].split()) for side in ("left", "right"))
        known = registry.cells().filter(table=table)
        for term in (*left, *right):
            if term not in set(known["column" if across else "row"]):
                raise registry.RegistryError(
                    f"expectations.csv, line {line}: expected a {'column' if across else 'row'} of table {table}, found '{term}'."
                )
        for place in known["row" if across else "column"].unique(maintain_order=True):
            sides = [
                tuple(f"{table}.{place}.{term}" if across else f"{table}.{term}.{place}" for term in side)
                for side in (left, right)
            ]
            if printed.issuperset((*sides[0], *sides[1])):
                spelled.append(Expectation(rule["expectation"], rule["severity"], place, sides[0], rule["relation"], sides[1]))
    return tuple(spelled)


@dataclass(frozen=True)
class Expected:
    """One expectation asked of the reports of one kind: sides in millionths, whether they are known, whether it holds."""

    expectation: Expectation
    members: np.ndarray
    left: np.ndarray
    right: np.ndarray
    left_known: np.ndarray
    right_known: np.ndarray
    holds: np.ndarray


def ask_expectations(sheet: Sheet, kind: Kind) -> Iterator[Expected]:
    """Ask the expectations of the reports of one kind."""
    for expectation in expectations(kind.printed):
        sums, known = [], []
        for side in (expectation.left, expectation.right):
            sums.append(sheet.take(list(side), kind.members, sheet.values).sum(axis=1))
            known.append(sheet.take(list(side), kind.members, sheet.known).all(axis=1))
        holds = _RELATIONS[expectation.relation](*sums)
        yield Expected(expectation, kind.members, *sums, *known, holds)


@dataclass(frozen=True)
class Ranged:
    """One range asked of the reports of one kind. ``outside`` and ``known``: members by ``codes``."""

    range: Range
    codes: tuple[str, ...]
    members: np.ndarray
    outside: np.ndarray
    known: np.ndarray


def ask_ranges(sheet: Sheet, kind: Kind) -> Iterator[Ranged]:
    """Ask the ranges of the reports of one kind that print cells they are about."""
    for each in ranges():
        codes = tuple(
            sorted(code for code in kind.printed if code.startswith(f"{each.table}.") and code.rpartition(".")[2] in each.columns)
        )
        if not codes:
            continue
        values = sheet.take(list(codes), kind.members, sheet.values)
        known = sheet.take(list(codes), kind.members, sheet.known)
        large = sheet.take(list(codes), kind.members, sheet.too_large)
        known |= large
        outside = np.zeros_like(known)
        if each.whole:
            outside |= large | (values % MILLIONTHS != 0)
        if each.at_least is not None:
            outside |= values < each.at_least
        if each.at_most is not None:
            outside |= values > each.at_most
        if each.unit_required:
            # Nothing needs no unit.
            outside |= (values != 0) & ~sheet.take(list(codes), kind.members, sheet.with_unit)
        yield Ranged(each, codes, kind.members, outside & known, known)
