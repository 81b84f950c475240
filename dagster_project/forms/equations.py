"""The equations of the forms as data: which cells must add up to which.

Here: the registry's equations spelled out over the cells that a report prints. Not here: asking them of a report (auditing),
using them as a checksum (reading).

Sources: the caption printed on the request table (第一项加第二项之和，等于第三项加第四项之和) and the definitions of the totals in
国办公开办函〔2019〕60号 and 〔2021〕30号.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dagster_project.forms import registry

_SETS = {"@outcomes": "outcomes", "@applicant_types": "applicant_types", "@results": "remedies"}


@dataclass(frozen=True)
class Equation:
    """One equation at one place: the sum of ``left`` cells equals the sum of ``right`` cells."""

    rule: str
    severity: str
    place: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return (*self.left, *self.right)

    @property
    def table(self) -> str:
        return self.left[0].partition(".")[0]

    def difference(self, values: Mapping[str, int | Decimal]) -> int | Decimal:
        """Return by how much the left side exceeds the right; 0 where the equation holds. All of its cells have values."""
        return sum(values[cell] for cell in self.left) - sum(values[cell] for cell in self.right)


@cache
def equations(printed_rows: frozenset[str]) -> tuple[Equation, ...]:
    """Return the equations of a report that prints these rows (``table.row``), in the registry's order.

    Raises:
        registry.RegistryError: an equation names a row, column or set that the registry does not know.
    """
    spelled = []
    for line, rule in enumerate(registry.load("equations").iter_rows(named=True), start=2):
        table = rule["table"]
        columns = registry.column_order(table)
        rows = tuple(row.split(".")[1] for row in sorted(printed_rows) if row.startswith(f"{table}."))
        left, right = (_terms(rule[side], line) for side in ("left", "right"))
        known = set(columns) if rule["for_each"] == "row" else set(registry.cells().filter(table=table)["row"])
        for term in (*left, *right):
            if term not in known:
                raise registry.RegistryError(
                    f"equations.csv, line {line}: expected a {'column' if rule['for_each'] == 'row' else 'row'} of table {table}, found '{term}'."
                )
        if rule["for_each"] == "column":
            left, right = (tuple(term for term in side if term in rows) for side in (left, right))
        if not left or not right:
            continue
        for place in columns if rule["for_each"] == "column" else rows:
            cells = [
                tuple(
                    f"{table}.{term}.{place}" if rule["for_each"] == "column" else f"{table}.{place}.{term}"
                    for term in side
                )
                for side in (left, right)
            ]
            spelled.append(Equation(rule["equation"], rule["severity"], place, *cells))
    return tuple(spelled)


def _terms(text: str, line: int) -> tuple[str, ...]:
    terms: list[str] = []
    for term in text.split():
        if not term.startswith("@"):
            terms.append(term)
        elif term in _SETS:
            members = registry.load(_SETS[term])
            terms += (members.filter(kind="result") if "kind" in members.columns else members)["code"].to_list()
        else:
            raise registry.RegistryError(
                f"equations.csv, line {line}: expected a set of {', '.join(_SETS)}, found '{term}'."
            )
    return tuple(terms)
