"""A page image the right way up and level.

Here: how a page lies, told by its ruling lines, else by its lines of text, and whether it stands on its head or on its side. Not
here: finding either.

A page is turned by quarters only when its words make no sense as it lies and do when it is turned: most of what a page of a
report prints are Chinese words, and no Chinese word is one upside down.
"""

import re
from dataclasses import dataclass, replace

import cv2
import numpy as np

from dagster_project.documents.scan import grid, recognition
from dagster_project.documents.scan.pages import Page
from dagster_project.documents.scan.recognition import Word

# A page of so many words of which fewer than this share are surely recognised may lie the wrong way.
_FEWEST_WORDS = 4
_MOST = 0.5
_SURE = 0.85
# Of a page that is nothing but a table so many lines are asked.
_SAMPLE = 12
_PAPER = 255
_HAN = re.compile("[一-鿿]")
_QUARTERS = (cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE)
_DEGREES = {cv2.ROTATE_180: 180.0, cv2.ROTATE_90_CLOCKWISE: -90.0, cv2.ROTATE_90_COUNTERCLOCKWISE: 90.0}


@dataclass(frozen=True)
class Level:
    """A page image that lies level: its ruled tables, the words outside them, and the degrees it was turned by,
    counter-clockwise; ``em`` is the height of its characters in pixels."""

    image: np.ndarray
    em: float
    tables: list[grid.GridTable]
    words: list[Word]
    turned: float


def upright(page: Page) -> Level:
    """Return a page upright and level."""
    found = _level(page.image, page.dots_per_inch)
    if _makes_sense(found):
        return found
    for quarter in _QUARTERS:
        other = _level(cv2.rotate(page.image, quarter), page.dots_per_inch)
        if _makes_sense(other):
            return replace(other, turned=_DEGREES[quarter] + other.turned)
    return found


def _level(image: np.ndarray, dots_per_inch: float) -> Level:
    angle = grid.skew(image, dots_per_inch)
    found = _read(*grid.straighten(image, angle or 0.0), dots_per_inch)
    if angle is None and found[1] is not None and 0.1 < abs(found[1]) <= grid.MOST_SKEW:
        found = _read(*grid.straighten(image, found[1]), dots_per_inch)
    return found[0]


def _read(level: np.ndarray, turned: float, dots_per_inch: float) -> tuple[Level, float | None]:
    em = recognition.em_of(level, dots_per_inch)
    tables = grid.tables(level, dots_per_inch)
    outside = level.copy()
    for table in tables:
        outside[table.top : table.bottom, table.left : table.right] = _PAPER
    found = recognition.page_words(outside, em)
    return Level(level, em, tables, found.words, turned), found.askew


def _makes_sense(level: Level) -> bool:
    """Whether most words of a page are surely recognised as Chinese and run from left to right."""
    said = [(word.text, word.confidence, word.ink) for word in level.words]
    if len(said) < _FEWEST_WORDS:
        lines = _widest_lines(level)
        read = recognition.read_lines(level.image, lines)
        said += [(each.text, each.confidence, ink) for each, ink in zip(read, lines, strict=True)]
    words = [each for each in said if len(each[0]) > 3 or _HAN.search(each[0])]
    # The engine turns a standing line before it reads it, so its words alone do not tell that the page lies on its side.
    sound = sum(
        confidence >= _SURE and _HAN.search(text) is not None and right - left > bottom - top
        for text, confidence, (left, top, right, bottom) in words
    )
    return len(words) >= _FEWEST_WORDS and sound >= _MOST * len(words)


def _widest_lines(level: Level) -> list[recognition.Ink]:
    """Return the longest lines of text in the tables of a page: labels, no figures."""
    lines = [
        line
        for table in level.tables
        for row in table.rows
        for cell in row
        for line in recognition.cell_lines(level.image, (cell.left, cell.top, cell.right, cell.bottom), level.em)
    ]
    return sorted(lines, key=lambda line: line[0] - line[2])[:_SAMPLE]
