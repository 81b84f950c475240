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
from functools import cache

from dagster_project.forms import registry
from dagster_project.forms.equations import Equation, equations
from dagster_project.reading.careful import anchors as labels_found
from dagster_project.reading.careful.apart import read_apart
from dagster_project.reading.careful.cutting import Cut, cut, own_sums
from dagster_project.reading.careful.order import in_order
from dagster_project.reading.careful.runs import Run, Runs, find_runs
from dagster_project.reading.careful.segmentation import Slot, Sum, number, unit_of
from dagster_project.reading.careful.stream import Chunk, Stream
from dagster_project.reading.careful.tokens import Token, kind_of, learn, value_pieces
from dagster_project.reading.found import subtotal_rows

_MILLIONTHS = 1_000_000
_RAW_SHOWN = 60
# A piece of text that is one value, whichever it is.
_ONE_VALUE = ("number", "noted", "mark")
# 其他处理, in one row or three, is what the forms borrow from one another.
_BORROWED = "other"
# So many rows of the requests table after a heading are the table, not a sentence that names some.
_ROWS_OF_CHAPTER = 5


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
    """What the lane read: form, cells, what a person should know (code, sentence), how many rows the document prints more than
    once with different values, and whether it prints the tables of several reports."""

    form: str | None
    cells: tuple[CarefulCell, ...]
    notes: tuple[tuple[str, str], ...]
    contradictions: int = 0
    several: bool = False


def read_carefully(
    rows: Iterable[list[Chunk]], form: str | None, known: Mapping[str, Decimal | None], *, several: bool = False
) -> CarefulReading:
    """Read one document as a stream.

    ``form`` as the fast lane recognised it, None when it did not; ``known``: the cells it decided, NULL values included, which
    are not read again and serve the equations. ``several``: the document names more than one report.
    """
    stream = Stream(rows)
    found = labels_found.find(stream)
    form = form or _form_of(found)
    if form is None:
        return CarefulReading(None, (), ())
    learn(value_pieces(stream.text))
    runs, disordered = in_order(stream, found, find_runs(stream, found, form), form)
    # A label that runs into the next word gives no values, but it is printed.
    labelled = frozenset(f"{a.meaning.table}.{a.meaning.code}" for a in found if a.meaning.role in ("row", "word"))
    kept = _one_each(runs, known, labelled)
    several = several or _requests_twice(found)
    if several:
        # What is printed once only may be either report's.
        kept = [run for run in kept if sum(run.rows == other.rows and run.table == other.table for other in runs.found) > 1]
    # Where values run into one another, a break between two pieces does not tell that each of them is one value.
    glued = any(not run.in_table and not _is_aligned(run) for run in kept)
    by_table: dict[str, list[Run]] = {}
    for run in kept:
        by_table.setdefault(run.table, []).append(run)
    cells = _of_nobody(stream, disordered, known)
    notes: list[tuple[str, str]] = []
    if disordered:
        notes.append(
            (
                "values_out_of_order",
                "Some values stand before their labels, or some are missing, so that others may be those of the rows beside them; outside lines of their own none was taken.",
            )
        )
    for table, theirs in by_table.items():
        decided, said = _decide(stream, table, form, theirs, known, glued)
        cells += decided
        notes += said
    contradictions = _contradictions(runs, known)
    if not several and not contradictions:
        cells = _with_apart(stream, found, form, known, cells)
    return CarefulReading(form, tuple(cells), tuple(notes), contradictions, several)


def _with_apart(
    stream: Stream, found: Sequence[labels_found.Anchor], form: str, known: Mapping[str, Decimal | None], cells: list[CarefulCell]
) -> list[CarefulCell]:
    """Return the cells read, with those of tables whose labels and values stand apart."""
    read = {**known, **{cell.cell: cell.value for cell in cells if cell.status != "ambiguous"}}
    apart = {
        each.cell: CarefulCell(
            each.cell, "number", each.value, None, str(each.value), f"{stream.locator(each.start)};by=ordered"
        )
        for each in read_apart(stream, found, form, read)
        if each.cell not in read
    }
    return [*(cell for cell in cells if cell.cell not in apart), *apart.values()]


def _of_nobody(stream: Stream, runs: Iterable[Run], known: Mapping[str, Decimal | None]) -> list[CarefulCell]:
    """Return the cells of runs of which it is open whose they are, each once."""
    opened = {slot.cell: _open(stream, run, slot, None, "aligned") for run in runs for slot in run.slots}
    return [cell for code, cell in opened.items() if code not in known]


def _requests_twice(found: Sequence[labels_found.Anchor]) -> bool:
    """Whether the chapter on requests stands in the document twice, rows of its table and all; a table of contents has no rows."""
    chapters: list[set[str]] = [set()]
    for anchor in found:
        if anchor.meaning.role == "chapter":
            chapters.append(set())
        elif anchor.meaning.role in ("row", "word") and anchor.meaning.table == "requests":
            chapters[-1].add(anchor.meaning.code)
    return any(
        len(rows & others) >= _ROWS_OF_CHAPTER for at, rows in enumerate(chapters) for others in chapters[at + 1 :]
    )


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


def _one_each(runs: Runs, known: Mapping[str, Decimal | None], labelled: frozenset[str]) -> list[Run]:
    """Return one run for each row that is not read yet; rows that have several different ones give none.

    ``labelled``: the rows (table.row) whose labels the document prints.
    """
    kept = []
    for different in _by_rows(runs, known).values():
        if len(different) == 1 and not any((run.table, row) in runs.unread for run in different for row in run.rows):
            kept += different
    rows = [(run.table, row) for run in kept for row in run.rows]
    # A row printed alone and in a line with others counts as two as well.
    kept = [run for run in kept if all(rows.count((run.table, row)) == 1 for row in run.rows)]
    sums = {
        row
        for row, parts in subtotal_rows().items()
        if len(labelled.intersection(parts)) > 1 or any(cell.rpartition(".")[0] in parts for cell in known)
    }
    return [run for run in kept if not any(f"{run.table}.{row}" in sums for row in run.rows)]


def _by_rows(runs: Runs, known: Mapping[str, Decimal | None]) -> dict[tuple[str, tuple[str, ...]], list[Run]]:
    """Return the different runs that are not read yet by the rows they fill."""
    found: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Run]] = {}
    for run in runs.found:
        if not any(slot.cell in known for slot in run.slots):
            found.setdefault((run.table, run.rows), {}).setdefault(tuple(t.text for t in run.tokens), run)
    return {rows: _rivals(list(different.values())) for rows, different in found.items()}


def _rivals(runs: list[Run]) -> list[Run]:
    """Return the runs that may fill a row: a label in a sentence, with one figure behind it, is no row of seven."""
    in_table = [
        run
        for run in runs
        if run.head_known or len(run.tokens) > 1 or len(run.tokens[0].text) >= len(run.slots)
    ]
    return in_table or runs


def _contradictions(runs: Runs, known: Mapping[str, Decimal | None]) -> int:
    """Return how many rows are printed more than once with different values, or once readably and once not."""
    by_rows = _by_rows(runs, known)
    return sum(
        len(different) > 1 or (bool(different) and any((table, row) in runs.unread for row in rows))
        for (table, rows), different in by_rows.items()
    )


def _is_aligned(run: Run) -> bool:
    """Whether each slot has a piece of its own, which says one thing."""
    if not run.is_full or any(
        slot.holds != "money" and _is_broken(token) for slot, token in zip(run.slots, run.tokens, strict=True)
    ):
        return False
    return run.in_cells or all(kind_of(token.text)[0] in _ONE_VALUE for token in run.tokens)


def _is_broken(token: Token) -> bool:
    """Whether a piece says a number that is no count: where a count should stand, it is another column's."""
    kind, value, _, _ = kind_of(token.text)
    return kind in ("number", "noted") and value is not None and bool(value % 1)


def _decide(
    stream: Stream, table: str, form: str, runs: Sequence[Run], known: Mapping[str, Decimal | None], glued: bool
) -> tuple[list[CarefulCell], list[tuple[str, str]]]:
    """Decide the runs of one table."""
    rows = _rows_of_report(table, form, {row for run in runs for row in run.rows}, known)
    of_form = [each for each in equations(rows) if each.severity == "hard"]
    fixed = {cell: int(value * _MILLIONTHS) for cell, value in known.items() if value is not None}
    whole: list[CarefulCell] = []
    doubted: list[tuple[Run, list[CarefulCell]]] = []
    to_cut: list[Run] = []
    notes: list[tuple[str, str]] = []
    for run in runs:
        if not _is_aligned(run) or (glued and not run.in_table and len(run.slots) > 1) or _in_uneven_lines(run):
            to_cut.append(run)
            continue
        cells = [_aligned(stream, token, slot) for token, slot in zip(run.tokens, run.slots, strict=True)]
        if run.in_cells and _is_shifted(run):
            whole += [_left_open(cell) for cell in cells]
        elif _needs_sum(run) and not _sums_hold(cells, own_sums(run, of_form)):
            doubted.append((run, cells))
        else:
            whole += cells
            fixed |= {c.cell: int(c.value * _MILLIONTHS) for c in cells if c.value is not None}
    decided, bounded = cut([*to_cut, *(run for run, _ in doubted)], fixed, of_form)
    if bounded:
        notes.append(("search_bound", f"Glued digits of the table '{table}' can be cut in too many ways to try them all; they are left open."))
    cells_cut = [cell for each in decided[: len(to_cut)] for cell in _cut_cells(stream, each)]
    found_rows = {row for run in runs for row in run.rows} | {cell.split(".")[1] for cell in known}
    intact = not to_cut and not glued and {row.partition(".")[2] for row in rows} <= found_rows
    # A body gets a sum wrong, not most of them.
    intact = intact and (len(runs) == 1 or 2 * len(doubted) < len(runs))
    for (run, cells), each in zip(doubted, decided[len(to_cut) :], strict=True):
        # A wrong sum is the source's own where every other row stands as it should, or where the equations single it out.
        confirmed = intact and not run.in_cells or each.demanded is not None and _differ_in_one(cells, each.demanded)
        whole += cells if confirmed else [_left_open(cell) for cell in cells]
    headless = [run for run in runs if not run.head_known]
    if headless:
        read = fixed | {c.cell: int(c.value * _MILLIONTHS) for c in (*whole, *cells_cut) if c.value is not None}
        # Rows whose own sum fails are left open and in no equation any more, but they speak against the columns all the same; and where
        # most rows of a table are of another width, one of the form's width has a cell too many.
        odd = sum(run.in_table and not run.is_full for run in headless)
        if any(run in headless for run, _ in doubted) or 2 * odd > len(headless) or not _all_hold(of_form, read):
            open_cells = {slot.cell for run in headless for slot in run.slots}
            whole = [_left_open(cell) if cell.cell in open_cells else cell for cell in whole]
            cells_cut = [_left_open(cell) if cell.cell in open_cells else cell for cell in cells_cut]
            notes.append(
                (
                    "head_lost",
                    f"The head of the table '{table}' is lost and its equations do not hold; which column a number belongs to was not guessed.",
                )
            )
    return [*whole, *cells_cut], notes


def _rows_of_report(table: str, form: str, found: set[str], known: Mapping[str, Decimal | None]) -> frozenset[str]:
    """Return the rows (table.row) that a report of the form should print: with rows borrowed in place of the form's own."""
    regular, borrowed = _printed_rows(table, form)
    met = found | {cell.split(".")[1] for cell in known if cell.startswith(f"{table}.")}
    if met & borrowed:
        regular -= {row for row in regular if row.startswith(_BORROWED) and row not in met}
    return frozenset(f"{table}.{row}" for row in regular | (met & borrowed))


@cache
def _printed_rows(table: str, form: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rows of a form's table, and those that reports borrow for it from the other form."""
    cells = registry.cells().filter(form=form, table=table)
    return frozenset(cells.filter(presence="regular")["row"]), frozenset(cells.filter(presence="alternative")["row"])


def _in_uneven_lines(run: Run) -> bool:
    """Whether values stand in several lines, more than one in some: by height, the end of a row may come before its beginning, and its
    own sum holds all the same."""
    lines = sum(token.new_line for token in run.tokens[1:])
    return 0 < lines < len(run.tokens) - 1


def _is_shifted(run: Run) -> bool:
    """Whether a table row may stand beside its columns: a blank at its end is a value's or a filler's, nobody can tell."""
    texts = [token.text for token in run.tokens]
    return any(texts) and not (texts[0] and texts[-1])


def _needs_sum(run: Run) -> bool:
    """Whether only a row's own sum tells that its values stand where they should: in text a cell may have left no trace."""
    return not run.in_cells


def _sums_hold(cells: Sequence[CarefulCell], sums: Sequence[Sum]) -> bool:
    """Whether the sums of a row hold, blanks and marks counted as nothing; True as well where its total is none to compare."""
    numbers = [cell.value or 0 for cell in cells]
    for each in sums:
        parts = sum(numbers[part] for part in each.parts)
        if cells[each.total].status == "mark":
            continue
        if numbers[each.total] != parts:
            return False
    return True


def _differ_in_one(cells: Sequence[CarefulCell], demanded: Sequence[str]) -> bool:
    return sum(cell.value != Decimal(number) for cell, number in zip(cells, demanded, strict=True)) == 1


def _cut_cells(stream: Stream, each: Cut) -> list[CarefulCell]:
    run = each.run
    cells = []
    for slot, found in zip(run.slots, each.pieces, strict=True):
        if found is None:
            cells.append(_open(stream, run, slot, each.ways))
            continue
        token = run.tokens[found.token]
        if found.text == token.text:
            cells.append(_aligned(stream, token, slot))
            continue
        place = f"{stream.locator(token.start)};by=segmented"
        raw = token.text[:_RAW_SHOWN]
        value = number(found.text)
        status = "mark" if value is None else "segmented"
        cells.append(CarefulCell(slot.cell, status, value, unit_of(found.text), raw, place))
    return cells


def _all_hold(asked: Sequence[Equation], values: Mapping[str, int]) -> bool:
    """Whether at least one equation can be asked of these values, and every one that can be holds."""
    held = 0
    for each in asked:
        if all(cell in values for cell in (*each.left, *each.right)):
            if each.difference(values) != 0:
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


def _open(stream: Stream, run: Run, slot: Slot, ways: int | None, by: str = "segmented") -> CarefulCell:
    raw = " ".join(token.text for token in run.tokens)[:_RAW_SHOWN]
    solutions = "" if ways is None else f";solutions={ways}"
    return CarefulCell(slot.cell, "ambiguous", None, None, raw, f"{stream.locator(run.tokens[0].start)};by={by}{solutions}")


def _left_open(cell: CarefulCell) -> CarefulCell:
    return CarefulCell(cell.cell, "ambiguous", None, None, cell.raw_text, cell.locator)
