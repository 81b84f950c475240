"""Tables of a PDF that pages cut: which parts are one table, and which rows are halves of one.

Here: proof by geometry. Not here: halves that only the words on them tell to belong together; they are handed on as they are,
one row each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dagster_project.documents.pdf_blocks import is_value
from dagster_project.documents.pdf_lines import Line
from dagster_project.documents.pdf_page import Page
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pdf_unruled import stands_below
from dagster_project.documents.pieces import EDGE_MARK, NO_MARKS

# Column edges, in points: how far they may differ between the pages, and how far a table may be shifted as a whole, as on
# left and right pages.
_EDGE = 3.0
_SHIFT = 60.0
# A table that a page cuts reaches so far down its page: the next row had no room there.
_LOWER_PART = 0.6
# A label goes on in the next row when its last line leaves less room than this, in characters.
_FULL = 1.6
_ITEM = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十0-9]{1,3}[)）、.．])")


@dataclass
class Row:
    """One row as it is handed on: its cells, and the page of its upper half."""

    page: Page
    cells: list[Cell]


@dataclass
class WholeTable:
    """A table over one page or several."""

    parts: list[Table] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        """The rows of all pages: halves of a row put together where that is sure, a head repeated on each page kept."""
        found: list[Row] = []
        before: Table | None = None
        for part in self.parts:
            rows = [Row(part.page, cells) for cells in part.rows]
            if before is not None:
                head = _repeated_head(self.parts[0], part) if part.ruled else _first_row_of_numbers(part)
                if head < len(rows) and found:
                    rows[head].cells = _carried_over(before, part, rows[head].cells)
                    if not rows[head].cells:
                        rows.pop(head)
            found += rows
            before = part
        return found


def _repeated_head(first: Table, part: Table) -> int:
    """Return how many rows at the top of a part are those at the top of the table."""
    count = 0
    for cells, others in zip(first.rows, part.rows, strict=False):
        texts = ["".join(cell.text.split()) for cell in cells]
        if first is part or not any(texts) or texts != ["".join(cell.text.split()) for cell in others]:
            break
        if any(glyph.text.isdigit() for cell in cells for glyph in cell.glyphs):
            break
        count += 1
    return count


def _first_row_of_numbers(part: Table) -> int:
    return next((index for index, cells in enumerate(part.rows) if _by_column(part, cells)[1]), len(part.rows))


def goes_on(whole: WholeTable, part: Table) -> bool:
    """Whether a table that stands first on its page goes on with one that stands last on the page before."""
    last = whole.parts[-1]
    if part.page.number != last.page.number + 1 or part.ruled != last.ruled:
        return False
    if last.box[3] < _LOWER_PART * last.page.height:
        return False
    if not part.ruled:
        return stands_below(last, part)
    shift = _shift(last, part)
    if abs(shift) > _SHIFT or abs(part.edges[-1] - shift - last.edges[-1]) > _EDGE:
        return False
    before = sorted({edge for each in whole.parts for edge in each.edges})
    moved = [edge - shift for edge in part.edges]
    return _are_among(moved, before) or _are_among(before, moved)


def _shift(before: Table, part: Table) -> float:
    return part.edges[0] - before.edges[0]


def _are_among(edges: Sequence[float], others: Sequence[float]) -> bool:
    return all(any(abs(edge - other) <= _EDGE for other in others) for edge in edges)


def _carried_over(before: Table, part: Table, lower: list[Cell]) -> list[Cell]:
    """Put lower halves of cells to their upper halves and return what is left of the lower row.

    Where a row may go on below the break and nothing proves it, its blank cells are marked: they are not surely blank.
    """
    if part.ruled:
        upper = _at_break(before)
        pairs = _pairs(upper, lower, _shift(before, part))
        sure = _is_cut_row(before, part, pairs) or _is_cut_head(upper, lower, pairs)
    else:
        pairs = _pairs_by_column(before, part, lower)
        sure = False
    if sure or _is_rest(pairs, lower):
        for cell, below in pairs:
            # Nothing but the mark between digits: where they part is not known.
            glue = EDGE_MARK if _has_digit(cell) and _has_digit(below) else "\n"
            cell.text = glue.join(text for text in (cell.text, below.text) if text)
            if not cell.glyphs:
                cell.box, cell.glyphs = below.box, below.glyphs
            if below.confidence is not None:
                cell.confidence = min(below.confidence, 1.0 if cell.confidence is None else cell.confidence)
        joined = {id(below) for _, below in pairs}
        rest = [cell for cell in lower if id(cell) not in joined]
        return rest if any(cell.glyphs for cell in rest) else []
    # A row that begins with the number of an item is a row of its own.
    if not any(_ITEM.match(cell.text) for cell in lower if _is_label(cell)):
        _mark_perhaps_broken(before, pairs)
    if before.open_below:
        for cell in before.rows[-1]:
            if not cell.text:
                cell.text = EDGE_MARK
    return lower


def mark_at_break(last: Table, first: Table | None, above: Sequence[Line]) -> None:
    """Mark numbers beside a page break that may be parts of one number, in tables without lines.

    ``last`` stands last on its page; ``first`` and the lines ``above`` it stand first on the next. A whole row of numbers with
    a label begins a row of its own; anything else may be what is left of the row above.
    """
    upper = next((row for row in reversed(last.rows) if _by_column(last, row)[1]), [])
    _, values = _by_column(last, upper)
    label_below, below = _by_column(first, first.rows[_first_row_of_numbers(first)]) if _has_numbers(first) else (None, [])
    rests = any(is_value(line.text) and line.glyphs[0].text.isdigit() for line in above)
    whole = label_below is not None and label_below.glyphs and (
        all(cell.glyphs for cell in below) or bool(_ITEM.match(label_below.text))
    )
    if not rests and (whole or not any(map(_has_digit, below))):
        return
    for cell in values:
        if not _has_digit(cell):
            continue
        width = max(glyph.right for glyph in cell.glyphs) - min(glyph.left for glyph in cell.glyphs)
        if width + 0.9 * max(glyph.right - glyph.left for glyph in cell.glyphs) > cell.box[2] - cell.box[0]:
            cell.text += EDGE_MARK
    for cell in below if not whole else ():
        if _has_digit(cell):
            cell.text += EDGE_MARK


def _has_numbers(table: Table | None) -> bool:
    return table is not None and not table.ruled and _first_row_of_numbers(table) < len(table.rows)


def _pairs_by_column(before: Table, part: Table, lower: list[Cell]) -> list[tuple[Cell, Cell]]:
    """Return the cells of the last row of numbers of an unruled table and of the row below the break, column by column.

    The first pair are the labels; a blank one stands for a label that is not there.
    """
    upper = next((row for row in reversed(before.rows) if _by_column(before, row)[1]), [])
    (label, values), (label_below, values_below) = _by_column(before, upper), _by_column(part, lower)
    if not values or not values_below:
        return []
    return [(label, label_below), *zip(values, values_below, strict=True)]


def _by_column(table: Table, row: list[Cell]) -> tuple[Cell, list[Cell]]:
    """Return the label beside the numbers of a row of an unruled table, and its cells in the columns of numbers."""
    columns = set(zip(table.edges[::2], table.edges[1::2], strict=True))
    values = [cell for cell in row if (cell.box[0], cell.box[2]) in columns]
    labels = [cell for cell in row if not columns or cell.box[0] < table.edges[0]]
    label = max(labels, key=lambda cell: cell.box[0], default=None)
    return label or Cell((0.0, 0.0, 0.0, 0.0)), values if len(values) == len(columns) else []


def _mark_perhaps_broken(before: Table, pairs: list[tuple[Cell, Cell]]) -> None:
    """Mark numbers that may go on below the break: they fill their cells, and the lower row lacks numbers of a whole row."""
    _, values = _label_and_values(pairs)
    if all(below.glyphs for _, below in values):
        return
    for cell, below in values:
        if _has_digit(cell) and _has_digit(below) and (not before.ruled or _is_full(cell)):
            cell.text += EDGE_MARK
            below.text += EDGE_MARK


def _at_break(table: Table) -> list[Cell]:
    """Return the cells of a table that end at its lower edge, those that span rows included, from left to right."""
    if not table.ruled:
        return table.rows[-1]
    cells = [cell for row in table.rows for cell in row if table.box[3] - cell.box[3] <= _EDGE]
    return sorted(cells, key=lambda cell: cell.box[0])


def _label_and_values(pairs: list[tuple[Cell, Cell]]) -> tuple[tuple[Cell, Cell] | None, list[tuple[Cell, Cell]]]:
    """Return the halves of the label beside the values of a row, and those of the values; cells further left span rows."""
    labels = [index for index, (cell, _) in enumerate(pairs) if _is_label(cell)]
    return (pairs[labels[-1]], pairs[labels[-1] + 1 :]) if labels else (None, [])


def _is_rest(pairs: list[tuple[Cell, Cell]], lower: list[Cell]) -> bool:
    """Whether numbers without a label stand below numbers with one: they may be the rest of numbers broken over lines."""
    label, values = _label_and_values(pairs)
    if label is None or any(map(_is_label, lower)):
        return False
    return any(_has_digit(cell) and _has_digit(below) for cell, below in values)


def _is_label(cell: Cell) -> bool:
    return bool(cell.glyphs) and not is_value(cell.text.translate(NO_MARKS))


def _has_digit(cell: Cell) -> bool:
    return any(glyph.text.isdigit() for glyph in cell.glyphs)


def _is_cut_row(before: Table, part: Table, pairs: list[tuple[Cell, Cell]]) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before.

    A line that would close the row at the break is missing, both halves have the same columns, and
    - the lower half has no label where the upper one has one: a row does not begin with its values; or
    - one half has a label only, and the upper label fills its cell, so that the lower one goes on with it.
    """
    if not (before.open_below or part.open_above) or len(pairs) < len(_at_break(before)):
        return False
    label, values = _label_and_values(pairs)
    if label is None or not values:
        return False
    values_above, values_below = (any(pair[half].glyphs for pair in values) for half in (0, 1))
    if not label[1].glyphs:
        return values_below
    return values_above != values_below and _is_full(label[0]) and not _ITEM.match(label[1].text)


def _is_cut_head(upper: list[Cell], lower: list[Cell], pairs: list[tuple[Cell, Cell]]) -> bool:
    """Whether words of a head are cut: no digit on either side, and what goes on below fills its cell above.

    One cell may stand by chance below another. Several do not, nor one beside cells that go on below without text, nor one
    that is all there is in the lower row.
    """
    if any(map(_has_digit, (*upper, *lower))):
        return False
    going_on = [cell for cell, below in pairs if cell.glyphs and below.glyphs]
    if not going_on or not all(map(_is_full, going_on)):
        return False
    empty_below = any(cell.glyphs and not below.glyphs for cell, below in pairs)
    return len(going_on) > 1 or empty_below or sum(bool(cell.glyphs) for cell in lower) == 1


def _pairs(upper: list[Cell], lower: list[Cell], shift: float) -> list[tuple[Cell, Cell]]:
    """Return the cells of two rows that have the same columns."""
    pairs = []
    for cell in upper:
        below = [
            other
            for other in lower
            if abs(other.box[0] - shift - cell.box[0]) <= _EDGE and abs(other.box[2] - shift - cell.box[2]) <= _EDGE
        ]
        if len(below) == 1:
            pairs.append((cell, below[0]))
    return pairs


def _is_full(cell: Cell) -> bool:
    """Whether the last line of a cell leaves no room for another character and as much again on both sides."""
    last = max(glyph.base for glyph in cell.glyphs)
    line = [glyph for glyph in cell.glyphs if abs(glyph.base - last) < 0.5 * glyph.size]
    width = max(glyph.right for glyph in line) - min(glyph.left for glyph in line)
    return width + _FULL * line[0].size > cell.box[2] - cell.box[0] - line[0].size
