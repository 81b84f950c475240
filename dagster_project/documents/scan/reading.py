"""A scan into pieces: tables by their ruling lines, everything else as lines.

Here: the order of the steps on a page. Not here: the steps.
"""

from collections.abc import Iterable

import numpy as np

from dagster_project.documents.pieces import DOUBT_MARK, IMAGE_MARK, TABLE_MARK, Pieces
from dagster_project.documents.scan import grid, recognition
from dagster_project.documents.scan.pages import Page


def read_pages(pages: Iterable[Page], into: Pieces) -> None:
    """Read the pages of one document into ``into``."""
    into.heading.encoding = "ocr"
    turned = []
    for page in pages:
        level, angle = grid.straighten(page.image, page.dots_per_inch)
        if angle:
            turned.append(f"page {page.number} by {angle:.1f}°")
        _read_page(level, page, into)
    into.note("read_by_ocr", "The document is a scan; its characters were recognised, doubtful digits are illegible.")
    if turned:
        into.note("straightened", f"Pages lay askew and were turned: {', '.join(turned)}.")


def _read_page(image: np.ndarray, page: Page, into: Pieces) -> None:
    em = recognition.em_of(image, page.dots_per_inch)
    found = grid.tables(image, page.dots_per_inch)
    prose = image.copy()
    for table in found:
        prose[table.top : table.bottom, table.left : table.right] = 255
    words = recognition.page_words(prose)
    lines = _lines(words)
    for table in found:
        above = [line for line in lines if line[0] < table.top]
        into.heading.lines += [text for _, text in above]
        lines = lines[len(above) :]
        _read_table(image, table, em, page, into)
        into.heading.lines.append(TABLE_MARK)
    into.heading.lines += [text for _, text in lines]


def _lines(words: list[recognition.Word]) -> list[tuple[float, str]]:
    """Return (top, text) of the lines of a page: words beside each other are one line."""
    lines: list[tuple[float, float, str]] = []
    for word in words:
        middle = (word.top + word.bottom) / 2
        if lines and lines[-1][0] <= middle <= lines[-1][1]:
            lines[-1] = (lines[-1][0], lines[-1][1], f"{lines[-1][2]} {word.text}")
        else:
            lines.append((word.top, word.bottom, word.text))
    return [(top, text) for top, _, text in lines]


def _read_table(image: np.ndarray, table: grid.GridTable, em: float, page: Page, into: Pieces) -> None:
    into.begin_table()
    cells = [cell for row in table.rows for cell in row]
    images = [recognition.cell_lines(image[cell.top : cell.bottom, cell.left : cell.right], em) for cell in cells]
    read = iter(recognition.recognise([line for lines in images for line in lines]))
    texts, confidences = [], []
    for lines in images:
        parts = [next(read) for _ in lines]
        texts.append(_text(parts))
        confidences.append(min((part.confidence for part in parts), default=1.0))
    at = 0
    for row in table.rows:
        end = at + len(row)
        boxes = [
            (cell.left * page.scale, cell.top * page.scale, cell.right * page.scale, cell.bottom * page.scale) for cell in row
        ]
        into.row(texts[at:end], f"page={page.number}", boxes, confidences[at:end])
        at = end


def _text(parts: list[recognition.Recognised]) -> str:
    """Return a cell's text. Digits over several lines stay apart; a doubtful digit marks the whole cell."""
    if any(not part.text for part in parts):
        # Something is printed there, and nothing was recognised: not a blank.
        return IMAGE_MARK
    digits = any(character.isdigit() for part in parts for character in part.text)
    text = "\n".join(part.text for part in parts)
    unsure = digits and min(part.confidence for part in parts) < recognition.SURE
    return text + DOUBT_MARK if unsure else text
