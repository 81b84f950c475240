"""What is printed on a page image in the terms of a PDF page: glyphs where they stand, lines, cells.

Here: recognised words as glyphs, cells of a grid as cells of a table. Not here: recognition, finding grids, columns of
unruled tables (``documents.pdf_unruled``, which then reads a scan as it reads a PDF).

Recognition tells where a word stands, not its characters: they are spread over its ink by their usual widths, which is
near enough for lines and columns. Nothing is told apart or glued by it: words are told apart by the ink between them before.
"""

from dataclasses import dataclass

import numpy as np

from dagster_project.documents.pdf_page import Frame, Glyph, Page
from dagster_project.documents.pdf_ruled import Cell, Table
from dagster_project.documents.pieces import DOUBT_MARK, IMAGE_MARK, Box
from dagster_project.documents.scan import grid
from dagster_project.documents.scan.pages import Page as Image
from dagster_project.documents.scan.recognition import SURE, Ink, Recognised, Word

_POINTS_PER_INCH = 72
# Shares of an em: the room that a font leaves left and right of the ink of a character.
_BEARING = 0.05
_BRACKET = 0.5
_OPENING, _CLOSING = "（【《〔“‘〈「", "）】》〕”’〉」，。、；：,.;:"
_NARROW = 0.55
# Ink of a line of body text is so many ems high; what is higher is a title.
_BODY = (0.4, 1.3)


@dataclass
class ScanPage(Page):
    """A page whose coordinates are points; ``factor`` turns them into those of locators (pixels of an image file)."""

    factor: float = 1.0

    def displayed(self, box: Box) -> Box:
        left, top, right, bottom = box
        return left * self.factor, top * self.factor, right * self.factor, bottom * self.factor


class Layout:
    """The page of one image: ``page``, and its words and cells in points of it."""

    def __init__(self, image: Image, level: np.ndarray, em: float):
        self._point = _POINTS_PER_INCH / image.dots_per_inch
        height, width = (side * self._point for side in level.shape)
        frame = Frame((0.0, 0.0, width, height), 0)
        self.page = ScanPage(image.number, width, height, 0, None, frame, factor=image.scale / self._point)
        self._em = em
        self._runs = 0

    def glyphs(self, word: Word) -> list[Glyph]:
        """Return a word as glyphs; marks in its text stay with the character before them."""
        self._runs += 1
        return self._spread(word.text, word.ink)

    def _spread(self, text: str, ink: Ink) -> list[Glyph]:
        left, top, right, bottom = ink
        # Words were told apart by their ink; a space that was recognised is the room of a bracket.
        text = "".join(text.split())
        units = [0.0 if mark in (DOUBT_MARK, IMAGE_MARK) else 1.0 if ord(mark) > 0x2000 else _NARROW for mark in text]
        if not sum(units):
            return []
        low, high = _BODY[0] * self._em, _BODY[1] * self._em
        size = self._em if low <= bottom - top <= high else max(bottom - top, low)
        left -= size * (_BRACKET if text[0] in _OPENING else _BEARING)
        right += size * (_BRACKET if text.rstrip(DOUBT_MARK)[-1:] in _CLOSING else _BEARING)
        unit = (right - left) / sum(units)
        glyphs: list[Glyph] = []
        at = left
        for mark, width in zip(text, units, strict=True):
            if not width:
                if glyphs:
                    glyphs[-1].text += mark
                continue
            glyphs.append(self._glyph(mark, at, at + width * unit, top, bottom, size))
            at += width * unit
        return glyphs

    def _glyph(self, text: str, left: float, right: float, top: float, bottom: float, size: float) -> Glyph:
        scaled = [side * self._point for side in (left, top, right, bottom)]
        return Glyph(text, *scaled, scaled[3], size * self._point, tuple(scaled), self._runs)

    def box(self, ink: Ink) -> Box:
        """Return a rectangle in pixels as a box in points."""
        left, top, right, bottom = (side * self._point for side in ink)
        return left, top, right, bottom

    def pixels(self, box: Box) -> Ink:
        """Return a box in points as a rectangle in pixels."""
        left, top, right, bottom = (round(side / self._point) for side in box)
        return left, top, right, bottom

    def cell(self, at: grid.GridCell, lines: list[Ink], read: list[Recognised]) -> Cell:
        """Return a cell of a grid with what was recognised in its lines; ``lines`` are their ink in pixels of the page."""
        glyphs = [glyph for ink, part in zip(lines, read, strict=True) for glyph in self._spread(part.text, ink)]
        confidence = min((part.confidence for part in read), default=1.0)
        return Cell(self.box((at.left, at.top, at.right, at.bottom)), text_of(read), glyphs, confidence)

    def table(self, found: grid.GridTable, cells: list[list[Cell]]) -> Table:
        """Return a ruled table of the page."""
        edges = _snapped([edge for row in cells for cell in row for edge in (cell.box[0], cell.box[2])])
        box = self.box((found.left, found.top, found.right, found.bottom))
        return Table(self.page, box, cells, edges, open_above=found.open_above, open_below=found.open_below)


def text_of(read: list[Recognised]) -> str:
    """Return a cell's text. Digits over several lines stay apart; a doubtful digit marks the whole cell."""
    if any(not part.text for part in read):
        # Something is printed there, and nothing was recognised: not a blank.
        return IMAGE_MARK
    digits = any(character.isdigit() for part in read for character in part.text)
    text = "\n".join(part.text for part in read)
    unsure = digits and min(part.confidence for part in read) < SURE
    return text + DOUBT_MARK if unsure else text


def _snapped(edges: list[float]) -> list[float]:
    """Return column edges once each: both sides of a ruling line are one edge."""
    kept: list[float] = []
    for edge in sorted(edges):
        if not kept or edge - kept[-1] > 3.0:
            kept.append(edge)
    return kept
