"""Values that stand one line or one place off: hypotheses about a table whose equations fail, each tested as a whole.

Here: rows shifted down or up, values of one row shifted to the right or left (its total with them or in its place), two
neighbouring rows exchanged. Not here: single cells and pairs (``code``), what is said about them (``diagnosis``).

A hypothesis explains a report when every equation holds after moving the values back. The place where the shift begins must
hold nothing: a hypothesis may not do away with printed numbers. What the shift pushed out of the table is solved for; an
equation used for that proves nothing, so at least ``LEAST_PROOF`` failing equations must hold besides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from dagster_project.auditing.code import Code, is_count
from dagster_project.auditing.sheet import MILLIONTHS
from dagster_project.forms import registry
from dagster_project.forms.equations import Equation

LEAST_PROOF = 2
_LOST = -1


@dataclass(frozen=True)
class Shift:
    """One hypothesis. ``origin``: for each cell of the code the cell whose printed value belongs there, -1 when it is lost."""

    pattern: str
    sentence: str
    origin: tuple[int, ...]


class Shifts:
    """The hypotheses about one table of one form."""

    def __init__(self, code: Code, form: str | None) -> None:
        self._code = code
        self._form = form

    @cached_property
    def all(self) -> tuple[Shift, ...]:
        return tuple(self._listed())

    @cached_property
    def _origins(self) -> np.ndarray:
        return np.array([shift.origin for shift in self.all], dtype=np.int64).reshape(-1, len(self._code.codes))

    @cached_property
    def _untouched(self) -> np.ndarray:
        """Equations without a lost cell, hypotheses by equations."""
        return ~((self._origins == _LOST).astype(np.int64) @ (self._code.matrix != 0).T.astype(np.int64)).astype(bool)

    @cached_property
    def _unused(self) -> np.ndarray:
        """Cells whose printed value belongs nowhere, hypotheses by cells."""
        unused = np.ones(self._origins.shape, dtype=bool)
        lines, cells = np.nonzero(self._origins != _LOST)
        unused[lines, self._origins[lines, cells]] = False
        return unused

    def explain(self, values: np.ndarray, failing: np.ndarray) -> tuple[Shift, int] | None:
        """Return the hypothesis that explains a report and moves the fewest values, and how many different tables would do.

        ``values``: the report's cells in millionths; ``failing``: its failing equations. None when no hypothesis does.
        """
        if not self.all or not is_count(values).all():
            return None
        counts = values // MILLIONTHS
        likely = np.flatnonzero(~(self._unused & (counts != 0)).any(axis=1))
        # The failing equations rule out nearly every hypothesis, so the others are asked of few.
        for line in (*np.flatnonzero(failing), *np.flatnonzero(~failing)):
            cells = np.flatnonzero(self._code.matrix[line])
            sums = self._moved(likely, counts, cells) @ self._code.matrix[line, cells]
            likely = likely[(sums == 0) | ~self._untouched[likely, line]]
            if not len(likely):
                return None
        truths: dict[bytes, tuple[int, Shift]] = {}
        for place in likely:
            moved = self._moved(place[None], counts, np.arange(len(counts)))[0]
            truth = self._solved(moved, self._origins[place] == _LOST, failing)
            if truth is not None and not np.array_equal(truth, counts):
                # Of hypotheses that differ in empty lines only the last begins nearest to the error.
                truths[truth.tobytes()] = (int((truth != counts).sum()), self.all[place])
        if not truths:
            return None
        return min(truths.values(), key=lambda each: each[0])[1], len(truths)

    def _moved(self, shifts: np.ndarray, counts: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Return what would stand in ``cells``, shifts by cells, 0 where it is lost."""
        origins = self._origins[np.ix_(shifts, cells)]
        return np.where(origins == _LOST, 0, counts[origins])

    def _solved(self, moved: np.ndarray, lost: np.ndarray, failing: np.ndarray) -> np.ndarray | None:
        truth, open_cells = moved.copy(), lost.copy()
        used: set[int] = set()
        matrix = self._code.matrix
        while open_cells.any():
            unknown = (matrix != 0) & open_cells
            lines = np.flatnonzero(unknown.sum(axis=1) == 1)
            if not len(lines):
                return None
            line = int(lines[0])
            cell = int(np.flatnonzero(unknown[line])[0])
            truth[cell] = -int(matrix[line] @ np.where(open_cells, 0, truth)) // int(matrix[line, cell])
            open_cells[cell] = False
            used.add(line)
        proved = [line for line in np.flatnonzero(failing) if line not in used]
        sound = (truth >= 0).all() and not (matrix @ truth).any() and len(proved) >= LEAST_PROOF
        return truth if sound else None

    def _listed(self) -> Iterator[Shift]:
        grid = self._grid()
        if grid is None:
            return
        rows, columns, cells = grid
        height, width = cells.shape
        total = columns.index("total") if "total" in columns else None
        for start in range(height - 1):
            lines = f"the values from row {rows[start]} to row {rows[-1]}"
            for way, moved in (("higher", _pulled(cells, start, 0)), ("lower", _pushed(cells, start, 0))):
                yield self._shift("row_shift", f"{lines} are read one line {way}", cells, moved)
        for above in range(height - 1):
            moved = cells.copy()
            moved[[above, above + 1]] = cells[[above + 1, above]]
            yield self._shift(
                "rows_exchanged", f"the values of rows {rows[above]} and {rows[above + 1]} are exchanged", cells, moved
            )
        for row in range(height):
            line = cells[row : row + 1]
            for end in {width, total if total == width - 1 else width}:
                for start in range(end - 1):
                    part = f"the values of row {rows[row]} from column {columns[start]} to column {columns[end - 1]}"
                    inner = line[:, :end]
                    for way, changed in (("left", _pulled(inner, start, 1)), ("right", _pushed(inner, start, 1))):
                        moved = cells.copy()
                        moved[row, :end] = changed[0]
                        yield self._shift("column_shift", f"{part} are read one place further {way}", cells, moved)

    def _shift(self, pattern: str, sentence: str, cells: np.ndarray, moved: np.ndarray) -> Shift:
        origin = np.arange(len(self._code.codes))
        origin[cells.ravel()] = moved.ravel()
        return Shift(pattern, sentence, tuple(int(cell) for cell in origin))

    def _grid(self) -> tuple[list[str], list[str], np.ndarray] | None:
        """Return rows, columns and the cells at them, as printed; None when the code's cells fill no grid."""
        place = {code: at for at, code in enumerate(self._code.codes)}
        parts = [code.split(".") for code in self._code.codes]
        tables = {table for table, _, _ in parts}
        if len(tables) != 1:
            return None
        table = tables.pop()
        rows = sorted({row for _, row, _ in parts}, key=_row_rank(self._form, table))
        columns = [column for column in registry.column_order(table) if any(part[2] == column for part in parts)]
        if len(rows) * len(columns) != len(place):
            return None
        cells = [[place[f"{table}.{row}.{column}"] for column in columns] for row in rows]
        return rows, columns, np.array(cells, dtype=np.int64)


def _pulled(cells: np.ndarray, start: int, axis: int) -> np.ndarray:
    """Return what belongs where when everything after ``start`` moves one back; the last is lost."""
    lines = cells if axis == 0 else cells.T
    moved = lines.copy()
    moved[start:-1] = lines[start + 1 :]
    moved[-1] = _LOST
    return moved if axis == 0 else moved.T


def _pushed(cells: np.ndarray, start: int, axis: int) -> np.ndarray:
    """Return what belongs where when everything from ``start`` moves one on; what belongs to ``start`` is lost."""
    lines = cells if axis == 0 else cells.T
    moved = lines.copy()
    moved[start + 1 :] = lines[start:-1]
    moved[start] = _LOST
    return moved if axis == 0 else moved.T


def _row_rank(form: str | None, table: str):
    """Return the sort key of rows in the order printed; a borrowed row stands where the rows it replaces would."""
    regular = list(registry.row_order(table, form)) if form else []
    family_of = dict(registry.load("outcomes").select("code", "family").iter_rows())

    def rank(row: str) -> tuple[float, str]:
        if row in regular:
            return regular.index(row), row
        kin = [regular.index(other) for other in regular if row in family_of and family_of.get(other) == family_of[row]]
        return (min(kin) - 0.5 if kin else len(regular), row)

    return rank


@cache
def shifts_of(equations: tuple[Equation, ...], form: str | None) -> Shifts:
    """Return the hypotheses about the table of these equations, built once."""
    from dagster_project.auditing.code import code_of

    return Shifts(code_of(equations), form)
