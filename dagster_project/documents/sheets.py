"""The rows of a sheet, or of a separated file, into tables and lines.

Here: which rows are a table's and which are prose between tables; a sheet has one grid for both. Not here: where the rows
come from (``spreadsheet``, ``separated``).

A row is a table's when several of its cells are filled or framed, or when its cells are cut as those of a table's row beside
it. A row with one filled cell is prose, unless nothing tells it from the rows around it: then it is both, because a label
whose values are all blank looks the same as a heading. Above a head it is a heading: there a table begins.

Which columns are a table's own is told by its frames or by its head. Under a head, a column that is blank to the table's end
is none: it belongs to another table of the sheet, or a merged cell left it behind when the sheet was saved as text. Without
frames and head every column is kept, because a blank column may be the values of an applicant who asked for nothing.
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
_WORD = re.compile(r"[一-鿿]\s*[一-鿿]")
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
    columns = _columns(rows)
    into.begin_table()
    into.heading.lines.append(TABLE_MARK)
    for row, part in zip(rows, parts, strict=True):
        where = f"{place};line={row.number}" if place else f"line={row.number}"
        into.row([cell.text for cell in row.cells if not columns.isdisjoint(range(cell.first, cell.last + 1))], where)
        if part is _Part.BOTH or len(rows) == 1:
            _line(row, into)


def _columns(rows: list[SheetRow]) -> set[int]:
    """Return the columns of the sheet that belong to a table."""
    reached = [cell for row in rows for cell in row.cells if _counts(cell)]
    left, right = min(cell.first for cell in reached), max(cell.last for cell in reached)
    if any(cell.framed for cell in reached):
        return set(range(left, right + 1))
    if not _has_head(rows):
        return set(range(left, max(cell.last for row in rows for cell in row.cells) + 1))
    return set(range(left, right + 1)) if any(map(_is_drawn, rows)) else {cell.first for cell in reached}


def _has_head(rows: list[SheetRow]) -> bool:
    """Tell whether the rows above the first number name every column in which a number stands."""
    first = next((at for at, row in enumerate(rows) if _has_number(row)), 0)
    numbers = _number_columns(rows)
    names = {
        column: cell.text
        for row in rows[:first]
        for cell in row.cells
        for column in _named_columns(cell)
        if column in numbers
    }
    # The same word in every column is what stands there in place of numbers.
    return numbers <= names.keys() and len(set(names.values())) >= min(2, len(numbers)) and bool(numbers)


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
            if plain and not _is_head(rows, parts, at - 1, end) and all(_may_be_label(row) for row in rows[at:end]):
                parts[at:end] = [_Part.BOTH] * (end - at)
        at = end + 1
    return parts


def _is_head(rows: list[SheetRow], parts: list[_Part], above: int, at: int) -> bool:
    """Tell whether the row ``at`` is a head: words stand in it where numbers stand below it, or above up to row ``above``."""
    if _has_number(rows[at]):
        return False
    end = at + 1
    while end < len(rows) and parts[end] is _Part.TABLE:
        end += 1
    start = above
    while start > 0 and parts[start - 1] in (_Part.TABLE, _Part.BOTH):
        start -= 1
    numbers = _number_columns(rows[start : above + 1]) | _number_columns(rows[at:end])
    return any(column in numbers for cell in rows[at].cells for column in _named_columns(cell))


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


def _number_columns(rows: list[SheetRow]) -> set[int]:
    return {cell.first for row in rows for cell in row.cells if _NUMBER.fullmatch(cell.text)}


def _named_columns(cell: SheetCell) -> range:
    """Return the columns below a cell that may be a head's."""
    return range(cell.first, cell.last + 1) if _WORD.search(cell.text) else range(0)


def _may_be_label(row: SheetRow) -> bool:
    return len(row.cells) > 1 and all(len(cell.text) <= _LONGEST_LABEL for cell in row.cells)
