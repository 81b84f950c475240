"""Characters of a cell or a page, with how sure the recognition is.

Here: rapidocr (models PP-OCRv6 small, inside its wheel), lines of a cell, reading digits in several views. Not here: where cells are.
"""

import re
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from dagster_project.documents.pieces import DOUBT_MARK, IMAGE_MARK
from dagster_project.documents.scan.grid import ink

# A digit is published only when readings of different views agree and the least sure one is this sure.
SURE = 0.90
_FIGURE = re.compile(r"[+\-]?[0-9OoIl|][0-9OoIl|.,]*")
_PADDING = 0.35
# Shares of an em: words further apart are two words; figures of a table stand nearer to one another than words do.
_WORDS_APART = 1.3
_FIGURES_APART = 0.4
# Digits of one number stand evenly; where several gaps show how far, one much wider parts two numbers, if it is no less than this.
_FIGURES_NEAR, _FEWEST_GAPS, _WIDER = 0.25, 3, 1.7
# Width of a digit, as a share of an em.
_DIGIT = 0.6
_FIGURE_AT_END = re.compile(r"(?<=[^0-9.,\s])\s*[0-9]+$")
# A word that shares so much of its place with a surer one is the same ink.
_SHARED = 0.4
# Lines of so many ems, and so many of them, tell how a page lies.
_LONG = 8
_FEWEST_LONG = 3
# Fewer dark pixels than this share of an em square are specks of the scanner's glass.
_SPECK = 0.02


@dataclass(frozen=True)
class Recognised:
    """Text of one image and the recognition's own confidence, 0 to 1; '' with confidence 1 when nothing is printed."""

    text: str
    confidence: float


# Left, top, right, bottom of what is printed, in pixels.
Ink = tuple[int, int, int, int]


@dataclass(frozen=True)
class Word:
    """Words of one line of a page that stand together, and where their ink is."""

    text: str
    confidence: float
    ink: Ink


@dataclass(frozen=True)
class Words:
    """The words of a page, and by how many degrees its lines lie askew (None when no line is long enough to tell)."""

    words: list[Word]
    askew: float | None


@cache
def _engine():
    from rapidocr import RapidOCR

    # The direction classifier would turn single digits (6, 9) upside down.
    engine = RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False, "Rec.rec_batch_num": 16})
    engine(np.full((48, 96, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)
    return engine


def page_words(image: np.ndarray, em: float) -> Words:
    """Return the words of a page image. ``em``: height of a character on this page, in pixels."""
    found = _engine()(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=True)
    if found.txts is None:
        return Words([], None)
    dark = ink(image)
    words: list[Word] = []
    figures: list[Ink] = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        place = _inked(dark, box)
        if place is None:
            continue
        parts = _apart(dark, place, em, figures=_is_figures(text))
        if len(parts) > 1 or _FIGURE.fullmatch(text):
            figures += parts
        elif (ends := _ends_in_figure(dark, place, text, em)) is not None:
            words.append(Word(ends[0], float(score), ends[1]))
            figures.append(ends[2])
            continue
        if len(parts) == 1:
            words.append(Word(text, float(score), place))
    again = dict(zip(figures, recognise([_crop(image, place) for place in figures]), strict=True))
    known = {word.ink: word for word in words}
    for place, read in again.items():
        before = known.get(place)
        # A figure of the page that further readings do not confirm; prose with figures in it is left as it is.
        agrees = read.confidence >= SURE and (before is None or read.text == before.text)
        doubtful = not agrees and (_is_figures(read.text) or (before is not None and _is_figures(before.text)))
        text = before.text if before else read.text
        known[place] = Word((text or IMAGE_MARK) + (DOUBT_MARK if doubtful else ""), read.confidence, place)
    return Words(_once(list(known.values())), _askew(found.boxes, em))


def _ends_in_figure(dark: np.ndarray, place: Ink, text: str, em: float) -> tuple[str, Ink, Ink] | None:
    """Take a label and the number close after it apart: the label, its ink, the ink of the number; None when it is one word.

    The ink after the last wide gap must be as wide as the digits that the text ends in.
    """
    match = _FIGURE_AT_END.search(text)
    if match is None:
        return None
    parts = _apart(dark, place, em, figures=True)
    last = parts[-1]
    if len(parts) < 2 or not 0.6 < (last[2] - last[0]) / (_DIGIT * em * len(match[0])) < 1.4:
        return None
    return text[: match.start()], (place[0], place[1], parts[-2][2], place[3]), last


def _once(words: list[Word]) -> list[Word]:
    """Drop words whose ink is a surer word's: the engine sometimes finds a line twice, once with its neighbours."""
    kept: list[Word] = []
    for word in sorted(words, key=lambda word: -word.confidence):
        left, top, right, bottom = word.ink
        shared = sum(
            max(0, min(right, other.ink[2]) - max(left, other.ink[0])) * max(0, min(bottom, other.ink[3]) - max(top, other.ink[1]))
            for other in kept
        )
        if shared < _SHARED * (right - left) * (bottom - top):
            kept.append(word)
    return kept


def _inked(dark: np.ndarray, box: np.ndarray) -> Ink | None:
    """Return the rectangle of the ink in a box that the engine found; None when there is none."""
    height, width = dark.shape
    left, top = (max(0, int(side)) for side in box.min(axis=0))
    right, bottom = min(width, int(box[:, 0].max()) + 1), min(height, int(box[:, 1].max()) + 1)
    inside = dark[top:bottom, left:right] > 0
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return None
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1


def _apart(dark: np.ndarray, place: Ink, em: float, *, figures: bool) -> list[Ink]:
    """Return the parts of a line that stand apart: words by a wide gap, figures by one that is wider than those between digits."""
    left, top, right, bottom = place
    columns = np.flatnonzero((dark[top:bottom, left:right] > 0).any(axis=0))
    gaps = np.diff(columns)
    gap = em * (_FIGURES_APART if figures else _WORDS_APART)
    between = gaps[gaps > 1]
    if figures and len(between) >= _FEWEST_GAPS:
        gap = min(gap, max(_FIGURES_NEAR * em, _WIDER * float(np.median(between))))
    breaks = np.flatnonzero(gaps > gap)
    starts, ends = [0, *(breaks + 1)], [*breaks, len(columns) - 1]
    return [(left + int(columns[a]), top, left + int(columns[b]) + 1, bottom) for a, b in zip(starts, ends, strict=True)]


def _is_figures(text: str) -> bool:
    return any(map(str.isdigit, text)) and 2 * sum(map(str.isdigit, text)) >= len(text.replace(" ", ""))


def _crop(image: np.ndarray, place: Ink) -> np.ndarray:
    left, top, right, bottom = place
    return image[top:bottom, left:right]


def _askew(boxes: np.ndarray, em: float) -> float | None:
    """Return the angle of the long lines of a page, in degrees."""
    angles = []
    for box in boxes:
        (x1, y1), (x2, y2) = box[0], box[1]
        if x2 - x1 > _LONG * em:
            angles.append(np.degrees(np.arctan2(y2 - y1, x2 - x1)))
    return float(np.median(angles)) if len(angles) >= _FEWEST_LONG else None


def cell_lines(image: np.ndarray, place: Ink, em: float) -> list[Ink]:
    """Return where the lines of text in a cell are, from top to bottom; none when nothing is printed in it.

    ``place``: the cell, in pixels of the page. ``em``: height of a character on this page, in pixels.
    """
    left, top, _, _ = place
    dark = _without_specks(ink(_crop(image, place)), em)
    if not dark.any():
        return []
    lines = []
    for upper, lower in _bands(dark.any(axis=1), em):
        columns = np.flatnonzero(dark[upper:lower].any(axis=0))
        lines.append((left + int(columns[0]), top + upper, left + int(columns[-1]) + 1, top + lower))
    return lines


def read_lines(image: np.ndarray, lines: list[Ink]) -> list[Recognised]:
    """Return the text of each line of a page."""
    return recognise([_crop(image, line) for line in lines])


def recognise(lines: list[np.ndarray]) -> list[Recognised]:
    """Return the text of each line image; digits are read in three views, and what differs has confidence 0."""
    if not lines:
        return []
    first = _read([_framed(line) for line in lines])
    again = [at for at, each in enumerate(first) if any(character.isdigit() for character in each.text) or not each.text]
    for view in (_larger, _blackened):
        for at, other in zip(again, _read([view(lines[at]) for at in again]), strict=True):
            same = first[at].text == other.text
            first[at] = Recognised(first[at].text, min(first[at].confidence, other.confidence) if same else 0.0)
    return first


def em_of(image: np.ndarray, dots_per_inch: float) -> float:
    """Return the height of a character of the page: of most of the larger connected strokes."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink(image), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    characters = heights[(heights > 0.06 * dots_per_inch) & (heights < 0.35 * dots_per_inch)]
    return float(np.percentile(characters, 75)) if len(characters) else 0.15 * dots_per_inch


def _read(images: list[np.ndarray]) -> list[Recognised]:
    from rapidocr.ch_ppocr_rec import TextRecInput

    if not images:
        return []
    result = _engine().text_rec(TextRecInput(img=images))
    return [Recognised(text, float(score)) for text, score in zip(result.txts, result.scores, strict=True)]


def _larger(line: np.ndarray) -> np.ndarray:
    return _framed(cv2.resize(line, None, fx=1.6, fy=1.6, interpolation=cv2.INTER_CUBIC))


def _blackened(line: np.ndarray) -> np.ndarray:
    """Return the line in black and white, smoothed: what grey edges made of a digit is gone."""
    larger = cv2.resize(line, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    _, black = cv2.threshold(cv2.GaussianBlur(larger, (3, 3), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return _framed(black)


def _framed(line: np.ndarray) -> np.ndarray:
    """Return a line image with paper around it, in colour: characters that touch the edge are misread."""
    margin = max(4, int(_PADDING * line.shape[0]))
    framed = cv2.copyMakeBorder(line, margin, margin, 2 * margin, 2 * margin, cv2.BORDER_CONSTANT, value=255)
    return cv2.cvtColor(framed, cv2.COLOR_GRAY2BGR)


def _without_specks(dark: np.ndarray, em: float) -> np.ndarray:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    height, width = dark.shape
    kept = np.zeros(count, bool)
    for number in range(1, count):
        left, top, wide, high, area = stats[number]
        # What is left of a ruling line lies along the edge of the cell.
        along_edge = (high <= 4 and (top <= 2 or top + high >= height - 2)) or (
            wide <= 4 and (left <= 2 or left + wide >= width - 2)
        )
        kept[number] = area >= _SPECK * em * em and not along_edge
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def _bands(inked: np.ndarray, em: float) -> list[tuple[int, int]]:
    """Return the (top, bottom) of lines of text: runs of inked rows, strokes that lie apart (二) put together."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.astype(np.int8), [0]))))
    runs = [(int(top), int(bottom)) for top, bottom in edges.reshape(-1, 2)]
    merged: list[tuple[int, int]] = []
    for top, bottom in runs:
        if merged and (bottom - merged[-1][0] <= 1.25 * em or top - merged[-1][1] <= 0.08 * em):
            merged[-1] = (merged[-1][0], bottom)
        else:
            merged.append((top, bottom))
    return merged
