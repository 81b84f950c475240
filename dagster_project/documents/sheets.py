"""The rows of a sheet, or of a separated file, into tables and lines.

Here: which rows are a table's and which are prose between tables; a sheet has one grid for both. Not here: where the rows
come from (``spreadsheet``, ``separated``).

A row is a table's when several of its cells are filled or framed, or when its cells are cut as those of a table's row beside
it. A row with one filled cell is prose, unless nothing tells it from the rows around it: then it is both, because a label
whose values are all blank looks the same as a heading. Above a row without numbers it is a heading: there a table begins.

Where neither frames nor merged cells show what a column is, a column that is blank from the head of its table to its end is
what a merged cell leaves behind, and no column.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from dagster_project.documents.pieces import MARKS, TABLE_MARK, Pieces

# A text longer than this is no label.
_LONGEST_LABEL = 40
# Fields of a header beside each other: 发布机构：某局, 发布日期：2022-01-10.
_FIELD = re.compile(r"^\s*[一-鿿（）()]{2,15}\s*[：:]\s*\S")
_NUMBER = re.compile(r"\s*[+\-－−]?[0-9０-９]+(?:[,，.．][0-9０-９]+)*\s*")
_UNMARKED = {ord(mark): None for mark in MARKS}


class SheetCell(NamedTuple):
    """One cell that is shown: its text, its first and last column (from 0), whether it has a border."""

    text: str
    first: int
    last: int
    framed: bool = False


class SheetRow(NamedTuple):
    """One row that is shown: its number as the program shows it, and its cells from left to right."""

    number: int
    cells: Sequence[SheetCell]


class _Part(Enum):
    TABLE = "table"
    LINE = "line"
    BOTH = "both"
    BLANK = "blank"


def hand_on(rows: Iterable[SheetRow], into: Pieces, place: str = "") -> None:
    """Hand the rows of one sheet to ``into``: each run of a table's rows is a table, the rest are lines.

    ``place`` begins the place of each row, which ends with its number, as in ``sheet=2;line=17``.
    """
    given = list(rows)
    parts = _parts(given)
    at = 0
    while at < len(given):
        end = at + 1
        if parts[at] in (_Part.TABLE, _Part.BOTH):
            while end < len(given) and parts[end] in (_Part.TABLE, _Part.BOTH):
                end += 1
            _table(given[at:end], parts[at:end], into, place)
        elif parts[at] is _Part.LINE:
            _line(given[at], into)
        at = end


def _table(rows: list[SheetRow], parts: list[_Part], into: Pieces, place: str) -> None:
    # Columns that this table does not reach belong to others of the sheet.
    reached = [cell for row in rows for cell in row.cells if _counts(cell)]
    left, right = min(cell.first for cell in reached), max(cell.last for cell in reached)
    columns = set(range(left, right + 1))
    if not any(_is_drawn(row) for row in rows) and not _has_number(rows[0]):
        columns = {cell.first for cell in reached}
    into.begin_table()
    into.heading.lines.append(TABLE_MARK)
    for row, part in zip(rows, parts, strict=True):
        where = f"{place};line={row.number}" if place else f"line={row.number}"
        into.row([cell.text for cell in row.cells if not columns.isdisjoint(range(cell.first, cell.last + 1))], where)
        if part is _Part.BOTH or len(rows) == 1:
            _line(row, into)


def _line(row: SheetRow, into: Pieces) -> None:
    for text in "  ".join(cell.text for cell in row.cells if cell.text.strip()).translate(_UNMARKED).split("\n"):
        if line := " ".join(text.split()):
            into.heading.lines.append(line)


def _counts(cell: SheetCell) -> bool:
    return bool(cell.text.strip()) or cell.framed or cell.last > cell.first


def _parts(rows: list[SheetRow]) -> list[_Part]:
    parts = [_alone(row) for row in rows]
    cuts = [_cut(row) for row in rows]
    # A row between others of a table is cut as they are, whether or not anything stands in it.
    for order in (range(1, len(rows)), range(len(rows) - 2, -1, -1)):
        step = -1 if order.step == 1 else 1
        for at in order:
            if (
                cuts[at]
                and parts[at] is not _Part.TABLE
                and parts[at + step] is _Part.TABLE
                and cuts[at] == cuts[at + step]
            ):
                parts[at] = _Part.TABLE
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and parts[end] is _Part.LINE:
            end += 1
        if at < end and at > 0 and end < len(rows) and parts[at - 1] is parts[end] is _Part.TABLE:
            plain = not any(_is_drawn(rows[beside]) for beside in (at - 1, end))
            if plain and _has_number(rows[end]) and all(_may_be_label(row) for row in rows[at:end]):
                parts[at:end] = [_Part.BOTH] * (end - at)
        at = end + 1
    return parts


def _alone(row: SheetRow) -> _Part:
    """Tell what a row is by itself."""
    filled = [cell.text for cell in row.cells if cell.text.strip()]
    framed = sum(cell.framed for cell in row.cells)
    if framed < 2 and filled and all(_FIELD.match(text) for text in filled):
        return _Part.LINE
    if len(filled) > 1 or framed > 1:
        return _Part.TABLE
    return _Part.LINE if filled else _Part.BLANK


def _cut(row: SheetRow) -> tuple[tuple[int, int], ...]:
    """Return where a row's cells begin and end when some of them span columns; () when none does: all such rows look alike."""
    spans = tuple((cell.first, cell.last) for cell in row.cells)
    return spans if len(spans) > 1 and any(first < last for first, last in spans) else ()


def _is_drawn(row: SheetRow) -> bool:
    return any(cell.framed or cell.first < cell.last for cell in row.cells)


def _has_number(row: SheetRow) -> bool:
    return any(_NUMBER.fullmatch(cell.text) for cell in row.cells)


def _may_be_label(row: SheetRow) -> bool:
    return len(row.cells) > 1 and all(len(cell.text) <= _LONGEST_LABEL for cell in row.cells)
