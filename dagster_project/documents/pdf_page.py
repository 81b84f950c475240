"""What one page of a PDF holds: its glyphs and its ruling lines, as it is shown to a person.

Here: the page, and the turn that makes its text upright. Not here: characters (``pdf_characters``), drawings
(``pdf_drawings``), lines of text (``pdf_lines``), tables (``pdf_ruled``, ``pdf_unruled``), what can be seen (``pdf_ink``).

Coordinates are points from the upper left corner of the page as displayed (crop box, page rotation), turned so that most of
its text runs from left to right; ``Page.displayed`` turns a box back. White space is no glyph: where glyphs stand says
whether they are apart, a space in the file does not.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium

from dagster_project.documents.pdf_characters import Character, Colour, characters_of
from dagster_project.documents.pdf_fonts import LeftOut
from dagster_project.documents.pieces import EDGE_MARK, Box

# A page of a report holds some thousand glyphs and a few hundred ruling lines.
MOST_GLYPHS = 20_000
MOST_OBJECTS = 40_000
MOST_RULINGS = 20_000
_HEIGHTS = 8.0  # Glyphs are looked up by their height on the page in steps of so many points.
# What is thinner than this is a line, what is wider an area.
THICKEST_RULING = 3.0


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


def read_page(document: pdfium.PdfDocument, index: int, left_out: LeftOut | None = None) -> Page:
    """Return a page of an open document with its glyphs; ``read_drawings`` adds what is drawn.

    ``left_out`` knows the characters that pdfium leaves out.

    Raises:
        pdfium.PdfiumError: the page cannot be loaded.
    """
    raw = document[index]
    textpage = raw.get_textpage()
    count = min(textpage.count_chars(), MOST_GLYPHS + 1)
    characters = characters_of(textpage.raw, count) if count <= MOST_GLYPHS else []
    if left_out is not None and count <= MOST_GLYPHS:
        characters += left_out.on_page(raw, index, characters)
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
    by_height: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in off:
        by_height[round(glyph.base / _HEIGHTS)].append(glyph)
    for glyph in page.glyphs:
        at = round(glyph.base / _HEIGHTS)
        if any(
            abs(glyph.base - other.base) < 0.5 * glyph.size
            and max(glyph.left - other.right, other.left - glyph.right) < 0.5 * glyph.size
            for height in (at - 1, at, at + 1)
            for other in by_height.get(height, ())
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


def _glyph(character: Character, frame: Frame, turn: int) -> Glyph | None:
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
