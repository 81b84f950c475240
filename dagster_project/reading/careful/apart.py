"""Tables whose labels and values stand apart: a block of row labels, then a block of values in the order of the rows.

Here: such tables, read as a whole or not at all. Not here: values behind their own label (``runs``).

A page cut into its columns, or printed cell by cell from top to bottom, leaves the order of labels, the order of values and their
number. That decides a table when
- all its rows are labelled in the order of the form, once, and each block of labels is followed by exactly as many numbers as its
  rows have columns,
- its head names no columns in another order,
- every cell stands in two equations of the form, and all of these hold,
- what was read of the table otherwise says the same.
Where the block read column by column would satisfy the equations as well, only what both readings give a cell is read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from dagster_project.forms import labels, registry
from dagster_project.forms.equations import Equation, equations
from dagster_project.reading.careful.anchors import Anchor
from dagster_project.reading.careful.runs import column_orders, is_part
from dagster_project.reading.careful.stream import PIECE, Stream
from dagster_project.reading.careful.tokens import is_value

_HAN = re.compile(r"[一-鿿㐀-䶿]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,11}")
# A label that its neighbours cut off is known by its first half, and by so many characters.
_FEWEST_CHARACTERS = 4
# Each cell in the sum of its row and in that of its column.
_EQUATIONS_A_CELL = 2


@dataclass(frozen=True)
class ApartCell:
    """One cell: its code, its number and where this begins in the stream."""

    cell: str
    value: Decimal
    start: int


def read_apart(
    stream: Stream, anchors: Sequence[Anchor], form: str, read: Mapping[str, Decimal | None]
) -> list[ApartCell]:
    """Return the cells of tables of a form whose labels and values stand apart, those in ``read`` included.

    ``read``: what was read otherwise; a table of which it holds anything else is left.
    """
    found: list[ApartCell] = []
    for table in registry.TABLES:
        readings = [
            reading
            for rows in _variants(form, table)
            for start, end in _parts(anchors, table, len(stream.text))
            if _in_order(anchors, start, end, form, table) and (reading := _read(stream.text, start, end, table, rows))
        ]
        if len(readings) != 1:
            continue  # none, or two: which of them is the report's is open
        numbers = {each.cell: each.value for each in readings[0]}
        others = {cell: value for cell, value in read.items() if cell.startswith(f"{table}.")}
        if all(cell not in numbers or numbers[cell] == value for cell, value in others.items()):
            found += readings[0]
    return found


@cache
def _variants(form: str, table: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows that a report of the form may print in a table, in order: its own, or those borrowed in place of some. None
    where the equations do not bind every cell."""
    cells = registry.cells().filter(form=form, table=table)
    own = cells.filter(presence="regular")["row"].unique(maintain_order=True).to_list()
    borrowed = cells.filter(presence="alternative")["row"].unique(maintain_order=True).to_list()
    stems = {row.partition("_")[0] for row in borrowed}
    replaced = [row for row in own if row.partition("_")[0] in stems]
    variants = [own]
    if replaced:
        at = own.index(replaced[0])
        variants.append([*own[:at], *borrowed, *own[at + len(replaced) :]])
    return tuple(tuple(rows) for rows in variants if rows and _are_bound(table, rows))


def _are_bound(table: str, rows: Sequence[str]) -> bool:
    asked = [cell for each in _hard(table, rows) for cell in each.cells]
    return all(
        asked.count(f"{table}.{row}.{column}") >= _EQUATIONS_A_CELL
        for row in rows
        for column in registry.column_order(table)
    )


def _parts(anchors: Sequence[Anchor], table: str, length: int) -> list[tuple[int, int]]:
    """Return from where to where the stream prints labels of one table only."""
    parts: list[tuple[int, int]] = []
    begin: int | None = None
    for anchor in anchors:
        if anchor.meaning.table == table:
            begin = anchor.start if begin is None else begin
        elif begin is not None:
            parts.append((begin, anchor.start))
            begin = None
    return [*parts, (begin, length)] if begin is not None else parts


def _in_order(anchors: Sequence[Anchor], start: int, end: int, form: str, table: str) -> bool:
    """Whether a part of the stream names columns in no other order than the form."""
    named = tuple(a.meaning.code for a in anchors if start <= a.start < end and a.meaning.role == "column")
    return any(is_part(named, order) for order in column_orders(form, table))


def _read(text: str, start: int, end: int, table: str, rows: Sequence[str]) -> list[ApartCell]:
    columns = registry.column_order(table)
    words: list[str] = []
    places: list[int] = []  # of each character of the words
    numbers: list[tuple[int, Decimal]] = []
    for match in PIECE.finditer(text, start, end):
        if _NUMBER.fullmatch(match[0]):
            numbers.append((match.start(), Decimal(match[0])))
        elif _HAN.search(match[0]) is None and is_value(match[0]):
            return []  # a mark, or digits that are several numbers
        else:
            han = list(_HAN.finditer(match[0]))
            words += [each[0] for each in han]
            places += [match.start() + each.start() for each in han]
    if len(numbers) != len(rows) * len(columns):
        return []
    labelled = _labels_in_order("".join(words), table, rows)
    if labelled is None:
        return []
    blocks = _blocks([places[at] for at in labelled], [place for place, _ in numbers], len(columns))
    if blocks is None or max(blocks) == 1:
        return []
    readings = []
    for by_columns in (False, True):
        order = [at for block in _orders(blocks, len(columns), by_columns) for at in block]
        cells = [f"{table}.{row}.{column}" for row in rows for column in columns]
        reading = {cell: numbers[at] for cell, at in zip(cells, order, strict=True)}
        if _hold(table, rows, {cell: value for cell, (_, value) in reading.items()}):
            readings.append(reading)
    return [
        ApartCell(cell, value, place)
        for cell, (place, value) in (readings[0] if readings else {}).items()
        if all(reading[cell][1] == value for reading in readings)
    ]


def _labels_in_order(words: str, table: str, rows: Sequence[str]) -> list[int] | None:
    """Return where the labels of the rows begin in the words, in the order of the rows; None when one is missing or stands elsewhere."""
    found: list[int] = []
    at = 0
    for row in rows:
        place, end = min(
            ((place, place + len(label)) for label in _spellings(table, row) if (place := words.find(label, at)) >= 0),
            default=(-1, -1),
            key=lambda each: (each[0], -each[1]),
        )
        if place < 0:
            place, end = _cut_off(words, at, max(_spellings(table, row), key=len))
        if place < 0:
            return None
        found.append(place)
        at = end
    return found


def _cut_off(words: str, at: int, label: str) -> tuple[int, int]:
    fewest = max(_FEWEST_CHARACTERS, len(label) // 2 + 1)
    for length in range(len(label) - 1, fewest - 1, -1):
        if (place := words.find(label[:length], at)) >= 0:
            return place, place + length
    return -1, -1


@cache
def _spellings(table: str, row: str) -> tuple[str, ...]:
    printed = registry.labels().filter(table=table, role="row", code=row)["label"]
    return tuple({"".join(_HAN.findall(labels.key_of(label))): None for label in printed})


def _blocks(label_places: Sequence[int], number_places: Sequence[int], columns: int) -> list[int] | None:
    """Return how many rows each block of labels has; None where a block is not followed by as many numbers as belong to it."""
    blocks: list[int] = []
    rows = numbers = 0
    for _, is_number in sorted([*((place, False) for place in label_places), *((place, True) for place in number_places)]):
        if is_number:
            numbers += 1
            continue
        if numbers:
            if numbers != rows * columns:
                return None
            blocks.append(rows)
            rows = numbers = 0
        rows += 1
    return [*blocks, rows] if numbers == rows * columns else None


def _orders(blocks: Sequence[int], columns: int, by_columns: bool) -> Iterable[list[int]]:
    """Yield for each block the indices of the numbers of its cells, row by row."""
    first = 0
    for rows in blocks:
        step, row_step = (rows, 1) if by_columns else (1, columns)
        yield [first + row * row_step + column * step for row in range(rows) for column in range(columns)]
        first += rows * columns


def _hold(table: str, rows: Sequence[str], values: Mapping[str, Decimal]) -> bool:
    return all(each.difference(values) == 0 for each in _hard(table, rows))


def _hard(table: str, rows: Sequence[str]) -> list[Equation]:
    return [each for each in equations(frozenset(f"{table}.{row}" for row in rows)) if each.severity == "hard"]
