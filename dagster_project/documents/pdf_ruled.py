"""Ruled tables on a page of a PDF: the cells between ruling lines.

Here: one page; pdfplumber finds the cells from the lines. Not here: the text in them (``pdf_cells``), tables without lines
(``pdf_unruled``), tables cut by pages (``pdf_joins``).

A merged cell is one cell, in the row in which it begins.
"""

from dataclasses import dataclass, field
from statistics import median

import numpy as np

from dagster_project.documents.pdf_page import Glyph, Page, Rulings
from dagster_project.documents.pieces import Box

# Lines nearer to one another than this, in points, are one line: double lines, lines drawn cell by cell. Less for small print.
_SNAP = 3.0
_SNAP_SHARE = 0.45
_SAME = 0.5
# Shorter pieces, in points, are dots or dashes that belong to no line.
_SHORTEST = 4.0
# A cell with more glyphs holds prose; of a table that is only a frame around prose so much of the text stands in such cells.
_LONGEST_CELL = 150
_PROSE_SHARE = 0.8
# A page with more crossings holds a drawing.
_MOST_CROSSINGS = 4_000
# Thinner cells, in points, are the room between double lines.
_THINNEST = 4.0


@dataclass
class Cell:
    """One cell: its text, where it stands, and the glyphs in it; ``confidence`` when they were recognised, 0 to 1."""

    box: Box
    text: str = ""
    glyphs: list[Glyph] = field(default_factory=list)
    confidence: float | None = None


@dataclass
class Table:
    """One table on one page: rows of cells, and whether its lines leave the first row open above, the last open below.

    ``edges`` are the distances of its column edges from the left of the page; of an unruled table, where each column of
    numbers begins and ends.
    """

    page: Page
    box: Box
    rows: list[list[Cell]]
    edges: list[float]
    open_above: bool = False
    open_below: bool = False
    ruled: bool = True

    @property
    def is_frame(self) -> bool:
        """Whether the lines frame prose: columns of a page, boxes around paragraphs."""
        sizes = [len(cell.glyphs) for row in self.rows for cell in row]
        return sum(size for size in sizes if size > _LONGEST_CELL) > _PROSE_SHARE * sum(sizes)


def ruled_tables(page: Page) -> list[Table]:
    """Return the tables that the page's lines make, from top to bottom, still without text."""
    tables = _tables(page, page.rulings)
    if not tables and len(page.rulings.areas) > 3:
        # Cells may be filled rectangles side by side, the ground between them their lines.
        tables = [table for table in _tables(page, _outlines(page.rulings)) if _is_grid(table)]
    return tables


def _is_grid(table: Table) -> bool:
    return sum(len(row) > 1 for row in table.rows) > 1


def _outlines(rulings: Rulings) -> Rulings:
    outlines = Rulings(list(rulings.across), list(rulings.down))
    for left, top, right, bottom in rulings.areas:
        outlines.across += [(left, right, top), (left, right, bottom)]
        outlines.down += [(top, bottom, left), (top, bottom, right)]
    return outlines


def _tables(page: Page, rulings: Rulings) -> list[Table]:
    if len(rulings.across) < 2 or len(rulings.down) < 2:
        return []
    # Imported where it is needed: it takes a tenth of a second, and most runs meet no PDF.
    from pdfplumber import table as plumber

    sizes = [glyph.size for glyph in page.glyphs]
    snap = min(_SNAP, _SNAP_SHARE * median(sizes)) if sizes else _SNAP
    # First only what is drawn in pieces; lines of different tables must not draw one another near.
    pieces = plumber.merge_edges(_edges(rulings), _SAME, _SAME, snap, snap)
    pieces = [edge for edge in pieces if edge["x1"] - edge["x0"] + edge["bottom"] - edge["top"] >= _SHORTEST]
    tables: list[Table] = []
    crossings_met = 0
    for group in _connected(pieces, snap):
        edges, closing = _closed(plumber.merge_edges(group, snap, snap, snap, snap), snap)
        crossings = plumber.edges_to_intersections(edges, snap, snap)
        crossings_met += len(crossings)
        if crossings_met > _MOST_CROSSINGS:
            page.crowded = True
            return []
        for boxes in plumber.cells_to_tables(plumber.intersections_to_cells(crossings)):
            table = _table(page, boxes, closing)
            if table is not None:
                tables.append(table)
    return sorted(tables, key=lambda table: (table.box[1], table.box[0]))


def _table(page: Page, boxes: list[Box], closing: set[float]) -> Table | None:
    boxes = [box for box in boxes if min(box[2] - box[0], box[3] - box[1]) >= _THINNEST]
    rows: dict[float, list[Cell]] = {}
    for box in sorted(boxes, key=lambda box: (box[1], box[0])):
        rows.setdefault(box[1], []).append(Cell(box))
    # One cell is a frame around text.
    if not any(len(row) > 1 for row in rows.values()):
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    whole = min(left), min(top), max(right), max(bottom)
    edges = sorted({*left, *right})
    return Table(page, whole, list(rows.values()), edges, whole[1] in closing, whole[3] in closing)


def joined(rulings: Rulings) -> Rulings:
    """Return ruling lines with those as one that are drawn in pieces, cell by cell."""
    from pdfplumber import table as plumber

    edges = plumber.merge_edges(_edges(rulings), _SAME, _SAME, _SNAP, _SNAP)
    return Rulings(
        [(edge["x0"], edge["x1"], edge["top"]) for edge in edges if edge["orientation"] == "h"],
        [(edge["top"], edge["bottom"], edge["x0"]) for edge in edges if edge["orientation"] == "v"],
    )


def _edges(rulings: Rulings) -> list[dict]:
    across = [
        {
            "orientation": "h",
            "x0": left,
            "x1": right,
            "top": y,
            "bottom": y,
            "doctop": y,
            "width": right - left,
            "height": 0,
        }
        for left, right, y in rulings.across
    ]
    down = [
        {
            "orientation": "v",
            "x0": x,
            "x1": x,
            "top": top,
            "bottom": bottom,
            "doctop": top,
            "width": 0,
            "height": bottom - top,
        }
        for top, bottom, x in rulings.down
    ]
    return across + down


def _closed(edges: list[dict], snap: float) -> tuple[list[dict], set[float]]:
    """Close a table whose outer lines are not drawn, or not all along: rows without ends, a table that a page cuts.

    Returns the edges with those added, and the heights of the closing edges above and below that were not drawn in full.
    """
    heights: set[float] = set()
    across = [edge for edge in edges if edge["orientation"] == "h"]
    down = [edge for edge in edges if edge["orientation"] == "v"]
    left, right = min(edge["x0"] for edge in across), max(edge["x1"] for edge in across)
    top, bottom = min(edge["top"] for edge in down), max(edge["bottom"] for edge in down)
    first, last = min(edge["top"] for edge in across), max(edge["top"] for edge in across)
    # Two lines that run out equally far beyond the last one down have an end that is not drawn.
    sides = []
    if left < min(edge["x0"] for edge in down) - snap and sum(edge["x0"] < left + snap for edge in across) > 1:
        sides.append(_down(min(top, first), max(bottom, last), left))
    if right > max(edge["x0"] for edge in down) + snap and sum(edge["x1"] > right - snap for edge in across) > 1:
        sides.append(_down(min(top, first), max(bottom, last), right))
    down += sides
    closing = list(sides)
    for height, drawn, ends in (
        (top, first, [edge["x0"] for edge in down if edge["top"] < top + snap]),
        (bottom, last, [edge["x0"] for edge in down if edge["bottom"] > bottom - snap]),
    ):
        at = drawn if abs(height - drawn) <= snap else height
        if len(ends) > 1 and not _covered(min(ends), max(ends), at, across, snap):
            closing.append(_across(min(ends), max(ends), at))
            heights.add(at)
    return edges + closing, heights


def _covered(left: float, right: float, height: float, across: list[dict], snap: float) -> bool:
    """Whether drawn edges cover a line from ``left`` to ``right``."""
    for edge in sorted(across, key=lambda edge: edge["x0"]):
        if abs(edge["top"] - height) <= snap and edge["x0"] <= left + snap:
            left = max(left, edge["x1"])
    return left >= right - snap


def _across(left: float, right: float, y: float) -> dict:
    return _edges(Rulings(across=[(left, right, y)]))[0]


def _down(top: float, bottom: float, x: float) -> dict:
    return _edges(Rulings(down=[(top, bottom, x)]))[0]


def _connected(edges: list[dict], snap: float) -> list[list[dict]]:
    """Return edges in groups of those that touch one another."""
    across = [edge for edge in edges if edge["orientation"] == "h"]
    down = [edge for edge in edges if edge["orientation"] == "v"]
    if not across or not down:
        return []
    x0, x1, y = (np.array([edge[key] for edge in across])[:, None] for key in ("x0", "x1", "top"))
    top, bottom, x = (np.array([edge[key] for edge in down])[None, :] for key in ("top", "bottom", "x0"))
    touch = (x >= x0 - snap) & (x <= x1 + snap) & (y >= top - snap) & (y <= bottom + snap)
    groups = []
    left = set(range(len(across)))
    while left:
        rows, columns, fresh = set(), set(), {left.pop()}
        while fresh:
            rows |= fresh
            columns |= {int(column) for row in fresh for column in np.flatnonzero(touch[row])}
            fresh = {int(row) for column in columns for row in np.flatnonzero(touch[:, column])} - rows
        left -= rows
        if columns:
            groups.append([*(across[row] for row in rows), *(down[column] for column in columns)])
    return groups
