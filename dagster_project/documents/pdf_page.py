"""What one page of a PDF holds: its glyphs and its ruling lines, as it is shown to a person.

Here: the calls into pdfium, and the turn that makes the page's text upright. Not here: lines of text (``pdf_lines``), tables
(``pdf_ruled``, ``pdf_unruled``), what of it can be seen (``pdf_ink``).

Coordinates are points from the upper left corner of the page as displayed (crop box, page rotation), turned so that most of
its text runs from left to right; ``Page.displayed`` turns a box back. White space is no glyph: where glyphs stand says
whether they are apart, a space in the file does not.
"""

import ctypes
import math
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from dagster_project.documents.pieces import EDGE_MARK, Box

# A page of a report holds some thousand glyphs and a few hundred ruling lines.
MOST_GLYPHS = 20_000
MOST_OBJECTS = 40_000
MOST_RULINGS = 20_000
# What is thinner than this is a line, what is wider an area.
THICKEST_RULING = 3.0
# A glyph that is set off a right angle by more than this share of its advance is slanted: a watermark.
_SLANT = 0.05
# No glyph is wider and higher than this, in font sizes.
_WIDEST_GLYPH = 2.0
# pdfium gives these for a hyphen at the end of a line.
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}
_UNREADABLE_CHARACTER = "\ufffd"
_INVISIBLE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_OUTLINE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_STROKE, pdfium_c.FPDF_TEXTRENDERMODE_STROKE_CLIP)
# Red, green, blue, each from 0 to 255.
Colour = tuple[int, int, int]


@dataclass(slots=True)
class Glyph:
    """One character where it is drawn. ``left`` to ``right`` is its advance, ``base`` its base line, ``ink`` its outline."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    ink: Box
    run: int
    turn: int = 0
    colour: Colour | None = None
    font: int = 0
    embedded: bool = True

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def centre(self) -> float:
        """Height of its middle on the page; by its base line, since boxes of fonts differ."""
        return self.base - 0.35 * self.size if self.turn == 0 else (self.top + self.bottom) / 2


@dataclass(slots=True)
class Rulings:
    """Lines drawn on a page: ``across`` as (left, right, height), ``down`` as (top, bottom, distance from the left).

    ``areas`` are filled rectangles too thick for a line.
    """

    across: list[tuple[float, float, float]] = field(default_factory=list)
    down: list[tuple[float, float, float]] = field(default_factory=list)
    areas: list[Box] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.across) + len(self.down)


@dataclass
class Page:
    """One page. ``overlays`` are annotations and pictures that may hide or replace what is below. ``hidden`` counts glyphs that are in the file but are not shown, ``drawn`` paths and pictures; ``crowded`` says
    that it holds more than a page of text can."""

    number: int
    width: float
    height: float
    turned: int
    raw: Any
    frame: "Frame"
    glyphs: list[Glyph] = field(default_factory=list)
    rulings: Rulings = field(default_factory=Rulings)
    pictures: list[Box] = field(default_factory=list)
    overlays: list[Box] = field(default_factory=list)
    hidden: int = 0
    drawn: int = 0
    crowded: bool = False

    def displayed(self, box: Box) -> Box:
        """Return a box of this page in points of the page as displayed."""
        left, top, right, bottom = box
        width, height = self.width, self.height
        for _ in range(self.turned):
            left, top, right, bottom = height - bottom, left, height - top, right
            width, height = height, width
        return left, top, right, bottom

    @property
    def pictured(self) -> bool:
        """Whether a single picture covers most of the page."""
        area = self.width * self.height
        return any((right - left) * (bottom - top) > 0.6 * area for left, top, right, bottom in self.pictures)


def read_page(document: pdfium.PdfDocument, index: int) -> Page:
    """Return a page of an open document with its glyphs; ``read_drawings`` adds what is drawn.

    Raises:
        pdfium.PdfiumError: the page cannot be loaded.
    """
    raw = document[index]
    textpage = raw.get_textpage()
    count = min(textpage.count_chars(), MOST_GLYPHS + 1)
    characters = _characters(textpage.raw, count) if count <= MOST_GLYPHS else []
    turns = Counter(character.direction for character in characters if character.direction is not None)
    rotation = (raw.get_rotation() // 90) % 4
    # Directions are counted clockwise on the unrotated page; the page's own rotation adds to them.
    turn = turns.most_common(1)[0][0] if turns else -rotation % 4
    frame = Frame(raw.get_bbox(), -turn % 4)
    page = Page(index + 1, frame.width, frame.height, (turn + rotation) % 4, raw, frame, crowded=count > MOST_GLYPHS)
    for character in characters:
        glyph = _glyph(character, frame, turn)
        if glyph is None:
            page.hidden += 1
        else:
            page.glyphs.append(glyph)
    textpage.close()
    _leave_out_what_is_off_the_page(page)
    return page


def _leave_out_what_is_off_the_page(page: Page) -> None:
    """Drop glyphs beyond the page's edges; where one of them continues a word on the page, that word is marked."""
    off = [
        glyph
        for glyph in page.glyphs
        if not (glyph.left > -1 and glyph.right < page.width + 1 and 0 < glyph.centre < page.height)
    ]
    if not off:
        return
    beyond = {id(glyph) for glyph in off}
    page.glyphs = [glyph for glyph in page.glyphs if id(glyph) not in beyond]
    page.hidden += len(off)
    for glyph in page.glyphs:
        if any(
            abs(glyph.base - other.base) < 0.5 * glyph.size
            and max(glyph.left - other.right, other.left - glyph.right) < 0.5 * glyph.size
            for other in off
        ):
            glyph.text += EDGE_MARK


class Frame:
    """The map from a page's own coordinates (upwards, any origin) to ours: its box, turned clockwise by quarters."""

    def __init__(self, bbox: Box, quarters: int):
        self._left, self._bottom, self._right, self._top = bbox
        self._quarters = quarters
        width, height = self._right - self._left, self._top - self._bottom
        self.width, self.height = (height, width) if quarters % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        match self._quarters:
            case 0:
                return x - self._left, self._top - y
            case 1:
                return y - self._bottom, x - self._left
            case 2:
                return self._right - x, y - self._bottom
            case _:
                return self._top - y, self._right - x

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@dataclass(slots=True)
class _Character:
    text: str
    loose: Box
    tight: Box
    origin: tuple[float, float]
    size: float
    direction: int | None
    run: int
    shown: bool
    colour: Colour | None
    font: int
    embedded: bool


def _characters(textpage: Any, count: int) -> list[_Character]:
    """Return the characters of a text page in the order of the file, in the page's own coordinates."""
    loose, matrix = pdfium_c.FS_RECTF(), pdfium_c.FS_MATRIX()
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    objects: dict[int, tuple[bool, Colour | None, int, bool]] = {}
    replaced: dict[int, float] = {}
    found: list[_Character] = []
    for index in range(count):
        if pdfium_c.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        text = _text(pdfium_c.FPDFText_GetUnicode(textpage, index))
        if not text:
            continue
        drawn = pdfium_c.FPDFText_GetTextObject(textpage, index)
        address = ctypes.cast(drawn, ctypes.c_void_p).value or 0
        pdfium_c.FPDFText_GetCharOrigin(textpage, index, x, y)
        pdfium_c.FPDFText_GetMatrix(textpage, index, matrix)
        a, b = matrix.a, matrix.b
        scale = math.hypot(a, b)
        size = pdfium_c.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        if address not in objects:
            objects[address] = _appearance(drawn)
            if _is_misplaced(x.value - matrix.e, y.value - matrix.f, size):
                replaced[address] = 0.0
        if address in replaced:
            advance = _advance(text, size)
            # A digit that ActualText states need not be the one that is drawn.
            text = _UNREADABLE_CHARACTER if text.isdigit() else text
            along = replaced[address]
            replaced[address] += advance
            origin = matrix.e + along * a / (scale or 1), matrix.f + along * b / (scale or 1)
            loose_box = tight_box = _upright_box(origin, advance, size)
        else:
            pdfium_c.FPDFText_GetLooseCharBox(textpage, index, loose)
            pdfium_c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
            origin = x.value, y.value
            tight_box = left.value, bottom.value, right.value, top.value
            loose_box = loose.left, loose.bottom, loose.right, loose.top
            # Of vertical writing pdfium gives boxes of the font's own size, whatever size it is drawn in.
            if loose.right - loose.left > _WIDEST_GLYPH * size and loose.top - loose.bottom > _WIDEST_GLYPH * size:
                loose_box = _upright_box(origin, _advance(text, size), size)
        direction = _direction(a / scale, b / scale) if scale else None
        found.append(_Character(text, loose_box, tight_box, origin, size, direction, address, *objects[address]))
    return found


def _is_misplaced(across: float, up: float, size: float) -> bool:
    """Whether the first character of a text object stands so far from where the object begins that it is not drawn there.

    pdfium gives characters that it takes from ActualText, and not from the glyphs, a wrong place. Vertical writing begins
    half a character beside and nearly a whole one below.
    """
    vertical = abs(across / size + 0.5) < 0.2 and abs(up / size + 0.88) < 0.25 if size else False
    return math.hypot(across, up) > size and not vertical


def _advance(text: str, size: float) -> float:
    return size if unicodedata.east_asian_width(text) in "WF" else size / 2


def _upright_box(origin: tuple[float, float], advance: float, size: float) -> Box:
    x, y = origin
    return x, y - 0.12 * size, x + advance, y + 0.88 * size


@cache
def _text(code: int) -> str:
    """Return the character of a code point; '' for white space and for what has no shape."""
    if code in _HYPHENS:
        return _HYPHENS[code]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return _UNREADABLE_CHARACTER
    text = chr(code)
    if text.isspace() or unicodedata.category(text) in ("Cc", "Cf"):
        return ""
    return text


def _direction(a: float, b: float) -> int | None:
    """Return where text with this matrix runs, in quarter turns clockwise from left to right; None when slanted."""
    for quarters, (x, y) in enumerate(((1, 0), (0, -1), (-1, 0), (0, 1))):
        if a * x + b * y > 1 - _SLANT**2:
            return quarters
    return None


def _appearance(drawn: Any) -> tuple[bool, Colour | None, int, bool]:
    """Return whether a text object is drawn at all, its colour, its font, and whether that font is in the file."""
    if not drawn:
        return True, None, 0, True
    red, green, blue, alpha = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    colour = None
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(drawn)
    shown = mode not in _INVISIBLE_MODES
    colour_of = pdfium_c.FPDFPageObj_GetStrokeColor if mode in _OUTLINE_MODES else pdfium_c.FPDFPageObj_GetFillColor
    if colour_of(drawn, red, green, blue, alpha):
        colour = (red.value, green.value, blue.value)
        shown = shown and alpha.value > 0
    font = pdfium_c.FPDFTextObj_GetFont(drawn)
    address = ctypes.cast(font, ctypes.c_void_p).value or 0
    return shown, colour, address, not address or pdfium_c.FPDFFont_GetIsEmbedded(font) == 1


def _glyph(character: _Character, frame: Frame, turn: int) -> Glyph | None:
    """Return a character as a glyph of the page; None when it is not drawn there to be read."""
    if not character.shown or character.direction is None or character.size <= 0:
        return None
    box, ink = frame.box(*character.loose), frame.box(*character.tight)
    origin = frame.point(*character.origin)
    return Glyph(
        character.text,
        *box,
        origin[1],
        character.size,
        ink,
        character.run,
        (character.direction - turn) % 4,
        character.colour,
        character.font,
        character.embedded,
    )
