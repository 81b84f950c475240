"""One document through the careful lane: which of its cells are decided, how, and which stay open.

Here: the order of the steps and the rules of deciding. Not here: the steps.

A number is published when
- a piece of its own stands at its place under a head that names its column (``aligned``), or
- it was cut out of glued digits, the row's own sum holds, and every solution of the equations of the whole table takes it
  (``segmented``).
Rows whose head is lost count only in a table of which every equation that can be asked holds. Two different rows of values
behind one label decide nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dagster_project.forms import registry
from dagster_project.forms.equations import Equation, equations
from dagster_project.reading.careful import anchors as labels_found
from dagster_project.reading.careful.runs import Run, find_runs
from dagster_project.reading.careful.segmentation import Candidate, Slot, Sum, TooMany, candidates, number, unit_of
from dagster_project.reading.careful.solving import Solutions, TooManySums, Unknown, solve
from dagster_project.reading.careful.stream import Chunk, Stream
from dagster_project.reading.careful.tokens import Token, kind_of

_MILLIONTHS = 1_000_000
_RAW_SHOWN = 60


@dataclass(frozen=True)
class CarefulCell:
    """One cell as this lane read it; fields as in schemas.CELLS."""

    cell: str
    status: str
    value: Decimal | None
    unit: str | None
    raw_text: str
    locator: str


@dataclass(frozen=True)
class CarefulReading:
    """What the lane read: form, cells, and what a person should know (code, sentence)."""

    form: str | None
    cells: tuple[CarefulCell, ...]
    notes: tuple[tuple[str, str], ...]


def read_carefully(rows: Iterable[list[Chunk]], form: str | None, known: Mapping[str, Decimal | None]) -> CarefulReading:
    """Read one document as a stream.

    ``form`` as the fast lane recognised it, None when it did not; ``known``: the cells it decided, NULL values included, which
    are not read again and serve the equations.
    """
    stream = Stream(rows)
    found = labels_found.find(stream)
    form = form or _form_of(found)
    if form is None:
        return CarefulReading(None, (), ())
    runs = _one_each(find_runs(stream, found, form), known)
    by_table: dict[str, list[Run]] = {}
    for run in runs:
        by_table.setdefault(run.table, []).append(run)
    cells: list[CarefulCell] = []
    notes: list[tuple[str, str]] = []
    for table, theirs in by_table.items():
        decided, said = _decide(stream, table, form, theirs, known)
        cells += decided
        notes += said
    return CarefulReading(form, tuple(cells), tuple(notes))


def _form_of(found: Sequence[labels_found.Anchor]) -> str | None:
    """Return the form whose own labels were met: columns of a table before rows, since rows are borrowed."""
    met = {(a.meaning.table, a.meaning.role, a.meaning.code) for a in found}
    cells = registry.cells().filter(presence="regular")
    for role in ("column", "row"):
        owners: dict[tuple[str, str], set[str]] = {}
        for form, table, code in cells.select("form", "table", role).unique().iter_rows():
            owners.setdefault((table, code), set()).add(form)
        own = {next(iter(forms)) for key, forms in owners.items() if len(forms) == 1 and (key[0], role, key[1]) in met}
        if len(own) == 1:
            return own.pop()
        if len(own) > 1:
            return None
    return None


def _one_each(runs: Sequence[Run], known: Mapping[str, Decimal | None]) -> list[Run]:
    """Return one run for each row that is not read yet; rows that have several different ones give none."""
    found: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Run]] = {}
    for run in runs:
        if not any(slot.cell in known for slot in run.slots):
            found.setdefault((run.table, run.rows), {}).setdefault(tuple(t.text for t in run.tokens), run)
    kept = []
    for different in found.values():
        # A label in a sentence with one figure behind it is no row of seven.
        fillable = [run for run in different.values() if len(run.tokens) == len(run.slots)] or list(different.values())
        if len(fillable) == 1:
            kept += fillable
    rows = [(run.table, row) for run in kept for row in run.rows]
    # A row printed alone and in a line with others counts as two as well.
    return [run for run in kept if all(rows.count((run.table, row)) == 1 for row in run.rows)]


def _decide(
    stream: Stream, table: str, form: str, runs: Sequence[Run], known: Mapping[str, Decimal | None]
) -> tuple[list[CarefulCell], list[tuple[str, str]]]:
    """Decide the runs of one table."""
    printed = _printed_rows(table, runs, known)
    asked = [each for each in equations(printed) if each.severity == "hard" and _is_sum(each, form, printed)]
    fixed = {cell: int(value * _MILLIONTHS) for cell, value in known.items() if value is not None}
    whole: list[CarefulCell] = []
    glued: list[tuple[Run, Unknown]] = []
    notes: list[tuple[str, str]] = []
    for run in runs:
        if len(run.tokens) == len(run.slots):
            cells = [_aligned(stream, token, slot) for token, slot in zip(run.tokens, run.slots, strict=True)]
            whole += cells
            fixed |= {c.cell: int(c.value * _MILLIONTHS) for c in cells if c.value is not None}
            continue
        try:
            ways = _ways(run, asked)
        except TooMany:
            ways = []
            notes.append(
                (
                    "search_bound",
                    f"The digits of {run.table}.{run.rows[0]} can be cut in too many ways to try them all; they were left open.",
                )
            )
        glued.append((run, Unknown(run.slots, tuple(ways))))
    cut, said = _cut(stream, glued, fixed, asked)
    notes += said
    headless = [run for run in runs if not run.head_known]
    if headless:
        values = fixed | {c.cell: int(c.value * _MILLIONTHS) for c in cut if c.value is not None}
        if not _all_hold(asked, values):
            open_cells = {slot.cell for run in headless for slot in run.slots}
            whole = [_left_open(cell) if cell.cell in open_cells else cell for cell in whole]
            cut = [_left_open(cell) if cell.cell in open_cells else cell for cell in cut]
            notes.append(
                (
                    "head_lost",
                    f"The head of the table '{table}' is lost and its equations do not hold; which column a number belongs to was not guessed.",
                )
            )
    return [*whole, *cut], notes


def _printed_rows(table: str, runs: Sequence[Run], known: Mapping[str, Decimal | None]) -> frozenset[str]:
    rows = {f"{run.table}.{row}" for run in runs for row in run.rows}
    return frozenset(rows | {cell.rpartition(".")[0] for cell in known if cell.startswith(f"{table}.")})


def _is_sum(equation: Equation, form: str, printed: frozenset[str]) -> bool:
    """Whether the equation can be asked of the rows found: a sum over rows is short while a row of the form is missing."""
    rows = {cell.rpartition(".")[0] for cell in (*equation.left, *equation.right)}
    if len(rows) <= 1 or len(rows) <= 4 and "outcome" not in equation.rule:
        return True
    regular = registry.cells().filter(form=form, presence="regular")
    other = {f"{t}.{r}" for t, r in regular.select("table", "row").unique().iter_rows()}
    missing = {row for row in other if row.startswith(next(iter(rows)).split(".")[0] + ".")} - printed
    borrowed = printed - other
    return not {row for row in missing if not (borrowed and ".other" in row)}


def _ways(run: Run, asked: Sequence[Equation]) -> list[Candidate]:
    """Return the ways to cut the run's digits. Without a sum of its own to check it, a cell may as well have been blank."""
    sums = _own_sums(run, asked)
    return candidates([token.text for token in run.tokens], run.slots, sums, blanks=not sums)


def _own_sums(run: Run, asked: Sequence[Equation]) -> list[Sum]:
    places = {slot.cell: at for at, slot in enumerate(run.slots)}
    sums = []
    for each in asked:
        for total, parts in ((each.left, each.right), (each.right, each.left)):
            if len(total) == 1 and total[0] in places and all(part in places for part in parts):
                sums.append(Sum(places[total[0]], tuple(places[part] for part in parts)))
                break
    return sums


def _cut(
    stream: Stream, glued: Sequence[tuple[Run, Unknown]], fixed: Mapping[str, int], asked: Sequence[Equation]
) -> tuple[list[CarefulCell], list[tuple[str, str]]]:
    """Decide the glued runs: by every equation, or, where the source's own equations contradict each other, by each family
    of equations that can hold alone."""
    between = [each for each in asked if len({cell.rpartition(".")[0] for cell in (*each.left, *each.right)}) > 1]
    ready = [(run, unknown) for run, unknown in glued if unknown.candidates]
    cells: list[CarefulCell] = []
    notes: list[tuple[str, str]] = []
    for run, unknown in glued:
        if not unknown.candidates:
            cells += [_open(stream, run, slot, 0) for slot in run.slots]
    if not ready:
        return cells, notes
    try:
        solutions = _solutions([unknown for _, unknown in ready], fixed, between)
    except TooManySums:
        notes.append(("search_bound", "Too many ways to cut the glued digits of the table; they are left open."))
        return cells + [_open(stream, run, slot, None) for run, _ in ready for slot in run.slots], notes
    for (run, _), viable in zip(ready, solutions.viable, strict=True):
        for at, slot in enumerate(run.slots):
            pieces = {candidate[at] for candidate in viable}
            if len({piece for _, piece in pieces}) != 1 or ("" in {piece for _, piece in pieces}):
                cells.append(_open(stream, run, slot, len(viable)))
                continue
            token, piece = min(pieces)
            raw = run.tokens[token].text[:_RAW_SHOWN]
            place = f"{stream.locator(run.tokens[token].start)};by=segmented"
            cells.append(CarefulCell(slot.cell, "segmented", number(piece), unit_of(piece), raw, place))
    return cells, notes


def _solutions(unknowns: Sequence[Unknown], fixed: Mapping[str, int], between: Sequence[Equation]) -> Solutions:
    """Return the ways to cut that satisfy all equations between rows, else those that satisfy all but one family of them.

    A source whose own sums are wrong satisfies no such family, whatever its digits mean; the others still check them. A run
    that only the broken family could have checked must be decided without it: every way to cut it counts.
    """
    solutions = solve(unknowns, fixed, between)
    if solutions.count:
        return solutions
    kept: list[Solutions] = []
    for family in sorted({each.rule for each in between}):
        rest = [each for each in between if each.rule != family]
        found = solve(unknowns, fixed, rest)
        if found.count:
            kept.append(found)
    # Two families that could each be the wrong one explain the digits in two ways.
    return kept[0] if len(kept) == 1 else Solutions(0, tuple(() for _ in unknowns))


def _all_hold(asked: Sequence[Equation], values: Mapping[str, int]) -> bool:
    """Whether at least one equation can be asked of these values, and every one that can be holds."""
    held = 0
    for each in asked:
        if all(cell in values for cell in (*each.left, *each.right)):
            if sum(values[cell] for cell in each.left) != sum(values[cell] for cell in each.right):
                return False
            held += 1
    return held > 0


def _aligned(stream: Stream, token: Token, slot: Slot) -> CarefulCell:
    kind, value, unit, raw = kind_of(token.text)
    status = kind if kind in ("number", "noted", "blank", "mark", "illegible") else "ambiguous"
    if value is not None and slot.holds != "signed" and value < 0:
        status = "ambiguous"
    return CarefulCell(
        slot.cell,
        status,
        value if status in ("number", "noted") else None,
        unit,
        raw,
        f"{stream.locator(token.start)};by=aligned",
    )


def _open(stream: Stream, run: Run, slot: Slot, ways: int | None) -> CarefulCell:
    raw = " ".join(token.text for token in run.tokens)[:_RAW_SHOWN]
    solutions = "" if ways is None else f";solutions={ways}"
    return CarefulCell(slot.cell, "ambiguous", None, None, raw, f"{stream.locator(run.tokens[0].start)};by=segmented{solutions}")


def _left_open(cell: CarefulCell) -> CarefulCell:
    return CarefulCell(cell.cell, "ambiguous", None, None, cell.raw_text, cell.locator)
