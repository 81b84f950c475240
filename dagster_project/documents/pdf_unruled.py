"""Tables of a PDF without ruling lines, as browsers and word processors print borderless tables.

Here: rows of numbers that stand in columns, the labels beside them, the heads above them. Not here: ruled tables; the meaning
of a label.

A row is a line that ends in numbers or marks. Its columns are where the numbers of its block stand, taken together. Labels of
several lines are put together by the distance of their lines, which is smaller inside a cell than between rows; where it is
not, by the numbers, which stand at the middle of their label, if all lines can be parted so; else a row takes the label on
its own base line and every other line stands for itself. Two numbers in one column, or a number
over two, stay apart by a space: nothing is glued here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.documents.pdf_blocks import CELLS_APART, Tabular, blocks_of, is_value, taken_apart
from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_page import Page
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pieces import EDGE_MARK, Box

# Shares of the font size.
_ALIGNED = 0.2  # Lines of one cell begin or are centred so nearly at one place.
_ON_LINE = 0.5
_CENTRED = 0.3  # A label's middle stands so near to the numbers of its row; one line more moves it by twice as much.
# Lines of one cell follow one another at most so much further apart than the closest of the block.
_LINE_PITCH = 1.25
_WIDEST_PITCH = 2.2
_CLOSE_PITCH = 1.8
_FEWEST_VALUES = 3
_LONGEST_UNIT = 4


@dataclass
class _Blob:
    """Words one below the other that make the text of a cell."""

    words: list[Line]

    @property
    def box(self) -> Box:
        return (
            min(word.left for word in self.words),
            self.words[0].top,
            max(word.right for word in self.words),
            self.words[-1].bottom,
        )

    @property
    def centre(self) -> float:
        return (self.words[0].top + self.words[-1].bottom) / 2

    def cell(self) -> Cell:
        glyphs = [glyph for word in self.words for glyph in word.glyphs]
        text = "\n".join(word.text for word in self.words)
        # A number that stands in no column of numbers may be a part of one.
        mark = EDGE_MARK if is_value(text) and any(map(_has_digit, self.words)) else ""
        return Cell(self.box, text + mark, glyphs)


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
    cells = [_row_of(blobs) for blobs in _head_rows(block, _pitch(block))]
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
            any(abs(word.left - start) < _ALIGNED * word.size for start in starts) for word in line.words(CELLS_APART)
        )
    ]


def add_fragments(table: Table, lines: Sequence[Line], *, above: bool) -> None:
    """Add lines as rows without values above or below the rows of a table."""
    rows = [[_Blob([word]).cell() for word in line.words(CELLS_APART)] for line in lines]
    table.rows = rows + table.rows if above else table.rows + rows
    table.box = _around(table.rows)


def _table(page: Page, block: list[Tabular]) -> Table | None:
    anchors = [each for each in block if each.values]
    if not anchors:
        return None
    columns = _columns(anchors)
    first = block.index(anchors[0])
    pitch = _pitch(block)
    labels_above = [word for each in block[:first] for word in each.labels]
    # Words of the head stand close above the first numbers, but parts of a number have digits.
    beside = [word for index, each in enumerate(block) for word in each.labels if index >= first or _has_digit(word)]
    broken = _perhaps_broken(anchors, columns, labels_above, beside)
    if not _is_safe(anchors, columns, labels_above) or _are_side_by_side(anchors):
        # As lines they are read no less carefully.
        for each in anchors:
            for word in each.values:
                word.glyphs[-1].text += EDGE_MARK if id(word) in broken else ""
        return None
    edge = columns[0][0]
    labels = _blobs([word for each in block for word in each.labels if word.left < edge], pitch)
    owned = _owned(_parted(labels, anchors), anchors)
    # What stands above the first row and is not its label is the head.
    of_rows = {id(word) for blobs in owned for blob in blobs for word in blob.words}
    head = [
        Tabular(each.line, [word for word in each.labels if id(word) not in of_rows], []) for each in block[:first]
    ]
    head_rows = _with_names_last(_head_rows([each for each in head if each.labels], pitch), columns, pitch)
    rows = [_row_of(blobs) for blobs in head_rows]
    in_head = {id(word) for each in head for word in each.labels}
    loose = [(blob.words[0].base, [blob.cell()]) for blob in _lone(block, of_rows | in_head, pitch)]
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


def _has_digit(word: Line) -> bool:
    return any(glyph.text.isdigit() for glyph in word.glyphs)


def _pitch(block: list[Tabular]) -> float:
    """Return the distance of base lines up to which words one below the other are lines of one cell."""
    words = sorted((word for each in block for word in each.labels), key=lambda word: word.base)
    closest = [
        below.base - word.base
        for index, word in enumerate(words)
        for below in words[index + 1 : index + 24]
        if _is_aligned(word, below) and 0.9 * word.size < below.base - word.base < _WIDEST_PITCH * word.size
    ]
    return _LINE_PITCH * min(closest, default=0.0)


def _is_aligned(word: Line, below: Line) -> bool:
    near = _ALIGNED * min(word.size, below.size)
    return abs(word.left - below.left) < near or abs(word.left + word.right - below.left - below.right) < 2 * near


def _blobs(
    words: list[Line], pitch: float, apart: Callable[[Line, Line, list[Line]], bool] | None = None
) -> list[_Blob]:
    """Put words one below the other together that are lines of one cell; ``apart`` says of which two they are not."""
    blobs: list[_Blob] = []
    for word in sorted(words, key=lambda word: (word.base, word.left)):
        fitting = [
            blob
            for blob in blobs
            if 0.5 * word.size < word.base - blob.words[-1].base <= pitch
            and _is_aligned(blob.words[-1], word)
            and not (apart and apart(blob.words[-1], word, words))
        ]
        if fitting:
            max(fitting, key=lambda blob: blob.words[-1].base).words.append(word)
        else:
            blobs.append(_Blob([word]))
    return blobs


def _parted(blobs: list[_Blob], anchors: list[Tabular]) -> list[_Blob]:
    """Return the labels with those of several rows, that stand as close as the lines of one, parted around the numbers.

    Only what stands next to the numbers is parted: further left stand the names of groups, each beside several rows.
    """
    next_to = [
        max(
            (blob for blob in blobs if blob.box[1] <= _middle(anchor) <= blob.box[3]),
            key=lambda blob: blob.box[0],
            default=None,
        )
        for anchor in anchors
    ]
    return [
        part
        for blob in blobs
        for part in _around_numbers(blob, [a for a, label in zip(anchors, next_to, strict=True) if label is blob])
    ]


def _around_numbers(blob: _Blob, anchors: list[Tabular]) -> list[_Blob]:
    """Return the lines of a label as one label for each row of numbers, its middle on theirs.

    Where one label ends decides where the next begins, so there is one way at most; with a line too many or too few there is
    none, and the label stays as it is.
    """
    parts: list[_Blob] = []
    rest = blob.words
    for anchor in anchors:
        near = _CENTRED * anchor.line.size
        ends = [
            end
            for end in range(1, len(rest) + 1)
            if abs((rest[0].base + rest[end - 1].base) / 2 - anchor.line.base) < near
        ]
        if len(ends) != 1:
            return [blob]
        parts.append(_Blob(rest[: ends[0]]))
        rest = rest[ends[0] :]
    return [blob] if rest else parts


def _middle(anchor: Tabular) -> float:
    return anchor.line.base - 0.35 * anchor.line.size


def _owned(blobs: list[_Blob], anchors: list[Tabular]) -> list[list[_Blob]]:
    """Return the labels of each row: the one beside its numbers, and those further left that begin there."""
    beside: list[list[_Blob]] = []
    for anchor in anchors:
        middle = _middle(anchor)
        beside.append([blob for blob in blobs if blob.box[1] <= middle <= blob.box[3]])
    leaves = [max(found, key=lambda blob: blob.box[0], default=None) for found in beside]
    shared = {id(leaf) for leaf in leaves if leaf is not None and sum(other is leaf for other in leaves) > 1}
    owned: list[list[_Blob]] = []
    begun: set[int] = set()
    for anchor, found, leaf in zip(anchors, beside, leaves, strict=True):
        mine = []
        for blob in found:
            if id(blob) in shared:
                # Rows as close as the lines of a cell: only what stands on the row's own base line is surely its label.
                own = [word for word in blob.words if abs(word.base - anchor.line.base) < _ON_LINE * word.size]
                mine += [_Blob([word]) for word in own]
            elif blob is leaf or id(blob) not in begun:
                mine.append(blob)
                begun.add(id(blob))
        owned.append(mine)
    return owned


def _with_rests(
    anchors: list[Tabular], owned: list[list[_Blob]]
) -> tuple[list[Tabular], list[list[_Blob]]]:
    """Put numbers without a label of their own, close below other numbers, to the row above: they may be the rest of those."""
    rows: list[Tabular] = []
    labels: list[list[_Blob]] = []
    for anchor, mine in zip(anchors, owned, strict=True):
        above = rows[-1] if rows else None
        if above is not None and not mine and labels[-1] and anchor.line.base - above.line.base < _WIDEST_PITCH * anchor.line.size:
            rows[-1] = Tabular(above.line, above.labels, above.values + anchor.values)
        else:
            rows.append(anchor)
            labels.append(mine)
    return rows, labels


def _lone(block: list[Tabular], taken: set[int], pitch: float) -> list[_Blob]:
    """Return the labels that belong to no row."""
    return _blobs([word for each in block for word in each.labels if id(word) not in taken], pitch)


def _head_rows(head: list[Tabular], pitch: float) -> list[list[_Blob]]:
    """Return the cells above the first row of numbers row by row: those of a row share their upper edge or their middle."""
    words = [word for each in head for word in each.labels]
    rows: list[list[_Blob]] = []
    for blob in sorted(_blobs(words, pitch, _spans), key=lambda blob: blob.words[0].base):
        size = blob.words[0].size
        fitting = [
            row
            for row in rows
            if any(
                abs(other.centre - blob.centre) < _ON_LINE * size
                or abs(other.words[0].base - blob.words[0].base) < _ALIGNED * size
                for other in row
            )
        ]
        if fitting:
            fitting[-1].append(blob)
        else:
            rows.append([blob])
    return sorted(rows, key=lambda row: sum(blob.centre for blob in row) / len(row))


def _with_names_last(
    rows: list[list[_Blob]], columns: list[tuple[float, float]], pitch: float
) -> list[list[_Blob]]:
    """Put what stands lowest above each column of numbers into one last row, where each column has a name of its own."""
    names: list[_Blob] = []
    taken: set[int] = set()
    for left, right in columns:
        above = [blob for row in rows for blob in row if blob.box[0] <= right and blob.box[2] >= left]
        words = [word for blob in above if _columns_below(blob, columns) == 1 for word in blob.words]
        if not words or max(above, key=lambda blob: blob.box[3]).words[-1] not in words:
            return rows
        # Over one column only nothing else is meant by a line close above.
        name = max(_blobs(words, pitch), key=lambda blob: blob.box[3])
        names.append(name)
        taken |= {id(word) for word in name.words}
    others = [[_Blob([word for word in blob.words if id(word) not in taken]) for blob in row] for row in rows]
    others = [[blob for blob in row if blob.words] for row in others]
    return [row for row in others if row] + [names]


def _columns_below(blob: _Blob, columns: list[tuple[float, float]]) -> int:
    return sum(blob.box[0] <= right and blob.box[2] >= left for left, right in columns)


def _spans(upper: Line, lower: Line, words: list[Line]) -> bool:
    """Whether a word stands above more than one word of the line of another: a head over several columns."""
    beside = [word for word in words if word is not lower and abs(word.base - lower.base) < _ALIGNED * lower.size]
    left = max(((word.right + lower.left) / 2 for word in beside if word.right <= lower.left), default=float("-inf"))
    right = min(((word.left + lower.right) / 2 for word in beside if word.left >= lower.right), default=float("inf"))
    return upper.left < left or upper.right > right


def _row_of(blobs: list[_Blob]) -> list[Cell]:
    return [blob.cell() for blob in sorted(blobs, key=lambda blob: blob.box[0])]


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
                pitch = _WIDEST_PITCH if id(below) in unlabelled else _CLOSE_PITCH
                near = 0.5 * word.size < below.base - word.base < pitch * word.size
                next_digit = below.glyphs[0].right - below.glyphs[0].left
                if near and not is_full_row and word.right - word.left + 0.9 * next_digit > widest:
                    found |= {id(word), id(below)}
    return found


def _may_belong(number: Line, word: Line) -> bool:
    """Whether a word above or below a number may be a part of it: it has digits, or it stands below and may be a unit."""
    if _has_digit(word):
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
