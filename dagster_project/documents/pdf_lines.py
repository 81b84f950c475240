"""Glyphs as text: words and lines, in a cell or on a page, and lines as paragraphs.

Here: what stands on one line, what is apart, what is drawn twice or over another. Not here: tables.

Gluing two glyphs can invent a number, so digits are joined only where they stand as close as the font sets them. Marks
(``documents.pieces``) stand where a glyph is raised, overprinted or struck out.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from dagster_project.documents.pdf_page import Glyph
from dagster_project.documents.pieces import EDGE_MARK, NOTE_MARK, STRUCK_MARK, Box

# Shares of the font size.
APART = 0.25  # Glyphs that stand further apart are not set as one word.
_DIGITS_APART = 0.15  # A decimal point that got lost leaves no more room between two digits.
_SAME_LINE = 0.45  # Base lines that differ by less are one line: fonts of one line sit a little higher or lower.
_SAME_PLACE = 0.2  # Two equal glyphs so near to one another are one, drawn twice to look bold or to cast a shadow.
_OVERPRINTED = 0.5  # Two glyphs that share so much of the narrower one's width are drawn one over the other.
_RAISED = 0.12
_SLACK = 0.06  # A glyph drawn twice to look bold makes a line a little wider.
_SMALLER = 0.8
# A line of a paragraph ends so near to the right margin, in characters, when the next line carries it on.
_FULL_LINE = 2.5
_INDENT = 0.8
_NUMBER = re.compile(r"^[+\-－−]?[0-9０-９][0-9０-９.,，．]*[件条项个次人元万亿]{0,2}$")
_REST = re.compile(r"^(?:[0-9０-９.,，．]+[件条项个次人元万亿]{0,2}|[件条项个次人元万亿]{1,2})$")
# A line that begins with the number of a chapter or an item begins a paragraph.
_ITEM = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}(?:[、.．章]|部分)|[（(][一二三四五六七八九十0-9]{1,3}[)）]|[0-9]{1,2}[、.．](?!\d))"
)
_WORD_END = re.compile(r"[A-Za-z0-9]$")
_WORD_START = re.compile(r"^[A-Za-z0-9]")


@dataclass(slots=True)
class Line:
    """Glyphs on one base line, from left to right."""

    glyphs: list[Glyph]

    @property
    def left(self) -> float:
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        return max(glyph.right for glyph in self.glyphs)

    @property
    def base(self) -> float:
        return median(glyph.base for glyph in self.glyphs)

    @property
    def size(self) -> float:
        return median(glyph.size for glyph in self.glyphs)

    @property
    def top(self) -> float:
        return self.base - 0.88 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.12 * self.size

    @property
    def box(self) -> Box:
        return self.left, self.top, self.right, self.bottom

    @property
    def text(self) -> str:
        return _text(self.glyphs)

    def words(self, apart: float = APART) -> list["Line"]:
        """Return the parts of the line that stand apart by more than ``apart`` of the font size."""
        parts = [[self.glyphs[0]]]
        for before, glyph in pairwise(self.glyphs):
            if glyph.left - before.right > apart * min(before.size, glyph.size):
                parts.append([])
            parts[-1].append(glyph)
        return [Line(part) for part in parts]


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """Return glyphs as lines from top to bottom. Turned glyphs make lines of their own, in the order of the file."""
    upright = [glyph for glyph in glyphs if glyph.turn == 0]
    found: list[list[Glyph]] = []
    first: Glyph | None = None
    for glyph in sorted(upright, key=lambda glyph: (glyph.base, glyph.left)):
        if first is None or glyph.base - first.base >= _SAME_LINE * _height(first, glyph):
            found.append([])
            first = glyph
        elif _SMALLER * glyph.size > first.size:
            # A raised note stands above the base line of its line.
            first = glyph
        found[-1].append(glyph)
    lines = [Line(_once(sorted(part, key=lambda glyph: (glyph.left, glyph.right)))) for part in found]
    turned = [glyph for glyph in glyphs if glyph.turn != 0]
    if turned:
        lines.append(Line(turned))
    return lines


def _height(one: Glyph, other: Glyph) -> float:
    """Return the font size that decides whether two glyphs are on one line: a note is measured by the print it belongs to."""
    smaller, larger = sorted((one.size, other.size))
    return larger if smaller < _SMALLER * larger else smaller


def text_of(glyphs: Sequence[Glyph], room: float | None = None) -> str:
    """Return the text in a cell, line by line.

    ``room`` is the width that a line of the cell can fill. A number that is broken over lines is put together only when
    each of its lines but the last is so full that one digit more would not have fitted; otherwise a mark stands at the break.
    """
    lines = lines_of(glyphs)
    texts = [line.text for line in lines]
    if len(lines) < 2 or not _NUMBER.match("".join(texts)) or not all(map(_REST.match, texts[1:])):
        return "\n".join(texts)
    widest = max(glyph.right - glyph.left for glyph in glyphs)
    is_full = room is not None and all(
        line.right - line.left + widest > room - _SLACK * line.size for line in lines[:-1]
    )
    return ("" if is_full and _evenly_set(lines) else EDGE_MARK).join(texts)


def _evenly_set(lines: list[Line]) -> bool:
    """Whether lines follow one another as closely as the lines of one paragraph."""
    return all(after.base - before.base < 1.8 * max(before.size, after.size) for before, after in pairwise(lines))


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Drop glyphs drawn a second time at their place."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        near = _SAME_PLACE * glyph.size
        if not any(
            other.text == glyph.text and abs(other.left - glyph.left) < near and abs(other.base - glyph.base) < near
            for other in kept[-4:]
        ):
            kept.append(glyph)
    return kept


def _text(glyphs: list[Glyph]) -> str:
    size, base = median(glyph.size for glyph in glyphs), median(glyph.base for glyph in glyphs)
    # In a line of few glyphs the median may be a note's own; the largest is never the note.
    if len(glyphs) < 6:
        largest = max(glyphs, key=lambda glyph: glyph.size)
        size, base = largest.size, largest.base
    parts: list[str] = []
    noted = False
    for index, glyph in enumerate(glyphs):
        before = glyphs[index - 1] if index else None
        if before is not None and before.turn == glyph.turn == 0:
            gap = glyph.left - before.right
            narrower = min(glyph.right - glyph.left, before.right - before.left)
            if -gap > _OVERPRINTED * narrower:
                parts.append(STRUCK_MARK)
            elif gap > (_DIGITS_APART if _are_digits(before, glyph) else APART) * min(glyph.size, before.size):
                parts.append(" ")
        is_note = glyph.turn == 0 and glyph.size < _SMALLER * size and abs(glyph.base - base) > _RAISED * size
        if is_note != noted:
            parts.append(NOTE_MARK)
            noted = is_note
        parts.append(glyph.text)
    if noted:
        parts.append(NOTE_MARK)
    return "".join(parts)


def _are_digits(before: Glyph, glyph: Glyph) -> bool:
    return before.text.isdigit() and glyph.text.isdigit()


def paragraphs(lines: Sequence[Line | None]) -> list[str | None]:
    """Return the lines of a document as paragraphs; None, where something else stands, ends one and is handed through.

    A line carries on the one before when that one is full, both are of one size and this one is not indented.
    """
    shown = [line for line in lines if line is not None]
    if not shown:
        return [None for _ in lines]
    ends = sorted(line.right for line in shown)
    # Most lines of prose are full: the margin is where they end, not where the widest of all ends.
    right = ends[math.ceil(0.9 * (len(ends) - 1))]
    starts = sorted(line.left for line in shown)
    left = starts[int(0.1 * (len(starts) - 1))]
    found: list[str | None] = []
    before: Line | None = None
    for line in lines:
        if line is None:
            found.append(None)
        elif (
            before is not None
            and found
            and found[-1] is not None
            and before.right > right - _FULL_LINE * before.size
            and line.left < left + _INDENT * line.size
            and abs(line.size - before.size) < 0.1 * line.size
            and not _ITEM.match(line.text)
        ):
            glue = " " if _WORD_END.search(found[-1]) and _WORD_START.match(line.text) else ""
            found[-1] += glue + line.text
        else:
            found.append(line.text)
        before = line
    return found
