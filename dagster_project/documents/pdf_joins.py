"""Tables of a PDF that pages cut: which parts are one table, and which rows are halves of one.

Here: proof by geometry. Not here: halves that only the words on them tell to belong together; they are handed on as they are,
one row each.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dagster_project.documents.pdf_page import Page
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pdf_unruled import stands_below

# Column edges, in points: how far they may differ between the pages, and how far a table may be shifted as a whole, as on
# left and right pages.
_EDGE = 3.0
_SHIFT = 60.0
# A label goes on in the next row when its last line leaves less room than this, in characters.
_FULL = 1.6
_FEWEST_CUT_WORDS = 2
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
        found: list[Row] = []
        before: Table | None = None
        for part in self.parts:
            rows = [Row(part.page, cells) for cells in part.rows]
            if before is not None and before.ruled and rows and found:
                rows[0].cells = _carried_over(before, found[-1].cells, part, rows[0].cells)
                if not rows[0].cells:
                    rows.pop(0)
            found += rows
            before = part
        return found


def goes_on(whole: WholeTable, part: Table) -> bool:
    """Whether a table that stands first on its page goes on with one that stands last on the page before."""
    last = whole.parts[-1]
    if part.page.number != last.page.number + 1 or part.ruled != last.ruled:
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


def _carried_over(before: Table, upper: list[Cell], part: Table, lower: list[Cell]) -> list[Cell]:
    """Put lower halves of cells to their upper halves and return what is left of the lower row."""
    pairs = _pairs(upper, lower, _shift(before, part))
    if not pairs or not (_is_cut_row(before, part, upper, lower, pairs) or _is_cut_head(upper, lower, pairs)):
        return lower
    for cell, below in pairs:
        cell.text = "\n".join(text for text in (cell.text, below.text) if text)
        if not cell.glyphs:
            cell.box, cell.glyphs = below.box, below.glyphs
    joined = {id(below) for _, below in pairs}
    rest = [cell for cell in lower if id(cell) not in joined]
    # Of cells that span the rows above nothing but an empty part goes on.
    return rest if any(cell.glyphs for cell in rest) else []


def _is_cut_row(
    before: Table, part: Table, upper: list[Cell], lower: list[Cell], pairs: list[tuple[Cell, Cell]]
) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before.

    No line closes the row above the break or below it, both halves have the same columns, and
    - the lower half has no label where the upper one has one: a row does not begin with its values; or
    - one half has a label only, and the upper label fills its cell, so that the lower one goes on with it.
    """
    if not (before.open_below and part.open_above) or len(pairs) < len(upper):
        return False
    first, rest = pairs[0], pairs[1:]
    joined = {id(below) for _, below in pairs}
    # The part of a cell that spans the rows above stands left of the row's own cells.
    if any(cell.box[0] > first[1].box[0] for cell in lower if id(cell) not in joined):
        return False
    if not first[0].glyphs or not rest:
        return False
    if not first[1].glyphs:
        return any(below.glyphs for _, below in rest)
    values_above, values_below = (any(pair[half].glyphs for pair in rest) for half in (0, 1))
    return values_above != values_below and _is_full(first[0]) and not _ITEM.match(first[1].text)


def _is_cut_head(upper: list[Cell], lower: list[Cell], pairs: list[tuple[Cell, Cell]]) -> bool:
    """Whether words of a head are cut: no digit on either side, and at least two cells go on below, each full above."""
    if any(glyph.text.isdigit() for cell in (*upper, *lower) for glyph in cell.glyphs):
        return False
    going_on = [cell for cell, below in pairs if cell.glyphs and below.glyphs]
    return len(going_on) >= _FEWEST_CUT_WORDS and all(map(_is_full, going_on))


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
