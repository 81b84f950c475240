"""The equations of the forms, asked of all reports at once.

Here: which equations a report has, and what their sides add up to: pass, fail, or not assessable when an operand is not a
number (blank is not zero). Not here: the equations as data (``forms.equations``), what a failure means (``diagnosis``), the
weaker statement about blanks (``blanks``), rows of findings (``findings``); changing a value.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from dagster_project.auditing.sheet import Kind, Sheet
from dagster_project.forms import registry
from dagster_project.forms.equations import Equation, equations


def equations_of(kind: Kind) -> tuple[Equation, ...]:
    """Return the equations of a kind of report.

    A report that prints 其他处理 in one row and in three holds the same requests twice: its form's own rows are added, the
    borrowed one only stands in for them. With its own rows incomplete, nobody can say what to add, and the sum names cells
    that are not there, which makes it not assessable.
    """
    asked = {(equation.rule, equation.place): equation for equation in equations(kind.rows)}
    for equation in equations(counted_rows(kind.form, kind.rows)):
        if (equation.rule, equation.place) in asked:
            asked[equation.rule, equation.place] = equation
    return tuple(asked.values())


@cache
def counted_rows(form: str | None, rows: frozenset[str]) -> frozenset[str]:
    """Return the rows whose numbers make up the sums of a report of ``form`` that prints ``rows``."""
    family_of = dict(registry.load("outcomes").select("code", "family").iter_rows())
    own: dict[str, set[str]] = {}
    borrowed: dict[str, set[str]] = {}
    places = registry.cells().filter(form=form).select("table", "row", "presence").unique()
    for table, row, presence in places.iter_rows():
        if row in family_of:
            (own if presence == "regular" else borrowed).setdefault(family_of[row], set()).add(f"{table}.{row}")
    counted = set(rows)
    for family, standing_in in borrowed.items():
        theirs = own.get(family, set())
        if not standing_in & rows:
            continue
        if theirs <= rows:
            counted -= standing_in
        elif theirs & rows:
            counted = counted - standing_in | theirs
        else:
            counted |= standing_in
    return frozenset(counted)


@dataclass(frozen=True)
class Asked:
    """The equations of the reports of one kind, and what the sides of each add up to.

    ``left`` and ``right``: int64 in millionths; ``left_known`` and ``right_known``: every operand is a number. All of shape
    members by equations.
    """

    kind: Kind
    equations: tuple[Equation, ...]
    left: np.ndarray
    right: np.ndarray
    left_known: np.ndarray
    right_known: np.ndarray

    @cached_property
    def assessable(self) -> np.ndarray:
        return self.left_known & self.right_known

    @cached_property
    def residual(self) -> np.ndarray:
        """Left less right, 0 where it is not assessable."""
        return np.where(self.assessable, self.left - self.right, 0)

    @cached_property
    def failing(self) -> np.ndarray:
        return self.residual != 0


def ask(sheet: Sheet) -> list[Asked]:
    """Ask every equation of every report of a sheet."""
    return [asked_of(sheet, kind, sheet.known) for kind in sheet.kinds()]


def asked_of(sheet: Sheet, kind: Kind, known: np.ndarray) -> Asked:
    """Ask the equations of one kind, with ``known`` saying which values count as numbers."""
    spelled = equations_of(kind)
    codes = sorted({code for equation in spelled for code in equation.cells})
    place = {code: at for at, code in enumerate(codes)}
    values = sheet.take(codes, kind.members, sheet.values)
    numbers = sheet.take(codes, kind.members, known)
    shape = (len(kind.members), len(spelled))
    sums = [np.zeros(shape, dtype=np.int64) for _ in range(2)]
    whole = [np.zeros(shape, dtype=bool) for _ in range(2)]
    for at, equation in enumerate(spelled):
        for side, terms in enumerate((equation.left, equation.right)):
            columns = [place[code] for code in terms]
            sums[side][:, at] = values[:, columns].sum(axis=1)
            whole[side][:, at] = numbers[:, columns].all(axis=1)
    return Asked(kind, spelled, *sums, *whole)
