"""Reports that print their zeros as blanks, by their own arithmetic: the weaker statement beside the equations.

Here: which empty cells may be read as zero for the sake of asking, and the equations asked with that reading. Not here: the
strict equations (``equations``); a value is never filled, and a blank stays a blank everywhere else.

A report shows that it leaves zeros empty when every equation that becomes assessable by reading them so holds, and one of
them at least explains a number that is not zero. An empty total over parts that are not zero was left out, not zero, and is
read as nothing. One equation among many that does not hold is told, softly; where they fail as often as not, the report
shows no such habit and nothing is said.
"""

from dataclasses import dataclass

import numpy as np

from dagster_project.auditing.equations import Asked, asked_of
from dagster_project.auditing.sheet import Sheet

SUFFIX = ".blank_as_zero"
# So many equations with numbers must hold for each that fails, before the failing one is told.
HOLDING_FOR_EACH_FAILING = 3


@dataclass(frozen=True)
class Weakly:
    """What the equations of one kind say when blanks are read as zero.

    ``told``: of shape members by equations, the equations of which something is said; they pass where ``asked.failing`` does
    not say otherwise.
    """

    asked: Asked
    told: np.ndarray


def ask_weakly(sheet: Sheet, strictly: Asked) -> Weakly | None:
    """Ask again, with blanks read as zero, what ``strictly`` could not be asked; None when no report gives cause to."""
    doubtful = ~strictly.assessable.all(axis=1)
    members = strictly.kind.members
    if not (doubtful & sheet.empty[members].any(axis=1)).any():
        return None
    readable = sheet.known | (sheet.empty & ~_left_out(sheet, strictly))
    asked = asked_of(sheet, strictly.kind, readable)
    numbers = _any_number(sheet, asked)
    new = asked.assessable & ~strictly.assessable & numbers
    told = np.zeros_like(new)
    tables = np.array([equation.table for equation in asked.equations])
    for table in sorted(set(tables)):
        columns = np.flatnonzero(tables == table)
        speaking = new[:, columns] & (asked.left[:, columns] != 0)
        holding = (speaking & ~asked.failing[:, columns]).sum(axis=1)
        failing = (new & asked.failing)[:, columns].sum(axis=1)
        strict = strictly.failing[:, columns].sum(axis=1)
        shown = (holding > 0) & (holding >= HOLDING_FOR_EACH_FAILING * (failing + strict))
        told[:, columns] = new[:, columns] & shown[:, None]
    return Weakly(asked, told) if told.any() else None


def _left_out(sheet: Sheet, asked: Asked) -> np.ndarray:
    """Return the empty cells that an equation shows to be no zeros: alone on their side, with numbers on the other."""
    left_out = np.zeros_like(sheet.empty)
    members = asked.kind.members
    for equation in asked.equations:
        for alone, others in ((equation.left, equation.right), (equation.right, equation.left)):
            if len(alone) == 1 and alone[0] in sheet.column_of:
                numbers = sheet.take(list(others), members, sheet.values).any(axis=1)
                left_out[members, sheet.column_of[alone[0]]] |= numbers
    return left_out & sheet.empty


def _any_number(sheet: Sheet, asked: Asked) -> np.ndarray:
    """Return whether an equation has an operand that is printed as a number, of shape members by equations."""
    members = asked.kind.members
    return np.stack(
        [sheet.take(list(equation.cells), members, sheet.known).any(axis=1) for equation in asked.equations], axis=1
    )
