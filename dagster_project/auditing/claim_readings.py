"""What a figure in a sentence may mean: the accepted readings of the registry, worked out over a report's cells.

Here: the readings of forms/registry/claim_readings.csv, and what they are worked out from. Not here: sentences (``claims``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dagster_project.auditing.equations import counted_rows
from dagster_project.auditing.sheet import MILLIONTHS
from dagster_project.forms import registry

# The number that a cell prints in whole millionths, None where it prints none.
NumberOf = Callable[[str], int | None]


@dataclass(frozen=True)
class Report:
    """What claims are compared with: a report's year, body and form, the rows it prints and the numbers of its cells."""

    year: int | None
    body: str
    form: str | None
    rows: frozenset[str]
    number_of: NumberOf


@dataclass(frozen=True)
class Reading:
    """One accepted meaning of a claim: the sum of ``plus`` cells less that of ``minus`` cells."""

    name: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (*self.plus, *self.minus)

    def value(self, number_of: NumberOf) -> Decimal | None:
        """Return what the table says, None when a cell is no number."""
        total = 0
        for cells, sign in ((self.plus, 1), (self.minus, -1)):
            for cell in cells:
                number = number_of(cell)
                if number is None:
                    return None
                total += sign * number
        return Decimal(total) / MILLIONTHS


@cache
def readings(subject: str, form: str | None, rows: frozenset[str]) -> tuple[Reading, ...]:
    """Return the accepted readings of a subject in a report of ``form`` that prints ``rows`` (``table.row``).

    Raises:
        registry.RegistryError: a reading names a cell that no form has.
    """
    known = set(registry.cells()["cell"])
    found = []
    for line, row in enumerate(registry.load("claim_readings").iter_rows(named=True), start=2):
        if row["subject"] != subject or (row["form"] and row["form"] != form):
            continue
        plus: list[str] = []
        minus: list[str] = []
        for term in row["cells"].split():
            cells = _family(term, form, rows, line) if term.startswith("@") else [term.removeprefix("-")]
            for cell in cells:
                if cell not in known:
                    raise registry.RegistryError(
                        f"claim_readings.csv, line {line}: expected a cell of a form in cells.csv, found '{cell}'."
                    )
            (minus if term.startswith("-") else plus).extend(cells)
        if plus and all(cell.rpartition(".")[0] in rows for cell in (*plus, *minus)):
            found.append(Reading(row["reading"], tuple(plus), tuple(minus)))
    return tuple(found)


def _family(term: str, form: str | None, rows: frozenset[str], line: int) -> list[str]:
    """Return the leaf rows of a family of outcomes that a report prints, in one column: ``@refused.total``."""
    family, _, column = term.removeprefix("@").partition(".")
    members = registry.load("outcomes").filter(family=family)["code"].to_list()
    if not members:
        raise registry.RegistryError(
            f"claim_readings.csv, line {line}: expected a family of outcomes.csv after '@', found '{family}'."
        )
    counted = counted_rows(form, rows)
    return [f"requests.{member}.{column}" for member in members if f"requests.{member}" in counted]
