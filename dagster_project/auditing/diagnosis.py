"""What failing equations mean: the one cell that explains them, a known pattern, or how many explanations there are.

Here: a diagnosis for each report and group of connected equations with a failing one, worked out for reports with the same failing equations
at once; passing reports cost nothing. Not here: who is to blame (``findings``); changing a value.

A suspect is named only when exactly one cell explains every failing equation of its table and no two cells could look like
it. A report with more errors than the code can tell apart gets the number of its explanations, never one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from dagster_project.auditing.code import Change, Code, code_of
from dagster_project.auditing.equations import Asked
from dagster_project.auditing.sheet import Sheet, number
from dagster_project.auditing.shifts import shifts_of
from dagster_project.forms.equations import Equation

PATTERNS = (
    "single_cell",
    "row_shift",
    "column_shift",
    "rows_exchanged",
    "whole_column",
    "total_in_two_columns",
    "compensating",
    "two_cells",
    "several",
    "unexplained",
)
# So many cells are named in a sentence.
_NAMED = 4
# Fewer rows that break their sums are rows with errors, not a column with one.
_ROWS_OF_A_COLUMN = 3
# An amount that stands in an applicant's column stands in the column of totals too.
_COLUMNS_OF_A_TOTAL = 2


@dataclass(frozen=True)
class Diagnosis:
    """What the failing equations of one table of one report mean.

    ``suspect`` and ``implied`` (in millionths) only when certain; ``explanations``: how many changes of one cell, of two
    cells, or of shifted values would make every equation hold, whichever the pattern counts.
    """

    pattern: str
    sentence: str
    explanations: int
    suspect: str | None = None
    implied: int | None = None


def diagnose(sheet: Sheet, asked: Asked) -> Iterator[tuple[int, np.ndarray, Diagnosis]]:
    """Yield, for each group of connected equations of which one fails: the member, the equations, the diagnosis.

    Equations without a common cell say nothing about each other: the request table is one group, each channel of remedies
    another. Equations are given by their places in ``asked``.
    """
    if not asked.failing.any():
        return
    for lines in _independent(asked.equations):
        members = np.flatnonzero(asked.failing[:, lines].any(axis=1))
        if not len(members):
            continue
        code = code_of(tuple(asked.equations[line] for line in lines))
        values = sheet.take(list(code.codes), asked.kind.members[members], sheet.values)
        residuals = asked.residual[np.ix_(members, lines)]
        assessable = asked.assessable[np.ix_(members, lines)]
        for place, diagnosis in _of_group(code, asked.kind.form, residuals, assessable, values):
            yield int(members[place]), lines, diagnosis


@cache
def _independent(equations: tuple[Equation, ...]) -> tuple[np.ndarray, ...]:
    """Return the groups of equations that are connected by their cells."""
    groups: list[tuple[set[str], list[int]]] = []
    for line, equation in enumerate(equations):
        cells, lines = set(equation.cells), [line]
        apart = []
        for group in groups:
            if group[0] & cells:
                cells |= group[0]
                lines += group[1]
            else:
                apart.append(group)
        groups = [*apart, (cells, lines)]
    return tuple(np.array(sorted(lines), dtype=np.int64) for _, lines in sorted(groups, key=lambda group: min(group[1])))


def _of_group(
    code: Code, form: str | None, residuals: np.ndarray, assessable: np.ndarray, values: np.ndarray
) -> Iterator[tuple[int, Diagnosis]]:
    signatures = np.hstack([residuals != 0, assessable])
    _, group_of = np.unique(signatures, axis=0, return_inverse=True)
    group_of = group_of.ravel()
    for group in range(group_of.max() + 1):
        members = np.flatnonzero(group_of == group)
        mask = assessable[members[0]]
        singles = code.seen(mask).singles(residuals[members], values[members])
        for place, member in enumerate(members):
            changes = [Change(cell, int(implied[place])) for cell, explains, implied in singles if explains[place]]
            if len(changes) == 1 and code.seen(mask).certain(changes[0].cell):
                yield int(member), _single(code, changes[0], values[member])
            elif changes:
                yield int(member), _one_of(code, changes, mask, values[member])
            else:
                yield int(member), _deeper(code, form, residuals[member], mask, values[member])


def _single(code: Code, change: Change, values: np.ndarray) -> Diagnosis:
    cell = code.codes[change.cell]
    return Diagnosis(
        "single_cell",
        f"One wrong cell explains every failing equation of the table: {cell} prints {number(values[change.cell])} and "
        f"would have to be {number(change.implied)}.",
        1,
        cell,
        change.implied,
    )


def _one_of(code: Code, changes: list[Change], mask: np.ndarray, values: np.ndarray) -> Diagnosis:
    if len(changes) == 1:
        cell = code.codes[changes[0].cell]
        because = (
            "no other cell could be changed to a count that fits"
            if mask.all()
            else f"{(~mask).sum()} of the table's {len(mask)} equations could not be asked"
        )
        return Diagnosis(
            "several",
            f"If one cell is wrong it is {cell}, which prints {number(values[changes[0].cell])} and would have to be "
            f"{number(changes[0].implied)}, but it is not located for certain: {because}, and two wrong cells could look the same.",
            1,
        )
    listed = ", ".join(f"{code.codes[change.cell]} ({number(change.implied)})" for change in changes[:_NAMED])
    more = f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return Diagnosis(
        "several", f"{len(changes)} cells could each explain it alone, each with another value: {listed}{more}.", len(changes)
    )


def _deeper(code: Code, form: str | None, residual: np.ndarray, mask: np.ndarray, values: np.ndarray) -> Diagnosis:
    if not mask.all():
        return Diagnosis(
            "unexplained",
            f"No single cell explains the failing equations, and {(~mask).sum()} of the table's {len(mask)} equations could not be asked.",
            0,
        )
    shifted = shifts_of(code.equations, form).explain(values, residual != 0)
    if shifted is not None:
        shift, tables = shifted
        others = f" {tables - 1} other shifts would do the same." if tables > 1 else ""
        return Diagnosis(shift.pattern, f"Every equation of the table holds when {shift.sentence}.{others}", tables)
    whole = _whole_column(code, residual, values)
    if whole is not None:
        return whole
    pairs = code.seen(mask).pairs(residual, values)
    if not pairs:
        return Diagnosis(
            "unexplained", "Neither one wrong cell nor two, nor values that stand one place off, explain the failing equations.", 0
        )
    return _two_columns(code, residual, pairs) or _two_cells(code, pairs, values)


def _whole_column(code: Code, residual: np.ndarray, values: np.ndarray) -> Diagnosis | None:
    """Recognise sums that fail in every row with numbers while every column holds: a column is off, or values are by one."""
    failing = {int(line) for line in np.flatnonzero(residual)}
    rules = {code.equations[line].rule for line in failing}
    if len(rules) != 1 or len(failing) < _ROWS_OF_A_COLUMN:
        return None
    rule = rules.pop()
    asked = [line for line, equation in enumerate(code.equations) if equation.rule == rule]
    columns = [line for line in range(len(code.equations)) if line not in asked]
    busy = {line for line in asked if values[np.flatnonzero(code.matrix[line])].any()}
    if not columns or busy != failing:
        return None
    return Diagnosis(
        "whole_column",
        f"{rule} fails in all {len(failing)} rows with numbers, while every other equation of the table holds: a whole column is "
        "wrong or left at zero, or the values stand one column off.",
        0,
    )


def _two_columns(code: Code, residual: np.ndarray, pairs: list[tuple[Change, Change]]) -> Diagnosis | None:
    """Recognise a total that is short or long by the same in two columns, one of them the column of totals."""
    failing = [code.equations[line] for line in np.flatnonzero(residual)]
    amounts = {int(amount) for amount in residual[residual != 0]}
    rows = sorted({_row(code, one) for one, two in pairs if _row(code, one) == _row(code, two)})
    alike = len({equation.rule for equation in failing}) == 1 and len(amounts) == 1
    in_two = len(failing) == _COLUMNS_OF_A_TOTAL and any(equation.place == "total" for equation in failing)
    if not (alike and in_two) or len(failing[0].left) != 1 or len(rows) != len(pairs):
        return None
    amount = amounts.pop()
    total = failing[0].left[0].split(".")[1]
    columns = " and ".join(equation.place for equation in failing)
    direction = "short of" if amount < 0 else "above"
    return Diagnosis(
        "total_in_two_columns",
        f"Row {total} is {number(abs(amount))} {direction} the sum of its lines in two columns ({columns}), while every other "
        f"equation of the table holds: the total, or its lines, are wrong in both columns alike, and which cannot be told. "
        f"{_counted(len(pairs), 'line')} alone could be: {_listed(rows)}.",
        len(pairs),
    )


def _two_cells(code: Code, pairs: list[tuple[Change, Change]], values: np.ndarray) -> Diagnosis:
    def told(pair: tuple[Change, Change]) -> str:
        return " and ".join(
            f"{code.codes[each.cell]} (prints {number(values[each.cell])}, would be {number(each.implied)})" for each in pair
        )

    cancelled = [_cancelled(code, pair, values) for pair in pairs]
    others = "" if len(pairs) == 1 else f" {len(pairs)} pairs of cells would explain it, for example"
    if all(cancelled):
        line = cancelled[0] if len(set(cancelled)) == 1 else "not the same in each case"
        return Diagnosis(
            "compensating",
            f"Two errors that cancel each other in one equation ({line}) explain it:{others} {told(pairs[0])}.",
            len(pairs),
        )
    if len(pairs) == 1:
        return Diagnosis("two_cells", f"No single cell explains it, but exactly one pair of cells does: {told(pairs[0])}.", 1)
    return Diagnosis("several", f"No single cell explains it:{others} {told(pairs[0])}.", len(pairs))


def _cancelled(code: Code, pair: tuple[Change, Change], values: np.ndarray) -> str | None:
    """Return the equation that holds with both changes and without either, None when there is none."""
    one, two = pair
    for line in sorted(set(code.asked_by[one.cell]) & set(code.asked_by[two.cell])):
        if not sum(code.matrix[line, each.cell] * (each.implied - int(values[each.cell])) for each in pair):
            return f"{code.equations[line].rule} at {code.equations[line].place}"
    return None


def _row(code: Code, change: Change) -> str:
    return code.codes[change.cell].split(".")[1]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
