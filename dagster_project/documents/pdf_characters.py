"""The characters of a PDF page as pdfium tells them, in the page's own coordinates.

Here: what each character is, where it is drawn, and whether it is drawn at all, with the corrections that pdfium's answers need.
Not here: the page they stand on (``pdf_page``), characters that pdfium leaves out (``pdf_fonts``).
"""

import ctypes
import math
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import pypdfium2.raw as pdfium_c

from dagster_project.documents.pieces import Box

# A glyph that is set off a right angle by more than this share of its advance is slanted: a watermark.
_SLANT = 0.05
# No glyph is wider and higher than this, in font sizes.
_WIDEST_GLYPH = 2.0
# pdfium gives these for a hyphen at the end of a line.
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-"}
UNREADABLE = "\ufffd"
_INVISIBLE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)
_OUTLINE_MODES = (pdfium_c.FPDF_TEXTRENDERMODE_STROKE, pdfium_c.FPDF_TEXTRENDERMODE_STROKE_CLIP)
# Red, green, blue, each from 0 to 255.
Colour = tuple[int, int, int]


@dataclass(slots=True)
class Character:
    """One character. ``loose`` is its advance by the height of its font, ``tight`` its outline; ``direction`` in quarter turns
    clockwise from left to right, None when slanted; ``run`` and ``font`` tell pieces of text and fonts apart."""

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


def characters_of(textpage: Any, count: int) -> list[Character]:
    """Return the characters of a text page in the order of the file, in the page's own coordinates."""
    loose, matrix = pdfium_c.FS_RECTF(), pdfium_c.FS_MATRIX()
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    objects: dict[int, tuple[bool, Colour | None, int, bool]] = {}
    replaced: dict[int, float] = {}
    found: list[Character] = []
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
            text = UNREADABLE if text.isdigit() else text
            along = replaced[address]
            replaced[address] += advance
            origin = matrix.e + along * a / (scale or 1), matrix.f + along * b / (scale or 1)
            loose_box = tight_box = upright_box(origin, advance, size)
        else:
            pdfium_c.FPDFText_GetLooseCharBox(textpage, index, loose)
            pdfium_c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
            origin = x.value, y.value
            tight_box = left.value, bottom.value, right.value, top.value
            loose_box = loose.left, loose.bottom, loose.right, loose.top
            # Of vertical writing pdfium gives boxes of the font's own size, whatever size it is drawn in.
            if loose.right - loose.left > _WIDEST_GLYPH * size and loose.top - loose.bottom > _WIDEST_GLYPH * size:
                loose_box = upright_box(origin, _advance(text, size), size)
        direction = direction_of(a / scale, b / scale) if scale else None
        found.append(Character(text, loose_box, tight_box, origin, size, direction, address, *objects[address]))
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


def upright_box(origin: tuple[float, float], advance: float, size: float) -> Box:
    x, y = origin
    return x, y - 0.12 * size, x + advance, y + 0.88 * size


@cache
def _text(code: int) -> str:
    """Return the character of a code point; '' for white space and for what has no shape."""
    if code in _HYPHENS:
        return _HYPHENS[code]
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return UNREADABLE
    text = chr(code)
    if text.isspace() or unicodedata.category(text) in ("Cc", "Cf"):
        return ""
    return text


def direction_of(a: float, b: float) -> int | None:
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
