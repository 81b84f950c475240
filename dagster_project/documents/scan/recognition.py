"""Characters of a cell or a page, with how sure the recognition is.

Here: rapidocr (models PP-OCRv6 small, inside its wheel), lines of a cell, reading digits in several views. Not here: where cells are.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from dagster_project.documents.pieces import DOUBT_MARK
from dagster_project.documents.scan.grid import ink

# A digit is published only when readings of different views agree and the least sure one is this sure.
SURE = 0.90
_FIGURE = re.compile(r"[+\-]?[0-9OoIl|][0-9OoIl|.,]*")
_PADDING = 0.35
# Fewer dark pixels than this share of an em square are specks of the scanner's glass.
_SPECK = 0.02


@dataclass(frozen=True)
class Recognised:
    """Text of one image and the recognition's own confidence, 0 to 1; '' with confidence 1 when nothing is printed."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Word:
    """One line of text on a page with its place in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@cache
def _engine():
    from rapidocr import RapidOCR

    # The direction classifier would turn single digits (6, 9) upside down.
    engine = RapidOCR(params={"Global.log_level": "error", "Global.use_cls": False, "Rec.rec_batch_num": 16})
    engine(np.full((48, 96, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True)
    return engine


def page_words(image: np.ndarray) -> list[Word]:
    """Return the lines of text of a page image, in reading order."""
    found = _engine()(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), use_det=True, use_cls=False, use_rec=True)
    if found.txts is None:
        return []
    words = []
    for box, text in zip(found.boxes, found.txts, strict=True):
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        words.append(Word(text, float(left), float(top), float(right), float(bottom)))
    return _in_reading_order(_doubted(words, image))


def _doubted(words: list[Word], image: np.ndarray) -> list[Word]:
    """Mark the figures of the page that further readings do not confirm; prose with figures in it is left as it is."""
    at = [number for number, word in enumerate(words) if _FIGURE.fullmatch(word.text)]
    crops = [image[int(w.top) : int(w.bottom) + 1, int(w.left) : int(w.right) + 1] for w in (words[n] for n in at)]
    for number, again in zip(at, recognise(crops), strict=True):
        word = words[number]
        if again.text != word.text or again.confidence < SURE:
            words[number] = replace(word, text=word.text + DOUBT_MARK)
    return words


def cell_lines(image: np.ndarray, em: float) -> list[np.ndarray]:
    """Return the lines of text in a cell as images, from top to bottom; none when nothing is printed in it.

    ``em``: height of a character on this page, in pixels.
    """
    dark = ink(image)
    dark = _without_specks(dark, em)
    if not dark.any():
        return []
    bands = _bands(dark.any(axis=1), em)
    lines = []
    for top, bottom in bands:
        columns = np.flatnonzero(dark[top:bottom].any(axis=0))
        lines.append(image[top:bottom, columns[0] : columns[-1] + 1])
    return lines


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


def _in_reading_order(words: list[Word]) -> list[Word]:
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.top + word.bottom):
        middle = (word.top + word.bottom) / 2
        if lines and lines[-1][0].top <= middle <= lines[-1][0].bottom:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.left)]
