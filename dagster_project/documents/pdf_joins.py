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
            if before is not None and rows and found and is_cut(before, found[-1].cells, part, rows[0].cells):
                _join(found[-1].cells, rows.pop(0).cells, _shift(before, part))
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


def is_cut(before: Table, upper: list[Cell], part: Table, lower: list[Cell]) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before.

    No line closes the row above the break or below it, both halves have the same columns, and
    - the lower half has no label where the upper one has one: a row does not begin with its values; or
    - one half has a label only, and the upper label fills its cell, so that the lower one goes on with it.
    """
    if not (before.open_below and part.open_above):
        return False
    pairs = _pairs(upper, lower, _shift(before, part))
    if pairs is None:
        return False
    first, rest = pairs[0], pairs[1:]
    if not first[0].glyphs or not rest:
        return False
    if not first[1].glyphs:
        return any(below.glyphs for _, below in rest)
    values_above, values_below = (any(pair[half].glyphs for pair in rest) for half in (0, 1))
    return values_above != values_below and _is_full(first[0]) and not _ITEM.match(first[1].text)


def _pairs(upper: list[Cell], lower: list[Cell], shift: float) -> list[tuple[Cell, Cell]] | None:
    """Return the cells of two rows column by column; None when their columns differ.

    A cell that spans rows above stands in none of the upper row; its part on the new page begins in the lower row.
    """
    pairs = []
    for cell in upper:
        below = [
            other
            for other in lower
            if abs(other.box[0] - shift - cell.box[0]) <= _EDGE and abs(other.box[2] - shift - cell.box[2]) <= _EDGE
        ]
        if len(below) != 1:
            return None
        pairs.append((cell, below[0]))
    joined = {id(below) for _, below in pairs}
    spanning = [other for other in lower if id(other) not in joined]
    if any(other.box[0] - shift > upper[0].box[0] for other in spanning) or not pairs:
        return None
    return pairs


def _is_full(cell: Cell) -> bool:
    """Whether the last line of a cell leaves no room for another character and as much again on both sides."""
    last = max(glyph.base for glyph in cell.glyphs)
    line = [glyph for glyph in cell.glyphs if abs(glyph.base - last) < 0.5 * glyph.size]
    width = max(glyph.right for glyph in line) - min(glyph.left for glyph in line)
    return width + _FULL * line[0].size > cell.box[2] - cell.box[0] - line[0].size


def _join(upper: list[Cell], lower: list[Cell], shift: float) -> None:
    for cell, below in _pairs(upper, lower, shift) or []:
        cell.text = "\n".join(text for text in (cell.text, below.text) if text)
        if not cell.glyphs:
            cell.box, cell.glyphs = below.box, below.glyphs
