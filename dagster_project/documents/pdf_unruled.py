"""Tables of a PDF without ruling lines, as browsers and word processors print borderless tables.

Here: rows of numbers that stand in columns. Not here: the labels beside them and the heads above them (``pdf_labels``), ruled
tables, the meaning of a label.

A row is a line that ends in numbers or marks. Its columns are where the numbers of its block stand, taken together. Two numbers in
one column, or a number over two, stay apart by a space: nothing is glued here.
"""

from collections.abc import Sequence

import numpy as np

from dagster_project.documents.pdf_blocks import CELLS_APART, Tabular, blocks_of, is_value, taken_apart
from dagster_project.documents.pdf_labels import (
    ALIGNED,
    WIDEST_PITCH,
    Blob,
    blobs_of,
    has_digit,
    head_rows,
    lone,
    owned_by,
    parted,
    pitch_of,
    row_of,
    with_names_last,
)
from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_page import Page
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pieces import EDGE_MARK, Box

# Numbers that stand so close, in shares of the font size, may be parts of one.
_CLOSE_PITCH = 1.8
_FEWEST_VALUES = 3
_LONGEST_UNIT = 4


def unruled_tables(page: Page, lines: Sequence[Line]) -> tuple[list[Table], list[Line]]:
    """Return the tables that stand among the lines of a page, and the lines that are left."""
    taken = [taken_apart(line) for line in lines]
    tables: list[Table] = []
    left: list[Line] = []
    for block in blocks_of(page, taken):
        table = _table(page, block)
        if table is None:
            left += [each.line for each in block]
        else:
            tables.append(table)
    return tables, sorted(left, key=lambda line: (line.base, line.left))


def head_only(page: Page, lines: Sequence[Line]) -> tuple[Table | None, list[Line]]:
    """Return what stands last on a page as the head of a table that begins on the next, and the lines before it."""
    blocks = list(blocks_of(page, [taken_apart(line) for line in lines]))
    if not blocks or any(each.values for each in blocks[-1]) or max(len(each.labels) for each in blocks[-1]) < 2:
        return None, list(lines)
    block = blocks[-1]
    cells = [row_of(blobs) for blobs in head_rows(block, pitch_of(block))]
    table = Table(page, _around(cells), cells, [], ruled=False)
    return table, [line for line in lines if all(line is not each.line for each in block)]


def fragments(before: Table, lines: Sequence[Line]) -> list[Line]:
    """Return those lines, beside a break of the page, that are parts of labels of a table that goes on over the break."""
    edge = before.edges[0]
    starts = [cell.box[0] for row in before.rows for cell in row if cell.box[0] < edge]
    return [
        line
        for line in lines
        if line.right < edge
        and all(
            any(abs(word.left - start) < ALIGNED * word.size for start in starts) for word in line.words(CELLS_APART)
        )
    ]


def add_fragments(table: Table, lines: Sequence[Line], *, above: bool) -> None:
    """Add lines as rows without values above or below the rows of a table."""
    rows = [[Blob([word]).cell() for word in line.words(CELLS_APART)] for line in lines]
    table.rows = rows + table.rows if above else table.rows + rows
    table.box = _around(table.rows)


def _table(page: Page, block: list[Tabular]) -> Table | None:
    anchors = [each for each in block if each.values]
    if not anchors:
        return None
    columns = _columns(anchors)
    first = block.index(anchors[0])
    pitch = pitch_of(block)
    labels_above = [word for each in block[:first] for word in each.labels]
    # Words of the head stand close above the first numbers, but parts of a number have digits.
    beside = [word for index, each in enumerate(block) for word in each.labels if index >= first or has_digit(word)]
    broken = _perhaps_broken(anchors, columns, labels_above, beside)
    if not _is_safe(anchors, columns, labels_above) or _are_side_by_side(anchors):
        # As lines they are read no less carefully.
        for each in anchors:
            for word in each.values:
                word.glyphs[-1].text += EDGE_MARK if id(word) in broken else ""
        return None
    edge = columns[0][0]
    labels = blobs_of([word for each in block for word in each.labels if word.left < edge], pitch)
    owned = owned_by(parted(labels, anchors), anchors)
    # What stands above the first row and is not its label is the head.
    of_rows = {id(word) for blobs in owned for blob in blobs for word in blob.words}
    head = [
        Tabular(each.line, [word for word in each.labels if id(word) not in of_rows], []) for each in block[:first]
    ]
    heads = with_names_last(head_rows([each for each in head if each.labels], pitch), columns, pitch)
    rows = [row_of(blobs) for blobs in heads]
    in_head = {id(word) for each in head for word in each.labels}
    loose = [(blob.words[0].base, [blob.cell()]) for blob in lone(block, of_rows | in_head, pitch)]
    anchors, owned = _with_rests(anchors, owned)
    body = [
        (
            anchor.line.base,
            [*(blob.cell() for blob in sorted(blobs, key=lambda blob: blob.box[0])), *_values(anchor, columns, broken)],
        )
        for anchor, blobs in zip(anchors, owned, strict=True)
    ]
    rows += [cells for _, cells in sorted(loose + body, key=lambda pair: pair[0])]
    return Table(page, _around(rows), rows, [place for column in columns for place in column], ruled=False)


def _columns(anchors: list[Tabular]) -> list[tuple[float, float]]:
    """Return where numbers stand, all rows taken together, as (left, right).

    What stands over two numbers of several other rows spans their columns, or is two numbers that touch, and says of no
    column where it stands.
    """
    words = [(word.left, word.right, row) for row, each in enumerate(anchors) for word in each.values]
    left, right, row = (np.array(each) for each in zip(*words, strict=True))
    touch = (left[:, None] <= right) & (right[:, None] >= left) & (row[:, None] != row)
    spans = [np.sum(np.unique(row[over], return_counts=True)[1] > 1) > 1 for over in touch]
    columns = _united([place[:2] for place, over in zip(words, spans, strict=True) if not over])
    beside = [(a, b) for a, b, _ in words if not any(a <= end and b >= start for start, end in columns)]
    return _united(columns + beside)


def _united(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return places with those as one that overlap, from left to right."""
    united: list[tuple[float, float]] = []
    for start, end in sorted(places):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return united


def _is_safe(anchors: list[Tabular], columns: list[tuple[float, float]], above: list[Line]) -> bool:
    """Whether the numbers surely stand in columns: several of them one below the other or below a head."""
    if max(len(each.values) for each in anchors) >= _FEWEST_VALUES:
        return True
    for left, right in columns:
        below = sum(any(word.left <= right and word.right >= left for word in each.values) for each in anchors)
        heads = sum(word.left <= right and word.right >= left for word in above)
        if below + min(heads, 1) > 1:
            return True
    return False


def _are_side_by_side(anchors: list[Tabular]) -> bool:
    """Whether rows go on with another label after their numbers: two tables stand beside one another."""
    return sum(any(is_value(word.text) for word in each.labels[1:-1]) for each in anchors) > 1


def _with_rests(
    anchors: list[Tabular], owned: list[list[Blob]]
) -> tuple[list[Tabular], list[list[Blob]]]:
    """Put numbers without a label of their own, close below other numbers, to the row above: they may be the rest of those."""
    rows: list[Tabular] = []
    labels: list[list[Blob]] = []
    for anchor, mine in zip(anchors, owned, strict=True):
        above = rows[-1] if rows else None
        if above is not None and not mine and labels[-1] and anchor.line.base - above.line.base < WIDEST_PITCH * anchor.line.size:
            rows[-1] = Tabular(above.line, above.labels, above.values + anchor.values)
        else:
            rows.append(anchor)
            labels.append(mine)
    return rows, labels


def _perhaps_broken(
    anchors: list[Tabular], columns: list[tuple[float, float]], head: list[Line], words: list[Line]
) -> set[int]:
    """Return the numbers that may be parts of one number broken over lines.

    Such parts stand as close as lines of a cell, the upper one fills its column, as wide as what stands in it and in its head, and the lower line is no whole row with a
    label on its base line: hardly every number of a row is broken. Or the other part is no number by itself, as a unit or decimals
    are; a head that names a column has no digits and is longer than a unit.
    """
    found: set[int] = set()
    unlabelled = {id(word) for anchor in anchors if not anchor.labels for word in anchor.values}
    for left, right in columns:
        placed = [
            (word, bool(anchor.labels) and len(anchor.values) >= len(columns) > 1)
            for anchor in anchors
            for word in anchor.values
            if word.left <= right and word.right >= left
        ]
        beside = [word for word in words if word.left <= right and word.right >= left]
        found |= {
            id(word)
            for word, _ in placed
            if any(
                abs(word.base - other.base) < _CLOSE_PITCH * word.size and _may_belong(word, other) for other in beside
            )
        }
        # A column is as wide as its head at least.
        over = [word for word in head if [c for c in columns if word.left <= c[1] and word.right >= c[0]] == [(left, right)]]
        widest = max(word.right - word.left for word in (*over, *(word for word, _ in placed)))
        for index, (word, _) in enumerate(placed):
            # Of lines that stand between these two others may be nearer, in other columns of the same row.
            for below, is_full_row in placed[index + 1 : index + 3]:
                pitch = WIDEST_PITCH if id(below) in unlabelled else _CLOSE_PITCH
                near = 0.5 * word.size < below.base - word.base < pitch * word.size
                next_digit = below.glyphs[0].right - below.glyphs[0].left
                if near and not is_full_row and word.right - word.left + 0.9 * next_digit > widest:
                    found |= {id(word), id(below)}
    return found


def _may_belong(number: Line, word: Line) -> bool:
    """Whether a word above or below a number may be a part of it: it has digits, or it stands below and may be a unit."""
    if has_digit(word):
        return True
    return word.base > number.base and (len(word.glyphs) <= _LONGEST_UNIT or "元" in word.text)


def _values(anchor: Tabular, columns: list[tuple[float, float]], broken: set[int]) -> list[Cell]:
    cells = []
    for left, right in columns:
        words = [word for word in anchor.values if word.left <= right and word.right >= left]
        box = (left, anchor.line.top, right, anchor.line.bottom)
        glyphs = [glyph for word in words for glyph in word.glyphs]
        over_several = any(
            sum(word.left <= end and word.right >= start for start, end in columns) > 1 for word in words
        )
        mark = EDGE_MARK if over_several or any(id(word) in broken for word in words) else ""
        # Nothing but the mark between parts of what may be one number: where they part is not known.
        cells.append(Cell(box, (mark or "\n").join(word.text for word in words) + mark, glyphs))
    return cells


def _around(rows: list[list[Cell]]) -> Box:
    boxes = [cell.box for row in rows for cell in row]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def stands_below(before: Table, part: Table) -> bool:
    """Whether the columns of a table on one page are those of a table on the page before."""
    if not before.edges or not part.edges:
        return before.box[0] < part.box[2] and part.box[0] < before.box[2]
    columns, others = (list(zip(table.edges[::2], table.edges[1::2], strict=True)) for table in (before, part))
    return len(columns) == len(others) and all(
        left <= right_below and left_below <= right
        for (left, right), (left_below, right_below) in zip(columns, others, strict=True)
    )
