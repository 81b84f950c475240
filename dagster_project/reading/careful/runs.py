"""Rows of values: which cells of the form the values after a label (or after a whole head) are meant for.

Here: the two shapes in which forms print rows, a label before its values and a head before one line of values for several
rows, each with the columns that the head above names. Not here: cutting glued digits, equations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from dagster_project.forms import registry
from dagster_project.reading.careful.anchors import Anchor
from dagster_project.reading.careful.segmentation import Slot
from dagster_project.reading.careful.stream import Stream
from dagster_project.reading.careful.tokens import Region, Token, region


@dataclass(frozen=True)
class Run:
    """Values for ``slots`` in order. ``rows``: the (table, row) pairs they fill; ``head_known``: a head names their columns."""

    table: str
    rows: tuple[str, ...]
    slots: tuple[Slot, ...]
    tokens: tuple[Token, ...]
    head_known: bool


@dataclass(frozen=True)
class Row:
    """One row of a form's table as printed: its columns in order."""

    table: str
    row: str
    columns: tuple[str, ...]


@cache
def rows_of(form: str) -> dict[tuple[str, str], Row]:
    """Return the rows that reports of a form print, borrowed ones included."""
    frame = registry.cells().filter(form=form).group_by("table", "row", maintain_order=True).agg("column")
    return {(table, row): Row(table, row, tuple(columns)) for table, row, columns in frame.iter_rows()}


@cache
def _slots(table: str, row: Row) -> tuple[Slot, ...]:
    return tuple(Slot(f"{table}.{row.row}.{column}", _holds(column)) for column in row.columns)


def _holds(column: str) -> str:
    # 本年增/减 is the one signed count; 收费金额 and 采购总金额 are the amounts of money.
    return {"items_change": "signed", "collected": "money", "amount": "money"}.get(column, "whole")


# Tables whose rows are printed in one line of values, under a head that names each column once a row.
_SINGLE_LINE = ("remedies",)


@cache
def _column_orders(form: str, table: str) -> tuple[tuple[str, ...], ...]:
    """Return the orders in which a head may name the columns that values stand under: in one line, or the last one, which
    stands in the upper of two head lines, after the first."""
    columns = tuple(
        registry.cells().filter(form=form, table=table)["column"].unique(maintain_order=True)
    )
    return (columns, (columns[0], columns[-1], *columns[1:-1]))


def find_runs(stream: Stream, anchors: Sequence[Anchor], form: str) -> list[Run]:
    """Return the runs of values of the stream in order."""
    printed = rows_of(form)
    found: list[Run] = []
    head: list[Anchor] = []  # columns and rows named since the last values
    for index, anchor in enumerate(anchors):
        meaning = anchor.meaning
        following = anchors[index + 1].start if index + 1 < len(anchors) else len(stream.text)
        if meaning.role == "chapter":
            head = []
        if head and meaning.table != "chapters" and head[-1].meaning.table != meaning.table:
            head = []
        head.append(anchor)
        part = region(stream.text, anchor.end, following)
        if not part.tokens and not (part.cells and meaning.role == "row"):
            continue
        run = _run(head, part, form, printed)
        if run is not None:
            found.append(run)
        # The columns of a head stay in force for the rows below it.
        head = [each for each in head if each.meaning.role == "column"] if meaning.role == "row" else []
    return found


def _run(head: list[Anchor], part: Region, form: str, printed: dict[tuple[str, str], Row]) -> Run | None:
    last = head[-1].meaning
    columns = tuple(each.meaning.code for each in head if each.meaning.role == "column")
    named = tuple(each.meaning.code for each in head if each.meaning.role == "row")
    if last.table in _SINGLE_LINE:
        return _line_of_rows(head, columns, named, part, form, printed)
    if last.role == "row" and (last.table, last.code) in printed:
        row = printed[last.table, last.code]
        known = _head_names(columns, row, form)
        if known is None:
            return None
        tokens = _own(part, len(row.columns))
        return None if tokens is None else Run(row.table, (row.row,), _slots(row.table, row), tokens, known)
    return None


def _head_names(columns: tuple[str, ...], row: Row, form: str) -> bool | None:
    """Return whether the head names the row's columns in an order the form knows; None when it names others."""
    count = len(row.columns)
    if row.table == "disclosure":
        return True if columns[-count:] == row.columns else None
    orders = _column_orders(form, row.table)
    if columns[-count:] in orders:
        return True
    return False if any(_is_part(columns[-count:], order) for order in orders) else None


def _is_part(columns: tuple[str, ...], order: tuple[str, ...]) -> bool:
    rest = iter(order)
    return all(column in rest for column in columns)


def _line_of_rows(
    head: list[Anchor],
    columns: tuple[str, ...],
    named: tuple[str, ...],
    part: Region,
    form: str,
    printed: dict[tuple[str, str], Row],
) -> Run | None:
    table = head[-1].meaning.table
    rows = [row for (of, _), row in printed.items() if of == table]
    order = tuple(row.row for row in rows)
    each = rows[0].columns
    head_known = True
    named = tuple(row for at, row in enumerate(named) if at == 0 or row != named[at - 1])
    if columns[-len(each) * len(rows) :] == each * len(rows) and named[-len(rows) :] == order:
        meant = rows
    elif columns == each and named and named[-1] in order:
        meant = [printed[table, named[-1]]]
    elif named and _is_part(columns, each * len(rows)) and _is_part(named, order) and len(part.cells) == len(each) * len(rows):
        # A page break cut the head: what is left of it contradicts nothing, and a row of the table has all the values.
        meant, head_known = rows, False
    else:
        return None
    slots = tuple(slot for row in meant for slot in _slots(table, row))
    tokens = _own(part, len(slots))
    if tokens is None or sum(bool(token.text) for token in tokens) < len(part.tokens):
        return None  # a second line of values under one head: which of them is the report's nobody can tell
    return Run(table, tuple(row.row for row in meant), slots, tokens, head_known)


def _own(part: Region, count: int) -> tuple[Token, ...] | None:
    """Return the values that belong to the label: the cells of its own row or the pieces of its own line when they are all
    there, else all pieces up to the next label; None when something that is no value follows the last one in its line."""
    if len(part.cells) == count:
        return part.cells
    own = next((at for at, token in enumerate(part.tokens) if at and token.new_line), len(part.tokens))
    if own == count:
        return part.tokens[:own]
    return part.tokens if part.clean and part.tokens else None
