"""What is drawn on a page of a PDF beside its text: ruling lines, filled areas, pictures.

Here: paths of pdfium as rulings, whatever they were drawn as: strokes, thin filled rectangles, frames between two
rectangles. Not here: which of them make a table (``pdf_ruled``).
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium_c

from dagster_project.documents.pdf_page import (
    MOST_OBJECTS,
    MOST_RULINGS,
    THICKEST_RULING,
    Frame,
    Page,
    Rulings,
)
from dagster_project.documents.pieces import Box

# A form XObject holds objects, perhaps forms again; deeper nesting is not drawn by people.
_DEEPEST_FORM = 6
# So far may a line be off the level and still be a ruling.
_LEVEL = 0.6
# A picture that covers this share of the page lies behind its text; a smaller one may lie over it.
_BACKGROUND = 0.2
_MOST_ANNOTATIONS = 2_000
# Annotations that leave the text below them as it is.
_HARMLESS = (
    pdfium_c.FPDF_ANNOT_LINK,
    pdfium_c.FPDF_ANNOT_POPUP,
    pdfium_c.FPDF_ANNOT_HIGHLIGHT,
    pdfium_c.FPDF_ANNOT_UNDERLINE,
    pdfium_c.FPDF_ANNOT_SQUIGGLY,
)
# So many segments make a drawing, not the frame of a cell.
_MOST_SEGMENTS = 2_000

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


def read_drawings(page: Page) -> None:
    """Add rulings, areas and pictures to a page; a page with too many of them is ``crowded`` and gets none."""
    frame = page.frame
    for count, (drawn, matrix) in enumerate(_objects(page.raw.raw)):
        if count >= MOST_OBJECTS or len(page.rulings) > MOST_RULINGS:
            page.crowded = True
            page.drawn = count
            page.rulings = Rulings()
            return
        kind = pdfium_c.FPDFPageObj_GetType(drawn)
        page.drawn += kind != pdfium_c.FPDF_PAGEOBJ_TEXT
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            _read_path(drawn, matrix, frame, page.rulings)
        elif kind in (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING):
            # An image is the unit square under its matrix.
            corners = [frame.point(*_moved(corner, matrix)) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
            across, down = [corner[0] for corner in corners], [corner[1] for corner in corners]
            page.pictures.append((min(across), min(down), max(across), max(down)))
    area = page.width * page.height
    page.overlays = [
        box for box in page.pictures if (box[2] - box[0]) * (box[3] - box[1]) < _BACKGROUND * area
    ] + list(_annotations(page))


def _annotations(page: Page) -> Iterator[Box]:
    """Yield the places of annotations that are drawn over the text of a page: notes, stamps, strokes, corrections."""
    rectangle = pdfium_c.FS_RECTF()
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page.raw.raw), _MOST_ANNOTATIONS)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw.raw, index)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        if kind not in _HARMLESS and pdfium_c.FPDFAnnot_GetRect(annotation, rectangle):
            yield page.frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        pdfium_c.FPDFPage_CloseAnnot(annotation)


def _objects(raw_page: Any) -> Iterator[tuple[Any, Matrix]]:
    """Yield each object of a page with the matrix that brings its own coordinates to the page's; forms are opened."""
    for index in range(pdfium_c.FPDFPage_CountObjects(raw_page)):
        yield from _opened(pdfium_c.FPDFPage_GetObject(raw_page, index), _IDENTITY, 0)


def _opened(drawn: Any, outer: Matrix, depth: int) -> Iterator[tuple[Any, Matrix]]:
    own = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(drawn, own)
    matrix = _combined((own.a, own.b, own.c, own.d, own.e, own.f), outer)
    if pdfium_c.FPDFPageObj_GetType(drawn) != pdfium_c.FPDF_PAGEOBJ_FORM:
        yield drawn, matrix
    elif depth < _DEEPEST_FORM:
        for index in range(pdfium_c.FPDFFormObj_CountObjects(drawn)):
            yield from _opened(pdfium_c.FPDFFormObj_GetObject(drawn, index), matrix, depth + 1)


def _combined(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(point: Point, matrix: Matrix) -> Point:
    x, y = point
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _read_path(drawn: Any, matrix: Matrix, frame: Frame, rulings: Rulings) -> None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(drawn, fill, stroke)
    stroked = bool(stroke.value) and _opaque(pdfium_c.FPDFPageObj_GetStrokeColor, drawn)
    filled = bool(fill.value) and _opaque(pdfium_c.FPDFPageObj_GetFillColor, drawn)
    if not stroked and not filled or pdfium_c.FPDFPath_CountSegments(drawn) > _MOST_SEGMENTS:
        return
    width = ctypes.c_float()
    pdfium_c.FPDFPageObj_GetStrokeWidth(drawn, width)
    # A stroke as wide as a line of text colours an area.
    if stroked and width.value * (abs(matrix[0]) + abs(matrix[1])) > 2 * THICKEST_RULING:
        stroked = False
    parts = [[(frame.point(*_moved(point, matrix)), drawn_to) for point, drawn_to in part] for part in _parts(drawn)]
    boxes = [_box(part) for part in parts]
    wide = [box for box in boxes if min(box[2] - box[0], box[3] - box[1]) > THICKEST_RULING]
    for part, box in zip(parts, boxes, strict=True):
        left, top, right, bottom = box
        if right - left <= THICKEST_RULING or bottom - top <= THICKEST_RULING:
            _rule(rulings, box)
            continue
        # Two rectangles of one filled path leave a frame between them.
        if stroked or len(wide) > 1:
            for (before, _), (point, drawn_to) in zip(part, part[1:], strict=False):
                if drawn_to:
                    _rule_segment(rulings, before, point)
        if filled:
            rulings.areas.append(box)


def _opaque(colour_of: Any, drawn: Any) -> bool:
    red, green, blue, alpha = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    return not colour_of(drawn, red, green, blue, alpha) or alpha.value > 0


def _parts(drawn: Any) -> list[list[tuple[Point, bool]]]:
    """Return the subpaths of a path, each as points with whether a straight line is drawn to them."""
    parts: list[list[tuple[Point, bool]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium_c.FPDFPath_CountSegments(drawn)):
        segment = pdfium_c.FPDFPath_GetPathSegment(drawn, index)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        point = (x.value, y.value)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([(point, False)])
        else:
            parts[-1].append((point, kind == pdfium_c.FPDF_SEGMENT_LINETO))
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            parts[-1].append((parts[-1][0][0], True))
    return parts


def _box(part: list[tuple[Point, bool]]) -> tuple[float, float, float, float]:
    across, down = [point[0] for point, _ in part], [point[1] for point, _ in part]
    return min(across), min(down), max(across), max(down)


def _rule(rulings: Rulings, box: tuple[float, float, float, float]) -> None:
    """Add a thin rectangle; a dot may be part of a dotted line in either direction."""
    left, top, right, bottom = box
    if right - left <= THICKEST_RULING:
        rulings.down.append((top, bottom, (left + right) / 2))
    if bottom - top <= THICKEST_RULING:
        rulings.across.append((left, right, (top + bottom) / 2))


def _rule_segment(rulings: Rulings, first: Point, last: Point) -> None:
    if abs(first[0] - last[0]) <= _LEVEL:
        rulings.down.append((min(first[1], last[1]), max(first[1], last[1]), (first[0] + last[0]) / 2))
    elif abs(first[1] - last[1]) <= _LEVEL:
        rulings.across.append((min(first[0], last[0]), max(first[0], last[0]), (first[1] + last[1]) / 2))
