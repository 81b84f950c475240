"""The tables of a page image: cells between ruling lines.

Here: straightening the page, ruling lines, the rectangles that they enclose, in rows. Not here: characters.

A merged cell is one rectangle and comes once, in the row where it begins, as in HTML. Tables without ruling lines are none
here; their words stay lines.
"""

from dataclasses import dataclass

import cv2
import numpy as np

# Lengths in inches. Ruling lines are longer than any stroke of a character, cells larger than any speck.
_LINE = 0.30
_UPRIGHT_LINE = 0.17
_CELL = 0.08
_GAP = 0.015
_SAME_TOP = 0.05
# A scanner's feed turns a page by a degree or two; more is another kind of picture.
MOST_SKEW = 5.0
# Between lines a cell is a rectangle; less than this filled by one connected patch is something else.
_FILLED = 0.8
# Rows of pixels that the upper or lower line of a table takes, and how much of them a closed one covers.
_EDGE = 4
_CLOSED = 0.5


@dataclass(frozen=True)
class GridCell:
    """A rectangle in pixels of the straightened page: left, top, right, bottom, inside its ruling lines."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class GridTable:
    """One table: its rectangle, and its cells row by row, from left to right; ``open_above`` and ``open_below`` say that no
    line closes its first or last row, as where a page cuts it."""

    left: int
    top: int
    right: int
    bottom: int
    rows: tuple[tuple[GridCell, ...], ...]
    open_above: bool = False
    open_below: bool = False


def straighten(image: np.ndarray, angle: float) -> tuple[np.ndarray, float]:
    """Return the page turned by ``angle`` degrees, and the angle it was turned by: less than what can be seen is none."""
    if abs(angle) < 0.05:
        return image, 0.0
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    level = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    return level, angle


def ink(image: np.ndarray) -> np.ndarray:
    """Return the dark pixels of a page as 255, in a shade of paper that may differ from place to place."""
    return cv2.adaptiveThreshold(image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 15)


def tables(image: np.ndarray, dots_per_inch: float) -> list[GridTable]:
    """Return the tables of a straightened page from top to bottom."""
    lines = _ruling_lines(ink(image), dots_per_inch)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    found = []
    for number, (left, top, width, height, _) in enumerate(stats[1:], start=1):
        if width < 2 * _LINE * dots_per_inch or height < _UPRIGHT_LINE * dots_per_inch:
            continue
        own = (labels[top : top + height, left : left + width] == number).astype(np.uint8)
        open_above, open_below = _close(own)
        cells = _cells(own, left, top, dots_per_inch)
        if len(cells) > 1:
            rows = _rows(cells, dots_per_inch)
            found.append(GridTable(left, top, left + width, top + height, rows, open_above, open_below))
    found = [table for table in found if not any(_inside(table, other) for other in found)]
    return sorted(found, key=lambda table: (table.top, table.left))


def _close(lines: np.ndarray) -> tuple[bool, bool]:
    """Draw the line above and below a table where its upright lines end without one, in place; returns where it was missing.

    A page that cuts a row leaves its cells open; what stands in them would belong to no cell.
    """
    missing = []
    for edge in (slice(0, _EDGE), slice(-_EDGE, None)):
        touching = np.flatnonzero(lines[edge].any(axis=0))
        # A closed edge is one line from side to side; an open one only the ends of upright lines.
        share = len(touching) / (touching[-1] - touching[0] + 1) if len(touching) else 1.0
        missing.append(share < _CLOSED)
        if missing[-1]:
            lines[edge, touching[0] : touching[-1] + 1] = 1
    return missing[0], missing[1]


def skew(image: np.ndarray, dots_per_inch: float) -> float | None:
    """Return by how many degrees the ruling lines of a page lie askew; None when it has none."""
    dark = ink(image)
    level = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, int(_LINE * dots_per_inch / 2)), np.uint8))
    segments = cv2.HoughLinesP(
        level, 1, np.pi / 1800, threshold=120, minLineLength=int(1.5 * dots_per_inch), maxLineGap=int(0.1 * dots_per_inch)
    )
    if segments is None:
        return None
    angles = [np.degrees(np.arctan2(y2 - y1, x2 - x1)) for x1, y1, x2, y2 in segments.reshape(-1, 4)]
    lying = [angle for angle in angles if abs(angle) <= MOST_SKEW]
    return float(np.median(lying)) if lying else None


def _ruling_lines(dark: np.ndarray, dots_per_inch: float) -> np.ndarray:
    gap = max(3, int(_GAP * dots_per_inch))
    across = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    across = cv2.morphologyEx(across, cv2.MORPH_OPEN, np.ones((1, int(_LINE * dots_per_inch)), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8))
    down = cv2.morphologyEx(down, cv2.MORPH_OPEN, np.ones((int(_UPRIGHT_LINE * dots_per_inch), 1), np.uint8))
    # Lines that end a hair before they meet enclose their cells all the same.
    return cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8), iterations=1)


def _cells(lines: np.ndarray, left: int, top: int, dots_per_inch: float) -> list[GridCell]:
    room = cv2.copyMakeBorder(1 - lines, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(room, connectivity=4)
    least = _CELL * dots_per_inch
    found = []
    for x, y, width, height, area in stats[1:]:
        outside = x == 0 or y == 0
        if outside or width < least or height < least or area < _FILLED * width * height:
            continue
        x, y = x - 1 + left, y - 1 + top
        found.append(GridCell(x, y, x + width, y + height))
    return found


def _rows(cells: list[GridCell], dots_per_inch: float) -> tuple[tuple[GridCell, ...], ...]:
    rows: list[list[GridCell]] = []
    for cell in sorted(cells, key=lambda cell: cell.top):
        if rows and cell.top - rows[-1][0].top <= _SAME_TOP * dots_per_inch:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return tuple(tuple(sorted(row, key=lambda cell: cell.left)) for row in rows)


def _inside(table: GridTable, other: GridTable) -> bool:
    return (
        table is not other
        and other.left <= table.left
        and other.top <= table.top
        and table.right <= other.right
        and table.bottom <= other.bottom
    )
