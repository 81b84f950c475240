"""The equations of one table as a code: which cell stands in which equation, and which errors look alike.

Here: the matrix of a table's equations, built from the registry, and the explanations of a residual by one cell or by two.
Not here: shifts of whole rows and columns (``shifts``), what is said about an explanation (``diagnosis``).

The request table of 2021 is a two-dimensional parity code: 39 equations of rank 37 over 175 cells, at least four cells apart
from one sound table to the next. One wrong cell is located exactly and two are always noticed, never taken for another one.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from dagster_project.auditing.sheet import MILLIONTHS
from dagster_project.forms.equations import Equation

# A cell's change is told apart from two others' by adding them up with these factors; the matrix holds 1, 0 and -1.
_FACTORS = (-2, -1, 1, 2)
# Reports with blanks have as many sets of assessable equations as ways to leave blanks; so many are kept at hand.
_MOST_SEEN = 256


@dataclass(frozen=True)
class Change:
    """One printed cell (its place among ``Code.codes``) and what it would have to be, in millionths."""

    cell: int
    implied: int


class Code:
    """The equations of one table (``equations``) over its cells (``codes``).

    ``matrix``: int64, equations by cells, 1 on the left side of an equation, -1 on the right. A report's residual is the
    matrix times its values.
    """

    def __init__(self, equations: tuple[Equation, ...]) -> None:
        self.equations = equations
        self.codes = tuple(sorted({code for equation in equations for code in equation.cells}))
        place = {code: at for at, code in enumerate(self.codes)}
        self.matrix = np.zeros((len(equations), len(self.codes)), dtype=np.int64)
        for line, equation in enumerate(equations):
            for sign, terms in ((1, equation.left), (-1, equation.right)):
                for code in terms:
                    self.matrix[line, place[code]] += sign
        self._seen: dict[bytes, Seen] = {}

    @cached_property
    def asked_by(self) -> tuple[np.ndarray, ...]:
        """The equations of each cell."""
        return tuple(np.flatnonzero(column) for column in self.matrix.T)

    def seen(self, assessable: np.ndarray) -> "Seen":
        """Return the code as far as the assessable equations show it; ``assessable`` is one truth value an equation."""
        key = assessable.tobytes()
        if key not in self._seen:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[key] = Seen(self, assessable)
        return self._seen[key]


class Seen:
    """A code with nothing but its assessable equations."""

    def __init__(self, code: Code, assessable: np.ndarray) -> None:
        self._code = code
        self._assessable = assessable
        self.matrix = code.matrix * assessable[:, None]
        self.alike: dict[bytes, list[int]] = {}
        for cell, column in enumerate(self.matrix.T):
            self.alike.setdefault((column != 0).tobytes(), []).append(cell)
        self._certain: dict[int, bool] = {}

    def singles(self, residuals: np.ndarray, values: np.ndarray) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Explain reports that fail the same equations by one cell each.

        ``residuals`` (reports by equations) and ``values`` (reports by cells) in millionths. Returns for each cell that can
        explain any of them: the cell, whether it explains the report, and what it would have to be.
        """
        found = []
        for cell in self.alike.get((residuals[0] != 0).tobytes(), ()):
            column = self.matrix[:, cell]
            lines = np.flatnonzero(column)
            changes = -residuals[:, lines] // column[lines]
            implied = values[:, cell] + changes[:, 0]
            explains = (residuals + changes[:, :1] * column == 0).all(axis=1) & is_count(implied)
            if explains.any():
                found.append((cell, explains, implied))
        return found

    def pairs(self, residual: np.ndarray, values: np.ndarray) -> list[tuple[Change, Change]]:
        """Explain one report by two cells, neither of which would do alone.

        Two cells of the same equations and no others can share a change in endless ways; such pairs are left out.
        """
        found: dict[tuple[int, int], tuple[Change, Change]] = {}
        for first in np.flatnonzero((self.matrix[residual != 0] != 0).any(axis=0)):
            own = self.matrix[:, first]
            for change in {int(-residual[line] // own[line]) for line in np.flatnonzero((own != 0) & (residual != 0))}:
                rest = residual + own * change
                for second in self.alike.get((rest != 0).tobytes(), ()):
                    other = _ratio(-rest, self.matrix[:, second])
                    if second == first or other is None:
                        continue
                    one = Change(int(first), int(values[first]) + change)
                    two = Change(int(second), int(values[second]) + other)
                    if is_count(one.implied) and is_count(two.implied):
                        one, two = sorted((one, two), key=lambda each: each.cell)
                        found[one.cell, two.cell] = (one, two)
        return [found[key] for key in sorted(found)]

    def certain(self, cell: int) -> bool:
        """Return whether no two other cells can fail the same equations by the same amounts as ``cell`` alone.

        Only then is an error located. It takes every equation of the cell, and enough of those around it.
        """
        if cell not in self._certain:
            self._certain[cell] = self._is_certain(cell)
        return self._certain[cell]

    def _is_certain(self, cell: int) -> bool:
        if not self._assessable[self._code.asked_by[cell]].all():
            return False
        own = self.matrix[:, cell]
        for other in np.flatnonzero((self.matrix != 0).any(axis=0)):
            if other == cell:
                continue
            for factor in _FACTORS:
                rest = own - factor * self.matrix[:, other]
                thirds = self.alike.get((rest != 0).tobytes(), ())
                if not rest.any() or any(
                    third not in (cell, other) and _ratio(rest, self.matrix[:, third]) is not None for third in thirds
                ):
                    return False
        return True


@cache
def code_of(equations: tuple[Equation, ...]) -> Code:
    """Return the code of these equations, built once."""
    return Code(equations)


def is_count(millionths: np.ndarray | int) -> np.ndarray | bool:
    """Return whether a value can stand in a cell that counts: whole and not negative."""
    return (millionths >= 0) & (millionths % MILLIONTHS == 0)


def _ratio(whole: np.ndarray, part: np.ndarray) -> int | None:
    """Return the number that makes ``part`` times it ``whole``; None when there is none."""
    places = np.flatnonzero(part)
    if not len(places):
        return None
    number = int(whole[places[0]]) // int(part[places[0]])
    return number if np.array_equal(whole, part * number) else None
