"""The text in the cells of the tables of one page.

Here: which glyph stands in which cell, and what keeps a cell from being read as a sound number. Not here: where cells are
(``pdf_ruled``), lines of text (``pdf_lines``).

Marked are cells whose text runs over an edge into the next, struck-out text, and what is drawn in a cell without being text.
Text between the cells of a row that no lines enclose becomes a cell of its own: a row that has lost a line must not look
sound.
"""

from collections import defaultdict
from itertools import pairwise

import numpy as np

from dagster_project.documents.pdf_ink import Ink
from dagster_project.documents.pdf_lines import APART, lines_of, text_of
from dagster_project.documents.pdf_page import Glyph, Page, Rulings
from dagster_project.documents.pdf_ruled import Cell, Table, joined
from dagster_project.documents.pieces import EDGE_MARK, IMAGE_MARK, STRUCK_MARK

# A line at this height above the base line, as shares of the font size, strikes a digit out.
_STRIKES = (0.12, 0.55)
# As near to the edge of its cell, in points, a line is the edge.
_AT_EDGE = 2.0
# Glyphs of different pieces of text that touch across an edge are one word when they stand nearer than this share of the size.
_TOUCHING = 0.15
# So far beside a number without a cell, in line heights, a digit of it might stand.
_BESIDE = 0.8
# A line of so many points is longer than a digit is high or a mark is wide.
_LONG = 40.0
# The room that programs leave between a cell's edge and its text, in points, at most: 0.1 inch.
_WIDEST_PADDING = 7.2


def fill(page: Page, tables: list[Table], ink: Ink) -> list[Glyph]:
    """Give the cells of a page's tables their text and return the glyphs that stand in none."""
    cells = [cell for table in tables for row in table.rows for cell in row]
    places = _places(page.glyphs, cells)
    left_over = []
    for glyph, place in zip(page.glyphs, places, strict=True):
        if place >= 0:
            cells[place].glyphs.append(glyph)
        else:
            left_over.append(glyph)
    over_edge = _over_edges(page.glyphs, places, cells)
    struck = _struck(page, places, cells)
    for table in tables:
        padding = _padding(table)
        for row in table.rows:
            for cell in row:
                room = cell.box[2] - cell.box[0] - 2 * padding
                cell.text = text_of(cell.glyphs, room)
                if id(cell) in over_edge:
                    cell.text += EDGE_MARK
                if id(cell) in struck:
                    cell.text = f"{STRUCK_MARK}{cell.text}{STRUCK_MARK}"
                if _asks_for_ink(cell) and (_is_overlaid(page, cell) or ink.beside(cell.box, cell.glyphs)):
                    cell.text += IMAGE_MARK
        left_over = _enclosed(table, left_over)
    return left_over


def mark_drawn(tables: list[Table], ink: Ink) -> None:
    """Mark the cells of unruled tables in which, or close beside which, something is drawn that is no text.

    Lines between rows or around the whole are none of it: they are longer than a digit or a mark and run through no text.
    """
    for page in {id(table.page): table.page for table in tables}.values():
        ink.leave_out_lines(_between_text(page))
        tops, bottoms = (np.array([getattr(glyph, edge) for glyph in page.glyphs]) for edge in ("top", "bottom"))
        for cell in [cell for table in tables if table.page is page for row in table.rows for cell in row]:
            if not _asks_for_ink(cell):
                continue
            left, top, right, bottom = cell.box
            room = _BESIDE * (bottom - top)
            # Of the rows above and below too: labels of several lines lie beside several rows.
            near = [page.glyphs[at] for at in np.flatnonzero((tops < bottom) & (bottoms > top))]
            if _is_overlaid(page, cell) or ink.beside((left - room, top, right + room, bottom), near):
                cell.text += IMAGE_MARK


def _asks_for_ink(cell: Cell) -> bool:
    """Whether a picture in the cell could be its value or a part of it: it is blank or holds a digit or a mark."""
    return len(cell.glyphs) < 4 or any(glyph.text.isnumeric() for glyph in cell.glyphs)


def _is_overlaid(page: Page, cell: Cell) -> bool:
    """Whether an annotation or a small picture lies over a part of a cell."""
    left, top, right, bottom = cell.box
    return any(
        min(right, box[2]) - max(left, box[0]) > _AT_EDGE and min(bottom, box[3]) - max(top, box[1]) > _AT_EDGE
        for box in page.overlays
    )


def _places(glyphs: list[Glyph], cells: list[Cell]) -> list[int]:
    """Return for each glyph the index of the smallest cell that its centre stands in, -1 for none."""
    if not cells or not glyphs:
        return [-1] * len(glyphs)
    left, top, right, bottom = np.array([cell.box for cell in cells]).T
    x = np.array([glyph.middle for glyph in glyphs])[:, None]
    y = np.array([glyph.centre for glyph in glyphs])[:, None]
    inside = (x > left) & (x <= right) & (y > top) & (y <= bottom)
    area = np.where(inside, (right - left) * (bottom - top), np.inf)
    place = area.argmin(axis=1)
    return np.where(inside.any(axis=1), place, -1).tolist()


def _over_edges(glyphs: list[Glyph], places: list[int], cells: list[Cell]) -> set[int]:
    """Return the cells whose text goes on in the cell beside without a gap."""
    place_of = {id(glyph): place for glyph, place in zip(glyphs, places, strict=True)}
    found: set[int] = set()
    for line in lines_of(glyphs):
        for before, glyph in pairwise(line.glyphs):
            first, second = place_of[id(before)], place_of[id(glyph)]
            if first == second or before.turn != glyph.turn:
                continue
            gap = (glyph.left - before.right) / min(glyph.size, before.size)
            if gap > APART:
                continue
            edge = cells[first].box[2] if first >= 0 else cells[second].box[0]
            runs_over = before.right > edge + _TOUCHING * before.size or glyph.left < edge - _TOUCHING * glyph.size
            if before.run == glyph.run or (gap < _TOUCHING and runs_over):
                found |= {id(cells[place]) for place in (first, second) if place >= 0}
    return found


def _struck(page: Page, places: list[int], cells: list[Cell]) -> set[int]:
    """Return the cells in which a line runs through text."""
    lines = np.array(page.rulings.across).reshape(-1, 3)
    numbered = [(glyph, place) for glyph, place in zip(page.glyphs, places, strict=True) if place >= 0]
    if not len(lines) or not numbered:
        return set()
    left, right, y = lines.T
    middle, base, size, top, bottom = (
        np.array(values)[:, None]
        for values in zip(
            *(
                (glyph.middle, glyph.base, glyph.size, cells[place].box[1], cells[place].box[3])
                for glyph, place in numbered
            ),
            strict=True,
        )
    )
    low, high = _STRIKES
    through = (left < middle) & (right > middle) & (y < base - low * size) & (y > base - high * size)
    inner = (y > top + _AT_EDGE) & (y < bottom - _AT_EDGE)
    return {id(cells[numbered[index][1]]) for index in np.flatnonzero((through & inner).any(axis=1))}


def _between_text(page: Page) -> Rulings:
    """Return the long ruling lines of a page that run through no glyph."""
    boxes = np.array([(glyph.left, glyph.base - glyph.size, glyph.right, glyph.base) for glyph in page.glyphs])
    left, top, right, bottom = boxes.reshape(-1, 4).T
    lines = joined(page.rulings)
    return Rulings(
        across=[
            (start, end, y)
            for start, end, y in lines.across
            if end - start > _LONG and not ((left < end) & (right > start) & (top < y) & (bottom > y)).any()
        ],
        down=[
            (start, end, x)
            for start, end, x in lines.down
            if end - start > _LONG and not ((top < end) & (bottom > start) & (left < x) & (right > x)).any()
        ],
    )


def _padding(table: Table) -> float:
    """Return the room between edge and text that the fullest cells of a table leave."""
    gaps = [
        min(glyph.left - cell.box[0], cell.box[2] - glyph.right)
        for row in table.rows
        for cell in row
        for glyph in cell.glyphs
    ]
    return min(_WIDEST_PADDING, max(0.0, min(gaps, default=0.0)))


def _enclosed(table: Table, glyphs: list[Glyph]) -> list[Glyph]:
    """Put glyphs that stand between cells of a row, but in none, into cells of their own; return the others."""
    left_over: list[Glyph] = []
    found: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        row = _row_around(table, glyph)
        if row is None:
            left_over.append(glyph)
        else:
            found[row].append(glyph)
    for row, inside in found.items():
        for line in lines_of(inside):
            for word in line.words():
                table.rows[row].append(Cell(word.box, word.text, word.glyphs))
        table.rows[row].sort(key=lambda cell: cell.box[0])
    return left_over


def _row_around(table: Table, glyph: Glyph) -> int | None:
    x, y = glyph.middle, glyph.centre
    left, top, right, bottom = table.box
    if not (left < x < right and top < y < bottom):
        return None
    beside = [cell for row in table.rows for cell in row if cell.box[1] <= y <= cell.box[3]]
    if not any(cell.box[2] <= x for cell in beside) or not any(cell.box[0] >= x for cell in beside):
        return None
    return max(index for index, row in enumerate(table.rows) if row[0].box[1] <= y)
