"""What of a page of a PDF can be seen, by its picture.

Here: the rendered page, asked for ink at a place. Not here: what the ink means.

The text of a PDF says what can be searched, not what is shown: text may be white, covered, in a layer that is off, and what
is shown may be a picture, a filled form field or a drawn digit that no text says. So the picture is asked: no ink, no glyph;
ink without a glyph, no blank cell.
"""

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from dagster_project.documents.pdf_page import Glyph, Page, Rulings
from dagster_project.documents.pieces import Box

# Two pixels a point show strokes of the smallest print; larger pages are drawn coarser, to bound the memory.
_SCALE = 2.0
_MOST_PIXELS = 6_000_000
# Differences of grey, of 255: what an eye tells from its ground, and what is surely a stroke and no shade of a ground.
_SEEN = 16
_STROKE = 64
_DARK = 96
# Half the width of a usual ruling line, in points, with the blur at its edges.
_HALF_RULING = 0.8
# Outlines of fewer pixels across are asked as they are.
_FEWEST_PIXELS = 5
# A cell's edge may be a double line drawn this far, in points, from where the cell is taken to end.
_EDGE = 2.5


class Ink:
    """The picture of one page."""

    def __init__(self, page: Page):
        self.scale = min(_SCALE, math.sqrt(_MOST_PIXELS / max(1.0, page.width * page.height)))
        # Drawn upright, as the page's coordinates are.
        bitmap = page.raw.render(
            scale=self.scale, rotation=(-page.turned % 4) * 90, grayscale=True, may_draw_forms=True
        )
        self._grey = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy()
        bitmap.close()
        # Where ruling lines run, which are ink of no glyph.
        self._free = self._beside_lines(page.rulings)
        self._no_line: np.ndarray | None = None

    def _beside_lines(self, rulings: Rulings) -> np.ndarray:
        """Return which pixels belong to no ruling line."""
        free = np.ones(self._grey.shape, dtype=bool)
        for start, end, at in rulings.across:
            left, top, right, bottom = self._pixels((start, at - _HALF_RULING, end, at + _HALF_RULING))
            free[top:bottom, left:right] = False
        for start, end, at in rulings.down:
            left, top, right, bottom = self._pixels((at - _HALF_RULING, start, at + _HALF_RULING, end))
            free[top:bottom, left:right] = False
        return free

    def leave_out_lines(self, rulings: Rulings) -> None:
        """From now on take these lines for none of what may be drawn in a cell."""
        self._no_line = self._beside_lines(rulings)

    def leave_out_hidden(self, page: Page) -> int:
        """Drop the glyphs of a page that cannot be seen; return how many.

        A font that is not in the file may be missing here and not where the page is read. Latin glyphs are always drawn; of
        the others, when most Chinese characters of a font are not, their colour decides.
        """
        seen = [self.shows(glyph) for glyph in page.glyphs]
        drawn: dict[int, list[bool]] = defaultdict(list)
        for glyph, is_seen in zip(page.glyphs, seen, strict=True):
            if _is_han(glyph):
                drawn[glyph.font].append(is_seen)
        # A few may seem drawn where something else is.
        at_hand = {font for font, shown in drawn.items() if 2 * sum(shown) > len(shown)}
        shown = [
            glyph
            for glyph, is_seen in zip(page.glyphs, seen, strict=True)
            if is_seen or (glyph.font not in at_hand and self._would_show(glyph))
        ]
        dropped = len(page.glyphs) - len(shown)
        page.hidden += dropped
        page.glyphs = shown
        return dropped

    def shows(self, glyph: Glyph) -> bool:
        """Whether a glyph is drawn in its colour and can be told from its ground."""
        left, top, right, bottom = self._pixels(glyph.ink)
        # The outermost pixels may be those of the glyph beside.
        beside = 1 if right - left > _FEWEST_PIXELS else 0
        inside = self._grey[top:bottom, left + beside : right - beside]
        free = self._free[top:bottom, left + beside : right - beside]
        inside = inside[free] if not free.all() else inside
        if not inside.size:
            return False
        darkest, lightest = int(inside.min()), int(inside.max())
        shade = None if glyph.colour is None else _shade(glyph.colour)
        # Dark strokes on light ground, as nearly all print is: no need to ask what the ground is.
        if shade is not None and shade < _DARK and darkest < shade + _STROKE and lightest - darkest >= 2 * _STROKE:
            return True
        ground = self._ground(left, top, right, bottom)
        darker, lighter = ground - darkest, lightest - ground
        if shade is None:
            return max(darker, lighter) >= _SEEN
        return abs(shade - ground) >= _SEEN and (darker if shade < ground else lighter) >= _SEEN

    def _ground(self, left: int, top: int, right: int, bottom: int) -> int:
        """Return the grey above and below a place: between lines of text the ground is bare."""
        above, below = self._grey[max(0, top - 3) : top, left:right], self._grey[bottom : bottom + 3, left:right]
        around = np.concatenate((above.ravel(), below.ravel()))
        return int(np.median(around)) if around.size else 255

    def _would_show(self, glyph: Glyph) -> bool:
        """Whether a glyph that is not drawn would be seen on its ground if its font were at hand."""
        if glyph.embedded or glyph.colour is None or glyph.text.isascii():
            return False
        return abs(_shade(glyph.colour) - self._ground(*self._pixels(glyph.ink))) >= _SEEN

    def beside(self, box: Box, glyphs: Iterable[Glyph]) -> bool:
        """Whether something is drawn in a cell that is none of its glyphs."""
        left, top, right, bottom = box
        left, top, right, bottom = self._pixels((left + _EDGE, top + _EDGE, right - _EDGE, bottom - _EDGE))
        inside = self._grey[top:bottom, left:right]
        if not inside.size:
            return False
        free = None if self._no_line is None else self._no_line[top:bottom, left:right].copy()
        for glyph in glyphs:
            if free is None:
                free = np.ones(inside.shape, dtype=bool)
            # Below the base line there may be an underline, and a font of another machine may be wider.
            wider = (0.1 if glyph.embedded else 0.4) * glyph.size
            x0, y0, x1, y1 = self._pixels(
                (glyph.left - wider, glyph.ink[1] - wider, glyph.right + wider, max(glyph.ink[3], glyph.bottom) + wider)
            )
            free[max(0, y0 - top) : max(0, y1 - top), max(0, x0 - left) : max(0, x1 - left)] = False
        rest = inside if free is None else inside[free]
        return bool(rest.size) and int(rest.max()) - int(rest.min()) >= _STROKE

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        height, width = self._grey.shape
        left, top, right, bottom = (edge * self.scale for edge in box)
        return (
            min(max(0, math.floor(left)), width),
            min(max(0, math.floor(top)), height),
            min(max(0, math.ceil(right)), width),
            min(max(0, math.ceil(bottom)), height),
        )


def _is_han(glyph: Glyph) -> bool:
    return "\u2e80" <= glyph.text[0] < "\uff00"


def _shade(colour: tuple[int, int, int]) -> float:
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue
